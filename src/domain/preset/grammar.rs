//! How a preset describes values: patterns, and rules that say what a matching value means.
//!
//! Nothing here sees a password: only `domain::lint` may look at one, and it matches the rules.

use std::sync::OnceLock;

use regex::Regex;

use crate::domain::lint::Severity;

/// A pattern. It is compiled at its first use: most patterns of a file are never used, and compiling is what takes
/// time.
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
    /// A pattern from a user's file: compiled at once. An error is one line.
    pub fn new(text: &str) -> Result<Self, String> {
        let compiled = Regex::new(text).map_err(|fault| {
            let whole = fault.to_string();
            whole.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
        })?;
        Ok(Self { text: text.into(), compiled: OnceLock::from(Some(compiled)) })
    }

    /// A pattern from the program's own files, which the tests compile: an invalid one would match nothing.
    pub(super) fn own(text: &str) -> Self {
        Self { text: text.into(), compiled: OnceLock::new() }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.may_begin(text) && self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// The literal beginning of every match, as far as it is easy to determine: most patterns can be ruled out by it
    /// without being compiled.
    pub(super) fn beginning(&self) -> &str {
        match self.text.strip_prefix('^') {
            Some(rest) if alternatives(rest).nth(1).is_none() => literal(rest),
            Some(_) | None => "",
        }
    }

    /// Whether a text begins like one of the pattern's alternatives, as far as that is easy to determine.
    fn may_begin(&self, text: &str) -> bool {
        let Some(rest) = self.text.strip_prefix('^') else { return true };
        let inner = rest.strip_prefix("(?:").and_then(|inner| {
            let (inside, after) = inner.split_at(closing(inner)?);
            (!after.starts_with(")?") && !after.starts_with(")*") && !after.starts_with("){")).then_some(inside)
        });
        alternatives(inner.unwrap_or(rest)).any(|one| text.starts_with(literal(one)))
    }

    /// Whether it begins with letters and an underscore, or with a longer word and a dash, unlike names within a text.
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

    /// The content of the group `part`.
    pub(crate) fn part(&self, text: &str) -> Option<String> {
        Some(self.regex()?.captures(text)?.name("part")?.as_str().to_owned())
    }

    /// The content of every named group.
    pub(crate) fn parts(&self, text: &str) -> Vec<(String, String)> {
        let Some(regex) = self.regex() else { return Vec::new() };
        let Some(captures) = regex.captures(text) else { return Vec::new() };
        let names = regex.capture_names().flatten();
        names.filter_map(|name| Some((name.to_owned(), captures.name(name)?.as_str().to_owned()))).collect()
    }

    /// `template` with each `${name}` filled from the match.
    pub(crate) fn expand(&self, text: &str, template: &str) -> Option<String> {
        let captures = self.regex()?.captures(text)?;
        let mut out = String::new();
        captures.expand(template, &mut out);
        Some(out)
    }
}

/// The literal letters a part of a pattern begins with. Anything repeated or optional is not a certain beginning.
fn literal(part: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let end = part.find(|c| !is_plain(c)).unwrap_or(part.len());
    let is_repeated = part[end..].starts_with(['?', '*', '+', '{']);
    &part[..if is_repeated { end.saturating_sub(1) } else { end }]
}

/// The positions of a pattern's operators outside classes and escapes, each with its group depth.
fn signs(part: &str) -> impl Iterator<Item = (usize, char, usize)> {
    let (mut depth, mut in_class, mut is_escaped) = (0_usize, false, false);
    part.char_indices().filter_map(move |(at, c)| {
        if is_escaped {
            is_escaped = false;
            return None;
        }
        match c {
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => {
                depth = depth.saturating_sub(1);
                return Some((at, c, depth));
            }
            _ => {} // counted where it is
        }
        (!in_class).then_some((at, c, depth))
    })
}

/// The end of the group whose content begins here.
fn closing(inner: &str) -> Option<usize> {
    let (mut open, mut end) = (0_usize, None);
    for (at, c, _) in signs(inner) {
        match c {
            '(' => open += 1,
            ')' if open == 0 => end = end.or(Some(at)),
            ')' => open -= 1,
            _ => {} // within
        }
    }
    end
}

fn alternatives(part: &str) -> impl Iterator<Item = &str> {
    let cuts: Vec<usize> = signs(part).filter(|(_, c, depth)| *c == '|' && *depth == 0).map(|(at, _, _)| at).collect();
    let starts = std::iter::once(0).chain(cuts.clone().into_iter().map(|at| at + 1));
    let ends = cuts.into_iter().chain([part.len()]);
    starts.zip(ends).map(|(from, to)| &part[from..to]).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
impl Pattern {
    pub(super) fn is_sound(&self) -> bool {
        self.regex().is_some()
    }
}

/// The meaning of a matching value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What the value must match; `None` matches everything.
    pub pattern: Option<Pattern>,
    /// What it must not match.
    pub unless: Option<Pattern>,
    /// Only if the user is the distinctive part of the server's host, such as the registry's name.
    pub same_as_server: bool,
    /// What the other values must match.
    pub when: When,
    pub severity: Severity,
    /// Follows “the user”, such as “is an e-mail address”.
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

/// The fix a rule offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleMend {
    /// Replace the value with this; `${name}` stands for a group of the pattern.
    Replace(String),
    LowerCase,
    UpperCase,
    /// Swap user and password.
    Swap,
    /// Continue with the preset of this id.
    Preset(String),
}

/// What a product's servers and credentials look like, for [`super::which()`]. These are guesses: lints never rely on
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Bare hosts that probably belong to this product, such as `harbor.example.com`.
    pub host: Option<Pattern>,
    /// Users of this way to log in, if two presets share their hosts.
    pub user: Option<Pattern>,
    /// Passwords of this product that are not in `assets/tokens.toml`.
    pub password: Option<Pattern>,
}

/// What a value must contain, beyond what a pattern can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The key file of a Google service account, as JSON or in base64.
    GoogleKey,
}

/// The finding for a value that matches no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otherwise {
    pub severity: Severity,
    pub text: String,
    pub replace: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_begins_with_is_seen_without_compiling_it() {
        for (pattern, beginning) in [
            ("^dckr_pat_", "dckr_pat_"),
            ("^gl(?:agent|ft)-[a|b]", "gl"),
            ("^ab|cd", ""),
            ("^(?:ab|cd)x", ""),
            ("^abc?", "ab"),
            ("abc", ""),
        ] {
            assert_eq!(Pattern::own(pattern).beginning(), beginning, "{pattern}");
        }
        for (pattern, text, may) in [
            ("^(?:ab|cd(?:e|f)|\\||[)|]x)", "zz", true), // an escape and a class can begin with anything
            ("^(?:ab|cd(?:e|f))x|z", "ab", true),
            ("^(?:ab|cd(?:e|f))", "cd", true),
            ("^(?:ab|cd(?:e|f))", "ef", false),
            ("^(?:ab)?cd", "cd", true),
            ("^ab|cd", "cd", true),
            ("^ab|cd", "ef", false),
            ("ab", "zz", true),
        ] {
            assert_eq!(Pattern::own(pattern).may_begin(text), may, "{pattern} {text}");
        }
    }
}
