//! `pullkey set` for many repositories: shows the plan, writes one after the other, and resumes an interrupted run.

use std::collections::BTreeMap;

use chrono::Utc;

use super::session::{Session, note};
use super::values::Values;
use super::write_args::SetArgs;
use super::{Exit, Failure, repos, set};
use crate::domain::change::DraftAccess;
use crate::domain::journal::{self, Entry, OpenRun, Run};
use crate::domain::spread::{Placed, Placement, Stamps, Standing};
use crate::domain::{Draft, Member, Members, RepoName, Saved, Scope, Sensitive, Shape, TestReport};
use crate::github::Client;
use crate::local::Journal;
use crate::local::journal::fresh_id;
use crate::report::{self, Spread};
use crate::work::{self, Target};

/// How many repositories are added to the expiry record at once.
const AT_ONCE: usize = 100;

pub(super) async fn run(args: &SetArgs, session: &Session) -> Result<Exit, Failure> {
    check(args)?;
    let named = args.scope.repo.as_deref().unwrap_or_default();
    let choice = repos::choice(named, &args.more, Some(&args.password), session).await?;
    let (trial, Values { members, mut notes }) = set::checked_values(args, session).await?;
    let gh = session.writer_unless(args.how.dry_run).await?;
    let log = Log::open(args, session, &gh, &mut notes);
    let targets = session
        .interrupt
        .read(async {
            let found = repos::resolve(&gh, &Scope::User, &choice).await?;
            notes.extend(found.note());
            survey(args, session, &gh, (&found.refs(), &log)).await
        })
        .await??;
    notes.extend(log.note(&targets));
    notes.extend(set::end_note(&draft_for(args, &members, Scope::User), Utc::now()));
    session.notes(&notes);
    if args.how.dry_run {
        return show(args, session, (&planned(&targets), &targets, None), &notes, Exit::Fine);
    }
    if !session.json {
        note(report::spread_plan(&args.prefix, &standings(&targets)).trim_end());
    }
    consent(args, session, &targets).await?;
    let tested = if args.how.no_test { None } else { Some(set::prove(session, args.yes, &trial).await?) };
    let log = log.begin(args, &gh, targets.len(), &mut notes);
    let mut ends = Ends { args, session, gh: &gh, values: &members, waiting: Vec::new(), notes: Vec::new() };
    let total = targets.len();
    let mut part = |at: usize, placed: &Placed| {
        log.placed(args, placed);
        ends.take(placed);
        if !session.json {
            note(&format!(
                "{} of {total}  {}  {}",
                at + 1,
                placed.repository.full_name.shown(),
                placed.placement.word()
            ));
        }
    };
    let credential = (&args.prefix, &members);
    let is_stopped = || session.interrupt.is_asked();
    let locks = session.locks(&gh);
    let writing = work::spread((&gh, &locks), credential, &targets, &is_stopped, &mut part);
    let (placed, was_interrupted) = session.interrupt.write(writing).await?;
    ends.keep();
    session.notes(&ends.notes);
    notes.append(&mut ends.notes);
    let is_whole = placed.iter().all(|one| one.placement.is_done());
    if is_whole {
        log.end();
    }
    let exit = if is_whole { Exit::Fine } else { Exit::World };
    show(
        args,
        session,
        (&placed, &targets, tested.as_ref()),
        &notes,
        if was_interrupted { Exit::Interrupted } else { exit },
    )
}

fn check(args: &SetArgs) -> Result<(), Failure> {
    let what = "these flags cannot be used together";
    if args.repos.is_some() || args.visibility.is_some() {
        return Err(Failure::usage(
            what,
            "a repository's own secrets go to that repository only",
            "leave out --repos and --visibility, or use --user or --org",
        ));
    }
    if args.how.stored.store {
        return Err(Failure::usage(
            what,
            "--store stores the values of one credential; this writes many repositories",
            "leave out --store, or write a single repository",
        ));
    }
    if args.scope.repo.as_ref().is_some_and(Vec::is_empty) && args.more.is_empty() {
        return Err(Failure::usage(
            "no repository given",
            "--repo has no value, and neither --topic nor --repos-file is given",
            "name one as OWNER/NAME, or use a pattern such as OWNER/course-*",
        ));
    }
    Ok(())
}

