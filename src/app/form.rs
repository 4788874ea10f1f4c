//! The form for a credential's values: fields with their findings while typing. Nothing typed is ever lost by it.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};

use super::cx::Cx;
use super::keymap::KeyPress;
use super::notices::Tone;
use super::protocol::Timer;
use crate::domain::lint::{self, FieldMend, Finding, MendChange, Severity};
use crate::domain::preset::{Preset, preset};
use crate::domain::verdict::Trial;
use crate::domain::{Member, Members, Prefix, Sensitive};
use crate::ui::{Edit, FieldKey, TextField, TrailingLineEnd};

/// How long a revealed password stays visible.
pub const REVEAL: Duration = Duration::from_secs(10);

/// One field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Prefix,
    Member(Member),
}

/// A remark under a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub slot: Slot,
    pub severity: Severity,
    pub text: String,
    pub mend: Option<FieldMend>,
}

#[derive(Clone, Debug)]
pub struct Form {
    pub preset: &'static Preset,
    prefix: Option<TextField>,
    /// Whether something was written under this prefix: then it does not give way any more.
    is_settled: bool,
    values: Members<TextField>,
    pub focus: Slot,
    /// What was typed where another preset knows the only value that works; it comes back with a preset that does not.
    aside: Members<Option<TextField>>,
    /// Prefixes that exist where this goes; `None` where that could not be read.
    taken: Option<Vec<Prefix>>,
    /// The number of the reveal that is on.
    revealing: Option<u64>,
    /// Whether one tried to go on, so that empty fields are named too.
    tried: bool,
    /// What there is already, where an existing credential gets new values.
    kept: Option<Kept>,
}

/// What stays of an existing credential unless it is typed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub there: Members<bool>,
    /// What was written in this run, for the fields; `None` where it is not known.
    pub known: Members<Option<Sensitive>>,
}

impl Form {
    /// A form for a new credential; the prefix is proposed.
    pub fn new(preset: &'static Preset, taken: Option<Vec<Prefix>>) -> Self {
        let prefix = preset.suggest_prefix("", taken.as_deref().unwrap_or_default());
        let mut form = Self::of_values(preset);
        form.prefix = Some(TextField::plain(prefix.as_str()));
        form.taken = taken;
        form
    }

    /// A form for values only, as the login test needs them.
    pub fn of_values(preset: &'static Preset) -> Self {
        let field = |member: Member| TextField::plain(preset.field(member).fixed.as_deref().unwrap_or_default());
        let mut form = Self {
            preset,
            prefix: None,
            is_settled: false,
            values: Members { server: field(Member::Server), user: field(Member::User), password: TextField::secret() },
            focus: Slot::Member(Member::Server),
            aside: Members::default(),
            taken: None,
            revealing: None,
            tried: false,
            kept: None,
        };
        form.focus_first_empty();
        form
    }

    /// A form for new values of an existing credential: only the password has to be typed.
    pub fn rotating(preset: &'static Preset, kept: Kept) -> Self {
        let mut form = Self::of_values(preset);
        for member in [Member::Server, Member::User] {
            let mut field = TextField::plain("");
            if let Some(known) = kept.known.get(member) {
                let _ = field.set(known);
            }
            *form.values.get_mut(member) = field;
        }
        form.focus = Slot::Member(Member::Password);
        form.kept = Some(kept);
        form
    }

    /// Which members are written, in the order of writing: all of them, or what was typed anew.
    pub fn to_write(&self) -> Vec<Member> {
        Member::WRITE_ORDER.into_iter().filter(|member| !self.is_kept(*member)).collect()
    }

    /// Whether a member stays as it is, as nothing else than what it is was typed.
    fn is_kept(&self, member: Member) -> bool {
        let Some(kept) = self.kept.as_ref().filter(|_| member != Member::Password) else { return false };
        let value = self.values.get(member).value();
        value.is_empty() || (*kept.there.get(member) && Some(value) == *kept.known.get(member))
    }

    /// A form filled with values that were already typed elsewhere.
    #[must_use]
    pub fn filled(mut self, trial: &Trial) -> Self {
        let values = [
            (Member::Server, Sensitive::new(trial.server.clone())),
            (Member::User, trial.user.clone()),
            (Member::Password, trial.password.clone()),
        ];
        for (member, value) in values {
            let _ = self.values.get_mut(member).set(&value);
        }
        self
    }

