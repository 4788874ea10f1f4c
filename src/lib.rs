//! pullkey gives GitHub Codespaces the keys to pull private images.
//!
//! The rooms, bottom up; `ARCHITECTURE.md` says which may use which, and `tests/tidy.rs` keeps it so.

pub mod app;
pub mod cli;
pub mod domain;
pub mod files;
pub mod github;
pub mod leash;
pub mod local;
pub mod registry;
pub mod report;
pub mod runtime;
pub mod sandbox;
pub mod ui;
pub mod work;
