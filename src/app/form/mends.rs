//! Remarks about the fields, what prevents you from continuing, and the proposed fixes. Nothing here writes to GitHub.

use super::{Form, Remark, Slot};
use crate::app::context::Context;
use crate::app::notices::Tone;
use crate::domain::lint::{self, FieldMend, Finding, MendChange, Severity};
use crate::domain::preset::{AnyPreset, preset};
use crate::domain::{Member, Sensitive, Shape};
use crate::ui::TextField;

impl Form {
    /// All remarks about the text in the fields, most severe first within a field.
    pub fn remarks(&self) -> Vec<Remark> {
        let found = self.preset.glance(&self.glimpses(), &self.values(), self.tried);
        let found = found.into_iter().filter(|finding| self.is_about_something(finding));
        let found = found.map(|finding| self.without_half_a_mend(finding));
        let found = found.map(|finding| self.of_finding(finding));
        let rest = self.use_remark().into_iter().chain(self.kept_remarks()).chain(self.image_remarks());
        let rest = rest.chain(self.masked_remarks());
        self.prefix_remark().into_iter().chain(found).chain(rest).collect()
    }

    /// A field that was only examined in part is not rewritten, as the rest of it would be lost.
    fn without_half_a_mend(&self, mut finding: Finding) -> Finding {
        if self.values.get(finding.member).is_glimpsed() {
            finding.mend = finding.mend.filter(|mend| !matches!(mend.change, MendChange::Replace(_)));
        }
        finding
    }

    /// Whether a finding counts: for an existing credential, an empty field is not a problem.
    fn is_about_something(&self, finding: &Finding) -> bool {
        self.kept.is_none() || finding.member == Member::Password || !self.values.get(finding.member).is_empty()
    }

    /// Fields that are masked although they do not hold a secret. A registry may use a token as its user name; in the
    /// other fields it is a mistake.
    fn masked_remarks(&self) -> Vec<Remark> {
        let is_masked = |slot: &Slot| self.field(*slot).is_some_and(TextField::is_guarded);
        let remark = |slot: Slot| {
            let (severity, text) = match slot {
                Slot::Member(Member::User) => (Severity::Info, "the user is masked: it is a secret too"),
                Slot::Member(_) => (Severity::Block, "this looks like a secret, or is the password: clear the field"),
                Slot::Prefix => (Severity::Block, "this prefix looks like a secret: type a name"),
                Slot::Image => (Severity::Block, "this looks like a secret and is masked: clear the field"),
            };
            Remark { slot, severity, text: text.to_owned(), mend: None }
        };
        self.slots().into_iter().filter(is_masked).map(remark).collect()
    }

    /// What happens to the members that are not typed again.
    fn kept_remarks(&self) -> Vec<Remark> {
        let Some(kept) = &self.kept else { return Vec::new() };
        let remark = |member: Member| {
            let (severity, text) = match (*kept.there.get(member), self.values.get(member).is_empty()) {
                (false, true) => (Severity::Warn, "is missing: type it, or no codespace can use the others"),
                (false, false) => return None,
                (true, true) => (Severity::Info, "stays as it is unless you type it; a test needs it"),
                (true, false) if self.is_kept(member) => (Severity::Info, "stays as you wrote it"),
                (true, false) => (Severity::Info, "replaces the one there"),
            };
            let text = format!("the {} {text}", member.word());
            Some(Remark { slot: Slot::Member(member), severity, text, mend: None })
        };
        [Member::Server, Member::User].into_iter().filter_map(remark).collect()
    }

    /// The line that will use the secret, updated while you type.
    fn use_remark(&self) -> Option<Remark> {
        let (file, line) = self.use_line()?;
        let text = format!("add to {file}: {line}");
        Some(Remark { slot: Slot::Member(Member::Server), severity: Severity::Info, text, mend: None })
    }

