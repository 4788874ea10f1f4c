//! Draws the list and the detail. Words beside every mark explain it; colour only repeats them.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Row, State, reach};
use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::remote::Remote;
use crate::app::screens::confirm::problem_lines;
use crate::app::words;
use crate::app::world::World;
use crate::domain::ending::Alarm;
use crate::domain::preset::product_of_prefix;
use crate::domain::{Credential, Member, MemberState, Scope, ScopeListing, Untrusted};
use crate::ui::Role;
use crate::ui::memory::Hit;
use crate::ui::widgets::{Align, Column, Level, table, wrap};

const COLUMNS: [Column; 4] = [
    Column { title: "REGISTRY", least: 12, most: 44, priority: 0, align: Align::Left },
    Column { title: "S U P", least: 5, most: 5, priority: 1, align: Align::Left },
    Column { title: "ACCESS", least: 15, most: 17, priority: 2, align: Align::Left },
    Column { title: "PASSWORD", least: 10, most: 18, priority: 3, align: Align::Left },
];

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let rows = state.rows(&app.world);
    if state.detail {
        return Some(draw_open_detail(state, app, canvas, area));
    }
    let (list, detail) = canvas.beside(area);
    let marked = state.marked(&app.world).len();
    let rest = draw_marked(marked, canvas, list);
    let (filter, list) = canvas.filter(&state.filter, rest);
    let cursor = draw_list(state, app, canvas, list, &rows);
    if let Some(detail) = detail {
        let lines = detail_lines(state, app, canvas, detail.width);
        canvas.cut(detail, lines, "enter shows them");
    }
    filter.or(cursor)
}

fn draw_open_detail(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let lines = detail_lines(state, app, canvas, area.width);
    canvas.scrolled("detail", area, lines, state.detail_scroll.at());
    Position::new(area.x, area.y)
}

