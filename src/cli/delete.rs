//! `pullkey delete`: all members of a credential, after asking.

use super::args::DeleteArgs;
use super::session::Session;
use super::{Exit, Failure, set};
use crate::report::{self, Written};
use crate::work;

pub(super) async fn run(args: &DeleteArgs, session: &Session) -> Result<Exit, Failure> {
    let scope = args.scope.scope();
    let what = format!("{} would be deleted ({scope}), and its values cannot be read back", args.prefix);
    session.consent(args.yes, &what).await?;
    let gh = session.github().await?;
    let (saved, was_interrupted) =
        session.interrupt.write(work::delete(&gh, &scope, &args.prefix, &mut |_| {})).await?;
    let saved = saved.map_err(Failure::world)?;
    let written = Written::of(&scope, &args.prefix, &saved);
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(set::exit_of(&saved, was_interrupted))
}
