//! Finds out what happened to a write without a response by reading back. It does not guess: what the time stamps
//! cannot tell stays unknown.

use chrono::{DateTime, Utc};

use crate::domain::{Access, MemberState, Prefix, Problem, Scope, Shape, WriteOutcome};
use crate::github::{Client, GithubError, Grant, Listed, SecretRecord};

use super::problems::explain;

/// How far GitHub's clocks may differ from each other, in seconds. Time stamps have a resolution of one second.
const SKEW: i64 = 2;

/// What was known about a secret before it was written.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) record: Option<&'a SecretRecord>,
    /// GitHub's clock when it was read.
    pub(super) server_time: Option<i64>,
}

/// What two readings of a secret tell about a write between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    Created,
    Updated,
    Untouched,
    Unclear,
}

/// The outcome of a PUT of a value that failed but may have taken effect.
pub(super) async fn settle_write(
    gh: &Client,
    scope: &Scope,
    name: &str,
    before: Before<'_>,
    failure: &GithubError,
) -> WriteOutcome {
    let problem = || explain(not_written(name), failure, Some(scope));
    match gh.secret(scope, name).await {
        Ok(now) => match trace(before, now.as_ref().map(|now| (now.created_at, now.updated_at))) {
            Trace::Created => WriteOutcome::Created,
            Trace::Updated => WriteOutcome::Updated,
            Trace::Untouched => WriteOutcome::Failed(problem()),
            Trace::Unclear => WriteOutcome::Unknown(unclear(name, problem())),
        },
        Err(_) => WriteOutcome::Unknown(unclear(name, problem())),
    }
}

/// The same from a listing that was read later, for a PUT whose outcome was unknown at first. `None` if the listing
/// does not tell either.
pub(super) fn settled_by(
    name: &str,
    before: Before<'_>,
    now: Option<&MemberState>,
    problem: &Problem,
) -> Option<WriteOutcome> {
    match trace(before, now.map(|now| (now.created_at, now.updated_at))) {
        Trace::Created => Some(WriteOutcome::Created),
        Trace::Updated => Some(WriteOutcome::Updated),
        Trace::Untouched => {
            let hint = "write it again".to_owned();
            Some(WriteOutcome::Failed(Problem { what: not_written(name), hint, ..problem.clone() }))
        }
        Trace::Unclear => None,
    }
}

/// The outcome of a deletion that failed but may have taken effect.
pub(super) async fn settle_deletion(gh: &Client, scope: &Scope, name: &str, failure: &GithubError) -> WriteOutcome {
    let problem = explain(format!("{name} could not be deleted"), failure, Some(scope));
    match gh.secret(scope, name).await {
        Ok(None) => WriteOutcome::Deleted,
        Ok(Some(_)) => WriteOutcome::Failed(problem),
        Err(_) => {
            let hint = "reload; if it is still there, delete it again".to_owned();
            WriteOutcome::Unknown(Problem { hint, ..unclear(name, problem) })
        }
    }
}

/// The outcome of a change of access that failed but may have taken effect.
pub(super) async fn settle_access(
    gh: &Client,
    scope: &Scope,
    name: &str,
    (before, wanted): (&Access, &Access),
    failure: &GithubError,
) -> WriteOutcome {
    let problem = explain(format!("the access of {name} could not be changed"), failure, Some(scope));
    let now = match gh.secret(scope, name).await {
        Ok(Some(record)) => current_access(gh, scope, &record).await,
        Ok(None) => return WriteOutcome::Failed(problem),
        Err(failure) => Err(failure),
    };
    match now {
        // An incomplete list may look like either.
        Ok(now) if now.is_whole() && now.is_same(wanted) => WriteOutcome::Updated,
        Ok(now) if now.is_whole() && now.is_same(before) => WriteOutcome::Failed(problem),
        Ok(_) | Err(_) => {
            let hint = "reload, check its current access, and set it again".to_owned();
            WriteOutcome::Unknown(Problem { hint, ..unclear(name, problem) })
        }
    }
}

/// The current access of a secret. Reads the list of repositories if the visibility alone does not tell.
pub(super) async fn current_access(gh: &Client, scope: &Scope, record: &SecretRecord) -> Result<Access, GithubError> {
    match record.plain_access(scope) {
        Some(access) => Ok(access),
        None => gh.selected(scope, &record.name).await.map(|list| list.access()),
    }
}

/// What a PUT must contain to set exactly this access. `None` if that is not possible: an incomplete list must never be
/// written back.
pub(super) fn grant(scope: &Scope, access: &Access) -> Option<Grant> {
    let ids = match access {
        Access::Selected(list) if list.complete => Some(list.repositories.iter().map(|r| r.id).collect()),
        Access::All | Access::Private => None,
        Access::Repository => return Some(Grant::default()),
        Access::Selected(_) | Access::Other(_) => return None,
    };
    match scope {
        Scope::User => ids.map(|ids| Grant { visibility: None, selected_repository_ids: Some(ids) }),
        Scope::Organization(_) => Some(Grant {
            visibility: access.visibility().map(crate::domain::Visibility::word),
            selected_repository_ids: ids,
        }),
        Scope::Repository(_) => Some(Grant::default()),
    }
}

