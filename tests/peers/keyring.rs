//! The real Secret Service: gnome-keyring on a session bus and with a home of the test's own.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use pullkey::sandbox::Options;

use super::peer;
use crate::support::home::Home;
use crate::support::world::{PROGRAM, Scene};

/// The keyring's own password: an empty one would leave its file unencrypted.
const PASSWORD: &str = "correct horse";

/// A bus that starts no service by itself: there is a keyring only if the test has started one.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// A private session bus, stopped on drop.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start(dbus: &Path, home: &Home) -> Self {
        let config = home.path().join("bus.conf");
        let _ = folders(home);
        let listen = home.path().join("run").join(format!("bus-{}", home.files().len()));
        std::fs::write(&config, BUS.replace("SOCKET", &listen.to_string_lossy())).expect("its configuration");
        let mut daemon = Command::new(dbus)
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address=1"])
            .env_clear()
            .envs(folders(home))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a session bus");
        let mut line = String::new();
        let out = daemon.stdout.as_mut().expect("its output");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("its address");
        Self { daemon, address: line.trim().to_owned() }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// The folders of one desktop session, all of them the test's own.
fn folders(home: &Home) -> BTreeMap<String, String> {
    let mut env = home.env();
    for (name, folder) in [("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")] {
        let path = home.path().join(folder);
        std::fs::create_dir_all(&path).expect("a folder");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("its mode");
        env.insert(name.to_owned(), path.to_string_lossy().into_owned());
    }
    env
}

/// The programs it needs; `None` after printing which one is missing.
struct Session {
    scene: Scene,
    home: Home,
    keyring: PathBuf,
    dbus: PathBuf,
    secret_tool: PathBuf,
}

impl Session {
    fn new() -> Option<Self> {
        let (keyring, dbus, secret_tool) = (peer("gnome-keyring-daemon")?, peer("dbus-daemon")?, peer("secret-tool")?);
        Some(Self { scene: Scene::new(Options::default()), home: Home::new(), keyring, dbus, secret_tool })
    }

    fn env(&self, bus: Option<&Bus>) -> BTreeMap<String, String> {
        let mut env = folders(&self.home);
        env.insert("PULLKEY_API_URL".to_owned(), self.scene.api_url());
        if let Some(bus) = bus {
            env.insert("DBUS_SESSION_BUS_ADDRESS".to_owned(), bus.address.clone());
        }
        env
    }

