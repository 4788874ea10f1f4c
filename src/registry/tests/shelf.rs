//! Small images as in a registry, each part under its real digest.

use super::handshake::API;
use super::peer::{Reply, Seen, reply};
use crate::domain::digest::sha256;

pub(super) const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(super) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(super) const LAYER: &str = "a layer";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

pub(super) fn digest(text: &str) -> String {
    sha256(text.as_bytes()).to_string()
}

/// `platform` is a text such as `linux/amd64`.
pub(super) fn config(platform: &str) -> String {
    let (os, architecture) = platform.split_once('/').unwrap();
    format!(r#"{{"os":"{os}","architecture":"{architecture}","rootfs":{{"type":"layers","diff_ids":[]}}}}"#)
}

/// The manifest of an image with this configuration.
pub(super) fn image(config: &str) -> String {
    image_of(config, CONFIG, LAYER_TYPE)
}

pub(super) fn image_of(config: &str, config_type: &str, layer_type: &str) -> String {
    let descriptor = |kind: &str, text: &str| {
        format!(r#"{{"mediaType":"{kind}","digest":"{}","size":{}}}"#, digest(text), text.len())
    };
    let (config, layer) = (descriptor(config_type, config), descriptor(layer_type, LAYER));
    format!(r#"{{"schemaVersion":2,"mediaType":"{IMAGE}","config":{config},"layers":[{layer}]}}"#)
}

/// An index of these manifests, each with its platform.
pub(super) fn index(of: &[(&str, &str)]) -> String {
    let line = |(manifest, platform): &(&str, &str)| {
        let (os, architecture) = platform.split_once('/').unwrap();
        let platform = format!(r#"{{"os":"{os}","architecture":"{architecture}"}}"#);
        let (digest, size) = (digest(manifest), manifest.len());
        format!(r#"{{"mediaType":"{IMAGE}","digest":"{digest}","size":{size},"platform":{platform}}}"#)
    };
    let lines: Vec<String> = of.iter().map(line).collect();
    format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{}]}}"#, lines.join(","))
}

pub(super) fn manifest_reply(kind: &str, text: &str) -> Reply {
    reply(200, &[API, ("Content-Type", kind), ("Docker-Content-Digest", &digest(text))], text)
}

/// The configuration or the layer; `None` for any other path.
pub(super) fn blob_reply(seen: &Seen, config: &str) -> Option<Reply> {
    let (_, wanted) = seen.target.split_once("/blobs/")?;
    [config, LAYER].into_iter().find(|text| digest(text) == wanted).map(|text| reply(200, &[API], text))
}
