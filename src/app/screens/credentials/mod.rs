//! Home: the credentials of all scopes in one list, with the selected one explained beside it.

mod changes;
mod reach;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use self::rows::Row;
pub use self::state::State;
pub use self::view::draw;
