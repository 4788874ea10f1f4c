//! The kind of a path, without the names in it: what GitHub showed for one such path holds for the others.
//!
//! It does not assume which budget a path counts toward; it only says which paths are alike.

use serde::{Deserialize, Serialize};

/// The kind of a path: whose, and what of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in super::super) struct Errand {
    /// `user`, `repos`, `orgs`, `users`, or empty.
    whose: String,
    /// `codespaces/secrets/*`: names are stars.
    what: String,
}

impl Errand {
    /// From an address's path. A prefix such as `/api/v3` before the API's own paths is skipped.
    pub(super) fn of(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        while parts.next_if(|part| ["api", "v3"].contains(part)).is_some() {}
        let (whose, names) = match parts.peek().copied() {
            Some("repos") => ("repos", 2),
            // Links name owners by number.
            Some("repositories") => ("repos", 1),
            Some("orgs" | "organizations") => ("orgs", 1),
            Some("users") => ("users", 1),
            Some("user") => ("user", 0),
            Some(_) | None => ("", 0),
        };
        let skipped = if whose.is_empty() { 0 } else { 1 + names };
        Self { whose: whose.to_owned(), what: without_names(parts.skip(skipped)) }
    }

    /// Whether both request the same thing of different owners: such paths most likely count toward the same budget,
    /// until GitHub says otherwise.
    pub(super) fn is_akin(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

fn without_names<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let (mut what, mut names) = (String::new(), 0_usize);
    for part in parts {
        let word = if names > 0 {
            names -= 1;
            "*"
        } else {
            names = match part {
                "secrets" | "members" | "repositories" | "memberships" => 1,
                "packages" => 2, // type and name
                _ => 0,
            };
            part
        };
        // A key is requested in the place of a name.
        let word = if part == "public-key" { part } else { word };
        // So is a list of secrets in the place of a codespace; everything else there is a name.
        let word = if what.ends_with("codespaces") && !matches!(part, "secrets") { "*" } else { word };
        if !what.is_empty() {
            what.push('/');
        }
        what.push_str(word);
    }
    what
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_alike_whatever_names_are_in_them() {
        for (one, other) in [
            ("/repos/acme/api/codespaces/secrets", "/repositories/201/codespaces/secrets"),
            ("/repos/acme/codespaces/codespaces/secrets/A", "/repos/secrets/packages/codespaces/secrets/B"),
            ("/orgs/acme/codespaces/secrets/A/repositories/7", "/organizations/9/codespaces/secrets/B/repositories/8"),
            ("/user/codespaces/fluffy/start", "/user/codespaces/other/start"),
            ("/api/v3/repos/acme/api", "/repos/acme/web"),
            ("/orgs/acme/packages/npm/tools", "/orgs/other/packages/container/x"),
            ("/orgs/a/members/b/codespaces/c/stop", "/organizations/1/members/d/codespaces/e/stop"),
        ] {
            assert_eq!(Errand::of(one), Errand::of(other), "{one} {other}");
        }
        for (one, other) in [
            ("/user", "/user/repos"),
            ("/user/codespaces", "/user/codespaces/secrets"),
            ("/user/codespaces/secrets/A", "/user/codespaces/secrets/public-key"),
            ("/user/codespaces/secrets", "/orgs/acme/codespaces/secrets"),
        ] {
            assert_ne!(Errand::of(one), Errand::of(other), "{one} {other}");
        }
    }

    #[test]
    fn the_same_of_another_owner_is_akin() {
        let secrets = Errand::of("/user/codespaces/secrets");
        assert!(secrets.is_akin(&Errand::of("/repos/acme/api/codespaces/secrets")));
        assert!(secrets.is_akin(&Errand::of("/organizations/7/codespaces/secrets")));
        assert!(!secrets.is_akin(&Errand::of("/user/codespaces")));
        assert!(!Errand::of("/user/repos").is_akin(&secrets));
    }
}
