//! Draws the help page: each key, what it does here, and why it is disabled.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::State;
use crate::app::draw::Canvas;
use crate::ui::Role;
use crate::ui::widgets::{width, wrap};

pub fn draw(state: &State, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let longest = state.entries().iter().map(|entry| width(&entry.keys)).max().unwrap_or(0);
    let keys = if area.width >= 60 { longest + 2 } else { 12 };
    let room = usize::from(area.width).saturating_sub(keys);
    let mut lines = Vec::new();
    if state.typing {
        let text = "Letters insert text here. Use the keys listed below.";
        lines.extend(canvas.wrapped(Role::Info, text, area.width));
    }
    for entry in state.entries() {
        let role = if entry.disabled_reason.is_some() { Role::Dim } else { Role::Text };
        let label = capital(&entry.label);
        let about = if label.to_lowercase() == entry.sentence.to_lowercase() {
            label
        } else {
            format!("{label}: {}", lower(entry.sentence))
        };
        let about = entry.disabled_reason.as_ref().map_or(about.clone(), |why| format!("{about} (not now: {why})"));
        let alone = width(&entry.keys) >= keys;
        if alone {
            lines.push(canvas.line(Role::Key, entry.keys.clone()));
        }
        for (index, text) in wrap(&about, room).into_iter().enumerate() {
            let key = if index == 0 && !alone { format!("{:<keys$}", entry.keys) } else { " ".repeat(keys) };
            lines.push(Line::from(vec![canvas.span(Role::Key, key), canvas.span(role, text)]));
        }
    }
    canvas.scrolled("help", area, lines, state.scroll.at());
    Some(Position::new(area.x, area.y))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
