//! What a server's certificate says. It has already been verified here.

use chrono::{DateTime, Utc};
use reqwest::tls::{TlsInfo, Version};
use x509_cert::der::Decode as _;

use crate::domain::Untrusted;

/// The parts of a leaf certificate that we show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    ends: Option<DateTime<Utc>>,
    /// The issuer's common name, or its whole name.
    issuer: Option<Untrusted>,
    version: Option<&'static str>,
}

impl Certificate {
    pub(super) fn of(info: &TlsInfo) -> Option<Self> {
        let certificate = x509_cert::Certificate::from_der(info.peer_certificate()?).ok();
        let fields = certificate.as_ref().map(x509_cert::Certificate::tbs_certificate);
        let ends = fields.and_then(|fields| {
            let since_1970 = fields.validity().not_after.to_unix_duration().as_secs();
            DateTime::from_timestamp(i64::try_from(since_1970).ok()?, 0)
        });
        let version = info.version().map(|version| match version {
            Version::TLS_1_3 => "TLS 1.3",
            Version::TLS_1_2 => "TLS 1.2",
            // Older versions are not spoken.
            _ => "TLS",
        });
        Some(Self { ends, issuer: fields.map(|fields| issuer(&fields.issuer().to_string())), version })
    }

    /// `TLS 1.3, certificate by R11, expires in 81 days`
    pub(super) fn words(&self, now: DateTime<Utc>) -> String {
        let mut words = self.version.unwrap_or("TLS").to_owned();
        if let Some(issuer) = &self.issuer {
            words.extend([", certificate by ", &issuer.shown()]);
        }
        if let Some(ends) = self.ends {
            let end = match (ends - now).num_days() {
                ..0 => ", expired by this machine's clock".to_owned(),
                0 => ", expires today".to_owned(),
                1 => ", expires in 1 day".to_owned(),
                days => format!(", expires in {days} days"),
            };
            words.push_str(&end);
        }
        words
    }
}

/// The common name in a name of RFC 4514's form, otherwise the whole name, shortened.
fn issuer(name: &str) -> Untrusted {
    let common = name.split(',').find_map(|part| part.trim().strip_prefix("CN="));
    Untrusted::new(common.unwrap_or(name).chars().take(60).collect::<String>())
}
