//! Values stored for re-testing a credential: where they came from, and as of when.

use chrono::{DateTime, Utc};

use super::{Credential, Member, Members, Prefix, Scope, ScopeListing, Trial};

/// The content of one entry in the keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub trial: Trial,
    pub origin: Origin,
    /// When the members on GitHub were last written, as known when these values were stored; `None` if unknown.
    pub as_of: Option<Times>,
}

/// Whether exactly these values were once on GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// pullkey wrote them.
    Written,
    /// They passed a test, but may never have been written.
    Tested,
}

/// When each member was last written; `None` for a missing one.
pub type Times = Members<Option<DateTime<Utc>>>;

/// How the credential on GitHub has changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    Unknown,
    Unchanged,
    Changed { written: Vec<(Member, DateTime<Utc>)>, gone: Vec<Member> },
}

impl Kept {
    /// Values that were just written; `now` is what was read back, if that succeeded.
    pub fn written(trial: Trial, now: Option<&ScopeListing>, prefix: &Prefix) -> Self {
        let is_whole = |times: &Times| times.iter().all(|(_, time)| time.is_some());
        Self { trial, origin: Origin::Written, as_of: times(now, prefix).filter(is_whole) }
    }

    /// Values that passed a test; `now` is what is known about the scope.
    pub fn tested(trial: Trial, now: Option<&ScopeListing>, prefix: &Prefix) -> Self {
        Self { trial, origin: Origin::Tested, as_of: times(now, prefix) }
    }

    /// How the credential has changed since, according to the current listing of its scope.
    pub fn since(&self, listing: &ScopeListing, prefix: &Prefix) -> Since {
        let now = of_credential(listing.credential(prefix));
        let is_known = listing.complete || now.iter().all(|(_, time)| time.is_some());
        // A missing member is not what was written, whenever that was.
        let then = |member| self.as_of.as_ref().map(|then| *then.get(member));
        let was_there = |member| then(member).map_or(self.origin == Origin::Written, |time| time.is_some());
        let gone: Vec<_> = Member::all().filter(|m| is_known && now.get(*m).is_none() && was_there(*m)).collect();
        let is_new = |member, at| then(member).is_some_and(|then| then != Some(at));
        let there = now.iter().filter_map(|(member, time)| Some((member, (*time)?)));
        let written: Vec<_> = there.filter(|(member, at)| is_new(*member, *at)).collect();
        match (written.is_empty() && gone.is_empty(), &self.as_of) {
            (false, _) => Since::Changed { written, gone },
            (true, Some(_)) if is_known => Since::Unchanged,
            (true, _) => Since::Unknown,
        }
    }
}

impl Origin {
    /// A note for the reader of a test; `None` if pullkey wrote the values.
    pub const fn note(self) -> Option<&'static str> {
        match self {
            Self::Written => None,
            Self::Tested => Some("stored after a test; GitHub may have other values"),
        }
    }

    /// For the keyring's record and for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Tested => "tested",
        }
    }
}

impl Since {
    /// `None` if unknown.
    pub const fn is_changed(&self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Unchanged => Some(false),
            Self::Changed { .. } => Some(true),
        }
    }

    /// The members that have been written since or are gone.
    pub fn members(&self) -> Vec<Member> {
        match self {
            Self::Unknown | Self::Unchanged => Vec::new(),
            Self::Changed { written, gone } => {
                let is_among = |m: &Member| gone.contains(m) || written.iter().any(|(other, _)| other == m);
                Member::all().filter(is_among).collect()
            }
        }
    }

    /// A note for the reader of a test; `None` if nothing changed.
    pub fn note(&self) -> Option<String> {
        let (written, gone) = match self {
            Self::Unknown => return Some("unknown whether it has changed on GitHub since".to_owned()),
            Self::Unchanged => return None,
            Self::Changed { written, gone } => (written, gone),
        };
        // One write changes all three within a minute.
        let mut times: Vec<(String, Vec<&str>)> = Vec::new();
        for (member, at) in written {
            let time = at.format("on %Y-%m-%d at %H:%M UTC").to_string();
            match times.iter_mut().find(|(other, _)| *other == time) {
                Some((_, words)) => words.push(member.word()),
                None => times.push((time, vec![member.word()])),
            }
        }
        let verb = |words: &[&str], one, many| if words.len() == 1 { one } else { many };
        let sentence = |(time, words): (String, Vec<&str>)| {
            format!("{} {} written {time}", the(&words), verb(&words, "was", "were"))
        };
        let mut parts: Vec<String> = times.into_iter().map(sentence).collect();
        let gone: Vec<_> = gone.iter().map(|member| member.word()).collect();
        if !gone.is_empty() {
            parts.push(format!("{} {} no longer there", the(&gone), verb(&gone, "is", "are")));
        }
        Some(format!("changed on GitHub since ({}), so the stored values may be outdated", parts.join("; ")))
    }
}

