//! Codespaces: their state, whether they started before a secret they should see, stop and start.

mod state;
mod view;

pub use self::state::State;
pub use self::view::draw;
