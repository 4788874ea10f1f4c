//! Areas: a list with its detail next to it, and dialogs in the middle.

use ratatui::layout::Rect;

/// Below this width the detail opens over the list instead of next to it.
pub const NARROW: u16 = 70;

/// Where a list and its detail go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    pub list: Rect,
    /// The column of the line between the two, if both are shown.
    pub rule: Option<Rect>,
    /// `None` on narrow terminals.
    pub detail: Option<Rect>,
}

/// The list on the left, about three fifths; the detail on the right. One empty column on each side of the line.
pub fn two_columns(area: Rect) -> Columns {
    if area.width < NARROW {
        return Columns { list: area, rule: None, detail: None };
    }
    // The list gains nothing beyond its widest rows; the detail takes the rest, for longer sentences.
    let list = u16::try_from(u32::from(area.width) * 58 / 100).unwrap_or(area.width).min(110);
    let detail = area.width - list - 1;
    Columns {
        list: Rect { width: list, ..area },
        rule: Some(Rect { x: area.x + list, width: 1, ..area }),
        detail: Some(Rect { x: area.x + list + 2, width: detail.saturating_sub(2), ..area }),
    }
}

/// An area of at most `width` × `height` in the middle of `area`, slightly higher if there is room.
pub fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) * 2 / 5, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_is_hidden_under_seventy_columns() {
        assert_eq!(two_columns(Rect::new(0, 2, 69, 20)).detail, None);
        assert!(two_columns(Rect::new(0, 2, 70, 20)).detail.is_some());
    }

    #[test]
    fn the_parts_lie_side_by_side_within_the_area() {
        for width in 70..400 {
            let area = Rect::new(3, 2, width, 20);
            let columns = two_columns(area);
            let (rule, detail) = (columns.rule.unwrap_or_default(), columns.detail.unwrap_or_default());
            assert_eq!(columns.list.right(), rule.x);
            assert_eq!(rule.right() + 1, detail.x);
            assert!(detail.right() <= area.right() && detail.width >= 26, "{detail:?}");
        }
    }

    #[test]
    fn a_dialogue_never_leaves_its_area() {
        let area = Rect::new(0, 0, 40, 10);
        assert_eq!(centered(area, 60, 20), area);
        assert_eq!(centered(area, 20, 5), Rect::new(10, 2, 20, 5));
    }
}
