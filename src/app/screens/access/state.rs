//! The choice of repositories for existing credentials, one or several at once, and what would change.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::keymap::KeyPress;
use crate::app::picker::{Picker, filtering};
use crate::app::remote::Remote;
use crate::app::repositories::Catalogue;
use crate::app::screens::{Behavior, Screen, confirm};
use crate::app::world::World;
use crate::app::writing::Change;
use crate::domain::change::Seen;
use crate::domain::grant::{Before, Difference, before, org_of, reach};
use crate::domain::touch::{Touch, TouchPlan, Untouchable};
use crate::domain::{
    AccessChange, AccessGoal, Credential, OrgName, Prefix, Renamed, RepoRef, Scope, Sensitive, Visibility,
};
use crate::ui::TextField;

#[derive(Clone, Debug)]
pub struct State {
    /// At least one.
    pub targets: Vec<Target>,
    /// The state of all of them combined.
    pub before: Before,
    pub visibility: Visibility,
    pub picker: Picker,
}

/// One credential whose access is to be changed.
#[derive(Clone, Debug)]
pub struct Target {
    pub scope: Scope,
    /// As last shown.
    pub credential: Credential,
    pub before: Before,
    /// Whether it has been deleted meanwhile.
    pub gone: bool,
}

/// What a choice means for the one credential it is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    pub repositories: Vec<RepoRef>,
    pub difference: Difference,
}

impl Target {
    fn new(scope: Scope, credential: Credential) -> Self {
        Self { before: before(&credential), scope, credential, gone: false }
    }

    pub const fn prefix(&self) -> &Prefix {
        &self.credential.prefix
    }

    /// Takes its latest state; returns whether something changed. An incomplete list never replaces a complete
    /// one.
    fn learn(&mut self, world: &World) -> bool {
        let Some(remote) = world.scope(&self.scope) else { return false };
        let Some(now) = remote.value().and_then(|listing| listing.credential(&self.credential.prefix)) else {
            self.gone = matches!(remote, Remote::Ready(_));
            return false;
        };
        self.gone = false;
        if *now == self.credential {
            return false;
        }
        let held = before(now);
        if self.before.complete && !held.complete {
            return false;
        }
        self.credential = now.clone();
        self.before = held;
        true
    }
}

impl State {
    pub fn new(scope: Scope, credential: &Credential, cx: &mut Context<'_>) -> Self {
        Self::of_many(vec![(scope, credential.clone())], cx)
    }

    /// One choice for several credentials, or for one whose secrets have different access. Nothing is touched yet, and
    /// what you do not touch stays as it is for each.
    pub fn of_many(credentials: Vec<(Scope, Credential)>, cx: &mut Context<'_>) -> Self {
        let targets: Vec<Target> = credentials.into_iter().map(|(scope, c)| Target::new(scope, c)).collect();
        let before = Before::of_all(&targets.iter().map(|target| &target.before));
        let (visibility, picker) = match targets.as_slice() {
            [_] if !has_several_lists(&before) => {
                (before.visibility.unwrap_or(Visibility::Selected), Picker::with(before.repositories.clone()))
            }
            many => (Visibility::Selected, Picker::touching(Touch::of(many.iter().map(|target| &target.before)))),
        };
        let mut state = Self { targets, before, visibility, picker };
        cx.need_catalogue(state.org());
        state.picker.learn(state.catalogue(cx.world));
        state
    }

    /// The organization whose repositories are offered; `None` for all that the user can see.
    pub fn org(&self) -> Option<&OrgName> {
        let first = self.targets.first().and_then(|target| org_of(&target.scope));
        first.filter(|_| self.targets.iter().all(|target| org_of(&target.scope) == first))
    }

