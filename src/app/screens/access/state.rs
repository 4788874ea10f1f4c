//! The choice of repositories for an existing credential, and what would change.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::app::action::{Action, Offer, moving};
use crate::app::cx::{Cx, Facade, Flow};
use crate::app::keymap::KeyPress;
use crate::app::picker::{Picker, Row, filtering};
use crate::app::remote::Remote;
use crate::app::screens::{Behavior, Screen, confirm};
use crate::app::world::{Catalogue, World};
use crate::app::writing::Change;
use crate::domain::{Access, AccessChange, Credential, Member, OrgName, Prefix, RepoRef, Scope, Sensitive, Visibility};

/// Why there is nothing to choose where the list is empty.
pub const NO_ROWS: &str = "no repository is in the list";

#[derive(Clone, Debug)]
pub struct State {
    pub scope: Scope,
    pub prefix: Prefix,
    pub before: Before,
    pub visibility: Visibility,
    pub picker: Picker,
}

/// What holds before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The one all members have; `None` where they have several or one could not be read.
    pub visibility: Option<Visibility>,
    /// Everything any member reaches.
    pub repositories: Vec<RepoRef>,
    pub differs: bool,
    /// Whether every list came whole; an incomplete one is never written back.
    pub complete: bool,
    /// Whether the access of some member is still on its way.
    pub reading: bool,
}

/// What a choice would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub added: Vec<RepoRef>,
    pub removed: Vec<RepoRef>,
    pub visibility: Option<(Option<Visibility>, Visibility)>,
    /// The members differ now and would be the same afterwards.
    pub evens_out: bool,
}

impl Difference {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl State {
    pub fn new(scope: Scope, credential: &Credential, cx: &mut Cx<'_>) -> Self {
        let before = before(credential);
        cx.need_catalogue(org_of(&scope));
        Self {
            prefix: credential.prefix.clone(),
            visibility: before.visibility.unwrap_or(Visibility::Selected),
            picker: Picker::with(before.repositories.clone()),
            before,
            scope,
        }
    }

