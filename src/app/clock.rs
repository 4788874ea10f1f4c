//! What happens as time passes: spinners turn, waits count down, notices and revealed secrets disappear.

use std::time::Duration;

use super::protocol::{Effect, Timer};
use super::{App, NOTICEABLE};

/// How long a frame of the spinner stays.
const SPIN: Duration = Duration::from_millis(120);
/// How often a countdown is redrawn.
const TICK: Duration = Duration::from_secs(1);

impl App {
    pub(super) fn timer(&mut self, timer: Timer, effects: &mut Vec<Effect>) {
        match timer {
            Timer::Spin => {
                self.spin = self.spin.wrapping_add(1);
                self.spinning = false;
            }
            Timer::Countdown => {
                self.counting = false;
                // The wait is over although nothing reported it.
                if self.world.pause.is_some_and(|p| p.until.signed_duration_since(self.now) < -NOTICEABLE) {
                    self.world.pause = None;
                }
            }
            Timer::Notice(number) => self.expire(number),
            Timer::Quiet(number) => self.quiet(number, effects),
            Timer::Reveal(number) => {
                for screen in &mut self.stack {
                    screen.hide(number);
                }
            }
        }
    }

    /// Whether anything on screen is waiting, so that a spinner turns.
    pub fn is_waiting(&self) -> bool {
        !self.running_jobs.is_idle()
    }

    pub(super) fn keep_spinning(&mut self, effects: &mut Vec<Effect>) {
        if self.is_waiting() && !self.spinning && !self.is_left {
            self.spinning = true;
            effects.push(Effect::After { timer: Timer::Spin, delay: SPIN });
        }
    }

    pub(super) fn keep_counting(&mut self, effects: &mut Vec<Effect>) {
        if self.pause().is_some() && !self.counting && !self.is_left {
            self.counting = true;
            effects.push(Effect::After { timer: Timer::Countdown, delay: TICK });
        }
    }
}
