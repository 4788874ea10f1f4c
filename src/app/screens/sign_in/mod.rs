//! Which tokens there are, what each may do, and choosing or giving one.

mod state;
mod view;

pub use self::state::State;
pub use self::view::draw;
