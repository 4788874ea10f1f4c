//! Which API to use, and which website its links may lead to.
//!
//! Plain http is refused for everything but this machine: every request contains a token.

use thiserror::Error;
use url::Url;

use super::Env;
use crate::domain::site::twin;
use crate::domain::this_machine::is_here;
use crate::domain::{Problem, Site};

const GITHUB: &str = "https://api.github.com";

/// Where the address was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSource {
    PullkeyApiUrl,
    GithubApiUrl,
    Default,
}

impl AddressSource {
    pub const fn word(self) -> &'static str {
        match self {
            Self::PullkeyApiUrl => "PULLKEY_API_URL",
            Self::GithubApiUrl => "GITHUB_API_URL",
            Self::Default => "the default",
        }
    }
}

/// The API's address and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub api: Url,
    /// The host as `gh` and the keyring know it: `github.com` for `api.github.com`, otherwise the API's own, with its
    /// port.
    pub host: String,
    pub source: AddressSource,
}

/// Why a text cannot be the API's address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressFault {
    #[error("{0} is not a URL such as https://api.github.com")]
    NoUrl(&'static str),
    #[error("{0} does not start with https://")]
    Scheme(&'static str),
    #[error("{0} is a plain http URL, and a token could be read in transit")]
    Plain(&'static str),
    #[error("{0} contains a user name or a password")]
    UserInfo(&'static str),
    #[error("{0} contains a ? or a #")]
    Query(&'static str),
    #[error("{0} is GitHub's website, not its API")]
    WebSite(&'static str),
}

impl From<AddressFault> for Problem {
    fn from(fault: AddressFault) -> Self {
        let hint = match &fault {
            AddressFault::NoUrl(name) | AddressFault::Scheme(name) | AddressFault::WebSite(name) => {
                format!("set {name}={GITHUB}, or unset it")
            }
            AddressFault::Plain(name) => {
                format!(
                    "use https:// in {name}; plain http is for this machine only: localhost, 127.0.0.1, *.localhost"
                )
            }
            AddressFault::UserInfo(name) | AddressFault::Query(name) => {
                format!("set {name} to https://HOST only, and put the token in GH_TOKEN")
            }
        };
        Self::new("GitHub's API URL cannot be used", fault.to_string(), hint)
    }
}

impl Address {
    /// `PULLKEY_API_URL`, then `GITHUB_API_URL` if the environment also contains a token (so that this variable alone
    /// never sends a stored token elsewhere), then GitHub's own.
    pub fn find(env: &Env) -> Result<Self, AddressFault> {
        if let Some(text) = env.filled("PULLKEY_API_URL") {
            return Self::parse(text, AddressSource::PullkeyApiUrl);
        }
        match env.filled("GITHUB_API_URL") {
            Some(text) if env.has_token() => Self::parse(text, AddressSource::GithubApiUrl),
            Some(_) | None => Self::parse(GITHUB, AddressSource::Default),
        }
    }

    fn parse(text: &str, source: AddressSource) -> Result<Self, AddressFault> {
        let name = source.word();
        let api = Url::parse(text.trim()).map_err(|_| AddressFault::NoUrl(name))?;
        let Some(host) = api.host() else { return Err(AddressFault::NoUrl(name)) };
        match api.scheme() {
            "https" => {}
            "http" if is_here(&host) => {}
            "http" => return Err(AddressFault::Plain(name)),
            _ => return Err(AddressFault::Scheme(name)),
        }
        if !api.username().is_empty() || api.password().is_some() {
            return Err(AddressFault::UserInfo(name));
        }
        if api.query().is_some() || api.fragment().is_some() {
            return Err(AddressFault::Query(name));
        }
        let host = host.to_string();
        if matches!(host.as_str(), "github.com" | "www.github.com") {
            return Err(AddressFault::WebSite(name));
        }
        let host = match (twin(&host), api.port()) {
            (Some(twin), None) => twin.to_owned(),
            (_, None) => host,
            (_, Some(port)) => format!("{host}:{port}"),
        };
        Ok(Self { api, host, source })
    }

    /// The host whose https pages may be opened in a browser; `None` if the API has no such website.
    pub fn web_host(&self) -> Option<&str> {
        (self.api.scheme() == "https" && !self.host.contains(':')).then_some(self.host.as_str())
    }

    /// The host as `gh` knows it, or `None`: `gh` refuses names with a port. `api.github.localhost` on any port is
    /// GitHub's own name for a stand-in on this machine, and `gh` calls it `github.localhost` (its `ghinstance`).
    pub fn gh_host(&self) -> Option<&str> {
        match (twin(self.api.host_str()?), self.host.contains(':')) {
            (Some("github.localhost"), _) => Some("github.localhost"),
            (_, false) => Some(&self.host),
            (_, true) => None,
        }
    }

    /// The host in git remotes of its repositories. An API on this machine stands in for GitHub itself.
    pub fn remote_host(&self) -> &str {
        let is_here = self.api.host().is_some_and(|host| is_here(&host));
        if is_here { "github.com" } else { &self.host }
    }

    /// Whether this is GitHub itself, including data residency; every other host is named on every screen.
    pub fn is_github(&self) -> bool {
        self.api.scheme() == "https" && self.site().is_github()
    }

    /// The website that belongs to it.
    pub fn site(&self) -> Site {
        let host = self.api.host_str().unwrap_or_default();
        Site::of_api(&self.api.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn find(pairs: &[(&str, &str)]) -> Result<Address, AddressFault> {
        Address::find(&Env::of(pairs.iter().copied()))
    }

    #[test]
    fn without_variables_it_is_github() {
        let address = find(&[]).unwrap();
        assert_eq!(address.api.as_str(), "https://api.github.com/");
        assert_eq!(address.web_host(), Some("github.com"));
        assert!(address.is_github());
    }

    #[test]
    fn github_api_url_counts_only_beside_a_token_from_the_environment() {
        let url = ("GITHUB_API_URL", "https://ghes.example/api/v3");
        assert!(find(&[url]).unwrap().is_github());
        assert!(find(&[url, ("GH_TOKEN", " ")]).unwrap().is_github());
        let address = find(&[url, ("GITHUB_TOKEN", "t")]).unwrap();
        assert_eq!((address.host.as_str(), address.source), ("ghes.example", AddressSource::GithubApiUrl));
        let both = find(&[url, ("GITHUB_TOKEN", "t"), ("PULLKEY_API_URL", "http://127.0.0.1:4000")]).unwrap();
        assert_eq!((both.host.as_str(), both.source), ("127.0.0.1:4000", AddressSource::PullkeyApiUrl));
        assert_eq!(both.web_host(), None);
        assert_eq!((both.remote_host(), address.remote_host()), ("github.com", "ghes.example"));
    }

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for text in ["http://localhost:1", "http://127.9.9.9", "http://[::1]:2", "http://api.github.localhost"] {
            assert!(find(&[("PULLKEY_API_URL", text)]).is_ok(), "{text}");
        }
        for text in
            ["http://api.github.com", "http://10.0.0.1", "http://localhost.evil.example", "http://evillocalhost"]
        {
            assert_eq!(find(&[("PULLKEY_API_URL", text)]), Err(AddressFault::Plain("PULLKEY_API_URL")), "{text}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        type Fault = fn(&'static str) -> AddressFault;
        let table: [(&str, Fault); 6] = [
            ("api.github.com", AddressFault::NoUrl),
            ("ftp://api.github.com", AddressFault::Scheme),
            ("https://me@api.github.com", AddressFault::UserInfo),
            ("https://api.github.com?x=1", AddressFault::Query),
            ("https://api.github.com#x", AddressFault::Query),
            ("https://github.com", AddressFault::WebSite),
        ];
        for (text, fault) in table {
            let fault = fault("PULLKEY_API_URL");
            assert_eq!(find(&[("PULLKEY_API_URL", text)]), Err(fault.clone()), "{text}");
            let problem = Problem::from(fault);
            assert!(!problem.why.ends_with('.') && problem.hint.contains("PULLKEY_API_URL"), "{problem:?}");
        }
    }

    #[test]
    fn gh_is_asked_only_for_hosts_it_can_know() {
        let known = |url| find(&[("PULLKEY_API_URL", url)]).unwrap().gh_host().map(str::to_owned);
        assert_eq!(find(&[]).unwrap().gh_host(), Some("github.com"));
        assert_eq!(known("https://api.acme.ghe.com").as_deref(), Some("acme.ghe.com"));
        assert_eq!(known("http://api.github.localhost:4000").as_deref(), Some("github.localhost"));
        assert_eq!(known("http://127.0.0.1:4000"), None);
        assert_eq!(known("https://ghes.example:8443/api/v3"), None);
    }

    #[test]
    fn a_data_residency_host_has_its_twin() {
        let own = find(&[("PULLKEY_API_URL", "https://api.acme.ghe.com")]).unwrap();
        assert_eq!((own.host.as_str(), own.site().host(), own.is_github()), ("acme.ghe.com", "acme.ghe.com", true));
        assert_eq!(find(&[("PULLKEY_API_URL", "https://api.evil.example")]).unwrap().host, "api.evil.example");
    }
}
