//! The state of the wizard. A later stage cannot exist without the earlier answers; going back keeps them.

use chrono::{DateTime, Utc};
use strum::{EnumIter, IntoEnumIterator};

use super::place::{Place, places};
use super::plan::Plan;
use super::reviewing::Review;
use super::search::Search;
use crate::app::action::Action;
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::keymap::KeyPress;
use crate::app::ladder::Ladder;
use crate::app::notices::Tone;
use crate::app::protocol::{JobId, Outcome, Part};
use crate::app::screens::Behavior;
use crate::app::screens::login_test::Commands;
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::app::writing::Writing;
use crate::domain::preset::{AnyPreset, any_presets, faults, presets};
use crate::domain::source::Taken;
use crate::domain::verdict::Trial;
use crate::domain::{OrgName, Prefix, Renamed, Scope, Sensitive, Shape};
use crate::ui::{Memory, TextField};

/// The steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter)]
pub enum Step {
    Registry,
    Where,
    Credentials,
    Access,
    Test,
    Review,
}

impl Step {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Registry => "Registry",
            Self::Where => "Where",
            Self::Credentials => "Credentials",
            Self::Access => "Access",
            Self::Test => "Test",
            Self::Review => "Review",
        }
    }

    /// The steps of a new credential, or of new values for one that exists.
    pub fn all(rotates: bool) -> impl Iterator<Item = Self> {
        let stays = move |step: &Self| !rotates || matches!(step, Self::Credentials | Self::Test | Self::Review);
        Self::iter().filter(stays)
    }
}

#[derive(Clone, Debug)]
pub enum Stage {
    Registry,
    Where { preset: AnyPreset },
    Values(Box<Plan>),
    Access(Box<Plan>),
    Test(Box<Plan>),
    Review(Box<Review>),
}

#[derive(Clone, Debug)]
pub struct State {
    pub(super) stage: Stage,
    /// What was typed after *Where*, kept while an earlier step is open.
    pub(super) kept: Option<Box<Plan>>,
    pub(super) preset_cursor: usize,
    pub(super) place_cursor: Option<usize>,
    /// The scope the user came from; proposed at *Where*.
    pub(super) wanted: Option<Scope>,
    pub(super) search: Search,
    pub(super) commands: Commands,
    /// The text beside the list or the fields.
    pub(super) aside: Scroll,
}

impl State {
    /// A new wizard; `wanted` is the scope that was selected.
    pub fn new(wanted: Option<Scope>, cx: &mut Context<'_>) -> Self {
        for (scope, _) in cx.world.scopes.clone() {
            if let Scope::Organization(org) = &scope
                && cx.world.listing(&scope).is_some()
            {
                cx.need_catalogue(Some(org));
            }
        }
        for fault in faults() {
            cx.note(Tone::Warn, format!("cannot use one of your presets: {fault}"));
        }
        Self {
            stage: Stage::Registry,
            kept: None,
            preset_cursor: 0,
            place_cursor: None,
            wanted,
            search: Search::default(),
            commands: Commands::default(),
            aside: Scroll::default(),
        }
    }

    /// A wizard for values that were already tested: at *Review* if their place is known, else at *Where*.
    pub fn of_tested(
        preset: AnyPreset,
        trial: &Trial,
        ladder: Ladder,
        target: Option<(Scope, Prefix)>,
        cx: &mut Context<'_>,
    ) -> Self {
        let wanted = target.as_ref().map(|(scope, _)| scope.clone());
        let mut state = Self::new(wanted.clone(), cx);
        state.preset_cursor = any_presets().iter().position(|p| p.id() == preset.id()).unwrap_or(0);
        let places = places(cx.world);
        let recommended = places.into_iter().find(|place| place.recommended.is_some()).map(|place| place.scope);
        let mut plan = Plan::new(preset, wanted.or(recommended).unwrap_or(Scope::User), cx);
        plan.form = plan.form.filled(trial);
        plan.ladder = ladder;
        if let Some((_, prefix)) = target {
            plan.form.set_prefix(&prefix);
            state.stage = Stage::review(plan, cx.world);
        } else {
            state.kept = Some(Box::new(plan));
            state.go_to_where(preset, cx);
        }
        state
    }

