//! Imports values from a place on this machine into the fields; the password stays masked.

use super::Form;
use crate::app::context::Context;
use crate::app::notices::Tone;
use crate::domain::preset::{AnyPreset, recognize};
use crate::domain::source::{Source, Taken};
use crate::domain::{Member, Members, Sensitive};

impl Form {
    /// What was typed, by member: without what the preset fills in, and without what stays of an existing credential.
    pub fn typed(&self) -> Members<Option<Sensitive>> {
        let typed = |member: Member| {
            let field = self.values.get(member);
            let fixed = self.preset.fixed(member);
            let is_own = !field.is_empty() && (fixed.is_none() || field.text() != fixed) && !self.is_kept(member);
            is_own.then(|| field.value())
        };
        Members { server: typed(Member::Server), user: typed(Member::User), password: typed(Member::Password) }
    }

    /// Fills the fields with imported values, under the preset of their server. A place without a server leaves that
    /// field as it is.
    pub fn fill(&mut self, taken: &Taken, cx: &mut Context<'_>) {
        let moved = taken.server.as_deref().and_then(recognize).map(AnyPreset::Credential);
        let moved = moved.filter(|preset| preset.id() != self.preset.id());
        if let Some(preset) = moved {
            let prefixes = self.taken.clone();
            self.moved_to(preset, prefixes);
        }
        let proposed = self.proposed();
        self.leave_field();
        let values = [
            (Member::Server, taken.server.as_deref().map(Sensitive::from)),
            (Member::User, Some(taken.user.clone())),
            (Member::Password, Some(taken.password.clone())),
        ];
        for (member, value) in values {
            if let Some(value) = value.filter(|_| self.preset.field(member).is_some()) {
                super::say_refusal(self.values.get_mut(member).set(&value), cx);
            }
        }
        self.keep_twins();
        self.follow(&proposed);
        self.focus_first_empty();
        let filled = format!("imported from {}", taken.source.words());
        let is_aws = matches!(taken.source, Source::Aws { .. } | Source::AwsVariables);
        match moved {
            Some(preset) => cx.note(Tone::Good, format!("{filled}; now set up as {}", preset.label())),
            None if is_aws && !self.preset.id().starts_with("ecr") => {
                let here = self.preset.label();
                cx.note(Tone::Warn, format!("{filled}: a key for Amazon ECR, but this is set up as {here}"));
            }
            None => cx.note(Tone::Good, filled),
        }
    }
}
