//! The use cases against the sandbox: reports match what the sandbox contains.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod again;
mod delete;
mod faults;
mod issuer;
mod listing;
mod odd;
pub(crate) mod problems;
pub(crate) mod remedies;
mod restart;
mod rotate;
mod save;
mod save_access;
mod seamless;
mod sign_in;
mod spread;
mod together;
mod undo;
mod words;

use std::time::Duration;

use url::Url;

use crate::domain::change::DraftAccess;
use crate::domain::{
    Draft, Member, MemberReport, Members, OrgName, Prefix, RepoName, RepoRef, Scope, Sensitive, Visibility,
};
use crate::github::{Client, Limits, Settings};
use crate::sandbox::{self, Fault, FaultKind, Options, Sandbox, World, WorldKind};

/// A sandbox with a client for it.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) gh: Client,
}

impl Stage {
    pub(super) async fn plain() -> Self {
        Self::of(Options::default()).await
    }

    /// With credentials that were written long ago.
    pub(super) async fn demo() -> Self {
        Self::of(Options { world: WorldKind::Demo, ..Options::default() }).await
    }

    pub(super) async fn of(options: Options) -> Self {
        let sandbox = sandbox::start(options).await.unwrap();
        let token = Sensitive::new(sandbox.token());
        let gh = client(&sandbox.api_url(), token);
        Self { sandbox, gh }
    }

    pub(super) fn world(&self) -> World {
        self.sandbox.world()
    }

    pub(super) fn fault(&self, spec: &str) {
        self.world().add_fault(spec.parse::<Fault>().unwrap());
    }

    pub(super) fn strike(&self, path: &str, kind: FaultKind) {
        self.world().add_fault(Fault { method: Some(http::Method::PUT), ..Fault::always(path, kind) });
    }

    /// A repository as a selection names it.
    pub(super) fn repo(&self, full_name: &str) -> RepoRef {
        RepoRef { id: self.world().repository_id(full_name).unwrap(), full_name: full_name.into() }
    }

    /// The requests of one method so far, without the query.
    pub(super) fn lines(&self, method: &str) -> Vec<String> {
        let all = self.world().requests();
        all.iter().filter(|r| r.method == method).map(crate::sandbox::RequestView::line).collect()
    }

    pub(super) fn value(&self, scope: &str, name: &str) -> Option<String> {
        self.world().secret(scope, name).map(|secret| secret.value)
    }
}

pub(super) fn client(url: &str, token: Sensitive) -> Client {
    let limits = Limits { back_off: Duration::ZERO, ..Limits::hurried(10_000) };
    Client::new(Settings { limits, ..Settings::new(Url::parse(url).unwrap(), Some(token)) }).unwrap()
}

pub(super) const ORDER: [Member; 3] = Member::WRITE_ORDER;

/// Whether no scope that tests write to has a credential called ACR.
pub(super) fn absent_everywhere(stage: &Stage) -> bool {
    let is_absent = |key: &str| Member::all().all(|member| stage.value(key, &name(member)).is_none());
    ["user", "org:acme", "repo:acme/api"].into_iter().all(is_absent)
}

pub(super) fn acme() -> Scope {
    Scope::Organization(OrgName::parse("acme").unwrap())
}

pub(super) fn api() -> Scope {
    Scope::Repository(RepoName::parse("acme/api").unwrap())
}

pub(super) fn prefix(text: &str) -> Prefix {
    Prefix::parse(text).unwrap()
}

/// Server, user and password of a registry called ACR, all members to be written.
pub(super) fn draft(scope: Scope, access: DraftAccess) -> Draft {
    let values =
        Members { server: "acme.azurecr.io".into(), user: "puller".into(), password: "s3cret Pässwort".into() };
    Draft {
        scope,
        prefix: prefix("ACR"),
        shape: crate::domain::Shape::Credential,
        values,
        access,
        members: Member::all().collect(),
        ends: None,
        seen: None,
    }
}

pub(super) fn selected(repositories: Vec<RepoRef>) -> DraftAccess {
    DraftAccess::Set { visibility: Visibility::Selected, repositories }
}

/// Member and outcome of each report, in order.
pub(super) fn words(reports: &[MemberReport]) -> Vec<(Member, &'static str)> {
    reports.iter().map(|r| (r.member, r.outcome.word())).collect()
}

pub(super) fn name(member: Member) -> String {
    prefix("ACR").secret_name(member)
}
