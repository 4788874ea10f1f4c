//! Draws the wizard: the line of steps, and the current step.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::place::Place;
use super::plan::{Grant, Plan};
use super::search::Search;
use super::state::{Stage, State, Step};
use super::{review, rotation};
use crate::app::App;
use crate::app::draw::Canvas;
use crate::app::remote::Remote;
use crate::app::screens::access::view::{draw_picker, visibility_line};
use crate::app::screens::access::{org_of, reach};
use crate::app::screens::login_test::draw_ladder;
use crate::app::screens::login_test::view::{draw_form, field_help, obtain_lines};
use crate::app::{seamless, words};
use crate::domain::preset::any_presets;
use crate::domain::{Member, Scope, Shape, Visibility};
use crate::ui::memory::Hit;
use crate::ui::widgets::Level;
use crate::ui::{Role, text_field};

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let steps = steps_line(state.step(), state.rotated().is_some(), canvas, area.width);
    canvas.lines(area, vec![steps]);
    let gap = 1 + u16::from(area.height >= 12);
    let area = Rect { y: area.y + gap, height: area.height.saturating_sub(gap), ..area };
    match state.stage() {
        Stage::Registry => Some(registry(state, canvas, area)),
        Stage::Where { .. } => Some(place_step(state, app, canvas, area)),
        Stage::Values(plan) => {
            let list = beside(canvas, area, Some(state.aside.at()), |canvas, columns| {
                let mut lines = seamless_lines(plan, app, canvas, columns);
                lines.extend(field_help(&plan.form, app, canvas, columns));
                lines
            });
            let list = if plan.rotates.is_some() { rotation_head(plan, app, canvas, list) } else { list };
            draw_form(&plan.form, canvas, list)
        }
        Stage::Access(plan) => access(plan, app, canvas, area),
        Stage::Test(plan) => {
            let missing = plan.not_testable().map(|why| canvas.marked(Level::Warn, &why, area.width.saturating_sub(2)));
            let mut lines = missing.unwrap_or_default();
            if let Some(subject) = plan.seamless(&app.world) {
                lines.extend(seamless::summary(&subject, &app.world, canvas, area.width.saturating_sub(2)));
            }
            let taken = u16::try_from(lines.len()).unwrap_or(0);
            canvas.lines(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, lines);
            let area = Rect { y: area.y + taken, height: area.height.saturating_sub(taken), ..area };
            Some(draw_ladder(&plan.ladder, &plan.form.trial(), app.spin, canvas, area))
        }
        Stage::Review(review) => Some(review::draw(review, app, canvas, area)),
    }
}

