//! Changes as rows and details: the outcome of each member, and whether the change can be undone.

use ratatui::text::Line;

use crate::app::draw::Canvas;
use crate::app::history::{Done, End, Ended};
use crate::app::screens::confirm::{problem_lines, report_lines};
use crate::ui::Role;
use crate::ui::widgets::Level;

/// `12:00:00  done  the access of ACR in your own secrets is changed`.
pub(super) fn line(done: &Done, canvas: &Canvas<'_, '_, '_>) -> Vec<ratatui::text::Span<'static>> {
    vec![
        canvas.span(Role::Dim, format!("{}  ", done.at.format("%H:%M:%S"))),
        canvas.span(role_of(&done.outcome), format!("{:<9}  ", done.outcome.word())),
        canvas.span(Role::Text, done.text.clone()),
    ]
}

fn role_of(outcome: &Ended) -> Role {
    match outcome {
        Ended::Codespaces(ends) if !ends.iter().all(End::is_done) => Role::Bad,
        Ended::Whole(_) | Ended::Codespaces(_) => Role::Good,
        Ended::Half(_) | Ended::Refused(_) => Role::Bad,
        Ended::Overtaken(_) => Role::Warn,
    }
}

pub(super) fn detail(done: &Done, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = canvas.wrapped(Role::Title, &done.text, columns);
    lines.push(Line::default());
    lines.extend(canvas.labelled("result", role_of(&done.outcome), done.outcome.word(), columns));
    lines.extend(canvas.labelled("at", Role::Text, &done.at.format("%Y-%m-%d %H:%M:%S UTC").to_string(), columns));
    lines.extend(report_lines(done.outcome.reports(), canvas, columns));
    match &done.outcome {
        Ended::Refused(problem) => lines.extend(problem_lines(problem, canvas, columns)),
        Ended::Overtaken(differences) => {
            let text = "someone else changed it meanwhile; nothing was written";
            lines.extend(canvas.marked(Level::Warn, text, columns));
            lines.extend(differences.iter().flat_map(|text| canvas.wrapped(Role::Text, text, columns)));
        }
        Ended::Half(reports) => {
            let problem = reports.iter().find_map(|report| report.outcome.problem());
            lines.extend(problem.map(|problem| problem_lines(problem, canvas, columns)).unwrap_or_default());
        }
        Ended::Codespaces(ends) => {
            for end in ends {
                let level = if end.is_done() { Level::Good } else { Level::Bad };
                lines.extend(canvas.marked(level, &format!("{}: {}", end.change.name(), end.words()), columns));
            }
        }
        Ended::Whole(_) => {}
    }
    let (level, text) = match done.why_not() {
        None => (Level::Info, "press u to undo it; it asks first".to_owned()),
        Some(why) => (Level::Info, format!("cannot be undone: {why}")),
    };
    lines.push(Line::default());
    lines.extend(canvas.marked(level, &text, columns));
    lines
}
