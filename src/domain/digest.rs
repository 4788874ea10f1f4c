//! The digest by which registries name content. docker supports three algorithms and only lower-case digits
//! (opencontainers/go-digest, `algorithm.go`).

use std::fmt;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// One digest, such as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    algorithm: Algorithm,
    /// In lower case, with as many digits as the algorithm produces.
    hex: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// `None` for what docker does not accept as a digest.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, hex) = text.split_once(':')?;
        let (algorithm, length) = match name {
            "sha256" => (Algorithm::Sha256, 64),
            "sha384" => (Algorithm::Sha384, 96),
            "sha512" => (Algorithm::Sha512, 128),
            _ => return None, // not one of docker's
        };
        let is_it = hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_it.then(|| Self { algorithm, hex: hex.to_owned() })
    }

    /// Whether this is the content's digest.
    pub fn is_of(&self, content: &[u8]) -> bool {
        let own = match self.algorithm {
            Algorithm::Sha256 => hex(&Sha256::digest(content)),
            Algorithm::Sha384 => hex(&Sha384::digest(content)),
            Algorithm::Sha512 => hex(&Sha512::digest(content)),
        };
        own == self.hex
    }

    /// A recognizable short form: `sha256:0123456789ab`.
    pub fn short(&self) -> String {
        let hex: String = self.hex.chars().take(12).collect();
        format!("{}:{hex}", self.algorithm.name())
    }
}

/// The digest of content that most registries use.
pub fn sha256(content: &[u8]) -> Digest {
    Digest { algorithm: Algorithm::Sha256, hex: hex(&Sha256::digest(content)) }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex)
    }
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_digest_is_told_by_what_it_is_of() {
        // “abc” from FIPS 180-4.
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest = Digest::parse(abc).unwrap();
        assert!(digest.is_of(b"abc") && !digest.is_of(b"abd"));
        assert_eq!((digest.to_string().as_str(), digest.short().as_str()), (abc, "sha256:ba7816bf8f01"));
        assert_eq!(sha256(b"abc"), digest);
        let long = format!("sha512:{}", hex(&Sha512::digest(b"abc")));
        assert!(Digest::parse(&long).unwrap().is_of(b"abc"));
        for bad in ["", "sha256:", "sha256:BA", "md5:900150983cd24fb0d6963f7d28e17f72", &abc.to_uppercase(), &abc[..70]]
        {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
    }
}
