//! The live login test as displayed: the checks as they run, the verdict, and the values they were about.

use super::action::Action;
use super::context::Context;
use super::protocol::{Job, JobId, Outcome, Part};
use super::scroll::Scroll;
use crate::domain::verdict::{Outcome as How, Trial, With};
use crate::domain::{Member, Step, TestReport, Verdict};
use crate::ui::Memory;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    pub with: With,
    pub run: Run,
    /// How far you scrolled back from the end, where the verdict is.
    pub scroll: Scroll,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    Idle,
    Climbing {
        id: JobId,
        trial: Trial,
        steps: Vec<Step>,
    },
    /// The test was stopped; nothing is known.
    Stopped,
    Done {
        trial: Trial,
        report: TestReport,
    },
}

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied<'a> {
    Command(&'a str),
    Remedy(&'a str),
}

impl Default for Ladder {
    fn default() -> Self {
        Self { with: With::Both, run: Run::Idle, scroll: Scroll::default() }
    }
}

impl Ladder {
    /// One attempt; a rejected password is never tried again automatically.
    pub fn start(&mut self, trial: Trial, cx: &mut Context<'_>) {
        self.stop(cx);
        self.scroll = Scroll::default();
        let id = cx.start(Job::Test { trial: trial.clone(), with: self.with });
        self.run = Run::Climbing { id, trial, steps: Vec::new() };
    }

    /// Stops a running test; returns whether one was running.
    pub fn stop(&mut self, cx: &mut Context<'_>) -> bool {
        let Run::Climbing { id, .. } = self.run else { return false };
        cx.cancel(id);
        self.run = Run::Stopped;
        true
    }

    pub fn is_mine(&self, id: JobId) -> bool {
        matches!(self.run, Run::Climbing { id: mine, .. } if mine == id)
    }

    pub const fn is_running(&self) -> bool {
        matches!(self.run, Run::Climbing { .. })
    }

    pub fn part(&mut self, part: Part) {
        if let (Run::Climbing { steps, .. }, Part::Step(step)) = (&mut self.run, part) {
            steps.push(step);
        }
    }

    pub fn finished(&mut self, outcome: Outcome) {
        if let (Run::Climbing { trial, .. }, Outcome::Tested(report)) = (&self.run, outcome) {
            self.run = Run::Done { trial: trial.clone(), report };
        }
    }

    pub fn steps(&self) -> &[Step] {
        match &self.run {
            Run::Idle | Run::Stopped => &[],
            Run::Climbing { steps, .. } => steps,
            Run::Done { report, .. } => &report.steps,
        }
    }

    /// The report, if it is about exactly these values and images.
    pub fn report(&self, trial: &Trial) -> Option<&TestReport> {
        match &self.run {
            Run::Done { trial: tested, report } if tested == trial => Some(report),
            Run::Idle | Run::Climbing { .. } | Run::Stopped | Run::Done { .. } => None,
        }
    }

    /// Which value was rejected, as far as the check shows: what is typed now replaces it.
    pub fn refused(&self) -> Option<Member> {
        let Run::Done { report, .. } = &self.run else { return None };
        let step = report.decisive().filter(|_| report.verdict == Verdict::Fail && !report.is_logged_in())?;
        Some(if step.check.is_about_server() { Member::Server } else { Member::Password })
    }

    /// The tested values, if they passed.
    pub fn passed(&self) -> Option<&Trial> {
        match &self.run {
            Run::Done { trial, report } if report.verdict == Verdict::Pass => Some(trial),
            Run::Idle | Run::Climbing { .. } | Run::Stopped | Run::Done { .. } => None,
        }
    }

    /// Whether an image is being or was pulled.
    pub const fn tries_image(&self) -> bool {
        match &self.run {
            Run::Climbing { trial, .. } | Run::Done { trial, .. } => !trial.images.is_empty(),
            Run::Idle | Run::Stopped => false,
        }
    }

    /// The decisive check, once there is a verdict.
    pub fn decisive(&self) -> Option<&Step> {
        match &self.run {
            Run::Done { report, .. } => report.decisive(),
            Run::Idle | Run::Climbing { .. } | Run::Stopped => None,
        }
    }

    /// What is copied of the decisive check: its command, else its fix.
    pub fn to_copy(&self) -> Option<Copied<'_>> {
        let step = self.decisive()?;
        let remedy = Some(step.remedy.as_str()).filter(|text| !text.is_empty() && step.outcome != How::Pass);
        step.command.as_deref().map(Copied::Command).or(remedy.map(Copied::Remedy))
    }

    /// Handles a moving key; the position counts from the end, so directions are reversed.
    pub fn scroll_by(&mut self, action: Action) {
        self.scroll.act(match action {
            Action::Up => Action::Down,
            Action::PageUp => Action::PageDown,
            Action::Top => Action::Bottom,
            Action::Down => Action::Up,
            Action::PageDown => Action::PageUp,
            Action::Bottom => Action::Top,
            other => other, // does not move
        });
    }

    pub fn drawn(&mut self, memory: &Memory) {
        self.scroll.drawn(memory.end("ladder").unwrap_or_default());
    }

    pub fn cycle_with(&mut self) {
        self.with = match self.with {
            With::Both => With::Native,
            With::Native => With::Docker,
            With::Docker => With::Both,
        };
    }
}
