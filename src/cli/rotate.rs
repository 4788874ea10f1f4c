//! `pullkey rotate`: writes new values for an existing credential; its access stays as it is.

use chrono::Utc;

use super::session::Session;
use super::write_args::RotateArgs;
use super::{Exit, Failure, from, keep, set, values};
use crate::domain::change::Seen;
use crate::domain::preset::AnyPreset;
use crate::domain::{Credential, Draft, Member, Members, Scope, Sensitive, Shape, TestReport, Trial};
use crate::report::{self, Written};
use crate::work::{self, Rotation};

pub(super) async fn run(args: &RotateArgs, session: &Session) -> Result<Exit, Failure> {
    let scope = args.scope.scope();
    let typed = (args.server.as_deref(), args.username.as_deref());
    let given = from::new_password(&args.password, typed, &args.prefix, session).await?;
    let server = given.server.as_deref().map(Sensitive::from);
    let values = Members { server, user: given.user, password: Some(given.password) };
    let trial = trial(given.server, &values, &args.images);
    keep::check(args.stored.store, trial.is_some())?;
    let mut notes = values::check_some(preset_for(trial.as_ref())?, values.clone())?;
    notes.extend(given.notes);
    let gh = session.writer().await?;
    let listing = session.interrupt.read(work::load_scope(&gh, &scope, &mut |_| {})).await?.map_err(Failure::world)?;
    let credential = listing.credential(&args.prefix);
    let credential = credential.ok_or_else(|| Failure::world(work::absent(&scope, &args.prefix)))?;
    notes.extend(beforehand(credential, &values, &scope));
    let rotation = Rotation { scope, prefix: args.prefix.clone(), values: values.clone() };
    let seen = (!args.yes).then(|| Seen::of(credential));
    let draft = Draft { ends: args.expires, seen, ..rotation.draft() };
    notes.extend(set::end_note(&draft, Utc::now()));
    session.notes(&notes);
    let tested = match &trial {
        _ if args.no_test => None,
        Some(trial) => Some(prove(args, session, trial).await?),
        None => {
            session.consent(args.yes, &untested(&values)).await?;
            None
        }
    };
    let told = notes.len();
    let held = session.hold(&gh, (&rotation.scope, &rotation.prefix), &mut notes).await?;
    let place = (&rotation.scope, Shape::Credential, &rotation.prefix);
    session.still_holds((&gh, &held), place, draft.seen.as_deref()).await?;
    let (saved, was_interrupted) = session.interrupt.write(work::rotate(&gh, &held, &rotation, &mut |_| {})).await?;
    drop(held);
    let saved = saved.map_err(Failure::world)?;
    session.note_saved(&gh, &[(&draft, &saved)], &mut notes);
    let place = (&rotation.scope, &rotation.prefix);
    let kept = keep::after_write(args.stored.store, session, place, (&saved, trial.as_ref())).await;
    notes.extend(kept.note());
    notes.extend(set::lacking(&saved, &rotation.prefix));
    session.notes(&notes[told..]);
    let written =
        Written { test: tested.as_ref(), notes: &notes, ..Written::of(&rotation.scope, &rotation.prefix, &saved) };
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(kept.exit(set::exit_of(&saved, &rotation.prefix, was_interrupted)))
}

/// The preset whose checks apply: that of the server's product, if server and user identify the kind of login.
fn preset_for(trial: Option<&Trial>) -> Result<AnyPreset, Failure> {
    match trial.and_then(crate::domain::preset::recognize_surely) {
        Some(preset) => Ok(AnyPreset::Credential(preset)),
        None => values::preset_of("other"),
    }
}

async fn prove(args: &RotateArgs, session: &Session, trial: &Trial) -> Result<TestReport, Failure> {
    set::prove(session, args.yes, trial).await
}

/// Notes to show before anything is written.
fn beforehand(credential: &Credential, values: &Members<Option<Sensitive>>, scope: &Scope) -> Vec<String> {
    let mut notes = Vec::new();
    if credential.access_differs() {
        let there = credential.members.iter().filter_map(|(member, state)| Some((member, state.as_ref()?)));
        let words =
            there.filter_map(|(member, state)| Some(format!("{} {}", member.word(), state.access.as_ref()?.words())));
        notes.push(format!(
            "the members have different access, and each keeps its own: {}",
            words.collect::<Vec<_>>().join(", ")
        ));
    }
    for (member, state) in credential.members.iter().filter(|(_, state)| state.is_none()) {
        debug_assert!(state.is_none());
        notes.push(match (values.get(member), scope) {
            (Some(_), Scope::Repository(_)) => format!("the {} was missing and is written too", member.word()),
            (Some(_), Scope::User | Scope::Organization(_)) => {
                format!("the {} was missing; it gets the narrowest access of the others", member.word())
            }
            (None, _) => format!("the {} is missing; the credential does not work without it", member.word()),
        });
    }
    notes
}

/// The login test, if all its values are given: stored values cannot be read back.
fn trial(server: Option<String>, values: &Members<Option<Sensitive>>, images: &[String]) -> Option<Trial> {
    let (user, password) = (values.user.clone()?, values.password.clone()?);
    Some(Trial { server: server?, user, password, images: images.to_vec(), holds: crate::domain::Holds::Images })
}

fn untested(values: &Members<Option<Sensitive>>) -> String {
    let is_missing = |member: &Member| values.get(*member).is_none();
    let missing: Vec<_> = [Member::Server, Member::User].into_iter().filter(is_missing).map(Member::word).collect();
    let flags = match (&values.server, &values.user) {
        (None, None) => "--server and --username",
        (None, Some(_)) => "--server",
        (Some(_), _) => "--username",
    };
    format!(
        "the new login cannot be tested, because GitHub does not return the stored {} (give {flags} to test it)",
        missing.join(" and ")
    )
}
