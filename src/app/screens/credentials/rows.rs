//! The list of credentials as rows. A row is its own key, so the selection stays on its item while others arrive.

use crate::app::filter::contains;
use crate::app::remote::Remote;
use crate::app::world::World;
use crate::domain::preset::product_of_prefix;
use crate::domain::{Access, Credential, Member, OtherSecret, Prefix, Scope, ScopeListing};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A scope's heading; only a repository's can be selected, because it has a detail.
    Head(Scope),
    Credential(Scope, Prefix),
    /// The fold of the secrets outside any credential.
    Others(Scope),
    Other(Scope, String),
    /// Not loaded yet.
    Loading(Scope),
    /// Could not be read, or not completely.
    Problem(Scope),
    /// Read, and empty.
    Empty(Scope),
    /// The organizations are loading or could not be listed.
    Memberships,
}

impl Row {
    pub const fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Head(scope)
            | Self::Credential(scope, _)
            | Self::Others(scope)
            | Self::Other(scope, _)
            | Self::Loading(scope)
            | Self::Problem(scope)
            | Self::Empty(scope) => Some(scope),
            Self::Memberships => None,
        }
    }

    pub const fn scope_mut(&mut self) -> Option<&mut Scope> {
        match self {
            Self::Head(scope)
            | Self::Credential(scope, _)
            | Self::Others(scope)
            | Self::Other(scope, _)
            | Self::Loading(scope)
            | Self::Problem(scope)
            | Self::Empty(scope) => Some(scope),
            Self::Memberships => None,
        }
    }

    pub const fn is_selectable(&self) -> bool {
        !matches!(self, Self::Head(Scope::User | Scope::Organization(_)))
    }

    pub const fn is_head(&self) -> bool {
        matches!(self, Self::Head(_))
    }

    pub fn credential<'w>(&self, world: &'w World) -> Option<&'w Credential> {
        match self {
            Self::Credential(scope, prefix) => world.listing(scope)?.credential(prefix),
            _ => None, // only credential rows have one
        }
    }

    pub fn other<'w>(&self, world: &'w World) -> Option<&'w OtherSecret> {
        match self {
            Self::Other(scope, name) => world.listing(scope)?.other_secrets.iter().find(|o| o.name.raw() == name),
            _ => None, // only rows of other secrets have one
        }
    }
}

/// All current rows; `unfolded` are the scopes whose other secrets are shown.
pub fn rows(world: &World, filter: &str, unfolded: &[Scope]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (scope, remote) in &world.scopes {
        let listing = remote.value();
        let mut mine = listing.map(|l| of_listing(scope, l, filter, unfolded)).unwrap_or_default();
        match remote {
            Remote::Failed { .. } => mine.push(Row::Problem(scope.clone())),
            Remote::Loading { .. } | Remote::Absent => mine.push(Row::Loading(scope.clone())),
            Remote::Ready(listing) if listing.lacking.is_some() => mine.push(Row::Problem(scope.clone())),
            Remote::Ready(_) if mine.is_empty() && filter.is_empty() => mine.push(Row::Empty(scope.clone())),
            Remote::Ready(_) => {}
        }
        if !mine.is_empty() {
            rows.push(Row::Head(scope.clone()));
            rows.append(&mut mine);
        }
    }
    if world.memberships.is_loading() || world.memberships.problem().is_some() {
        rows.push(Row::Memberships);
    }
    rows
}

fn of_listing(scope: &Scope, listing: &ScopeListing, filter: &str, unfolded: &[Scope]) -> Vec<Row> {
    let credentials = listing.credentials.iter().filter(|c| matches(c, scope, filter));
    let mut rows: Vec<Row> = credentials.map(|c| Row::Credential(scope.clone(), c.prefix.clone())).collect();
    let others: Vec<&OtherSecret> =
        listing.other_secrets.iter().filter(|o| contains(&o.name.shown(), filter)).collect();
    if filter.is_empty() && !others.is_empty() {
        rows.push(Row::Others(scope.clone()));
    }
    if !filter.is_empty() || unfolded.contains(scope) {
        rows.extend(others.iter().map(|o| Row::Other(scope.clone(), o.name.raw().to_owned())));
    }
    rows
}

fn matches(credential: &Credential, scope: &Scope, filter: &str) -> bool {
    contains(credential.prefix.as_str(), filter)
        || contains(&scope.to_string(), filter)
        || product_of_prefix(&credential.prefix).is_some_and(|product| contains(product, filter))
        || Member::all().any(|member| {
            let access = credential.members.get(member).as_ref().and_then(|state| state.access.as_ref());
            matches!(access, Some(Access::Selected(s))
                if s.repositories.iter().any(|r| contains(&r.full_name.shown(), filter)))
        })
}
