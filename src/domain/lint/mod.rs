//! What is wrong, odd or good about the three values before anything is sent, and what one key can do about it.
//!
//! It looks at secrets and returns findings: no finding's text is made from the password or a part of it, but for the
//! time at which one that says so ends. It asks no server and knows no clock, so a good finding is about looks only.

#[cfg(test)]
mod copied_tests;
mod expiry;
mod google_key;
mod pair;
mod placeholder;
mod secret;
mod server;
mod single;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
mod token;
mod value;
mod wrapping;

use serde::Deserialize;

use super::preset::{self, Preset, Rule};
use super::{Member, Members, Prefix, Sensitive};

pub use expiry::{check_end, ecr_token_expiry, jwt_expiry};
pub use single::{check_single, check_single_to_continue, check_single_values, obstacles_of_single};
pub use token::check_token;
pub use value::check_any;
pub use wrapping::without_wrapping;

/// The most bytes a value may have: GitHub keeps 48 KB of each secret, sealed, and sealing adds 48 bytes
/// (libsodium's `crypto_box_SEALBYTES`).
pub const VALUE_LIMIT: usize = 48 * 1024 - 48;

/// How much a finding matters, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot work.
    Block,
    /// It may not work, or is more dangerous than it needs to be.
    Warn,
    Info,
    Good,
}

/// What is to be said about one member's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub member: Member,
    pub severity: Severity,
    /// Fits after “the server”, “the user” or “the password”, such as “is only the registry's name”.
    pub text: String,
    pub mend: Option<FieldMend>,
}

/// What one key can do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMend {
    /// What the key does, such as “use ghcr.io”.
    pub label: String,
    pub change: MendChange,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MendChange {
    /// Put this into the finding's field; never the password's.
    Replace(String),
    /// Take the white space off both ends of the finding's field.
    Trim,
    /// Take off what came along when it was copied: marks around it, and characters nobody sees ([`without_wrapping`]).
    Unwrap,
    SwapUserAndPassword,
    /// Go on with the preset of this id, keeping what was typed.
    UsePreset(String),
}

/// What is to be said about a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixFinding {
    pub severity: Severity,
    /// Fits after “this prefix”.
    pub text: String,
}

impl Finding {
    fn new(member: Member, severity: Severity, text: impl Into<String>) -> Self {
        Self { member, severity, text: text.into(), mend: None }
    }

    fn mended_by(mut self, mend: Option<FieldMend>) -> Self {
        self.mend = mend;
        self
    }
}

impl FieldMend {
    fn replace(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { label: format!("use {}", super::untrusted::clean(&value)), change: MendChange::Replace(value) }
    }

    fn trim() -> Self {
        Self { label: "remove the white space".to_owned(), change: MendChange::Trim }
    }

    fn unwrap(label: &str) -> Self {
        Self { label: label.to_owned(), change: MendChange::Unwrap }
    }

    fn swap() -> Self {
        Self { label: "swap user and password".to_owned(), change: MendChange::SwapUserAndPassword }
    }

    fn use_preset(id: &str) -> Option<Self> {
        let label = format!("use the preset “{}”", preset::preset(id)?.label);
        Some(Self { label, change: MendChange::UsePreset(id.to_owned()) })
    }
}

/// The values in the clear, for the length of one check, and what follows from them.
struct Seen<'a> {
    preset: &'a Preset,
    values: Members<&'a str>,
    /// The bare, lower-case host, if the server has one.
    host: Option<String>,
}

impl<'a> Seen<'a> {
    fn new(preset: &'a Preset, values: &'a Members<Sensitive>) -> Self {
        let values = Members {
            server: values.server.expose().trim(),
            user: values.user.expose().trim(),
            password: values.password.expose().trim(),
        };
        let host = preset::host_of(values.server);
        Self { preset, values, host }
    }