    pub const fn step(&self) -> Step {
        match self.stage {
            Stage::Registry => Step::Registry,
            Stage::Where { .. } => Step::Where,
            Stage::Values(_) => Step::Credentials,
            Stage::Access(_) => Step::Access,
            Stage::Test(_) => Step::Test,
            Stage::Review(_) => Step::Review,
        }
    }

    pub const fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The preset that is chosen, or under the cursor.
    pub(super) fn chosen(&self) -> AnyPreset {
        let under = || any_presets().get(self.preset_cursor).copied();
        match &self.stage {
            Stage::Where { preset } => *preset,
            Stage::Registry => under().unwrap_or_else(|| AnyPreset::Credential(&presets()[0])),
            Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => plan.form.preset,
            Stage::Review(review) => review.plan.form.preset,
        }
    }

    pub const fn preset_cursor(&self) -> usize {
        self.preset_cursor
    }

    /// The place under the cursor: where the user moved it, else where the user came from if writable, else the
    /// recommended one.
    pub fn place_index(&self, places: &[Place]) -> usize {
        self.place_cursor
            .or_else(|| places.iter().position(|p| p.missing.is_none() && Some(&p.scope) == self.kept_scope()))
            .or_else(|| places.iter().position(|p| p.recommended.is_some()))
            .unwrap_or(0)
            .min(places.len().saturating_sub(1))
    }

    fn kept_scope(&self) -> Option<&Scope> {
        // Coming from an organization or repository is a choice; everybody starts at their own secrets.
        self.kept.as_ref().map(|plan| &plan.scope).or(self.wanted.as_ref().filter(|scope| **scope != Scope::User))
    }

    pub fn plan(&self) -> Option<&Plan> {
        match &self.stage {
            Stage::Registry | Stage::Where { .. } => None,
            Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => Some(plan),
            Stage::Review(review) => Some(&review.plan),
        }
    }

    pub(super) fn plan_mut(&mut self) -> Option<&mut Plan> {
        match &mut self.stage {
            Stage::Registry | Stage::Where { .. } => None,
            Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => Some(plan),
            Stage::Review(review) => Some(&mut review.plan),
        }
    }

    /// Takes the plan out of the stage to move it to another one.
    pub(super) fn take_plan(&mut self) -> Option<Box<Plan>> {
        match std::mem::replace(&mut self.stage, Stage::Registry) {
            Stage::Registry | Stage::Where { .. } => None,
            Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => Some(plan),
            Stage::Review(review) => Some(Box::new(review.plan)),
        }
    }

    fn writing(&self) -> Option<&Writing> {
        match &self.stage {
            Stage::Review(review) => review.writing.as_ref(),
            Stage::Registry | Stage::Where { .. } | Stage::Values(_) | Stage::Access(_) | Stage::Test(_) => None,
        }
    }

    fn writing_mut(&mut self) -> Option<&mut Writing> {
        match &mut self.stage {
            Stage::Review(review) => review.writing.as_mut(),
            Stage::Registry | Stage::Where { .. } | Stage::Values(_) | Stage::Access(_) | Stage::Test(_) => None,
        }
    }

    /// Asks GitHub whether a secret is needed at all, once the fields name a registry of GitHub's.
    fn need_seamless(&self, cx: &mut Context<'_>) {
        let (Stage::Values(plan) | Stage::Test(plan)) = &self.stage else { return };
        if let Some(subject) = plan.seamless(cx.world) {
            cx.need_seamless(subject);
        }
    }

    pub fn places(world: &World) -> Vec<Place> {
        places(world)
    }
}

