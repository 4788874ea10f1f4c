//! `pullkey set`: checks, tests, and only then writes the three members.

use super::args::SetArgs;
use super::session::Session;
use super::set_access::{self, Wish};
use super::values::{self, Values};
use super::{Exit, Failure, password, repos, test};
use crate::domain::verdict::With;
use crate::domain::{
    Credential, Draft, Member, Members, Prefix, Problem, Saved, Scope, Sensitive, TestReport, Trial, Verdict,
};
use crate::github::Client;
use crate::report::{self, Written};
use crate::work;

pub(super) async fn run(args: &SetArgs, session: &Session) -> Result<Exit, Failure> {
    let scope = args.scope.scope();
    set_access::check(&scope, args.repos.is_some(), args.visibility)?;
    let (trial, Values { members, mut notes }) = checked_values(args, session)?;
    let gh = session.github().await?;
    let (draft, existing) = session.interrupt.read(draft(args, &gh, scope, members, &mut notes)).await??;
    if let Some(existing) = existing {
        session.consent(args.yes, &overwriting(&existing, &draft.scope)).await?;
    }
    let tested = if args.no_test { None } else { Some(prove(args, session, &trial).await?) };
    let (saved, was_interrupted) = session.interrupt.write(work::save(&gh, &draft, &mut |_| {})).await?;
    let saved = saved.map_err(Failure::world)?;
    let written = Written { test: tested.as_ref(), notes: &notes, ..Written::of(&draft.scope, &draft.prefix, &saved) };
    session.notes(&notes);
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(exit_of(&saved, was_interrupted))
}

pub(super) fn exit_of(saved: &Saved, was_interrupted: bool) -> Exit {
    if was_interrupted {
        Exit::Interrupted
    } else if saved.is_whole() {
        Exit::Fine
    } else {
        Exit::World
    }
}

fn checked_values(args: &SetArgs, session: &Session) -> Result<(Trial, Values), Failure> {
    let preset = values::preset_of(&args.preset)?;
    let given = |value: &Option<String>, member: Member, flag: &str| {
        value.clone().or_else(|| preset.field(member).fixed.clone()).ok_or_else(|| {
            let why = format!("{flag} is missing");
            Failure::usage(format!("the {} is not said", member.word()), why, preset.field(member).help.clone())
        })
    };
    let server = given(&args.server, Member::Server, "--server")?;
    let user = given(&args.username, Member::User, "--username")?;
    let password = password::read(&args.password, &session.env)?;
    let members = Members { server: Sensitive::from(server.as_str()), user: Sensitive::new(user), password };
    let values = values::check(preset, members)?;
    let trial = Trial {
        server: test::server_text(&server, preset, &values),
        user: values.members.user.clone(),
        password: values.members.password.clone(),
    };
    Ok((trial, values))
}

/// Everything decided, and the credential that would be overwritten.
async fn draft(
    args: &SetArgs,
    gh: &Client,
    scope: Scope,
    values: Members<Sensitive>,
    notes: &mut Vec<String>,
) -> Result<(Draft, Option<Credential>), Failure> {
    let listing = work::load_scope(gh, &scope, &mut |_| {}).await.map_err(Failure::world)?;
    let existing = listing.credential(&args.prefix).cloned();
    let repositories = match &args.repos {
        Some(names) => Some(repos::resolve(gh, &scope, names).await?),
        None => None,
    };
    let wish = Wish { repositories, visibility: args.visibility };
    let (access, note) = set_access::decide(&scope, &args.prefix, existing.as_ref(), wish)?;
    notes.extend(note);
    let members = Member::WRITE_ORDER.to_vec();
    Ok((Draft { scope, prefix: args.prefix.clone(), values, access, members }, existing))
}

fn overwriting(existing: &Credential, scope: &Scope) -> String {
    let names: Vec<_> =
        existing.members.iter().filter(|(_, state)| state.is_some()).map(|(member, _)| member.suffix()).collect();
    let prefix: &Prefix = &existing.prefix;
    format!("{prefix} exists already ({scope}: {}) and would be overwritten", names.join(", "))
}

/// The login test before the write: refused ends it, «could not be told» needs consent.
async fn prove(args: &SetArgs, session: &Session, trial: &Trial) -> Result<TestReport, Failure> {
    let clients = session.registry();
    let tested = session.interrupt.read(Box::pin(work::test(&clients, trial, With::Both, &mut |_| {}))).await?;
    let why = tested.decisive().map_or_else(String::new, |step| step.detail.clone());
    let hint = tested.decisive().map_or_else(String::new, |step| step.remedy.clone());
    match tested.verdict {
        Verdict::Pass => Ok(tested),
        Verdict::Fail => {
            let problem = Problem::new("nothing was written, because the login does not work", why, hint);
            Err(Failure { test: Some(tested), ..Failure::new(Exit::Refused, problem) })
        }
        Verdict::Inconclusive if args.yes => Ok(tested),
        Verdict::Inconclusive if session.can_ask() => {
            super::session::note(report::steps(&tested).trim_end());
            session.consent(false, "Whether the login works could not be told").await?;
            Ok(tested)
        }
        Verdict::Inconclusive => {
            let what = "nothing was written, because it could not be told whether the login works";
            let hint = if hint.is_empty() { String::new() } else { format!("{hint}; ") };
            let problem = Problem::new(what, why, format!("{hint}add --yes to write it all the same"));
            Err(Failure { test: Some(tested), ..Failure::world(problem) })
        }
    }
}
