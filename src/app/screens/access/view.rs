//! Draws the choice of repositories: visibility on top, the list under it, what would change beside it.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::State;
use super::state::{Difference, reach};
use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::picker::{Picker, Row};
use crate::app::remote::Remote;
use crate::app::world::Catalogue;
use crate::domain::{Scope, Visibility};
use crate::ui::memory::Hit;
use crate::ui::widgets::{Level, two_columns};
use crate::ui::{Role, text_field};

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let columns = two_columns(area);
    let head = match state.scope {
        Scope::Organization(_) => visibility_line(state.visibility, canvas, columns.list.width),
        Scope::User | Scope::Repository(_) => canvas.line(Role::Dim, " Which repositories' codespaces shall get it?"),
    };
    canvas.lines(columns.list, vec![head]);
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..columns.list };
    let cursor = if state.visibility == Visibility::Selected {
        let rows = state.rows(&app.world);
        draw_picker(&state.picker, &rows, state.catalogue(&app.world), app.spin, canvas, list)
    } else {
        let text = format!("It reaches {}; there is nothing to choose.", reach(state.visibility, 0));
        let lines = canvas.wrapped(Role::Text, &text, list.width.saturating_sub(2));
        canvas.lines(Rect { x: list.x + 1, width: list.width.saturating_sub(2), ..list }, lines);
        Some(Position::new(list.x, list.y))
    };
    if let (Some(rule), Some(detail)) = (columns.rule, columns.detail) {
        let border = (0..rule.height).map(|_| canvas.line(Role::Border, canvas.look.glyphs.lines.vertical)).collect();
        canvas.lines(rule, border);
        let lines = difference_lines(state, canvas, detail.width);
        canvas.lines(detail, lines);
    }
    cursor
}

/// The three visibilities as radios.
pub fn visibility_line(chosen: Visibility, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Line<'static> {
    let [on, off] = canvas.look.glyphs.lines.radios;
    let label = if columns < 45 { "" } else { " visibility" };
    let mut spans = vec![canvas.span(Role::Label, label)];
    for visibility in [Visibility::All, Visibility::Private, Visibility::Selected] {
        let is_chosen = visibility == chosen;
        let (mark, role) = if is_chosen { (on, Role::SelectedName) } else { (off, Role::Dim) };
        spans.push(canvas.span(role, format!(" {mark} {}", visibility.word())));
    }
    Line::from(spans)
}

/// The list to choose from, with its filter; shared with the wizard.
pub fn draw_picker(
    picker: &Picker,
    rows: &[Row],
    catalogue: Option<&Remote<Catalogue>>,
    spin: usize,
    canvas: &mut Canvas<'_, '_, '_>,
    area: Rect,
) -> Option<Position> {
    let label = canvas.line(Role::Label, format!(" {} chosen  filter", picker.chosen.len()));
    let wide = u16::try_from(label.width()).unwrap_or(0) + 1;
    canvas.lines(area, vec![label]);
    let field = Rect { x: area.x + wide, width: area.width.saturating_sub(wide + 1), height: 1, ..area };
    let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
    let typing = text_field::draw(canvas.frame.buffer_mut(), field, &picker.filter, theme, glyphs, picker.filtering);
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let selected = picker.cursor.min(rows.len().saturating_sub(1));
    let visible = canvas.memory.visible("picker", rows.len(), selected, usize::from(list.height));
    canvas.memory.hit_area(list, Hit::List("picker"));
    let mut cursor = None;
    for (place, index) in list.rows().zip(visible) {
        canvas.memory.hit_area(place, Hit::Row { list: "picker", index });
        let is_selected = index == selected && !picker.filtering;
        if is_selected {
            cursor = Some(Position::new(place.x, place.y));
        }
        let line = row_line(&rows[index], is_selected, canvas);
        canvas.row(place, line, is_selected);
    }
    let state = catalogue_line(rows, catalogue, spin, picker, canvas);
    canvas.lines(Rect { y: area.bottom().saturating_sub(1), height: 1, ..area }, vec![state]);
    typing.filter(|_| picker.filtering).or(cursor).or(Some(Position::new(list.x, list.y)))
}

