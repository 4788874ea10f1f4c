//! The use cases: what pullkey does with its clients, in domain types only.
//!
//! Each reports progress through a callback and returns one value. Errors are returned as `Problem`s; no client's error
//! type leaves this module. Nothing here depends on a screen, a flag or a state machine.

mod access;
mod again;
mod codespaces;
mod delete;
mod elsewhere;
mod identity;
mod inventory;
mod issuer;
mod kept;
mod listing;
mod patterns;
mod problems;
mod repositories;
mod restart;
mod rotate;
mod save;
mod seamless;
mod settings;
mod settle;
mod sign_in;
mod sources;
mod spread;
mod test;
mod verify;

#[cfg(test)]
pub(crate) mod tests;

pub use access::{change_access, restore_access, stale_problem};
pub use again::{overtaken, overtaken_problem};
pub use codespaces::{Standing, Whose, codespaces, standings};
pub use delete::delete;
pub use identity::{identity, memberships};
pub use inventory::{Look, inventory};
pub use kept::Keeper;
pub use listing::{load_every_secret, load_for, load_scope};
pub use patterns::{Choice, choose};
pub use problems::{connection_problem, explain};
pub use repositories::{followed, renamed, repositories, repository};
pub use restart::{change_codespaces, not_tried};
pub use rotate::{Rotation, absent, rotate};
pub use save::save;
pub use seamless::{PastedFault, pasted_token, seamless, seamless_packages};
pub use settings::settings;
pub use sign_in::{Entered, Entrance, no_other_token, report_of};
pub use sources::{find_source, look_for_sources, take};
pub use spread::{Target, spread, survey};
pub use test::{registry_client, test};

/// The clients a session uses.
#[derive(Clone, Debug)]
pub struct Clients {
    /// How to reach GitHub, to ask it about its own tokens; `None` in the demo, where there is no GitHub to ask.
    pub github: Option<crate::github::Settings>,
    pub registry: crate::registry::Client,
    /// What the login test finds on this machine.
    pub tools: crate::registry::Tools,
}
