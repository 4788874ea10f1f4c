//! A token server's answer as docker decodes it.
//!
//! Source: docker/distribution 2.8.3, `registry/client/auth/session.go`: `getTokenResponse` (`token`, `access_token`
//! and `refresh_token` are strings, `expires_in` an `int`, `issued_at` a `time.Time`), decoded by one `Decode`;
//! `access_token` takes precedence over `token`; no token is a failure; less than a minute counts as one minute. The
//! time: Go 1.24 `time` (`Time.UnmarshalJSON`, `Parse` with `RFC3339`), which also accepts a one-digit hour and a
//! comma.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use reqwest::header::HeaderValue;
use thiserror::Error;
use zeroize::Zeroizing;

use super::pair::sensitive;
use crate::domain::go_json::{GoFault, GoFields, GoText, GoValue};

/// Docker's minimum lifetime of a token, in seconds.
const LEAST: i64 = 60;

/// A token, as the header that carries it.
pub(super) struct Token {
    pub header: HeaderValue,
    issued: Option<DateTime<Utc>>,
    seconds: i64,
}

/// Why docker gets no token out of an answer. Follows “its answer”.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum NoAnswer {
    #[error(transparent)]
    Undecoded(#[from] GoFault),
    #[error("has {0} in the field `issued_at` instead of a time such as 2026-01-31T12:00:00Z")]
    Time(&'static str),
    #[error("contains no token")]
    NoToken,
    #[error("has a token with control characters, which fits into no header")]
    Unsendable,
}

impl Token {
    pub(super) fn read(body: &[u8]) -> Result<Self, NoAnswer> {
        let value = GoValue::first(body)?;
        let fields = value.fields()?;
        let (token, access) = (fields.text("token")?, fields.text("access_token")?);
        fields.text("refresh_token")?;
        let seconds = fields.integer("expires_in")?.unwrap_or_default();
        let issued = issued(fields)?;
        let is_there = |text: &&GoText| !text.value.is_empty();
        let token = access.filter(is_there).or(token.filter(is_there)).ok_or(NoAnswer::NoToken)?;
        let header = sensitive(&Zeroizing::new(format!("Bearer {}", token.value.expose())));
        Ok(Self { header: header.ok_or(NoAnswer::Unsendable)?, issued, seconds })
    }

    /// When docker considers it expired, if it came now. Overflows as Go's `Duration` does.
    pub(super) fn ends(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let life = TimeDelta::nanoseconds(self.seconds.max(LEAST).wrapping_mul(1_000_000_000));
        self.issued.unwrap_or(now).checked_add_signed(life).unwrap_or(now)
    }
}

/// `None` where the field is missing, or Go's zero time, which counts as missing.
fn issued(fields: GoFields<'_>) -> Result<Option<DateTime<Utc>>, NoAnswer> {
    let mut last = None;
    for value in fields.all("issued_at") {
        last = match value {
            GoValue::Text(text) if text.is_literal => Some(time(text.value.expose()).ok_or(NoAnswer::Time("a text"))?),
            _ => return Err(NoAnswer::Time(value.kind())), // any other kind, or escaped letters
        };
    }
    let zero = NaiveDate::from_ymd_opt(1, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc());
    Ok(last.filter(|time| Some(*time) != zero))
}

/// Go's `Parse` with `2006-01-02T15:04:05Z07:00`.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let mut left = Left(text.as_bytes());
    let year = i32::try_from(left.digits(4)?).ok()?;
    let month = left.skip(b'-')?.digits(2)?;
    let day = left.skip(b'-')?.digits(2)?;
    let hour = left.skip(b'T')?.hour()?;
    let minute = left.skip(b':')?.digits(2)?;
    let second = left.skip(b':')?.digits(2)?;
    left.fraction();
    let ahead = left.zone()?;
    let local = NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, minute, second)?;
    local.checked_sub_signed(TimeDelta::minutes(ahead)).map(|time| time.and_utc())
}

/// The rest of a text to be read.
struct Left<'a>(&'a [u8]);

