//! The web site for the API in use: every link, command and hint uses this one.
//!
//! It is derived from the API's host. Source: `ghinstance` of GitHub's CLI, in reverse: `github.com` for
//! `api.github.com`, and `NAME.ghe.com` (GitHub Enterprise Cloud with data residency, which has Codespaces) for
//! `api.NAME.ghe.com`.

use super::this_machine::{host_of_name, is_here};

/// GitHub's web site for an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    web: String,
    gh: String,
    is_github: bool,
}

impl Default for Site {
    fn default() -> Self {
        Self { web: GITHUB.to_owned(), gh: GITHUB.to_owned(), is_github: true }
    }
}

const GITHUB: &str = "github.com";
/// GitHub's own name for a local stand-in.
const STAND_IN: &str = "github.localhost";

impl Site {
    /// The site of an API's host, including its port if it has one. An API on this machine stands in for GitHub itself,
    /// so its site is `github.com`.
    pub fn of_api(host: &str) -> Self {
        let (name, port) = split_port(host);
        if is_this_machine(name) {
            let gh = if name == format!("api.{STAND_IN}") { STAND_IN } else { GITHUB };
            return Self { web: GITHUB.to_owned(), gh: gh.to_owned(), is_github: false };
        }
        match (twin(name), port) {
            (Some(twin), None) => Self { web: twin.to_owned(), gh: twin.to_owned(), is_github: true },
            (_, _) => Self { web: host.to_owned(), gh: host.to_owned(), is_github: false },
        }
    }

    /// The host, such as `github.com`.
    pub fn host(&self) -> &str {
        &self.web
    }

    /// Whether it is GitHub's own, whose pages are known: `github.com` or a host of data residency.
    pub const fn is_github(&self) -> bool {
        self.is_github
    }

    /// The address of a page, such as `settings/tokens`.
    pub fn page(&self, path: &str) -> String {
        format!("https://{}/{path}", self.web)
    }

    /// The same in short form, for a sentence.
    pub fn place(&self, path: &str) -> String {
        format!("{}/{path}", self.web)
    }

    /// A `gh` command for this host: its codespace commands only read the host from the environment.
    pub fn gh(&self, words: &str) -> String {
        if self.gh == GITHUB { format!("gh {words}") } else { format!("GH_HOST={} gh {words}", self.gh) }
    }

    /// The command that adds scopes to gh's token for this host: without `-h` it would change that of another host.
    pub fn refresh(&self, scopes: &[String]) -> String {
        format!("gh auth refresh -h {} -s {}", self.gh, scopes.join(","))
    }

    /// The command that gets gh a token for this host.
    pub fn login(&self) -> String {
        if self.gh == GITHUB { "gh auth login".to_owned() } else { format!("gh auth login -h {}", self.gh) }
    }

    /// The command that prints gh's token for this host.
    pub fn token(&self) -> String {
        if self.gh == GITHUB { "gh auth token".to_owned() } else { format!("gh auth token -h {}", self.gh) }
    }
}

/// The web host of an API host, for GitHub's own hosts and their stand-in.
pub fn twin(api_host: &str) -> Option<&str> {
    let rest = api_host.strip_prefix("api.")?;
    (rest == GITHUB || rest == STAND_IN || rest.ends_with(".ghe.com")).then_some(rest)
}

/// Name and port; the brackets of an IPv6 address stay with the name.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (name, Some(port)),
        Some(_) | None => (host, None),
    }
}

fn is_this_machine(name: &str) -> bool {
    host_of_name(name).is_some_and(|host| is_here(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_and_command_follows_the_host_in_use() {
        for (api, web, gh, is_github) in [
            ("api.github.com", "github.com", "github.com", true),
            ("api.acme.ghe.com", "acme.ghe.com", "acme.ghe.com", true),
            ("ghes.example", "ghes.example", "ghes.example", false),
            ("api.evil.example", "api.evil.example", "api.evil.example", false),
            ("api.acme.ghe.com:8443", "api.acme.ghe.com:8443", "api.acme.ghe.com:8443", false),
            ("127.0.0.1:4000", "github.com", "github.com", false),
            ("[::1]:4000", "github.com", "github.com", false),
            ("api.github.localhost:4000", "github.com", "github.localhost", false),
        ] {
            let site = Site::of_api(api);
            assert_eq!(site.host(), web, "{api}");
            assert_eq!(site.is_github(), is_github, "{api}");
            assert_eq!(site.page("settings/tokens"), format!("https://{web}/settings/tokens"));
            assert_eq!(site.refresh(&["repo".to_owned()]), format!("gh auth refresh -h {gh} -s repo"), "{api}");
        }
        assert_eq!(Site::of_api("api.github.com"), Site::default());
        assert_eq!(Site::default().login(), "gh auth login");
        assert_eq!(Site::of_api("api.acme.ghe.com").gh("codespace list"), "GH_HOST=acme.ghe.com gh codespace list");
        assert_eq!(Site::of_api("api.acme.ghe.com").token(), "gh auth token -h acme.ghe.com");
    }
}
