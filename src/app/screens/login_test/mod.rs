//! The live login test of values one types: GitHub never gives a value back, so a saved credential is typed again.

mod commands;
mod kept;
#[cfg(test)]
mod kept_tests;
mod rungs;
mod state;
#[cfg(test)]
mod tests;
pub mod view;

pub use self::commands::{Commands, steps};
pub use self::rungs::{draw_ladder, verdict_lines};
pub use self::state::{Focus, State, copy_remedy, form_act, form_offers, ladder_offers};
pub use self::view::draw;
