//! Selection, folds and filter of the list of credentials, and what its keys do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::changes::OWN_REPOSITORY;
use super::rows::{Row, rows};
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::filter::Filter;
use crate::app::keymap::KeyPress;
use crate::app::mending;
use crate::app::notices::Tone;
use crate::app::protocol::Effect;
use crate::app::renaming::rekeyed;
use crate::app::screens::{Behavior, Screen, login_test, pick, wizard};
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::domain::untrusted::clean;
use crate::domain::{Credential, Member, Mend, Prefix, Renamed, Scope, Sensitive, Site};
use crate::ui::{Memory, TextField};

#[derive(Clone, Debug, Default)]
pub struct State {
    /// The row the user moved to; `None` until then, which means the first.
    selected: Option<Row>,
    pub filter: Filter,
    unfolded: Vec<Scope>,
    /// Chosen to be changed together.
    pub(super) marked: BTreeSet<(Scope, Prefix)>,
    /// Whether the detail is open over the list.
    pub detail: bool,
    pub detail_scroll: Scroll,
}

impl State {
    pub fn rows(&self, world: &World) -> Vec<Row> {
        rows(world, self.filter.text(), &self.unfolded)
    }

    pub fn is_unfolded(&self, scope: &Scope) -> bool {
        self.unfolded.contains(scope)
    }

    /// The index of the selected row: the same item as before, wherever it moved; if it is gone, the nearest in its
    /// scope, else the first. A heading is selected only by moving to it.
    pub fn selected_index(&self, rows: &[Row]) -> usize {
        let is_plain = |row: &Row| row.is_selectable() && !row.is_head();
        let first = rows.iter().position(is_plain).unwrap_or(0);
        let Some(wanted) = &self.selected else { return first };
        rows.iter()
            .position(|row| row == wanted)
            .or_else(|| rows.iter().position(|row| is_plain(row) && row.scope() == wanted.scope()))
            .unwrap_or(first)
    }

    pub fn selected(&self, world: &World) -> Option<Row> {
        let rows = self.rows(world);
        rows.get(self.selected_index(&rows)).cloned()
    }

    /// Selects a credential, such as the one just written.
    pub fn select(&mut self, scope: Scope, prefix: Prefix) {
        self.selected = Some(Row::Credential(scope, prefix));
    }

    /// Selects the first row of a scope, such as one just added.
    pub fn select_scope(&mut self, scope: Scope) {
        self.filter.clear();
        self.detail = false;
        self.selected = Some(Row::Empty(scope));
    }

    fn move_to(&mut self, rows: &[Row], wanted: usize, down: bool) {
        let wanted = wanted.min(rows.len().saturating_sub(1));
        let found = if down {
            rows.iter().enumerate().skip(wanted).find(|(_, row)| row.is_selectable())
        } else {
            rows.iter().enumerate().take(wanted + 1).rev().find(|(_, row)| row.is_selectable())
        };
        if let Some((_, row)) = found {
            self.selected = Some(row.clone());
            self.detail_scroll = Scroll::default();
        }
    }

    fn wander(&mut self, action: Action, world: &World) {
        if self.detail {
            self.detail_scroll.act(action);
            return;
        }
        let rows = self.rows(world);
        let (at, last) = (self.selected_index(&rows), rows.len().saturating_sub(1));
        match action {
            Action::Up => self.move_to(&rows, at.saturating_sub(1), false),
            Action::PageUp => self.move_to(&rows, at.saturating_sub(10), false),
            Action::Top => self.move_to(&rows, 0, true),
            Action::Down => self.move_to(&rows, (at + 1).min(last), true),
            Action::PageDown => self.move_to(&rows, (at + 10).min(last), true),
            _ => self.move_to(&rows, last, false), // to the bottom
        }
        if matches!(action, Action::Up | Action::PageUp) && at.saturating_sub(1) == 0 {
            self.move_to(&rows, 0, true);
        }
    }

