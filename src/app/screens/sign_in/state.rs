//! The list of tokens and what its keys do: choose one, enter one, sign in with a code, remove the stored one.

use chrono::{DateTime, Utc};

use super::giving::Given;
use super::{Giving, Needed};
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::buttons::Buttons;
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::keymap::KeyPress;
use crate::app::notices::Tone;
use crate::app::protocol::{Effect, Job, JobId, Outcome, Part};
use crate::app::remote::Remote;
use crate::app::screens::Behavior;
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::domain::problem::Need;
use crate::domain::token::{DeviceCode, TokenChoice, TokenReport, TokenSource};
use crate::domain::{Problem, Sensitive};
use crate::ui::{Memory, TextField};

#[derive(Clone, Debug)]
pub struct State {
    pub tokens: Remote<Vec<TokenReport>>,
    cursor: usize,
    /// What is missing, if that opened this screen: then it closes as soon as another token is in use.
    pub needed: Option<Needed>,
    pub phase: Phase,
    /// The running change of token.
    busy: Option<JobId>,
    pub scroll: Scroll,
    /// Whether the keyring was chosen the last time.
    keep: bool,
    at_first: bool,
}

#[derive(Clone, Debug)]
pub enum Phase {
    List,
    Giving(Box<Giving>),
    /// Waiting for the code from GitHub, then until the user has typed it on GitHub's page.
    Device {
        id: JobId,
        code: Option<DeviceCode>,
    },
    Forgetting(Buttons),
}

/// One row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// By its index among the tokens found.
    Token(usize),
    Give,
    Device,
}

impl State {
    pub fn open(cx: &mut Context<'_>) -> Self {
        Self::wanting(None, cx)
    }

    /// The list, with what is missing on top.
    pub fn wanting(need: Option<Need>, cx: &mut Context<'_>) -> Self {
        let needed = need.map(|need| Needed::of(&need, cx.world));
        let mut state = Self {
            tokens: Remote::Absent,
            cursor: 0,
            needed,
            phase: Phase::List,
            busy: None,
            scroll: Scroll::default(),
            keep: true,
            at_first: true,
        };
        state.read(cx);
        state
    }

    /// Whether this screen closes as soon as another token is in use.
    pub const fn returns(&self) -> bool {
        self.needed.is_some()
    }

    pub fn rows(&self, world: &World) -> Vec<Row> {
        let tokens = self.tokens.value().map_or(0, Vec::len);
        let device = world.has_device_flow.then_some(Row::Device);
        (0..tokens).map(Row::Token).chain([Row::Give]).chain(device).collect()
    }

    pub fn selected(&self, world: &World) -> (usize, Row) {
        let rows = self.rows(world);
        let at = self.cursor.min(rows.len().saturating_sub(1));
        (at, rows.get(at).copied().unwrap_or(Row::Give))
    }

    pub fn token(&self, row: Row) -> Option<&TokenReport> {
        match row {
            Row::Token(at) => self.tokens.value()?.get(at),
            Row::Give | Row::Device => None,
        }
    }

    pub const fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    fn read(&mut self, cx: &mut Context<'_>) {
        if let Some(old) = self.tokens.loading_id() {
            cx.cancel(old);
        }
        let id = cx.start(Job::Tokens);
        self.tokens.begin(id);
    }

    fn use_token(&mut self, choice: TokenChoice, cx: &mut Context<'_>) {
        self.phase = Phase::List;
        self.busy = Some(cx.start(Job::UseToken(choice)));
    }

    fn activate(&mut self, cx: &mut Context<'_>) {
        match self.selected(cx.world).1 {
            row @ Row::Token(_) => {
                if let Some(source) = self.token(row).map(|token| token.source) {
                    self.use_token(TokenChoice::Of(source), cx);
                }
            }
            Row::Give => self.phase = Phase::Giving(Box::new(Giving::new(self.keep))),
            Row::Device => {
                let id = cx.start(Job::Device { keep: self.keep });
                self.phase = Phase::Device { id, code: None };
            }
        }
    }

    fn list_offers(&self, world: &World) -> Vec<AvailableAction> {
        let (_, row) = self.selected(world);
        let demo = world.demo.then_some("the demo has its own token, and nothing leaves this machine");
        let busy = demo.or(self.is_busy().then_some("another token is being checked"));
        let token = self.token(row);
        let not_usable = match token {
            Some(token) if token.used => Some("pullkey already uses this token"),
            Some(TokenReport { source: TokenSource::Given, .. }) => Some("already in use for this run"),
            Some(_) | None => None,
        };
        let label = match row {
            Row::Token(_) => "use it",
            Row::Give => "enter a token",
            Row::Device => "sign in with a code",
        };
        let kept = self.tokens.value().into_iter().flatten().any(|token| token.source == TokenSource::Keyring);
        let none_kept = (!kept).then_some("the keyring has no pullkey token");
        let no_page = self.page().is_none().then_some("no page for this");
        let mut offers = vec![
            AvailableAction::called(Action::Activate, label).unless(busy.or(not_usable)),
            AvailableAction::new(Action::Back),
            AvailableAction::called(Action::New, "enter a token").unless(busy),
        ];
        let page = [
            AvailableAction::called(Action::OpenLink, "open the page").unless(no_page),
            AvailableAction::called(Action::Copy, "copy its address").unless(no_page),
        ];
        offers.extend(page);
        offers.extend([
            AvailableAction::called(Action::Delete, "sign out").unless(busy.or(none_kept)),
            AvailableAction::new(Action::Reload),
        ]);
        offers.extend(moving());
        offers
    }

