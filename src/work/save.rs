//! Writes a credential or a single secret: first all checks, then one member after the other with SERVER last, then
//! reading back.
//!
//! It never widens access by accident: access that is to be kept is read first and repeated in the request, and an
//! incomplete list of repositories is never written back.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use crate::domain::change::DraftAccess;
use crate::domain::{Access, Draft, Member, MemberReport, Problem, RepoRef, Saved, Scope, Visibility, WriteOutcome};
use crate::github::{Client, GithubError, Grant, Listed, PublicKey, Put, SecretRecord, Written, seal};
use crate::local::Held;

use super::problems::{explain, reading, subject};
use super::settle::{Before, current_access, grant, not_written, secrets_of, settle_write};

/// GitHub's limit per scope. Source: GitHub Docs, “Managing your account-specific secrets”, limits for secrets.
const MAX_SECRETS: usize = 100;

/// One member as it will be written.
pub(super) struct Step<'a> {
    pub(super) member: Member,
    pub(super) name: String,
    pub(super) before: Option<&'a SecretRecord>,
    pub(super) grant: Grant,
    /// Its access afterwards, if that is known.
    pub(super) expect: Option<Access>,
}

/// GitHub's response to the write of a member that it accepted.
#[derive(Clone, Copy)]
pub(super) struct Answered {
    pub(super) has_made: bool,
    pub(super) server_time: Option<i64>,
}

/// The outcome of each step so far.
pub(super) struct Run {
    pub(super) reports: Vec<MemberReport>,
    pub(super) answers: Vec<Option<Answered>>,
}

/// Writes a draft; nobody else on this machine can write it meanwhile. `part` receives the outcome of each member, and
/// again if reading back corrects it.
///
/// `Err` means that a check refused and nothing was written. The report has the outcome of each member: after a member
/// that failed, the remaining ones are not tried.
pub async fn save(
    gh: &Client,
    _held: &Held,
    draft: &Draft,
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<Saved, Problem> {
    let scope = &draft.scope;
    check_values(draft)?;
    let existing = secrets_of(gh, scope, (draft.shape, &draft.prefix)).await;
    let existing = existing.map_err(|e| nothing_written(explain(reading(scope), &e, Some(scope))))?;
    check_room(draft, &existing)?;
    let steps = plan(gh, draft, &existing).await.map_err(nothing_written)?;
    let key = gh.public_key(scope).await;
    let mut key = key.map_err(|e| {
        nothing_written(explain(format!("the public key for {} could not be read", subject(scope)), &e, Some(scope)))
    })?;
    let writing = Writing { gh, draft, steps: &steps, existing: &existing, server_time: existing.server_time };
    let untried = |step: &Step<'_>| MemberReport {
        member: step.member,
        name: step.name.clone(),
        outcome: WriteOutcome::NotTried,
    };
    let mut run = Run { reports: steps.iter().map(untried).collect(), answers: vec![None; steps.len()] };
    writing.write_rest(&mut key, &mut run, part).await;
    let mut now = writing.verify(&mut run.reports, part).await;
    // A member with an unknown outcome stopped the others. It turned out to be written, so there was no reason to stop.
    let is_open = |r: &MemberReport| r.outcome == WriteOutcome::NotTried;
    if run.reports.iter().any(is_open) && run.reports.iter().all(|r| is_open(r) || r.outcome.is_done()) {
        writing.write_rest(&mut key, &mut run, part).await;
        now = writing.verify(&mut run.reports, part).await;
    }
    let now = writing.compare(&mut key, &mut run, now, part).await;
    Ok(Saved { members: run.reports, now })
}

/// A write in progress.
pub(super) struct Writing<'a> {
    pub(super) gh: &'a Client,
    pub(super) draft: &'a Draft,
    pub(super) steps: &'a [Step<'a>],
    /// The scope's secrets before the write.
    pub(super) existing: &'a Listed<SecretRecord>,
    /// GitHub's clock when they were read.
    pub(super) server_time: Option<i64>,
}

