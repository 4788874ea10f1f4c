//! Where the screens meet the world: the terminal, its input, and (later in this room) the event loop and its tasks.

pub mod input;
mod os;
pub mod terminal;
