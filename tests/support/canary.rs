//! A password nobody else has, and the search for it, in every spelling, while a program runs and after.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::home::Home;
use super::process;

/// What to look for.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    pub(crate) password: String,
    needles: Vec<(&'static str, Vec<u8>)>,
}

impl Canary {
    /// A password for a flow in which `user` is the user. Every part of it that could stand alone is found too.
    pub(crate) fn new(password: &str, user: &str) -> Self {
        let pair = format!("{user}:{password}");
        let mut needles = vec![
            ("raw", password.as_bytes().to_vec()),
            ("in base64 with its user", unpadded(&STANDARD.encode(&pair))),
            ("URL-encoded", url_encoded(password).into_bytes()),
        ];
        // Within a longer text base64 has one of three forms; the characters that depend on neighbours are cut off.
        for (shift, cut) in [(0_usize, 0_usize), (1, 2), (2, 3)] {
            let mut text = vec![b'.'; shift];
            text.extend_from_slice(password.as_bytes());
            text.truncate(text.len() - text.len() % 3);
            needles.push(("in base64", unpadded(&STANDARD.encode(&text))[cut..].to_vec()));
        }
        Self { password: password.to_owned(), needles }
    }

    /// In which spelling it stands in these bytes.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Option<&'static str> {
        let stands = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        self.needles.iter().find(|(_, needle)| stands(needle)).map(|(spelling, _)| *spelling)
    }

    /// Every file of a home that holds it.
    pub(crate) fn files(&self, home: &Home) -> Vec<String> {
        let mut found = Vec::new();
        for file in home.files() {
            if let Some(spelling) = std::fs::read(&file).ok().and_then(|bytes| self.found_in(&bytes)) {
                found.push(format!("{spelling} in the file {}", file.display()));
            }
        }
        found
    }

    /// Every process of a home that shows it in its arguments or was given it in its environment.
    pub(crate) fn processes(&self, home: &Home) -> Vec<String> {
        let mut found = Vec::new();
        for pid in process::inhabitants(&home.path().to_string_lossy()) {
            if let Some(spelling) = self.found_in(&process::arguments(pid)) {
                found.push(format!("{spelling} in the arguments of {:?}", process::executable(pid)));
            }
            if let Some(spelling) = self.found_in(&process::environment(pid)) {
                found.push(format!("{spelling} in the environment of {:?}", process::executable(pid)));
            }
        }
        found
    }

    /// Fails if it is anywhere now.
    pub(crate) fn assert_nowhere(&self, home: &Home, when: &str) {
        let mut found = self.files(home);
        found.extend(self.processes(home));
        assert!(found.is_empty(), "{when} the password stood {}", found.join("; "));
    }
}

fn unpadded(text: &str) -> Vec<u8> {
    text.trim_end_matches('=').as_bytes().to_vec()
}

fn url_encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

/// Looks for a canary again and again while a flow runs.
pub(crate) struct Watch {
    done: Arc<AtomicBool>,
    found: Arc<Mutex<Vec<String>>>,
    rounds: Arc<Mutex<usize>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(crate) fn start(canary: &Canary, home: &Arc<Home>) -> Self {
        let (done, found, rounds) =
            (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let thread = std::thread::spawn({
            let (canary, home) = (canary.clone(), Arc::clone(home));
            let (done, found, rounds) = (Arc::clone(&done), Arc::clone(&found), Arc::clone(&rounds));
            move || {
                while !done.load(Ordering::Relaxed) {
                    let mut now = canary.files(&home);
                    now.extend(canary.processes(&home));
                    found.lock().unwrap().extend(now);
                    *rounds.lock().unwrap() += 1;
                    std::thread::park_timeout(Duration::from_millis(3));
                }
            }
        });
        Self { done, found, rounds, thread: Some(thread) }
    }

    /// Ends the search and fails if the canary was seen once.
    pub(crate) fn assert_never_seen(mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the search ended well");
        }
        assert!(*self.rounds.lock().unwrap() > 0, "nobody looked");
        let found = std::mem::take(&mut *self.found.lock().unwrap());
        assert!(found.is_empty(), "during the flow the password stood {}", found.join("; "));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
    }
}

#[test]
fn the_search_knows_every_spelling() {
    let canary = Canary::new("K9+canary/of:the=mine", "octocat");
    for before in ["", "a", "ab", "abc"] {
        let text = STANDARD.encode(format!("{before}K9+canary/of:the=mine and more"));
        assert!(canary.found_in(format!("xx{text}").as_bytes()).is_some(), "{text}");
    }
    assert!(canary.found_in(STANDARD.encode("octocat:K9+canary/of:the=mine").as_bytes()).is_some());
    assert!(canary.found_in(b"p=K9%2Bcanary%2Fof%3Athe%3Dmine").is_some());
    assert!(canary.found_in(b"nothing of the kind").is_none());
}
