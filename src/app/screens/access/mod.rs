//! Which repositories credentials reach: visibility, and a list to choose from. A change is shown before it is made.

mod state;
#[cfg(test)]
mod tests;
pub mod view;

pub use self::state::{State, Target};
pub use self::view::draw;
pub use crate::domain::grant::{Before, before, org_of, reach};