    pub fn catalogue<'w>(&self, world: &'w World) -> Option<&'w Remote<Catalogue>> {
        world.catalogue(self.org())
    }

    /// The credential, if there is exactly one.
    pub fn only(&self) -> Option<&Target> {
        self.targets.first().filter(|_| self.targets.len() == 1)
    }

    /// What the choice means for the only credential.
    pub fn goal(&self, target: &Target) -> Goal {
        let selected = self.visibility == Visibility::Selected;
        let repositories = if selected { self.picker.chosen() } else { Vec::new() };
        let difference = Difference::between(&target.before, self.visibility, &repositories);
        Goal { repositories, difference }
    }

    /// What touching means for one of several credentials: an organization accepts its own
    /// repositories only.
    pub fn touched(&self, target: &Target) -> Option<Result<TouchPlan, Untouchable>> {
        let touch = self.picker.touch.as_ref().filter(|_| self.visibility == Visibility::Selected)?;
        let home = org_of(&target.scope).map(|org| format!("{org}/").to_lowercase());
        let is_home = |r: &RepoRef| home.as_ref().is_none_or(|home| r.full_name.raw().to_lowercase().starts_with(home));
        Some(touch.plan(&target.before, is_home))
    }

    /// The resulting changes, each with its credential.
    fn changes(&self) -> Vec<(&Target, AccessChange)> {
        let change = |target: &Target, goal| AccessChange {
            scope: target.scope.clone(),
            prefix: target.prefix().clone(),
            goal,
            seen: Some(Seen::of(&target.credential)),
        };
        let of = |target| match self.touched(target) {
            Some(Ok(plan)) if plan.is_nothing() => None,
            Some(Ok(plan)) => {
                Some((target, change(target, AccessGoal::Touched { add: plan.added, remove: plan.removed })))
            }
            Some(Err(_)) => None,
            None => {
                let Goal { repositories, difference } = self.goal(target);
                let goal = AccessGoal::Alike { visibility: self.visibility, repositories };
                (!difference.is_nothing()).then(|| (target, change(target, goal)))
            }
        };
        self.targets.iter().filter_map(of).collect()
    }

    /// Whether the choice here differs from the current state.
    fn is_chosen_anew(&self) -> bool {
        if let Some(touch) = &self.picker.touch {
            return !touch.is_empty() || self.visibility != Visibility::Selected;
        }
        self.visibility != self.before.visibility.unwrap_or(Visibility::Selected)
            || !self
                .before
                .repositories
                .iter()
                .map(|r| r.id)
                .collect::<BTreeSet<_>>()
                .iter()
                .eq(self.picker.chosen.keys())
    }

    fn changes_nothing(&self) -> bool {
        match self.only().filter(|_| self.picker.touch.is_none()) {
            Some(_) => !self.before.differs && !self.is_chosen_anew() && self.before.visibility.is_some(),
            None => self.changes().is_empty(),
        }
    }

    fn not_writable(&self) -> Option<String> {
        if let Some(target) = self.targets.iter().find(|target| target.gone) {
            return Some(format!("{} was deleted from {} meanwhile", target.prefix(), target.scope));
        }
        if self.before.reading {
            return Some("its current access is still being read".to_owned());
        }
        if self.picker.touch.is_none() && !self.before.complete && self.visibility == Visibility::Selected {
            return Some("its repository list is incomplete and is not written back; reload first".to_owned());
        }
        if self.targets.iter().all(|target| matches!(self.touched(target), Some(Err(_)))) {
            return Some("these cannot be changed together; change each one separately".to_owned());
        }
        if self.is_touching() && self.picker.touch.as_ref().is_some_and(Touch::is_empty) {
            return Some(
                "nothing changed yet; space adds a repository to all of them, or removes it from all".to_owned(),
            );
        }
        self.changes_nothing().then(|| "nothing would change".to_owned())
    }

    /// Takes the current state as the new base and applies the choices made here on top.
    fn rebase(&mut self, now: Before) {
        if self.picker.touch.is_none() && has_several_lists(&now) {
            self.turn_to_touching();
        }
        if let Some(touch) = &mut self.picker.touch {
            touch.learn(self.targets.iter().map(|target| &target.before));
            self.picker.chosen = touch.marked();
            self.before = now;
            return;
        }
        let had: BTreeSet<u64> = self.before.repositories.iter().map(|r| r.id).collect();
        let mut chosen = std::mem::take(&mut self.picker.chosen);
        let dropped: BTreeSet<u64> = had.iter().filter(|id| !chosen.contains_key(id)).copied().collect();
        chosen.retain(|id, _| !had.contains(id));
        chosen.extend(now.repositories.iter().filter(|r| !dropped.contains(&r.id)).map(|r| (r.id, r.clone())));
        self.picker.chosen = chosen;
        if self.visibility == self.before.visibility.unwrap_or(Visibility::Selected) {
            self.visibility = now.visibility.unwrap_or(Visibility::Selected);
        }
        self.before = now;
    }

    /// The secrets turned out to have different access: the choices so far count as touched.
    fn turn_to_touching(&mut self) {
        let chosen = std::mem::take(&mut self.picker.chosen);
        let mut touch = Touch::of(std::iter::once(&self.before));
        let had: BTreeSet<u64> = self.before.repositories.iter().map(|r| r.id).collect();
        for dropped in self.before.repositories.iter().filter(|r| !chosen.contains_key(&r.id)) {
            touch.set(dropped.clone(), Some(false));
        }
        for (_, added) in chosen.into_iter().filter(|(id, _)| !had.contains(id)) {
            touch.set(added, Some(true));
        }
        self.picker.touch = Some(touch);
    }

    /// Whether repositories are added and removed per credential, and untouched ones stay as they are.
    pub fn is_touching(&self) -> bool {
        self.picker.touch.is_some() && self.visibility == Visibility::Selected
    }

    /// Those that are left out of the change, and why.
    pub fn left_out(&self) -> Vec<(&Target, Untouchable)> {
        let of = |target| match self.touched(target) {
            Some(Err(why)) if why != Untouchable::Reading => Some((target, why)),
            Some(Ok(_) | Err(_)) | None => None,
        };
        self.targets.iter().filter_map(of).collect()
    }

    /// Why there is no list to choose from; `None` if there is one.
    fn listless(&self) -> Option<&'static str> {
        (self.visibility != Visibility::Selected).then_some("nothing to choose with this visibility; v changes it")
    }

    fn ask(&self) -> Screen {
        let mut body: Vec<String> = self.targets.iter().flat_map(|target| self.words_for(target)).collect();
        body.push("values stay as they are; running codespaces see it after a restart".to_owned());
        let changes = self.changes();
        let title = match changes.as_slice() {
            [(target, _)] => format!("Change access of {}", target.prefix()),
            several => format!("Change access of {} credentials", several.len()),
        };
        let changes = changes.into_iter().map(|(_, change)| Change::Access(change)).collect();
        Screen::Confirm(Box::new(confirm::State::of_all(title, body, "Change access", changes)))
    }

    fn words_for(&self, target: &Target) -> Vec<String> {
        match self.touched(target) {
            Some(plan) => touched_words(target, plan),
            None => self.chosen_words(target),
        }
    }

    fn chosen_words(&self, target: &Target) -> Vec<String> {
        let (prefix, scope) = (target.prefix(), &target.scope);
        let Goal { repositories, difference } = self.goal(target);
        if difference.is_nothing() {
            return vec![format!("{prefix} in {scope} stays as it is")];
        }
        let reach = reach(self.visibility, repositories.len());
        let mut words = vec![format!("all secrets of {prefix} in {scope} reach {reach} afterwards")];
        if let Some((from, to)) = difference.visibility {
            words.push(format!("visibility: {} becomes {}", from.map_or("mixed", Visibility::word), to.word()));
        }
        words.extend(difference.added.iter().map(|r| format!("+ {}", r.full_name.shown())));
        words.extend(difference.removed.iter().map(|r| format!("- {}", r.full_name.shown())));
        if difference.evens_out {
            words.push("its members differ now and get the same access".to_owned());
        }
        words
    }
}

