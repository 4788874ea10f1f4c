//! Asks a credential helper for one login. Source of the protocol: docker-credential-helpers `client/client.go`, and
//! docker/cli `cli/config/credentials/native_store.go`.

use std::time::Duration;

use super::config::text_into;
use crate::domain::go_json::{GoValue, is_same_key};
use crate::domain::{Sensitive, Untrusted};
use crate::local::Env;
use crate::local::child::{self, Call, Ended, Failing};
use crate::local::sources::SourceFault;
use crate::process_group::Child;

/// How long a helper may take: you may have to unlock its store.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much of a helper's own message is shown, in characters.
const TOLD: usize = 160;

/// The user name with which a helper marks its secret as an identity token.
pub(super) const TOKEN_USER: &str = "<token>";

/// A helper's message if it has no login for a server.
pub(super) const NOT_FOUND: &str = "credentials not found in native keychain";

const NO_ANSWER: &str = "did not answer with JSON that has Username and Secret";

/// The program for a helper's name.
pub(super) fn program(helper: &str) -> String {
    format!("docker-credential-{helper}")
}

/// Whether a name can be that of a program, and not a path to elsewhere.
pub(super) fn is_name(helper: &str) -> bool {
    helper.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The store docker uses if its configuration has no login at all, if that store's helper is on the `PATH`. Source:
/// docker/cli `cli/config/credentials/default_store*.go`.
pub(super) fn of_system(env: &Env) -> Option<&'static str> {
    let path = env.get_os("PATH").unwrap_or_default();
    let is_there = |program: &str| std::env::split_paths(path).any(|folder| folder.join(program).is_file());
    let (name, file) = match std::env::consts::OS {
        "macos" => ("osxkeychain", "docker-credential-osxkeychain"),
        "windows" => ("wincred", "docker-credential-wincred.exe"),
        "linux" if is_there("pass") => ("pass", "docker-credential-pass"),
        "linux" => ("secretservice", "docker-credential-secretservice"),
        _ => return None, // docker has no default store there
    };
    is_there(file).then_some(name)
}

/// The user and the secret a helper has for this key.
pub(super) async fn ask(env: &Env, helper: &str, key: &str) -> Result<(Sensitive, Sensitive), SourceFault> {
    let program = program(helper);
    let call = Call {
        program: &program,
        args: &["get"],
        kind: Child::CredentialHelper,
        env,
        dir: None,
        input: key.as_bytes(),
        deadline: PATIENCE,
    };
    let why = match child::run(call).await {
        Ended::Fine(text) => match answer(&text) {
            Ok((user, secret)) if user.is_empty() || secret.is_empty() => {
                "answered without a user or a password".to_owned()
            }
            Ok(answer) => return Ok(answer),
            Err(why) => why.to_owned(),
        },
        Ended::TooSlow => "did not answer within a minute, and was stopped".to_owned(),
        Ended::Failed(failing) => match failing {
            Failing::Missing => "is not on the PATH".to_owned(),
            Failing::Unstartable => "is on the PATH but could not be started".to_owned(),
            Failing::TooMuch => "answered more than any login needs, and was stopped".to_owned(),
            Failing::NoText => "answered something that is not text".to_owned(),
            Failing::Refused { code, said } => refusal(code, &said),
        },
    };
    Err(SourceFault::Helper { program: Untrusted::new(program), why })
}

/// Its answer, read as docker reads it: keys in any case, the last of two, and nothing after the first value.
fn answer(text: &str) -> Result<(Sensitive, Sensitive), &'static str> {
    let Ok(GoValue::Object(pairs)) = GoValue::first(text.as_bytes()) else { return Err(NO_ANSWER) };
    let none = || Sensitive::from("");
    let (mut server, mut user, mut secret) = (none(), none(), none());
    let mut misread = None;
    for (key, value) in pairs {
        let fields = [("serverurl", &mut server), ("username", &mut user), ("secret", &mut secret)];
        if let Some((name, place)) = fields.into_iter().find(|(name, _)| is_same_key(&key, name)) {
            text_into(place, value, name, &mut misread);
        }
    }
    if misread.is_some() { Err(NO_ANSWER) } else { Ok((user, secret)) }
}

fn refusal(code: Option<i32>, said: &str) -> String {
    let end = code.map_or_else(|| "was ended by a signal".to_owned(), |code| format!("refused with exit code {code}"));
    match words_of(said) {
        Some(words) => format!("{end}: {words}"),
        None => format!("{end} and printed nothing that can be shown"),
    }
}

/// A helper's own message, as far as it is words: anything that might be a value, with digits or unusual characters, is
/// left out.
fn words_of(said: &str) -> Option<String> {
    let line = said.lines().map(str::trim).find(|line| !line.is_empty())?;
    let is_plain = |word: &str| {
        let bare = word.trim_matches(|c: char| matches!(c, '.' | ',' | ':' | ';' | '"' | '\'' | '`' | '(' | ')'));
        let is_number = bare.len() <= 3 && bare.bytes().all(|b| b.is_ascii_digit());
        let is_word = bare.len() <= 20 && bare.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '\''));
        is_number || is_word
    };
    let words: Vec<_> = line.split_whitespace().map(|word| if is_plain(word) { word } else { "(...)" }).collect();
    let told: String = words.join(" ").chars().take(TOLD).collect();
    words.iter().any(|word| *word != "(...)").then(|| Untrusted::new(told).shown())
}
