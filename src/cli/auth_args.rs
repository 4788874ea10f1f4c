//! The flags of `pullkey auth`. A token is never an argument: the process list would show it.

use clap::{Args, Subcommand};

pub(super) const AUTH_HELP: &str = "\
pullkey uses the first token it finds: GH_TOKEN, GITHUB_TOKEN, the system keyring, then gh.
`login` stores one in the keyring and nowhere else; without a keyring, set GH_TOKEN instead.

Examples:
  pullkey auth status
  pullkey auth login                        asks for a token without showing it
  pullkey auth login --with-token           reads it from standard input
  pullkey auth logout";

#[derive(Clone, Debug, Subcommand)]
pub enum AuthCommand {
    /// Show every token found, whose it is and what it may do; exits with 2 if none can be used
    Status(StatusArgs),
    /// Store a token in the system keyring, after checking it with GitHub
    Login(LoginArgs),
    /// Remove the token from the keyring, and clear the cache
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
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct LoginArgs {
    /// Read the token from standard input; one final line end is dropped
    #[arg(long)]
    pub with_token: bool,
    /// Sign in on GitHub's website with a code; needs `client_id` in config.toml or `PULLKEY_CLIENT_ID`
    #[arg(long, conflicts_with = "with_token")]
    pub device: bool,
}
