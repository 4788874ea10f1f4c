//! A right that is missing in the middle of the wizard: mended by `gh` on the same terminal, and nothing typed again.
//! What happens to the terminal meanwhile is `lent`'s.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use pullkey::sandbox::{Options, RegistryKind};

use super::guide;
use super::secrets::{CANARY, Stage, USER};
use crate::support::pty::{Output, Terminal};

pub(super) const PARTIAL: [&str; 3] = ["repo", "codespace", "read:org"];
const WHOLE: [&str; 4] = ["repo", "codespace", "read:org", "admin:org"];

/// A `gh` that knows one token, asks on the terminal before it refreshes, and writes down how it was called.
pub(super) struct StubGh {
    pub(super) stage: Stage,
    log: PathBuf,
}

impl StubGh {
    /// `refresh` is what it does once Enter was pressed.
    pub(super) fn new(stage: Stage, refresh: &str) -> Self {
        let folder = stage.home.path().join("bin");
        std::fs::create_dir(&folder).expect("a folder");
        let log = stage.home.path().join("gh.log");
        let script = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\necho \"$* [$GH_TOKEN$GITHUB_TOKEN]\" >> '{}'\n\
             case \"$1 $2\" in\n'auth token') echo '{}' ;;\n\
             'auth refresh') printf 'stub gh asks: go on? (%s) ' \"$(grep -c '^auth refresh' '{log}')\"; \
             read answer </dev/tty; {refresh} ;;\nesac\n",
            log.display(),
            stage.scene.token(),
            log = log.display(),
        );
        let program = folder.join("gh");
        std::fs::write(&program, script).expect("a script");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("its mode");
        Self { stage, log }
    }

    pub(super) fn env(&self) -> BTreeMap<String, String> {
        let mut env = self.stage.env();
        env.remove("GH_TOKEN");
        // Nothing else is on it: not the gh of the machine, and not its docker.
        env.insert("PATH".to_owned(), self.stage.home.path().join("bin").to_string_lossy().into_owned());
        // GitHub's own name for a stand-in on this machine: gh has a token for it.
        let port = self.stage.scene.api_url().rsplit(':').next().expect("a port").to_owned();
        env.insert("PULLKEY_API_URL".to_owned(), format!("http://api.github.localhost:{port}"));
        env
    }

    fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    pub(super) fn open(&self) -> Terminal {
        let program = std::path::Path::new(crate::support::world::PROGRAM);
        let home = self.stage.home.path();
        let terminal = Terminal::start(program, &["--repo", "acme/api"], &self.env(), home, guide::SIZE);
        terminal.wait_for("token from gh");
        terminal.wait_for("acme, organization");
        terminal
    }
}

/// What the stub calls to add the scope to its token.
fn granting(stage: &Stage) -> String {
    let ask = |line: &str| format!("{line}\\r\\n");
    let path = format!("/_sandbox/scopes?scopes={}", WHOLE.join(","));
    let port = stage.scene.api_url().rsplit(':').next().expect("a port").to_owned();
    let request = format!("{}{}{}", ask(&format!("POST {path} HTTP/1.1")), ask("Host: x"), ask("Connection: close"));
    // bash speaks TCP by itself; nothing has to be installed for it.
    format!(
        "bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; printf \"{request}\\r\\n\" >&3; cat <&3 >/dev/null'; echo done"
    )
}

pub(super) fn with_scopes(stage: &Stage, scopes: &[&str]) {
    stage.scene.world().set_scopes(scopes.iter().map(|s| (*s).to_owned()).collect());
}

/// Whether no spinner turns.
fn is_at_rest(output: &Output) -> bool {
    !output.text().contains(|c| ('\u{2800}'..'\u{2900}').contains(&c))
}

