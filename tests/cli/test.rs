use std::fmt::Write as _;
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
        assert!(step["command"].is_string() || step["command"].is_null(), "{step}");
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
        let line = format!("test --server {server} --username puller --password-stdin --json");
        let problem = desk.feed(&line, &format!("{PASSWORD}\n\n")).ends(2).problem();
        assert!(problem["why"].as_str().unwrap().contains("line break"), "{problem}");
    }
    let open = verdict(&desk, &desk.registry(RegistryKind::Open), PASSWORD, 3);
    assert_eq!(open["verdict"], "inconclusive");
    assert!(open["steps"].to_string().contains("no_auth_needed"), "{open}");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = verdict(&desk, &format!("127.0.0.1:{port}"), PASSWORD, 3);
    assert!(nobody["steps"].to_string().contains("refused"), "{nobody}");
    // No request went to GitHub.
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
fn a_temporary_key_of_aws_is_refused_before_anything_is_asked() {
    let desk = Desk::new();
    let server = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let line = format!("test --server {server} --username ASIAIOSFODNN7EXAMPLE --password-stdin --json");
    let document = desk.feed(&line, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").ends(1).json();
    assert!(document["steps"].to_string().contains("temporary_key"), "{document}");
}

#[test]
fn the_pull_of_an_image_is_proven_denied_and_missed() {
    let desk = Desk::new();
    for kind in [RegistryKind::Basic, RegistryKind::Bearer] {
        let server = desk.registry(kind);
        for (user, image, exit, code) in [
            ("puller", "team/app:1", 0, "can be pulled"),
            ("nopull", "team/app:1", 1, "pull_denied"),
            ("puller", "team/app:9", 1, "image_not_found"),
        ] {
            let image = format!("{server}/{image}");
            let line = format!("test --server {server} --username {user} --password-stdin --image {image} --json");
            let document = desk.feed(&line, PASSWORD).ends(exit).json();
            assert!(document["steps"].to_string().contains(code), "{user} {image} {document}");
        }
    }
}

#[test]
fn a_pull_is_proven_down_to_a_blob_and_each_way_to_fail_has_a_code_of_its_own() {
    let desk = Desk::new();
    let mut table = String::new();
    for kind in [RegistryKind::Basic, RegistryKind::Bearer] {
        let server = desk.registry(kind);
        for (tag, exit, code) in [
            ("1", 0, "ok"),
            ("stored", 0, "ok"),
            ("index", 0, "ok"),
            ("arm64", 1, "wrong_platform"),
            ("index-arm64", 1, "wrong_platform"),
            ("refused", 1, "blob_refused"),
            ("layer-refused", 1, "blob_refused"),
            ("gone", 1, "blob_missing"),
            ("lost", 1, "blob_missing"),
            ("spoiled", 1, "blob_mismatch"),
            ("away", 3, "blob_unreachable"),
            ("schema1", 1, "old_manifest"),
            ("artifact", 1, "not_an_image"),
            ("page", 1, "bad_manifest"),
            ("renamed", 1, "manifest_mismatch"),
        ] {
            let line = format!(
                "test --server {server} --username puller --password-stdin --with native --json \
                 --image {server}/team/app:{tag}"
            );
            let document = desk.feed(&line, PASSWORD).ends(exit).json();
            let step = |name: &str| {
                let steps = document["steps"].as_array().unwrap();
                steps.iter().find(|step| step["step"] == name).unwrap().clone()
            };
            assert_eq!((step("login")["outcome"].as_str(), step("pull")["code"].as_str()), (Some("pass"), Some(code)));
            assert!(exit == 0 || !step("pull")["remedy"].as_str().unwrap().is_empty(), "{tag}");
            writeln!(table, "{kind:?} {tag}: {code}: {}", step("pull")["detail"].as_str().unwrap()).unwrap();
        }
    }
    println!("{table}");
    let log = desk.world().requests();
    let of_storage: Vec<_> = log.iter().filter(|request| request.door == "storage").collect();
    assert!(of_storage.len() > 10);
    assert!(of_storage.iter().all(|request| request.authorization.is_none()), "{of_storage:#?}");
}

#[test]
fn a_server_that_no_image_can_name_fails_with_what_to_write() {
    let desk = Desk::new();
    let line = "test --server nonsense --username x --password-stdin --with native --json";
    let document = desk.feed(line, PASSWORD).ends(1).json();
    let step = document["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((step["step"].as_str(), step["code"].as_str()), (Some("lookup"), Some("dead_key")));
    for preset in ["other", "distribution", "harbor", "gitlab", "jfrog"] {
        let line = format!("test --preset {preset} --server nonsense --username x --password-stdin --with native");
        let said = desk.feed(&line, PASSWORD);
        assert!(said.code == Some(1) || said.code == Some(2), "{preset} {said:?}");
        assert!(format!("{said:?}").contains("host name"), "{preset} {said:?}");
    }
}

#[test]
fn a_pass_on_loopback_says_that_no_codespace_can_do_the_same() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    let line = format!("test --server {server} --username puller --password-stdin");
    let text = desk.feed(&line, PASSWORD).ends(0).stdout;
    assert!(text.contains("a codespace cannot reach this machine"), "{text}");
    assert!(text.contains("verdict: pass, from this machine only"), "{text}");
    assert!(text.contains("no image was tested"), "{text}");
}

#[test]
fn a_pass_names_the_image_it_could_pull() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Bearer);
    let image = format!("{server}/team/app:1");
    let line = format!("test --server {server} --username puller --password-stdin --with native --image {image}");
    let text = desk.feed(&line, PASSWORD).ends(0).stdout;
    assert!(text.contains("accepted it, and team/app:1 can be pulled"), "{text}");
    assert!(!text.contains("no image was tested"), "{text}");
}

#[test]
fn an_endpoint_of_aws_that_is_neither_here_nor_https_is_refused() {
    let desk = Desk::new();
    let line = "test --server ghcr.io --username x --password-env SECRET";
    let env = [("SECRET", "x"), ("PULLKEY_ECR_ENDPOINT", "http://ecr.example/")];
    let text = desk.run_with(line, &env).ends(2).stderr;
    assert!(text.contains("PULLKEY_ECR_ENDPOINT"), "{text}");
}

#[test]
fn a_token_of_github_is_asked_about_where_it_comes_from() {
    let token = "ghp_canary0123456789";
    let desk = Desk::of(Options { registry_password: token.to_owned(), ..Options::default() });
    let stand_in = desk.registry(RegistryKind::Basic);
    let test = |code: i32| {
        let line = "test --server ghcr.io --username puller --password-env SECRET --with native --json";
        let ran = desk.run_with(line, &[("SECRET", token), ("PULLKEY_REGISTRY_STAND_IN", &stand_in)]).ends(code);
        assert!(!format!("{ran:?}").contains("canary"), "{ran:#?}");
        let steps = ran.json()["steps"].as_array().unwrap().clone();
        steps.into_iter().find(|step| step["step"] == "issuer").unwrap()
    };
    assert_eq!(test(1)["code"], "bad_credentials", "GitHub does not know it");
    desk.world().add_token(token, &["repo"], Some("puller"), None);
    assert_eq!(test(1)["code"], "no_scope");
    desk.world().add_token(token, &["read:packages"], Some("puller"), None);
    assert_eq!(test(0)["detail"], "it is the classic token of puller, with the scope read:packages");
}
