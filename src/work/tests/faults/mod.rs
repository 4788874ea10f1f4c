//! Every call, with a fault at each of its requests: the reports afterwards must match the sandbox. First one fault at
//! each request, then several at random. `SEED` decides what is drawn; a failure names it.

mod acts;
mod truth;

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use http::Method;

use super::Stage;
use crate::sandbox::{Fault, FaultKind, Options, WorldKind};
use acts::{Act, SCRIPT, play};

const SEED: u64 = 20_260_731;

/// How the run went.
pub(super) struct Played {
    pub(super) is_whole: bool,
    /// What was reported and is wrong.
    pub(super) wrong: Vec<String>,
}

/// Which requests of an act met a fault.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each answers another question")]
pub(super) struct Struck {
    pub(super) any: bool,
    pub(super) reads: bool,
    pub(super) short: bool,
    /// A read after a write: only then may the outcome of the write be unknown.
    pub(super) write_then_read: bool,
}

/// The next number of a series. Source: `SplitMix64`, Steele, Lea and Flood 2014.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 8).unwrap() % end.max(1)
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// Faults that a read or a write survives: waiting, sealing again, or a delay.
fn passing() -> Vec<FaultKind> {
    [vec![FaultKind::BadKey, FaultKind::Slow(Duration::from_millis(15))], limits()].concat()
}

fn limits() -> Vec<FaultKind> {
    vec![FaultKind::SecondaryLimit, FaultKind::TooManyRequests, FaultKind::PrimaryLimit]
}

/// No response, or a useless one.
fn broken() -> Vec<FaultKind> {
    vec![FaultKind::Status(500), FaultKind::Html(502), FaultKind::DropBefore, FaultKind::DropAfter]
}

fn refusals() -> Vec<FaultKind> {
    vec![FaultKind::Forbidden, FaultKind::Sso, FaultKind::Unauthorized]
}

fn any_kind() -> Vec<FaultKind> {
    [passing(), broken(), refusals(), vec![FaultKind::TruncatedJson, FaultKind::ShortList]].concat()
}

/// Faults after which the whole act must have succeeded anyway.
fn is_harmless(kind: &FaultKind, method: &Method) -> bool {
    let is_after = matches!(kind, FaultKind::DropAfter | FaultKind::TruncatedJson);
    let is_read = *method == Method::GET;
    passing().contains(kind) || (is_read && broken().contains(kind)) || (!is_read && is_after)
}

async fn stage() -> Stage {
    Stage::of(Options { world: WorldKind::Demo, hurry: 10_000, ..Options::default() }).await
}

/// Runs acts one after the other in one world.
async fn run(acts: &[Act], faults: &[Fault]) -> (bool, Vec<String>, Vec<Method>) {
    let stage = stage().await;
    let world = stage.world();
    for fault in faults {
        world.add_fault(fault.clone());
    }
    let (mut is_whole, mut wrong) = (true, Vec::new());
    for act in acts {
        let from = world.requests().len();
        let played = play(&stage, *act, &|| struck(&world.requests(), from, faults)).await;
        is_whole &= played.is_whole;
        wrong.extend(played.wrong.into_iter().map(|text| format!("seed {SEED}: {act:?} with {faults:?}: {text}")));
    }
    let methods: Vec<Method> = world.requests().into_iter().map(|request| request.method).collect();
    if let ([fault], true) = (faults, wrong.is_empty())
        && let Some(method) = methods.get(fault.nth - 1)
        && is_harmless(&fault.kind, method)
        && !is_whole
    {
        wrong.push(format!("seed {SEED}: {acts:?} with {fault:?} at a {method}: it was not done"));
    }
    (is_whole, wrong, methods)
}

fn struck(requests: &[crate::sandbox::RequestView], from: usize, faults: &[Fault]) -> Struck {
    let mut struck = Struck::default();
    let mut is_written = false;
    for (at, request) in requests.iter().enumerate().skip(from) {
        // The first fault that is due strikes; all of these match every request.
        let Some(fault) = faults.iter().find(|f| at + 1 >= f.nth && at + 1 - f.nth < f.times) else { continue };
        struck.any = true;
        if request.method == Method::GET {
            struck.reads = true;
            struck.short |= fault.kind == FaultKind::ShortList;
            struck.write_then_read |= is_written;
        } else {
            is_written = true;
        }
    }
    struck
}

