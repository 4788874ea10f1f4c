//! `pullkey set`: checks the values, tests the login, and only then writes the three members, or the one secret.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::repos::Found;
use super::session::{Session, note};
use super::set_access::{self, Wish};
use super::values::{self, Values};
use super::write_args::SetArgs;
use super::{Exit, Failure, delete, from, keep, repos, single, spread, test};
use crate::domain::change::{DraftAccess, Seen};
use crate::domain::ending::{self, Source};
use crate::domain::preset::AnyPreset;
use crate::domain::verdict::With;
use crate::domain::{
    Access, Credential, Draft, Holds, Member, Members, Prefix, Problem, Saved, Scope, ScopeListing, Sensitive, Shape,
    TestReport, Trial, Untrusted, Verdict, Visibility,
};
use crate::github::Client;
use crate::report::{self, Change, UseLine, Written};
use crate::work::{self, Choice};

pub(super) async fn run(args: &SetArgs, session: &Session) -> Result<Exit, Failure> {
    let preset = preset(args)?;
    single::check_set(args, preset)?;
    let Some(scope) = args.one_scope() else { return spread::run(args, session).await };
    let has_repos = args.repos.is_some() || !args.more.is_empty();
    set_access::check(&scope, has_repos, args.visibility)?;
    let named = args.repos.as_deref().unwrap_or_default();
    let choice = repos::choice(named, &args.more, Some(&args.password), session).await?;
    let (trial, Values { members, mut notes }) = checked_values(args, session).await?;
    let line = single::use_line(args, preset, &trial.server);
    let gh = session.writer_unless(args.how.dry_run).await?;
    let plan = Plan { scope, shape: preset.shape(), values: members, choice: has_repos.then_some(choice) };
    let (draft, existing, listing) = session.interrupt.read(draft(args, &gh, plan, &mut notes)).await??;
    if args.how.dry_run {
        return dry_run(session, (&draft, existing.as_ref()), (line.as_ref(), &notes));
    }
    // Before any question, request or write: the notes say whose values these are.
    session.notes(&notes);
    let told = notes.len();
    if let Some(listing) = listing.filter(|_| !session.json) {
        note(&format!("{} get it: {listing}", args.prefix));
        if existing.is_none() && session.can_ask() {
            session.consent(args.yes, &format!("{} would be written for these repositories", args.prefix)).await?;
        }
    }
    if let Some(existing) = &existing {
        session.consent(args.yes, &overwriting(existing, &draft)).await?;
    }
    let tested = if args.how.no_test { None } else { Some(prove(session, args.yes, &trial).await?) };
    let held = session.hold(&gh, (&draft.scope, &draft.prefix), &mut notes).await?;
    session.still_holds((&gh, &held), (&draft.scope, draft.shape, &draft.prefix), draft.seen.as_deref()).await?;
    let (saved, was_interrupted) = session.interrupt.write(work::save(&gh, &held, &draft, &mut |_| {})).await?;
    drop(held);
    let saved = saved.map_err(Failure::world)?;
    session.note_saved(&gh, &[(&draft, &saved)], &mut notes);
    let kept =
        keep::after_write(args.how.stored.store, session, (&draft.scope, &draft.prefix), (&saved, Some(&trial))).await;
    notes.extend(kept.note());
    notes.extend(lacking(&saved, &draft.prefix));
    let written = Written {
        test: tested.as_ref(),
        notes: &notes,
        single: line.as_ref(),
        ..Written::of(&draft.scope, &draft.prefix, &saved)
    };
    session.notes(&notes[told..]);
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(kept.exit(exit_of(&saved, &draft.prefix, was_interrupted)))
}

fn preset(args: &SetArgs) -> Result<AnyPreset, Failure> {
    let Some(id) = &args.preset else {
        return Err(values::no_preset(args.server.as_deref(), args.username.as_deref()));
    };
    values::preset_of(id)
}

