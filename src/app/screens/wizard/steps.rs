//! What each step offers, and what its keys do.

use chrono::{DateTime, Utc};

use super::ends;
use super::plan::{Grant, Plan};
use super::reviewing::review_offers;
use super::state::{Stage, State};
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::keymap::KeyPress;
use crate::app::mending;
use crate::app::picker::{Picker, filtering};
use crate::app::protocol::Effect;
use crate::app::remote::Remote;
use crate::app::repositories::problem;
use crate::app::screens::access::org_of;
use crate::app::screens::login_test::{copy_remedy, form_act, form_offers, ladder_offers};
use crate::app::screens::{Screen, fill};
use crate::app::world::World;
use crate::domain::preset::{AnyPreset, any_presets};
use crate::domain::{Holds, Mend, Sensitive, Shape, Verdict};

impl State {
    pub(super) fn facade_of_step(&self, world: &World, now: DateTime<Utc>) -> AvailableActions {
        match &self.stage {
            Stage::Registry if self.search.typing => self.searching(),
            Stage::Registry => AvailableActions { offers: registry_offers(world), typing: false },
            Stage::Where { .. } => AvailableActions { offers: self.where_offers(world), typing: false },
            Stage::Values(plan) => {
                let next = match (plan.form.is_at_last(), plan.names_image) {
                    (false, _) => "next field",
                    (true, true) => "test",
                    (true, false) => "continue",
                };
                let mut offers =
                    vec![AvailableAction::called(Action::Activate, next), AvailableAction::new(Action::Back)];
                offers.extend(form_offers(&plan.form, self.aside));
                AvailableActions { offers, typing: true }
            }
            Stage::Access(plan) => access_facade(plan, world),
            Stage::Test(plan) => {
                AvailableActions { offers: test_offers(plan), typing: plan.ladder.refused().is_some() }
            }
            Stage::Review(review) if review.plan.ends.is_focused() => ends::available_actions(&review.plan.ends, now),
            Stage::Review(review) => AvailableActions { offers: review_offers(review, world, now), typing: false },
        }
    }

    fn where_offers(&self, world: &World) -> Vec<AvailableAction> {
        let places = Self::places(world);
        let place = places.get(self.place_index(&places));
        let missing = place.and_then(|place| place.missing.clone());
        let mut offers = vec![AvailableAction::called(Action::Activate, "continue").unless(missing)];
        offers.extend(mending::offer(world, place.and_then(|place| place.mend.as_ref())));
        offers.push(AvailableAction::new(Action::Back));
        offers.extend(moving());
        offers
    }

    pub(super) fn act_in_step(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match &self.stage {
            Stage::Registry => self.act_in_registry(action, cx),
            Stage::Where { .. } => self.act_in_where(action, cx),
            Stage::Values(_) => self.act_in_values(action, cx),
            Stage::Access(_) => self.act_in_access(action, cx),
            Stage::Test(_) => self.act_in_test(action, cx),
            Stage::Review(_) => self.act_in_review(action, cx),
        }
    }

    fn act_in_registry(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match action {
            Action::Back if self.search.typing => self.search.leave(),
            Action::Back => return Navigation::Close,
            Action::Filter => self.search.typing = true,
            Action::Activate => {
                self.search.leave();
                if let Some(preset) = any_presets().get(self.preset_cursor) {
                    self.go_to_where(*preset, cx);
                }
            }
            Action::OpenLink => {
                if let Some(preset) = any_presets().get(self.preset_cursor) {
                    cx.effects.push(Effect::OpenUrl(preset.docs_url().to_owned()));
                }
            }
            _ => self.preset_cursor = moved(action, self.preset_cursor, any_presets().len()), // the moving keys
        }
        Navigation::Stay
    }

    fn act_in_where(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        let places = Self::places(cx.world);
        let at = self.place_index(&places);
        match (action, &self.stage) {
            (Action::Back, _) => self.stage = Stage::Registry,
            (Action::Mend, _) => return cx.mend(places.get(at).and_then(|place| place.mend.as_ref())),
            (Action::Activate, Stage::Where { preset }) => {
                let (preset, Some(place)) = (*preset, places.get(at)) else { return Navigation::Stay };
                let mut plan = match self.kept.take() {
                    Some(mut plan) => {
                        plan.moved_to(preset, place.scope.clone(), cx);
                        plan
                    }
                    None => Box::new(Plan::new(preset, place.scope.clone(), cx)),
                };
                self.search.fill(&mut plan.form, cx);
                self.stage = Stage::Values(plan);
            }
            _ => self.place_cursor = Some(moved(action, at, places.len())), // the moving keys
        }
        Navigation::Stay
    }