    fn page(&self) -> Option<&str> {
        self.needed.as_ref()?.page.as_deref()
    }

    fn act_in_list(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        let (at, _) = self.selected(cx.world);
        let last = self.rows(cx.world).len().saturating_sub(1);
        match action {
            Action::Back => return Navigation::Close,
            Action::Activate => self.activate(cx),
            Action::New => self.phase = Phase::Giving(Box::new(Giving::new(self.keep))),
            Action::Delete => self.phase = Phase::Forgetting(Buttons::default()),
            Action::Reload => {
                self.read(cx);
                cx.note(Tone::Info, "looking for tokens again");
            }
            Action::OpenLink => cx.effects.extend(self.page().map(|page| Effect::OpenUrl(page.to_owned()))),
            Action::Copy => cx.effects.extend(self.page().map(|page| Effect::Copy(page.to_owned()))),
            Action::PageUp | Action::PageDown => self.scroll.act(action),
            Action::Up => self.move_to(at.saturating_sub(1)),
            Action::Down => self.move_to((at + 1).min(last)),
            Action::Top => self.move_to(0),
            _ => self.move_to(last), // to the bottom
        }
        Navigation::Stay
    }

    fn move_to(&mut self, row: usize) {
        if row != self.cursor {
            self.scroll = Scroll::default();
        }
        self.at_first = false;
        self.cursor = row;
    }

    fn act_in_device(&mut self, action: Action, cx: &mut Context<'_>) {
        let Phase::Device { id, code } = &self.phase else { return };
        match (action, code) {
            (Action::OpenLink, Some(code)) => cx.effects.push(Effect::OpenUrl(code.page.shown())),
            (Action::Copy, Some(code)) => cx.effects.push(Effect::Copy(code.user_code.shown())),
            (Action::Back, _) => {
                cx.cancel(*id);
                self.phase = Phase::List;
                cx.note(Tone::Info, "stopped waiting; nothing was changed");
            }
            _ => {} // not offered yet
        }
    }

    fn act_in_question(&mut self, action: Action, cx: &mut Context<'_>) {
        let Phase::Forgetting(buttons) = &mut self.phase else { return };
        if buttons.act(action, 2) {
            return;
        }
        match action {
            Action::Activate if buttons.is_armed() => {
                self.phase = Phase::List;
                self.busy = Some(cx.start(Job::SignOut));
            }
            _ => self.phase = Phase::List, // back, or Enter on “cancel”
        }
    }

    /// If the keyring cannot be used, saving a token there is no longer proposed.
    fn settle_keep(&mut self, tokens: &[TokenReport]) {
        let is_shut = |token: &TokenReport| token.source == TokenSource::Keyring && token.is_unread();
        if tokens.iter().any(is_shut) {
            self.keep = false;
            if let Phase::Giving(giving) = &mut self.phase {
                giving.untick();
            }
        }
    }

    /// The tokens have arrived: the cursor starts on the one that helps, else on the one in use.
    fn settle_cursor(&mut self) {
        let Some(tokens) = self.tokens.value().filter(|_| self.at_first) else { return };
        let other_gh = tokens.iter().position(|t| t.source == TokenSource::Gh && !t.used && t.identity.is_ok());
        let used = tokens.iter().position(|t| t.used);
        self.cursor = other_gh.filter(|_| self.returns()).or(used).unwrap_or(0);
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        "Sign in".to_owned()
    }

