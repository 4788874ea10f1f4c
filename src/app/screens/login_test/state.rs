//! The fields, the checks, and which of the two has the focus.

use chrono::{DateTime, Utc};

use super::commands::Commands;
use super::kept::Keeping;
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::form::{Form, Slot};
use crate::app::keymap::KeyPress;
use crate::app::ladder::{Copied, Ladder, Run};
use crate::app::protocol::{Effect, JobId, Outcome, Part};
use crate::app::screens::{Behavior, Screen, fill, wizard};
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::domain::preset::{AnyPreset, Obtain, presets, product_of_prefix, recognize_trial};
use crate::domain::source::Taken;
use crate::domain::verdict::With;
use crate::domain::{Holds, Prefix, Renamed, Scope, Sensitive, Verdict};
use crate::ui::{Memory, TextField};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Form,
    Ladder,
}

#[derive(Clone, Debug)]
pub struct State {
    /// The credential whose values are typed again, if there is one.
    pub target: Option<(Scope, Prefix)>,
    pub form: Form,
    pub ladder: Ladder,
    pub focus: Focus,
    commands: Commands,
    /// Its stored values in the keyring.
    pub keeping: Keeping,
    /// The text beside the fields.
    pub aside: Scroll,
}

impl State {
    /// Reads the keyring, only for a credential the user chose and at no other time.
    pub fn open(target: Option<(Scope, Prefix)>, cx: &mut Context<'_>) -> Self {
        let keeping = Keeping::ask(&target, cx);
        let preset = preset_for(target.as_ref().map(|(_, prefix)| prefix));
        Self {
            target,
            form: Form::of_values(preset),
            ladder: Ladder::default(),
            focus: Focus::Form,
            commands: Commands::default(),
            keeping,
            aside: Scroll::default(),
        }
    }

    fn run(&mut self, cx: &mut Context<'_>) {
        self.form.leave_field();
        self.focus = Focus::Ladder;
        self.ladder.start(self.form.trial(), cx);
    }

    /// `w`: the tested values go to the wizard's review, which shows what is overwritten.
    fn write(&self, cx: &mut Context<'_>) -> Navigation {
        let Some(trial) = self.ladder.passed().cloned() else { return Navigation::Stay };
        let is_kept = self.keeping.will_hold(&trial);
        cx.world.kept = self.target.clone().filter(|_| is_kept).map(|target| (target, trial.clone()));
        let preset = recognize_trial(&trial).map_or(self.form.preset, AnyPreset::Credential);
        let wizard = wizard::State::of_tested(preset, &trial, self.ladder.clone(), self.target.clone(), cx);
        Navigation::Replace(Screen::Wizard(Box::new(wizard)))
    }
}

/// The preset that matches a prefix, else “other registry”.
fn preset_for(prefix: Option<&Prefix>) -> AnyPreset {
    let product = prefix.and_then(product_of_prefix);
    let of_product = product.and_then(|product| presets().iter().find(|p| p.short == product));
    let other = || presets().iter().find(|p| p.id == "other").unwrap_or(&presets()[0]);
    AnyPreset::Credential(of_product.unwrap_or_else(other))
}

/// The actions while the checks have the focus, shared with the wizard's step; helpful ones come before leaving.
pub fn ladder_offers(ladder: &Ladder, holds: Holds, leave: AvailableAction) -> Vec<AvailableAction> {
    let running = ladder.is_running().then_some("the test is running; esc stops it");
    let next = match ladder.with {
        With::Both => "with pullkey alone",
        With::Native => "with docker alone",
        With::Docker => "with both",
    };
    let copy = match ladder.to_copy() {
        Some(Copied::Command(_)) => "copy the command",
        Some(Copied::Remedy(_)) | None => "copy the fix",
    };
    let image = match (holds, ladder.tries_image()) {
        (Holds::Images, true) => "another image",
        (Holds::Images, false) => "name an image",
        (Holds::Packages, true) => "another package",
        (Holds::Packages, false) => "name a package",
    };
    let alone = (holds == Holds::Packages).then_some("docker cannot test packages: only pullkey does");
    let mut offers = vec![
        AvailableAction::called(Action::Copy, copy).unless(ladder.to_copy().is_none().then_some("no fix to copy")),
        AvailableAction::called(Action::Image, image).unless(running),
        leave,
        AvailableAction::called(Action::With, next).unless(alone.or(running)),
    ];
    offers.extend(moving());
    offers
}

