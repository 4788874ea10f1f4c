//! What is recorded on disk so that it can be undone or resumed: changes of access, and runs over many repositories.
//! Pure: lines of JSON in and out; `local` stores them.
//!
//! It never contains a secret value or anything computed from one.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::change::{AccessBefore, Seen};
use super::spread::Stamps;
use super::{Access, Member, OrgName, Prefix, RepoName, RepoRef, Scope};

/// An unfinished run older than this is not resumed: the same command then means a new run.
pub const RUN_LIVES: TimeDelta = TimeDelta::hours(24);

/// The journal is trimmed to half when it is larger than this, in bytes.
pub const LARGEST: usize = 8 << 20;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Recorded before a change without its result, and again after it.
    Access(AccessEntry),
    /// This change of access was undone or never made.
    Closed {
        id: String,
    },
    Begun(Run),
    /// A repository of a run was completely written.
    Placed {
        run: String,
        repository: u64,
        at: DateTime<Utc>,
        stamps: Stamps,
    },
    /// The run is finished.
    Ended {
        run: String,
    },
}

/// A change of access, with what undoes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessEntry {
    pub id: String,
    pub at: DateTime<Utc>,
    /// The API's host.
    pub host: String,
    pub before: AccessBefore,
}

/// A run that writes the same credential into many repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub id: String,
    pub at: DateTime<Utc>,
    pub host: String,
    pub prefix: String,
    pub repositories: usize,
}

/// An unfinished run, and what it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRun {
    pub run: Run,
    pub placed: BTreeMap<u64, Stamps>,
}

impl Entry {
    /// As one line, without its end.
    pub fn to_line(&self) -> String {
        // Only maps with keys that are not strings can fail, and there are none.
        serde_json::to_string(&Line::from(self)).unwrap_or_default()
    }

    /// `None` for a line that was cut off or written by another version.
    pub fn of_line(line: &str) -> Option<Self> {
        serde_json::from_str::<Line>(line).ok()?.into_entry()
    }
}

/// The newest change of access of a credential that has not been undone.
pub fn last_change<'a>(entries: &'a [Entry], host: &str, scope: &Scope, prefix: &Prefix) -> Option<&'a AccessEntry> {
    let is_closed =
        |id: &str| entries.iter().any(|entry| matches!(entry, Entry::Closed { id: closed } if closed == id));
    entries.iter().rev().find_map(|entry| match entry {
        Entry::Access(change) => {
            let before = &change.before;
            let is_it = change.host == host && before.prefix == *prefix && is_same(&before.scope, scope);
            (is_it && before.is_change() && !is_closed(&change.id)).then_some(change)
        }
        Entry::Closed { .. } | Entry::Begun(_) | Entry::Placed { .. } | Entry::Ended { .. } => None,
    })
}

/// The newest run of this prefix, if it is unfinished and not older than [`RUN_LIVES`].
pub fn open_run(entries: &[Entry], host: &str, prefix: &Prefix, now: DateTime<Utc>) -> Option<OpenRun> {
    let run = entries.iter().rev().find_map(|entry| match entry {
        Entry::Begun(run) if run.host == host && run.prefix == prefix.as_str() => Some(run),
        // All other entries are unrelated.
        _ => None,
    })?;
    let mut latest = run.at;
    let mut placed = BTreeMap::new();
    for entry in entries {
        match entry {
            Entry::Ended { run: id } if *id == run.id => return None,
            Entry::Placed { run: id, repository, at, stamps } if *id == run.id => {
                latest = latest.max(*at);
                placed.insert(*repository, stamps.clone());
            }
            // All other entries are unrelated.
            _ => {}
        }
    }
    (now - latest <= RUN_LIVES).then(|| OpenRun { run: run.clone(), placed })
}

/// The lines that stay when the journal is too large: the newest up to half of [`LARGEST`], and the first lines of
/// runs, because their other lines depend on them.
pub fn shortened(text: &str) -> String {
    let mut room = LARGEST / 2;
    let mut kept: Vec<&str> = Vec::new();
    for (at, line) in text.lines().rev().enumerate() {
        let fits = line.len() < room;
        room = if fits { room - line.len() } else { 0 };
        if (fits || at == 0 || line.starts_with(r#"{"kind":"begun""#)) && !line.is_empty() {
            kept.push(line);
        }
    }
    kept.iter().rev().flat_map(|line| [*line, "\n"]).collect()
}

fn is_same(one: &Scope, other: &Scope) -> bool {
    one.kind() == other.kind() && one.to_string().eq_ignore_ascii_case(&other.to_string())
}

/// An entry in the file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    Access {
        id: String,
        at: DateTime<Utc>,
        host: String,
        scope: Place,
        prefix: String,
        before: Vec<SeenLine>,
        left: Option<Vec<SeenLine>>,
    },
    Closed {
        id: String,
    },
    Begun(Run),
    Placed {
        run: String,
        repository: u64,
        at: DateTime<Utc>,
        stamps: Stamps,
    },
    Ended {
        run: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    User,
    Repository(String),
    Organization(String),
}

