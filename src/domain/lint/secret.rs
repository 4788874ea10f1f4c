//! User and password: what the preset's rules say, and well-known secrets in the wrong field or at the wrong registry.

use super::{FieldMend, Finding, MendChange, Seen, Severity};
use crate::domain::Member;
use crate::domain::preset::{self, Content, RuleMend, Token};

/// What is to be said about the member's value, which is USER's or PASSWORD's.
pub(super) fn check(seen: &Seen<'_>, member: Member, findings: &mut Vec<Finding>) {
    let text = seen.values.get(member);
    if !text.is_empty() && !super::placeholder::is_placeholder(member, text) {
        findings.extend(judge(seen, member, text));
    }
}

/// The first that has something to say: what is known to be wrong, well-known secrets, what is right, the rest.
fn judge(seen: &Seen<'_>, member: Member, text: &str) -> Option<Finding> {
    let field = seen.preset.field(member);
    let of = |rules: &[preset::Rule]| {
        let rule = rules.iter().find(|rule| seen.applies(rule, text))?;
        let mend = rule.mend.as_ref().and_then(|mend| field_mend(member, mend, text));
        Some(Finding::new(member, rule.severity, &rule.text).mended_by(mend))
    };
    let otherwise = || {
        let otherwise = field.otherwise.as_ref()?;
        let mend = otherwise.replace.as_ref().filter(|_| member != Member::Password).map(FieldMend::replace);
        Some(Finding::new(member, otherwise.severity, &otherwise.text).mended_by(mend))
    };
    let content = || {
        let (severity, text) = match field.content? {
            Content::GoogleKey => super::google_key::check(text),
        };
        Some(Finding::new(member, severity, text))
    };
    of(&field.wrong)
        .or_else(|| known_token(seen, member, text))
        .or_else(content)
        .or_else(|| of(&field.right))
        .or_else(otherwise)
}

fn field_mend(member: Member, mend: &RuleMend, text: &str) -> Option<FieldMend> {
    let rewritten =
        |label: &str, value: String| FieldMend { label: label.to_owned(), change: MendChange::Replace(value) };
    match mend {
        RuleMend::Preset(id) => FieldMend::use_preset(id),
        RuleMend::Swap => Some(FieldMend::swap()),
        // The reader of presets refuses these for a password; here they would show it.
        RuleMend::Replace(_) | RuleMend::LowerCase | RuleMend::UpperCase if member == Member::Password => None,
        RuleMend::Replace(value) => Some(FieldMend::replace(value)),
        RuleMend::LowerCase => Some(rewritten("change to lower case", text.to_lowercase())),
        RuleMend::UpperCase => Some(rewritten("change to upper case", text.to_uppercase())),
    }
}

/// Tokens known by their looks.
fn known_token(seen: &Seen<'_>, member: Member, text: &str) -> Option<Finding> {
    let token = preset::token_of(text)?;
    if token.member != member {
        if member == Member::User && seen.values.user == seen.values.password {
            return None; // some registries want the token as both
        }
        let what = format!("looks like {}, which belongs in the {} field", token.name, token.member.word());
        return Some(Finding::new(member, Severity::Block, what).mended_by(Some(FieldMend::swap())));
    }
    let found = |severity, text: String| Some(Finding::new(member, severity, text));
    let Some(home) = token.product.as_deref() else {
        return found(token.elsewhere, format!("looks like {}, which no image registry accepts", token.name));
    };
    match seen.product() {
        Some(product) if product == home => at_home(token, member, text),
        Some(product) => {
            // What stands in USER is no secret and some product may allow it.
            let severity = if member == Member::User { token.elsewhere } else { Severity::Block };
            found(
                severity,
                format!("looks like {}, which is for {home}, but this is a server of {product}", token.name),
            )
        }
        None if token.elsewhere == Severity::Good => at_home(token, member, text),
        None => found(token.elsewhere, format!("looks like {}, which is for {home} only", token.name)),
    }
}

/// A token at the product it is made for; a user needs no praise.
fn at_home(token: &Token, member: Member, text: &str) -> Option<Finding> {
    if let Some(note) = &token.note {
        return Some(Finding::new(member, note.severity, &note.text));
    }
    if token.whole.as_ref().is_some_and(|whole| !whole.is_match(text)) {
        let what = format!("begins like {} but has an unusual length: did you copy all of it?", token.name);
        return Some(Finding::new(member, Severity::Warn, what));
    }
    (member == Member::Password).then(|| Finding::new(member, Severity::Good, format!("looks like {}", token.name)))
}
