//! What can be wrong with any value: white space, invisible characters, quotation marks, placeholders.

use super::{FieldMend, Finding, Severity};
use crate::domain::{Member, foreign};

pub(super) fn check(member: Member, value: &str, findings: &mut Vec<Finding>) {
    if value.is_empty() {
        return;
    }
    let text = value.trim();
    if text.is_empty() {
        let finding = Finding::new(member, Severity::Block, "is nothing but white space");
        findings.push(finding.mended_by(Some(FieldMend::trim())));
        return;
    }
    if text != value {
        let what = if value.ends_with('\n') { "ends in a line break" } else { "has white space at an end" };
        let text = format!("{what}, which would become part of the stored value");
        findings.push(Finding::new(member, Severity::Block, text).mended_by(Some(FieldMend::trim())));
    }
    // The server's grammar sees these by itself.
    if member != Member::Server {
        check_characters(member, text, findings);
        check_wrapping(member, text, findings);
    }
}

fn check_characters(member: Member, text: &str, findings: &mut Vec<Finding>) {
    let is_line_end = |c: char| matches!(c, '\n' | '\r');
    let odd = |c: char| foreign::is_hostile(c) && !is_line_end(c) && !(c == '\t' && member == Member::Password);
    if text.contains(is_line_end) {
        let (severity, what) = match member {
            Member::User => (Severity::Block, "has more than one line"),
            // A service account's key in JSON is a password of many lines.
            Member::Password if text.starts_with('{') => return,
            Member::Server | Member::Password => (Severity::Warn, "has more than one line: was too much copied?"),
        };
        findings.push(Finding::new(member, severity, what));
    }
    if text.contains(odd) {
        let what = "contains an invisible or control character: type it again, or copy it from another place";
        findings.push(Finding::new(member, Severity::Warn, what));
    }
    if member == Member::User && text.contains(' ') {
        findings.push(Finding::new(member, Severity::Warn, "contains a space, which hardly any registry allows"));
    }
}

/// Quotation marks and placeholders that came along with what was copied.
fn check_wrapping(member: Member, text: &str, findings: &mut Vec<Finding>) {
    let inner = unquoted(text);
    if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
        let what = "has quotation marks around it, which belong to a shell and not to the value";
        let mend = (member == Member::User).then(|| FieldMend::replace(inner));
        findings.push(Finding::new(member, Severity::Warn, what).mended_by(mend));
    } else if is_placeholder(text) {
        findings.push(Finding::new(member, Severity::Warn, "looks like a placeholder, not like the value itself"));
    }
}

/// What stands within all the quotation marks around a text; `None` if there are none.
fn unquoted(text: &str) -> Option<&str> {
    let peel = |text| ['"', '\'', '`'].iter().find_map(|q| str::strip_suffix(str::strip_prefix(text, *q)?, *q));
    let mut inner = peel(text)?.trim();
    while let Some(deeper) = peel(inner) {
        inner = deeper.trim();
    }
    Some(inner)
}

/// `<token>`, `$TOKEN`, `${TOKEN}`, `${{ secrets.TOKEN }}`, `%TOKEN%`, and rows of stars, bullets or x.
pub(super) fn is_placeholder(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let between = |head: &str, tail: &str| text.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
    between("<", ">").is_some_and(|inner| !inner.is_empty() && !inner.contains(['<', '>']))
        || between("${", "}").is_some()
        || between("%", "%").is_some_and(is_name)
        || text.strip_prefix('$').is_some_and(is_name)
        || (text.chars().count() >= 3
            && ['*', '•', 'x', 'X', '.', '…', '●'].iter().any(|c| text.chars().all(|d| d == *c)))
}
