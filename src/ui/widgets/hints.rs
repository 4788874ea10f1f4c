//! The footer: as many keys with their meanings as fit, the most important first.

use ratatui::text::{Line, Span};

use super::text::width;
use crate::domain::untrusted::clean;
use crate::ui::{Role, Theme};

/// A line of hints, and for each one drawn its columns from the start of the line, for the mouse. Hints are never cut:
/// those that do not fit are left out, and the last one (help) keeps its place if there is room.
pub fn key_hints<K: AsRef<str>, L: AsRef<str>>(
    hints: &[(K, L)],
    columns: usize,
    theme: &Theme,
) -> (Line<'static>, Vec<(usize, std::ops::Range<u16>)>) {
    let mut line = Vec::new();
    let mut places = Vec::new();
    let mut at = 1;
    for index in chosen(hints, columns) {
        let (key, label) = (clean(hints[index].0.as_ref()), clean(hints[index].1.as_ref()));
        let wide = width(&key) + 1 + width(&label);
        line.push(Span::raw(if places.is_empty() { " " } else { "  " }));
        at += if places.is_empty() { 0 } else { 2 };
        places.push((index, column(at)..column(at + wide)));
        at += wide;
        line.push(Span::styled(key, theme.style(Role::Key)));
        line.push(Span::styled(format!(" {label}"), theme.style(Role::KeyText)));
    }
    (Line::from(line), places)
}

/// Which hints are shown: from the front, as many as fit next to the last one.
fn chosen<K: AsRef<str>, L: AsRef<str>>(hints: &[(K, L)], columns: usize) -> Vec<usize> {
    let wide = |index: usize| width(&clean(hints[index].0.as_ref())) + width(&clean(hints[index].1.as_ref())) + 3;
    let total: usize = (0..hints.len()).map(wide).sum();
    if total.saturating_sub(1) <= columns {
        return (0..hints.len()).collect();
    }
    let Some(last) = hints.len().checked_sub(1) else { return Vec::new() };
    // The first two are more important than help: on the smallest terminal they are what remains.
    let keep_last = hints.len() > 2 && wide(0) + wide(1) + wide(last) <= columns + 1;
    let mut room = columns + 1 - if keep_last { wide(last) } else { 0 };
    let mut shown = Vec::new();
    for index in 0..last {
        let Some(left) = room.checked_sub(wide(index)) else { break };
        room = left;
        shown.push(index);
    }
    shown.extend(keep_last.then_some(last));
    shown
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINTS: [(&str, &str); 4] = [("n", "new"), ("t", "test"), ("d", "delete"), ("?", "help")];

    fn text(columns: usize) -> String {
        key_hints(&HINTS, columns, &Theme::bare()).0.to_string()
    }

    #[test]
    fn all_hints_are_shown_where_they_fit() {
        assert_eq!(text(80), " n new  t test  d delete  ? help");
        assert_eq!(text(32), " n new  t test  d delete  ? help");
    }

    #[test]
    fn whole_hints_are_left_out_from_the_end_but_help_stays() {
        assert_eq!(text(31), " n new  t test  ? help");
        assert_eq!(text(22), " n new  t test  ? help");
        assert_eq!(text(21), " n new  t test");
        assert_eq!(text(13), " n new");
        assert_eq!(text(3), "");
    }

    #[test]
    fn no_line_is_wider_than_its_room() {
        for columns in 0..60 {
            assert!(width(&text(columns)) <= columns, "{columns}");
        }
    }

    #[test]
    fn the_places_are_where_the_hints_are() {
        let (line, places) = key_hints(&HINTS, 22, &Theme::bare());
        let line = line.to_string();
        let at = |range: &std::ops::Range<u16>| line[usize::from(range.start)..usize::from(range.end)].to_owned();
        let shown: Vec<_> = places.iter().map(|(index, range)| (*index, at(range))).collect();
        assert_eq!(shown, [(0, "n new".to_owned()), (1, "t test".to_owned()), (3, "? help".to_owned())]);
    }
}
