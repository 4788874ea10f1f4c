//! Which preset a pasted text belongs to: a server, an image, or a credential known by its shape.
//!
//! It examines what was pasted and returns at most a server: a secret is only reported by its kind.

use super::grammar::RuleMend;
use super::shelf::has_own_files;
use super::{AnyPreset, Preset, Single, host_of, obtain, preset, presets, singles, token_of};
use crate::domain::lint::Severity;
use crate::domain::npm::NpmAddress;
use crate::domain::server::HUB_KEY;
use crate::domain::{Member, Sensitive, Server, Trial};

/// The preset, and what it was recognized by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognized {
    pub preset: &'static Preset,
    pub sign: Sign,
}

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A server in the form to write.
    Server(String),
    /// An image's server in the form to write, and its repository.
    Image { server: String, repository: String },
    /// A value recognized by its format, with its name, such as “a classic GitHub token”.
    Value { member: Member, name: String },
}

impl Sign {
    /// The server, if there is one.
    pub fn server(&self) -> Option<&str> {
        match self {
            Self::Server(server) | Self::Image { server, .. } => Some(server),
            Self::Value { .. } => None,
        }
    }
}

/// The product a server belongs to, regardless of how its host is spelled; a user's own preset comes before pullkey's.
/// `None` if no preset matches.
pub fn recognize(server: &str) -> Option<&'static Preset> {
    of_host(&host_of(server)?).next()
}

/// The same, distinguished by the user if two ways to log in share their hosts.
pub fn recognize_login(server: &str, user: &str) -> Option<&'static Preset> {
    let host = host_of(server)?;
    let is_users = |preset: &&Preset| preset.signs.user.as_ref().is_some_and(|user_of| user_of.is_match(user.trim()));
    of_host(&host).find(is_users).or_else(|| of_host(&host).next())
}

/// [`recognize_login`] for what is about to be tested.
pub fn recognize_trial(trial: &Trial) -> Option<&'static Preset> {
    recognize_login(&trial.server, trial.user.expose())
}

/// The product this server certainly belongs to, and the way to log in according to the user.
///
/// An IP address or this machine's own name belongs to no product, unless a user's own file says so. This is decided
/// without parsing pullkey's files, which takes longer than a login on this machine.
pub fn recognize_surely(trial: &Trial) -> Option<&'static Preset> {
    let host = host_of(&trial.server)?;
    if !has_own_files() && Server::parse(&host).is_ok_and(|server| server.is_nameless()) {
        return None;
    }
    recognize_trial(trial).filter(|preset| preset.is_host(&host))
}

/// First the presets that certainly match this host, then those that may.
fn of_host(host: &str) -> impl Iterator<Item = &'static Preset> {
    let maybe = |preset: &&Preset| preset.signs.host.as_ref().is_some_and(|hosts| hosts.is_match(host));
    let find = |is: &dyn Fn(&&'static Preset) -> bool| -> Vec<&'static Preset> {
        let (own, ours): (Vec<_>, Vec<_>) = presets().iter().filter(is).partition(|preset| preset.own);
        own.into_iter().chain(ours).collect()
    };
    find(&|preset| preset.is_host(host)).into_iter().chain(find(&maybe))
}

/// The preset a text belongs to; `None` if it is none of the three or of an unknown kind.
pub fn which(text: &Sensitive) -> Option<Recognized> {
    let text = text.expose().trim();
    if text.is_empty() || text.len() > 16 * 1024 {
        return None;
    }
    value(text).or_else(|| {
        let reference = without_command(text);
        let found = place(reference);
        match (wrong_server(reference), found) {
            // Docker Hub's images are named by hosts that are not its server.
            (Some(mended), Some(found)) if is_image_at(&found, &mended) => Some(found),
            (mended, found) => mended.or(found),
        }
    })
}

fn is_image_at(found: &Recognized, mended: &Recognized) -> bool {
    matches!(&found.sign, Sign::Image { server, .. } if Some(server.as_str()) == mended.sign.server())
}

/// The product with a single secret a text belongs to: its registry, or a token in its format.
pub fn which_single(text: &Sensitive) -> Option<&'static Single> {
    let text = text.expose().trim();
    let host = host_of(text);
    let is_token = |single: &Single| {
        let good = single.password.right.iter().filter(|rule| rule.severity == Severity::Good);
        good.into_iter().any(|rule| rule.pattern.as_ref().is_some_and(|pattern| pattern.is_match(text)))
    };
    singles().iter().find(|single| is_token(single) || host.as_ref().is_some_and(|host| single.is_host(host)))
}

