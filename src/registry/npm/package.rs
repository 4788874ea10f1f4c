//! Whether the token can install this package. Its description is requested; nothing is downloaded.
//!
//! Source: npm's “package metadata” (the short form is requested, which is all that an install needs). A package that
//! anybody can install proves nothing about a token, so it is first requested without one, and then not again.

use reqwest::header::{ACCEPT, HeaderValue};
use url::Url;

use super::super::client::{Answer, Ask, place};
use super::super::ladder::step;
use super::super::words::{said, trouble_step};
use super::whoami::Known;
use super::{Npm, barred, shown};
use crate::domain::npm::PackageName;
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Step};

/// What npm itself requests when it installs.
const SHORT: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json";

impl Npm<'_> {
    pub(super) async fn package(&self, known: Known, written: &str) -> Step {
        let name = match PackageName::parse(written) {
            Ok(name) => name,
            Err(fault) => {
                let detail = format!("{}: this package {fault}", shown(written));
                let remedy = "write it as in package.json: @scope/name";
                return step(Check::Package, Code::BadPackage, Outcome::Fail, detail, remedy);
            }
        };
        let (Ok(step) | Err(step)) = self.asked(known, &name).await;
        step
    }

    async fn asked(&self, known: Known, name: &PackageName) -> Result<Step, Step> {
        let Ok(url) = self.base.join(&format!("./{}", name.path())) else {
            let detail = format!("{}: this package cannot be part of a URL", name.as_str());
            return Err(step(Check::Package, Code::BadPackage, Outcome::Fail, detail, "check the package's name"));
        };
        let nobody = self.description(&url, Ask::get()).await?;
        if nobody.status == 200 {
            return is_description(&nobody).then(|| public(known, name)).ok_or_else(|| no_description(&url, name));
        }
        let answer = self.description(&url, Ask::get().authorized(self.pair.bearer().as_ref())).await?;
        let words = said(&answer, &self.pair.redactor());
        let package = name.as_str();
        let end = |code, outcome, detail: String, remedy: &str| Ok(step(Check::Package, code, outcome, detail, remedy));
        match (answer.status, known) {
            (200, _) if is_description(&answer) => {
                let detail = format!("{package} can be installed with this token, but not without one");
                end(Code::Ok, Outcome::Pass, detail, "")
            }
            (200, _) => Err(no_description(&url, name)),
            // If whoami gave no name, the registry does not know the token: a known token without access gets 403.
            (401, Known::Open | Known::Over) => end(
                Code::BadCredentials,
                Outcome::Fail,
                format!("{package}: {} asks for a login although the token was sent{words}", place(&url)),
                "copy the token again; it may have expired or been revoked",
            ),
            (401 | 403, _) => end(
                Code::PackageDenied,
                Outcome::Fail,
                format!("{package}: this token may not install it{words}"),
                "give the token read access to this package",
            ),
            (404, _) => end(
                Code::PackageNotFound,
                Outcome::Fail,
                format!("{package}: not found, or hidden from this token{words}"),
                "check the name and its scope, then whether this token may read it: registries answer both the same",
            ),
            (status, _) => end(
                Code::ServerError,
                Outcome::Inconclusive,
                format!("{} answered for {package} with status {status}{words}", place(&url)),
                "the registry does not follow the protocol here: tell its admin",
            ),
        }
    }

    /// One answer; what stops every check is returned as a step.
    async fn description(&self, url: &Url, ask: Ask) -> Result<Answer, Step> {
        let ask = ask.with(ACCEPT, HeaderValue::from_static(SHORT));
        let answer = self.test.client.ask(url, ask).await;
        let answer = answer.map_err(|trouble| trouble_step(trouble, Check::Package, self.address.server()))?;
        match barred(Check::Package, url, &answer, &said(&answer, &self.pair.redactor())) {
            Some(step) => Err(step),
            None => Ok(answer),
        }
    }
}

/// The body may be cut off, so only its beginning is checked.
fn is_description(answer: &Answer) -> bool {
    answer.body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{')
}

fn no_description(url: &Url, name: &PackageName) -> Step {
    let detail =
        format!("{} answers for {} with something other than a package description", place(url), name.as_str());
    let remedy = "check the address: it may not be an npm registry's";
    step(Check::Package, Code::NotARegistry, Outcome::Inconclusive, detail, remedy)
}

fn public(known: Known, name: &PackageName) -> Step {
    let name = name.as_str();
    let (outcome, remedy) = match known {
        Known::Named => (Outcome::Pass, "name a private package to see whether this token may install it"),
        Known::Open | Known::Over => {
            (Outcome::Inconclusive, "name a private package; if all are like this one, no token is needed")
        }
    };
    let detail = format!("{name} can be installed by anyone, without a token: this proves nothing about it");
    step(Check::Package, Code::PublicPackage, outcome, detail, remedy)
}