async fn survey(
    args: &SetArgs,
    session: &Session,
    gh: &Client,
    (repositories, log): (&[crate::domain::RepoRef], &Log),
) -> Result<Vec<Target>, Failure> {
    let total = repositories.len();
    let mut part = |looked: usize| {
        if !session.json && looked.is_multiple_of(100) {
            note(&format!("read {looked} of {total}"));
        }
    };
    work::survey(gh, &args.prefix, repositories, &log.noted(), &mut part).await.map_err(Failure::world)
}

/// Always asks on a terminal; elsewhere only overwriting needs `--yes`.
async fn consent(args: &SetArgs, session: &Session, targets: &[Target]) -> Result<(), Failure> {
    let count = |wanted: fn(&Standing) -> bool| targets.iter().filter(|target| wanted(&target.standing)).count();
    let overwritten = count(|standing| matches!(standing, Standing::Exists | Standing::Changed));
    let written = overwritten + count(|standing| *standing == Standing::New);
    if written == 0 || (overwritten == 0 && !session.can_ask()) {
        return Ok(());
    }
    let overwriting = match overwritten {
        0 => String::new(),
        n => format!(", and overwritten in {n} of them"),
    };
    let what = format!("{} would be written into {}{overwriting}", args.prefix, repos::count(written));
    session.consent(args.yes, &what).await
}

/// What would happen to each repository, for a dry run.
fn planned(targets: &[Target]) -> Vec<Placed> {
    let one = |target: &Target| {
        let placement = match &target.standing {
            Standing::Kept => Placement::Kept,
            Standing::Refused(problem) => Placement::Refused(problem.clone()),
            Standing::New | Standing::Exists | Standing::Changed => Placement::NotTried,
        };
        Placed { repository: target.repository.clone(), placement }
    };
    targets.iter().map(one).collect()
}

fn standings(targets: &[Target]) -> Vec<(&crate::domain::RepoRef, &Standing)> {
    targets.iter().map(|target| (&target.repository, &target.standing)).collect()
}

fn show(
    args: &SetArgs,
    session: &Session,
    (placed, targets, test): (&[Placed], &[Target], Option<&TestReport>),
    notes: &[String],
    exit: Exit,
) -> Result<Exit, Failure> {
    let standings = standings(targets);
    let spread = Spread { prefix: &args.prefix, placed, standings: &standings, test, notes, dry_run: args.how.dry_run };
    session.show(|| report::spread_json(&spread), || report::spread(&spread))?;
    Ok(exit)
}

/// What is written into one repository, as far as the expiry record needs it.
fn draft_for(args: &SetArgs, values: &Members<Sensitive>, scope: Scope) -> Draft {
    Draft {
        scope,
        prefix: args.prefix.clone(),
        shape: Shape::Credential,
        values: values.clone(),
        access: DraftAccess::Repository,
        members: Member::WRITE_ORDER.to_vec(),
        ends: args.how.expires,
        seen: None,
    }
}

/// Adds what was written to the expiry record, many repositories at once, because each change rewrites the whole file.
struct Ends<'a> {
    args: &'a SetArgs,
    session: &'a Session,
    gh: &'a Client,
    values: &'a Members<Sensitive>,
    waiting: Vec<(Draft, Saved)>,
    notes: Vec<String>,
}

