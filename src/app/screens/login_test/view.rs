//! Draws the fields with their remarks, and the ladder as it is climbed. Both are shared with the wizard.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Focus, State};
use crate::app::App;
use crate::app::action::Action;
use crate::app::draw::Canvas;
use crate::app::form::{Form, Slot};
use crate::app::keymap::Keymap;
use crate::app::ladder::{Ladder, Run};
use crate::domain::foreign::clean;
use crate::domain::lint::Severity;
use crate::domain::verdict::{Outcome, Rung, Trial, With};
use crate::domain::{Step, Verdict};
use crate::ui::memory::Hit;
use crate::ui::widgets::{Level, width, wrap};
use crate::ui::{Role, text_field};

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    if state.focus == Focus::Ladder {
        return Some(draw_ladder(&state.ladder, &state.form.trial(), app.spin, canvas, area));
    }
    let (list, detail) = canvas.beside(area);
    let cursor = draw_form(&state.form, canvas, list);
    if let Some(detail) = detail {
        let text = match &state.target {
            Some((scope, prefix)) => format!(
                "GitHub never gives values back, so {prefix} of {scope} cannot be tested as it is. Type its values; \
                 after a pass, w writes exactly what was tested."
            ),
            None => "Type values to try them. Nothing is saved by a test; after a pass, w writes exactly these values."
                .to_owned(),
        };
        let mut lines = canvas.wrapped(Role::Text, &text, detail.width);
        if let Some(text) = state.keeping.words(&state.target, &app.world) {
            lines.push(Line::default());
            lines.extend(canvas.wrapped(Role::Info, &text, detail.width));
        }
        lines.push(Line::default());
        lines.extend(field_help(&state.form, app.world.greeting.as_deref(), canvas, detail.width));
        canvas.lines(detail, lines);
    }
    cursor
}

/// The help of the focused field.
pub fn field_help(form: &Form, hint: Option<&str>, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let preset = form.preset;
    let mut lines = canvas.wrapped(Role::Title, &preset.label, columns);
    match form.focus {
        Slot::Prefix => {
            let text = "The prefix names the three secrets. Codespaces do not care which one it is, as long as \
                        all three have the same; it tells people which registry it is for.";
            lines.extend(canvas.wrapped(Role::Text, text, columns));
            if let Some(prefix) = form.prefix() {
                lines.push(Line::default());
                let names = crate::domain::Member::all().map(|m| prefix.secret_name(m));
                lines.extend(names.map(|name| canvas.line(Role::Dim, name)));
            }
        }
        Slot::Member(member) => {
            let field = preset.field(member);
            lines.extend(canvas.wrapped(Role::Text, &field.help, columns));
            lines.push(Line::default());
            lines.extend(canvas.labelled("such as", Role::Dim, &field.example, columns));
            if member == crate::domain::Member::Password {
                lines.push(Line::default());
                lines.extend(
                    preset
                        .steps(&form.trial().server)
                        .iter()
                        .flat_map(|step| canvas.wrapped(Role::Text, step, columns)),
                );
                if let Some(life) = &preset.life {
                    lines.push(Line::default());
                    lines.extend(canvas.labelled("its life", Role::Dim, life, columns));
                }
            }
        }
    }
    if let Some(hint) = hint {
        lines.push(Line::default());
        lines.extend(canvas.wrapped(Role::Demo, hint, columns));
    }
    lines
}

/// A command to copy looks different from a sentence.
pub fn step_role(step: &str) -> Role {
    if step.starts_with("$ ") { Role::Info } else { Role::Text }
}

/// The fields, each with its remarks under it; on a low terminal only the focused one keeps them.
pub fn draw_form(form: &Form, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let remarks = form.remarks();
    let slots = form.slots();
    let air = usize::from(area.height) >= slots.len() * 3;
    let label_width = slots.iter().map(|slot| width(&label_of(form, *slot))).max().unwrap_or(0) + 3;
    let label_width = u16::try_from(label_width).unwrap_or(0).min(area.width / 2);
    let mut y = area.y;
    let mut cursor = None;
    for (index, slot) in slots.into_iter().enumerate() {
        let Some(field) = form.field(slot) else { continue };
        if y >= area.bottom() {
            break;
        }
        let focused = slot == form.focus;
        let label = label_of(form, slot);
        let line = canvas.line(if focused { Role::Title } else { Role::Label }, format!(" {label}"));
        let place = Rect { y, height: 1, ..area };
        canvas.lines(place, vec![line]);
        let at = Rect { x: area.x + label_width, width: area.width.saturating_sub(label_width + 1), ..place };
        canvas.memory.hit_area(place, Hit::Row { list: "form", index });
        let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
        let found = text_field::draw(canvas.frame.buffer_mut(), at, field, theme, glyphs, focused);
        cursor = cursor.or(found.filter(|_| focused));
        y += 1;
        if focused || air {
            let lines = remark_lines(form, &remarks, slot, canvas, area.width.saturating_sub(4));
            let room =
                Rect { x: area.x + 3, y, width: area.width.saturating_sub(4), height: area.bottom().saturating_sub(y) };
            y += u16::try_from(lines.len()).unwrap_or(0);
            canvas.lines(room, lines);
        }
        y += u16::from(air);
    }
    cursor
}

fn label_of(form: &Form, slot: Slot) -> String {
    match slot {
        Slot::Prefix => "Prefix".to_owned(),
        Slot::Member(member) => form.preset.field(member).label.clone(),
    }
}

