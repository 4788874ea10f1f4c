//! The flags of `pullkey auth`. A token is never an argument: it would stand in the process list.

use clap::{Args, Subcommand};

pub(super) const AUTH_HELP: &str = "\
The token is the first of GH_TOKEN, GITHUB_TOKEN, the system's keyring, and that of gh. `login`
keeps one in the keyring and nowhere else; without a keyring set GH_TOKEN instead.

Examples:
  pullkey auth status
  pullkey auth login                        asks for a token without showing it
  pullkey auth login --with-token           reads it from standard input
  pullkey auth logout";

#[derive(Clone, Debug, Subcommand)]
pub enum AuthCommand {
    /// Show every token there is, whose it is and what it may do; exit 2 if none can be used
    Status(StatusArgs),
    /// Keep a token in the system's keyring, after asking GitHub whose it is
    Login(LoginArgs),
    /// Take the token out of the keyring, and forget the answers kept on disk
    Logout,
}

impl AuthCommand {
    pub const fn wants_json(&self) -> bool {
        match self {
            Self::Status(args) => args.json,
            Self::Login(_) | Self::Logout => false,
        }
    }
}

#[derive(Clone, Copy, Debug, Args)]
pub struct StatusArgs {
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct LoginArgs {
    /// Read the token from standard input; one line end at its end is dropped
    #[arg(long)]
    pub with_token: bool,
    /// Sign in on a page of GitHub with a code; needs `client_id` in config.toml or `PULLKEY_CLIENT_ID`
    #[arg(long, conflicts_with = "with_token")]
    pub device: bool,
}
