//! The two values of a product that needs one secret only: the registry's address, and the token.

use super::{FieldMend, Finding, MendChange, Severity, sorted, value};
use crate::domain::preset::{Field, Rule, RuleMend, Single, host_of};
use crate::domain::{Member, Sensitive, foreign};

/// All there is to say about address and token, most severe first. An empty one gives no finding.
pub fn check_single(single: &Single, address: &str, token: &Sensitive) -> Vec<Finding> {
    let mut findings = Vec::new();
    value::check(Member::Server, address, &mut findings);
    value::check(Member::Password, token.expose(), &mut findings);
    let (address, token) = (address.trim(), token.expose().trim());
    if address.contains(foreign::is_hostile) {
        let what = "contains an invisible or control character: type it again instead of pasting it";
        findings.push(Finding::new(Member::Server, Severity::Block, what));
    } else if !address.is_empty() {
        findings.extend(judge(&single.server, Member::Server, address, address));
    }
    if !token.is_empty() && !value::is_placeholder(token) {
        findings.extend(judge(&single.password, Member::Password, token, address));
    }
    let host = host_of(address);
    if let Some(host) = host.filter(|host| token.starts_with("npm_") && single.is_host(host) && is_elsewhere(host)) {
        let what = format!("is a token of npmjs, and the registry is {host}");
        findings.push(Finding::new(Member::Password, Severity::Block, what));
    }
    // The token may have been pasted into the address as well.
    let shows = |finding: &Finding| match &finding.mend {
        Some(FieldMend { change: MendChange::Replace(text), .. }) => token.len() >= 8 && text.contains(token),
        Some(_) | None => false,
    };
    for finding in &mut findings {
        if shows(finding) {
            finding.mend = None;
        }
    }
    sorted(findings)
}

/// Registries of others, known by their hosts, which never take npmjs's tokens.
fn is_elsewhere(host: &str) -> bool {
    !host.contains("npmjs.")
}

fn judge(field: &Field, member: Member, text: &str, address: &str) -> Option<Finding> {
    let applies = |rule: &&Rule| {
        rule.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
            && rule.unless.as_ref().is_none_or(|pattern| !pattern.is_match(text))
            && rule.when.server.as_ref().is_none_or(|pattern| pattern.is_match(address))
    };
    if let Some(rule) = field.wrong.iter().chain(&field.right).find(applies) {
        let mend = match (&rule.mend, &rule.pattern) {
            (Some(RuleMend::Replace(template)), Some(pattern)) if member == Member::Server => {
                pattern.expand(text, template).map(|text| settle(field, text)).map(FieldMend::replace)
            }
            (Some(_) | None, _) => None,
        };
        return Some(Finding::new(member, rule.severity, &rule.text).mended_by(mend));
    }
    field.otherwise.as_ref().map(|otherwise| Finding::new(member, otherwise.severity, &otherwise.text))
}

/// Goes on until no rule rewrites the address any more.
fn settle(field: &Field, mut text: String) -> String {
    for _ in 0..4 {
        let next = field.wrong.iter().find_map(|rule| match (&rule.mend, &rule.pattern) {
            (Some(RuleMend::Replace(template)), Some(pattern)) => pattern.expand(&text, template),
            (Some(_) | None, _) => None,
        });
        match next {
            Some(next) if next != text => text = next,
            Some(_) | None => break,
        }
    }
    text
}
