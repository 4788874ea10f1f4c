//! Profiles of AWS's shared credentials file that have a long-lived access key. No others can be stored as a secret:
//! what a role, single sign-on or a session gives ends within hours, and is named with that reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use configparser::ini::{Ini, IniDefault};
use zeroize::Zeroizing;

use super::{SourceFault, text_of};
use crate::domain::source::{Offered, Source, Taken};
use crate::domain::{Foreign, Sensitive};
use crate::local::Env;

type Profile = BTreeMap<String, Zeroizing<String>>;

/// What makes a profile one of temporary keys, and the words for it.
const TEMPORARY: &[(&str, &str)] = &[
    ("role_arn", "it takes on a role, whose keys end within hours"),
    ("sso_session", "it signs in by single sign-on, whose keys end within hours"),
    ("sso_start_url", "it signs in by single sign-on, whose keys end within hours"),
    ("credential_process", "its keys come from a program, and are not in the file"),
];

pub(super) fn offers(env: &Env) -> Result<Vec<Offered>, SourceFault> {
    let mut found: BTreeMap<String, Offered> = BTreeMap::new();
    for (name, profile) in sections(&place(env, "credentials")?)? {
        found.insert(name.clone(), offer(&name, &profile));
    }
    // Roles and single sign-on stand in the other file. Nothing is lost where it cannot be read.
    let others = place(env, "config").and_then(|path| sections(&path)).unwrap_or_default();
    for (name, profile) in others {
        let name = name.strip_prefix("profile ").unwrap_or(&name).trim().to_owned();
        if let Some(why) = temporary(&profile) {
            found.entry(name.clone()).or_insert_with(|| of(&name).refused(why));
        }
    }
    Ok(found.into_values().collect())
}

pub(super) fn take(env: &Env, profile: &Foreign) -> Result<Taken, SourceFault> {
    let sections = sections(&place(env, "credentials")?)?;
    let section = sections.get(profile.raw()).ok_or(SourceFault::Gone)?;
    if let Some(why) = offer(profile.raw(), section).refused {
        return Err(SourceFault::Unusable(why));
    }
    match (section.get("aws_access_key_id"), section.get("aws_secret_access_key")) {
        (Some(user), Some(password)) => Ok(Taken {
            source: Source::Aws { profile: profile.clone() },
            server: None,
            user: Sensitive::from(user.as_str()),
            password: Sensitive::from(password.as_str()),
        }),
        _ => Err(SourceFault::Gone), // an offer that is not refused has both
    }
}

fn of(profile: &str) -> Offered {
    Offered::new(Source::Aws { profile: Foreign::new(profile) })
}

fn offer(name: &str, profile: &Profile) -> Offered {
    let is_filled = |key: &str| profile.get(key).is_some_and(|value| !value.is_empty());
    if is_filled("aws_session_token") {
        return of(name)
            .refused("it has a session token, for which there is no secret and whose key ends within hours");
    }
    if !is_filled("aws_access_key_id") || !is_filled("aws_secret_access_key") {
        return of(name).refused(temporary(profile).unwrap_or("it has no access key of its own"));
    }
    // The id of an access key is the user, and no secret.
    Offered { user: profile.get("aws_access_key_id").map(|id| Foreign::new(id.as_str())), ..of(name) }
}

fn temporary(profile: &Profile) -> Option<&'static str> {
    TEMPORARY.iter().find(|(key, _)| profile.contains_key(*key)).map(|(_, why)| *why)
}

fn place(env: &Env, file: &str) -> Result<PathBuf, SourceFault> {
    let named = env.filled("AWS_SHARED_CREDENTIALS_FILE").filter(|_| file == "credentials");
    let below_home =
        || Some(Path::new(env.get_os("HOME").or_else(|| env.get_os("USERPROFILE"))?).join(".aws").join(file));
    named.map(PathBuf::from).or_else(below_home).ok_or_else(|| SourceFault::Missing(Foreign::new("~/.aws")))
}

/// As AWS's tools read it: names as they stand, a comment only where a line begins with it, no value but after `=`.
fn sections(path: &Path) -> Result<BTreeMap<String, Profile>, SourceFault> {
    let text = text_of(path)?;
    let mut rules = IniDefault::default();
    "\0".clone_into(&mut rules.default_section);
    rules.comment_symbols = vec!['#', ';'];
    rules.delimiters = vec!['='];
    rules.case_sensitive = true;
    rules.enable_inline_comments = false;
    let read = Ini::new_from_defaults(rules).read(text.as_str().to_owned()).map_err(|fault| {
        // Its words are of the file's shape, never of its contents: «line 3: …».
        let number = fault.strip_prefix("line ").and_then(|rest| rest.split(':').next());
        let line = number.and_then(|number| number.trim().parse().ok()).unwrap_or(1);
        SourceFault::Broken {
            path: Foreign::new(path.to_string_lossy()),
            line,
            why: "it is no [profile] or key = value",
        }
    })?;
    let named = read.into_iter().filter(|(name, _)| name != "\0");
    Ok(named
        .map(|(name, keys)| {
            let keys = keys.into_iter().map(|(key, value)| (key, Zeroizing::new(value.unwrap_or_default())));
            (name, keys.collect())
        })
        .collect())
}