fn remark_lines(
    form: &Form,
    remarks: &[crate::app::form::Remark],
    slot: Slot,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for remark in remarks.iter().filter(|remark| remark.slot == slot) {
        let level = match remark.severity {
            Severity::Block => Level::Bad,
            Severity::Warn => Level::Warn,
            Severity::Info => Level::Info,
            Severity::Good => Level::Good,
        };
        lines.extend(canvas.marked(level, &remark.text, columns));
        if let Some(mend) = remark.mend.as_ref().filter(|_| slot == form.focus) {
            let key = if remark.severity == Severity::Block {
                Keymap::shipped().key(Action::Activate, true)
            } else {
                Keymap::shipped().key(Action::Mend, true)
            };
            lines.push(canvas.line(Role::Info, format!("  {}: {}", key.unwrap_or_default(), mend.label)));
        }
    }
    lines
}

/// The rungs as they are climbed, and the verdict in words. Returns where the cursor belongs.
pub fn draw_ladder(
    ladder: &Ladder,
    trial: &Trial,
    spin: usize,
    canvas: &mut Canvas<'_, '_, '_>,
    area: Rect,
) -> Position {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2).min(110), ..area };
    let with = match ladder.with {
        With::Both => "pullkey and the real docker login beside it",
        With::Native => "pullkey alone",
        With::Docker => "the real docker login alone",
    };
    let mut lines = canvas.labelled("with", Role::Text, with, area.width);
    let trial = match &ladder.run {
        Run::Climbing { trial, .. } | Run::Done { trial, .. } => trial,
        Run::Idle | Run::Stopped => trial,
    };
    lines.extend(canvas.labelled("server", Role::Text, &clean(&trial.server), area.width));
    lines.push(Line::default());
    for step in ladder.steps() {
        lines.extend(step_lines(step, canvas, area.width));
    }
    match &ladder.run {
        Run::Idle => {
            let text = "Nothing is tested yet. The test logs in once with these values and saves nothing: a refused \
                        password is never tried twice by itself.";
            lines.extend(canvas.wrapped(Role::Text, text, area.width));
        }
        Run::Climbing { .. } => {
            let text = format!("{} waiting for the registry", canvas.look.glyphs.spinner(spin));
            lines.push(canvas.line(Role::Info, text));
        }
        Run::Stopped => {
            lines.extend(canvas.wrapped(Role::Warn, "Stopped: nothing is known about these values.", area.width));
        }
        Run::Done { report, .. } => {
            lines.push(Line::default());
            lines.extend(verdict_lines(report.verdict, canvas, area.width));
        }
    }
    canvas.scrolled_back("ladder", area, lines, ladder.scroll.at());
    Position::new(area.x, area.y)
}

fn step_lines(step: &Step, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let level = match step.outcome {
        Outcome::Pass => Level::Good,
        Outcome::Fail => Level::Bad,
        Outcome::Inconclusive => Level::Unsure,
        Outcome::Skipped => Level::Info,
    };
    let tail = match step.outcome {
        Outcome::Pass => String::new(),
        Outcome::Fail | Outcome::Inconclusive | Outcome::Skipped => {
            format!("  ({}, {})", step.outcome.as_str(), step.code.as_str())
        }
    };
    let mark = level.mark(&canvas.look.glyphs);
    let lead = width(mark) + 13;
    let texts = wrap(&format!("{}{tail}", step.detail), usize::from(columns).saturating_sub(lead));
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (index, text) in texts.into_iter().enumerate() {
        let head = if index == 0 { format!("{mark} ") } else { " ".repeat(width(mark) + 1) };
        let rung = if index == 0 { rung_word(step.rung) } else { "" };
        lines.push(Line::from(vec![
            canvas.span(level.role(), head),
            canvas.span(Role::Label, format!("{rung:<12}")),
            canvas.span(Role::Text, text),
        ]));
    }
    if !step.remedy.is_empty() {
        let arrow = canvas.look.glyphs.lines.arrow;
        for (index, text) in wrap(&step.remedy, usize::from(columns).saturating_sub(lead + 2)).into_iter().enumerate() {
            let head = if index == 0 { format!("{:lead$}{arrow} ", "") } else { " ".repeat(lead + 2) };
            lines.push(canvas.line(Role::Info, format!("{head}{text}")));
        }
    }
    lines
}

const fn rung_word(rung: Rung) -> &'static str {
    match rung {
        Rung::Server => "server",
        Rung::Lookup => "look-up",
        Rung::Name => "name",
        Rung::Connection => "connection",
        Rung::Tls => "TLS",
        Rung::Registry => "registry",
        Rung::Challenge => "challenge",
        Rung::Realm => "realm",
        Rung::Exchange => "exchange",
        Rung::Login => "login",
        Rung::Pull => "pull",
        Rung::Expiry => "end",
        Rung::Codespace => "codespace",
        Rung::Docker => "docker",
        Rung::Skopeo => "skopeo",
        Rung::Podman => "podman",
        Rung::DockerPull => "docker pull",
    }
}

/// The verdict, as a sentence that cannot be misread.
pub fn verdict_lines(verdict: Verdict, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let (level, text) = match verdict {
        Verdict::Pass => (Level::Good, "pass: the registry asked for this password and accepted it"),
        Verdict::Fail => (Level::Bad, "fail: the registry refused these values, or this server cannot work"),
        Verdict::Inconclusive => {
            (Level::Unsure, "inconclusive: this could not be told; it is neither a pass nor a refusal")
        }
    };
    canvas.marked(level, text, columns)
}
