//! One login of docker's configuration, or of podman's, and what its `auth` decodes to.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _};
use zeroize::Zeroizing;

use super::config::{text_into, unfit};
use crate::domain::go_json::{GoValue, is_same_key};
use crate::domain::{Sensitive, Untrusted};

/// Go's `base64.StdEncoding`: padding is required, and leftover bits in the last character are ignored. Line breaks are
/// removed before.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

pub(super) struct Auth {
    pair: Sensitive,
    username: Sensitive,
    password: Sensitive,
    identity: Sensitive,
    registry: Sensitive,
}

/// The result of reading a login.
pub(super) enum Login {
    /// A user and a password.
    Pair(Sensitive, Sensitive),
    /// There is no login.
    None,
    IdentityToken,
    RegistryToken,
    /// A user but no password.
    NoPassword,
    /// Why its `auth` cannot be decoded, worded to follow a colon.
    Undecodable(&'static str),
}

impl Auth {
    pub(super) fn of(entry: GoValue, misread: &mut Option<String>) -> Self {
        let mut auth = Self::of_pair(Sensitive::from(""));
        let pairs = match entry {
            GoValue::Object(pairs) => pairs,
            GoValue::Null => Vec::new(),
            other => {
                unfit(misread, "an entry of auths", &other, "an object");
                Vec::new()
            }
        };
        for (key, value) in pairs {
            let (mut mail, mut server) = (Sensitive::from(""), Sensitive::from(""));
            let fields = [
                ("auth", &mut auth.pair),
                ("username", &mut auth.username),
                ("password", &mut auth.password),
                ("identitytoken", &mut auth.identity),
                ("registrytoken", &mut auth.registry),
                ("email", &mut mail),
                ("serveraddress", &mut server),
            ];
            if let Some((name, place)) = fields.into_iter().find(|(name, _)| is_same_key(&key, name)) {
                text_into(place, value, name, misread);
            }
        }
        auth
    }

    /// An `auth` alone, as in `DOCKER_AUTH_CONFIG`.
    pub(super) fn of_pair(pair: Sensitive) -> Self {
        let none = Sensitive::from("");
        Self { pair, username: none.clone(), password: none.clone(), identity: none.clone(), registry: none }
    }

    /// `auth` takes precedence over the two fields, and a token over both.
    pub(super) fn login(&self) -> Login {
        let pair = match decoded(&self.pair) {
            None => (self.username.clone(), self.password.clone()),
            Some(Ok(pair)) => pair,
            Some(Err(why)) => return Login::Undecodable(why),
        };
        match pair {
            _ if !self.registry.is_empty() => Login::RegistryToken,
            _ if !self.identity.is_empty() => Login::IdentityToken,
            (user, password) if user.is_empty() && password.is_empty() => Login::None,
            (_, password) if password.is_empty() => Login::NoPassword,
            (user, _) if user.is_empty() => Login::Undecodable("it has a password but no user"),
            (user, password) => Login::Pair(user, password),
        }
    }

    pub(super) fn is_pair(&self) -> bool {
        matches!(self.login(), Login::Pair(..))
    }

    /// Whether docker would use a token here even if a helper has the password.
    pub(super) fn has_registry_token(&self) -> bool {
        !self.registry.is_empty()
    }

    /// How the login compares with this user and password.
    pub(super) fn beside(&self, (user, password): (&Untrusted, &Sensitive)) -> super::DockerLogin {
        use super::DockerLogin;
        match self.login() {
            Login::None => DockerLogin::None,
            Login::IdentityToken => DockerLogin::IdentityToken,
            Login::RegistryToken => DockerLogin::RegistryToken,
            Login::NoPassword | Login::Undecodable(_) => DockerLogin::Undecodable,
            Login::Pair(theirs, _) if theirs != Sensitive::from(user.raw()) => DockerLogin::OtherUser,
            Login::Pair(_, theirs) if theirs == *password => DockerLogin::Same,
            Login::Pair(..) => DockerLogin::OtherPassword,
        }
    }
}

/// User and password of an `auth`, if there is one. Source: `decodeAuth` in docker/cli `cli/config/configfile/file.go`.
fn decoded(pair: &Sensitive) -> Option<Result<(Sensitive, Sensitive), &'static str>> {
    (!pair.is_empty()).then(|| taken_apart(pair.expose()))
}

fn taken_apart(pair: &str) -> Result<(Sensitive, Sensitive), &'static str> {
    // Go's decoder ignores line breaks and nothing else.
    let letters: Zeroizing<String> = Zeroizing::new(pair.chars().filter(|c| !matches!(c, '\r' | '\n')).collect());
    let bytes = BASE64.decode(letters.as_bytes()).map(Zeroizing::new).map_err(|fault| flaw(&letters, &fault))?;
    let colon =
        bytes.iter().position(|byte| *byte == b':').ok_or("it is not a user and a password with a colon between")?;
    let (user, password) = bytes.split_at(colon);
    if user.is_empty() {
        return Err("there is no user before its colon");
    }
    match (std::str::from_utf8(user), std::str::from_utf8(password.get(1..).unwrap_or_default())) {
        // docker strips zero bytes, which it once wrote.
        (Ok(user), Ok(password)) => Ok((user.into(), password.trim_matches('\0').into())),
        _ => Err("it is not UTF-8 text, and docker sends something else instead"),
    }
}

/// Why Go does not accept it as base64.
fn flaw(letters: &str, fault: &DecodeError) -> &'static str {
    match fault {
        _ if letters.contains(char::is_whitespace) => "its base64 contains white space",
        _ if letters.contains(['-', '_']) => "its base64 is the URL-safe kind, with - and _",
        DecodeError::InvalidByte(..) => "it has a character that is not base64",
        DecodeError::InvalidPadding | DecodeError::InvalidLength(_) => {
            "its base64 is cut off, or lacks the = at its end"
        }
        DecodeError::InvalidLastSymbol(..) => "its base64 is cut off",
    }
}