    fn open(&mut self, cx: &mut Context<'_>) -> Navigation {
        match self.selected(cx.world) {
            Some(Row::Credential(..) | Row::Other(..) | Row::Memberships | Row::Head(Scope::Repository(_))) => {
                self.detail = !self.detail;
            }
            Some(Row::Others(scope)) => match self.unfolded.iter().position(|s| *s == scope) {
                Some(at) => drop(self.unfolded.remove(at)),
                None => self.unfolded.push(scope),
            },
            Some(Row::Problem(scope)) => {
                if self.detail {
                    cx.load_scope(&scope);
                }
                self.detail = !self.detail;
            }
            Some(Row::Empty(scope)) => return Navigation::Push(wizard_at(Some(scope), cx)),
            Some(Row::Loading(scope)) => cx.note(Tone::Info, format!("still waiting for GitHub: {scope}")),
            Some(Row::Head(Scope::User | Scope::Organization(_))) | None => {}
        }
        Navigation::Stay
    }

    /// The fix for the selected row, if it shows a problem.
    fn remedy<'w>(&self, world: &'w World) -> Option<&'w Mend> {
        let problem = match self.selected(world)? {
            Row::Problem(scope) => world.problem(&scope),
            Row::Memberships => world.memberships.problem(),
            _ => None, // no problem
        };
        problem?.mend.as_ref()
    }

    fn copy(&self, cx: &mut Context<'_>) {
        let text = match self.selected(cx.world) {
            Some(Row::Credential(_, prefix)) => {
                Member::all().map(|m| prefix.secret_name(m)).collect::<Vec<_>>().join("\n")
            }
            // A name from a server must be as harmless on the clipboard as on the screen.
            Some(Row::Other(_, name)) => clean(&name),
            Some(Row::Problem(scope)) => command_of(cx.world, &scope).unwrap_or_default(),
            _ => return, // not offered there
        };
        cx.effects.push(Effect::Copy(text));
    }

    fn offers(&self, world: &World) -> Vec<AvailableAction> {
        let row = self.selected(world);
        let credential = row.as_ref().and_then(|row| row.credential(world));
        let no_credential = credential.is_none().then_some("no credential is selected");
        let marked = self.marked(world);
        let many = !marked.is_empty();
        let no_access = match marked.iter().all(|(scope, _)| matches!(scope, Scope::Repository(_))) {
            true if many => Some(OWN_REPOSITORY),
            true => no_access(row.as_ref(), credential),
            false => None,
        };
        let is_marked = matches!(&row, Some(Row::Credential(scope, prefix)) if self.is_marked(scope, prefix));
        let copies = match &row {
            Some(Row::Credential(..) | Row::Other(..)) => None,
            Some(Row::Problem(scope)) if command_of(world, scope).is_some() => None,
            _ => Some("nothing to copy in this row"), // headings and folds
        };
        let is_named = !world.demo && matches!(self.remedy(world), Some(Mend::Open(_)));
        let no_page = no_page(world).filter(|_| !is_named);
        let mut offers = vec![
            AvailableAction::new(Action::New),
            AvailableAction::new(Action::Test),
            AvailableAction::called(Action::Access, if many { "access of marked" } else { "access" }).unless(no_access),
            AvailableAction::new(Action::Rotate).unless(no_credential),
            AvailableAction::called(Action::Delete, if many { "delete marked" } else { "delete" })
                .unless(no_credential.filter(|_| !many)),
            AvailableAction::new(Action::Filter),
            AvailableAction::called(Action::Activate, activate_label(row.as_ref(), self))
                .unless(world.no_writes().filter(|_| matches!(row, Some(Row::Empty(_))))),
            AvailableAction::called(
                Action::Copy,
                if matches!(row, Some(Row::Problem(_))) { "copy the command" } else { "copy names" },
            )
            .unless(copies),
            AvailableAction::new(Action::OpenLink).unless(no_page),
            AvailableAction::new(Action::Reload),
            AvailableAction::new(Action::Pick),
            AvailableAction::called(Action::Toggle, if is_marked { "unmark" } else { "mark" }).unless(no_credential),
            AvailableAction::called(Action::SelectAll, "mark all matches").unless(no_credentials(&self.rows(world))),
            AvailableAction::new(Action::Undo).unless(world.nothing_to_undo()),
        ];
        let home = !self.detail && !self.filter.is_shown() && !many;
        let back = match (self.detail, many) {
            (true, _) => "close",
            (false, true) => "unmark all",
            (false, false) => "no filter",
        };
        let back =
            AvailableAction::called(Action::Back, back).unless(home.then_some("this is the first screen; q quits"));
        offers.insert(if self.detail { 0 } else { 6 }, back);
        if let Some(mend) = mending::offer(world, self.remedy(world)) {
            offers.push(mend);
            offers.extend(moving());
            return offers;
        }
        let no_repair = match credential {
            Some(credential) => credential.common_access().err(),
            None => no_credential,
        };
        let at = if no_repair.is_none() { 1 } else { offers.len() };
        offers.insert(at, AvailableAction::called(Action::Mend, "same access").unless(no_repair));
        if let (Some(why), Some(mend)) = (world.no_writes(), offers.iter_mut().find(|o| o.action == Action::Mend)) {
            // This key is harmless elsewhere, so it is not blocked together with the keys that write.
            mend.disabled_reason = Some(why);
        }
        if many {
            // Actions for marked credentials come first; sorting is stable.
            offers.sort_by_key(|offer| !matches!(offer.action, Action::Access | Action::Delete | Action::Back));
        }
        offers.extend(moving());
        offers
    }
}

