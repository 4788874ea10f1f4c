//! Codespaces: their state, whether a secret they should see is newer than their start, stop and restart.
//!
//! It never claims that an image was pulled: a restart gives new variables, and nothing more is known.

mod question;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::question::Question;
pub use self::state::State;
pub use self::view::draw;
