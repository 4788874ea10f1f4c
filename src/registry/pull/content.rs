//! What a pull fetches after the image's name was found: the manifest of the variant for a codespace, the image's
//! configuration, and the beginning of a layer. Each is checked against its digest, as docker does.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::super::client::{Answer, place};
use super::super::words::{said, unwell};
use super::blob::Source;
use super::{Asked, fail};
use crate::domain::manifest::{Descriptor, ImageManifest, ManifestFault, Variant, chosen, platform_of_config};
use crate::domain::platform::WANTED;
use crate::domain::verdict::Check;
use crate::domain::{Code, Digest, Manifest, Platform, Step, digest};

/// Nested indexes to follow.
const DEPTH: usize = 3;

/// What was found.
pub(super) struct Content {
    /// The digest of what the image's name leads to.
    pub digest: Digest,
    pub platform: Platform,
    /// The host that holds the blobs, if it is not the registry.
    pub from: Option<String>,
}

impl Asked<'_> {
    /// Follows what the image's name leads to, down to its blobs.
    pub(super) async fn content(&self, answer: &Answer, authorization: Option<&HeaderValue>) -> Result<Content, Step> {
        let digest = self.checked(answer, self.image.digest().as_ref())?;
        let image = match self.read(answer)? {
            Manifest::Image(image) => image,
            Manifest::Index(variants) => self.variant(variants, authorization).await?,
        };
        let config = self.blob(&image.config, "the configuration", authorization).await?;
        let platform = platform_of_config(&config.bytes).map_err(|fault| self.unreadable("configuration", &fault))?;
        if platform.rank().is_none() {
            return Err(self.built_for(&[&platform]));
        }
        let layer = self.layer(&image, authorization).await?;
        let from = [config.source, layer.unwrap_or(Source::Registry)].into_iter().find_map(Source::elsewhere);
        Ok(Content { digest, platform, from })
    }

    /// The manifest of the variant for a codespace.
    async fn variant(
        &self,
        mut variants: Vec<Variant>,
        authorization: Option<&HeaderValue>,
    ) -> Result<ImageManifest, Step> {
        for _ in 0..DEPTH {
            let Some(variant) = chosen(&variants) else {
                let platforms: Vec<&Platform> =
                    variants.iter().filter_map(|variant| variant.platform.as_ref()).collect();
                return Err(self.built_for(&platforms));
            };
            let wanted = &variant.content;
            let answer = self.manifest(Method::GET, &wanted.digest.to_string(), authorization).await?;
            if answer.status != 200 {
                return Err(self.no_variant(wanted, &answer));
            }
            self.checked(&answer, Some(&wanted.digest))?;
            match self.read(&answer)? {
                Manifest::Image(image) => return Ok(image),
                Manifest::Index(inner) => variants = inner,
            }
        }
        Err(fail(
            Code::BadManifest,
            format!("{}: an index inside an index inside an index", self.image.short()),
            "build and push the image again",
        ))
    }

    fn read(&self, answer: &Answer) -> Result<Manifest, Step> {
        let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Manifest::parse(kind, &answer.body).map_err(|fault| self.unreadable("manifest", &fault))
    }

    /// The digest of a manifest that matches the request and the registry's own digest for it.
    fn checked(&self, answer: &Answer, wanted: Option<&Digest>) -> Result<Digest, Step> {
        let (short, host) = (self.image.short(), place(self.url));
        if !answer.is_whole {
            let detail =
                format!("{short}: {host} stops before the manifest's end, or the manifest is larger than any image's");
            return Err(super::inconclusive(
                Code::ServerError,
                detail,
                "test again later, or tell the registry's admin",
            ));
        }
        let mismatch = |named: &str| {
            let detail = format!("{short}: {host} sends another manifest than {named}, and Docker rejects that");
            fail(
                Code::ManifestMismatch,
                detail,
                "push the image again, or tell the admin of the registry or of the proxy in front of it",
            )
        };
        if let Some(wanted) = wanted.filter(|wanted| !wanted.is_of(&answer.body)) {
            return Err(mismatch(&format!("the requested one ({})", wanted.short())));
        }
        let called = answer.headers.get("docker-content-digest").and_then(|value| value.to_str().ok());
        match called.filter(|text| !text.is_empty()).map(Digest::parse) {
            Some(None) => Err(mismatch("its Docker-Content-Digest says, which is not a digest")),
            Some(Some(called)) if !called.is_of(&answer.body) => {
                Err(mismatch(&format!("its Docker-Content-Digest says ({})", called.short())))
            }
            Some(Some(called)) => Ok(called),
            None => Ok(wanted.cloned().unwrap_or_else(|| digest::sha256(&answer.body))),
        }
    }

    fn unreadable(&self, what: &str, fault: &ManifestFault) -> Step {
        let detail = format!("{}: the {what} {fault}", self.image.short());
        match fault {
            ManifestFault::Old => {
                fail(Code::OldManifest, detail, "build and push the image again with a current Docker")
            }
            ManifestFault::NoImage(_) => fail(
                Code::NotAnImage,
                detail,
                "name an image: docker does not pull charts, Features or other artifacts",
            ),
            ManifestFault::Kind(_)
            | ManifestFault::NoKind
            | ManifestFault::OtherKind(_)
            | ManifestFault::Content(_)
            | ManifestFault::Broken(_)
            | ManifestFault::BadDigest(_) => fail(
                Code::BadManifest,
                detail,
                "push the image again; if that does not help, tell the registry's admin",
            ),
        }
    }

    /// Nothing in the image is for a codespace.
    fn built_for(&self, platforms: &[&Platform]) -> Step {
        let mut known: Vec<String> = Vec::new();
        for platform in platforms.iter().filter(|platform| platform.is_known()).map(ToString::to_string) {
            if !known.contains(&platform) {
                known.push(platform);
            }
        }
        let short = self.image.short();
        let detail = match known.as_slice() {
            [] => format!("{short}: nothing in it says that it is built for {WANTED}, the platform of codespaces"),
            [only] => format!("{short}: built for {only} only, and codespaces run on {WANTED}"),
            [first @ .., last] => {
                format!("{short}: built for {} and {last} only, and codespaces run on {WANTED}", first.join(", "))
            }
        };
        fail(Code::WrongPlatform, detail, &format!("build it with `--platform {WANTED}` and push it again"))
    }

    fn no_variant(&self, wanted: &Descriptor, answer: &Answer) -> Step {
        let (short, host) = (self.image.short(), place(self.url));
        let said = said(answer, &self.pair.redactor());
        let what = format!("the manifest for {WANTED} ({})", wanted.digest.short());
        match answer.status {
            404 => fail(
                Code::BlobMissing,
                format!("{short}: the index names {what}, which {host} does not have{said}"),
                "push the image again: a clean-up may have removed a part of it",
            ),
            401 | 403 => self.denied(&format!("this user may not read {what}{said}")),
            429 | 500.. => unwell(Check::Pull, &host, answer, &said),
            status => super::inconclusive(
                Code::ServerError,
                format!("{host} answered for {what} with status {status}{said}"),
                "the registry does not follow the protocol here: tell its admin",
            ),
        }
    }
}
