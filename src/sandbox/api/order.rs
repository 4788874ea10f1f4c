//! The body of a PUT, checked for its form. Whether it can be carried out is decided in `secrets`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::reply::Reply;
use super::super::vault::{Reach, Scope};

#[derive(Debug)]
pub(super) struct Order {
    pub(super) key_id: Option<String>,
    pub(super) sealed: Option<String>,
    /// Only for organizations, and always present there.
    pub(super) visibility: Option<Reach>,
    pub(super) repositories: Option<BTreeSet<u64>>,
}

impl Order {
    pub(super) fn read(scope: Scope, body: &Map<String, Value>) -> Result<Self, Reply> {
        let key_id = string(body, "key_id")?;
        let sealed = string(body, "encrypted_value")?;
        let (visibility, repositories) = match scope {
            Scope::User(_) => {
                if key_id.is_none() {
                    return Err(Reply::unprocessable("Invalid request.\n\n\"key_id\" wasn't supplied."));
                }
                (None, ids(body, Ids::NumbersOrStrings)?)
            }
            Scope::Repo(_) => (None, None),
            Scope::Org(_) => {
                let Some(word) = string(body, "visibility")? else {
                    return Err(Reply::unprocessable("Invalid request.\n\n\"visibility\" wasn't supplied."));
                };
                let Some(reach) = Reach::parse(&word) else {
                    let message =
                        format!("Invalid request.\n\n{word} is not a member of [\"all\", \"private\", \"selected\"].");
                    return Err(Reply::unprocessable(&message));
                };
                let repositories = ids(body, Ids::Numbers)?;
                if repositories.is_some() && reach != Reach::Selected {
                    let message = "selected_repository_ids can only be given when visibility is selected";
                    return Err(Reply::unprocessable(message));
                }
                (Some(reach), repositories)
            }
        };
        if sealed.is_some() && key_id.is_none() {
            return Err(Reply::unprocessable("Invalid request.\n\n\"key_id\" wasn't supplied."));
        }
        Ok(Self { key_id, sealed, visibility, repositories })
    }
}

/// The list in the body of PUT `…/repositories`.
pub(super) fn replacement(body: &Map<String, Value>) -> Result<BTreeSet<u64>, Reply> {
    ids(body, Ids::Numbers)?
        .ok_or_else(|| Reply::unprocessable("Invalid request.\n\n\"selected_repository_ids\" wasn't supplied."))
}

/// GitHub accepts ids as strings only in one place: the PUT of a user secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ids {
    Numbers,
    NumbersOrStrings,
}

fn ids(body: &Map<String, Value>, form: Ids) -> Result<Option<BTreeSet<u64>>, Reply> {
    let Some(value) = body.get("selected_repository_ids") else { return Ok(None) };
    let Some(items) = value.as_array() else {
        return Err(Reply::unprocessable("Invalid request.\n\nFor 'selected_repository_ids', a list is expected."));
    };
    let one = |item: &Value| {
        let spelled = item.as_str().filter(|_| form == Ids::NumbersOrStrings).and_then(|text| text.parse().ok());
        item.as_u64()
            .or(spelled)
            .ok_or_else(|| Reply::unprocessable(&format!("Invalid request.\n\nFor 'items', {item} is not an integer.")))
    };
    items.iter().map(one).collect::<Result<_, _>>().map(Some)
}

fn string(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Reply> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => {
            let message = format!("Invalid request.\n\nFor 'properties/{name}', {other} is not a string.");
            Err(Reply::unprocessable(&message))
        }
    }
}
