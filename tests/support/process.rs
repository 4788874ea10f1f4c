//! What Linux tells about a process and its children.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// One line of `/proc/PID/stat`, as far as tests need it. See proc(5).
#[derive(Clone, Debug)]
pub(crate) struct Stat {
    pub(crate) parent: u32,
    /// `R` running, `S` sleeping, `T` stopped, `Z` gone but not waited for.
    pub(crate) state: char,
    /// User and system time, in ticks (usually a hundredth of a second).
    pub(crate) ticks: u64,
}

pub(crate) fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let rest: Vec<&str> = text.get(text.rfind(')')? + 2..)?.split(' ').collect();
    let number = |at: usize| rest.get(at)?.parse::<u64>().ok();
    Some(Stat {
        state: rest.first()?.chars().next()?,
        parent: u32::try_from(number(1)?).ok()?,
        ticks: number(11)? + number(12)?,
    })
}

/// Whether the process is there and not just waiting to be buried.
pub(crate) fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|stat| stat.state != 'Z')
}

/// One thread of a process.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) id: u32,
    pub(crate) name: String,
    /// As in [`Stat`].
    pub(crate) state: char,
    /// How many bytes it has read.
    pub(crate) read: u64,
}

/// The threads of a process; none once it is gone.
pub(crate) fn threads(pid: u32) -> Vec<Thread> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let id = |task: std::fs::DirEntry| task.file_name().to_str()?.parse().ok();
    tasks.filter_map(id).filter_map(|id| thread(pid, id)).collect()
}

pub(crate) fn thread(pid: u32, id: u32) -> Option<Thread> {
    let text = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/task/{id}/{name}")).ok();
    let of = |text: &str, label: &str| {
        text.lines().find_map(|line| line.strip_prefix(label)).map(|rest| rest.trim().to_owned())
    };
    let (status, io) = (text("status")?, text("io")?);
    Some(Thread {
        id,
        name: of(&status, "Name:")?,
        state: of(&status, "State:")?.chars().next()?,
        read: of(&io, "rchar:")?.parse().ok()?,
    })
}

/// All processes below this one, itself included.
pub(crate) fn family(pid: u32) -> Vec<u32> {
    let mut parents: BTreeMap<u32, u32> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        if let Some(child) = entry.file_name().to_str().and_then(|name| name.parse().ok())
            && let Some(stat) = stat(child)
        {
            parents.insert(child, stat.parent);
        }
    }
    let mut found = vec![pid];
    let mut at = 0;
    while at < found.len() {
        let mother = found[at];
        found.extend(parents.iter().filter(|(_, parent)| **parent == mother).map(|(child, _)| *child));
        at += 1;
    }
    found
}

/// The processes that were given a path below this home: also those whose parent is gone, and a docker whose own home
/// is a temporary folder.
pub(crate) fn inhabitants(home: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(environ) = std::fs::read(format!("/proc/{pid}/environ")) else { continue };
        if is_alive(pid) && environ.windows(home.len()).any(|window| window == home.as_bytes()) {
            found.push(pid);
        }
    }
    found
}

/// The largest core file this process may leave, as the kernel words it: `0` or `unlimited` or bytes.
pub(crate) fn core_limit(pid: u32) -> Option<String> {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max core file size"))?;
    line.split_whitespace().nth(4).map(str::to_owned)
}

/// The argument list, zero bytes between.
pub(crate) fn arguments(pid: u32) -> Vec<u8> {
    std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

/// The environment it was started with, zero bytes between.
pub(crate) fn environment(pid: u32) -> Vec<u8> {
    std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default()
}

/// The executable as the kernel names it.
pub(crate) fn executable(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/exe")).ok()
}
