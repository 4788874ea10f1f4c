//! Everything decided after *Where*; it cannot exist without a registry and a place.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::ends::Ends;
use crate::app::context::Context;
use crate::app::form::Form;
use crate::app::ladder::Ladder;
use crate::app::picker::Picker;
use crate::app::screens::access::{Before, before, org_of};
use crate::app::seamless::{self, Subject};
use crate::app::world::World;
use crate::domain::change::DraftAccess;
use crate::domain::preset::AnyPreset;
use crate::domain::{Credential, Draft, Prefix, Renamed, RepoRef, Scope, Shape, TestReport, Verdict, Visibility};
use crate::ui::TextField;

#[derive(Clone, Debug)]
pub struct Plan {
    pub scope: Scope,
    /// The credential that gets new values; `None` for a new one.
    pub rotates: Option<Prefix>,
    pub form: Form,
    pub grant: Grant,
    /// The proposed grant: until the user changes it, it follows what becomes known about the place.
    proposed: Choice,
    /// The existing credential whose access was proposed.
    adopted: Option<Prefix>,
    /// The choices made at places the user has left again.
    aside: BTreeMap<Scope, (Grant, Choice)>,
    pub ladder: Ladder,
    /// When the password expires, as typed at *Review*.
    pub ends: Ends,
    /// Whether the user continued without a passed test.
    pub skipped: bool,
    /// The user came from the test to enter another image, and goes back there.
    pub names_image: bool,
}

/// A grant as visibility and repository ids.
type Choice = (Option<Visibility>, BTreeSet<u64>);

/// Which repositories will get it.
#[derive(Clone, Debug)]
pub enum Grant {
    /// A repository's own.
    Repository,
    User(Picker),
    Organization {
        visibility: Visibility,
        picker: Picker,
    },
}

impl Plan {
    /// Every field, including those of places the user has left.
    pub(super) fn fields(&mut self) -> Vec<&mut TextField> {
        let aside = self.aside.values_mut().map(|(grant, _)| grant);
        let grants = std::iter::once(&mut self.grant).chain(aside);
        let filters = grants.filter_map(|grant| grant.picker_mut().map(|picker| &mut picker.filter));
        self.form.fields().into_iter().chain(filters).chain([self.ends.field_mut()]).collect()
    }

    /// A repository was renamed: what is chosen stays chosen.
    pub fn renamed(&mut self, renamed: &Renamed) {
        renamed.scope(&mut self.scope);
        let aside = std::mem::take(&mut self.aside);
        let followed = aside.into_iter().map(|(mut scope, kept)| {
            renamed.scope(&mut scope);
            (scope, kept)
        });
        self.aside = followed.collect();
        for grant in std::iter::once(&mut self.grant).chain(self.aside.values_mut().map(|(grant, _)| grant)) {
            if let Some(picker) = grant.picker_mut() {
                picker.renamed(renamed);
            }
        }
    }

    pub fn new(preset: AnyPreset, scope: Scope, cx: &mut Context<'_>) -> Self {
        let taken = taken(&scope, preset.shape(), cx.world);
        let grant = Grant::new(&scope, cx);
        Self::around(Form::new(preset, taken), grant, scope)
    }

    pub(super) fn around(form: Form, grant: Grant, scope: Scope) -> Self {
        Self {
            rotates: None,
            form,
            proposed: grant.choice(),
            grant,
            adopted: None,
            aside: BTreeMap::new(),
            ladder: Ladder::default(),
            ends: Ends::default(),
            skipped: false,
            names_image: false,
            scope,
        }
    }

    /// The same plan for another registry or place; typed values stay.
    pub fn moved_to(&mut self, preset: AnyPreset, scope: Scope, cx: &mut Context<'_>) {
        let taken = taken(&scope, preset.shape(), cx.world);
        self.form.moved_to(preset, taken);
        if self.scope != scope {
            let (grant, proposed) = self.aside.remove(&scope).unwrap_or_else(|| {
                let grant = Grant::new(&scope, cx);
                let choice = grant.choice();
                (grant, choice)
            });
            let left = std::mem::replace(&mut self.scope, scope);
            let grant = std::mem::replace(&mut self.grant, grant);
            let proposed = std::mem::replace(&mut self.proposed, proposed);
            self.aside.insert(left, (grant, proposed));
            self.adopted = None;
        }
    }

