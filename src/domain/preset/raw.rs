//! A preset's file as written, before validation.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::grammar::RuleMend;
use crate::domain::Member;
use crate::domain::lint::Severity;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPreset {
    pub id: Spanned<String>,
    #[serde(default)]
    pub kind: RawKind,
    pub label: Spanned<String>,
    pub short: String,
    pub summary: String,
    pub prefix: Option<Spanned<String>>,
    #[serde(rename = "use")]
    pub use_of: Option<RawUse>,
    pub docs_url: Spanned<String>,
    pub obtain_url: Option<Spanned<String>>,
    pub life: Option<String>,
    pub hosts: Option<Spanned<String>>,
    pub telling: Option<Spanned<String>>,
    pub parts: Option<Spanned<String>>,
    pub repository: Option<Spanned<String>>,
    #[serde(default)]
    pub recognize: RawSigns,
    #[serde(default)]
    pub obtain: Vec<RawObtain>,
    #[serde(default)]
    pub remedies: BTreeMap<Spanned<String>, RawRemedies>,
    pub server: RawField,
    pub user: Option<RawField>,
    pub password: RawField,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawKind {
    #[default]
    Credential,
    Token,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUse {
    pub secret: Spanned<String>,
    pub file: String,
    pub line: Spanned<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSigns {
    pub host: Option<Spanned<String>>,
    pub user: Option<Spanned<String>>,
    pub password: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawObtain {
    pub text: Spanned<String>,
    pub command: Option<Spanned<String>>,
    pub page: Option<Spanned<String>>,
    pub gives: Option<String>,
    pub life: Option<String>,
    pub host: Option<Spanned<String>>,
    #[serde(default)]
    pub field: RawMember,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawMember {
    Server,
    User,
    #[default]
    Password,
}

impl From<RawMember> for Member {
    fn from(raw: RawMember) -> Self {
        match raw {
            RawMember::Server => Self::Server,
            RawMember::User => Self::User,
            RawMember::Password => Self::Password,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawField {
    pub label: String,
    pub example: Spanned<String>,
    pub help: String,
    pub fixed: Option<Spanned<String>>,
    pub content: Option<RawContent>,
    #[serde(default)]
    pub wrong: Vec<Spanned<RawRule>>,
    #[serde(default)]
    pub right: Vec<Spanned<RawRule>>,
    pub otherwise: Option<Spanned<RawOtherwise>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub pattern: Option<Spanned<String>>,
    pub unless: Option<Spanned<String>>,
    #[serde(default)]
    pub same_as_server: bool,
    #[serde(default)]
    pub when: RawWhen,
    pub severity: Severity,
    pub text: String,
    pub replace: Option<Spanned<String>>,
    pub preset: Option<String>,
    pub mend: Option<RawMend>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawContent {
    GoogleKey,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawMend {
    Swap,
    LowerCase,
    UpperCase,
}

impl From<RawMend> for RuleMend {
    fn from(raw: RawMend) -> Self {
        match raw {
            RawMend::Swap => Self::Swap,
            RawMend::LowerCase => Self::LowerCase,
            RawMend::UpperCase => Self::UpperCase,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWhen {
    pub server: Option<Spanned<String>>,
    pub user: Option<Spanned<String>>,
    pub password: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOtherwise {
    pub severity: Severity,
    pub text: String,
    pub replace: Option<Spanned<String>>,
}

/// The fixes for one code: a sentence, a table, or a list of tables for different hosts.
pub(super) struct RawRemedies(pub Vec<RawRemedy>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRemedy {
    pub text: String,
    pub command: Option<Spanned<String>>,
    pub host: Option<Spanned<String>>,
}

impl<'de> Deserialize<'de> for RawRemedies {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = RawRemedies;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sentence, a table with `text`, or a list of such tables")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(RawRemedies(vec![RawRemedy { text: text.to_owned(), command: None, host: None }]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                RawRemedy::deserialize(MapAccessDeserializer::new(map)).map(|one| RawRemedies(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(RawRemedies(all))
            }
        }
        from.deserialize_any(Forms)
    }
}
