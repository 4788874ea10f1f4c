//! Values from a place of this machine: what there is, which one is meant, and taking it.

use std::path::Path;

use crate::domain::Problem;
use crate::domain::source::{Asked, Found, Known, Offered, Source, Taken, choose};
use crate::local::Env;
use crate::local::sources::{self, SourceFault};

const WHAT: &str = "the values could not be taken";

/// Everything one may choose from. Nothing is run.
pub fn look_for_sources(env: &Env, dir: &Path) -> Found {
    sources::look(env, dir)
}

/// The one login that is asked for. Nothing is run.
pub fn find_source(env: &Env, dir: &Path, asked: &Asked, known: Known<'_>) -> Result<Offered, Problem> {
    let of_fault = |fault: SourceFault| fault.problem(WHAT);
    match asked {
        Asked::Docker(_) => choose(asked, &sources::of::docker(env).map_err(of_fault)?, known),
        Asked::Aws(name) => {
            let asked = Asked::Aws(Some(name.clone().unwrap_or_else(|| sources::aws_profile(env))));
            choose(&asked, &sources::of::aws(env).map_err(of_fault)?, known)
        }
        Asked::Env(_) => choose(asked, &sources::of::environment(env), known),
        Asked::File(path) => choose(asked, &sources::of::file(path, dir).map_err(of_fault)?, known),
    }
}

/// The values of one place; a program that keeps them is run.
pub async fn take(env: &Env, dir: &Path, source: &Source) -> Result<Taken, Problem> {
    sources::take(env, dir, source).await.map_err(|fault| fault.problem(WHAT))
}
