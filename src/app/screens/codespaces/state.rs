//! Selection and marks in the list of codespaces, and what its keys do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::question::{Question, no_restart, no_stop};
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::mending;
use crate::app::notices::Tone;
use crate::app::protocol::Effect;
use crate::app::screens::Behavior;
use crate::app::scroll::Scroll;
use crate::app::spaces::{Listed, problem};
use crate::app::world::World;
use crate::domain::freshness::rebuild_command;
use crate::domain::{Codespace, CodespaceList, CodespaceName, Mend, Problem, Renamed, Site};
use crate::ui::Memory;

#[derive(Clone, Debug)]
pub struct State {
    pub which: CodespaceList,
    /// The one the user moved to; `None` until then, which means the first.
    selected: Option<CodespaceName>,
    marked: BTreeSet<CodespaceName>,
    /// Whether the detail is open over the list.
    pub detail: bool,
    pub detail_scroll: Scroll,
    /// The question that is open before anything is done.
    pub question: Option<Box<Question>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            which: CodespaceList::Mine,
            selected: None,
            marked: BTreeSet::new(),
            detail: false,
            detail_scroll: Scroll::default(),
            question: None,
        }
    }
}

impl State {
    /// Opened to restart those that started before the last write.
    pub fn ask_for_affected(world: &World) -> Self {
        let mut state = Self { marked: world.spaces.affected.iter().cloned().collect(), ..Self::default() };
        state.selected = state.marked.first().cloned();
        state.question = Question::restart(&state.which, &state.targets(world)).map(Box::new);
        state
    }