/// Shows what would be written, and which repositories would get it.
fn dry_run(
    session: &Session,
    (draft, existing): (&Draft, Option<&Credential>),
    (line, notes): (Option<&UseLine>, &[String]),
) -> Result<Exit, Failure> {
    let before = existing.and_then(Credential::access);
    let after = match &draft.access {
        DraftAccess::Repository => Access::Repository,
        DraftAccess::Keep => before.cloned().unwrap_or_else(|| Access::selected(Vec::new(), true)),
        DraftAccess::Set { visibility: Visibility::All, .. } => Access::All,
        DraftAccess::Set { visibility: Visibility::Private, .. } => Access::Private,
        DraftAccess::Set { visibility: Visibility::Selected, repositories } => {
            Access::selected(repositories.clone(), true)
        }
    };
    let nothing = Saved { members: Vec::new(), now: None };
    let names = draft.shape.members().iter().map(|member| draft.shape.secret_name(&draft.prefix, *member));
    let would = format!("would be written: {}", names.collect::<Vec<_>>().join(", "));
    let notes: Vec<String> = notes.iter().cloned().chain([would]).collect();
    let nobody = Access::selected(Vec::new(), true);
    let before = if existing.is_none() { Some(&nobody) } else { before };
    let change = (draft.access != DraftAccess::Repository).then_some(Change { before, after: &after });
    let written = Written {
        notes: &notes,
        change,
        single: line,
        dry_run: true,
        ..Written::of(&draft.scope, &draft.prefix, &nothing)
    };
    session.notes(&notes);
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(Exit::Fine)
}

/// The note if GitHub's list of the repositories that get it is incomplete.
pub(super) fn lacking(saved: &Saved, prefix: &Prefix) -> Option<String> {
    let now = saved.now.as_ref().filter(|now| now.is_part_of(prefix))?;
    Some(match now.lacks_of(prefix) {
        Some(Problem { what, why, hint, .. }) => {
            format!("could not read completely which repositories get {prefix}: {what}: {why}; {hint}")
        }
        None => format!("could not read back completely which repositories get {prefix}; see `pullkey list`"),
    })
}

/// Decided by what was written, and by whether all of it could be read back.
pub(super) fn exit_of(saved: &Saved, prefix: &Prefix, was_interrupted: bool) -> Exit {
    if was_interrupted {
        Exit::Interrupted
    } else if saved.is_whole() && lacking(saved, prefix).is_none() {
        Exit::Fine
    } else {
        Exit::World
    }
}

pub(super) async fn checked_values(args: &SetArgs, session: &Session) -> Result<(Trial, Values), Failure> {
    let typed = (args.server.as_deref(), args.username.as_deref());
    let preset = preset(args)?;
    let taken = from::given(&args.password, typed, Some(&args.prefix), session).await?;
    let fixed = |member: Member| preset.fixed(member).map(str::to_owned);
    let missing = |member: Member, flag: &str| {
        let why = if args.password.from.is_some() { "--from found none" } else { "" };
        let why = if why.is_empty() { format!("{flag} is missing") } else { format!("{flag} is missing, and {why}") };
        let help = preset.field(member).map(|field| field.help.clone()).unwrap_or_default();
        Failure::usage(format!("no {} given", preset.word(member)), why, help)
    };
    let server = taken.server.or_else(|| fixed(Member::Server)).ok_or_else(|| missing(Member::Server, "--server"))?;
    let nobody = (preset.shape() == Shape::Single).then(|| Sensitive::from(""));
    let user = taken.user.or_else(|| fixed(Member::User).map(Sensitive::new)).or(nobody);
    let user = user.ok_or_else(|| missing(Member::User, "--username"))?;
    let members = Members { server: Sensitive::from(server.as_str()), user, password: taken.password };
    let mut values = values::check(preset, members)?;
    values.notes.extend(taken.notes);
    let trial = Trial {
        server: test::server_text(&server, preset, &values),
        user: values.members.user.clone(),
        password: values.members.password.clone(),
        images: match preset.holds() {
            Holds::Images => args.how.images.clone(),
            Holds::Packages => args.how.packages.clone(),
        },
        holds: preset.holds(),
    };
    Ok((trial, values))
}

/// The scope, the values and the repositories; without a choice the access stays as it is.
struct Plan {
    scope: Scope,
    shape: Shape,
    values: Members<Sensitive>,
    choice: Option<Choice>,
}

