//! Recognizes the output of other programs about a login, stored or pasted as a whole: `az acr login --expose-token`,
//! `aws ecr get-authorization-token`, `gcloud auth print-access-token`, a Kubernetes secret, docker's own
//! configuration, and the commands `docker login` and `kubectl create secret docker-registry`.
//!
//! It runs nothing and reads no file. Any other text yields nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::go_json::{GoValue, is_same_key};
use super::{Sensitive, Server};

/// The program the output is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    AcrToken,
    AcrCredentials,
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

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    Logins(Kind, Vec<Login>),
    /// docker's configuration, directly or from a Kubernetes secret: to be read as docker reads it.
    Configuration(Kind, Sensitive),
}

/// The user for a token of Azure Container Registry.
pub const ACR_TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";

impl Kind {
    /// Its name, to follow “it is”.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AcrToken => "the output of `az acr login --expose-token`",
            Self::AcrCredentials => "the output of `az acr credential show`",
            Self::EcrToken => "the output of `aws ecr get-authorization-token`",
            Self::GoogleToken => "the output of `gcloud auth print-access-token`",
            Self::KubernetesSecret => "a Kubernetes secret of type dockerconfigjson",
            Self::DockerConfiguration => "docker's configuration",
            Self::CommandLine => "a command line that logs in",
        }
    }

    /// When its content expires, if that is soon.
    pub const fn ends(self) -> Option<&'static str> {
        match self {
            Self::AcrToken => Some("its token expires about 3 hours after it was created"),
            Self::EcrToken => Some("its token expires 12 hours after it was created"),
            Self::GoogleToken => Some("its token expires 1 hour after it was created"),
            Self::AcrCredentials | Self::KubernetesSecret | Self::DockerConfiguration | Self::CommandLine => None,
        }
    }
}

/// Recognizes a text, if it is one of these.
pub fn recognize(text: &str) -> Option<Output> {
    let text = text.trim();
    if text.starts_with('{') {
        let value = GoValue::whole(text.as_bytes()).ok()?;
        return json(&value).or_else(|| configuration(&value, text));
    }
    google(text).or_else(|| yaml(text)).or_else(|| acr_lines(text)).or_else(|| command(text))
}

