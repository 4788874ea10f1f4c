//! The live login test, with the clients it needs.

use chrono::{DateTime, Utc};

use crate::domain::verdict::{Trial, With};
use crate::domain::{Problem, Step, TestReport};
use crate::local::Env;
use crate::registry;

use super::Clients;
use super::issuer::Github;

/// Tests a login and the images that go with it, and reports each check as it completes. It contacts the registry, and
/// GitHub only if the password is a GitHub token; pullkey's own token is not needed.
pub async fn test(
    clients: &Clients,
    trial: &Trial,
    with: With,
    now: DateTime<Utc>,
    part: &mut (dyn FnMut(Step) + Send),
) -> TestReport {
    let (client, tools) = (&clients.registry, &clients.tools);
    let github = clients.github.as_ref().map(|settings| Github { settings, trial, now });
    let issuer = github.as_ref().map(|github| github as &dyn registry::Issuer);
    registry::Test { client, trial, with, tools, issuer, now }.run(part).await
}

/// The client for registries, restricted by this machine's variables.
pub fn registry_client(env: &Env) -> Result<registry::Client, Problem> {
    let surroundings = registry::Surroundings::of(|name| env.filled(name)).map_err(|fault| {
        let hint = "correct or unset the variable: it is for tests";
        Problem::new("cannot connect to registries", fault.to_string(), hint)
    })?;
    Ok(registry::Client::new(registry::Limits::default()).within(surroundings))
}