    pub fn listed<'w>(&self, world: &'w World) -> Option<&'w Listed> {
        world.spaces.list(&self.which)?.value()
    }

    pub fn rows<'w>(&self, world: &'w World) -> &'w [Codespace] {
        self.listed(world).map_or(&[], |listed| listed.codespaces.as_slice())
    }

    pub fn selected_index(&self, rows: &[Codespace]) -> usize {
        self.selected.as_ref().and_then(|name| rows.iter().position(|c| c.name == *name)).unwrap_or(0)
    }

    pub fn selected<'w>(&self, world: &'w World) -> Option<&'w Codespace> {
        let rows = self.rows(world);
        rows.get(self.selected_index(rows))
    }

    pub fn is_marked(&self, name: &CodespaceName) -> bool {
        self.marked.contains(name)
    }

    /// Those a key acts on: the marked ones, else the selected one.
    fn targets<'w>(&self, world: &'w World) -> Vec<&'w Codespace> {
        let marked: Vec<&Codespace> = self.rows(world).iter().filter(|c| self.is_marked(&c.name)).collect();
        if marked.is_empty() { self.selected(world).into_iter().collect() } else { marked }
    }

    /// The available lists: the user's own, and those of the organizations the user owns.
    pub fn lists(world: &World) -> Vec<CodespaceList> {
        let owned = world.memberships.value().into_iter().flatten().filter(|membership| membership.owner);
        std::iter::once(CodespaceList::Mine).chain(owned.map(|m| CodespaceList::Org(m.org.clone()))).collect()
    }

    fn turn(&mut self, forward: bool, cx: &mut Context<'_>) {
        let lists = Self::lists(cx.world);
        let at = lists.iter().position(|list| *list == self.which).unwrap_or(0);
        let step = if forward { 1 } else { lists.len() - 1 };
        self.which = lists[(at + step) % lists.len()].clone();
        self.selected = None;
        self.marked.clear();
        self.detail = false;
        cx.leave_codespaces();
        cx.watch_codespaces(&self.which);
    }

    fn wander(&mut self, action: Action, world: &World) {
        if self.detail {
            self.detail_scroll.act(action);
            return;
        }
        let rows = self.rows(world);
        let (at, last) = (self.selected_index(rows), rows.len().saturating_sub(1));
        let wanted = match action {
            Action::Up => at.saturating_sub(1),
            Action::PageUp => at.saturating_sub(10),
            Action::Top => 0,
            Action::Down => at + 1,
            Action::PageDown => at + 10,
            _ => last, // to the bottom
        };
        if let Some(codespace) = rows.get(wanted.min(last)) {
            self.selected = Some(codespace.name.clone());
            self.detail_scroll = Scroll::default();
        }
    }

    fn toggle(&mut self, world: &World) {
        let Some(name) = self.selected(world).map(|codespace| codespace.name.clone()) else { return };
        if !self.marked.remove(&name) {
            self.marked.insert(name);
        }
        if !self.detail {
            self.wander(Action::Down, world); // on to the next, to mark several in a row
        }
    }

    fn back(&mut self) -> Navigation {
        if self.detail {
            self.detail = false;
        } else if self.marked.is_empty() {
            return Navigation::Close;
        } else {
            self.marked.clear();
        }
        Navigation::Stay
    }

    fn copy(&self, cx: &mut Context<'_>) {
        let text = match problem(cx.world, &self.which) {
            Some(problem) if self.rows(cx.world).is_empty() => {
                problem.mend.as_ref().and_then(|mend| command(&cx.world.site, mend))
            }
            _ => self.selected(cx.world).map(|codespace| rebuild_command(codespace, &cx.world.site)), // there is a list
        };
        if let Some(text) = text {
            cx.effects.push(Effect::Copy(text));
        }
    }

    fn offers(&self, world: &World) -> Vec<AvailableAction> {
        let targets = self.targets(world);
        let busy = world.spaces.is_running().then(|| "the last changes are still running".to_owned());
        let none = self.selected(world).is_none().then(|| "no codespace is selected".to_owned());
        let restart = refusal(&targets, |codespace| no_restart(&self.which, codespace));
        let stop = refusal(&targets, no_stop);
        let page = self.selected(world).and_then(|codespace| codespace.web_url.as_ref());
        let no_page = if world.demo {
            Some("the demo has no web pages")
        } else {
            page.is_none().then_some("GitHub gives no page for it")
        };
        let failed = self.rows(world).is_empty().then(|| problem(world, &self.which)).flatten();
        let (copies, nothing) = match failed {
            Some(problem) => {
                let command = problem.mend.as_ref().and_then(|mend| command(&world.site, mend));
                ("copy the command", command.is_none())
            }
            None => ("copy rebuild", none.is_some()),
        };
        let mut offers = vec![
            AvailableAction::new(Action::Restart).unless(busy.clone().or_else(|| none.clone()).or(restart)),
            AvailableAction::new(Action::Stop).unless(busy.or_else(|| none.clone()).or(stop)),
            AvailableAction::called(Action::Toggle, "mark").unless(none.clone()),
            AvailableAction::called(Action::Copy, copies).unless(nothing.then_some("nothing to copy")),
            AvailableAction::new(Action::OpenLink).unless(none.clone().or_else(|| no_page.map(str::to_owned))),
            AvailableAction::called(Action::Activate, if self.detail { "close" } else { "details" }).unless(none),
            AvailableAction::called(Action::Back, self.back_label()),
            AvailableAction::new(Action::Reload),
        ];
        let alone =
            (Self::lists(world).len() < 2).then_some("you own no organization, so there are no members to show");
        offers.insert(3, AvailableAction::called(Action::Next, "whose").unless(alone));
        offers.push(AvailableAction::called(Action::Previous, "whose").unless(alone));
        if self.detail {
            offers.rotate_right(3); // closing comes first
        }
        if let Some(mend) = mending::offer(world, self.remedy(world).as_ref()) {
            offers.insert(0, mend);
        }
        offers.extend(moving());
        offers
    }

    /// The fix of the visible problem: of the list, else of the last run.
    fn remedy(&self, world: &World) -> Option<Mend> {
        if let Some(problem) = problem(world, &self.which) {
            return problem.mend.clone();
        }
        let run = world.spaces.run.as_ref()?;
        run.stage(&self.selected(world)?.name)?.problem()?.mend.clone()
    }

    fn back_label(&self) -> &'static str {
        match (self.detail, self.marked.is_empty()) {
            (true, _) => "close",
            (false, false) => "unmark",
            (false, true) => "back",
        }
    }

    fn ask(&mut self, action: Action, world: &World) {
        let targets = self.targets(world);
        let question = if action == Action::Restart {
            Question::restart(&self.which, &targets)
        } else {
            Question::stop(&self.which, &targets)
        };
        self.question = question.map(Box::new);
    }

    /// A key while a question is open.
    fn answer(&mut self, action: Action, cx: &mut Context<'_>) {
        let Some(question) = &mut self.question else { return };
        if question.buttons.act(action, 2) {
            return;
        }
        match action {
            Action::Activate if question.buttons.is_armed() && !cx.world.spaces.is_running() => {
                let changes = std::mem::take(&mut question.changes);
                self.question = None;
                self.marked.clear();
                cx.change_codespaces(changes);
            }
            Action::Activate | Action::Back => self.question = None,
            _ => question.scroll.act(action), // the moving keys
        }
    }
}

