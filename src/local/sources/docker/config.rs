//! docker's `config.json` as docker decodes it, which is as Go does: see [`crate::domain::go_json`].
//!
//! If any value in the file has the wrong type, docker loses every login in the file, but still asks the helpers it
//! names. Source: docker/cli v28.2.2 `cli/config/configfile/file.go` and `cli/config/types/authconfig.go`.

use std::collections::BTreeMap;

use super::auth::Auth;
use crate::domain::Sensitive;
use crate::domain::go_json::{GoValue, is_same_key};

/// The parts of the file that matter here.
#[derive(Default)]
pub(super) struct Config {
    pub auths: BTreeMap<String, Auth>,
    pub creds_store: String,
    /// An empty name counts too: docker then asks the file and not the store.
    pub cred_helpers: BTreeMap<String, String>,
    /// Why docker has none of the logins in the file.
    pub misread: Option<String>,
}

/// The types of the fields that are not used otherwise.
enum Kind {
    Text,
    List(&'static Kind),
    Map(&'static Kind),
    /// All its fields are strings.
    Texts(&'static [&'static str]),
}

const TEXTS: Kind = Kind::Map(&Kind::Text);
const PROXY: Kind = Kind::Texts(&["httpproxy", "httpsproxy", "noproxy", "ftpproxy", "allproxy"]);

const OTHERS: &[(&str, Kind)] = &[
    ("httpheaders", TEXTS),
    ("psformat", Kind::Text),
    ("imagesformat", Kind::Text),
    ("networksformat", Kind::Text),
    ("pluginsformat", Kind::Text),
    ("volumesformat", Kind::Text),
    ("statsformat", Kind::Text),
    ("detachkeys", Kind::Text),
    ("serviceinspectformat", Kind::Text),
    ("servicesformat", Kind::Text),
    ("tasksformat", Kind::Text),
    ("secretformat", Kind::Text),
    ("configformat", Kind::Text),
    ("nodesformat", Kind::Text),
    ("prunefilters", Kind::List(&Kind::Text)),
    ("proxies", Kind::Map(&PROXY)),
    ("currentcontext", Kind::Text),
    ("clipluginsextradirs", Kind::List(&Kind::Text)),
    ("plugins", Kind::Map(&TEXTS)),
    ("aliases", TEXTS),
    ("features", TEXTS),
    ("experimental", Kind::Text),
];

impl Config {
    pub(super) fn of(file: GoValue) -> Self {
        let mut config = Self::default();
        let mut misread = None;
        match file {
            GoValue::Object(pairs) => {
                for (key, value) in pairs {
                    config.put(&key, value, &mut misread);
                }
            }
            GoValue::Null => {}
            other => unfit(&mut misread, "the file", &other, "an object"),
        }
        config.misread = misread;
        config
    }

    /// One entry of the file. Repeated entries are merged, as Go decodes into the existing value.
    fn put(&mut self, key: &str, value: GoValue, misread: &mut Option<String>) {
        if is_same_key(key, "auths") {
            match value {
                GoValue::Object(pairs) => {
                    self.auths.extend(pairs.into_iter().map(|(server, auth)| (server, Auth::of(auth, misread))));
                }
                GoValue::Null => self.auths.clear(),
                other => unfit(misread, "auths", &other, "an object"),
            }
        } else if is_same_key(key, "credhelpers") {
            match value {
                GoValue::Object(pairs) => {
                    for (server, helper) in pairs {
                        let mut name = Sensitive::from("");
                        text_into(&mut name, helper, "credHelpers", misread);
                        self.cred_helpers.insert(server, name.expose().to_owned());
                    }
                }
                GoValue::Null => self.cred_helpers.clear(),
                other => unfit(misread, "credHelpers", &other, "an object"),
            }
        } else if is_same_key(key, "credsstore") {
            let mut name = Sensitive::new(std::mem::take(&mut self.creds_store));
            text_into(&mut name, value, "credsStore", misread);
            name.expose().clone_into(&mut self.creds_store);
        } else if let Some((_, kind)) = OTHERS.iter().find(|(name, _)| is_same_key(key, name)) {
            kind.check(key, &value, misread);
        }
    }

    /// Whether there is any login; if not, docker uses the system's own store.
    pub(super) fn contains_auth(&self) -> bool {
        !self.creds_store.is_empty() || !self.cred_helpers.is_empty() || !self.auths.is_empty()
    }

    /// The helper that has the login for this key: its own, even if it is empty, otherwise the store.
    pub(super) fn helper(&self, key: &str) -> Option<&str> {
        let name = self.cred_helpers.get(key).unwrap_or(&self.creds_store);
        Some(name.as_str()).filter(|name| !name.is_empty())
    }
}

impl Kind {
    const fn word(&self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Texts(_) => "an object",
        }
    }

    fn check(&self, name: &str, value: &GoValue, misread: &mut Option<String>) {
        match (self, value) {
            (_, GoValue::Null) | (Self::Text, GoValue::Text(_)) => {}
            (Self::List(inner), GoValue::List(items)) => {
                for item in items {
                    inner.check(name, item, misread);
                }
            }
            (Self::Map(inner), GoValue::Object(pairs)) => {
                for (_, value) in pairs {
                    inner.check(name, value, misread);
                }
            }
            (Self::Texts(fields), GoValue::Object(pairs)) => {
                let is_ours = |key: &str| fields.iter().any(|field| is_same_key(key, field));
                for (_, value) in pairs.iter().filter(|(key, _)| is_ours(key)) {
                    Self::Text.check(name, value, misread);
                }
            }
            (kind, other) => unfit(misread, name, other, kind.word()),
        }
    }
}

/// Stores a string in its field; `null` changes nothing, and any other type is recorded.
pub(super) fn text_into(place: &mut Sensitive, value: GoValue, name: &str, misread: &mut Option<String>) {
    match value {
        GoValue::Text(text) => *place = text.value,
        GoValue::Null => {}
        other => unfit(misread, name, &other, "a string"),
    }
}

/// docker reports the first one.
pub(super) fn unfit(misread: &mut Option<String>, name: &str, value: &GoValue, needed: &str) {
    misread.get_or_insert_with(|| format!("{name} is {}, but docker needs {needed}", value.kind()));
}