    /// Whose registry it is, by the host, or by the preset while there is none.
    fn product(&self) -> Option<&'a str> {
        match &self.host {
            Some(host) => preset::product_of_host(host),
            None => self.preset.hosts.as_ref().map(|_| self.preset.short.as_str()),
        }
    }

    /// Whether a rule speaks about this text.
    fn applies(&self, rule: &Rule, text: &str) -> bool {
        let holds = |pattern: &Option<preset::Pattern>, value: &str| {
            pattern.as_ref().is_none_or(|pattern| !value.is_empty() && pattern.is_match(value))
        };
        rule.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
            && rule.unless.as_ref().is_none_or(|pattern| !pattern.is_match(text))
            && holds(&rule.when.server, self.values.server)
            && holds(&rule.when.user, self.values.user)
            && holds(&rule.when.password, self.values.password)
            && (!rule.same_as_server || self.is_registry_name(text))
    }

    /// Whether a text is the telling part of the server's host.
    fn is_registry_name(&self, text: &str) -> bool {
        self.preset.telling_part(self.values.server).is_some_and(|part| part.eq_ignore_ascii_case(text))
    }
}

/// All there is to say about the values, most severe first. An empty field gives no finding: it may still be typed.
pub fn check(preset: &Preset, values: &Members<Sensitive>) -> Vec<Finding> {
    let seen = Seen::new(preset, values);
    let mut findings = Vec::new();
    for (member, value) in values.iter() {
        value::check(member, value.expose(), &mut findings);
    }
    server::check(&seen, &mut findings);
    secret::check(&seen, Member::User, &mut findings);
    secret::check(&seen, Member::Password, &mut findings);
    pair::check(&seen, &mut findings);
    value::check_pair(&seen.values, &mut findings);
    for finding in &mut findings {
        let value = seen.values.get(finding.member);
        finding.mend = finding.mend.take().filter(|mend| !repeats(mend, value, seen.values.password));
    }
    sorted(findings)
}

/// [`check`], and what stands in the way of going on.
pub fn check_to_continue(preset: &Preset, values: &Members<Sensitive>) -> Vec<Finding> {
    let mut findings = obstacles(preset, values);
    findings.extend(check(preset, values));
    sorted(findings)
}

/// What stands in the way of going on, whatever the values look like: empty fields, NUL, and more than [`VALUE_LIMIT`]
/// bytes.
pub fn obstacles(preset: &Preset, values: &Members<Sensitive>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (member, value) in values.iter() {
        if value.is_empty() {
            let label = &preset.field(member).label;
            findings.push(Finding::new(member, Severity::Block, format!("is empty: fill in “{label}”")));
        }
        if value.expose().contains('\0') {
            findings.push(Finding::new(
                member,
                Severity::Block,
                "contains a NUL, which no registry accepts: paste it again",
            ));
        }
        if value.len() > VALUE_LIMIT {
            let text = format!("has {} bytes; GitHub accepts at most {VALUE_LIMIT} (48 KB when sealed)", value.len());
            findings.push(Finding::new(member, Severity::Block, text));
        }
    }
    findings
}

/// What is to be said about a prefix: GitHub's naming rules, and whether one of that name exists already.
pub fn check_prefix(text: &str, taken: &[Prefix]) -> Option<PrefixFinding> {
    match Prefix::parse(text) {
        Err(fault) => Some(PrefixFinding { severity: Severity::Block, text: fault.to_string() }),
        Ok(prefix) if taken.contains(&prefix) => Some(PrefixFinding {
            severity: Severity::Warn,
            text: "already exists here: saving would overwrite it".to_owned(),
        }),
        Ok(_) => None,
    }
}

/// Most severe first.
pub fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.severity, finding.member));
    findings
}

/// Whether a mend would show the password or a part of it: it may have been pasted into the wrong field as well.
fn repeats(mend: &FieldMend, value: &str, password: &str) -> bool {
    match &mend.change {
        MendChange::Replace(text) => {
            let (text, secret) = (text.to_lowercase(), password.to_lowercase());
            password.len() >= 8 && (value == password || text.contains(&secret) || secret.contains(&text))
        }
        MendChange::Trim | MendChange::Unwrap | MendChange::SwapUserAndPassword | MendChange::UsePreset(_) => false,
    }
}
