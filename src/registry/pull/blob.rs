//! A blob of an image, fetched as docker does: requested from the registry, then followed to wherever it redirects.
//! Only the registry gets the login; the blob host is judged as a token server is, and sent nothing.

use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, HeaderName, HeaderValue, LOCATION, RANGE};
use url::Url;

use super::super::client::{Answer, Ask, place};
use super::super::safe::judge;
use super::super::words::{said, trouble_step, unwell};
use super::{Asked, fail, inconclusive};
use crate::domain::manifest::{Descriptor, ImageManifest};
use crate::domain::verdict::Check;
use crate::domain::{Code, Step, Untrusted};

/// Redirects from one host to another to follow.
const HOPS: usize = 5;

/// A blob that matches its descriptor.
pub(super) struct Blob {
    pub bytes: Vec<u8>,
    pub source: Source,
}

/// Who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Registry,
    /// Another host, by its name.
    Elsewhere(String),
}

impl Source {
    pub(super) fn elsewhere(self) -> Option<String> {
        match self {
            Self::Registry => None,
            Self::Elsewhere(host) => Some(host),
        }
    }
}

impl Asked<'_> {
    /// A whole blob, checked by size and digest.
    pub(super) async fn blob(
        &self,
        wanted: &Descriptor,
        what: &str,
        authorization: Option<&HeaderValue>,
    ) -> Result<Blob, Step> {
        let limit = self.test.client.limits().manifest;
        let Some(size) = usize::try_from(wanted.size).ok().filter(|size| *size < limit) else {
            let detail = format!("{}: {what} has {} bytes, more than pullkey fetches", self.image.short(), wanted.size);
            return Err(inconclusive(Code::ServerError, detail, "check that this is the image you meant"));
        };
        // One byte more than its size, to notice a longer one.
        let (answer, source) = self.fetch(wanted, what, authorization, Ask::get().up_to(size + 1)).await?;
        if answer.body.len() == size && wanted.digest.is_of(&answer.body) {
            return Ok(Blob { bytes: answer.body, source });
        }
        if answer.body.len() < size && !answer.is_whole {
            let detail = format!("{}: {} breaks off before the end of {what}", self.image.short(), self.host(&source));
            return Err(inconclusive(Code::BlobUnreachable, detail, REACH));
        }
        Err(self.other_content(wanted, what, &source))
    }

    /// The beginning of one layer: of a non-distributable one if there is one, otherwise of the first. The
    /// configuration may be with the registry while the layers are elsewhere, so one byte of a layer says more than the
    /// configuration. `None` for an image without layers.
    pub(super) async fn layer(
        &self,
        image: &ImageManifest,
        authorization: Option<&HeaderValue>,
    ) -> Result<Option<Source>, Step> {
        let foreign = image.layers.iter().find(|layer| layer.is_foreign());
        let Some(layer) = foreign.or(image.layers.first()) else { return Ok(None) };
        let what = if layer.is_foreign() { "a non-distributable layer" } else { "the first layer" };
        // A server that ignores the range, or refuses in words, sends more than one byte.
        let whole = Ask::get().up_to(4096);
        let ask = if layer.size == 0 {
            whole // there is no first byte
        } else {
            whole.with(RANGE, HeaderValue::from_static("bytes=0-0"))
        };
        let (answer, source) = self.fetch(layer, what, authorization, ask).await.map_err(|step| match step.code {
            Code::BlobMissing if layer.is_foreign() => Step {
                code: Code::ForeignLayer,
                remedy: "build it from a base image whose layers may be pushed, and push it again".to_owned(),
                ..step
            },
            _ => step, // not a matter of distribution
        })?;
        match length(&answer) {
            Some(length) if length != layer.size => Err(self.other_content(layer, what, &source)),
            Some(_) | None => Ok(Some(source)),
        }
    }

    async fn fetch(
        &self,
        wanted: &Descriptor,
        what: &str,
        authorization: Option<&HeaderValue>,
        ask: Ask,
    ) -> Result<(Answer, Source), Step> {
        let mut url = self.part("blobs", &wanted.digest.to_string())?;
        let mut source = Source::Registry;
        let mut answer = self
            .test
            .client
            .ask(&url, ask.clone().authorized(authorization))
            .await
            .map_err(|trouble| trouble_step(trouble, Check::Pull, self.server))?;
        for _ in 0..HOPS {
            let Some(next) = redirect(&url, &answer) else { break };
            let next = next.map_err(|to| self.sent_nowhere(what, &to))?;
            if next.origin() == url.origin() {
                break; // a redirect within the same origin, already followed far enough
            }
            let host = place(&next);
            judge(&self.test.client.answering(self.url), &next)
                .map_err(|why| self.unsafe_host(what, &host, why.words()))?;
            answer = self.test.client.ask(&next, ask.clone()).await.map_err(|trouble| {
                let detail = format!("{}: {what} comes from {host}: {}", self.image.short(), trouble.detail);
                inconclusive(Code::BlobUnreachable, detail, REACH)
            })?;
            (url, source) = (next, Source::Elsewhere(host));
        }
        if answer.status == 416 && ask.is_of_a_part() {
            // The server does not support ranges. Only the registry gets the login, as before.
            let authorization = authorization.filter(|_| source == Source::Registry);
            let ask = ask.whole().authorized(authorization);
            answer = self.test.client.ask(&url, ask).await.map_err(|trouble| {
                let detail = format!("{}: {what} comes from {}: {}", self.image.short(), place(&url), trouble.detail);
                inconclusive(Code::BlobUnreachable, detail, REACH)
            })?;
        }
        match answer.status {
            200 | 206 => Ok((answer, source)),
            _ => Err(self.no_blob(wanted, what, &source, &answer)),
        }
    }

    fn host(&self, source: &Source) -> String {
        match source {
            Source::Registry => place(self.url),
            Source::Elsewhere(host) => host.clone(),
        }
    }

    /// What an answer other than the blob means.
    fn no_blob(&self, wanted: &Descriptor, what: &str, source: &Source, answer: &Answer) -> Step {
        let (short, host) = (self.image.short(), self.host(source));
        let said = match in_xml(&answer.body) {
            Some(words) => format!(": {}", self.pair.redactor().show(&words)),
            None => said(answer, &self.pair.redactor()),
        };
        let digest = wanted.digest.short();
        match (answer.status, source) {
            (400 | 401 | 403 | 407, Source::Elsewhere(_)) => fail(
                Code::BlobRefused,
                format!(
                    "{short}: the manifest can be read, but {what} comes from {host}, which refuses it ({}){said}",
                    answer.status
                ),
                &format!(
                    "allow this machine and codespaces at {host} too: the registry's storage has its own network rules"
                ),
            ),
            (400 | 401 | 403, Source::Registry) => fail(
                Code::BlobRefused,
                format!("{short}: the manifest can be read, but {host} refuses {what} ({}){said}", answer.status),
                "give the user permission to read blobs (layers) as well as manifests",
            ),
            (404 | 410, _) => fail(
                Code::BlobMissing,
                format!("{short}: {host} does not have {what} ({digest}), which the manifest names{said}"),
                "push the image again: a part of it is lost",
            ),
            (429 | 500.., _) => unwell(Check::Pull, &host, answer, &said),
            (301 | 302 | 303 | 307 | 308, _) => inconclusive(
                Code::BlobUnreachable,
                format!("{short}: {what} is redirected from host to host without end, the last is {host}"),
                "the registry's storage is misconfigured: tell its admin",
            ),
            (status, _) => inconclusive(
                Code::ServerError,
                format!("{short}: {host} answered for {what} with status {status}{said}"),
                "the registry does not follow the protocol here: tell its admin",
            ),
        }
    }

    fn other_content(&self, wanted: &Descriptor, what: &str, source: &Source) -> Step {
        let host = self.host(source);
        fail(
            Code::BlobMismatch,
            format!(
                "{}: for {what} {host} sends something other than the manifest names ({}), and Docker rejects that",
                self.image.short(),
                wanted.digest.short()
            ),
            "push the image again; if that does not help, a proxy or the registry's storage corrupts it",
        )
    }

    fn sent_nowhere(&self, what: &str, to: &str) -> Step {
        let to = Untrusted::new(to.chars().take(120).collect::<String>()).shown();
        inconclusive(
            Code::BlobUnreachable,
            format!("{}: for {what} the registry redirects to “{to}”, which is not an address", self.image.short()),
            "the registry's storage is misconfigured: tell its admin",
        )
    }

    fn unsafe_host(&self, what: &str, host: &str, why: &str) -> Step {
        inconclusive(
            Code::UnsafeBlobHost,
            format!("{}: {what} comes from {host}, which {why}; it was not contacted", self.image.short()),
            "the registry's storage is misconfigured: tell its admin",
        )
    }
}

