//! The addresses to connect to: the API, three registries, and the storage they share. Names only.

/// How a registry of the sandbox authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistryKind {
    /// `WWW-Authenticate: Basic`.
    Basic,
    /// `WWW-Authenticate: Bearer`, with a token server of its own on the same port.
    Bearer,
    /// Requires no login.
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Api,
    /// Where the registries keep most blobs.
    Storage,
    Registry(RegistryKind),
}

impl Door {
    /// In the order of `Sandbox::addresses`.
    pub(super) const ALL: [Self; 5] = [
        Self::Api,
        Self::Storage,
        Self::Registry(RegistryKind::Basic),
        Self::Registry(RegistryKind::Bearer),
        Self::Registry(RegistryKind::Open),
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Storage => "storage",
            Self::Registry(RegistryKind::Basic) => "basic",
            Self::Registry(RegistryKind::Bearer) => "bearer",
            Self::Registry(RegistryKind::Open) => "open",
        }
    }
}
