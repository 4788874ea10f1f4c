//! When the password expires, where it says so itself, and whether a codespace would get the same result.

use chrono::{DateTime, Utc};

use super::client::Client;
use super::ladder::step;
use crate::domain::lint::{ecr_token_expiry, jwt_expiry};
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Sensitive, Server, Step};

/// A step about the password's own expiry; `None` if the password does not contain it.
pub(super) fn expiry(password: &Sensitive, now: DateTime<Utc>) -> Option<Step> {
    let ends = ecr_token_expiry(password).or_else(|| jwt_expiry(password))?;
    Some(end(DateTime::from_timestamp(ends, 0)?, now, "this password says"))
}

/// A step about an expiry time that `who` states, such as “this password says”.
pub fn end(ends: DateTime<Utc>, now: DateTime<Utc>, who: &str) -> Step {
    let left = ends - now;
    if left.num_seconds() <= 0 {
        step(
            Check::Expiry,
            Code::Ended,
            Outcome::Fail,
            format!("{who} that it expired {}, {} ago", at(ends, now), span(-left)),
            "create a new one; if others can still log in with theirs, check this machine's clock",
        )
    } else if left.num_hours() < 24 {
        step(
            Check::Expiry,
            Code::EndsSoon,
            Outcome::Pass,
            format!("expires {}, in {}", at(ends, now), span(left)),
            "too soon for a stored secret: use a longer-lived kind of password",
        )
    } else {
        let detail = format!("expires {}, in {}", ends.format("on %Y-%m-%d"), span(left));
        step(Check::Expiry, Code::Ok, Outcome::Pass, detail, "")
    }
}

/// `at 17:42 UTC` today, otherwise with the date.
pub(super) fn at(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let day = if time.date_naive() == now.date_naive() { "" } else { "on %Y-%m-%d " };
    time.format(&format!("{day}at %H:%M UTC")).to_string()
}

/// `3 h 12 min`, `17 min`, `168 days`.
pub(super) fn span(time: chrono::TimeDelta) -> String {
    match (time.num_days(), time.num_hours(), time.num_minutes()) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes - hours * 60),
        (1, ..) => "1 day".to_owned(),
        (days, ..) => format!("{days} days"),
    }
}

/// What a pass from here says about a codespace, which is somewhere else.
pub(super) fn codespace(client: &Client, server: &Server) -> Step {
    let here_only = |why: String| {
        let remedy = "the registry needs a public name, address and certificate for codespaces";
        step(Check::Codespace, Code::HereOnly, Outcome::Skipped, why, remedy)
    };
    if client.plays(server) {
        return step(
            Check::Codespace,
            Code::NotFromACodespace,
            Outcome::Skipped,
            "a registry on this machine stood in for the real one, so this says nothing about codespaces",
            "",
        );
    }
    if server.is_loopback() {
        return here_only("works from here; a codespace cannot reach this machine".to_owned());
    }
    // A custom CA is not known to docker there, which pulls before anything in the codespace runs.
    if client.surroundings().is_codespace && client.surroundings().trust.is_none() {
        return step(Check::Codespace, Code::Ok, Outcome::Pass, "tested from inside a codespace", "");
    }
    if server.is_private_host() {
        return here_only("works from here; a codespace cannot reach a host in a private network".to_owned());
    }
    if let Some(variable) = &client.surroundings().trust {
        return step(
            Check::Codespace,
            Code::NotFromACodespace,
            Outcome::Skipped,
            format!("works from here, where {variable} adds CAs; a codespace trusts public CAs only"),
            "test without it, or give the registry a certificate from a public CA",
        );
    }
    step(
        Check::Codespace,
        Code::NotFromACodespace,
        Outcome::Skipped,
        "works from here; codespaces use other addresses, which a firewall may block",
        "",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn ecr(ends: DateTime<Utc>) -> Sensitive {
        let json = format!(r#"{{"payload":"x","datakey":"y","version":"2","expiration":{}}}"#, ends.timestamp());
        Sensitive::new(STANDARD.encode(json))
    }

    fn jwt(ends: DateTime<Utc>) -> Sensitive {
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"exp":{}}}"#, ends.timestamp()));
        Sensitive::new(format!("eyJhbGciOiJub25lIn0.{claims}.x"))
    }

    #[test]
    fn a_password_that_tells_its_end_is_told_by_the_clock() {
        let now = time("2026-11-27T14:30:00Z");
        for (ends, code, says) in [
            ("2026-11-27T17:42:00Z", Code::EndsSoon, "expires at 17:42 UTC, in 3 h 12 min"),
            ("2026-11-28T02:00:00Z", Code::EndsSoon, "expires on 2026-11-28 at 02:00 UTC, in 11 h 30 min"),
            ("2026-11-27T14:30:20Z", Code::EndsSoon, "in less than a minute"),
            ("2026-11-27T14:00:00Z", Code::Ended, "expired at 14:00 UTC, 30 min ago"),
            ("2026-11-24T14:30:00Z", Code::Ended, "3 days ago"),
            ("2027-05-14T00:00:00Z", Code::Ok, "expires on 2027-05-14, in 167 days"),
        ] {
            for password in [ecr(time(ends)), jwt(time(ends))] {
                let step = expiry(&password, now).unwrap();
                assert_eq!(step.code, code, "{ends}");
                assert!(step.detail.contains(says), "{}", step.detail);
                assert_eq!(step.outcome == Outcome::Fail, code == Code::Ended);
            }
        }
        assert_eq!(expiry(&Sensitive::new("hunter2"), now), None);
    }

    #[test]
    fn a_pass_from_here_is_never_sold_as_one_from_a_codespace() {
        let client = Client::new(crate::registry::Limits::default());
        let told = |server: &str| codespace(&client, &Server::parse(server).unwrap());
        for (server, code) in [
            ("127.0.0.1:5000", Code::HereOnly),
            ("10.0.0.7", Code::HereOnly),
            ("harbor.corp", Code::HereOnly),
            ("acme.azurecr.io", Code::NotFromACodespace),
        ] {
            assert_eq!((told(server).code, told(server).outcome), (code, Outcome::Skipped), "{server}");
        }
        let inside = crate::registry::Surroundings { is_codespace: true, ..Default::default() };
        let there = Client::new(crate::registry::Limits::default()).within(inside.clone());
        let told_there = |server: &str| codespace(&there, &Server::parse(server).unwrap());
        for server in ["acme.azurecr.io", "10.0.0.7"] {
            let step = told_there(server);
            assert_eq!((step.code, step.outcome), (Code::Ok, Outcome::Pass), "{server}");
            assert_eq!(step.detail, "tested from inside a codespace");
        }
        assert_eq!(told_there("127.0.0.1:5000").code, Code::HereOnly, "docker pulls on another machine");
        let trusting = crate::registry::Surroundings { trust: Some("SSL_CERT_FILE".to_owned()), ..inside };
        let there = Client::new(crate::registry::Limits::default()).within(trusting);
        let step = codespace(&there, &Server::parse("r.example.com").unwrap());
        assert_eq!(step.code, Code::NotFromACodespace);
        let surroundings =
            crate::registry::Surroundings { trust: Some("SSL_CERT_FILE".to_owned()), ..Default::default() };
        let client = client.within(surroundings);
        assert!(codespace(&client, &Server::parse("r.example.com").unwrap()).detail.contains("SSL_CERT_FILE"));
    }
}
