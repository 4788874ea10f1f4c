//! Leaving a screen on which something was typed: never at once, and never without saying so.

use super::action::Action;
use super::cx::Flow;
use super::notices::Tone;
use super::protocol::Effect;
use super::screens::Screen;
use super::{App, Keymap};

impl App {
    /// Follows what a key led to, unless typed values would be lost by it: then it says so, and only the same key
    /// again (`again`) leaves them behind.
    pub(super) fn part_with(&mut self, flow: Flow, (action, again): (Action, bool), effects: &mut Vec<Effect>) {
        if again || !self.would_lose(&flow) {
            self.follow(flow, effects);
            return;
        }
        self.parting = Some(action);
        let key = Keymap::shipped().key(action, false).unwrap_or_default();
        let text = format!("what you typed is not saved; {key} again leaves it behind");
        self.with_cx(effects, |_, cx| cx.note(Tone::Warn, text));
    }

    fn would_lose(&self, flow: &Flow) -> bool {
        match flow {
            Flow::Close => self.top().is_unsaved(),
            Flow::Home | Flow::Tab(_) if self.top().has_submitted() => false,
            Flow::Home | Flow::Tab(_) => self.stack().iter().any(Screen::is_unsaved),
            // The values go along to the screen that comes instead.
            Flow::Stay | Flow::Push(_) | Flow::Replace(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
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
    fn home_asks_before_it_leaves_typed_values_behind() {
        let mut driver = typed_in_the_wizard();
        driver.keys("esc 1");
        assert_eq!(driver.app.stack().len(), 2);
        assert!(driver.notice().contains("not saved; 1 again"), "{}", driver.notice());
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
