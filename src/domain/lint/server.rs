//! The server: how it is spelled, whose it is, and whether a codespace can reach it.

use super::{FieldMend, Finding, MendChange, Seen, Severity};
use crate::domain::preset::{self, Preset, Rule, RuleMend};
use crate::domain::secret_shape::looks_secret;
use crate::domain::server::{HUB_KEY, Oddity};
use crate::domain::{Member, Server, ServerFault, untrusted};

pub(super) fn check(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let text = seen.values.server;
    if text.is_empty() {
        return;
    }
    let token = preset::token_of(text).map(|token| (token.name.clone(), token.member.word()));
    let other = || Some((looks_secret(text)?.into_owned(), Member::Password.word()));
    if let Some((name, word)) = token.or_else(other) {
        let what = format!("looks like {name}, which belongs in the {word} field");
        findings.push(Finding::new(Member::Server, Severity::Block, what));
        return;
    }
    let finding = judge(seen, text);
    let can_work = finding.as_ref().is_none_or(|finding| finding.severity != Severity::Block);
    findings.extend(finding);
    if can_work && let Some(text) = unreachable(text) {
        findings.push(Finding::new(Member::Server, Severity::Warn, text));
    }
}

/// What is to be said about the text as a server of this preset.
fn judge(seen: &Seen<'_>, text: &str) -> Option<Finding> {
    let field = &seen.preset.server;
    if let Some(rule) = field.wrong.iter().chain(&field.right).find(|rule| seen.applies(rule, text)) {
        return Some(Finding::new(Member::Server, rule.severity, &rule.text).mended_by(mend(seen, rule, text)));
    }
    if let Some(finding) = other_product(seen, text) {
        return Some(finding);
    }
    // A preset that refuses every other server says better what to write.
    let is_namespace = Server::parse(text).is_ok_and(|server| server.is_namespace());
    let has_own_words = field.otherwise.as_ref().is_some_and(|otherwise| otherwise.severity == Severity::Block);
    if let Some(spelling) = Spelling::of(text).filter(|_| !(is_namespace && has_own_words)) {
        let inner = spelling.bare.as_deref().and_then(|bare| judge(seen, bare));
        let bare = spelling.bare.map(|bare| settle(seen, &bare));
        return match inner {
            Some(inner) if inner.severity <= spelling.severity && inner.severity != Severity::Good => {
                let mend = inner.mend.clone().or_else(|| bare.map(FieldMend::replace));
                Some(inner.mended_by(mend))
            }
            Some(_) | None => {
                let finding = Finding::new(Member::Server, spelling.severity, spelling.text);
                Some(finding.mended_by(bare.map(FieldMend::replace)))
            }
        };
    }
    field.otherwise.as_ref().map(|otherwise| {
        let mend = otherwise.replace.as_ref().map(FieldMend::replace);
        Finding::new(Member::Server, otherwise.severity, &otherwise.text).mended_by(mend)
    })
}

/// A server that belongs to a product with a preset of its own, or to one the preset is not for.
fn other_product(seen: &Seen<'_>, text: &str) -> Option<Finding> {
    let host = preset::host_of(text)?;
    let own = seen.preset;
    if own.is_host(&host) {
        return None;
    }
    let other = preset::recognize(&host).filter(|preset| preset.is_host(&host));
    let severity = own.server.otherwise.as_ref().map_or(Severity::Warn, |otherwise| otherwise.severity);
    let found = |severity, what: String, id: &str| {
        Some(Finding::new(Member::Server, severity, what).mended_by(FieldMend::use_preset(id)))
    };
    match other {
        Some(hub) if own.hosts.is_none() && is_hub(&host) && text != HUB_KEY => {
            let what = format!("is {}, whose pulls only look up {HUB_KEY}", hub.label);
            let finding = Finding::new(Member::Server, Severity::Block, what);
            Some(finding.mended_by(Some(FieldMend::replace(HUB_KEY))))
        }
        Some(other) => found(
            severity,
            format!("is a server of {}: use its preset for better checks", product_label(other)),
            &other.id,
        ),
        None if own.hosts.is_some() => {
            let product = preset::product_of_host(&host)?;
            found(severity, format!("belongs to {product}, not to {}", product_label(own)), "other")
        }
        None => None,
    }
}

fn is_hub(host: &str) -> bool {
    Server::parse(host).is_ok_and(|server| server.is_hub())
}

/// The product without the way to log in: “Amazon ECR, with a token” is “Amazon ECR”.
fn product_label(preset: &Preset) -> &str {
    preset.label.split(',').next().unwrap_or(&preset.label)
}

/// What a rule offers, carried on until nothing is left to mend.
fn mend(seen: &Seen<'_>, rule: &Rule, text: &str) -> Option<FieldMend> {
    match rule.mend.as_ref()? {
        RuleMend::Preset(id) => FieldMend::use_preset(id),
        RuleMend::Swap => Some(FieldMend::swap()),
        RuleMend::Replace(_) | RuleMend::LowerCase | RuleMend::UpperCase => {
            let mended = settle(seen, &rewrite(rule, text)?);
            (mended != text).then(|| FieldMend::replace(mended))
        }
    }
}

