//! What goes into and out of the state machine: messages, effects, and the jobs with their progress and outcomes.
//!
//! All of it is comparable data; messages contain no closures, channels or handles.

use std::time::Duration;

use super::action::Action;
use super::keymap::KeyPress;
use super::local_job::{LocalJob, LocalOutcome};
use crate::domain::change::{AccessBefore, AccessOutcome, Seen, Stale};
use crate::domain::seamless::Outlook;
use crate::domain::token::{DeviceCode, Identity, Membership, TokenChoice, TokenReport};
use crate::domain::verdict::{Trial, With};
use crate::domain::{
    AccessChange, Codespace, CodespaceChange, CodespaceList, CodespaceStep, Draft, MemberReport, OrgName, Prefix,
    Problem, Progress, Record, Renamed, RepoName, Repository, RepositoryPage, Roster, Saved, Scope, ScopeListing,
    Sensitive, Step, TestReport, Traffic,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    Key(KeyPress),
    /// A paste in one piece: a line end in it is text, never a key.
    Paste(Sensitive),
    Pointer(Pointer),
    Timer(Timer),
    Part {
        id: JobId,
        part: Part,
    },
    Finished {
        id: JobId,
        outcome: Outcome,
    },
    /// What happens between pullkey and GitHub: requests, waits, budgets.
    Traffic(Traffic),
    /// `Effect::RefreshGh` ended and the terminal is ours again.
    Returned(Result<(), Problem>),
    /// The result of `Effect::Copy` or `Effect::OpenUrl`.
    Told(Result<String, Problem>),
    /// pullkey could not be suspended, because no shell could resume it.
    NoShell,
    /// SIGINT, SIGTERM or a closed terminal.
    Interrupt,
}

/// The mouse, translated by what was drawn where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// The n-th row of the screen's list.
    Row(usize),
    /// A key hint in the footer.
    Act(Action),
    ScrollUp,
    ScrollDown,
}

/// A timer requested with `Effect::After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Advances the spinner; requested only while something is waiting.
    Spin,
    /// Counts down a wait for GitHub's limits; requested only while it lasts.
    Countdown,
    /// Removes notice number n.
    Notice(u64),
    /// Ends reveal number n.
    Reveal(u64),
    /// Reports that nothing was typed for a moment since number n was requested.
    Quiet(u64),
}

/// Something the runtime has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Start {
        id: JobId,
        job: Job,
    },
    /// Aborts a read. Writes are never cancelled.
    Cancel(JobId),
    After {
        timer: Timer,
        delay: Duration,
    },
    /// Puts text, never a secret, on the clipboard.
    Copy(String),
    OpenUrl(String),
    /// Ends every wait of the transport: waiting requests fail and are not sent.
    StopWaiting,
    /// Hands the terminal to `gh auth refresh` with these scopes; returns with `Msg::Returned`.
    RefreshGh {
        scopes: Vec<String>,
    },
    Suspend,
    /// Quits, after running writes have ended.
    Quit,
}

/// Work in the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Finds a token and asks GitHub whose it is.
    SignIn,
    /// All tokens that can be found, and what each may do.
    Tokens,
    /// Uses another token from now on.
    UseToken(TokenChoice),
    /// Removes pullkey's token from the keyring.
    SignOut,
    /// GitHub's device flow, if a client id is configured.
    Device {
        keep: bool,
    },
    Memberships,
    LoadScope(Scope),
    /// Reads the expiry dates from pullkey's local record.
    Endings,
    /// All repositories the user has access to, or those of one organization.
    Repositories(Option<OrgName>),
    Repository(RepoName),
    Test {
        trial: Trial,
        with: With,
    },
    Save(Draft),
    ChangeAccess(AccessChange),
    Delete {
        scope: Scope,
        prefix: Prefix,
        /// What was there when you agreed to it; `None` deletes whatever is there.
        seen: Option<Vec<Seen>>,
    },
    /// Undoes a change of access: every member gets back what it had.
    RestoreAccess(AccessBefore),
    Codespaces(CodespaceList),
    /// Stops and starts codespaces, one after the other.
    ChangeCodespaces(Vec<CodespaceChange>),
    /// Which packages at one of GitHub's own registries codespaces of a repository can pull without a secret.
    Seamless {
        host: String,
        repository: RepoName,
    },
    /// A job on this machine only.
    Local(LocalJob),
}

