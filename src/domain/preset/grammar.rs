//! How a preset describes values: patterns, and rules that say what a matching value means.
//!
//! Nothing here sees a password: rules are matched by `domain::lint`, which alone may look at one.

use std::sync::OnceLock;

use regex::Regex;

use crate::domain::lint::Severity;

/// A pattern. It is compiled when it is first asked: most of a file's are never, and compiling is what takes the time.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// A pattern of somebody else's file: compiled at once. The reason of a refusal is one line.
    pub fn new(text: &str) -> Result<Self, String> {
        let compiled = Regex::new(text).map_err(|fault| {
            let whole = fault.to_string();
            whole.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
        })?;
        Ok(Self { text: text.into(), compiled: OnceLock::from(Some(compiled)) })
    }

    /// A pattern of the program's own files, which the tests compile: one that cannot be would match nothing.
    pub(super) fn own(text: &str) -> Self {
        Self { text: text.into(), compiled: OnceLock::new() }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }

    pub fn is_match(&self, text: &str) -> bool {
        text.starts_with(self.beginning()) && self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// The letters every match begins with, as far as they are plain to see: most patterns need not be compiled to know
    /// that they do not match.
    pub(super) fn beginning(&self) -> &str {
        let Some(rest) = self.text.strip_prefix('^').filter(|rest| !rest.contains('|')) else { return "" };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let end = rest.find(|c| !is_plain(c)).unwrap_or(rest.len());
        // What is repeated, or may be missing, is no sure beginning.
        let is_repeated = rest[end..].starts_with(['?', '*', '+', '{']);
        &rest[..if is_repeated { end.saturating_sub(1) } else { end }]
    }

    /// Whether it begins with letters and an underline, or a longer word and a dash, as names within a text do not.
    pub(super) fn is_signed(&self) -> bool {
        let outside = self.text.split('[').enumerate().map(|(at, part)| match part.split_once(']') {
            Some((_, rest)) if at > 0 => rest,
            Some(_) | None => part,
        });
        let beginning = self.beginning();
        beginning.len() >= 5 && beginning.contains('-')
            || beginning.len() >= 2 && outside.into_iter().any(|p| p.contains('_'))
    }

    pub(crate) fn has_group(&self, name: &str) -> bool {
        self.text.contains(&format!("(?P<{name}>")) || self.text.contains(&format!("(?<{name}>"))
    }

    /// What the group `part` holds.
    pub(crate) fn part(&self, text: &str) -> Option<String> {
        Some(self.regex()?.captures(text)?.name("part")?.as_str().to_owned())
    }

    /// What every named group holds.
    pub(crate) fn parts(&self, text: &str) -> Vec<(String, String)> {
        let Some(regex) = self.regex() else { return Vec::new() };
        let Some(captures) = regex.captures(text) else { return Vec::new() };
        let names = regex.capture_names().flatten();
        names.filter_map(|name| Some((name.to_owned(), captures.name(name)?.as_str().to_owned()))).collect()
    }

    /// `template` with its `${name}` filled from the match.
    pub(crate) fn expand(&self, text: &str, template: &str) -> Option<String> {
        let captures = self.regex()?.captures(text)?;
        let mut out = String::new();
        captures.expand(template, &mut out);
        Some(out)
    }
}

#[cfg(test)]
impl Pattern {
    pub(super) fn is_sound(&self) -> bool {
        self.regex().is_some()
    }
}

/// What a value means that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What the value must match; `None` matches all.
    pub pattern: Option<Pattern>,
    /// What it must not match.
    pub unless: Option<Pattern>,
    /// Only if the user is the telling part of the server's host, such as the registry's name.
    pub same_as_server: bool,
    /// What the other values must match.
    pub when: When,
    pub severity: Severity,
    /// Fits after «the user», such as «is an e-mail address».
    pub text: String,
    pub mend: Option<RuleMend>,
}

/// What the three values must match for a rule to apply; an empty value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    pub server: Option<Pattern>,
    pub user: Option<Pattern>,
    pub password: Option<Pattern>,
}

/// What a rule offers to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleMend {
    /// Put this in its place; `${name}` stands for a group of the pattern.
    Replace(String),
    LowerCase,
    UpperCase,
    /// Swap user and password.
    Swap,
    /// Go on with the preset of this id.
    Preset(String),
}

/// What a product's servers and credentials look like, for [`super::which()`]. Guesses: a lint never builds on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Bare hosts that are probably this product's, such as `harbor.example.com`.
    pub host: Option<Pattern>,
    /// Users of this way to log in, where two presets share their hosts.
    pub user: Option<Pattern>,
    /// Passwords of this product that no row of `assets/tokens.toml` knows.
    pub password: Option<Pattern>,
}

/// What a value has to be inside, beyond what a pattern can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The key file of a Google service account, as JSON or in base64.
    GoogleKey,
}

/// What is said of a value that no rule knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otherwise {
    pub severity: Severity,
    pub text: String,
    pub replace: Option<String>,
}
