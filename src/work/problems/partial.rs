//! Lists that lack what belongs to some organizations.

use crate::domain::{Mend, Problem, Untrusted};
use crate::github::Unshown;

/// A list that lacks what belongs to some organizations. GitHub identifies them by ID only.
pub(super) fn lacking(what: String, unshown: &[Unshown]) -> Problem {
    let numbers: Vec<_> = unshown.iter().map(|one| one.id.to_string()).collect();
    let (whose, them) = match numbers.as_slice() {
        [one] => (format!("the organization with ID {one} uses"), "it"),
        several => (format!("the organizations with IDs {} use", several.join(", ")), "them"),
    };
    let why = format!(
        "{whose} single sign-on and this token is not authorized for {them}, so GitHub left out what is in {them}"
    );
    let pages: Vec<_> = unshown.iter().filter_map(|one| one.page.as_ref().map(Untrusted::shown)).collect();
    let Some(first) = pages.first().cloned() else {
        return Problem::new(what, why, "authorize the token in GitHub's list of your tokens, then try again");
    };
    let hint = format!("authorize the token at {} within the hour, then try again", pages.join(" and at "));
    Problem::new(what, why, hint).mended_by(Mend::Open(first))
}

/// A list with fewer entries than GitHub counts.
pub(in crate::work) fn short(what: String) -> Problem {
    Problem::new(what, "GitHub sent an incomplete list: there may be more", "try again").mended_by(Mend::Retry)
}
