//! The progress of a long read. What GitHub does not report is left out.

use super::number::grouped;

/// An amount out of a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Pages of a listing.
    Pages { read: usize, all: usize },
    /// Entries of a listing, if GitHub reports their number but not the number of pages.
    Entries { read: usize, all: usize },
    /// Entries of a listing of unknown length.
    SoFar(usize),
    /// Secrets whose access is read one by one.
    Accesses { read: usize, all: usize },
}

impl Progress {
    /// Such as “2 of 5 pages”, after “still reading:” or alone.
    pub fn words(self) -> String {
        match self {
            Self::Pages { read, all } => format!("{} of {} pages", grouped(read), grouped(all)),
            Self::Entries { read, all } => format!("{} of {}", grouped(read), grouped(all)),
            Self::SoFar(read) => format!("{} so far", grouped(read)),
            Self::Accesses { read, all } => format!("access of {} of {} secrets", grouped(read), grouped(all)),
        }
    }
}

/// Something that grows while it is read, and its progress; `None` if there is none to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial<T> {
    pub value: T,
    pub far: Option<Progress>,
}
