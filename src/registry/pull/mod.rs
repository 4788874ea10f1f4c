//! The decisive check: whether this login can pull this very image, and whether its content is there. The manifest, the
//! configuration and one byte of a layer are fetched; nothing is stored.
//!
//! Sources: OCI Distribution Specification 1.1 § “Pulling manifests” and § “Pulling blobs”. Every repository gets a
//! token of its own, since a login's token opens none. A registry's answer does not show whether an image is hidden or
//! missing, and the result says so.

mod blob;
mod content;

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderValue};
use url::Url;

use super::asked::{Way, bad_realm};
use super::challenge::Challenge;
use super::client::{Answer, Ask, place};
use super::elsewhere::{sent_on, token_sent_on, token_trouble};
use super::ladder::{Test, advised, step};
use super::login::unreadable;
use super::pair::Pair;
use super::token::{NoToken, authorization};
use super::words::{said, trouble_step, unwell};
use crate::domain::manifest::ACCEPTED;
use crate::domain::verdict::Check;
use crate::domain::{Code, Image, Outcome, Server, Step, Untrusted};
use content::Content;

/// The fix for a pull that needs no login.
const PUBLIC: &str = "anyone can pull it: this image needs no credential";

/// Whether a step shows that this login can pull: a public image shows that for no login.
pub(super) fn proves_the_login(step: &Step) -> bool {
    step.check == Check::Pull && step.outcome == Outcome::Pass && step.remedy != PUBLIC
}

/// Requests one image, as written, at the registry that accepted the login (or lets anyone in: then `way` is `None`).
pub(super) async fn pull(
    test: &Test<'_>,
    server: &Server,
    endpoint: (&Url, Option<&Way>),
    pair: &Pair,
    written: &str,
) -> Step {
    let image = match Image::parse(written) {
        Ok(image) => image,
        Err(fault) => {
            let shown = Untrusted::new(written.chars().take(120).collect::<String>()).shown();
            return fail(Code::BadImage, format!("{shown}: this image {fault}"), "write it as in a Dockerfile");
        }
    };
    if !image.finds(server) {
        return other_registry(&image, server);
    }
    let asked = Asked { test, server, url: endpoint.0, pair, image: &image };
    let (Ok(step) | Err(step)) = asked.proof(endpoint.1).await;
    let is_advised = step.outcome == Outcome::Fail || step.code == Code::BlobUnreachable;
    let advice = if is_advised { test.advice(step.code.as_str(), Some(&image)) } else { None };
    advised(step, advice)
}

/// An image whose pull does not find the credential, because it is elsewhere or only written differently.
fn other_registry(image: &Image, server: &Server) -> Step {
    let (looked_up, stored) = (image.lookup_key(), server.stored_key());
    if !image.is_at(server) {
        return fail(
            Code::OtherRegistry,
            format!("{image} is at {}: pulling it does not use this credential", image.host()),
            &format!("name an image at {}, or test the credential for {}", server.canonical(), image.host()),
        );
    }
    let meant = server.canonical();
    let remedy = match (stored == meant, looked_up == meant) {
        (true, _) if looked_up.eq_ignore_ascii_case(&stored) => format!("write the image in lower case: {stored}/…"),
        (true, _) => format!("write the image as {stored}/{}", image.short()),
        (false, true) => format!("use {meant} as the server"),
        (false, false) => format!("use {meant} as the server, and {meant}/{} as the image", image.short()),
    };
    fail(
        Code::OtherRegistry,
        format!(
            "{image}: Docker looks up {looked_up}; the login is stored under {stored}, and Docker compares hosts \
             exactly"
        ),
        &remedy,
    )
}

/// One image at one registry.
struct Asked<'a> {
    test: &'a Test<'a>,
    server: &'a Server,
    /// `…/v2/`
    url: &'a Url,
    pair: &'a Pair,
    image: &'a Image,
}

