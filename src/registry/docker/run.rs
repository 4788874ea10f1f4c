//! One docker run from pullkey's side: start the watcher, pass it the password over a pipe, read its output, and at the
//! deadline or when the test is dropped kill it together with everything it started.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use zeroize::Zeroizing;

use super::discard::WATCH;
use super::program::{Kind, Program};
use super::{Tools, room};
use crate::domain::{Sensitive, Untrusted};
use crate::process_group::{self, Child, Group};

/// Bytes of docker's output that are kept.
const LISTEN: usize = 16 * 1024;
/// How long `docker --version` may take.
const VERSION: Duration = Duration::from_secs(5);
/// The outcome of a docker run.
#[derive(Debug)]
pub(in crate::registry) struct Run {
    pub kind: Kind,
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    /// Such as `28.2.2`.
    pub version: String,
    pub words: Untrusted,
}

/// Why a run has no usable outcome.
#[derive(Debug)]
pub(super) enum Trouble {
    TooSlow,
    Cannot(String),
}

/// What to send over the pipe so that docker ends up with exactly this password. Docker cuts off one line ending (`\n`,
/// then `\r`), so a password that ends with one gets another. `None` if that is not possible. Source: docker/cli
/// `login.go`.
pub(super) fn sent_password(password: &Sensitive) -> Option<Zeroizing<Vec<u8>>> {
    let text = password.expose();
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    bytes.extend_from_slice(text.as_bytes());
    if text.ends_with('\r') {
        return None;
    }
    if text.ends_with('\n') {
        bytes.push(b'\n');
    }
    Some(bytes)
}

/// Runs `docker login` to its end.
pub(super) async fn run(
    tools: &Tools,
    program: &Program,
    arguments: &[OsString],
    password: &[u8],
    deadline: Duration,
) -> Result<Run, Trouble> {
    room::sweep(&tools.temp);
    let cannot = |what: &str, why: &dyn std::fmt::Display| {
        Trouble::Cannot(format!("{what}: {}", Untrusted::new(why.to_string()).shown()))
    };
    // Declared first, so that it is dropped last, when no process uses it any more.
    let room = room::furnish(tools).map_err(|why| cannot("cannot create docker's private folder", &why))?;
    let version = version(program, room.path()).await?;
    let mut command = isolated(&tools.helper, &program.path, room.path());
    command.arg(WATCH).arg(&program.path).arg(room.path()).args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|why| cannot("cannot start docker's watcher (pullkey itself)", &why))?;
    let group = Group::of(child.id());
    let (Some(mut pipe), Some(out), Some(err)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
        return Err(Trouble::Cannot("cannot read docker's output".to_owned()));
    };
    let conversation = async {
        // If the watcher is already gone, its exit status says more than the broken pipe.
        let length = u32::try_from(password.len()).unwrap_or(u32::MAX).to_le_bytes();
        if pipe.write_all(&length).await.is_ok() && pipe.write_all(password).await.is_ok() {
            let _ = pipe.flush().await;
        }
        let (out, err) = tokio::join!(listen(out), listen(err));
        let status = child.wait().await;
        drop(pipe); // kept open until here: closing it tells the watcher that we are gone
        (status, out, err)
    };
    let (status, out, err) = tokio::time::timeout(deadline, conversation).await.map_err(|_| Trouble::TooSlow)?;
    group.ended();
    let status = status.map_err(|why| cannot("cannot tell how docker exited", &why))?;
    Ok(Run { kind: program.kind, code: status.code(), version, words: Untrusted::new(format!("{err}\n{out}")) })
}

/// The program's version. A podman that calls itself docker would write the password to a file of its own.
async fn version(program: &Program, room: &Path) -> Result<String, Trouble> {
    let name = program.kind.name();
    let mut command = isolated(&program.path, &program.path, room);
    command.arg("--version");
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .map_err(|why| Trouble::Cannot(format!("cannot start {name}: {}", Untrusted::new(why.to_string()).shown())))?;
    let group = Group::of(child.id());
    let Some(out) = child.stdout.take() else { return Err(Trouble::Cannot(format!("cannot read {name}'s output"))) };
    let answer = async {
        let words = listen(out).await;
        (child.wait().await, words)
    };
    let (_, words) = tokio::time::timeout(VERSION, answer).await.map_err(|_| Trouble::TooSlow)?;
    group.ended();
    let version =
        words.strip_prefix(program.kind.introduces_itself()).and_then(|rest| rest.split([',', ' ', '\n']).next());
    version.filter(|text| !text.is_empty()).map(|text| Untrusted::new(text).shown()).ok_or_else(|| {
        let first = words.lines().next().unwrap_or_default().chars().take(60).collect::<String>();
        Trouble::Cannot(format!("the {name} on the PATH is another program (“{}”)", Untrusted::new(first).shown()))
    })
}

/// A command with the environment and the process group that every process of the run gets.
fn isolated(program: &Path, docker: &Path, room: &Path) -> Command {
    let mut command = process_group::command(Child::RegistryClient, program, |name| std::env::var_os(name));
    for name in ["NO_PROXY", "no_proxy"] {
        command.env(name, no_proxy());
    }
    for name in ["HOME", "USERPROFILE", "DOCKER_CONFIG", "TMPDIR", "TMP", "TEMP"] {
        command.env(name, room);
    }
    // Always client-side: no daemon answers at a socket that does not exist.
    let nowhere = if cfg!(windows) { "npipe:////./pipe/pullkey-no-such-pipe".into() } else { nowhere(room) };
    command.env("DOCKER_HOST", nowhere).env("LC_ALL", "C").env("PATH", search_path(docker, room));
    command.current_dir(room).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = Command::from(command);
    command.kill_on_drop(true);
    process_group::own_group(&mut command);
    command
}

/// The user's own exceptions, and this machine: Go exempts it by itself only if it is written in lower case.
fn no_proxy() -> OsString {
    let own = ["NO_PROXY", "no_proxy"].into_iter().filter_map(std::env::var_os).find(|list| !list.is_empty());
    let mut list = own.unwrap_or_default();
    if !list.is_empty() {
        list.push(",");
    }
    list.push("localhost,.localhost,127.0.0.0/8,::1");
    list
}

fn nowhere(room: &Path) -> OsString {
    let mut host = OsString::from("unix://");
    host.push(room.join("no-such-socket"));
    host
}

/// Our helper's folder first, then docker's own and the system's.
fn search_path(docker: &Path, room: &Path) -> OsString {
    let folders = [
        Some(room),
        docker.parent(),
        Some(Path::new("/usr/local/bin")),
        Some(Path::new("/usr/bin")),
        Some(Path::new("/bin")),
    ];
    let folders: Vec<PathBuf> = folders.into_iter().flatten().map(Path::to_owned).collect();
    std::env::join_paths(folders).unwrap_or_else(|_| OsStr::new("/usr/bin").to_owned())
}

/// Reads all output and keeps the beginning.
async fn listen(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut bytes = [0_u8; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        let room = (LISTEN - kept.len()).min(read);
        kept.extend_from_slice(&bytes[..room]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