fn activate_label(row: Option<&Row>, state: &State) -> &'static str {
    match row {
        Some(Row::Others(scope)) if state.is_unfolded(scope) => "fold",
        Some(Row::Others(_)) => "unfold",
        Some(Row::Empty(_)) => "new here",
        Some(Row::Problem(_)) if state.detail => "try again",
        Some(Row::Problem(_)) => "why",
        Some(Row::Head(_)) if !state.detail => "what reaches it",
        _ if state.detail => "close", // a detail is open
        _ => "details",               // a credential or secret
    }
}

fn no_credentials(rows: &[Row]) -> Option<&'static str> {
    let some = rows.iter().any(|row| matches!(row, Row::Credential(..)));
    (!some).then_some("no credentials in the list")
}

fn no_access(row: Option<&Row>, credential: Option<&Credential>) -> Option<&'static str> {
    match (row, credential) {
        (Some(Row::Credential(Scope::Repository(_), _)), _) => Some(OWN_REPOSITORY),
        (_, None) => Some("no credential is selected"),
        (_, Some(_)) => None,
    }
}

fn no_page(world: &World) -> Option<&'static str> {
    if world.demo {
        return Some("the demo has no web pages");
    }
    match world.identity.value() {
        Some(identity) if identity.is_github() => None,
        Some(_) => Some("this host's web pages are unknown"),
        None => Some("not signed in yet"),
    }
}

fn command_of(world: &World, scope: &Scope) -> Option<String> {
    match world.problem(scope)?.mend.as_ref()? {
        Mend::Copy(text) => Some(text.clone()),
        Mend::Gain(need) => Some(world.site.refresh(&need.scopes)),
        Mend::Open(url) => Some(url.clone()),
        Mend::Retry | Mend::SignIn => None,
    }
}

/// GitHub's own page for a scope's Codespaces secrets.
fn page_of(site: &Site, scope: Option<&Scope>) -> String {
    match scope {
        Some(Scope::Repository(name)) => site.page(&format!("{name}/settings/secrets/codespaces")),
        Some(Scope::Organization(name)) => site.page(&format!("organizations/{name}/settings/secrets/codespaces")),
        Some(Scope::User) | None => site.page("settings/codespaces"),
    }
}

fn wizard_at(scope: Option<Scope>, cx: &mut Context<'_>) -> Screen {
    Screen::Wizard(Box::new(wizard::State::new(scope, cx)))
}

impl Behavior for State {
    fn fields(&mut self) -> Vec<&mut TextField> {
        vec![&mut self.filter.field]
    }

