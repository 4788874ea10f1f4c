//! A short-lived child process: only named environment variables, a deadline, a limited answer. When it ends, so does
//! everything it started.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;
use zeroize::Zeroizing;

use super::Env;
use crate::process_group::{self, Group};

/// The longest answer that is accepted.
const BOUND: usize = 64 * 1024;

/// How much of a child's standard error is kept.
const COMPLAINT: usize = 4 * 1024;

/// How long to read from a child that has exited. What it wrote is already in the pipe and arrives at once; the end of
/// the pipe may never come if a process it left behind holds it open.
const AFTERMATH: Duration = Duration::from_millis(200);

/// What to run.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub program: &'a str,
    pub args: &'a [&'a str],
    /// The purpose, which decides which environment variables it gets.
    pub kind: process_group::Child,
    pub env: &'a Env,
    pub dir: Option<&'a Path>,
    /// Its standard input; never a secret.
    pub input: &'a [u8],
    pub deadline: Duration,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Exit code 0; its standard output.
    Fine(Zeroizing<String>),
    Failed(Failing),
    /// The deadline passed; it was killed.
    TooSlow,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failing {
    /// No such program on the `PATH`.
    Missing,
    /// It exists but could not be started or read from.
    Unstartable,
    /// An exit code other than 0, or none after a signal; and what it printed, which may be anything.
    Refused { code: Option<i32>, said: Zeroizing<String> },
    /// Its answer was too long; it was killed.
    TooMuch,
    /// Its answer was not UTF-8.
    NoText,
}

/// Runs it to its end or its deadline. Dropping the future kills the child and what it started.
pub(super) async fn run(call: Call<'_>) -> Ended {
    let deadline = call.deadline;
    match tokio::time::timeout(deadline, answer(call)).await {
        Ok(Ok(text)) => Ended::Fine(text),
        Ok(Err(failing)) => Ended::Failed(failing),
        Err(_) => Ended::TooSlow,
    }
}

