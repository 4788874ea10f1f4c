//! How far the reading of something long got. What GitHub does not tell is not said.

use super::number::grouped;

/// So much of so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Far {
    /// Pages of a listing.
    Pages { read: usize, all: usize },
    /// Entries of a listing, where GitHub counts them but does not say how many pages they fill.
    Entries { read: usize, all: usize },
    /// Entries of a listing whose end is not known.
    SoFar(usize),
    /// Secrets whose repositories are read one by one.
    Accesses { read: usize, all: usize },
}

impl Far {
    /// Such as «2 of 5 pages», after «still reading:» or alone.
    pub fn words(self) -> String {
        match self {
            Self::Pages { read, all } => format!("{} of {} pages", grouped(read), grouped(all)),
            Self::Entries { read, all } => format!("{} of {}", grouped(read), grouped(all)),
            Self::SoFar(read) => format!("{} so far", grouped(read)),
            Self::Accesses { read, all } => format!("access of {} of {} secrets", grouped(read), grouped(all)),
        }
    }
}

/// Something that grows while it is read, and how far it got; `None` where there is nothing to tell of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growing<T> {
    pub value: T,
    pub far: Option<Far>,
}
