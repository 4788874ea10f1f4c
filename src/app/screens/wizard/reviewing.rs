//! *Review*: the last step. Everything is decided, and only its button writes.

use chrono::{DateTime, Utc};

use super::plan::Plan;
use super::state::{Stage, State};
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::buttons::Buttons;
use crate::app::context::{Context, Navigation};
use crate::app::mending;
use crate::app::notices::Tone;
use crate::app::protocol::Effect;
use crate::app::remote::Remote;
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::app::writing::{Change, Writing};
use crate::domain::{Draft, Mend};

/// The last stage: everything is decided and may be being written.
#[derive(Clone, Debug)]
pub struct Review {
    pub plan: Plan,
    pub draft: Draft,
    pub writing: Option<Writing>,
    /// “Not yet” and “Write”, and afterwards the same for the rest.
    pub buttons: Buttons,
    pub scroll: Scroll,
}

impl Review {
    pub(super) fn new(plan: Plan, draft: Draft) -> Self {
        Self { plan, draft, writing: None, buttons: Buttons::default(), scroll: Scroll::default() }
    }

    /// Whether the question about the password's expiry can be answered now.
    pub fn asks_end(&self) -> bool {
        self.writing.is_none() && self.plan.asks_end()
    }

    /// Writes what is on the screen.
    pub(super) fn write(&mut self, cx: &mut Context<'_>) {
        self.buttons.disarm();
        self.draft.ends = self.plan.ends.end(cx.now).filter(|_| self.plan.asks_end());
        self.draft.seen = cx.world.seen(&self.draft.scope, (self.draft.shape, &self.draft.prefix));
        self.plan.form.settle_prefix();
        self.writing = Some(Writing::start(Change::Save(self.draft.clone()), cx));
    }

    /// Takes another draft; the screen then shows something else, so the write button loses the focus.
    pub(super) fn redraft(&mut self, draft: Draft) {
        if self.draft != draft {
            self.buttons.disarm();
        }
        self.draft = draft;
    }
}

impl State {
    pub(super) fn act_in_review(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        let Stage::Review(review) = &mut self.stage else { return Navigation::Stay };
        if review.plan.ends.is_focused() {
            review.plan.ends.leave();
            return Navigation::Stay;
        }
        if review.buttons.act(action, 2) {
            return Navigation::Stay;
        }
        match (action, &mut review.writing) {
            (Action::Next, None) => review.plan.ends.focus(),
            (Action::Activate, None) => review.write(cx),
            // The current state was read: the user reviews it and agrees again.
            (Action::Activate | Action::Back, Some(writing)) if writing.overtaken().is_some() => {
                (review.writing, review.scroll) = (None, Scroll::default());
                cx.note(Tone::Info, "this is the current state with your choices on top");
            }
            (Action::Activate, Some(writing)) if !writing.is_whole() => {
                review.buttons.disarm();
                writing.retry(cx);
            }
            (Action::Mend, writing) => {
                let mend = match writing {
                    Some(writing) => writing.remedy(),
                    None => remedy_of_place(&review.plan, cx.world),
                };
                let mend = mend.cloned();
                return cx.mend(mend.as_ref());
            }
            (Action::Copy, _) => {
                cx.effects.extend(review.plan.form.use_line().map(|(_, line)| Effect::Copy(line)));
            }
            (Action::Activate, Some(_)) => {
                cx.note(Tone::Info, "running codespaces get it after a restart");
                return Navigation::Close;
            }
            (Action::Back, Some(writing)) if writing.is_whole() => return Navigation::Close,
            (Action::Back, _) => {
                if let Some(plan) = self.take_plan() {
                    self.stage = Stage::Test(plan);
                }
            }
            _ => review.scroll.act(action), // the moving keys
        }
        Navigation::Stay
    }
}

/// The fix for a place whose secrets could not be read.
fn remedy_of_place<'w>(plan: &Plan, world: &'w World) -> Option<&'w Mend> {
    world.scope(&plan.scope)?.problem()?.mend.as_ref()
}

/// Why nothing may be written yet: what would be overwritten must be known and shown first.
fn not_known(review: &Review, world: &World) -> Option<&'static str> {
    match world.scope(&review.plan.scope) {
        Some(Remote::Ready(_)) if review.plan.rotates.is_some() && review.plan.existing(world).is_none() => {
            Some("it was deleted meanwhile and a password alone is useless: create a new credential")
        }
        Some(Remote::Ready(_)) => None,
        Some(Remote::Loading { .. }) => Some("existing secrets are still being read"),
        Some(Remote::Failed { .. } | Remote::Absent) | None => {
            Some("existing secrets could not be read; press esc, then enter, to try again")
        }
    }
}

fn line_offer(plan: &Plan) -> AvailableAction {
    let none = plan.form.use_line().is_none().then_some("no line to copy");
    AvailableAction::called(Action::Copy, "copy the line").unless(none)
}

const ASKS_FOR_BUTTON: &str = "right goes to “Write”, then enter writes; letters never do";
const AT_LAST: &str = "this is the last button; left goes back";

/// The arrow to the button that writes.
fn to_button(review: &Review, label: &'static str) -> AvailableAction {
    AvailableAction::called(Action::Right, label).unless(review.buttons.is_armed().then_some(AT_LAST))
}

fn from_button(review: &Review) -> AvailableAction {
    let at_first = (!review.buttons.is_armed()).then_some("this is the first button; right goes on");
    AvailableAction::called(Action::Left, "not yet").unless(at_first)
}

/// Why Enter does not write; `None` where it does.
fn not_written(review: &Review, world: &World, now: DateTime<Utc>) -> Option<String> {
    if !review.buttons.is_armed() {
        return Some(ASKS_FOR_BUTTON.to_owned());
    }
    not_known(review, world).map(str::to_owned).or_else(|| review.plan.unreadable_end(now))
}

pub(super) fn review_offers(review: &Review, world: &World, now: DateTime<Utc>) -> Vec<AvailableAction> {
    let Some(writing) = &review.writing else {
        let mut offers = vec![
            to_button(review, "to “Write”"),
            from_button(review),
            AvailableAction::called(Action::Activate, if review.buttons.is_armed() { "write" } else { "continue" })
                .unless(not_written(review, world, now)),
            review.plan.ends_offer(),
            line_offer(&review.plan),
            AvailableAction::called(Action::Write, "write").unless(Some(ASKS_FOR_BUTTON)),
            AvailableAction::new(Action::Back),
        ];
        offers.extend(mending::offer(world, remedy_of_place(&review.plan, world)));
        offers.extend(moving());
        return offers;
    };
    if writing.overtaken().is_some() {
        let mut offers = vec![
            AvailableAction::called(Action::Activate, "look at it"),
            AvailableAction::called(Action::Back, "look at it"),
        ];
        offers.extend(moving());
        return offers;
    }
    let running = writing.is_running().then_some("it is being written");
    let whole = writing.is_whole().then_some("everything is written");
    let armed = review.buttons.is_armed();
    let rest = (!writing.is_whole() && !armed).then_some("not everything is written; right, then enter does the rest");
    let mut offers = vec![
        to_button(review, "to the rest").unless(running.or(whole).or(armed.then_some(AT_LAST))),
        from_button(review),
        AvailableAction::called(Action::Activate, if writing.is_whole() { "done" } else { "do the rest" })
            .unless(running.or(rest)),
        line_offer(&review.plan),
        AvailableAction::called(Action::Back, if writing.is_whole() { "done" } else { "back" }).unless(running),
    ];
    offers.extend(mending::offer(world, writing.remedy()));
    offers.extend(moving());
    offers
}
