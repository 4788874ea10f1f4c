//! Draws the fields with their findings. Shared with the wizard.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::checks::draw_ladder;
use super::{Focus, State, steps};
use crate::app::App;
use crate::app::action::Action;
use crate::app::draw::Canvas;
use crate::app::form::{Form, Remark, Slot};
use crate::app::keymap::Keymap;
use crate::domain::lint::{self, Severity};
use crate::domain::preset::Obtain;
use crate::domain::{Holds, Member, Server, Shape};
use crate::ui::memory::Hit;
use crate::ui::widgets::{Level, width};
use crate::ui::{Role, text_field};

pub fn draw(state: &State, app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    if state.focus == Focus::Ladder {
        return Some(draw_ladder(&state.ladder, &state.form.trial(), app.spin, canvas, area));
    }
    let (list, detail) = canvas.beside(area);
    let typed = state.form.trial();
    let sign = state.keeping.sign(&state.target, &typed, &app.world).filter(|_| detail.is_none());
    let list = match sign {
        None => list,
        Some((level, text)) => {
            let above = Rect { height: list.height.saturating_sub(1), ..list };
            let row = Rect { x: list.x + 1, y: above.bottom(), width: list.width.saturating_sub(1), height: 1 };
            let lines = canvas.marked(level, text, row.width);
            canvas.lines(row, lines);
            above
        }
    };
    let cursor = draw_form(&state.form, canvas, list);
    if let Some(detail) = detail {
        let text = match &state.target {
            Some((scope, prefix)) => format!(
                "GitHub never returns values, so {prefix} of {scope} cannot be tested as it is. Type its values; \
                 if they pass, w writes exactly those."
            ),
            None => "Type values to test them. A test saves nothing; if they pass, w writes exactly these values."
                .to_owned(),
        };
        let mut lines = canvas.wrapped(Role::Text, &text, detail.width);
        if let Some(text) = state.keeping.words(&state.target, &typed, &app.world) {
            lines.push(Line::default());
            lines.extend(canvas.wrapped(Role::Info, &text, detail.width));
        }
        lines.push(Line::default());
        lines.extend(field_help(&state.form, app, canvas, detail.width));
        canvas.aside(detail, lines, state.aside.at());
    }
    cursor
}

/// The help for the focused field.
pub fn field_help(form: &Form, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let preset = form.preset;
    let mut lines = canvas.wrapped(Role::Title, preset.label(), columns);
    match form.focus {
        Slot::Prefix => {
            if preset.shape() == Shape::Single {
                lines.extend(canvas.wrapped(Role::Text, NAME_HELP, columns));
                return greeted(lines, app, canvas, columns);
            }
            let text = "The prefix names the three secrets. Any prefix works as long as all three share it; \
                        it tells people which registry they are for.";
            lines.extend(canvas.wrapped(Role::Text, text, columns));
            if let Some(prefix) = form.prefix() {
                lines.push(Line::default());
                let names = Member::all().map(|m| prefix.secret_name(m));
                lines.extend(names.map(|name| canvas.line(Role::Dim, name)));
            }
        }
        Slot::Member(member) => {
            if let Some(field) = preset.field(member) {
                lines.extend(canvas.wrapped(Role::Text, &field.help, columns));
                lines.push(Line::default());
                lines.extend(canvas.labelled("such as", Role::Dim, &shortened(&field.example), columns));
            }
            let steps = steps(form);
            if !steps.is_empty() {
                lines.push(Line::default());
                lines.extend(obtain_lines(&steps, canvas, columns));
            }
            if let Some(life) = preset.life().filter(|_| member == crate::domain::Member::Password) {
                lines.push(Line::default());
                lines.extend(canvas.labelled("lifetime", Role::Dim, life, columns));
            }
            let password = form.values().password;
            let end = lint::check_end(&password, app.now).filter(|_| member == crate::domain::Member::Password);
            if let Some(end) = end {
                let level = if end.severity == Severity::Info { Level::Info } else { Level::Warn };
                lines.extend(canvas.marked(level, &format!("the password {}", end.text), columns));
            }
        }
        Slot::Image => {
            let (help, example) = match preset.holds() {
                Holds::Images => (IMAGE_HELP, example_image(form)),
                Holds::Packages => (PACKAGE_HELP, "@acme/tools".to_owned()),
            };
            lines.extend(canvas.wrapped(Role::Text, help, columns));
            lines.push(Line::default());
            lines.extend(canvas.labelled("such as", Role::Dim, &example, columns));
        }
    }
    greeted(lines, app, canvas, columns)
}

/// Adds the demo's hint.
fn greeted(mut lines: Vec<Line<'static>>, app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    if let Some(hint) = &app.world.greeting {
        lines.push(Line::default());
        lines.extend(canvas.wrapped(Role::Demo, hint, columns));
    }
    lines
}

/// The beginning of an example that is too long to show.
fn shortened(example: &str) -> String {
    if example.chars().count() <= 60 {
        return example.to_owned();
    }
    example.chars().take(40).chain(['…']).collect()
}

/// The steps to get a value; a command to copy looks different from a sentence.
pub fn obtain_lines(steps: &[Obtain], canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for step in steps {
        lines.extend(canvas.wrapped(Role::Text, &step.text, columns));
        lines.extend(step.page.iter().flat_map(|page| canvas.wrapped(Role::Info, page, columns)));
        let command = step.command.as_ref().map(|command| format!("$ {command}"));
        lines.extend(command.iter().flat_map(|command| canvas.wrapped(Role::Info, command, columns)));
        let outcome = match (&step.gives, &step.life) {
            (Some(gives), Some(life)) => Some(format!("gives {gives}; lasts {life}")),
            (Some(gives), None) => Some(format!("gives {gives}")),
            (None, Some(life)) => Some(format!("lasts {life}")),
            (None, None) => None,
        };
        lines.extend(outcome.iter().flat_map(|outcome| canvas.wrapped(Role::Dim, outcome, columns)));
    }
    lines
}

