//! Draws the checks as they run, and the verdict. Shared with the wizard.
//!
//! With little room, checks that simply passed are folded into one line that says how many; nothing else is ever
//! folded.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::app::action::Action;
use crate::app::draw::Canvas;
use crate::app::keymap::Keymap;
use crate::app::ladder::{Copied, Ladder, Run};
use crate::domain::untrusted::clean;
use crate::domain::verdict::{Check, Code, Holds, Outcome, Trial, With};
use crate::domain::{Step, TestReport, Verdict};
use crate::ui::Role;
use crate::ui::widgets::{Level, width, wrap};

/// The maximum width: longer lines are hard to read.
const WIDEST: u16 = 130;

/// Below this width the label column is as narrow as possible.
const NARROW: u16 = 70;

/// How much is folded, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fold {
    Nothing,
    /// The checks between the host name and the place the password is sent to.
    Way,
    /// The server's text as well, and the head is a single line.
    All,
}

/// Draws the checks as they run and the verdict in words. Returns the cursor's position.
pub fn draw_ladder(
    ladder: &Ladder,
    typed: &Trial,
    spin: usize,
    canvas: &mut Canvas<'_, '_, '_>,
    area: Rect,
) -> Position {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2).min(WIDEST), ..area };
    let folds = [Fold::Nothing, Fold::Way, Fold::All];
    let drawn = |fold| ladder_lines(ladder, typed, spin, fold, canvas, area.width);
    let fitting = folds.into_iter().map(drawn).find(|lines| lines.len() <= usize::from(area.height));
    let lines = fitting.unwrap_or_else(|| drawn(Fold::All));
    canvas.scrolled_back("ladder", area, lines, ladder.scroll.at());
    Position::new(area.x, area.y)
}

fn ladder_lines(
    ladder: &Ladder,
    typed: &Trial,
    spin: usize,
    fold: Fold,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let trial = match &ladder.run {
        Run::Climbing { trial, .. } | Run::Done { trial, .. } => trial,
        Run::Idle | Run::Stopped => typed,
    };
    let mut lines = head_lines(ladder, trial, fold, canvas, columns);
    lines.extend(steps_lines(ladder, fold, canvas, columns));
    match &ladder.run {
        Run::Idle => lines.extend(idle_lines(trial, canvas, columns)),
        Run::Climbing { .. } => {
            let text = format!("{} waiting for the registry", canvas.look.glyphs.spinner(spin));
            lines.push(canvas.line(Role::Info, text));
        }
        Run::Stopped => {
            lines.extend(canvas.wrapped(Role::Warn, "Stopped: nothing is known about these values.", columns));
        }
        Run::Done { report, trial } => {
            if fold < Fold::All {
                lines.push(Line::default());
            }
            let key = Keymap::shipped().key(Action::Image, false).unwrap_or_default();
            let how = match ladder.with {
                With::Docker if trial.holds == Holds::Images => "docker alone pulls none",
                With::Both | With::Native | With::Docker if trial.images.is_empty() => &format!("{key} adds one"),
                With::Both | With::Native | With::Docker => "test again",
            };
            lines.extend(verdict_lines(report, trial, Some(how), canvas, columns));
            if let Some(member) = ladder.refused() {
                let text = format!("Type or paste another {}: it replaces this one.", member.word());
                lines.extend(canvas.wrapped(Role::Info, &text, columns));
            }
        }
    }
    lines
}