/// [`which_single`], then [`which`]: the address of a package registry is unambiguous. The server is then the full
/// address, if it is valid.
pub fn which_any(text: &Sensitive) -> Option<(AnyPreset, Sign)> {
    let Some(single) = which_single(text) else {
        return which(text).map(|Recognized { preset, sign }| (AnyPreset::Credential(preset), sign));
    };
    let typed = text.expose().trim();
    let is_address = host_of(typed).is_some_and(|host| single.is_host(&host));
    let sign = if is_address {
        let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        Sign::Server(NpmAddress::parse(&whole).map_or(whole, |address| address.as_str().to_owned()))
    } else {
        let name = format!("a {} of {}", single.password.label.to_lowercase(), single.label);
        Sign::Value { member: Member::Password, name }
    };
    Some((AnyPreset::Single(single), sign))
}

/// A credential recognized by its format.
fn value(text: &str) -> Option<Recognized> {
    let found =
        |preset, member, name: &str| Some(Recognized { preset, sign: Sign::Value { member, name: name.to_owned() } });
    let is = |pattern: &Option<super::Pattern>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    if let Some(token) = token_of(text) {
        let product = token.product.as_deref()?;
        let mut at_home = presets().iter().filter(|preset| preset.short == product);
        let member_is = |preset: &&'static Preset| match token.member {
            Member::User => is(&preset.signs.user),
            Member::Server | Member::Password => is(&preset.signs.password),
        };
        let preset = at_home.clone().find(member_is).or_else(|| at_home.next())?;
        return found(preset, token.member, &token.name);
    }
    let by_password = presets().iter().find(|preset| is(&preset.signs.password));
    if let Some(preset) = by_password {
        return found(preset, Member::Password, &format!("a password of {}", preset.label));
    }
    let by_user = presets().iter().find(|preset| is(&preset.signs.user));
    by_user.and_then(|preset| found(preset, Member::User, &format!("a user of {}", preset.label)))
}

/// A page, an ARN or another text that a preset's lints turn into a server.
fn wrong_server(text: &str) -> Option<Recognized> {
    if !text.contains(['/', ':', '.']) || text.contains(char::is_whitespace) {
        return None;
    }
    let mended = |preset: &'static Preset| {
        let applies = |rule: &&super::Rule| {
            rule.pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
                && rule.unless.as_ref().is_none_or(|pattern| !pattern.is_match(text))
        };
        let rule = preset.server.wrong.iter().find(applies)?;
        let Some(RuleMend::Replace(template)) = &rule.mend else { return None };
        let host = host_of(&rule.pattern.as_ref()?.expand(text, template)?)?;
        preset.is_host(&host).then(|| Recognized { preset, sign: Sign::Server(written(&host)) })
    };
    presets().iter().filter(|preset| preset.hosts.is_some()).find_map(mended)
}

/// A server or an image.
fn place(text: &str) -> Option<Recognized> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (first, path) = bare.split_once('/').map_or((bare, ""), |(first, path)| (first, path));
    let names_host = text.contains("://") || first.contains(['.', ':']) || first == "localhost";
    let (host, path) = if names_host {
        (host_of(first)?, path)
    } else if path.is_empty() {
        return None;
    } else {
        ("docker.io".to_owned(), bare)
    };
    // A word with a colon or a dot is a host only if that is certain.
    let is_certain = of_host(&host).next().is_some() || text.contains('/') || is_name(&host);
    if !is_certain {
        return None;
    }
    let preset = of_host(&host).next().or_else(|| preset("other"))?;
    let server = written(&host);
    let path = path.split('@').next().unwrap_or_default();
    let repository = path.split(':').next().unwrap_or_default().trim_end_matches('/');
    let is_page = text.contains("://") || ["hub.", "www."].iter().any(|page| host.starts_with(page));
    let is_path = !is_page && !matches!(repository, "v1" | "v2") && obtain::is_repository(repository);
    let sign = if is_path {
        Sign::Image { server, repository: repository.to_owned() }
    } else if names_host {
        Sign::Server(server)
    } else {
        return None;
    };
    Some(Recognized { preset, sign })
}

/// The value of SERVER for this host.
fn written(host: &str) -> String {
    Server::parse(host).map_or_else(|_| HUB_KEY.to_owned(), |server| server.canonical())
}

/// `registry.example.com`, but not `hunter.2`: the last part of a public host name is a word of two or more letters.
fn is_name(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && last.len() >= 2 && last.bytes().all(|b| b.is_ascii_lowercase())
}

/// What follows `docker pull`, `docker login`, `podman pull` and `FROM`.
fn without_command(text: &str) -> &str {
    let mut rest = text;
    for word in ["docker", "podman", "image", "pull", "login", "FROM", "image:"] {
        rest = rest.strip_prefix(word).and_then(|after| after.strip_prefix(' ')).unwrap_or(rest).trim_start();
    }
    rest
}