#[test]
fn a_missing_scope_a_failed_save_and_a_wrong_password_cost_one_password() {
    let stage = Stage::new(Options::default());
    let refresh = granting(&stage);
    let gh = StubGh::new(stage, &refresh);
    let stage = &gh.stage;
    let mut terminal = gh.open();
    terminal.wait_until("acme was read", is_at_rest);
    let pid = terminal.pid();
    terminal.press("n", "Which registry do codespaces pull from?");
    guide::choose(&mut terminal, "ther registry");
    terminal.press("\r", "Where should the three secrets live?");
    // Here the token's scopes are read, and they must be those from before.
    terminal.wait_until("the scopes were read", is_at_rest);
    with_scopes(stage, &PARTIAL);
    guide::choose(&mut terminal, "acme, organization");
    terminal.press("\r", "▸ Credentials");
    let server = stage.scene.registry(RegistryKind::Basic);
    for (at, text) in [server.as_str(), USER, "not the password"].into_iter().enumerate() {
        if at > 0 {
            guide::next_field(&mut terminal);
        }
        terminal.paste(text);
    }
    guide::to_the_test(&mut terminal);
    terminal.press("\r", "fail: the registry refused these values");
    // A wrong password: only that is typed again.
    terminal.press("\x1b", "▸ Access");
    terminal.press("\x1b", "▸ Credentials");
    terminal.wait_for(&server);
    terminal.wait_for(USER);
    guide::to_another_field(&mut terminal, "\x1b[Z");
    terminal.send("\x15");
    terminal.paste(CANARY);
    guide::to_the_test(&mut terminal);
    terminal.press("\r", "accepted it");
    terminal.press("\r", "Nothing has been sent to GitHub yet");
    // The right is missing: one key out, one back, and the very same step.
    guide::agree(&mut terminal, "Write", "lacks the scope");
    terminal.press("m", "stub gh asks: go on?");
    assert!(!terminal.output().screen().alternate_screen(), "gh has the terminal as the shell left it");
    terminal.send("\r");
    terminal.wait_for("the token now has admin:org");
    assert!(terminal.output().screen().alternate_screen());
    terminal.wait_for("▸ Review");
    assert_eq!(terminal.pid(), pid);
    // And now the save itself fails once.
    stage.scene.world().add_fault("PUT:_USER:1:500".parse().expect("a fault"));
    guide::agree(&mut terminal, "Do the rest", "(status 500)");
    guide::agree(&mut terminal, "Do the rest", " is saved in ");
    for (part, value) in [("SERVER", server.as_str()), ("USER", USER), ("PASSWORD", CANARY)] {
        let secret = stage.scene.world().secrets("org:acme").into_iter().find(|s| s.name.ends_with(part));
        assert_eq!(secret.map(|s| s.value).as_deref(), Some(value), "{part}");
    }
    let calls = gh.calls();
    assert!(calls.contains(&"auth refresh -h github.localhost -s admin:org []".to_owned()), "{calls:?}");
    assert_eq!(calls.iter().filter(|call| call.contains("refresh")).count(), 1, "{calls:?}");
    guide::leave(&mut terminal);
}

#[test]
fn a_gh_that_fails_is_interrupted_or_missing_loses_nothing() {
    for (refresh, key, says) in [
        ("exit 1", "\r", "it exited with code 1"),
        ("exit 0", "\x03", "it was interrupted"),
        ("rm \"$0\"; exit 1", "\r", "it exited with code 1"),
    ] {
        let stage = Stage::new(Options::default());
        with_scopes(&stage, &PARTIAL);
        let gh = StubGh::new(stage, refresh);
        let mut terminal = gh.open();
        terminal.press("n", "Which registry do codespaces pull from?");
        terminal.press("\r", "Where should the three secrets live?");
        guide::choose(&mut terminal, "acme, organization");
        terminal.wait_for("lacks the scope");
        terminal.press("m", "stub gh asks: go on?");
        terminal.send(key);
        terminal.wait_for(says);
        terminal.wait_for("▸ Where");
        if refresh.starts_with("rm") {
            terminal.press("m", "not on the PATH");
            terminal.wait_for("▸ Where");
        }
        drop(terminal);
    }
}
