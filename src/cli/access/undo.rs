//! `pullkey access --undo`: restores the access that each member had before the last change in the journal.

use crate::cli::session::Session;
use crate::cli::write_args::AccessArgs;
use crate::cli::{Exit, Failure, set};
use crate::domain::change::{AccessBefore, AccessOutcome, Seen};
use crate::domain::journal::{self, AccessEntry, Entry};
use crate::domain::{Access, Problem, Saved, Scope};
use crate::local::Journal;
use crate::report::{self, Change, Written};
use crate::work;

pub(super) async fn run(args: &AccessArgs, scope: &Scope, session: &Session) -> Result<Exit, Failure> {
    let gh = session.writer_unless(args.dry_run).await?;
    let (journal, entry) = last(args, scope, session, &gh.api_host())?;
    let AccessEntry { before, at, .. } = &entry;
    let mut notes = vec![format!("undoing the change of {}", at.format("%Y-%m-%d %H:%M:%S UTC"))];
    let after = common(&before.members).cloned();
    if after.is_none() {
        notes.extend(each(before));
    }
    let left = before.left.as_deref().and_then(common);
    let change = after.as_ref().map(|after| Change { before: left, after });
    if args.dry_run {
        let nothing = Saved { members: Vec::new(), now: None };
        let written = Written { notes: &notes, change, dry_run: true, ..Written::of(scope, &args.prefix, &nothing) };
        session.notes(&notes);
        session.show(|| report::written_json(&written), || report::written(&written))?;
        return Ok(Exit::Fine);
    }
    session.notes(&notes);
    if let Some(change) = change.as_ref().filter(|_| session.can_ask() && !args.yes) {
        crate::cli::say(report::change(change).trim_end());
    }
    session.consent(args.yes, &format!("{} would get back its previous access", args.prefix)).await?;
    let held = session.hold(&gh, (scope, &args.prefix), &mut notes).await?;
    let (ended, was_interrupted) =
        session.interrupt.write(work::restore_access(&gh, &held, before, &mut |_| {})).await?;
    drop(held);
    let saved = match ended.map_err(Failure::world)? {
        AccessOutcome::Done { saved, before: now } => {
            session.note_change(&gh, &|record| record.regranted(&now, &saved), &mut notes);
            close(&journal, &entry, &saved, now, &mut notes);
            saved
        }
        AccessOutcome::Stale(stale) => return Err(Failure::world(work::stale_problem(&args.prefix, &stale))),
    };
    notes.extend(set::lacking(&saved, &args.prefix));
    let written = Written { notes: &notes, change, ..Written::of(scope, &args.prefix, &saved) };
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(set::exit_of(&saved, &args.prefix, was_interrupted))
}

fn last(args: &AccessArgs, scope: &Scope, session: &Session, host: &str) -> Result<(Journal, AccessEntry), Failure> {
    let nothing = |why: String| {
        let what = format!("there is nothing to undo for {}", args.prefix);
        Failure::world(Problem::new(what, why, "set the access with --add, --remove or --visibility"))
    };
    let journal = session.journal().ok_or_else(|| nothing("without a home folder there is no journal".to_owned()))?;
    let entries = journal.read().map_err(Failure::world)?;
    let entry = journal::last_change(&entries, host, scope, &args.prefix).cloned();
    let entry = entry.ok_or_else(|| nothing(format!("the journal has no change of its access ({scope})")))?;
    Ok((journal, entry))
}

/// A complete undo is not repeated; an incomplete one can be tried again.
fn close(journal: &Journal, entry: &AccessEntry, saved: &Saved, now: AccessBefore, notes: &mut Vec<String>) {
    let line = if saved.is_whole() {
        Entry::Closed { id: entry.id.clone() }
    } else {
        let before = entry.before.clone().followed_by(now);
        Entry::Access(AccessEntry { before, ..entry.clone() })
    };
    if let Err(problem) = journal.add(&line) {
        notes.push(format!("{}: {}", problem.what, problem.why));
    }
}

/// The access, if all of them have the same.
fn common(members: &[Seen]) -> Option<&Access> {
    let first = members.first()?.access.as_ref()?;
    members.iter().all(|seen| seen.access.as_ref().is_some_and(|access| access.is_same(first))).then_some(first)
}

fn each(before: &AccessBefore) -> Vec<String> {
    let words = |access: &Option<Access>| access.as_ref().map_or_else(|| "unknown access".to_owned(), Access::words);
    before.members.iter().map(|seen| format!("the {} gets back {}", seen.member.word(), words(&seen.access))).collect()
}
