//! What only shows when two values are seen together.

use super::{FieldMend, Finding, MendChange, Seen, Severity};
use crate::domain::secret_shape::looks_secret;
use crate::domain::{EcrHost, Member};

pub(super) fn check(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let values = &seen.values;
    if !values.user.is_empty() && values.user == values.password {
        // Some registries want a token as both.
        let severity = if looks_secret(values.user).is_some() { Severity::Info } else { Severity::Warn };
        findings.push(Finding::new(Member::Password, severity, "is the same as the user"));
    }
    let Some(account) = account_of_key(values.user) else { return };
    let host = seen.host.as_deref().unwrap_or_default();
    if let Some(ecr) = EcrHost::parse(host)
        && ecr.account != account
    {
        let text = format!(
            "belongs to the AWS account {account}, the server to {}: the repository's policy there must allow it",
            ecr.account
        );
        findings.push(Finding::new(Member::User, Severity::Info, text));
    }
    if let Some(change) = super::server::with_account(values.server, &account) {
        let label = match &change {
            MendChange::Replace(server) => format!("use {server}, the account of the access key"),
            MendChange::Trim | MendChange::Unwrap | MendChange::SwapUserAndPassword | MendChange::UsePreset(_) => {
                String::new()
            }
        };
        for finding in findings.iter_mut().filter(|f| f.member == Member::Server && f.mend.is_none()) {
            finding.mend = Some(FieldMend { label: label.clone(), change: change.clone() });
        }
    }
}

/// The account an access key's id was made in, twelve digits.
///
/// The id carries it in base 32 after its first four letters: 40 bits below the first, which is set in ids made since
/// about 2019; older ids carry none. Found by several independent readers of such ids, not documented by AWS.
pub(super) fn account_of_key(id: &str) -> Option<String> {
    let body = id.strip_prefix("AKIA").filter(|body| body.len() == 16)?;
    let bits = body.bytes().take(10).try_fold(0u64, |bits, c| {
        let five = match c {
            b'A'..=b'Z' => c - b'A',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        Some((bits << 5) | u64::from(five))
    })?;
    // 50 bits were read; the account is in the first 48, without the first and the last seven of them.
    let first_six_bytes = bits >> 2;
    if first_six_bytes >> 47 == 0 {
        return None;
    }
    Some(format!("{:012}", (first_six_bytes & 0x7fff_ffff_ff80) >> 7))
}
