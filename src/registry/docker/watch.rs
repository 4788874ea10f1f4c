//! The watcher: pullkey's own executable between pullkey and docker, so that nothing is left behind even if pullkey is
//! killed by a signal that cannot be caught.
//!
//! It gets the password on stdin, passes it to docker's stdin, and then waits for its own stdin to close, which happens
//! when pullkey ends. Then it kills docker with all its children and removes the private folder. It keeps no copy of
//! the password, and prints only what docker prints.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use super::{room, system};
use crate::process_group::{self, Child as Kind};

/// No password is longer: GitHub accepts 48 KB, and a line ending may have been added.
const LONGEST: usize = 64 * 1024;

/// Arguments: docker, the private folder, docker's arguments. Exits with docker's exit code.
pub(super) fn watch(mut args: impl Iterator<Item = OsString>) -> ExitCode {
    let (Some(docker), Some(room)) = (args.next(), args.next().map(PathBuf::from)) else {
        return ExitCode::FAILURE;
    };
    system::forbid_core_dumps();
    let orphaned = Arc::new(AtomicBool::new(false));
    let code = start(&docker, args.collect()).and_then(|(child, password)| serve(child, &password, &orphaned));
    room::clear(&room);
    if orphaned.load(Ordering::SeqCst) {
        system::end_own_group();
    }
    match code {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(why) => {
            let _ = writeln!(io::stderr(), "cannot start docker: {why}");
            ExitCode::FAILURE
        }
    }
}

fn start(docker: &OsString, args: Vec<OsString>) -> io::Result<(Child, Zeroizing<Vec<u8>>)> {
    let mut length = [0; 4];
    io::stdin().read_exact(&mut length)?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(io::Error::other("the password is too long"));
    }
    let mut password = Zeroizing::new(vec![0; length]);
    io::stdin().read_exact(&mut password)?;
    // The watcher's own environment is already the restricted one.
    let mut command = process_group::command(Kind::RegistryClient, docker, |name| std::env::var_os(name));
    Ok((command.args(args).stdin(Stdio::piped()).spawn()?, password))
}

fn serve(mut child: Child, password: &[u8], orphaned: &Arc<AtomicBool>) -> io::Result<i32> {
    let (pid, orphaned) = (child.id(), orphaned.clone());
    let ended = Arc::new(AtomicBool::new(false));
    let over = ended.clone();
    // Started before anything is written: a docker that does not read its stdin must not keep us from noticing that
    // pullkey has ended.
    std::thread::spawn(move || {
        let mut rest = [0; 64];
        while matches!(io::stdin().read(&mut rest), Ok(1..)) {}
        if !over.load(Ordering::SeqCst) {
            orphaned.store(true, Ordering::SeqCst);
            system::kill(pid);
        }
    });
    if let Some(mut pipe) = child.stdin.take() {
        // docker may have ended without reading; its exit code says more than this pipe.
        let _ = pipe.write_all(password);
    }
    let status = child.wait()?;
    ended.store(true, Ordering::SeqCst);
    Ok(status.code().unwrap_or(1))
}
