//! What is known about GitHub, shared by all screens: who you are, the scopes with their secrets, the repositories.

use std::collections::{BTreeMap, VecDeque};

use super::action::Action;
use super::context::Context;
use super::endings::Endings;
use super::history::Done;
use super::protocol::{Job, JobId, Outcome, Part};
use super::remote::Remote;
use super::repositories::Catalogue;
use super::seamless::Subject;
use super::spaces::Spaces;
use crate::domain::seamless::Outlook;
use crate::domain::source::Taken;
use crate::domain::token::{Identity, Membership, TokenReport};
use crate::domain::traffic::{Announced, Budget, Exchange, Pause, Resource, Traffic};
use crate::domain::verdict::Trial;
use crate::domain::{
    Draft, Member, MemberReport, Members, OrgName, Prefix, Problem, RepoName, Repository, Roster, Scope, ScopeKind,
    ScopeListing, Sensitive, Shape, Site,
};

/// How many requests are kept.
const EXCHANGES: usize = 1_000;

/// The totals of all requests since the start, whether they are kept or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub requests: u64,
    /// Points of the 900 a minute.
    pub points: u64,
    /// Requests of each hourly budget; `None` for those no response assigned to one.
    pub primary: BTreeMap<Option<Resource>, u64>,
    /// How often something waited for a limit.
    pub waits: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// Whether this is the demo, where nothing leaves this machine.
    pub demo: bool,
    /// See [`Start::unavailable`].
    pub unavailable: Vec<Action>,
    /// The API host if it is not GitHub's own: it is shown from the first frame on.
    pub elsewhere: Option<String>,
    /// The web site of the API, for links and commands.
    pub site: Site,
    /// What was written last, for the list to select it.
    pub latest: Option<(Scope, Prefix)>,
    /// The scope you chose to look at, for the list to select it.
    pub arrival: Option<Scope>,
    /// What to show at the start, and where the program asks about a registry.
    pub greeting: Option<String>,
    pub identity: Remote<Identity>,
    /// What is left of each hourly budget, according to the last responses.
    pub budgets: BTreeMap<Resource, Budget>,
    /// GitHub's last deprecation notice: the API version or the endpoint will not last forever.
    pub announced: Option<Box<Announced>>,
    /// What the transport is waiting for, and until when.
    pub pause: Option<Pause>,
    /// Whether writing is disabled; the transport enforces it too.
    pub read_only: bool,
    /// The reason, such as “--read-only is set”.
    pub read_only_by: String,
    /// Whether GitHub's device flow is available: it needs a client id of your own.
    pub has_device_flow: bool,
    /// The scopes gh was asked to add, until its token is read again.
    pub gaining: Vec<String>,
    /// The last requests, oldest first.
    pub exchanges: VecDeque<Exchange>,
    /// What was changed in this session, newest first.
    pub changes: Vec<Done>,
    /// Servers and users written in this session, as GitHub never returns them. Never a password.
    pub known: BTreeMap<(Scope, Prefix), Members<Option<Sensitive>>>,
    pub totals: Totals,
    pub memberships: Remote<Vec<Membership>>,
    /// In display order.
    pub scopes: Vec<(Scope, Remote<ScopeListing>)>,
    /// The repository you started in.
    pub here: Option<RepoName>,
    /// Details of each displayed repository.
    pub facts: BTreeMap<RepoName, Remote<Repository>>,
    /// Repositories by organization; `None` for all that you have access to.
    pub catalogues: BTreeMap<Option<OrgName>, Remote<Catalogue>>,
    pub spaces: Spaces,
    pub endings: Endings,
    /// What is known about seamless access, by registry and repository.
    pub seamless: BTreeMap<Subject, Remote<Roster<Outlook>>>,
    /// Imported values on their way to the fields.
    pub taken: Option<Taken>,
    /// Stored values that are about to be written: once written, their entry in the keyring records it.
    pub kept: Option<((Scope, Prefix), Trial)>,
}

