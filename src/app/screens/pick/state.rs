//! Filter and selection, and what the keys do.

use chrono::{DateTime, Utc};

use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::keymap::KeyPress;
use crate::app::notices::Tone;
use crate::app::picker::Picker;
use crate::app::remote::Remote;
use crate::app::screens::Behavior;
use crate::app::world::World;
use crate::domain::{OrgName, Renamed, RepoName, Sensitive};
use crate::ui::TextField;

#[derive(Clone, Debug)]
pub struct State {
    pub picker: Picker,
}

impl State {
    /// Requests the repositories unless they are loaded. The filter has the focus.
    pub fn open(cx: &mut Context<'_>) -> Self {
        cx.need_catalogue(None);
        let mut state = Self { picker: Picker::default() };
        state.picker.filtering = true;
        state.learn(cx.world);
        state
    }

    fn choose(&self, cx: &mut Context<'_>) -> Navigation {
        let Some(row) = self.picker.row(self.picker.selected()) else { return Navigation::Stay };
        match RepoName::parse(row.repository.full_name.raw()) {
            Ok(name) => {
                cx.look_at(name);
                Navigation::Home
            }
            Err(fault) => {
                cx.note(Tone::Bad, format!("{}: {fault}", row.repository.full_name.shown()));
                Navigation::Stay
            }
        }
    }

    fn no_row(&self, world: &World) -> Option<&'static str> {
        let is_loading = world.catalogue(None).is_some_and(Remote::is_loading);
        match (self.picker.is_empty(), is_loading) {
            (false, _) => None,
            (true, true) => Some("still waiting for GitHub"),
            (true, false) if self.picker.filter.is_empty() => Some("no repositories in the list"),
            (true, false) => Some("no repository matches"),
        }
    }
}

impl Behavior for State {
    fn fields(&mut self) -> Vec<&mut TextField> {
        vec![&mut self.picker.filter]
    }

    fn title(&self) -> String {
        "Other repository".to_owned()
    }

    fn available_actions(&self, world: &World, _now: DateTime<Utc>) -> AvailableActions {
        let open = AvailableAction::called(Action::Activate, "look at it").unless(self.no_row(world));
        if self.picker.filtering {
            let back = AvailableAction::called(Action::Back, "to the list");
            let reload = AvailableAction::called(Action::Reload, "reload the list");
            let offers = vec![open, back, reload, AvailableAction::new(Action::Up), AvailableAction::new(Action::Down)];
            return AvailableActions { offers, typing: true };
        }
        let back = if self.picker.filter.is_empty() { "back" } else { "no filter" };
        let mut offers = vec![
            open,
            AvailableAction::called(Action::Back, back),
            AvailableAction::new(Action::Filter),
            AvailableAction::called(Action::Reload, "reload the list"),
        ];
        offers.extend(moving());
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match action {
            Action::Activate => return self.choose(cx),
            Action::Back if !self.picker.back() => return Navigation::Close,
            Action::Reload => cx.load_catalogue(None),
            Action::Filter
            | Action::Up
            | Action::Down
            | Action::Top
            | Action::Bottom
            | Action::PageUp
            | Action::PageDown => {
                self.picker.act(action);
            }
            _ => {} // left or emptied already
        }
        Navigation::Stay
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        self.picker.text_key(key, cx)
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        self.picker.paste(text, None, cx);
        Navigation::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        if self.picker.selected() == row {
            return self.choose(cx);
        }
        self.picker.cursor = row;
        Navigation::Stay
    }

    fn chooses_from(&self, org: Option<&OrgName>) -> bool {
        org.is_none()
    }

    fn learn(&mut self, world: &World) {
        self.picker.learn(world.catalogue(None));
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.picker.selected())
    }

    fn renamed(&mut self, renamed: &Renamed) {
        self.picker.renamed(renamed);
    }
}
