//! `pullkey auth login --device` on the sandbox: the code to enter, and each way it can end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use pullkey::sandbox::Options;

use crate::support::home::Home;
use crate::support::world::{PROGRAM, Scene};

/// Signs in with a client id and without a keyring; `answer` gets the code once it is shown. Returns code and output.
fn sign_in(client: &str, answer: impl FnOnce(&Scene, &str)) -> (Option<i32>, String) {
    // With PULLKEY_HURRY the code is polled every second instead of every five.
    let (scene, home) = (Scene::new(Options { hurry: 60, ..Options::default() }), Home::new());
    let mut child = Command::new(PROGRAM)
        .args(["auth", "login", "--device"])
        .env_clear()
        .envs(home.env())
        .env("PULLKEY_API_URL", scene.api_url())
        .env("PULLKEY_CLIENT_ID", client)
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pullkey starts");
    let mut words = BufReader::new(child.stderr.take().expect("its words"));
    let mut text = String::new();
    words.read_line(&mut text).expect("a line");
    if let Some((_, code)) = text.trim().split_once("enter the code ") {
        answer(&scene, code);
    }
    words.read_to_string(&mut text).expect("the rest");
    (child.wait().expect("it ends").code(), text)
}

#[test]
fn a_code_that_is_typed_signs_in() {
    let (exit, text) = sign_in("abc", |scene, code| assert!(scene.world().approve_device(code, None)));
    assert!(text.contains("/login/device and enter the code "), "{text}");
    // Without a keyring the token is good for this command only, and the output says so.
    assert!(text.contains("signed in as octocat for this command only"), "{text}");
    assert_eq!(exit, Some(3), "{text}");
}

#[test]
fn a_code_that_is_declined_or_ends_signs_nobody_in() {
    let (exit, text) = sign_in("abc", |scene, code| assert!(scene.world().deny_device(code)));
    assert!(exit == Some(3) && text.contains("declined on GitHub's page"), "{text}");
    let (exit, text) = sign_in("abc", |scene, code| assert!(scene.world().expire_device(code)));
    assert!(exit == Some(3) && text.contains("not entered in time"), "{text}");
}

#[test]
fn without_an_app_or_with_an_unknown_one_it_says_so() {
    let (exit, text) = sign_in("", |_, _| panic!("there is no code"));
    assert!(exit == Some(3) && text.contains("no OAuth app is configured"), "{text}");
    let (exit, text) = sign_in("unknown", |_, _| panic!("there is no code"));
    assert!(exit == Some(3) && text.contains("does not know the client id"), "{text}");
}
