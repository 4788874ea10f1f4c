//! The clients of one run: the GitHub account, determined once and shared by all jobs, and the registry client.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, ready};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use url::Url;

use super::traffic::TrafficForwarder;
use crate::app::protocol::{Msg, Outcome};
use crate::domain::token::{DeviceCode, TokenChoice, TokenReport, TokenSource};
use crate::domain::{Problem, Sensitive};
use crate::local::token::Places;
use crate::local::vault::SystemVault;
use crate::local::{Address, Config, Endings, Env, Journal, Locks};
use crate::work::{Entered, Entrance};
use crate::{github, registry, work};

/// The GitHub client and the source of its token, or why there is none.
pub type SignedIn = Result<(github::Client, TokenSource), Problem>;

/// One search for a token; all jobs wait for the same one.
type Search = Shared<BoxFuture<'static, SignedIn>>;

/// What every job receives. Clones share the sign-in: a token chosen in one job is used by the next.
#[derive(Clone)]
pub struct Session {
    pub env: Env,
    /// `None` in the demo, which uses nothing of the user's.
    pub(super) entrance: Option<Entrance>,
    signed_in: watch::Sender<Search>,
    forwarder: TrafficForwarder,
    pub registry: registry::Client,
    pub tools: registry::Tools,
}

impl Session {
    /// For GitHub or the host that the environment names, with the first token found.
    pub fn real(env: Env, config: Config, address: Address) -> Result<Self, Problem> {
        let forwarder = TrafficForwarder::default();
        let settings = work::settings(&env, &config, address.api.clone());
        let settings = github::Settings { listener: Some(forwarder.listener()), ..settings };
        let vault = Arc::new(SystemVault::of(&env));
        let places = Places { env: env.clone(), address, vault };
        let entrance = Entrance { places, settings, client_id: config.client_id };
        let search = search(entrance.clone());
        let registry = work::registry_client(&env)?;
        Ok(Self::new(env, Some(entrance), (search, forwarder), registry))
    }

    /// For the demo world: no token, keyring, cache or configuration of the user is read. `stand_in` is the registry
    /// that answers in place of all others.
    pub fn demo(env: Env, api_url: &str, token: &str, stand_in: SocketAddr) -> Result<Self, Problem> {
        let api_url = Url::parse(api_url).map_err(|fault| {
            Problem::new("the demo world has no address", fault.to_string(), "report this as a bug")
        })?;
        let forwarder = TrafficForwarder::default();
        let settings = github::Settings::new(api_url, Some(Sensitive::new(token)));
        let settings = github::Settings { listener: Some(forwarder.listener()), ..settings };
        let registry = registry::Client::for_demo(registry::Limits::default(), stand_in);
        let client = github::Client::new(settings).map_err(|fault| work::connection_problem(&fault))?;
        Ok(Self::new(env, None, (known((client, TokenSource::Demo)), forwarder), registry))
    }

    fn new(
        env: Env,
        entrance: Option<Entrance>,
        (search, forwarder): (Search, TrafficForwarder),
        registry: registry::Client,
    ) -> Self {
        let exe = std::env::current_exe().unwrap_or_else(|_| "pullkey".into());
        let tools = registry::Tools::find(env.get_os("PATH").unwrap_or_default(), exe);
        Self { env, entrance, signed_in: watch::Sender::new(search), forwarder, registry, tools }
    }

    /// Where changes are recorded; `None` in the demo.
    pub fn journal(&self) -> Option<Journal> {
        self.entrance.as_ref().and_then(|_| Journal::of(&self.env))
    }

    /// The locks of credentials; nobody else writes in the demo world.
    pub fn locks(&self) -> Locks {
        self.entrance
            .as_ref()
            .map_or_else(Locks::none, |entrance| Locks::of(&self.env, &github::host_of(&entrance.settings.api_url)))
    }

    /// The expiry record; `None` in the demo.
    pub fn endings(&self) -> Option<Endings> {
        let api = &self.entrance.as_ref()?.settings.api_url;
        Endings::of(&self.env, &github::host_of(api))
    }

    /// Sends the transport's reports to `send` from now on.
    pub fn hear(&self, send: UnboundedSender<Msg>) {
        self.forwarder.listen(send);
    }

    /// Waits for the one search for a token.
    pub async fn github(&self) -> SignedIn {
        let search = self.signed_in.borrow().clone();
        search.await
    }

