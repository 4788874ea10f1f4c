//! Signing in: which tokens there are and what each can do; using another token, storing one and forgetting it.
//!
//! An entered token is used only after GitHub says whose it is, and a token GitHub does not accept never replaces one
//! that works. Tokens are stored in the system keyring or nowhere.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use url::Url;

use crate::domain::token::{Allowed, DeviceCode, Identity, Right, TokenChoice, TokenKind, TokenReport, TokenSource};
use crate::domain::{Problem, Sensitive};
use crate::github::device::{DeviceFault, DeviceFlow};
use crate::github::{Client, Settings};
use crate::local::token::{FoundToken, Places, TokenFault};
use crate::local::vault::{self, VaultFault};

use super::identity::identity;
use super::kept::Keeper;
use super::problems::{connection_problem, explain};

/// How long storing and forgetting may take: you may have to type the keyring's password.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where to look for tokens, and what a client is built from.
#[derive(Clone, Debug)]
pub struct Entrance {
    pub places: Places,
    /// Everything a client needs except its token.
    pub settings: Settings,
    /// The client ID of the OAuth app for the device flow; `None` if none is configured.
    pub client_id: Option<String>,
}

/// A token that GitHub accepts, with the client that uses it.
#[derive(Clone, Debug)]
pub struct Entered {
    pub client: Client,
    pub source: TokenSource,
    pub identity: Identity,
    /// Whether storing it in the keyring worked, if that was requested.
    pub kept: Option<Result<(), Problem>>,
}

impl Entrance {
    /// A client with the first usable token. Does not contact GitHub yet.
    pub async fn find(&self) -> Result<(Client, TokenSource), Problem> {
        let found = self.places.find().await.map_err(Problem::from)?;
        let source = found.source;
        self.client(found.token).map(|client| (client, source))
    }

    /// A client with this token. Sends nothing.
    pub fn client(&self, token: Sensitive) -> Result<Client, Problem> {
        let settings = Settings { token: Some(token), ..self.settings.clone() };
        Client::new(settings).map_err(|fault| connection_problem(&fault))
    }

    /// The same for clients whose requests are not reported.
    fn quietly(&self) -> Self {
        Self { settings: Settings { listener: None, ..self.settings.clone() }, ..self.clone() }
    }

    /// Every token that can be found and what each can do, all requested at once. `used` is the client pullkey is using
    /// and where its token came from.
    pub async fn tokens(&self, used: Option<&(Client, TokenSource)>) -> Vec<TokenReport> {
        let looks = self.places.all().await;
        let known = |source| looks.iter().any(|(place, _)| *place == source);
        let besides = used.filter(|(_, source)| !known(*source));
        let reports = looks.iter().map(|(source, found)| self.report(*source, found.clone(), used));
        let mut reports = join_all(reports).await;
        if let Some((client, source)) = besides {
            reports.insert(0, report_of(client, *source, true).await);
        }
        reports
    }

    async fn report(
        &self,
        source: TokenSource,
        found: Result<FoundToken, TokenFault>,
        used: Option<&(Client, TokenSource)>,
    ) -> TokenReport {
        let used = used.filter(|(_, place)| *place == source).map(|(client, _)| client);
        let client = match used {
            Some(client) => Ok(client.clone()),
            // The screen does not show the rate limit of other tokens.
            None => found.map_err(Problem::from).and_then(|found| self.quietly().client(found.token)),
        };
        match client {
            Ok(client) => report_of(&client, source, used.is_some()).await,
            Err(problem) => TokenReport {
                source,
                kind: TokenKind::Unknown,
                used: false,
                identity: Err(problem),
                rights: Vec::new(),
                note: None,
            },
        }
    }

    /// Switches to another token, once GitHub has said whose it is.
    pub async fn choose(&self, choice: TokenChoice) -> Result<Entered, Problem> {
        match choice {
            TokenChoice::Of(source) => {
                let found = self.places.one(source).await.map_err(Problem::from)?;
                self.enter(found.token, source).await
            }
            TokenChoice::Given { token, keep } => self.take(token, keep).await,
        }
    }

    /// Switches to an entered token, and stores it if requested.
    pub(super) async fn take(&self, token: Sensitive, keep: bool) -> Result<Entered, Problem> {
        let mut entered = self.enter(token.clone(), TokenSource::Given).await?;
        if keep {
            let kept = self.keep(token).await;
            if kept.is_ok() {
                entered.source = TokenSource::Keyring;
                entered.identity.source = TokenSource::Keyring;
            }
            entered.kept = Some(kept);
        }
        Ok(entered)
    }

    async fn enter(&self, token: Sensitive, source: TokenSource) -> Result<Entered, Problem> {
        // Requests with a token that is not in use are not reported: their rate limit is not ours.
        let trial = Settings { token: Some(token), ..self.quietly().settings };
        let settings = Settings { listener: self.settings.listener.clone(), ..trial.clone() };
        let made = |settings: Settings| {
            Client::new(settings).map_err(|fault| {
                let mut problem = explain("this token cannot be used", &fault, None);
                if source == TokenSource::Given {
                    "enter it again, exactly as GitHub showed it".clone_into(&mut problem.hint);
                }
                problem
            })
        };
        let identity = identity(&made(trial)?, source).await?;
        Ok(Entered { client: made(settings)?, source, identity, kept: None })
    }

