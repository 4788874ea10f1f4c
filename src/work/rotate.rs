//! Writes new values for an existing credential; its access stays exactly as it is.

use crate::domain::change::DraftAccess;
use crate::domain::preset::singles;
use crate::domain::{Draft, Member, MemberReport, Members, Prefix, Problem, Saved, Scope, Sensitive, Shape};
use crate::github::Client;
use crate::local::Held;

use super::problems::{explain, reading};
use super::save::save;
use super::settle::secrets;

/// The values to write; a member that is `None` keeps its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub scope: Scope,
    pub prefix: Prefix,
    pub values: Members<Option<Sensitive>>,
}

impl Rotation {
    /// What is written, in the order of writing.
    pub fn draft(&self) -> Draft {
        let members = Member::WRITE_ORDER.into_iter().filter(|member| self.values.get(*member).is_some()).collect();
        let access = match self.scope {
            Scope::Repository(_) => DraftAccess::Repository,
            Scope::User | Scope::Organization(_) => DraftAccess::Keep,
        };
        let values = self.values.clone().map(|_, value| value.unwrap_or_else(|| Sensitive::from("")));
        Draft {
            scope: self.scope.clone(),
            prefix: self.prefix.clone(),
            shape: Shape::Credential,
            values,
            access,
            members,
            ends: None,
            seen: None,
        }
    }
}

/// Writes the given values. The access of every member is read first, repeated in the request where GitHub requires it,
/// and compared afterwards.
///
/// `Err` means that nothing was written, for example because there is no such credential.
pub async fn rotate(
    gh: &Client,
    held: &Held,
    rotation: &Rotation,
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<Saved, Problem> {
    let Rotation { scope, prefix, .. } = rotation;
    let existing = secrets(gh, scope, prefix).await.map_err(|e| explain(reading(scope), &e, Some(scope)))?;
    if Member::all().all(|member| existing.find(&prefix.secret_name(member)).is_none()) {
        return Err(absent(scope, prefix));
    }
    save(gh, held, &rotation.draft(), part).await
}

/// Why something cannot be changed: it does not exist.
pub fn absent(scope: &Scope, prefix: &Prefix) -> Problem {
    let single = singles().iter().find(|single| prefix.as_str().starts_with(&single.use_of.secret));
    let hint = single.map_or_else(
        || "`pullkey list` shows what there is".to_owned(),
        |single| {
            let id = &single.id;
            format!(
                "to write a single secret or change its access, run `pullkey set {prefix} --preset {id}`; to delete \
                 it, `gh secret delete {prefix} --app codespaces`"
            )
        },
    );
    Problem::new(
        format!("there is no credential {prefix}"),
        format!("{scope}: no secret is named like {prefix}_CONTAINER_REGISTRY_SERVER"),
        hint,
    )
}
