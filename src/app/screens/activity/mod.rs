//! All changes, and every request with its cost.
//!
//! The screen stores nothing: the shared world records both, without values.

mod changes;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::rows::Row;
pub use self::state::State;
pub use self::view::draw;
