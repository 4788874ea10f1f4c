//! Codespaces: their state, whether they started before a secret they should see, stop and start.
//!
//! It never says that an image was pulled: a restart gives new variables, and no more is known.

mod question;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::question::Question;
pub use self::state::State;
pub use self::view::draw;
