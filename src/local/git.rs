//! The repository of the current directory, from the remotes of its git checkout.
//!
//! It refuses to guess between several, as GitHub's own `gh secret` has done since 2.66: secrets are too sensitive for
//! that.

use std::path::Path;
use std::time::Duration;

use url::Url;

use super::Env;
use super::child::{self, Call, Ended};
use crate::domain::RepoName;
use crate::process_group::Child;

const DEADLINE: Duration = Duration::from_secs(3);

/// What the remotes of a checkout point to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remote {
    /// No git, no checkout, or no remote on this host.
    None,
    One(RepoName),
    /// Remotes of different repositories, `origin` first.
    Ambiguous(Vec<RepoName>),
}

impl Remote {
    /// All candidates, `origin` first.
    pub fn candidates(self) -> Vec<RepoName> {
        match self {
            Self::None => Vec::new(),
            Self::One(name) => vec![name],
            Self::Ambiguous(names) => names,
        }
    }
}

/// Asks git in `dir` for the remotes on `host`, such as `github.com`.
pub async fn remote(env: &Env, dir: &Path, host: &str) -> Remote {
    let call = Call {
        program: "git",
        // Do not run any hook or monitor of a checkout that happens to be the current directory.
        args: &["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "remote", "-v"],
        kind: Child::Git,
        env,
        dir: Some(dir),
        input: b"",
        deadline: DEADLINE,
    };
    match child::run(call).await {
        Ended::Fine(text) => choose(&text, host),
        Ended::Failed(_) | Ended::TooSlow => Remote::None,
    }
}

/// Reads the lines of `git remote -v`.
fn choose(text: &str, host: &str) -> Remote {
    let mut found: Vec<(bool, RepoName)> = Vec::new();
    for line in text.lines() {
        let Some((remote, rest)) = line.split_once('\t') else { continue };
        let url = rest.rsplit_once(" (").map_or(rest, |(url, _)| url);
        if let Some(name) = repository(url, host)
            && !found.iter().any(|(_, known)| known.is_same(&name.full()))
        {
            found.push((remote != "origin", name));
        }
    }
    found.sort_by_key(|(other, _)| *other);
    let mut names: Vec<_> = found.into_iter().map(|(_, name)| name).collect();
    match names.len() {
        0 => Remote::None,
        1 => Remote::One(names.remove(0)),
        _ => Remote::Ambiguous(names),
    }
}

/// The repository in a remote's address, if it is on this host. Forms: gitprotocol, “GIT URLS” of git-fetch(1).
fn repository(url: &str, host: &str) -> Option<RepoName> {
    let (on, path) = if url.contains("://") {
        let parsed = Url::parse(url).ok()?;
        if !matches!(parsed.scheme(), "https" | "http" | "ssh" | "git" | "git+ssh") {
            return None;
        }
        (parsed.host_str()?.to_owned(), parsed.path().trim_start_matches('/').to_owned())
    } else {
        // scp-like: [user@]host:path, without a slash before the colon.
        let (left, path) = url.split_once(':')?;
        if left.contains('/') {
            return None;
        }
        let on = left.rsplit_once('@').map_or(left, |(_, on)| on);
        (on.to_owned(), path.trim_start_matches('/').to_owned())
    };
    let on = on.to_ascii_lowercase();
    // ssh.github.com is GitHub's ssh over port 443; www is what people paste.
    let is_here = [on.as_str(), on.trim_start_matches("ssh."), on.trim_start_matches("www.")].contains(&host);
    let path = path.trim_end_matches('/');
    is_here.then(|| RepoName::parse(path.strip_suffix(".git").unwrap_or(path)).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn name(text: &str) -> RepoName {
        RepoName::parse(text).unwrap()
    }

    #[test]
    fn every_form_of_a_remote_is_read() {
        for url in [
            "https://github.com/acme/api",
            "https://github.com/acme/api.git",
            "https://x-access-token:secret@github.com/acme/api.git/",
            "https://www.github.com/acme/api",
            "ssh://git@github.com/acme/api.git",
            "ssh://git@ssh.github.com:443/acme/api.git",
            "git@github.com:acme/api.git",
            "org-14@GitHub.com:/acme/api",
            "github.com:acme/api.git",
            "git://github.com/acme/api.git",
        ] {
            assert_eq!(repository(url, "github.com"), Some(name("acme/api")), "{url}");
        }
    }

    #[test]
    fn other_hosts_and_other_things_are_none() {
        for url in [
            "https://gitlab.com/acme/api.git",
            "https://github.com.evil.example/acme/api",
            "git@evilgithub.com:acme/api",
            "/srv/git/api.git",
            "../api",
            "file:///srv/github.com/acme/api",
            "https://github.com/acme",
            "https://github.com/acme/api/tree/main",
            "",
        ] {
            assert_eq!(repository(url, "github.com"), None, "{url}");
        }
    }

    #[test]
    fn several_repositories_are_never_guessed_between() {
        let same = "origin\tgit@github.com:acme/api.git (fetch)\norigin\tgit@github.com:acme/api.git (push)\n\
                    mirror\thttps://github.com/Acme/API (fetch)\n";
        assert_eq!(choose(same, "github.com"), Remote::One(name("acme/api")));
        let fork = "fork\thttps://github.com/me/api (fetch)\norigin\thttps://github.com/acme/api (fetch)\n";
        assert_eq!(choose(fork, "github.com"), Remote::Ambiguous(vec![name("acme/api"), name("me/api")]));
        assert_eq!(choose("", "github.com"), Remote::None);
    }

    #[tokio::test]
    async fn without_git_or_a_checkout_there_is_no_repository() {
        let dir = tempfile::tempdir().unwrap();
        let nothing = Env::of([("PATH", dir.path().as_os_str())]);
        assert_eq!(remote(&nothing, dir.path(), "github.com").await, Remote::None);
    }
}
