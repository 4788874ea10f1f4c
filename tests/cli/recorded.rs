//! Recorded behaviour of GitHub: changing scopes, separate hourly limits, incomplete lists, and a proxy that speaks
//! HTTP/1.1.

use std::io::{BufRead as _, BufReader, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use pullkey::sandbox::{CodespaceDraft, Options, Scale};

use super::*;

/// What the token in use may do, by `auth status`.
fn allowed(desk: &Desk, right: &str) -> String {
    let document = desk.run("auth status --json").ends(0).json();
    let used = document["tokens"].as_array().unwrap().iter().find(|token| token["used"] == true).unwrap().clone();
    used["rights"][right]["allowed"].as_str().unwrap().to_owned()
}

#[test]
fn scopes_that_were_ticked_or_taken_away_are_seen_by_the_next_auth_status() {
    let desk = Desk::new();
    let tick = |scopes: &[&str]| desk.world().set_scopes(scopes.iter().map(|scope| (*scope).to_owned()).collect());
    for (scopes, word) in [(&["repo"][..], "no"), (&["repo", "codespace"], "yes"), (&["repo"], "no")] {
        tick(scopes);
        // A cache would answer the second reading.
        assert_eq!(
            (allowed(&desk, "user_secrets"), allowed(&desk, "user_secrets")),
            (word.to_owned(), word.to_owned())
        );
    }
    let asked = desk.world().requests();
    assert!(asked.iter().any(|request| request.line() == "GET /user"));
    assert!(asked.iter().filter(|request| request.line() == "GET /user").all(|one| one.status == Some(200)));
}

/// Forwards bytes in both directions and records the requests, like a proxy that knows only HTTP/1.1.
struct Relay {
    url: String,
    asked: Arc<Mutex<String>>,
}

impl Relay {
    fn to(target: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(String::new()));
        let log = Arc::clone(&asked);
        // Ends with the test's process; nothing waits for it.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || pass_on(client, target, &log));
            }
        });
        Self { url, asked }
    }
}

fn pass_on(client: TcpStream, target: std::net::SocketAddr, log: &Mutex<String>) {
    let mut client = client;
    let Ok(mut server) = TcpStream::connect(target) else { return };
    let (Ok(mut back), Ok(mut from)) = (client.try_clone(), server.try_clone()) else { return };
    let answers = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut chunk = [0; 4096];
    while let Ok(length @ 1..) = client.read(&mut chunk) {
        log.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..length]));
        if server.write_all(&chunk[..length]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = answers.join();
}

#[test]
fn a_restart_works_through_a_proxy_that_speaks_http_1_1() {
    let desk = Desk::of(Options { hurry: 500, ..Options::default() });
    let draft = CodespaceDraft { started_ago: TimeDelta::days(2), ..CodespaceDraft::new("fluffy-disco", "acme/api") };
    assert!(desk.world().add_codespace(draft));
    let relay = Relay::to(desk.addr());
    let vars = [("PULLKEY_HURRY", "500"), ("PULLKEY_API_URL", relay.url.as_str())];
    let document = desk.run_with("restart fluffy-disco --yes --json", &vars).ends(0).json();
    assert_eq!(document["codespaces"][0]["outcome"], "running");
    let asked = relay.asked.lock().unwrap().to_ascii_lowercase();
    let posts: Vec<_> = asked.split("\r\n\r\n").filter(|head| head.contains("post /user/codespaces/")).collect();
    assert_eq!(posts.len(), 2, "a stop and a start: {asked}");
    assert!(
        posts.iter().all(|head| head.contains(" http/1.1\r\n") && head.contains("\r\ncontent-length: 0")),
        "{asked}"
    );
    assert!(desk.world().requests().iter().all(|request| request.status != Some(411)));
}

/// More repositories with secrets than there are requests left.
fn crowded() -> Desk {
    let scale = Scale { org_repos: 60, each: true, ..Scale::default() };
    Desk::of(Options { scale, enforce: true, ..Options::default() })
}

