//! A new credential, step by step: Registry, Where, Credentials, Access, Test, Review. Back loses nothing.

mod ends;
mod place;
mod plan;
mod review;
mod reviewing;
mod rotation;
mod search;
mod state;
mod steps;
#[cfg(test)]
mod tests;
mod view;

pub use self::place::{Place, places};
pub use self::plan::{Grant, Plan};
pub use self::reviewing::Review;
pub use self::state::{Stage, State, Step};
pub use self::view::draw;
