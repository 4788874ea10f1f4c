//! The screens, one folder each: `state.rs` decides, `view.rs` draws, `tests.rs` proves.

pub mod access;
pub mod activity;
pub mod codespaces;
pub mod confirm;
pub mod credentials;
pub mod fill;
pub mod help;
pub mod login_test;
pub mod pick;
pub mod quit;
pub mod sign_in;
pub mod wizard;

use chrono::{DateTime, Utc};

use super::action::Action;
use super::context::{AvailableActions, Context, Navigation};
use super::keymap::KeyPress;
use super::protocol::{JobId, Outcome, Part};
use super::world::World;
use crate::domain::source::Taken;
use crate::domain::{OrgName, Problem, Renamed, Sensitive};
use crate::ui::{Memory, TextField};

/// Every screen that can be open.
#[derive(Clone, Debug)]
pub enum Screen {
    Credentials(credentials::State),
    Wizard(Box<wizard::State>),
    Access(Box<access::State>),
    LoginTest(Box<login_test::State>),
    Confirm(Box<confirm::State>),
    Help(help::State),
    SignIn(Box<sign_in::State>),
    Codespaces(Box<codespaces::State>),
    Activity(activity::State),
    Pick(Box<pick::State>),
    Fill(Box<fill::State>),
    /// The question before the program quits.
    Quit(quit::State),
}

/// Forwards a call to the screen that is open.
macro_rules! each {
    ($screen:expr, $state:ident => $call:expr) => {
        match $screen {
            Screen::Credentials($state) => $call,
            Screen::Wizard($state) => $call,
            Screen::Access($state) => $call,
            Screen::LoginTest($state) => $call,
            Screen::Confirm($state) => $call,
            Screen::Help($state) => $call,
            Screen::SignIn($state) => $call,
            Screen::Codespaces($state) => $call,
            Screen::Activity($state) => $call,
            Screen::Pick($state) => $call,
            Screen::Fill($state) => $call,
            Screen::Quit($state) => $call,
        }
    };
}

/// What a screen can do. Most have no text field and no job of their own.
pub trait Behavior {
    /// Its name in the line of tabs.
    fn title(&self) -> String;
    fn available_actions(&self, world: &World, now: DateTime<Utc>) -> AvailableActions;
    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation;

    /// A key while a text field has the focus; returns whether it was taken as text.
    fn text_key(&mut self, _key: KeyPress, _cx: &mut Context<'_>) -> bool {
        false
    }
    fn paste(&mut self, _text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        cx.note(super::notices::Tone::Info, "no text field here to paste into");
        Navigation::Stay
    }
    /// A mouse click on row `row` of the screen's list.
    fn point(&mut self, _row: usize, _cx: &mut Context<'_>) -> Navigation {
        Navigation::Stay
    }
    fn waits_for(&self, _id: JobId) -> bool {
        false
    }
    fn part(&mut self, _id: JobId, _part: Part, _cx: &mut Context<'_>) {}
    fn finished(&mut self, _id: JobId, _outcome: Outcome, _cx: &mut Context<'_>) {}
    /// The token changed or has more permissions: the screen's failed reads are worth another try.
    fn returned(&mut self, _result: Result<(), Problem>, _cx: &mut Context<'_>) {}
    /// Whether it needs an organization's repositories, or all with `None`, to choose from or to count.
    fn chooses_from(&self, _org: Option<&OrgName>) -> bool {
        false
    }
    /// Takes imported values into its fields.
    fn fill(&mut self, _taken: &Taken, _cx: &mut Context<'_>) {}
    /// Takes what became known since it was opened.
    fn learn(&mut self, _world: &World) {}
    /// A repository was renamed; what is typed and chosen stays.
    fn renamed(&mut self, _renamed: &Renamed) {}
    /// The current line, on screens whose movement keys go line by line.
    fn at_line(&self, _world: &World) -> Option<usize> {
        None
    }
    /// Takes from the last frame how far its texts scroll.
    fn drawn(&mut self, _memory: &Memory) {}
    /// Text arrived while a question is open: move the focus back to its harmless button.
    fn disarm(&mut self) {}
    /// Hides what reveal number `number` showed.
    fn hide(&mut self, _number: u64) {}
    /// All its fields, visible or not: none of them may show what was typed as a password in another.
    fn fields(&mut self) -> Vec<&mut TextField> {
        Vec::new()
    }
    /// Whether leaving would lose something typed here.
    fn is_unsaved(&self) -> bool {
        false
    }
    /// Whether what was chosen on the screens below it has been submitted.
    fn has_submitted(&self) -> bool {
        false
    }
    /// Called when it becomes a tab's screen: requests what it shows.
    fn opened(&mut self, _cx: &mut Context<'_>) {}
    /// Cancels its reads before it closes.
    fn close(&mut self, _cx: &mut Context<'_>) {}
}

impl Screen {
    pub fn title(&self) -> String {
        each!(self, s => s.title())
    }

    pub fn available_actions(&self, world: &World, now: DateTime<Utc>) -> AvailableActions {
        each!(self, s => s.available_actions(world, now))
    }

    pub fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        each!(self, s => s.act(action, cx))
    }

    pub fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        each!(self, s => s.text_key(key, cx))
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        each!(self, s => s.paste(text, cx))
    }

    pub fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        each!(self, s => s.point(row, cx))
    }

    pub fn waits_for(&self, id: JobId) -> bool {
        each!(self, s => s.waits_for(id))
    }

    pub fn part(&mut self, id: JobId, part: Part, cx: &mut Context<'_>) {
        each!(self, s => s.part(id, part, cx));
    }

    pub fn finished(&mut self, id: JobId, outcome: Outcome, cx: &mut Context<'_>) {
        each!(self, s => s.finished(id, outcome, cx));
    }

    pub fn returned(&mut self, result: Result<(), Problem>, cx: &mut Context<'_>) {
        each!(self, s => s.returned(result, cx));
    }

    pub fn renamed(&mut self, renamed: &Renamed) {
        each!(self, s => s.renamed(renamed));
    }

    pub fn chooses_from(&self, org: Option<&OrgName>) -> bool {
        each!(self, s => s.chooses_from(org))
    }

    pub fn at_line(&self, world: &World) -> Option<usize> {
        each!(self, s => s.at_line(world))
    }

    pub fn drawn(&mut self, memory: &Memory) {
        each!(self, s => s.drawn(memory));
    }

    pub fn fill(&mut self, taken: &Taken, cx: &mut Context<'_>) {
        each!(self, s => s.fill(taken, cx));
    }

    pub fn learn(&mut self, world: &World) {
        each!(self, s => s.learn(world));
    }

    pub fn disarm(&mut self) {
        each!(self, s => s.disarm());
    }

    pub fn hide(&mut self, number: u64) {
        each!(self, s => s.hide(number));
    }

    pub fn fields(&mut self) -> Vec<&mut TextField> {
        each!(self, s => s.fields())
    }

    pub fn is_unsaved(&self) -> bool {
        each!(self, s => s.is_unsaved())
    }

    pub fn has_submitted(&self) -> bool {
        each!(self, s => s.has_submitted())
    }

    pub fn opened(&mut self, cx: &mut Context<'_>) {
        each!(self, s => s.opened(cx));
    }

    pub fn close(&mut self, cx: &mut Context<'_>) {
        each!(self, s => s.close(cx));
    }
}
