//! A real pull through the docker daemon, where one answers on this machine. The image is taken away again.
//!
//! The daemon is spoken to by its own API: `docker pull` would take the password from a file only. It refuses a daemon
//! on another machine, to which the password would go as well, and an image that is here already, whose tag a pull
//! could move. Source: Docker Engine API 1.44, «Create an image» and «Remove an image».

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use reqwest::header::HeaderValue;
use reqwest::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::program::Kind;
use super::system;
use super::words::meaning;
use crate::domain::verdict::Rung;
use crate::domain::{Code, Foreign, Image, Outcome, Server, Step};
use crate::registry::client::is_loopback;
use crate::registry::ladder::{Test, step};
use crate::registry::pair::Pair;

/// How long a daemon may take to say that it is there, or to take an image away.
const BRIEF: Duration = Duration::from_secs(10);
/// The longest line of a pull's progress that is looked at.
const LINE: usize = 64 * 1024;

/// Where the daemon is, as the docker CLI would look for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Daemon {
    Socket(PathBuf),
    /// Over plain http on this machine.
    Near(Url),
    /// Somewhere else, or spoken to in another way.
    Far(Foreign),
    #[default]
    None,
}

impl Daemon {
    /// By `DOCKER_HOST`, else the first of the usual sockets that is there. `variable` gives a variable by its name.
    pub fn find<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Self {
        if let Some(host) = variable("DOCKER_HOST") {
            if let Some(path) = host.strip_prefix("unix://") {
                return Self::Socket(PathBuf::from(path));
            }
            let url = Url::parse(&host.replacen("tcp://", "http://", 1)).ok();
            let near = url.filter(|url| host.starts_with("tcp://") && is_loopback(url));
            return near.map_or_else(|| Self::Far(Foreign::new(host)), Self::Near);
        }
        let below = |variable: Option<&str>, path: &str| Some(Path::new(variable?).join(path));
        let sockets = [
            Some(PathBuf::from("/var/run/docker.sock")),
            below(variable("XDG_RUNTIME_DIR"), "docker.sock"),
            below(variable("HOME"), ".docker/run/docker.sock"),
            below(variable("HOME"), ".docker/desktop/docker.sock"),
        ];
        sockets.into_iter().flatten().find(|path| system::is_socket(path)).map_or(Self::None, Self::Socket)
    }

    fn wire(&self) -> Result<(reqwest::Client, Url), String> {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("pullkey/", env!("CARGO_PKG_VERSION")));
        let builder = crate::registry::client::without_roots(builder)?;
        let (builder, url) = match self {
            Self::Socket(path) => (system::over_socket(builder, path)?, "http://docker/".to_owned()),
            Self::Near(url) => (builder, format!("http://{}/", crate::registry::client::place(url))),
            Self::Far(host) => {
                let why = "is not on this machine, and the password would go there as well";
                return Err(format!("the docker daemon ({}) {why}", host.shown()));
            }
            Self::None => return Err("no docker daemon was found on this machine".to_owned()),
        };
        let client = builder.build().map_err(|fault| Foreign::new(fault.to_string()).shown())?;
        Ok((client, Url::parse(&url).map_err(|fault| fault.to_string())?))
    }
}

/// What the daemon is shown for one pull.
#[derive(Serialize)]
struct Login<'a> {
    username: &'a str,
    password: &'a str,
    serveraddress: &'a str,
}

/// One line of a pull's progress, or the body of a refusal.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    error: Option<String>,
    message: Option<String>,
}

/// Pulls each image for real, one after the other.
pub(in crate::registry) async fn pull(test: &Test<'_>, server: &Server, pair: &Pair) -> Vec<Step> {
    if test.client.plays(server) {
        return vec![skipped("the daemon is not asked here: it would contact the real host", "")];
    }
    let images: Vec<Image> = test.trial.images.iter().filter_map(|text| Image::parse(text).ok()).collect();
    let images: Vec<Image> = images.into_iter().filter(|image| image.is_of(server)).collect();
    if images.is_empty() {
        return vec![skipped("there is nothing to pull", "name an image of this registry")];
    }
    let engine = match Engine::reach(&test.tools.daemon, test.client.limits().pull).await {
        Ok(engine) => engine,
        Err(why) => {
            let remedy = match &test.tools.daemon {
                Daemon::Far(_) => "run pullkey on the machine of that daemon to see a real pull",
                Daemon::Socket(_) | Daemon::Near(_) | Daemon::None => {
                    "start docker, or point DOCKER_HOST at it, to see a real pull"
                }
            };
            return vec![skipped(&why, remedy)];
        }
    };
    let mut steps = Vec::new();
    for image in &images {
        steps.push(engine.try_image(server, pair, image).await);
    }
    steps
}

/// A daemon that answers.
struct Engine {
    client: reqwest::Client,
    url: Url,
    patience: Duration,
}

impl Engine {
    async fn reach(daemon: &Daemon, patience: Duration) -> Result<Self, String> {
        let (client, url) = daemon.wire()?;
        let engine = Self { client, url, patience };
        match engine.ask(Method::GET, "_ping", &[], None, BRIEF).await {
            Ok(answer) if answer.status() == StatusCode::OK => Ok(engine),
            Ok(answer) => Err(format!("what answers for the docker daemon is something else ({})", answer.status())),
            Err(why) => Err(format!("the docker daemon does not answer: {why}")),
        }
    }

