//! Which tokens there are, what each can do, and choosing or entering one.
//!
//! It shows no part of a token and stores none: what you type goes to the session and is then dropped.

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
