//! Draws changes and requests; builds only the visible rows.

use std::collections::BTreeMap;

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::State;
use super::changes;
use super::rows::{Row, answer, on, spelled};
use crate::app::App;
use crate::app::draw::Canvas;
use crate::domain::number::grouped;
use crate::domain::traffic::{Exchange, Resource};
use crate::ui::Role;
use crate::ui::memory::Hit;
use crate::ui::widgets::{Align, Column, middle, table};

/// The columns; `path` is the width the path needs before less important columns get room.
const fn columns(path: usize) -> [Column; 7] {
    [
        Column { title: "TIME", least: 8, most: 8, priority: 5, align: Align::Left },
        Column { title: "METHOD", least: 6, most: 6, priority: 2, align: Align::Left },
        Column { title: "PATH", least: path, most: 80, priority: 0, align: Align::Left },
        Column { title: "ANSWER", least: 12, most: 12, priority: 1, align: Align::Left },
        Column { title: "POINTS", least: 6, most: 6, priority: 4, align: Align::Right },
        Column { title: "BUDGET", least: 6, most: 6, priority: 6, align: Align::Right },
        Column { title: "TOOK", least: 7, most: 7, priority: 3, align: Align::Right },
    ]
}

/// The index of PATH among the columns.
const PATH: usize = 2;

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    if state.detail {
        let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let lines = detail_lines(state, app, canvas, area.width);
        canvas.scrolled("activity-detail", area, lines, state.detail_scroll.at());
        return Some(Position::new(area.x, area.y));
    }
    // Requests are long lines: the detail is drawn beside them only if both have room.
    let (list, detail) = if area.width >= 120 { canvas.beside(area) } else { (area, None) };
    let (filter, list) = canvas.filter(&state.filter, list);
    let cursor = draw_list(state, app, canvas, list);
    if let Some(detail) = detail {
        let lines = detail_lines(state, app, canvas, detail.width);
        canvas.lines(detail, lines);
    }
    filter.or(cursor)
}

fn draw_list(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let rows = state.rows(&app.world);
    let columns = columns(if area.width < 76 { 14 } else { 36 });
    let widths = table::widths(&columns, usize::from(area.width.saturating_sub(3)));
    let titles = table::titles(&columns, &widths, canvas.style(Role::Dim), canvas.look.glyphs.ellipsis);
    let indent = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
    canvas.lines(indent, vec![titles]);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let selected = state.selected_index(&rows);
    let visible = canvas.memory.visible("activity", rows.len(), selected, usize::from(area.height));
    canvas.memory.hit_area(area, Hit::List("activity"));
    let mut cursor = Some(Position::new(area.x, area.y));
    for (place, index) in area.rows().zip(visible) {
        let is_selected = index == selected && rows[index].is_selectable();
        canvas.memory.hit_area(place, Hit::Row { list: "activity", index });
        if is_selected {
            cursor = Some(Position::new(place.x, place.y));
        }
        let line = row_line(rows[index], state, app, canvas, (&columns, &widths), is_selected);
        canvas.row(place, line, is_selected);
    }
    cursor
}

fn row_line(
    row: Row,
    state: &State,
    app: &App,
    canvas: &Canvas<'_, '_, '_>,
    table: (&[Column], &[usize]),
    is_selected: bool,
) -> Line<'static> {
    let lead = if is_selected { canvas.look.glyphs.lines.bar } else { " " };
    match row {
        Row::Changes => canvas.line(Role::Group, format!(" Changes  {}", app.world.changes.len())),
        Row::Change(_) => {
            let mut spans = vec![canvas.span(Role::Mark, format!("{lead} "))];
            spans.extend(row.change(&app.world).map(|done| changes::line(done, canvas)).unwrap_or_default());
            Line::from(spans)
        }
        Row::Requests => canvas.line(Role::Group, format!(" Requests  {}", sums(app, canvas))),
        Row::NoRequest => {
            let text = if state.filter.is_empty() { "none yet" } else { "no match; esc shows all" };
            canvas.line(Role::Dim, format!("  {text}"))
        }
        Row::Request(_) => {
            let Some(exchange) = row.exchange(&app.world) else { return Line::default() };
            let line = request(exchange, canvas, table);
            let mut spans = vec![canvas.span(Role::Mark, format!("{lead} "))];
            spans.extend(line.spans);
            Line::from(spans)
        }
    }
}

