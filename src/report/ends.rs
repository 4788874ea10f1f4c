//! Expiry of passwords from pullkey's own record, to show beside GitHub's list.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::domain::ending::{Alarm, Told};
use crate::domain::{Credential, End, Record, Scope};

/// The expiry record, and the time to compare with.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'a> {
    pub record: &'a Record,
    pub now: DateTime<Utc>,
}

impl Ends<'_> {
    /// A few words, with a mark if it is urgent; empty if nothing is known.
    pub(super) fn words(&self, scope: Option<&Scope>, credential: &Credential) -> String {
        match self.told(scope, credential) {
            Some(Told { standing: Some(standing), .. }) if standing.alarm() > Alarm::Nothing => {
                format!("{} !", standing.words())
            }
            Some(Told { standing: Some(standing), .. }) => standing.words(),
            Some(Told { standing: None, .. }) => "unknown: set by somebody else since".to_owned(),
            None => String::new(),
        }
    }

    /// `null` if the expiry is unknown, also if somebody else has set the password since.
    pub(super) fn json(&self, scope: Option<&Scope>, credential: &Credential) -> Value {
        let Some(Told { entry, standing: Some(standing) }) = self.told(scope, credential) else { return Value::Null };
        let at = match entry.end {
            End::At(at) => Some(at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            End::On(_) | End::Never => None,
        };
        json!({
            "date": entry.end.date().map(|date| date.to_string()),
            "at": at,
            "days": standing.days(),
            "source": entry.source.word(),
        })
    }

    fn told(&self, scope: Option<&Scope>, credential: &Credential) -> Option<Told<'_>> {
        self.record.told(scope?, credential, self.now)
    }
}
