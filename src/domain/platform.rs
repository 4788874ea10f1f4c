//! The platform of an image, and which of several variants a codespace uses. Codespaces run on linux/amd64.
//!
//! Source: containerd's `platforms` package, which docker uses to choose: `normalizeArch` and `platformVector`.

use std::fmt;

/// The platform an image is built for.
pub const WANTED: &str = "linux/amd64";

/// Operating system, architecture and variant, each as docker normalizes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: String,
}

impl Platform {
    pub fn new(os: &str, architecture: &str, variant: &str) -> Self {
        let os = match os.to_ascii_lowercase().as_str() {
            "" => "linux".to_owned(),
            "macos" => "darwin".to_owned(),
            other => other.to_owned(),
        };
        let (architecture, variant) = (architecture.to_ascii_lowercase(), variant.to_ascii_lowercase());
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("i386", _) => ("386", ""),
            ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
            ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
            ("aarch64" | "arm64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            (architecture, variant) => (architecture, variant),
        };
        Self { os, architecture: architecture.to_owned(), variant: variant.to_owned() }
    }

    /// How well it suits a codespace, the best first: linux/amd64, then linux/386, docker's fallback. Newer variants
    /// such as linux/amd64/v2 are not used, because the processor may not support them.
    pub fn rank(&self) -> Option<u8> {
        match (self.os.as_str(), self.architecture.as_str(), self.variant.as_str()) {
            ("linux", "amd64", "") => Some(0),
            ("linux", "386", "") => Some(1),
            (_, _, _) => None, // built for something else
        }
    }

    /// Whether the platform is known; attestations are listed next to images as `unknown/unknown`.
    pub fn is_known(&self) -> bool {
        self.os != "unknown" && self.architecture != "unknown" && !self.architecture.is_empty()
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_normalized_as_containerd_does() {
        for ((os, architecture, variant), shown, rank) in [
            (("linux", "amd64", ""), "linux/amd64", Some(0)),
            (("Linux", "x86_64", "v1"), "linux/amd64", Some(0)),
            (("", "AMD64", ""), "linux/amd64", Some(0)),
            (("linux", "amd64", "v2"), "linux/amd64/v2", None),
            (("linux", "386", ""), "linux/386", Some(1)),
            (("linux", "i386", "x"), "linux/386", Some(1)),
            (("linux", "aarch64", "8"), "linux/arm64", None),
            (("linux", "arm64", "v8"), "linux/arm64", None),
            (("linux", "arm", ""), "linux/arm/v7", None),
            (("linux", "arm", "6"), "linux/arm/v6", None),
            (("linux", "armhf", ""), "linux/arm/v7", None),
            (("windows", "amd64", ""), "windows/amd64", None),
            (("macos", "arm64", ""), "darwin/arm64", None),
            (("unknown", "unknown", ""), "unknown/unknown", None),
        ] {
            let platform = Platform::new(os, architecture, variant);
            assert_eq!((platform.to_string().as_str(), platform.rank()), (shown, rank));
        }
        assert!(!Platform::new("unknown", "unknown", "").is_known() && !Platform::new("linux", "", "").is_known());
    }
}