    fn act_in_values(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        if action == Action::Fill {
            let Some(typed) = self.plan().map(|plan| plan.form.typed()) else { return Navigation::Stay };
            return Navigation::Push(Screen::Fill(Box::new(fill::State::open(typed, cx))));
        }
        let rotates = self.rotated().is_some();
        let mut commands = self.commands;
        let Some(plan) = self.plan_mut() else { return Navigation::Stay };
        if action == Action::Copy {
            commands.copy(&plan.form, cx);
            self.commands = commands;
            return Navigation::Stay;
        }
        if form_act(&mut plan.form, action, cx).is_some() {
            return Navigation::Stay;
        }
        let goes_on = action == Action::Activate && plan.form.go_on(cx);
        if action != Action::Back && !goes_on {
            return Navigation::Stay;
        }
        if std::mem::take(&mut plan.names_image) {
            self.back_to_test(goes_on, cx);
            return Navigation::Stay;
        }
        if rotates && !goes_on {
            return Navigation::Close;
        }
        let Some(mut plan) = self.take_plan() else { return Navigation::Stay };
        plan.form.leave_field();
        if rotates {
            self.stage = Stage::Test(plan);
        } else if goes_on {
            plan.propose(cx.world);
            if plan.grant.picker().is_some() {
                cx.need_catalogue(org_of(&plan.scope));
            }
            self.stage = Stage::Access(plan);
        } else {
            self.go_to_where(plan.form.preset, cx);
            self.kept = Some(plan);
        }
        Navigation::Stay
    }

    /// Goes from the image field back to the test, which runs again if there is something to test.
    fn back_to_test(&mut self, again: bool, cx: &mut Context<'_>) {
        let Some(mut plan) = self.take_plan() else { return };
        plan.form.leave_field();
        plan.propose(cx.world);
        if again && plan.not_testable().is_none() {
            plan.ladder.start(plan.form.trial(), cx);
        }
        self.stage = Stage::Test(plan);
    }

    /// Text typed after a refusal goes to the refused value and replaces it.
    pub(super) fn retype(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let Stage::Test(plan) = &mut self.stage else { return false };
        let is_text = plan.ladder.refused().is_some_and(|member| plan.form.retype(member, key, cx));
        if is_text && let Some(plan) = self.take_plan() {
            self.stage = Stage::Values(plan);
        }
        is_text
    }

    pub(super) fn repaste(&mut self, text: &Sensitive, cx: &mut Context<'_>) {
        let Some(mut plan) = self.take_plan() else { return };
        if let Some(member) = plan.ladder.refused() {
            plan.form.begin_anew(member);
        }
        plan.form.paste(text, cx);
        self.stage = Stage::Values(plan);
    }

    fn act_in_access(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        let Some(plan) = self.plan_mut() else { return Navigation::Stay };
        match action {
            Action::Activate if plan.grant.listless().is_none() && plan.grant.picker().is_some_and(|p| p.filtering) => {
                if let Some(picker) = plan.grant.picker_mut() {
                    picker.filtering = false;
                }
            }
            Action::Activate => {
                if let Some(plan) = self.take_plan() {
                    self.stage = Stage::Test(plan);
                }
            }
            Action::Back => {
                let stays = plan.grant.picker_mut().is_some_and(super::super::super::picker::Picker::back);
                if !stays && let Some(plan) = self.take_plan() {
                    self.stage = Stage::Values(plan);
                }
            }
            Action::Reload => cx.load_catalogue(org_of(&plan.scope)),
            Action::Mend => {
                let mend = remedy_of_list(plan, cx.world).cloned();
                return cx.mend(mend.as_ref());
            }
            Action::Visibility => {
                if let Grant::Organization { visibility, .. } = &mut plan.grant {
                    *visibility = visibility.next();
                }
            }
            _ => {
                // the list's own
                if let Some(picker) = plan.grant.picker_mut() {
                    picker.act(action);
                }
            }
        }
        Navigation::Stay
    }

    fn act_in_test(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        let Some(plan) = self.plan_mut() else { return Navigation::Stay };
        match action {
            Action::Activate if plan.verdict() == Some(Verdict::Pass) => {
                plan.skipped = false;
                self.go_to_review(cx);
            }
            Action::Activate | Action::Test => plan.ladder.start(plan.form.trial(), cx),
            Action::Skip => {
                plan.skipped = true;
                self.go_to_review(cx);
            }
            Action::With => plan.ladder.cycle_with(),
            Action::Copy => copy_remedy(&plan.ladder, cx),
            Action::Image => {
                plan.names_image = true;
                plan.form.ask_for_image();
                if let Some(plan) = self.take_plan() {
                    self.stage = Stage::Values(plan);
                }
            }
            Action::Back => {
                if !plan.ladder.stop(cx)
                    && let Some(plan) = self.take_plan()
                {
                    let rotates = plan.rotates.is_some();
                    self.stage = if rotates { Stage::Values(plan) } else { Stage::Access(plan) };
                }
            }
            _ => plan.ladder.scroll_by(action), // the moving keys
        }
        Navigation::Stay
    }