    fn prefix_remark(&self) -> Option<Remark> {
        let text = self.prefix.as_ref()?.text()?;
        let found = lint::check_prefix(text, self.taken.as_deref().unwrap_or_default());
        let (severity, text) = match (found, &self.taken) {
            (Some(found), _) => (found.severity, found.text),
            (None, None) => (Severity::Info, "could not check whether it already exists".to_owned()),
            (None, Some(_)) => match self.preset.shape() {
                Shape::Credential => (Severity::Good, "none of its three secrets exists here yet".to_owned()),
                Shape::Single => (Severity::Good, "no secret with this name exists here yet".to_owned()),
            },
        };
        Some(Remark { slot: Slot::Prefix, severity, text, mend: None })
    }

    /// What prevents you from continuing.
    fn blocker(&self) -> Option<Remark> {
        let found = self.preset.check_to_continue(&self.values());
        self.prefix_remark()
            .into_iter()
            .chain(
                found
                    .into_iter()
                    .filter(|finding| self.is_about_something(finding))
                    .map(|finding| self.of_finding(finding)),
            )
            .chain(self.image_remarks())
            .chain(self.masked_remarks())
            .find(|remark| remark.severity == Severity::Block)
    }

    /// Enter: applies the fix of a blocked field and goes to the next one, whatever this one contains, so that text
    /// meant for the next field never ends up elsewhere. In the last field it returns whether the form is complete; if
    /// not, it goes to the first problem and shows it.
    pub fn go_on(&mut self, cx: &mut Context<'_>) -> bool {
        let mend = self.remarks().into_iter().find(|r| r.slot == self.focus && r.severity == Severity::Block);
        let mend = mend.and_then(|remark| remark.mend);
        if let Some(mend) = &mend {
            self.apply(mend, cx);
        }
        if !self.is_at_last() {
            self.step(true);
            return false;
        }
        if mend.is_some() {
            return false; // show the changed field first
        }
        let Some(remark) = self.blocker() else { return true };
        self.tried = true;
        self.leave_field();
        self.focus = remark.slot;
        cx.note(Tone::Warn, remark.text);
        false
    }

    /// Whether the focus is in the last field, where Enter continues to the next step.
    pub fn is_at_last(&self) -> bool {
        self.slots().last() == Some(&self.focus)
    }

    /// The fix proposed for the focused field.
    pub fn mend(&self) -> Option<FieldMend> {
        self.remarks().into_iter().filter(|remark| remark.slot == self.focus).find_map(|remark| remark.mend)
    }

    pub fn apply(&mut self, mend: &FieldMend, cx: &mut Context<'_>) {
        match &mend.change {
            MendChange::Replace(text) => self.edit(cx, |field| field.set(&Sensitive::new(text.clone()))),
            MendChange::Trim => self.edit(cx, |field| {
                let trimmed = field.value().trimmed();
                field.set(&trimmed)
            }),
            MendChange::Unwrap => self.edit(cx, |field| {
                let inner = lint::without_wrapping(&field.value());
                field.set(&inner)
            }),
            MendChange::SwapUserAndPassword => {
                let values = self.values();
                let _ = self.values.user.set(&values.password);
                let _ = self.values.password.set(&values.user);
                self.keep_twins();
            }
            MendChange::UsePreset(id) => {
                if let Some(preset) = preset(id) {
                    let taken = self.taken.clone();
                    self.moved_to(AnyPreset::Credential(preset), taken);
                    cx.note(Tone::Info, format!("now set up as {}", preset.label));
                }
            }
        }
        if self.focus == Slot::Member(Member::Server) {
            self.tried = false;
        }
    }

    fn of_finding(&self, finding: Finding) -> Remark {
        let text = match finding.severity {
            Severity::Good => finding.text,
            Severity::Block | Severity::Warn | Severity::Info => {
                format!("the {} {}", self.preset.word(finding.member), finding.text)
            }
        };
        Remark { slot: Slot::Member(finding.member), severity: finding.severity, text, mend: finding.mend }
    }
}
