//! The scroll position of a text without a selection. It never moves past the end, which is known from the last frame.

use super::action::Action;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    at: usize,
    /// The furthest position, as far as it was drawn.
    end: usize,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { at: 0, end: usize::MAX / 2 }
    }
}

impl Scroll {
    /// The first line to show.
    pub const fn at(self) -> usize {
        self.at
    }

    pub const fn is_at_end(self) -> bool {
        self.at >= self.end
    }

    /// Takes the position of the end from a frame.
    pub fn drawn(&mut self, end: usize) {
        self.end = end;
        self.at = self.at.min(end);
    }

    /// The text beside a list or fields, scrolled only by the page keys; returns whether this was one. Moving elsewhere
    /// shows another text, from its beginning.
    pub fn act_aside(&mut self, action: Action) -> bool {
        match action {
            Action::PageUp | Action::PageDown => {
                self.act(action);
                return true;
            }
            Action::Up
            | Action::Down
            | Action::Top
            | Action::Bottom
            | Action::Next
            | Action::Previous
            | Action::Activate
            | Action::Back => *self = Self::default(),
            _ => {} // the same text stays
        }
        false
    }

    /// Handles a moving key; every other key leaves the position.
    pub fn act(&mut self, action: Action) {
        let wanted = match action {
            Action::Up => self.at.saturating_sub(1),
            Action::PageUp => self.at.saturating_sub(10),
            Action::Top => 0,
            Action::Down => self.at + 1,
            Action::PageDown => self.at + 10,
            Action::Bottom => self.end,
            _ => self.at, // does not scroll
        };
        self.at = wanted.min(self.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_past_the_end_is_not_remembered() {
        let mut scroll = Scroll::default();
        for action in [Action::Down, Action::PageDown, Action::Bottom] {
            scroll.act(action);
        }
        scroll.drawn(7);
        assert_eq!(scroll.at(), 7);
        scroll.act(Action::Down);
        assert_eq!(scroll.at(), 7);
        scroll.act(Action::Up);
        assert_eq!(scroll.at(), 6);
    }
}
