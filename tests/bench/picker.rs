//! Measures what a key press costs where repositories are chosen: `cargo run --release --example picker-bench --
//! --check`.
//!
//! Types names into the picker over 10,000 repositories, letter by letter and back, through the whole program: a key
//! into `App::update`, then a frame. For comparison, it matches the same names without the program. Then it draws the
//! list of 100 and of 100,000 repositories. With `--check` it fails if a key takes more than 16 ms or the longer list
//! more than 1.2 times the shorter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::cast_precision_loss)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pullkey::app::keymap::KeyPress;
use pullkey::app::protocol::{Effect, Job, JobId, Msg, Outcome};
use pullkey::app::world::Start;
use pullkey::app::{App, Look, draw};
use pullkey::domain::{Access, Member, MemberState, Prefix, Repository, Scope, ScopeListing};
use pullkey::ui::{Glyphs, Memory, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// What a person types when looking for a repository, and deletes again.
const WANTED: [&str; 6] = ["billing", "acme course", "srvc0042", "org-07/web", "zzz", "infra-1"];
const GOAL: Duration = Duration::from_millis(16);
const MOST: f64 = 1.2;

fn main() -> ExitCode {
    let checks = std::env::args().any(|arg| arg == "--check");
    let names = names(10_000);
    let key = median((0..5).flat_map(|_| typed(&names)).collect());
    let bare = median((0..5).flat_map(|_| matched(&names)).collect());
    println!("a key press among 10,000 repositories: {:.2} ms in the median (goal 16 ms)", millis(key));
    println!("a bare look at the names: {:.2} ms; ratio {:.2}", millis(bare), millis(key) / millis(bare));
    let (short, long) = drawn_beside();
    let ratio = millis(long) / millis(short);
    println!("a frame: {:.3} ms at 100 rows, {:.3} ms at 100,000; ratio {ratio:.2}", millis(short), millis(long));
    if checks && (key > GOAL || ratio > MOST) {
        println!("too slow: a key may take 16 ms, and the longer list {MOST} times the shorter");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn names(count: usize) -> Vec<String> {
    let words = ["billing", "web", "infra", "course", "service", "api", "docs", "tools"];
    (0..count).map(|n| format!("org-{:02}/{}-{n:05}", n % 40, words[n / 3 % words.len()])).collect()
}

fn repositories(names: &[String]) -> Vec<Repository> {
    let repository = |(id, name): (u64, &String)| Repository {
        id,
        full_name: name.as_str().into(),
        visibility: "private".to_owned(),
        archived: false,
        admin: true,
        push: true,
    };
    (1..).zip(names).map(repository).collect()
}

/// The whole program, with the list of repositories open.
struct Bench {
    app: App,
    terminal: Terminal<TestBackend>,
    memory: Memory,
    look: Look,
}

impl Bench {
    fn open(names: &[String]) -> Self {
        let (app, effects) = App::new(Start::default(), now());
        let look = Look { theme: Theme::named("default").unwrap(), glyphs: Glyphs::unicode() };
        let terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        let mut bench = Self { app, terminal, memory: Memory::default(), look };
        let mine = started(&effects, |job| *job == Job::LoadScope(Scope::User));
        bench.send(Msg::Finished { id: mine, outcome: Outcome::Listing(Ok(credential())) });
        let effects = bench.key('a');
        let list = started(&effects, |job| matches!(job, Job::Repositories(_)));
        bench.send(Msg::Finished {
            id: list,
            outcome: Outcome::Repositories(Ok(pullkey::domain::Roster::whole(repositories(names)))),
        });
        bench
    }

    fn send(&mut self, msg: Msg) -> Vec<Effect> {
        self.app.update(now(), msg)
    }

    fn key(&mut self, c: char) -> Vec<Effect> {
        self.press(KeyCode::Char(c))
    }

    fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.send(Msg::Key(KeyPress(KeyEvent::new(code, KeyModifiers::NONE))))
    }

    fn draw(&mut self) {
        let Self { app, terminal, memory, look } = self;
        terminal.draw(|frame| draw::draw(app, frame, memory, look)).unwrap();
        app.drawn(memory);
    }

    fn timed(&mut self, code: KeyCode) -> Duration {
        let begin = Instant::now();
        self.press(code);
        self.draw();
        begin.elapsed()
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

fn started(effects: &[Effect], wanted: impl Fn(&Job) -> bool) -> JobId {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Start { id, job } if wanted(job) => Some(*id),
        _ => None,
    });
    found.expect("the job was not started")
}

fn credential() -> ScopeListing {
    let prefix = Prefix::parse("ACR").unwrap();
    let secret = |member| MemberState {
        name: prefix.secret_name(member),
        created_at: now(),
        updated_at: now(),
        access: Some(Access::selected(Vec::new(), true)),
    };
    ScopeListing::group(Member::all().map(secret), true)
}

fn typed(names: &[String]) -> Vec<Duration> {
    let mut bench = Bench::open(names);
    bench.draw();
    bench.key('/');
    let mut took = Vec::new();
    for wanted in WANTED {
        took.extend(wanted.chars().map(|c| bench.timed(KeyCode::Char(c))));
        took.extend(wanted.chars().map(|_| bench.timed(KeyCode::Backspace)));
    }
    took
}

/// The same filters, each given to the matcher for the whole list.
fn matched(names: &[String]) -> Vec<Duration> {
    let mut took = Vec::new();
    for wanted in WANTED {
        for end in 1..=wanted.len() {
            let begin = Instant::now();
            let found = names.iter().filter(|name| name.to_ascii_lowercase().contains(&wanted[..end])).count();
            took.push(begin.elapsed());
            assert!(found <= names.len());
        }
    }
    took
}

/// The same frame of a short and of a long list, in turn, so that other load on the machine affects both.
fn drawn_beside() -> (Duration, Duration) {
    let (mut short, mut long) = (Bench::open(&names(100)), Bench::open(&names(100_000)));
    let mut took = (Vec::new(), Vec::new());
    for _ in 0..300 {
        for (bench, took) in [(&mut short, &mut took.0), (&mut long, &mut took.1)] {
            let begin = Instant::now();
            bench.draw();
            took.push(begin.elapsed());
        }
    }
    (median(took.0), median(took.1))
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
