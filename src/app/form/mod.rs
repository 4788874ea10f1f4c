//! The form for the values of a credential or of a single secret: fields with findings as you type. It never loses what
//! you typed.

mod fill;
mod image;
mod mends;
mod typing;

use std::time::Duration;

pub use self::typing::{field_key, say_refusal};
use crate::domain::lint::{FieldMend, Severity};
use crate::domain::preset::AnyPreset;
use crate::domain::verdict::Trial;
use crate::domain::{Member, Members, Prefix, Sensitive};
use crate::ui::TextField;

/// How long a revealed password stays visible.
pub const REVEAL: Duration = Duration::from_secs(10);

/// A server name has at most 253 characters; a scheme and a port may be added to it.
const MOST_OF_SERVER: usize = 320;

/// One field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Prefix,
    Member(Member),
    /// Images to pull in the test; never saved.
    Image,
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
    pub preset: AnyPreset,
    prefix: Option<TextField>,
    /// Whether something was written under this prefix, so that the prefix no longer changes by itself.
    is_settled: bool,
    values: Members<TextField>,
    /// Images, or packages if that is what the registry holds.
    image: TextField,
    /// The other of the two, restored when a matching preset is chosen.
    other_image: TextField,
    pub focus: Slot,
    /// What was typed before a preset filled in its only valid value; restored with a preset that does not.
    aside: Members<Option<TextField>>,
    /// Existing prefixes in the target scope; `None` if they could not be read.
    taken: Option<Vec<Prefix>>,
    /// The number of the current reveal.
    revealing: Option<u64>,
    /// Whether you tried to continue, so that empty fields are reported too.
    tried: bool,
    /// What exists already, when an existing credential gets new values.
    kept: Option<Kept>,
}

/// What stays of an existing credential unless it is typed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub there: Members<bool>,
    /// The values written in this session, for the fields; `None` if unknown.
    pub known: Members<Option<Sensitive>>,
}

impl Form {
    /// A form for a new credential, with a proposed prefix.
    pub fn new(preset: AnyPreset, taken: Option<Vec<Prefix>>) -> Self {
        let prefix = preset.suggest_name("", taken.as_deref().unwrap_or_default());
        let mut form = Self::of_values(preset);
        form.prefix = Some(TextField::plain(prefix.as_str()));
        form.taken = taken;
        form
    }

