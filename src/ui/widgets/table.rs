//! List rows in columns: widths are assigned by priority, and every cell is cut to its width.
//!
//! Builds one row at a time, only for visible rows, and stores nothing.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text::fit;

/// Empty columns between two table columns.
const GAP: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// One column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub title: &'static str,
    /// If it would be narrower than this, the column is left out.
    pub least: usize,
    /// The maximum width.
    pub most: usize,
    /// 0 is shown first and gets room first; the highest is left out first.
    pub priority: u8,
    pub align: Align,
}

/// The width of each column within `total`; 0 for columns that are left out. The first priority is never left out.
pub fn widths(columns: &[Column], total: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|index| columns[*index].priority);
    let mut widths = vec![0; columns.len()];
    let mut room = total;
    for (rank, &index) in order.iter().enumerate() {
        let gap = if rank == 0 { 0 } else { GAP };
        let least = columns[index].least;
        if rank == 0 {
            widths[index] = least.min(room);
        } else if least + gap <= room {
            widths[index] = least;
        } else {
            break;
        }
        room -= widths[index] + gap;
    }
    for index in order {
        if widths[index] > 0 {
            let more = columns[index].most.saturating_sub(widths[index]).min(room);
            widths[index] += more;
            room -= more;
        }
    }
    widths
}

/// One row; cells of omitted columns are skipped. `style` applies below the cells' own styles.
pub fn row<'a>(
    columns: &[Column],
    widths: &[usize],
    cells: impl IntoIterator<Item = Line<'a>>,
    style: Style,
    ellipsis: &str,
) -> Line<'a> {
    let mut spans: Vec<Span<'a>> = Vec::new();
    for ((column, &wide), cell) in columns.iter().zip(widths).zip(cells) {
        if wide == 0 {
            continue;
        }
        if !spans.is_empty() {
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        let own = cell.style;
        let cell = match column.align {
            Align::Left => fit(cell, wide, ellipsis),
            Align::Right => {
                let mut padded = vec![Span::raw(" ".repeat(wide.saturating_sub(cell.width())))];
                padded.extend(cell.spans);
                fit(Line::from(padded), wide, ellipsis)
            }
        };
        spans.extend(cell.spans.into_iter().map(|span| Span { style: own.patch(span.style), ..span }));
    }
    Line::from(spans).style(style)
}

/// The titles, as a row.
pub fn titles(columns: &[Column], widths: &[usize], style: Style, ellipsis: &str) -> Line<'static> {
    row(columns, widths, columns.iter().map(|column| Line::from(column.title)), style, ellipsis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column { title: "REGISTRY", least: 8, most: 30, priority: 0, align: Align::Left },
        Column { title: "ACCESS", least: 6, most: 16, priority: 2, align: Align::Left },
        Column { title: "AGE", least: 4, most: 4, priority: 1, align: Align::Right },
    ];

    fn shown(total: usize) -> String {
        let widths = widths(&COLUMNS, total);
        row(&COLUMNS, &widths, ["mycompany", "3 repositories", "12d"].map(Line::from), Style::new(), "…").to_string()
    }

    #[test]
    fn the_least_important_column_goes_first() {
        assert_eq!(widths(&COLUMNS, 22), [8, 6, 4]);
        assert_eq!(widths(&COLUMNS, 21), [15, 0, 4]);
        assert_eq!(widths(&COLUMNS, 13), [13, 0, 0]);
        assert_eq!(widths(&COLUMNS, 5), [5, 0, 0]);
    }

    #[test]
    fn room_left_over_goes_by_priority_up_to_the_most() {
        assert_eq!(widths(&COLUMNS, 46), [30, 8, 4]);
        assert_eq!(widths(&COLUMNS, 200), [30, 16, 4]);
    }

    #[test]
    fn cells_are_cut_and_padded_to_their_columns() {
        assert_eq!(shown(22), "mycompa…  3 rep…   12d");
        assert_eq!(shown(21), "mycompany         12d");
    }

    #[test]
    fn no_row_is_wider_than_its_room() {
        for total in 0..80 {
            assert!(super::super::text::width(&shown(total)) <= total, "{total}");
        }
    }
}
