//! Where requests go, and with which token.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;

#[test]
fn without_a_token_it_says_how_to_sign_in() {
    let desk = Desk::new();
    let problem = desk.run_with("list --json", &[("GH_TOKEN", "")]).ends(2).problem();
    assert!(problem["hint"].as_str().unwrap().contains("GH_TOKEN"), "{problem}");
    assert!(desk.world().requests().is_empty());
}

#[test]
fn a_token_with_a_line_end_is_refused_before_anything_is_sent() {
    let desk = Desk::new();
    let token = format!("{}\n", desk.token());
    let problem = desk.run_with("list --json", &[("GH_TOKEN", &token)]).ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("line break"), "{problem}");
    assert!(desk.world().requests().is_empty());
}

#[test]
fn the_second_variable_is_used_when_the_first_is_blank() {
    let desk = Desk::new();
    let token = desk.token().to_owned();
    desk.run_with("list --user", &[("GH_TOKEN", "  "), ("GITHUB_TOKEN", &token)]).ends(0);
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let desk = Desk::new();
    for url in ["http://192.0.2.1", "ftp://127.0.0.1", "nonsense", "https://user@127.0.0.1"] {
        let problem = desk.run_with("list --json", &[("PULLKEY_API_URL", url)]).ends(2).problem();
        assert!(problem["why"].as_str().unwrap().contains("PULLKEY_API_URL"), "{problem}");
    }
}

#[test]
fn github_api_url_counts_beside_a_token_from_the_environment() {
    let desk = Desk::new();
    let url = desk.api_url();
    let mut command = desk.command("list --user");
    command.env_remove("PULLKEY_API_URL").env("GITHUB_API_URL", &url);
    finish(command.spawn().unwrap(), "").ends(0);
    assert!(!desk.world().requests().is_empty());
}

#[test]
fn nothing_listening_is_the_world_and_not_a_bug() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let desk = Desk::new();
    let url = format!("http://127.0.0.1:{port}");
    desk.run_with("list --json", &[("PULLKEY_API_URL", &url)]).ends(3).problem();
}

#[test]
fn a_redirect_to_another_host_carries_no_token_there() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/user/codespaces/secrets", other.local_addr().unwrap());
    let desk = Desk::new();
    desk.world().add_fault(Fault {
        method: None,
        path_contains: "/user/codespaces/secrets".to_owned(),
        nth: 1,
        times: 99,
        kind: FaultKind::Redirect(url),
    });
    desk.run("list --user").ends(3);
    other.set_nonblocking(true).unwrap();
    if let Ok((mut stream, _)) = other.accept() {
        stream.set_nonblocking(false).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let mut heard = String::new();
        let _ = stream.read_to_string(&mut heard);
        assert!(!heard.to_lowercase().contains("authorization"), "{heard}");
    }
}

#[test]
fn a_log_is_written_only_when_asked_for_and_holds_no_value() {
    let desk = Desk::new();
    desk.run("list --user").ends(0);
    // The cache has a folder of its own, and the lock file of a written credential is empty.
    let is_beside = |path: &std::path::PathBuf| {
        path.starts_with(desk.home.cache())
            || path.extension().is_some_and(|it| it == "lock") && std::fs::metadata(path).is_ok_and(|it| it.len() == 0)
    };
    let files = || desk.home.files().into_iter().filter(|path| !is_beside(path));
    assert_eq!(files().count(), 0);
    let log = desk.home.path().join("log");
    let server = desk.registry(RegistryKind::Basic);
    let line = format!(
        "set LOG --user --preset other --server {server} --username puller --password-env CANARY --no-test --json"
    );
    desk.run_with(&line, &[("PULLKEY_LOG", log.to_str().unwrap()), ("CANARY", PASSWORD)]).ends(0);
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(!text.contains(PASSWORD) && !text.contains(desk.token()), "{text}");
    assert_eq!(files().collect::<Vec<_>>(), [log]);
}
