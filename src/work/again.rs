//! Whether what a question showed is still true. Checked under the lock that keeps other pullkeys on this machine out:
//! you agreed to nothing else.

use crate::domain::change::{Seen, Stale};
use crate::domain::{Member, Prefix, Problem, Scope, Shape};
use crate::github::Client;
use crate::local::Held;

use super::listing::load_for;
use super::problems::{explain, reading};
use super::settle::secrets_of;

/// What was added, deleted or written since `seen`; `None` if nothing was. Access is not compared: a write of values
/// keeps it or sets it itself.
pub async fn overtaken(
    gh: &Client,
    _held: &Held,
    scope: &Scope,
    (shape, name): (Shape, &Prefix),
    seen: &[Seen],
) -> Result<Option<Stale>, Problem> {
    let existing = secrets_of(gh, scope, (shape, name)).await;
    let existing = existing.map_err(|e| explain(reading(scope), &e, Some(scope)))?;
    let of = |member: &Member| {
        let record = existing.find(&shape.secret_name(name, *member))?;
        Some(Seen { member: *member, updated_at: record.updated_at, access: None })
    };
    let now: Vec<Seen> = shape.members().iter().filter_map(of).collect();
    let differences = Seen::differences(seen, &now, false);
    if differences.is_empty() {
        return Ok(None);
    }
    Ok(Some(Stale { now: load_for(gh, scope, (shape, name)).await?, differences }))
}

/// Why something that was planned on an older state was not done.
pub fn overtaken_problem(name: &Prefix, stale: &Stale) -> Problem {
    Problem::new(
        format!("{name} was not changed"),
        format!("someone else changed it meanwhile: {}", stale.differences.join("; ")),
        "check the current state with `pullkey list`, and run the command again",
    )
}