fn head_lines(
    ladder: &Ladder,
    trial: &Trial,
    fold: Fold,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let labelled = |label: &str, text: &str| {
        let lead = 2 + Label::columns(columns);
        let texts = wrap(text, usize::from(columns).saturating_sub(lead)).into_iter().enumerate();
        let head = |index| if index == 0 { format!("{label:<lead$}") } else { " ".repeat(lead) };
        texts
            .map(|(index, text)| Line::from(vec![canvas.span(Role::Label, head(index)), canvas.span(Role::Text, text)]))
            .collect::<Vec<_>>()
    };
    let (word, one, many) = match trial.holds {
        Holds::Images => ("server", "image", "images"),
        Holds::Packages => ("registry", "package", "packages"),
    };
    let server = labelled(word, &clean(&trial.server));
    if fold == Fold::All {
        return server;
    }
    let with = match ladder.with {
        With::Both | With::Docker if trial.holds == Holds::Packages => "pullkey alone",
        With::Both => "pullkey and the real docker login",
        With::Native => "pullkey alone",
        With::Docker => "the real docker login alone",
    };
    let mut lines = labelled("with", with);
    lines.extend(server);
    if !trial.images.is_empty() {
        let label = if trial.images.len() == 1 { one } else { many };
        lines.extend(labelled(label, &clean(&trial.images.join(", "))));
    }
    lines.push(Line::default());
    lines
}

fn idle_lines(trial: &Trial, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let (text, none) = match trial.holds {
        Holds::Images => (
            "Not tested yet. The test logs in once with these values and saves nothing; a refused password is never \
             retried automatically.",
            "No image given, so no pull is tested",
        ),
        Holds::Packages => (
            "Not tested yet. The test asks the registry once whose token this is and saves nothing; a refused token \
             is never retried automatically.",
            "No package given, so installing one is not tested",
        ),
    };
    let mut lines = canvas.wrapped(Role::Text, text, columns);
    if trial.images.is_empty() {
        let key = Keymap::shipped().key(Action::Image, false).unwrap_or_default();
        let text = format!("{none}: {key} adds one.");
        lines.extend(canvas.wrapped(Role::Dim, &text, columns));
    }
    lines
}

fn steps_lines(ladder: &Ladder, fold: Fold, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut rest = ladder.steps();
    // After a refusal letters are text.
    let key = Keymap::shipped().key(Action::Copy, ladder.refused().is_some()).unwrap_or_default();
    while let Some(step) = rest.first() {
        let folded = rest.iter().take_while(|step| is_folded(step, fold)).count();
        if folded > 1 {
            lines.extend(folded_lines(&rest[..folded], canvas, columns));
            rest = &rest[folded..];
            continue;
        }
        let is_decisive = ladder.decisive().is_some_and(|decisive| std::ptr::eq(decisive, step));
        let copied = is_decisive.then(|| ladder.to_copy()).flatten();
        lines.extend(step_lines(step, copied.map(|copied| (copied, key.as_str())), canvas, columns));
        rest = &rest[1..];
    }
    lines
}

/// Whether a check may be folded: only if it passed and has nothing else to show.
fn is_folded(step: &Step, fold: Fold) -> bool {
    let is_plain =
        step.outcome == Outcome::Pass && step.code == Code::Ok && step.remedy.is_empty() && step.command.is_none();
    let gives_way = match step.check {
        Check::Name | Check::Connection | Check::Tls | Check::Registry | Check::Challenge | Check::Realm => {
            fold >= Fold::Way
        }
        Check::Server | Check::Lookup => fold >= Fold::All,
        Check::Exchange
        | Check::Login
        | Check::Pull
        | Check::Whoami
        | Check::Package
        | Check::Issuer
        | Check::Expiry
        | Check::Codespace
        | Check::Docker
        | Check::Skopeo
        | Check::Podman => false,
    };
    is_plain && gives_way
}

fn folded_lines(steps: &[Step], canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let names: Vec<&str> = steps.iter().map(|step| rung_word(step.check)).collect();
    let text = format!("{} passed: {}", steps.len(), names.join(", "));
    let label = Label { level: Level::Good, word: "checks" };
    label.lines(&wrap(&text, label.room(canvas, columns)), canvas, columns)
}

