//! When a password expires: what a person entered or what the value itself contains, and what that means today.
//!
//! Nothing is guessed, and nothing here knows what day it is: that is passed in. Days are UTC days.

mod grammar;
pub mod record;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};

use super::lint::{ecr_token_expiry, jwt_expiry};
use super::{Draft, Member, Sensitive};

pub use grammar::{AS, EndFault};
pub use record::{Entry, Record, Told};

/// When a password stops working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It stops working on this day.
    On(NaiveDate),
    /// To the second, which only a value contains.
    At(DateTime<Utc>),
    Never,
}

/// Where an expiry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Value,
    Person,
}

/// What an expiry means at a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This many days ago; 0 is today.
    Ended {
        days: i64,
    },
    /// In this many days; 0 is today.
    Ends {
        days: i64,
    },
    Never,
}

/// How urgent an expiry is at a given time, the least urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    Nothing,
    /// Within 30 days.
    Month,
    /// Within 7 days.
    Week,
    /// Tomorrow or today.
    Day,
    Over,
}

impl End {
    /// Parses the formats of [`AS`]; lengths are counted from `today`.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, EndFault> {
        grammar::parse(text, today)
    }

    /// The expiry a value contains. Its signature is not checked: it is a hint.
    pub fn told_by(password: &Sensitive) -> Option<Self> {
        let second = ecr_token_expiry(password).or_else(|| jwt_expiry(password))?;
        DateTime::from_timestamp(second, 0).map(Self::At)
    }

    /// The day it stops working.
    pub fn date(&self) -> Option<NaiveDate> {
        match self {
            Self::On(date) => Some(*date),
            Self::At(at) => Some(at.date_naive()),
            Self::Never => None,
        }
    }

    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        let today = now.date_naive();
        let Some(days) = self.date().map(|date| date.signed_duration_since(today).num_days()) else {
            return Standing::Never;
        };
        let is_over = match self {
            Self::At(at) => *at <= now,
            Self::On(_) | Self::Never => days < 0,
        };
        if is_over { Standing::Ended { days: -days } } else { Standing::Ends { days } }
    }

    /// How it was understood: “2027-05-14, expires in 90 days”.
    pub fn words(&self, now: DateTime<Utc>) -> String {
        match self.date() {
            Some(date) => format!("{date}, {}", self.standing(now).words()),
            None => "it does not expire".to_owned(),
        }
    }
}

/// The expiry of a password that is written: what the value contains, else what a person entered.
pub fn of_draft(draft: &Draft) -> Option<(End, Source)> {
    let told = draft.members.contains(&Member::Password).then(|| End::told_by(&draft.values.password)).flatten();
    told.map(|end| (end, Source::Value)).or_else(|| draft.ends.map(|end| (end, Source::Person)))
}

impl Source {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Value => "told by the value",
            Self::Person => "you said",
        }
    }
}

impl Standing {
    /// “expired 3 days ago”, “expires tomorrow”, “expires in 6 days”, “does not expire”.
    pub fn words(self) -> String {
        match self {
            Self::Ended { days: ..=0 } => "expired today".to_owned(),
            Self::Ended { days: 1 } => "expired yesterday".to_owned(),
            Self::Ended { days } => format!("expired {} ago", length(days)),
            Self::Ends { days: ..=0 } => "expires today".to_owned(),
            Self::Ends { days: 1 } => "expires tomorrow".to_owned(),
            Self::Ends { days } => format!("expires in {}", length(days)),
            Self::Never => "does not expire".to_owned(),
        }
    }

    /// The same in at most `room` columns, with a mark if it is urgent; `None` if it does not fit.
    pub fn brief(self, room: usize) -> Option<String> {
        let is_marked = self.alarm() > Alarm::Nothing;
        let mark = if is_marked { " !" } else { "" };
        let short = match self {
            Self::Ended { days } if days > 0 => format!("expired {days} d"),
            Self::Ended { .. } => "expired".to_owned(),
            Self::Ends { days } if days > 1 => format!("{days} d left"),
            Self::Ends { .. } | Self::Never => self.words(),
        };
        let shortest = match self {
            Self::Ended { .. } => Some("expired"),
            Self::Ends { .. } => Some("expires").filter(|_| is_marked),
            Self::Never => None,
        };
        let tight = Some(format!("{short}{}", mark.trim_start()));
        let all = [Some(format!("{}{mark}", self.words())), Some(format!("{short}{mark}")), tight];
        let shortest = shortest.map(|text| format!("{text}{mark}"));
        all.into_iter().chain([shortest]).flatten().find(|text| text.len() <= room)
    }

    pub const fn alarm(self) -> Alarm {
        match self {
            Self::Ended { .. } => Alarm::Over,
            Self::Ends { days: ..=1 } => Alarm::Day,
            Self::Ends { days: ..=7 } => Alarm::Week,
            Self::Ends { days: ..=30 } => Alarm::Month,
            Self::Ends { .. } | Self::Never => Alarm::Nothing,
        }
    }

    /// How many days are left; negative if it has expired, `None` if it does not expire.
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Ended { days } => Some(-days),
            Self::Ends { days } => Some(days),
            Self::Never => None,
        }
    }
}

fn length(days: i64) -> String {
    if days < 730 { format!("{days} days") } else { format!("{} years", days / 365) }
}
