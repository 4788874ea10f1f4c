//! Organizations whose single sign-on a token has not been authorized for (docs: “Authenticating to the REST API”).

use http::HeaderName;

use super::super::people::Role;
use super::super::reply::Reply;
use super::super::world::State;

pub(super) const HEADER: HeaderName = HeaderName::from_static("x-github-sso");

/// 403 for everything that belongs to such an organization.
pub(super) fn guard(state: &State, path: &[&str]) -> Option<Reply> {
    let (["orgs", owner, ..] | ["repos", owner, _, ..]) = path else { return None };
    let org = state.org(owner).filter(|org| org.sso)?;
    Some(required(&org.login))
}

pub(in super::super) fn required(login: &str) -> Reply {
    let message = "Resource protected by organization SAML enforcement. You must grant your Personal Access token \
                   access to this organization.";
    let url = format!("https://github.com/orgs/{login}/sso?authorization_request=A5ANDB0X");
    Reply::forbidden(message).with(HEADER, format!("required; url={url}"))
}

/// A list over several organizations reports which ones are missing.
pub(super) fn partial(state: &State, reply: Reply) -> Reply {
    let missing: Vec<_> =
        state.orgs.iter().filter(|org| org.sso && org.role != Role::Outsider).map(|org| org.id.to_string()).collect();
    if missing.is_empty() {
        return reply;
    }
    reply.with(HEADER, format!("partial-results; organizations={}", missing.join(",")))
}