    /// Starts the keyring on the bus; unlocked with its password, or as it is after a reboot.
    fn open_keyring(&self, bus: &Bus, unlock: bool) -> Keyring {
        let mode = if unlock { "--unlock" } else { "--start" };
        let mut daemon = Command::new(&self.keyring)
            .args([mode, "--foreground", "--components=secrets"])
            .env_clear()
            .envs(self.env(Some(bus)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the keyring starts");
        let mut input = daemon.stdin.take().expect("its input");
        input.write_all(PASSWORD.as_bytes()).expect("it takes its password");
        drop(input);
        // It prints its sockets once it is on the bus.
        let mut line = String::new();
        let out = daemon.stdout.as_mut().expect("its output");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("a line");
        Keyring(daemon)
    }

    fn pullkey(&self, bus: Option<&Bus>, arguments: &[&str], input: &str, more: &[(&str, &str)]) -> Output {
        let mut child = Command::new(PROGRAM)
            .args(arguments)
            .env_clear()
            .envs(self.env(bus))
            .envs(more.iter().copied())
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pullkey starts");
        child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("it takes it");
        child.wait_with_output().expect("it ends")
    }

    fn login(&self, bus: Option<&Bus>) -> Output {
        self.pullkey(bus, &["auth", "login", "--with-token"], &format!("{}\n", self.scene.token()), &[])
    }
}

/// The keyring's daemon, stopped on drop.
struct Keyring(Child);

impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn login_stores_status_finds_and_logout_removes() {
    let Some(session) = Session::new() else { return };
    let bus = Bus::start(&session.dbus, &session.home);
    let _keyring = session.open_keyring(&bus, true);
    let kept = session.login(Some(&bus));
    assert_eq!(kept.status.code(), Some(0), "{}", text(&kept));
    let status = session.pullkey(Some(&bus), &["auth", "status", "--json"], "", &[]);
    assert_eq!(status.status.code(), Some(0), "{}", text(&status));
    let document: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!(document["tokens"][0]["source"], "the keyring", "{document}");
    assert_eq!(document["tokens"][0]["used"], true, "{document}");
    assert_eq!(document["tokens"][0]["login"], "octocat", "{document}");
    assert!(!text(&status).contains(session.scene.token()), "no part of the token is shown");
    // Another program sees the same entry.
    let host = session.scene.api_url().replace("http://", "");
    let seen = Command::new(&session.secret_tool)
        .args(["lookup", "service", &format!("pullkey:{host}"), "username", "token"])
        .env_clear()
        .envs(session.env(Some(&bus)))
        .output()
        .expect("secret-tool runs");
    assert_eq!(String::from_utf8_lossy(&seen.stdout).trim(), session.scene.token());
    // It is in the keyring and in no file of ours.
    for file in session.home.files() {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let holds = bytes.windows(session.scene.token().len()).any(|w| w == session.scene.token().as_bytes());
        assert!(!holds, "the token stands in {}", file.display());
    }
    let gone = session.pullkey(Some(&bus), &["auth", "logout"], "", &[]);
    assert_eq!(gone.status.code(), Some(0), "{}", text(&gone));
    assert!(text(&gone).contains("removed the token from the keyring"), "{}", text(&gone));
    let status = session.pullkey(Some(&bus), &["auth", "status"], "", &[]);
    assert_eq!(status.status.code(), Some(2), "{}", text(&status));
    assert!(text(&status).contains("no token found"), "{}", text(&status));
}

#[test]
fn a_keyring_that_is_locked_missing_or_nowhere_is_explained() {
    let Some(session) = Session::new() else { return };
    let says = |output: &Output, words: &[&str]| {
        let text = text(output);
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(text.contains("for this command only"), "the token itself is fine: {text}");
        assert!(words.iter().any(|word| text.contains(word)), "{words:?}: {text}");
        assert!(text.contains("hint: "), "{text}");
    };
    says(&session.login(None), &["no session bus"]);
    {
        let bus = Bus::start(&session.dbus, &session.home);
        says(&session.login(Some(&bus)), &["no keyring service"]);
    }
    {
        let bus = Bus::start(&session.dbus, &session.home);
        let _empty = session.open_keyring(&bus, false);
        says(&session.login(Some(&bus)), &["no default collection"]);
    }
    {
        let bus = Bus::start(&session.dbus, &session.home);
        let _open = session.open_keyring(&bus, true);
        assert_eq!(session.login(Some(&bus)).status.code(), Some(0));
    }
    let bus = Bus::start(&session.dbus, &session.home);
    let _locked = session.open_keyring(&bus, false);
    says(&session.login(Some(&bus)), &["the keyring is locked"]);
    let status = session.pullkey(Some(&bus), &["auth", "status"], "", &[]);
    assert!(text(&status).contains("the keyring is locked"), "{}", text(&status));
}

#[test]
fn a_token_no_keyring_takes_is_used_for_this_run_and_not_kept() {
    let Some(session) = Session::new() else { return };
    let long = format!("ghp_{}", "x".repeat(3_000));
    session.scene.world().add_token(&long, &["codespace"], None, None);
    let bus = Bus::start(&session.dbus, &session.home);
    let _keyring = session.open_keyring(&bus, true);
    let refused = session.pullkey(Some(&bus), &["auth", "login", "--with-token"], &long, &[]);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused));
    assert!(text(&refused).contains("longer than"), "{}", text(&refused));
}

#[test]
fn the_keyring_is_not_asked_while_a_variable_is_set() {
    let Some(session) = Session::new() else { return };
    // A service that accepts a connection and never answers: every caller waits for the deadline and reports it.
    let folder = session.home.path().join("silent");
    let silent = std::os::unix::net::UnixListener::bind(&folder).expect("a socket");
    let address = format!("unix:path={}", folder.display());
    let token = session.scene.token().to_owned();
    let log = session.home.path().join("log").to_string_lossy().into_owned();
    let more = [("DBUS_SESSION_BUS_ADDRESS", address.as_str()), ("GH_TOKEN", &token), ("PULLKEY_LOG", &log)];
    let listed = session.pullkey(None, &["list", "--user"], "", &more);
    assert_eq!(listed.status.code(), Some(0), "{}", text(&listed));
    silent.set_nonblocking(true).expect("it can be asked");
    assert!(silent.accept().is_err(), "no service appeared on the bus");
    // Without the variable the keyring is asked and abandoned at its deadline, and the message explains that.
    let status = session.pullkey(None, &["auth", "status"], "", &more[..1]);
    assert!(text(&status).contains("did not answer in time"), "{}", text(&status));
    assert!(silent.accept().is_ok(), "a service appeared on the bus");
}