fn check_values(draft: &Draft) -> Result<(), Problem> {
    for member in &draft.members {
        let (value, what) = (draft.values.get(*member), not_written(&draft.secret_name(*member)));
        if value.is_empty() {
            let why = format!("the {} is empty; this attempt wrote nothing", member.word());
            return Err(Problem::new(what, why, format!("enter the {}", member.word())));
        }
        if value.len() > seal::MAX_VALUE {
            let why = format!(
                "the {} is {} bytes, GitHub accepts {}; this attempt wrote nothing",
                member.word(),
                value.len(),
                seal::MAX_VALUE
            );
            return Err(Problem::new(what, why, "check what you pasted"));
        }
    }
    Ok(())
}

/// Only new names need room.
fn check_room(draft: &Draft, existing: &Listed<SecretRecord>) -> Result<(), Problem> {
    let is_new = |member: &&Member| existing.find(&draft.secret_name(**member)).is_none();
    let new = draft.members.iter().filter(is_new).count();
    let there = existing.count();
    if new == 0 || there + new <= MAX_SECRETS {
        return Ok(());
    }
    Err(Problem::new(
        format!("{} could not be written", draft.prefix),
        format!(
            "{}: {there} exist, {new} more would exceed GitHub's limit of {MAX_SECRETS}; this attempt wrote nothing",
            subject(&draft.scope)
        ),
        "delete secrets you no longer need, or choose another scope",
    ))
}

async fn plan<'a>(gh: &Client, draft: &Draft, existing: &'a Listed<SecretRecord>) -> Result<Vec<Step<'a>>, Problem> {
    let scope = &draft.scope;
    let held = match draft.access {
        DraftAccess::Keep => held(gh, draft, existing).await?,
        DraftAccess::Repository | DraftAccess::Set { .. } => BTreeMap::new(),
    };
    let order = Member::WRITE_ORDER.into_iter().filter(|member| draft.members.contains(member));
    let steps = order.map(|member| {
        let name = draft.secret_name(member);
        let before = existing.find(&name);
        let (grant, expect) = match (scope, &draft.access) {
            (Scope::Repository(_), _) => (Grant::default(), Some(Access::Repository)),
            (_, DraftAccess::Set { visibility, repositories }) => set(scope, *visibility, repositories)?,
            (_, DraftAccess::Keep) => keep(scope, &name, before.is_some(), member, &held)?,
            (_, DraftAccess::Repository) => {
                return Err(Problem::new(
                    format!("{} could not be written", draft.prefix),
                    "its access was not chosen",
                    "choose the repositories",
                ));
            }
        };
        Ok(Step { member, name, before, grant, expect })
    });
    steps.collect()
}

/// The current access of each existing member of the credential, including those that are not written.
async fn held(
    gh: &Client,
    draft: &Draft,
    existing: &Listed<SecretRecord>,
) -> Result<BTreeMap<Member, Access>, Problem> {
    let scope = &draft.scope;
    let reads = draft.shape.members().iter().filter_map(|&member| {
        let record = existing.find(&draft.secret_name(member))?;
        Some(async move { current_access(gh, scope, record).await.map(|access| (member, access)) })
    });
    let what = format!("the current access of {} could not be read", draft.prefix);
    let held = try_join_all(reads).await.map_err(|e| explain(what, &e, Some(scope)))?;
    Ok(held.into_iter().collect())
}

fn set(scope: &Scope, visibility: Visibility, repositories: &[RepoRef]) -> Result<(Grant, Option<Access>), Problem> {
    let access = wanted(visibility, repositories);
    let Some(grant) = grant(scope, &access) else {
        return Err(Problem::new(
            "this access is not possible",
            "your own secrets are for selected repositories only",
            "select repositories, or put it in an organization",
        ));
    };
    Ok((grant, Some(access)))
}

/// The access that a visibility and a list of repositories stand for.
pub(super) fn wanted(visibility: Visibility, repositories: &[RepoRef]) -> Access {
    match visibility {
        Visibility::All => Access::All,
        Visibility::Private => Access::Private,
        Visibility::Selected => {
            let mut list = repositories.to_vec();
            list.sort_by_key(|r| r.id);
            list.dedup_by_key(|r| r.id);
            Access::selected(list, true)
        }
    }
}