/// Whether its secrets have different lists.
fn has_several_lists(before: &Before) -> bool {
    before.differs && before.visibility == Some(Visibility::Selected)
}

/// What is added to and removed from one of several credentials.
fn touched_words(target: &Target, plan: Result<TouchPlan, Untouchable>) -> Vec<String> {
    let name = format!("{} in {}", target.prefix(), target.scope);
    let plan = match plan {
        Ok(plan) => plan,
        Err(why) => return vec![format!("{name}: {}", why.words())],
    };
    let mut words = vec![if plan.is_nothing() { format!("{name} stays as it is") } else { format!("{name}:") }];
    words.extend(plan.added.iter().map(|r| format!("  + {}", r.full_name.shown())));
    words.extend(plan.removed.iter().map(|r| format!("  - {}", r.full_name.shown())));
    if plan.left_out > 0 {
        let org = org_of(&target.scope).map(ToString::to_string).unwrap_or_default();
        words.push(format!("  left out, not owned by {org}: {}", plan.left_out));
    }
    words
}

impl Behavior for State {
    fn fields(&mut self) -> Vec<&mut TextField> {
        vec![&mut self.picker.filter]
    }

    fn title(&self) -> String {
        match self.only() {
            Some(target) => format!("Access of {}", target.prefix()),
            None => format!("Access of {} credentials", self.targets.len()),
        }
    }

    fn chooses_from(&self, org: Option<&OrgName>) -> bool {
        self.org() == org
    }

    fn learn(&mut self, world: &World) {
        let mut is_new = false;
        for target in &mut self.targets {
            is_new |= target.learn(world);
        }
        if is_new {
            self.rebase(Before::of_all(&self.targets.iter().map(|target| &target.before)));
        }
        let catalogue = world.catalogue(self.org());
        self.picker.learn(catalogue);
    }