/// Why none of them can; `None` if one can.
fn refusal(targets: &[&Codespace], why_not: impl Fn(&Codespace) -> Option<String>) -> Option<String> {
    let first = targets.first()?;
    let reasons: Option<Vec<String>> = targets.iter().map(|codespace| why_not(codespace)).collect();
    reasons?.first().map(|why| format!("{} {why}", first.shown()))
}

/// What a problem's fix puts on the clipboard.
fn command(site: &Site, mend: &Mend) -> Option<String> {
    match mend {
        Mend::Copy(text) | Mend::Open(text) => Some(text.clone()),
        Mend::Gain(need) if !need.scopes.is_empty() => Some(site.refresh(&need.scopes)),
        Mend::Gain(_) | Mend::Retry | Mend::SignIn => None,
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        "Codespaces".to_owned()
    }

    fn available_actions(&self, world: &World, _now: DateTime<Utc>) -> AvailableActions {
        let Some(question) = &self.question else {
            return AvailableActions { offers: self.offers(world), typing: false };
        };
        let mut offers = question.buttons.offers("cancel", "do it");
        offers.push(AvailableAction::called(Action::Back, "cancel"));
        offers.extend(moving());
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        if self.question.is_some() {
            self.answer(action, cx);
            return Navigation::Stay;
        }
        match action {
            Action::Restart | Action::Stop => self.ask(action, cx.world),
            Action::Toggle => self.toggle(cx.world),
            Action::Next => self.turn(true, cx),
            Action::Previous => self.turn(false, cx),
            Action::Copy => self.copy(cx),
            Action::Mend => {
                let remedy = self.remedy(cx.world);
                return cx.mend(remedy.as_ref());
            }
            Action::OpenLink => {
                let page = self.selected(cx.world).and_then(|codespace| codespace.web_url.clone());
                // The address is checked before it is opened.
                cx.effects.extend(page.map(|page| Effect::OpenUrl(page.raw().to_owned())));
            }
            Action::Activate => {
                self.detail = !self.detail;
                self.detail_scroll = Scroll::default();
            }
            Action::Back => return self.back(),
            Action::Reload => {
                cx.load_codespaces(&self.which);
                cx.compare_codespaces(&self.which, true);
                cx.note(Tone::Info, "reloading the codespaces");
            }
            _ => self.wander(action, cx.world), // the moving keys
        }
        Navigation::Stay
    }

    fn point(&mut self, row: usize, cx: &mut Context<'_>) -> Navigation {
        if self.question.is_some() {
            return Navigation::Stay;
        }
        if let Some(codespace) = self.rows(cx.world).get(row) {
            if self.selected.as_ref() == Some(&codespace.name) {
                self.detail = !self.detail;
            }
            self.selected = Some(codespace.name.clone());
        }
        Navigation::Stay
    }

    fn at_line(&self, world: &World) -> Option<usize> {
        Some(match &self.question {
            Some(question) => question.scroll.at(),
            None if self.detail => self.detail_scroll.at(),
            None => self.selected_index(self.rows(world)),
        })
    }

    fn disarm(&mut self) {
        if let Some(question) = &mut self.question {
            question.buttons.disarm();
        }
    }

    fn drawn(&mut self, memory: &Memory) {
        if let Some(question) = &mut self.question {
            question.scroll.drawn(memory.end("codespaces-question").unwrap_or_default());
        } else if let Some(end) = memory.end("codespaces-detail") {
            self.detail_scroll.drawn(end);
        }
    }

    /// Removes the marks of codespaces that are gone.
    fn learn(&mut self, world: &World) {
        if let Some(listed) = self.listed(world)
            && listed.complete
        {
            self.marked.retain(|name| listed.codespaces.iter().any(|codespace| codespace.name == *name));
        }
    }

    /// The token changed or has more permissions: reload everything.
    fn returned(&mut self, result: Result<(), Problem>, cx: &mut Context<'_>) {
        if result.is_ok() {
            cx.load_codespaces(&self.which);
            cx.compare_codespaces(&self.which, true);
        }
    }

    fn opened(&mut self, cx: &mut Context<'_>) {
        cx.watch_codespaces(&self.which);
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        cx.leave_codespaces();
    }

    fn renamed(&mut self, renamed: &Renamed) {
        match &mut self.which {
            CodespaceList::MineIn(name) => {
                renamed.name(name);
            }
            CodespaceList::Mine | CodespaceList::Org(_) => {}
        }
    }
}
