//! The stranger of `tests/support/stranger.rs` at the real program in a pseudo terminal, over a sandbox.
//!
//! Whatever he does: nothing of GitHub's is written, deleted, granted or stopped that the very question on the screen
//! did not name before (which secret, in which scope, which repositories gain or lose it), held against what the
//! sandbox received; no password stands in a visible cell; what is typed into a field is seen left of the cursor, and
//! the other fields keep what they hold; a form is left by Enter in its last field only, and by Backspace never; and
//! pullkey ends only where it was told to.
#![allow(clippy::print_stdout)]

mod sight;
mod vault;
mod walk;

use std::collections::BTreeMap;

use pullkey::sandbox::{Fault, Options, WorldKind};

use self::walk::{GUESSING, HURRY, Walk};
use super::secrets::CANARY;
use crate::support::home::Home;
use crate::support::stranger::steps;
use crate::support::world::Scene;

/// In all walks together; `PULLKEY_STEPS` asks for more.
const STEPS: usize = 800;
/// In so many steps something of each kind is written.
const ENOUGH: usize = 5_000;
/// In one walk, which begins with a world of its own.
const WALK: usize = 400;
/// The first walk's; each walk adds its number. A failure prints that of the walk.
const SEED: u64 = 0x5eed_0001;
/// As many walks go on side by side.
const AT_ONCE: usize = 2;
/// As many bytes at most give the terminal back.
const FAREWELL: usize = 200;

/// Writes that fail once, so that there is a rest to do.
fn faults() -> Vec<Fault> {
    let texts = [
        "PUT:_USER:2:500",
        "PUT:_PASSWORD:6:forbidden",
        "DELETE:_USER:2:500",
        "PUT:_SERVER:5:drop-before",
        "PUT:_PASSWORD:12:500",
    ];
    texts.iter().map(|text| text.parse().expect("a fault")).collect()
}

/// Walks to its end, or to what is wrong.
fn walk(seed: u64, steps: usize) -> BTreeMap<&'static str, usize> {
    let options = Options {
        world: WorldKind::Demo,
        hurry: HURRY,
        faults: faults(),
        registry_password: CANARY.to_owned(),
        ..Options::default()
    };
    let scene = Scene::new(options);
    let home = Home::new();
    let mut walk = Walk::start(seed, &scene, &home);
    let mut asked_at = 0;
    for _ in 0..steps {
        let may_end = walk.step();
        walk.check();
        let shown = walk.shown();
        if may_end {
            asked_at = shown;
        }
        if !walk.is_running() {
            // Leaving takes a moment in which nothing is drawn, and the next key may come.
            if !may_end && shown > asked_at + FAREWELL {
                walk.fail("pullkey ended unasked");
            }
            walk.start_again();
            asked_at = 0;
        }
    }
    walk.into_writes()
}

/// What every so manieth walk came to.
#[derive(Default)]
struct Found {
    steps: usize,
    wrong: usize,
    writes: BTreeMap<&'static str, usize>,
}

/// Walks until so many steps are done.
fn walks(from: u64, steps: usize) -> Found {
    let mut found = Found::default();
    for seed in (SEED + from..).step_by(AT_ONCE) {
        if found.steps >= steps {
            break;
        }
        let steps = if seed.is_multiple_of(GUESSING) { WALK / 4 } else { WALK };
        found.steps += steps;
        // One that fails says why and keeps no other from being walked.
        let walked = std::panic::catch_unwind(|| walk(seed, steps));
        found.wrong += usize::from(walked.is_err());
        for (kind, times) in walked.unwrap_or_default() {
            *found.writes.entry(kind).or_default() += times;
        }
    }
    found
}

#[test]
fn whatever_a_stranger_types_nothing_is_written_that_its_question_did_not_name() {
    let wanted = steps(STEPS);
    let found: Vec<Found> = std::thread::scope(|scope| {
        let walk = |from: usize| scope.spawn(move || walks(from as u64, wanted.div_ceil(AT_ONCE)));
        let running: Vec<_> = (0..AT_ONCE).map(walk).collect();
        running.into_iter().map(|walks| walks.join().expect("walks that end")).collect()
    });
    let (steps, wrong): (usize, usize) = found.iter().fold((0, 0), |(s, w), f| (s + f.steps, w + f.wrong));
    let of = |kind: &str| found.iter().filter_map(|found| found.writes.get(kind)).sum::<usize>();
    let kinds = ["put", "put access", "delete", "stop", "start"].map(|kind| (kind, of(kind)));
    println!("{steps} steps, and what reached GitHub: {kinds:?}");
    assert_eq!(wrong, 0, "so many walks went wrong");
    assert!(steps >= wanted, "{steps}");
    assert!(kinds.iter().any(|(_, times)| *times > 0), "nothing was written");
    let is_enough = kinds.iter().all(|(_, times)| *times > 0);
    assert!(is_enough || steps < ENOUGH, "{kinds:?} shows too little");
}