/// `y` on the checks.
pub fn copy_remedy(ladder: &Ladder, cx: &mut Context<'_>) {
    if let Some(Copied::Command(text) | Copied::Remedy(text)) = ladder.to_copy() {
        cx.effects.push(Effect::Copy(text.to_owned()));
    }
}

/// The actions of the fields, shared with the wizard's step; `None` for any other action.
pub fn form_act(form: &mut Form, action: Action, cx: &mut Context<'_>) -> Option<()> {
    match action {
        Action::Next | Action::Down => form.step(true),
        Action::Previous | Action::Up => form.step(false),
        Action::Reveal => form.toggle_reveal(cx),
        Action::Mend => {
            if let Some(mend) = form.mend() {
                form.apply(&mend, cx);
            }
        }
        _ => return None, // the screen's own
    }
    Some(())
}

pub fn form_offers(form: &Form, aside: Scroll) -> Vec<AvailableAction> {
    let no_reveal = match form.can_reveal() {
        false => Some("only the password is hidden"),
        true if form.field(form.focus).is_none_or(TextField::is_empty) => Some("nothing is typed yet"),
        true => None,
    };
    let is_for_it = |step: &Obtain| step.command.is_some() && form.focus == Slot::Member(step.member);
    let has_command = form.preset.obtain().iter().any(is_for_it);
    let no_command = (!has_command).then_some("no command for this field");
    let no_fill = (form.preset.holds() == Holds::Packages).then_some("only image logins can be imported");
    let no_mend = form.mend().is_none().then_some("no fix for this field");
    vec![
        AvailableAction::called(Action::Next, "next field"),
        AvailableAction::new(Action::Mend).unless(no_mend),
        AvailableAction::new(Action::Fill).unless(no_fill),
        AvailableAction::new(Action::Reveal).unless(no_reveal),
        AvailableAction::called(Action::Copy, "copy the command").unless(no_command),
        AvailableAction::called(Action::Previous, "previous field"),
        AvailableAction::called(Action::Up, "previous field"),
        AvailableAction::called(Action::Down, "next field"),
        AvailableAction::called(Action::PageDown, "more of the help")
            .unless(aside.is_at_end().then_some("end of the help")),
        AvailableAction::called(Action::PageUp, "back in the help")
            .unless((aside.at() == 0).then_some("start of the help")),
    ]
}

impl Behavior for State {
    fn fields(&mut self) -> Vec<&mut TextField> {
        self.form.fields()
    }

    fn title(&self) -> String {
        match &self.target {
            Some((_, prefix)) => format!("Test {prefix}"),
            None => "Test a login".to_owned(),
        }
    }

