//! What is selected and filtered among changes and requests, and what the keys do.

use chrono::{DateTime, Utc};

use super::rows::{Row, answer, on, rows};
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::filter::Filter;
use crate::app::history::Done;
use crate::app::keymap::KeyPress;
use crate::app::protocol::Effect;
use crate::app::screens::{Behavior, confirm};
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::domain::Sensitive;
use crate::domain::change::AccessBefore;
use crate::domain::untrusted::clean;
use crate::ui::{Memory, TextField};

#[derive(Clone, Debug, Default)]
pub struct State {
    /// The row the user moved to; `None` until then, which means the newest.
    selected: Option<Row>,
    pub filter: Filter,
    /// Whether the detail is open over the list.
    pub detail: bool,
    pub detail_scroll: Scroll,
}

impl State {
    pub fn rows(&self, world: &World) -> Vec<Row> {
        rows(world, self.filter.text())
    }

    pub fn selected_index(&self, rows: &[Row]) -> usize {
        let first = rows.iter().position(|row| row.is_selectable()).unwrap_or(0);
        self.selected.and_then(|wanted| rows.iter().position(|row| *row == wanted)).unwrap_or(first)
    }

    pub fn selected(&self, world: &World) -> Option<Row> {
        let rows = self.rows(world);
        rows.get(self.selected_index(&rows)).copied().filter(|row| row.is_selectable())
    }

    fn wander(&mut self, action: Action, world: &World) {
        if self.detail {
            self.detail_scroll.act(action);
            return;
        }
        let rows = self.rows(world);
        let at = self.selected_index(&rows);
        let places: Vec<usize> = (0..rows.len()).filter(|index| rows[*index].is_selectable()).collect();
        let rank = places.iter().position(|place| *place == at).unwrap_or(0);
        let last = places.len().saturating_sub(1);
        let wanted = match action {
            Action::Up => rank.saturating_sub(1),
            Action::PageUp => rank.saturating_sub(10),
            Action::Top => 0,
            Action::Down => rank + 1,
            Action::PageDown => rank + 10,
            _ => last, // to the bottom
        };
        if let Some(place) = places.get(wanted.min(last)) {
            self.selected = Some(rows[*place]);
            self.detail_scroll = Scroll::default();
        }
    }

    fn copy(&self, cx: &mut Context<'_>) {
        let row = self.selected(cx.world);
        if let Some(line) = row.and_then(|row| line(row, cx.world)) {
            cx.effects.push(Effect::Copy(line));
        }
    }

    /// What `u` undoes here: the selected change, else the last one that can be undone.
    fn undoable<'w>(&self, world: &'w World) -> Result<&'w AccessBefore, &'static str> {
        if let Some(done) = self.selected(world).and_then(|row| row.change(world)) {
            return done.before().ok_or(done.why_not().unwrap_or_default());
        }
        let last = world.undoable().and_then(Done::before);
        last.ok_or(world.nothing_to_undo().unwrap_or_default())
    }

    fn back(&mut self) -> Navigation {
        if self.detail {
            self.detail = false;
        } else if self.filter.is_shown() {
            self.filter.clear();
        } else {
            return Navigation::Close;
        }
        Navigation::Stay
    }
}

/// What `y` copies: all of a row in one line.
fn line(row: Row, world: &World) -> Option<String> {
    if let Some(done) = row.change(world) {
        let text = format!("{} {}: {}", done.at.format("%Y-%m-%dT%H:%M:%SZ"), done.outcome.word(), done.text);
        return Some(clean(&text));
    }
    let exchange = row.exchange(world)?;
    let (points, primary) = (exchange.cost.points, exchange.cost.primary);
    let text = format!(
        "{} {} {}: {}, {points} points, {primary} of the budget{}, {} ms",
        exchange.at.format("%Y-%m-%dT%H:%M:%SZ"),
        exchange.method,
        exchange.path,
        answer(exchange),
        on(exchange),
        exchange.took.as_millis()
    );
    Some(clean(&text))
}

impl Behavior for State {
    fn fields(&mut self) -> Vec<&mut TextField> {
        vec![&mut self.filter.field]
    }

    fn title(&self) -> String {
        "Activity".to_owned()
    }

    fn available_actions(&self, world: &World, _now: DateTime<Utc>) -> AvailableActions {
        if self.filter.focused {
            return Filter::available_actions();
        }
        let nothing = self.selected(world).is_none().then_some("nothing is selected");
        let back = match (self.detail, self.filter.is_empty()) {
            (true, _) => "close",
            (false, false) => "no filter",
            (false, true) => "back",
        };
        let mut offers = vec![
            AvailableAction::called(Action::Activate, if self.detail { "close" } else { "details" }).unless(nothing),
            AvailableAction::called(Action::Back, back),
            AvailableAction::new(Action::Filter),
            AvailableAction::new(Action::Undo).unless(self.undoable(world).err()),
            AvailableAction::called(Action::Copy, "copy the line").unless(nothing),
        ];
        offers.extend(moving());
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match action {
            Action::Activate if self.filter.focused => self.filter.focused = false,
            Action::Activate => {
                // The open item stays selected, whatever arrives meanwhile.
                self.selected = self.selected(cx.world);
                self.detail = !self.detail;
            }
            Action::Back => return self.back(),
            Action::Filter => {
                self.detail = false;
                self.filter.focused = true;
            }
            Action::Copy => self.copy(cx),
            Action::Undo => {
                if let Ok(before) = self.undoable(cx.world) {
                    return Navigation::Push(confirm::ask_to_undo(before, cx.world));
                }
            }
            _ => self.wander(action, cx.world), // the moving keys
        }
        Navigation::Stay
    }

    fn at_line(&self, world: &World) -> Option<usize> {
        Some(if self.detail { self.detail_scroll.at() } else { self.selected_index(&self.rows(world)) })
    }

    fn drawn(&mut self, memory: &Memory) {
        if let Some(end) = memory.end("activity-detail") {
            self.detail_scroll.drawn(end);
        }
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        self.filter.text_key(key, cx)
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        self.filter.paste(text, cx);
        Navigation::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        let rows = self.rows(cx.world);
        match rows.get(row) {
            Some(wanted) if self.selected == Some(*wanted) => self.detail = true,
            Some(wanted) if wanted.is_selectable() => self.selected = Some(*wanted),
            Some(_) | None => {}
        }
        Navigation::Stay
    }
}