impl Stage {
    /// Goes to *Review*, or back to *Credentials* if the prefix turns out invalid.
    pub(super) fn review(mut plan: Plan, world: &World) -> Self {
        plan.propose(world);
        match plan.draft(world) {
            Some(draft) => Self::Review(Box::new(Review::new(plan, draft))),
            None => Self::Values(Box::new(plan)),
        }
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        match self.rotated() {
            Some(prefix) => format!("Rotate {prefix}"),
            None if self.chosen().shape() == Shape::Single => "New secret".to_owned(),
            None => "New credential".to_owned(),
        }
    }

    fn available_actions(&self, world: &World, now: DateTime<Utc>) -> AvailableActions {
        self.facade_of_step(world, now)
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        let has_aside = matches!(self.stage, Stage::Registry | Stage::Where { .. } | Stage::Values(_));
        if has_aside && self.aside.act_aside(action) {
            return Navigation::Stay;
        }
        let flow = self.act_in_step(action, cx);
        self.need_seamless(cx);
        flow
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let taken = match &mut self.stage {
            Stage::Values(plan) => plan.form.text_key(key, cx),
            Stage::Access(plan) => plan.grant.picker_mut().is_some_and(|picker| picker.text_key(key, cx)),
            Stage::Review(review) => review.plan.ends.text_key(key, cx),
            Stage::Registry => self.search_key(key, cx),
            Stage::Test(_) => self.retype(key, cx),
            Stage::Where { .. } => false,
        };
        self.need_seamless(cx);
        taken
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        match &mut self.stage {
            Stage::Values(plan) => plan.form.paste(text, cx),
            Stage::Access(plan) if plan.grant.picker().is_some() => {
                let listless = plan.grant.listless();
                if let Some(picker) = plan.grant.picker_mut() {
                    picker.paste(text, listless, cx);
                }
            }
            Stage::Review(review) if review.plan.ends.is_focused() => review.plan.ends.paste(text, cx),
            Stage::Registry => self.search_paste(text, cx),
            Stage::Test(plan) if plan.ladder.refused().is_some() => self.repaste(text, cx),
            Stage::Where { .. } | Stage::Access(_) | Stage::Test(_) | Stage::Review(_) => {
                cx.note(Tone::Info, "no text field here to paste into");
            }
        }
        self.need_seamless(cx);
        Navigation::Stay
    }

    fn point(&mut self, row: usize, _cx: &mut Context<'_>) -> Navigation {
        self.aside = Scroll::default();
        match &mut self.stage {
            Stage::Registry if row < any_presets().len() => self.preset_cursor = row,
            Stage::Where { .. } => self.place_cursor = Some(row),
            Stage::Values(plan) => plan.form.focus_slot(row),
            Stage::Access(plan) => {
                if let Some(picker) = plan.grant.picker_mut() {
                    picker.point(row);
                }
            }
            Stage::Review(review) if review.asks_end() => review.plan.ends.focus(),
            Stage::Registry | Stage::Test(_) | Stage::Review(_) => {}
        }
        Navigation::Stay
    }

    fn waits_for(&self, id: JobId) -> bool {
        self.plan().is_some_and(|plan| plan.ladder.is_mine(id)) || self.writing().is_some_and(|w| w.is_mine(id))
    }

    fn part(&mut self, id: JobId, part: Part, _cx: &mut Context<'_>) {
        if let Some(plan) = self.plan_mut().filter(|plan| plan.ladder.is_mine(id)) {
            plan.ladder.part(part);
        } else if let Some(writing) = self.writing_mut() {
            writing.part(part);
        }
    }

    fn finished(&mut self, id: JobId, outcome: Outcome, cx: &mut Context<'_>) {
        if let Some(plan) = self.plan_mut().filter(|plan| plan.ladder.is_mine(id)) {
            plan.ladder.finished(outcome);
        } else if let Some(writing) = self.writing_mut() {
            writing.finished(outcome, cx);
        }
    }