/// Runs many in parallel: those that wait for a limit cost nothing meanwhile.
async fn all(runs: Vec<(Vec<Act>, Vec<Fault>)>) {
    let count = runs.len();
    let play = |(acts, faults): (Vec<Act>, Vec<Fault>)| tokio::spawn(async move { run(&acts, &faults).await.1 });
    let wrong: Vec<Vec<String>> = stream::iter(runs)
        .map(play)
        .buffer_unordered(48)
        .map(|ended| ended.unwrap_or_else(|fault| vec![fault.to_string()]))
        .collect()
        .await;
    let wrong = wrong.concat();
    let shown = wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(wrong.is_empty(), "{} untruths in {count} runs:\n\n{shown}", wrong.len());
}

/// The requests of an act that meets no fault.
async fn usual(act: Act) -> Vec<Method> {
    let (is_whole, wrong, methods) = run(&[act], &[]).await;
    assert!(is_whole && wrong.is_empty(), "{act:?} without a fault: {wrong:#?}");
    methods
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_fault_at_any_request_of_any_call_is_told_as_it_went() {
    let (mut dice, mut runs) = (Dice(SEED), Vec::new());
    for act in SCRIPT {
        for (at, method) in usual(act).await.iter().enumerate() {
            let kinds = if *method == Method::GET {
                let mended = [passing(), broken()].concat();
                vec![dice.one(&mended), dice.one(&refusals()), FaultKind::TruncatedJson, FaultKind::ShortList]
            } else {
                let mut kinds = [broken(), vec![FaultKind::TruncatedJson, FaultKind::BadKey]].concat();
                kinds.extend([passing()[1].clone(), dice.one(&limits()), dice.one(&refusals())]);
                kinds
            };
            runs.extend(kinds.into_iter().map(|kind| (vec![act], vec![Fault::nth(at + 1, kind)])));
        }
    }
    assert!(runs.len() > 1_000, "{}", runs.len());
    all(runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_reading_back_fails_too_is_never_told_otherwise_than_it_went() {
    let (mut dice, mut runs) = (Dice(SEED + 1), Vec::new());
    for act in SCRIPT {
        let methods = usual(act).await;
        for (at, _) in methods.iter().enumerate().filter(|(_, method)| **method != Method::GET) {
            for _ in 0..rounds(2) {
                let first = Fault::nth(at + 1, dice.one(&[broken(), vec![FaultKind::TruncatedJson]].concat()));
                let mut faults = vec![first];
                for _ in 0..=dice.below(2) {
                    let kind = dice.one(&[any_kind(), vec![FaultKind::ShortList; 3]].concat());
                    let times = dice.one(&[1, 1, 3, 6]);
                    faults.push(Fault { times, ..Fault::nth(at + 2 + dice.below(6), kind) });
                }
                runs.push((vec![act], faults));
            }
        }
    }
    all(runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_was_short_before_a_write_costs_nothing_and_hides_nothing() {
    let (mut dice, mut runs) = (Dice(SEED + 2), Vec::new());
    for act in SCRIPT {
        let methods = usual(act).await;
        let writes = methods.iter().enumerate().filter(|(_, method)| **method != Method::GET).map(|(at, _)| at);
        for at in writes {
            for short in 1..=2 {
                let first = Fault::nth(short, FaultKind::ShortList);
                let second = Fault::nth(at + 1 + dice.below(4), dice.one(&broken()));
                runs.push((vec![act], vec![first, second]));
            }
        }
    }
    all(runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_session_with_faults_anywhere_is_told_as_it_went() {
    let (_, wrong, methods) = run(&SCRIPT, &[]).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut dice = Dice(SEED + 3);
    let runs = (0..rounds(16)).map(|_| {
        let fault = |dice: &mut Dice| {
            let mut kinds = [any_kind(), broken(), broken()].concat();
            // After that there are no more requests.
            kinds.retain(|kind| *kind != FaultKind::Unauthorized);
            let kind = dice.one(&kinds);
            let times = dice.one(&[1, 1, 1, 2, 4]);
            Fault { times, ..Fault::nth(1 + dice.below(methods.len()), kind) }
        };
        let count = 4 + dice.below(20);
        (SCRIPT.to_vec(), (0..count).map(|_| fault(&mut dice)).collect())
    });
    all(runs.collect()).await;
}

/// More with `PULLKEY_FAULT_ROUNDS`, for a search overnight.
fn rounds(usual: usize) -> usize {
    let times = std::env::var("PULLKEY_FAULT_ROUNDS").ok().and_then(|text| text.parse::<usize>().ok());
    usual * times.unwrap_or(1)
}
