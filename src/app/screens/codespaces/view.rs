//! Draws the list of codespaces, the detail and the question. Every mark has a word beside it or in the detail.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Question, State};
use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::screens::confirm::{problem_lines, with_buttons};
use crate::app::spaces::problem;
use crate::app::words;
use crate::domain::codespace::Stage;
use crate::domain::freshness::{Need, advice, need};
use crate::domain::{Codespace, CodespaceList, Freshness};
use crate::ui::Role;
use crate::ui::memory::Hit;
use crate::ui::widgets::{Align, Column, Level, table};

const COLUMNS: [Column; 6] = [
    Column { title: "CODESPACE", least: 14, most: 24, priority: 0, align: Align::Left },
    Column { title: "REPOSITORY", least: 14, most: 40, priority: 4, align: Align::Left },
    Column { title: "STATE", least: 12, most: 12, priority: 2, align: Align::Left },
    Column { title: "STARTED", least: 12, most: 14, priority: 5, align: Align::Left },
    Column { title: "NEEDS", least: 11, most: 11, priority: 1, align: Align::Left },
    Column { title: "WORK", least: 11, most: 21, priority: 3, align: Align::Left },
];

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    if let Some(question) = &state.question {
        return Some(draw_question(question, canvas, area));
    }
    if state.detail {
        let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let lines = detail_lines(state, app, canvas, area.width);
        canvas.scrolled("codespaces-detail", area, lines, state.detail_scroll.at());
        return Some(Position::new(area.x, area.y));
    }
    let (list, detail) = canvas.beside(area);
    let list = draw_head(state, app, canvas, list);
    let cursor = draw_list(state, app, canvas, list);
    if let Some(detail) = detail {
        let lines = detail_lines(state, app, canvas, detail.width);
        canvas.lines(detail, lines);
    }
    cursor
}

fn draw_question(question: &Question, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2).min(96), ..area };
    let mut lines = canvas.wrapped(Role::Title, &format!("{}?", question.title), area.width);
    for (warns, text) in &question.body {
        let level = if *warns { Level::Warn } else { Level::Info };
        lines.extend(canvas.marked(level, text, area.width));
    }
    let labels = ["Cancel", question.button];
    with_buttons("codespaces-question", (lines, question.scroll.at()), &labels, question.buttons, canvas, area)
}

/// Whose codespaces these are, if there is a choice; returns the rest of the area.
fn draw_head(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Rect {
    let lists = State::lists(&app.world);
    if lists.len() < 2 && state.which == CodespaceList::Mine {
        return area;
    }
    let mut spans = vec![canvas.span(Role::Text, " ")];
    for list in &lists {
        let word = match list {
            CodespaceList::Mine | CodespaceList::MineIn(_) => "yours".to_owned(),
            CodespaceList::Org(org) => format!("members of {org}"),
        };
        let is_current = *list == state.which;
        let text = if is_current { format!("[{word}]") } else { format!(" {word} ") };
        spans.push(canvas.span(if is_current { Role::TabActive } else { Role::Tab }, text));
        spans.push(Span::raw(" "));
    }
    canvas.lines(Rect { height: 1, ..area }, vec![Line::from(spans)]);
    Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

fn draw_list(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let rows = state.rows(&app.world);
    let failed = problem(&app.world, &state.which);
    if rows.is_empty() {
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let lines = match failed {
            Some(problem) => problem_lines(problem, canvas, inner.width),
            None => empty_lines(state, app, canvas, inner.width),
        };
        canvas.scrolled("codespaces-detail", inner, lines, state.detail_scroll.at());
        return Some(Position::new(inner.x, inner.y));
    }
    let widths = table::widths(&COLUMNS, usize::from(area.width.saturating_sub(5)));
    let ellipsis = canvas.look.glyphs.ellipsis;
    let titles = table::titles(&COLUMNS, &widths, canvas.style(Role::Dim), ellipsis);
    canvas.lines(Rect { x: area.x + 4, width: area.width.saturating_sub(4), ..area }, vec![titles]);
    let foot = foot_lines(state, app, canvas, area.width);
    let foot = canvas.shortened(foot, usize::from(area.height.saturating_sub(2)));
    let below = u16::try_from(foot.len()).unwrap_or(u16::MAX);
    let place = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + below), ..area };
    canvas.lines(Rect { y: place.bottom(), height: below, ..area }, foot);
    let selected = state.selected_index(rows);
    let visible = canvas.memory.visible("codespaces", rows.len(), selected, usize::from(place.height));
    canvas.memory.hit_area(place, Hit::List("codespaces"));
    let mut cursor = None;
    for (row, index) in place.rows().zip(visible) {
        canvas.memory.hit_area(row, Hit::Row { list: "codespaces", index });
        if index == selected {
            cursor = Some(Position::new(row.x, row.y));
        }
        let line = row_line(state, &rows[index], app, canvas, &widths, index == selected);
        canvas.row(row, line, index == selected);
    }
    cursor
}

