//! What can be wrong with any value, whatever the registry: white space, characters nobody sees, quotation marks,
//! placeholders, and words that belong to what was around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::placeholder::{is_kept_elsewhere, is_masked, is_placeholder, is_value, is_variables_name};
use super::wrapping::{bracketed, half_quote, is_unseen, name, trimmed, unquoted};
use super::{FieldMend, Finding, Severity};
use crate::domain::output::{self, Kind, Output};
use crate::domain::preset::token_of;
use crate::domain::secret_shape::{is_assignment, is_pair_in_base64};
use crate::domain::{Member, Members, Sensitive, untrusted};

/// What needs no product to be seen in user and password, most severe first. The server is judged by its own grammar.
pub fn check_any(user: &Sensitive, password: &Sensitive) -> Vec<Finding> {
    let mut findings = Vec::new();
    check(Member::User, user.expose(), &mut findings);
    check(Member::Password, password.expose(), &mut findings);
    check_pair(&Members { server: "", user: user.expose().trim(), password: password.expose().trim() }, &mut findings);
    super::sorted(findings)
}

pub(super) fn check(member: Member, value: &str, findings: &mut Vec<Finding>) {
    if value.is_empty() {
        return;
    }
    let text = trimmed(value);
    if text.is_empty() {
        let finding = Finding::new(member, Severity::Block, "is only white space");
        findings.push(finding.mended_by(Some(FieldMend::trim())));
        return;
    }
    if text != value {
        findings.push(end(member, value, text));
    }
    // The server's grammar sees these by itself.
    if member != Member::Server {
        check_characters(member, text, findings);
        check_wrapping(member, text, findings);
    }
}

/// What stands at an end and belongs to no value.
fn end(member: Member, value: &str, text: &str) -> Finding {
    let after = value.trim_start_matches(|c: char| c.is_whitespace() || name(c).is_some()).strip_prefix(text);
    let what = match after.unwrap_or_default() {
        tail if tail.ends_with("\r\n") || tail.ends_with('\n') => "ends in a line break".to_owned(),
        tail if tail.contains('\r') => "ends in a carriage return, as in files from Windows".to_owned(),
        tail => {
            let unseen = value.chars().next().into_iter().chain(tail.chars()).find_map(name);
            format!("has {} at one end", unseen.unwrap_or("white space"))
        }
    };
    let text = format!("{what}, which would become part of the value");
    let mend = if value.trim() == trimmed(value) { FieldMend::trim() } else { FieldMend::unwrap("remove it") };
    Finding::new(member, Severity::Block, text).mended_by(Some(mend))
}

fn check_characters(member: Member, text: &str, findings: &mut Vec<Finding>) {
    let is_line_end = |c: char| matches!(c, '\n' | '\r');
    let odd = |c: char| untrusted::is_hostile(c) && !is_line_end(c) && !(c == '\t' && member == Member::Password);
    if text.contains(is_line_end) {
        let (severity, what) = match member {
            Member::User => (Severity::Block, "has more than one line"),
            // A service account's key in JSON is a password of many lines.
            Member::Password if text.starts_with('{') => return,
            Member::Server | Member::Password => (Severity::Warn, "has more than one line: did you copy too much?"),
        };
        findings.push(Finding::new(member, severity, what));
    }
    let mend = || Some(FieldMend::unwrap("remove invisible characters"));
    if let Some(name) = text.chars().find_map(name) {
        let what = format!("contains {name}, an invisible character picked up when copying");
        findings.push(Finding::new(member, Severity::Warn, what).mended_by(mend()));
    } else if text.contains(odd) {
        let what = "contains an invisible or control character: type it, or copy it from somewhere else";
        let can_go = text.chars().filter(|c| odd(*c)).all(|c| is_unseen(c) && !c.is_control());
        findings.push(Finding::new(member, Severity::Warn, what).mended_by(mend().filter(|_| can_go)));
    }
    if member == Member::User && text.contains(' ') {
        findings.push(Finding::new(member, Severity::Warn, "contains a space, which almost no registry allows"));
    }
}

