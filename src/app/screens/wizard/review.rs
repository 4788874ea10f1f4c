//! Draws *Review*: what will be written where and for whom, and afterwards the outcome.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::plan::Plan;
use super::reviewing::Review;
use super::view::{readers, who_gets_it};
use super::{ends, rotation};
use crate::app::App;
use crate::app::action::Action;
use crate::app::draw::Canvas;
use crate::app::keymap::Keymap;
use crate::app::screens::access::{before, reach};
use crate::app::screens::confirm::{REST, writing_lines};
use crate::app::screens::login_test::verdict_lines;
use crate::domain::change::DraftAccess;
use crate::domain::{Member, Scope, Shape, Visibility};
use crate::ui::Role;
use crate::ui::widgets::Level;

pub(super) fn draw(review: &Review, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2).min(110), ..area };
    let labels = labels(review);
    let (area, row) = match labels {
        Some(_) => (Rect { height: area.height.saturating_sub(1), ..area }, area),
        None => (area, area),
    };
    let row = Rect { y: row.bottom().saturating_sub(1), height: row.height.min(1), ..row };
    let lines = match &review.writing {
        Some(writing) => {
            let mut lines = writing_lines(writing, app, canvas, area.width);
            if writing.is_whole() {
                lines.extend(use_lines(&review.plan, canvas, area.width));
            }
            lines
        }
        None => review_lines(review, app, canvas, area.width),
    };
    let (text, cursor) = match &review.writing {
        Some(_) => (area, None),
        None => ends::draw(&review.plan, app.now, canvas, (area, lines.len())),
    };
    canvas.scrolled("review", text, lines, review.scroll.at());
    let focus = labels.map(|labels| canvas.buttons(row, &labels, review.buttons));
    cursor.or(focus).unwrap_or(Position::new(area.x, area.y))
}

/// The two buttons, while there is something to write; the first writes nothing.
fn labels(review: &Review) -> Option<[&'static str; 2]> {
    match &review.writing {
        None => Some(["Not yet", "Write"]),
        Some(writing) if writing.has_rest() => Some(["Not yet", REST]),
        Some(_) => None,
    }
}

fn review_lines(review: &Review, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let plan = &review.plan;
    let mut lines = match plan.rotates {
        Some(_) => rotation::review_lines(review, &app.world, canvas, columns),
        None => new_lines(review, app, canvas, columns),
    };
    lines.push(Line::default());
    let trial = plan.form.trial();
    if let Some(report) = plan.ladder.report(&trial) {
        lines.extend(verdict_lines(report, &trial, None, canvas, columns));
        let codespaces = report.of_codespaces();
        lines.extend(codespaces.into_iter().flat_map(|text| canvas.marked(Level::Info, text, columns)));
    } else {
        let text = match plan.shape() {
            Shape::Credential => "the login was not tested with these values",
            Shape::Single => "this token was not tested at this registry",
        };
        lines.extend(canvas.marked(Level::Warn, text, columns));
    }
    if app.world.listing(&plan.scope).is_none() {
        let text = "could not check whether it exists: an existing one would be overwritten";
        lines.extend(canvas.marked(Level::Warn, text, columns));
    }
    lines.extend(canvas.wrapped(Role::Info, "Nothing has been sent to GitHub yet.", columns));
    lines
}

fn new_lines(review: &Review, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Review { plan, draft, .. } = review;
    let mut lines = canvas.wrapped(Role::Title, &format!("Will be written to {}", plan.scope), columns);
    let existing = plan.existing(&app.world);
    if existing.is_some() {
        let what = match plan.shape() {
            Shape::Credential => "overwriting loses its values",
            Shape::Single => "overwriting loses its value",
        };
        let text = format!("{} exists here: {what}", draft.prefix);
        lines.extend(canvas.marked(Level::Warn, &text, columns));
    }
    for member in Member::all().filter(|member| draft.members.contains(member)) {
        let there = existing.as_ref().is_some_and(|c| c.members.get(member).is_some());
        let value = match member {
            Member::Server => plan.form.trial().server,
            Member::User => plan
                .form
                .field(crate::app::form::Slot::Member(member))
                .and_then(|f| f.text())
                .unwrap_or_default()
                .to_owned(),
            Member::Password => format!("hidden, {} bytes", draft.values.password.len()),
        };
        let verb = if there { ", overwrites the current one" } else { "" };
        let text = format!("{} = {}{verb}", draft.secret_name(member), crate::domain::untrusted::clean(&value));
        lines.extend(canvas.wrapped(if there { Role::Warn } else { Role::Text }, &text, columns));
    }
    lines.extend(use_lines(plan, canvas, columns));
    lines.push(Line::default());
    lines.extend(access_change(review, app, canvas, columns));
    lines.extend(canvas.wrapped(Role::Text, &who_gets_it(plan), columns));
    if let Some(picker) = plan.grant.picker().filter(|_| plan.grant.visibility() == Some(Visibility::Selected)) {
        let names: Vec<String> = picker.chosen.values().map(|r| r.full_name.shown()).collect();
        lines.extend(canvas.wrapped(Role::Dim, &names.join(", "), columns));
    }
    lines.extend(canvas.wrapped(Role::Text, &readers(plan), columns));
    if plan.scope == Scope::User {
        lines.extend(canvas.wrapped(Role::Text, "Prebuilds never get it.", columns));
    }
    lines
}

/// The line to add to a file that uses a single secret, and the key that copies it.
fn use_lines(plan: &Plan, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Some((file, line)) = plan.form.use_line() else { return Vec::new() };
    let key = Keymap::shipped().key(Action::Copy, false).unwrap_or_default();
    let mut lines = vec![Line::default()];
    lines.extend(canvas.wrapped(Role::Label, &format!("Add this line to {file}; {key} copies it:"), columns));
    lines.extend(canvas.wrapped(Role::Info, &line, columns));
    lines
}

/// What happens to the access of an overwritten credential: it stays, or what it was and who loses it.
fn access_change(review: &Review, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let Review { plan, draft, .. } = review;
    let Some(held) = plan.existing(&app.world).as_deref().map(before) else { return Vec::new() };
    let chosen = match &draft.access {
        DraftAccess::Repository => return Vec::new(),
        DraftAccess::Keep if held.differs => {
            let text = "each member keeps the access it has; they differ; together:";
            return canvas.marked(Level::Warn, text, columns);
        }
        DraftAccess::Keep => return canvas.marked(Level::Info, "its access stays as it is", columns),
        DraftAccess::Set { repositories, .. } => repositories,
    };
    let was = match held.visibility {
        Some(visibility) => reach(visibility, held.repositories.len()),
        None if held.differs => "different for each member".to_owned(),
        None => "unknown".to_owned(),
    };
    let mut lines = canvas.marked(Level::Warn, &format!("its access changes; now it is: {was}"), columns);
    if plan.grant.visibility() == Some(Visibility::Selected) {
        let lost = held.repositories.iter().filter(|r| !chosen.iter().any(|c| c.id == r.id));
        let names: Vec<String> = lost.map(|r| r.full_name.shown()).collect();
        if !names.is_empty() {
            lines.extend(canvas.marked(Level::Warn, &format!("taken away from {}", names.join(", ")), columns));
        }
    }
    lines
}