fn json(value: &GoValue) -> Option<Output> {
    let GoValue::Object(pairs) = value else { return None };
    let field = |name: &str| pairs.iter().rev().find(|(key, _)| is_same_key(key, name)).map(|(_, value)| value);
    if let (Some(token), Some(server)) = (text_of(field("accesstoken")), text_of(field("loginserver"))) {
        let user = text_of(field("username")).unwrap_or_else(|| Sensitive::from(ACR_TOKEN_USER));
        let login = Login { server: Some(server.expose().to_owned()), user, password: token };
        return Some(Output::Logins(Kind::AcrToken, vec![login]));
    }
    if let (Some(GoValue::List(passwords)), Some(user)) = (field("passwords"), text_of(field("username"))) {
        let value = |item: &GoValue| match item {
            GoValue::Object(pairs) => text_of(pairs.iter().find(|(key, _)| is_same_key(key, "value")).map(|(_, v)| v)),
            _ => None, // not an Azure password
        };
        let password = passwords.iter().find_map(value)?;
        return Some(Output::Logins(Kind::AcrCredentials, vec![of_acr(user, password)]));
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

/// docker's own, as also printed by `doctl registry docker-config`.
fn configuration(value: &GoValue, text: &str) -> Option<Output> {
    let GoValue::Object(pairs) = value else { return None };
    let has_auths = pairs.iter().any(|(key, value)| is_same_key(key, "auths") && matches!(value, GoValue::Object(_)));
    has_auths.then(|| Output::Configuration(Kind::DockerConfiguration, text.into()))
}

fn text_of(value: Option<&GoValue>) -> Option<Sensitive> {
    match value? {
        GoValue::Text(text) => Some(text.value.clone()),
        _ => None, // any other type
    }
}

/// It does not contain the server: the admin user is named like the registry, a token has its own name.
fn of_acr(user: Sensitive, password: Sensitive) -> Login {
    Login { server: None, user, password }
}

/// `az acr credential show -o yaml` and `-o table`.
fn acr_lines(text: &str) -> Option<Output> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let after =
        |head: &str| lines.iter().find_map(|line| line.trim_start_matches("- ").strip_prefix(head)).map(str::trim);
    let (user, password) = if lines.first()? == &"passwords:" {
        (after("username:")?, after("value:")?)
    } else {
        let (head, row) = (lines.first()?, lines.last()?);
        let is_table = head.starts_with("USERNAME") && head.contains("PASSWORD") && lines.len() == 3;
        let mut words = row.split_whitespace().filter(|_| is_table);
        (words.next()?, words.next()?)
    };
    Some(Output::Logins(Kind::AcrCredentials, vec![of_acr(user.into(), password.into())]))
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

/// The manifest of a secret, of which only one line matters; the value may begin on the next one.
fn yaml(text: &str) -> Option<Output> {
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with(".dockerconfigjson:"));
    let first = lines.next()?.split_once(':')?.1.trim();
    let value = if matches!(first, "" | "|" | ">" | "|-" | ">-") { lines.next()?.trim() } else { first };
    let configuration = unpacked(value.trim_matches(['"', '\'']))?;
    configuration.expose().trim_start().starts_with('{').then_some(())?;
    Some(Output::Configuration(Kind::KubernetesSecret, configuration))
}

/// `docker login -u USER -p PASSWORD SERVER`, also as printed by `aws ecr get-login`; `echo PASSWORD | docker login …`;
/// `kubectl create secret docker-registry NAME --docker-server=…`.
fn command(text: &str) -> Option<Output> {
    let joined = Zeroizing::new(text.replace("\\\r\n", " ").replace("\\\n", " ").replace("`\n", " "));
    joined.lines().find_map(line).map(|login| Output::Logins(Kind::CommandLine, vec![login]))
}

fn line(line: &str) -> Option<Login> {
    let (before, line) = line.rsplit_once('|').map_or((None, line), |(before, line)| (Some(before), line));
    let all = words(line)?;
    let start = all.iter().position(|word| is_program(word))?;
    let mut login = Login { server: None, user: "".into(), password: "".into() };
    let mut rest = Vec::new();
    let mut words = all[start..].iter().map(|word| word.as_str());
    let is_kubectl = words.next().is_some_and(|program| matches!(program, "kubectl" | "oc" | "k"));
    while let Some(word) = words.next() {
        let (flag, value) = match word.split_once('=').filter(|_| word.starts_with('-')) {
            Some((flag, value)) => (flag, Some(value)),
            None => match word.split_at_checked(2) {
                Some((flag @ ("-u" | "-p"), value)) if !value.is_empty() => (flag, Some(value)),
                Some(_) | None => (word, None),
            },
        };
        match flag {
            "-u" | "--username" | "--docker-username" => login.user = value.or_else(|| words.next())?.into(),
            "-p" | "--password" | "--docker-password" => login.password = value.or_else(|| words.next())?.into(),
            "--docker-server" => login.server = Some(value.or_else(|| words.next())?.to_owned()),
            // Flags with a value that do not matter here.
            "-e" | "--email" | "--docker-email" | "--config" | "--context" | "-n" | "--namespace" | "--authfile"
            | "--cert-dir" | "-H" | "--host" | "-c" => {
                value.or_else(|| words.next())?;
            }
            _ if word.starts_with('-') => {}
            _ => rest.push(word),
        }
    }
    let at = |word: &str| rest.iter().position(|other| *other == word);
    if is_kubectl {
        at("docker-registry")?;
    } else {
        let server = rest.get(at("login")? + 1);
        login.server = Some(server.map_or("https://index.docker.io/v1/", |server| *server).to_owned());
    }
    if login.password.is_empty() {
        login.password = before.and_then(echoed).unwrap_or(login.password);
    }
    (!login.user.is_empty() && !login.password.is_empty()).then_some(login)
}

/// Programs that log in to registries, by file name.
fn is_program(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(name);
    matches!(
        name,
        "docker"
            | "podman"
            | "skopeo"
            | "buildah"
            | "nerdctl"
            | "helm"
            | "oras"
            | "crane"
            | "regctl"
            | "kubectl"
            | "oc"
    )
}

/// What `echo` or `printf` writes into the pipe, if it is the value itself.
fn echoed(before: &str) -> Option<Sensitive> {
    let all = words(before)?;
    let at = all.iter().position(|word| matches!(word.as_str(), "echo" | "printf"))?;
    let text = all[at + 1..].iter().rfind(|word| !word.starts_with('-') && !word.starts_with('%'))?;
    (!text.starts_with('$')).then(|| text.as_str().into())
}

/// The words of a line as a shell splits them, as far as quotation marks go; `None` if one is not closed.
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
    fn a_line_that_logs_in_is_understood_as_people_write_it() {
        for line in [
            "docker login -u AWS -p eyJx -e none https://ecr.example.com",
            "$ sudo docker --config /tmp/x login -uAWS -peyJx https://ecr.example.com",
            "C:\\> docker.exe login https://ecr.example.com --username AWS --password eyJx",
            "echo eyJx | docker login -u AWS --password-stdin https://ecr.example.com",
            "echo -n 'eyJx' | /usr/bin/podman login -u AWS --password-stdin https://ecr.example.com",
            "printf %s \"eyJx\" | helm registry login -u AWS --password-stdin https://ecr.example.com",
            "crane auth login https://ecr.example.com -u AWS -p eyJx",
            "# as documented\ndocker login \\\n  -u AWS \\\n  -p eyJx \\\n  https://ecr.example.com",
            "kubectl -n x create secret docker-registry y --docker-username AWS --docker-password eyJx \
             --docker-email a@b --docker-server https://ecr.example.com",
        ] {
            let host = "https://ecr.example.com".to_owned();
            assert_eq!(login(line), (Kind::CommandLine, Some(host), "AWS".to_owned(), "eyJx".to_owned()), "{line}");
        }
    }

    #[test]
    fn azure_shows_the_admin_user_with_two_passwords() {
        for text in [
            r#"{"passwords":[{"name":"password","value":"p1"},{"name":"password2","value":"p2"}],"username":"acme"}"#,
            "passwords:\n- name: password\n  value: p1\n- name: password2\n  value: p2\nusername: acme\n",
            "USERNAME    PASSWORD    PASSWORD2\n----------  ----------  -----------\nacme        p1          p2\n",
        ] {
            assert_eq!(login(text), (Kind::AcrCredentials, None, "acme".to_owned(), "p1".to_owned()), "{text}");
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
            "echo $TOKEN | docker login -u u --password-stdin ghcr.io",
            "docker run -u u -p 80:80 ghcr.io/x",
            "kubectl get secret -u u -p p",
            "passwords:",
            "USERNAME PASSWORD",
            "A=b",
            "kubectl get x",
        ] {
            assert_eq!(recognize(text), None, "{text}");
        }
    }
}
