//! Parses a preset's TOML file. Unknown keys, invalid patterns, unknown placeholders and impossible fixes are reported
//! with file and line. Texts are cleaned when they are read, because a file may be a user's own.

use std::collections::BTreeMap;

use thiserror::Error;
use toml::Spanned;

use super::grammar::{Content, Otherwise, Pattern, Rule, RuleMend, Signs, When};
use super::obtain::{self, Holes, Obtain, RemedyRow};
use super::raw::{RawContent, RawField, RawKind, RawObtain, RawOtherwise, RawPreset, RawRemedies, RawRule, RawSigns};
use super::single::{self, Single, Use};
use super::{Field, Preset};
use crate::domain::untrusted::{clean, is_hostile};
use crate::domain::{Member, Prefix};

/// Why a file is not a valid preset.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}: {reason}")]
pub struct PresetFault {
    pub file: String,
    /// Starting at 1.
    pub line: usize,
    pub reason: String,
}

/// The content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Preset(Box<Preset>),
    Single(Box<Single>),
}

/// Parses one file; its name is only for errors.
pub fn read(file: &str, text: &str) -> Result<Entry, PresetFault> {
    Source { file, text, is_own: false }.read()
}

/// Parses one of the program's own files, whose patterns are compiled by the tests.
pub(super) fn read_own(file: &str, text: &str) -> Result<Entry, PresetFault> {
    Source { file, text, is_own: true }.read()
}

/// Parses a file with a preset of three values.
pub fn parse(file: &str, text: &str) -> Result<Preset, PresetFault> {
    match read(file, text)? {
        Entry::Preset(preset) => Ok(*preset),
        Entry::Single(_) => {
            Err(Source { file, text, is_own: false }.fault(0, "is for a single secret, not for a credential"))
        }
    }
}

struct Source<'a> {
    file: &'a str,
    text: &'a str,
    is_own: bool,
}

