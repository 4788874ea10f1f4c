//! When a password ends, where it says so itself. Reads what is signed without checking the signature: it is a hint.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{Finding, Severity};
use crate::domain::{Member, Sensitive};

/// More than any token seen so far: Amazon's have about 2000 to 3200 characters.
const LONGEST: usize = 16 * 1024;

#[derive(Deserialize)]
struct EcrToken {
    expiration: i64,
}

#[derive(Deserialize)]
struct Claims {
    exp: f64,
}

/// When a decoded token of Amazon ECR ends, in seconds since 1970 UTC.
pub fn ecr_token_expiry(password: &Sensitive) -> Option<i64> {
    let text = bounded(password)?.trim_end_matches('=');
    let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
    let json = zeroize::Zeroizing::new(STANDARD.decode(zeroize::Zeroizing::new(padded).as_bytes()).ok()?);
    serde_json::from_slice::<EcrToken>(&json).ok().map(|token| token.expiration)
}

/// When a JSON Web Token ends (RFC 7519, `exp`), in seconds since 1970 UTC.
pub fn jwt_expiry(password: &Sensitive) -> Option<i64> {
    let mut parts = bounded(password)?.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let json = zeroize::Zeroizing::new(URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?);
    let exp = serde_json::from_slice::<Claims>(&json).ok()?.exp;
    // A whole second within what a clock can show; the cast cannot lose more than the fraction.
    #[allow(clippy::cast_possible_truncation)]
    (exp.is_finite() && exp.abs() < 1e15).then_some(exp as i64)
}

fn bounded(password: &Sensitive) -> Option<&str> {
    let text = password.expose().trim();
    (text.len() <= LONGEST).then_some(text)
}

/// A password that says when it ends, at this moment: one that is over, and one that will be before long.
pub fn check_end(password: &Sensitive, now: DateTime<Utc>) -> Option<Finding> {
    let end = DateTime::from_timestamp(ecr_token_expiry(password).or_else(|| jwt_expiry(password))?, 0)?;
    let left = end.signed_duration_since(now);
    let (severity, text) = match left {
        _ if left <= TimeDelta::zero() => (Severity::Warn, format!("expired {} ago: get a new one", words(-left))),
        _ if left <= TimeDelta::days(3) => {
            (Severity::Warn, format!("expires in {}; codespaces started later cannot pull", words(left)))
        }
        _ => (Severity::Info, format!("expires on {}", end.format("%Y-%m-%d"))),
    };
    Some(Finding::new(Member::Password, severity, text))
}

/// The two largest units: `2 days 3 h`, `11 h 40 min`.
fn words(time: TimeDelta) -> String {
    let minutes = time.num_minutes();
    let (days, hours, minutes) = (minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        (1, _) => format!("1 day {hours} h"),
        _ => format!("{days} days"),
    }
}
