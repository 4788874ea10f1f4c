//! Reads a preset's TOML file. Unknown keys, bad patterns and mends that cannot be are refused with file and line.

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::grammar::{Otherwise, Pattern, Rule, RuleMend, When};
use super::{Field, Preset};
use crate::domain::lint::Severity;
use crate::domain::{Member, Prefix};

/// Why a file is no preset.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}: {reason}")]
pub struct PresetFault {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPreset {
    id: Spanned<String>,
    label: Spanned<String>,
    short: String,
    summary: String,
    prefix: Spanned<String>,
    docs_url: Spanned<String>,
    obtain_url: Option<Spanned<String>>,
    life: Option<String>,
    hosts: Option<Spanned<String>>,
    telling: Option<Spanned<String>>,
    #[serde(default)]
    obtain: Vec<String>,
    server: RawField,
    user: RawField,
    password: RawField,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    label: String,
    example: Spanned<String>,
    help: String,
    fixed: Option<String>,
    #[serde(default)]
    wrong: Vec<Spanned<RawRule>>,
    #[serde(default)]
    right: Vec<Spanned<RawRule>>,
    otherwise: Option<Spanned<RawOtherwise>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    pattern: Option<Spanned<String>>,
    unless: Option<Spanned<String>>,
    #[serde(default)]
    same_as_server: bool,
    #[serde(default)]
    when: RawWhen,
    severity: Severity,
    text: String,
    replace: Option<String>,
    preset: Option<String>,
    mend: Option<RawMend>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawMend {
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
struct RawWhen {
    server: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    password: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOtherwise {
    severity: Severity,
    text: String,
    replace: Option<String>,
}

/// Reads one preset; `file` is only named in the fault.
pub fn parse(file: &str, text: &str) -> Result<Preset, PresetFault> {
    let source = Source { file, text };
    let raw: RawPreset = toml::from_str(text)
        .map_err(|fault| source.fault(fault.span().map_or(0, |span| span.start), fault.message()))?;
    let prefix = Prefix::parse(raw.prefix.get_ref())
        .map_err(|fault| source.fault(raw.prefix.span().start, &format!("the prefix {fault}")))?;
    if raw.id.get_ref().is_empty() || !raw.id.get_ref().chars().all(|c| c.is_ascii_lowercase() || c == '-') {
        return Err(
            source.fault(raw.id.span().start, "the id has characters other than lower-case letters and hyphens")
        );
    }
    for url in std::iter::once(&raw.docs_url).chain(&raw.obtain_url) {
        if !url.get_ref().starts_with("https://") {
            return Err(source.fault(url.span().start, "the address does not begin with https://"));
        }
    }
    let telling = source.pattern(raw.telling.as_ref())?;
    if let (Some(pattern), Some(raw)) = (&telling, &raw.telling)
        && !pattern.has_group("part")
    {
        return Err(source.fault(raw.span().start, "the pattern has no group named part"));
    }
    Ok(Preset {
        id: raw.id.into_inner(),
        label: raw.label.into_inner(),
        short: raw.short,
        summary: raw.summary,
        prefix,
        server: source.field(Member::Server, raw.server)?,
        user: source.field(Member::User, raw.user)?,
        password: source.field(Member::Password, raw.password)?,
        obtain: raw.obtain.into_iter().map(|step| step.trim_end().to_owned()).collect(),
        obtain_url: raw.obtain_url.map(Spanned::into_inner),
        docs_url: raw.docs_url.into_inner(),
        life: raw.life,
        hosts: source.pattern(raw.hosts.as_ref())?,
        telling,
    })
}

struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn fault(&self, at: usize, reason: &str) -> PresetFault {
        let line = self.text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
        let reason = reason.lines().next().unwrap_or_default().to_owned();
        PresetFault { file: self.file.to_owned(), line, reason }
    }

    fn pattern(&self, raw: Option<&Spanned<String>>) -> Result<Option<Pattern>, PresetFault> {
        raw.map(|raw| {
            Pattern::new(raw.get_ref())
                .map_err(|reason| self.fault(raw.span().start, &format!("the pattern cannot be read: {reason}")))
        })
        .transpose()
    }

    fn field(&self, member: Member, raw: RawField) -> Result<Field, PresetFault> {
        if raw.example.get_ref().is_empty() {
            return Err(self.fault(raw.example.span().start, "the example is empty"));
        }
        let rules = |raw: Vec<Spanned<RawRule>>| {
            raw.into_iter().map(|rule| self.rule(member, rule)).collect::<Result<Vec<_>, _>>()
        };
        let otherwise = raw.otherwise.map(|raw| self.otherwise(member, raw)).transpose()?;
        Ok(Field {
            label: raw.label,
            example: raw.example.into_inner(),
            help: raw.help,
            fixed: raw.fixed,
            wrong: rules(raw.wrong)?,
            right: rules(raw.right)?,
            otherwise,
        })
    }

    fn otherwise(&self, member: Member, raw: Spanned<RawOtherwise>) -> Result<Otherwise, PresetFault> {
        if member == Member::Password && raw.get_ref().replace.is_some() {
            return Err(self.fault(raw.span().start, "a password is never replaced"));
        }
        let RawOtherwise { severity, text, replace } = raw.into_inner();
        Ok(Otherwise { severity, text, replace })
    }

    fn rule(&self, member: Member, raw: Spanned<RawRule>) -> Result<Rule, PresetFault> {
        let at = raw.span().start;
        let raw = raw.into_inner();
        let mends =
            [raw.replace.map(RuleMend::Replace), raw.preset.map(RuleMend::Preset), raw.mend.map(RuleMend::from)];
        let mut mends = mends.into_iter().flatten();
        let mend = mends.next();
        if mends.next().is_some() {
            return Err(self.fault(at, "a rule has one mend at most"));
        }
        let rewrites = matches!(mend, Some(RuleMend::Replace(_) | RuleMend::LowerCase | RuleMend::UpperCase));
        if member == Member::Password && rewrites {
            return Err(self.fault(at, "a password is never replaced"));
        }
        if member != Member::Server && matches!(&mend, Some(RuleMend::Replace(text)) if text.contains('$')) {
            return Err(self.fault(at, "only a server is put together from what was typed"));
        }
        if raw.same_as_server && member != Member::User {
            return Err(self.fault(at, "same_as_server is for the user only"));
        }
        if raw.pattern.is_none() && !raw.same_as_server {
            return Err(self.fault(at, "a rule needs a pattern"));
        }
        Ok(Rule {
            pattern: self.pattern(raw.pattern.as_ref())?,
            unless: self.pattern(raw.unless.as_ref())?,
            same_as_server: raw.same_as_server,
            when: When {
                server: self.pattern(raw.when.server.as_ref())?,
                user: self.pattern(raw.when.user.as_ref())?,
                password: self.pattern(raw.when.password.as_ref())?,
            },
            severity: raw.severity,
            text: raw.text,
            mend,
        })
    }
}
