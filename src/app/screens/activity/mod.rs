//! What was changed, and every request with its cost.

mod state;
mod view;

pub use self::state::State;
pub use self::view::draw;
