//! Draws the field and the matching repositories, best first; builds only the visible rows.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::state::State;
use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::picker::Row;
use crate::app::remote::Remote;
use crate::app::screens::access::view::{catalogue_lines, marked_name};
use crate::app::screens::confirm::problem_lines;
use crate::app::world::World;
use crate::domain::{RepoName, Scope};
use crate::ui::memory::Hit;
use crate::ui::{Role, text_field};

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let picker = &state.picker;
    let label = canvas.line(Role::Label, " repository");
    let wide = u16::try_from(label.width()).unwrap_or(0) + 1;
    canvas.lines(area, vec![label]);
    let field = Rect { x: area.x + wide, width: area.width.saturating_sub(wide + 1), height: 1, ..area };
    let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
    let typing = text_field::draw(canvas.frame.buffer_mut(), field, &picker.filter, theme, glyphs, picker.filtering);
    let catalogue = app.world.catalogue(None);
    let foot = catalogue_lines(catalogue, app.spin, picker, canvas, area);
    let below = u16::try_from(foot.len()).unwrap_or(1);
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + below), ..area };
    if let (true, Some(problem)) = (picker.is_empty(), catalogue.and_then(Remote::problem)) {
        let inner = Rect { x: list.x + 1, width: list.width.saturating_sub(2), height: list.height + 1, ..list };
        let lines = problem_lines(problem, canvas, inner.width);
        canvas.lines(inner, lines);
        return typing.filter(|_| picker.filtering).or(Some(Position::new(list.x, list.y)));
    }
    let selected = picker.selected();
    let visible = canvas.memory.visible("pick", picker.len(), selected, usize::from(list.height));
    canvas.memory.hit_area(list, Hit::List("pick"));
    let mut cursor = None;
    for (place, index) in list.rows().zip(visible) {
        let Some(row) = picker.row(index) else { break };
        canvas.memory.hit_area(place, Hit::Row { list: "pick", index });
        let is_selected = index == selected;
        if is_selected {
            cursor = Some(Position::new(place.x, place.y));
        }
        let line = row_line(&row, state, &app.world, is_selected, canvas);
        canvas.row(place, line, is_selected);
    }
    canvas.lines(Rect { y: area.bottom().saturating_sub(below), height: below, ..area }, foot);
    typing.filter(|_| picker.filtering).or(cursor).or(Some(Position::new(list.x, list.y)))
}

fn row_line(row: &Row, state: &State, world: &World, is_selected: bool, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let name = row.repository.full_name.shown();
    let lead = if is_selected { canvas.look.glyphs.lines.bar } else { " " };
    let plain = if is_selected { Role::SelectedName } else { Role::Text };
    let mut spans = vec![canvas.span(Role::Mark, format!("{lead} "))];
    spans.extend(marked_name(&name, &state.picker.found_in(&name), plain, canvas));
    let mut note = format!("  {}", row.visibility);
    if row.archived {
        note.push_str(", archived");
    }
    if is_listed(row.repository.full_name.raw(), world) {
        note.push_str(", in the list");
    }
    spans.push(canvas.span(Role::Dim, note));
    Line::from(spans)
}

fn is_listed(name: &str, world: &World) -> bool {
    let is_same = |repo: &RepoName| repo.is_same(name);
    world.scopes.iter().any(|(scope, _)| matches!(scope, Scope::Repository(repo) if is_same(repo)))
}
