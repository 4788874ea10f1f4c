//! Draws a text field into one row: masked or shown, scrolled so that the cursor is in view.
//!
//! It refuses to let a value touch the terminal: controls and invisible characters are replaced by visible marks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthChar;

use super::TextField;
use crate::domain::foreign::is_hostile;
use crate::ui::{Glyphs, Role, Theme};

/// Draws the field into the first row of `area`; returns where the terminal's cursor belongs if it has the focus.
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
    let cells = Cells::new(field, glyphs);
    let first = cells.first(usize::from(area.width), focused);
    let mut x = area.x;
    let mut cursor = None;
    for (index, cell) in cells.cells.iter().enumerate().skip(first) {
        if index == cells.cursor {
            cursor = Some(x);
        }
        let width = cell_width(cell);
        if x + width > area.right() {
            break;
        }
        buffer[(x, area.y)].set_symbol(cell);
        for rest in x + 1..x + width {
            buffer[(rest, area.y)].set_symbol("");
        }
        x += width;
    }
    if cells.cursor == cells.cells.len() {
        cursor = Some(x);
    }
    let x = cursor?.min(area.right().saturating_sub(1));
    focused.then_some(Position::new(x, area.y))
}

/// One text per character the cursor can stand on, and the index of the one it stands on.
struct Cells {
    cells: Vec<String>,
    cursor: usize,
}

impl Cells {
    fn new(field: &TextField, glyphs: &Glyphs) -> Self {
        let mut cells = Vec::new();
        let mut cursor = None;
        let mut at = 0;
        while at < field.value.len() {
            if at == field.cursor {
                cursor = Some(cells.len());
            }
            let next = field.after(at);
            cells.push(if field.is_revealed() { shown(&field.value[at..next], glyphs) } else { glyphs.mask.into() });
            at = next;
        }
        Self { cursor: cursor.unwrap_or(cells.len()), cells }
    }

    /// The first cell to draw: the start, unless the cursor would be out of view; one column is kept for the cursor
    /// behind the last character.
    fn first(&self, width: usize, focused: bool) -> usize {
        if !focused {
            return 0;
        }
        let under_cursor = self.cells.get(self.cursor).map_or(1, |cell| usize::from(cell_width(cell)));
        let mut room = width.saturating_sub(under_cursor);
        let mut first = self.cursor;
        for cell in self.cells[..self.cursor].iter().rev() {
            let Some(left) = room.checked_sub(usize::from(cell_width(cell))) else { break };
            room = left;
            first -= 1;
        }
        first
    }
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
