#![allow(clippy::unwrap_used)]
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::*;

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn put(dir: &tempfile::TempDir, name: &str, text: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_file_is_read_whole_or_not_at_all() {
    let dir = dir();
    let file = put(&dir, "a", b"12345");
    assert_eq!(text(&file, 5).unwrap().as_str(), "12345");
    assert!(matches!(text(&file, 4), Err(FileError::TooLarge(4))));
    assert!(matches!(bytes(&dir.path().join("b"), 9), Err(FileError::Missing)));
    assert!(matches!(bytes(&file.join("b"), 9), Err(FileError::Missing)));
    assert!(matches!(text(&put(&dir, "c", b"\xff"), 9), Err(FileError::NotText)));
    assert!(matches!(bytes(dir.path(), 9), Err(FileError::NotRegular("a folder"))));
    assert!(matches!(bounded(std::io::repeat(b'x'), 9), Err(FileError::TooLarge(9))));
}

#[test]
fn a_lock_that_is_held_is_waited_for_until_the_deadline_and_no_longer() {
    let dir = dir();
    let path = dir.path().join("x.lock");
    let none = Patience::of(Duration::ZERO);
    let held = lock(&path, &none).unwrap();
    assert!(try_lock(&path).unwrap().is_none());
    let patience = Patience::of(Duration::from_millis(30));
    let began = Instant::now();
    assert!(matches!(lock(&path, &patience), Err(FileError::Locked)));
    assert!(began.elapsed() >= patience.longest);
    drop(held);
    assert!(lock(&path, &none).is_ok());
}

#[test]
fn who_waits_for_a_lock_stops_when_the_user_has_enough() {
    let dir = dir();
    let path = dir.path().join("x.lock");
    let patience = Patience::of(Duration::from_secs(3_600));
    let _held = lock(&path, &patience).unwrap();
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| lock(&path, &patience));
        patience.enough.store(true, std::sync::atomic::Ordering::Relaxed);
        waiting.join().unwrap()
    });
    assert!(matches!(waiting, Err(FileError::Locked)));
}

#[cfg(target_os = "linux")]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn mode(path: &std::path::Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &std::path::Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn pipe(dir: &tempfile::TempDir) -> PathBuf {
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        pipe
    }

    #[test]
    fn what_may_never_end_is_refused_at_once_by_its_name() {
        let dir = dir();
        let pipe = pipe(&dir);
        let socket = dir.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        let link = dir.path().join("link");
        symlink(&pipe, &link).unwrap();
        for (path, kind) in [
            (pipe.as_path(), "a named pipe"),
            (&link, "a named pipe"),
            (&socket, "a socket"),
            (std::path::Path::new("/dev/zero"), "a device"),
        ] {
            assert!(matches!(bytes(path, 9), Err(FileError::NotRegular(said)) if said == kind), "{path:?}");
            assert!(bytes_of_own(path, 9).is_err() && append(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn links_are_followed_where_people_write_and_nowhere_else() {
        let dir = dir();
        let (file, link) = (put(&dir, "a", b"x"), dir.path().join("link"));
        symlink(&file, &link).unwrap();
        assert_eq!(bytes(&link, 9).unwrap().as_slice(), b"x");
        assert!(matches!(bytes_of_own(&link, 9), Err(FileError::Link)));
        assert!(matches!(append(&link), Err(FileError::Link)));
        let dangling = dir.path().join("dangling");
        symlink(dir.path().join("made"), &dangling).unwrap();
        assert!(append(&dangling).is_err() && !dir.path().join("made").exists());
    }

    #[test]
    fn what_stands_open_to_others_is_narrowed() {
        let dir = dir();
        let folder = dir.path().join("state/deeper");
        private_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        set_mode(&folder, 0o777);
        private_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        let file = folder.join("a");
        for is_written in [true, false] {
            std::fs::write(&file, "x").unwrap();
            set_mode(&file, 0o666);
            if is_written { append(&file).map(drop) } else { bytes_of_own(&file, 9).map(drop) }.unwrap();
            assert_eq!(mode(&file), 0o600);
        }
        replace(&file, b"y").unwrap();
        assert_eq!((mode(&file), bytes_of_own(&file, 9).unwrap().as_slice()), (0o600, &b"y"[..]));
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        // Root counts as the owner of everything.
        if !rustix::process::geteuid().is_root() {
            assert!(matches!(private_folder(std::path::Path::new("/")), Err(FileError::NotOurs)));
        }
    }

    #[test]
    fn a_pipe_that_a_shell_connected_is_told_from_a_named_one() {
        assert!(inherited(std::path::Path::new("/dev/fd/0")).is_some());
        assert!(inherited(std::path::Path::new("/proc/self/fd/0")).is_some());
        assert!(inherited(std::path::Path::new("/dev/stdin")).is_some());
        assert!(inherited(&pipe(&dir())).is_none());
    }
}
