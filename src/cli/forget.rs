//! `pullkey forget`: removes the values that `--store` stored from the system keyring. It sends nothing to GitHub.

use serde_json::json;

use super::args::ForgetArgs;
use super::session::Session;
use super::{Exit, Failure};
use crate::report;

pub(super) async fn run(args: &ForgetArgs, session: &Session) -> Result<Exit, Failure> {
    let (scope, keeper) = (args.scope.scope(), session.entrance()?.keeper());
    let forgotten = session.interrupt.read(keeper.forget(&scope, &args.prefix)).await?.map_err(Failure::world)?;
    let words = if forgotten { "removed the stored values from the system keyring" } else { "nothing was stored" };
    session.show(
        || json!({ "version": report::VERSION, "prefix": args.prefix.as_str(), "forgotten": forgotten }),
        || format!("{scope}: {}: {words}\n", args.prefix),
    )?;
    Ok(Exit::Fine)
}