    /// Checks the token's permissions each time: they may have changed meanwhile.
    pub(super) fn go_to_where(&mut self, preset: AnyPreset, cx: &mut Context<'_>) {
        self.stage = Stage::Where { preset };
        cx.reload_identity();
    }

    fn go_to_review(&mut self, cx: &mut Context<'_>) {
        if let Some(plan) = self.take_plan() {
            if !matches!(cx.world.scope(&plan.scope), Some(Remote::Ready(_) | Remote::Loading { .. })) {
                cx.load_scope(&plan.scope);
            }
            self.stage = Stage::review(*plan, cx.world);
        }
    }
}

/// The fix for a list of repositories that could not be read.
fn remedy_of_list<'w>(plan: &Plan, world: &'w World) -> Option<&'w Mend> {
    problem(world.catalogue(org_of(&plan.scope)))?.mend.as_ref()
}

fn moved(action: Action, at: usize, len: usize) -> usize {
    let last = len.saturating_sub(1);
    match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => (at + 1).min(last),
        Action::Top => 0,
        Action::Bottom => last,
        _ => at, // does not move
    }
}

fn registry_offers(world: &World) -> Vec<AvailableAction> {
    let demo = world.demo.then_some("nothing leaves this machine in the demo");
    let mut offers = vec![
        AvailableAction::called(Action::Activate, "continue"),
        AvailableAction::called(Action::Filter, "find by image"),
        AvailableAction::called(Action::OpenLink, "open its docs").unless(demo),
        AvailableAction::called(Action::Back, "cancel"),
    ];
    offers.extend(moving());
    offers
}

fn access_facade(plan: &Plan, world: &World) -> AvailableActions {
    let listless = plan.grant.listless();
    if listless.is_none() && plan.grant.picker().is_some_and(|picker| picker.filtering) {
        return filtering();
    }
    let fixed = (!matches!(plan.grant, Grant::Organization { .. })).then_some("only organizations have a visibility");
    let nothing = Picker::default();
    let [toggle, filter, all, next, previous] = plan.grant.picker().unwrap_or(&nothing).offers(listless);
    let mut offers = vec![
        AvailableAction::called(Action::Activate, "continue").unless(plan.not_writable(world)),
        toggle,
        AvailableAction::new(Action::Visibility).unless(fixed),
        filter,
        all,
        AvailableAction::new(Action::Back),
        next,
        previous,
        AvailableAction::new(Action::Reload).unless(listless),
    ];
    offers.extend(mending::offer(world, remedy_of_list(plan, world).filter(|_| listless.is_none())));
    offers.extend(moving().into_iter().map(|offer| offer.unless(listless)));
    AvailableActions { offers, typing: false }
}

fn test_offers(plan: &Plan) -> Vec<AvailableAction> {
    let running = plan.ladder.is_running();
    let verdict = plan.verdict();
    let activate = match verdict {
        Some(Verdict::Pass) => "continue",
        Some(Verdict::Fail | Verdict::Inconclusive) => "test again",
        None if plan.shape() == Shape::Single => "test the token",
        None => "test the login",
    };
    let busy = running.then_some("the test is running; esc stops it");
    let untestable = plan.not_testable().or(busy.map(str::to_owned));
    let no_skip = match verdict {
        Some(Verdict::Fail) if plan.is_logged_in() => Some(match plan.form.preset.holds() {
            Holds::Images => "these values cannot pull the image; i changes or clears it, esc goes back to them",
            Holds::Packages => "this token cannot install the package; i changes or clears it, esc goes back",
        }),
        Some(Verdict::Fail) => Some("these values cannot work; esc goes back to change them"),
        Some(Verdict::Pass) => Some("it passed; enter continues"),
        Some(Verdict::Inconclusive) | None => busy,
    };
    let skip = if verdict == Some(Verdict::Inconclusive) { "go on anyway" } else { "skip the test" };
    let mut offers = vec![
        AvailableAction::called(Action::Activate, activate).unless(untestable.clone()),
        AvailableAction::called(Action::Skip, skip).unless(no_skip),
        AvailableAction::called(Action::Test, if verdict.is_none() { activate } else { "test again" })
            .unless(untestable),
    ];
    let leave = AvailableAction::called(Action::Back, if running { "stop" } else { "back" });
    offers.extend(ladder_offers(&plan.ladder, plan.form.preset.holds(), leave));
    offers
}
