//! Draws the choice of repositories: visibility on top, the list under it, what would change beside it.

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::state::{Goal, State, Target};
use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::picker::{Picker, Row};
use crate::app::remote::Remote;
use crate::app::repositories::Catalogue;
use crate::app::screens::Behavior;
use crate::domain::grant::{Before, Difference, org_of, reach};
use crate::domain::{Problem, Progress, Visibility};
use crate::ui::memory::Hit;
use crate::ui::widgets::Level;
use crate::ui::{Role, text_field};

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let (left, detail) = canvas.beside(area);
    let is_org = state.targets.iter().all(|target| org_of(&target.scope).is_some());
    let head = if state.only().is_none() {
        canvas.line(Role::Dim, " Which repositories should all of them gain or lose?")
    } else if is_org {
        visibility_line(state.visibility, canvas, left.width)
    } else {
        canvas.line(Role::Dim, " Which repositories' codespaces get it?")
    };
    let mut head = vec![head];
    head.extend(left_out_line(state, canvas));
    let rows = u16::try_from(head.len()).unwrap_or(1);
    canvas.lines(left, head);
    let list = Rect { y: area.y + rows, height: area.height.saturating_sub(rows), ..left };
    let cursor = if state.visibility == Visibility::Selected {
        draw_picker(&state.picker, state.catalogue(&app.world), app.spin, canvas, list)
    } else {
        let text = format!("It reaches {}; nothing to choose.", reach(state.visibility, 0));
        let lines = canvas.wrapped(Role::Text, &text, list.width.saturating_sub(2));
        canvas.lines(Rect { x: list.x + 1, width: list.width.saturating_sub(2), ..list }, lines);
        Some(Position::new(list.x, list.y))
    };
    if let Some(detail) = detail {
        let scopes = state.targets.iter().map(|target| &target.scope);
        let mut lacking: Vec<Problem> = scopes.filter_map(|scope| app.world.problem(scope).cloned()).collect();
        lacking.dedup();
        let lines = difference_lines(state, lacking.into_iter(), canvas, detail.width, detail.height);
        canvas.lines(detail, lines);
    }
    cursor
}

/// Says above the list that some credentials are left out: a narrow screen has no room beside it.
fn left_out_line(state: &State, canvas: &Canvas<'_, '_, '_>) -> Option<Line<'static>> {
    let out = state.left_out();
    if out.is_empty() {
        return None;
    }
    let names: Vec<String> = out.iter().map(|(target, _)| target.prefix().to_string()).collect();
    let warn = canvas.look.glyphs.checks.warn;
    let text = format!(" {warn} {} of {} left out: {}", out.len(), state.targets.len(), names.join(", "));
    Some(canvas.line(Role::Warn, text))
}

/// The three visibilities as radios.
pub fn visibility_line(chosen: Visibility, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Line<'static> {
    let [on, off] = canvas.look.glyphs.lines.radios;
    let label = if columns < 45 { "" } else { " visibility" };
    let mut spans = vec![canvas.span(Role::Label, label)];
    for visibility in [Visibility::All, Visibility::Private, Visibility::Selected] {
        let is_chosen = visibility == chosen;
        let (mark, role) = if is_chosen { (on, Role::SelectedName) } else { (off, Role::Dim) };
        spans.push(Span::raw(" "));
        spans.push(canvas.span(role, format!("{mark} {}", visibility.word())));
    }
    Line::from(spans)
}

/// The list to choose from, with its filter; shared with the wizard. Builds only the visible rows.
pub fn draw_picker(
    picker: &Picker,
    catalogue: Option<&Remote<Catalogue>>,
    spin: usize,
    canvas: &mut Canvas<'_, '_, '_>,
    area: Rect,
) -> Option<Position> {
    let chosen = picker.chosen.len();
    let lead = if let Some(touch) = &picker.touch {
        format!(" {} touched  filter", touch.len())
    } else if picker.only_chosen {
        format!(" only the {chosen} chosen  filter")
    } else {
        format!(" {chosen} chosen  filter")
    };
    let label = canvas.line(Role::Label, lead);
    let wide = u16::try_from(label.width()).unwrap_or(0) + 1;
    canvas.lines(area, vec![label]);
    let field = Rect { x: area.x + wide, width: area.width.saturating_sub(wide + 1), height: 1, ..area };
    let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
    let typing = text_field::draw(canvas.frame.buffer_mut(), field, &picker.filter, theme, glyphs, picker.filtering);
    let foot = catalogue_lines(catalogue, spin, picker, canvas, area);
    let below = u16::try_from(foot.len()).unwrap_or(1);
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + below), ..area };
    let selected = picker.selected();
    let visible = canvas.memory.visible("picker", picker.len(), selected, usize::from(list.height));
    canvas.memory.hit_area(list, Hit::List("picker"));
    let mut cursor = None;
    for (place, index) in list.rows().zip(visible) {
        let Some(row) = picker.row(index) else { break };
        canvas.memory.hit_area(place, Hit::Row { list: "picker", index });
        let is_selected = index == selected;
        if is_selected {
            cursor = Some(Position::new(place.x, place.y));
        }
        let line = row_line(&row, picker, is_selected, canvas);
        canvas.row(place, line, is_selected);
    }
    canvas.lines(Rect { y: area.bottom().saturating_sub(below), height: below, ..area }, foot);
    typing.filter(|_| picker.filtering).or(cursor).or(Some(Position::new(list.x, list.y)))
}