    async fn try_image(&self, server: &Server, pair: &Pair, image: &Image) -> Step {
        let (name, short) = (image.to_string(), image.short());
        match self.ask(Method::GET, &format!("images/{name}/json"), &[], None, BRIEF).await {
            Ok(answer) if answer.status() == StatusCode::NOT_FOUND => {}
            Ok(answer) if answer.status() == StatusCode::OK => {
                let why = format!("{short} is on this machine already, and a pull could move its tag");
                return skipped(&why, &format!("docker rmi {name} takes it away; then test again"));
            }
            Ok(answer) => return skipped(&format!("the daemon says {} of {short}", answer.status()), ""),
            Err(why) => return skipped(&format!("the docker daemon does not answer: {why}"), ""),
        }
        let Some(login) = login(server, pair) else {
            return skipped("the daemon cannot be shown this login", "");
        };
        let (repository, reference) = (format!("{}/{}", image.host(), image.repository()), image.reference());
        let query = [("fromImage", repository.as_str()), ("tag", reference)];
        let words = match self.ask(Method::POST, "images/create", &query, Some(login), self.patience).await {
            Ok(answer) => last_error(answer, self.patience).await,
            Err(why) => Some(why),
        };
        match words {
            None => self.pulled(&name, &short).await,
            Some(words) => refused(server, &short, &pair.hush().show(&Foreign::new(words))),
        }
    }

    /// Takes the image away again, and says so.
    async fn pulled(&self, name: &str, short: &str) -> Step {
        let gone = self.ask(Method::DELETE, &format!("images/{name}"), &[], None, BRIEF).await;
        let (rest, remedy) = match gone {
            Ok(answer) if answer.status() == StatusCode::OK => ("and took it away again", String::new()),
            Ok(_) | Err(_) => ("but could not take it away again", format!("docker rmi {name}")),
        };
        let detail = format!("the docker daemon pulled {short}, {rest}");
        step(Rung::DockerPull, Code::Ok, Outcome::Pass, detail, remedy)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        login: Option<HeaderValue>,
        patience: Duration,
    ) -> Result<Response, String> {
        let mut url = self.url.join(path).map_err(|fault| fault.to_string())?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.request(method, url);
        if let Some(login) = login {
            request = request.header("X-Registry-Auth", login);
        }
        match tokio::time::timeout(patience, request.send()).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(fault)) => Err(crate::registry::trouble::root_words(&fault)),
            Err(_) => Err(format!("no answer within {} s", patience.as_secs())),
        }
    }
}

/// The header of Engine API's «Authentication»: base64url of JSON.
fn login(server: &Server, pair: &Pair) -> Option<HeaderValue> {
    let key = server.lookup_key();
    let login = Login { username: pair.user.expose(), password: pair.password.expose(), serveraddress: &key };
    let json = Zeroizing::new(serde_json::to_vec(&login).ok()?);
    let text = Zeroizing::new(URL_SAFE.encode(json.as_slice()));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// What went wrong with a pull, if anything did: a refusal's message, or the last error among the lines of progress.
async fn last_error(mut answer: Response, patience: Duration) -> Option<String> {
    let status = answer.status();
    let deadline = tokio::time::Instant::now() + patience;
    let (mut rest, mut found) = (Vec::new(), None);
    loop {
        let chunk = match tokio::time::timeout_at(deadline, answer.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => break,
            Ok(Err(fault)) => return Some(format!("it broke off: {}", crate::registry::trouble::root_words(&fault))),
            Err(_) => return Some(format!("it did not end within {} s", patience.as_secs())),
        };
        rest.extend_from_slice(&chunk);
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=at).collect();
            found = said(&line).or(found);
        }
        // Such a line is no progress, and nothing is learned from it.
        rest.truncate(LINE);
    }
    let found = said(&rest).or(found);
    if status == StatusCode::OK { found } else { Some(found.unwrap_or_else(|| format!("it answers {status}"))) }
}

fn said(line: &[u8]) -> Option<String> {
    let said: Said = serde_json::from_slice(line).unwrap_or_default();
    said.error.or(said.message)
}

fn refused(server: &Server, short: &str, words: &str) -> Step {
    let lower = words.to_ascii_lowercase();
    let (code, outcome) = if ["manifest unknown", "name unknown"].iter().any(|text| lower.contains(text)) {
        (Code::ImageNotFound, Outcome::Fail)
    } else if ["denied", "unauthorized", "no basic auth"].iter().any(|text| lower.contains(text)) {
        (Code::PullDenied, Outcome::Fail)
    } else if lower.contains("not found") && !lower.contains("no such host") {
        (Code::ImageNotFound, Outcome::Fail)
    } else {
        let code = meaning(Kind::Docker, words, server).0;
        // The daemon was asked: words that nobody knows are a trouble of its own.
        (if code == Code::DockerUnavailable { Code::ServerError } else { code }, Outcome::Inconclusive)
    };
    let detail = format!("the docker daemon could not pull {short}: {words}");
    let remedy = "the daemon has a network, a proxy and certificates of its own: compare with the steps above";
    step(Rung::DockerPull, code, outcome, detail, remedy)
}

fn skipped(why: &str, remedy: &str) -> Step {
    step(Rung::DockerPull, Code::DockerUnavailable, Outcome::Skipped, why, remedy)
}
