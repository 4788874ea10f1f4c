//! The checks of an npm registry: its address, the way there, whose token it is, and which packages the token can
//! install.
//!
//! Every question is first asked without the token. So the token goes only to what answers like a registry, and an
//! answer that needs no token proves nothing about it. Each question is asked with the token once: a rejected token is
//! never sent again.

mod package;
mod whoami;

use url::Url;

use super::client::{Answer, place};
use super::elsewhere::{Aim, sent_on};
use super::expiry::{codespace, expiry};
use super::ladder::{CheckLog, Test, advised, step};
use super::pair::Pair;
use super::probe::meet;
use super::said::is_html;
use super::words::unwell;
use crate::domain::npm::NpmAddress;
use crate::domain::preset::single_of;
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Step, Untrusted};

/// One registry with one token.
struct Npm<'a> {
    test: &'a Test<'a>,
    address: NpmAddress,
    /// The address that everything is relative to.
    base: Url,
    pair: Pair,
}

/// Runs the checks from the address to the packages.
pub(super) async fn climb(test: &Test<'_>, log: &mut CheckLog<'_>) {
    let Some(npm) = Npm::of(test, log) else { return };
    npm.ask(log).await;
    if let Some(step) = expiry(&test.trial.password, test.now) {
        log.add(step);
    }
    let ends = |step: &Step| matches!(step.outcome, Outcome::Fail | Outcome::Inconclusive);
    if !log.steps().iter().any(ends) {
        log.add(codespace(test.client, npm.address.server()));
    }
}

impl<'a> Npm<'a> {
    /// The checks that need no network: a valid address, and a token that can be sent.
    fn of(test: &'a Test<'a>, log: &mut CheckLog<'_>) -> Option<Self> {
        let bad = |why: String| {
            step(
                Check::Server,
                Code::BadAddress,
                Outcome::Fail,
                format!("this address {why}"),
                "write it as npm expects it: https://, the host and the full path, with a slash at the end",
            )
        };
        let parsed = NpmAddress::parse(&test.trial.server).map_err(|fault| fault.to_string());
        let based = parsed.and_then(|address| match Url::parse(address.as_str()) {
            Ok(base) => Ok((address, base)),
            Err(_) => Err("cannot be used as a URL".to_owned()),
        });
        let (address, base) = match based {
            Ok(based) => based,
            Err(why) => {
                log.add(bad(why));
                return None;
            }
        };
        log.add(step(Check::Server, Code::Ok, Outcome::Pass, product(&address), ""));
        let pair = Pair::of(test.trial);
        let unsent = if pair.password.is_empty() {
            Some("the token is empty, so nothing was sent")
        } else if pair.bearer().is_none() {
            Some("the token cannot be sent: it has more than one line, or a control character")
        } else {
            None
        };
        if let Some(why) = unsent {
            let remedy = "enter the token as the registry shows it";
            log.add(step(Check::Whoami, Code::BadCredentials, Outcome::Inconclusive, why, remedy));
            return None;
        }
        Some(Self { test, address, base, pair })
    }

    /// The way there, whose token it is, and each package.
    async fn ask(&self, log: &mut CheckLog<'_>) {
        let Ok(url) = self.base.join("-/whoami") else { return };
        let server = self.address.server();
        let Some((_, nobody)) = meet(self.test, server, (Some(url.clone()), None), log).await else { return };
        let (known, step) = self.whoami(&url, &nobody).await;
        let goes_on = known.goes_on();
        log.add(self.advised(step));
        if !goes_on {
            return;
        }
        for written in &self.test.trial.images {
            let step = self.advised(self.package(known, written).await);
            let is_over = step.code == Code::BadCredentials;
            log.add(step);
            if is_over {
                return;
            }
        }
    }

    /// The step with the preset's advice for what failed.
    fn advised(&self, step: Step) -> Step {
        match step.outcome {
            Outcome::Fail => {
                let advice = self.test.advice(step.code.as_str(), None);
                advised(step, advice)
            }
            Outcome::Pass | Outcome::Inconclusive | Outcome::Skipped => step,
        }
    }
}

/// The registry's product, by its host.
fn product(address: &NpmAddress) -> String {
    let of = single_of(address.as_str()).filter(|single| single.is_host(address.server().host()));
    match of {
        Some(single) => format!("{}, known as an {}", address.as_str(), single.label),
        None => format!("{} is an address npm accepts", address.as_str()),
    }
}

/// What stops every check of an npm registry, with or without the token: an answer that no registry gives, a redirect
/// to another place, a server that has a problem.
fn barred(check: Check, url: &Url, answer: &Answer, said: &str) -> Option<Step> {
    let host = place(url);
    let end = |code, detail: String, remedy: &str| Some(step(check, code, Outcome::Inconclusive, detail, remedy));
    match answer.status {
        301 | 302 | 303 | 307 | 308 => {
            let step = sent_on(check, url, answer);
            let remedy = match Aim::of(url, answer) {
                Aim::SignIn(_) => {
                    "a browser sign-in is in front of the registry, and npm cannot pass it: tell its admin"
                }
                Aim::Registry(_) | Aim::Elsewhere(_) | Aim::Nowhere => "use the address that really is the registry's",
            };
            Some(Step { remedy: remedy.to_owned(), ..step })
        }
        429 | 500.. => Some(unwell(check, &host, answer, said)),
        status if is_html(&answer.headers, &answer.body) => end(
            Code::NotARegistry,
            format!("{host} answered with a web page (status {status}), which no npm registry does"),
            "check the address: a product's web page and its registry have different ones; a proxy may answer too",
        ),
        _ => None, // a registry's own answer, read by the caller
    }
}

/// A name from a registry, short enough to be shown.
fn shown(name: &str) -> String {
    Untrusted::new(name.chars().take(80).collect::<String>()).shown()
}
