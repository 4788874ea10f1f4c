//! The key that fixes a missing permission: what it does about a problem depends on where the token came from. Once the
//! token has changed, what failed is read again. Nothing typed or chosen is lost.
//!
//! This module only decides; the runtime runs `gh`, and the session finds tokens.

use super::App;
use super::action::{Action, AvailableAction};
use super::context::{AvailableActions, Context, Navigation};
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
    /// The token comes from gh, so gh adds the scopes, in this terminal.
    Refresh(Vec<String>),
    /// Opens the sign-in screen, with what is missing.
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

/// Offers the key for a visible problem; `None` if no key can fix it.
pub fn offer(world: &World, mend: Option<&Mend>) -> Option<AvailableAction> {
    let mend = mend.filter(|mend| matches!(mend, Mend::Gain(_) | Mend::SignIn | Mend::Open(_)))?;
    Some(AvailableAction::called(Action::Mend, "fix").unless(way(world, mend).err()))
}

impl Context<'_> {
    /// The key was pressed for a problem with this fix.
    pub fn mend(&mut self, mend: Option<&Mend>) -> Navigation {
        match mend.map(|mend| way(self.world, mend)) {
            Some(Ok(Way::Refresh(scopes))) => {
                self.world.gaining.clone_from(&scopes);
                self.effects.push(Effect::RefreshGh { scopes });
            }
            Some(Ok(Way::SignIn(need))) => {
                let state = sign_in::State::wanting(need, self);
                return Navigation::Push(Screen::SignIn(Box::new(state)));
            }
            Some(Ok(Way::Open(url))) => self.effects.push(Effect::OpenUrl(url)),
            Some(Err(_)) | None => {}
        }
        Navigation::Stay
    }

    /// Reads everything again with the current token; data read with another person's token is no longer shown.
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
    /// In read-only mode, every key that leads to a write is disabled with the reason. The list of tokens writes
    /// nothing.
    pub(super) fn guard(&self, available_actions: &mut AvailableActions) {
        let Some(reason) = self.world.no_writes().filter(|_| !matches!(self.top(), Screen::SignIn(_))) else { return };
        for offer in available_actions.offers.iter_mut().filter(|offer| offer.action.is_write()) {
            offer.disabled_reason = Some(reason.clone());
        }
    }

    /// `gh` has returned the terminal: reads its token, then what failed before.
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

    /// A token was chosen, entered or refreshed, or that failed.
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
            // Whose token the previous one was no longer matters.
            self.with_cx(effects, |_, cx| cx.cancel(old));
        }
        // Two tokens of one person may have separate hourly limits, as an app's do.
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

/// Who you are now, and whether the requested scopes are there: gh may exit successfully without them.
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
