//! Where pullkey's own files are: configuration, cache, and state (what must survive a run).
//!
//! It creates no folder, and reads the environment only from the snapshot: other variables of the process have no
//! effect. Without a home directory there is no folder, rather than a guessed one.

use std::path::PathBuf;

use super::Env;

/// The folders, which may not exist yet. `None` if nothing says where a folder should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml` and whatever else is written by hand.
    pub config: Option<PathBuf>,
    /// GitHub's responses, which can be requested again at any time.
    pub cache: Option<PathBuf>,
    /// Journals of what is in progress.
    pub state: Option<PathBuf>,
}

/// One folder: pullkey's own variable, the XDG variable, the path below the home directory, and Windows' variable and
/// path.
struct Place {
    own: &'static str,
    xdg: &'static str,
    home: &'static [&'static str],
    windows: (&'static str, &'static [&'static str]),
}

const CONFIG: Place =
    Place { own: "PULLKEY_CONFIG_DIR", xdg: "XDG_CONFIG_HOME", home: &[".config"], windows: ("APPDATA", &["pullkey"]) };
const CACHE: Place = Place {
    own: "PULLKEY_CACHE_DIR",
    xdg: "XDG_CACHE_HOME",
    home: &[".cache"],
    windows: ("LOCALAPPDATA", &["pullkey", "cache"]),
};
const STATE: Place = Place {
    own: "PULLKEY_STATE_DIR",
    xdg: "XDG_STATE_HOME",
    home: &[".local", "state"],
    windows: ("LOCALAPPDATA", &["pullkey", "state"]),
};

impl Paths {
    /// By the XDG Base Directory Specification, on macOS too, as in most command line programs; on Windows below the
    /// folders for application data. Relative paths count as unset, as the specification says.
    pub fn of(env: &Env) -> Self {
        Self { config: find(env, &CONFIG), cache: find(env, &CACHE), state: find(env, &STATE) }
    }
}

fn find(env: &Env, place: &Place) -> Option<PathBuf> {
    if let Some(own) = absolute(env, place.own) {
        return Some(own);
    }
    if let Some(base) = absolute(env, place.xdg) {
        return Some(base.join("pullkey"));
    }
    if cfg!(windows) {
        let (variable, below) = place.windows;
        return Some(below.iter().fold(absolute(env, variable)?, |path, name| path.join(name)));
    }
    Some(place.home.iter().fold(absolute(env, "HOME")?, |path, name| path.join(name)).join("pullkey"))
}

fn absolute(env: &Env, name: &str) -> Option<PathBuf> {
    env.get_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn paths(pairs: &[(&str, &str)]) -> Paths {
        Paths::of(&Env::of(pairs.iter().copied()))
    }

    #[test]
    fn folders_lie_below_the_home_unless_a_variable_says_otherwise() {
        let usual = paths(&[("HOME", "/home/o")]);
        assert_eq!(usual.config, Some("/home/o/.config/pullkey".into()));
        assert_eq!(usual.cache, Some("/home/o/.cache/pullkey".into()));
        assert_eq!(usual.state, Some("/home/o/.local/state/pullkey".into()));
        let xdg = paths(&[("HOME", "/home/o"), ("XDG_CACHE_HOME", "/c"), ("XDG_STATE_HOME", "relative")]);
        assert_eq!(xdg.cache, Some("/c/pullkey".into()));
        assert_eq!(xdg.state, usual.state);
        let own = paths(&[("HOME", "/home/o"), ("XDG_CACHE_HOME", "/c"), ("PULLKEY_CACHE_DIR", "/mine")]);
        assert_eq!(own.cache, Some("/mine".into()));
    }

    #[test]
    fn without_a_home_nothing_is_guessed() {
        assert_eq!(paths(&[]), Paths::default());
        assert_eq!(paths(&[("HOME", "here")]), Paths::default());
    }
}
