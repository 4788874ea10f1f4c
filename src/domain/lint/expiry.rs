//! When a password ends, where it says so itself. Reads what is signed without checking the signature: it is a hint.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::domain::Sensitive;

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
