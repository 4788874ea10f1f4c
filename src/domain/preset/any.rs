//! A preset of either kind, with three values or with one secret. Its common properties are available here, so that
//! code which fills in fields does not depend on the kind.

use super::{Field, Obtain, Preset, Single, preset, presets, single, singles};
use crate::domain::lint::{self, Finding};
use crate::domain::{Holds, Member, Members, Prefix, Sensitive, Shape};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyPreset {
    Credential(&'static Preset),
    Single(&'static Single),
}

/// All presets you can choose from, in display order; “other” comes last.
pub fn any_presets() -> Vec<AnyPreset> {
    let (last, first): (Vec<_>, Vec<_>) = presets().iter().partition(|preset| preset.id == "other");
    let of_three = |list: Vec<&'static Preset>| list.into_iter().map(AnyPreset::Credential);
    of_three(first).chain(singles().iter().map(AnyPreset::Single)).chain(of_three(last)).collect()
}

/// The preset of either kind with this id.
pub fn any_preset(id: &str) -> Option<AnyPreset> {
    preset(id).map(AnyPreset::Credential).or_else(|| single(id).map(AnyPreset::Single))
}

impl AnyPreset {
    pub fn id(self) -> &'static str {
        match self {
            Self::Credential(preset) => &preset.id,
            Self::Single(single) => &single.id,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Credential(preset) => &preset.label,
            Self::Single(single) => &single.label,
        }
    }

    pub fn short(self) -> &'static str {
        match self {
            Self::Credential(preset) => &preset.short,
            Self::Single(single) => &single.short,
        }
    }

    pub fn summary(self) -> &'static str {
        match self {
            Self::Credential(preset) => &preset.summary,
            Self::Single(single) => &single.summary,
        }
    }

    pub fn docs_url(self) -> &'static str {
        match self {
            Self::Credential(preset) => &preset.docs_url,
            Self::Single(single) => &single.docs_url,
        }
    }

    /// The usual lifetime of the password.
    pub fn life(self) -> Option<&'static str> {
        match self {
            Self::Credential(preset) => preset.life.as_deref(),
            Self::Single(single) => single.life.as_deref(),
        }
    }

    pub const fn shape(self) -> Shape {
        match self {
            Self::Credential(_) => Shape::Credential,
            Self::Single(_) => Shape::Single,
        }
    }

    pub const fn holds(self) -> Holds {
        match self {
            Self::Credential(_) => Holds::Images,
            Self::Single(_) => Holds::Packages,
        }
    }

    /// The values to enter; a single secret has no user.
    pub fn members(self) -> impl Iterator<Item = Member> {
        Member::all().filter(move |member| self.field(*member).is_some())
    }

    pub const fn field(self, member: Member) -> Option<&'static Field> {
        match (self, member) {
            (Self::Credential(preset), member) => Some(preset.field(member)),
            (Self::Single(single), Member::Server) => Some(&single.server),
            (Self::Single(single), Member::Password) => Some(&single.password),
            (Self::Single(_), Member::User) => None,
        }
    }

    /// The name of a value in running text.
    pub fn word(self, member: Member) -> String {
        match (self, self.field(member)) {
            (Self::Single(_), Some(field)) => field.label.to_lowercase(),
            (Self::Credential(_) | Self::Single(_), _) => member.word().to_owned(),
        }
    }

    /// The only valid value of a field, if there is one.
    pub fn fixed(self, member: Member) -> Option<&'static str> {
        self.field(member)?.fixed.as_deref()
    }

    /// The steps before their placeholders are filled.
    pub fn obtain(self) -> &'static [Obtain] {
        match self {
            Self::Credential(preset) => &preset.obtain,
            Self::Single(single) => &single.obtain,
        }
    }

    pub fn steps(self, server: &str) -> Vec<Obtain> {
        match self {
            Self::Credential(preset) => preset.steps(server, None),
            Self::Single(single) => single.steps(server),
        }
    }

    /// A prefix or a secret's name that is not in use.
    pub fn suggest_name(self, server: &str, taken: &[Prefix]) -> Prefix {
        match self {
            Self::Credential(preset) => preset.suggest_prefix(server, taken),
            Self::Single(single) => single.suggest_name(taken),
        }
    }

    /// All findings about the values.
    pub fn check(self, values: &Members<Sensitive>) -> Vec<Finding> {
        match self {
            Self::Credential(preset) => lint::check(preset, values),
            Self::Single(single) => lint::check_single_values(single, values),
        }
    }

    /// The same for excerpts of values that are too long to be checked completely at every key; `going_on`: including
    /// what prevents continuing.
    pub fn glance(self, glimpses: &Members<Sensitive>, values: &Members<Sensitive>, going_on: bool) -> Vec<Finding> {
        let mut findings = match self {
            _ if !going_on => Vec::new(),
            Self::Credential(preset) => lint::obstacles(preset, values),
            Self::Single(single) => lint::obstacles_of_single(single, values),
        };
        findings.extend(self.check(glimpses));
        lint::sorted(findings)
    }

    /// The same, including what prevents continuing.
    pub fn check_to_continue(self, values: &Members<Sensitive>) -> Vec<Finding> {
        match self {
            Self::Credential(preset) => lint::check_to_continue(preset, values),
            Self::Single(single) => lint::check_single_to_continue(single, values),
        }
    }
}
