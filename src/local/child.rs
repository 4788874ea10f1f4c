//! A short-lived child process: an environment of named variables only, a deadline, a bounded answer.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use zeroize::Zeroizing;

/// More than this of a child's output is not read.
const BOUND: usize = 64 * 1024;

/// What to run.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub program: &'a str,
    pub args: &'a [&'a str],
    pub vars: Vec<(&'a str, &'a OsStr)>,
    pub dir: Option<&'a Path>,
    /// What it reads on its standard input; never a secret.
    pub input: &'a [u8],
    pub deadline: Duration,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Exit code 0; its standard output.
    Fine(Zeroizing<String>),
    /// It is not there, could not start, ended otherwise, or wrote no UTF-8.
    Refused,
    /// The deadline passed; it was killed.
    TooSlow,
}

/// Runs it to its end or its deadline. Dropping the future kills the child.
pub(super) async fn run(call: Call<'_>) -> Ended {
    let deadline = call.deadline;
    tokio::time::timeout(deadline, read(call)).await.unwrap_or(Ended::TooSlow)
}

async fn read(call: Call<'_>) -> Ended {
    let mut command = Command::new(call.program);
    command.args(call.args).env_clear().envs(call.vars).kill_on_drop(true);
    let input = if call.input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(dir) = call.dir {
        command.current_dir(dir);
    }
    let Ok(mut child) = command.spawn() else { return Ended::Refused };
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not listen says so by how it ends.
        let _ = stdin.write_all(call.input).await;
    }
    let Some(mut stdout) = child.stdout.take() else { return Ended::Refused };
    // One allocation of full size: a growing buffer would leave copies of a token behind.
    let mut bytes = Zeroizing::new(vec![0; BOUND]);
    let mut filled = 0;
    while filled < BOUND {
        match stdout.read(&mut bytes[filled..]).await {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(_) => return Ended::Refused,
        }
    }
    drop(stdout);
    match (child.wait().await, std::str::from_utf8(&bytes[..filled])) {
        (Ok(status), Ok(text)) if status.success() => Ended::Fine(Zeroizing::new(text.to_owned())),
        _ => Ended::Refused,
    }
}