/// Quotation marks, placeholders and other things that came along with what was copied.
fn check_wrapping(member: Member, text: &str, findings: &mut Vec<Finding>) {
    let warn = |what: &str| Finding::new(member, Severity::Warn, what);
    let unwrapping = |inner: &str, label: &str| match member {
        Member::User => FieldMend::replace(inner),
        Member::Server | Member::Password => FieldMend::unwrap(label),
    };
    if let Some(what) = whole_output(text) {
        findings.push(warn(&what));
        return;
    }
    let within = |inner: &&str| !inner.is_empty();
    if let Some(inner) = unquoted(text).filter(within) {
        let what = "has quotation marks around it, from a shell or a text: they are not part of the value";
        findings.push(warn(what).mended_by(Some(unwrapping(inner, "remove the quotation marks"))));
    } else if let Some(inner) = bracketed(text).filter(|inner| is_value(inner)) {
        let what = "has brackets around it, from the text it was copied from";
        findings.push(warn(what).mended_by(Some(unwrapping(inner, "remove the brackets"))));
    } else if is_placeholder(member, text) {
        let is_copy = is_masked(text) && text.chars().any(|c| c.is_ascii_alphanumeric() && !matches!(c, 'x' | 'X'));
        findings.push(warn(if is_kept_elsewhere(text) {
            "is a reference to where the value is stored, not the value itself"
        } else if is_copy {
            "is a masked copy, a placeholder for the hidden value: copy it where it is shown in full"
        } else {
            "looks like a placeholder, not the value itself"
        }));
    } else if is_variables_name(text) {
        findings.push(warn("is the name of a variable, not its value"));
    } else if let Some(mark) = half_quote(text) {
        findings.push(warn(&format!("has the quotation mark {mark} at one end: did you copy all of it, and no more?")));
    }
    if let Some(what) = lead(text) {
        findings.push(warn(what));
    }
}

/// The whole output of a program that prints a login, in place of the password in it.
fn whole_output(text: &str) -> Option<String> {
    let kind = match output::recognize(text)? {
        // A token alone is the password.
        Output::Logins(Kind::GoogleToken, _) => return None,
        Output::Logins(kind, _) | Output::Configuration(kind, _) => kind,
    };
    let ends = kind.ends().map(|ends| format!("; {ends}")).unwrap_or_default();
    let what = kind.words();
    Some(format!("is {what}: enter only the password from it, or save it to a file and use --from file:PATH{ends}"))
}

/// A word in front that belongs to a header, a command or an address.
fn lead(text: &str) -> Option<&'static str> {
    let begins = |head: &str| {
        text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)) && text.len() > head.len()
    };
    let is_address = ["https://", "http://"].into_iter().any(begins);
    if ["bearer ", "basic ", "authorization:", "token "].into_iter().any(begins) {
        return Some("begins with a header word, such as Bearer or Basic, which is not part of the value");
    }
    let is_command = ["export ", "set ", "docker login", "--password", "-p ", "echo "].into_iter().any(begins);
    if is_command || is_assignment(text) {
        return Some("begins with its own name or a command, not with the value itself");
    }
    if is_prompt(text) {
        return Some("begins with a shell prompt, which is not part of the value");
    }
    is_address.then_some("is an address, not a user or password")
}

/// `$ …`, `# …`, `PS C:\\> …`, `ann@host:~$ …`.
fn is_prompt(text: &str) -> bool {
    let Some((head, rest)) = text.split_once(' ') else { return false };
    let is_host = || head.contains('@') && head.ends_with(['$', '#', '%', '>']);
    let is_windows = || head.get(1..).is_some_and(|rest| rest.starts_with(":\\") && rest.ends_with('>'));
    let is_mark = matches!(head, "$" | "#" | "%" | ">" | "❯" | "➜" | "λ");
    !rest.trim().is_empty() && (is_mark || is_host() || is_windows() || text.starts_with("PS "))
}

/// What only shows beside the user: both in one, plain or as docker's configuration keeps them.
pub(super) fn check_pair(values: &Members<&str>, findings: &mut Vec<Finding>) {
    let (user, password) = (values.user, values.password);
    let is_both = |text: &str| {
        let rest = text.strip_prefix(user).filter(|_| !user.is_empty());
        rest.is_some_and(|rest| rest.starts_with(':') && rest.len() > 1)
    };
    if is_both(password) {
        let what = "begins with the user and a colon: enter only the password";
        findings.push(Finding::new(Member::Password, Severity::Warn, what));
        return;
    }
    let decoded = STANDARD.decode(password.as_bytes()).ok().map(Zeroizing::new);
    let is_pair = decoded.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok()).is_some_and(is_both);
    // Some products' own tokens have a colon inside as well.
    if is_pair || (token_of(password).is_none() && is_pair_in_base64(password)) {
        let what = "is user and password in base64, as docker's configuration stores them: enter only the password";
        findings.push(Finding::new(Member::Password, Severity::Warn, what));
    }
}
