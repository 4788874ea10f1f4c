//! pullkey sets up GitHub Codespaces secrets for private container registries.
//!
//! The modules from the bottom up. `ARCHITECTURE.md` lists which may use which, and `tests/tidy/main.rs` enforces it.

pub mod app;
pub mod cli;
pub mod domain;
pub mod files;
pub mod github;
pub mod local;
pub mod process_group;
pub mod registry;
pub mod report;
pub mod runtime;
pub mod sandbox;
pub mod ui;
pub mod work;
