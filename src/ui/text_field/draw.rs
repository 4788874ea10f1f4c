//! Draws a text field into one row: masked or revealed, scrolled so that the cursor is visible.
//!
//! A value never reaches the terminal raw: control and invisible characters are replaced by visible marks.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthChar;

use super::TextField;
use crate::domain::untrusted::is_hostile;
use crate::ui::{Glyphs, Role, Theme};

/// Draws the field into the first row of `area`. Returns the position of the terminal's cursor if the field is focused.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    field: &TextField,
    theme: &Theme,
    glyphs: &Glyphs,
    focused: bool,
) -> Option<Position> {
    let area = Rect { height: 1, ..area }.intersection(buffer.area);
    if area.is_empty() {
        return None;
    }
    buffer.set_style(area, theme.style(if focused { Role::FieldFocus } else { Role::Field }));
    let mut x = area.x;
    let mut at = first(field, glyphs, usize::from(area.width), focused);
    let mut cursor = None;
    // Only what fits is looked at, however much the field contains.
    while at < field.value.len() {
        let next = field.after(at);
        // Between a character and its combining mark, the cursor covers both.
        if (at..next).contains(&field.cursor) {
            cursor = Some(x);
        }
        let cell = cell(field, at..next, glyphs);
        let width = cell_width(&cell);
        if x + width > area.right() {
            break;
        }
        buffer[(x, area.y)].set_symbol(&cell);
        for rest in x + 1..x + width {
            buffer[(rest, area.y)].set_symbol("");
        }
        if field.selected && focused {
            buffer.set_style(Rect { x, width, ..area }, theme.style(Role::Selected));
        }
        x += width;
        at = next;
    }
    if at == field.cursor && at == field.value.len() {
        cursor = Some(x);
    }
    let x = cursor?.min(area.right().saturating_sub(1));
    focused.then_some(Position::new(x, area.y))
}

/// How to draw one character the cursor can stand on. A full field is drawn at every key, so text that is shown
/// unchanged is not copied.
fn cell<'f>(field: &'f TextField, place: Range<usize>, glyphs: &'f Glyphs) -> Cow<'f, str> {
    if !field.is_revealed() {
        return glyphs.mask.into();
    }
    let cluster = &field.value[place];
    let is_shown_as_it_is = cluster.chars().all(|c| !matches!(c, '\n' | '\r') && !is_hostile(c));
    if is_shown_as_it_is { cluster.into() } else { shown(cluster, glyphs).into() }
}

/// The first character to draw: the start, unless the cursor would be out of view. One column stays free for the cursor
/// after the last character.
fn first(field: &TextField, glyphs: &Glyphs, width: usize, focused: bool) -> usize {
    if !focused {
        return 0;
    }
    let wide = |place: Range<usize>| usize::from(cell_width(&cell(field, place, glyphs)));
    let is_behind = field.cursor == field.value.len();
    let under_cursor = if is_behind { 1 } else { wide(field.cursor..field.after(field.cursor)) };
    let mut room = width.saturating_sub(under_cursor);
    let mut first = field.cursor;
    while first > 0 {
        let before = field.before(first);
        let Some(left) = room.checked_sub(wide(before..first)) else { break };
        room = left;
        first = before;
    }
    first
}

fn shown(cluster: &str, glyphs: &Glyphs) -> String {
    cluster
        .chars()
        .map(|c| match c {
            '\n' | '\r' => glyphs.line_end,
            c if is_hostile(c) && glyphs.mask.is_ascii() => '?',
            c if is_hostile(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

fn cell_width(cell: &str) -> u16 {
    u16::try_from(cell.chars().map(|c| c.width().unwrap_or(1)).sum::<usize>().max(1)).unwrap_or(1)
}