/// Above the help: if no secret is needed, nothing has to be filled in.
fn seamless_lines(plan: &Plan, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let subject = plan.seamless(&app.world);
    let mut lines = subject.map(|it| seamless::lines(&it, &app.world, canvas, columns)).unwrap_or_default();
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// Says above the fields what they are for; returns the rest of the area.
fn rotation_head(plan: &Plan, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Rect {
    let text = rotation::head(plan, &app.world);
    let mut lines = canvas.wrapped(Role::Dim, &text, area.width.saturating_sub(2));
    lines.truncate(if area.height >= 10 { 3 } else { 1 });
    let taken = u16::try_from(lines.len()).unwrap_or(0) + u16::from(area.height >= 14);
    canvas.lines(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, lines);
    Rect { y: area.y + taken, height: area.height.saturating_sub(taken), ..area }
}

/// Draws the detail if there is room, from line `at` on if page keys scroll it, with a line in front of it; returns the
/// list's area.
fn beside(
    canvas: &mut Canvas<'_, '_, '_>,
    area: Rect,
    at: Option<usize>,
    detail: impl FnOnce(&Canvas<'_, '_, '_>, u16) -> Vec<Line<'static>>,
) -> Rect {
    let (list, place) = canvas.beside(area);
    if let Some(place) = place {
        let lines = detail(canvas, place.width);
        if let Some(at) = at {
            canvas.aside(place, lines, at);
        } else {
            let lines = canvas.shortened(lines, usize::from(place.height));
            canvas.lines(place, lines);
        }
    }
    list
}

fn steps_line(current: Step, rotates: bool, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Line<'static> {
    let checks = canvas.look.glyphs.checks;
    if columns < 70 {
        let at = Step::all(rotates).position(|step| step == current).unwrap_or(0) + 1;
        let text = format!(" {} {} ({at} of {})", checks.current, current.word(), Step::all(rotates).count());
        return canvas.line(Role::Title, text);
    }
    let mut spans = Vec::new();
    for step in Step::all(rotates) {
        let (mark, role) = match step.cmp(&current) {
            std::cmp::Ordering::Less => (checks.good, Role::Good),
            std::cmp::Ordering::Equal => (checks.current, Role::Title),
            std::cmp::Ordering::Greater => (checks.waiting, Role::Dim),
        };
        spans.push(canvas.span(role, format!(" {mark} {}  ", step.word())));
    }
    Line::from(spans)
}

fn registry(state: &State, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let at = state.preset_cursor();
    let presets = any_presets();
    let list = beside(canvas, area, Some(state.aside.at()), |canvas, columns| {
        let Some(preset) = presets.get(at) else { return Vec::new() };
        let mut lines = canvas.wrapped(Role::Title, preset.label(), columns);
        lines.extend(canvas.wrapped(Role::Text, preset.summary(), columns));
        lines.push(Line::default());
        let (server, name, password) = match preset.shape() {
            Shape::Credential => ("server", "prefix", "password"),
            Shape::Single => ("registry", "secret", "token"),
        };
        if let Some(field) = preset.field(Member::Server) {
            lines.extend(canvas.labelled(server, Role::Dim, &field.example, columns));
        }
        lines.extend(canvas.labelled(name, Role::Dim, preset.suggest_name("", &[]).as_str(), columns));
        lines.push(Line::default());
        let title = format!("How to get a {password} with minimal rights");
        lines.extend(canvas.wrapped(Role::Label, &title, columns));
        lines.extend(obtain_lines(&preset.steps(""), canvas, columns));
        lines
    });
    let typing = search_line(state.search(), canvas, Rect { height: list.height.min(1), ..list });
    let list = Rect { y: list.y + 1, height: list.height.saturating_sub(1), ..list };
    let visible = canvas.memory.visible("presets", presets.len(), at, usize::from(list.height));
    let mut cursor = Position::new(list.x, list.y);
    for (place, index) in list.rows().zip(visible) {
        canvas.memory.hit_area(place, Hit::Row { list: "presets", index });
        let line = choice(index == at, presets[index].label(), "", canvas);
        if index == at {
            cursor = Position::new(place.x, place.y);
        }
        canvas.row(place, line, index == at);
    }
    typing.unwrap_or(cursor)
}

/// The question, or the search field.
fn search_line(search: &Search, canvas: &mut Canvas<'_, '_, '_>, place: Rect) -> Option<Position> {
    if !search.typing {
        let title = canvas.line(Role::Dim, " Which registry do codespaces pull from?");
        canvas.lines(place, vec![title]);
        return None;
    }
    let label = canvas.line(Role::Label, " server or image");
    let wide = u16::try_from(label.width()).unwrap_or(0) + 1;
    canvas.lines(place, vec![label]);
    let field = Rect { x: place.x + wide, width: place.width.saturating_sub(wide + 1), ..place };
    let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
    text_field::draw(canvas.frame.buffer_mut(), field, &search.field, theme, glyphs, true)
}

fn choice(is_selected: bool, name: &str, note: &str, canvas: &Canvas<'_, '_, '_>) -> Line<'static> {
    let lead = if is_selected { canvas.look.glyphs.lines.bar } else { " " };
    let role = if is_selected { Role::SelectedName } else { Role::Text };
    Line::from(vec![
        canvas.span(Role::Mark, format!("{lead} ")),
        canvas.span(role, name.to_owned()),
        canvas.span(Role::Dim, format!("  {note}")),
    ])
}

fn place_step(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Position {
    let places = State::places(&app.world);
    let at = state.place_index(&places);
    let list = beside(canvas, area, Some(state.aside.at()), |canvas, columns| match places.get(at) {
        Some(place) => place_lines(place, (app, state.chosen().shape()), canvas, columns, area.height >= 14),
        None => Vec::new(),
    });
    let title = match state.chosen().shape() {
        Shape::Credential => " Where should the three secrets live?",
        Shape::Single => " Where should the one secret live?",
    };
    let title = canvas.line(Role::Dim, title);
    canvas.lines(list, vec![title]);
    let narrow = list.width == area.width;
    let rows = Rect { y: list.y + 1, height: list.height.saturating_sub(1), ..list };
    let all = u16::try_from(places.len()).unwrap_or(u16::MAX);
    let keep = if narrow { all.min(4).min(rows.height / 2) } else { rows.height };
    let visible = canvas.memory.visible("places", places.len(), at, usize::from(keep));
    let mut cursor = Position::new(rows.x, rows.y);
    for (line, index) in rows.rows().take(usize::from(keep)).zip(visible) {
        canvas.memory.hit_area(line, Hit::Row { list: "places", index });
        let place = &places[index];
        let note = match (&place.missing, &place.recommended) {
            (Some(_), _) => "not writable",
            (None, Some(_)) => "recommended",
            (None, None) => "",
        };
        let text = choice(index == at, &words::heading(&place.scope, &app.world), note, canvas);
        if index == at {
            cursor = Position::new(line.x, line.y);
        }
        canvas.row(line, text, index == at);
    }
    if narrow && let Some(place) = places.get(at) {
        let under =
            Rect { x: rows.x + 1, y: rows.y + keep, width: rows.width.saturating_sub(2), height: rows.height - keep };
        let lines = place_lines(place, (app, state.chosen().shape()), canvas, under.width, false);
        canvas.lines(under, lines);
    }
    cursor
}

fn place_lines(
    place: &Place,
    (app, shape): (&App, Shape),
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
    air: bool,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(missing) = &place.missing {
        lines.extend(canvas.marked(Level::Bad, missing, columns));
    }
    if !matches!(app.world.scope(&place.scope), Some(Remote::Ready(_) | Remote::Failed { .. })) {
        let text = "write access not known yet: waiting for GitHub";
        lines.extend(canvas.marked(Level::Unsure, text, columns));
    }
    if let Some(reason) = &place.recommended {
        lines.extend(canvas.marked(Level::Good, &format!("recommended: {reason}"), columns));
    }
    let printed = match shape {
        Shape::Credential => "Who can read the password",
        Shape::Single => "Who can read the token",
    };
    let facts = [
        (printed, &place.readers),
        ("Do prebuilds get it", &place.prebuilds),
        ("Do new repositories get it", &place.new_repositories),
    ];
    for (label, text) in facts {
        if air && !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(canvas.wrapped(Role::Label, label, columns));
        lines.extend(canvas.wrapped(Role::Text, text, columns));
    }
    if air {
        lines.push(Line::default());
    }
    if let Some(listing) = app.world.listing(&place.scope) {
        let takes = match shape {
            Shape::Credential => "a credential takes three",
            Shape::Single => "this takes one",
        };
        let text = format!("{} of 100 secrets are used here; {takes}", listing.count());
        lines.extend(canvas.wrapped(Role::Dim, &text, columns));
    }
    lines
}

fn access(plan: &Plan, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let list = beside(canvas, area, None, |canvas, columns| grant_lines(plan, app, canvas, columns));
    let title = match &plan.grant {
        Grant::Organization { visibility, .. } => visibility_line(*visibility, canvas, list.width),
        Grant::User(_) => canvas.line(Role::Dim, " Which repositories' codespaces get it?"),
        Grant::Repository => canvas.line(Role::Dim, " Nothing to choose here"),
    };
    canvas.lines(list, vec![title]);
    let rest = Rect { y: list.y + 1, height: list.height.saturating_sub(1), ..list };
    let listless = !matches!(plan.grant.visibility(), Some(Visibility::Selected));
    if let Some(picker) = plan.grant.picker().filter(|_| !listless) {
        let catalogue = app.world.catalogue(org_of(&plan.scope));
        return draw_picker(picker, catalogue, app.spin, canvas, rest);
    }
    let lines = canvas.wrapped(Role::Text, &who_gets_it(plan), rest.width.saturating_sub(2));
    canvas.lines(Rect { x: rest.x + 1, width: rest.width.saturating_sub(2), ..rest }, lines);
    Some(Position::new(rest.x, rest.y))
}

pub(super) fn who_gets_it(plan: &Plan) -> String {
    match (&plan.scope, plan.grant.visibility()) {
        (Scope::Repository(name), _) => format!("{name} gets it, and no other repository."),
        (_, Some(visibility)) => {
            format!("It reaches {}.", reach(visibility, plan.grant.picker().map_or(0, |p| p.chosen.len())))
        }
        (_, None) => String::new(),
    }
}

fn grant_lines(plan: &Plan, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = canvas.wrapped(Role::Title, &who_gets_it(plan), columns);
    lines.push(Line::default());
    lines.extend(canvas.wrapped(Role::Text, &readers(plan), columns));
    if let Some(picker) = plan.grant.picker().filter(|_| plan.grant.visibility() == Some(Visibility::Selected)) {
        lines.push(Line::default());
        lines.extend(picker.chosen.values().map(|r| canvas.line(Role::Good, format!("+ {}", r.full_name.shown()))));
        if picker.chosen.is_empty() {
            let text = match plan.shape() {
                Shape::Credential => "no repository chosen: nobody could use the three secrets",
                Shape::Single => "no repository chosen: nobody could use the secret",
            };
            lines.extend(canvas.marked(Level::Warn, text, columns));
        }
    }
    if plan.existing(&app.world).is_some() {
        let word = plan.shape().word();
        let text = format!("this {word} exists: its access stays as it is unless you change it here");
        lines.extend(canvas.marked(Level::Info, &text, columns));
    }
    lines
}

/// Who can read the password with the current choice.
pub(super) fn readers(plan: &Plan) -> String {
    let secret = plan.form.preset.word(Member::Password);
    let chosen = plan.grant.picker().map_or(0, |p| p.chosen.len());
    match (&plan.scope, plan.grant.visibility()) {
        (Scope::User, _) => format!("Only you can read the {secret}, in your own codespaces."),
        (Scope::Repository(name), _) => format!("Everyone with write access to {name} can read the {secret}."),
        (Scope::Organization(_), Some(visibility)) => {
            format!("Everyone with write access to {} can read the {secret}.", reach(visibility, chosen))
        }
        (Scope::Organization(_), None) => String::new(),
    }
}
