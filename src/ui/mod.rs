//! The building blocks of screens: theme roles, glyphs, the secret-aware text field, small widgets and `Memory`.
//!
//! Nothing here depends on a screen, a client or a task. It draws what it is given and cleans text from elsewhere.

pub mod glyphs;
pub mod memory;
pub mod text_field;
pub mod theme;
pub mod widgets;

pub use glyphs::Glyphs;
pub use memory::Memory;
pub use text_field::{Edit, FieldKey, Refusal, TextField, TrailingLineEnd, mask_twins};
pub use theme::{Role, Theme};
