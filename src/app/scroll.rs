//! How far a text without a selection is scrolled. It never remembers a way past the end: what was drawn last says
//! where the end is.

use super::action::Action;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    at: usize,
    /// The furthest there is to scroll, as far as it was drawn.
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

    /// Takes from a frame where the end is.
    pub fn drawn(&mut self, end: usize) {
        self.end = end;
        self.at = self.at.min(end);
    }

    /// The text beside a list or fields, which page keys alone scroll: whether this was one. What moves tells of
    /// something else, from its beginning.
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
            _ => {} // the same is told
        }
        false
    }

    /// One of the moving keys; every other stays where it is.
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
