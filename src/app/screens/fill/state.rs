//! What was found, which line is selected, and what became of taking it.

use chrono::{DateTime, Utc};

use crate::app::action::{Action, Offer, moving};
use crate::app::cx::{Cx, Facade, Flow};
use crate::app::errand::{Brought, Errand};
use crate::app::protocol::{Job, JobId, Outcome};
use crate::app::remote::Remote;
use crate::app::screens::Behavior;
use crate::app::world::World;
use crate::domain::Problem;
use crate::domain::source::{Found, Offered};

#[derive(Clone, Debug)]
pub struct State {
    pub found: Remote<Found>,
    pub taking: Option<JobId>,
    pub problem: Option<Problem>,
    pub cursor: usize,
}

impl State {
    /// Looks for what there is.
    pub fn open(cx: &mut Cx<'_>) -> Self {
        let mut found = Remote::Absent;
        found.begin(cx.start(Job::Errand(Errand::Look)));
        Self { found, taking: None, problem: None, cursor: 0 }
    }

    pub fn offers(&self) -> &[Offered] {
        self.found.value().map_or(&[], |found| &found.offers)
    }

    pub fn selected(&self) -> Option<&Offered> {
        self.offers().get(self.cursor)
    }

    fn not_now(&self) -> Option<String> {
        match self.selected() {
            _ if self.taking.is_some() => Some("it is being taken already; esc stops it".to_owned()),
            _ if self.found.is_loading() => Some("still looking".to_owned()),
            None => Some("nothing was found".to_owned()),
            Some(offer) => offer.refused.clone(),
        }
    }

    /// A yes to this very line.
    fn take(&mut self, cx: &mut Cx<'_>) {
        if self.not_now().is_none()
            && let Some(source) = self.selected().map(|offer| offer.source.clone())
        {
            self.problem = None;
            self.taking = Some(cx.start(Job::Errand(Errand::Take(source))));
        }
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        "Fill from".to_owned()
    }

    fn facade(&self, _world: &World, _now: DateTime<Utc>) -> Facade {
        let label = match self.selected() {
            Some(offer) if offer.helper.is_some() => "run it and fill",
            Some(_) | None => "fill",
        };
        let back = if self.taking.is_some() { "stop" } else { "back" };
        let mut offers =
            vec![Offer::called(Action::Activate, label).unless(self.not_now()), Offer::called(Action::Back, back)];
        offers.extend(moving());
        Facade { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Flow {
        let last = self.offers().len().saturating_sub(1);
        match action {
            Action::Activate => self.take(cx),
            Action::Back => match self.taking.take() {
                Some(id) => cx.cancel(id),
                None => return Flow::Close,
            },
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(10),
            Action::Top => self.cursor = 0,
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::PageDown => self.cursor = (self.cursor + 10).min(last),
            _ => self.cursor = last, // to the bottom
        }
        Flow::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Cx<'_>) -> Flow {
        if self.cursor == row {
            self.take(cx);
        } else if row < self.offers().len() {
            self.cursor = row;
        }
        Flow::Stay
    }

    fn waits_for(&self, id: JobId) -> bool {
        self.found.loading_id() == Some(id) || self.taking == Some(id)
    }

    fn finished(&mut self, id: JobId, outcome: Outcome, cx: &mut Cx<'_>) {
        match outcome {
            Outcome::Errand(Brought::Found(found)) => {
                // What can be used comes first; sorting is stable.
                let found = found.map(|mut found| {
                    found.offers.sort_by_key(|offer| offer.refused.is_some());
                    found
                });
                self.found.settle(id, found);
            }
            Outcome::Errand(Brought::Taken(taken)) => {
                self.taking = None;
                match taken {
                    Ok(taken) => cx.world.taken = Some(taken),
                    Err(problem) => self.problem = Some(problem),
                }
            }
            _ => {} // no job of this screen's
        }
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.cursor)
    }

    fn close(&mut self, cx: &mut Cx<'_>) {
        for id in self.found.loading_id().into_iter().chain(self.taking.take()) {
            cx.cancel(id);
        }
    }
}
