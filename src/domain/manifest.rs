//! An image at a registry: an index of variants, or the manifest of one, read as docker reads it.
//!
//! It parses fetched bytes and fetches nothing itself. Sources: OCI Image Format Specification 1.1; moby
//! `distribution/pull_v2.go` and `distribution/registry.go` (`ImageTypes`); distribution's `UnmarshalManifest`, which
//! only considers the content type.

use serde::{Deserialize, Deserializer};
use thiserror::Error;

use super::{Digest, Platform, Untrusted};

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// All manifest types that docker reads: a registry hides types that are not requested.
pub const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// The configuration types docker can run; it also accepts a few wrong ones, and no others.
const IMAGES: [&str; 6] = [
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "application/octet-stream",
    "application/json",
    "text/html",
    "",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    Index(Vec<Variant>),
    Image(ImageManifest),
}

/// One entry of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub content: Descriptor,
    pub platform: Option<Platform>,
}

/// One image, for one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageManifest {
    pub config: Descriptor,
    pub layers: Vec<Descriptor>,
}

/// The expected content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    kind: String,
}

impl Descriptor {
    /// Whether it is a layer that registries must not redistribute.
    pub fn is_foreign(&self) -> bool {
        self.kind.contains(".nondistributable.") || self.kind.contains(".foreign.")
    }
}

/// Why docker cannot pull what a registry returned. Each follows “the manifest”.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ManifestFault {
    #[error("is schema 1, which Docker no longer supports")]
    Old,
    #[error("has the content type {}, which Docker does not support", .0.shown())]
    Kind(Untrusted),
    #[error("has no content type, which Docker needs")]
    NoKind,
    #[error("declares itself as {}, but has another content type", .0.shown())]
    OtherKind(Untrusted),
    #[error("is not what its content type says: {0}")]
    Content(&'static str),
    #[error("cannot be read: {}", .0.shown())]
    Broken(Untrusted),
    #[error("contains an invalid digest: {}", .0.shown())]
    BadDigest(Untrusted),
    #[error("is not for an image but for {}", .0.shown())]
    NoImage(Untrusted),
}

/// Go reads `null` as a missing string, number or list; so do the tools that write it.
fn or_null<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Everything a manifest of any type can contain.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Raw {
    #[serde(deserialize_with = "or_null")]
    media_type: String,
    manifests: Option<Vec<RawDescriptor>>,
    config: Option<RawDescriptor>,
    layers: Option<Vec<RawDescriptor>>,
    fs_layers: Option<serde::de::IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawDescriptor {
    #[serde(deserialize_with = "or_null")]
    media_type: String,
    #[serde(deserialize_with = "or_null")]
    digest: String,
    #[serde(deserialize_with = "or_null")]
    size: u64,
    platform: Option<RawPlatform>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawPlatform {
    #[serde(deserialize_with = "or_null")]
    os: String,
    #[serde(deserialize_with = "or_null")]
    architecture: String,
    #[serde(deserialize_with = "or_null")]
    variant: String,
    #[serde(rename = "os.features", deserialize_with = "or_null")]
    features: Vec<String>,
}

impl Manifest {
    /// Parses a response by its content type.
    pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, ManifestFault> {
        let kind = content_type.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        let kind = kind.filter(|kind| !kind.is_empty()).ok_or(ManifestFault::NoKind)?;
        if kind.starts_with("application/vnd.docker.distribution.manifest.v1+") {
            return Err(ManifestFault::Old);
        }
        let is_index = match kind.as_str() {
            OCI_INDEX | DOCKER_LIST => true,
            OCI_MANIFEST | DOCKER_MANIFEST => false,
            _ if is_old(body) => return Err(ManifestFault::Old),
            _ => return Err(ManifestFault::Kind(Untrusted::new(kind))),
        };
        let raw: Raw =
            serde_json::from_slice(body).map_err(|fault| ManifestFault::Broken(Untrusted::new(fault.to_string())))?;
        if !raw.media_type.is_empty() && raw.media_type != kind {
            return Err(ManifestFault::OtherKind(Untrusted::new(raw.media_type)));
        }
        match (is_index, raw) {
            (_, Raw { fs_layers: Some(_), .. }) => Err(ManifestFault::Old),
            (true, Raw { manifests: Some(variants), config: None, layers: None, .. }) => {
                Ok(Self::Index(variants.into_iter().map(Variant::of).collect::<Result<_, _>>()?))
            }
            (false, Raw { manifests: None, config: Some(config), layers: Some(layers), .. }) => {
                if !IMAGES.contains(&config.media_type.as_str()) {
                    return Err(ManifestFault::NoImage(Untrusted::new(config.media_type)));
                }
                let layers = layers.into_iter().map(Descriptor::of).collect::<Result<_, _>>()?;
                Ok(Self::Image(ImageManifest { config: Descriptor::of(config)?, layers }))
            }
            (true, _) => Err(ManifestFault::Content("an index lists manifests, and nothing else")),
            (false, _) => Err(ManifestFault::Content("an image's manifest has a configuration and layers")),
        }
    }
}

/// Schema 1 is often sent as plain JSON.
fn is_old(body: &[u8]) -> bool {
    serde_json::from_slice::<Raw>(body).is_ok_and(|raw| raw.fs_layers.is_some())
}

impl Descriptor {
    fn of(raw: RawDescriptor) -> Result<Self, ManifestFault> {
        let digest = Digest::parse(&raw.digest)
            .ok_or_else(|| ManifestFault::BadDigest(Untrusted::new(raw.digest.chars().take(80).collect::<String>())))?;
        Ok(Self { digest, size: raw.size, kind: raw.media_type })
    }
}

impl Variant {
    fn of(mut raw: RawDescriptor) -> Result<Self, ManifestFault> {
        // A variant that needs a feature unknown in codespaces is built for something else.
        let platform = raw.platform.take().map(|of| {
            let os = if of.features.is_empty() { of.os } else { format!("{}+{}", of.os, of.features.join("+")) };
            Platform::new(&os, &of.architecture, &of.variant)
        });
        Ok(Self { content: Descriptor::of(raw)?, platform })
    }
}

/// The variant docker in a codespace chooses: the best match, the first of equals. A variant without a platform is
/// chosen if none matches, and its configuration decides.
pub fn chosen(variants: &[Variant]) -> Option<&Variant> {
    let rank = |variant: &&Variant| variant.platform.as_ref().and_then(Platform::rank);
    let fitting = variants.iter().filter(|variant| rank(variant).is_some()).min_by_key(rank);
    fitting.or_else(|| variants.iter().find(|variant| variant.platform.is_none()))
}

/// The platform an image is built for, from its configuration.
pub fn platform_of_config(config: &[u8]) -> Result<Platform, ManifestFault> {
    let raw: RawPlatform =
        serde_json::from_slice(config).map_err(|fault| ManifestFault::Broken(Untrusted::new(fault.to_string())))?;
    Ok(Platform::new(&raw.os, &raw.architecture, &raw.variant))
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