impl Asked<'_> {
    /// Requests it with the login and, if that passes, also without: a pull that needs no login does not prove one.
    async fn proof(&self, way: Option<&Way>) -> Result<Step, Step> {
        let Some(way) = way else { return self.of_open_registry().await };
        let authorization = self.authorization(way, Some(self.pair)).await?;
        let answer = self.named_manifest(Method::GET, authorization.as_ref()).await?;
        if answer.status != 200 {
            return Ok(self.refused(&answer));
        }
        let content = self.content(&answer, authorization.as_ref()).await?;
        let is_public = match self.authorization(way, None).await {
            Ok(nobody) => {
                self.named_manifest(Method::HEAD, nobody.as_ref()).await.is_ok_and(|answer| answer.status == 200)
            }
            Err(_) => false,
        };
        Ok(self.pulled(&answer, &content, is_public))
    }

    /// A registry that lets everyone in may still ask for a login at the image; then the login is tried there.
    async fn of_open_registry(&self) -> Result<Step, Step> {
        let answer = self.named_manifest(Method::GET, None).await?;
        if answer.status == 200 {
            let content = self.content(&answer, None).await?;
            return Ok(self.pulled(&answer, &content, true));
        }
        if answer.status == 401 {
            match Way::of(self.url, Challenge::find(&answer.headers)) {
                Ok(Some(way)) => {
                    let authorization = self.authorization(&way, Some(self.pair)).await?;
                    let answer = self.named_manifest(Method::GET, authorization.as_ref()).await?;
                    if answer.status == 200 {
                        let content = self.content(&answer, authorization.as_ref()).await?;
                        return Ok(self.pulled(&answer, &content, false));
                    }
                    return Ok(self.refused(&answer));
                }
                Ok(None) => {}
                Err((realm, fault)) => return Err(bad_realm(Check::Pull, &realm, &fault)),
            }
        }
        Ok(self.refused(&answer))
    }

    /// The header for this repository: the login itself, or a token with a scope of its own.
    async fn authorization(&self, way: &Way, pair: Option<&Pair>) -> Result<Option<HeaderValue>, Step> {
        let scope = format!("repository:{}:pull", self.image.repository());
        let client = self.test.client;
        match authorization(client, way, pair, Some(&scope), self.test.now).await {
            Ok(header) => Ok(header),
            Err(NoToken::Trouble { realm, trouble }) => Err(token_trouble(trouble, Check::Pull, self.server, &realm)),
            Err(NoToken::Unreadable { realm, answer, why }) => Err(unreadable(Check::Pull, &realm, &answer, &why)),
            Err(NoToken::Realm { realm, fault }) => Err(bad_realm(Check::Pull, &realm, &fault)),
            Err(NoToken::Refused { realm, answer }) => {
                let host = format!("the token server {}", place(&realm));
                let said = said(&answer, &self.pair.redactor());
                Err(match answer.status {
                    // Google's answer to a valid login that may not read the repository.
                    400 | 401 | 403 => self.denied(&format!("{host} grants this login no token for it{said}")),
                    301 | 302 | 303 | 307 | 308 => token_sent_on(Check::Pull, &realm, &answer),
                    429 | 500.. => unwell(Check::Pull, &host, &answer, &said),
                    status => inconclusive(
                        Code::ServerError,
                        format!("{host} answered with status {status}{said}"),
                        "the registry names a token server that does not work: tell its admin",
                    ),
                })
            }
        }
    }

    /// The manifest that the image's name leads to.
    async fn named_manifest(&self, method: Method, authorization: Option<&HeaderValue>) -> Result<Answer, Step> {
        self.manifest(method, self.image.reference(), authorization).await
    }

    async fn manifest(
        &self,
        method: Method,
        reference: &str,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, Step> {
        let ask = Ask::new(method)
            .with(ACCEPT, HeaderValue::from_static(ACCEPTED))
            .up_to(self.test.client.limits().manifest)
            .authorized(authorization);
        let url = self.part("manifests", reference)?;
        self.test.client.ask(&url, ask).await.map_err(|trouble| trouble_step(trouble, Check::Pull, self.server))
    }

    /// The address of a manifest or a blob of this repository.
    fn part(&self, kind: &str, reference: &str) -> Result<Url, Step> {
        let path = format!("{}/{kind}/{reference}", self.image.repository());
        // Every character of a valid image name is valid in a path.
        self.url
            .join(&path)
            .map_err(|_| fail(Code::BadImage, "this image cannot be part of a URL", "check the image's name"))
    }

    fn pulled(&self, answer: &Answer, content: &Content, is_public: bool) -> Step {
        let counted = if self.server.is_hub() { ", which Docker Hub counts as one pull" } else { "" };
        let left = pulls_left(answer).unwrap_or_default();
        let from = content.from.as_ref().map(|host| format!(", its content comes from {host}")).unwrap_or_default();
        let short = self.image.short();
        let detail = format!(
            "{short} can be pulled ({}), built for {}{from}{counted}{left}",
            content.digest.short(),
            content.platform
        );
        let remedy = if is_public { PUBLIC } else { "" };
        step(Check::Pull, Code::Ok, Outcome::Pass, detail, remedy)
    }

    /// What an answer other than 200 means.
    fn refused(&self, answer: &Answer) -> Step {
        let host = place(self.url);
        let said = said(answer, &self.pair.redactor());
        match answer.status {
            401 | 403 => self.denied(&format!("logged in, but this user may not pull it{said}")),
            // ECR's answer to a repository that the user may not read.
            400 if self.server.ecr().is_some() => self.denied(&format!("this user may not pull it{said}")),
            404 => self.not_found(&said),
            301 | 302 | 303 | 307 | 308 => sent_on(Check::Pull, self.url, answer),
            429 | 500.. => unwell(Check::Pull, &host, answer, &said),
            status => inconclusive(
                Code::ServerError,
                format!("{host} answered for {} with status {status}{said}", self.image.short()),
                "the registry does not follow the protocol here: tell its admin",
            ),
        }
    }

    fn denied(&self, why: &str) -> Step {
        fail(
            Code::PullDenied,
            format!("{}: {why}", self.image.short()),
            &format!("give this user permission to pull from {}", self.image.repository()),
        )
    }

    fn not_found(&self, said: &str) -> Step {
        fail(
            Code::ImageNotFound,
            format!("{}: not found, or hidden from this login{said}", self.image.short()),
            "check name and tag, then whether this user may pull it: registries answer both the same",
        )
    }
}

/// Docker Hub reports how many pulls are left (docs: “Docker Hub usage and limits”): a GET of a manifest counts as one,
/// an index together with the variant taken from it counts as one, a HEAD does not count.
fn pulls_left(answer: &Answer) -> Option<String> {
    let number = |name: &str| {
        let text = answer.headers.get(name)?.to_str().ok()?;
        text.split(';').next()?.trim().parse::<u32>().ok()
    };
    Some(format!(", {} of {} pulls left for now", number("ratelimit-remaining")?, number("ratelimit-limit")?))
}

fn fail(code: Code, detail: impl Into<String>, remedy: &str) -> Step {
    step(Check::Pull, code, Outcome::Fail, detail, remedy)
}

fn inconclusive(code: Code, detail: impl Into<String>, remedy: &str) -> Step {
    step(Check::Pull, code, Outcome::Inconclusive, detail, remedy)
}
