//! Values from a place of this machine go into the fields; the password stays masked there.

use super::Form;
use crate::app::cx::Cx;
use crate::app::notices::Tone;
use crate::domain::source::Taken;
use crate::domain::{Member, Sensitive};

impl Form {
    /// Fills the fields with what was taken. A place that knows no server leaves that field as it is.
    pub fn fill(&mut self, taken: &Taken, cx: &mut Cx<'_>) {
        let proposed = self.proposed();
        self.leave_field();
        let values = [
            (Member::Server, taken.server.as_deref().map(Sensitive::from)),
            (Member::User, Some(taken.user.clone())),
            (Member::Password, Some(taken.password.clone())),
        ];
        for (member, value) in values {
            if let Some(value) = value {
                super::say_refusal(self.values.get_mut(member).set(&value), cx);
            }
        }
        self.follow(&proposed);
        self.focus_first_empty();
        cx.note(Tone::Good, format!("filled from {}", taken.source.words()));
    }
}