    /// Puts the same values under another preset and place; what was typed stays.
    pub fn moved_to(&mut self, preset: &'static Preset, taken: Option<Vec<Prefix>>) {
        let proposed = self.proposed();
        self.taken = taken;
        if self.preset.id != preset.id {
            for member in [Member::Server, Member::User] {
                let was_fixed = self.preset.field(member).fixed.as_deref() == self.values.get(member).text();
                let fixed = preset.field(member).fixed.as_deref();
                let next = match fixed {
                    Some(fixed) => TextField::plain(fixed),
                    None if was_fixed => self.aside.get_mut(member).take().unwrap_or_else(|| TextField::plain("")),
                    None => continue,
                };
                let typed = std::mem::replace(self.values.get_mut(member), next);
                if fixed.is_some() && !was_fixed {
                    *self.aside.get_mut(member) = Some(typed);
                }
            }
            self.preset = preset;
        }
        self.follow(&proposed);
        self.focus_first_empty();
    }

    /// A prefix that is still the proposed one follows the server, so that a second credential gets a telling name.
    fn follow(&mut self, proposed: &str) {
        if !self.is_settled && self.prefix.as_ref().and_then(TextField::text) == Some(proposed) {
            let prefix = self.proposed();
            if prefix != proposed {
                self.prefix = Some(TextField::plain(&prefix));
            }
        }
    }

    /// Takes what became known of the place since: a proposed prefix that turns out to be taken gives way.
    pub fn learn(&mut self, taken: Option<Vec<Prefix>>) {
        let proposed = self.proposed();
        self.taken = taken;
        if self.focus != Slot::Prefix {
            self.follow(&proposed);
        }
    }

    /// Changes the focused field; says why if it stays as it was.
    fn edit(&mut self, cx: &mut Cx<'_>, change: impl FnOnce(&mut TextField) -> Edit) {
        let proposed = self.proposed();
        if let Some(field) = self.field_mut() {
            say_refusal(change(field), cx);
        }
        if self.focus != Slot::Prefix {
            self.follow(&proposed);
        }
    }

    fn proposed(&self) -> String {
        let server = self.values.server.text().unwrap_or_default();
        self.preset.suggest_prefix(server, self.taken.as_deref().unwrap_or_default()).as_str().to_owned()
    }

    pub fn slots(&self) -> Vec<Slot> {
        let prefix = self.prefix.as_ref().map(|_| Slot::Prefix);
        prefix.into_iter().chain(Member::all().map(Slot::Member)).collect()
    }

    pub fn field(&self, slot: Slot) -> Option<&TextField> {
        match slot {
            Slot::Prefix => self.prefix.as_ref(),
            Slot::Member(member) => Some(self.values.get(member)),
        }
    }

    fn field_mut(&mut self) -> Option<&mut TextField> {
        match self.focus {
            Slot::Prefix => self.prefix.as_mut(),
            Slot::Member(member) => Some(self.values.get_mut(member)),
        }
    }

    pub fn values(&self) -> Members<Sensitive> {
        Members {
            server: self.values.server.value(),
            user: self.values.user.value(),
            password: self.values.password.value(),
        }
    }

    /// The server in the clear, as typed.
    pub fn server(&self) -> &str {
        self.values.server.text().unwrap_or_default()
    }

    pub fn trial(&self) -> Trial {
        let values = self.values();
        Trial {
            server: self.values.server.text().unwrap_or_default().to_owned(),
            user: values.user,
            password: values.password,
        }
    }

    /// Whether there is something that was typed: more than what the preset fills in by itself.
    pub fn is_typed(&self) -> bool {
        if self.kept.is_some() {
            return self.values.iter().any(|(member, field)| !field.is_empty() && !self.is_kept(member));
        }
        self.values.iter().any(|(member, field)| {
            let fixed = self.preset.field(member).fixed.as_deref();
            !field.is_empty() && (fixed.is_none() || field.text() != fixed)
        })
    }

    pub fn prefix(&self) -> Option<Prefix> {
        Prefix::parse(self.prefix.as_ref()?.text()?).ok()
    }

    pub fn set_prefix(&mut self, prefix: &Prefix) {
        self.prefix = Some(TextField::plain(prefix.as_str()));
        self.is_settled = true;
    }

