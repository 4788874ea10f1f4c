//! New values for a credential that exists: registry, place, prefix and access stay. What is not typed again is not
//! written again.

use ratatui::text::Line;

use super::plan::{Grant, Plan};
use super::state::{Review, Stage, State};
use crate::app::cx::Cx;
use crate::app::draw::Canvas;
use crate::app::form::{Form, Kept};
use crate::app::words;
use crate::app::world::World;
use crate::domain::preset::{Preset, preset, presets, product_of_prefix};
use crate::domain::{Credential, Member, Members, Prefix, Scope};
use crate::ui::Role;
use crate::ui::widgets::Level;

impl State {
    /// A wizard at *Credentials*, for new values of a credential that exists.
    pub fn rotating(scope: Scope, credential: &Credential, cx: &mut Cx<'_>) -> Self {
        let plan = Plan::rotating(scope.clone(), credential, cx.world);
        Self {
            stage: Stage::Values(Box::new(plan)),
            kept: None,
            preset_cursor: 0,
            place_cursor: None,
            wanted: Some(scope),
        }
    }

    /// The credential that gets new values, if this is no new one.
    pub fn rotated(&self) -> Option<&Prefix> {
        self.plan().and_then(|plan| plan.rotates.as_ref())
    }
}

impl Plan {
    fn rotating(scope: Scope, credential: &Credential, world: &World) -> Self {
        let mut there: Members<bool> = Members::default();
        for (member, state) in credential.members.iter() {
            *there.get_mut(member) = state.is_some();
        }
        let known = world.known.get(&(scope.clone(), credential.prefix.clone())).cloned().unwrap_or_default();
        let form = Form::rotating(preset_of(&credential.prefix), Kept { there, known });
        let mut plan = Self::around(form, Grant::proposed(&scope, world), scope);
        plan.rotates = Some(credential.prefix.clone());
        plan.propose(world);
        plan
    }

    /// Why a login cannot be tested with what stands in the fields.
    pub fn not_testable(&self) -> Option<String> {
        let missing: Vec<String> = [Member::Server, Member::User]
            .into_iter()
            .filter(|member| self.form.values().get(*member).is_empty())
            .map(|member| format!("the {}", member.word()))
            .collect();
        let needs = || {
            let them = if missing.len() == 1 { "it" } else { "them" };
            format!(
                "{} is needed for a test, and GitHub never gives {them} back: esc to type it",
                missing.join(" and ")
            )
        };
        (self.rotates.is_some() && !missing.is_empty()).then(needs)
    }
}

/// The preset whose product a prefix speaks of, else «other».
fn preset_of(prefix: &Prefix) -> &'static Preset {
    let product = product_of_prefix(prefix);
    let same = |p: &&Preset| product.is_some() && product_of_prefix(&p.prefix) == product;
    presets().iter().find(same).or_else(|| preset("other")).unwrap_or(&presets()[0])
}

/// What the fields are for, in one line above them.
pub(super) fn head(plan: &Plan, world: &World) -> String {
    let prefix = plan.prefix().map(|prefix| prefix.to_string()).unwrap_or_default();
    format!("{prefix} in {}; access stays: {}", plan.scope, kept_access(plan, world, words_of))
}

fn words_of(access: &crate::domain::Access) -> String {
    access.words()
}

fn kept_access(plan: &Plan, world: &World, words: fn(&crate::domain::Access) -> String) -> String {
    let Some(held) = plan.existing(world) else { return "not read".to_owned() };
    if held.access_differs() {
        return "different for its members".to_owned();
    }
    held.access().map_or_else(|| "not read".to_owned(), words)
}

/// What stays and what is replaced, before it is written.
pub(super) fn review_lines(
    review: &Review,
    world: &World,
    canvas: &Canvas<'_, '_, '_>,
    columns: u16,
) -> Vec<Line<'static>> {
    let Review { plan, draft, .. } = review;
    let held = plan.existing(world);
    let mut lines = canvas.wrapped(Role::Title, &format!("New values for {} in {}", draft.prefix, plan.scope), columns);
    for member in Member::all() {
        let name = draft.prefix.secret_name(member);
        let is_there = held.is_some_and(|credential| credential.members.get(member).is_some());
        let (level, text) = match (draft.members.contains(&member), is_there) {
            (true, true) => (Level::Warn, format!("{name} = {}, replaces the one there", shown(plan, member))),
            (true, false) => (Level::Info, format!("{name} = {}, is new", shown(plan, member))),
            (false, true) => (Level::Good, format!("{name} stays as it is")),
            (false, false) => (Level::Warn, format!("{name} is missing: without it no codespace uses the others")),
        };
        lines.extend(canvas.marked(level, &text, columns));
    }
    lines.push(Line::default());
    let text = format!("access stays as it is: {}", kept_access(plan, world, words::spelled));
    lines.extend(canvas.marked(Level::Good, &text, columns));
    if let Some(held) = held.filter(|credential| credential.access_differs()) {
        for (member, state) in held.members.iter() {
            let access = state.as_ref().and_then(|state| state.access.as_ref());
            let text = access.map(|access| format!("{} {}", member.suffix(), words::spelled(access)));
            lines.extend(text.iter().flat_map(|text| canvas.wrapped(Role::Dim, text, columns)));
        }
    }
    lines
}

fn shown(plan: &Plan, member: Member) -> String {
    let field = plan.form.field(crate::app::form::Slot::Member(member));
    match member {
        Member::Password => format!("hidden, {} bytes", plan.form.values().password.len()),
        Member::Server | Member::User => {
            crate::domain::foreign::clean(field.and_then(|field| field.text()).unwrap_or_default())
        }
    }
}