    fn available_actions(&self, world: &World, _now: DateTime<Utc>) -> AvailableActions {
        match &self.phase {
            Phase::List => AvailableActions { offers: self.list_offers(world), typing: false },
            Phase::Giving(giving) => giving.available_actions(self.is_busy()),
            Phase::Device { code, .. } => {
                let not_yet = code.is_none().then_some("no code yet");
                let offers = vec![
                    AvailableAction::called(Action::OpenLink, "open the page").unless(not_yet),
                    AvailableAction::called(Action::Copy, "copy the code").unless(not_yet),
                    AvailableAction::called(Action::Back, "cancel"),
                ];
                AvailableActions { offers, typing: false }
            }
            Phase::Forgetting(buttons) => {
                let mut offers = buttons.offers("cancel", "sign out");
                offers.push(AvailableAction::called(Action::Back, "cancel"));
                AvailableActions { offers, typing: false }
            }
        }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match &mut self.phase {
            Phase::List => return self.act_in_list(action, cx),
            Phase::Giving(giving) => {
                let given = giving.act(action, cx);
                self.keep = giving.keep;
                match given {
                    Given::Nothing => {}
                    Given::Back => self.phase = Phase::List,
                    // The form stays until GitHub accepts the token: a second try happens there too.
                    Given::Use(choice) => self.busy = Some(cx.start(Job::UseToken(choice))),
                }
            }
            Phase::Device { .. } => self.act_in_device(action, cx),
            Phase::Forgetting(_) => self.act_in_question(action, cx),
        }
        Navigation::Stay
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        match &mut self.phase {
            Phase::Giving(giving) => giving.text_key(key, cx),
            Phase::List | Phase::Device { .. } | Phase::Forgetting(_) => false,
        }
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        let takes = !cx.world.demo && !self.is_busy();
        match &mut self.phase {
            Phase::Giving(giving) => giving.paste(text, cx),
            // Pasted text here can only be a token.
            Phase::List if takes => {
                let mut giving = Giving::new(self.keep);
                giving.paste(text, cx);
                self.phase = Phase::Giving(Box::new(giving));
            }
            Phase::List | Phase::Device { .. } | Phase::Forgetting(_) => {
                cx.note(Tone::Info, "no text field here to paste into");
            }
        }
        Navigation::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        let is_row = row < self.rows(cx.world).len();
        match &mut self.phase {
            Phase::List if is_row => self.move_to(row),
            Phase::Giving(giving) => giving.focus(row),
            Phase::List | Phase::Device { .. } | Phase::Forgetting(_) => {}
        }
        Navigation::Stay
    }

    fn waits_for(&self, id: JobId) -> bool {
        let device = matches!(&self.phase, Phase::Device { id: mine, .. } if *mine == id);
        self.tokens.loading_id() == Some(id) || self.busy == Some(id) || device
    }

    fn part(&mut self, id: JobId, part: Part, _cx: &mut Context<'_>) {
        if let (Phase::Device { id: mine, code }, Part::Device(new)) = (&mut self.phase, part)
            && *mine == id
        {
            *code = Some(new);
        }
    }

    fn finished(&mut self, id: JobId, outcome: Outcome, cx: &mut Context<'_>) {
        let was_tried = self.busy == Some(id);
        if was_tried {
            self.busy = None;
        }
        if matches!(&self.phase, Phase::Device { id: mine, .. } if *mine == id) {
            self.phase = Phase::List;
        }
        match outcome {
            Outcome::Tokens(tokens) => {
                cx.world.take_tokens(&tokens);
                self.settle_keep(&tokens);
                self.tokens.settle(id, Ok(tokens));
                self.settle_cursor();
            }
            Outcome::SignedOut(result) => {
                match result {
                    Ok(true) => cx.note(Tone::Good, "removed pullkey's token from the keyring"),
                    Ok(false) => cx.note(Tone::Info, "the keyring had no pullkey token"),
                    Err(problem) => cx.note(Tone::Bad, told(&problem)),
                }
                self.read(cx);
            }
            // The app handles the rest of a change of token.
            Outcome::TokenUsed { identity: Ok(_), kept } => {
                self.keep &= !matches!(kept, Some(Err(_)));
                if was_tried && matches!(self.phase, Phase::Giving(_)) {
                    self.phase = Phase::List;
                }
            }
            // A refused token stays in the form, selected, so that a second try replaces it.
            _ => {}
        }
    }

    fn returned(&mut self, _result: Result<(), Problem>, cx: &mut Context<'_>) {
        self.at_first = true;
        self.read(cx);
    }

    fn at_line(&self, world: &World) -> Option<usize> {
        match self.phase {
            Phase::List => Some(self.selected(world).0 * 10_000 + self.scroll.at()),
            Phase::Giving(_) | Phase::Device { .. } | Phase::Forgetting(_) => None,
        }
    }

    fn drawn(&mut self, memory: &Memory) {
        self.scroll.drawn(memory.end("token").unwrap_or_default());
    }

    fn disarm(&mut self) {
        if let Phase::Forgetting(buttons) = &mut self.phase {
            buttons.disarm();
        }
    }

    fn fields(&mut self) -> Vec<&mut TextField> {
        match &mut self.phase {
            Phase::Giving(giving) => vec![&mut giving.field],
            Phase::List | Phase::Device { .. } | Phase::Forgetting { .. } => Vec::new(),
        }
    }

    fn hide(&mut self, number: u64) {
        if let Phase::Giving(giving) = &mut self.phase {
            giving.hide(number);
        }
    }

    fn is_unsaved(&self) -> bool {
        // A token that is being checked has already been sent.
        let is_sent = |giving: &Giving| self.is_busy() && giving.field.is_selected();
        matches!(&self.phase, Phase::Giving(giving) if !giving.field.is_empty() && !is_sent(giving))
    }

    /// The change of token continues: the user requested it.
    fn close(&mut self, cx: &mut Context<'_>) {
        if let Some(id) = self.tokens.loading_id() {
            cx.cancel(id);
        }
        if let Phase::Device { id, .. } = self.phase {
            cx.cancel(id);
        }
    }
}

fn told(problem: &Problem) -> String {
    format!("{}: {}; {}", problem.what, problem.why, problem.hint)
}
