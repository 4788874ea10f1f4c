//! A notice, a badge, a meter, and the frame of a dialog.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};

use super::text::{fit, truncate, wrap};
use crate::ui::{Glyphs, Role, Theme};

/// How good or bad something is; each has its own mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    Good,
    Info,
    Warn,
    Bad,
    /// Inconclusive.
    Unsure,
}

impl Level {
    pub fn role(self) -> Role {
        match self {
            Self::Good => Role::Good,
            Self::Info | Self::Unsure => Role::Info,
            Self::Warn => Role::Warn,
            Self::Bad => Role::Bad,
        }
    }

    pub fn mark(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Self::Good => glyphs.checks.good,
            Self::Info => glyphs.lines.arrow,
            Self::Warn => glyphs.checks.warn,
            Self::Bad => glyphs.checks.bad,
            Self::Unsure => glyphs.checks.unsure,
        }
    }
}

/// A mark and a short text, such as `✓ login accepted`.
pub fn badge(level: Level, text: &str, columns: usize, theme: &Theme, glyphs: &Glyphs) -> Line<'static> {
    let mark = level.mark(glyphs);
    let line = Line::from(vec![
        Span::styled(format!("{mark} "), theme.style(level.role())),
        Span::styled(crate::domain::untrusted::clean(text), theme.style(Role::Text)),
    ]);
    if line.width() <= columns { line } else { fit(line, columns, glyphs.ellipsis) }
}

/// A notice above the footer: the first line with its mark, the rest indented below it, at most `rows` lines.
pub fn notice(
    level: Level,
    text: &str,
    columns: usize,
    rows: usize,
    theme: &Theme,
    glyphs: &Glyphs,
) -> Vec<Line<'static>> {
    let mark = level.mark(glyphs);
    let indent = super::text::width(mark) + 2;
    let mut texts = wrap(text, columns.saturating_sub(indent));
    if texts.len() > rows {
        texts.truncate(rows);
        if let Some(last) = texts.last_mut() {
            let more = format!("{last} {}", glyphs.ellipsis);
            *last = if super::text::width(&more) + indent <= columns {
                more
            } else {
                truncate(&format!("{last}{}", " ".repeat(columns)), columns.saturating_sub(indent), glyphs.ellipsis)
            };
        }
    }
    let lines = texts.into_iter().enumerate().map(|(index, text)| {
        let lead = if index == 0 { format!(" {mark} ") } else { " ".repeat(indent) };
        Line::from(vec![
            Span::styled(lead, theme.style(level.role())),
            Span::styled(
                text,
                theme.style(if level == Level::Bad || level == Level::Warn { Role::Notice } else { Role::Text }),
            ),
        ])
    });
    lines.collect()
}

/// `████░░░░ 3 of 8`, at most `columns` wide; only the numbers if there is no room for a bar.
pub fn meter(done: usize, of: usize, columns: usize, theme: &Theme, glyphs: &Glyphs) -> Line<'static> {
    let words = format!("{done} of {of}");
    let bar = columns.saturating_sub(words.len() + 1).min(20);
    if bar < 4 {
        return Line::styled(truncate(&words, columns, glyphs.ellipsis), theme.style(Role::Info));
    }
    let full = (bar * done.min(of)).checked_div(of).unwrap_or(0);
    let [on, off] = glyphs.lines.meter;
    Line::from(vec![
        Span::styled(on.repeat(full), theme.style(Role::Info)),
        Span::styled(off.repeat(bar - full), theme.style(Role::Dim)),
        Span::styled(format!(" {words}"), theme.style(Role::Text)),
    ])
}

/// Clears `area`, draws a box with a title and returns its inside, with one empty column on each side.
pub fn frame(frame: &mut Frame<'_>, area: Rect, title: &str, theme: &Theme, glyphs: &Glyphs) -> Rect {
    let title = truncate(title, usize::from(area.width.saturating_sub(4)), glyphs.ellipsis);
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(glyphs.boxes)
        .border_style(theme.style(Role::BorderFocus))
        .title(Span::styled(format!(" {title} "), theme.style(Role::Title)));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let air = u16::from(inner.width > 2);
    Rect { x: inner.x + air, width: inner.width - 2 * air, ..inner }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use std::collections::BTreeSet;

    const LEVELS: [Level; 5] = [Level::Good, Level::Info, Level::Warn, Level::Bad, Level::Unsure];

    fn lines(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_level_has_its_own_mark() {
        for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
            assert_eq!(LEVELS.iter().map(|level| level.mark(&glyphs)).collect::<BTreeSet<_>>().len(), LEVELS.len());
        }
    }

    #[test]
    fn a_notice_is_wrapped_under_its_mark_and_says_when_there_is_more() {
        let (theme, glyphs) = (Theme::bare(), Glyphs::unicode());
        let text = "not readable: needs the right admin:org";
        assert_eq!(
            lines(&notice(Level::Bad, text, 24, 3, &theme, &glyphs)),
            [" ✗ not readable: needs", "   the right admin:org"]
        );
        assert_eq!(lines(&notice(Level::Bad, text, 24, 1, &theme, &glyphs)), [" ✗ not readable: needs …"]);
        assert_eq!(lines(&notice(Level::Bad, text, 22, 1, &theme, &glyphs)), [" ✗ not readable: need…"]);
    }

    #[test]
    fn a_badge_and_a_meter_keep_their_width() {
        let theme = Theme::bare();
        for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
            for columns in 0..40 {
                assert!(badge(Level::Good, "accepted\x1b with a token", columns, &theme, &glyphs).width() <= columns);
                assert!(meter(3, 8, columns, &theme, &glyphs).width() <= columns);
                for line in notice(Level::Info, "finishing 1 write", columns.max(8), 2, &theme, &glyphs) {
                    assert!(line.width() <= columns.max(8) + 2);
                }
            }
        }
        assert_eq!(meter(3, 8, 15, &theme, &Glyphs::ascii()).to_string(), "###..... 3 of 8");
        assert_eq!(meter(3, 8, 6, &theme, &Glyphs::ascii()).to_string(), "3 of 8");
    }

    #[test]
    fn a_dialogue_has_a_title_and_air() {
        let mut terminal = Terminal::new(TestBackend::new(12, 3)).unwrap();
        let mut inner = Rect::default();
        terminal.draw(|f| inner = frame(f, f.area(), "Help\x1b", &Theme::bare(), &Glyphs::ascii())).unwrap();
        assert_eq!(inner, Rect::new(2, 1, 8, 1));
        terminal.backend().assert_buffer_lines(["+ Help\u{fffd} ---+", "|          |", "+----------+"]);
    }
}
