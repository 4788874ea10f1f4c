//! The form for a credential's values, or for those of a single secret: fields with their findings while typing.
//! Nothing typed is ever lost by it.

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

/// No name of a server is longer than 253 characters; a scheme and a port may stand beside it.
const MOST_OF_SERVER: usize = 320;

/// One field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Prefix,
    Member(Member),
    /// Images whose pull is tried; never a part of what is saved.
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
    /// Whether something was written under this prefix: then it does not give way any more.
    is_settled: bool,
    values: Members<TextField>,
    /// Images, or packages where the registry holds those.
    image: TextField,
    /// The other of the two, which comes back with a preset that is for it.
    other_image: TextField,
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
    pub fn new(preset: AnyPreset, taken: Option<Vec<Prefix>>) -> Self {
        let prefix = preset.suggest_name("", taken.as_deref().unwrap_or_default());
        let mut form = Self::of_values(preset);
        form.prefix = Some(TextField::plain(prefix.as_str()));
        form.taken = taken;
        form
    }

    /// A form for values only, as the login test needs them.
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

    /// A form for new values of an existing credential: only the password has to be typed.
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

    /// Which members are written, in the order of writing: all of them, or what was typed anew.
    pub fn to_write(&self) -> Vec<Member> {
        self.preset.shape().members().iter().copied().filter(|member| !self.is_kept(*member)).collect()
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
        self.image = TextField::plain(&trial.images.join(" "));
        self.keep_twins();
        self.focus_first_empty();
        self
    }

    /// Puts the same values under another preset and place; what was typed stays.
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
        // What was typed for a preset with a user is none of a preset's without one.
        let has_user = self.preset.field(Member::User).is_some();
        Members {
            server: self.values.server.value(),
            user: if has_user { self.values.user.value() } else { Sensitive::from("") },
            password: self.values.password.value(),
        }
    }

    /// What is seen of the values while one types.
    fn glimpses(&self) -> Members<Sensitive> {
        let has_user = self.preset.field(Member::User).is_some();
        Members {
            server: self.values.server.glimpse(),
            user: if has_user { self.values.user.glimpse() } else { Sensitive::from("") },
            password: self.values.password.glimpse(),
        }
    }

    /// The server in the clear, as typed; of a text that is far too long for one, its beginning.
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

    /// Whether there is something that was typed: more than what the preset fills in by itself.
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

    /// The line of a file that will use the secret, where it is one by itself and the address is one.
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

    /// Something is written under this prefix, so it stays what it is unless one types another.
    pub const fn settle_prefix(&mut self) {
        self.is_settled = true;
    }
}
