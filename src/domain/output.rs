//! What other programs print about a login, recognized where it was stored or pasted whole: `az acr login
//! --expose-token`, `aws ecr get-authorization-token`, `gcloud auth print-access-token`, a Kubernetes secret, docker's
//! own configuration, and the lines of `docker login` and `kubectl create secret docker-registry`.
//!
//! It runs nothing and reads no file. What it finds in a text that is none of these is nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::go_json::{GoValue, is_same_key};
use super::{Sensitive, Server};

/// Whose output it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    AcrToken,
    EcrToken,
    GoogleToken,
    KubernetesSecret,
    DockerConfiguration,
    CommandLine,
}

/// A login in such a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub server: Option<String>,
    pub user: Sensitive,
    pub password: Sensitive,
}

/// What a text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    Logins(Kind, Vec<Login>),
    /// docker's configuration as it stands, or as a Kubernetes secret holds it: to be read as docker reads it.
    Configuration(Kind, Sensitive),
}

/// The user that goes with a token of Azure Container Registry.
pub const ACR_TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";

impl Kind {
    /// What it is called, which fits after «it is».
    pub const fn words(self) -> &'static str {
        match self {
            Self::AcrToken => "the output of `az acr login --expose-token`",
            Self::EcrToken => "the output of `aws ecr get-authorization-token`",
            Self::GoogleToken => "the output of `gcloud auth print-access-token`",
            Self::KubernetesSecret => "a Kubernetes secret of the kind dockerconfigjson",
            Self::DockerConfiguration => "docker's configuration",
            Self::CommandLine => "a command line that logs in",
        }
    }

    /// When what it holds ends, where that is soon.
    pub const fn ends(self) -> Option<&'static str> {
        match self {
            Self::AcrToken => Some("its token ends about 3 hours after it was made"),
            Self::EcrToken => Some("its token ends 12 hours after it was made"),
            Self::GoogleToken => Some("its token ends an hour after it was made"),
            Self::KubernetesSecret | Self::DockerConfiguration | Self::CommandLine => None,
        }
    }
}

/// What a text is, if it is one of these.
pub fn recognize(text: &str) -> Option<Output> {
    let text = text.trim();
    if text.starts_with('{') {
        let value = GoValue::whole(text.as_bytes()).ok()?;
        return json(&value).or_else(|| configuration(&value, text));
    }
    google(text).or_else(|| yaml(text)).or_else(|| command(text))
}

fn json(value: &GoValue) -> Option<Output> {
    let GoValue::Object(pairs) = value else { return None };
    let field = |name: &str| pairs.iter().rev().find(|(key, _)| is_same_key(key, name)).map(|(_, value)| value);
    if let (Some(token), Some(server)) = (text_of(field("accesstoken")), text_of(field("loginserver"))) {
        let user = text_of(field("username")).unwrap_or_else(|| Sensitive::from(ACR_TOKEN_USER));
        let login = Login { server: Some(server.expose().to_owned()), user, password: token };
        return Some(Output::Logins(Kind::AcrToken, vec![login]));
    }
    if let Some(GoValue::List(items)) = field("authorizationdata") {
        return Some(Output::Logins(Kind::EcrToken, items.iter().filter_map(ecr).collect()));
    }
    if let Some(GoValue::Object(data)) = field("data") {
        let inner = data.iter().find(|(key, _)| key == ".dockerconfigjson").map(|(_, value)| value);
        return Some(Output::Configuration(Kind::KubernetesSecret, unpacked(text_of(inner)?.expose())?));
    }
    if let Some(GoValue::Object(data)) = field("stringdata") {
        let inner = data.iter().find(|(key, _)| key == ".dockerconfigjson").map(|(_, value)| value);
        return Some(Output::Configuration(Kind::KubernetesSecret, text_of(inner)?));
    }
    None
}