async fn answer(call: Call<'_>) -> Result<Zeroizing<String>, Failing> {
    let mut child = start(&call)?;
    let group = Group::of(child.id());
    if let Some(mut stdin) = child.stdin.take() {
        // A child that does not read its input shows that by how it ends.
        let _ = stdin.write_all(call.input).await;
    }
    let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else { return Err(Failing::Unstartable) };
    let (mut answer, mut complaint) = (Heard::of(BOUND), Heard::of(COMPLAINT));
    let status = listen(&mut child, (out, &mut answer), (err, &mut complaint)).await?;
    group.ended();
    if !status.success() {
        // Docker's helpers print the reason for a refusal on standard output.
        let said = [&answer, &complaint].map(Heard::lossy);
        let said = said.into_iter().find(|said| !said.trim().is_empty()).unwrap_or_default();
        return Err(Failing::Refused { code: status.code(), said });
    }
    let text = std::str::from_utf8(answer.bytes()).map_err(|_| Failing::NoText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn start(call: &Call<'_>) -> Result<Child, Failing> {
    let mut command = process_group::command(call.kind, call.program, |name| call.env.for_child(name));
    command.args(call.args);
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    let input = if call.input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(dir) = call.dir {
        command.current_dir(dir);
    }
    process_group::own_group(&mut command);
    command.spawn().map_err(|fault| match fault.kind() {
        std::io::ErrorKind::NotFound => Failing::Missing,
        _ => Failing::Unstartable, // every other kind of error
    })
}

/// Reads both pipes until they end, or until the child has exited and they fall silent.
async fn listen(
    child: &mut Child,
    (out, answer): (impl AsyncRead + Unpin, &mut Heard),
    (mut err, complaint): (impl AsyncRead + Unpin, &mut Heard),
) -> Result<ExitStatus, Failing> {
    let reading = async {
        let all = async { answer.hear(out).await.then_some(()).ok_or(Failing::TooMuch) };
        let some = async {
            complaint.hear(&mut err).await;
            // A child with a long error output must not block because nobody reads it.
            let _ = tokio::io::copy(&mut err, &mut tokio::io::sink()).await;
            Ok(())
        };
        tokio::try_join!(all, some).map(drop)
    };
    tokio::pin!(reading);
    let status = tokio::select! {
        biased;
        read = &mut reading => {
            read?;
            child.wait().await
        }
        status = child.wait() => {
            if let Ok(read) = tokio::time::timeout(AFTERMATH, &mut reading).await {
                read?;
            }
            status
        }
    };
    status.map_err(|_| Failing::Unstartable)
}

/// The beginning of the output, in one allocation of full size: a growing one would leave copies of a token behind.
struct Heard {
    room: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Heard {
    fn of(size: usize) -> Self {
        Self { room: Zeroizing::new(vec![0; size]), filled: 0 }
    }

    /// Whether the output fits into the buffer; the rest is not read.
    async fn hear(&mut self, mut from: impl AsyncRead + Unpin) -> bool {
        while self.filled < self.room.len() {
            match from.read(&mut self.room[self.filled..]).await {
                Ok(0) | Err(_) => return true,
                Ok(read) => self.filled += read,
            }
        }
        matches!(from.read(&mut [0]).await, Ok(0) | Err(_))
    }

    fn bytes(&self) -> &[u8] {
        self.room.get(..self.filled).unwrap_or_default()
    }

    fn lossy(&self) -> Zeroizing<String> {
        Zeroizing::new(String::from_utf8_lossy(self.bytes()).into_owned())
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read as _;

    use super::*;

    fn env() -> &'static Env {
        static ENV: std::sync::LazyLock<Env> = std::sync::LazyLock::new(|| Env::of([("PATH", "/usr/bin:/bin")]));
        &ENV
    }

    fn shell<'a>(script: &'a [&'a str; 2], deadline: Duration) -> Call<'a> {
        let kind = process_group::Child::Git;
        Call { program: "/bin/sh", args: script, kind, env: env(), dir: None, input: b"", deadline }
    }

    const LONG: Duration = Duration::from_secs(60);

    async fn ended(script: &str) -> Ended {
        run(shell(&["-c", script], LONG)).await
    }

    #[tokio::test]
    async fn each_way_of_giving_no_answer_is_told_from_the_others() {
        assert_eq!(ended("printf answer").await, Ended::Fine("answer".to_owned().into()));
        let refused = |code, said: &str| Ended::Failed(Failing::Refused { code, said: said.to_owned().into() });
        assert_eq!(ended("echo not found; exit 1").await, refused(Some(1), "not found\n"));
        assert_eq!(ended("echo locked >&2; exit 2").await, refused(Some(2), "locked\n"));
        assert_eq!(ended("kill -9 $$").await, refused(None, ""));
        assert_eq!(ended("yes").await, Ended::Failed(Failing::TooMuch));
        assert_eq!(ended(r"printf '\377'").await, Ended::Failed(Failing::NoText));
        let nowhere = Call { program: "pullkey-no-such-program", ..shell(&["-c", ""], LONG) };
        assert_eq!(run(nowhere).await, Ended::Failed(Failing::Missing));
        let folder = Call { program: "/", ..shell(&["-c", ""], LONG) };
        assert_eq!(run(folder).await, Ended::Failed(Failing::Unstartable));
        assert_eq!(ended("yes | head -c 300000 >&2; printf answer").await, Ended::Fine("answer".to_owned().into()));
    }

    #[tokio::test]
    async fn a_child_that_ended_is_not_waited_for_because_of_those_it_left_behind() {
        // They would delay until the deadline; the pipe ends with them.
        let answer = ended("sleep 90 & echo $!").await;
        let Ended::Fine(pid) = answer else { panic!("{answer:?}") };
        let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }

    #[tokio::test]
    async fn one_that_takes_too_long_is_ended() {
        let arguments = ["-c", "sleep 300 & wait"];
        assert_eq!(run(shell(&arguments, Duration::from_millis(50))).await, Ended::TooSlow);
    }

    #[tokio::test]
    async fn what_a_child_started_ends_with_it_when_it_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let script = format!("exec 3>{}; sleep 300 & echo started >&3; wait", pipe.display());
        let opened = tokio::task::spawn_blocking(move || {
            let mut pipe = std::fs::File::open(pipe).unwrap();
            pipe.read_exact(&mut [0; 8]).unwrap();
            pipe
        });
        let arguments = ["-c", script.as_str()];
        let mut pipe = tokio::select! {
            ended = run(shell(&arguments, LONG)) => panic!("{ended:?}"),
            pipe = opened => pipe.unwrap(),
        };
        // It ends when no process holds it any more.
        pipe.read_to_end(&mut Vec::new()).unwrap();
    }
}
