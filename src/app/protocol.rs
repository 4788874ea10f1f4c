//! What goes in and out of the state machine: messages, effects, and the jobs with their parts and outcomes.
//!
//! All of it is comparable data; there is no closure, channel or handle inside a message.

use std::time::Duration;

use super::action::Action;
use super::errand::{Brought, Errand};
use super::keymap::KeyPress;
use crate::domain::change::{AccessBefore, AccessOutcome, Seen, Stale};
use crate::domain::seamless::Outlook;
use crate::domain::token::{DeviceCode, Identity, Membership, TokenChoice, TokenReport};
use crate::domain::verdict::{Trial, With};
use crate::domain::{
    AccessChange, Codespace, CodespaceChange, CodespaceList, CodespaceStep, Draft, Far, MemberReport, OrgName, Prefix,
    Problem, Record, Renamed, RepoName, Repository, RepositoryPage, Roster, Saved, Scope, ScopeListing, Sensitive,
    Step, TestReport, Traffic,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    Key(KeyPress),
    /// A paste, as one piece: a line end in it is text and never a key.
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
    /// What goes on between pullkey and GitHub: requests, waits, the budget.
    Traffic(Traffic),
    /// `Effect::RefreshGh` ended and the terminal is ours again.
    Returned(Result<(), Problem>),
    /// What came of `Effect::Copy` or `Effect::OpenUrl`.
    Told(Result<String, Problem>),
    /// It could not be suspended: nobody would wake it.
    NoShell,
    /// SIGINT, SIGTERM or the end of the terminal.
    Interrupt,
}

/// The mouse, already translated by what was drawn where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// The n-th row of the screen's list.
    Row(usize),
    /// A hint of the footer.
    Act(Action),
    ScrollUp,
    ScrollDown,
}

/// A timer that was asked for with `Effect::After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Moves the spinner; asked for only while something waits.
    Spin,
    /// Counts a wait for GitHub's limits down; asked for only while it lasts.
    Countdown,
    /// Takes notice number n away.
    Notice(u64),
    /// Ends reveal number n.
    Reveal(u64),
    /// Tells that nothing was typed for a moment since number n was asked for.
    Quiet(u64),
}

/// Something the runtime shall do.
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
    /// Puts a text, never a secret, on the clipboard.
    Copy(String),
    OpenUrl(String),
    /// Ends every wait of the transport: what waited fails, and was not sent.
    StopWaiting,
    /// Gives the terminal to `gh auth refresh` with these scopes, and comes back with `Msg::Returned`.
    RefreshGh {
        scopes: Vec<String>,
    },
    Suspend,
    /// Leaves, after running writes have ended.
    Quit,
}

/// Work in the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Find a token and ask GitHub whose it is.
    SignIn,
    /// Every token that can be found, and what each may do.
    Tokens,
    /// Works with another token from now on.
    UseToken(TokenChoice),
    /// Takes pullkey's token out of the keyring.
    SignOut,
    /// GitHub's device flow, where a client id is configured.
    Device {
        keep: bool,
    },
    Memberships,
    LoadScope(Scope),
    /// What pullkey's own record says of the ends of passwords.
    Endings,
    /// All repositories the user reaches, or those of one organization.
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
        /// What was seen by whoever agreed to it; `None` deletes whatever is there.
        seen: Option<Vec<Seen>>,
    },
    /// Undoes a change of access: every member gets back what it had.
    RestoreAccess(AccessBefore),
    Codespaces(CodespaceList),
    /// Stops and starts codespaces, one after the other.
    ChangeCodespaces(Vec<CodespaceChange>),
    /// Which packages at a registry of GitHub's own codespaces of a repository pull without any secret.
    Seamless {
        host: String,
        repository: RepoName,
    },
    /// Something on this machine alone.
    Errand(Errand),
}

impl Job {
    /// The repository it is about, where it is about one.
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
            | Self::Errand(_)
            | Self::Test { .. } => return None,
        };
        match scope {
            Scope::Repository(name) => Some(name),
            Scope::User | Scope::Organization(_) => None,
        }
    }

    /// Writes run to their end and are awaited at exit; reads are aborted when nobody wants them any more.
    pub const fn is_write(&self) -> bool {
        match self {
            Self::Save(_)
            | Self::ChangeAccess(_)
            | Self::RestoreAccess(_)
            | Self::Delete { .. }
            | Self::ChangeCodespaces(_) => true,
            // The keyring is this machine's own, and its call goes on by itself.
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
            | Self::Errand(_)
            | Self::Test { .. } => false,
        }
    }
}

/// What arrives while a job runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// The organizations of a list that lacks others: its end is the problem that says so.
    Memberships(Vec<Membership>),
    Listing(ScopeListing),
    /// What a page of them brought.
    Repositories(RepositoryPage),
    /// How far the reading got, before what it brought.
    Far(Far),
    Step(Step),
    Member(MemberReport),
    Device(DeviceCode),
    Codespaces(Vec<Codespace>),
    Codespace(CodespaceStep),
    /// The repository a job is about has another name now; the answer itself came from there.
    Renamed(Renamed),
    /// What was written could not be taken into the record of ends.
    Unkept(Problem),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    SignIn(Result<Identity, Problem>),
    Memberships(Result<Vec<Membership>, Problem>),
    Listing(Result<ScopeListing, Problem>),
    /// The record of ends; `None` where none is kept, as in the demo.
    Endings(Result<Option<Record>, Problem>),
    Repositories(Result<Roster<Repository>, Problem>),
    Repository(Result<Repository, Problem>),
    Tested(TestReport),
    /// `Err`: a check before the first write refused, and nothing was written.
    Saved(Result<Saved, Problem>),
    /// The same for a change of access, and for undoing one.
    AccessChanged(Result<AccessOutcome, Problem>),
    /// Values were to be written, or secrets deleted, and somebody else changed them meanwhile: nothing was done.
    Overtaken(Stale),
    Tokens(Vec<TokenReport>),
    /// Who the chosen token is; `kept` says what came of putting it into the keyring, where that was asked for.
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
    Errand(Brought),
}
