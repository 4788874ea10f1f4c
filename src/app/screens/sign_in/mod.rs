//! Which tokens there are, what each may do, and choosing or giving one.
//!
//! It shows no token, not even a part of one, and keeps none: what is typed goes to the session and is forgotten.

mod giving;
mod needed;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::giving::Giving;
pub use self::needed::Needed;
pub use self::state::{Phase, Row, State};
pub use self::view::draw;
