//! Whose token it is. Only a name that is not given without a token counts as an answer.
//!
//! Sources: npm's `lib/utils/get-identity.js` (`GET -/whoami`, `username`); verdaccio 6, which answers 200 and `{}` to
//! a bad or missing token; GitHub's registry and others, which do not have this page for every address and answer 404.

use serde_json::Value;
use url::Url;

use super::super::client::{Answer, Ask, place};
use super::super::ladder::step;
use super::super::words::{firewall_remedy, is_firewall, said, trouble_step};
use super::{Npm, barred, shown};
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Step, Untrusted};

/// What is known about the token after it was sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The registry has a name for it.
    Named,
    /// The registry says nothing about it.
    Open,
    /// It was rejected, or something stood in the way.
    Over,
}

impl Known {
    pub(super) const fn goes_on(self) -> bool {
        match self {
            Self::Named | Self::Open => true,
            Self::Over => false,
        }
    }
}

impl Npm<'_> {
    /// Asks with the token, once; `nobody` is the answer without one.
    pub(super) async fn whoami(&self, url: &Url, nobody: &Answer) -> (Known, Step) {
        if let Some(step) = self.in_the_way(url, nobody) {
            return (Known::Over, step);
        }
        let ask = Ask::get().authorized(self.pair.bearer().as_ref());
        let answer = match self.test.client.ask(url, ask).await {
            Ok(answer) => answer,
            Err(trouble) => return (Known::Over, trouble_step(trouble, Check::Whoami, self.address.server())),
        };
        if let Some(step) = self.in_the_way(url, &answer) {
            return (Known::Over, step);
        }
        let words = said(&answer, &self.pair.redactor());
        let host = place(url);
        match answer.status {
            200 => self.named(&host, &answer, nobody),
            401 | 403 => (Known::Over, refused(&host, &answer, &words)),
            status => self.open(format!("{host} does not say whose token this is (status {status} for whoami{words})")),
        }
    }

    fn in_the_way(&self, url: &Url, answer: &Answer) -> Option<Step> {
        // A “not found” page may come from a registry without whoami; then a package decides.
        if matches!(answer.status, 404 | 405) && !self.test.trial.images.is_empty() {
            return None;
        }
        barred(Check::Whoami, url, answer, &said(answer, &self.pair.redactor()))
    }

    fn named(&self, host: &str, answer: &Answer, nobody: &Answer) -> (Known, Step) {
        let Ok(json) = serde_json::from_slice::<Value>(answer.body.trim_ascii()) else {
            let detail = format!("{host} does not answer whoami with JSON, as an npm registry does");
            let remedy = "check the address: a product's web page and its registry have different ones";
            return (Known::Over, step(Check::Whoami, Code::NotARegistry, Outcome::Inconclusive, detail, remedy));
        };
        let Some(name) = username(&json) else {
            let why = "names nobody: some registries answer like this to unknown tokens";
            return self.open(format!("{host} answers whoami, but {why}"));
        };
        let without = serde_json::from_slice::<Value>(nobody.body.trim_ascii()).ok();
        if without.as_ref().and_then(username) == Some(name) {
            let name = self.pair.redactor().show(&Untrusted::new(name));
            return self.open(format!("{host} calls everybody “{name}”, with a token or without"));
        }
        let name = self.pair.redactor().show(&Untrusted::new(shown(name)));
        let detail = format!("{host} knows this token: it belongs to {name}");
        (Known::Named, step(Check::Whoami, Code::Ok, Outcome::Pass, detail, ""))
    }

    /// It proves nothing. If a package is named, that decides, and this result is not inconclusive by itself.
    fn open(&self, detail: String) -> (Known, Step) {
        let (outcome, remedy) = if self.test.trial.images.is_empty() {
            (Outcome::Inconclusive, "name a private package: whether the token can install it decides")
        } else {
            (Outcome::Skipped, "")
        };
        (Known::Open, step(Check::Whoami, Code::NoWhoami, outcome, detail, remedy))
    }
}

fn refused(host: &str, answer: &Answer, words: &str) -> Step {
    if is_firewall(answer) {
        let detail = format!("{host} rejects this machine{words}");
        return step(Check::Whoami, Code::Denied, Outcome::Fail, detail, firewall_remedy(answer));
    }
    let detail = format!("{host} rejects this token{words}");
    let remedy = "copy the token again; it may have expired or been revoked";
    step(Check::Whoami, Code::BadCredentials, Outcome::Fail, detail, remedy)
}

fn username(json: &Value) -> Option<&str> {
    json.get("username").and_then(Value::as_str).filter(|name| !name.trim().is_empty())
}
