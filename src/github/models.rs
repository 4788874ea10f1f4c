//! GitHub's requests and answers, reduced to what pullkey needs and tolerant of everything else.
//!
//! Source: GitHub's REST description (`@octokit/openapi`), codespaces secrets. Unknown fields are ignored, enumerations
//! stay text, and both forms of timestamp are read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{Access, MemberState, Progress, RepoRef, Repository, Scope, ScopeKind, Untrusted};

/// One secret as GitHub lists it, at any scope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SecretRecord {
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Organization and user secrets; a repository's own have none.
    #[serde(default)]
    pub visibility: Option<String>,
}

/// A public key, and the id to send along with what it sealed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PublicKey {
    #[serde(deserialize_with = "text_or_number")]
    pub key_id: String,
    pub key: String,
}

/// A repository, from listings of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RepoRecord {
    pub id: u64,
    pub full_name: Untrusted,
    #[serde(default)]
    pub private: bool,
    #[serde(default)]
    pub visibility: Option<String>,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub permissions: Option<Permissions>,
    #[serde(default)]
    pub topics: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Permissions {
    #[serde(default)]
    pub admin: bool,
    #[serde(default)]
    pub push: bool,
}

/// A listing that grew by one page.
#[derive(Clone, Copy, Debug)]
pub struct Grown<'a, T> {
    /// Everything so far.
    pub all: &'a [T],
    /// How much of it was there before this page.
    pub before: usize,
    pub far: Option<Progress>,
}

impl<'a, T> Grown<'a, T> {
    /// The items of this page.
    pub fn fresh(&self) -> &'a [T] {
        self.all.get(self.before..).unwrap_or_default()
    }
}

/// A complete listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// How many GitHub says there are, if it does.
    pub total: Option<usize>,
    /// When the first page was answered, by GitHub's clock, in seconds since 1970.
    pub server_time: Option<i64>,
    /// The organizations whose entries are missing, by number: the token is not authorized for their single sign-on.
    pub unshown: Vec<u64>,
}

/// The effect of a PUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Created,
    Updated,
}

/// GitHub's answer to a PUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    pub written: Written,
    /// GitHub's clock when it answered, in seconds.
    pub server_time: Option<i64>,
}

/// Who gets a secret, as sent in one PUT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// Organization secrets only, and always there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<&'static str>,
    /// Integers: GitHub accepts strings for some calls only. `None` leaves the list as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_repository_ids: Option<Vec<u64>>,
}

/// The body of a PUT of a secret. Without a value it changes access only.
#[derive(Serialize)]
pub(super) struct PutSecret<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<&'a str>,
    #[serde(flatten)]
    pub grant: &'a Grant,
}

/// The token's user, and what the answer's headers say about the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub login: Untrusted,
    /// `X-OAuth-Scopes`; `None` where there was no such header.
    pub scopes: Option<Vec<String>>,
    /// `GitHub-Authentication-Token-Expiration`.
    pub expires: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
pub(super) struct UserRecord {
    pub login: Untrusted,
}

#[derive(Deserialize)]
pub(super) struct MembershipRecord {
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub role: Option<String>,
    pub organization: OrgRecord,
}

#[derive(Deserialize)]
pub(super) struct OrgRecord {
    pub login: String,
}

#[derive(Deserialize)]
pub(super) struct SecretsPage {
    #[serde(default)]
    pub total_count: Option<usize>,
    pub secrets: Vec<SecretRecord>,
}

#[derive(Deserialize)]
pub(super) struct RepositoriesPage {
    #[serde(default)]
    pub total_count: Option<usize>,
    pub repositories: Vec<RepoRecord>,
}

/// The body of a refusal. `errors` holds objects or plain strings, or is one of them. No field is required, and a field
/// of another type does not invalidate the others.
#[derive(Default, Deserialize)]
pub(super) struct Complaint {
    /// Some refusals are `{}`: GitHub gives no reason, but it is GitHub that refuses.
    #[serde(default, deserialize_with = "words_or_nothing")]
    pub message: Untrusted,
    #[serde(default)]
    errors: Value,
    /// Where GitHub explains it.
    #[serde(default, deserialize_with = "words_or_nothing")]
    documentation_url: Untrusted,
}