    /// Something is written under this prefix, so it stays what it is unless one types another.
    pub const fn settle_prefix(&mut self) {
        self.is_settled = true;
    }

    /// Everything there is to say about what stands in the fields, most severe first within a field.
    pub fn remarks(&self) -> Vec<Remark> {
        let values = self.values();
        let found =
            if self.tried { lint::check_to_continue(self.preset, &values) } else { lint::check(self.preset, &values) };
        let found = found.into_iter().filter(|finding| self.is_about_something(finding)).map(of_finding);
        self.prefix_remark().into_iter().chain(found).chain(self.kept_remarks()).collect()
    }

    /// Whether a finding counts: of an existing credential an empty field is none.
    fn is_about_something(&self, finding: &Finding) -> bool {
        self.kept.is_none() || finding.member == Member::Password || !self.values.get(finding.member).is_empty()
    }

    /// What becomes of the members that are not typed again.
    fn kept_remarks(&self) -> Vec<Remark> {
        let Some(kept) = &self.kept else { return Vec::new() };
        let remark = |member: Member| {
            let (severity, text) = match (*kept.there.get(member), self.values.get(member).is_empty()) {
                (false, true) => (Severity::Warn, "is missing there: type it, or no codespace can use the others"),
                (false, false) => return None,
                (true, true) => (Severity::Info, "stays as it is unless you type it; a test needs it"),
                (true, false) if self.is_kept(member) => (Severity::Info, "is what you wrote, and stays"),
                (true, false) => (Severity::Info, "replaces the one there"),
            };
            let text = format!("the {} {text}", member.word());
            Some(Remark { slot: Slot::Member(member), severity, text, mend: None })
        };
        [Member::Server, Member::User].into_iter().filter_map(remark).collect()
    }

    fn prefix_remark(&self) -> Option<Remark> {
        let text = self.prefix.as_ref()?.text()?;
        let found = lint::check_prefix(text, self.taken.as_deref().unwrap_or_default());
        let (severity, text) = match (found, &self.taken) {
            (Some(found), _) => (found.severity, found.text),
            (None, None) => (Severity::Info, "whether it exists already could not be read".to_owned()),
            (None, Some(_)) => (Severity::Good, "none of its three secrets exists here yet".to_owned()),
        };
        Some(Remark { slot: Slot::Prefix, severity, text, mend: None })
    }

    /// What keeps one from going on.
    fn blocker(&self) -> Option<Remark> {
        let found = lint::check_to_continue(self.preset, &self.values());
        self.prefix_remark()
            .into_iter()
            .chain(found.into_iter().filter(|finding| self.is_about_something(finding)).map(of_finding))
            .find(|remark| remark.severity == Severity::Block)
    }

    /// Enter: applies the mend of a blocked field, else says whether one may go on; if not, goes to what is wrong.
    pub fn go_on(&mut self, cx: &mut Cx<'_>) -> bool {
        let mend = self.remarks().into_iter().find(|r| r.slot == self.focus && r.severity == Severity::Block);
        if let Some(Remark { mend: Some(mend), .. }) = mend {
            self.apply(&mend, cx);
            return false;
        }
        let was = self.focus;
        match self.blocker() {
            None => true,
            Some(remark) => {
                self.leave_field();
                self.focus = remark.slot;
                // The first Enter on the way through the fields just goes on to the next one.
                if remark.slot == was && std::mem::replace(&mut self.tried, true) {
                    cx.note(Tone::Warn, remark.text);
                } else {
                    self.tried |= remark.slot == was;
                }
                false
            }
        }
    }

    /// The mend that is proposed for the focused field.
    pub fn mend(&self) -> Option<FieldMend> {
        self.remarks().into_iter().filter(|remark| remark.slot == self.focus).find_map(|remark| remark.mend)
    }