/// docker's own, as `doctl registry docker-config` prints it too.
fn configuration(value: &GoValue, text: &str) -> Option<Output> {
    let GoValue::Object(pairs) = value else { return None };
    let has_auths = pairs.iter().any(|(key, value)| is_same_key(key, "auths") && matches!(value, GoValue::Object(_)));
    has_auths.then(|| Output::Configuration(Kind::DockerConfiguration, text.into()))
}

fn text_of(value: Option<&GoValue>) -> Option<Sensitive> {
    match value? {
        GoValue::Text(text) => Some(text.value.clone()),
        _ => None, // any other kind
    }
}

fn ecr(item: &GoValue) -> Option<Login> {
    let GoValue::Object(pairs) = item else { return None };
    let field = |name: &str| text_of(pairs.iter().find(|(key, _)| is_same_key(key, name)).map(|(_, value)| value));
    let pair = unpacked(field("authorizationtoken")?.expose())?;
    let (user, password) = pair.expose().split_once(':')?;
    let server = field("proxyendpoint").and_then(|server| Server::parse(server.expose()).ok());
    Some(Login { server: server.map(|server| server.canonical()), user: user.into(), password: password.into() })
}

fn unpacked(base64: &str) -> Option<Sensitive> {
    let letters: Zeroizing<String> = Zeroizing::new(base64.split_ascii_whitespace().collect());
    let bytes = Zeroizing::new(STANDARD.decode(letters.as_bytes()).ok()?);
    std::str::from_utf8(&bytes).ok().map(Sensitive::from)
}

fn google(text: &str) -> Option<Output> {
    let is_token = text.starts_with("ya29.") && !text.contains(char::is_whitespace);
    let login = || Login { server: None, user: "oauth2accesstoken".into(), password: text.into() };
    is_token.then(|| Output::Logins(Kind::GoogleToken, vec![login()]))
}

/// The manifest of a secret, of which one line counts; the value may begin on the next.
fn yaml(text: &str) -> Option<Output> {
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with(".dockerconfigjson:"));
    let first = lines.next()?.split_once(':')?.1.trim();
    let value = if matches!(first, "" | "|" | ">" | "|-" | ">-") { lines.next()?.trim() } else { first };
    let configuration = unpacked(value.trim_matches(['"', '\'']))?;
    configuration.expose().trim_start().starts_with('{').then_some(())?;
    Some(Output::Configuration(Kind::KubernetesSecret, configuration))
}

/// `docker login -u USER -p PASSWORD SERVER`, `kubectl create secret docker-registry NAME --docker-server=…`.
fn command(text: &str) -> Option<Output> {
    let joined = Zeroizing::new(text.replace("\\\r\n", " ").replace("\\\n", " "));
    let line = joined.lines().map(str::trim).find(|line| is_command(line))?;
    let words = words(line.trim_start_matches(['$', '#', ' ']))?;
    let mut login = Login { server: None, user: "".into(), password: "".into() };
    let mut words = words.iter().map(|word| word.as_str()).peekable();
    let is_kubectl = words.peek() == Some(&"kubectl");
    let mut rest = Vec::new();
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        let place = match flag {
            "-u" | "--username" | "--docker-username" => 1,
            "-p" | "--password" | "--docker-password" => 2,
            "--docker-server" => 3,
            _ if word.starts_with('-') => 0,
            _ => {
                rest.push(word);
                continue;
            }
        };
        let value = if place > 0 { value.or_else(|| words.next()) } else { value };
        match (place, value) {
            (1, Some(value)) => login.user = value.into(),
            (2, Some(value)) => login.password = value.into(),
            (3, Some(value)) => login.server = Some(value.to_owned()),
            _ => {} // of no interest
        }
    }
    if !is_kubectl {
        let server = rest.iter().skip_while(|word| **word != "login").nth(1);
        login.server = Some(server.map_or("https://index.docker.io/v1/", |server| *server).to_owned());
    }
    let is_whole = !login.user.is_empty() && !login.password.is_empty();
    is_whole.then(|| Output::Logins(Kind::CommandLine, vec![login]))
}

