//! Near misses, names that were probably meant for a member of a credential: `ACR_CONTAINER_REGISTRY_USERNAME`,
//! `…_USRE`, `ACR_REGISTRY_USER`, `CONTAINER_REGISTRY_USER`. Codespaces only read the three exact names.
//!
//! It only reports what is certain enough: the name contains `CONTAINER_REGISTRY`, give or take a letter, or it matches
//! exactly the missing member of a credential. If it fits several, all of them are listed.

use super::names::{Prefix, split};
use super::{Credential, Member, Members};

/// What people write instead of a member's name.
const OTHER_NAMES: &[(Member, &[&str])] = &[
    (
        Member::Server,
        &["URL", "URI", "HOST", "HOSTNAME", "ADDRESS", "ADDR", "DOMAIN", "ENDPOINT", "REGISTRY", "SRV", "SERVERNAME"],
    ),
    (Member::User, &["USERNAME", "USR", "LOGIN", "NAME", "ACCOUNT", "USERID", "UNAME", "ID"]),
    (
        Member::Password,
        &["PASS", "PWD", "PASSWD", "PW", "TOKEN", "SECRET", "KEY", "PAT", "PASSPHRASE", "APIKEY", "CREDENTIAL", "PSWD"],
    ),
];

/// The code of a near miss, for programs.
pub const CODE: &str = "near_miss";

/// A name, and the member and credentials it was meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    pub name: String,
    pub member: Member,
    /// The credentials it may belong to; empty if it has no prefix and nothing else shows it.
    pub prefixes: Vec<Prefix>,
}

impl NearMiss {
    /// The names that codespaces read instead.
    pub fn meant(&self) -> Vec<String> {
        self.prefixes.iter().map(|prefix| prefix.secret_name(self.member)).collect()
    }

    /// What it is, on one line.
    pub fn words(&self) -> String {
        let name = &self.name;
        match &self.meant()[..] {
            [] => format!(
                "{name} has no prefix: codespaces only read names such as ACR_CONTAINER_REGISTRY_{}",
                self.member.suffix()
            ),
            [one] => format!("named {name}: codespaces only read {one}"),
            several => format!("{name} may be meant as {}: codespaces only read these names", several.join(" or ")),
        }
    }

    /// What to do about it. GitHub cannot rename a secret or show its value.
    pub fn fix(&self) -> String {
        match &self.meant()[..] {
            [one] => format!("write the value as {one}, then delete {}: GitHub cannot rename a secret", self.name),
            _ => format!("write the value under the intended name, then delete {}", self.name),
        }
    }
}

/// The existing members of a credential, for finding near misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub prefix: Prefix,
    pub has: Members<bool>,
}

impl Present {
    pub fn of(credential: &Credential) -> Self {
        Self { prefix: credential.prefix.clone(), has: credential.members.clone().map(|_, state| state.is_some()) }
    }

    fn lacks(&self, member: Member) -> bool {
        !self.has.get(member)
    }

    fn is_whole(&self) -> bool {
        Member::all().all(|member| *self.has.get(member))
    }
}

/// The near misses among names that are not a member's, and among credentials where one has what another with nearly
/// the same name lacks.
pub fn near_misses<'a>(names: impl IntoIterator<Item = &'a str>, present: &[Present]) -> Vec<NearMiss> {
    let guesses: Vec<(&str, Guess)> =
        names.into_iter().filter_map(|name| Some((name, guess(name).filter(|_| split(name).is_none())?))).collect();
    let mut found: Vec<NearMiss> = guesses
        .iter()
        .filter_map(|(name, guess)| {
            let prefixes = guess.fitting(present, &guesses)?;
            Some(NearMiss { name: (*name).to_owned(), member: guess.member, prefixes })
        })
        .collect();
    found.extend(misspelled(present));
    found
}

/// Whether a name is worth remembering: it contains a registry and a member, give or take a letter.
pub fn is_candidate(name: &str) -> bool {
    split(name).is_none() && guess(name).is_some_and(|guess| guess.is_sure)
}

/// What a name seems to be.
#[derive(Clone, Debug)]
struct Guess {
    /// `None` if it has no prefix.
    head: Option<String>,
    member: Member,
    /// Whether it contains `CONTAINER_REGISTRY`, give or take a letter.
    is_sure: bool,
}

impl Guess {
    /// The credentials it may belong to; `None` if it is not certain enough that it belongs to any.
    fn fitting(&self, present: &[Present], all: &[(&str, Self)]) -> Option<Vec<Prefix>> {
        let lacking = || present.iter().filter(|there| there.lacks(self.member));
        let Some(head) = &self.head else {
            let prefixes: Vec<_> = lacking().map(|there| there.prefix.clone()).collect();
            return (self.is_sure || prefixes.len() == 1).then_some(prefixes);
        };
        let prefix = Prefix::parse(head).ok()?;
        match present.iter().find(|there| there.prefix == prefix) {
            Some(there) if there.lacks(self.member) => return Some(vec![prefix]),
            Some(_) => return None, // it already has that member
            None => {}
        }
        let alike: Vec<_> =
            lacking().filter(|there| is_slip(head, there.prefix.as_str())).map(|t| t.prefix.clone()).collect();
        if !alike.is_empty() {
            return Some(alike);
        }
        let is_sister = |other: &Self| other.head == self.head && other.member != self.member;
        let has_sisters = all.iter().any(|(_, other)| is_sister(other));
        (self.is_sure || has_sisters).then(|| vec![prefix])
    }
}