/// Runs a command until it reports that it waits for the hourly limit.
fn until_it_waits(desk: &Desk, line: &str) {
    let mut child = desk.command(line).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let is_told = told.any(|line| line.contains("hourly budget"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_told, "{line}");
}

fn secrets_asked(desk: &Desk) -> usize {
    desk.world().requests().iter().filter(|request| request.path.contains("/codespaces/secrets")).count()
}

#[test]
fn with_forty_requests_left_of_one_hour_listing_all_provokes_no_limit_answer() {
    let desk = crowded();
    assert!(desk.world().set_used_of("codespaces", 5_000 - 40));
    until_it_waits(&desk, "list --all --json");
    assert_eq!((desk.world().limit_answers(), secrets_asked(&desk)), (0, 40));
    // Listing the repositories counts toward the other limit.
    let desk = crowded();
    assert!(desk.world().set_used_of("core", 5_000 - 40));
    desk.run("list --all --json").ends(0);
    assert!(desk.world().limit_answers() == 0 && secrets_asked(&desk) > 60);
}

#[test]
fn the_next_process_knows_what_is_left_of_each_hour() {
    let desk = Desk::of(Options { enforce: true, ..Options::default() });
    assert!(desk.world().set_used_of("codespaces", 4_999));
    desk.run("list --user").ends(0);
    desk.world().forget_requests();
    until_it_waits(&desk, "list --user");
    assert_eq!((desk.world().limit_answers(), secrets_asked(&desk)), (0, 0));
}

#[test]
fn a_spent_core_delays_nothing_that_counts_on_codespaces() {
    let desk = Desk::of(Options { enforce: true, ..Options::default() });
    desk.plant("user", "ACR", "all", &[]);
    // One command learns which limit a request counts toward; then the other limit is used up.
    desk.run("list --user").ends(0);
    assert!(desk.world().set_used_of("core", 5_000));
    let document = desk.run("list --user --json").ends(0).json();
    assert_eq!(document["scopes"][0]["readable"], true);
    assert_eq!(desk.world().limit_answers(), 0);
}

#[test]
fn an_organization_left_out_of_a_list_is_said_and_is_three() {
    let desk = Desk::new();
    assert!(desk.world().set_sso("acme", true));
    // A cache could wrongly complete the second reading.
    for _ in 0..2 {
        let ran = desk.run("list").ends(3);
        assert!(ran.stdout.contains("! your organizations could not all be listed"), "{ran:?}");
        assert!(ran.stdout.contains("https://github.com/orgs/acme/sso"), "{ran:?}");
        assert!(ran.stdout.contains("organization initech"), "the others are there: {ran:?}");
        let document = desk.run("list --json").ends(3).json();
        let is_unnamed = |scope: &&Value| scope["scope"] == "organization" && scope["name"].is_null();
        let unnamed = document["scopes"].as_array().unwrap().iter().find(is_unnamed).unwrap();
        assert_eq!((&unnamed["readable"], &unnamed["complete"]), (&false.into(), &false.into()));
        assert!(unnamed["problem"]["hint"].as_str().unwrap().contains("/orgs/acme/sso"), "{unnamed}");
    }
    let document = desk.run("list --all --json").ends(3).json();
    assert_eq!(document["repositories"]["complete"], false);
    assert!(document["repositories"]["problem"]["hint"].as_str().unwrap().contains("/orgs/acme/sso"), "{document}");
    let ran = desk.run("list --all").ends(3);
    assert!(ran.stdout.contains("single sign-on") && ran.stdout.contains("/orgs/acme/sso"), "{ran:?}");
    assert!(desk.world().set_sso("acme", false));
    desk.run("list").ends(0);
    desk.run("list --all").ends(0);
}

/// A token as GitHub issues it to app installations since 2026: `ghs_APPID_JWT`.
fn installation_token() -> String {
    let part = |length: usize| "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8".chars().cycle().take(length).collect::<String>();
    let token = format!("ghs_1234567_eyJ{}.eyJ{}.{}", part(85), part(330), part(86));
    assert_eq!(token.len(), 521);
    token
}

#[test]
fn an_apps_token_of_five_hundred_characters_does_what_it_may_and_is_shown_nowhere() {
    let desk = Desk::new();
    let token = installation_token();
    desk.world().add_token(&token, &["codespaces_secrets=write"], None, None);
    let run = |line: &str, stdin: &str| {
        let mut command = desk.command(line);
        command.env("GH_TOKEN", &token).env("PULLKEY_LOG", desk.home.path().join("log"));
        let ran = finish(command.spawn().unwrap(), stdin);
        assert!(!format!("{ran:?}").contains("aB3dE5"), "{line}: {ran:?}");
        ran
    };
    let document = run("auth status --json", "").json();
    let used = document["tokens"].as_array().unwrap().iter().find(|one| one["used"] == true).unwrap().clone();
    assert_eq!(used["kind"], "installation token", "{used}");
    let flags = "--preset other --server h.example --username u --password-stdin --no-test --yes";
    run(&format!("set ACR --repo acme/api {flags}"), "p").ends(0);
    assert_eq!(desk.values("repo:acme/api", "ACR")[2].as_deref(), Some("p"));
    run("list --repo acme/api", "").ends(0);
    // Permissions that such a token can never have are reported as such.
    for line in ["list --user", "list --org acme"] {
        let ran = run(line, "").ends(3);
        assert!(ran.stdout.contains("starting with ghs_"), "{line}: {ran:?}");
    }
    // A refusal by one repository says nothing about the next, although GitHub does not identify an app's account.
    desk.fault(http::Method::PUT, "/repos/acme/api/", FaultKind::Status(422));
    let more = "--preset other --server h.example --username u --password-stdin --no-test --yes --json --no-resume";
    let document = run(&format!("set ACR --repo acme/api --repo acme/web {more}"), "q").ends(3).json();
    assert_eq!(desk.values("repo:acme/web", "ACR")[2].as_deref(), Some("q"), "{document}");
    let log = std::fs::read_to_string(desk.home.path().join("log")).unwrap_or_default();
    assert!(!log.contains("aB3dE5"));
}

/// A desk where GitHub leaves one organization out of every list.
fn lacking_acme() -> Desk {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["octocat/dotfiles", "acme/api"]);
    let space = |name: &str, repository: &str| {
        let draft = CodespaceDraft { started_ago: TimeDelta::days(2), ..CodespaceDraft::new(name, repository) };
        assert!(desk.world().add_codespace(draft));
    };
    space("fluffy-disco", "octocat/dotfiles");
    space("hidden-spork", "acme/api");
    assert!(desk.world().set_sso("acme", true));
    desk
}