/// What to look at, according to the command line and the git remote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Set for the demo: the text to show at the start.
    pub demo: Option<String>,
    /// Whether writing is disabled.
    pub read_only: bool,
    /// The reason, such as “--read-only is set”.
    pub read_only_by: String,
    /// Whether a client id for GitHub's device flow is configured.
    pub has_device_flow: bool,
    /// Actions this system does not support, so that no screen offers them.
    pub unavailable: Vec<Action>,
    /// The API host if it is not GitHub's own.
    pub elsewhere: Option<String>,
    /// The web site of the API.
    pub site: Site,
    pub here: Option<RepoName>,
    /// Also shown; without `here` these are the repositories of the clone's remotes.
    pub repositories: Vec<RepoName>,
    /// Named on the command line; if empty, the user's organizations are used.
    pub organizations: Vec<OrgName>,
}

impl World {
    pub fn new(start: Start) -> Self {
        let repositories = start.here.iter().cloned().chain(start.repositories).fold(Vec::new(), |mut all, name| {
            if !all.contains(&name) {
                all.push(name);
            }
            all
        });
        let scopes = std::iter::once(Scope::User)
            .chain(repositories.into_iter().map(Scope::Repository))
            .chain(start.organizations.into_iter().map(Scope::Organization))
            .map(|scope| (scope, Remote::Absent))
            .collect();
        Self {
            demo: start.demo.is_some(),
            unavailable: start.unavailable,
            elsewhere: start.elsewhere,
            site: start.site,
            latest: None,
            arrival: None,
            greeting: start.demo,
            identity: Remote::Absent,
            budgets: BTreeMap::new(),
            announced: None,
            pause: None,
            read_only: start.read_only,
            read_only_by: start.read_only_by,
            has_device_flow: start.has_device_flow,
            gaining: Vec::new(),
            exchanges: VecDeque::new(),
            changes: Vec::new(),
            known: BTreeMap::new(),
            totals: Totals::default(),
            memberships: Remote::Absent,
            scopes,
            here: start.here,
            facts: BTreeMap::new(),
            catalogues: BTreeMap::new(),
            spaces: Spaces::default(),
            endings: Endings::default(),
            seamless: BTreeMap::new(),
            taken: None,
            kept: None,
        }
    }

    pub fn scope(&self, scope: &Scope) -> Option<&Remote<ScopeListing>> {
        self.scopes.iter().find(|(s, _)| s == scope).map(|(_, remote)| remote)
    }

    pub fn listing(&self, scope: &Scope) -> Option<&ScopeListing> {
        self.scope(scope)?.value()
    }

    /// Why a scope could not be read, or not completely.
    pub fn problem(&self, scope: &Scope) -> Option<&Problem> {
        let remote = self.scope(scope)?;
        remote.problem().or_else(|| remote.value()?.lacking.as_ref())
    }

    /// The prefixes that exist in a scope.
    pub fn taken(&self, scope: &Scope) -> Vec<Prefix> {
        self.listing(scope).map(|l| l.credentials.iter().map(|c| c.prefix.clone()).collect()).unwrap_or_default()
    }

    pub fn is_loading(&self) -> bool {
        self.identity.is_loading()
            || self.memberships.is_loading()
            || self.facts.values().any(Remote::is_loading)
            || self.scopes.iter().any(|(_, remote)| remote.is_loading())
            || self.catalogues.values().any(Remote::is_loading)
            || self.seamless.values().any(Remote::is_loading)
    }

    /// Takes partial data of one of the world's own reads.
    pub fn part(&mut self, id: JobId, part: &Part) {
        self.spaces.part(id, part);
        match part {
            Part::Listing(listing) => {
                for (_, remote) in &mut self.scopes {
                    remote.part(id, listing.clone());
                }
            }
            Part::Memberships(list) => {
                self.memberships.part(id, list.clone());
            }
            Part::Progress(far) => {
                self.scopes.iter_mut().for_each(|(_, remote)| remote.got(id, *far));
                self.catalogues.values_mut().for_each(|remote| remote.got(id, *far));
            }
            Part::Repositories(page) => {
                if let Some(Remote::Loading { so_far, .. }) =
                    self.catalogues.values_mut().find(|remote| remote.loading_id() == Some(id))
                {
                    Catalogue::grow(so_far, page);
                }
            }
            Part::Step(_)
            | Part::Member(_)
            | Part::Device(_)
            | Part::Codespaces(_)
            | Part::Codespace(_)
            // Taken in `renaming`, with the screens.
            | Part::Renamed(_)
            // Shown at once.
            | Part::Unkept(_) => {}
        }
    }