/// The finished draft, the credential that would be overwritten, and the repositories that were not named one by one.
async fn draft(
    args: &SetArgs,
    gh: &Client,
    plan: Plan,
    notes: &mut Vec<String>,
) -> Result<(Draft, Option<Credential>, Option<String>), Failure> {
    let Plan { scope, shape, values, choice } = plan;
    let listing = work::load_for(gh, &scope, (shape, &args.prefix)).await.map_err(Failure::world)?;
    let existing = listing.held(shape, &args.prefix).map(Cow::into_owned);
    notes.extend(near_notes(&listing, &args.prefix));
    let found = match &choice {
        Some(choice) => Some(repos::resolve(gh, &scope, choice).await?),
        None => None,
    };
    notes.extend(found.as_ref().and_then(Found::note));
    let wish = Wish { repositories: found.as_ref().map(Found::refs), visibility: args.visibility };
    let (access, note) = set_access::decide(&scope, &args.prefix, existing.as_ref(), wish)?;
    notes.extend(note.map(|note| match shape {
        Shape::Credential => note,
        Shape::Single => "no repository gets it yet; write it again with --repos OWNER/NAME".to_owned(),
    }));
    let members = shape.members().to_vec();
    let shown = found.filter(|found| !found.is_by_name).map(|found| found.listing());
    let (prefix, ends) = (args.prefix.clone(), args.how.expires);
    let seen = (!args.yes).then(|| existing.as_ref().map(Seen::of).unwrap_or_default());
    let draft = Draft { scope, prefix, shape, values, access, members, ends, seen };
    notes.extend(end_note(&draft, Utc::now()));
    Ok((draft, existing, shown))
}

/// Existing secrets whose names are nearly those of this credential, so that no codespace reads them.
fn near_notes(listing: &ScopeListing, prefix: &Prefix) -> Vec<String> {
    let near = listing.near_misses().into_iter().filter(|near| near.prefixes.contains(prefix));
    near.map(|near| Untrusted::new(format!("{}; {}", near.words(), near.fix())).shown()).collect()
}

fn overwriting(existing: &Credential, draft: &Draft) -> String {
    let Draft { scope, prefix, shape, .. } = draft;
    let members = match shape {
        Shape::Credential => format!(": {}", delete::members(existing)),
        Shape::Single => String::new(),
    };
    format!("{prefix} already exists ({scope}{members}) and would be overwritten")
}

/// The note about the expiry that will be saved.
pub(super) fn end_note(draft: &Draft, now: DateTime<Utc>) -> Option<String> {
    let (end, source) = ending::of_draft(draft)?;
    let words = end.words(now);
    Some(match (source, draft.ends) {
        (Source::Value, Some(_)) => format!("the password says when it expires, which overrides --expires: {words}"),
        (Source::Value, None) => format!("the password says when it expires: {words}"),
        (Source::Person, _) => format!("expiry from --expires: {words}"),
    })
}

/// The login test before the write: a failed test ends the command, an inconclusive one needs consent.
pub(super) async fn prove(session: &Session, yes: bool, trial: &Trial) -> Result<TestReport, Failure> {
    let clients = session.registry()?;
    let tested =
        session.interrupt.read(Box::pin(work::test(&clients, trial, With::Both, Utc::now(), &mut |_| {}))).await?;
    let why = tested.decisive().map_or_else(String::new, |step| step.detail.clone());
    let hint = tested.decisive().map_or_else(String::new, |step| step.remedy.clone());
    match tested.verdict {
        Verdict::Pass => Ok(tested),
        Verdict::Fail => {
            let problem = Problem::new("nothing was written: the login does not work", why, hint);
            Err(Failure { test: Some(tested), ..Failure::new(Exit::Refused, problem) })
        }
        Verdict::Inconclusive if yes => Ok(tested),
        Verdict::Inconclusive if session.can_ask() => {
            note(report::steps(&tested, &trial.images).trim_end());
            session.consent(false, "The login test was inconclusive").await?;
            Ok(tested)
        }
        Verdict::Inconclusive => {
            let what = "nothing was written: the login test was inconclusive";
            let hint = if hint.is_empty() { String::new() } else { format!("{hint}; ") };
            let problem = Problem::new(what, why, format!("{hint}add --yes to write it anyway"));
            Err(Failure { test: Some(tested), ..Failure::world(problem) })
        }
    }
}