/// `128 · 140 points · 96 of the budget · waited 2 times`; with several budgets, the count of each.
fn sums(app: &App, canvas: &Canvas<'_, '_, '_>) -> String {
    let (dot, totals) = (format!(" {} ", canvas.look.glyphs.lines.dot), &app.world.totals);
    // First, because it is rare and the end of the line may be cut.
    let end = app.world.announced.as_ref().and_then(|told| told.sunset.as_ref());
    let end = end.map(|end| format!("this API version ends {}", end.shown()));
    let mut words: Vec<_> = end.into_iter().collect();
    words.extend([grouped(totals.requests), format!("{} points", grouped(totals.points))]);
    words.extend(booked(&totals.primary));
    if totals.waits > 0 {
        words.push(if totals.waits == 1 { "waited once".to_owned() } else { format!("waited {} times", totals.waits) });
    }
    words.join(&dot)
}

fn booked(primary: &BTreeMap<Option<Resource>, u64>) -> Vec<String> {
    match primary.iter().collect::<Vec<_>>().as_slice() {
        [] => vec!["0 of the budget".to_owned()],
        [(None, count)] => vec![format!("{} of the budget", grouped(**count))],
        [(Some(only), count)] if only.is_core() => vec![format!("{} of the budget", grouped(**count))],
        several => {
            let name = |on: &Option<Resource>| on.as_ref().map_or("an unknown budget", Resource::as_str).to_owned();
            several.iter().map(|(on, count)| format!("{} of {}", grouped(**count), name(on))).collect()
        }
    }
}

fn request(
    exchange: &Exchange,
    canvas: &Canvas<'_, '_, '_>,
    (columns, widths): (&[Column], &[usize]),
) -> Line<'static> {
    let ellipsis = canvas.look.glyphs.ellipsis;
    // Every list requests full pages, so that part is dropped here. The detail shows the path as it was sent.
    let path = exchange.path.replace("?per_page=100&", "?").replace("&per_page=100", "").replace("?per_page=100", "");
    let cells = [
        canvas.line(Role::Dim, exchange.at.format("%H:%M:%S").to_string()),
        canvas.line(Role::Text, exchange.method),
        canvas.line(Role::Text, middle(&path, widths[PATH], ellipsis)),
        canvas.line(role_of(exchange), answer(exchange)),
        canvas.line(Role::Text, exchange.cost.points.to_string()),
        canvas.line(Role::Text, exchange.cost.primary.to_string()),
        canvas.line(Role::Dim, took(exchange)),
    ];
    table::row(columns, widths, cells, canvas.style(Role::Text), ellipsis)
}

fn role_of(exchange: &Exchange) -> Role {
    match exchange.status {
        Some(..400) => Role::Text,
        Some(400..500) => Role::Warn,
        Some(_) | None => Role::Bad,
    }
}

fn took(exchange: &Exchange) -> String {
    let millis = exchange.took.as_millis();
    if millis < 10_000 { format!("{millis} ms") } else { format!("{} s", exchange.took.as_secs()) }
}

fn detail_lines(state: &State, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Some(row) = state.selected(&app.world) else {
        let text = "Every change and request is listed here with its cost. Tokens and values are never shown.";
        return canvas.wrapped(Role::Dim, text, columns);
    };
    match row {
        Row::Request(_) => row.exchange(&app.world).map(|one| request_lines(one, canvas, columns)).unwrap_or_default(),
        Row::Change(_) => row.change(&app.world).map(|done| changes::detail(done, canvas, columns)).unwrap_or_default(),
        Row::Changes | Row::Requests | Row::NoRequest => Vec::new(),
    }
}

fn request_lines(exchange: &Exchange, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = canvas.wrapped(Role::Title, &format!("{} {}", exchange.method, exchange.path), columns);
    lines.push(Line::default());
    lines.extend(canvas.labelled("answer", role_of(exchange), &spelled(exchange), columns));
    let points = match exchange.cost.points {
        0 => "none: nothing was sent".to_owned(),
        1 => "1 point of 900 a minute".to_owned(),
        points => format!("{points} points of 900 a minute"),
    };
    lines.extend(canvas.labelled("cost", Role::Text, &points, columns));
    let primary = match exchange.cost.primary {
        0 => "none of the hourly budget".to_owned(),
        primary => format!("{primary} of the hourly budget{}", on(exchange)),
    };
    lines.extend(canvas.labelled("", Role::Text, &primary, columns));
    if let Some(told) = &exchange.ending {
        let said = [("deprecated", &told.deprecation), ("ends", &told.sunset)];
        for (label, text) in said.into_iter().filter_map(|(label, text)| Some((label, text.as_ref()?))) {
            lines.extend(canvas.labelled(label, Role::Warn, &text.shown(), columns));
        }
    }
    lines.extend(canvas.labelled("took", Role::Text, &took(exchange), columns));
    let at = exchange.at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    lines.extend(canvas.labelled("sent", Role::Text, &at, columns));
    lines
}
