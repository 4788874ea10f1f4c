//! The one type a secret value has. It refuses to be shown: no `Display`, no `Serialize`, a redacted `Debug`.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// A value that must never be shown: one allocation, shared by clones, wiped when the last clone is dropped.
///
/// [`Sensitive::expose`] is the only way out; `tests/tidy/main.rs` lists the files that may call it.
#[derive(Clone)]
pub struct Sensitive(Arc<Zeroizing<String>>);

impl Sensitive {
    pub fn new(value: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(value.into())))
    }

    /// The value itself. With every call the value leaves the protection of this type.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value without white space at its ends, which is often pasted along and never wanted.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        Self::new(self.0.trim())
    }

    /// Whether it is this text, ignoring case.
    pub fn eq_ignore_ascii_case(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }

    /// Length in bytes, for limits such as GitHub's 48 KB per secret.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(redacted)")
    }
}

impl PartialEq for Sensitive {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes() == other.0.as_bytes()
    }
}

impl Eq for Sensitive {}

impl From<String> for Sensitive {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Sensitive {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_value() {
        let value = Sensitive::new("hunter2");
        assert!(!format!("{value:?} {:?}", Some(&value)).contains("hunter2"));
    }

    #[test]
    fn clones_share_one_allocation() {
        let value = Sensitive::new("hunter2");
        assert_eq!(value.expose().as_ptr(), value.clone().expose().as_ptr());
    }
}
