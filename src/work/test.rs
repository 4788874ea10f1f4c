//! The live login test, with the clients at hand.

use crate::domain::verdict::{Trial, With};
use crate::domain::{Step, TestReport};
use crate::registry;

use super::Clients;

/// Tries a login and reports each step as it is climbed. It asks the registry only: GitHub is not needed.
pub async fn test(clients: &Clients, trial: &Trial, with: With, part: &mut (dyn FnMut(Step) + Send)) -> TestReport {
    registry::test(&clients.registry, trial, with, &clients.tools, part).await
}
