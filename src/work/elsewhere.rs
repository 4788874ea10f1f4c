//! Whether someone else wrote a secret while we did. GitHub shows nothing but time stamps, so they have to tell.
//!
//! Detectable: a time stamp later than GitHub's clock when it answered our write; an earlier write with a later time
//! stamp than a later write; a secret that existed and was created again, or did not exist and was overwritten. Not
//! detectable: a write in the same second as ours, as time stamps have whole seconds. A time stamp of the next second
//! may be either, as GitHub has more than one clock: such a secret is written once more, and then has our value. Pure.

use chrono::{DateTime, Utc};

/// A secret that we wrote, in the order of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrote {
    /// When it was created, if it existed before we wrote.
    pub(super) made_before: Option<DateTime<Utc>>,
    /// GitHub said that this write created it.
    pub(super) has_made: bool,
    /// GitHub's clock when it answered, in seconds; `None` if there was no response.
    pub(super) answered: Option<i64>,
    /// When it was created and last updated, as GitHub lists it afterwards.
    pub(super) now: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Who wrote last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// Nothing suggests that it was anyone but us.
    Us,
    /// Its time stamp is in the second after GitHub's response to us.
    Unclear,
    SomebodyElse,
}

/// What the time stamps tell about each.
pub(super) fn judge(wrote: &[Wrote]) -> Vec<Last> {
    let is_overtaken = |at: usize| {
        let updated = |one: &Wrote| one.now.map(|(_, updated)| updated.timestamp());
        // A stale listing still has the time stamp from before our write, which is not later.
        let later = wrote.iter().skip(at + 1).filter(|one| updated(one) >= one.answered.map(|second| second - 1));
        later.filter(|one| one.answered.is_some()).any(|one| updated(&wrote[at]) > updated(one))
    };
    let of = |(at, one): (usize, &Wrote)| match by_itself(one) {
        Last::Us | Last::Unclear if is_overtaken(at) => Last::SomebodyElse,
        last => last,
    };
    wrote.iter().enumerate().map(of).collect()
}

fn by_itself(one: &Wrote) -> Last {
    // Without a response our own write is unknown too: that is resolved elsewhere.
    let (Some(answered), Some((made, updated))) = (one.answered, one.now) else { return Last::Us };
    let is_made_by_another = one.has_made == one.made_before.is_some();
    let is_made_anew = !one.has_made && one.made_before.is_some_and(|before| before != made);
    if is_made_by_another || is_made_anew || updated.timestamp() > answered.saturating_add(1) {
        Last::SomebodyElse
    } else if updated.timestamp() > answered {
        Last::Unclear
    } else {
        Last::Us
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn new(answered: i64, updated: i64) -> Wrote {
        Wrote { made_before: None, has_made: true, answered: Some(answered), now: Some((at(updated), at(updated))) }
    }

    fn old(answered: i64, updated: i64) -> Wrote {
        Wrote { made_before: Some(at(1)), has_made: false, answered: Some(answered), now: Some((at(1), at(updated))) }
    }

    #[test]
    fn stamps_of_our_own_writes_are_ours() {
        for wrote in [[new(5, 5), new(5, 5), new(6, 6)], [old(5, 5), old(6, 5), old(8, 7)]] {
            assert_eq!(judge(&wrote), [Last::Us; 3], "{wrote:?}");
        }
        // A list that is stale or incomplete is no evidence against us.
        assert_eq!(judge(&[old(5, 5), old(6, 2)]), [Last::Us; 2]);
        assert_eq!(judge(&[Wrote { now: None, ..new(5, 5) }]), [Last::Us]);
    }

    #[test]
    fn a_later_stamp_is_somebody_else_s_and_one_of_the_next_second_unclear() {
        assert_eq!(judge(&[old(5, 7)]), [Last::SomebodyElse]);
        assert_eq!(judge(&[old(5, 6)]), [Last::Unclear]);
        assert_eq!(judge(&[Wrote { answered: None, ..old(5, 7) }]), [Last::Us]);
    }

    #[test]
    fn an_earlier_write_that_is_stamped_after_a_later_one_is_somebody_else_s() {
        assert_eq!(judge(&[old(5, 6), old(5, 5)]), [Last::SomebodyElse, Last::Us]);
        assert_eq!(judge(&[old(6, 6), old(5, 5)]), [Last::SomebodyElse, Last::Us]);
    }

    #[test]
    fn one_that_came_or_went_meanwhile_was_somebody_else_s() {
        assert_eq!(judge(&[Wrote { has_made: false, ..new(5, 5) }]), [Last::SomebodyElse]);
        assert_eq!(judge(&[Wrote { has_made: true, ..old(5, 5) }]), [Last::SomebodyElse]);
        assert_eq!(judge(&[Wrote { made_before: Some(at(2)), ..old(5, 5) }]), [Last::SomebodyElse]);
    }
}
