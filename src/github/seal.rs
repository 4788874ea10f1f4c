//! Sealed boxes: how GitHub wants a secret's value to be encrypted.
//!
//! Source: GitHub Docs, “Encrypting secrets for the REST API” (libsodium `crypto_box_seal`, standard base64 with
//! padding).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::aead::OsRng;

use crate::domain::Sensitive;

use super::{GithubError, PublicKey};

/// GitHub's limit for one value, in bytes (48 KB). Source: GitHub Docs, “Managing your account-specific secrets”.
pub const MAX_VALUE: usize = 48 * 1024;

/// Seals a value for the holder of `key`; two calls never give the same text.
pub fn seal(key: &PublicKey, value: &Sensitive) -> Result<String, GithubError> {
    let bytes = STANDARD.decode(key.key.trim()).map_err(|_| GithubError::KeyInvalid)?;
    let key: [u8; crypto_box::KEY_SIZE] = bytes.try_into().map_err(|_| GithubError::KeyInvalid)?;
    let sealed = crypto_box::PublicKey::from(key)
        .seal(&mut OsRng, value.expose().as_bytes())
        .map_err(|_| GithubError::KeyInvalid)?;
    Ok(STANDARD.encode(sealed))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crypto_box::SecretKey;

    use super::*;

    const SECRET: &str = "FbNssAITNz+z+wOVj7DMABLsrKES/SSdPPCWHjEcqsk=";
    const PUBLIC: &str = "+0yzT3SpKLeRIzM8HmPZkQYCRM2piv/uFMM5jG0xVXQ=";
    /// From the tests of `crypto_box` 0.9.1; `PyNaCl` opens it as well.
    const SEALED: &str = concat!(
        "letb8FraJe5R9BWCAcJhoAv7GVWpF2yMfxpi8pmjLlT268zIq50s4bHTcQujfY2xeu7sC3j8PTKzm3nt",
        "lvGJSMWldLjj+OzMLxMkCMIWRvOu2uSmf95PdxU7VFi4pr1xLdg2VTTFZ+w=",
    );

    fn open(text: &str) -> Vec<u8> {
        let key: [u8; 32] = STANDARD.decode(SECRET).unwrap().try_into().unwrap();
        SecretKey::from(key).unseal(&STANDARD.decode(text).unwrap()).unwrap()
    }

    fn key(text: &str) -> PublicKey {
        PublicKey { key_id: "1".to_owned(), key: text.to_owned() }
    }

    #[test]
    fn the_published_box_opens_with_its_key() {
        assert_eq!(open(SEALED), b"Lorem ipsum dolor sit amet, consectetur adipiscing elit.");
    }

    #[test]
    fn a_sealed_value_comes_back_byte_for_byte() {
        for value in ["", "hunter2", "pässwörd \n", &"x".repeat(MAX_VALUE)] {
            let sealed = seal(&key(PUBLIC), &Sensitive::new(value)).unwrap();
            assert_eq!(open(&sealed), value.as_bytes());
            assert_eq!(STANDARD.decode(&sealed).unwrap().len(), value.len() + crypto_box::SEALBYTES);
        }
    }

    #[test]
    fn a_key_of_another_length_or_alphabet_is_refused() {
        for text in ["", "AAAA", "not base64!", "+0yzT3SpKLeRIzM8HmPZkQYCRM2piv/uFMM5jG0xVXQAAA=="] {
            assert!(matches!(seal(&key(text), &Sensitive::new("x")), Err(GithubError::KeyInvalid)), "{text}");
        }
    }
}
