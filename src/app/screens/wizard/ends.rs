//! The one optional question of *Review*: when the password expires. GitHub does not store that; if the value contains
//! it, there is no question.

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::plan::Plan;
use crate::app::action::{Action, AvailableAction};
use crate::app::context::{AvailableActions, Context};
use crate::app::draw::Canvas;
use crate::app::form::{field_key, say_refusal};
use crate::app::keymap::{KeyPress, Keymap};
use crate::domain::ending::{AS, Alarm, EndFault};
use crate::domain::{End, Sensitive, Shape};
use crate::ui::memory::Hit;
use crate::ui::widgets::Level;
use crate::ui::{Role, TextField, TrailingLineEnd, text_field};

const QUESTION: &str = "When does this password expire?";
const ASKED: &str = "When does this password expire? (optional)";

/// What was typed as the expiry. An empty field means that nothing is recorded.
#[derive(Clone, Debug)]
pub struct Ends {
    field: TextField,
    focused: bool,
}

impl Default for Ends {
    fn default() -> Self {
        Self { field: TextField::plain(""), focused: false }
    }
}

impl Ends {
    pub const fn is_focused(&self) -> bool {
        self.focused
    }

    pub const fn focus(&mut self) {
        self.focused = true;
    }

    pub const fn leave(&mut self) {
        self.focused = false;
    }

    /// The parsed text; `None` while nothing is typed.
    fn said(&self, now: DateTime<Utc>) -> Option<Result<End, EndFault>> {
        // Masked text is not a date.
        let text = if self.field.is_guarded() { "•••" } else { self.field.text().unwrap_or_default() };
        (!text.trim().is_empty()).then(|| End::parse(text, now.date_naive()))
    }

    pub fn end(&self, now: DateTime<Utc>) -> Option<End> {
        self.said(now)?.ok()
    }

    pub const fn field_mut(&mut self) -> &mut TextField {
        &mut self.field
    }

    pub fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let Some(key) = field_key(key).filter(|_| self.focused) else { return false };
        say_refusal(self.field.key(key), cx);
        true
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) {
        say_refusal(self.field.paste(text, TrailingLineEnd::DropOne), cx);
    }
}

/// The actions while the field has the focus: only leaving it, since every plain key is text. Text that is not
/// understood keeps the focus when you press Enter.
pub fn available_actions(ends: &Ends, now: DateTime<Utc>) -> AvailableActions {
    let fault = ends.said(now).and_then(Result::err);
    let offers = [
        AvailableAction::called(Action::Activate, "done").unless(fault.map(|fault| fault.to_string())),
        AvailableAction::called(Action::Back, "leave the question"),
        AvailableAction::called(Action::Next, "done"),
        AvailableAction::called(Action::Previous, "done"),
    ];
    AvailableActions { offers: offers.to_vec(), typing: true }
}

impl Plan {
    /// The expiry contained in the value.
    pub fn told_end(&self) -> Option<End> {
        End::told_by(&self.form.values().password)
    }

    /// The key that goes to the question.
    pub fn ends_offer(&self) -> AvailableAction {
        let single = (self.shape() == Shape::Single).then_some("expiry is tracked for credentials only");
        let told = single.or(self.told_end().map(|_| "the password contains its expiry"));
        AvailableAction::called(Action::Next, "expiry").unless(told)
    }

    /// Why nothing may be written: the typed expiry is not understood, and one is never guessed.
    pub fn unreadable_end(&self, now: DateTime<Utc>) -> Option<String> {
        if !self.asks_end() {
            return None;
        }
        let fault = self.ends.said(now)?.err()?;
        let key = Keymap::shipped().key(Action::Next, false).unwrap_or_default();
        Some(format!("expiry: {fault}; {key} goes there"))
    }
}

/// Draws the question below the review's text; returns the area left for that text, and the cursor.
pub fn draw(
    plan: &Plan,
    now: DateTime<Utc>,
    canvas: &mut Canvas<'_, '_, '_>,
    (area, lines): (Rect, usize),
) -> (Rect, Option<Position>) {
    let below = below(plan, now, canvas, area);
    let field = u16::from(plan.ends.focused);
    let needed = u16::try_from(below.len()).unwrap_or(0) + field;
    let text = u16::try_from(lines).unwrap_or(u16::MAX).min(area.height.saturating_sub(needed));
    // One empty row between the two, if it fits.
    let gap = u16::from(text + needed < area.height);
    let rest = Rect { y: area.y + text + gap, height: area.height.saturating_sub(text + gap), ..area };
    let (head, remarks) = below.split_at(usize::from(field).min(below.len()));
    canvas.lines(rest, head.to_vec());
    let mut cursor = None;
    if plan.ends.focused && rest.height > 1 {
        let place = Rect { y: rest.y + 1, height: 1, width: rest.width.min(32), ..rest };
        canvas.memory.hit_area(place, Hit::Field(0));
        let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
        cursor = text_field::draw(canvas.frame.buffer_mut(), place, &plan.ends.field, theme, glyphs, true);
    } else {
        canvas.memory.hit_area(Rect { height: needed.min(rest.height), ..rest }, Hit::Field(0));
    }
    let down = 2 * field;
    let under = Rect { y: rest.y + down, height: rest.height.saturating_sub(down), ..rest };
    canvas.lines(under, remarks.to_vec());
    (Rect { height: text, ..area }, cursor)
}

/// The question with the parsed answer; while it has the focus, its first line is above the field.
fn below(plan: &Plan, now: DateTime<Utc>, canvas: &Canvas<'_, '_, '_>, area: Rect) -> Vec<Line<'static>> {
    let columns = area.width;
    let is_low = area.height < 10;
    let level = |end: End| if end.standing(now).alarm() >= Alarm::Week { Level::Warn } else { Level::Good };
    if let Some(end) = plan.told_end() {
        let text = format!("expiry from the password: {}", end.words(now));
        return canvas.marked(level(end), &text, columns);
    }
    if !plan.asks_end() {
        return Vec::new();
    }
    let life = plan.form.preset.life().map(|life| format!("usual here: {life}"));
    let life = |canvas: &Canvas<'_, '_, '_>| {
        life.as_ref().map(|text| canvas.wrapped(Role::Dim, text, columns)).unwrap_or_default()
    };
    let answer = match plan.ends.said(now) {
        Some(Ok(end)) => canvas.marked(level(end), &format!("the password: {}", end.words(now)), columns),
        Some(Err(fault)) => canvas.marked(Level::Bad, &fault.to_string(), columns),
        None if plan.ends.focused => canvas.wrapped(Role::Dim, &format!("such as {AS}"), columns),
        None => {
            let key = Keymap::shipped().key(Action::Next, false).unwrap_or_default();
            let text = if is_low { format!("Expires when? {key} sets it") } else { format!("{ASKED} {key} sets it") };
            let mut lines = canvas.wrapped(Role::Label, &text, columns);
            lines.extend(Some(life(canvas)).filter(|_| !is_low).into_iter().flatten());
            return lines;
        }
    };
    if !plan.ends.focused {
        return answer;
    }
    let mut lines = vec![canvas.line(Role::Label, QUESTION)];
    lines.extend(answer);
    let life = life(canvas);
    // Two rows for the field and the line above it; half a sentence helps nobody.
    if lines.len() + life.len() + 2 <= usize::from(area.height) {
        lines.extend(life);
    }
    lines
}