#[test]
fn every_command_with_a_list_says_what_is_left_out_of_it_and_where_to_authorize() {
    let desk = lacking_acme();
    for line in [
        "list --user",
        "list --reaching octocat/dotfiles",
        "restart --repo octocat/dotfiles --yes",
        "restart hidden-spork --yes",
        "access ACR --user --add octocat/notes",
        "set ACR --user --preset other --server h.example --username u --password-stdin --no-test --yes",
    ] {
        let run = |line: &str| {
            let mut command = desk.command(line);
            command.env("PULLKEY_HURRY", "500");
            finish(command.spawn().unwrap(), PASSWORD)
        };
        let ran = run(line).ends(3);
        assert!(ran.stdout.contains("/orgs/acme/sso") || ran.stderr.contains("/orgs/acme/sso"), "{line}: {ran:?}");
        let ran = run(&format!("{line} --json")).ends(3);
        let document = if ran.stdout.is_empty() { ran.stderr.clone() } else { ran.stdout.clone() };
        let document: Value = serde_json::from_str(&document).unwrap_or_else(|_| panic!("{line}: {ran:?}"));
        assert!(document.to_string().contains("/orgs/acme/sso"), "{line}: {document}");
    }
    let document = desk.run("list --user --json").ends(3).json();
    assert_eq!(document["scopes"][0]["complete"], false);
    assert!(document["scopes"][0]["problem"]["hint"].as_str().unwrap().contains("/orgs/acme/sso"));
    // With the organization authorized, the list is complete again.
    assert!(desk.world().set_sso("acme", false));
    desk.run("list --user").ends(0);
}

#[test]
fn what_reaches_a_repository_is_not_whole_where_a_list_lacks_something() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["octocat/dotfiles"]);
    desk.run("list --reaching octocat/dotfiles").ends(0);
    assert!(desk.world().set_sso("acme", true));
    let ran = desk.run("list --reaching acme/api").ends(3);
    assert!(ran.stderr.contains("/orgs/acme/sso"), "{ran:?}");
}
