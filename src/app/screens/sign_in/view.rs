//! Draws the tokens and what each can do; the form; the code to type on GitHub's page.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Giving, Phase, Row, State};
use crate::app::App;
use crate::app::buttons::Buttons;
use crate::app::draw::Canvas;
use crate::app::screens::confirm::{problem_lines, with_buttons};
use crate::domain::lint::Severity;
use crate::domain::token::{Allowed, DeviceCode, Identity, Right, TokenReport};
use crate::ui::memory::Hit;
use crate::ui::widgets::Level;
use crate::ui::{Role, text_field};

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    match &state.phase {
        Phase::List => Some(list(state, app, canvas, area)),
        Phase::Giving(giving) => form((state, giving), app.spin, canvas, area),
        Phase::Device { code, .. } => {
            let area = inset(area);
            let lines = device_lines(code.as_ref(), app, canvas, area.width);
            canvas.lines(area, lines);
            Some(Position::new(area.x, area.y))
        }
        Phase::Forgetting(buttons) => Some(question(*buttons, canvas, inset(area))),
    }
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2).min(96), ..area }
}

fn list(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let (list, detail) = canvas.beside(area);
    let narrow = detail.is_none();
    let rows = state.rows(&app.world);
    let (at, row) = state.selected(&app.world);
    let title = canvas.line(Role::Dim, " Which token should pullkey use?");
    canvas.lines(list, vec![title]);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..list };
    let all = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let keep = if narrow { all.min(4).min(below.height / 2).max(1) } else { below.height };
    let visible = canvas.memory.visible("tokens", rows.len(), at, usize::from(keep));
    let mut cursor = Position::new(below.x, below.y);
    for (place, index) in below.rows().take(usize::from(keep)).zip(visible) {
        canvas.memory.hit_area(place, Hit::Row { list: "tokens", index });
        let line = row_line(state, rows[index], index == at, canvas);
        if index == at {
            cursor = Position::new(place.x, place.y);
        }
        canvas.row(place, line, index == at);
    }
    let under = Rect { y: below.y + keep, height: below.height.saturating_sub(keep), ..inset(below) };
    let detail = detail.unwrap_or(under);
    let lines = detail_lines(state, row, app, canvas, detail.width);
    canvas.scrolled("token", detail, lines, state.scroll.at());
    cursor
}

fn row_line(state: &State, row: Row, is_selected: bool, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let lead = if is_selected { canvas.look.glyphs.lines.bar } else { " " };
    let role = if is_selected { Role::SelectedName } else { Role::Text };
    let (name, note) = match (row, state.token(row)) {
        (Row::Give, _) => ("enter another token".to_owned(), String::new()),
        (Row::Device, _) => ("sign in with a code in the browser".to_owned(), String::new()),
        (Row::Token(_), None) => (String::new(), String::new()),
        (Row::Token(_), Some(token)) => (token.source.word().to_owned(), note(token)),
    };
    let used = state.token(row).is_some_and(|token| token.used);
    let mark = if used { canvas.look.glyphs.checks.good } else { " " };
    Line::from(vec![
        canvas.span(Role::Mark, format!("{lead} ")),
        canvas.span(Role::Good, format!("{mark} ")),
        canvas.span(role, name),
        canvas.span(Role::Dim, format!("  {note}")),
    ])
}

/// Behind a token's name: its account, and whether it is in use.
fn note(token: &TokenReport) -> String {
    let whose = match &token.identity {
        Ok(identity) => identity.login.shown(),
        Err(_) => "cannot be used".to_owned(),
    };
    if token.used { format!("{whose}, in use") } else { whose }
}