/// “the server, the user and the password”
fn the(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("the {word}")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What is missing from an incomplete listing is unknown.
fn times(listing: Option<&ScopeListing>, prefix: &Prefix) -> Option<Times> {
    let listing = listing?;
    let times = of_credential(listing.credential(prefix));
    (listing.complete || times.iter().all(|(_, time)| time.is_some())).then_some(times)
}

fn of_credential(credential: Option<&Credential>) -> Times {
    let at = |member| Some(credential?.members.get(member).as_ref()?.updated_at);
    Members { server: at(Member::Server), user: at(Member::User), password: at(Member::Password) }
}

/// Which entry: a credential at a scope of a host. Names are not case-sensitive, as on GitHub.
pub fn entry(host: &str, scope: &Scope, prefix: &Prefix) -> String {
    let place = match scope {
        Scope::User => "user".to_owned(),
        Scope::Repository(name) => format!("repo/{name}").to_lowercase(),
        Scope::Organization(name) => format!("org/{name}").to_lowercase(),
    };
    format!("{host}/{place}/{prefix}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::{MemberState, RepoName};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn acr() -> Prefix {
        Prefix::parse("ACR").unwrap()
    }

    /// What GitHub has: when each member was written.
    fn now(times: [Option<i64>; 3]) -> ScopeListing {
        let state = |seconds: Option<i64>| {
            let updated_at = at(seconds?);
            Some(MemberState { name: "X".to_owned(), created_at: at(0), updated_at, access: None })
        };
        let [server, user, password] = times.map(state);
        let credential = Credential { members: Members { server, user, password }, ..Credential::new(acr()) };
        ScopeListing { credentials: vec![credential], complete: true, ..ScopeListing::default() }
    }

    fn kept(origin: Origin, as_of: Option<[Option<i64>; 3]>) -> Kept {
        let trial = Trial {
            server: "ghcr.io".to_owned(),
            user: "u".into(),
            password: "p".into(),
            images: Vec::new(),
            holds: crate::domain::Holds::Images,
        };
        let as_of = as_of.and_then(|seconds| times(Some(&now(seconds)), &acr()));
        Kept { trial, origin, as_of }
    }

    #[test]
    fn each_credential_has_an_entry_of_its_own() {
        let prefix = Prefix::parse("ACR").unwrap();
        let repo = |name: &str| Scope::Repository(RepoName::parse(name).unwrap());
        assert_eq!(entry("github.com", &Scope::User, &prefix), "github.com/user/ACR");
        assert_eq!(entry("github.com", &repo("Acme/API"), &prefix), "github.com/repo/acme/api/ACR");
    }

    #[test]
    fn each_member_that_was_written_since_or_is_gone_is_named() {
        let kept = kept(Origin::Written, Some([Some(5); 3]));
        let since = |times| kept.since(&now(times), &acr());
        assert_eq!(since([Some(5); 3]), Since::Unchanged);
        assert_eq!(Since::Unchanged.note(), None);
        for (member, times) in [
            (Member::Server, [Some(60), Some(5), Some(5)]),
            (Member::User, [Some(5), Some(60), Some(5)]),
            (Member::Password, [Some(5), Some(5), Some(60)]),
        ] {
            let since = since(times);
            assert_eq!((since.is_changed(), since.members()), (Some(true), vec![member]));
            let note = since.note().unwrap();
            let words = format!("since (the {} was written on 1970-01-01 at 00:01 UTC)", member.word());
            assert!(note.contains(&words), "{note}");
        }
        let note = since([Some(61), Some(62), None]).note().unwrap();
        assert!(note.contains(
            "the server and the user were written on 1970-01-01 at 00:01 UTC; the password is no longer there"
        ));
        let nothing = kept.since(&ScopeListing { complete: true, ..ScopeListing::default() }, &acr());
        assert_eq!(nothing.members().len(), 3);
        assert!(nothing.note().unwrap().contains("the server, the user and the password are no longer there"));
    }

    #[test]
    fn what_was_not_known_when_it_was_kept_is_not_called_changed() {
        let unread = kept(Origin::Written, None);
        let since = unread.since(&now([Some(5); 3]), &acr());
        assert_eq!((since.is_changed(), since.members()), (None, Vec::new()));
        assert!(since.note().unwrap().contains("unknown"));
        assert_eq!(unread.since(&now([Some(5), Some(5), None]), &acr()).members(), [Member::Password]);
        let nothing = ScopeListing { complete: true, ..ScopeListing::default() };
        let tested = kept(Origin::Tested, None);
        assert_eq!(tested.since(&nothing, &acr()), Since::Unknown, "it need not ever have been there");
        let cut_off = ScopeListing::default();
        let since = kept(Origin::Written, Some([Some(5); 3])).since(&cut_off, &acr());
        assert_eq!(since, Since::Unknown, "the list did not come whole");
    }

    #[test]
    fn a_member_that_was_never_there_is_not_gone_and_a_new_one_is_written() {
        let tested = kept(Origin::Tested, Some([Some(5), Some(5), None]));
        assert_eq!(tested.since(&now([Some(5), Some(5), None]), &acr()), Since::Unchanged);
        assert_eq!(tested.since(&now([Some(5); 3]), &acr()).members(), [Member::Password]);
    }

    #[test]
    fn what_was_read_back_in_part_is_not_known() {
        let trial = || kept(Origin::Written, None).trial;
        let half = now([Some(5), Some(5), None]);
        assert_eq!(Kept::written(trial(), Some(&half), &acr()).as_of, None);
        assert!(Kept::tested(trial(), Some(&half), &acr()).as_of.is_some());
        assert!(Kept::written(trial(), Some(&now([Some(5); 3])), &acr()).as_of.is_some());
    }
}
