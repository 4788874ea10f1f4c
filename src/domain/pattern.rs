//! Repositories by name or by pattern: `acme/api`, `acme/course-*`. Pure.
//!
//! A pattern never matches more than it seems to: `*` and `?` stay within one of the two parts, and there is no `**`.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};
use thiserror::Error;

use super::RepoName;

/// What you can write where repositories are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Name(RepoName),
    Pattern(RepoPattern),
}

/// A pattern over full names, ignoring case: `*`, `?` and `[…]`.
#[derive(Clone, Debug)]
pub struct RepoPattern {
    text: String,
    glob: GlobMatcher,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternFault {
    #[error("not a repository's full name: write it as OWNER/NAME, or as a pattern such as OWNER/course-*")]
    Name,
    #[error("`**` is not supported: `*` matches any characters within a name, as in OWNER/course-*")]
    Stars,
    #[error("not a valid pattern: use `*`, `?` and [abc]")]
    Glob,
}

impl Wanted {
    /// Parses `owner/name`, or a pattern if it contains `*`, `?` or `[`.
    pub fn parse(text: &str) -> Result<Self, PatternFault> {
        if text.contains(['*', '?', '[']) {
            return RepoPattern::parse(text).map(Self::Pattern);
        }
        RepoName::parse(text).map(Self::Name).map_err(|_| PatternFault::Name)
    }

    /// Reads a file with one per line; `#` starts a comment. `Err` has the line number, from 1.
    pub fn read_lines(text: &str) -> Result<Vec<Self>, (usize, PatternFault)> {
        let lines = text.lines().enumerate().map(|(at, line)| {
            let line = line.split('#').next().unwrap_or_default();
            (at + 1, line.trim_start_matches('\u{feff}').trim())
        });
        let filled = lines.filter(|(_, line)| !line.is_empty());
        filled.map(|(at, line)| Self::parse(line).map_err(|fault| (at, fault))).collect()
    }

    /// Whether it matches this full name.
    pub fn is_match(&self, full_name: &str) -> bool {
        match self {
            Self::Name(name) => name.is_same(full_name),
            Self::Pattern(pattern) => pattern.is_match(full_name),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Pattern(pattern) => pattern.fmt(f),
        }
    }
}

impl RepoPattern {
    pub fn parse(text: &str) -> Result<Self, PatternFault> {
        if text.contains("**") {
            return Err(PatternFault::Stars);
        }
        let is_known =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '?' | '[' | ']' | '!');
        let (owner, name) = text.split_once('/').ok_or(PatternFault::Name)?;
        if owner.is_empty() || name.is_empty() || text.len() > 250 {
            return Err(PatternFault::Name);
        }
        if ![owner, name].iter().all(|part| part.chars().all(is_known)) {
            return Err(PatternFault::Glob);
        }
        let glob =
            GlobBuilder::new(text).case_insensitive(true).literal_separator(true).backslash_escape(false).build();
        let glob = glob.map_err(|_| PatternFault::Glob)?.compile_matcher();
        Ok(Self { text: text.to_owned(), glob })
    }

    pub fn is_match(&self, full_name: &str) -> bool {
        self.glob.is_match(full_name)
    }

    /// The owner, if the pattern names exactly one.
    pub fn owner(&self) -> Option<&str> {
        let owner = self.text.split('/').next()?;
        (!owner.contains(['*', '?', '['])).then_some(owner)
    }
}

impl PartialEq for RepoPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RepoPattern {}

impl fmt::Display for RepoPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_star_stays_within_a_name_and_case_does_not_count() {
        let course = RepoPattern::parse("acme/course-*").unwrap();
        assert!(course.is_match("acme/course-2024") && course.is_match("Acme/COURSE-x.y_z"));
        assert!(!course.is_match("acme/course") && !course.is_match("acme2/course-1"));
        assert!(!RepoPattern::parse("*/api").unwrap().is_match("a/b/api"));
        assert!(!RepoPattern::parse("acm?/api").unwrap().is_match("acm//api"));
        assert!(RepoPattern::parse("acme/api-[0-9]").unwrap().is_match("acme/api-7"));
        assert_eq!((course.owner(), RepoPattern::parse("a*/api").unwrap().owner()), (Some("acme"), None));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (text, fault) in [
            ("course-*", PatternFault::Name),
            ("*", PatternFault::Name),
            ("/*", PatternFault::Name),
            ("acme/", PatternFault::Name),
            ("**/api", PatternFault::Stars),
            ("acme/**", PatternFault::Stars),
            ("acme/a/*", PatternFault::Glob),
            ("acme/{a,b}*", PatternFault::Glob),
            ("acme/[a", PatternFault::Glob),
            ("acme/\\*", PatternFault::Glob),
            ("acme/a b*", PatternFault::Glob),
            ("acme/\u{202e}*", PatternFault::Glob),
        ] {
            assert_eq!(Wanted::parse(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn a_file_has_one_a_line_and_comments() {
        let text = "\u{feff}acme/api\r\n\n# the courses\n  acme/course-*  # all of them\n";
        let read: Vec<_> = Wanted::read_lines(text).unwrap().iter().map(Wanted::to_string).collect();
        assert_eq!(read, ["acme/api", "acme/course-*"]);
        assert_eq!(Wanted::read_lines("acme/api\nnonsense\n"), Err((2, PatternFault::Name)));
    }
}
