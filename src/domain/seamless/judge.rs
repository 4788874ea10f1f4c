//! Derives the verdict from the facts. The texts are in `words`.

use super::{Facts, Holder, Package, PackageKind, PackageVisibility, Seamless, SecretNeed, Sight, words};
use crate::domain::{RepoName, Repository, Untrusted};

/// The cases in GitHub's documentation, and those with too little information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// An image that anyone can pull.
    Public,
    /// Public, at a registry that always requires a token.
    PublicWithToken,
    /// Published to the codespace's own repository.
    Own,
    /// The same, but the repository is public and the package is not.
    OwnOfPublic,
    /// Internal, and the repository is a non-public one of the organization.
    Internal,
    InternalForPublic,
    /// Not public, same owner, linked to another repository or to none.
    Others,
    /// Not public, with another owner.
    OtherOwner,
    OddVisibility(Untrusted),
    Hidden,
    NoOwner,
    NotAllowed,
    Unread,
    /// The package is known and not public, but the repository could not be read.
    NoRepository,
}

/// What the facts mean.
pub fn judge(facts: Facts) -> Seamless {
    let case = case_of(&facts);
    let repository = match &facts.repository {
        Ok(repository) => RepoName::parse(repository.full_name.raw()).unwrap_or_else(|_| facts.asked.clone()),
        Err(_) => facts.asked.clone(),
    };
    Seamless {
        verdict: verdict(&case),
        why: words::why(&case, &facts, &repository),
        evidence: words::evidence(&case, &facts),
        untold: words::untold(&case, &repository),
        settings: facts.holder.map(|holder| facts.package.settings_page(holder)),
        steps: words::steps(&case, &facts, &repository),
        repository,
        package: facts.package,
    }
}

const fn verdict(case: &Case) -> SecretNeed {
    match case {
        Case::Public | Case::Internal => SecretNeed::None,
        Case::PublicWithToken | Case::Own => SecretNeed::LikelyNone,
        Case::InternalForPublic | Case::Others | Case::OtherOwner => SecretNeed::Needed,
        Case::OwnOfPublic
        | Case::OddVisibility(_)
        | Case::Hidden
        | Case::NoOwner
        | Case::NotAllowed
        | Case::Unread
        | Case::NoRepository => SecretNeed::CannotTell,
    }
}

fn case_of(facts: &Facts) -> Case {
    let package = match &facts.sight {
        Sight::Seen(package) => package,
        Sight::Hidden => return Case::Hidden,
        Sight::NoOwner => return Case::NoOwner,
        Sight::NotAllowed { .. } => return Case::NotAllowed,
        Sight::Unread(_) => return Case::Unread,
    };
    if package.visibility == PackageVisibility::Public {
        return match facts.package.kind() {
            PackageKind::Container => Case::Public,
            PackageKind::Npm | PackageKind::Nuget | PackageKind::Rubygems => Case::PublicWithToken,
        };
    }
    match &facts.repository {
        Ok(repository) => between(facts, package, repository),
        Err(_) => Case::NoRepository,
    }
}

fn between(facts: &Facts, package: &Package, repository: &Repository) -> Case {
    let is_public = repository.visibility == "public";
    // Compare by id: a renamed repository keeps it.
    if package.repository.as_ref().is_some_and(|linked| linked.id == repository.id) {
        return if is_public { Case::OwnOfPublic } else { Case::Own };
    }
    if let PackageVisibility::Other(word) = &package.visibility {
        return Case::OddVisibility(word.clone());
    }
    let owner = repository.full_name.raw().split('/').next().unwrap_or_default();
    if !facts.package.is_of(owner) {
        return Case::OtherOwner;
    }
    let is_internal = package.visibility == PackageVisibility::Internal && facts.holder == Some(Holder::Organization);
    match (is_internal, is_public) {
        (true, false) => Case::Internal,
        (true, true) => Case::InternalForPublic,
        (false, _) => Case::Others,
    }
}
