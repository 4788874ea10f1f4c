//! The images, built when the sandbox starts: manifests, indexes, configurations and layers, each under its actual
//! digest (OCI Image Format Specification 1.1). One table defines how each tag is broken.

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(in super::super) const REPOSITORY: &str = "team/app";
pub(in super::super) const TAG: &str = "1";
pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const OLD_TYPE: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";

/// Where a blob is, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Served by the registry itself.
    Here,
    /// Served by the storage, as are all the following.
    Stored,
    Refused,
    Gone,
    /// The right length, but different content.
    Spoiled,
    /// The registry redirects to a host that does not exist.
    Away,
}

/// The tags other than [`TAG`] with a valid manifest: the image's platform, and what happens to its configuration and
/// its layer.
const IMAGES: [(&str, &str, Fate, Fate); 8] = [
    ("stored", "amd64", Fate::Stored, Fate::Stored),
    ("refused", "amd64", Fate::Refused, Fate::Refused),
    ("layer-refused", "amd64", Fate::Here, Fate::Refused),
    ("gone", "amd64", Fate::Gone, Fate::Gone),
    ("spoiled", "amd64", Fate::Spoiled, Fate::Spoiled),
    ("away", "amd64", Fate::Away, Fate::Away),
    ("arm64", "arm64", Fate::Stored, Fate::Stored),
    ("lost", "amd64", Fate::Gone, Fate::Stored),
];

#[derive(Debug)]
pub(in super::super) struct Shelf {
    manifests: Vec<Manifest>,
    tags: Vec<(&'static str, String)>,
    blobs: Vec<(Blob, Fate)>,
}

#[derive(Debug)]
pub(super) struct Manifest {
    pub kind: &'static str,
    /// The digest under which it is found.
    pub digest: String,
    /// The digest that the registry reports.
    pub called: String,
    pub bytes: Bytes,
}

#[derive(Debug)]
struct Blob {
    digest: String,
    bytes: Bytes,
}

impl Blob {
    fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let hash = Sha256::digest(&bytes);
        Self { digest: format!("sha256:{hash:x}"), bytes }
    }

    fn described(&self, kind: &str) -> Value {
        json!({ "mediaType": kind, "digest": self.digest, "size": self.bytes.len() })
    }
}

impl Shelf {
    pub(in super::super) fn new() -> Self {
        let mut shelf = Self { manifests: Vec::new(), tags: Vec::new(), blobs: Vec::new() };
        let first = shelf.image(TAG, ("linux", "amd64"), [Fate::Here; 2]);
        shelf.tag(TAG, &first);
        for (tag, architecture, config, layer) in IMAGES {
            let manifest = shelf.image(tag, ("linux", architecture), [config, layer]);
            shelf.tag(tag, &manifest);
        }
        let four = [("linux", "arm64"), ("linux", "amd64"), ("linux", "s390x"), ("windows", "amd64")];
        shelf.index("index", &four);
        shelf.index("index-arm64", &[("linux", "arm64")]);
        shelf.odd_ones();
        shelf
    }

    /// Builds an image and returns its manifest's descriptor without a platform.
    fn image(&mut self, name: &str, (os, architecture): (&str, &str), fates: [Fate; 2]) -> Value {
        let layer = Blob::new(tar("hello.txt", format!("It was pulled from the sandbox ({name}).\n").as_bytes()));
        let config = Blob::new(
            json!({
                "architecture": architecture,
                "os": os,
                "config": { "Cmd": ["/hello.txt"] },
                "rootfs": { "type": "layers", "diff_ids": [layer.digest] },
            })
            .to_string(),
        );
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": config.described(CONFIG_TYPE),
            "layers": [layer.described("application/vnd.oci.image.layer.v1.tar")],
        });
        self.blobs.extend([config, layer].into_iter().zip(fates));
        self.manifest(MANIFEST_TYPE, &manifest)
    }

    fn index(&mut self, tag: &'static str, platforms: &[(&str, &str)]) {
        let mut lines = Vec::new();
        for &(os, architecture) in platforms {
            let mut line = self.image(&format!("{tag} {os}/{architecture}"), (os, architecture), [Fate::Here; 2]);
            line["platform"] = json!({ "os": os, "architecture": architecture });
            lines.push(line);
        }
        // BuildKit puts attestations next to the images.
        let mut attestation = self.image(&format!("{tag} attestation"), ("unknown", "unknown"), [Fate::Here; 2]);
        attestation["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
        lines.push(attestation);
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": lines });
        let index = self.manifest(INDEX_TYPE, &index);
        self.tag(tag, &index);
    }

    /// Manifests that docker rejects.
    fn odd_ones(&mut self) {
        let old = json!({ "schemaVersion": 1, "name": REPOSITORY, "tag": "schema1", "fsLayers": [], "history": [] });
        let old = self.manifest(OLD_TYPE, &old);
        self.tag("schema1", &old);
        let empty = Blob::new("{}");
        let artifact = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": empty.described("application/vnd.cncf.helm.config.v1+json"),
            "layers": [],
        });
        self.blobs.push((empty, Fate::Here));
        let artifact = self.manifest(MANIFEST_TYPE, &artifact);
        self.tag("artifact", &artifact);
        let page = self.manifest("text/html", &json!("<html>"));
        self.tag("page", &page);
        let renamed = self.image("renamed", ("linux", "amd64"), [Fate::Here; 2]);
        self.tag("renamed", &renamed);
        if let Some(renamed) = self.manifests.last_mut() {
            renamed.called = Blob::new("something else").digest;
        }
    }

    fn manifest(&mut self, kind: &'static str, content: &Value) -> Value {
        let blob = Blob::new(content.to_string());
        let described = blob.described(kind);
        let Blob { digest, bytes } = blob;
        self.manifests.push(Manifest { kind, called: digest.clone(), digest, bytes });
        described
    }

    fn tag(&mut self, tag: &'static str, described: &Value) {
        let digest = described["digest"].as_str().unwrap_or_default().to_owned();
        self.tags.push((tag, digest));
    }

    pub(super) fn tags(&self) -> Vec<&'static str> {
        self.tags.iter().map(|(tag, _)| *tag).collect()
    }

    /// By tag or digest.
    pub(super) fn find(&self, reference: &str) -> Option<&Manifest> {
        let digest = self.tags.iter().find(|(tag, _)| *tag == reference).map_or(reference, |(_, digest)| digest);
        self.manifests.iter().find(|manifest| manifest.digest == digest)
    }

    pub(super) fn blob(&self, digest: &str) -> Option<(&Bytes, Fate)> {
        self.blobs.iter().find(|(blob, _)| blob.digest == digest).map(|(blob, fate)| (&blob.bytes, *fate))
    }
}

/// An archive with one file in POSIX.1-1988 “ustar” format.
fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 512;
    let mut header = [0_u8; BLOCK];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0");
    // The checksum counts its own field as blanks.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut archive = header.to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(BLOCK) + 2 * BLOCK, 0);
    archive
}