#[test]
fn what_is_kept_is_tested_again_told_when_it_changed_and_removed_with_the_credential() {
    let Some(session) = Session::new() else { return };
    let bus = Bus::start(&session.dbus, &session.home);
    let _keyring = session.open_keyring(&bus, true);
    let secret = Options::default().registry_password;
    let server = session.scene.registry(pullkey::sandbox::RegistryKind::Basic);
    let token = session.scene.token().to_owned();
    let more = [("GH_TOKEN", token.as_str())];
    let run = |arguments: &[&str], input: &str| session.pullkey(Some(&bus), arguments, input, &more);
    let set = ["set", "TEAM", "--repo", "acme/api", "--preset", "other", "--server", &server, "--username", "puller"];
    let written = run(&[&set[..], &["--password-stdin", "--yes", "--store"]].concat(), &secret);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written));
    assert!(text(&written).contains("stored in the system keyring"), "{}", text(&written));
    for file in session.home.files() {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "it stands in {}", file.display());
    }
    let host = session.scene.api_url().replace("http://", "");
    let entry = format!("pullkey:{host}/repo/acme/api/TEAM");
    let seen = Command::new(&session.secret_tool)
        .args(["lookup", "service", &entry, "username", "credential"])
        .env_clear()
        .envs(session.env(Some(&bus)))
        .output()
        .expect("secret-tool runs");
    assert!(String::from_utf8_lossy(&seen.stdout).contains(&secret), "another program finds it under its name");
    let test = ["test", "TEAM", "--repo", "acme/api", "--with", "native", "--json"];
    let json = |output: &Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON");
    let same = json(&run(&test, ""));
    assert_eq!((&same["verdict"], &same["kept"]["changed"]), (&"pass".into(), &false.into()), "{same}");
    assert_eq!((&same["kept"]["origin"], &same["notes"]), (&"written".into(), &serde_json::json!([])), "{same}");
    // Somebody deletes the password on GitHub: the stored one still passes, and the result says so.
    assert!(session.scene.world().remove_secret("repo:acme/api", "TEAM_CONTAINER_REGISTRY_PASSWORD"));
    let since = json(&run(&test, ""));
    assert_eq!((&since["verdict"], &since["kept"]["changed"]), (&"pass".into(), &true.into()), "{since}");
    assert_eq!(since["kept"]["changed_members"], serde_json::json!(["password"]), "{since}");
    assert!(since["notes"].to_string().contains("the password is no longer there"), "{since}");
    // Another host has entries of its own, and so has another scope.
    let elsewhere = [("GH_TOKEN", token.as_str()), ("PULLKEY_API_URL", "http://127.0.0.1:1")];
    let other = text(&session.pullkey(Some(&bus), &test, "", &elsewhere));
    assert!(other.contains("no stored values"), "{other}");
    let other = text(&run(&["test", "TEAM", "--user"], ""));
    assert!(other.contains("no stored values"), "{other}");
    // Without a token it is tested and forgotten all the same; unknown GitHub data does not count as a change.
    let signed_out = json(&session.pullkey(Some(&bus), &test, "", &[]));
    assert_eq!((&signed_out["verdict"], &signed_out["kept"]["changed"]), (&"pass".into(), &serde_json::Value::Null));
    let deleted = run(&["delete", "TEAM", "--repo", "acme/api", "--yes"], "");
    assert!(text(&deleted).contains("removed from the system keyring too"), "{}", text(&deleted));
    let nothing = run(&test, "");
    assert_eq!(nothing.status.code(), Some(3), "{}", text(&nothing));
    assert!(text(&nothing).contains("no stored values"), "{}", text(&nothing));
    let forgotten = run(&["forget", "TEAM", "--repo", "acme/api"], "");
    assert!(text(&forgotten).contains("nothing was stored"), "{}", text(&forgotten));
    let long = "x".repeat(3_000);
    let large = run(&[&set[..], &["--password-stdin", "--yes", "--store", "--no-test"]].concat(), &long);
    assert_eq!(large.status.code(), Some(3), "{}", text(&large));
    assert!(text(&large).contains("longer than"), "{}", text(&large));
}