    fn at_line(&self, world: &World) -> Option<usize> {
        // Combines the selection and the scroll position of its text: no text has that many lines.
        let with_aside = |line: usize| line * 10_000 + self.aside.at();
        match &self.stage {
            Stage::Registry => Some(with_aside(self.preset_cursor)),
            Stage::Where { .. } => Some(with_aside(self.place_index(&places(world)))),
            Stage::Access(plan) => plan.grant.picker().map(|picker| picker.cursor),
            Stage::Test(plan) => Some(plan.ladder.scroll.at()),
            Stage::Review(review) => Some(review.scroll.at()),
            Stage::Values(_) => None,
        }
    }

    fn drawn(&mut self, memory: &Memory) {
        self.aside.drawn(memory.end("aside").unwrap_or_default());
        match &mut self.stage {
            Stage::Test(plan) => plan.ladder.drawn(memory),
            Stage::Review(review) => review.scroll.drawn(memory.end("review").unwrap_or_default()),
            Stage::Registry | Stage::Where { .. } | Stage::Values(_) | Stage::Access(_) => {}
        }
    }

    /// *Where* shows how many repositories each organization has.
    fn chooses_from(&self, org: Option<&OrgName>) -> bool {
        let plan = self.plan().or(self.kept.as_deref());
        org.is_some() || plan.is_some_and(|plan| plan.scope == Scope::User)
    }

    fn learn(&mut self, world: &World) {
        if let Some(plan) = &mut self.kept {
            plan.learn(world);
        }
        match &mut self.stage {
            Stage::Values(plan) => plan.learn(world),
            Stage::Access(plan) => {
                plan.propose(world);
                plan.learn_grant(world);
            }
            Stage::Review(review) if review.writing.is_none() => {
                review.plan.propose(world);
                if let Some(draft) = review.plan.draft(world) {
                    review.redraft(draft);
                }
            }
            Stage::Registry | Stage::Where { .. } | Stage::Test(_) | Stage::Review(_) => {}
        }
    }

    fn fill(&mut self, taken: &Taken, cx: &mut Context<'_>) {
        if let Stage::Values(plan) = &mut self.stage {
            plan.form.fill(taken, cx);
        }
        self.need_seamless(cx);
    }

    fn disarm(&mut self) {
        if let Stage::Review(review) = &mut self.stage {
            review.buttons.disarm();
        }
    }

    fn fields(&mut self) -> Vec<&mut TextField> {
        let stage = match &mut self.stage {
            Stage::Registry | Stage::Where { .. } => None,
            Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => Some(&mut **plan),
            Stage::Review(review) => Some(&mut review.plan),
        };
        let plans = stage.into_iter().chain(self.kept.as_deref_mut());
        plans.flat_map(Plan::fields).chain([&mut self.search.field]).collect()
    }

    fn hide(&mut self, number: u64) {
        if let Some(plan) = self.plan_mut() {
            plan.form.hide(number);
        }
    }

    fn is_unsaved(&self) -> bool {
        let plan = self.plan().or(self.kept.as_deref());
        let typed = plan.is_some_and(|plan| plan.form.is_typed());
        typed && !self.writing().is_some_and(Writing::is_whole)
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        if let Some(plan) = self.plan_mut() {
            plan.ladder.stop(cx);
        }
    }

    fn renamed(&mut self, renamed: &Renamed) {
        if let Some(scope) = &mut self.wanted {
            renamed.scope(scope);
        }
        if let Some(plan) = &mut self.kept {
            plan.renamed(renamed);
        }
        match &mut self.stage {
            Stage::Registry | Stage::Where { .. } => {}
            Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => plan.renamed(renamed),
            Stage::Review(review) => {
                review.plan.renamed(renamed);
                renamed.scope(&mut review.draft.scope);
                if let Some(writing) = &mut review.writing {
                    writing.renamed(renamed);
                }
            }
        }
    }
}
