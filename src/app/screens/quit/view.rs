//! The question, what it is about, and its buttons.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Phase, State};
use crate::app::draw::Canvas;
use crate::app::screens::confirm::with_buttons;
use crate::ui::Role;
use crate::ui::widgets::Level;

pub fn draw(state: &State, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2).min(96), ..area };
    let mut lines = canvas.wrapped(Role::Title, state.heading(), area.width);
    for running in &state.running {
        lines.extend(canvas.marked(Level::Info, running, area.width));
    }
    if state.is_unsaved && state.is_running() {
        lines.extend(canvas.marked(Level::Warn, "what you typed is not saved", area.width));
    }
    lines.extend(keys(state, canvas, area.width));
    with_buttons("quit", (lines, 0), &state.labels(), state.buttons, canvas, area)
}

fn keys(state: &State, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let text = match state.phase {
        Phase::Asking if state.is_running() => "Any other key stays. Ctrl-c quits when done; again, it quits now.",
        Phase::Asking => "Any other key stays. Ctrl-c quits.",
        Phase::Waiting => "Any other key stays. Ctrl-c quits now, with the change's outcome unknown.",
        Phase::Ordered => "Ctrl-c quits now, with the change's outcome unknown.",
    };
    canvas.wrapped(Role::Dim, text, columns)
}
