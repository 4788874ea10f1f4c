//! Draws it.

use ratatui::layout::{Position, Rect};

use super::State;
use crate::app::App;
use crate::app::draw::Canvas;
use crate::ui::Role;

pub fn draw(_state: &State, _app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let lines = canvas.wrapped(Role::Dim, "There is nothing here yet.", area.width);
    canvas.lines(area, lines);
    Some(Position::new(area.x, area.y))
}