impl Complaint {
    pub(super) fn page(&self) -> &str {
        self.documentation_url.raw()
    }

    pub(super) fn texts(&self) -> Vec<Untrusted> {
        let texts = match &self.errors {
            Value::Array(values) => values.iter().filter_map(complained).collect(),
            other => complained(other).into_iter().collect::<Vec<_>>(),
        };
        texts.into_iter().map(Untrusted::new).collect()
    }
}

/// One of the `errors` in words; `None` if it has no text.
fn complained(value: &Value) -> Option<String> {
    let fields = match value {
        Value::String(text) => return Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Object(fields) => fields,
        // Anything else has no text to show.
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    let field = |name| fields.get(name).and_then(Value::as_str).filter(|s| !s.is_empty());
    if let Some(message) = field("message") {
        return Some(message.to_owned());
    }
    let parts: Vec<_> = ["field", "code"].into_iter().filter_map(field).collect();
    if !parts.is_empty() {
        return Some(parts.join(" "));
    }
    // By field, each with its errors: `{"key_id": ["is not valid"]}`.
    let told = fields.iter().filter_map(|(name, value)| {
        let texts = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        (!texts.is_empty()).then(|| format!("{name} {texts}"))
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// The text of a field, which may be of another type or `null`.
fn words_or_nothing<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Untrusted, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(Untrusted::new(value.as_str().unwrap_or_default()))
}

impl<T> Listed<T> {
    /// Whether the list has as many items as GitHub says, and nothing was left out.
    pub fn is_complete(&self) -> bool {
        self.unshown.is_empty() && self.total.is_none_or(|total| self.items.len() >= total)
    }

    /// How many there are: GitHub's total or the number of items, whichever is larger.
    pub fn count(&self) -> usize {
        self.total.unwrap_or(0).max(self.items.len())
    }
}

impl Listed<SecretRecord> {
    /// Finds a secret by name; GitHub upper-cases names, so case is ignored.
    pub fn find(&self, name: &str) -> Option<&SecretRecord> {
        self.items.iter().find(|s| s.name.eq_ignore_ascii_case(name))
    }
}

impl Listed<RepoRecord> {
    pub fn access(&self) -> Access {
        Access::selected(self.items.iter().map(RepoRecord::reference).collect(), self.is_complete())
    }
}

impl SecretRecord {
    /// The access, if the listing itself shows it; `None` if the selected repositories have to be read.
    pub fn plain_access(&self, scope: &Scope) -> Option<Access> {
        match (scope.kind(), self.visibility.as_deref()) {
            (ScopeKind::Repository, _) => Some(Access::Repository),
            // User secrets only ever reach selected repositories, whatever the listing says.
            (ScopeKind::User, _) | (ScopeKind::Organization, Some("selected")) => None,
            (ScopeKind::Organization, Some("all")) => Some(Access::All),
            (ScopeKind::Organization, Some("private")) => Some(Access::Private),
            (ScopeKind::Organization, other) => Some(Access::Other(Untrusted::new(other.unwrap_or_default()))),
        }
    }

    pub fn into_state(self, scope: &Scope) -> MemberState {
        let access = self.plain_access(scope);
        MemberState { name: self.name, created_at: self.created_at, updated_at: self.updated_at, access }
    }
}

impl RepoRecord {
    pub fn reference(&self) -> RepoRef {
        RepoRef { id: self.id, full_name: self.full_name.clone() }
    }

    pub fn into_repository(self) -> Repository {
        let permissions = self.permissions.unwrap_or_default();
        let plain = if self.private { "private" } else { "public" };
        Repository {
            id: self.id,
            full_name: self.full_name,
            visibility: self.visibility.unwrap_or_else(|| plain.to_owned()),
            archived: self.archived,
            admin: permissions.admin,
            push: permissions.push,
        }
    }
}

fn text_or_number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Value::deserialize(from)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!("a key id that is {}", kind_of(&other)))),
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_forms_of_time_stamp_are_read() {
        let read = |time: &str| {
            serde_json::from_str::<SecretRecord>(&format!(
                r#"{{"name":"A","created_at":"{time}","updated_at":"{time}","new_field":1}}"#
            ))
            .unwrap()
        };
        assert_eq!(read("2021-10-26T19:17:07.000+00:00"), read("2021-10-26T19:17:07Z"));
        assert_eq!(read("2021-10-26T21:17:07+02:00"), read("2021-10-26T19:17:07Z"));
    }

    #[test]
    fn an_unknown_visibility_is_kept_as_a_word() {
        let at = "2021-10-26T19:17:07Z";
        let json = serde_json::json!({"name": "A", "created_at": at, "updated_at": at, "visibility": "internal"});
        let secret: SecretRecord = serde_json::from_value(json).unwrap();
        let org = Scope::Organization(crate::domain::OrgName::parse("acme").unwrap());
        assert_eq!(secret.plain_access(&org), Some(Access::Other("internal".into())));
        assert_eq!(secret.plain_access(&Scope::User), None);
    }

    #[test]
    fn ids_are_sent_as_integers_and_silence_stays_silent() {
        let grant = Grant { visibility: Some("selected"), selected_repository_ids: Some(vec![1, 4_294_967_296]) };
        let put = PutSecret { encrypted_value: Some("x"), key_id: Some("7"), grant: &grant };
        assert_eq!(
            serde_json::to_string(&put).unwrap(),
            r#"{"encrypted_value":"x","key_id":"7","visibility":"selected","selected_repository_ids":[1,4294967296]}"#
        );
        let put = PutSecret { encrypted_value: None, key_id: None, grant: &Grant::default() };
        assert_eq!(serde_json::to_string(&put).unwrap(), "{}");
    }

    #[test]
    fn complaints_come_as_objects_and_as_strings() {
        let of = |json: &str| serde_json::from_str::<Complaint>(json).unwrap().texts();
        assert_eq!(of(r#"{"message":"x","errors":["a","b"]}"#), vec!["a".into(), "b".into()]);
        assert_eq!(
            of(r#"{"message":"x","errors":[{"field":"key_id","code":"invalid"}]}"#),
            vec!["key_id invalid".into()]
        );
        assert_eq!(of(r#"{"message":"x","errors":[{"message":"no","code":"c"}]}"#), vec!["no".into()]);
        assert_eq!(of(r#"{"message":"x","errors":"not selected"}"#), vec!["not selected".into()], "one string");
        assert!(of(r#"{"message":"x"}"#).is_empty() && of("{}").is_empty());
        assert_eq!(of(r#"{"errors":{"field":"name","code":"invalid"}}"#), vec!["name invalid".into()], "one object");
        assert_eq!(of(r#"{"errors":{"key_id":["is old","is odd"]}}"#), vec!["key_id is old, is odd".into()]);
        assert_eq!(of(r#"{"errors":[null,7,"",{},"a"]}"#), vec!["a".into()]);
    }

    #[test]
    fn a_field_of_another_kind_costs_a_complaint_nothing_else() {
        for message in ["null", "7", "[\"x\"]", "{}", "true"] {
            let json = format!(r#"{{"message":{message},"documentation_url":{message},"errors":["a"],"status":403}}"#);
            let read: Complaint = serde_json::from_str(&json).unwrap();
            assert_eq!((read.message.raw(), read.page(), read.texts()), ("", "", vec!["a".into()]), "{message}");
        }
    }

    #[test]
    fn fewer_than_the_total_is_incomplete() {
        let list = |n: usize, total| Listed { items: vec![(); n], total, server_time: None, unshown: Vec::new() };
        assert!(!Listed { unshown: vec![21], ..list(3, Some(3)) }.is_complete());
        assert!(list(3, Some(3)).is_complete() && list(3, None).is_complete() && !list(3, Some(4)).is_complete());
        assert_eq!(list(3, Some(4)).count(), 4);
    }
}
