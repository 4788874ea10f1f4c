//! Signs a request to Amazon's API (Signature Version 4) with `aws-sigv4`.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use crate::registry::pair::Pair;

/// Where and when a signature is valid.
pub(super) struct Scope<'a> {
    pub region: &'a str,
    /// `ecr`, the name of the service in signatures.
    pub service: &'a str,
    pub time: SystemTime,
}

/// The headers that sign a POST of this body with these headers. `None` if it cannot be signed, for example because the
/// secret does not fit into a header.
pub(super) fn signed(
    scope: &Scope<'_>,
    pair: &Pair,
    url: &Url,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let (id, secret) = (pair.user.expose(), pair.password.expose());
    let identity = Identity::from(Credentials::new(id, secret, None, None, "pullkey"));
    let params = SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(scope.time)
        .settings(SigningSettings::default())
        .build()
        .ok()?
        .into();
    let body = SignableBody::Bytes(body.as_bytes());
    let request = SignableRequest::new("POST", url.as_str(), headers.iter().copied(), body).ok()?;
    let (instructions, _signature) = sign(request, &params).ok()?.into_parts();
    let signed = instructions.headers().map(|(name, value)| {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
    });
    signed.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use crate::domain::Sensitive;

    /// 2015-08-30 12:36:00 UTC, the time in AWS's published test suite.
    const MOMENT: u64 = 1_440_938_160;

    fn pair() -> Pair {
        Pair { user: "AKIDEXAMPLE".into(), password: Sensitive::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY") }
    }

    fn signature(headers: &[(&str, &str)], body: &str) -> String {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(MOMENT);
        let scope = Scope { region: "us-east-1", service: "service", time };
        let url = Url::parse("https://example.amazonaws.com/").unwrap();
        let signed = signed(&scope, &pair(), &url, headers, body).unwrap();
        let value = |name: &str| {
            let found = signed.iter().find(|(key, _)| key.as_str() == name);
            found.unwrap().1.to_str().unwrap().to_owned()
        };
        assert_eq!(value("x-amz-date"), "20150830T123600Z");
        value("authorization")
    }

    /// The cases `post-vanilla` and `post-x-www-form-urlencoded` of AWS's “Signature Version 4 test suite”.
    #[test]
    fn the_signature_is_the_one_that_aws_publishes() {
        let head = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ";
        assert_eq!(
            signature(&[], ""),
            format!(
                "{head}SignedHeaders=host;x-amz-date, \
                 Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
            )
        );
        assert_eq!(
            signature(&[("content-type", "application/x-www-form-urlencoded")], "Param1=value1"),
            format!(
                "{head}SignedHeaders=content-type;host;x-amz-date, \
                 Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
            )
        );
    }

    #[test]
    fn no_header_shows_what_it_holds() {
        let scope = Scope { region: "us-east-1", service: "ecr", time: SystemTime::UNIX_EPOCH };
        let url = Url::parse("https://api.ecr.us-east-1.amazonaws.com/").unwrap();
        let signed = signed(&scope, &pair(), &url, &[], "{}").unwrap();
        assert!(!format!("{signed:?}").contains("AKIDEXAMPLE"));
    }
}
