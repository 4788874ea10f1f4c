//! A remote value: absent, loading, ready, or failed. Never a pair of flags.

use super::protocol::JobId;
use crate::domain::{Problem, Progress};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote<T> {
    #[default]
    Absent,
    Loading {
        id: JobId,
        so_far: Option<T>,
        /// How far it got, if known.
        far: Option<Progress>,
    },
    Ready(T),
    Failed {
        problem: Problem,
        previous: Option<T>,
    },
}

impl<T> Remote<T> {
    /// What can be shown, even while newer data is loading.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Absent => None,
            Self::Loading { so_far, .. } => so_far.as_ref(),
            Self::Ready(value) => Some(value),
            Self::Failed { previous, .. } => previous.as_ref(),
        }
    }

    pub const fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Absent => None,
            Self::Loading { so_far, .. } => so_far.as_mut(),
            Self::Ready(value) => Some(value),
            Self::Failed { previous, .. } => previous.as_mut(),
        }
    }

    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed { problem, .. } => Some(problem),
            Self::Absent | Self::Loading { .. } | Self::Ready(_) => None,
        }
    }

    pub const fn is_loading(&self) -> bool {
        matches!(self, Self::Loading { .. })
    }

    pub const fn loading_id(&self) -> Option<JobId> {
        match self {
            Self::Loading { id, .. } => Some(*id),
            Self::Absent | Self::Ready(_) | Self::Failed { .. } => None,
        }
    }

    /// Starts a read; the previous value stays visible meanwhile.
    pub fn begin(&mut self, id: JobId) {
        let so_far = match std::mem::take(self) {
            Self::Absent => None,
            Self::Loading { so_far, .. } => so_far,
            Self::Ready(value) => Some(value),
            Self::Failed { previous, .. } => previous,
        };
        *self = Self::Loading { id, so_far, far: None };
    }

    /// Takes partial data for `id`; data of an outdated read is ignored. Returns whether it was taken.
    pub fn part(&mut self, id: JobId, value: T) -> bool {
        match self {
            Self::Loading { id: mine, so_far, .. } if *mine == id => {
                *so_far = Some(value);
                true
            }
            Self::Absent | Self::Loading { .. } | Self::Ready(_) | Self::Failed { .. } => false,
        }
    }

    /// How far the running read got, if known.
    pub const fn far(&self) -> Option<Progress> {
        match self {
            Self::Loading { far, .. } => *far,
            Self::Absent | Self::Ready(_) | Self::Failed { .. } => None,
        }
    }

    /// Takes how far the read `id` got; ignores an outdated read.
    pub fn got(&mut self, id: JobId, told: Progress) {
        match self {
            Self::Loading { id: mine, far, .. } if *mine == id => *far = Some(told),
            Self::Absent | Self::Loading { .. } | Self::Ready(_) | Self::Failed { .. } => {}
        }
    }

    /// Takes the result of the read `id`; ignores an outdated one. Returns whether it was taken.
    pub fn settle(&mut self, id: JobId, result: Result<T, Problem>) -> bool {
        if self.loading_id() != Some(id) {
            return false;
        }
        let previous = match std::mem::take(self) {
            Self::Loading { so_far, .. } => so_far,
            Self::Absent | Self::Ready(_) | Self::Failed { .. } => None,
        };
        *self = match result {
            Ok(value) => Self::Ready(value),
            Err(problem) => Self::Failed { problem, previous },
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_answer_is_ignored() {
        let mut remote = Remote::Absent;
        remote.begin(JobId(1));
        remote.begin(JobId(2));
        assert!(!remote.settle(JobId(1), Ok("old")));
        assert!(!remote.part(JobId(1), "old"));
        assert!(remote.settle(JobId(2), Ok("new")));
        assert_eq!(remote, Remote::Ready("new"));
    }

    #[test]
    fn what_was_there_stays_visible_while_it_is_read_again_and_when_that_fails() {
        let mut remote = Remote::Ready("old");
        remote.begin(JobId(1));
        assert_eq!(remote.value(), Some(&"old"));
        remote.settle(JobId(1), Err(Problem::new("a", "b", "c")));
        assert_eq!(remote.value(), Some(&"old"));
        assert!(remote.problem().is_some());
    }
}
