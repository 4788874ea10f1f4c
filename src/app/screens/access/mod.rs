//! Which repositories a credential reaches: visibility, and a list to choose from. A change is shown before it is made.

mod state;
#[cfg(test)]
mod tests;
pub mod view;

pub use self::state::{Before, NO_ROWS, State, before, org_of, reach};
pub use self::view::draw;
