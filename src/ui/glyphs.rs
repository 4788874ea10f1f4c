//! The two sets of marks: Unicode, and ASCII for terminals and fonts without anything else.
//!
//! In both sets, any two marks of one vocabulary differ as text, so that color only repeats what a mark says.

use ratatui::symbols::border;

/// Every mark the screens draw. Choose a set at the start and pass it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyphs {
    pub members: MemberMarks,
    pub checks: CheckMarks,
    pub lines: LineMarks,
    /// Stands for one hidden character of a secret.
    pub mask: &'static str,
    /// Stands for a line break inside a value.
    pub line_end: char,
    pub ellipsis: &'static str,
    /// The frames of the spinner, one per tick; only one if animations are off.
    spinner: &'static [&'static str],
    pub boxes: border::Set<'static>,
}

/// Marks for one member of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberMarks {
    pub there: &'static str,
    pub missing: &'static str,
    /// Present, but without the same access as the others.
    pub differs: &'static str,
    pub unknown: &'static str,
}

/// Marks for outcomes, checks and findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckMarks {
    pub good: &'static str,
    pub bad: &'static str,
    pub warn: &'static str,
    /// Inconclusive.
    pub unsure: &'static str,
    /// Not reached yet.
    pub waiting: &'static str,
    /// The current position.
    pub current: &'static str,
}

/// Marks that guide the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineMarks {
    /// Left of the selected row.
    pub bar: &'static str,
    /// Before a fix.
    pub arrow: &'static str,
    pub left: &'static str,
    pub right: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub horizontal: &'static str,
    pub vertical: &'static str,
    /// Where a line from below meets a horizontal one.
    pub tee_down: &'static str,
    /// Where a line from above meets a horizontal one.
    pub tee_up: &'static str,
    /// Between short facts in one line.
    pub dot: &'static str,
    /// The boxes of a multi-select and of a radio group, checked and unchecked.
    pub boxes: [&'static str; 2],
    pub radios: [&'static str; 2],
    pub meter: [&'static str; 2],
    pub enter: &'static str,
}

impl Glyphs {
    pub fn unicode() -> Self {
        Self {
            members: MemberMarks { there: "●", missing: "○", differs: "◐", unknown: "·" },
            checks: CheckMarks { good: "✓", bad: "✗", warn: "!", unsure: "?", waiting: "·", current: "▸" },
            lines: LineMarks {
                bar: "▌",
                arrow: "→",
                left: "‹",
                right: "›",
                up: "↑",
                down: "↓",
                horizontal: "─",
                vertical: "│",
                tee_down: "┬",
                tee_up: "┴",
                dot: "·",
                boxes: ["[✓]", "[ ]"],
                radios: ["(●)", "( )"],
                meter: ["█", "░"],
                enter: "⏎",
            },
            mask: "•",
            line_end: '⏎',
            ellipsis: "…",
            spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
            boxes: border::PLAIN,
        }
    }

    pub fn ascii() -> Self {
        Self {
            members: MemberMarks { there: "*", missing: "-", differs: "~", unknown: "." },
            checks: CheckMarks { good: "v", bad: "x", warn: "!", unsure: "?", waiting: ".", current: ">" },
            lines: LineMarks {
                bar: ">",
                arrow: "->",
                left: "<",
                right: ">",
                up: "^",
                down: "v",
                horizontal: "-",
                vertical: "|",
                tee_down: "+",
                tee_up: "+",
                dot: "-",
                boxes: ["[x]", "[ ]"],
                radios: ["(o)", "( )"],
                meter: ["#", "."],
                enter: "Enter",
            },
            mask: "*",
            line_end: '$',
            ellipsis: "...",
            spinner: &["|", "/", "-", "\\"],
            boxes: border::Set {
                top_left: "+",
                top_right: "+",
                bottom_left: "+",
                bottom_right: "+",
                vertical_left: "|",
                vertical_right: "|",
                horizontal_top: "-",
                horizontal_bottom: "-",
            },
        }
    }

    /// The same set with a still spinner, for screens that must not tick.
    #[must_use]
    pub fn without_animation(mut self) -> Self {
        self.spinner = if self.mask.is_ascii() { &["~"] } else { &["◌"] };
        self
    }

    pub fn is_animated(&self) -> bool {
        self.spinner.len() > 1
    }

    /// The mark of work in progress. `frame` counts ticks and comes from the caller; nothing here ticks.
    pub fn spinner(&self, frame: usize) -> &'static str {
        self.spinner.get(frame % self.spinner.len().max(1)).copied().unwrap_or("~")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use unicode_width::UnicodeWidthStr;

    fn vocabularies(set: &Glyphs) -> Vec<Vec<&'static str>> {
        let (members, checks) = (set.members, set.checks);
        vec![
            vec![members.there, members.missing, members.differs, members.unknown],
            vec![checks.good, checks.bad, checks.warn, checks.unsure, checks.waiting, checks.current],
            vec![checks.good, checks.bad, checks.warn, checks.unsure, set.clone().without_animation().spinner(0)],
            set.lines.boxes.to_vec(),
            set.lines.radios.to_vec(),
            set.lines.meter.to_vec(),
        ]
    }

    #[test]
    fn all_marks_of_one_vocabulary_differ_as_text() {
        for set in [Glyphs::unicode(), Glyphs::ascii()] {
            for words in vocabularies(&set) {
                assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{words:?}");
            }
        }
    }

    #[test]
    fn member_and_check_marks_are_one_column_wide() {
        for set in [Glyphs::unicode(), Glyphs::ascii()] {
            for mark in vocabularies(&set).into_iter().take(3).flatten() {
                assert_eq!(mark.width(), 1, "{mark}");
            }
        }
    }

    #[test]
    fn the_ascii_set_is_ascii() {
        assert!(!format!("{:?}", Glyphs::ascii()).contains(|c: char| !c.is_ascii()));
    }

    #[test]
    fn a_spinner_without_animation_stands_still() {
        for set in [Glyphs::unicode(), Glyphs::ascii()] {
            assert_ne!(set.spinner(0), set.spinner(1));
            let still = set.without_animation();
            assert!((0..100).all(|frame| still.spinner(frame) == still.spinner(0)));
            assert!(!still.is_animated());
        }
    }
}
