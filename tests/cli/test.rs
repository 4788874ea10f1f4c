use std::net::TcpListener;

use super::*;

fn verdict(desk: &Desk, server: &str, password: &str, code: i32) -> Value {
    let line = format!("test --server {server} --username puller --password-stdin --with native --json");
    let document = desk.feed(&line, password).ends(code).json();
    assert_eq!(document["version"], 1);
    for step in document["steps"].as_array().unwrap() {
        for key in ["code", "outcome", "detail", "remedy"] {
            assert!(step[key].is_string(), "{step}");
        }
    }
    document
}

#[test]
fn each_verdict_has_its_exit_code() {
    let desk = Desk::new();
    for kind in [RegistryKind::Basic, RegistryKind::Bearer] {
        let server = desk.registry(kind);
        assert_eq!(verdict(&desk, &server, &format!("{PASSWORD}\n"), 0)["verdict"], "pass");
        assert_eq!(verdict(&desk, &server, "wrong\n", 1)["verdict"], "fail");
        assert_eq!(verdict(&desk, &server, &format!("{PASSWORD}\n\n"), 1)["verdict"], "fail");
    }
    let open = verdict(&desk, &desk.registry(RegistryKind::Open), PASSWORD, 3);
    assert_eq!(open["verdict"], "inconclusive");
    assert!(open["steps"].to_string().contains("no_auth_needed"), "{open}");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = verdict(&desk, &format!("127.0.0.1:{port}"), PASSWORD, 3);
    assert!(nobody["steps"].to_string().contains("refused"), "{nobody}");
    // GitHub was never asked.
    assert!(desk.world().requests().iter().all(|request| request.door != "api"));
}

#[test]
fn the_password_comes_from_a_variable_or_a_file_too() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    let line = format!("test --preset other --server {server} --username puller");
    desk.run_with(&format!("{line} --password-env SECRET"), &[("SECRET", PASSWORD)]).ends(0);
    let file = desk.home.path().join("secret");
    std::fs::write(&file, format!("{PASSWORD}\r\n")).unwrap();
    let text = desk.run(&format!("{line} --password-file {}", file.display())).ends(0).stdout;
    assert!(text.contains("verdict: pass"), "{text}");
}

#[test]
fn an_ecr_key_pair_cannot_be_told_yet() {
    let desk = Desk::new();
    let server = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let line = format!("test --server {server} --username AKIAIOSFODNN7EXAMPLE --password-stdin --json");
    let document = desk.feed(&line, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").ends(3).json();
    assert!(document["steps"].to_string().contains("needs_exchange"), "{document}");
}
