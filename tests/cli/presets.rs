use super::*;

const MINE: &str = r#"id = "mine"
label = "Our registry"
short = "ours"
summary = "the registry of this company"
prefix = "OURS"
docs_url = "https://wiki.example.com/registry"
hosts = '^registry\.acme\.example$'

[remedies]
denied = { text = "ask for access", command = "acme access {repository}" }

[server]
label = "Server"
example = "registry.acme.example"
fixed = "registry.acme.example"
help = "always registry.acme.example"
otherwise = { severity = "block", text = "is not ours", replace = "registry.acme.example" }

[[server.right]]
pattern = '^registry\.acme\.example$'
severity = "good"
text = "ours"

[user]
label = "User"
example = "robot"
help = "the robot of your team"

[[user.wrong]]
pattern = '^root$'
severity = "block"
text = "may do everything"

[password]
label = "Password"
example = "from-the-vault"
help = "from the vault, at most ninety days old"
"#;

fn desk(files: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    let folder = desk.home.config().join("presets");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    desk
}

#[test]
fn a_users_own_preset_is_checked_and_written_like_pullkeys() {
    let desk = desk(&[("mine.toml", MINE)]);
    let line = "set OURS --user --preset mine --username robot --password-stdin --no-test";
    desk.feed(line, "p").ends(0);
    assert_eq!(desk.values("user", "OURS")[0].as_deref(), Some("registry.acme.example"));
    let refused = "set OURS --user --preset mine --username root --password-stdin --no-test --yes --json";
    let problem = desk.feed(refused, "p").ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("may do everything"), "{problem}");
}

#[test]
fn a_broken_file_is_told_with_its_line_and_ends_only_what_asks_for_it() {
    let desk =
        desk(&[("mine.toml", &MINE.replace("short", "shortt")), ("acr.toml", &MINE.replace("\"mine\"", "\"acr\""))]);
    let rest = "--user --username u --password-stdin --no-test";
    for (id, piece) in [("mine", "mine.toml:3: unknown field `shortt`"), ("acr", "is used by another")] {
        let ran = desk.feed(&format!("set X --preset {id} --server mycompany.azurecr.io {rest}"), "p").ends(2);
        assert!(ran.stderr.contains(piece), "{ran:?}");
    }
    let ran = desk.feed(&format!("set X --preset other --server r.example {rest}"), "p").ends(0);
    assert!(ran.stderr.contains("mine.toml:3") && ran.stderr.contains("acr.toml:1"), "{ran:?}");
    desk.run("list --user").ends(0);
}

#[test]
fn without_a_preset_the_right_one_is_named() {
    let desk = desk(&[("mine.toml", MINE)]);
    let rest = "--username octocat --password-stdin";
    for (server, id) in [("ghcr.io", "ghcr"), ("acme.azurecr.io/app", "acr"), ("registry.acme.example", "mine")] {
        let ran = desk.feed(&format!("set X --user --server {server} {rest}"), "p").ends(2);
        assert!(ran.stderr.contains(&format!("add --preset {id}")), "{ran:?}");
    }
    let ran = desk.feed(&format!("set X --user {rest}"), "p").ends(2);
    assert!(ran.stderr.contains("one of acr, dockerhub, ecr"), "{ran:?}");
    let ran = desk.feed(&format!("set X --user --preset acr {rest}"), "p").ends(2);
    assert!(ran.stderr.contains("--server is missing"), "{ran:?}");
    let ran = desk.feed(&format!("set X --user --preset npm {rest}"), "p").ends(2);
    assert!(ran.stderr.contains("NPM_TOKEN") && ran.stderr.contains("leave out --username"), "{ran:?}");
    let ran = desk.feed(&format!("set X --user --preset nosuch {rest}"), "p").ends(2);
    assert!(ran.stderr.contains("gitlab") && ran.stderr.contains("mine"), "{ran:?}");
    assert!(desk.world().requests().is_empty());
}

#[test]
fn a_token_that_has_ended_is_said_before_it_is_stored() {
    let desk = Desk::new();
    // {"alg":"none"} . {"exp":1} . x
    let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.x";
    let line = "set X --user --preset jfrog --server acme.jfrog.io --username ci --password-stdin --no-test";
    let ran = desk.feed(line, jwt).ends(0);
    assert!(ran.stderr.contains("the password expired"), "{ran:?}");
}