#[derive(Serialize, Deserialize)]
struct SeenLine {
    member: String,
    updated_at: DateTime<Utc>,
    access: Reached,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reached {
    Unknown,
    /// The same as the previous member: long lists are stored only once.
    Same,
    All,
    Private,
    Repository,
    Other(String),
    Selected {
        complete: bool,
        repositories: Vec<(u64, String)>,
    },
}

impl From<&Entry> for Line {
    fn from(entry: &Entry) -> Self {
        match entry {
            Entry::Access(AccessEntry { id, at, host, before }) => Self::Access {
                id: id.clone(),
                at: *at,
                host: host.clone(),
                scope: match &before.scope {
                    Scope::User => Place::User,
                    Scope::Repository(name) => Place::Repository(name.full()),
                    Scope::Organization(name) => Place::Organization(name.as_str().to_owned()),
                },
                prefix: before.prefix.as_str().to_owned(),
                before: lines(&before.members),
                left: before.left.as_deref().map(lines),
            },
            Entry::Closed { id } => Self::Closed { id: id.clone() },
            Entry::Begun(run) => Self::Begun(run.clone()),
            Entry::Placed { run, repository, at, stamps } => {
                Self::Placed { run: run.clone(), repository: *repository, at: *at, stamps: stamps.clone() }
            }
            Entry::Ended { run } => Self::Ended { run: run.clone() },
        }
    }
}

impl Line {
    fn into_entry(self) -> Option<Entry> {
        Some(match self {
            Self::Access { id, at, host, scope, prefix, before, left } => {
                let scope = match scope {
                    Place::User => Scope::User,
                    Place::Repository(name) => Scope::Repository(RepoName::parse(&name).ok()?),
                    Place::Organization(name) => Scope::Organization(OrgName::parse(&name).ok()?),
                };
                let left = match left {
                    Some(left) => Some(seen(left)?),
                    None => None,
                };
                let prefix = Prefix::parse(&prefix).ok()?;
                let before = AccessBefore { scope, prefix, members: seen(before)?, left };
                Entry::Access(AccessEntry { id, at, host, before })
            }
            Self::Closed { id } => Entry::Closed { id },
            Self::Begun(run) => Entry::Begun(run),
            Self::Placed { run, repository, at, stamps } => Entry::Placed { run, repository, at, stamps },
            Self::Ended { run } => Entry::Ended { run },
        })
    }
}

fn lines(members: &[Seen]) -> Vec<SeenLine> {
    let mut last: Option<&Access> = None;
    let mut out = Vec::with_capacity(members.len());
    for seen in members {
        let Seen { member, updated_at, access } = seen;
        let reached = match access {
            None => Reached::Unknown,
            Some(access) if last == Some(access) => Reached::Same,
            Some(access) => reached(access),
        };
        last = access.as_ref();
        out.push(SeenLine { member: member.word().to_owned(), updated_at: *updated_at, access: reached });
    }
    out
}

fn reached(access: &Access) -> Reached {
    match access {
        Access::All => Reached::All,
        Access::Private => Reached::Private,
        Access::Repository => Reached::Repository,
        Access::Other(word) => Reached::Other(word.raw().to_owned()),
        Access::Selected(list) => Reached::Selected {
            complete: list.complete,
            repositories: list.repositories.iter().map(|r| (r.id, r.full_name.raw().to_owned())).collect(),
        },
    }
}

fn seen(lines: Vec<SeenLine>) -> Option<Vec<Seen>> {
    let mut members: Vec<Seen> = Vec::new();
    for SeenLine { member, updated_at, access } in lines {
        let member = Member::all().find(|known| known.word() == member)?;
        let access = match access {
            Reached::Unknown => None,
            Reached::Same => members.last()?.access.clone(),
            Reached::All => Some(Access::All),
            Reached::Private => Some(Access::Private),
            Reached::Repository => Some(Access::Repository),
            Reached::Other(word) => Some(Access::Other(word.into())),
            Reached::Selected { complete, repositories } => {
                let list = repositories.into_iter().map(|(id, name)| RepoRef { id, full_name: name.into() });
                Some(Access::selected(list.collect(), complete))
            }
        };
        members.push(Seen { member, updated_at, access });
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn list(ids: &[u64]) -> Access {
        let one = |id: &u64| RepoRef { id: *id, full_name: "acme/api\u{202e}".into() };
        Access::selected(ids.iter().map(one).collect(), true)
    }

    fn before(scope: Scope, accesses: [Option<Access>; 3]) -> AccessBefore {
        let one = |(member, access)| Seen { member, updated_at: at(7), access };
        let members = Member::all().zip(accesses).map(one).collect();
        AccessBefore { scope, prefix: Prefix::parse("ACR").unwrap(), members, left: None }
    }

    fn change(id: &str, before: AccessBefore) -> Entry {
        Entry::Access(AccessEntry { id: id.to_owned(), at: at(8), host: "api.github.com".to_owned(), before })
    }

    fn run(id: &str, second: i64) -> Entry {
        let (host, prefix) = ("api.github.com".to_owned(), "ACR".to_owned());
        Entry::Begun(Run { id: id.to_owned(), at: at(second), host, prefix, repositories: 2 })
    }

    fn placed(run: &str, repository: u64, second: i64) -> Entry {
        Entry::Placed { run: run.to_owned(), repository, at: at(second), stamps: Stamps::default() }
    }

    #[test]
    fn every_entry_comes_back_as_it_was() {
        let org = Scope::Organization(OrgName::parse("acme").unwrap());
        let repo = Scope::Repository(RepoName::parse("acme/api").unwrap());
        let left = Some(before(Scope::User, [Some(list(&[1])), Some(list(&[1])), None]).members);
        for entry in [
            change(
                "a",
                AccessBefore {
                    left,
                    ..before(Scope::User, [Some(list(&[1, 2])), Some(list(&[1, 2])), Some(list(&[]))])
                },
            ),
            change("b", before(org, [Some(Access::All), Some(Access::Private), Some(Access::Other("odd".into()))])),
            change("c", before(repo, [Some(Access::Repository), None, None])),
            Entry::Closed { id: "a".to_owned() },
            run("r", 1),
            placed("r", u64::MAX, 2),
            Entry::Ended { run: "r".to_owned() },
        ] {
            let line = entry.to_line();
            assert!(!line.contains('\n'));
            assert_eq!(Entry::of_line(&line), Some(entry));
            assert_eq!(Entry::of_line(&line[..line.len() / 2]), None);
        }
    }

    #[test]
    fn a_list_that_three_members_share_stands_there_once() {
        let line =
            change("a", before(Scope::User, [Some(list(&[4711])), Some(list(&[4711])), Some(list(&[4711]))])).to_line();
        assert_eq!(line.matches("4711").count(), 1);
    }

    #[test]
    fn the_newest_change_that_was_not_undone_is_the_one_to_undo() {
        let prefix = Prefix::parse("ACR").unwrap();
        let of = |id: &str, scope: Scope| change(id, before(scope, [Some(list(&[1])), None, None]));
        let org = |name: &str| Scope::Organization(OrgName::parse(name).unwrap());
        let mut entries = vec![of("a", org("acme")), of("b", org("ACME")), of("c", Scope::User)];
        let last = |entries: &[Entry], host: &str| {
            last_change(entries, host, &org("acme"), &prefix).map(|change| change.id.clone())
        };
        assert_eq!(last(&entries, "api.github.com").as_deref(), Some("b"));
        assert_eq!(last(&entries, "elsewhere"), None);
        entries.push(Entry::Closed { id: "b".to_owned() });
        assert_eq!(last(&entries, "api.github.com").as_deref(), Some("a"));
    }

    #[test]
    fn a_run_is_open_until_it_ends_or_is_too_old() {
        let prefix = Prefix::parse("ACR").unwrap();
        let open = |entries: &[Entry], second| open_run(entries, "api.github.com", &prefix, at(second));
        let mut entries = vec![run("old", 1), placed("old", 1, 2), run("r", 100), placed("r", 7, 101)];
        let found = open(&entries, 200).unwrap();
        assert_eq!((found.run.id.as_str(), found.placed.keys().copied().collect::<Vec<_>>()), ("r", vec![7]));
        assert!(open(&entries, 101 + RUN_LIVES.num_seconds()).is_some());
        assert_eq!(open(&entries, 102 + RUN_LIVES.num_seconds()), None);
        entries.push(Entry::Ended { run: "r".to_owned() });
        assert_eq!(open(&entries, 200), None, "an older run is not gone on with after a newer one");
    }

    #[test]
    fn what_is_cut_away_is_the_oldest_and_never_a_runs_beginning() {
        let filler = "x".repeat(1 << 20);
        let mut text = format!("{}\n", run("r", 1).to_line());
        for n in 0..9 {
            text.extend([&n.to_string(), filler.as_str(), "\n"]);
        }
        let kept = shortened(&text);
        assert!(kept.len() <= LARGEST / 2 + 200 && kept.starts_with(r#"{"kind":"begun""#));
        let lines: Vec<_> = kept.lines().skip(1).map(|line| &line[..1]).collect();
        assert_eq!(lines, ["6", "7", "8"]);
    }
}
