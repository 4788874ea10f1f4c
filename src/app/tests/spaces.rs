//! Codespaces for the tests: one in each condition that occurs.

use chrono::Duration;

use super::noon;
use super::world::{no_network, org, reference};
use crate::domain::codespace::{CodespaceRepo, GitStatus, Stage, State};
use crate::domain::{Codespace, CodespaceChange, CodespaceList, CodespaceName, CodespaceStep};

pub fn code_name(text: &str) -> CodespaceName {
    CodespaceName::parse(text).unwrap()
}

/// Of acme/api, running, started so many hours ago, everything pushed.
pub fn codespace(name: &str, display: &str, hours: i64) -> Codespace {
    Codespace {
        name: code_name(name),
        display_name: Some(display.into()),
        owner: "octocat".into(),
        repository: Some(of("acme/api")),
        state: State::Available,
        created_at: Some(noon() - Duration::days(40)),
        started_at: Some(noon() - Duration::hours(hours)),
        git: GitStatus { uncommitted: Some(false), unpushed: Some(false), branch: Some("main".into()) },
        prebuild: Some(false),
        pending: false,
        stop_notice: None,
        web_url: Some(format!("https://{name}.github.dev").into()),
    }
}

fn of(repository: &str) -> CodespaceRepo {
    CodespaceRepo {
        reference: reference(repository),
        visibility: Some("private".to_owned()),
        of_organization: Some(repository.starts_with("acme/")),
    }
}

/// A fresh one, a stale one with unsaved work, a stopped one, a failed one, and a stale one elsewhere.
pub fn mine() -> Vec<Codespace> {
    let fresh = codespace("fluffy-disco-x7q", "fluffy disco", 2);
    let mut stale = codespace("super-yodel-4jw7", "super yodel", 24 * 300);
    stale.git = GitStatus { uncommitted: Some(true), unpushed: Some(true), branch: Some("feature/login".into()) };
    let mut stopped = codespace("crispy-lamp-9g6x", "crispy lamp", 24 * 6);
    stopped.state = State::Shutdown;
    stopped.prebuild = Some(true);
    let mut failed = codespace("ominous-cod-v6p9", "ominous cod", 30);
    failed.state = State::Failed;
    failed.stop_notice = Some("The container could not be created, and a recovery container is running.".into());
    let mut other = codespace("bookish-pancake-q5", "bookish pancake", 24 * 20);
    other.repository = Some(of("octocat/dotfiles"));
    vec![stopped, fresh, failed, stale, other]
}

/// How the world responds.
pub fn list(which: &CodespaceList) -> Vec<Codespace> {
    match which {
        CodespaceList::Mine | CodespaceList::MineIn(_) => mine(),
        CodespaceList::Org(name) if *name == org("acme") => {
            let mut theirs = codespace("literate-waffle-77rj", "literate waffle", 24 * 20);
            theirs.owner = "hubot".into();
            vec![theirs, codespace("fluffy-disco-x7q", "fluffy disco", 2)]
        }
        CodespaceList::Org(_) => Vec::new(),
    }
}

/// One of the stages a change can be at.
pub fn step(change: &CodespaceChange, pick: usize) -> CodespaceStep {
    let stages = [
        Stage::Stopping,
        Stage::Stopped,
        Stage::Starting,
        Stage::Running,
        Stage::Failed(no_network()),
        Stage::Unknown(no_network()),
    ];
    CodespaceStep { name: change.name().clone(), stage: stages[pick % stages.len()].clone() }
}