fn detail_lines(state: &State, row: Row, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(needed) = &state.needed {
        let mut words = needed.words.iter();
        lines.extend(words.next().into_iter().flat_map(|text| canvas.marked(Level::Bad, text, columns)));
        lines.extend(words.flat_map(|text| canvas.wrapped(Role::Text, text, columns)));
        lines.push(Line::default());
    }
    if state.is_busy() {
        let text = format!("{} checking the token", canvas.look.glyphs.spinner(app.spin));
        lines.push(canvas.line(Role::Info, text));
    }
    if state.tokens.is_loading() {
        let text = format!("{} looking for tokens", canvas.look.glyphs.spinner(app.spin));
        lines.push(canvas.line(Role::Info, text));
    } else if state.tokens.value().is_some_and(Vec::is_empty) {
        let text = "no token found in GH_TOKEN, GITHUB_TOKEN, the keyring or gh";
        lines.extend(canvas.marked(Level::Warn, text, columns));
    }
    match (row, state.token(row)) {
        (_, Some(token)) => lines.extend(token_lines(token, app, canvas, columns)),
        (Row::Give | Row::Token(_), None) => {
            let text = "Type or paste a token. It is sent to GitHub and, if you like, saved in the system keyring; \
                        never in a file. From then on it is used instead of the others.";
            lines.extend(canvas.wrapped(Role::Text, text, columns));
        }
        (Row::Device, None) => {
            let text = "GitHub shows a page where you type the code shown here. The resulting token has the scopes \
                        that pullkey needs.";
            lines.extend(canvas.wrapped(Role::Text, text, columns));
        }
    }
    lines
}

fn token_lines(token: &TokenReport, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let from = format!("token from {}", token.source.word());
    let title = if token.used { format!("{from}, in use") } else { from };
    let mut lines = canvas.wrapped(Role::Title, &title, columns);
    lines.extend(canvas.labelled("kind", Role::Text, token.kind.word(), columns));
    match &token.identity {
        Ok(identity) => lines.extend(identity_lines(identity, app, canvas, columns)),
        Err(problem) => lines.extend(problem_lines(problem, canvas, columns)),
    }
    if let Some(note) = &token.note {
        lines.extend(canvas.marked(Level::Warn, note, columns));
    }
    if !token.rights.is_empty() {
        lines.push(Line::default());
        lines.extend(canvas.wrapped(Role::Label, "What it can do here", columns));
    }
    for (right, allowed) in &token.rights {
        let (level, text) = match allowed {
            Allowed::Yes => (Level::Good, format!("{}: yes", words(*right))),
            Allowed::No(least) => (Level::Bad, format!("{}: no; needs at least {least}", words(*right))),
            Allowed::Unknown(least) => {
                (Level::Unsure, format!("{}: unknown until tried; needs at least {least}", words(*right)))
            }
        };
        lines.extend(canvas.marked(level, &text, columns));
    }
    lines
}

fn identity_lines(identity: &Identity, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = canvas.labelled("account", Role::Text, &identity.login.shown(), columns);
    if let Some(scopes) = &identity.scopes {
        let text = if scopes.is_empty() { "none".to_owned() } else { scopes.join(", ") };
        lines.extend(canvas.labelled("scopes", Role::Text, &crate::domain::untrusted::clean(&text), columns));
    }
    if let Some(expires) = identity.expires {
        let days = expires.signed_duration_since(app.now).num_days();
        let (role, text) = match days {
            ..0 => (Role::Bad, "expired".to_owned()),
            0 => (Role::Warn, "today".to_owned()),
            1 => (Role::Warn, "tomorrow".to_owned()),
            days => (if days < 14 { Role::Warn } else { Role::Text }, format!("in {days} days")),
        };
        lines.extend(canvas.labelled("expires", role, &text, columns));
    }
    lines
}

const fn words(right: Right) -> &'static str {
    match right {
        Right::UserSecrets => "read and write your own secrets",
        Right::RepositorySecrets => "read and write repositories' secrets",
        Right::OrganizationSecrets => "read and write organizations' secrets",
        Right::RestartCodespaces => "restart your codespaces",
        Right::ReadPackages => "read packages",
    }
}

