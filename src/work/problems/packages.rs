//! What an error means for a package request. GitHub answers “refused” and “not found” for a missing permission, for a
//! hidden package and for one that does not exist; we tell them apart as far as its responses allow.

use crate::domain::seamless::Sight;
use crate::domain::token::{Allowed, Right};
use crate::domain::{Mend, PackageRef, Problem, rights};
use crate::github::{GithubError, Refusal};

use super::{explain, said};

/// What is known about a package when reading it failed.
pub(in crate::work) fn sight(package: &PackageRef, error: &GithubError) -> Sight {
    match error {
        GithubError::NotFound(refusal) if lacks_right(refusal) => not_allowed(refusal),
        GithubError::NotFound(_) => Sight::Hidden,
        GithubError::Forbidden(refusal) if refusal.sso.is_none() && lacks_right(refusal) => not_allowed(refusal),
        // Every other error is explained as it is.
        other => Sight::Unread(unread(format!("{package} could not be read"), other)),
    }
}

/// The problem, if it is not about a single package.
pub(in crate::work) fn unread(what: String, error: &GithubError) -> Problem {
    match error {
        // Not every kind of token can get the permission, so the general text would mislead.
        GithubError::Forbidden(refusal) if refusal.sso.is_none() && lacks_right(refusal) => Problem::new(
            what,
            format!("this {} cannot read packages", refusal.kind.word()),
            format!("it needs {}", Right::ReadPackages.least(refusal.kind)),
        )
        .mended_by(Mend::Gain(Right::ReadPackages.need())),
        GithubError::Forbidden(refusal) if refusal.sso.is_none() => Problem::new(
            what,
            format!("GitHub refused it{}", said(refusal)),
            "check the package's settings page, or ask its administrator",
        ),
        other => explain(what, other, None),
    }
}

fn not_allowed(refusal: &Refusal) -> Sight {
    let scopes = refusal.scopes.clone().filter(|list| !list.is_empty() || refusal.kind.has_scopes());
    Sight::NotAllowed { kind: refusal.kind, scopes }
}

fn lacks_right(refusal: &Refusal) -> bool {
    match &refusal.scopes {
        Some(scopes) if !scopes.is_empty() || refusal.kind.has_scopes() => {
            !rights::covers(scopes, Right::ReadPackages.scope())
        }
        // Fine-grained and app tokens come with an empty header, or none.
        Some(_) | None => {
            matches!(Right::ReadPackages.allowed(refusal.kind, None), Allowed::No(_))
                || refusal.message.raw().to_ascii_lowercase().contains("not accessible by")
        }
    }
}
