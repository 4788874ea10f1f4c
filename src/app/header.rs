//! The two lines at the top: who you are, the remaining budget and what is waiting; and the tabs, with the screens
//! opened on top of the current one.
//!
//! With little room, the most important information stays: that something is waiting, that this is a demo, that nothing
//! is written. Numbers and words carry the information; colour only repeats it.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::App;
use super::action::Action;
use super::draw::Canvas;
use super::keymap::Keymap;
use super::screens::Screen;
use crate::domain::Site;
use crate::domain::number::grouped;
use crate::domain::traffic::{Budget, Pause};
use crate::ui::Role;
use crate::ui::memory::Hit;
use crate::ui::widgets::{truncate, width};

/// The tabs: the action that opens one, and its name.
pub const TABS: [(Action, &str); 3] =
    [(Action::Home, "Credentials"), (Action::Codespaces, "Codespaces"), (Action::Activity, "Activity")];

/// Name, login, host, origin of the token and remaining request budget; during a wait, its reason.
pub fn header(app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Line<'static> {
    let columns = usize::from(columns);
    if let Some(pause) = app.pause() {
        return waiting(app, pause, canvas, columns);
    }
    let dot = format!(" {} ", canvas.look.glyphs.lines.dot);
    let (who, scopes) = who(app, &dot);
    let guard = if app.world.read_only { format!("{dot}read only") } else { String::new() };
    let budget = budget(app);
    if app.world.demo {
        let sentence = "demo: nothing leaves this machine";
        let lead = if columns >= 60 { " pullkey  " } else { " " };
        let room = columns.saturating_sub(width(lead) + width(sentence) + 1);
        let rest = format!("{guard}{dot}{who}{scopes}");
        let rest = if width(&rest) <= room { rest } else { String::new() };
        return Line::from(vec![
            canvas.span(Role::Title, lead),
            canvas.span(Role::Demo, sentence),
            canvas.span(Role::Header, rest),
        ]);
    }
    let lead = " pullkey  ";
    let room = columns.saturating_sub(width(lead) + width(&guard));
    // The remaining budget matters more than the scopes; each refusal names the ones it needs.
    let fits = |text: &str| width(text) + width(&budget) + 2 <= room;
    let whole = format!("{who}{scopes}");
    let who = if fits(&whole) || !fits(&who) { whole } else { who };
    let shows_budget = fits(&who);
    let who = truncate(&who, room, canvas.look.glyphs.ellipsis);
    let gap = room.saturating_sub(width(&who) + width(&budget));
    let mut spans =
        vec![canvas.span(Role::Title, lead), canvas.span(Role::Header, who), canvas.span(Role::Warn, guard)];
    if shows_budget {
        spans.push(canvas.span(Role::Header, " ".repeat(gap)));
        spans.push(canvas.span(Role::Header, budget));
    }
    Line::from(spans)
}

/// Of several budgets the one that will run out first, with its name unless it is the usual one.
fn budget(app: &App) -> String {
    // An hour that is over is no longer shown.
    let running = app.world.budgets.values().filter(|budget| budget.reset.is_none_or(|reset| reset > app.now));
    let Some(budget) = Budget::scarcest(running) else { return String::new() };
    let name = if budget.resource.is_core() { String::new() } else { format!("{}: ", budget.resource) };
    format!("{name}{} of {} left ", grouped(budget.remaining), grouped(budget.limit))
}

/// “waiting 42 s: GitHub wants fewer requests at once · c stops waiting”, as much of it as fits.
fn waiting(app: &App, pause: &Pause, canvas: &Canvas<'_, '_, '_>, columns: usize) -> Line<'static> {
    let dot = format!(" {} ", canvas.look.glyphs.lines.dot);
    let lead = match (app.world.demo, columns) {
        (true, _) => " demo  ",
        (false, ..60) => " ",
        (false, _) => " pullkey  ",
    };
    let key = Keymap::shipped().key(Action::StopWaiting, app.available_actions().typing).unwrap_or_default();
    let time = format!("waiting {}", left(pause, app.now));
    let long = format!("{time}: {}{dot}{key} stops waiting", pause.reason.words());
    let middle = format!("{time}: {}{dot}{key} stops", pause.reason.words());
    let short = format!("{time}{dot}{key} stops waiting");
    let room = columns.saturating_sub(width(lead));
    let text = [long, middle].into_iter().find(|text| width(text) <= room).unwrap_or(short);
    let mut rest = room.saturating_sub(width(&text));
    let mut spans = vec![canvas.span(Role::Title, lead), canvas.span(Role::Warn, text)];
    let (who, _) = who(app, &dot);
    for part in [if app.world.read_only { "read only".to_owned() } else { String::new() }, who] {
        let part = format!("{dot}{part}");
        if width(&part) > 3 && width(&part) <= rest {
            rest -= width(&part);
            spans.push(canvas.span(Role::Header, part));
        }
    }
    let budget = budget(app);
    if width(&budget) + 2 <= rest && !budget.is_empty() {
        spans.push(canvas.span(Role::Header, " ".repeat(rest - width(&budget))));
        spans.push(canvas.span(Role::Header, budget));
    }
    Line::from(spans)
}

/// The rest of a wait: “42 s”, “3 min 20 s”, “41 min”.
pub fn left(pause: &Pause, now: DateTime<Utc>) -> String {
    // Rounded up: a wait that is not over never shows 0.
    let millis = pause.until.signed_duration_since(now).num_milliseconds().max(1);
    let seconds = (millis + 999) / 1000;
    match seconds {
        ..=99 => format!("{seconds} s"),
        100..=599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} min", seconds.div_euclid(60) + i64::from(seconds % 60 > 0)),
    }
}