fn form(
    (state, giving): (&State, &Giving),
    spin: usize,
    canvas: &mut Canvas<'_, '_, '_>,
    area: Rect,
) -> Option<Position> {
    let (list, detail) = canvas.beside(area);
    let row = |y: u16| Rect { y: (list.y + y).min(list.bottom().saturating_sub(1)), height: 1, ..list };
    let label = |text: &str, focused: bool, canvas: &Canvas<'_, '_, '_>| {
        canvas.line(if focused { Role::Title } else { Role::Label }, format!(" {text}"))
    };
    let line = label("Token", !giving.on_keep, canvas);
    canvas.lines(row(0), vec![line]);
    let at = Rect { x: list.x + 9, width: list.width.saturating_sub(10), ..row(0) };
    canvas.memory.hit_area(row(0), Hit::Row { list: "giving", index: 0 });
    let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
    let cursor = text_field::draw(canvas.frame.buffer_mut(), at, &giving.field, theme, glyphs, !giving.on_keep);
    let mut y = 1;
    if let Some((severity, text)) = giving.remark() {
        let level = match severity {
            Severity::Block => Level::Bad,
            Severity::Warn => Level::Warn,
            Severity::Info => Level::Info,
            Severity::Good => Level::Good,
        };
        let lines = canvas.marked(level, &text, list.width.saturating_sub(4));
        let height = u16::try_from(lines.len()).unwrap_or(0);
        canvas.lines(Rect { x: list.x + 3, width: list.width.saturating_sub(4), height, ..row(y) }, lines);
        y += height;
    }
    let y = y + u16::from(list.height >= 8);
    let boxed = if giving.keep { "[x]" } else { "[ ]" };
    let line = label(&format!("{boxed} save it in the system keyring"), giving.on_keep, canvas);
    canvas.memory.hit_area(row(y), Hit::Row { list: "giving", index: 1 });
    canvas.row(row(y), line, giving.on_keep);
    let text = if giving.keep {
        "Saved in the system keyring. Without a keyring it lasts for this session only."
    } else {
        "It is used for this session only and not saved."
    };
    let mut help: Vec<Line<'static>> = Vec::new();
    if state.is_busy() {
        help.push(canvas.line(Role::Info, format!("{} checking whose token it is", canvas.look.glyphs.spinner(spin))));
    }
    let under = Rect { y: list.y + y + 1, height: list.height.saturating_sub(y + 1), ..inset(list) };
    let detail = detail.unwrap_or(under);
    help.extend(canvas.wrapped(Role::Text, text, detail.width));
    let wanted = state.needed.as_ref().map(|needed| needed.words.as_slice()).unwrap_or_default();
    help.extend(wanted.iter().flat_map(|text| canvas.wrapped(Role::Text, text, detail.width)));
    canvas.lines(detail, help);
    if giving.on_keep { Some(Position::new(row(y).x + 1, row(y).y)) } else { cursor }
}

fn device_lines(code: Option<&DeviceCode>, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let spinner = canvas.look.glyphs.spinner(app.spin);
    let Some(code) = code else {
        return vec![canvas.line(Role::Info, format!("{spinner} requesting a code from GitHub"))];
    };
    let left = code.expires.signed_duration_since(app.now).num_seconds().max(0);
    let time = if left >= 120 { format!("{} minutes", left / 60) } else { format!("{left} s") };
    let mut lines = canvas.labelled("code", Role::Title, &code.user_code.shown(), columns);
    lines.extend(canvas.labelled("page", Role::Text, &code.page.shown(), columns));
    lines.push(canvas.line(Role::Info, format!("{spinner} waiting for you; the code expires in {time}")));
    let text = "Open the page, type the code there and approve. This screen continues by itself.";
    lines.extend(canvas.wrapped(Role::Text, text, columns));
    lines
}

fn question(buttons: Buttons, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let mut lines = canvas.wrapped(Role::Title, "Sign out?", area.width);
    let text = "Removes pullkey's token from the system keyring. On GitHub it stays valid until it expires or is \
                revoked; tokens of gh and of the environment stay.";
    lines.extend(canvas.wrapped(Role::Text, text, area.width));
    with_buttons("sign-out", (lines, 0), &["Cancel", "Sign out"], buttons, canvas, area)
}
