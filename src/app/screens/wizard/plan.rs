//! Everything decided after *Where*: it cannot exist without a registry and a place.

use crate::app::cx::Cx;
use crate::app::form::Form;
use crate::app::ladder::Ladder;
use crate::app::picker::Picker;
use crate::app::screens::access::{Before, before, org_of};
use crate::app::world::World;
use crate::domain::change::DraftAccess;
use crate::domain::preset::Preset;
use crate::domain::{Credential, Draft, Member, RepoRef, Scope, Verdict, Visibility};

#[derive(Clone, Debug)]
pub struct Plan {
    pub scope: Scope,
    pub form: Form,
    pub grant: Grant,
    pub ladder: Ladder,
    /// Whether one went on without a passed test.
    pub skipped: bool,
    /// Whether the access was looked at; then it is not adopted from an existing credential any more.
    pub touched: bool,
}

/// Which repositories shall get it.
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
    pub fn new(preset: &'static Preset, scope: Scope, cx: &mut Cx<'_>) -> Self {
        let taken = taken(&scope, cx.world);
        let grant = Grant::new(&scope, cx);
        Self { form: Form::new(preset, taken), grant, ladder: Ladder::default(), skipped: false, touched: false, scope }
    }

    /// The same plan for another registry or place: what was typed stays.
    pub fn moved_to(&mut self, preset: &'static Preset, scope: Scope, cx: &mut Cx<'_>) {
        let taken = taken(&scope, cx.world);
        self.form.moved_to(preset, taken);
        if self.scope != scope {
            self.grant = Grant::new(&scope, cx);
            self.scope = scope;
            self.touched = false;
        }
    }

    /// The verdict about exactly the values that stand in the fields.
    pub fn verdict(&self) -> Option<Verdict> {
        self.ladder.verdict(&self.form.trial())
    }

    /// The credential that would be overwritten.
    pub fn existing<'w>(&self, world: &'w World) -> Option<&'w Credential> {
        world.listing(&self.scope)?.credential(&self.form.prefix()?)
    }

    /// What will be written; `None` while the prefix is none.
    pub fn draft(&self, world: &World) -> Option<Draft> {
        let prefix = self.form.prefix()?;
        let held = self.existing(world).map(before);
        Some(Draft {
            scope: self.scope.clone(),
            prefix,
            values: self.form.values(),
            access: self.grant.draft(held.as_ref()),
            members: Member::WRITE_ORDER.to_vec(),
        })
    }

    /// Overwriting starts from the access that holds: it is kept unless one changes it here.
    pub fn adopt_existing_access(&mut self, world: &World) {
        let Some(held) = self.existing(world).map(before).filter(|b| b.complete && !b.differs) else { return };
        match &mut self.grant {
            Grant::Repository => {}
            Grant::User(picker) => *picker = Picker::with(held.repositories),
            Grant::Organization { visibility, picker } => {
                *visibility = held.visibility.unwrap_or(*visibility);
                *picker = Picker::with(held.repositories);
            }
        }
    }
}

/// The prefixes there already; `None` if that could not be read.
fn taken(scope: &Scope, world: &World) -> Option<Vec<crate::domain::Prefix>> {
    world.listing(scope).map(|_| world.taken(scope))
}

impl Grant {
    /// The repository one started in is chosen from the start.
    fn new(scope: &Scope, cx: &mut Cx<'_>) -> Self {
        if !matches!(scope, Scope::Repository(_)) {
            cx.need_catalogue(org_of(scope));
        }
        let here = cx.world.here_facts.value().filter(|facts| match scope {
            Scope::Organization(org) => {
                facts.full_name.raw().to_lowercase().starts_with(&format!("{org}/").to_lowercase())
            }
            Scope::User | Scope::Repository(_) => true,
        });
        let picker = Picker::with(here.map(|facts| RepoRef { id: facts.id, full_name: facts.full_name.clone() }));
        match scope {
            Scope::Repository(_) => Self::Repository,
            Scope::User => Self::User(picker),
            Scope::Organization(_) => Self::Organization { visibility: Visibility::Selected, picker },
        }
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
        let ids = |list: &[RepoRef]| list.iter().map(|r| r.id).collect::<std::collections::BTreeSet<_>>();
        let is_as_held = held.is_some_and(|held| {
            held.visibility == Some(visibility) && !held.differs && ids(&held.repositories) == ids(&repositories)
        });
        if is_as_held { DraftAccess::Keep } else { DraftAccess::Set { visibility, repositories } }
    }
}