    pub fn apply(&mut self, mend: &FieldMend, cx: &mut Cx<'_>) {
        match &mend.change {
            MendChange::Replace(text) => self.edit(cx, |field| field.set(&Sensitive::new(text.clone()))),
            MendChange::Trim => self.edit(cx, |field| {
                let trimmed = field.value().trimmed();
                field.set(&trimmed)
            }),
            MendChange::SwapUserAndPassword => {
                let values = self.values();
                let _ = self.values.user.set(&values.password);
                let _ = self.values.password.set(&values.user);
            }
            MendChange::UsePreset(id) => {
                if let Some(preset) = preset(id) {
                    let taken = self.taken.clone();
                    self.moved_to(preset, taken);
                    cx.note(Tone::Info, format!("now set up as {}", preset.label));
                }
            }
        }
        if self.focus == Slot::Member(Member::Server) {
            self.tried = false;
        }
    }

    pub fn step(&mut self, forward: bool) {
        let slots = self.slots();
        let at = slots.iter().position(|slot| *slot == self.focus).unwrap_or(0);
        let next = if forward { (at + 1) % slots.len() } else { (at + slots.len() - 1) % slots.len() };
        self.leave_field();
        self.focus = slots[next];
    }

    pub fn focus_slot(&mut self, row: usize) {
        if let Some(slot) = self.slots().get(row) {
            self.leave_field();
            self.focus = *slot;
        }
    }

    fn focus_first_empty(&mut self) {
        let empty = Member::all().find(|member| self.values.get(*member).is_empty());
        self.focus = Slot::Member(empty.unwrap_or(Member::Password));
    }

    /// Takes a key as text; says whether it was one.
    pub fn text_key(&mut self, key: KeyPress, cx: &mut Cx<'_>) -> bool {
        let Some(key) = field_key(key) else { return false };
        self.edit(cx, |field| field.key(key));
        true
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Cx<'_>) {
        self.edit(cx, |field| field.paste(text, TrailingLineEnd::Keep));
    }

    /// Shows the password for a while, or hides it; only in its own field.
    pub fn toggle_reveal(&mut self, cx: &mut Cx<'_>) {
        if self.revealing.take().is_some() {
            self.values.password.reveal(false);
            return;
        }
        let number = cx.flights.number();
        self.revealing = Some(number);
        self.values.password.reveal(true);
        cx.after(Timer::Reveal(number), REVEAL);
    }

    pub const fn can_reveal(&self) -> bool {
        matches!(self.focus, Slot::Member(Member::Password))
    }

    pub fn hide(&mut self, number: u64) {
        if self.revealing == Some(number) {
            self.leave_field();
        }
    }

    /// The focus goes elsewhere, so nothing stays revealed.
    pub fn leave_field(&mut self) {
        self.revealing = None;
        self.values.password.leave();
    }
}

fn of_finding(finding: Finding) -> Remark {
    let text = match finding.severity {
        Severity::Good => finding.text,
        Severity::Block | Severity::Warn | Severity::Info => format!("the {} {}", finding.member.word(), finding.text),
    };
    Remark { slot: Slot::Member(finding.member), severity: finding.severity, text, mend: finding.mend }
}

pub fn say_refusal(edit: Edit, cx: &mut Cx<'_>) {
    match edit {
        Edit::Refused(refusal) => cx.note(Tone::Warn, refusal.to_string()),
        Edit::Changed | Edit::Moved | Edit::Nothing => {}
    }
}

/// The editing keys every text field has; all others are actions.
pub fn field_key(key: KeyPress) -> Option<FieldKey> {
    if let Some(c) = key.character() {
        return Some(FieldKey::Char(c));
    }
    let (control, alt) = (key.0.modifiers.contains(KeyModifiers::CONTROL), key.0.modifiers.contains(KeyModifiers::ALT));
    let word = control || alt;
    Some(match key.0.code {
        KeyCode::Backspace if word => FieldKey::DeleteWordLeft,
        KeyCode::Backspace => FieldKey::Backspace,
        KeyCode::Delete => FieldKey::Delete,
        KeyCode::Left if word => FieldKey::WordLeft,
        KeyCode::Left => FieldKey::Left,
        KeyCode::Right if word => FieldKey::WordRight,
        KeyCode::Right => FieldKey::Right,
        KeyCode::Home => FieldKey::Home,
        KeyCode::End => FieldKey::End,
        KeyCode::Char('a') if control => FieldKey::Home,
        KeyCode::Char('w') if control => FieldKey::DeleteWordLeft,
        KeyCode::Char('u') if control => FieldKey::DeleteToStart,
        KeyCode::Char('k') if control => FieldKey::DeleteToEnd,
        _ => return None, // not an editing key
    })
}
