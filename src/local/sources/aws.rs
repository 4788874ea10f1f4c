//! AWS profiles that have a long-lived access key. No others can be stored as a secret: keys from a role, single
//! sign-on or a session expire within hours, and are listed with that reason.
//!
//! Both files are read as botocore reads them (`configloader.py` over Python's `configparser`): keys in any case, `=`
//! or `:`, a comment only at the beginning of a line, an indented line as part of the value above it, so that nested
//! values are never taken for the profile's own. Unlike there, white space around a profile's name is ignored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use configparser::ini::{Ini, IniDefault};
use zeroize::Zeroizing;

use super::{SourceFault, text_of};
use crate::domain::source::{Offered, Source, Taken};
use crate::domain::{Sensitive, Untrusted};
use crate::local::Env;

const ID: &str = "aws_access_key_id";
const KEY: &str = "aws_secret_access_key";
/// The newer and the older name.
const TOKENS: [&str; 2] = ["aws_session_token", "aws_security_token"];

/// What marks a profile's keys as temporary, and how to say so.
const TEMPORARY: &[(&str, &str)] = &[
    ("role_arn", "it assumes a role, whose keys expire within hours"),
    ("sso_session", "it uses single sign-on, whose keys expire within hours"),
    ("sso_start_url", "it uses single sign-on, whose keys expire within hours"),
    ("login_session", "it uses a browser login, whose keys expire within hours"),
    ("credential_process", "its keys come from a program, and are not in the file"),
];

/// The keys of one profile in one file, in lower case.
#[derive(Default)]
struct Profile {
    keys: BTreeMap<String, Zeroizing<String>>,
    /// Keys that are set twice in different case: AWS's own tools refuse the file.
    doubled: Vec<String>,
}

/// A profile as both files have it.
#[derive(Default)]
struct Both {
    credentials: Profile,
    config: Profile,
}

pub(super) fn offers(env: &Env) -> Result<Vec<Offered>, SourceFault> {
    Ok(profiles(env)?.iter().map(|(name, both)| offer(name, both)).collect())
}

pub(super) fn take(env: &Env, profile: &Untrusted) -> Result<Taken, SourceFault> {
    let profiles = profiles(env)?;
    let both = profiles.get(profile.raw()).ok_or(SourceFault::Gone)?;
    if let Some(why) = offer(profile.raw(), both).refused {
        return Err(SourceFault::Unusable(why));
    }
    let keys = &both.with_keys().keys;
    match (keys.get(ID), keys.get(KEY)) {
        (Some(user), Some(password)) => Ok(Taken {
            source: Source::Aws { profile: profile.clone() },
            server: None,
            user: Sensitive::from(user.as_str()),
            password: Sensitive::from(password.as_str()),
        }),
        _ => Err(SourceFault::Gone), // an offer that is not refused has both
    }
}

/// The access key in the environment, which AWS's own tools prefer to any profile. `None` if there is none.
pub(super) fn in_environment(env: &Env) -> Option<Offered> {
    let offer = Offered::new(Source::AwsVariables);
    let (id, key) = (env.filled("AWS_ACCESS_KEY_ID"), env.filled("AWS_SECRET_ACCESS_KEY"));
    let has_token = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"].iter().any(|name| env.filled(name).is_some());
    Some(match (id, key) {
        (None, None) => return None,
        (Some(_), None) => offer.refused("AWS_SECRET_ACCESS_KEY is not set"),
        (None, Some(_)) => offer.refused("AWS_ACCESS_KEY_ID is not set, only AWS_SECRET_ACCESS_KEY"),
        (Some(id), Some(_)) if has_token || id.starts_with("ASIA") => {
            Offered { user: Some(Untrusted::new(id)), ..offer }.refused(
                "it is temporary: it needs a session token, for which there is no secret, and expires within hours",
            )
        }
        (Some(id), Some(_)) => Offered { user: Some(Untrusted::new(id)), ..offer },
    })
}

pub(super) fn take_variables(env: &Env) -> Result<Taken, SourceFault> {
    if let Some(why) = in_environment(env).and_then(|offer| offer.refused) {
        return Err(SourceFault::Unusable(why));
    }
    match (env.filled("AWS_ACCESS_KEY_ID"), env.secret("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(password)) => {
            Ok(Taken { source: Source::AwsVariables, server: None, user: Sensitive::from(id), password })
        }
        _ => Err(SourceFault::Gone),
    }
}

/// The profiles of both files. Either file may be missing; if the configuration is broken, the credentials still count.
fn profiles(env: &Env) -> Result<BTreeMap<String, Both>, SourceFault> {
    let read = |file| place(env, file).and_then(|path| sections(&path));
    let mut all: BTreeMap<String, Both> = BTreeMap::new();
    let (credentials, config) = match (read("credentials"), read("config")) {
        (Err(SourceFault::Missing(_)), config) => (BTreeMap::new(), config?),
        // If the credentials file is broken nothing is known, because its keys take precedence.
        (credentials, config) => (credentials?, config.unwrap_or_default()),
    };
    for (name, profile) in credentials {
        all.entry(name).or_default().credentials = profile;
    }
    for (section, profile) in config {
        // Only these sections are profiles; all others are sessions, services and the like.
        let named = section.strip_prefix("profile").filter(|rest| rest.starts_with([' ', '\t'])).map(unquoted);
        let named = named.or_else(|| Some(section.as_str()).filter(|name| *name == "default"));
        // A profile with nothing but settings, such as a region, has no keys to import.
        let has_keys = profile.keys.contains_key(ID) || temporary(&profile).is_some();
        if let Some(name) = named.filter(|name| has_keys || all.contains_key(*name)) {
            all.entry(name.to_owned()).or_default().config = profile;
        }
    }
    Ok(all)
}

