//! pullkey's own record of expiry dates: what was known when a password was written, because GitHub returns neither a
//! value nor its expiry. Pure: text in and out; `local` stores it.
//!
//! It never contains a password. Entries of another version that this one does not understand are kept unchanged.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{End, Source, Standing, of_draft};
use crate::domain::change::{AccessBefore, Draft};
use crate::domain::secret_shape::{holds_secret, is_twin};
use crate::domain::{Credential, Member, OrgName, Prefix, Renamed, RepoName, Saved, Scope, Shape, WriteOutcome};

/// The record keeps this many entries; the oldest are dropped.
pub const MOST: usize = 50_000;

/// A server or a user longer than this is not recorded.
const LONGEST: usize = 300;

/// How far this machine's clock may be from GitHub's if nothing was read back after a write.
const SLACK: TimeDelta = TimeDelta::minutes(10);

/// What is known about one password that pullkey wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub scope: Scope,
    pub prefix: Prefix,
    /// What was written with it; `None` if unknown.
    pub server: Option<String>,
    pub user: Option<String>,
    pub end: End,
    pub source: Source,
    /// When it was written, by this machine's clock.
    pub written: DateTime<Utc>,
    /// The same by GitHub's clock; `None` if it could not be read back.
    stamp: Option<DateTime<Utc>>,
}

/// An entry as it was read, with the keys that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Known(Entry, Map<String, Value>),
    Unknown(Value),
}

/// Everything recorded for one API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    lines: Vec<Line>,
    rest: Map<String, Value>,
}

/// What the record says about a credential's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    pub entry: &'a Entry,
    /// `None` if the password has been changed since: then the recorded expiry does not apply to it.
    pub standing: Option<Standing>,
}

impl Told<'_> {
    /// Why the recorded expiry does not apply to the current password.
    pub fn outdated(&self) -> Option<String> {
        let on = self.entry.written.format("%Y-%m-%d");
        self.standing
            .is_none()
            .then(|| format!("set by somebody else since: the expiry recorded on {on} no longer applies"))
    }

    /// Where the expiry is from: “entered by you on 2026-02-01, for ci-pull at mycompany.azurecr.io”.
    pub fn origin(&self) -> String {
        let on = self.entry.written.format("%Y-%m-%d");
        let clean = |text: &String| crate::domain::untrusted::clean(text);
        let of = match (self.entry.user.as_ref().map(clean), self.entry.server.as_ref().map(clean)) {
            (Some(user), Some(server)) => format!(", for {user} at {server}"),
            (Some(user), None) => format!(", for {user}"),
            (None, Some(server)) => format!(", for {server}"),
            (None, None) => String::new(),
        };
        match self.entry.source {
            Source::Value => format!("read from the value written on {on}{of}"),
            Source::Person => format!("entered by you on {on}{of}"),
        }
    }
}

impl Entry {
    fn is_of(&self, scope: &Scope, prefix: &Prefix) -> bool {
        self.prefix == *prefix && is_same(&self.scope, scope)
    }

    /// Whether the password that GitHub says was updated at this time is the one this entry is about.
    fn is_current(&self, updated_at: DateTime<Utc>) -> bool {
        match self.stamp {
            Some(stamp) => stamp == updated_at,
            None => (updated_at - self.written).abs() <= SLACK,
        }
    }
}

impl Record {
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn entry(&self, scope: &Scope, prefix: &Prefix) -> Option<&Entry> {
        self.entries().find(|entry| entry.is_of(scope, prefix))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.lines.iter().filter_map(|line| match line {
            Line::Known(entry, _) => Some(entry),
            Line::Unknown(_) => None,
        })
    }

    fn entry_mut(&mut self, scope: &Scope, prefix: &Prefix) -> Option<&mut Entry> {
        self.lines.iter_mut().find_map(|line| match line {
            Line::Known(entry, _) if entry.is_of(scope, prefix) => Some(entry),
            Line::Known(..) | Line::Unknown(_) => None,
        })
    }