    /// Takes what the transport reports.
    pub fn traffic(&mut self, traffic: Traffic) {
        match traffic {
            Traffic::Exchange(exchange) => {
                self.totals.requests += 1;
                self.totals.points += u64::from(exchange.cost.points);
                if exchange.cost.primary > 0 {
                    let booked = self.totals.primary.entry(exchange.resource.clone()).or_default();
                    *booked += u64::from(exchange.cost.primary);
                }
                if exchange.ending.is_some() {
                    self.announced.clone_from(&exchange.ending);
                }
                if self.exchanges.len() == EXCHANGES {
                    self.exchanges.pop_front();
                }
                self.exchanges.push_back(exchange);
            }
            Traffic::Paused(pause) => {
                self.totals.waits += u64::from(self.pause.is_none());
                self.pause = Some(pause);
            }
            Traffic::Resumed => self.pause = None,
            Traffic::Budget(budget) => {
                self.budgets.insert(budget.resource.clone(), budget);
            }
        }
    }

    /// From now on the hourly budgets are those of this identity; another identity's are not shown for it. Until a
    /// response brings more, only the budget of its first response is known.
    pub fn count_for(&mut self, identity: &Identity, is_same: bool) {
        if !is_same {
            self.budgets.clear();
        }
        if let (true, Some((remaining, limit))) = (self.budgets.is_empty(), identity.budget) {
            let budget = Budget { resource: Resource::core(), remaining, limit, reset: None };
            self.budgets.insert(Resource::core(), budget);
        }
    }

    /// Keeps the server and the user that were written, to fill the fields of the next rotation.
    pub fn know(&mut self, draft: &Draft, reports: &[MemberReport]) {
        if draft.shape == Shape::Single {
            return; // neither a server nor a user is written
        }
        let known = self.known.entry((draft.scope.clone(), draft.prefix.clone())).or_default();
        for report in reports.iter().filter(|r| r.outcome.is_done() && r.member != Member::Password) {
            if draft.members.contains(&report.member) {
                *known.get_mut(report.member) = Some(draft.values.get(report.member).clone());
            }
        }
    }

    /// Why writing is disabled, if it is.
    pub fn no_writes(&self) -> Option<String> {
        let by = if self.read_only_by.is_empty() { "writing is disabled" } else { &self.read_only_by };
        self.read_only.then(|| format!("read only: {by}"))
    }

    /// The identity of the token in use, from the list of tokens, applies everywhere: it was just read.
    pub fn take_tokens(&mut self, tokens: &[TokenReport]) {
        let used = tokens.iter().find(|token| token.used).and_then(|token| token.identity.as_ref().ok());
        if let (Some(now), false) = (used, self.identity.is_loading()) {
            self.identity = Remote::Ready(now.clone());
        }
    }

    /// Drops data that is being read again, so that it is not shown as another person's.
    pub fn forget(&mut self) {
        fn drop_old<T>(remote: &mut Remote<T>) {
            if let Remote::Loading { so_far, .. } = remote {
                *so_far = None;
            }
        }
        drop_old(&mut self.memberships);
        self.facts.values_mut().for_each(drop_old);
        self.scopes.iter_mut().for_each(|(_, remote)| drop_old(remote));
        self.catalogues.values_mut().for_each(drop_old);
    }

    fn add_scope(&mut self, scope: Scope) {
        if self.scope(&scope).is_none() {
            // Repositories come before organizations.
            let is_before = |known: &Scope| scope.kind() == ScopeKind::Organization || known.kind() <= scope.kind();
            let at = self.scopes.iter().take_while(|(known, _)| is_before(known)).count();
            self.scopes.insert(at, (scope, Remote::Absent));
        }
    }
}

