//! The one image, made when the sandbox starts: a manifest, a configuration and a layer with one file in it, each
//! under its real digest (OCI Image Format Specification 1.1).

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub(in super::super) const REPOSITORY: &str = "team/app";
pub(in super::super) const TAG: &str = "1";
pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

#[derive(Debug)]
pub(super) struct Image {
    manifest: Blob,
    /// Configuration and layer.
    blobs: [Blob; 2],
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
}

impl Image {
    pub(super) fn new() -> Self {
        let layer = Blob::new(tar("hello.txt", b"It was pulled from the sandbox.\n"));
        let config = json!({
            "architecture": "amd64",
            "os": "linux",
            "config": { "Cmd": ["/hello.txt"] },
            "rootfs": { "type": "layers", "diff_ids": [layer.digest] },
        });
        let config = Blob::new(config.to_string());
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": config.digest,
                "size": config.bytes.len(),
            },
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": layer.digest,
                "size": layer.bytes.len(),
            }],
        });
        Self { manifest: Blob::new(manifest.to_string()), blobs: [config, layer] }
    }

    pub(super) fn manifest(&self) -> &Bytes {
        &self.manifest.bytes
    }

    pub(super) fn manifest_digest(&self) -> &str {
        &self.manifest.digest
    }

    pub(super) fn blob(&self, digest: &str) -> Option<&Bytes> {
        self.blobs.iter().find(|blob| blob.digest == digest).map(|blob| &blob.bytes)
    }
}

/// An archive of one file in POSIX.1-1988 «ustar» form.
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
