//! Systems without process groups, with a weaker guarantee: only the child itself is killed, by tokio.

pub(crate) fn own_group(_command: &mut tokio::process::Command) {}

#[derive(Debug)]
pub(crate) struct Group;

impl Group {
    pub(crate) fn of(_pid: Option<u32>) -> Self {
        Self
    }

    #[allow(clippy::unused_self)] // as on Unix, where it ends the group
    pub(crate) fn ended(self) {}
}
