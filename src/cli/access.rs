//! `pullkey access`: changes which repositories get a credential, for all its members alike. It never needs values.

mod plan;
mod undo;

use plan::{Plan, Wish, alike, known, plan};

use super::session::{Session, note};
use super::write_args::AccessArgs;
use super::{Exit, Failure, repos, set};
use crate::domain::change::{AccessBefore, AccessOutcome, Seen};
use crate::domain::{AccessChange, AccessGoal, Credential, Problem, Saved, Scope, Visibility};
use crate::github::Client;
use crate::report::{self, Change, Written};
use crate::work::{self, Choice};

pub(super) async fn run(args: &AccessArgs, session: &Session) -> Result<Exit, Failure> {
    let scope = args.scope.scope();
    if args.repair.undo {
        return undo::run(args, &scope, session).await;
    }
    let lists = Lists::read(args, session).await?;
    check(args, &scope)?;
    let gh = session.writer_unless(args.dry_run).await?;
    let (credential, plan) = session
        .interrupt
        .read(async {
            let listing = work::load_scope(&gh, &scope, &mut |_| {}).await.map_err(Failure::world)?;
            let credential = listing.credential(&args.prefix).cloned();
            let credential = credential.ok_or_else(|| Failure::world(work::absent(&scope, &args.prefix)))?;
            let plan = lists.plan(args, &gh, &scope, &credential).await;
            let plan = plan.map_err(|failure| because(failure, listing.lacks_of(&args.prefix)))?;
            Ok::<_, Failure>((credential, plan))
        })
        .await??;
    if args.dry_run {
        let nothing = Saved { members: Vec::new(), now: None };
        let change = Change { before: plan.before.as_ref(), after: &plan.after };
        let written = Written {
            notes: &plan.notes,
            change: Some(change),
            dry_run: true,
            ..Written::of(&scope, &args.prefix, &nothing)
        };
        session.notes(&plan.notes);
        session.show(|| report::written_json(&written), || report::written(&written))?;
        return Ok(Exit::Fine);
    }
    consent(args, session, &plan, lists.is_by_name()).await?;
    carry_out(args, session, &gh, (&scope, &credential, plan)).await
}

/// If something cannot be done because a list is incomplete, the failure says why it is incomplete.
fn because(failure: Failure, lacking: Option<&Problem>) -> Failure {
    match (failure.exit, lacking) {
        (Exit::World, Some(Problem { why, hint, mend, .. })) => {
            let why = format!("{}; {why}", failure.problem.why);
            let problem = Problem { why, hint: hint.clone(), mend: mend.clone(), ..*failure.problem };
            Failure::world(problem)
        }
        _ => failure,
    }
}

/// Widening access, and members that differ, always need consent. Matches of patterns, topics and files need it only on
/// a terminal.
async fn consent(args: &AccessArgs, session: &Session, plan: &Plan, is_by_name: bool) -> Result<(), Failure> {
    if !is_by_name && !session.json || (plan.consent.is_some() && session.can_ask() && !args.yes) {
        note(report::change(&Change { before: plan.before.as_ref(), after: &plan.after }).trim_end());
    }
    match &plan.consent {
        Some(what) => session.consent(args.yes, what).await,
        None if !is_by_name && session.can_ask() => {
            session.consent(args.yes, &format!("the repositories of {} would change as shown", args.prefix)).await
        }
        None => Ok(()),
    }
}

async fn carry_out(
    args: &AccessArgs,
    session: &Session,
    gh: &Client,
    (scope, credential, plan): (&Scope, &Credential, Plan),
) -> Result<Exit, Failure> {
    let Plan { visibility, repositories, before, after, mut notes, .. } = plan;
    let seen = Seen::of(credential);
    let prefix = args.prefix.clone();
    let planned = AccessBefore { scope: scope.clone(), prefix: prefix.clone(), members: seen.clone(), left: None };
    let goal = AccessGoal::Alike { visibility, repositories };
    let wanted = AccessChange { scope: scope.clone(), prefix, goal, seen: Some(seen) };
    let held = session.hold(gh, (scope, &args.prefix), &mut notes).await?;
    let noted = session.note_access(gh, planned, &mut notes);
    let (ended, was_interrupted) =
        session.interrupt.write(work::change_access(gh, &held, &wanted, &mut |_| {})).await?;
    drop(held);
    let saved = match ended {
        Ok(AccessOutcome::Done { saved, before }) => {
            session.note_change(gh, &|record| record.regranted(&before, &saved), &mut notes);
            noted.made(before, &mut notes);
            saved
        }
        Ok(AccessOutcome::Stale(stale)) => {
            noted.dropped(&mut notes);
            return Err(Failure::world(work::stale_problem(&args.prefix, &stale)));
        }
        Err(problem) => {
            noted.dropped(&mut notes);
            return Err(Failure::world(problem));
        }
    };
    notes.extend(set::lacking(&saved, &args.prefix));
    let change = Change { before: before.as_ref(), after: &after };
    let written = Written { notes: &notes, change: Some(change), ..Written::of(scope, &args.prefix, &saved) };
    session.notes(&notes);
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(set::exit_of(&saved, &args.prefix, was_interrupted))
}

