//! Picks another repository to show: you type to find it among all you can see, and it is added to the list.
//!
//! It changes nothing on GitHub and reads only the secrets of the chosen repository.

mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::state::State;
pub use self::view::draw;
