//! The rung that counts: whether this login may pull this very image. The manifest's head is asked for, nothing is
//! pulled.
//!
//! Sources: OCI Distribution Specification 1.1 §«Pulling manifests»; every repository gets a token of its own, since a
//! login's token opens none. Registries that hide an image and those that lack it answer alike, and that is said.

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
use crate::domain::verdict::Rung;
use crate::domain::{Code, Foreign, Image, Outcome, Server, Step};

/// All kinds of manifest there are: a registry hides one that is not asked for.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// What is said of a pull that needs no login.
const PUBLIC: &str = "anyone can pull it: this image needs no credential";

/// Whether a step shows that this login may pull: an image that anyone can pull shows it of no login.
pub(super) fn proves_the_login(step: &Step) -> bool {
    step.rung == Rung::Pull && step.outcome == Outcome::Pass && step.remedy != PUBLIC
}

/// Asks for one image, as written, at the registry one has logged in to (or that let one in: then `way` is `None`).
pub(super) async fn pull(
    test: &Test<'_>,
    server: &Server,
    door: (&Url, Option<&Way>),
    pair: &Pair,
    written: &str,
) -> Step {
    let image = match Image::parse(written) {
        Ok(image) => image,
        Err(fault) => {
            let shown = Foreign::new(written.chars().take(120).collect::<String>()).shown();
            return fail(Code::BadImage, format!("{shown}: this image {fault}"), "write it as in a Dockerfile");
        }
    };
    if !image.is_of(server) {
        return fail(
            Code::OtherRegistry,
            format!("{image} is at {}: its pull does not use this credential", image.host()),
            &format!("name an image of {}, or test the credential of {}", server.canonical(), image.host()),
        );
    }
    let asked = Asked { test, server, url: door.0, pair, image: &image };
    let (Ok(step) | Err(step)) = asked.head(door.1).await;
    match step.outcome {
        Outcome::Fail => {
            let advice = test.advice(step.code.as_str(), Some(&image));
            advised(step, advice)
        }
        Outcome::Pass | Outcome::Inconclusive | Outcome::Skipped => step,
    }
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
    /// Asks with the login; where it passes, asks without as well, since a pull that needs no login proves none.
    async fn head(&self, way: Option<&Way>) -> Result<Step, Step> {
        let Some(way) = way else { return self.of_open_registry().await };
        let authorization = self.authorization(way, Some(self.pair)).await?;
        let answer = self.manifest(Method::HEAD, authorization.as_ref()).await?;
        if answer.status != 200 {
            return Ok(self.refused(answer, authorization.as_ref()).await);
        }
        let is_public = match self.authorization(way, None).await {
            Ok(nobody) => self.manifest(Method::HEAD, nobody.as_ref()).await.is_ok_and(|answer| answer.status == 200),
            Err(_) => false,
        };
        Ok(self.pulled(&answer, is_public))
    }

    /// A registry that lets everyone in at the door may still ask at the image; then the login is tried there.
    async fn of_open_registry(&self) -> Result<Step, Step> {
        let answer = self.manifest(Method::HEAD, None).await?;
        if answer.status == 200 {
            return Ok(self.pulled(&answer, true));
        }
        if answer.status == 401 {
            match Way::of(self.url, Challenge::find(&answer.headers)) {
                Ok(Some(way)) => {
                    let authorization = self.authorization(&way, Some(self.pair)).await?;
                    let answer = self.manifest(Method::HEAD, authorization.as_ref()).await?;
                    if answer.status == 200 {
                        return Ok(self.pulled(&answer, false));
                    }
                    return Ok(self.refused(answer, authorization.as_ref()).await);
                }
                Ok(None) => {}
                Err((realm, fault)) => return Err(bad_realm(Rung::Pull, &realm, &fault)),
            }
        }
        Ok(self.refused(answer, None).await)
    }

    /// The header for this repository: the pair itself, or a token with a scope of its own.
    async fn authorization(&self, way: &Way, pair: Option<&Pair>) -> Result<Option<HeaderValue>, Step> {
        let scope = format!("repository:{}:pull", self.image.repository());
        let client = self.test.client;
        match authorization(client, (self.url, way), pair, Some(&scope), self.test.now).await {
            Ok(header) => Ok(header),
            Err(NoToken::Trouble { realm, trouble }) => Err(token_trouble(trouble, Rung::Pull, self.server, &realm)),
            Err(NoToken::Unreadable { realm, answer, why }) => Err(unreadable(Rung::Pull, &realm, &answer, &why)),
            Err(NoToken::Realm { realm, fault }) => Err(bad_realm(Rung::Pull, &realm, &fault)),
            Err(NoToken::Refused { realm, answer }) => {
                let host = format!("the token server {}", place(&realm));
                let said = said(&answer, &self.pair.hush());
                Err(match answer.status {
                    // Google's answers so to a login that is fine and a repository it may not read.
                    400 | 401 | 403 => self.denied(&format!("{host} gives this login no token for it{said}")),
                    301 | 302 | 303 | 307 | 308 => token_sent_on(Rung::Pull, &realm, &answer),
                    429 | 500.. => unwell(Rung::Pull, &host, &answer, &said),
                    status => inconclusive(
                        Code::ServerError,
                        format!("{host} answers with status {status}{said}"),
                        "the registry names a token server that does not work: tell who runs it",
                    ),
                })
            }
        }
    }

    async fn manifest(&self, method: Method, authorization: Option<&HeaderValue>) -> Result<Answer, Step> {
        let path = format!("{}/manifests/{}", self.image.repository(), self.image.reference());
        // Every character of a checked image is one of a path.
        let Ok(url) = self.url.join(&path) else {
            return Err(fail(Code::BadImage, "this image cannot be part of an address", "check the image's name"));
        };
        let ask = Ask::new(method).with(ACCEPT, HeaderValue::from_static(MANIFESTS)).authorized(authorization);
        self.test.client.ask(&url, ask).await.map_err(|trouble| trouble_step(trouble, Rung::Pull, self.server))
    }

    fn pulled(&self, answer: &Answer, is_public: bool) -> Step {
        let short = self.image.short();
        let digest = answer.headers.get("docker-content-digest").and_then(|value| value.to_str().ok());
        let digest = digest.filter(|text| text.len() <= 80).map(|text| Foreign::new(text).shown());
        let digest = digest.map(|digest| format!(" ({})", digest.chars().take(19).collect::<String>()));
        let left = pulls_left(answer).unwrap_or_default();
        let detail = format!("{short} can be pulled{}{left}", digest.unwrap_or_default());
        let remedy = if is_public { PUBLIC } else { "" };
        step(Rung::Pull, Code::Ok, Outcome::Pass, detail, remedy)
    }

    /// What another answer than 200 means. A head has no body, so the words are asked for once more; not at Docker Hub,
    /// which counts that as a pull.
    async fn refused(&self, head: Answer, authorization: Option<&HeaderValue>) -> Step {
        let has_words = matches!(head.status, 400..=404) && !self.server.is_hub();
        let words = if has_words { self.manifest(Method::GET, authorization).await.ok() } else { None };
        let answer = words.filter(|words| words.status == head.status).unwrap_or(head);
        let host = place(self.url);
        let said = said(&answer, &self.pair.hush());
        match answer.status {
            401 | 403 => self.denied(&format!("logged in, but this user may not pull it{said}")),
            // ECR's answer to a repository that the user may not read.
            400 if self.server.ecr().is_some() => self.denied(&format!("this user may not pull it{said}")),
            404 => self.not_found(&said),
            301 | 302 | 303 | 307 | 308 => sent_on(Rung::Pull, self.url, &answer),
            429 | 500.. => unwell(Rung::Pull, &host, &answer, &said),
            status => inconclusive(
                Code::ServerError,
                format!("{host} answers for {} with status {status}{said}", self.image.short()),
                "the registry does not follow the protocol here: tell who runs it",
            ),
        }
    }

    fn denied(&self, why: &str) -> Step {
        fail(
            Code::PullDenied,
            format!("{}: {why}", self.image.short()),
            &format!("give this user the right to pull from {}", self.image.repository()),
        )
    }

    fn not_found(&self, said: &str) -> Step {
        fail(
            Code::ImageNotFound,
            format!("{}: not found, or hidden from this login{said}", self.image.short()),
            "check name and tag, then whether this user may pull it: registries answer alike",
        )
    }
}

/// Docker Hub tells how many pulls are left (docs: «Docker Hub usage and limits»); a head is not counted.
fn pulls_left(answer: &Answer) -> Option<String> {
    let number = |name: &str| {
        let text = answer.headers.get(name)?.to_str().ok()?;
        text.split(';').next()?.trim().parse::<u32>().ok()
    };
    Some(format!(", {} of {} pulls left for now", number("ratelimit-remaining")?, number("ratelimit-limit")?))
}

fn fail(code: Code, detail: impl Into<String>, remedy: &str) -> Step {
    step(Rung::Pull, code, Outcome::Fail, detail, remedy)
}

fn inconclusive(code: Code, detail: impl Into<String>, remedy: &str) -> Step {
    step(Rung::Pull, code, Outcome::Inconclusive, detail, remedy)
}
