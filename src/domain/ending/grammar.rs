//! How an expiry is written: a day, a length from today, or “never”. Small on purpose: an ambiguous text is refused
//! rather than guessed.

use chrono::{Days, Months, NaiveDate};
use thiserror::Error;

use super::End;

/// The accepted formats, for help texts.
pub const AS: &str = "2027-05-14, 90 days, 1 year or never";

/// Nobody means a longer lifetime: that would be “never”.
const FARTHEST: Months = Months::new(100 * 12);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EndFault {
    #[error("not understood: write it as {AS}")]
    Unreadable,
    #[error("there is no such day: write it as {AS}")]
    NoSuchDay,
    #[error("{0} is in the past: an expired password cannot be used")]
    Past(NaiveDate),
    #[error("that is more than 100 years away: write never, or an earlier day")]
    TooFar,
}

pub(super) fn parse(text: &str, today: NaiveDate) -> Result<End, EndFault> {
    let text = text.trim().to_ascii_lowercase();
    if text == "never" {
        return Ok(End::Never);
    }
    let date = if looks_like_a_day(&text) {
        NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| EndFault::NoSuchDay)?
    } else {
        after(&text, today)?
    };
    if date < today {
        return Err(EndFault::Past(date));
    }
    match today.checked_add_months(FARTHEST) {
        Some(farthest) if date <= farthest => Ok(End::On(date)),
        Some(_) | None => Err(EndFault::TooFar),
    }
}

/// Four digits, two and two, as in ISO 8601.
fn looks_like_a_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_digits = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_digits) && parts.iter().map(|part| part.len()).eq([4, 2, 2])
}

/// “in 90 days”, “90 days”, “90d”, “1 year”.
fn after(text: &str, today: NaiveDate) -> Result<NaiveDate, EndFault> {
    let text = text.strip_prefix("in ").unwrap_or(text).trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(EndFault::Unreadable);
    }
    // A number too large for this is also too far away.
    let number: u32 = number.parse().map_err(|_| EndFault::TooFar)?;
    let months = |many: Option<u32>| many.and_then(|many| today.checked_add_months(Months::new(many)));
    let days = |many: u64| today.checked_add_days(Days::new(many));
    let date = match unit.trim() {
        "d" | "day" | "days" => days(u64::from(number)),
        "w" | "week" | "weeks" => days(u64::from(number) * 7),
        "month" | "months" => months(Some(number)),
        "y" | "year" | "years" => months(number.checked_mul(12)),
        _ => return Err(EndFault::Unreadable), // “m” could be minutes, and a bare number anything
    };
    date.ok_or(EndFault::TooFar)
}