    fn title(&self) -> String {
        "Credentials".to_owned()
    }

    fn available_actions(&self, world: &World, _now: DateTime<Utc>) -> AvailableActions {
        if self.filter.focused {
            return Filter::available_actions();
        }
        let mut offers = self.offers(world);
        if !self.detail && self.selected(world).is_some_and(|row| row.is_head()) {
            // On the smallest screen, this is why you select the heading.
            offers.sort_by_key(|offer| offer.action != Action::Activate);
        }
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        match action {
            Action::Activate if self.filter.focused => self.filter.focused = false,
            Action::Activate => return self.open(cx),
            Action::Back if self.detail => self.detail = false,
            Action::Back if !self.marked.is_empty() => self.marked.clear(),
            Action::Back => self.filter.clear(),
            // The details cover the list and its filter: do not type into what is not visible.
            Action::Filter => (self.detail, self.filter.focused) = (false, true),
            Action::New => {
                let scope = self.selected(cx.world).and_then(|row| row.scope().cloned());
                return Navigation::Push(wizard_at(scope, cx));
            }
            Action::Test => {
                let row = self.selected(cx.world);
                let target = match row {
                    Some(Row::Credential(scope, prefix)) => Some((scope, prefix)),
                    _ => None, // a test of something that is not on GitHub
                };
                return Navigation::Push(Screen::LoginTest(Box::new(login_test::State::open(target, cx))));
            }
            Action::Mend if self.remedy(cx.world).is_some() => {
                let mend = self.remedy(cx.world).cloned();
                return cx.mend(mend.as_ref());
            }
            Action::Access | Action::Delete | Action::Mend | Action::Undo | Action::Rotate => {
                return self.change(action, cx);
            }
            Action::Toggle | Action::SelectAll => self.mark(action, cx.world),
            Action::Copy => self.copy(cx),
            Action::Pick => return Navigation::Push(Screen::Pick(Box::new(pick::State::open(cx)))),
            Action::OpenLink => {
                let url = match self.remedy(cx.world) {
                    // The page named in GitHub's answer.
                    Some(Mend::Open(url)) => url.clone(),
                    Some(_) | None => page_of(&cx.world.site, self.selected(cx.world).as_ref().and_then(Row::scope)),
                };
                cx.effects.push(Effect::OpenUrl(url));
            }
            Action::Reload => {
                cx.load_everything();
                // Lists to choose from are reloaded when they are needed: they can be long.
                cx.world.catalogues.retain(|_, remote| remote.is_loading());
                cx.note(Tone::Info, "reloading everything");
            }
            _ => self.wander(action, cx.world), // the moving keys
        }
        Navigation::Stay
    }

    /// Removes the marks of what was written completely; the rest stays marked.
    fn learn(&mut self, world: &World) {
        if let Some(latest) = &world.latest {
            self.marked.remove(latest);
        }
    }

    fn at_line(&self, world: &World) -> Option<usize> {
        Some(if self.detail { self.detail_scroll.at() } else { self.selected_index(&self.rows(world)) })
    }

    fn drawn(&mut self, memory: &Memory) {
        if let Some(end) = memory.end("detail") {
            self.detail_scroll.drawn(end);
        }
    }

    fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        self.filter.text_key(key, cx)
    }

    fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) -> Navigation {
        self.filter.paste(text, cx);
        Navigation::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        let rows = self.rows(cx.world);
        match rows.get(row) {
            Some(wanted) if self.selected.as_ref() == Some(wanted) => return self.open(cx),
            Some(wanted) if wanted.is_selectable() => self.selected = Some(wanted.clone()),
            Some(_) | None => {}
        }
        Navigation::Stay
    }

    fn renamed(&mut self, renamed: &Renamed) {
        if let Some(scope) = self.selected.as_mut().and_then(Row::scope_mut) {
            renamed.scope(scope);
        }
        for scope in &mut self.unfolded {
            renamed.scope(scope);
        }
        self.marked = std::mem::take(&mut self.marked).into_iter().map(|key| rekeyed(key, renamed)).collect();
    }
}
