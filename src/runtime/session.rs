//! The clients of one run: who one is to GitHub, found once and shared by all jobs, and the registry's.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::mpsc::UnboundedSender;
use url::Url;

use super::ear::Ear;
use crate::app::protocol::{Msg, Outcome};
use crate::domain::token::{DeviceCode, TokenChoice, TokenReport, TokenSource};
use crate::domain::{Problem, Sensitive};
use crate::local::vault::SystemVault;
use crate::local::{Address, Env, token};
use crate::{github, registry, work};

/// The client for GitHub and where its token came from, or why there is none.
pub type SignedIn = Result<(github::Client, TokenSource), Problem>;

/// What every job is given.
#[derive(Clone)]
pub struct Session {
    pub env: Env,
    how: How,
    signed_in: Shared<BoxFuture<'static, SignedIn>>,
    ear: Ear,
    pub registry: registry::Client,
    pub tools: registry::Tools,
}

#[derive(Clone)]
enum How {
    Find(Address),
    Given(github::Client),
}

impl Session {
    /// On GitHub or the host the environment names, with the first token there is.
    pub fn real(env: Env, address: Address) -> Self {
        let registry = registry::Client::new(registry::Limits::default());
        Self::new(env, How::Find(address), Ear::default(), registry)
    }

    /// On the demo world: no token, keyring, cache or configuration of the user is read.
    /// `stand_in` is the registry that answers in place of all others.
    pub fn demo(env: Env, api_url: &str, token: &str, stand_in: SocketAddr) -> Result<Self, Problem> {
        let api_url = Url::parse(api_url).map_err(|fault| {
            Problem::new("the demo world has no address", fault.to_string(), "report this as a bug")
        })?;
        let ear = Ear::default();
        let settings = github::Settings::new(api_url, Some(Sensitive::new(token)));
        let settings = github::Settings { listener: Some(ear.listener()), ..settings };
        let registry = registry::Client::for_demo(registry::Limits::default(), stand_in);
        let client = github::Client::new(settings).map_err(|fault| work::connection_problem(&fault))?;
        Ok(Self::new(env, How::Given(client), ear, registry))
    }

    fn new(env: Env, how: How, ear: Ear, registry: registry::Client) -> Self {
        let exe = std::env::current_exe().unwrap_or_else(|_| "pullkey".into());
        let tools = registry::Tools::find(env.get_os("PATH").unwrap_or_default(), exe);
        let signed_in = sign_in(env.clone(), how.clone(), ear.clone());
        Self { env, how, signed_in, ear, registry, tools }
    }

    /// Sends what the transport tells from now on.
    pub fn hear(&self, send: UnboundedSender<Msg>) {
        self.ear.listen(send);
    }

    /// Waits for the one search for a token.
    pub async fn github(&self) -> SignedIn {
        self.signed_in.clone().await
    }

    /// Looks for a token once more if the last search found none.
    pub fn sign_in_again(&mut self) {
        if matches!(self.signed_in.peek(), Some(Err(_))) {
            self.signed_in = sign_in(self.env.clone(), self.how.clone(), self.ear.clone());
        }
    }

    /// Every token that can be found, and what each may do.
    pub async fn tokens(&self) -> Vec<TokenReport> {
        Vec::new()
    }

    /// Works with another token from now on.
    pub async fn use_token(&self, _choice: TokenChoice) -> Outcome {
        Outcome::TokenUsed { identity: Err(unfinished()), kept: None }
    }

    /// Takes pullkey's token out of the keyring; says whether there was one.
    pub async fn sign_out(&self) -> Result<bool, Problem> {
        Err(unfinished())
    }

    /// GitHub's device flow; `part` hears of the code to type.
    pub async fn device(&self, _keep: bool, _part: &mut (dyn FnMut(DeviceCode) + Send)) -> Outcome {
        Outcome::TokenUsed { identity: Err(unfinished()), kept: None }
    }

    /// Ends every wait of the transport.
    pub fn stop_waiting(&self) {
        if let Some(Ok((client, _))) = self.signed_in.peek() {
            client.stop_waiting();
        }
    }

    pub fn clients(&self) -> work::Clients {
        work::Clients { github: None, registry: self.registry.clone(), tools: self.tools.clone() }
    }

    /// The hosts whose pages may be opened in a browser.
    pub fn web_hosts(&self) -> Vec<String> {
        let own = match &self.how {
            How::Find(address) => address.web_host().map(str::to_owned),
            How::Given(_) => None,
        };
        let docs = crate::domain::preset::presets().iter().flat_map(crate::domain::Preset::links);
        let docs = docs.filter_map(|link| Url::parse(link).ok()?.host_str().map(str::to_owned));
        own.into_iter().chain(docs).collect()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

fn unfinished() -> Problem {
    Problem::new("the token was not changed", "this version does not do it yet", "set GH_TOKEN")
}

fn sign_in(env: Env, how: How, ear: Ear) -> Shared<BoxFuture<'static, SignedIn>> {
    let search = async move {
        match how {
            How::Given(client) => Ok((client, TokenSource::Demo)),
            How::Find(address) => {
                let vault = Arc::new(SystemVault::of(&env));
                let found = token::find(&env, &address, vault).await.map_err(Problem::from)?;
                let settings = work::settings(&env, address.api, Some(found.token));
                let settings = github::Settings { listener: Some(ear.listener()), ..settings };
                let client = github::Client::new(settings).map_err(|fault| work::connection_problem(&fault))?;
                Ok((client, found.source))
            }
        }
    };
    search.boxed().shared()
}