const REACH: &str =
    "let this machine and codespaces reach that host: allow it in firewall and proxy, like the registry";

/// The message in an error of Amazon S3, Azure and Google: `<Error><Code>…</Code><Message>…</Message>`.
fn in_xml(body: &[u8]) -> Option<Untrusted> {
    let text = String::from_utf8_lossy(body);
    let part = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(part, _)| part.trim().to_owned())
    };
    let (code, message) = (part("Code")?, part("Message"));
    Some(Untrusted::new(message.map_or_else(|| code.clone(), |message| format!("{code} ({message})"))))
}

/// Where an answer redirects to, or the text that is not an address; `None` if it does not redirect.
fn redirect(url: &Url, answer: &Answer) -> Option<Result<Url, String>> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let to = answer.headers.get(LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
    let to = to.unwrap_or_default();
    Some(if to.is_empty() { Err(to) } else { url.join(&to).map_err(|_| to) })
}

/// The length of the whole, if the answer says it.
fn length(answer: &Answer) -> Option<u64> {
    let text = |name: HeaderName| answer.headers.get(name).and_then(|value| value.to_str().ok());
    if answer.headers.contains_key(CONTENT_ENCODING) {
        return None; // the length of the compressed body
    }
    match answer.status {
        206 => text(CONTENT_RANGE)?.rsplit_once('/')?.1.trim().parse().ok(),
        _ => text(CONTENT_LENGTH)?.trim().parse().ok(),
    }
}
