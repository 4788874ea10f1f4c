//! State that drawing keeps between frames: scroll offsets, hit areas, the last size. Nothing else.

use std::collections::BTreeMap;
use std::ops::Range;

use ratatui::layout::{Position, Rect};

/// The only state `draw` may change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    offsets: BTreeMap<&'static str, usize>,
    heights: BTreeMap<&'static str, usize>,
    ends: BTreeMap<&'static str, usize>,
    hits: Vec<(Rect, Hit)>,
    size: (u16, u16),
}

/// What a mouse click landed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// The list itself, for the wheel.
    List(&'static str),
    Row {
        list: &'static str,
        index: usize,
    },
    Tab(usize),
    /// A hint in the footer, by its index in the hints given for drawing.
    Hint(usize),
    Field(usize),
}

impl Memory {
    /// Starts a frame and clears the hit areas of the last one.
    pub fn begin(&mut self, width: u16, height: u16) {
        self.hits.clear();
        self.size = (width, height);
    }

    /// Columns and rows of the last frame.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The rows of `list` to build for a view of `height` rows, so that `selected` is visible with a little context.
    pub fn visible(&mut self, list: &'static str, len: usize, selected: usize, height: usize) -> Range<usize> {
        let offset = self.offsets.entry(list).or_default();
        *offset = scrolled(len, selected, height, *offset);
        self.heights.insert(list, height);
        *offset..len.min(*offset + height)
    }

    /// How many rows of `list` fit in the last frame: the size of one page.
    pub fn page(&self, list: &'static str) -> usize {
        self.heights.get(list).copied().unwrap_or(10).max(1)
    }

    /// Scrolls text without a selection: limits `wanted` to the available range and returns it.
    pub fn scroll(&mut self, text: &'static str, len: usize, height: usize, wanted: usize) -> usize {
        let end = len.saturating_sub(height);
        let offset = wanted.min(end);
        self.offsets.insert(text, offset);
        self.ends.insert(text, end);
        self.heights.insert(text, height);
        offset
    }

    /// How far `text` could be scrolled when it was last drawn.
    pub fn end(&self, text: &'static str) -> Option<usize> {
        self.ends.get(text).copied()
    }

    pub fn offset(&self, list: &'static str) -> usize {
        self.offsets.get(list).copied().unwrap_or(0)
    }

    /// Later areas cover earlier ones.
    pub fn hit_area(&mut self, area: Rect, hit: Hit) {
        self.hits.push((area, hit));
    }

    /// Makes everything drawn so far unreachable, before a dialog is drawn over it.
    pub fn cover(&mut self) {
        self.hits.clear();
    }

    pub fn hit(&self, column: u16, row: u16) -> Option<Hit> {
        let at = Position::new(column, row);
        self.hits.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, hit)| *hit)
    }
}

/// The first row to show: as close to `offset` as possible while `selected` stays visible with up to two rows of
/// context.
pub fn scrolled(len: usize, selected: usize, height: usize, offset: usize) -> usize {
    let Some(last) = len.checked_sub(1) else { return 0 };
    if height == 0 {
        return selected.min(last);
    }
    let selected = selected.min(last);
    let context = (height.saturating_sub(1) / 2).min(2);
    let lowest = (selected + context + 1).saturating_sub(height);
    let highest = selected.saturating_sub(context);
    offset.clamp(lowest, highest.max(lowest)).min(len.saturating_sub(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_selection_is_always_in_view(
            len in 1usize..200, selected in 0usize..200, height in 1usize..60, offset in 0usize..300,
        ) {
            let selected = selected.min(len - 1);
            let first = scrolled(len, selected, height, offset);
            prop_assert!(first <= selected && selected < first + height);
            prop_assert!(first + height <= len.max(height), "no empty rows while there are more above");
            prop_assert_eq!(scrolled(len, selected, height, first), first, "a second look moves nothing");
        }
    }

    #[test]
    fn moving_inside_the_view_does_not_scroll() {
        let mut memory = Memory::default();
        assert_eq!(memory.visible("list", 100, 0, 10), 0..10);
        assert_eq!(memory.visible("list", 100, 7, 10), 0..10);
        assert_eq!(memory.visible("list", 100, 8, 10), 1..11);
        assert_eq!(memory.visible("list", 100, 99, 10), 90..100);
        assert_eq!(memory.visible("list", 100, 92, 10), 90..100);
        assert_eq!(memory.visible("list", 100, 91, 10), 89..99);
    }

    #[test]
    fn an_empty_list_and_a_view_without_rows_are_no_trouble() {
        let mut memory = Memory::default();
        assert_eq!(memory.visible("list", 0, 5, 10), 0..0);
        assert_eq!(memory.visible("list", 5, 9, 0), 4..4);
    }

    #[test]
    fn the_mouse_finds_what_was_drawn_last() {
        let mut memory = Memory::default();
        memory.begin(80, 24);
        memory.hit_area(Rect::new(0, 0, 80, 10), Hit::List("list"));
        memory.hit_area(Rect::new(0, 3, 80, 1), Hit::Row { list: "list", index: 2 });
        assert_eq!(memory.hit(5, 3), Some(Hit::Row { list: "list", index: 2 }));
        assert_eq!(memory.hit(5, 4), Some(Hit::List("list")));
        assert_eq!(memory.hit(5, 20), None);
        memory.cover();
        assert_eq!(memory.hit(5, 3), None);
    }
}