fn unquoted(name: &str) -> &str {
    let name = name.trim();
    let within = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(name).trim()
}

fn of(profile: &str) -> Offered {
    Offered::new(Source::Aws { profile: Untrusted::new(profile) })
}

fn offer(name: &str, both: &Both) -> Offered {
    let profile = both.with_keys();
    if let Some(key) = profile.doubled.iter().find(|key| key.starts_with("aws_")) {
        return of(name).refused(format!("{key} is set twice"));
    }
    let value = |key: &str| profile.keys.get(key).map(|value| value.as_str()).filter(|value| !value.is_empty());
    if TOKENS.iter().any(|token| value(token).is_some()) {
        return of(name)
            .refused("it has a session token, for which there is no secret, and its key expires within hours");
    }
    let (Some(id), Some(key)) = (value(ID), value(KEY)) else {
        let of_either = temporary(&both.credentials).or_else(|| temporary(&both.config));
        return of(name).refused(of_either.unwrap_or("it has no access key of its own"));
    };
    if id.starts_with("ASIA") {
        return of(name).refused("its key starts with ASIA, so it is temporary and expires within hours");
    }
    if id.contains('\n') || key.contains('\n') {
        return of(name).refused("its key spans several lines: no line of it may be indented");
    }
    // The ID of an access key is the user, and not a secret.
    Offered { user: Some(Untrusted::new(id)), ..of(name) }
}

impl Both {
    /// The file with its keys; AWS's tools read the credentials file first.
    fn with_keys(&self) -> &Profile {
        if self.credentials.keys.contains_key(ID) || !self.config.keys.contains_key(ID) {
            &self.credentials
        } else {
            &self.config
        }
    }
}

fn temporary(profile: &Profile) -> Option<&'static str> {
    TEMPORARY.iter().find(|(key, _)| profile.keys.contains_key(*key)).map(|(_, why)| *why)
}

fn place(env: &Env, file: &str) -> Result<PathBuf, SourceFault> {
    let home = || env.get_os("HOME").or_else(|| env.get_os("USERPROFILE")).map(Path::new);
    let variable = if file == "config" { "AWS_CONFIG_FILE" } else { "AWS_SHARED_CREDENTIALS_FILE" };
    let named = env.filled(variable).map(|path| match (path.strip_prefix("~/"), home()) {
        (Some(rest), Some(home)) => home.join(rest),
        (Some(_), None) | (None, _) => PathBuf::from(path),
    });
    let below_home = || Some(home()?.join(".aws").join(file));
    named.or_else(below_home).ok_or_else(|| SourceFault::Missing(Untrusted::new("~/.aws")))
}

fn sections(path: &Path) -> Result<BTreeMap<String, Profile>, SourceFault> {
    let text = text_of(path)?;
    let mut rules = IniDefault::default();
    "\0".clone_into(&mut rules.default_section);
    rules.comment_symbols = vec!['#', ';'];
    rules.delimiters = vec!['=', ':'];
    // Profile names are case-sensitive; keys are lowered below.
    rules.case_sensitive = true;
    rules.multiline = true;
    rules.enable_inline_comments = false;
    let read = Ini::new_from_defaults(rules).read(text.as_str().to_owned()).map_err(|fault| {
        // Its messages describe the file's structure, never its contents: “line 3: …”.
        let number = fault.strip_prefix("line ").and_then(|rest| rest.split(':').next());
        let line = number.and_then(|number| number.trim().parse().ok()).unwrap_or(1);
        SourceFault::Broken {
            path: Untrusted::new(path.to_string_lossy()),
            line,
            why: "it is not a [profile] or key = value".to_owned(),
        }
    })?;
    let mut sections: BTreeMap<String, Profile> =
        read.into_iter().filter(|(name, _)| name != "\0").map(|(name, keys)| (name, Profile::of(keys))).collect();
    // Not a profile, but defaults for all of them.
    if let Some(defaults) = sections.remove("DEFAULT") {
        for profile in sections.values_mut() {
            for (key, value) in &defaults.keys {
                profile.keys.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    Ok(sections)
}

impl Profile {
    fn of(keys: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let mut profile = Self::default();
        for (key, value) in keys {
            let (key, value) = (key.to_lowercase(), Zeroizing::new(value.unwrap_or_default()));
            // The value begins on the next line: it is nested.
            if value.starts_with(['\n', '\r']) {
                continue;
            }
            if profile.keys.insert(key.clone(), value).is_some() {
                profile.doubled.push(key);
            }
        }
        profile
    }
}