/// Who you are, followed by what the token may do.
fn who(app: &App, dot: &str) -> (String, String) {
    if let Some(identity) = app.world.identity.value() {
        if app.world.demo {
            return (identity.login.shown(), String::new());
        }
        let site = identity.site();
        let host = if site.is_github() { site.host().to_owned() } else { format!("not GitHub: {}", identity.host) };
        let scopes = identity.scopes.as_ref().map_or_else(
            || identity.kind.word().to_owned(),
            |scopes| if scopes.is_empty() { "no scopes".to_owned() } else { scopes.join(", ") },
        );
        let who = format!("{}{dot}{host}{dot}token from {}", identity.login.shown(), identity.source.word());
        return (who, format!(" ({scopes})"));
    }
    let state = match app.world.identity.problem() {
        Some(problem) => problem.what.clone(),
        None => "looking up your account".to_owned(),
    };
    let who = match &app.world.elsewhere {
        Some(host) => format!("not GitHub: {host}{dot}{state}"),
        None if app.world.site != Site::default() => format!("{}{dot}{state}", app.world.site.host()),
        None => state,
    };
    (who, String::new())
}

/// Which of [`TABS`] is open, and how many screens of the stack belong to it.
pub fn open_tab(stack: &[Screen]) -> (usize, usize) {
    match stack.get(1) {
        Some(Screen::Codespaces(_)) => (1, 2),
        Some(Screen::Activity(_)) => (2, 2),
        _ => (0, 1), // every other screen belongs to the list of credentials
    }
}

/// The tabs, each in its place, followed by the screens opened on top of the current one.
pub fn tabs(app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) {
    let columns = usize::from(area.width);
    let (open, own) = open_tab(app.stack());
    let opened: Vec<String> = app.stack()[own..].iter().map(Screen::title).collect();
    let right = canvas.look.glyphs.lines.right;
    let trail = |titles: &[String]| titles.iter().flat_map(|title| [" ", right, " ", title]).collect::<String>();
    let gap = if columns >= 60 { "  " } else { "" };
    // The last column is reserved for the spinner.
    let room = columns.saturating_sub(2);
    let wide = |named: &dyn Fn(usize) -> bool| -> usize {
        (0..TABS.len()).map(|tab| width(gap) * usize::from(tab > 0) + width(&name(tab, named(tab))) + 1).sum()
    };
    let shortest = opened.last().map_or(0, |title| width(&trail(std::slice::from_ref(title))));
    let all = |_: usize| true;
    let one = |tab: usize| tab == open;
    let none = |_: usize| false;
    let choices: [&dyn Fn(usize) -> bool; 3] = [&all, &one, &none];
    let named = choices.into_iter().find(|named| wide(named) + shortest <= room).unwrap_or(&none);
    let mut spans = Vec::new();
    let mut at = 0;
    for (tab, (_, _)) in TABS.iter().enumerate() {
        let lead = if tab > 0 { gap } else { "" };
        let mark = if tab == open { canvas.look.glyphs.checks.current } else { " " };
        let name = name(tab, named(tab));
        let from = at + width(lead);
        at = from + width(mark) + width(&name);
        let place = Rect { x: area.x + column(from), width: column(at - from), ..area };
        canvas.memory.hit_area(place.intersection(area), Hit::Tab(tab));
        let role = if tab == open { Role::TabActive } else { Role::Tab };
        spans.push(Span::raw(lead));
        spans.push(canvas.span(Role::Mark, mark));
        spans.push(canvas.span(role, name));
    }
    let left = room.saturating_sub(at);
    let whole = trail(&opened);
    let last = opened.last().map(|title| trail(std::slice::from_ref(title))).unwrap_or_default();
    let trail = if width(&whole) <= left { whole } else { truncate(&last, left, canvas.look.glyphs.ellipsis) };
    let pad = left.saturating_sub(width(&trail));
    // The space between the tabs and the trail belongs to neither.
    let (space, trail) = trail.split_at(usize::from(trail.starts_with(' ')));
    spans.push(Span::raw(space));
    spans.push(canvas.span(Role::TabActive, trail));
    if app.is_waiting() {
        let spinner = canvas.look.glyphs.spinner(app.spin);
        spans.push(canvas.span(Role::Info, format!("{} {spinner}", " ".repeat(pad))));
    }
    canvas.lines(area, vec![Line::from(spans)]);
}

