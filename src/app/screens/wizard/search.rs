//! Finds the registry at the first step by what you paste or type: a server, an image, or a value of a credential.
//!
//! A secret is recognized and dropped: only a server is carried over into the fields.

use super::state::State;
use crate::app::action::{Action, AvailableAction};
use crate::app::context::{AvailableActions, Context};
use crate::app::form::{Form, Slot, field_key, say_refusal};
use crate::app::keymap::KeyPress;
use crate::app::notices::Tone;
use crate::domain::preset::{AnyPreset, Sign, any_presets, which_any};
use crate::domain::{Image, Member, Sensitive};
use crate::ui::TextField;

#[derive(Clone, Debug)]
pub struct Search {
    pub field: TextField,
    pub typing: bool,
    /// The typed text is not recognized: Enter chooses nothing.
    unknown: bool,
    /// The user began to type a secret: the rest of it is dropped.
    hushed: bool,
    /// The server that was recognized, and for which preset.
    server: Option<(AnyPreset, String)>,
}

impl Default for Search {
    fn default() -> Self {
        Self { field: TextField::plain(""), typing: false, unknown: false, hushed: false, server: None }
    }
}

impl Search {
    /// Leaves the field; a recognized server stays.
    pub fn leave(&mut self) {
        (self.typing, self.unknown, self.hushed) = (false, false, false);
        self.field = TextField::plain("");
    }

    /// Puts the recognized server into an empty field of a form for that preset.
    pub fn fill(&self, form: &mut Form, cx: &mut Context<'_>) {
        let Some((preset, server)) = &self.server else { return };
        if preset.id() == form.preset.id() && form.values().server.is_empty() {
            form.focus = Slot::Member(Member::Server);
            form.paste(&Sensitive::from(server.as_str()), cx);
            form.step(true);
        }
    }
}

/// No preset has a longer name, in bytes.
const MOST_NAMED: usize = 256;

impl State {
    pub const fn search(&self) -> &Search {
        &self.search
    }

    pub(super) fn searching(&self) -> AvailableActions {
        let offers = vec![
            AvailableAction::called(Action::Activate, "continue").unless(self.search.unknown.then_some(UNKNOWN)),
            AvailableAction::called(Action::Back, "to the list"),
            AvailableAction::new(Action::Up),
            AvailableAction::new(Action::Down),
        ];
        AvailableActions { offers, typing: true }
    }

    pub(super) fn search_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let Some(key) = field_key(key).filter(|_| self.search.typing) else { return false };
        if self.search.hushed {
            return true;
        }
        say_refusal(self.search.field.key(key), cx);
        let text = self.search.field.glimpse();
        self.search.unknown = false;
        if let Some((preset, sign)) = which_any(&text) {
            self.search.hushed = matches!(&sign, Sign::Value { member: Member::Password, .. });
            self.turn_to(preset, sign, cx);
        } else {
            self.search.server = None;
            let typed = self.search.field.beginning(MOST_NAMED).unwrap_or_default();
            match named(typed).or_else(|| of_docker_hub(typed)) {
                Some(at) => self.preset_cursor = at,
                None => self.search.unknown = !typed.trim().is_empty(),
            }
        }
        true
    }

    pub(super) fn search_paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) {
        match which_any(text) {
            Some((preset, sign)) => {
                let server = sign.server().map(Sensitive::from);
                self.turn_to(preset, sign, cx);
                if let Some(server) = server {
                    say_refusal(self.search.field.set(&server), cx);
                    self.search.typing = true;
                }
            }
            None => cx.note(Tone::Warn, UNKNOWN),
        }
    }

    /// Moves to the preset; a typed secret is removed from the field.
    fn turn_to(&mut self, preset: AnyPreset, sign: Sign, cx: &mut Context<'_>) {
        self.preset_cursor = any_presets().iter().position(|p| p.id() == preset.id()).unwrap_or(self.preset_cursor);
        match sign {
            Sign::Server(server) | Sign::Image { server, .. } => self.search.server = Some((preset, server)),
            // While typing, what looks like a user may still become the name of something else.
            Sign::Value { member: Member::Server | Member::User, .. } if self.search.typing => {}
            Sign::Value { member, name } => {
                self.search.field = TextField::plain("");
                let label = preset.field(member).map(|field| field.label.as_str()).unwrap_or_default();
                cx.note(Tone::Info, format!("that was {name}; it was discarded: enter it under “{label}” later"));
            }
        }
    }
}

const UNKNOWN: &str = "not a known registry, image or form of credential";

/// An image without a host, such as `python:3.12`, is Docker Hub's.
fn of_docker_hub(text: &str) -> Option<usize> {
    let text = text.trim();
    let is_image = text.contains([':', '/']) && Image::parse(text).is_ok_and(|image| image.host() == "docker.io");
    any_presets().iter().position(|preset| is_image && preset.id() == "dockerhub")
}

/// The first preset whose name starts with the text, else the first whose name contains it.
fn named(text: &str) -> Option<usize> {
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let names = |preset: &AnyPreset| [preset.id(), preset.short(), preset.label()].map(str::to_lowercase);
    let find = |is: &dyn Fn(&String) -> bool| any_presets().iter().position(|preset| names(preset).iter().any(is));
    find(&|name| name.starts_with(&wanted)).or_else(|| find(&|name| name.contains(&wanted)))
}
