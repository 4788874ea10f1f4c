//! Copies the commands shown for a field, one after the other. They are never run.

use crate::app::context::Context;
use crate::app::form::{Form, Slot};
use crate::app::notices::Tone;
use crate::app::protocol::Effect;
use crate::domain::preset::Obtain;

/// Which command comes next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Commands {
    of: Option<Slot>,
    next: usize,
}

impl Commands {
    /// Copies the focused field's next command and starts over after the last.
    pub fn copy(&mut self, form: &Form, cx: &mut Context<'_>) {
        if self.of != Some(form.focus) {
            *self = Self { of: Some(form.focus), next: 0 };
        }
        let commands: Vec<String> = steps(form).into_iter().filter_map(|step| step.command).collect();
        let Some(at) = (!commands.is_empty()).then(|| self.next % commands.len()) else { return };
        self.next = at + 1;
        if commands.len() > 1 {
            let again = if at + 1 < commands.len() { "press again for the next" } else { "that was the last" };
            cx.note(Tone::Info, format!("command {} of {}; {again}", at + 1, commands.len()));
        }
        cx.effects.extend(commands.into_iter().nth(at).map(Effect::Copy));
    }
}

/// The steps to get the focused field's value.
pub fn steps(form: &Form) -> Vec<Obtain> {
    let Slot::Member(member) = form.focus else { return Vec::new() };
    let steps = form.preset.steps(form.server());
    steps.into_iter().filter(|step| step.member == member).collect()
}