    pub fn catalogue<'w>(&self, world: &'w World) -> Option<&'w Remote<Catalogue>> {
        world.catalogue(org_of(&self.scope))
    }

    pub fn rows(&self, world: &World) -> Vec<Row> {
        self.picker.rows(self.catalogue(world))
    }

    pub fn difference(&self) -> Difference {
        let visibility =
            (self.before.visibility != Some(self.visibility)).then_some((self.before.visibility, self.visibility));
        let evens_out = self.before.differs;
        if self.visibility != Visibility::Selected {
            return Difference { visibility, evens_out, ..Difference::default() };
        }
        let had: BTreeSet<u64> = self.before.repositories.iter().map(|r| r.id).collect();
        Difference {
            added: self.picker.chosen().into_iter().filter(|r| !had.contains(&r.id)).collect(),
            removed: self
                .before
                .repositories
                .iter()
                .filter(|r| !self.picker.chosen.contains_key(&r.id))
                .cloned()
                .collect(),
            visibility,
            evens_out,
        }
    }

    fn not_writable(&self) -> Option<String> {
        if self.before.reading {
            return Some("which repositories get it now is still being read".to_owned());
        }
        if !self.before.complete && self.visibility == Visibility::Selected {
            return Some(
                "the list of its repositories came incomplete and is not written back; reload first".to_owned(),
            );
        }
        self.difference().is_nothing().then(|| "nothing would change".to_owned())
    }

    /// Takes what holds now as the new ground, and puts what was chosen here on top of it. A list that did not come
    /// whole never takes the place of one that did.
    fn rebase(&mut self, now: Before) {
        if now == self.before || (self.before.complete && !now.complete) {
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

    fn ask(&self) -> Screen {
        let difference = self.difference();
        let mut body = vec![format!(
            "all secrets of {} in {} reach {} afterwards",
            self.prefix,
            self.scope,
            reach(self.visibility, self.picker.chosen.len())
        )];
        if let Some((from, to)) = difference.visibility {
            body.push(format!("visibility: {} becomes {}", from.map_or("mixed", Visibility::word), to.word()));
        }
        body.extend(difference.added.iter().map(|r| format!("+ {}", r.full_name.shown())));
        body.extend(difference.removed.iter().map(|r| format!("- {}", r.full_name.shown())));
        if difference.evens_out {
            body.push("its members differ now and are granted alike afterwards".to_owned());
        }
        body.push("the values stay as they are; running codespaces see it after a stop and a start".to_owned());
        let change = AccessChange {
            scope: self.scope.clone(),
            prefix: self.prefix.clone(),
            visibility: self.visibility,
            repositories: if self.visibility == Visibility::Selected { self.picker.chosen() } else { Vec::new() },
            seen: None,
        };
        let state = confirm::State::new(
            format!("Change access of {}", self.prefix),
            body,
            "Change access",
            Change::Access(change),
        );
        Screen::Confirm(Box::new(state))
    }
}

/// Who gets it, in words.
pub fn reach(visibility: Visibility, chosen: usize) -> String {
    match (visibility, chosen) {
        (Visibility::All, _) => "all repositories, public ones too".to_owned(),
        (Visibility::Private, _) => "all private repositories".to_owned(),
        (Visibility::Selected, 0) => "nobody".to_owned(),
        (Visibility::Selected, 1) => "1 repository".to_owned(),
        (Visibility::Selected, n) => format!("{n} repositories"),
    }
}

pub const fn org_of(scope: &Scope) -> Option<&OrgName> {
    match scope {
        Scope::Organization(org) => Some(org),
        Scope::User | Scope::Repository(_) => None,
    }
}

pub fn before(credential: &Credential) -> Before {
    let states = || Member::all().filter_map(|member| credential.members.get(member).as_ref());
    let mut repositories: Vec<RepoRef> = Vec::new();
    let (mut complete, mut reading) = (true, false);
    for state in states() {
        match &state.access {
            Some(Access::Selected(selected)) => {
                complete &= selected.complete;
                for repository in &selected.repositories {
                    if !repositories.iter().any(|r| r.id == repository.id) {
                        repositories.push(repository.clone());
                    }
                }
            }
            Some(Access::All | Access::Private | Access::Repository | Access::Other(_)) => {}
            None => (complete, reading) = (false, true),
        }
    }
    let mut visibilities = states().map(|state| state.access.as_ref().and_then(Access::visibility));
    let first = visibilities.next().flatten();
    Before {
        visibility: first.filter(|_| visibilities.all(|visibility| visibility == first)),
        repositories,
        differs: credential.access_differs(),
        complete,
        reading,
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        format!("Access of {}", self.prefix)
    }

    fn learn(&mut self, world: &World) {
        if let Some(credential) = world.listing(&self.scope).and_then(|listing| listing.credential(&self.prefix)) {
            self.rebase(before(credential));
        }
    }

    fn facade(&self, world: &World, _now: DateTime<Utc>) -> Facade {
        if self.picker.filtering {
            return filtering();
        }
        let listless = (self.visibility != Visibility::Selected)
            .then_some("with this visibility there is nothing to choose; v changes it");
        let user_only =
            matches!(self.scope, Scope::User).then_some("your own secrets reach selected repositories only");
        let rowless = listless.or_else(|| self.rows(world).is_empty().then_some(NO_ROWS));
        let mut offers = vec![
            Offer::new(Action::Toggle).unless(rowless),
            Offer::called(Action::Activate, "see the change").unless(self.not_writable()),
            Offer::new(Action::Visibility).unless(user_only),
            Offer::new(Action::Filter).unless(listless),
            Offer::new(Action::SelectAll).unless(rowless),
            Offer::new(Action::Back),
            Offer::new(Action::Reload).unless(listless),
        ];
        offers.extend(moving().into_iter().map(|offer| offer.unless(listless)));
        Facade { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Flow {
        match action {
            Action::Activate if self.picker.filtering => self.picker.filtering = false,
            Action::Activate => return Flow::Push(self.ask()),
            Action::Back if !self.picker.back() => return Flow::Close,
            Action::Back => {}
            Action::Reload => cx.load_catalogue(org_of(&self.scope)),
            Action::Visibility => {
                self.visibility = self.visibility.next();
            }
            _ => {
                // the list's own
                let catalogue = cx.world.catalogue(org_of(&self.scope));
                self.picker.act(action, catalogue);
            }
        }
        Flow::Stay
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.picker.cursor)
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Cx<'_>) -> bool {
        self.picker.text_key(key, cx)
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Cx<'_>) -> Flow {
        self.picker.paste(text, cx);
        Flow::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Cx<'_>) -> Flow {
        self.picker.cursor = row;
        if self.visibility == Visibility::Selected {
            let catalogue = cx.world.catalogue(org_of(&self.scope));
            self.picker.act(Action::Toggle, catalogue);
        }
        Flow::Stay
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::world::{prefix, reference};

    fn holding(names: &[&str]) -> Before {
        Before {
            visibility: Some(Visibility::Selected),
            repositories: names.iter().map(|name| reference(name)).collect(),
            differs: false,
            complete: true,
            reading: false,
        }
    }

    fn unread() -> Before {
        Before { visibility: None, repositories: Vec::new(), differs: false, complete: false, reading: true }
    }

    fn opened(before: Before) -> State {
        let picker = Picker::with(before.repositories.clone());
        State { scope: Scope::User, prefix: prefix("ACR"), before, visibility: Visibility::Selected, picker }
    }

    fn ids(list: &[RepoRef]) -> BTreeSet<u64> {
        list.iter().map(|r| r.id).collect()
    }

    #[test]
    fn opened_while_it_is_read_it_says_so_and_takes_what_holds_when_it_comes() {
        let mut state = opened(unread());
        assert!(state.not_writable().is_some_and(|why| why.contains("still being read")));
        state.picker.choose(reference("acme/docs"));
        state.rebase(holding(&["acme/api", "acme/web"]));
        let all = holding(&["acme/api", "acme/docs", "acme/web"]).repositories;
        assert_eq!(ids(&state.picker.chosen()), ids(&all), "what was chosen meanwhile comes on top");
        assert_eq!(state.not_writable(), None);
        assert_eq!(ids(&state.difference().added), ids(&[reference("acme/docs")]));
    }

    #[test]
    fn what_was_taken_away_here_stays_away_and_a_worse_list_changes_nothing() {
        let mut state = opened(holding(&["acme/api", "acme/web"]));
        state.picker.chosen.remove(&reference("acme/web").id);
        state.rebase(unread());
        assert_eq!(state.before, holding(&["acme/api", "acme/web"]));
        state.rebase(holding(&["acme/api", "acme/docs", "acme/web"]));
        assert_eq!(ids(&state.picker.chosen()), ids(&holding(&["acme/api", "acme/docs"]).repositories));
        assert_eq!(ids(&state.difference().removed), ids(&[reference("acme/web")]));
    }
}
