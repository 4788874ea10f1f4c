//! `pullkey delete`: deletes all members of a credential after asking.

use super::args::DeleteArgs;
use super::session::Session;
use super::{Exit, Failure, keep, set};
use crate::domain::change::Seen;
use crate::domain::{Credential, Shape};
use crate::report::{self, Written};
use crate::work;

pub(super) async fn run(args: &DeleteArgs, session: &Session) -> Result<Exit, Failure> {
    let scope = args.scope.scope();
    let gh = session.writer().await?;
    let listing = session.interrupt.read(work::load_scope(&gh, &scope, &mut |_| {})).await?.map_err(Failure::world)?;
    let credential = listing.credential(&args.prefix);
    let credential = credential.ok_or_else(|| Failure::world(work::absent(&scope, &args.prefix)))?;
    let members = members(credential);
    let what = format!("{} would be deleted ({scope}: {members}); its values cannot be read back", args.prefix);
    session.consent(args.yes, &what).await?;
    let mut notes = Vec::new();
    let held = session.hold(&gh, (&scope, &args.prefix), &mut notes).await?;
    let seen = (!args.yes).then(|| Seen::of(credential));
    session.still_holds((&gh, &held), (&scope, Shape::Credential, &args.prefix), seen.as_deref()).await?;
    let (saved, was_interrupted) =
        session.interrupt.write(work::delete(&gh, &held, &scope, &args.prefix, &mut |_| {})).await?;
    drop(held);
    let saved = saved.map_err(Failure::world)?;
    session.note_change(&gh, &|record| record.deleted(&scope, &args.prefix, &saved), &mut notes);
    if saved.is_whole() {
        notes.extend(keep::forget_deleted(session, &scope, &args.prefix).await);
    }
    session.notes(&notes);
    let written = Written { notes: &notes, ..Written::of(&scope, &args.prefix, &saved) };
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(set::exit_of(&saved, &args.prefix, was_interrupted))
}

/// The members that exist, such as “SERVER, USER”.
pub(super) fn members(credential: &Credential) -> String {
    let there = credential.members.iter().filter(|(_, state)| state.is_some());
    there.map(|(member, _)| member.suffix()).collect::<Vec<_>>().join(", ")
}