    /// What is known about a credential's current password; `None` if nothing is, or if it is missing.
    pub fn told(&self, scope: &Scope, credential: &Credential, now: DateTime<Utc>) -> Option<Told<'_>> {
        let updated_at = credential.password_updated_at()?;
        let entry = self.entry(scope, &credential.prefix)?;
        let standing = entry.is_current(updated_at).then(|| entry.end.standing(now));
        Some(Told { entry, standing })
    }

    /// Records the outcome of writing values: a password that was written replaces the entry of the previous one; one
    /// that was not written leaves it. Nothing is recorded for single secrets.
    pub fn saved(&mut self, draft: &Draft, saved: &Saved, now: DateTime<Utc>) {
        if draft.shape == Shape::Single {
            return;
        }
        let is_done = |member: Member| saved.members.iter().any(|r| r.member == member && r.outcome.is_done());
        let text = |member: Member| {
            let text = draft.values.get(member).expose();
            // A token may stand in any field, and some registries want it as user and password.
            let is_public = !holds_secret(text) && !is_twin(draft.values.get(member), &draft.values.password);
            let is_new = is_done(member) && draft.members.contains(&member);
            (is_new && is_public && text.len() <= LONGEST).then(|| text.to_owned())
        };
        let (server, user) = (text(Member::Server), text(Member::User));
        if !is_done(Member::Password) {
            // The rest of a write that was incomplete.
            if let Some(entry) = self.entry_mut(&draft.scope, &draft.prefix) {
                entry.server = server.or(entry.server.take());
                entry.user = user.or(entry.user.take());
            }
            return;
        }
        let old = self.entry(&draft.scope, &draft.prefix).cloned();
        let kept = |member: Member, old: Option<String>| old.filter(|_| !draft.members.contains(&member));
        let (old_server, old_user) = old.map(|old| (old.server, old.user)).unwrap_or_default();
        self.remove(&draft.scope, &draft.prefix);
        let Some((end, source)) = of_draft(draft) else { return };
        let stamp = stamp(saved, &draft.prefix);
        let entry = Entry {
            scope: draft.scope.clone(),
            prefix: draft.prefix.clone(),
            server: server.or(kept(Member::Server, old_server)),
            user: user.or(kept(Member::User, old_user)),
            end,
            source,
            written: now,
            stamp,
        };
        self.lines.push(Line::Known(entry, Map::new()));
        let surplus = self.lines.len().saturating_sub(MOST);
        self.lines.drain(..surplus);
    }

    /// Records the outcome of a deletion.
    pub fn deleted(&mut self, scope: &Scope, prefix: &Prefix, saved: &Saved) {
        let is_gone = |r: &&crate::domain::MemberReport| r.outcome == WriteOutcome::Deleted;
        if saved.members.iter().filter(is_gone).any(|report| report.member == Member::Password) {
            self.remove(scope, prefix);
        }
    }

    /// Records a change of access. GitHub counts it as an update of the secret, but the password is the same.
    pub fn regranted(&mut self, before: &AccessBefore, saved: &Saved) {
        let was = before.members.iter().find(|seen| seen.member == Member::Password).map(|seen| seen.updated_at);
        let (Some(was), Some(now)) = (was, stamp(saved, &before.prefix)) else { return };
        if let Some(entry) = self.entry_mut(&before.scope, &before.prefix).filter(|entry| entry.is_current(was)) {
            entry.stamp = Some(now);
        }
    }

    /// A repository was renamed.
    pub fn renamed(&mut self, renamed: &Renamed) {
        for line in &mut self.lines {
            if let Line::Known(entry, _) = line {
                renamed.scope(&mut entry.scope);
            }
        }
    }

    fn remove(&mut self, scope: &Scope, prefix: &Prefix) {
        self.lines.retain(|line| !matches!(line, Line::Known(entry, _) if entry.is_of(scope, prefix)));
    }

    /// `None` if this is not a record: then it must not be overwritten.
    pub fn of_text(text: &str) -> Option<Self> {
        let Value::Object(mut rest) = serde_json::from_str(text).ok()? else { return None };
        let Some(Value::Array(entries)) = rest.remove("entries") else { return None };
        let lines = entries.into_iter().map(|value| match known(&value) {
            Some((entry, unknown)) => Line::Known(entry, unknown),
            None => Line::Unknown(value),
        });
        Some(Self { lines: lines.collect(), rest })
    }

    pub fn to_text(&self) -> String {
        let mut document = self.rest.clone();
        document.entry("version").or_insert(json!(1));
        let entries = self.lines.iter().map(|line| match line {
            Line::Known(entry, rest) => Kept::of(entry, rest.clone()).into_value(),
            Line::Unknown(value) => value.clone(),
        });
        document.insert("entries".to_owned(), entries.collect());
        format!("{:#}\n", Value::Object(document))
    }
}

