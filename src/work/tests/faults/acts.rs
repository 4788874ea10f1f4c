//! The calls of the script: each is carried out, and its report is compared with the truth.

use std::collections::BTreeMap;

use super::super::{Stage, prefix};
use super::truth::{Claim, Reach, Truth, Wanted, reach};
use super::{Played, Struck};
use crate::domain::change::{AccessOutcome, DraftAccess, Seen};
use crate::domain::codespace::{CodespaceChange, CodespaceName, Stage as End};
use crate::domain::spread::{Placement, Standing};
use crate::domain::{
    AccessChange, AccessGoal, Draft, Member, MemberReport, Members, OrgName, Problem, RepoName, RepoRef, Saved, Scope,
    ScopeListing, Sensitive, Visibility,
};
use crate::work::{
    Rotation, change_access, change_codespaces, delete, load_every_secret, load_scope, restore_access, rotate, save,
    spread, survey,
};

/// Scope and prefix.
type Place = (&'static str, &'static str);

/// One call, or two that belong together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    List(&'static str),
    /// `None` keeps the access, or is a repository's own.
    Save(Place, Option<(Visibility, &'static [&'static str])>),
    Rotate(Place),
    /// Changes the access to these repositories, and undoes it.
    Access(Place, &'static [&'static str]),
    Delete(Place),
    Spread(&'static str, &'static [&'static str]),
    Restart(&'static str),
}

/// The whole script: the values of every credential are written once, so that its time stamps are conclusive.
pub(super) const SCRIPT: [Act; 22] = [
    Act::List("user"),
    Act::List("repo:acme/api"),
    Act::List("org:acme"),
    Act::Save(("user", "FRESH"), Some((Visibility::Selected, &["acme/api", "acme/web"]))),
    Act::Save(("org:acme", "FRESH"), Some((Visibility::Selected, &["acme/api"]))),
    Act::Save(("org:acme", "WIDE"), Some((Visibility::All, &[]))),
    Act::Save(("repo:acme/web", "FRESH"), None),
    Act::Save(("user", "ECR"), None),
    Act::Save(("org:acme", "GHCR"), None),
    Act::Save(("org:globex", "DOCKERHUB"), None),
    Act::Save(("repo:acme/api", "HUB"), None),
    Act::Rotate(("user", "QUAY")),
    Act::Rotate(("org:acme", "ACR")),
    Act::Rotate(("org:globex", "LEGACY")),
    Act::Access(("user", "ACR"), &["acme/api"]),
    Act::Access(("org:acme", "GHCR"), &["acme/api", "acme/web", "acme/mobile"]),
    Act::Access(("org:globex", "LEGACY"), &["globex/portal"]),
    Act::Delete(("user", "QUAY")),
    Act::Delete(("org:acme", "GHCR")),
    Act::Spread("LOTS", &["acme/billing", "acme/search"]),
    Act::Restart("bookish-space-pancake-q5pv"),
    Act::List("org:acme"),
];

/// One act in progress.
struct Scene<'a> {
    stage: &'a Stage,
    struck: &'a (dyn Fn() -> Struck + Sync),
    played: Played,
}

pub(super) async fn play(stage: &Stage, act: Act, struck: &(dyn Fn() -> Struck + Sync)) -> Played {
    let mut scene = Scene { stage, struck, played: Played { is_whole: true, wrong: Vec::new() } };
    match act {
        Act::List(key) => {
            let listing = load_every_secret(&stage.gh, &scope(key)).await;
            scene.listed(key, listing);
        }
        Act::Save((key, credential), access) => {
            let draft = draft(stage, (key, credential), access);
            let (before, mut parts) = (Truth::of(&stage.world()), Vec::new());
            let saved = save(&stage.gh, &crate::local::Held::nothing(), &draft, &mut |part| parts.push(part)).await;
            let told = |member| wanted_value(&before, &draft, key, member);
            scene.saved(&before, key, saved, &parts, &told);
        }
        Act::Rotate(place) => scene.rotate(place).await,
        Act::Access(place, names) => scene.access(place, names).await,
        Act::Delete((key, credential)) => {
            let (before, mut parts) = (Truth::of(&stage.world()), Vec::new());
            let saved =
                delete(&stage.gh, &crate::local::Held::nothing(), &scope(key), &prefix(credential), &mut |part| {
                    parts.push(part);
                })
                .await;
            scene.saved(&before, key, saved, &parts, &|_| Wanted::Gone);
            let now = Truth::of(&stage.world());
            let left = Member::all().any(|m| now.get(key, &prefix(credential).secret_name(m)).is_some());
            if scene.played.is_whole && left {
                scene.played.wrong.push(format!("{credential} is reported as deleted, but a part of it is left"));
            }
        }
        Act::Spread(credential, names) => scene.spread(credential, names).await,
        Act::Restart(name) => scene.restart(name).await,
    }
    scene.played
}

pub(super) fn scope(key: &str) -> Scope {
    match key.split_once(':') {
        Some(("org", name)) => Scope::Organization(OrgName::parse(name).unwrap()),
        Some((_, name)) => Scope::Repository(RepoName::parse(name).unwrap()),
        None => Scope::User,
    }
}

fn value(prefix: &str, member: Member) -> String {
    format!("new-{prefix}-{}", member.word())
}

fn draft(stage: &Stage, (key, credential): Place, access: Option<(Visibility, &'static [&'static str])>) -> Draft {
    let values = Members::<()>::default().map(|member, ()| Sensitive::new(value(credential, member)));
    let access = match access {
        Some((visibility, names)) => {
            DraftAccess::Set { visibility, repositories: names.iter().map(|name| stage.repo(name)).collect() }
        }
        None if key.starts_with("repo:") => DraftAccess::Repository,
        None => DraftAccess::Keep,
    };
    Draft {
        scope: scope(key),
        prefix: prefix(credential),
        shape: crate::domain::Shape::Credential,
        values,
        access,
        members: Member::WRITE_ORDER.to_vec(),
        ends: None,
        seen: None,
    }
}