fn step_lines(
    step: &Step,
    copied: Option<(Copied<'_>, &str)>,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let level = match step.outcome {
        Outcome::Pass => Level::Good,
        Outcome::Fail => Level::Bad,
        Outcome::Inconclusive => Level::Unsure,
        Outcome::Skipped => Level::Info,
    };
    let tail = match step.outcome {
        Outcome::Pass => String::new(),
        Outcome::Skipped if columns < NARROW => String::new(), // the text says it, and there is no room for both
        Outcome::Skipped => format!("  ({})", step.code.as_str()),
        Outcome::Fail | Outcome::Inconclusive => format!("  ({}, {})", step.outcome.as_str(), step.code.as_str()),
    };
    let label = Label { level, word: rung_word(step.check) };
    let room = label.room(canvas, columns);
    let mut lines = label.lines(&wrap(&format!("{}{tail}", step.detail), room), canvas, columns);
    let lead = usize::from(columns).saturating_sub(room);
    if !step.remedy.is_empty() {
        let arrow = canvas.look.glyphs.lines.arrow;
        for (index, text) in wrap(&step.remedy, room.saturating_sub(2)).into_iter().enumerate() {
            let head = if index == 0 { format!("{:lead$}{arrow} ", "") } else { " ".repeat(lead + 2) };
            lines.push(canvas.line(Role::Info, format!("{head}{text}")));
        }
    }
    if let Some(command) = &step.command {
        for (index, text) in wrap(command, room.saturating_sub(2)).into_iter().enumerate() {
            let head = if index == 0 { format!("{:lead$}$ ", "") } else { " ".repeat(lead + 2) };
            lines.push(canvas.line(Role::Info, format!("{head}{text}")));
        }
        if let Some((Copied::Command(_), key)) = copied {
            lines.push(canvas.line(Role::Dim, format!("{:lead$}{key} copies the command", "")));
        }
    }
    lines
}

/// What is in front of a check's text.
#[derive(Clone, Copy)]
struct Label {
    level: Level,
    word: &'static str,
}

impl Label {
    /// Columns of the word and the space after it.
    const fn columns(columns: u16) -> usize {
        if columns < NARROW { 11 } else { 13 }
    }

    /// Columns left for the text.
    fn room(self, canvas: &Canvas<'_, '_, '_>, columns: u16) -> usize {
        let lead = width(self.level.mark(&canvas.look.glyphs)) + 1 + Self::columns(columns);
        usize::from(columns).saturating_sub(lead)
    }

    fn lines(self, texts: &[String], canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
        let mark = self.level.mark(&canvas.look.glyphs);
        let label = Self::columns(columns);
        let line = |(index, text): (usize, &String)| {
            let (head, word) = if index == 0 { (mark, self.word) } else { ("", "") };
            Line::from(vec![
                canvas.span(self.level.role(), format!("{head:<0$} ", width(mark))),
                canvas.span(Role::Label, format!("{word:<label$}")),
                canvas.span(Role::Text, text.clone()),
            ])
        };
        texts.iter().enumerate().map(line).collect()
    }
}

const fn rung_word(check: Check) -> &'static str {
    match check {
        Check::Server => "server",
        Check::Lookup => "look-up",
        Check::Name => "name",
        Check::Connection => "connection",
        Check::Tls => "TLS",
        Check::Registry => "registry",
        Check::Challenge => "challenge",
        Check::Realm => "realm",
        Check::Exchange => "exchange",
        Check::Login => "login",
        Check::Pull => "pull",
        Check::Whoami => "whoami",
        Check::Package => "package",
        Check::Issuer => "issuer",
        Check::Expiry => "expiry",
        Check::Codespace => "codespace",
        Check::Docker => "docker",
        Check::Skopeo => "skopeo",
        Check::Podman => "podman",
    }
}

/// The verdict as an unambiguous sentence, and what it leaves open; `how` says how to close that.
pub fn verdict_lines(
    report: &TestReport,
    trial: &Trial,
    how: Option<&str>,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let level = match report.verdict {
        Verdict::Pass if report.is_here_only() => Level::Warn,
        Verdict::Pass => Level::Good,
        Verdict::Fail => Level::Bad,
        Verdict::Inconclusive => Level::Unsure,
    };
    let text = format!("{}: {}", report.heading(), report.sentence(&trial.images));
    let mut lines = canvas.marked(level, &text, columns);
    if let Some(open) = report.left_open() {
        let how = how.map(|how| format!("; {how}")).unwrap_or_default();
        lines.extend(canvas.marked(Level::Info, &format!("{open}{how}"), columns));
    }
    lines
}
