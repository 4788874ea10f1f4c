//! Small pieces every screen uses: text that fits, rows of a table, hints, notices, badges and areas.
//!
//! They draw lines and divide areas; they know no action, no screen and no client.

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