impl Job {
    /// The repository it is about, if any.
    pub const fn repository(&self) -> Option<&RepoName> {
        let scope = match self {
            Self::Repository(name)
            | Self::Codespaces(CodespaceList::MineIn(name))
            | Self::Seamless { repository: name, .. } => return Some(name),
            Self::LoadScope(scope) | Self::Delete { scope, .. } => scope,
            Self::Save(draft) => &draft.scope,
            Self::ChangeAccess(change) => &change.scope,
            Self::RestoreAccess(before) => &before.scope,
            Self::SignIn
            | Self::SignOut
            | Self::Tokens
            | Self::UseToken(_)
            | Self::Device { .. }
            | Self::Codespaces(CodespaceList::Mine | CodespaceList::Org(_))
            | Self::ChangeCodespaces(_)
            | Self::Memberships
            | Self::Endings
            | Self::Repositories(_)
            | Self::Local(_)
            | Self::Test { .. } => return None,
        };
        match scope {
            Scope::Repository(name) => Some(name),
            Scope::User | Scope::Organization(_) => None,
        }
    }

    /// Writes always run to their end and are awaited at exit; reads are aborted when no longer needed.
    pub const fn is_write(&self) -> bool {
        match self {
            Self::Save(_)
            | Self::ChangeAccess(_)
            | Self::RestoreAccess(_)
            | Self::Delete { .. }
            | Self::ChangeCodespaces(_) => true,
            // The keyring is local, and its call goes on by itself.
            Self::SignIn
            | Self::SignOut
            | Self::Tokens
            | Self::UseToken(_)
            | Self::Device { .. }
            | Self::Codespaces(_)
            | Self::Memberships
            | Self::LoadScope(_)
            | Self::Endings
            | Self::Repositories(_)
            | Self::Repository(_)
            | Self::Seamless { .. }
            | Self::Local(_)
            | Self::Test { .. } => false,
        }
    }
}

/// What arrives while a job runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// The organizations of an incomplete list; the job ends with the problem that explains it.
    Memberships(Vec<Membership>),
    Listing(ScopeListing),
    /// The rows of one page.
    Repositories(RepositoryPage),
    /// How far the read got, sent before its data.
    Progress(Progress),
    Step(Step),
    Member(MemberReport),
    Device(DeviceCode),
    Codespaces(Vec<Codespace>),
    Codespace(CodespaceStep),
    /// The repository of a job was renamed; the answer itself came from the new name.
    Renamed(Renamed),
    /// A write could not be recorded in the record of expiry dates.
    Unkept(Problem),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    SignIn(Result<Identity, Problem>),
    Memberships(Result<Vec<Membership>, Problem>),
    Listing(Result<ScopeListing, Problem>),
    /// The record of expiry dates; `None` if none is kept, as in the demo.
    Endings(Result<Option<Record>, Problem>),
    Repositories(Result<Roster<Repository>, Problem>),
    Repository(Result<Repository, Problem>),
    Tested(TestReport),
    /// `Err`: a check before the first write failed, and nothing was written.
    Saved(Result<Saved, Problem>),
    /// The same for a change of access, and for undoing one.
    AccessChanged(Result<AccessOutcome, Problem>),
    /// Someone else changed the secrets before they were written or deleted: nothing was done.
    Overtaken(Stale),
    Tokens(Vec<TokenReport>),
    /// Whose token was chosen; `kept` is the result of storing it in the keyring, if requested.
    TokenUsed {
        identity: Result<Identity, Problem>,
        kept: Option<Result<(), Problem>>,
    },
    /// Whether there was a token in the keyring.
    SignedOut(Result<bool, Problem>),
    Codespaces(Result<Roster<Codespace>, Problem>),
    /// How far each codespace got.
    CodespacesChanged(Vec<CodespaceStep>),
    Seamless(Result<Roster<Outlook>, Problem>),
    Local(LocalOutcome),
}