pub(super) fn not_written(name: &str) -> String {
    format!("{name} could not be written")
}

/// Reads the secrets of a scope, to write one of its credentials. If the list is incomplete, the members are requested
/// by name, so that none is treated as new or forgotten because it was not listed.
pub(super) async fn secrets(gh: &Client, scope: &Scope, prefix: &Prefix) -> Result<Listed<SecretRecord>, GithubError> {
    secrets_of(gh, scope, (Shape::Credential, prefix)).await
}

/// The same for this shape and name.
pub(super) async fn secrets_of(
    gh: &Client,
    scope: &Scope,
    (shape, name): (Shape, &Prefix),
) -> Result<Listed<SecretRecord>, GithubError> {
    let mut list = gh.secrets(scope, &mut |_| {}).await?;
    if !list.is_complete() {
        for name in shape.members().iter().map(|member| shape.secret_name(name, *member)) {
            if list.find(&name).is_none()
                && let Some(record) = gh.secret(scope, &name).await?
            {
                list.items.push(record);
            }
        }
    }
    Ok(list)
}

fn unclear(name: &str, problem: Problem) -> Problem {
    Problem {
        what: format!("could not confirm what happened to {name}"),
        why: format!("{}, and reading it back did not settle it", problem.why),
        hint: "reload, and write it again: that is safe".to_owned(),
        mend: problem.mend,
    }
}

/// `now` is when it was created and last updated.
fn trace(before: Before<'_>, now: Option<(DateTime<Utc>, DateTime<Utc>)>) -> Trace {
    match (before.record, now) {
        (None, None) => Trace::Untouched,
        (None, Some(_)) => Trace::Created,
        // Someone else deleted it meanwhile, or deleted and created it again.
        (Some(_), None) => Trace::Unclear,
        (Some(old), Some((created, _))) if old.created_at != created => Trace::Unclear,
        (Some(old), Some((_, updated))) if updated > old.updated_at => Trace::Updated,
        (Some(old), Some(_)) => {
            // An unchanged time stamp means “not written” only if a write would have made it later: a secret written
            // within the same second as ours looks the same either way.
            let is_old = before.server_time.is_some_and(|time| old.updated_at.timestamp() + SKEW < time);
            if is_old { Trace::Untouched } else { Trace::Unclear }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chrono::DateTime;

    use super::*;
    use crate::domain::{OrgName, RepoRef, Visibility};

    fn record(created: i64, updated: i64) -> SecretRecord {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        SecretRecord { name: "A".to_owned(), created_at: at(created), updated_at: at(updated), visibility: None }
    }

    fn traced(before: Option<(i64, i64)>, server_time: Option<i64>, now: Option<(i64, i64)>) -> Trace {
        let before = before.map(|(c, u)| record(c, u));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let now = now.map(|(created, updated)| (at(created), at(updated)));
        trace(Before { record: before.as_ref(), server_time }, now)
    }

    #[test]
    fn a_later_stamp_or_a_new_secret_shows_the_write() {
        assert_eq!(traced(None, Some(100), Some((100, 100))), Trace::Created);
        assert_eq!(traced(Some((1, 50)), Some(100), Some((1, 100))), Trace::Updated);
        assert_eq!(traced(Some((1, 99)), Some(99), Some((1, 100))), Trace::Updated);
    }

    #[test]
    fn an_old_stamp_that_stayed_shows_that_nothing_was_written() {
        assert_eq!(traced(None, Some(100), None), Trace::Untouched);
        assert_eq!(traced(Some((1, 50)), Some(100), Some((1, 50))), Trace::Untouched);
    }

    #[test]
    fn a_stamp_of_the_same_second_tells_nothing() {
        assert_eq!(traced(Some((1, 100)), Some(100), Some((1, 100))), Trace::Unclear);
        assert_eq!(traced(Some((1, 99)), Some(100), Some((1, 99))), Trace::Unclear);
        assert_eq!(traced(Some((1, 50)), None, Some((1, 50))), Trace::Unclear);
    }

    #[test]
    fn what_somebody_else_deleted_is_not_ours_to_judge() {
        assert_eq!(traced(Some((1, 50)), Some(100), None), Trace::Unclear);
        assert_eq!(traced(Some((1, 50)), Some(100), Some((99, 99))), Trace::Unclear);
    }

    #[test]
    fn a_grant_says_everything_or_nothing() {
        let org = Scope::Organization(OrgName::parse("acme").unwrap());
        let list = vec![RepoRef { id: 7, full_name: "acme/api".into() }];
        let selected = Access::selected(list.clone(), true);
        let said = grant(&org, &selected).unwrap();
        assert_eq!((said.visibility, said.selected_repository_ids), (Some("selected"), Some(vec![7])));
        assert_eq!(grant(&org, &Access::selected(list, false)), None);
        assert_eq!(grant(&org, &Access::Other("internal".into())), None);
        let all = grant(&org, &Access::All).unwrap();
        assert_eq!((all.visibility, all.selected_repository_ids), (Some(Visibility::All.word()), None));
        assert_eq!(grant(&Scope::User, &selected).unwrap().visibility, None);
        assert_eq!(grant(&Scope::User, &Access::All), None);
    }
}
