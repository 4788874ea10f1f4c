//! Leaving a screen with unsaved changes: never at once, and never without a warning.

use super::action::Action;
use super::context::Navigation;
use super::notices::Tone;
use super::protocol::Effect;
use super::screens::Screen;
use super::{App, Keymap};

/// An action that was refused because it would lose what was typed. The same key again confirms it; any other key,
/// paste or click cancels it, and so does the end of its notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnsavedChanges {
    action: Action,
    /// The number of that notice.
    notice: u64,
    /// A repeated letter may be text: until a moment has passed without typing, the second one asks again.
    waits: Option<u64>,
}

/// How an action was requested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct How {
    /// The action that was refused just before, because it would lose what was typed.
    pub after: Option<Action>,
    /// With a key that types a character.
    pub by_letter: bool,
}

impl App {
    /// Cancels the refused action and removes its notice; returns the action.
    pub(super) fn stay_after_all(&mut self) -> Option<Action> {
        let UnsavedChanges { action, notice, waits } = self.unsaved.take()?;
        self.notices.expire(notice);
        waits.is_none().then_some(action)
    }

    /// A moment passed without typing: a letter that follows is not text.
    pub(super) fn quiet_before_parting(&mut self, number: u64) {
        if let Some(unsaved) = self.unsaved.as_mut().filter(|unsaved| unsaved.waits == Some(number)) {
            unsaved.waits = None;
        }
    }

    /// A notice has expired.
    pub(super) fn expire(&mut self, notice: u64) {
        self.notices.expire(notice);
        self.unsaved = self.unsaved.filter(|unsaved| unsaved.notice != notice);
    }

    /// Follows what a key led to, unless that would lose typed values: then it warns, and only the same key again
    /// discards them.
    pub(super) fn part_with(&mut self, flow: Navigation, (action, how): (Action, How), effects: &mut Vec<Effect>) {
        if how.after == Some(action) || !self.would_lose(&flow) {
            self.follow(flow, effects);
            return;
        }
        let key = Keymap::shipped().key(action, false).unwrap_or_default();
        let text = format!("what you typed is not saved; {key} again discards it");
        let notice = self.with_cx(effects, |_, cx| cx.numbered_note(Tone::Warn, &text));
        let waits = how.by_letter.then(|| self.listen_for_quiet(effects));
        self.unsaved = Some(UnsavedChanges { action, notice, waits });
    }

    fn would_lose(&self, flow: &Navigation) -> bool {
        match flow {
            Navigation::Close => self.top().is_unsaved(),
            Navigation::Home | Navigation::Tab(_) if self.top().has_submitted() => false,
            Navigation::Home | Navigation::Tab(_) => self.stack().iter().any(Screen::is_unsaved),
            // The values move on to the next screen.
            Navigation::Stay | Navigation::Push(_) | Navigation::Replace(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::app::protocol::{Msg, Pointer};
    use crate::app::tests::{CANARY, Driver};

    fn typed_in_the_wizard() -> Driver {
        let mut driver = Driver::ready();
        driver.keys("n enter enter");
        driver.type_text("mycompany.azurecr.io").press("tab");
        driver.type_text("ci-pull").press("tab");
        driver.type_text(CANARY);
        driver
    }

    #[test]
    fn what_another_product_puts_aside_is_not_left_behind_unasked() {
        let mut driver = Driver::ready();
        driver.keys("n enter enter");
        driver.type_text("mycompany.azurecr.io");
        // Docker Hub fills in the server, so the typed one is kept until another product is chosen.
        driver.keys("esc esc down enter enter");
        driver.keys("esc 1");
        assert!(driver.notice().contains("not saved; 1 again"), "{}", driver.notice());
        assert_eq!(driver.app.stack().len(), 2);
    }

    #[test]
    fn home_asks_before_it_leaves_typed_values_behind() {
        let mut driver = typed_in_the_wizard();
        driver.keys("esc 1");
        assert_eq!(driver.app.stack().len(), 2);
        assert!(driver.notice().contains("not saved; 1 again"), "{}", driver.notice());
        driver.press("1");
        assert_eq!(driver.app.stack().len(), 2, "text may hold a letter twice");
        driver.quiet();
        driver.press("1");
        assert_eq!(driver.app.stack().len(), 1);
    }

    #[test]
    fn the_last_step_back_out_of_the_wizard_asks_too() {
        let mut driver = typed_in_the_wizard();
        driver.keys("esc esc esc");
        assert_eq!(driver.app.stack().len(), 2, "values, where, registry, and there it asks");
        assert!(driver.notice().contains("esc again"), "{}", driver.notice());
        driver.keys("enter enter");
        driver.says("mycompany.azurecr.io").says("ci-pull");
        driver.keys("esc esc esc");
        assert_eq!(driver.app.stack().len(), 2, "another key in between, and it asks anew");
        driver.press("esc");
        assert_eq!(driver.app.stack().len(), 1);
    }

    type Change = fn(&mut Driver);

    #[test]
    fn leaving_what_was_typed_is_called_off_by_anything_else_and_by_time() {
        let asked = || {
            let mut driver = Driver::ready();
            driver.press("t");
            driver.type_text("x").press("esc");
            assert!(driver.notice().contains("esc again"), "{}", driver.notice());
            driver
        };
        let changes: [(&str, Change); 5] = [
            ("a key that means nothing", |driver| drop(driver.press("f9"))),
            ("a key that is refused", |driver| drop(driver.press("f2"))),
            ("a paste", |driver| drop(driver.paste("more"))),
            ("a click", |driver| drop(driver.send(Msg::Pointer(Pointer::Row(0))))),
            ("the end of its message", Driver::expire_notices),
        ];
        for (what, change) in changes {
            let mut driver = asked();
            change(&mut driver);
            assert!(!driver.notice().contains("esc again"), "{what} ends its message");
            driver.press("esc");
            assert_eq!(driver.app.stack().len(), 2, "{what} calls it off");
            driver.press("esc");
            assert_eq!(driver.app.stack().len(), 1, "{what}");
            assert!(!driver.notice().contains("esc again"), "no message outlives what it is about: {what}");
        }
    }

    #[test]
    fn a_login_test_with_typed_values_is_not_closed_unasked() {
        let mut driver = Driver::ready();
        driver.press("t");
        driver.press("esc");
        assert_eq!(driver.app.stack().len(), 1, "nothing was typed");
        driver.press("t");
        driver.type_text("x").press("esc");
        assert_eq!(driver.app.stack().len(), 2);
        driver.press("esc");
        assert_eq!(driver.app.stack().len(), 1);
    }
}
