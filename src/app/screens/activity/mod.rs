//! What was changed, and every request with its cost.
//!
//! It keeps nothing itself: the shared world remembers both, without values.

mod changes;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::rows::Row;
pub use self::state::State;
pub use self::view::draw;
