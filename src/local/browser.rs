//! Opens a page in the user's browser: https only, and only on known hosts.

use std::process::Stdio;

use thiserror::Error;
use url::Url;

use super::Env;
use crate::process_group::{self, Child};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkFault {
    #[error("this is not an https address")]
    NotHttps,
    #[error("pullkey does not know the host of this address")]
    Host,
    #[error("no browser could be started")]
    Browser,
}

/// Checks a link against the hosts that may be opened (the API's website, the presets' documentation). `*.` before a
/// host stands for one name below it.
pub fn check<'a>(link: &str, hosts: impl IntoIterator<Item = &'a str>) -> Result<Url, LinkFault> {
    let url = Url::parse(link).map_err(|_| LinkFault::NotHttps)?;
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
        return Err(LinkFault::NotHttps);
    }
    let on = url.host_str().ok_or(LinkFault::NotHttps)?;
    let is_named = |host: &str| match host.strip_prefix("*.") {
        Some(parent) => on
            .strip_suffix(parent)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|n| !n.is_empty() && !n.contains('.')),
        None => host == on,
    };
    if hosts.into_iter().any(is_named) { Ok(url) } else { Err(LinkFault::Host) }
}

/// Opens a checked link, detached: the browser outlives pullkey, writes nothing to its terminal, and gets only the
/// environment variables a browser needs.
pub fn open<'a>(env: &Env, link: &str, hosts: impl IntoIterator<Item = &'a str>) -> Result<(), LinkFault> {
    let url = check(link, hosts)?;
    let mut launchers = open::commands(url.as_str()).into_iter();
    let started = launchers.find_map(|mut launcher| {
        process_group::confine(Child::Browser, &mut launcher, |name| env.for_child(name));
        launcher.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
    });
    let mut launcher = started.ok_or(LinkFault::Browser)?;
    // An exited launcher must not remain as a zombie; its exit status does not matter.
    std::thread::spawn(move || launcher.wait());
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_https_on_known_hosts_passes() {
        let hosts = ["github.com", "docs.docker.com", "*.github.dev"];
        assert!(check("https://fluffy-disco-x7q.github.dev/", hosts).is_ok());
        assert!(check("https://github.com/settings/codespaces", hosts).is_ok());
        for (link, fault) in [
            ("http://github.com/", LinkFault::NotHttps),
            ("file:///etc/passwd", LinkFault::NotHttps),
            ("javascript:alert(1)", LinkFault::NotHttps),
            ("https://github.com@evil.example/", LinkFault::NotHttps),
            ("https://github.com:8443/", LinkFault::NotHttps),
            ("--new-window", LinkFault::NotHttps),
            ("https://github.com.evil.example/", LinkFault::Host),
            ("https://github.dev/", LinkFault::Host),
            ("https://evilgithub.dev/", LinkFault::Host),
            ("https://a.b.github.dev/", LinkFault::Host),
            ("https://x.github.dev.evil.example/", LinkFault::Host),
        ] {
            assert_eq!(check(link, hosts), Err(fault), "{link}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_browser_gets_the_variables_of_a_browser_and_nothing_else() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let (pipe, program) = (dir.path().join("seen"), dir.path().join("xdg-open"));
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        std::fs::write(&program, format!("#!/bin/sh\n/usr/bin/env > '{}'\n", pipe.display())).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let path = dir.path().to_string_lossy().into_owned();
        let secrets = ["GH_TOKEN", "ACR_CONTAINER_REGISTRY_PASSWORD", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"];
        let given = [("PATH", path.as_str()), ("DISPLAY", ":7"), ("VSCODE_IPC_HOOK_CLI", "/run/editor.sock")];
        let env = Env::of(secrets.map(|name| (name, "canary")).into_iter().chain(given));
        open(&env, "https://github.com/", ["github.com"]).unwrap();
        // The pipe ends once the stand-in is done.
        let seen = std::fs::read_to_string(&pipe).unwrap();
        let names: Vec<_> = seen.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        assert!(names.contains(&"DISPLAY") && names.contains(&"VSCODE_IPC_HOOK_CLI"), "{seen}");
        // A shell sets these itself.
        let allowed = |name: &str| Child::Browser.variables().any(|one| one == name) || ["PWD", "_"].contains(&name);
        assert!(names.iter().all(|name| allowed(name)) && !seen.contains("canary"), "{seen}");
    }
}