/// When the password was updated according to GitHub, as read back.
fn stamp(saved: &Saved, prefix: &Prefix) -> Option<DateTime<Utc>> {
    saved.now.as_ref()?.credential(prefix)?.password_updated_at()
}

/// GitHub's names are not case-sensitive.
fn is_same(one: &Scope, other: &Scope) -> bool {
    match (one, other) {
        (Scope::User, Scope::User) => true,
        (Scope::Repository(one), Scope::Repository(other)) => one.is_same(&other.full()),
        (Scope::Organization(one), Scope::Organization(other)) => one.as_str().eq_ignore_ascii_case(other.as_str()),
        (Scope::User | Scope::Repository(_) | Scope::Organization(_), _) => false,
    }
}

/// An entry in the file.
#[derive(Serialize, Deserialize)]
struct Kept {
    scope: String,
    /// `None` for the user's own.
    name: Option<String>,
    prefix: String,
    server: Option<String>,
    user: Option<String>,
    ends: String,
    said_by: String,
    written: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Kept {
    fn of(entry: &Entry, rest: Map<String, Value>) -> Self {
        let name = match &entry.scope {
            Scope::User => None,
            Scope::Repository(name) => Some(name.full()),
            Scope::Organization(name) => Some(name.as_str().to_owned()),
        };
        Self {
            scope: entry.scope.kind().word().to_owned(),
            name,
            prefix: entry.prefix.as_str().to_owned(),
            server: entry.server.clone(),
            user: entry.user.clone(),
            ends: match entry.end {
                End::On(date) => date.to_string(),
                End::At(at) => at.to_rfc3339_opts(SecondsFormat::Secs, true),
                End::Never => "never".to_owned(),
            },
            said_by: match entry.source {
                Source::Value => "value".to_owned(),
                Source::Person => "person".to_owned(),
            },
            written: entry.written,
            updated_at: entry.stamp,
            rest,
        }
    }

    fn into_value(self) -> Value {
        // Only maps with keys that are not strings can fail, and there are none.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// `None` for an entry of another version.
fn known(value: &Value) -> Option<(Entry, Map<String, Value>)> {
    let line: Kept = serde_json::from_value(value.clone()).ok()?;
    let scope = match (line.scope.as_str(), line.name) {
        ("user", None) => Scope::User,
        ("repository", Some(name)) => Scope::Repository(RepoName::parse(&name).ok()?),
        ("organization", Some(name)) => Scope::Organization(OrgName::parse(&name).ok()?),
        _ => return None, // a scope this version does not know
    };
    let end = match line.ends.as_str() {
        "never" => End::Never,
        text => match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) => End::On(date),
            Err(_) => End::At(DateTime::parse_from_rfc3339(text).ok()?.to_utc()),
        },
    };
    let source = match line.said_by.as_str() {
        "value" => Source::Value,
        "person" => Source::Person,
        _ => return None, // a source this version does not know
    };
    let prefix = Prefix::parse(&line.prefix).ok()?;
    // An older version may have recorded a token here.
    let public = |text: Option<String>| text.filter(|text| !holds_secret(text));
    let (server, user, written, stamp) = (public(line.server), public(line.user), line.written, line.updated_at);
    Some((Entry { scope, prefix, server, user, end, source, written, stamp }, line.rest))
}