/// The box of a repository that has only some of several credentials.
const SOME: &str = "[-]";

fn row_line(row: &Row, picker: &Picker, is_selected: bool, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let glyphs = &canvas.look.glyphs;
    let [on, off] = glyphs.lines.boxes;
    let lead = if is_selected { glyphs.lines.bar } else { " " };
    let (mark, role) = match (row.chosen, row.partly) {
        (_, true) => (SOME, Role::Info),
        (true, false) => (on, Role::Good),
        (false, false) => (off, Role::Dim),
    };
    let mut note = row.visibility.clone();
    if row.archived {
        note.push_str(", archived");
    }
    let mut spans = vec![canvas.span(Role::Mark, lead), canvas.span(role, format!(" {mark} "))];
    let name = row.repository.full_name.shown();
    let plain = if is_selected { Role::SelectedName } else { Role::Text };
    spans.extend(marked_name(&name, &picker.found_in(&name), plain, canvas));
    spans.push(canvas.span(Role::Dim, format!("  {note}")));
    Line::from(spans)
}

/// A name split into runs of matching and other characters.
pub fn marked_name(name: &str, found: &[u32], plain: Role, canvas: &Canvas<'_, '_, '_>) -> Vec<Span<'static>> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for (at, c) in (0u32..).zip(name.chars()) {
        let is_found = found.binary_search(&at).is_ok();
        match runs.last_mut() {
            Some((last, text)) if *last == is_found => text.push(c),
            _ => runs.push((is_found, c.to_string())),
        }
    }
    let span = |(is_found, text): (bool, String)| {
        // Also underlined: the selected row is bold and reversed, so nothing else would show.
        let style =
            if is_found { canvas.style(Role::Match).add_modifier(Modifier::UNDERLINED) } else { canvas.style(plain) };
        Span::styled(text, style)
    };
    runs.into_iter().map(span).collect()
}

/// How much of the list is loaded and what is missing, in full as long as the list keeps a row.
pub fn catalogue_lines(
    catalogue: Option<&Remote<Catalogue>>,
    spin: usize,
    picker: &Picker,
    canvas: &Canvas<'_, '_, '_>,
    area: Rect,
) -> Vec<Line<'static>> {
    let lacking = match catalogue {
        Some(Remote::Ready(catalogue)) => catalogue.lacking.as_ref(),
        Some(Remote::Absent | Remote::Loading { .. } | Remote::Failed { .. }) | None => None,
    };
    let Some(problem) = lacking else { return vec![catalogue_line(catalogue, spin, picker, canvas)] };
    // What to do comes first: in little room the address is worth more than the reason.
    let text = format!("incomplete list: {}. {}: {}", problem.hint, problem.what, problem.why);
    let lines = canvas.marked(Level::Warn, &text, area.width.saturating_sub(1));
    canvas.shortened(lines, usize::from(area.height.saturating_sub(2)).max(1))
}

fn catalogue_line(
    catalogue: Option<&Remote<Catalogue>>,
    spin: usize,
    picker: &Picker,
    canvas: &Canvas<'_, '_, '_>,
) -> Line<'static> {
    let glyphs = &canvas.look.glyphs;
    let read = catalogue.and_then(Remote::value).map_or(0, |catalogue| catalogue.repositories.len());
    // The number of rows is shown anyway.
    let far = catalogue.and_then(Remote::far).filter(|far| !matches!(far, Progress::SoFar(_)));
    let far = far.map(|far| format!(", {}", far.words())).unwrap_or_default();
    match catalogue {
        Some(Remote::Loading { .. }) if picker.filter.is_empty() && !picker.only_chosen => {
            canvas.line(Role::Info, format!(" {} {} so far{far}", glyphs.spinner(spin), count(picker.len())))
        }
        Some(Remote::Loading { .. }) => {
            let text = format!(" {} {} of {} so far{far}", glyphs.spinner(spin), picker.len(), count(read));
            canvas.line(Role::Info, text)
        }
        Some(Remote::Failed { problem, .. }) => {
            canvas.line(Role::Warn, format!(" {} {}: {}", glyphs.checks.warn, problem.what, problem.why))
        }
        Some(Remote::Ready(_)) if picker.is_empty() && !picker.filter.is_empty() => {
            canvas.line(Role::Dim, " no repository matches; esc clears the filter")
        }
        Some(Remote::Ready(_)) => canvas.line(Role::Dim, format!(" {} of {}", picker.len(), count(read))),
        Some(Remote::Absent) | None => canvas.line(Role::Dim, " repositories not loaded"),
    }
}

