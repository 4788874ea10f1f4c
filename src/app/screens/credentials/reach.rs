//! The detail of a repository's heading: which secrets its codespaces get, worded as in `pullkey list --reaching`.

use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::remote::Remote;
use crate::app::screens::confirm::problem_lines;
use crate::app::words;
use crate::domain::{Reach, Reached, Reaches, RepoName, Scope};
use crate::ui::Role;
use crate::ui::widgets::wrap;

pub(super) fn lines(name: &RepoName, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let world = &app.world;
    let heading = words::heading(&Scope::Repository(name.clone()), world);
    let mut lines = canvas.wrapped(Role::Title, &heading, columns);
    let Some(repository) = world.facts(name).and_then(Remote::value) else {
        lines.extend(unknown(name, app, canvas, columns));
        return lines;
    };
    let text = format!("what reaches {} ({})", repository.full_name.shown(), repository.visibility);
    lines.extend(canvas.wrapped(Role::Dim, &text, columns));
    let told = world.reaching(name, repository);
    let mut scope = None;
    for reach in &told {
        if scope != Some(&reach.scope) {
            scope = Some(&reach.scope);
            lines.push(Line::default());
            lines.extend(canvas.wrapped(Role::Label, &reach.scope.to_string(), columns));
        }
        lines.extend(one(reach, canvas, columns));
    }
    if told.is_empty() {
        lines.push(Line::default());
        lines.extend(canvas.wrapped(Role::Dim, "nothing: there are no secrets", columns));
    }
    lines
}

/// As long as the repository is not read, it is unknown which secrets it gets.
fn unknown(name: &RepoName, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = canvas.wrapped(Role::Dim, "what reaches it is unknown", columns);
    lines.push(Line::default());
    if let Some(problem) = app.world.facts(name).and_then(Remote::problem) {
        lines.extend(problem_lines(problem, canvas, columns));
    } else {
        let text = format!("{} loading the repository", canvas.look.glyphs.spinner(app.spin));
        lines.extend(canvas.wrapped(Role::Info, &text, columns));
    }
    lines
}

/// `● yes      ACR: the repository is selected`, further lines indented under the text.
fn one(reach: &Reach, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    const WORD: usize = 8;
    let members = canvas.look.glyphs.members;
    let (mark, role) = match reach.reaches {
        Reaches::Yes => (members.there, Role::Good),
        Reaches::No => (members.missing, Role::Dim),
        Reaches::Unknown => (canvas.look.glyphs.checks.unsure, Role::Warn),
    };
    let subject = match &reach.what {
        Reached::Credential { prefix, .. } => prefix.to_string(),
        Reached::Secret(name) => name.shown(),
        Reached::Rest => "whatever else it holds".to_owned(),
    };
    let lead = 2 + WORD;
    let text = wrap(&format!("{subject}: {}", reach.why), usize::from(columns).saturating_sub(lead));
    let head = |index: usize| -> Vec<Span<'static>> {
        if index > 0 {
            return vec![canvas.span(Role::Text, " ".repeat(lead))];
        }
        vec![canvas.span(role, format!("{mark} ")), canvas.span(role, format!("{:<WORD$}", reach.reaches.word()))]
    };
    let told = if reach.reaches == Reaches::No { Role::Dim } else { Role::Text };
    let line = |(index, text): (usize, String)| {
        let mut spans = head(index);
        spans.push(canvas.span(told, text));
        Line::from(spans)
    };
    text.into_iter().enumerate().map(line).collect()
}