/// What a member should be after its value was written.
fn wanted_value(before: &Truth, draft: &Draft, key: &'static str, member: Member) -> Wanted {
    let of = |member| before.get(key, &draft.prefix.secret_name(member)).map(reach);
    let access: Reach = match &draft.access {
        DraftAccess::Repository => (None, Vec::new()),
        DraftAccess::Set { visibility, repositories } => {
            let mut ids: Vec<u64> = repositories.iter().map(|r| r.id).collect();
            ids.sort_unstable();
            (Some(visibility.word().to_owned()), ids)
        }
        // A new member gets the access of the others: credentials of the script that lack a member have lists.
        DraftAccess::Keep => of(member)
            .or_else(|| Member::all().filter_map(of).min_by_key(|(_, ids)| ids.len()))
            .unwrap_or_else(|| (Some("selected".to_owned()), Vec::new())),
    };
    Wanted::Value(value(draft.prefix.as_str(), member), access)
}

impl Scene<'_> {
    fn wrong(&mut self, text: String) {
        self.played.wrong.push(text);
    }

    fn listed(&mut self, key: &'static str, listing: Result<ScopeListing, Problem>) {
        match listing {
            Ok(listing) => {
                let truth = Truth::of(&self.stage.world());
                self.played.wrong.extend(truth.unlike(key, &listing));
                let members = listing.credentials.iter().flat_map(|c| c.members.iter()).filter_map(|(_, s)| s.as_ref());
                let states: Vec<_> = members.chain(listing.other_secrets.iter().map(|s| &s.state)).collect();
                if let Some(state) = states.iter().find(|state| state.access.is_none()) {
                    self.wrong(format!("the access of {} was not read", state.name));
                }
                let is_whole = |access: &crate::domain::Access| access.is_whole();
                let all = states.iter().all(|state| state.access.as_ref().is_some_and(is_whole));
                self.played.is_whole &= listing.complete && all;
            }
            Err(_) => self.failed("a list"),
        }
    }

    /// A call that refused as a whole: there must be a reason.
    fn failed(&mut self, what: &str) {
        self.played.is_whole = false;
        if !(self.struck)().any {
            self.wrong(format!("{what} failed without a fault"));
        }
    }

    /// Compares a report with the truth; a call that refused as a whole must have changed nothing.
    fn saved(
        &mut self,
        before: &Truth,
        key: &'static str,
        saved: Result<Saved, Problem>,
        parts: &[MemberReport],
        wanted: &(dyn Fn(Member) -> Wanted + Sync),
    ) {
        let now = Truth::of(&self.stage.world());
        let Ok(saved) = saved else {
            self.played.wrong.extend(before.differences(&now, &[], false));
            if let Some(part) = parts.first() {
                self.wrong(format!("it refused after {part:?}"));
            }
            return self.failed("a write");
        };
        for report in &saved.members {
            let last = parts.iter().rev().find(|part| part.member == report.member);
            if last != Some(report) {
                self.wrong(format!("progress ended with {last:?}, the report has {report:?}"));
            }
        }
        let claim = |report: &MemberReport| Claim { key, report: report.clone(), wanted: wanted(report.member) };
        let claims: Vec<Claim> = saved.members.iter().map(claim).collect();
        let may_be_unknown = (self.struck)().write_then_read;
        self.played.wrong.extend(before.differences(&now, &claims, may_be_unknown));
        if let Some(listing) = &saved.now {
            self.played.wrong.extend(now.unlike(key, listing));
        }
        self.played.is_whole &= saved.is_whole();
    }

    async fn rotate(&mut self, (key, credential): Place) {
        let password = value(credential, Member::Password);
        let values = Members { server: None, user: None, password: Some(Sensitive::new(password.clone())) };
        let rotation = Rotation { scope: scope(key), prefix: prefix(credential), values };
        let (before, mut parts) = (Truth::of(&self.stage.world()), Vec::new());
        let saved =
            rotate(&self.stage.gh, &crate::local::Held::nothing(), &rotation, &mut |part| parts.push(part)).await;
        let name = rotation.prefix.secret_name(Member::Password);
        let kept = before.get(key, &name).map(reach).unwrap_or_default();
        self.saved(&before, key, saved, &parts, &|_| Wanted::Value(password.clone(), kept.clone()));
    }

    async fn access(&mut self, (key, credential): Place, names: &[&str]) {
        let gh = &self.stage.gh;
        let Ok(listing) = load_scope(gh, &scope(key), &mut |_| {}).await else { return self.failed("a list") };
        let seen = listing.credential(&prefix(credential)).map(Seen::of);
        let repositories: Vec<RepoRef> = names.iter().map(|name| self.stage.repo(name)).collect();
        let mut ids: Vec<u64> = repositories.iter().map(|r| r.id).collect();
        ids.sort_unstable();
        let goal: Reach = (Some("selected".to_owned()), ids);
        let (visibility, scope, prefix) = (Visibility::Selected, scope(key), prefix(credential));
        let goal_of_all = AccessGoal::Alike { visibility, repositories };
        let change = AccessChange { scope, prefix: prefix.clone(), goal: goal_of_all, seen };
        let (first, mut parts) = (Truth::of(&self.stage.world()), Vec::new());
        let outcome = change_access(gh, &crate::local::Held::nothing(), &change, &mut |part| parts.push(part)).await;
        let Some(undo) = self.changed(&first, key, outcome, &parts, &|_| Wanted::Access(goal.clone())) else { return };
        let (before, mut parts) = (Truth::of(&self.stage.world()), Vec::new());
        let outcome = restore_access(gh, &crate::local::Held::nothing(), &undo, &mut |part| parts.push(part)).await;
        let old = |member| {
            let secret = first.get(key, &prefix.secret_name(member));
            Wanted::Access(secret.map(reach).unwrap_or_default())
        };
        self.changed(&before, key, outcome, &parts, &old);
    }

    fn changed(
        &mut self,
        before: &Truth,
        key: &'static str,
        outcome: Result<AccessOutcome, Problem>,
        parts: &[MemberReport],
        wanted: &(dyn Fn(Member) -> Wanted + Sync),
    ) -> Option<crate::domain::change::AccessBefore> {
        let (saved, undo) = match outcome {
            Ok(AccessOutcome::Done { saved, before }) => (Ok(saved), Some(before)),
            Ok(AccessOutcome::Stale(stale)) => {
                let now = Truth::of(&self.stage.world());
                self.played.wrong.extend(before.differences(&now, &[], false));
                self.played.is_whole = false;
                // Nobody else writes here. What a short list left out may have looked like someone else's change.
                if !(self.struck)().short {
                    self.wrong(format!("{:?}, but nobody else writes here", stale.differences));
                }
                return None;
            }
            Err(problem) => (Err(problem), None),
        };
        if let (Ok(saved), Some(undo)) = (&saved, &undo) {
            let is_told = |name: &str| saved.members.iter().any(|report| report.name == name);
            let names = Member::all().map(|member| undo.prefix.secret_name(member));
            let left_out: Vec<_> = names.filter(|name| before.get(key, name).is_some() && !is_told(name)).collect();
            if !left_out.is_empty() {
                self.wrong(format!("{left_out:?} were left out without a report"));
            }
        }
        self.saved(before, key, saved, parts, wanted);
        undo
    }

    async fn spread(&mut self, credential: &str, names: &[&'static str]) {
        let gh = &self.stage.gh;
        let repositories: Vec<RepoRef> = names.iter().map(|name| self.stage.repo(name)).collect();
        let (before, shared) = (Truth::of(&self.stage.world()), prefix(credential));
        let Ok(targets) = survey(gh, &shared, &repositories, &BTreeMap::new(), &mut |_| {}).await else {
            return self.failed("a survey");
        };
        if let Some(target) = targets.iter().find(|t| !matches!(t.standing, Standing::New | Standing::Refused(_))) {
            self.wrong(format!("nothing is there yet: {target:?}"));
        }
        let values = Members::<()>::default().map(|member, ()| Sensitive::new(value(credential, member)));
        let placed =
            spread((gh, &crate::local::Locks::none()), (&shared, &values), &targets, &|| false, &mut |_, _| {}).await;
        let (now, mut claims) = (Truth::of(&self.stage.world()), Vec::new());
        for line in &placed {
            self.played.is_whole &= line.placement.is_done();
            let Some(key) = super::truth::KEYS
                .into_iter()
                .find(|key| key.strip_prefix("repo:") == Some(line.repository.full_name.raw()))
            else {
                self.wrong(format!("unexpected request {line:?}"));
                continue;
            };
            if let Placement::Tried(saved) = &line.placement {
                claims.extend(saved.members.iter().map(|report| {
                    let wanted = Wanted::Value(value(credential, report.member), (None, Vec::new()));
                    Claim { key, report: report.clone(), wanted }
                }));
                if let Some(listing) = &saved.now {
                    self.played.wrong.extend(now.unlike(key, listing));
                }
            }
        }
        let may_be_unknown = (self.struck)().write_then_read;
        self.played.wrong.extend(before.differences(&now, &claims, may_be_unknown));
    }

    async fn restart(&mut self, name: &str) {
        let before = self.stage.world().codespace(name).unwrap();
        let change = [CodespaceChange::Restart(CodespaceName::parse(name).unwrap())];
        let ends = change_codespaces(&self.stage.gh, &change, &mut |_| {}).await;
        let now = self.stage.world().codespace(name).unwrap();
        let end = &ends[0].stage;
        self.played.is_whole &= *end == End::Running;
        let is_so = match end {
            End::Running => now.state == "Available" && now.started > before.started,
            End::Failed(problem) => {
                let state = if problem.what.contains("is stopped") { "Shutdown" } else { "Available" };
                now.started == before.started && now.state == state
            }
            End::Unknown(_) => (self.struck)().reads,
            End::Stopping | End::Stopped | End::Starting => false,
        };
        if !is_so {
            self.wrong(format!("{end:?}: before {before:?}, after {now:?}"));
        }
    }
}