fn keep(
    scope: &Scope,
    name: &str,
    exists: bool,
    member: Member,
    held: &BTreeMap<Member, Access>,
) -> Result<(Grant, Option<Access>), Problem> {
    let nobody = Access::selected(Vec::new(), true);
    let access = if exists { held.get(&member) } else { held.values().min_by_key(|access| reach(access)) };
    let access = access.unwrap_or(&nobody);
    if exists && *scope == Scope::User {
        // Without a list in the request GitHub changes nothing; reading back verifies that.
        let known = matches!(access, Access::Selected(list) if list.complete);
        return Ok((Grant::default(), known.then(|| access.clone())));
    }
    let Some(grant) = grant(scope, access) else {
        return Err(Problem::new(
            format!("the access of {name} cannot be kept"),
            match access {
                Access::Other(word) => format!("this version does not know its visibility, {}", word.shown()),
                Access::All | Access::Private | Access::Selected(_) | Access::Repository => {
                    "GitHub did not list all of its repositories, and writing back a part would revoke the others"
                        .to_owned()
                }
            },
            "try again, or set the access yourself",
        ));
    };
    Ok((grant, Some(access.clone())))
}

/// How wide an access is, to find the narrowest.
fn reach(access: &Access) -> usize {
    match access {
        Access::Repository => 0,
        Access::Selected(list) => list.repositories.len(),
        Access::Private => usize::MAX - 2,
        Access::All => usize::MAX - 1,
        Access::Other(_) => usize::MAX,
    }
}

/// Writes one member; returns GitHub's response if it accepted it.
pub(super) async fn write(
    gh: &Client,
    draft: &Draft,
    step: &Step<'_>,
    key: &mut PublicKey,
    server_time: Option<i64>,
) -> (WriteOutcome, Option<Answered>) {
    let scope = &draft.scope;
    let value = draft.values.get(step.member);
    let mut may_have_been_old_key = true;
    loop {
        let written = match seal::seal(key, value) {
            Ok(sealed) => gh.put_secret(scope, &step.name, (key, &sealed), &step.grant).await,
            Err(failure) => Err(failure),
        };
        match written {
            Ok(Put { written, server_time }) => {
                let (outcome, has_made) = match written {
                    Written::Created => (WriteOutcome::Created, true),
                    Written::Updated => (WriteOutcome::Updated, false),
                };
                return (outcome, Some(Answered { has_made, server_time }));
            }
            Err(GithubError::Unprocessable(_)) if may_have_been_old_key && renew(gh, scope, key).await => {
                may_have_been_old_key = false;
            }
            Err(failure) if failure.may_have_happened() => {
                let before = Before { record: step.before, server_time };
                return (settle_write(gh, scope, &step.name, before, &failure).await, None);
            }
            Err(failure) => {
                return (WriteOutcome::Failed(explain(not_written(&step.name), &failure, Some(scope))), None);
            }
        }
    }
}

/// Fetches the key again; returns whether it is a different one. Keys rotate, and GitHub does not document what a 422
/// then means.
async fn renew(gh: &Client, scope: &Scope, key: &mut PublicKey) -> bool {
    match gh.public_key(scope).await {
        Ok(fresh) if fresh != *key => {
            *key = fresh;
            true
        }
        Ok(_) | Err(_) => false,
    }
}

impl Writing<'_> {
    /// Writes what was not tried yet, until one fails.
    async fn write_rest(&self, key: &mut PublicKey, run: &mut Run, part: &mut (dyn FnMut(MemberReport) + Send)) {
        let mut is_stopped = false;
        for (at, step) in self.steps.iter().enumerate() {
            let report = &mut run.reports[at];
            if report.outcome == WriteOutcome::NotTried {
                if !is_stopped {
                    (report.outcome, run.answers[at]) = write(self.gh, self.draft, step, key, self.server_time).await;
                }
                part(report.clone());
            }
            is_stopped |= !report.outcome.is_done();
        }
    }
}

fn nothing_written(problem: Problem) -> Problem {
    Problem { why: format!("{}; this attempt wrote nothing", problem.why), ..problem }
}
