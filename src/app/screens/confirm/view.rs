//! Draws the question with its two choices, and afterwards the outcome of each member.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Phase, State};
use crate::app::App;
use crate::app::buttons::Buttons;
use crate::app::draw::Canvas;
use crate::app::series::{Item, Series};
use crate::app::writing::{Change, Writing};
use crate::domain::{MemberReport, Shape, WriteOutcome};
use crate::ui::Role;
use crate::ui::widgets::Level;

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2).min(96), ..area };
    match &state.phase {
        Phase::Asking(_) => Some(ask(state, canvas, area)),
        Phase::Writing(series) if series.has_rest() => {
            let lines = series_lines(series, app, canvas, area.width);
            Some(with_buttons("confirm", (lines, state.scroll.at()), &["Close", REST], state.buttons, canvas, area))
        }
        Phase::Writing(series) => {
            let lines = series_lines(series, app, canvas, area.width);
            canvas.scrolled("confirm", area, lines, state.scroll.at());
            Some(Position::new(area.x, area.y))
        }
    }
}

/// One line for each write; below unfinished ones, what is known about them.
fn series_lines(series: &Series, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    if let Some(writing) = series.only() {
        return writing_lines(writing, app, canvas, columns);
    }
    let all = series.items().len();
    let title = match series {
        series if series.is_running() => {
            format!("{} {} of {all}", canvas.look.glyphs.spinner(app.spin), all - series.waiting())
        }
        series if series.is_whole() => format!("all {all} done"),
        _ => "not finished".to_owned(),
    };
    let mut lines = canvas.wrapped(Role::Title, &title, columns);
    for item in series.items() {
        let change = item.change();
        match item {
            Item::Waiting(_) | Item::Again(_) => {
                lines.extend(canvas.marked(Level::Info, &format!("waiting: {}", change.doing()), columns));
            }
            Item::Begun(writing) if writing.is_whole() => {
                lines.extend(canvas.marked(Level::Good, &change.done(), columns));
            }
            Item::Begun(writing) => lines.extend(writing_lines(writing, app, canvas, columns)),
        }
    }
    lines
}

/// What someone else changed meanwhile, and that nothing was written.
fn overtaken_lines(
    change: &Change,
    differences: &[String],
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let text = format!("nothing was changed: someone else changed {} meanwhile", change.prefix());
    let mut lines = canvas.marked(Level::Warn, &text, columns);
    lines.extend(differences.iter().flat_map(|text| canvas.wrapped(Role::Text, &format!("  {text}"), columns)));
    lines.push(Line::default());
    let text = match change {
        Change::Delete { .. } => "Nothing was deleted: enter goes back to the list and its current state.",
        Change::Save(_) => "Nothing you typed is lost: enter shows what would be written now.",
        Change::Access(_) | Change::Restore(_) => {
            "Your choices are kept: enter shows them on the current state, esc drops them."
        }
    };
    lines.extend(canvas.wrapped(Role::Info, text, columns));
    lines
}

/// The button that retries what was not done.
pub const REST: &str = "Do the rest";

/// A text that scrolls with buttons below that are always visible; returns the position of their focus.
pub fn with_buttons(
    name: &'static str,
    (lines, at): (Vec<Line<'_>>, usize),
    labels: &[&str],
    buttons: Buttons,
    canvas: &mut Canvas<'_, '_, '_>,
    area: Rect,
) -> Position {
    let body = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height.saturating_sub(2));
    canvas.scrolled(name, Rect { height: body, ..area }, lines, at);
    let row = Rect { y: area.y + (body + 1).min(area.height.saturating_sub(1)), height: 1, ..area };
    canvas.buttons(row, labels, buttons)
}

fn ask(state: &State, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let mut lines = canvas.wrapped(Role::Title, &format!("{}?", state.title), area.width);
    lines.extend(state.body.iter().flat_map(|text| body_lines(text, canvas, area.width)));
    with_buttons("confirm", (lines, state.scroll.at()), &["Cancel", &state.button], state.buttons, canvas, area)
}

/// A line of the question. There can be thousands of repository names, and most fit as they are.
fn body_lines(text: &str, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    if text.is_ascii() && text.len() <= usize::from(columns) {
        return vec![canvas.line(Role::Text, text)];
    }
    canvas.wrapped(Role::Text, text, columns)
}

/// The report of a write: a line for each member, then the rest and why. Shared with the wizard's review.
pub fn writing_lines(writing: &Writing, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    if let Some(differences) = writing.overtaken() {
        return overtaken_lines(writing.change(), differences, canvas, columns);
    }
    let title = match writing {
        w if w.is_running() => format!("{} {}", canvas.look.glyphs.spinner(app.spin), w.change().doing()),
        w if w.is_whole() => w.change().done(),
        w => format!("not finished: {}", w.change().doing()),
    };
    let mut lines = canvas.wrapped(Role::Title, &title, columns);
    lines.extend(report_lines(writing.reports(), canvas, columns));
    if writing.is_whole() && matches!(writing.change(), Change::Save(draft) if draft.shape == Shape::Single) {
        lines.push(Line::default());
        lines.extend(canvas.marked(Level::Info, "running codespaces get it after a restart", columns));
    } else if let Some(words) = app.world.affected_words().filter(|_| writing.is_whole()) {
        lines.push(Line::default());
        lines.extend(canvas.marked(Level::Warn, &words, columns));
    }
    if let Some(problem) = writing.problem() {
        lines.push(Line::default());
        lines.extend(problem_lines(problem, canvas, columns));
        if matches!(writing.change(), Change::Save(_)) {
            lines.extend(canvas.wrapped(Role::Info, "Nothing you typed is lost.", columns));
        }
    }
    lines
}

/// A line for each member that was or should have been written.
pub fn report_lines(reports: &[MemberReport], canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for report in reports {
        let level = match &report.outcome {
            WriteOutcome::Created | WriteOutcome::Updated | WriteOutcome::Unchanged | WriteOutcome::Deleted => {
                Level::Good
            }
            WriteOutcome::Failed(_) => Level::Bad,
            WriteOutcome::Unknown(_) | WriteOutcome::ChangedElsewhere(_) => Level::Unsure,
            WriteOutcome::NotTried => Level::Info,
        };
        lines.extend(canvas.marked(level, &format!("{}: {}", report.name, report.outcome.word()), columns));
    }
    lines
}

/// What happened, why, and what to do.
pub fn problem_lines(
    problem: &crate::domain::Problem,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let mut lines = canvas.marked(Level::Bad, &problem.what, columns);
    lines.extend(canvas.wrapped(Role::Text, &problem.why, columns));
    let arrow = canvas.look.glyphs.lines.arrow;
    lines.extend(canvas.wrapped(Role::Info, &format!("{arrow} {}", problem.hint), columns));
    lines
}