impl Ends<'_> {
    fn take(&mut self, placed: &Placed) {
        let Placement::Tried(saved) = &placed.placement else { return };
        let Ok(name) = RepoName::parse(placed.repository.full_name.raw()) else { return };
        self.waiting.push((draft_for(self.args, self.values, Scope::Repository(name)), saved.clone()));
        if self.waiting.len() >= AT_ONCE {
            self.keep();
        }
    }

    fn keep(&mut self) {
        let writes: Vec<_> = self.waiting.iter().map(|(draft, saved)| (draft, saved)).collect();
        let mut notes = Vec::new();
        self.session.note_saved(self.gh, &writes, &mut notes);
        // The same problem is reported once, not again for every hundred repositories.
        self.notes.extend(notes.into_iter().filter(|note| !self.notes.contains(note)).collect::<Vec<_>>());
        self.waiting.clear();
    }
}

/// The run in the journal, and an earlier, unfinished run of this prefix.
struct Log {
    /// `None` if there is no journal, or if it could not be written.
    journal: Option<Journal>,
    open: Option<OpenRun>,
    run: String,
}

impl Log {
    fn open(args: &SetArgs, session: &Session, gh: &Client, notes: &mut Vec<String>) -> Self {
        let journal = session.journal();
        let entries = match journal.as_ref().map(Journal::read) {
            Some(Ok(entries)) => entries,
            Some(Err(problem)) => {
                notes.push(format!("{}: {}", problem.what, problem.why));
                Vec::new()
            }
            None => Vec::new(),
        };
        let open = if args.how.no_resume {
            None
        } else {
            journal::open_run(&entries, &gh.api_host(), &args.prefix, Utc::now())
        };
        let run = open.as_ref().map_or_else(fresh_id, |open| open.run.id.clone());
        Self { journal, open, run }
    }

    fn noted(&self) -> BTreeMap<u64, Stamps> {
        self.open.as_ref().map(|open| open.placed.clone()).unwrap_or_default()
    }

    /// Notes about an earlier run.
    fn note(&self, targets: &[Target]) -> Vec<String> {
        let Some(open) = &self.open else { return Vec::new() };
        let count = |wanted: &Standing| targets.iter().filter(|target| target.standing == *wanted).count();
        let (kept, changed) = (count(&Standing::Kept), count(&Standing::Changed));
        let began = open.run.at.format("%Y-%m-%d %H:%M UTC");
        let mut notes = Vec::new();
        if kept > 0 {
            notes.push(format!(
                "resuming the run of {began}: skipping {}, already written; --no-resume writes all again",
                repos::count(kept)
            ));
        }
        if changed > 0 {
            notes.push(format!("{} changed since the run of {began} and would be overwritten", repos::count(changed)));
        }
        notes
    }

    fn begin(mut self, args: &SetArgs, gh: &Client, repositories: usize, notes: &mut Vec<String>) -> Self {
        if self.open.is_none() {
            let (id, prefix) = (self.run.clone(), args.prefix.as_str().to_owned());
            let run = Run { id, at: Utc::now(), host: gh.api_host(), prefix, repositories };
            if let Some(Err(problem)) = self.journal.as_ref().map(|journal| journal.add(&Entry::Begun(run))) {
                notes.push(format!("if interrupted, this run cannot be resumed: {}: {}", problem.what, problem.why));
                self.journal = None;
            }
        }
        self
    }

    fn placed(&self, args: &SetArgs, placed: &Placed) {
        let Placement::Tried(saved) = &placed.placement else { return };
        let now = saved.now.as_ref().and_then(|now| now.credential(&args.prefix));
        if let (Some(now), true, Some(journal)) = (now, saved.is_whole(), &self.journal) {
            let (repository, stamps) = (placed.repository.id, Stamps::of(now));
            let entry = Entry::Placed { run: self.run.clone(), repository, at: Utc::now(), stamps };
            // If this fails, the repository is written again next time, which does no harm.
            let _ = journal.add(&entry);
        }
    }

    fn end(&self) {
        if let Some(journal) = &self.journal {
            // If this fails, the run stays open; the next one finds everything written.
            let _ = journal.add(&Entry::Ended { run: self.run.clone() });
        }
    }
}