    /// A form for values only, for the login test.
    pub fn of_values(preset: AnyPreset) -> Self {
        let field = |member: Member| TextField::plain(preset.fixed(member).unwrap_or_default());
        let mut form = Self {
            preset,
            prefix: None,
            is_settled: false,
            values: Members { server: field(Member::Server), user: field(Member::User), password: TextField::secret() },
            image: TextField::plain(""),
            other_image: TextField::plain(""),
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

    /// A form for new values of an existing credential: only the password is required.
    pub fn rotating(preset: AnyPreset, kept: Kept) -> Self {
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

    /// Which members to write, in writing order: all of them, or those typed again.
    pub fn to_write(&self) -> Vec<Member> {
        self.preset.shape().members().iter().copied().filter(|member| !self.is_kept(*member)).collect()
    }

    /// Whether a member stays as it is, because no other value was typed.
    fn is_kept(&self, member: Member) -> bool {
        let Some(kept) = self.kept.as_ref().filter(|_| member != Member::Password) else { return false };
        let value = self.values.get(member).value();
        value.is_empty() || (*kept.there.get(member) && Some(value) == *kept.known.get(member))
    }

    /// A form filled with values that were typed elsewhere.
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
        self.image = TextField::plain(&trial.images.join(" "));
        self.keep_twins();
        self.focus_first_empty();
        self
    }

    /// Moves the values to another preset and scope; what was typed stays.
    pub fn moved_to(&mut self, preset: AnyPreset, taken: Option<Vec<Prefix>>) {
        let proposed = self.proposed();
        self.taken = taken;
        if self.preset.id() != preset.id() {
            if self.preset.holds() != preset.holds() {
                std::mem::swap(&mut self.image, &mut self.other_image);
            }
            for member in [Member::Server, Member::User] {
                let was_fixed =
                    self.preset.field(member).is_some() && self.preset.fixed(member) == self.values.get(member).text();
                let fixed = preset.fixed(member);
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

    /// A prefix that is still the proposed one follows the server, so that a second credential gets a meaningful name.
    fn follow(&mut self, proposed: &str) {
        if !self.is_settled && self.prefix.as_ref().and_then(TextField::text) == Some(proposed) {
            let prefix = self.proposed();
            if prefix != proposed {
                self.prefix = Some(TextField::plain(&prefix));
            }
        }
    }

    /// Takes newly read prefixes of the scope: a proposed prefix that turns out to be taken is replaced.
    pub fn learn(&mut self, taken: Option<Vec<Prefix>>) {
        let proposed = self.proposed();
        self.taken = taken;
        if self.focus != Slot::Prefix {
            self.follow(&proposed);
        }
    }

    fn proposed(&self) -> String {
        self.preset.suggest_name(self.server(), self.taken.as_deref().unwrap_or_default()).as_str().to_owned()
    }

    pub fn slots(&self) -> Vec<Slot> {
        let prefix = self.prefix.as_ref().map(|_| Slot::Prefix);
        prefix.into_iter().chain(self.preset.members().map(Slot::Member)).chain([Slot::Image]).collect()
    }

    pub fn field(&self, slot: Slot) -> Option<&TextField> {
        match slot {
            Slot::Prefix => self.prefix.as_ref(),
            Slot::Member(member) => Some(self.values.get(member)),
            Slot::Image => Some(&self.image),
        }
    }

    pub fn values(&self) -> Members<Sensitive> {
        // A user typed under a preset that has one does not belong to a preset without one.
        let has_user = self.preset.field(Member::User).is_some();
        Members {
            server: self.values.server.value(),
            user: if has_user { self.values.user.value() } else { Sensitive::from("") },
            password: self.values.password.value(),
        }
    }

    /// The part of the values that is examined while you type.
    fn glimpses(&self) -> Members<Sensitive> {
        let has_user = self.preset.field(Member::User).is_some();
        Members {
            server: self.values.server.glimpse(),
            user: if has_user { self.values.user.glimpse() } else { Sensitive::from("") },
            password: self.values.password.glimpse(),
        }
    }

    /// The server in clear text, as typed; if it is far too long for one, its beginning.
    pub fn server(&self) -> &str {
        self.values.server.beginning(MOST_OF_SERVER).unwrap_or_default()
    }

    pub fn trial(&self) -> Trial {
        let values = self.values();
        Trial {
            server: self.values.server.text().unwrap_or_default().to_owned(),
            user: values.user,
            password: values.password,
            images: self.images(),
            holds: self.preset.holds(),
        }
    }

    /// Whether something was typed, beyond what the preset fills in.
    pub fn is_typed(&self) -> bool {
        let is_aside = self.aside.iter().any(|(_, field)| field.as_ref().is_some_and(|field| !field.is_empty()));
        if is_aside || !self.image.is_empty() || !self.other_image.is_empty() {
            return true;
        }
        if self.kept.is_some() {
            return self.values.iter().any(|(member, field)| !field.is_empty() && !self.is_kept(member));
        }
        self.values.iter().any(|(member, field)| {
            let fixed = self.preset.fixed(member);
            !field.is_empty() && (fixed.is_none() || field.text() != fixed)
        })
    }

    /// The line of a file that will use the secret, for a single secret with a valid address.
    pub fn use_line(&self) -> Option<(&'static str, String)> {
        let AnyPreset::Single(single) = self.preset else { return None };
        let line = single.line_of(self.server(), &self.prefix()?)?;
        Some((&single.use_of.file, line))
    }

    pub fn prefix(&self) -> Option<Prefix> {
        Prefix::parse(self.prefix.as_ref()?.text()?).ok()
    }

    pub fn set_prefix(&mut self, prefix: &Prefix) {
        self.prefix = Some(TextField::plain(prefix.as_str()));
        self.is_settled = true;
    }

    /// Something was written under this prefix, so it no longer changes by itself.
    pub const fn settle_prefix(&mut self) {
        self.is_settled = true;
    }
}
