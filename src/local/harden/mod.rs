//! Keeps secrets out of core dumps and other processes' reach, as far as each system lets a program do that itself.
//!
//! One file per system. Failures are ignored: they are no reason not to run.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(unix, not(target_os = "linux")))]
mod macos;
#[cfg(windows)]
mod windows;

/// First thing in `main`, before any secret is read.
pub fn process() {
    #[cfg(target_os = "linux")]
    linux::process();
    #[cfg(all(unix, not(target_os = "linux")))]
    macos::process();
    #[cfg(windows)]
    windows::process();
}
