//! Another repository to look at: found by typing among all that the user reaches, and added to the list.
//!
//! It changes nothing on GitHub, and reads no secrets but those of the repository that is chosen.

mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::state::State;
pub use self::view::draw;