impl Source<'_> {
    fn read(&self) -> Result<Entry, PresetFault> {
        let raw: RawPreset = toml::from_str(self.text)
            .map_err(|fault| self.fault(fault.span().map_or(0, |span| span.start), fault.message()))?;
        self.check_head(&raw)?;
        match raw.kind {
            RawKind::Credential => self.preset(raw).map(|preset| Entry::Preset(Box::new(preset))),
            RawKind::Token => self.single(raw).map(|single| Entry::Single(Box::new(single))),
        }
    }

    fn fault(&self, at: usize, reason: &str) -> PresetFault {
        let line = self.text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
        let reason = clean(reason.lines().next().unwrap_or_default());
        PresetFault { file: self.file.to_owned(), line, reason }
    }

    /// The common part of both kinds.
    fn check_head(&self, raw: &RawPreset) -> Result<(), PresetFault> {
        let (id, at) = (raw.id.get_ref(), raw.id.span().start);
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
            return Err(self.fault(at, "the id may only contain lower-case letters and hyphens"));
        }
        for url in std::iter::once(&raw.docs_url).chain(&raw.obtain_url) {
            self.check_page(url)?;
        }
        Ok(())
    }

    fn check_page(&self, url: &Spanned<String>) -> Result<(), PresetFault> {
        if url.get_ref().starts_with("https://") && !url.get_ref().contains(is_hostile) {
            return Ok(());
        }
        Err(self.fault(url.span().start, "the address does not begin with https://"))
    }

    fn preset(&self, raw: RawPreset) -> Result<Preset, PresetFault> {
        let of_single = raw.use_of.as_ref().map(|_| "`use` is for a preset of kind token");
        let lacking = of_single.or(raw.user.is_none().then_some("the user is missing"));
        let (Some(prefix), Some(user), None) = (raw.prefix, raw.user, lacking) else {
            return Err(self.fault(0, lacking.unwrap_or("the prefix is missing")));
        };
        let prefix = Prefix::parse(prefix.get_ref())
            .map_err(|fault| self.fault(prefix.span().start, &format!("the prefix {fault}")))?;
        let telling = self.pattern(raw.telling.as_ref())?;
        if let (Some(pattern), Some(raw)) = (&telling, &raw.telling)
            && !pattern.has_group("part")
        {
            return Err(self.fault(raw.span().start, "the pattern has no group named part"));
        }
        let repository = raw.repository.as_ref().map_or("team/app", |raw| raw.get_ref().as_str());
        if !obtain::is_repository(repository) {
            return Err(self.fault(raw.repository.map_or(0, |raw| raw.span().start), "is not an image repository"));
        }
        let mut preset = Preset {
            id: raw.id.into_inner(),
            label: clean(raw.label.get_ref()),
            short: clean(&raw.short),
            summary: clean(&raw.summary),
            prefix,
            server: self.field(Member::Server, raw.server)?,
            user: self.field(Member::User, user)?,
            password: self.field(Member::Password, raw.password)?,
            obtain: Vec::new(),
            obtain_url: raw.obtain_url.map(Spanned::into_inner),
            docs_url: raw.docs_url.into_inner(),
            life: raw.life.as_deref().map(clean),
            hosts: self.pattern(raw.hosts.as_ref())?,
            telling,
            parts: self.pattern(raw.parts.as_ref())?,
            repository: repository.to_owned(),
            signs: self.signs(&raw.recognize)?,
            remedies: Vec::new(),
            own: false,
        };
        let holes = preset.holes("", None);
        preset.obtain = self.obtain(&raw.obtain, &holes)?;
        preset.remedies = self.remedies(&raw.remedies, &holes)?;
        Ok(preset)
    }

    fn single(&self, raw: RawPreset) -> Result<Single, PresetFault> {
        let Some(use_of) = raw.use_of else {
            return Err(self.fault(0, "a preset of kind token needs the table `use`"));
        };
        let beyond = raw.user.is_some() || raw.prefix.is_some() || raw.telling.is_some() || raw.parts.is_some();
        if beyond {
            return Err(self.fault(0, "a preset of kind token has neither user nor prefix, and no parts"));
        }
        let secret = use_of.secret.get_ref();
        let name = Prefix::parse(secret).ok().filter(|name| name.as_str() == secret);
        let Some(name) = name else {
            return Err(self.fault(use_of.secret.span().start, "is not a valid secret name"));
        };
        let mut single = Single {
            id: raw.id.into_inner(),
            label: clean(raw.label.get_ref()),
            short: clean(&raw.short),
            summary: clean(&raw.summary),
            use_of: Use { secret: secret.clone(), name, file: clean(&use_of.file), line: clean(use_of.line.get_ref()) },
            server: self.field(Member::Server, raw.server)?,
            password: self.field(Member::Password, raw.password)?,
            obtain: Vec::new(),
            docs_url: raw.docs_url.into_inner(),
            life: raw.life.as_deref().map(clean),
            hosts: self.pattern(raw.hosts.as_ref())?,
            remedies: Vec::new(),
        };
        let Some(holes) = single::holes(&single.server.example) else {
            return Err(self.fault(0, "the example of the server is not an address"));
        };
        self.check_holes(&use_of.line, &holes)?;
        single.obtain = self.obtain(&raw.obtain, &holes)?;
        single.remedies = self.remedies(&raw.remedies, &holes)?;
        Ok(single)
    }

    fn signs(&self, raw: &RawSigns) -> Result<Signs, PresetFault> {
        Ok(Signs {
            host: self.pattern(raw.host.as_ref())?,
            user: self.pattern(raw.user.as_ref())?,
            password: self.pattern(raw.password.as_ref())?,
        })
    }

    fn check_holes(&self, text: &Spanned<String>, holes: &Holes) -> Result<(), PresetFault> {
        match obtain::unfilled(text.get_ref(), holes) {
            Some(name) => Err(self.fault(text.span().start, &format!("unknown placeholder {{{name}}}"))),
            None => Ok(()),
        }
    }

    fn obtain(&self, raw: &[RawObtain], holes: &Holes) -> Result<Vec<Obtain>, PresetFault> {
        let step = |raw: &RawObtain| {
            for text in std::iter::once(&raw.text).chain(&raw.command).chain(&raw.page) {
                self.check_holes(text, holes)?;
            }
            if let Some(page) = &raw.page {
                self.check_page(page)?;
            }
            let cleaned = |raw: &Option<Spanned<String>>| raw.as_ref().map(|text| clean(text.get_ref().trim()));
            Ok(Obtain {
                text: clean(raw.text.get_ref().trim_end()),
                command: cleaned(&raw.command),
                page: cleaned(&raw.page),
                gives: raw.gives.as_deref().map(clean),
                life: raw.life.as_deref().map(clean),
                member: raw.field.into(),
                host: self.pattern(raw.host.as_ref())?,
            })
        };
        raw.iter().map(step).collect()
    }

    fn remedies(
        &self,
        raw: &BTreeMap<Spanned<String>, RawRemedies>,
        holes: &Holes,
    ) -> Result<Vec<RemedyRow>, PresetFault> {
        let mut rows = Vec::new();
        for (code, RawRemedies(remedies)) in raw {
            if code.get_ref().is_empty() || !code.get_ref().bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                return Err(self.fault(code.span().start, "is not a valid result code"));
            }
            for raw in remedies {
                let at = Spanned::new(code.span(), raw.text.clone());
                self.check_holes(&at, holes)?;
                if let Some(command) = &raw.command {
                    self.check_holes(command, holes)?;
                }
                rows.push(RemedyRow {
                    code: code.get_ref().clone(),
                    host: self.pattern(raw.host.as_ref())?,
                    text: clean(raw.text.trim_end()),
                    command: raw.command.as_ref().map(|text| clean(text.get_ref().trim())),
                });
            }
        }
        Ok(rows)
    }

    fn pattern(&self, raw: Option<&Spanned<String>>) -> Result<Option<Pattern>, PresetFault> {
        raw.map(|raw| {
            if self.is_own {
                return Ok(Pattern::own(raw.get_ref()));
            }
            Pattern::new(raw.get_ref())
                .map_err(|reason| self.fault(raw.span().start, &format!("invalid pattern: {reason}")))
        })
        .transpose()
    }

    fn field(&self, member: Member, raw: RawField) -> Result<Field, PresetFault> {
        if raw.example.get_ref().is_empty() {
            return Err(self.fault(raw.example.span().start, "the example is empty"));
        }
        let content = match raw.content {
            Some(_) if member != Member::Password => {
                return Err(self.fault(raw.example.span().start, "content is for the password only"));
            }
            Some(RawContent::GoogleKey) => Some(Content::GoogleKey),
            None => None,
        };
        let rules = |raw: Vec<Spanned<RawRule>>| {
            raw.into_iter().map(|rule| self.rule(member, rule)).collect::<Result<Vec<_>, _>>()
        };
        let otherwise = raw.otherwise.map(|raw| self.otherwise(member, raw)).transpose()?;
        Ok(Field {
            label: clean(&raw.label),
            example: clean(raw.example.get_ref()),
            help: clean(&raw.help),
            fixed: self.written(raw.fixed)?,
            content,
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
        Ok(Otherwise { severity, text: clean(&text), replace: self.written(replace)? })
    }

    /// A text that may become part of a value: invisible characters are refused, not cleaned.
    fn written(&self, raw: Option<Spanned<String>>) -> Result<Option<String>, PresetFault> {
        match raw {
            Some(raw) if raw.get_ref().contains(is_hostile) => {
                Err(self.fault(raw.span().start, "has a control or invisible character"))
            }
            raw => Ok(raw.map(Spanned::into_inner)),
        }
    }

    fn rule(&self, member: Member, raw: Spanned<RawRule>) -> Result<Rule, PresetFault> {
        let at = raw.span().start;
        let raw = raw.into_inner();
        let mends = [
            self.written(raw.replace)?.map(RuleMend::Replace),
            raw.preset.map(RuleMend::Preset),
            raw.mend.map(RuleMend::from),
        ];
        let mut mends = mends.into_iter().flatten();
        let mend = mends.next();
        if mends.next().is_some() {
            return Err(self.fault(at, "a rule can have only one fix"));
        }
        let rewrites = matches!(mend, Some(RuleMend::Replace(_) | RuleMend::LowerCase | RuleMend::UpperCase));
        if member == Member::Password && rewrites {
            return Err(self.fault(at, "a password is never replaced"));
        }
        if member != Member::Server && matches!(&mend, Some(RuleMend::Replace(text)) if text.contains('$')) {
            return Err(self.fault(at, "only a server can be built from captured groups"));
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
            text: clean(&raw.text),
            mend,
        })
    }
}
