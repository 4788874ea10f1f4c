//! New values for an existing credential: registry, place, prefix and access stay. Members that are not typed are not
//! written.

use ratatui::text::Line;

use super::plan::{Grant, Plan};
use super::reviewing::Review;
use super::search::Search;
use super::state::{Stage, State};
use crate::app::context::Context;
use crate::app::draw::Canvas;
use crate::app::form::{Form, Kept};
use crate::app::screens::login_test::Commands;
use crate::app::words;
use crate::app::world::World;
use crate::domain::preset::{AnyPreset, Preset, preset, presets, product_of_prefix};
use crate::domain::{Credential, Member, Members, Prefix, Scope};
use crate::ui::Role;
use crate::ui::widgets::Level;

impl State {
    /// A wizard at *Credentials*, for new values of an existing credential.
    pub fn rotating(scope: Scope, credential: &Credential, cx: &mut Context<'_>) -> Self {
        let plan = Plan::rotating(scope.clone(), credential, cx.world);
        Self {
            stage: Stage::Values(Box::new(plan)),
            kept: None,
            preset_cursor: 0,
            place_cursor: None,
            wanted: Some(scope),
            search: Search::default(),
            commands: Commands::default(),
            aside: crate::app::scroll::Scroll::default(),
        }
    }

    /// The credential that gets new values, unless this is a new one.
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
        let form = Form::rotating(AnyPreset::Credential(preset_of(&credential.prefix)), Kept { there, known });
        let mut plan = Self::around(form, Grant::proposed(&scope, world), scope);
        plan.rotates = Some(credential.prefix.clone());
        plan.propose(world);
        plan
    }

    /// Why a login cannot be tested with what is in the fields.
    pub fn not_testable(&self) -> Option<String> {
        let missing: Vec<String> = [Member::Server, Member::User]
            .into_iter()
            .filter(|member| self.form.values().get(*member).is_empty())
            .map(|member| format!("the {}", member.word()))
            .collect();
        let needs = || format!("a test needs {}; GitHub never returns values: esc to type it", missing.join(" and "));
        (self.rotates.is_some() && !missing.is_empty()).then(needs)
    }
}

/// The preset of the product that a prefix names, else `other`.
fn preset_of(prefix: &Prefix) -> &'static Preset {
    let product = product_of_prefix(prefix);
    let same = |p: &&Preset| product.is_some() && product_of_prefix(&p.prefix) == product;
    presets().iter().find(same).or_else(|| preset("other")).unwrap_or(&presets()[0])
}

/// What the fields are for, as the line above them.
pub(super) fn head(plan: &Plan, world: &World) -> String {
    let prefix = plan.prefix().map(|prefix| prefix.to_string()).unwrap_or_default();
    format!("access stays: {} ({prefix} in {})", kept_access(plan, world, words_of), plan.scope)
}

fn words_of(access: &crate::domain::Access) -> String {
    access.words()
}