/// While some are marked: how many, and what can be done with them. Returns the rest of the area.
fn draw_marked(marked: usize, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Rect {
    if marked == 0 {
        return area;
    }
    let text = format!(" {marked} marked: a changes access, d deletes, esc unmarks");
    let line = canvas.line(Role::Label, text);
    canvas.lines(area, vec![line]);
    Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

fn draw_list(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect, rows: &[Row]) -> Option<Position> {
    let widths = table::widths(&COLUMNS, usize::from(area.width.saturating_sub(3)));
    let ellipsis = canvas.look.glyphs.ellipsis;
    let titles = table::titles(&COLUMNS, &widths, canvas.style(Role::Dim), ellipsis);
    let indent = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
    canvas.lines(indent, vec![titles]);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let selected = state.selected_index(rows);
    let visible = canvas.memory.visible("credentials", rows.len(), selected, usize::from(area.height));
    canvas.memory.hit_area(area, Hit::List("credentials"));
    let mut cursor = None;
    for (place, index) in area.rows().zip(visible) {
        let is_selected = index == selected;
        canvas.memory.hit_area(place, Hit::Row { list: "credentials", index });
        if is_selected {
            cursor = Some(Position::new(place.x, place.y));
        }
        let line = row_line(&rows[index], state, app, canvas, &widths, is_selected);
        canvas.row(place, line, is_selected);
    }
    if rows.is_empty() {
        let text = if state.filter.is_empty() { "nothing to show yet" } else { "no match; esc shows all" };
        let lines = canvas.wrapped(Role::Dim, text, area.width.saturating_sub(2));
        canvas.lines(Rect { x: area.x + 2, ..area }, lines);
    }
    cursor
}

fn row_line(
    row: &Row,
    state: &State,
    app: &App,
    canvas: &Canvas<'_, '_, '_>,
    widths: &[usize],
    is_selected: bool,
) -> Line<'static> {
    let world = &app.world;
    let glyphs = &canvas.look.glyphs;
    let lead = if is_selected { glyphs.lines.bar.to_owned() } else { " ".to_owned() };
    let pad = |role: Role, text: String| {
        Line::from(vec![canvas.span(Role::Mark, format!("{lead} ")), canvas.span(role, text)])
    };
    match row {
        Row::Head(scope) => canvas.line(Role::Group, format!("{lead}{}", words::heading(scope, world))),
        Row::Credential(scope, prefix) => {
            let Some(credential) = row.credential(world) else { return Line::default() };
            let mark = if state.is_marked(scope, prefix) { glyphs.checks.good } else { " " };
            let role = if is_selected { Role::SelectedName } else { Role::Text };
            let mut name = vec![canvas.span(role, prefix.as_str().to_owned())];
            if let Some(product) = product_of_prefix(prefix) {
                name.push(canvas.span(Role::Dim, format!("  {product}")));
            }
            let ends = world.standing(scope, credential, app.now);
            let (access_room, password_room) = (widths[2], widths[3]);
            // Without a column for passwords, an approaching expiry is shown where it is visible.
            let pressing = ends.filter(|ends| password_room == 0 && ends.alarm() >= Alarm::Week);
            let access = pressing.and_then(|ends| ends.brief(access_room));
            let cells = [
                Line::from(name),
                marks(credential, canvas),
                worded(access.unwrap_or_else(|| words::access(credential)), canvas),
                worded(words::password(credential, ends, app.now, password_room), canvas),
            ];
            let line = table::row(&COLUMNS, widths, cells, canvas.style(Role::Text), glyphs.ellipsis);
            let mut spans = vec![canvas.span(Role::Mark, format!("{lead}{mark}"))];
            spans.extend(line.spans);
            Line::from(spans)
        }
        Row::Others(scope) => {
            let count = world.listing(scope).map_or(0, |l| l.other_secrets.len());
            let mark = if state.is_unfolded(scope) { glyphs.lines.down } else { glyphs.lines.right };
            let noun = if count == 1 { "other secret" } else { "other secrets" };
            let near = world.listing(scope).map(ScopeListing::near_misses).unwrap_or_default();
            match near.first() {
                None => pad(Role::Dim, format!("{mark} {count} {noun}")),
                Some(near) => {
                    let text = Untrusted::new(near.words()).shown();
                    pad(Role::Warn, format!("{mark} {count} {noun} {} {text}", glyphs.checks.warn))
                }
            }
        }
        Row::Other(_, _) => {
            let name = row.other(world).map(|other| other.name.shown()).unwrap_or_default();
            pad(Role::Dim, format!("  {name}"))
        }
        Row::Loading(scope) => {
            let far = world.scope(scope).and_then(Remote::far);
            pad(Role::Info, format!("{} {}", glyphs.spinner(app.spin), words::waiting(far)))
        }
        Row::Problem(scope) => {
            pad(Role::Warn, format!("{} {}", glyphs.checks.warn, problem_words(scope, state, world)))
        }
        Row::Empty(_) => pad(Role::Dim, "no secrets yet; n adds a credential".to_owned()),
        Row::Memberships if world.memberships.is_loading() => {
            pad(Role::Info, format!("{} loading your organizations", glyphs.spinner(app.spin)))
        }
        Row::Memberships => {
            let came = world.memberships.value().is_some_and(|list| !list.is_empty());
            let text = if came { "organizations incomplete" } else { "could not list organizations" };
            pad(Role::Warn, format!("{} {text}", glyphs.checks.warn))
        }
    }
}

/// Why a scope could not be read, or not completely.
fn problem_words(scope: &Scope, state: &State, world: &World) -> String {
    let why = world.problem(scope).map(|problem| problem.why.as_str()).unwrap_or_default();
    let is_unread = world.scope(scope).is_some_and(|remote| remote.problem().is_some());
    let what = match (is_unread, state.filter.is_empty()) {
        (true, true) => "unreadable",
        (true, false) => "unreadable, not searched",
        (false, _) => "incomplete",
    };
    format!("{what}: {why}")
}

fn worded(text: String, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let role = if text.ends_with('!') || text.ends_with('?') { Role::Warn } else { Role::Text };
    canvas.line(role, text)
}

/// `● ● ○`: present, missing, or with different access.
fn marks(credential: &Credential, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let mut spans = Vec::new();
    for member in Member::all() {
        if !spans.is_empty() {
            spans.push(canvas.span(Role::Text, " "));
        }
        spans.push(mark(credential, member, canvas).0);
    }
    Line::from(spans)
}

fn mark(
    credential: &Credential,
    member: Member,
    canvas: &Canvas<'_, '_, '_>,
) -> (ratatui::text::Span<'static>, &'static str) {
    let marks = canvas.look.glyphs.members;
    match credential.members.get(member) {
        None => (canvas.span(Role::Bad, marks.missing), "missing"),
        Some(_) if credential.is_odd_one(member) => (canvas.span(Role::Warn, marks.differs), "access differs"),
        Some(MemberState { access: None, .. }) => (canvas.span(Role::Mark, marks.unknown), "access unknown"),
        Some(_) => (canvas.span(Role::Good, marks.there), "there"),
    }
}

fn detail_lines(state: &State, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let world = &app.world;
    let Some(row) = state.selected(world) else { return Vec::new() };
    match &row {
        Row::Credential(scope, _) => match row.credential(world) {
            Some(credential) => credential_lines(scope, credential, app, canvas, columns),
            None => Vec::new(),
        },
        Row::Other(scope, _) => other_lines(&row, scope, app, canvas, columns),
        Row::Others(scope) => {
            let mut lines = canvas.wrapped(Role::Title, "Other secrets", columns);
            let text = "Codespaces secrets outside any registry credential. Enter shows or hides them.";
            lines.extend(canvas.wrapped(Role::Text, text, columns));
            let names = world.listing(scope).map(|l| l.other_secrets.as_slice()).unwrap_or_default();
            lines.push(Line::default());
            lines.extend(names.iter().map(|other| canvas.line(Role::Dim, other.name.shown())));
            lines
        }
        Row::Problem(scope) => match world.problem(scope) {
            Some(problem) => problem_lines(problem, canvas, columns),
            None => Vec::new(),
        },
        Row::Memberships => match world.memberships.problem() {
            Some(problem) => problem_lines(problem, canvas, columns),
            None => canvas.wrapped(Role::Text, "Loading the organizations you belong to.", columns),
        },
        Row::Loading(scope) => {
            let far = world.scope(scope).and_then(Remote::far).map(|far| format!(", {}", far.words()));
            let text = format!("Waiting for GitHub: {}{}.", words::whose(scope, world), far.unwrap_or_default());
            canvas.wrapped(Role::Text, &text, columns)
        }
        Row::Empty(scope) => empty_lines(scope, app, canvas, columns),
        Row::Head(Scope::Repository(name)) => reach::lines(name, app, canvas, columns),
        Row::Head(Scope::User | Scope::Organization(_)) => Vec::new(),
    }
}

fn empty_lines(scope: &Scope, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = canvas.wrapped(Role::Title, &words::heading(scope, &app.world), columns);
    let text = "There are no Codespaces secrets here. A credential is three of them: the registry (SERVER), who \
                logs in (USER) and the password (PASSWORD). Press n to create one.";
    lines.extend(canvas.wrapped(Role::Text, text, columns));
    lines
}

fn credential_lines(
    scope: &Scope,
    credential: &Credential,
    app: &App,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let product = product_of_prefix(&credential.prefix).map(|p| format!("  {p}")).unwrap_or_default();
    let mut lines = canvas.wrapped(Role::Title, &format!("{}{product}", credential.prefix), columns);
    lines.extend(canvas.wrapped(Role::Dim, &words::whose(scope, &app.world), columns));
    let standing = app.world.standing(scope, credential, app.now);
    if let Some(standing) = standing.filter(|standing| standing.alarm() > Alarm::Nothing) {
        let level = if standing.alarm() == Alarm::Over { Level::Bad } else { Level::Warn };
        lines.extend(canvas.marked(level, &format!("the password {}", standing.words()), columns));
    }
    lines.push(Line::default());
    let ends = |member| {
        standing.filter(|_| member == Member::Password).map_or(String::new(), |it| format!(", {}", it.words()))
    };
    for member in Member::all() {
        let (mark, word) = mark(credential, member, canvas);
        let text = match credential.members.get(member) {
            Some(state) if word == "there" => format!("{}{}", words::set_ago(app.now, state), ends(member)),
            Some(state) => format!("{}{}, {word}", words::set_ago(app.now, state), ends(member)),
            None => word.to_owned(),
        };
        let lead = 11 + usize::from(!mark.content.is_empty());
        for (index, text) in wrap(&text, usize::from(columns).saturating_sub(lead + 1)).into_iter().enumerate() {
            let head = if index == 0 {
                vec![canvas.span(Role::Label, format!("{:<10} ", member.word())), mark.clone()]
            } else {
                vec![canvas.span(Role::Label, " ".repeat(lead))]
            };
            let mut spans = head;
            spans.push(canvas.span(Role::Text, format!(" {text}")));
            lines.push(Line::from(spans));
        }
    }
    lines.push(Line::default());
    lines.extend(access_lines(credential, canvas, columns));
    let remarks = words::remarks(scope, credential, &app.world, app.now);
    if !remarks.is_empty() {
        lines.push(Line::default());
    }
    for (warns, text) in remarks {
        lines.extend(canvas.marked(if warns { Level::Warn } else { Level::Info }, &text, columns));
    }
    lines.push(Line::default());
    let text = "GitHub never returns values: press t to test values you type.";
    lines.extend(canvas.wrapped(Role::Dim, text, columns));
    lines
}

/// Who gets it: one list if the members agree, else one for each member.
fn access_lines(credential: &Credential, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    if credential.access_differs() {
        let states = Member::all().filter_map(|m| Some((m, credential.members.get(m).as_ref()?)));
        return states
            .flat_map(|(member, state)| {
                let text = state.access.as_ref().map_or_else(|| "unknown".to_owned(), words::spelled);
                canvas.labelled(member.word(), Role::Text, &text, columns)
            })
            .collect();
    }
    let text = credential.access().map_or_else(|| "loading which repositories get it".to_owned(), words::spelled);
    canvas.labelled("access", Role::Text, &text, columns)
}

fn other_lines(row: &Row, scope: &Scope, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Some(other) = row.other(&app.world) else { return Vec::new() };
    let mut lines = canvas.wrapped(Role::Title, &other.name.shown(), columns);
    lines.extend(canvas.wrapped(Role::Dim, &words::whose(scope, &app.world), columns));
    lines.push(Line::default());
    lines.extend(canvas.labelled("value", Role::Text, &words::set_ago(app.now, &other.state), columns));
    let access = other.state.access.as_ref().map_or_else(|| "unknown".to_owned(), words::spelled);
    lines.extend(canvas.labelled("access", Role::Text, &access, columns));
    lines.push(Line::default());
    let near = app.world.listing(scope).map(ScopeListing::near_misses).unwrap_or_default();
    for near in near.iter().filter(|near| near.name == other.name.raw()) {
        let text = Untrusted::new(format!("{}; {}", near.words(), near.fix())).shown();
        lines.extend(canvas.marked(Level::Warn, &text, columns));
    }
    lines.extend(canvas.wrapped(Role::Dim, "Not part of a registry credential.", columns));
    lines
}
