//! The login test of typed values: GitHub never returns values, so you type those of a saved credential again.

mod checks;
mod commands;
mod kept;
#[cfg(test)]
mod kept_tests;
mod state;
#[cfg(test)]
mod tests;
pub mod view;

pub use self::checks::{draw_ladder, verdict_lines};
pub use self::commands::{Commands, steps};
pub use self::state::{Focus, State, copy_remedy, form_act, form_offers, ladder_offers};
pub use self::view::draw;