    /// The verdict on exactly the values in the fields.
    pub fn verdict(&self) -> Option<Verdict> {
        self.ladder.report(&self.form.trial()).map(|report| report.verdict)
    }

    /// Whether only the image failed: the registry accepted these values.
    pub fn is_logged_in(&self) -> bool {
        self.ladder.report(&self.form.trial()).is_some_and(TestReport::is_logged_in)
    }

    /// The prefix to write under; `None` while the typed one is invalid.
    pub fn prefix(&self) -> Option<Prefix> {
        self.rotates.clone().or_else(|| self.form.prefix())
    }

    pub fn shape(&self) -> Shape {
        self.form.preset.shape()
    }

    /// What would be overwritten.
    pub fn existing<'w>(&self, world: &'w World) -> Option<Cow<'w, Credential>> {
        world.listing(&self.scope)?.held(self.shape(), &self.prefix()?)
    }

    /// Whether to ask for the expiry: pullkey records it for credentials whose value does not contain it.
    pub fn asks_end(&self) -> bool {
        self.shape() == Shape::Credential && self.told_end().is_none()
    }

    /// What will be written; `None` while the prefix is invalid.
    pub fn draft(&self, world: &World) -> Option<Draft> {
        let prefix = self.prefix()?;
        let held = self.existing(world).as_deref().map(before);
        let is_kept = held.is_some() && self.adopted.as_ref() == Some(&prefix) && !self.is_changed();
        let access = match &self.grant {
            Grant::User(_) | Grant::Organization { .. } if is_kept || self.rotates.is_some() => DraftAccess::Keep,
            Grant::Repository | Grant::User(_) | Grant::Organization { .. } => self.grant.draft(held.as_ref()),
        };
        Some(Draft {
            scope: self.scope.clone(),
            prefix,
            shape: self.shape(),
            values: self.form.values(),
            access,
            members: self.form.to_write(),
            ends: None,
            seen: None,
        })
    }

    fn is_changed(&self) -> bool {
        self.grant.choice() != self.proposed
    }

    /// Proposes the grant again unless the user changed it: overwriting starts from the current access, and the
    /// repository pullkey was started in is chosen as soon as it is known.
    pub fn propose(&mut self, world: &World) {
        if self.is_changed() {
            return;
        }
        let held = self.existing(world).as_deref().map(before);
        self.adopted = held.as_ref().and_then(|_| self.prefix());
        let proposed = match held {
            Some(held) => Grant::held(&self.scope, held),
            None => Grant::proposed(&self.scope, world),
        };
        self.proposed = proposed.choice();
        self.grant.choose(proposed);
    }

    /// What to check for seamless access, if the server is a registry of GitHub's.
    pub fn seamless(&self, world: &World) -> Option<Subject> {
        if self.shape() == Shape::Single {
            return None; // seamless access covers images only
        }
        seamless::subject(self.form.server(), &self.scope, world)
    }

    /// Takes what became known about the place while the fields are open.
    pub fn learn(&mut self, world: &World) {
        self.form.learn(taken(&self.scope, self.shape(), world));
    }

    /// Takes what became known about the repositories to choose from.
    pub fn learn_grant(&mut self, world: &World) {
        let catalogue = world.catalogue(org_of(&self.scope));
        if let Some(picker) = self.grant.picker_mut() {
            picker.learn(catalogue);
        }
    }

    /// Why the grant cannot be written: an incomplete list is never written back.
    pub fn not_writable(&self, world: &World) -> Option<&'static str> {
        let held = self.existing(world).as_deref().map(before)?;
        let why = if held.reading && self.shape() == Shape::Single {
            "its current access is not read here; choose the same repositories to keep it"
        } else if held.reading {
            "its current access is still being read"
        } else {
            "its repository list is incomplete and is not written back; choose them again"
        };
        (!held.complete && self.is_changed() && self.grant.visibility() == Some(Visibility::Selected)).then_some(why)
    }
}