fn guess(name: &str) -> Option<Guess> {
    let name = name.to_ascii_uppercase();
    let words: Vec<&str> = name.split(['_', '-', '.']).filter(|word| !word.is_empty()).collect();
    let (at, after, is_sure) = infix(&words)?;
    let head = words.get(..at).unwrap_or_default().join("_");
    let tail = words.get(after..).unwrap_or_default();
    let member = member_of(tail).or_else(|| {
        // The member is glued to the word before it.
        let glued = words.get(after.checked_sub(1)?)?.strip_prefix("REGISTRY")?;
        tail.is_empty().then(|| member_of(&[glued]))?
    })?;
    Some(Guess { head: Some(head).filter(|head| !head.is_empty()), member, is_sure })
}

/// Where `CONTAINER_REGISTRY` begins and ends among the words, and whether both of its words are present.
fn infix(words: &[&str]) -> Option<(usize, usize, bool)> {
    let is_registry = |word: &str| is_misspelling(word, "REGISTRY") || word == "REGISTRIES";
    let is_container = |word: &str| is_misspelling(word, "CONTAINER");
    let begins = |word: &str| word.starts_with("REGISTRY");
    for (at, pair) in words.windows(2).enumerate() {
        let [one, two] = pair else { continue };
        if is_container(one) && (is_registry(two) || begins(two)) || is_registry(one) && is_container(two) {
            return Some((at, at + 2, true));
        }
    }
    let glued = |word: &&str| is_misspelling(word, "CONTAINERREGISTRY");
    if let Some(at) = words.iter().position(glued) {
        return Some((at, at + 1, true));
    }
    let at = words.iter().position(|word| is_registry(word) || begins(word))?;
    let is_kind = |word: &&str| ["DOCKER", "IMAGE", "OCI"].contains(word);
    let head = if at > 1 && words.get(at - 1).is_some_and(is_kind) { at - 1 } else { at };
    Some((head, at + 1, false))
}

fn member_of(tail: &[&str]) -> Option<Member> {
    let whole: String = tail.concat();
    let last = tail.last()?;
    let exact = |word: &str| Member::all().find(|member| member.suffix() == word);
    let other = |word: &str| OTHER_NAMES.iter().find(|(_, names)| names.contains(&word)).map(|(member, _)| *member);
    let nearly = |word: &str| {
        let is_it = |member: &Member| is_misspelling(word, member.suffix());
        Member::all().find(is_it).or_else(|| is_misspelling(word, "USERNAME").then_some(Member::User))
    };
    let by_whole = exact(&whole).or_else(|| other(&whole)).or_else(|| nearly(&whole));
    by_whole.or_else(|| (tail.len() == 2).then(|| exact(last).or_else(|| other(last)))?)
}

/// Whether two words are equal or differ only by a typo: one letter in a short word, two in a long one; swapped
/// neighbours count as one.
fn is_misspelling(word: &str, meant: &str) -> bool {
    let allowed = match meant.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    word.len().abs_diff(meant.len()) <= allowed && distance(word, meant) <= allowed
}

/// Whether two prefixes are the same but for a typo: two swapped neighbours, or one letter in a long one. Short
/// prefixes that differ by a letter, such as ACR and GCR, are different.
fn is_slip(one: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_swap = one.len() == other.len() && sorted(one) == sorted(other);
    (is_swap || one.len().min(other.len()) >= 6) && distance(one, other) == 1
}

/// The number of letters to add, remove, replace or swap with their neighbour (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: [Vec<usize>; 3] = [Vec::new(), Vec::new(), (0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        rows.rotate_left(1);
        let [older, old, row] = &mut rows;
        *row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (old[j] + usize::from(a != b)).min(old[j + 1] + 1).min(row[j] + 1);
            let is_swap = i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            if is_swap {
                least = least.min(older[j - 1] + 1);
            }
            row.push(least);
        }
    }
    rows[2].last().copied().unwrap_or_default()
}

/// Credentials that together form one, if one prefix has a typo.
fn misspelled(present: &[Present]) -> Vec<NearMiss> {
    let mut found = Vec::new();
    for there in present.iter().filter(|there| !there.is_whole()) {
        let is_it = |other: &&Present| {
            other.prefix != there.prefix
                && is_slip(other.prefix.as_str(), there.prefix.as_str())
                && Member::all().all(|member| other.lacks(member) || there.lacks(member))
                // Of two parts the smaller one has the typo.
                && count(other) < count(there)
        };
        for other in present.iter().filter(is_it) {
            found.extend(Member::all().filter(|member| !other.lacks(*member)).map(|member| NearMiss {
                name: other.prefix.secret_name(member),
                member,
                prefixes: vec![there.prefix.clone()],
            }));
        }
    }
    found
}

