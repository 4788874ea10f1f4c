//! What a failure means where a package was asked for. GitHub says «refused» and «not found» of a missing right, of a
//! package that is hidden and of one that is not there; they are told apart as far as its answers allow.

use crate::domain::seamless::Sight;
use crate::domain::token::{Allowed, Right};
use crate::domain::{Mend, PackageRef, Problem, rights};
use crate::github::{GithubError, Refusal};

use super::{explain, said};

/// What was seen of a package when reading it failed.
pub(in crate::work) fn sight(package: &PackageRef, error: &GithubError) -> Sight {
    match error {
        GithubError::NotFound(refusal) if lacks_right(refusal) => not_allowed(refusal),
        GithubError::NotFound(_) => Sight::Hidden,
        GithubError::Forbidden(refusal) if refusal.sso.is_none() && lacks_right(refusal) => not_allowed(refusal),
        // Every other failure is told as it came.
        other => Sight::Unread(unread(format!("{package} could not be read"), other)),
    }
}

/// The problem, where it is not about one package only.
pub(in crate::work) fn unread(what: String, error: &GithubError) -> Problem {
    match error {
        // Not every kind of token could be given the right, so the general words would mislead.
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
        // Fine-grained and app tokens send the header empty, or not at all.
        Some(_) | None => {
            matches!(Right::ReadPackages.allowed(refusal.kind, None), Allowed::No(_))
                || refusal.message.raw().to_ascii_lowercase().contains("not accessible by")
        }
    }
}