fn kept_access(plan: &Plan, world: &World, words: fn(&crate::domain::Access) -> String) -> String {
    let Some(held) = plan.existing(world) else { return "unknown".to_owned() };
    if held.access_differs() {
        return "different for each member".to_owned();
    }
    held.access().map_or_else(|| "unknown".to_owned(), words)
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
    let held = held.as_deref();
    let mut lines = canvas.wrapped(Role::Title, &format!("New values for {} in {}", draft.prefix, plan.scope), columns);
    let (written, others): (Vec<Member>, Vec<Member>) = Member::all().partition(|m| draft.members.contains(m));
    for member in written.into_iter().chain(others) {
        let name = draft.prefix.secret_name(member);
        let is_there = held.is_some_and(|credential| credential.members.get(member).is_some());
        let (level, text) = match (draft.members.contains(&member), is_there) {
            (true, true) => (Level::Warn, format!("{name} = {}, replaces the current one", shown(plan, member))),
            (true, false) => (Level::Info, format!("{name} = {}, is new", shown(plan, member))),
            (false, true) => (Level::Good, format!("{} stays as it is", member.suffix())),
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
            crate::domain::untrusted::clean(field.and_then(|field| field.text()).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::app::protocol::Job;
    use crate::app::tests::access::rotated;
    use crate::app::tests::world::{prefix, saved, type_values};
    use crate::app::tests::{CANARY, Driver};
    use crate::domain::change::DraftAccess;
    use crate::domain::{Draft, Member, Scope, WriteOutcome};

    fn draft(driver: &Driver) -> Draft {
        match driver.last_write() {
            Job::Save(draft) => draft,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_new_password_alone_is_written_alone_and_keeps_the_access() {
        let mut driver = rotated(false);
        driver.says("access stays: 3 repositories");
        driver.keys("enter enter s");
        driver.says("ACR_CONTAINER_REGISTRY_PASSWORD = hidden, 14 bytes, replaces the current one");
        driver.says("SERVER stays as it is").says("access stays as it is: acme/api, acme/web, octocat/dotfiles");
        driver.keys("right enter");
        let draft = draft(&driver);
        assert_eq!((draft.scope, draft.prefix), (Scope::User, prefix("ACR")));
        assert_eq!((draft.members, draft.access), (vec![Member::Password], DraftAccess::Keep));
    }

    #[test]
    fn what_is_typed_as_well_is_written_in_the_safe_order() {
        let mut driver = rotated(true);
        driver.keys("enter enter enter enter s right enter");
        assert_eq!(draft(&driver).members, Member::WRITE_ORDER);
    }

    #[test]
    fn a_test_says_which_values_it_lacks() {
        let mut driver = rotated(false);
        driver.keys("enter enter enter");
        assert!(driver.notice().contains("a test needs the server and the user"), "{}", driver.notice());
        let mut driver = rotated(true);
        driver.keys("enter enter enter enter enter");
        assert!(driver.live.values().any(|job| matches!(job, Job::Test { .. })));
    }

    #[test]
    fn enter_leads_from_field_to_field_and_text_typed_too_far_writes_nothing() {
        let mut driver = Driver::ready();
        driver.press("r");
        driver.type_text("newpass");
        driver.keys("shift-tab shift-tab");
        driver.type_text("mycompany.azurecr.io").press("enter");
        driver.type_text("sw-pull").press("enter");
        let values = driver.wizard().plan().unwrap().form.values();
        assert_eq!((values.server, values.user), ("mycompany.azurecr.io".into(), "sw-pull".into()));
        driver.press("enter");
        driver.press("enter");
        driver.type_text("sw-pull\tsecret\r");
        for text in ["sw-pull", "w", "e"] {
            driver.type_text(text).press("tab");
            driver.type_text(text).press("enter");
        }
        assert!(!driver.has_written());
    }

    #[test]
    fn an_empty_password_goes_nowhere() {
        let mut driver = Driver::ready();
        driver.keys("r enter enter enter");
        assert!(driver.notice().contains("the password is empty"), "{}", driver.notice());
    }

    #[test]
    fn what_was_written_in_this_run_is_filled_in_and_not_written_again() {
        let mut driver = rotated(true);
        driver.keys("enter enter enter enter s right enter");
        driver.write_succeeds();
        driver.keys("enter r");
        driver.says("mycompany.azurecr.io").says("ci-pull").says("stays as you wrote it");
        driver.type_text(CANARY).keys("enter enter s right enter");
        assert_eq!(draft(&driver).members, [Member::Password]);
    }

    #[test]
    fn esc_asks_before_a_typed_password_is_lost() {
        let mut driver = rotated(false);
        driver.press("esc");
        assert!(driver.notice().contains("esc again"), "{}", driver.notice());
        driver.press("esc");
        assert_eq!(driver.title(), "Credentials");
    }

    #[test]
    fn a_failed_rotation_is_done_again_without_typing() {
        let mut driver = rotated(false);
        driver.keys("enter enter s right enter");
        let report = saved(&driver.last_write(), |_| WriteOutcome::Unknown(crate::app::tests::world::no_network()));
        driver.write_ends(Ok(report));
        driver.keys("right enter");
        assert_eq!(draft(&driver).members, [Member::Password]);
    }

    #[test]
    fn a_missing_member_is_named_and_written_when_typed() {
        let mut driver = Driver::ready();
        driver.keys("down r");
        driver.type_text(CANARY).keys("enter enter s");
        driver.says("ECR_CONTAINER_REGISTRY_PASSWORD = hidden, 14 bytes, is new");
        let mut driver = Driver::ready();
        driver.keys("r up up");
        type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
        driver.keys("enter enter s");
        driver.says("SERVER = mycompany.azurecr.io, replaces the current one");
    }
}