const IMAGE_HELP: &str = "An image that codespaces should pull, as in a Dockerfile; separate several with spaces. Its \
     manifest and a little of its content are fetched, nothing is saved; Docker Hub counts one pull. Without an image \
     only the login is tested, which does not prove that it can pull.";

const PACKAGE_HELP: &str = "A private package that codespaces should install; separate several with spaces. The test \
     asks the registry whether this token may install it; nothing is downloaded or saved. Without a package it only \
     asks whose token it is, and some registries do not say.";

const NAME_HELP: &str = "The name of the one secret that holds the token. The line in .npmrc refers to this name; a \
     second registry needs its own.";

/// An example image on the typed server, or on the preset's.
fn example_image(form: &Form) -> String {
    let host = |text: &str| {
        let server = Server::parse(text).ok()?;
        Some(if server.is_hub() { "docker.io".to_owned() } else { server.host().to_owned() })
    };
    let host =
        host(form.server().trim()).or_else(|| form.preset.field(Member::Server).and_then(|field| host(&field.example)));
    format!("{}/team/app:1", host.unwrap_or_else(|| "registry.example.com".to_owned()))
}

/// How much fits around the fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// An empty line after each field, and all findings.
    Air,
    Dense,
    /// Only the focused field keeps its findings.
    Tight,
}

/// One field with the lines below it.
struct Block {
    slot: Slot,
    index: usize,
    remarks: Vec<Line<'static>>,
}

/// The fields, each with its findings below, as far as they fit; the focused one is always complete.
pub fn draw_form(form: &Form, canvas: &mut Canvas<'_, '_, '_>, area: Rect) -> Option<Position> {
    let slots = form.slots();
    let label_width = slots.iter().map(|slot| width(&label_of(form, *slot))).max().unwrap_or(0) + 3;
    let label_width = u16::try_from(label_width).unwrap_or(0).min(area.width / 2);
    let (room, blocks) = blocks(form, canvas, area);
    let air = u16::from(room == Room::Air);
    let mut y = area.y;
    let mut cursor = None;
    for Block { slot, index, remarks } in blocks {
        let Some(field) = form.field(slot) else { continue };
        if y >= area.bottom() {
            break;
        }
        let focused = slot == form.focus;
        let role = if focused { Role::Title } else { Role::Label };
        let line = canvas.line(role, format!(" {}", label_of(form, slot)));
        let place = Rect { y, height: 1, ..area };
        canvas.lines(place, vec![line]);
        let at = Rect { x: area.x + label_width, width: area.width.saturating_sub(label_width + 1), ..place };
        canvas.memory.hit_area(place, Hit::Row { list: "form", index });
        let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
        let found = text_field::draw(canvas.frame.buffer_mut(), at, field, theme, glyphs, focused);
        cursor = cursor.or(found.filter(|_| focused));
        if slot == Slot::Image && field.is_empty() && !focused {
            let (style, room) = (canvas.style(Role::Dim), usize::from(at.width));
            canvas.frame.buffer_mut().set_stringn(at.x, at.y, "optional", room, style);
        }
        y += 1;
        let height = area.bottom().saturating_sub(y);
        let under = Rect { x: area.x + 3, y, width: area.width.saturating_sub(4), height };
        y += u16::try_from(remarks.len()).unwrap_or(0) + air;
        canvas.lines(under, remarks);
    }
    cursor
}

/// The fields with as much around them as fits; if even that is too much, scrolled to where the focused one is
/// complete.
fn blocks(form: &Form, canvas: &Canvas<'_, '_, '_>, area: Rect) -> (Room, Vec<Block>) {
    let found = form.remarks();
    let height = usize::from(area.height);
    let of = |room: Room| -> Vec<Block> {
        let slots = form.slots().into_iter().enumerate();
        let block = |(index, slot)| {
            let is_told = room != Room::Tight || slot == form.focus;
            let told = is_told.then(|| remark_lines(form, &found, slot, canvas, area.width.saturating_sub(4)));
            Block { slot, index, remarks: told.unwrap_or_default() }
        };
        slots.map(block).collect()
    };
    let rows = |blocks: &[Block], air: usize| blocks.iter().map(|block| 1 + block.remarks.len() + air).sum::<usize>();
    for (room, air) in [(Room::Air, 1), (Room::Dense, 0)] {
        let blocks = of(room);
        if rows(&blocks, air) <= height + air {
            return (room, blocks);
        }
    }
    let mut blocks = of(Room::Tight);
    while let Some(first) = blocks.first()
        && first.slot != form.focus
        && rows(&blocks[..=blocks.iter().position(|block| block.slot == form.focus).unwrap_or(0)], 0) > height
    {
        blocks.remove(0);
    }
    (Room::Tight, blocks)
}

fn label_of(form: &Form, slot: Slot) -> String {
    match slot {
        Slot::Prefix => match form.preset.shape() {
            Shape::Credential => "Prefix".to_owned(),
            Shape::Single => "Secret".to_owned(),
        },
        Slot::Member(member) => form.preset.field(member).map(|field| field.label.clone()).unwrap_or_default(),
        Slot::Image => match form.preset.holds() {
            Holds::Images => "Image".to_owned(),
            Holds::Packages => "Package".to_owned(),
        },
    }
}

fn remark_lines(
    form: &Form,
    remarks: &[Remark],
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
