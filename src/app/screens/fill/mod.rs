//! Imports values into the fields: from docker's logins, AWS's profiles, the environment, a `.env`.
//!
//! Searching runs nothing and shows no password. A program is run only for the line you choose.

mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::state::State;
pub use self::view::draw;
