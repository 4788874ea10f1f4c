//! What a screen can use while it handles a message: the shared world, and the effects it requests.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::action::AvailableAction;
use super::history::Kind;
use super::notices::{Notices, Tone};
use super::protocol::{Effect, Job, JobId, Timer};
use super::screens::Screen;
use super::world::World;
use super::writing::Change;
use crate::domain::Scope;
use crate::domain::change::AccessBefore;

/// Passed down while one message is handled.
#[derive(Debug)]
pub struct Context<'a> {
    pub now: DateTime<Utc>,
    pub world: &'a mut World,
    pub notices: &'a mut Notices,
    pub effects: &'a mut Vec<Effect>,
    pub running_jobs: &'a mut RunningJobs,
}

impl Context<'_> {
    /// Starts a job; its progress and outcome carry the returned id.
    pub fn start(&mut self, job: Job) -> JobId {
        let id = self.running_jobs.begin(&job);
        self.effects.push(Effect::Start { id, job });
        id
    }

    /// Aborts a read that is no longer needed. A write goes on.
    pub fn cancel(&mut self, id: JobId) {
        if self.running_jobs.forget_read(id) {
            self.effects.push(Effect::Cancel(id));
        }
    }

    pub fn after(&mut self, timer: Timer, delay: Duration) {
        self.effects.push(Effect::After { timer, delay });
    }

    /// Shows a notice for a while.
    pub fn note(&mut self, tone: Tone, text: impl Into<String>) {
        self.numbered_note(tone, &text.into());
    }

    /// The same, returning the number of the notice, for state that lasts as long as the notice.
    pub fn numbered_note(&mut self, tone: Tone, text: &str) -> u64 {
        let number = self.notices.push(tone, text);
        self.after(Timer::Notice(number), Notices::STAY);
        number
    }

    /// A notice at the start. It stays until a key is pressed, so that an idle screen is not redrawn.
    pub fn greet(&mut self, text: impl Into<String>) {
        self.notices.push(Tone::Info, &text.into());
    }
}

/// Where to go after a screen has handled a message.
#[derive(Debug)]
pub enum Navigation {
    Stay,
    Close,
    /// Closes all screens above the list of credentials.
    Home,
    /// Closes all screens above the list of credentials and opens another tab.
    Tab(Screen),
    Push(Screen),
    /// Closes this screen and opens another in its place.
    Replace(Screen),
}

/// The running jobs, and the next id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunningJobs {
    last: u64,
    /// For a write: what to report once its screen is closed. For a read: `None`.
    pub(super) running: Vec<(JobId, Option<Write>)>,
}

/// A running write, with what is needed once its screen is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The scope whose secrets it writes, if it writes secrets.
    pub scope: Option<Scope>,
    pub kind: Kind,
    /// What an undo restores.
    pub restores: Option<AccessBefore>,
    /// What it writes, if it writes secrets.
    pub change: Option<Change>,
    pub doing: String,
    pub done: String,
}

impl Write {
    fn of(job: &Job) -> Option<Self> {
        if let Job::ChangeCodespaces(changes) = job {
            let doing = super::spaces::doing(changes);
            return Some(Self {
                scope: None,
                kind: Kind::of(job),
                restores: None,
                change: None,
                done: doing.clone(),
                doing,
            });
        }
        let change = Change::of(job)?;
        let restores = match &change {
            Change::Restore(before) => Some(before.clone()),
            Change::Save(_) | Change::Access(_) | Change::Delete { .. } => None,
        };
        Some(Self {
            scope: Some(change.scope().clone()),
            kind: Kind::of(job),
            restores,
            doing: change.doing(),
            done: change.done(),
            change: Some(change),
        })
    }
}

impl RunningJobs {
    /// A number that was not used before.
    pub fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn begin(&mut self, job: &Job) -> JobId {
        let id = JobId(self.number());
        self.running.push((id, Write::of(job)));
        id
    }

    /// Returns whether the job was a running read.
    fn forget_read(&mut self, id: JobId) -> bool {
        let before = self.running.len();
        self.running.retain(|(running, write)| *running != id || write.is_some());
        before != self.running.len()
    }

    /// Takes the end of a job; `None` if it was not running, `Some(None)` for a read.
    pub fn end(&mut self, id: JobId) -> Option<Option<Write>> {
        let at = self.running.iter().position(|(running, _)| *running == id)?;
        Some(self.running.remove(at).1)
    }

    pub fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// What the running writes do, in words.
    pub fn doing(&self) -> Vec<String> {
        self.running.iter().filter_map(|(_, write)| Some(write.as_ref()?.doing.clone())).collect()
    }

    pub fn writes(&self) -> usize {
        self.running.iter().filter(|(_, write)| write.is_some()).count()
    }
}

/// What a screen tells the frame around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AvailableActions {
    /// Every action this screen knows now, in footer order.
    pub offers: Vec<AvailableAction>,
    /// Whether a text field has the focus, so that plain characters are text.
    pub typing: bool,
}