fn count(repositories: usize) -> String {
    if repositories == 1 { "1 repository".to_owned() } else { format!("{repositories} repositories") }
}

fn difference_lines(
    state: &State,
    lacking: impl Iterator<Item = Problem>,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
    rows: u16,
) -> Vec<Line<'static>> {
    let mut lines = match state.only() {
        Some(target) if !state.is_touching() => target_lines(state, target, canvas, columns, rows),
        Some(_) | None => touch_lines(state, canvas, columns),
    };
    if state.before.reading {
        let text = "its current access is still being read";
        lines.extend(canvas.marked(Level::Unsure, text, columns));
    } else if !state.before.complete {
        let text = "GitHub sent an incomplete list of its repositories; pullkey never writes one back";
        lines.extend(canvas.marked(Level::Warn, text, columns));
        for problem in lacking {
            lines.extend(canvas.wrapped(Role::Text, &problem.why, columns));
            let arrow = canvas.look.glyphs.lines.arrow;
            lines.extend(canvas.wrapped(Role::Info, &format!("{arrow} {}", problem.hint), columns));
        }
    }
    lines.push(Line::default());
    let text = "Changing access needs no values and applies to all three members at once.";
    lines.extend(canvas.wrapped(Role::Dim, text, columns));
    lines
}

fn target_lines(
    state: &State,
    target: &Target,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
    rows: u16,
) -> Vec<Line<'static>> {
    let Goal { repositories, difference } = state.goal(target);
    let is_nothing = difference.is_nothing();
    let Difference { added, removed, visibility, evens_out } = difference;
    let mut lines = canvas.wrapped(Role::Title, &format!("{} in {}", target.prefix(), target.scope), columns);
    if target.gone {
        lines.extend(canvas.marked(Level::Bad, "it was deleted meanwhile", columns));
    }
    lines.extend(canvas.labelled("now", Role::Text, &before_words(&target.before), columns));
    lines.extend(canvas.labelled("then", Role::Text, &reach(state.visibility, repositories.len()), columns));
    lines.push(Line::default());
    if let Some((from, to)) = visibility.filter(|_| !target.before.reading) {
        let text = format!("visibility {} becomes {}", from.map_or("mixed", Visibility::word), to.word());
        lines.extend(canvas.marked(Level::Info, &text, columns));
    }
    let room = usize::from(rows).saturating_sub(lines.len() + 8).max(4);
    let signed = removed.iter().map(|r| (Role::Bad, '-', r)).chain(added.iter().map(|r| (Role::Good, '+', r)));
    for (role, sign, r) in signed.take(room) {
        lines.push(canvas.line(role, format!("{sign} {}", r.full_name.shown())));
    }
    let rest = (added.len() + removed.len()).saturating_sub(room);
    if rest > 0 {
        lines.push(canvas.line(Role::Dim, format!("and {rest} more: enter shows all")));
    }
    if evens_out {
        let text = "its members differ now; afterwards all three reach the same repositories";
        lines.extend(canvas.marked(Level::Info, text, columns));
    }
    if is_nothing {
        lines.extend(canvas.wrapped(Role::Dim, "No change yet.", columns));
    }
    lines
}

/// What is added to and removed from each credential; what you do not touch stays.
fn touch_lines(state: &State, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = canvas.wrapped(Role::Title, &state.title(), columns);
    let [on, off] = canvas.look.glyphs.lines.boxes;
    let who = if state.only().is_some() { "its secrets" } else { "them" };
    let text = format!("What you do not touch stays as it is. {on} all of {who} have it, {SOME} some, {off} none.");
    lines.extend(canvas.wrapped(Role::Dim, &text, columns));
    for target in &state.targets {
        lines.push(Line::default());
        lines.extend(canvas.wrapped(Role::Label, &format!("{} in {}", target.prefix(), target.scope), columns));
        lines.extend(canvas.labelled("now", Role::Text, &before_words(&target.before), columns));
        match state.touched(target) {
            Some(Ok(plan)) => {
                let (plus, minus) = (plan.added.len(), plan.removed.len());
                let then = match (plan.is_nothing(), target.before.differs) {
                    (true, _) => "stays as it is".to_owned(),
                    (false, true) => format!("+{plus} -{minus} on each secret, the rest stays"),
                    (false, false) => {
                        format!("{}: +{plus} -{minus}", reach(Visibility::Selected, plan.repositories.len()))
                    }
                };
                lines.extend(canvas.labelled("then", Role::Text, &then, columns));
                if plan.left_out > 0 {
                    let text = format!("left out, other owners: {}", plan.left_out);
                    lines.extend(canvas.marked(Level::Warn, &text, columns));
                }
            }
            Some(Err(why)) => lines.extend(canvas.marked(Level::Warn, why.words(), columns)),
            None => {} // there is only one
        }
    }
    lines
}

fn before_words(before: &Before) -> String {
    match (before.differs, before.visibility) {
        (true, _) => "its members differ".to_owned(),
        (false, Some(visibility)) => reach(visibility, before.repositories.len()),
        (false, None) => "unknown".to_owned(),
    }
}
