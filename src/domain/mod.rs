//! The nouns of pullkey and their rules: pure values, no I/O, no clock, no terminal.
//!
//! Every type that stands in a job or an outcome lives here. Nothing in this room reads a file, the environment or the
//! time; what is needed of the world is passed in.

pub mod access;
pub mod change;
pub mod codespace;
pub mod credential;
pub mod ecr;
pub mod ending;
pub mod far;
pub mod foreign;
pub mod freshness;
pub mod go_json;
pub mod image;
pub mod inventory;
pub mod journal;
pub mod kept;
pub mod lint;
pub mod names;
pub mod near;
pub mod npm;
pub mod number;
pub mod output;
pub mod pattern;
pub mod preset;
pub mod problem;
pub mod reach;
pub mod rename;
pub mod rights;
pub mod scope;
pub mod seamless;
pub mod sensitive;
pub mod server;
pub mod site;
pub mod source;
pub mod spread;
pub mod token;
pub mod traffic;
pub mod verdict;

pub use access::{Access, RepoRef, Visibility};
pub use change::{AccessChange, Draft, MemberReport, Saved, WriteOutcome};
pub use codespace::{Codespace, CodespaceChange, CodespaceList, CodespaceName, CodespaceStep};
pub use credential::{Credential, MemberState, Members};
pub use ecr::EcrHost;
pub use ending::{End, Record};
pub use far::{Far, Growing};
pub use foreign::Foreign;
pub use freshness::{Freshness, Need};
pub use image::{Image, ImageFault};
pub use inventory::{Inventory, OtherSecret, Repositories, Repository, RepositoryPage, ScopeListing, Tally};
pub use kept::Kept;
pub use lint::{FieldMend, Finding, MendChange, Severity};
pub use names::{Member, Prefix, PrefixFault, Shape};
pub use pattern::{RepoPattern, Wanted};
pub use preset::Preset;
pub use problem::{Mend, Problem};
pub use reach::{Reach, Reached, Reaches};
pub use rename::Renamed;
pub use scope::{OrgName, RepoName, Scope, ScopeKind};
pub use seamless::{PackageRef, Seamless, SecretNeed};
pub use sensitive::Sensitive;
pub use server::{Server, ServerFault};
pub use site::Site;
pub use traffic::Traffic;
pub use verdict::{Code, Holds, Outcome, Step, TestReport, Trial, Verdict};
