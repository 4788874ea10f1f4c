//! Every problem that GitHub can cause, drawn on the smallest terminal: what happened, why and what to do are all
//! there.

use crate::app::protocol::Outcome;
use crate::app::tests::Driver;
use crate::app::tests::world::{acme, here, org};
use crate::app::world::Start;
use crate::work::tests::problems::examples;

const SMALLEST: (u16, u16) = crate::app::draw::SMALLEST;

/// Only the letters and digits, because lines are broken and have marks between them.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Everything in the detail of the selected row, line by line from first to last.
fn read_through(driver: &mut Driver) -> (String, usize) {
    let body = |frame: &str| -> Vec<String> {
        let lines: Vec<String> = frame.lines().map(|line| line.trim().to_owned()).collect();
        lines[2..usize::from(SMALLEST.1) - 1].to_vec()
    };
    let mut all: Vec<String> = Vec::new();
    let mut steps = 0;
    loop {
        for line in body(&driver.look_at(SMALLEST.0, SMALLEST.1)) {
            // The last row may only state how many lines are left.
            if !line.contains("more lines: down scrolls") && !all.contains(&line) {
                all.push(line);
            }
        }
        driver.press("down");
        if driver.notice().contains("nothing further down") {
            break;
        }
        steps += 1;
        assert!(steps < 200, "it never ends");
    }
    (all.concat(), steps)
}

#[test]
fn every_problem_is_drawn_on_the_smallest_terminal_with_what_why_and_what_to_do() {
    let mut longest = 0;
    let problems = examples();
    for problem in &problems {
        let mut driver = Driver::start(Start { organizations: vec![org("acme")], ..here() });
        let id = driver.reading(&acme());
        driver.finish(id, Outcome::Listing(Err(problem.clone())));
        driver.press("G");
        driver.press("enter");
        driver.expire_notices();
        let first = driver.look_at(SMALLEST.0, SMALLEST.1);
        let (whole, steps) = read_through(&mut driver);
        longest = longest.max(steps);
        let seen = bare(&whole);
        for text in [&problem.what, &problem.why, &problem.hint] {
            assert!(seen.contains(&bare(text)), "“{text}” is not visible:\n{whole}\n{first}");
        }
    }
    assert!(
        longest <= 30,
        "the longest, a made-up message of 900 characters, goes on for {longest} lines below the first frame"
    );
}
