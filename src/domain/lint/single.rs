//! The two values of a product that needs one secret only: the registry's address, and the token.

use super::{FieldMend, Finding, MendChange, Severity, VALUE_LIMIT, placeholder, sorted, value};
use crate::domain::preset::{Field, Rule, RuleMend, Single, host_of};
use crate::domain::{Member, Members, Sensitive, untrusted};

/// [`check_single`] of values as a form has them; the user counts for nothing.
pub fn check_single_values(single: &Single, values: &Members<Sensitive>) -> Vec<Finding> {
    check_single(single, values.server.expose(), &values.password)
}

/// The same, and what stands in the way of going on.
pub fn check_single_to_continue(single: &Single, values: &Members<Sensitive>) -> Vec<Finding> {
    let mut findings = obstacles_of_single(single, values);
    findings.extend(check_single_values(single, values));
    sorted(findings)
}

/// What stands in the way of going on, whatever the values look like: empty fields, NUL, and more than [`VALUE_LIMIT`]
/// bytes. Of these two the token alone becomes a secret.
pub fn obstacles_of_single(single: &Single, values: &Members<Sensitive>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (member, field) in [(Member::Server, &single.server), (Member::Password, &single.password)] {
        if values.get(member).is_empty() {
            findings.push(Finding::new(member, Severity::Block, format!("is empty: fill in “{}”", field.label)));
        }
    }
    let token = values.password.expose();
    if token.contains(['\0', '\n', '\r']) {
        let what = "has more than one line, or a NUL: no registry accepts such a token";
        findings.push(Finding::new(Member::Password, Severity::Block, what));
    }
    if token.len() > VALUE_LIMIT {
        let what = format!("has {} bytes; GitHub accepts at most {VALUE_LIMIT} (48 KB when sealed)", token.len());
        findings.push(Finding::new(Member::Password, Severity::Block, what));
    }
    findings
}

/// All there is to say about address and token, most severe first. An empty one gives no finding.
pub fn check_single(single: &Single, address: &str, token: &Sensitive) -> Vec<Finding> {
    let mut findings = Vec::new();
    value::check(Member::Server, address, &mut findings);
    value::check(Member::Password, token.expose(), &mut findings);
    let (address, token) = (address.trim(), token.expose().trim());
    if address.contains(untrusted::is_hostile) {
        let what = "contains an invisible or control character: type it instead of pasting it";
        findings.push(Finding::new(Member::Server, Severity::Block, what));
    } else if !address.is_empty() {
        findings.extend(judge(&single.server, Member::Server, address, address));
    }
    if !token.is_empty() && !placeholder::is_placeholder(Member::Password, token) {
        findings.extend(judge(&single.password, Member::Password, token, address));
    }
    let host = host_of(address);
    if let Some(host) = host.filter(|host| token.starts_with("npm_") && single.is_host(host) && is_elsewhere(host)) {
        let what = format!("is an npmjs token, but the registry is {host}");
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