/// The existing prefixes or secret names; `None` if they could not be read.
fn taken(scope: &Scope, shape: Shape, world: &World) -> Option<Vec<Prefix>> {
    let listing = world.listing(scope)?;
    Some(match shape {
        Shape::Credential => world.taken(scope),
        Shape::Single => {
            listing.other_secrets.iter().filter_map(|other| Prefix::parse(other.name.raw()).ok()).collect()
        }
    })
}

impl Grant {
    fn new(scope: &Scope, cx: &mut Context<'_>) -> Self {
        if !matches!(scope, Scope::Repository(_)) {
            cx.need_catalogue(org_of(scope));
        }
        Self::proposed(scope, cx.world)
    }

    /// The repository pullkey was started in is chosen from the start.
    pub(super) fn proposed(scope: &Scope, world: &World) -> Self {
        let here = world.here_facts().filter(|facts| match scope {
            Scope::Organization(org) => {
                facts.full_name.raw().to_lowercase().starts_with(&format!("{org}/").to_lowercase())
            }
            Scope::User | Scope::Repository(_) => true,
        });
        let here = here.map(|facts| RepoRef { id: facts.id, full_name: facts.full_name.clone() });
        Self::of(scope, Visibility::Selected, Picker::with(here))
    }

    /// The access a credential has.
    fn held(scope: &Scope, held: Before) -> Self {
        Self::of(scope, held.visibility.unwrap_or(Visibility::Selected), Picker::with(held.repositories))
    }

    fn of(scope: &Scope, visibility: Visibility, picker: Picker) -> Self {
        match scope {
            Scope::Repository(_) => Self::Repository,
            Scope::User => Self::User(picker),
            Scope::Organization(_) => Self::Organization { visibility, picker },
        }
    }

    /// Takes over the choices of another grant for the same place; filter and cursor stay.
    fn choose(&mut self, other: Self) {
        match (self, other) {
            (Self::User(mine), Self::User(other)) => mine.chosen = other.chosen,
            (
                Self::Organization { visibility, picker },
                Self::Organization { visibility: other_visibility, picker: other },
            ) => {
                *visibility = other_visibility;
                picker.chosen = other.chosen;
            }
            (mine, other) => *mine = other,
        }
    }

    fn choice(&self) -> Choice {
        let chosen = self.picker().map(|picker| picker.chosen.keys().copied().collect()).unwrap_or_default();
        (self.visibility(), chosen)
    }

    pub const fn picker(&self) -> Option<&Picker> {
        match self {
            Self::Repository => None,
            Self::User(picker) | Self::Organization { picker, .. } => Some(picker),
        }
    }

    pub const fn picker_mut(&mut self) -> Option<&mut Picker> {
        match self {
            Self::Repository => None,
            Self::User(picker) | Self::Organization { picker, .. } => Some(picker),
        }
    }

    /// Why there is no list to choose from; `None` if there is one.
    pub const fn listless(&self) -> Option<&'static str> {
        match self {
            Self::Repository => Some("a repository's own credential is for that repository only"),
            Self::Organization { visibility: Visibility::All | Visibility::Private, .. } => {
                Some("nothing to choose with this visibility; v changes it")
            }
            Self::User(_) | Self::Organization { visibility: Visibility::Selected, .. } => None,
        }
    }

    pub const fn visibility(&self) -> Option<Visibility> {
        match self {
            Self::Repository => None,
            Self::User(_) => Some(Visibility::Selected),
            Self::Organization { visibility, .. } => Some(*visibility),
        }
    }

    fn draft(&self, held: Option<&Before>) -> DraftAccess {
        let (Some(visibility), Some(picker)) = (self.visibility(), self.picker()) else {
            return DraftAccess::Repository;
        };
        let repositories = if visibility == Visibility::Selected { picker.chosen() } else { Vec::new() };
        let ids = |list: &[RepoRef]| list.iter().map(|r| r.id).collect::<BTreeSet<_>>();
        let is_as_held = held.is_some_and(|held| {
            held.visibility == Some(visibility) && !held.differs && ids(&held.repositories) == ids(&repositories)
        });
        if is_as_held { DraftAccess::Keep } else { DraftAccess::Set { visibility, repositories } }
    }
}