fn rewrite(rule: &Rule, text: &str) -> Option<String> {
    match (rule.mend.as_ref()?, &rule.pattern) {
        (RuleMend::Replace(template), Some(pattern)) => pattern.expand(text, template),
        (RuleMend::LowerCase, _) => Some(text.to_lowercase()),
        (RuleMend::UpperCase, _) => Some(text.to_uppercase()),
        (RuleMend::Replace(_) | RuleMend::Swap | RuleMend::Preset(_), _) => None,
    }
}

/// Applies rewrites and spelling mends until the text stays as it is.
fn settle(seen: &Seen<'_>, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..4 {
        let field = &seen.preset.server;
        let rule = field.wrong.iter().chain(&field.right).find(|rule| seen.applies(rule, &text));
        let next = match rule {
            Some(rule) => rewrite(rule, &text),
            None => Spelling::of(&text).and_then(|spelling| spelling.bare),
        };
        match next {
            Some(next) if next != text => text = next,
            Some(_) | None => break,
        }
    }
    text
}

/// How a server's text differs from the bare, lower-case host that is looked up.
struct Spelling {
    severity: Severity,
    text: String,
    bare: Option<String>,
}

impl Spelling {
    /// `None` if the text is spelled as it is looked up.
    fn of(text: &str) -> Option<Self> {
        let server = match Server::parse(text) {
            Ok(server) => server,
            Err(fault) => {
                return Some(Self { severity: Severity::Block, text: fault.to_string(), bare: rescue(text, fault) });
            }
        };
        if server.is_namespace() {
            let typed = text;
            let text = "has no dot and no port, so Docker reads it as a user or organization on Docker Hub and no \
                        pull looks it up; write the registry's whole host name";
            let bare = Some(server.host().to_owned()).filter(|bare| bare != typed);
            return Some(Self { severity: Severity::Block, text: text.to_owned(), bare });
        }
        if server.is_canonical() && server.oddity().is_none() {
            return None;
        }
        let bare = match server.oddity() {
            Some(Oddity::DefaultPort) => server.without_port().to_owned(),
            Some(Oddity::UpperCase) | None => server.canonical(),
        };
        let bare = Some(bare).filter(|bare| bare != text);
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        let (severity, text) = if !server.is_found_by_pulls() {
            (Severity::Block, "is not the text that pulls from Docker Hub look up")
        } else if server.oddity() == Some(Oddity::UpperCase) {
            (
                Severity::Warn,
                "contains upper-case letters: Docker compares hosts exactly, so only images written with the same \
                 letters match; write both in lower case",
            )
        } else if scheme.as_deref() == Some("http") {
            (
                Severity::Warn,
                "begins with http://, but docker in a codespace requires https, and looks up the bare host",
            )
        } else if text.trim_end_matches('/').rsplit_once("://").map_or(text, |(_, rest)| rest).contains('/') {
            (Severity::Warn, "has a path: docker logs in to the whole host, and private Features look up the bare host")
        } else if scheme.is_some() {
            (Severity::Warn, "begins with https://: private Features look up the bare host and would not find it")
        } else if server.oddity() == Some(Oddity::DefaultPort) {
            (
                Severity::Warn,
                "ends with a default port: only images written with the port match; most are written with the bare \
                 host",
            )
        } else {
            (Severity::Warn, "is not the bare host that private Features look up")
        };
        Some(Self { severity, text: text.to_owned(), bare })
    }
}

/// The host in a text that cannot be a server as it stands.
fn rescue(text: &str, fault: ServerFault) -> Option<String> {
    if fault == ServerFault::Empty {
        return None;
    }
    let text: String = text.chars().filter(|c| !untrusted::is_hostile(*c)).collect();
    let text = text.trim().trim_matches([',', ';']);
    let text = super::wrapping::unquoted(text).or_else(|| super::wrapping::bracketed(text)).unwrap_or(text);
    let text = text.trim_matches(['"', '\'', '`', '<', '>', ',', ';']);
    let text = text.strip_prefix("docker login ").unwrap_or(text).trim();
    let host = preset::host_of(text)?;
    Server::parse(&host).ok().map(|server| server.canonical())
}

/// Why a codespace cannot reach the server, though its text is fine.
fn unreachable(text: &str) -> Option<&'static str> {
    let server = Server::parse(text).ok()?;
    if server.is_loopback() {
        return Some("is this machine: a codespace runs elsewhere and cannot reach it");
    }
    server.is_private_host().then_some("is a private network name or address, which a codespace cannot reach")
}

/// The server with the account in front that an access key's id names, where only that is missing.
pub(super) fn with_account(text: &str, account: &str) -> Option<MendChange> {
    let host = preset::host_of(text)?;
    host.starts_with("dkr.ecr.").then(|| MendChange::Replace(format!("{account}.{host}")))
}
