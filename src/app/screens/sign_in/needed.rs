//! What is missing, and what to do if `gh` cannot simply add it.

use crate::app::world::World;
use crate::domain::Site;
use crate::domain::problem::Need;
use crate::domain::token::{TokenKind, TokenSource};

/// GitHub's page for a fine-grained token. A link cannot preselect permissions there.
const FINE_GRAINED: &str = "settings/personal-access-tokens";

/// A missing permission, with what can be done with the current token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// What is missing and what to do, one sentence each.
    pub words: Vec<String>,
    /// The page to open or to copy.
    pub page: Option<String>,
}

impl Needed {
    pub fn of(need: &Need, world: &World) -> Self {
        let identity = world.identity.value();
        let kind = identity.map_or(TokenKind::Unknown, |i| i.kind);
        let source = identity.map(|i| i.source);
        let by_boxes = match kind {
            TokenKind::FineGrained | TokenKind::AppUser | TokenKind::Installation => true,
            TokenKind::Classic | TokenKind::OAuth | TokenKind::Unknown => need.scopes.is_empty(),
        };
        let mut words = vec![missing(need, by_boxes)];
        if let Some(source @ (TokenSource::GhToken | TokenSource::GithubToken)) = source {
            words.push(format!(
                "The token comes from {0}, and gh refuses to refresh its own while {0} is set. If gh has a \
                 token, press enter on it to use it for this run.",
                source.word()
            ));
        }
        let is_github = identity.is_none_or(crate::domain::token::Identity::is_github);
        let page =
            is_github.then(|| if by_boxes { world.site.page(FINE_GRAINED) } else { new_token(&world.site, need) });
        words.push(match (&page, by_boxes) {
            (Some(page), true) => format!("Select it there, or create a new token and enter it here: {page}"),
            (Some(page), false) => format!("Create a new token with the scopes selected: {page}"),
            (None, _) => "Create a token with it on this host's settings page, and enter it here.".to_owned(),
        });
        Self { words, page }
    }
}

fn missing(need: &Need, by_boxes: bool) -> String {
    let quoted: Vec<String> = need.permissions.iter().map(|p| format!("“{p}”")).collect();
    let scopes = need.scopes.join(", ");
    match (by_boxes && !quoted.is_empty(), scopes.is_empty()) {
        (true, _) => format!("The token lacks the permission {}.", quoted.join(" and ")),
        (false, false) => format!("The token lacks the scope {scopes}."),
        (false, true) => "The token lacks a permission.".to_owned(),
    }
}

/// The page for a new classic token, filled in. Source: GitHub Docs, “Managing your personal access tokens”.
fn new_token(site: &Site, need: &Need) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
    let scopes: Vec<&str> = need.scopes.iter().map(String::as_str).filter(|s| s.chars().all(plain)).collect();
    site.page(&format!("settings/tokens/new?description=pullkey&scopes={}", scopes.join(",")))
}
