//! The one key that mends a missing right: what it does about a problem, by where the token came from, and what follows
//! when the token has changed. Nothing that was typed or chosen is touched by it.
//!
//! It decides only; `gh` is run by the runtime, and tokens are found by the session.

use super::App;
use super::action::{Action, Offer};
use super::cx::{Cx, Facade, Flow};
use super::notices::Tone;
use super::protocol::{Effect, Job, Outcome};
use super::remote::Remote;
use super::screens::{Screen, sign_in};
use super::world::World;
use crate::domain::problem::Need;
use crate::domain::token::{Identity, TokenChoice, TokenSource};
use crate::domain::{Mend, Problem};

/// What the key does here and now.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// The token is gh's: gh adds the scopes, on this terminal.
    Refresh(Vec<String>),
    /// The sign-in screen, with what is missing.
    SignIn(Option<Need>),
    Open(String),
}

fn way(world: &World, mend: &Mend) -> Result<Way, &'static str> {
    if world.demo {
        return Err("the demo has its own token, and nothing leaves this machine");
    }
    match mend {
        Mend::Gain(need) => {
            let is_ghs = world.identity.value().is_some_and(|i| i.source == TokenSource::Gh);
            let by_gh = is_ghs && !need.scopes.is_empty();
            Ok(if by_gh { Way::Refresh(need.scopes.clone()) } else { Way::SignIn(Some(need.clone())) })
        }
        Mend::SignIn => Ok(Way::SignIn(None)),
        Mend::Open(url) => Ok(Way::Open(url.clone())),
        Mend::Retry => Err("there is nothing to fix: try again"),
        Mend::Copy(_) => Err("copy the command for it instead"),
    }
}

/// The offer of the key for a problem that is in sight; none where there is nothing a key could do.
pub fn offer(world: &World, mend: Option<&Mend>) -> Option<Offer> {
    let mend = mend.filter(|mend| matches!(mend, Mend::Gain(_) | Mend::SignIn | Mend::Open(_)))?;
    Some(Offer::called(Action::Mend, "fix").unless(way(world, mend).err()))
}

impl Cx<'_> {
    /// The key was pressed for a problem with this remedy.
    pub fn mend(&mut self, mend: Option<&Mend>) -> Flow {
        match mend.map(|mend| way(self.world, mend)) {
            Some(Ok(Way::Refresh(scopes))) => {
                self.world.gaining.clone_from(&scopes);
                self.effects.push(Effect::RefreshGh { scopes });
            }
            Some(Ok(Way::SignIn(need))) => {
                let state = sign_in::State::wanting(need, self);
                return Flow::Push(Screen::SignIn(Box::new(state)));
            }
            Some(Ok(Way::Open(url))) => self.effects.push(Effect::OpenUrl(url)),
            Some(Err(_)) | None => {}
        }
        Flow::Stay
    }

    /// Everything again, with the token there is now; what another person's token brought is not shown any more.
    fn read_again(&mut self, is_same_person: bool) {
        self.load_everything();
        self.forget_seamless();
        let failed = |remote: &Remote<_>| remote.problem().is_some();
        let again: Vec<_> = self
            .world
            .catalogues
            .iter()
            .filter(|(_, r)| !is_same_person || failed(r))
            .map(|(o, _)| o.clone())
            .collect();
        for org in again {
            self.load_catalogue(org.as_ref());
        }
        if !is_same_person {
            self.world.forget();
            self.forget_codespaces();
        }
    }
}

impl App {
    /// Where nothing may be written, every key that leads to a write says why not. The list of tokens writes none.
    pub(super) fn guard(&self, facade: &mut Facade) {
        let Some(reason) = self.world.no_writes().filter(|_| !matches!(self.top(), Screen::SignIn(_))) else { return };
        for offer in facade.offers.iter_mut().filter(|offer| offer.action.is_write()) {
            offer.not_now = Some(reason.clone());
        }
    }

    /// `gh` has given the terminal back: its token is read again, and then what failed.
    pub(super) fn returned(&mut self, result: Result<(), Problem>, effects: &mut Vec<Effect>) {
        self.with_cx(effects, |_, cx| match result {
            Ok(()) => {
                cx.start(Job::UseToken(TokenChoice::Of(TokenSource::Gh)));
                cx.note(Tone::Info, "gh is done; reading its token");
            }
            Err(problem) => {
                cx.world.gaining.clear();
                cx.note(Tone::Warn, told(&problem));
            }
        });
    }

    /// A token was chosen, given or refreshed, or could not be.
    pub(super) fn token_used(&mut self, outcome: &Outcome, effects: &mut Vec<Effect>) {
        let Outcome::TokenUsed { identity, kept } = outcome else { return };
        let gaining = std::mem::take(&mut self.world.gaining);
        let now = match identity {
            Ok(now) => now,
            Err(problem) => {
                let problem = problem.clone();
                self.with_cx(effects, |_, cx| cx.note(Tone::Bad, told(&problem)));
                return;
            }
        };
        let is_same_person = self.world.identity.value().is_none_or(|was| was.login == now.login);
        if let Some(old) = self.world.identity.loading_id() {
            // Who the token before was is asked no more.
            self.with_cx(effects, |_, cx| cx.cancel(old));
        }
        // Two tokens of one person may count on hours of their own: an app's do.
        self.world.count_for(now, false);
        self.world.identity = Remote::Ready(now.clone());
        if matches!(self.top(), Screen::SignIn(state) if state.returns()) {
            self.close(effects);
        }
        self.with_cx(effects, |_, cx| {
            cx.read_again(is_same_person);
            let (tone, text) = what_it_has(now, &gaining);
            cx.note(tone, text);
            match kept {
                Some(Ok(())) => cx.note(Tone::Good, "the token is stored in the system keyring"),
                Some(Err(problem)) => cx.note(Tone::Warn, format!("for this session only: {}", told(problem))),
                None => {}
            }
        });
        for at in 0..self.stack.len() {
            self.at(at, effects, |screen, cx| screen.returned(Ok(()), cx));
        }
    }
}

/// Who one is now, and whether what was asked for is there: gh may end well without it.
fn what_it_has(now: &Identity, gaining: &[String]) -> (Tone, String) {
    let lacking: Vec<&str> =
        gaining.iter().filter(|scope| now.has_scope(scope) == Some(false)).map(String::as_str).collect();
    let who = format!("{}, token from {}", now.login.shown(), now.source.word());
    match (gaining.is_empty(), lacking.is_empty()) {
        (true, _) => (Tone::Good, format!("signed in as {who}; reloading everything")),
        (false, true) => {
            (Tone::Good, format!("the token now has {}; reloading what failed before", gaining.join(", ")))
        }
        (false, false) => (Tone::Warn, format!("gh is done, but the token still lacks {} ({who})", lacking.join(", "))),
    }
}

fn told(problem: &Problem) -> String {
    format!("{}: {}; {}", problem.what, problem.why, problem.hint)
}