fn is_command(line: &str) -> bool {
    let line = line.trim_start_matches(['$', '#', ' ']);
    let line = line.strip_prefix("sudo ").unwrap_or(line);
    ["docker login ", "podman login ", "skopeo login ", "buildah login ", "nerdctl login ", "helm registry login "]
        .iter()
        .any(|head| line.starts_with(head))
        || (line.starts_with("kubectl ") && line.contains(" secret docker-registry "))
}

/// The words of a line as a shell takes it apart, as far as quotation marks go; `None` where one is not closed.
fn words(line: &str) -> Option<Vec<Zeroizing<String>>> {
    let mut words = Vec::new();
    let mut word: Option<Zeroizing<String>> = None;
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => {
                word.get_or_insert_with(Zeroizing::default);
                quote = Some(c);
            }
            None if c.is_whitespace() => words.extend(word.take()),
            Some(_) | None => word.get_or_insert_with(Zeroizing::default).push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn login(text: &str) -> (Kind, Option<String>, String, String) {
        match recognize(text) {
            Some(Output::Logins(kind, mut logins)) => {
                let Login { server, user, password } = logins.remove(0);
                (kind, server, user.expose().to_owned(), password.expose().to_owned())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_output_of_a_login_is_recognized_with_all_three_values() {
        let azure = r#"{"accessToken": "eyJ.x", "loginServer": "myreg.azurecr.io"}"#;
        let server = |text: &str| Some(text.to_owned());
        let all = |kind, at, user: &str, password: &str| (kind, at, user.to_owned(), password.to_owned());
        assert_eq!(login(azure), all(Kind::AcrToken, server("myreg.azurecr.io"), ACR_TOKEN_USER, "eyJ.x"));
        // AWS:secret
        let aws = r#"{"authorizationData": [{"authorizationToken": "QVdTOnNlY3JldA==", "expiresAt": "2026-01-01",
                      "proxyEndpoint": "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"}]}"#;
        let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
        assert_eq!(login(aws), all(Kind::EcrToken, server(host), "AWS", "secret"));
        assert_eq!(login("ya29.abc\n"), all(Kind::GoogleToken, None, "oauth2accesstoken", "ya29.abc"));
        for line in [
            "docker login -u u -p 's3 cret' ghcr.io",
            "$ docker login --username=u --password='s3 cret' ghcr.io",
            "podman login ghcr.io -u u \\\n  --password 's3 cret'",
            "kubectl create secret docker-registry regcred --docker-server=ghcr.io --docker-username=u \\\n \
             --docker-password='s3 cret' --docker-email=x",
        ] {
            assert_eq!(login(line), all(Kind::CommandLine, server("ghcr.io"), "u", "s3 cret"), "{line}");
        }
    }

    #[test]
    fn a_kubernetes_secret_holds_dockers_configuration() {
        // {"auths":{}}
        let packed = "eyJhdXRocyI6e319";
        for text in [
            format!("apiVersion: v1\nkind: Secret\ndata:\n  .dockerconfigjson: {packed}\n"),
            format!("data:\n  .dockerconfigjson: |\n    {packed}\ntype: kubernetes.io/dockerconfigjson"),
            format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{packed}"}}}}"#),
            r#"{"kind": "Secret", "stringData": {".dockerconfigjson": "{\"auths\":{}}"}}"#.to_owned(),
        ] {
            let found = recognize(&text);
            let whole = Output::Configuration(Kind::KubernetesSecret, r#"{"auths":{}}"#.into());
            assert_eq!(found, Some(whole), "{text}");
        }
    }

    #[test]
    fn what_is_none_of_these_is_left_alone() {
        for text in [
            "",
            "{",
            "{}",
            "hunter2",
            "docker login ghcr.io",
            "docker login -u u --password-stdin",
            "A=b",
            "kubectl get x",
        ] {
            assert_eq!(recognize(text), None, "{text}");
        }
    }
}
