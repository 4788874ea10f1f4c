//! What the one entry of a kept credential holds, as text. It is made and read here only, where secrets may be opened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::{Holds, Kept, Sensitive, Trial};

#[derive(Serialize)]
struct Written<'a> {
    version: u8,
    server: &'a str,
    user: &'a str,
    password: &'a str,
    images: &'a [String],
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Read {
    version: u8,
    server: String,
    user: String,
    password: String,
    #[serde(default)]
    images: Vec<String>,
    updated_at: Option<DateTime<Utc>>,
}

/// `None` if it cannot be written as text, which does not happen.
pub fn text(kept: &Kept) -> Option<Sensitive> {
    let Trial { server, user, password, images, holds: _ } = &kept.trial;
    let (user, password, updated_at) = (user.expose(), password.expose(), kept.updated_at);
    let written = Written { version: 1, server, user, password, images, updated_at };
    // One allocation: escaping makes six characters of one at most.
    let room = 6 * (server.len() + user.len() + password.len() + images.iter().map(|i| i.len() + 3).sum::<usize>());
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 200));
    serde_json::to_writer(&mut *bytes, &written).ok()?;
    std::str::from_utf8(&bytes).ok().map(Sensitive::from)
}

/// `None` for an entry that another program, or another version, wrote.
pub fn read(entry: &Sensitive) -> Option<Kept> {
    let read: Read = serde_json::from_str(entry.expose()).ok()?;
    let (user, password) = (Sensitive::new(read.user), Sensitive::new(read.password));
    let trial = Trial { server: read.server, user, password, images: read.images, holds: Holds::Images };
    (read.version == 1).then_some(Kept { trial, updated_at: read.updated_at })
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
        let kept = Kept { trial, updated_at: DateTime::from_timestamp(1_700_000_000, 0) };
        let entry = text(&kept).unwrap();
        assert_eq!(read(&entry), Some(kept));
        for other in ["", "ghp_x", "{}", r#"{"version":2,"server":"","user":"","password":""}"#] {
            assert_eq!(read(&other.into()), None, "{other}");
        }
    }
}