/// The problem with the list as a whole.
fn foot_lines(state: &State, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let remote = app.world.spaces.list(&state.which);
    let columns = columns.saturating_sub(1);
    let Some(problem) = problem(&app.world, &state.which) else { return Vec::new() };
    if remote.is_some_and(|remote| remote.problem().is_some()) {
        let text = format!("not up to date: {}: {}; {}", problem.what, problem.why, problem.hint);
        return canvas.marked(Level::Warn, &text, columns);
    }
    // What to do comes first: in little room the address is worth more than the reason.
    let text = format!("incomplete list: {}. {}: {}", problem.hint, problem.what, problem.why);
    canvas.marked(Level::Warn, &text, columns)
}

fn empty_lines(state: &State, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let is_read = matches!(app.world.spaces.list(&state.which), Some(crate::app::remote::Remote::Ready(_)));
    if !is_read {
        let far = app.world.spaces.list(&state.which).and_then(crate::app::remote::Remote::far);
        let text = format!("{} {}", canvas.look.glyphs.spinner(app.spin), words::waiting(far));
        return canvas.wrapped(Role::Info, &text, columns);
    }
    let text = match &state.which {
        CodespaceList::Mine | CodespaceList::MineIn(_) => {
            "You have no codespaces. A new one gets all your secrets when it starts."
        }
        CodespaceList::Org(_) => "No member has a codespace that this organization's owners can see.",
    };
    canvas.wrapped(Role::Dim, text, columns)
}

fn row_line(
    state: &State,
    codespace: &Codespace,
    app: &App,
    canvas: &Canvas<'_, '_, '_>,
    widths: &[usize],
    is_selected: bool,
) -> Line<'static> {
    let glyphs = &canvas.look.glyphs;
    let bar = if is_selected { glyphs.lines.bar } else { " " };
    let mark = if state.is_marked(&codespace.name) { glyphs.checks.good } else { " " };
    let role = if is_selected { Role::SelectedName } else { Role::Text };
    let started = codespace.started_at.map_or_else(|| "unknown".to_owned(), |at| words::ago(app.now, at));
    let cells = [
        canvas.line(role, codespace.shown()),
        canvas.line(Role::Text, codespace.repository_shown()),
        state_cell(codespace, app, canvas),
        canvas.line(Role::Text, started),
        needs_cell(state, codespace, app, canvas),
        canvas.line(Role::Warn, codespace.git.work().unwrap_or_default().replace(" and ", ", ")),
    ];
    let line = table::row(&COLUMNS, widths, cells, canvas.style(Role::Text), glyphs.ellipsis);
    let mut spans = vec![canvas.span(Role::Mark, format!("{bar} {mark} "))];
    spans.extend(line.spans);
    Line::from(spans)
}

/// The state as last read; outdated while it is being stopped and started.
fn state_cell(codespace: &Codespace, app: &App, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    if is_under_way(codespace, app) {
        return canvas.line(Role::Dim, "changing");
    }
    canvas.line(Role::Text, codespace.state.word())
}

/// Whether it is being stopped or started right now.
fn is_under_way(codespace: &Codespace, app: &App) -> bool {
    let run = app.world.spaces.run.as_ref().filter(|run| run.running);
    run.is_some_and(|run| run.stage(&codespace.name).is_some_and(|stage| stage.problem().is_none()))
}

/// What it needs, or how far a restart got.
fn needs_cell(state: &State, codespace: &Codespace, app: &App, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let run = app.world.spaces.run.as_ref().filter(|run| run.change(&codespace.name).is_some());
    if let Some(run) = run {
        match run.stage(&codespace.name) {
            Some(reached) if reached.problem().is_some() => {
                return canvas.line(Role::Bad, format!("{} !", reached.word()));
            }
            Some(reached) if run.running => {
                let ended = run.change(&codespace.name).is_some_and(|change| change.is_done_by(reached));
                let mark = if ended { canvas.look.glyphs.checks.good } else { canvas.look.glyphs.spinner(app.spin) };
                return canvas.line(Role::Info, format!("{mark} {}", reached.word()));
            }
            None if run.running => {
                return canvas.line(Role::Info, format!("{} waiting", canvas.look.glyphs.checks.waiting));
            }
            Some(_) | None => {}
        }
    }
    let told = app.world.freshness(&state.which, codespace);
    if matches!(told, Freshness::Unknown(_)) && app.world.is_comparing(codespace) {
        return canvas.line(Role::Dim, "reading");
    }
    let needs = need(codespace, &told);
    let role = match needs {
        Need::Nothing | Need::NextStart => Role::Text,
        Need::Wait => Role::Dim,
        Need::Restart | Need::Rebuild | Need::Unclear => Role::Warn,
    };
    canvas.line(role, needs.word())
}