    fn available_actions(&self, _world: &World, _now: DateTime<Utc>) -> AvailableActions {
        if self.picker.filtering && self.listless().is_none() {
            return filtering();
        }
        let listless = self.listless();
        let is_org = |target: &Target| org_of(&target.scope).is_some();
        let user_only =
            (!self.targets.iter().all(is_org)).then_some("your own secrets reach selected repositories only");
        let user_only = match self.only() {
            Some(_) => user_only,
            None => Some("visibility can be changed for one credential at a time"),
        };
        let [toggle, filter, all, next, previous] = self.picker.offers(listless);
        let mut offers = vec![
            toggle,
            AvailableAction::called(Action::Activate, "see the change").unless(self.not_writable()),
            AvailableAction::new(Action::Visibility).unless(user_only),
            filter,
            all,
            AvailableAction::new(Action::Back),
            next,
            previous,
            AvailableAction::new(Action::Reload).unless(listless),
        ];
        offers.extend(moving().into_iter().map(|offer| offer.unless(listless)));
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match action {
            Action::Activate if self.picker.filtering && self.listless().is_none() => self.picker.filtering = false,
            Action::Activate => return Navigation::Push(self.ask()),
            Action::Back if !self.picker.back() => return Navigation::Close,
            Action::Back => {}
            Action::Reload => cx.load_catalogue(self.org()),
            Action::Visibility => {
                self.visibility = self.visibility.next();
            }
            _ => drop(self.picker.act(action)), // the list's own
        }
        Navigation::Stay
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.picker.cursor)
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        self.picker.text_key(key, cx)
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        let listless = self.listless();
        self.picker.paste(text, listless, cx);
        Navigation::Stay
    }

    fn point(&mut self, row: usize, _cx: &mut Context<'_>) -> Navigation {
        if self.visibility == Visibility::Selected {
            self.picker.point(row);
        }
        Navigation::Stay
    }

    fn is_unsaved(&self) -> bool {
        !self.targets.iter().any(|target| target.gone) && self.is_chosen_anew()
    }

    fn renamed(&mut self, renamed: &Renamed) {
        self.picker.renamed(renamed);
        for target in &mut self.targets {
            renamed.scope(&mut target.scope);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::world::{prefix, reference, selected, triple};
    use crate::domain::{MemberState, ScopeListing};

    fn credential(secrets: Vec<MemberState>) -> Credential {
        let listing = ScopeListing::group(secrets, true);
        listing.credential(&prefix("ACR")).cloned().unwrap_or_else(|| Credential::new(prefix("ACR")))
    }

    fn holding(names: &[&str]) -> Credential {
        credential(triple("ACR", 12, &selected(names)))
    }

    fn unread() -> Credential {
        let mut secrets = triple("ACR", 12, &selected(&[]));
        for secret in &mut secrets {
            secret.access = None;
        }
        credential(secrets)
    }

    fn opened(held: Credential) -> State {
        let target = Target::new(Scope::User, held);
        let before = target.before.clone();
        let picker = Picker::with(before.repositories.clone());
        State { targets: vec![target], before, visibility: Visibility::Selected, picker }
    }

    fn told(state: &mut State, held: Credential) {
        let mut world = World::new(crate::app::world::Start::default());
        let listing = ScopeListing { credentials: vec![held], complete: true, ..ScopeListing::default() };
        world.scopes = vec![(Scope::User, Remote::Ready(listing))];
        state.learn(&world);
    }

    fn ids(list: &[RepoRef]) -> BTreeSet<u64> {
        list.iter().map(|r| r.id).collect()
    }

    fn of(names: &[&str]) -> BTreeSet<u64> {
        names.iter().map(|name| reference(name).id).collect()
    }

    #[test]
    fn opened_while_it_is_read_it_says_so_and_takes_what_holds_when_it_comes() {
        let mut state = opened(unread());
        assert!(state.not_writable().is_some_and(|why| why.contains("still being read")));
        state.picker.choose(reference("acme/docs"));
        told(&mut state, holding(&["acme/api", "acme/web"]));
        assert_eq!(ids(&state.picker.chosen()), of(&["acme/api", "acme/docs", "acme/web"]), "on top of what holds");
        assert_eq!(state.not_writable(), None);
        assert_eq!(ids(&state.goal(&state.targets[0]).difference.added), of(&["acme/docs"]));
    }

    #[test]
    fn what_was_taken_away_here_stays_away_and_a_worse_list_changes_nothing() {
        let mut state = opened(holding(&["acme/api", "acme/web"]));
        state.picker.chosen.remove(&reference("acme/web").id);
        told(&mut state, unread());
        assert_eq!(ids(&state.before.repositories), of(&["acme/api", "acme/web"]));
        told(&mut state, holding(&["acme/api", "acme/docs", "acme/web"]));
        assert_eq!(ids(&state.picker.chosen()), of(&["acme/api", "acme/docs"]));
        assert_eq!(ids(&state.goal(&state.targets[0]).difference.removed), of(&["acme/web"]));
    }
}