impl Left<'_> {
    fn skip(&mut self, mark: u8) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(&[mark])?;
        Some(self)
    }

    /// Exactly this many digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    fn hour(&mut self) -> Option<u32> {
        let is_two = self.0.get(1).is_some_and(u8::is_ascii_digit);
        self.digits(if is_two { 2 } else { 1 })
    }

    fn fraction(&mut self) {
        if let [b'.' | b',', first, ..] = self.0
            && first.is_ascii_digit()
        {
            let digits = self.0[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.0 = &self.0[1 + digits..];
        }
    }

    /// Minutes ahead of UTC, at the end. Go limits hours to 24 and minutes to 60.
    fn zone(&mut self) -> Option<i64> {
        let sign = match self.0.first()? {
            b'Z' => return (self.0.len() == 1).then_some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.digits(2).filter(|hours| *hours <= 24)?;
        let minutes = self.skip(b':')?.digits(2).filter(|minutes| *minutes <= 60)?;
        self.0.is_empty().then_some(sign * i64::from(hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<(String, i64), NoAnswer> {
        let now = DateTime::UNIX_EPOCH;
        let token = Token::read(body.as_bytes())?;
        let header = String::from_utf8_lossy(token.header.as_bytes()).into_owned();
        Ok((header, (token.ends(now) - now).num_seconds()))
    }

    #[test]
    fn what_docker_decodes_is_a_token() {
        for (body, token, life) in [
            (r#"{"token":"t"}"#, "t", 60),
            (r#"{"access_token":"t"}"#, "t", 60),
            (r#"{"token":"x","access_token":"t","expires_in":300}"#, "t", 300),
            (r#"{"token":"t","access_token":"","expires_in":59}"#, "t", 60),
            (r#"{"Token":"t","EXPIRES_IN":61}"#, "t", 61),
            (r#"{"token":"t","expires_in":null,"issued_at":null,"refresh_token":null}"#, "t", 60),
            (r#"{"token":"t","expires_in":-1} and more"#, "t", 60),
            (r#"{"token":"t","issued_at":"1970-01-01T01:00:00Z"}"#, "t", 3660),
            (r#"{"token":"t","issued_at":"1970-01-01T01:00:00.123456789012+01:00"}"#, "t", 60),
            (r#"{"token":"t","issued_at":"1970-01-01T1:00:00,5-00:30"}"#, "t", 5460),
            (r#"{"token":"t","issued_at":"0001-01-01T00:00:00Z"}"#, "t", 60),
            (r#"{"token":"t","scope":1,"expires":"x","refresh_token":"r"}"#, "t", 60),
            (r#"{"token":"tö ken"}"#, "tö ken", 60),
        ] {
            assert_eq!(read(body), Ok((format!("Bearer {token}"), life)), "{body}");
        }
    }

    #[test]
    fn what_docker_does_not_decode_is_none() {
        for body in [
            "",
            "<html>",
            "[]",
            "\"t\"",
            "token=t",
            r#"{"token":"t""#,
            r"{'token':'t'}",
            r#"{"token":1}"#,
            r#"{"token":["t"]}"#,
            r#"{"token":"t","access_token":{}}"#,
            r#"{"token":"t","expires_in":"3600"}"#,
            r#"{"token":"t","expires_in":3600.0}"#,
            r#"{"token":"t","expires_in":1e3}"#,
            r#"{"token":"t","expires_in":9223372036854775808}"#,
            r#"{"token":"t","expires_in":true}"#,
            r#"{"token":"t","refresh_token":1}"#,
            r#"{"token":"t","token":1}"#,
            "\u{feff}{\"token\":\"t\"}",
        ] {
            assert!(matches!(read(body), Err(NoAnswer::Undecoded(_))), "{body}: {:?}", read(body));
        }
        for time in [
            "\"\"",
            "1600000000",
            "\"1600000000\"",
            "\"2026-01-31\"",
            "\"2026-01-31 12:00:00Z\"",
            "{}",
            "[]",
            "true",
            "\"2026-01-31T12:00:00\"",
            "\"2026-01-31t12:00:00Z\"",
            "\"2026-01-31T12:00:00z\"",
            "\"2026-02-30T12:00:00Z\"",
            "\"2026-01-31T24:00:00Z\"",
            "\"2026-01-31T12:00:60Z\"",
            "\"2026-01-31T12:00:00+0100\"",
            "\"2026-01-31T12:00:00+25:00\"",
            "\"2026-01-31T12:00:00Z \"",
            "\"2026-1-31T12:00:00Z\"",
            "\"\\u0032026-01-31T12:00:00Z\"",
            "\"2026-01-31T12:00:00.Z\"",
            "\"Sat, 31 Jan 2026 12:00:00 GMT\"",
        ] {
            let body = format!(r#"{{"token":"t","issued_at":{time}}}"#);
            assert!(matches!(read(&body), Err(NoAnswer::Time(_))), "{body}: {:?}", read(&body));
        }
        for body in ["{}", "null", r#"{"token":""}"#, r#"{"token":null}"#, r#"{"id_token":"t"}"#] {
            assert_eq!(read(body), Err(NoAnswer::NoToken), "{body}");
        }
        assert_eq!(read(r#"{"token":"a\nb"}"#), Err(NoAnswer::Unsendable));
    }
}
