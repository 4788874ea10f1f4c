//! Text that fits: measured in terminal columns, cut with an ellipsis, wrapped at words.
//!
//! Everything here is cleaned first, so that no text, whatever its source, can move the cursor.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::untrusted::clean;

/// The width of the text on a terminal, in columns.
pub fn width(text: &str) -> usize {
    text.width()
}

/// At most `columns` wide; an ellipsis marks what was cut off.
pub fn truncate(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = clean(text);
    if text.width() <= columns {
        return text;
    }
    let room = columns.saturating_sub(ellipsis.width());
    let mut cut = prefix(&text, room).to_owned();
    cut.push_str(prefix(ellipsis, columns));
    cut
}

/// At most `columns` wide, with its beginning and end; an ellipsis marks what was cut out of the middle.
pub fn middle(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = clean(text);
    let Some(room) = columns.checked_sub(ellipsis.width()).filter(|room| *room > 1 && text.width() > columns) else {
        return truncate(&text, columns, ellipsis);
    };
    let head = prefix(&text, room.div_ceil(2));
    let mut left = room - head.width();
    let mut from = text.len();
    for (index, c) in text.char_indices().rev() {
        let Some(rest) = left.checked_sub(c.width().unwrap_or(0)) else { break };
        left = rest;
        from = index;
    }
    format!("{head}{ellipsis}{}", &text[from..])
}

/// The longest start of `text` that is at most `columns` wide.
fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (index, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[..index];
        }
    }
    text
}

/// Lines of at most `columns`, broken between words; a word longer than a line is broken anywhere. Line breaks start
/// new lines, and leading blanks are kept as the indentation of the whole paragraph.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let paragraph = clean(paragraph.strip_suffix('\r').unwrap_or(paragraph));
        wrap_paragraph(&paragraph, columns, &mut lines);
    }
    lines
}

fn wrap_paragraph(paragraph: &str, columns: usize, lines: &mut Vec<String>) {
    let body = paragraph.trim_start_matches(' ');
    let indent = paragraph.len() - body.len();
    let indent = " ".repeat(if indent <= columns / 2 { indent } else { 0 });
    let mut line = indent.clone();
    let mut is_fresh = true;
    for word in body.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        if !is_fresh && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            is_fresh = true;
        }
        if !is_fresh {
            line.push(' ');
        }
        while line.width() + word.width() > columns {
            let mut head = prefix(word, columns - line.width().min(columns));
            if head.is_empty() {
                // Not even one character fits: a wide character in a single column.
                head = &word[..word.chars().next().map_or(word.len(), char::len_utf8)];
            }
            line.push_str(head);
            word = &word[head.len()..];
            if word.is_empty() {
                break;
            }
            lines.push(std::mem::replace(&mut line, indent.clone()));
        }
        line.push_str(word);
        is_fresh = false;
    }
    lines.push(line.trim_end_matches(' ').to_owned());
}

/// The line cut or padded to exactly `columns`, span by span, with its styles.
pub fn fit<'a>(line: Line<'a>, columns: usize, ellipsis: &str) -> Line<'a> {
    let total: usize = line.spans.iter().map(|span| span.content.width()).sum();
    let style = line.style;
    let mut spans: Vec<Span<'a>> = Vec::with_capacity(line.spans.len() + 1);
    if total <= columns {
        spans.extend(line.spans);
        if total < columns {
            spans.push(Span::raw(" ".repeat(columns - total)));
        }
        return Line::from(spans).style(style);
    }
    let mut room = columns.saturating_sub(ellipsis.width());
    for span in line.spans {
        let wide = span.content.width();
        if wide <= room {
            room -= wide;
            spans.push(span);
            continue;
        }
        let mut cut = prefix(&span.content, room).to_owned();
        let lost = room - cut.width();
        cut.push_str(prefix(ellipsis, columns));
        cut.push_str(&" ".repeat(lost));
        spans.push(Span::styled(cut, span.style));
        break;
    }
    Line::from(spans).style(style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_that_fits_stays_whole() {
        assert_eq!(truncate("acme/api", 8, "…"), "acme/api");
        assert_eq!(truncate("acme/api", 7, "…"), "acme/a…");
        assert_eq!(truncate("acme/api", 7, "..."), "acme...");
        assert_eq!(truncate("acme/api", 2, "..."), "..");
        assert_eq!(truncate("日本語", 5, "…"), "日本…");
        assert_eq!(truncate("日本語", 4, "…"), "日…");
    }

    #[test]
    fn a_text_cut_in_the_middle_keeps_both_ends() {
        assert_eq!(middle("/repos/acme/api", 15, "…"), "/repos/acme/api");
        assert_eq!(middle("/repos/acme/api", 9, "…"), "/rep…/api");
        assert_eq!(middle("/repos/acme/api", 9, "..."), "/re...api");
        assert_eq!(middle("日本語日本語", 7, "…"), "日…本語");
        for columns in 0..16 {
            assert!(width(&middle("/repos/日本/api", columns, "…")) <= columns);
        }
    }

    #[test]
    fn escape_sequences_lose_their_teeth() {
        assert_eq!(truncate("a\x1b[2J", 10, "…"), "a\u{fffd}[2J");
        assert_eq!(wrap("a\x1bb\r\nc\td", 10), ["a\u{fffd}b", "c d"]);
    }

    #[test]
    fn words_stay_together_and_long_ones_break() {
        assert_eq!(wrap("logs in, but no pull looks here", 12), ["logs in, but", "no pull", "looks here"]);
        assert_eq!(wrap("https://example.com", 8), ["https://", "example.", "com"]);
        assert_eq!(wrap("one\n\ntwo", 8), ["one", "", "two"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    #[test]
    fn an_indent_holds_for_the_whole_paragraph() {
        assert_eq!(wrap("  a b c d", 5), ["  a b", "  c d"]);
    }

    #[test]
    fn a_fitted_line_has_exactly_the_width() {
        let line = || Line::from(vec![Span::raw("acme"), Span::raw("/日本")]);
        for columns in 0..12 {
            assert_eq!(fit(line(), columns, "…").width(), columns);
            assert_eq!(fit(line(), columns, "...").width(), columns);
        }
    }

    proptest! {
        #[test]
        fn no_wrapped_line_is_too_wide_and_no_word_is_lost(text in "[ a-z]{0,80}", columns in 1usize..30) {
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns));
            let squeeze = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }
    }
}
