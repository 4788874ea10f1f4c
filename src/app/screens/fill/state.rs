//! What was found, which line is selected, and the outcome of importing it.

use chrono::{DateTime, Utc};

use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::local_job::{LocalJob, LocalOutcome};
use crate::app::notices::Tone;
use crate::app::protocol::{Job, JobId, Outcome};
use crate::app::remote::Remote;
use crate::app::screens::Behavior;
use crate::app::world::World;
use crate::domain::source::{Found, Offered};
use crate::domain::{Member, Members, Problem, Sensitive};

#[derive(Clone, Debug)]
pub struct State {
    pub found: Remote<Found>,
    pub taking: Option<Taking>,
    /// The problem with the selected line.
    pub problem: Option<Problem>,
    pub cursor: usize,
    /// What is in the fields and would be replaced.
    typed: Members<Option<Sensitive>>,
}

/// The chosen line; the cursor may move on meanwhile.
#[derive(Clone, Debug)]
pub struct Taking {
    id: JobId,
    pub words: String,
}

impl State {
    /// Starts the search.
    pub fn open(typed: Members<Option<Sensitive>>, cx: &mut Context<'_>) -> Self {
        let mut found = Remote::Absent;
        found.begin(cx.start(Job::Local(LocalJob::Look)));
        Self { found, taking: None, problem: None, cursor: 0, typed }
    }

    pub fn offers(&self) -> &[Offered] {
        self.found.value().map_or(&[], |found| &found.offers)
    }

    pub fn selected(&self) -> Option<&Offered> {
        self.offers().get(self.cursor)
    }

    fn disabled_reason(&self) -> Option<String> {
        match self.selected() {
            _ if self.taking.is_some() => Some("already importing; esc stops it".to_owned()),
            _ if self.found.is_loading() => Some("still searching".to_owned()),
            None => Some("nothing was found".to_owned()),
            Some(offer) => offer.refused.clone(),
        }
    }

    /// Which typed values the selected line would replace, such as “the server and the user”.
    pub fn replaced(&self) -> Option<String> {
        let offer = self.selected().filter(|offer| offer.refused.is_none())?;
        let is_replaced = |member: &Member| match (self.typed.get(*member), member) {
            (None, _) => false,
            (Some(typed), Member::Server) => {
                offer.server.as_ref().is_some_and(|server| *typed != Sensitive::from(server.raw()))
            }
            (Some(typed), Member::User) => offer.user.as_ref().is_none_or(|user| *typed != Sensitive::from(user.raw())),
            (Some(_), Member::Password) => true,
        };
        let words: Vec<_> = Member::all().filter(is_replaced).map(|member| format!("the {}", member.word())).collect();
        match &words[..] {
            [] => None,
            [one] => Some(one.clone()),
            [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
        }
    }

    /// Enter alone overwrites nothing.
    fn not_by_enter(&self) -> Option<String> {
        let replaced = || Some(format!("this would replace {} you typed; f does that", self.replaced()?));
        self.disabled_reason().or_else(replaced)
    }

    /// Imports the selected line.
    fn take(&mut self, cx: &mut Context<'_>) {
        if self.disabled_reason().is_none()
            && let Some(offer) = self.selected()
        {
            let (source, words) = (offer.source.clone(), offer.source.words());
            self.problem = None;
            self.taking = Some(Taking { id: cx.start(Job::Local(LocalJob::Take(source))), words });
        }
    }

    /// A problem belongs to its line: moving to another line removes it.
    fn select(&mut self, cursor: usize) {
        let cursor = cursor.min(self.offers().len().saturating_sub(1));
        if cursor != self.cursor {
            self.cursor = cursor;
            self.problem = None;
        }
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        "Import from".to_owned()
    }

    fn available_actions(&self, _world: &World, _now: DateTime<Utc>) -> AvailableActions {
        let label = match self.selected() {
            Some(offer) if offer.helper.is_some() => "run it and import",
            Some(_) | None => "import",
        };
        let back = if self.taking.is_some() { "stop" } else { "back" };
        let mut offers = vec![AvailableAction::called(Action::Activate, label).unless(self.not_by_enter())];
        if self.replaced().is_some() {
            offers.push(AvailableAction::called(Action::Fill, "replace what is typed").unless(self.disabled_reason()));
        }
        offers.push(AvailableAction::called(Action::Back, back));
        offers.extend(moving());
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match action {
            Action::Activate if self.not_by_enter().is_none() => self.take(cx),
            Action::Activate => {}
            Action::Fill => self.take(cx),
            Action::Back => match self.taking.take() {
                Some(taking) => cx.cancel(taking.id),
                None => return Navigation::Close,
            },
            Action::Up => self.select(self.cursor.saturating_sub(1)),
            Action::PageUp => self.select(self.cursor.saturating_sub(10)),
            Action::Top => self.select(0),
            Action::Down => self.select(self.cursor + 1),
            Action::PageDown => self.select(self.cursor + 10),
            _ => self.select(usize::MAX), // to the bottom
        }
        Navigation::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        match self.not_by_enter() {
            _ if self.cursor != row => self.select(row),
            None => self.take(cx),
            Some(why) => cx.note(Tone::Warn, why),
        }
        Navigation::Stay
    }

    fn waits_for(&self, id: JobId) -> bool {
        self.found.loading_id() == Some(id) || self.taking.as_ref().is_some_and(|taking| taking.id == id)
    }

    fn finished(&mut self, id: JobId, outcome: Outcome, cx: &mut Context<'_>) {
        match outcome {
            Outcome::Local(LocalOutcome::Found(found)) => {
                // Usable sources come first; sorting is stable.
                let found = found.map(|mut found| {
                    found.offers.sort_by_key(|offer| offer.refused.is_some());
                    found
                });
                self.found.settle(id, found);
            }
            Outcome::Local(LocalOutcome::Taken(taken)) => {
                self.taking = None;
                match taken {
                    Ok(taken) => cx.world.taken = Some(taken),
                    Err(problem) => self.problem = Some(problem),
                }
            }
            _ => {} // not a job of this screen
        }
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.cursor)
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        for id in self.found.loading_id().into_iter().chain(self.taking.take().map(|taking| taking.id)) {
            cx.cancel(id);
        }
    }
}