fn row_line(row: &Row, is_selected: bool, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let glyphs = &canvas.look.glyphs;
    let [on, off] = glyphs.lines.boxes;
    let lead = if is_selected { glyphs.lines.bar } else { " " };
    let (mark, role) = if row.chosen { (on, Role::Good) } else { (off, Role::Dim) };
    let mut note = row.visibility.clone();
    if row.archived {
        note.push_str(", archived");
    }
    let name = if is_selected { Role::SelectedName } else { Role::Text };
    Line::from(vec![
        canvas.span(Role::Mark, lead),
        canvas.span(role, format!(" {mark} ")),
        canvas.span(name, row.repository.full_name.shown()),
        canvas.span(Role::Dim, format!("  {note}")),
    ])
}

fn catalogue_line(
    rows: &[Row],
    catalogue: Option<&Remote<Catalogue>>,
    spin: usize,
    picker: &Picker,
    canvas: &Canvas<'_, '_, '_>,
) -> Line<'static> {
    let glyphs = &canvas.look.glyphs;
    match catalogue {
        Some(Remote::Loading { .. }) => {
            canvas.line(Role::Info, format!(" {} {} so far", glyphs.spinner(spin), count(rows.len())))
        }
        Some(Remote::Failed { problem, .. }) => {
            canvas.line(Role::Warn, format!(" {} {}: {}", glyphs.checks.warn, problem.what, problem.why))
        }
        Some(Remote::Ready(catalogue)) if !catalogue.complete => {
            canvas.line(Role::Warn, format!(" {} GitHub did not send the whole list", glyphs.checks.warn))
        }
        Some(Remote::Ready(_)) if rows.is_empty() && !picker.filter.is_empty() => {
            canvas.line(Role::Dim, " no repository matches; esc empties the filter")
        }
        Some(Remote::Ready(catalogue)) => {
            canvas.line(Role::Dim, format!(" {} of {}", rows.len(), count(catalogue.repositories.len())))
        }
        Some(Remote::Absent) | None => canvas.line(Role::Dim, " repositories were not asked for"),
    }
}

fn count(repositories: usize) -> String {
    if repositories == 1 { "1 repository".to_owned() } else { format!("{repositories} repositories") }
}

fn difference_lines(state: &State, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Difference { added, removed, visibility, evens_out } = state.difference();
    let mut lines = canvas.wrapped(Role::Title, &format!("{} in {}", state.prefix, state.scope), columns);
    lines.extend(canvas.labelled("now", Role::Text, &before_words(state), columns));
    lines.extend(canvas.labelled("then", Role::Text, &reach(state.visibility, state.picker.chosen.len()), columns));
    lines.push(Line::default());
    if let Some((from, to)) = visibility.filter(|_| !state.before.reading) {
        let text = format!("visibility {} becomes {}", from.map_or("mixed", Visibility::word), to.word());
        lines.extend(canvas.marked(Level::Info, &text, columns));
    }
    lines.extend(added.iter().map(|r| canvas.line(Role::Good, format!("+ {}", r.full_name.shown()))));
    lines.extend(removed.iter().map(|r| canvas.line(Role::Bad, format!("- {}", r.full_name.shown()))));
    if evens_out {
        let text = "its members differ now; afterwards all three reach the same repositories";
        lines.extend(canvas.marked(Level::Info, text, columns));
    }
    if state.before.reading {
        let text = "which repositories get it now is still being read";
        lines.extend(canvas.marked(Level::Unsure, text, columns));
    } else if !state.before.complete {
        let text = "GitHub did not send the whole list of its repositories; an incomplete list is never written back";
        lines.extend(canvas.marked(Level::Warn, text, columns));
    }
    if state.difference().is_nothing() {
        lines.extend(canvas.wrapped(Role::Dim, "No change yet.", columns));
    }
    lines.push(Line::default());
    let text = "Changing access needs no value and is applied to all three members together.";
    lines.extend(canvas.wrapped(Role::Dim, text, columns));
    lines
}

fn before_words(state: &State) -> String {
    match (state.before.differs, state.before.visibility) {
        (true, _) => "its members differ".to_owned(),
        (false, Some(visibility)) => reach(visibility, state.before.repositories.len()),
        (false, None) => "not read".to_owned(),
    }
}