    /// Searches for a token again if the last search found none or GitHub rejected it: a user who retries may have
    /// provided a better one. A rejected token is sent again only in this case.
    pub fn sign_in_again(&mut self) {
        let failed = match self.signed_in.borrow().peek() {
            Some(Ok((client, _))) => client.refusal().is_some(),
            Some(Err(_)) => true,
            None => false,
        };
        if let (true, Some(entrance)) = (failed, &self.entrance) {
            self.turn_to(search(entrance.clone()));
        }
    }

    /// Every token that can be found, and what each one may do.
    pub async fn tokens(&self) -> Vec<TokenReport> {
        let used = self.github().await.ok();
        match (&self.entrance, used) {
            (Some(entrance), used) => entrance.tokens(used.as_ref()).await,
            (None, Some((client, source))) => vec![work::report_of(&client, source, true).await],
            (None, None) => Vec::new(),
        }
    }

    /// Uses another token from now on. Running jobs finish with the one they have.
    pub async fn use_token(&self, choice: TokenChoice) -> Outcome {
        match &self.entrance {
            Some(entrance) => self.take(entrance.choose(choice).await),
            None => self.take(Err(work::no_other_token())),
        }
    }

    /// Removes pullkey's token from the keyring; returns whether there was one. If it is in use, the next job searches
    /// for another.
    pub async fn sign_out(&self) -> Result<bool, Problem> {
        let Some(entrance) = &self.entrance else { return Err(work::no_other_token()) };
        let gone = entrance.forget().await?;
        if matches!(self.github().await, Ok((_, TokenSource::Keyring))) {
            self.turn_to(search(entrance.clone()));
        }
        Ok(gone)
    }

    /// GitHub's device flow; `part` receives the code to enter.
    pub async fn device(&self, keep: bool, part: &mut (dyn FnMut(DeviceCode) + Send)) -> Outcome {
        match &self.entrance {
            Some(entrance) => self.take(entrance.device(keep, part).await),
            None => self.take(Err(work::no_other_token())),
        }
    }

    fn turn_to(&self, search: Search) {
        // Jobs that wait for the old search continue with it.
        let old = self.signed_in.send_replace(search);
        if let Some(Ok((client, _))) = old.peek() {
            client.retire();
        }
    }

    fn take(&self, entered: Result<Entered, Problem>) -> Outcome {
        match entered {
            Ok(entered) => {
                self.turn_to(known((entered.client, entered.source)));
                Outcome::TokenUsed { identity: Ok(entered.identity), kept: entered.kept }
            }
            Err(problem) => Outcome::TokenUsed { identity: Err(problem), kept: None },
        }
    }

    /// Ends every wait of the transport.
    pub fn stop_waiting(&self) {
        if let Some(Ok((client, _))) = self.signed_in.borrow().peek() {
            client.stop_waiting();
        }
    }

    pub fn clients(&self) -> work::Clients {
        let github = self.entrance.as_ref().map(|entrance| entrance.settings.clone());
        work::Clients { github, registry: self.registry.clone(), tools: self.tools.clone() }
    }

    /// The host for which `gh` stores a token, if this API has one.
    pub fn gh_host(&self) -> Option<&str> {
        self.entrance.as_ref()?.places.address.gh_host()
    }

    /// The hosts whose pages may be opened in a browser.
    pub fn web_hosts(&self) -> Vec<String> {
        let own = self.entrance.as_ref().and_then(|entrance| entrance.places.address.web_host()).map(str::to_owned);
        let docs = crate::domain::preset::presets().iter().flat_map(crate::domain::Preset::links);
        let docs = docs.filter_map(|link| Url::parse(link).ok()?.host_str().map(str::to_owned));
        // GitHub's codespaces each open on their own host.
        let codespaces = own.iter().any(|host| host == "github.com").then(|| "*.github.dev".to_owned());
        own.into_iter().chain(codespaces).chain(docs).collect()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

fn search(entrance: Entrance) -> Search {
    async move { entrance.find().await }.boxed().shared()
}

fn known(found: (github::Client, TokenSource)) -> Search {
    let search = ready(Ok(found)).boxed().shared();
    // Polled once at the start, so that peeking sees it as done.
    let _ = search.clone().now_or_never();
    search
}
