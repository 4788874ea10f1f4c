//! The form for a token: one hidden field, and whether to save it in the keyring.

use crate::app::action::{Action, AvailableAction};
use crate::app::context::{AvailableActions, Context};
use crate::app::form::{REVEAL, field_key, say_refusal};
use crate::app::keymap::KeyPress;
use crate::app::protocol::Timer;
use crate::domain::Sensitive;
use crate::domain::lint::{Severity, check_token};
use crate::domain::token::TokenChoice;
use crate::ui::{TextField, TrailingLineEnd};

#[derive(Clone, Debug)]
pub struct Giving {
    pub field: TextField,
    /// Whether to save it in the system keyring.
    pub keep: bool,
    /// Whether the user chose that.
    is_chosen: bool,
    /// Whether the focus is on the line about the keyring.
    pub on_keep: bool,
    revealing: Option<u64>,
}

/// The outcome of a key in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    Nothing,
    Back,
    Use(TokenChoice),
}

impl Giving {
    pub fn new(keep: bool) -> Self {
        Self { field: TextField::secret(), keep, is_chosen: false, on_keep: false, revealing: None }
    }

    /// The finding about what is typed so far.
    pub fn remark(&self) -> Option<(Severity, String)> {
        check_token(&self.field.glimpse())
    }

    fn blocker(&self) -> Option<String> {
        if self.field.is_empty() {
            return Some("type or paste a token first".to_owned());
        }
        self.remark().filter(|(severity, _)| *severity == Severity::Block).map(|(_, text)| text)
    }

    /// The keyring cannot be used: untick it, unless the user ticked it.
    pub fn untick(&mut self) {
        self.keep &= self.is_chosen;
    }

    /// `is_busy` while a token is being checked.
    pub fn available_actions(&self, is_busy: bool) -> AvailableActions {
        let busy = is_busy.then(|| "GitHub is checking the token".to_owned());
        let elsewhere = (!self.on_keep).then_some("tab goes to the keyring line");
        let hidden = self.on_keep.then_some("only the token is hidden");
        let offers = vec![
            AvailableAction::called(Action::Activate, "use it").unless(busy.or_else(|| self.blocker())),
            AvailableAction::new(Action::Back),
            AvailableAction::called(Action::Next, if self.on_keep { "to the token" } else { "to the keyring" }),
            AvailableAction::called(Action::Toggle, "save or not").unless(elsewhere),
            AvailableAction::new(Action::Reveal).unless(hidden),
            AvailableAction::called(Action::Previous, if self.on_keep { "to the token" } else { "to the keyring" }),
            AvailableAction::called(Action::Down, "to the keyring")
                .unless(self.on_keep.then_some("this is the last line")),
            AvailableAction::called(Action::Up, "to the token")
                .unless((!self.on_keep).then_some("this is the first line")),
        ];
        AvailableActions { offers, typing: !self.on_keep }
    }

    pub fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Given {
        match action {
            Action::Activate => {
                self.leave_field();
                // If GitHub refuses it, it is still there, and a second try replaces it.
                self.field.select_all();
                return Given::Use(TokenChoice::Given { token: self.field.value(), keep: self.keep });
            }
            Action::Back => return Given::Back,
            Action::Next | Action::Previous | Action::Up | Action::Down => {
                self.leave_field();
                self.on_keep = !self.on_keep;
            }
            Action::Toggle => (self.keep, self.is_chosen) = (!self.keep, true),
            Action::Reveal => self.toggle_reveal(cx),
            _ => {} // not offered here
        }
        Given::Nothing
    }

    pub fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let Some(key) = field_key(key).filter(|_| !self.on_keep) else { return false };
        say_refusal(self.field.key(key), cx);
        true
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) {
        self.on_keep = false;
        say_refusal(self.field.paste(text, TrailingLineEnd::DropOne), cx);
    }

    fn toggle_reveal(&mut self, cx: &mut Context<'_>) {
        let number = cx.running_jobs.number();
        self.field.reveal(!self.field.is_revealed());
        self.revealing = self.field.is_revealed().then_some(number);
        if self.revealing.is_some() {
            cx.after(Timer::Reveal(number), REVEAL);
        }
    }

    pub fn hide(&mut self, number: u64) {
        if self.revealing == Some(number) {
            self.leave_field();
        }
    }

    /// A mouse click on one of its two lines.
    pub fn focus(&mut self, row: usize) {
        self.leave_field();
        self.on_keep = row > 0;
    }

    fn leave_field(&mut self) {
        self.revealing = None;
        self.field.leave();
    }
}
