//! The screen as a person looks at it: where one is, which fields there are, and what stands in them.

use std::collections::BTreeMap;

use vt100::{Cell, Screen};

use crate::support::pty::Output;

/// Fewer underlined cells in a row are letters that a filter found.
const NARROWEST: u16 = 8;

/// A field on the screen: what stands before it, and what stands in it.
pub(super) type Fields = BTreeMap<String, String>;

pub(super) struct Sight {
    pub(super) text: String,
    /// Where one is: the titles behind the tabs, and the steps of the wizard.
    pub(super) place: String,
    pub(super) fields: Fields,
    /// The field with the cursor.
    pub(super) focus: Option<String>,
    /// The lowest field.
    pub(super) last: Option<String>,
    /// What stands left of the cursor in that field.
    pub(super) before_cursor: String,
}

impl Sight {
    pub(super) fn of(output: &Output) -> Self {
        let text = output.text();
        let screen = output.screen();
        let (rows, _) = screen.size();
        let (at_row, at_column) = screen.cursor_position();
        let mut fields = Fields::new();
        let (mut focus, mut last, mut before_cursor) = (None, None, String::new());
        for row in 2..rows.get().saturating_sub(1) {
            let Some((begin, end)) = field(screen, row) else { continue };
            let cells = |from: u16, to: u16| screen.contents_between(row, from, row, to);
            let label = cells(0, begin).trim().to_owned();
            if row == at_row && (begin..end).contains(&at_column) {
                before_cursor = cells(begin, at_column);
                focus = Some(label.clone());
            }
            last = Some(label.clone());
            fields.insert(label, cells(begin, end).trim_end().replace("optional", ""));
        }
        let place = place(&text);
        Self { text, place, fields, focus, last, before_cursor }
    }

    pub(super) fn is_form(&self) -> bool {
        self.fields.len() > 1
    }

    /// What is typed next goes to the value that was refused, whichever field stands there.
    pub(super) fn is_invited(&self) -> bool {
        self.text.contains("Type or paste another")
    }

    /// Whether the line of messages says something.
    pub(super) fn says_something(&self) -> bool {
        self.text.lines().rev().nth(1).is_some_and(|line| !line.trim().is_empty() && !line.contains('─'))
    }
}

/// Where the field of a row begins and ends.
fn field(screen: &Screen, row: u16) -> Option<(u16, u16)> {
    let (_, columns) = screen.size();
    let is_field = |column: u16| screen.cell(row, column).is_some_and(Cell::underline);
    let begin = (0..columns.get()).find(|column| is_field(*column))?;
    let end = (begin..columns.get()).find(|column| !is_field(*column)).unwrap_or(columns.get());
    (end - begin >= NARROWEST).then_some((begin, end))
}

fn place(text: &str) -> String {
    // What turns while something runs is no place.
    let is_told = |c: &char| !('\u{2800}'..'\u{2900}').contains(c) && !c.is_whitespace();
    let tabs = text.lines().nth(1).and_then(|line| line.split_once('›')).map_or("", |(_, title)| title);
    let step = text.lines().nth(3).filter(|line| line.contains('▸')).unwrap_or_default();
    format!("{tabs}/{step}").chars().filter(is_told).collect()
}
