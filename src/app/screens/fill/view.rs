//! Draws the sources that were found, one per line, and below them the selected one in full.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::state::State;
use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::screens::confirm::problem_lines;
use crate::domain::source::Offered;
use crate::ui::Role;
use crate::ui::memory::Hit;
use crate::ui::widgets::Level;

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let columns = area.width.saturating_sub(2);
    let below = below(state, app, canvas, columns);
    let room =
        u16::try_from(below.len()).unwrap_or(u16::MAX).saturating_add(1).min(area.height.saturating_sub(1) * 2 / 3);
    let list = Rect { height: area.height.saturating_sub(room), ..area };
    let inner = Rect { x: area.x + 1, y: list.bottom() + 1, width: columns, height: room.saturating_sub(1) };
    let below = canvas.shortened(below, usize::from(inner.height));
    canvas.lines(inner, below);
    let count = state.offers().len();
    if count > usize::from(list.height) {
        let line = canvas.line(Role::Dim, format!(" {} of {count}", state.cursor + 1));
        canvas.lines(Rect { y: list.bottom(), height: room.min(1), ..area }, vec![line]);
    }
    let visible = canvas.memory.visible("fill", state.offers().len(), state.cursor, usize::from(list.height));
    canvas.memory.hit_area(list, Hit::List("fill"));
    let mut cursor = None;
    for (place, index) in list.rows().zip(visible) {
        let Some(offer) = state.offers().get(index) else { break };
        canvas.memory.hit_area(place, Hit::Row { list: "fill", index });
        let is_selected = index == state.cursor;
        if is_selected {
            cursor = Some(Position::new(place.x, place.y));
        }
        let line = row_line(offer, is_selected, canvas);
        canvas.row(place, line, is_selected);
    }
    cursor.or(Some(Position::new(list.x, list.y)))
}

fn row_line(offer: &Offered, is_selected: bool, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let lead = if is_selected { canvas.look.glyphs.lines.bar } else { " " };
    let name = match (&offer.refused, is_selected) {
        (Some(_), _) => Role::Dim,
        (None, true) => Role::SelectedName,
        (None, false) => Role::Text,
    };
    Line::from(vec![
        canvas.span(Role::Mark, format!("{lead} ")),
        canvas.span(name, offer.source.words()),
        canvas.span(Role::Dim, format!("  {}", offer.contents())),
    ])
}

/// What is running, what failed, and the selected source in full.
fn below(state: &State, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    if let Some(problem) = state.problem.as_ref().or(state.found.problem()) {
        return problem_lines(problem, canvas, columns);
    }
    let spinner = canvas.look.glyphs.spinner(app.spin);
    if let Some(taking) = &state.taking {
        return canvas.wrapped(Role::Text, &format!("{spinner} importing {}", taking.words), columns);
    }
    if state.found.is_loading() {
        return canvas.wrapped(Role::Text, &format!("{spinner} searching; no program is run"), columns);
    }
    let mut lines = Vec::new();
    if let Some(offer) = state.selected() {
        // What choosing it does comes first: a small terminal may cut the rest.
        if let Some(helper) = &offer.helper {
            let text = format!("{} stores it and runs when you choose this line", helper.shown());
            lines.extend(canvas.wrapped(Role::Text, &text, columns));
        }
        if let Some(replaced) = state.replaced() {
            lines.extend(canvas.marked(Level::Warn, &format!("replaces {replaced} you typed"), columns));
        }
        lines.extend(canvas.wrapped(Role::Text, &offer.line(), columns));
    } else {
        lines.extend(canvas.wrapped(Role::Text, "Nothing was found.", columns));
    }
    for problem in state.found.value().iter().flat_map(|found| &found.broken) {
        lines.push(Line::default());
        lines.extend(problem_lines(problem, canvas, columns));
    }
    for looked in state.found.value().iter().flat_map(|found| &found.looked) {
        lines.extend(canvas.wrapped(Role::Dim, &format!("searched {looked}"), columns));
    }
    lines
}