impl Context<'_> {
    /// Requests everything the list of credentials shows, all at the same time.
    pub fn load_everything(&mut self) {
        self.reload_identity();
        self.load_endings();
        let scopes: Vec<Scope> = self.world.scopes.iter().map(|(scope, _)| scope.clone()).collect();
        if !scopes.iter().any(|scope| matches!(scope, Scope::Organization(_)))
            || self.world.memberships != Remote::Absent
        {
            if let Some(old) = self.world.memberships.loading_id() {
                self.cancel(old);
            }
            let id = self.start(Job::Memberships);
            self.world.memberships.begin(id);
        }
        for scope in scopes {
            if let Scope::Repository(name) = &scope {
                self.load_facts(name);
            }
            self.load_scope(&scope);
        }
    }

    /// Reads again who you are and what the token may do: a token's scopes can change while it is in use.
    pub fn reload_identity(&mut self) {
        if let Some(old) = self.world.identity.loading_id() {
            self.cancel(old);
        }
        let id = self.start(Job::SignIn);
        self.world.identity.begin(id);
    }

    /// Reads one scope (again); aborts an earlier read of it.
    pub fn load_scope(&mut self, scope: &Scope) {
        self.forget_aside(scope);
        self.world.add_scope(scope.clone());
        let old = self.world.scope(scope).and_then(Remote::loading_id);
        if let Some(old) = old {
            self.cancel(old);
        }
        let id = self.start(Job::LoadScope(scope.clone()));
        if let Some((_, remote)) = self.world.scopes.iter_mut().find(|(s, _)| s == scope) {
            remote.begin(id);
        }
    }

    /// Takes the listing read back after a write, so that lists show it without a reload. A running read is older.
    pub fn take_listing(&mut self, scope: &Scope, listing: ScopeListing) {
        self.forget_aside(scope);
        self.world.add_scope(scope.clone());
        if let Some(old) = self.world.scope(scope).and_then(Remote::loading_id) {
            self.cancel(old);
        }
        if let Some((_, remote)) = self.world.scopes.iter_mut().find(|(s, _)| s == scope) {
            *remote = Remote::Ready(listing);
        }
    }

    /// Takes the end of one of the world's own reads; ignores others.
    pub fn settle(&mut self, id: JobId, outcome: &Outcome) {
        self.settle_codespaces(id, outcome);
        self.settle_repositories(id, outcome);
        self.settle_seamless(id, outcome);
        self.settle_endings(id, outcome);
        self.settle_errand(outcome);
        match outcome {
            Outcome::SignIn(result) => {
                let was = self.world.identity.value().map(|was| was.login.clone());
                if self.world.identity.settle(id, result.clone())
                    && let Ok(now) = result
                {
                    let is_same = was.is_none_or(|was| was == now.login);
                    self.world.count_for(now, is_same);
                }
            }
            Outcome::Memberships(result) => {
                if self.world.memberships.settle(id, result.clone()) {
                    // Including those of an incomplete list.
                    let known = self.world.memberships.value().into_iter().flatten();
                    let orgs: Vec<OrgName> = known.map(|membership| membership.org.clone()).collect();
                    for org in orgs {
                        let scope = Scope::Organization(org);
                        if self.world.scope(&scope).is_none() {
                            self.load_scope(&scope);
                        }
                    }
                }
            }
            Outcome::Listing(result) => {
                for (_, remote) in &mut self.world.scopes {
                    remote.settle(id, result.clone());
                }
            }
            // Handled in `endings` and `repositories`.
            Outcome::Endings(_)
            | Outcome::Repositories(_)
            | Outcome::Repository(_)
            | Outcome::Tested(_)
            | Outcome::Saved(_)
            | Outcome::AccessChanged(_)
            | Outcome::Overtaken(_)
            | Outcome::Tokens(_)
            // A change of token is handled in `mending`, whoever requested it.
            | Outcome::TokenUsed { .. }
            | Outcome::SignedOut(_)
            | Outcome::Codespaces(_)
            | Outcome::CodespacesChanged(_)
            | Outcome::Local(_)
            | Outcome::Seamless(_) => {}
        }
    }
}