    /// GitHub's device flow; `part` receives the code to type. Dropping the future ends it.
    pub async fn device(&self, keep: bool, part: &mut (dyn FnMut(DeviceCode) + Send)) -> Result<Entered, Problem> {
        let client_id = self.client_id.clone().ok_or_else(no_client_id)?;
        let site = self.site()?;
        let flow = DeviceFlow::new(site, client_id, self.settings.limits.clone());
        let begun = flow.begin(&DEVICE_SCOPES).await.map_err(|fault| not_by_device(&fault))?;
        let life = chrono::TimeDelta::from_std(begun.life).unwrap_or_default();
        let expires = chrono::Utc::now().checked_add_signed(life).unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC);
        part(DeviceCode { user_code: begun.user_code.clone(), page: begun.page.clone(), expires });
        let granted = flow.wait(&begun).await.map_err(|fault| not_by_device(&fault))?;
        self.take(granted.token, keep).await
    }

    /// The website that belongs to the API, where the device flow is. An API on this machine serves it at its own
    /// address.
    fn site(&self) -> Result<Url, Problem> {
        let address = &self.places.address;
        let text = match address.web_host() {
            Some(host) => format!("https://{host}"),
            None => address.api.origin().ascii_serialization(),
        };
        Url::parse(&text)
            .map_err(|fault| Problem::new("the sign-in page is unknown", fault.to_string(), "enter a token instead"))
    }

    async fn keep(&self, token: Sensitive) -> Result<(), Problem> {
        let (keyring, host) = self.keyring();
        vault::write(keyring, host, token, PATIENCE).await.map_err(|fault| not_kept(&fault))
    }

    /// Removes pullkey's token from the keyring; returns whether there was one.
    pub async fn forget(&self) -> Result<bool, Problem> {
        let (keyring, host) = self.keyring();
        let gone = vault::delete(keyring, host, PATIENCE).await;
        gone.map_err(|fault| fault.problem("the token could not be removed from the keyring"))
    }

    /// Where values for re-testing are stored.
    pub fn keeper(&self) -> Keeper {
        let (keyring, host) = self.keyring();
        Keeper::new(keyring, host)
    }

    fn keyring(&self) -> (Arc<dyn vault::Vault>, String) {
        (Arc::clone(&self.places.vault), self.places.address.host.clone())
    }
}

/// The scopes the device flow requests: all that pullkey uses, and no more. Fewer may be granted.
const DEVICE_SCOPES: [&str; 3] = ["repo", "codespace", "admin:org"];

fn no_client_id() -> Problem {
    Problem::new(
        "the device flow cannot be used",
        "no OAuth app is configured, and pullkey has none of its own",
        "set `client_id` in config.toml or PULLKEY_CLIENT_ID, or enter a token",
    )
}

fn not_by_device(fault: &DeviceFault) -> Problem {
    let what = "sign-in failed";
    let hint = match fault {
        DeviceFault::Github(fault) => return explain(what, fault, None),
        DeviceFault::Denied => "start again and approve it, or enter a token",
        DeviceFault::Expired => "start again: a code is valid for 15 minutes",
        DeviceFault::Disabled => "ask the app's owner to tick “Enable Device Flow” in its settings",
        DeviceFault::UnknownApp => "check `client_id` in config.toml, or PULLKEY_CLIENT_ID",
        DeviceFault::Other(_) => "enter a token instead",
    };
    Problem::new(what, fault.to_string(), hint)
}

fn not_kept(fault: &VaultFault) -> Problem {
    let what = match fault {
        VaultFault::Slow => "could not confirm that the keyring stored the token; it works for this run",
        VaultFault::Off
        | VaultFault::NoBus
        | VaultFault::Nobody
        | VaultFault::Locked
        | VaultFault::Dismissed
        | VaultFault::NoCollection
        | VaultFault::TooLarge
        | VaultFault::Ambiguous
        | VaultFault::Failed(_) => "the token was not stored in the keyring; it works for this run",
    };
    fault.problem(what)
}

/// Whose token a client has, and what it can do.
pub async fn report_of(client: &Client, source: TokenSource, used: bool) -> TokenReport {
    let identity = identity(client, source).await;
    let rights = identity.as_ref().map(Identity::rights).unwrap_or_default();
    TokenReport { source, kind: client.token_kind(), used, note: note_of(source, &rights), identity, rights }
}

fn note_of(source: TokenSource, rights: &[(Right, Allowed)]) -> Option<String> {
    if source == TokenSource::Codespace {
        return Some(
            "Codespaces sets it as GITHUB_TOKEN: it is for this codespace's repository and too weak for secrets; enter \
             a token of your own with `pullkey auth login`, or set GH_TOKEN"
                .to_owned(),
        );
    }
    let useless = !rights.is_empty() && rights.iter().all(|(_, allowed)| matches!(allowed, Allowed::No(_)));
    useless.then(|| "it allows nothing that pullkey does".to_owned())
}

/// The demo has its own token and uses no other.
pub fn no_other_token() -> Problem {
    Problem::new(
        "the token was not changed",
        "the demo simulates GitHub and does not use your tokens",
        "leave the demo and start pullkey to sign in",
    )
}
