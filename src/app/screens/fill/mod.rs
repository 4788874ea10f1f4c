//! Filling the fields from what is there: docker's logins, AWS's profiles, the environment, a `.env`.
//!
//! Looking runs nothing and shows no password. A program is run only for the line one chooses.

mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::state::State;
pub use self::view::draw;
