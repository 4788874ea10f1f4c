//! Small pieces that every screen uses: text that fits, table rows, hints, notices, badges and areas.
//!
//! They draw lines and divide areas. They depend on no action, screen or client.

pub mod hints;
pub mod layout;
pub mod parts;
pub mod table;
pub mod text;

pub use hints::key_hints;
pub use layout::{Columns, centered, two_columns};
pub use parts::{Level, badge, frame, meter, notice};
pub use table::{Align, Column};
pub use text::{fit, middle, truncate, width, wrap};
