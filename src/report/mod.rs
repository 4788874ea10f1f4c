//! Inventories, tests and writes as text for people and as JSON for programs.
//!
//! Pure: takes domain values and the time, returns text. Untrusted text is never printed as it is: tables show it
//! cleaned, JSON keeps it lossless but escaped.

mod auth;
mod ends;
mod environment;
mod everywhere;
pub mod json;
mod list;
mod list_json;
mod outcome;
mod reach;
mod restart;
mod seamless;
mod spread;

pub use auth::{tokens, tokens_json};
pub use ends::Ends;
pub use environment::{Docker, Environment, Remark, Tried, environment, environment_json};
pub use everywhere::{Gathering, found, left_out, tally};
pub use list::table;
pub use list_json::list_json;
pub use outcome::{Change, UseLine, Written, change, problem_json, steps, test_json, written, written_json};
pub use reach::{reach, reach_json};
pub use restart::{Restart, Restarts, restart_json, restart_table};
pub use seamless::{seamless, seamless_json};
pub use spread::{Spread, spread, spread_json, spread_plan};

/// The `version` of every JSON document. It is increased when a field changes its meaning or is removed.
pub const VERSION: u32 = 1;

#[cfg(test)]
mod tests;
