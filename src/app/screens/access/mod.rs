//! Which repositories get a credential: its visibility and a list to choose from. Shows a change before making it.

mod state;
#[cfg(test)]
mod tests;
pub mod view;

pub use self::state::{State, Target};
pub use self::view::draw;
pub use crate::domain::grant::{Before, before, org_of, reach};
