//! `pullkey sandbox`: only the sandbox, and instructions for pointing pullkey and GitHub's `gh` at it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::registry::{LOGIN_ONLY, PRIVATE, PUBLIC, PULLER, REPOSITORY, TAG};
use super::{Fault, Options, RegistryKind, Sandbox, Scale, Selected, WorldKind, start};

/// Arguments of `pullkey sandbox`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunArgs {
    /// Address of the API; the registries use free ports of the same address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Initial contents of the world
    #[arg(long, value_enum, default_value_t = WorldKind::Plain)]
    pub world: WorldKind,
    /// Add this many repositories of the user
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub repos: usize,
    /// Add this many repositories of the first organization
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub org_repos: usize,
    /// Add this many user secrets
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub secrets: usize,
    /// Add this many secrets of the first organization, with selected repositories
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub org_secrets: usize,
    /// Add this many secrets of the organization's first repository
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub repo_secrets: usize,
    /// Number of repositories each added secret is granted to, such as 30 or 0-350 [default: 1]
    #[arg(long, value_name = "N|N-M")]
    pub selected: Option<Selected>,
    /// Give every added repository its own credential
    #[arg(long)]
    pub each: bool,
    /// Divide all of GitHub's times by this factor: windows, waits, codespaces
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub hurry: u32,
    /// Requests per hour, for each resource
    #[arg(long, value_name = "M", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Count requests but never refuse one because of a limit
    #[arg(long)]
    pub no_limits: bool,
    /// Delay before every response, such as 50ms or 2s
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = latency)]
    pub latency: Duration,
    /// The token that is accepted [default: a made-up one]
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Scopes of that token, comma-separated
    #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
    pub scopes: Option<Vec<String>>,
    /// Inject a fault: METHOD:PATH:NTH:KIND or nth:K:KIND; may be repeated
    ///
    /// METHOD is GET, PUT, POST, DELETE or *. PATH is a part of the path. NTH selects among the matching requests: 1 is
    /// the first, 2x3 three from the second, 1+ all. nth:K is the K-th of all requests. KIND is a status such as 500,
    /// html or html=STATUS, drop-before, drop-after, bad-key, forbidden, unauthorized, secondary, too-many, primary,
    /// sso, short-list, bare=404, empty=500, truncated, slow=2s, redirect=URL. For example `PUT:_SERVER:1:500`,
    /// `PUT:_USER:1:drop-after`, `GET:/user/codespaces/secrets:1:html`, `nth:7:secondary`
    #[arg(long = "fault", value_name = "SPEC")]
    pub faults: Vec<Fault>,
    /// Base URL of links in responses, instead of the host named in the request
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Add names and descriptions with escape sequences to the plain world
    #[arg(long)]
    pub hostile: bool,
}

impl RunArgs {
    fn options(self) -> Options {
        let default = Options::default();
        Options {
            world: self.world,
            scale: Scale {
                repos: self.repos,
                org_repos: self.org_repos,
                secrets: self.secrets,
                org_secrets: self.org_secrets,
                repo_secrets: self.repo_secrets,
                selected: self.selected,
                each: self.each,
            },
            latency: self.latency,
            token: self.token.unwrap_or(default.token),
            scopes: self.scopes.unwrap_or(default.scopes),
            faults: self.faults,
            public_url: self.public_url,
            listen: self.listen,
            registry_password: default.registry_password,
            hostile: self.hostile,
            enforce: !self.no_limits,
            limit: self.limit,
            hurry: self.hurry,
        }
    }
}

fn latency(text: &str) -> Result<Duration, String> {
    super::fault::duration(text).ok_or_else(|| "use a time such as 50ms, 2s or 1.5s".to_owned())
}

/// Runs a sandbox until Ctrl-C, or SIGTERM on Unix.
///
/// Fails if the address cannot be bound or standard output cannot be written.
pub async fn run(args: RunArgs) -> io::Result<()> {
    let options = args.options();
    let hurry = options.hurry;
    let password = options.registry_password.clone();
    let sandbox = start(options).await?;
    let text = words(&sandbox, &password, hurry);
    {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
    }
    until_told().await?;
    sandbox.stop().await;
    Ok(())
}

fn words(sandbox: &Sandbox, password: &str, hurry: u32) -> String {
    let hurry = if hurry > 1 { format!("PULLKEY_HURRY={hurry} ") } else { String::new() };
    let url = sandbox.api_url();
    let token = sandbox.token();
    let [basic, bearer, open] =
        [RegistryKind::Basic, RegistryKind::Bearer, RegistryKind::Open].map(|kind| sandbox.registry(kind));
    format!(
        "A GitHub sandbox is running at {url}. Nothing in it is real, and nothing leaves this machine.\n\
         \n\
         pullkey:\n  \
           PULLKEY_API_URL={url} {hurry}GH_TOKEN={token} pullkey\n\
         GitHub's own gh:\n  \
           http_proxy={url} GH_HOST=github.localhost GH_TOKEN={token} gh secret list --app codespaces --user\n\
         \n\
         Registries, each with the image {REPOSITORY}:{TAG}:\n  \
           {basic}  asks for Basic\n  \
           {bearer}  asks for Bearer\n  \
           {open}  needs no login\n\
         Each other tag is broken in its own way: curl http://{open}/v2/{REPOSITORY}/tags/list\n\
         Users {PULLER} (may pull) and {LOGIN_ONLY} (may only log in), password {password}\n\
         npm at http://{basic}/: the token is that password, {PRIVATE} is private, {PUBLIC} is public\n\
         \n\
         Requests so far: curl {url}/_sandbox/state\n\
         Press Ctrl-C to stop.\n"
    )
}

#[cfg(unix)]
async fn until_told() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn until_told() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
