//! `pullkey test`: tests a login and reports each check. It writes nothing.

use chrono::Utc;
use serde_json::{Value, json};

use super::args::TestArgs;
use super::session::Session;
use super::values::{self, Values};
use super::{Exit, Failure, from, single, test_env};
use crate::domain::kept::{Since, Times};
use crate::domain::preset::AnyPreset;
use crate::domain::{Holds, Kept, Member, Members, Prefix, Problem, Scope, Sensitive, TestReport, Trial, Verdict};
use crate::{report, work};

pub(super) async fn run(args: &TestArgs, session: &Session) -> Result<Exit, Failure> {
    if args.env {
        return test_env::run(args, session).await;
    }
    let subject = match (args.kept.scope(), &args.prefix) {
        (Some(scope), Some(prefix)) => kept(args, session, &scope, prefix).await?,
        (Some(_), None) | (None, _) => given(args, session).await?,
    };
    let Subject { trial, notes, kept } = subject;
    let clients = session.registry()?;
    // Before any request: the notes say whose password goes where.
    session.notes(&notes);
    let tested = session
        .interrupt
        .read(Box::pin(work::test(&clients, &trial, args.with.into(), Utc::now(), &mut |_| {})))
        .await?;
    let json = || {
        let mut document = report::test_json(&tested);
        document["notes"] = notes.clone().into();
        document["kept"] = kept.unwrap_or_default();
        document
    };
    session.show(json, || report::steps(&tested, &trial.images))?;
    Ok(exit_of(&tested))
}

/// What is tested, with notes about it.
struct Subject {
    trial: Trial,
    notes: Vec<String>,
    /// When stored values were written, for programs.
    kept: Option<Value>,
}

async fn given(args: &TestArgs, session: &Session) -> Result<Subject, Failure> {
    let preset = args.preset.as_deref().map(values::preset_of).transpose()?;
    single::check_test(args, preset)?;
    check(args, preset)?;
    let typed = (args.server.as_deref(), args.username.as_deref());
    let given = from::given(&args.password, typed, args.prefix.as_ref(), session).await?;
    let missing = |flag: &str, word: &str| {
        let why = format!("--from found no {word}");
        Failure::usage(format!("no {word} given"), why, format!("give it with {flag}"))
    };
    let server = given.server.ok_or_else(|| missing("--server", "server"))?;
    let user = given.user.or_else(|| single::is_single(preset).then(|| Sensitive::from("")));
    let user = user.ok_or_else(|| missing("--username", "user"))?;
    let members = Members { server: Sensitive::from(server.as_str()), user, password: given.password };
    let (server, Values { members, notes }) = if let Some(preset) = preset {
        let values = values::check(preset, members)?;
        (server_text(&server, preset, &values), values)
    } else {
        let notes = values::check_any(&members)?;
        (server, Values { members, notes })
    };
    let holds = preset.map_or(Holds::Images, AnyPreset::holds);
    let images = match holds {
        Holds::Images => args.images.clone(),
        Holds::Packages => args.packages.clone(),
    };
    let trial = Trial { server, user: members.user, password: members.password, images, holds };
    let hint = values::hint(&trial).filter(|_| preset.is_none());
    Ok(Subject { trial, notes: given.notes.into_iter().chain(notes).chain(hint).collect(), kept: None })
}

/// Without `--from`, all values have to be given as flags.
fn check(args: &TestArgs, preset: Option<AnyPreset>) -> Result<(), Failure> {
    let what = "there is nothing to test yet";
    if args.prefix.is_some() && args.password.from.is_none() {
        let why = "a prefix alone does not say where its values are stored";
        let hint = "add --user, --repo OWNER/NAME or --org ORG, or --env inside a codespace";
        return Err(Failure::usage(what, why, hint));
    }
    let typed =
        [("--server", args.server.is_none()), ("--username", args.username.is_none() && !single::is_single(preset))];
    let mut missing: Vec<_> = typed.iter().filter(|(_, is_missing)| *is_missing).map(|(flag, _)| *flag).collect();
    if args.password.is_empty() {
        missing.push("one of --password-stdin, --password-env, --password-file");
    }
    if args.password.from.is_some() || missing.is_empty() {
        return Ok(());
    }
    let hint = "give them, import them with --from, or test stored values: pullkey test PREFIX --user";
    Err(Failure::usage(what, format!("missing: {}", missing.join(" and ")), hint))
}

/// The stored values of a credential, and whether GitHub may have others by now. The test runs even if that is unknown.
async fn kept(args: &TestArgs, session: &Session, scope: &Scope, prefix: &Prefix) -> Result<Subject, Failure> {
    let keeper = session.entrance()?.keeper();
    let kept = session.interrupt.read(keeper.recall(scope, prefix)).await?.map_err(Failure::world)?;
    let kept = kept.ok_or_else(|| {
        let hint = "store them with `pullkey set --store` or `pullkey rotate --store`, or give the values here";
        let why = format!("{scope}: the system keyring has no values of {prefix}");
        Failure::world(Problem::new("there are no stored values to test", why, hint))
    })?;
    let now = match session.github().await {
        Ok(gh) => session.interrupt.read(work::load_scope(&gh, scope, &mut |_| {})).await?,
        Err(failure) if failure.exit == Exit::Interrupted => return Err(failure),
        Err(failure) => Err(*failure.problem),
    };
    let (since, note) = match &now {
        Ok(listing) => {
            let since = kept.since(listing, prefix);
            let note = since.note();
            (since, note)
        }
        Err(problem) => (Since::Unknown, Some(format!("it may have changed on GitHub since: {}", problem.why))),
    };
    let notes = kept.origin.note().map(str::to_owned).into_iter().chain(note).collect();
    let json = kept_json(&kept, &since);
    let images = if args.images.is_empty() { kept.trial.images.clone() } else { args.images.clone() };
    let trial = Trial { images, ..kept.trial };
    Ok(Subject { trial, notes, kept: Some(json) })
}

/// Where stored values came from, when they were written, and which members changed since; `null` means unknown.
fn kept_json(kept: &Kept, since: &Since) -> Value {
    let times =
        |Times { server, user, password }: &Times| json!({ "server": server, "user": user, "password": password });
    json!({
        "origin": kept.origin.word(),
        "updated_at": kept.as_of.as_ref().map(times),
        "changed": since.is_changed(),
        "changed_members": since.members().into_iter().map(Member::word).collect::<Vec<_>>(),
    })
}

/// The server as plain text: the given one, unless the preset replaced it with its only server.
pub(super) fn server_text(typed: &str, preset: AnyPreset, values: &Values) -> String {
    match preset.fixed(Member::Server) {
        Some(fixed) if values.members.server == Sensitive::from(fixed) => fixed.to_owned(),
        Some(_) | None => typed.to_owned(),
    }
}

pub(super) const fn exit_of(tested: &TestReport) -> Exit {
    match tested.verdict {
        Verdict::Pass => Exit::Fine,
        Verdict::Fail => Exit::Refused,
        Verdict::Inconclusive => Exit::World,
    }
}