fn count(present: &Present) -> usize {
    present.has.iter().filter(|(_, has)| **has).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn present(prefix: &str, members: &str) -> Present {
        let has = |letter: char| members.contains(letter);
        let has = Members { server: has('S'), user: has('U'), password: has('P') };
        Present { prefix: Prefix::parse(prefix).unwrap(), has }
    }

    fn meant(name: &str, there: &[Present]) -> Option<Vec<String>> {
        near_misses([name], there).pop().map(|near| near.meant())
    }

    #[test]
    fn a_name_that_misses_a_member_by_a_little_is_that_member() {
        let there = [present("ACR", "SP"), present("GHCR", "SUP")];
        for name in [
            "ACR_CONTAINER_REGISTRY_USERNAME",
            "ACR_CONTAINER_REGISTRY_USRE",
            "ACR_CONTAINER_REGISTRY_USERS",
            "ACR_CONTAINER_REGISTRY_USER_NAME",
            "ACR_CONTAINER_REGISTRY_LOGIN",
            "ACR_CONTAINER_REGISTRYUSER",
            "ACR_CONTAINER_REGISTERY_USER",
            "ACR_CONTIANER_REGISTRY_USER",
            "ACR_CONTAINERREGISTRY_USER",
            "ACR_REGISTRY_CONTAINER_USER",
            "ACR_REGISTRY_USER",
            "ACR_DOCKER_REGISTRY_USERNAME",
            "acr-container-registry-user",
            "ARC_CONTAINER_REGISTRY_USERNAME",
        ] {
            assert_eq!(meant(name, &there).unwrap_or_default(), ["ACR_CONTAINER_REGISTRY_USER"], "{name}");
        }
        for (name, member) in [
            ("PASS", Member::Password),
            ("PWD", Member::Password),
            ("TOKEN", Member::Password),
            ("PASSWROD", Member::Password),
            ("PASWORD", Member::Password),
            ("ACCESS_TOKEN", Member::Password),
            ("URL", Member::Server),
            ("HOST", Member::Server),
            ("SEVRER", Member::Server),
            ("LOGIN_SERVER", Member::Server),
        ] {
            let name = format!("NEW_CONTAINER_REGISTRY_{name}");
            let prefix = Prefix::parse("NEW").unwrap();
            assert_eq!(meant(&name, &there).unwrap_or_default(), [prefix.secret_name(member)], "{name}");
        }
    }

    #[test]
    fn what_is_something_else_is_left_alone() {
        let there = [present("ACR", "SUP"), present("NPM", "S")];
        for name in [
            "NPM_TOKEN",
            "ACR_CONTAINER_REGISTRY_USERNAME", // it has its user
            "ACR_REGISTRY_USER",
            "AZURE_REGISTRY_TOKEN",
            "WINDOWS_REGISTRY_KEY",
            "DB_CONTAINER_USER",
            "CONTAINER_REGISTRY",
            "ACR_CONTAINER_REGISTRY_REGION",
            "ACR_CONTAINER_REGISTRY_PORT",
            "",
        ] {
            assert_eq!(meant(name, &there), None, "{name}");
        }
    }

    #[test]
    fn where_it_fits_several_all_are_named_and_where_nothing_tells_none_is() {
        let there = [present("ACR", "SP"), present("HARBOR", "S"), present("GHCR", "SUP")];
        let both = ["ACR_CONTAINER_REGISTRY_USER", "HARBOR_CONTAINER_REGISTRY_USER"];
        assert_eq!(meant("CONTAINER_REGISTRY_USER", &there).unwrap(), both);
        assert_eq!(meant("CONTAINER_REGISTRY_USER", &there[2..]).unwrap(), [] as [&str; 0]);
        let near = near_misses(["CONTAINER_REGISTRY_USER"], &there).pop().unwrap();
        assert!(near.words().contains(" or ") && near.fix().contains("delete CONTAINER_REGISTRY_USER"), "{near:?}");
    }

    #[test]
    fn names_without_container_count_where_they_stand_together() {
        let names = ["TEAM_REGISTRY_USERNAME", "TEAM_REGISTRY_PASSWORD", "TEAM_REGISTRY_URL"];
        assert_eq!(near_misses(names, &[]).len(), 3);
        assert_eq!(near_misses(names[..1].iter().copied(), &[]), []);
    }

    #[test]
    fn two_halves_whose_prefixes_differ_by_a_letter_are_one() {
        let near = near_misses([], &[present("ACR", "SP"), present("ARC", "U")]);
        assert_eq!((near.len(), near[0].meant()), (1, vec!["ACR_CONTAINER_REGISTRY_USER".to_owned()]));
        assert_eq!(near[0].name, "ARC_CONTAINER_REGISTRY_USER");
        assert_eq!(near_misses([], &[present("ACR", "SUP"), present("ARC", "U")]), [], "the other is whole");
        assert_eq!(near_misses([], &[present("ACR", "SU"), present("ARC", "U")]), [], "they do not fit together");
        assert_eq!(near_misses([], &[present("ACR", "SP"), present("GCR", "U")]), [], "two registries");
    }
}