fn name(tab: usize, named: bool) -> String {
    let (action, name) = TABS[tab];
    let key = Keymap::shipped().key(action, false).unwrap_or_default();
    if named { format!("{key} {name}") } else { key }
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::protocol::{Effect, Msg, Pointer, Timer};
    use crate::app::tests::{Driver, look, noon};
    use crate::domain::traffic::{PauseReason, Traffic};
    use crate::ui::Memory;
    use chrono::Duration;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn paused(seconds: i64) -> Driver {
        let mut driver = Driver::ready();
        let pause = Pause { until: noon() + Duration::seconds(seconds), reason: PauseReason::Secondary };
        driver.send(Msg::Traffic(Traffic::Paused(pause)));
        driver
    }

    #[test]
    fn a_wait_is_counted_down_at_every_size_and_can_be_stopped() {
        let mut driver = paused(42);
        for (columns, rows) in [(40, 10), (60, 15), (80, 24), (200, 50)] {
            let head = driver.frame(columns, rows).lines().next().unwrap().to_owned();
            assert!(head.contains("waiting 42 s") && head.contains("c stops"), "{head}");
        }
        assert!(driver.frame(80, 24).contains("GitHub wants fewer requests at once · c stops waiting"));
        assert!(driver.press("c").contains(&Effect::StopWaiting));
        driver.send(Msg::Traffic(Traffic::Resumed));
        driver.is_silent_about("waiting 42 s");
        assert!(!driver.press("c").contains(&Effect::StopWaiting));
        assert!(driver.notice().contains("nothing is waiting"), "{}", driver.notice());
    }

    #[test]
    fn the_countdown_ticks_only_while_it_lasts() {
        let ticks = |effects: &[Effect]| {
            effects.iter().filter(|e| matches!(e, Effect::After { timer: Timer::Countdown, .. })).count()
        };
        let mut driver = Driver::ready();
        let pause = Pause { until: noon() + Duration::seconds(3), reason: PauseReason::Primary };
        assert_eq!(ticks(&driver.send(Msg::Traffic(Traffic::Paused(pause)))), 1);
        assert_eq!(ticks(&driver.send(Msg::Traffic(Traffic::Paused(pause)))), 0, "one clock is enough");
        assert_eq!(ticks(&driver.send(Msg::Timer(Timer::Countdown))), 1);
        driver.send(Msg::Traffic(Traffic::Resumed));
        assert_eq!(ticks(&driver.send(Msg::Timer(Timer::Countdown))), 0);
    }

    #[test]
    fn a_wait_of_less_than_a_second_does_not_flicker() {
        let mut driver = Driver::ready();
        let pause = Pause { until: noon() + Duration::milliseconds(300), reason: PauseReason::Pace };
        driver.send(Msg::Traffic(Traffic::Paused(pause)));
        driver.is_silent_about("waiting");
    }

    #[test]
    fn the_tabs_are_pressed_with_the_mouse() {
        let driver = Driver::ready();
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let mut memory = Memory::default();
        terminal.draw(|frame| crate::app::draw::draw(&driver.app, frame, &mut memory, &look())).unwrap();
        let line = driver.frame(80, 24).lines().nth(1).unwrap().to_owned();
        let at = line.find("5 Activity").unwrap();
        let Some(Hit::Tab(tab)) = memory.hit(u16::try_from(at).unwrap(), 1) else { panic!("no tab there") };
        let mut driver = driver;
        driver.send(Msg::Pointer(Pointer::Act(TABS[tab].0)));
        assert_eq!(driver.title(), "Activity");
    }

    #[test]
    fn the_open_tab_is_marked_without_colour_and_the_opened_screens_stand_behind_it() {
        let mut driver = Driver::ready();
        let line = |driver: &Driver, columns| {
            let frame = driver.frame(columns, 24);
            frame.lines().nth(1).unwrap().trim_end_matches(['⠋', ' ']).to_owned()
        };
        assert_eq!(line(&driver, 80), "▸1 Credentials   4 Codespaces   5 Activity");
        assert_eq!(line(&driver, 40), "▸1 Credentials 4 Codespaces 5 Activity");
        driver.press("n");
        assert_eq!(line(&driver, 80), "▸1 Credentials   4 Codespaces   5 Activity › New credential");
        assert_eq!(line(&driver, 40), "▸1 Credentials 4 5 › New credential");
        driver.keys("1 5");
        assert!(line(&driver, 80).contains("▸5 Activity"));
    }

    #[test]
    fn what_is_left_is_said_in_the_unit_that_fits() {
        let pause = |s: i64| Pause { until: noon() + Duration::milliseconds(s), reason: PauseReason::Pace };
        let said = [400, 42_000, 99_001, 200_000, 2_460_000, 2_461_000].map(|ms| left(&pause(ms), noon()));
        assert_eq!(said, ["1 s", "42 s", "1 min 40 s", "3 min 20 s", "41 min", "42 min"]);
    }
}
