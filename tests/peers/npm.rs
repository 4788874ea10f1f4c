//! verdaccio, a package registry by others that answers 200 to an unknown token; with npm for comparison.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pullkey::domain::verdict::{Check, With};
use pullkey::domain::{Code, Holds, Outcome, Sensitive, TestReport, Trial, Verdict};
use pullkey::registry::{Client, Limits, Test, Tools};

use super::peer;
use super::registry::{Running, eventually, free};
use super::servers::request;

const PRIVATE: &str = "@private/tools";
const PUBLIC: &str = "@open/tools";

/// verdaccio with a private and a public package, and alice's token.
struct Verdaccio {
    addr: SocketAddr,
    token: String,
    npm: PathBuf,
    folder: tempfile::TempDir,
    _running: Running,
}

impl Verdaccio {
    fn start() -> Option<Self> {
        let (verdaccio, npm) = (installed("verdaccio")?, peer("npm")?);
        let store = tempfile::tempdir().unwrap();
        let config = "storage: ./store\nauth: {htpasswd: {file: ./htpasswd, max_users: 10}}\nuplinks: {}\npackages:\n  \
                      '@private/*': {access: $authenticated, publish: $authenticated}\n  \
                      '**': {access: $all, publish: $authenticated}\nlog: {type: stdout, format: json, level: error}\n";
        std::fs::write(store.path().join("config.yaml"), config).unwrap();
        let addr = free();
        let child = Command::new(verdaccio)
            .args(["-c", "config.yaml", "-l", &addr.to_string()])
            .current_dir(store.path())
            .env("HOME", store.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let running = Running::of(child, store);
        eventually("verdaccio listens", || TcpStream::connect(addr).is_ok());
        let head = [("Content-Type", "application/json")];
        let user = r#"{"name":"alice","password":"alice-password"}"#;
        let made = request("PUT", addr, "/-/user/org.couchdb.user:alice", &head, user);
        let json = made.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{made}")).1;
        let start = json.find('{').unwrap_or_else(|| panic!("{made}"));
        let end = json.rfind('}').unwrap_or_else(|| panic!("{made}"));
        let json: serde_json::Value = serde_json::from_str(&json[start..=end]).unwrap();
        let token = json["token"].as_str().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        let it = Self { addr, token, npm, folder, _running: running };
        for name in [PRIVATE, PUBLIC] {
            std::fs::write(it.file("package.json"), format!(r#"{{"name":"{name}","version":"1.0.0"}}"#)).unwrap();
            let published = it.npm(Some(&it.token), &["publish"]);
            assert!(published.status.success(), "{published:?}");
        }
        Some(it)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// npm with pullkey's line in `.npmrc` and this value in the variable.
    fn npm(&self, token: Option<&str>, args: &[&str]) -> Output {
        let single = pullkey::domain::preset::single("npm").unwrap();
        let line = single.line(&format!("http://{}/", self.addr)).unwrap();
        std::fs::write(self.file("rc"), token.map(|_| line).unwrap_or_default()).unwrap();
        let home = self.folder.path();
        Command::new(&self.npm)
            .args(args)
            .args([
                "--registry",
                &format!("http://{}/", self.addr),
                "--userconfig",
                &self.file("rc").display().to_string(),
            ])
            .current_dir(home)
            .env("HOME", home)
            .env("npm_config_cache", home.join("cache"))
            .env("npm_config_update_notifier", "false")
            .env("NPM_TOKEN", token.unwrap_or_default())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    async fn test(&self, token: &str, packages: &[&str]) -> TestReport {
        let trial = Trial {
            server: format!("http://{}/", self.addr),
            user: "".into(),
            password: Sensitive::new(token),
            images: packages.iter().map(|name| (*name).to_owned()).collect(),
            holds: Holds::Packages,
        };
        let tools = Tools::none(PathBuf::from(env!("CARGO_BIN_EXE_pullkey")), self.folder.path().to_owned());
        let client = Client::new(Limits::default());
        let test = Test {
            client: &client,
            trial: &trial,
            with: With::Both,
            tools: &tools,
            issuer: None,
            now: chrono::Utc::now(),
        };
        test.run(&mut |_| {}).await
    }
}

/// A program that `.ci/run` installs with npm.
fn installed(name: &str) -> Option<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/peers/npm/node_modules/.bin");
    let at = Path::new(folder).join(name);
    if at.is_file() { Some(at) } else { peer(&format!("target/peers/npm/node_modules/.bin/{name}")) }
}

fn told(report: &TestReport, check: Check) -> (Code, Outcome) {
    let step = report.steps.iter().find(|step| step.check == check).unwrap_or_else(|| panic!("{report:?}"));
    (step.code, step.outcome)
}

#[tokio::test]
async fn verdaccio_names_whose_token_it_is_and_npm_agrees() {
    let Some(npm) = Verdaccio::start() else { return };
    let report = npm.test(&npm.token, &[PRIVATE]).await;
    assert_eq!(report.verdict, Verdict::Pass, "{report:?}");
    assert_eq!(
        (told(&report, Check::Whoami), told(&report, Check::Package)),
        ((Code::Ok, Outcome::Pass), (Code::Ok, Outcome::Pass))
    );
    assert!(report.steps.iter().any(|step| step.detail.contains("alice")), "{report:?}");
    let whoami = npm.npm(Some(&npm.token), &["whoami"]);
    assert_eq!(String::from_utf8_lossy(&whoami.stdout).trim(), "alice", "{whoami:?}");
    let seen = npm.npm(Some(&npm.token), &["view", PRIVATE, "version"]);
    assert_eq!(String::from_utf8_lossy(&seen.stdout).trim(), "1.0.0", "{seen:?}");
}

#[tokio::test]
async fn a_token_verdaccio_does_not_know_is_told_by_the_private_package_alone() {
    let Some(npm) = Verdaccio::start() else { return };
    let report = npm.test("no-such-token", &[]).await;
    assert_eq!(report.verdict, Verdict::Inconclusive, "{report:?}");
    assert_eq!(told(&report, Check::Whoami), (Code::NoWhoami, Outcome::Inconclusive));
    let report = npm.test("no-such-token", &[PRIVATE]).await;
    assert_eq!(report.verdict, Verdict::Fail, "{report:?}");
    assert_eq!(told(&report, Check::Package), (Code::BadCredentials, Outcome::Fail));
    for args in [&["whoami"][..], &["view", PRIVATE, "version"][..]] {
        let said = npm.npm(Some("no-such-token"), args);
        assert!(!said.status.success(), "{said:?}");
    }
}

#[tokio::test]
async fn a_package_for_everybody_is_said_to_need_no_token_and_one_that_is_not_there_is_missed() {
    let Some(npm) = Verdaccio::start() else { return };
    let report = npm.test("no-such-token", &[PUBLIC]).await;
    assert_eq!((report.verdict, told(&report, Check::Package).0), (Verdict::Inconclusive, Code::PublicPackage));
    let seen = npm.npm(None, &["view", PUBLIC, "version"]);
    assert_eq!(String::from_utf8_lossy(&seen.stdout).trim(), "1.0.0", "{seen:?}");
    let report = npm.test(&npm.token, &["@private/nothing"]).await;
    assert_eq!(told(&report, Check::Package), (Code::PackageNotFound, Outcome::Fail));
    let seen = npm.npm(Some(&npm.token), &["view", "@private/nothing", "version"]);
    assert!(String::from_utf8_lossy(&seen.stderr).contains("E404"), "{seen:?}");
}
