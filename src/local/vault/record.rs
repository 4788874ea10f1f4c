//! The text of the keyring entry of one stored credential. Written and read only here, where secrets may be opened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::kept::{Origin, Times};
use crate::domain::{Holds, Kept, Members, Sensitive, Trial};

const VERSION: u8 = 2;

#[derive(Serialize)]
struct Written<'a> {
    version: u8,
    server: &'a str,
    user: &'a str,
    password: &'a str,
    images: &'a [String],
    origin: &'a str,
    updated_at: Option<Stamps>,
}

#[derive(Deserialize)]
struct Read {
    version: u8,
    server: String,
    user: String,
    password: String,
    #[serde(default)]
    images: Vec<String>,
    origin: String,
    updated_at: Option<Stamps>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Stamps {
    server: Option<DateTime<Utc>>,
    user: Option<DateTime<Utc>>,
    password: Option<DateTime<Utc>>,
}

impl From<&Times> for Stamps {
    fn from(times: &Times) -> Self {
        Self { server: times.server, user: times.user, password: times.password }
    }
}

impl From<Stamps> for Times {
    fn from(Stamps { server, user, password }: Stamps) -> Self {
        Members { server, user, password }
    }
}

/// `None` if it cannot be written as text, which does not happen.
pub fn text(kept: &Kept) -> Option<Sensitive> {
    let Trial { server, user, password, images, holds: _ } = &kept.trial;
    let (origin, updated_at) = (kept.origin.word(), kept.as_of.as_ref().map(Stamps::from));
    let (user, password) = (user.expose(), password.expose());
    let written = Written { version: VERSION, server, user, password, images, origin, updated_at };
    // One allocation: escaping turns one character into six at most.
    let room = 6 * (server.len() + user.len() + password.len() + images.iter().map(|i| i.len() + 3).sum::<usize>());
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 400));
    serde_json::to_writer(&mut *bytes, &written).ok()?;
    std::str::from_utf8(&bytes).ok().map(Sensitive::from)
}

/// `None` for an entry that another program or another version wrote.
pub fn read(entry: &Sensitive) -> Option<Kept> {
    let read: Read = serde_json::from_str(entry.expose()).ok()?;
    let (user, password) = (Sensitive::new(read.user), Sensitive::new(read.password));
    let trial = Trial { server: read.server, user, password, images: read.images, holds: Holds::Images };
    let origin = [Origin::Written, Origin::Tested].into_iter().find(|origin| origin.word() == read.origin)?;
    (read.version == VERSION).then_some(Kept { trial, origin, as_of: read.updated_at.map(Times::from) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let trial = Trial {
            server: "ghcr.io".to_owned(),
            user: "robot$x".into(),
            password: "p\"\\\n\u{1}é".into(),
            images: vec!["ghcr.io/acme/api:1".to_owned()],
            holds: Holds::Images,
        };
        let at = DateTime::from_timestamp(1_700_000_000, 0);
        let times = Times { server: at, user: None, password: at };
        for (origin, as_of) in [(Origin::Written, Some(times)), (Origin::Tested, None)] {
            let kept = Kept { trial: trial.clone(), origin, as_of };
            assert_eq!(read(&text(&kept).unwrap()), Some(kept));
        }
        let alike = r#"{"version":1,"server":"","user":"","password":"","origin":"written","updated_at":null}"#;
        for other in ["", "ghp_x", "{}", alike] {
            assert_eq!(read(&other.into()), None, "{other}");
        }
    }
}
