//! `pullkey rotate`: new values for a credential that exists; who gets it stays as it is.

use chrono::Utc;

use super::session::Session;
use super::write_args::RotateArgs;
use super::{Exit, Failure, password, set, values};
use crate::domain::{Credential, Draft, Member, Members, Preset, Scope, Sensitive, TestReport, Trial};
use crate::report::{self, Written};
use crate::work::{self, Rotation};

pub(super) async fn run(args: &RotateArgs, session: &Session) -> Result<Exit, Failure> {
    let scope = args.scope.scope();
    let given = |value: &Option<String>| value.as_deref().map(Sensitive::from);
    let password = password::read(&args.password, &session.env)?;
    let values = Members { server: given(&args.server), user: given(&args.username), password: Some(password) };
    let mut notes = values::check_some(preset_for(args)?, values.clone())?;
    let gh = session.writer().await?;
    let listing = session.interrupt.read(work::load_scope(&gh, &scope, &mut |_| {})).await?.map_err(Failure::world)?;
    let credential = listing.credential(&args.prefix);
    let credential = credential.ok_or_else(|| Failure::world(work::absent(&scope, &args.prefix)))?;
    notes.extend(beforehand(credential, &values, &scope));
    let rotation = Rotation { scope, prefix: args.prefix.clone(), values: values.clone() };
    let draft = Draft { ends: args.ends, ..rotation.draft() };
    notes.extend(set::end_note(&draft, Utc::now()));
    session.notes(&notes);
    let tested = match trial(args, &values) {
        _ if args.no_test => None,
        Some(trial) => Some(prove(args, session, &trial).await?),
        None => {
            session.consent(args.yes, &untested(args)).await?;
            None
        }
    };
    let (saved, was_interrupted) = session.interrupt.write(work::rotate(&gh, &rotation, &mut |_| {})).await?;
    let saved = saved.map_err(Failure::world)?;
    let told = notes.len();
    session.note_saved(&gh, &[(&draft, &saved)], &mut notes);
    session.notes(&notes[told..]);
    let written =
        Written { test: tested.as_ref(), notes: &notes, ..Written::of(&rotation.scope, &rotation.prefix, &saved) };
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(set::exit_of(&saved, was_interrupted))
}

/// Whose rules hold: the server's product, where server and user tell the way to log in.
fn preset_for(args: &RotateArgs) -> Result<&'static Preset, Failure> {
    let told = args.server.as_deref().zip(args.username.as_deref());
    match told.and_then(|(server, user)| values::sure(server, user)) {
        Some(preset) => Ok(preset),
        None => values::preset_of("other"),
    }
}

async fn prove(args: &RotateArgs, session: &Session, trial: &Trial) -> Result<TestReport, Failure> {
    set::prove(session, args.yes, trial).await
}

/// What one has to know before anything is written.
fn beforehand(credential: &Credential, values: &Members<Option<Sensitive>>, scope: &Scope) -> Vec<String> {
    let mut notes = Vec::new();
    if credential.access_differs() {
        let there = credential.members.iter().filter_map(|(member, state)| Some((member, state.as_ref()?)));
        let words =
            there.filter_map(|(member, state)| Some(format!("{} {}", member.word(), state.access.as_ref()?.words())));
        notes.push(format!(
            "the members reach different repositories, and each keeps its own: {}",
            words.collect::<Vec<_>>().join(", ")
        ));
    }
    for (member, state) in credential.members.iter().filter(|(_, state)| state.is_none()) {
        debug_assert!(state.is_none());
        notes.push(match (values.get(member), scope) {
            (Some(_), Scope::Repository(_)) => format!("the {} was missing, and is written too", member.word()),
            (Some(_), Scope::User | Scope::Organization(_)) => {
                format!("the {} was missing; it gets the narrowest access the others have", member.word())
            }
            (None, _) => format!("the {} is missing, and the credential does not work without it", member.word()),
        });
    }
    notes
}

/// The login test, where all it needs is given: stored values cannot be read back.
fn trial(args: &RotateArgs, values: &Members<Option<Sensitive>>) -> Option<Trial> {
    let (server, user, password) = (args.server.clone()?, values.user.clone()?, values.password.clone()?);
    Some(Trial { server, user, password, images: args.images.clone() })
}

fn untested(args: &RotateArgs) -> String {
    let missing: Vec<_> = [(Member::Server, &args.server), (Member::User, &args.username)]
        .into_iter()
        .filter(|(_, value)| value.is_none())
        .map(|(member, _)| member.word())
        .collect();
    let flags = match (&args.server, &args.username) {
        (None, None) => "--server and --username",
        (None, Some(_)) => "--server",
        (Some(_), _) => "--username",
    };
    format!(
        "the new login cannot be tested, because the {} that GitHub keeps cannot be read back ({flags} would have it \
         tested)",
        missing.join(" and the ")
    )
}
