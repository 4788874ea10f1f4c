//! Child processes that end with what they started: each leads a group of its own, and the group is killed as a whole
//! where its run is given up.
//!
//! A child that ended by itself leaves its own children alone: they may be there to stay, as an agent is.

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "other.rs"]
mod system;

pub(crate) use self::system::{Group, own_group};