    fn available_actions(&self, world: &World, _now: DateTime<Utc>) -> AvailableActions {
        if self.focus == Focus::Form {
            let next = if self.form.is_at_last() { "test" } else { "next field" };
            let mut offers = vec![AvailableAction::called(Action::Activate, next), AvailableAction::new(Action::Back)];
            offers.extend(self.keeping.forget_offer(&self.target, world));
            offers.extend(form_offers(&self.form, self.aside));
            return AvailableActions { offers, typing: true };
        }
        let running = self.ladder.is_running();
        let unwritable = match &self.ladder.run {
            Run::Done { report, .. } if report.verdict == Verdict::Pass => None,
            Run::Done { report, .. } => Some(match report.verdict {
                Verdict::Fail if report.is_logged_in() => "these values cannot pull the image; i changes or clears it",
                Verdict::Fail => "the registry refused these values",
                Verdict::Pass | Verdict::Inconclusive => "not proven to work; n in the list adds a credential anyway",
            }),
            Run::Idle | Run::Climbing { .. } | Run::Stopped => Some("nothing has passed yet"),
        };
        let mut offers = vec![
            AvailableAction::called(Action::Activate, "test again")
                .unless(running.then_some("the test is running; esc stops it")),
            AvailableAction::called(Action::Write, "write these values").unless(unwritable),
            self.keeping.offer(&self.target, self.ladder.passed(), world),
        ];
        let leave = AvailableAction::called(Action::Back, if running { "stop" } else { "back" });
        offers.extend(ladder_offers(&self.ladder, self.form.preset.holds(), leave));
        AvailableActions { offers, typing: self.ladder.refused().is_some() }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        if self.focus == Focus::Form && self.aside.act_aside(action) {
            return Navigation::Stay;
        }
        match (self.focus, action) {
            (Focus::Form, Action::Activate) => {
                if self.form.go_on(cx) {
                    self.run(cx);
                }
            }
            (Focus::Form, Action::Back) => return Navigation::Close,
            (Focus::Form, Action::Copy) => self.commands.copy(&self.form, cx),
            (Focus::Form, Action::Keep) => self.keeping.toggle(&self.target, None, cx),
            (Focus::Form, Action::Fill) => {
                return Navigation::Push(Screen::Fill(Box::new(fill::State::open(self.form.typed(), cx))));
            }
            (Focus::Form, _) => drop(form_act(&mut self.form, action, cx)),
            (Focus::Ladder, Action::Activate) => self.run(cx),
            (Focus::Ladder, Action::Back) => {
                if !self.ladder.stop(cx) {
                    self.focus = Focus::Form;
                }
            }
            (Focus::Ladder, Action::Keep) => self.keeping.toggle(&self.target, self.ladder.passed(), cx),
            (Focus::Ladder, Action::Write) => return self.write(cx),
            (Focus::Ladder, Action::With) => self.ladder.cycle_with(),
            (Focus::Ladder, Action::Copy) => copy_remedy(&self.ladder, cx),
            (Focus::Ladder, Action::Image) => {
                self.form.ask_for_image();
                self.focus = Focus::Form;
            }
            (Focus::Ladder, _) => self.ladder.scroll_by(action), // the moving keys
        }
        Navigation::Stay
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let refused = self.ladder.refused().filter(|_| self.focus == Focus::Ladder);
        let Some(member) = refused else { return self.form.text_key(key, cx) };
        let is_text = self.form.retype(member, key, cx);
        if is_text {
            self.focus = Focus::Form;
        }
        is_text
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        if self.focus == Focus::Ladder
            && let Some(member) = self.ladder.refused()
        {
            self.form.begin_anew(member);
        }
        self.focus = Focus::Form;
        self.form.paste(text, cx);
        Navigation::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        self.ladder.stop(cx);
        self.focus = Focus::Form;
        self.form.focus_slot(row);
        Navigation::Stay
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        (self.focus == Focus::Ladder).then(|| self.ladder.scroll.at())
    }

    fn drawn(&mut self, memory: &Memory) {
        match self.focus {
            Focus::Ladder => self.ladder.drawn(memory),
            Focus::Form => self.aside.drawn(memory.end("aside").unwrap_or_default()),
        }
    }

    fn waits_for(&self, id: JobId) -> bool {
        self.ladder.is_mine(id) || self.keeping.is_mine(id)
    }

    fn part(&mut self, _id: JobId, part: Part, _cx: &mut Context<'_>) {
        self.ladder.part(part);
    }

    fn finished(&mut self, _id: JobId, outcome: Outcome, cx: &mut Context<'_>) {
        if let Outcome::Local(brought) = outcome {
            let recalled = self.keeping.finished(brought, cx);
            if let Some(trial) = recalled.filter(|_| !self.form.is_typed()) {
                // The stored server need not match the preset that the prefix suggests.
                self.form = Form::of_values(recognize_trial(&trial).map_or(preset_for(None), AnyPreset::Credential))
                    .filled(&trial);
            }
        } else {
            self.ladder.finished(outcome);
        }
    }

    fn fill(&mut self, taken: &Taken, cx: &mut Context<'_>) {
        self.form.fill(taken, cx);
    }

    fn is_unsaved(&self) -> bool {
        self.form.is_typed() && !self.keeping.holds(&self.form.trial())
    }

    fn hide(&mut self, number: u64) {
        self.form.hide(number);
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        self.keeping.close(cx);
        self.ladder.stop(cx);
    }

    fn renamed(&mut self, renamed: &Renamed) {
        if let Some((scope, _)) = &mut self.target {
            renamed.scope(scope);
        }
    }
}