/// The lists given with flags. `--topic` and `--repos-file` extend the one list that is given.
#[derive(Debug, Default)]
struct Lists {
    add: Choice,
    remove: Choice,
    set: Option<Choice>,
}

impl Lists {
    async fn read(args: &AccessArgs, session: &Session) -> Result<Self, Failure> {
        let given = [args.add.is_some(), args.remove.is_some(), args.set.is_some()];
        let count = given.into_iter().filter(|given| *given).count();
        if !args.more.is_empty() && count != 1 {
            return Err(Failure::usage(
                "unclear what to do with these repositories",
                "--topic and --repos-file extend one of --add, --remove and --set",
                "give exactly one of the three; it needs no value then",
            ));
        }
        for list in [&args.add, &args.remove].into_iter().flatten() {
            if list.is_empty() && args.more.is_empty() && args.set.is_none() {
                return Err(Failure::usage(
                    "no repository given",
                    "--add and --remove need a value, --topic or --repos-file",
                    "name one as OWNER/NAME, or use a pattern such as OWNER/course-*",
                ));
            }
        }
        let mut lists = Self::default();
        if let Some(list) = &args.add {
            lists.add = repos::choice(list, &args.more, None, session).await?;
        }
        if let Some(list) = &args.remove {
            lists.remove = repos::choice(list, &args.more, None, session).await?;
        }
        if let Some(list) = &args.set {
            lists.set = Some(repos::choice(list, &args.more, None, session).await?);
        }
        Ok(lists)
    }

    /// Whether every repository was named individually.
    fn is_by_name(&self) -> bool {
        [Some(&self.add), Some(&self.remove), self.set.as_ref()].into_iter().flatten().all(Choice::is_by_name)
    }

    async fn plan(
        &self,
        args: &AccessArgs,
        gh: &Client,
        scope: &Scope,
        credential: &Credential,
    ) -> Result<Plan, Failure> {
        if args.repair.make_alike {
            return alike(credential, args.repair.like);
        }
        let add = repos::resolve(gh, scope, &self.add).await?;
        let set = match &self.set {
            Some(choice) => Some(repos::resolve(gh, scope, choice).await?),
            None => None,
        };
        let mut remove = known(credential, &self.remove.wanted);
        if !self.remove.topics.is_empty() {
            let topics = Choice { wanted: Vec::new(), topics: self.remove.topics.clone() };
            let found = repos::resolve(gh, scope, &topics).await?.refs();
            remove.0.extend(plan::granted(credential).into_iter().filter(|r| found.iter().any(|f| f.id == r.id)));
        }
        let note = [Some(&add), set.as_ref()].into_iter().flatten().find_map(repos::Found::note);
        let set = set.as_ref().map(repos::Found::refs);
        let wish = Wish { add: add.refs(), remove, set, visibility: args.visibility };
        let mut plan = plan(credential, scope, wish)?;
        plan.notes.extend(note);
        Ok(plan)
    }
}

fn check(args: &AccessArgs, scope: &Scope) -> Result<(), Failure> {
    let names_some = args.add.is_some() || args.remove.is_some() || args.set.is_some();
    let what = "these flags cannot be used together";
    match (scope, args.visibility) {
        (_, None) if !names_some && !args.repair.make_alike => Err(Failure::usage(
            "nothing to change",
            "none of --add, --remove, --set and --visibility is given",
            "name repositories with --add, --remove or --set, or give --visibility for an organization",
        )),
        (Scope::User, Some(Visibility::All | Visibility::Private)) => Err(Failure::usage(
            what,
            "your own secrets can only go to selected repositories",
            "leave out --visibility, or use --org",
        )),
        (_, Some(Visibility::All | Visibility::Private)) if names_some => Err(Failure::usage(
            what,
            "repositories can be named only if the visibility is selected",
            "use --visibility selected, or leave out --add, --remove and --set",
        )),
        (Scope::User | Scope::Repository(_) | Scope::Organization(_), _) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
