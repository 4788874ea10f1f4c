//! Results about places other than the registry itself: redirect targets, sign-in pages, and a token server that cannot
//! be reached. Each names what was seen and the one next step.

use reqwest::header::LOCATION;
use url::Url;

use super::client::{Answer, place};
use super::ladder::step;
use super::said::is_html;
use super::trouble::Trouble;
use super::words::trouble_step;
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Server, Step};

/// What to do about a sign-in page.
pub(super) const SIGN_IN: &str = "a browser sign-in (an OAuth proxy, for example) is in front of the registry, and \
     docker cannot pass it: its admin has to let /v2/ and the token server through without that page";

/// Where a redirect leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// To a registry's own path at another place.
    Registry(String),
    /// To a sign-in page.
    SignIn(String),
    Elsewhere(String),
    Nowhere,
}

impl Aim {
    pub(super) fn of(url: &Url, answer: &Answer) -> Self {
        let to = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok()).and_then(|to| url.join(to).ok());
        let Some(to) = to.filter(|to| to.host().is_some()) else { return Self::Nowhere };
        let at = place(&to);
        if to.path().trim_end_matches('/').ends_with("/v2") {
            Self::Registry(at)
        } else if is_sign_in(&to) {
            Self::SignIn(at)
        } else {
            Self::Elsewhere(at)
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Registry(at) | Self::Elsewhere(at) => at.clone(),
            Self::SignIn(at) => format!("a sign-in page at {at}"),
            Self::Nowhere => "nowhere".to_owned(),
        }
    }
}

/// Whether an address belongs to a sign-in (OAuth 2 and its descendants, SAML, and the paths of the proxies that speak
/// them).
fn is_sign_in(url: &Url) -> bool {
    const WORDS: [&str; 17] = [
        "login",
        "logon",
        "signin",
        "sign-in",
        "sign_in",
        "authorize",
        "authorization",
        "oauth",
        "oauth2",
        "sso",
        "saml",
        "saml2",
        "openid",
        "openid-connect",
        "idp",
        "adfs",
        "accounts",
    ];
    const FIELDS: [&str; 6] = ["client_id", "redirect_uri", "response_type", "samlrequest", "wtrealm", "return_to"];
    let is_word = |part: &str| WORDS.contains(&part.to_ascii_lowercase().as_str());
    url.path_segments().is_some_and(|mut parts| parts.any(is_word))
        || url.host_str().is_some_and(|host| host.split('.').next().is_some_and(is_word))
        || url.query_pairs().any(|(name, _)| FIELDS.contains(&name.to_ascii_lowercase().as_str()))
}

/// Whether an answer is a page with a password field, or one that a redirect to a sign-in ended at.
pub(super) fn asks_to_sign_in(url: &Url, answer: &Answer) -> bool {
    let page = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    let has_field = ["type=\"password\"", "type='password'", "type=password"].iter().any(|field| page.contains(field));
    let came_from = url.join(&answer.path).is_ok_and(|at| is_sign_in(&at));
    is_html(&answer.headers, &answer.body) && (has_field || came_from)
}

/// A redirect to another origin during the registry check or a login, which is not followed.
pub(super) fn sent_on(check: Check, url: &Url, answer: &Answer) -> Step {
    let aim = Aim::of(url, answer);
    let what = if check == Check::Registry { "requests" } else { "the login" };
    let remedy = match &aim {
        Aim::Registry(at) => format!("use {at} as the server, if that is the registry"),
        Aim::SignIn(_) => SIGN_IN.to_owned(),
        Aim::Elsewhere(_) => "use the host that really is the registry".to_owned(),
        Aim::Nowhere => "the registry is misconfigured: tell its admin".to_owned(),
    };
    let detail = format!(
        "{} redirects {what} to {} ({}); it was not followed, and nothing was sent there",
        place(url),
        aim.words(),
        answer.status
    );
    step(check, Code::Redirected, Outcome::Inconclusive, detail, remedy)
}

/// A redirect of a token server to another origin.
pub(super) fn token_sent_on(check: Check, realm: &Url, answer: &Answer) -> Step {
    let aim = Aim::of(realm, answer);
    let remedy = match &aim {
        Aim::SignIn(_) => SIGN_IN.to_owned(),
        Aim::Registry(_) | Aim::Elsewhere(_) | Aim::Nowhere => {
            "the registry must name the token server's own address (its realm): tell its admin".to_owned()
        }
    };
    let detail = format!(
        "the token server {} redirects to {} ({}); nothing was sent there",
        place(realm),
        aim.words(),
        answer.status
    );
    step(check, Code::Redirected, Outcome::Inconclusive, detail, remedy)
}

/// A token server that gave no answer: another place than the registry, which did answer.
pub(super) fn token_trouble(trouble: Trouble, check: Check, server: &Server, realm: &Url) -> Step {
    let at = place(realm);
    let remedy = match trouble.code {
        Code::Dns => format!(
            "the registry answers, but sends logins to {at}, a name that does not resolve here: ask the registry's \
             admin; a codespace has to resolve it too"
        ),
        Code::Refused | Code::Timeout => format!(
            "the registry answers, but sends logins to {at}, which cannot be reached from here: ask the registry's \
             admin whether it runs there and who can reach it; a codespace has to reach it too"
        ),
        Code::TlsUntrusted | Code::TlsName | Code::TlsExpired | Code::TlsFailed | Code::PlainHttp => {
            format!("the registry's own certificate is fine, but that of its token server {at} is not: tell its admin")
        }
        Code::ServerError => {
            format!("{at} may not be a token server: tell the registry's admin")
        }
        // A proxy: the general text names it.
        _ => String::new(),
    };
    let general = trouble_step(trouble, check, server);
    let remedy = if remedy.is_empty() { general.remedy } else { remedy };
    Step { detail: format!("no answer from the registry's token server: {}", general.detail), remedy, ..general }
}