fn detail_lines(state: &State, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Some(codespace) = state.selected(&app.world) else { return Vec::new() };
    let marked = if state.is_marked(&codespace.name) { ", marked" } else { "" };
    let mut lines = canvas.wrapped(Role::Title, &format!("{}{marked}", codespace.shown()), columns);
    lines.extend(canvas.wrapped(Role::Dim, codespace.name.as_str(), columns));
    lines.push(Line::default());
    lines.extend(last_run(codespace, app, canvas, columns));
    if is_under_way(codespace, app) {
        return lines; // what was read before is outdated
    }
    let told = app.world.freshness(&state.which, codespace);
    lines.extend(standing(codespace, &told, app, canvas, columns));
    for text in advice(codespace, &told, &app.world.site) {
        lines.extend(canvas.marked(Level::Info, &text, columns));
    }
    lines.push(Line::default());
    lines.extend(fact_lines(state, codespace, app, canvas, columns));
    lines
}

/// Whether a secret it should see was written after it started.
fn standing(
    codespace: &Codespace,
    told: &Freshness,
    app: &App,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    match told {
        Freshness::Stale(since) => {
            let text = format!(
                "{} of {} was written or granted {}, after it started",
                since.secret,
                since.scope,
                words::ago(app.now, since.at)
            );
            canvas.marked(Level::Warn, &text, columns)
        }
        Freshness::Unknown(_) if app.world.is_comparing(codespace) => {
            canvas.marked(Level::Unsure, "the secrets it should see are still being read", columns)
        }
        Freshness::Fresh | Freshness::NotRunning | Freshness::Unknown(_) => Vec::new(), // the advice covers it
    }
}

/// The outcome of the last stop and start.
fn last_run(codespace: &Codespace, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Some(run) = app.world.spaces.run.as_ref() else { return Vec::new() };
    let Some(stage) = run.stage(&codespace.name) else { return Vec::new() };
    let mut lines = match stage {
        Stage::Failed(problem) | Stage::Unknown(problem) => problem_lines(problem, canvas, columns),
        Stage::Running => {
            let text = "it runs with its new variables; its image was not checked";
            canvas.marked(Level::Good, text, columns)
        }
        Stage::Stopped if !run.running => canvas.marked(Level::Good, "it is stopped", columns),
        Stage::Stopping | Stage::Stopped | Stage::Starting => {
            let text = format!("{} {}", canvas.look.glyphs.spinner(app.spin), stage.word());
            canvas.wrapped(Role::Info, &text, columns)
        }
    };
    lines.push(Line::default());
    lines
}

fn fact_lines(
    state: &State,
    codespace: &Codespace,
    app: &App,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let ago = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(|| "unknown".to_owned(), |at| words::ago(app.now, at))
    };
    let work = match codespace.git.work() {
        Some(work) => format!("{work} changes"),
        None if codespace.git.uncommitted.is_none() || codespace.git.unpushed.is_none() => "unknown".to_owned(),
        None => "everything is pushed".to_owned(),
    };
    let mut facts = vec![
        ("repository", codespace.repository_shown()),
        ("state", format!("{}: it {}", codespace.state.word(), codespace.state.sentence())),
        ("started", ago(codespace.started_at)),
        ("created", ago(codespace.created_at)),
        ("work", work),
    ];
    if matches!(state.which, CodespaceList::Org(_)) {
        facts.insert(0, ("owner", codespace.owner.shown()));
    }
    if let Some(branch) = &codespace.git.branch {
        facts.push(("branch", branch.shown()));
    }
    if codespace.pending {
        facts.push(("pending", "GitHub is working on it".to_owned()));
    }
    if let Some(notice) = &codespace.stop_notice {
        facts.push(("stopped", notice.shown()));
    }
    facts.into_iter().flat_map(|(label, text)| canvas.labelled(label, Role::Text, &text, columns)).collect()
}
