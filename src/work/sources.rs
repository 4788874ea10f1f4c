//! Importing values from this machine: what there is, which login is meant, and reading it.

use std::path::Path;

use crate::domain::Problem;
use crate::domain::source::{Asked, Found, Known, Offered, Source, Taken, choose};
use crate::local::Env;
use crate::local::sources::{self, SourceFault};

const WHAT: &str = "the values could not be imported";

/// Every login you can choose from. Runs nothing.
pub fn look_for_sources(env: &Env, dir: &Path) -> Found {
    sources::look(env, dir)
}

/// The one login that was requested. Runs nothing.
pub fn find_source(env: &Env, dir: &Path, asked: &Asked, known: Known<'_>) -> Result<Offered, Problem> {
    found(env, dir, asked, known).map_err(|problem| {
        let found = sources::look(env, dir);
        // What other sources have helps only if this one has nothing.
        if matches!(asked, Asked::File(_)) || found.offers.iter().any(|offer| asked.is_kind(&offer.source)) {
            return problem;
        }
        let looked = found.looked.join("; ");
        Problem { hint: format!("{}; searched: {looked}", problem.hint), ..problem }
    })
}

fn found(env: &Env, dir: &Path, asked: &Asked, known: Known<'_>) -> Result<Offered, Problem> {
    let of_fault = |fault: SourceFault| fault.problem(WHAT);
    match asked {
        Asked::Docker(name) => {
            let offers = sources::of::docker(env);
            let is_known = |name: &&String| offers.iter().flatten().any(|offer| offer.is_named(name));
            // A name that no source lists may still be in the store that docker would ask.
            let store = name.as_ref().filter(|name| !is_known(name)).and_then(|n| sources::of::docker_unlisted(env, n));
            match store {
                Some(offer) => Ok(offer),
                None => choose(asked, &offers.map_err(of_fault)?, known),
            }
        }
        Asked::Podman(_) => choose(asked, &sources::of::podman(env).map_err(of_fault)?, known),
        Asked::AwsVariables => choose(asked, &sources::of::aws_variables(env).into_iter().collect::<Vec<_>>(), known),
        // AWS's own tools prefer the key in the environment unless a profile is named.
        Asked::Aws(name) => {
            if let (None, Some(offer)) = (name, sources::of::aws_variables(env)) {
                return choose(&Asked::AwsVariables, &[offer], known);
            }
            let asked = Asked::Aws(Some(name.clone().unwrap_or_else(|| sources::aws_profile(env))));
            choose(&asked, &sources::of::aws(env).map_err(of_fault)?, known)
        }
        Asked::Env(_) => choose(asked, &sources::of::environment(env), known),
        Asked::File(path) => choose(asked, &sources::of::file(path, dir).map_err(of_fault)?, known),
    }
}

/// The values of one source. Runs the program that keeps them, if there is one.
pub async fn take(env: &Env, dir: &Path, source: &Source) -> Result<Taken, Problem> {
    sources::take(env, dir, source).await.map_err(|fault| fault.problem(WHAT))
}
