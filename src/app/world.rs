//! What is known of GitHub, shared by all screens: who one is, the scopes with their secrets, the repositories.

use std::collections::{BTreeMap, VecDeque};

use super::action::Action;
use super::cx::Cx;
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

/// How many requests are remembered.
const EXCHANGES: usize = 1_000;

/// What all requests since the start came to, remembered or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub requests: u64,
    /// Of the 900 a minute.
    pub points: u64,
    /// Of each hourly budget; `None` for what no answer has booked on one.
    pub primary: BTreeMap<Option<Resource>, u64>,
    /// How often something waited for a limit.
    pub waits: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// Whether this is the demo world, where nothing leaves the machine.
    pub demo: bool,
    /// See [`Start::unavailable`].
    pub unavailable: Vec<Action>,
    /// The host that is asked, where it is not GitHub's own: it is named from the first frame on.
    pub elsewhere: Option<String>,
    /// The web site that goes with the API: links and commands name it.
    pub site: Site,
    /// What was written last, so that the list selects it.
    pub latest: Option<(Scope, Prefix)>,
    /// The scope one chose to look at, so that the list selects it.
    pub arrival: Option<Scope>,
    /// What to tell at the start, and where a registry is asked about.
    pub greeting: Option<String>,
    pub identity: Remote<Identity>,
    /// What is left of each hour, as the last answers told.
    pub budgets: BTreeMap<Resource, Budget>,
    /// What GitHub announced last: that the API's version, or what was asked for, will not be there for ever.
    pub announced: Option<Box<Announced>>,
    /// What the transport waits for, and until when.
    pub pause: Option<Pause>,
    /// Whether nothing may be written: the transport refuses it too.
    pub read_only: bool,
    /// What says so, such as «--read-only is set».
    pub read_only_by: String,
    /// Whether GitHub's device flow can be used: it needs a client id of one's own.
    pub has_device_flow: bool,
    /// The scopes gh was asked to add, until its token is read again.
    pub gaining: Vec<String>,
    /// The last requests, oldest first.
    pub exchanges: VecDeque<Exchange>,
    /// What was changed in this run, newest first.
    pub changes: Vec<Done>,
    /// Servers and users that were written in this run; GitHub never gives them back. Never a password.
    pub known: BTreeMap<(Scope, Prefix), Members<Option<Sensitive>>>,
    pub totals: Totals,
    pub memberships: Remote<Vec<Membership>>,
    /// In the order they are shown.
    pub scopes: Vec<(Scope, Remote<ScopeListing>)>,
    /// The repository one started in.
    pub here: Option<RepoName>,
    /// What each repository that is shown is.
    pub facts: BTreeMap<RepoName, Remote<Repository>>,
    /// Repositories by organization; `None` for all the user reaches.
    pub catalogues: BTreeMap<Option<OrgName>, Remote<Catalogue>>,
    pub spaces: Spaces,
    pub endings: Endings,
    /// What is known about seamless access, by registry and repository.
    pub seamless: BTreeMap<Subject, Remote<Roster<Outlook>>>,
    /// Values on their way from the place they were taken to the fields.
    pub taken: Option<Taken>,
    /// Kept values that one is about to write: once they are written, their entry in the keyring says so.
    pub kept: Option<((Scope, Prefix), Trial)>,
}

/// What to look at, as the command line and the git remote say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Set for the demo world: what to tell about it at the start.
    pub demo: Option<String>,
    /// Nothing shall be written.
    pub read_only: bool,
    /// What says so, such as «--read-only is set».
    pub read_only_by: String,
    /// Whether a client id for GitHub's device flow is configured.
    pub has_device_flow: bool,
    /// What this system has nothing for, so that no screen offers it.
    pub unavailable: Vec<Action>,
    /// The API's host, where it is not GitHub's own.
    pub elsewhere: Option<String>,
    /// The web site that goes with the API.
    pub site: Site,
    pub here: Option<RepoName>,
    /// Shown besides; without `here` these are the several repositories of the clone's remotes.
    pub repositories: Vec<RepoName>,
    /// Named on the command line; empty means: those of the user's memberships.
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

    /// Why a scope could not be read, or not all of it.
    pub fn problem(&self, scope: &Scope) -> Option<&Problem> {
        let remote = self.scope(scope)?;
        remote.problem().or_else(|| remote.value()?.lacking.as_ref())
    }

    /// The prefixes a scope already has.
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

    /// Takes a part of an answer to one of the world's own reads.
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
            Part::Far(far) => {
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
            // Told at once.
            | Part::Unkept(_) => {}
        }
    }

    /// Takes what the transport tells.
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

    /// The hours are this one's from now on: those of another's are not shown as its. Until an answer tells more, what
    /// the first one told is known.
    pub fn count_for(&mut self, identity: &Identity, is_same: bool) {
        if !is_same {
            self.budgets.clear();
        }
        if let (true, Some((remaining, limit))) = (self.budgets.is_empty(), identity.budget) {
            let budget = Budget { resource: Resource::core(), remaining, limit, reset: None };
            self.budgets.insert(Resource::core(), budget);
        }
    }

    /// Keeps the server and the user that were written, for the fields of the next rotation.
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

    /// Why nothing is written here, where that is so.
    pub fn no_writes(&self) -> Option<String> {
        let by = if self.read_only_by.is_empty() { "writing is disabled" } else { &self.read_only_by };
        self.read_only.then(|| format!("read only: {by}"))
    }

    /// What the list of tokens says of the one in use holds everywhere: it was just asked.
    pub fn take_tokens(&mut self, tokens: &[TokenReport]) {
        let used = tokens.iter().find(|token| token.used).and_then(|token| token.identity.as_ref().ok());
        if let (Some(now), false) = (used, self.identity.is_loading()) {
            self.identity = Remote::Ready(now.clone());
        }
    }

    /// Drops what was read and is being read again, so that it is not shown as somebody else's.
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
            // Repositories stand before the organizations.
            let is_before = |known: &Scope| scope.kind() == ScopeKind::Organization || known.kind() <= scope.kind();
            let at = self.scopes.iter().take_while(|(known, _)| is_before(known)).count();
            self.scopes.insert(at, (scope, Remote::Absent));
        }
    }
}

impl Cx<'_> {
    /// Asks for everything the list of credentials shows, all at the same time.
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

    /// Asks anew who one is and what the token may do: scopes of a token can be changed while one uses it.
    pub fn reload_identity(&mut self) {
        if let Some(old) = self.world.identity.loading_id() {
            self.cancel(old);
        }
        let id = self.start(Job::SignIn);
        self.world.identity.begin(id);
    }

    /// Reads one scope (again); an earlier read of it is aborted.
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

    /// Takes the listing a write read back, so that lists show it without a reload. A read that is under way is older.
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

    /// Takes the end of an answer to one of the world's own reads; others it leaves alone.
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
                    // Also those of a list that lacks others.
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
            // Taken in `endings` and `repositories`.
            Outcome::Endings(_)
            | Outcome::Repositories(_)
            | Outcome::Repository(_)
            | Outcome::Tested(_)
            | Outcome::Saved(_)
            | Outcome::AccessChanged(_)
            | Outcome::Overtaken(_)
            | Outcome::Tokens(_)
            // Another token is taken in `mending`, whoever asked for it.
            | Outcome::TokenUsed { .. }
            | Outcome::SignedOut(_)
            | Outcome::Codespaces(_)
            | Outcome::CodespacesChanged(_)
            | Outcome::Errand(_)
            | Outcome::Seamless(_) => {}
        }
    }
}
