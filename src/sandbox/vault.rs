//! The secrets of one user, organization or repository, and the key pair for sealing them.
//!
//! Values are actually decrypted with libsodium's sealed boxes (docs: “Encrypting secrets for the REST API”); a value
//! that cannot be opened is refused. The name rules are written here a second time, deliberately independent of the
//! program's own.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SubsecRound as _, Utc};
use crypto_box::SecretKey;
use crypto_box::aead::OsRng;
use crypto_box::aead::rand_core::RngCore as _;

/// Docs: “Secrets are limited to 48 KB in size”. Interpreted as bytes of the plaintext.
const MOST_BYTES: usize = 48 * 1024;
/// Docs: up to 100 secrets for each user, organization and repository.
const MOST_SECRETS: usize = 100;

/// The owner of the secrets, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    User(u64),
    Repo(u64),
    Org(u64),
}

/// Which of the owner's repositories get a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    All,
    Private,
    Selected,
}

impl Reach {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Private => "private",
            Self::Selected => "selected",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::All, Self::Private, Self::Selected].into_iter().find(|reach| reach.word() == word)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub(super) value: Vec<u8>,
    pub(super) reach: Reach,
    pub(super) repositories: BTreeSet<u64>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
}

impl Secret {
    pub(super) fn new(value: Vec<u8>, reach: Reach, repositories: BTreeSet<u64>) -> Self {
        let now = Utc::now().trunc_subsecs(0);
        Self { value, reach, repositories, created: now, updated: now }
    }
}

#[derive(Debug)]
pub(super) struct Vault {
    /// Generated on first use, because a world may have 10,000 of them.
    key: Option<SecretKey>,
    /// The public id of the key: it names a generation of keys, not this one.
    generation: String,
    pub(super) secrets: BTreeMap<String, Secret>,
}

/// Why a write is refused with 422.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error(
        "Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are \
         not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_)."
    )]
    NameCharacters,
    #[error("Secret names must not start with GITHUB_.")]
    NamePrefix,
    #[error("Bad request - key_id is not the id of the current public key")]
    KeyId,
    #[error("Bad request - encrypted_value is not valid base64")]
    Base64,
    #[error("Bad request - encrypted_value cannot be decrypted with the current public key (key_id)")]
    Sealed,
    #[error("Secret value is too large: the limit is 48 KB")]
    TooLarge,
    #[error("Maximum number of secrets (100) reached")]
    Full,
}

/// The name as stored: in upper case.
pub(super) fn name(raw: &str) -> Result<String, Refusal> {
    let starts_well = raw.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    if !starts_well || !raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(Refusal::NameCharacters);
    }
    let name = raw.to_ascii_uppercase();
    if name.starts_with("GITHUB_") { Err(Refusal::NamePrefix) } else { Ok(name) }
}

impl Vault {
    pub(super) fn new() -> Self {
        Self { key: None, generation: String::new(), secrets: BTreeMap::new() }
    }

    /// Creates a new key pair if a new generation has begun; the stored values stay.
    pub(super) fn keep_up(&mut self, generation: &str) {
        if self.generation != generation {
            generation.clone_into(&mut self.generation);
            self.key = None;
        }
    }

    /// The id and the key in base64.
    pub(super) fn public_key(&mut self) -> (String, String) {
        let key = self.key.get_or_insert_with(|| SecretKey::generate(&mut OsRng));
        (self.generation.clone(), STANDARD.encode(key.public_key().as_bytes()))
    }

    pub(super) fn open(&self, key_id: &str, sealed: &str) -> Result<Vec<u8>, Refusal> {
        let key = self.key.as_ref().filter(|_| self.generation == key_id).ok_or(Refusal::KeyId)?;
        let sealed = STANDARD.decode(sealed).map_err(|_| Refusal::Base64)?;
        let value = key.unseal(&sealed).map_err(|_| Refusal::Sealed)?;
        if value.len() > MOST_BYTES { Err(Refusal::TooLarge) } else { Ok(value) }
    }

    /// Whether a secret of that name may be written: it already exists, or there is room.
    pub(super) fn room_for(&self, name: &str) -> Result<(), Refusal> {
        if self.secrets.contains_key(name) || self.secrets.len() < MOST_SECRETS { Ok(()) } else { Err(Refusal::Full) }
    }

    /// Names are compared without case.
    pub(super) fn get(&self, raw: &str) -> Option<(String, &Secret)> {
        let name = raw.to_ascii_uppercase();
        self.secrets.get(&name).map(|secret| (name, secret))
    }

    pub(super) fn get_mut(&mut self, raw: &str) -> Option<&mut Secret> {
        self.secrets.get_mut(&raw.to_ascii_uppercase())
    }
}

/// The name of a new generation of keys: at most 19 digits, as GitHub's are.
pub(super) fn new_generation() -> String {
    (OsRng.next_u64() >> 4).to_string()
}
