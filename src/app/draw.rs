//! The fixed frame: header, tabs, body, notices, footer; and the message shown when the terminal is too small for it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::App;
use super::action::Action;
use super::filter::Filter;
use super::header;
use super::keymap::Keymap;
use super::notices::Tone;
use super::screens::{self, Screen};
use crate::ui::memory::Hit;
use crate::ui::widgets::{Level, fit, key_hints, notice, two_columns, width};
use crate::ui::{Glyphs, Memory, Role, Theme, text_field};

/// Theme and glyphs, chosen once at the start.
#[derive(Clone, Debug)]
pub struct Look {
    pub theme: Theme,
    pub glyphs: Glyphs,
}

/// The smallest terminal in which every screen shows everything it needs to.
pub const SMALLEST: (u16, u16) = (40, 10);

/// Everything a view needs to draw its part.
#[derive(Debug)]
pub struct Canvas<'f, 'b, 'm> {
    pub frame: &'f mut Frame<'b>,
    pub memory: &'m mut Memory,
    pub look: &'f Look,
}

impl Canvas<'_, '_, '_> {
    pub fn style(&self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    pub fn span(&self, role: Role, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    pub fn line(&self, role: Role, text: impl Into<String>) -> Line<'static> {
        Line::styled(text.into(), self.style(role))
    }

    /// Puts lines into an area from its top; lines that do not fit are left out.
    pub fn lines(&mut self, area: Rect, lines: Vec<Line<'_>>) {
        for (row, line) in area.rows().zip(lines) {
            let line = fit(line, usize::from(area.width), self.look.glyphs.ellipsis);
            self.frame.render_widget(Paragraph::new(line), row);
        }
    }

    /// A text that may be longer than its area, from line `wanted` on; the last row shows how many lines are left.
    pub fn scrolled(&mut self, name: &'static str, area: Rect, lines: Vec<Line<'_>>, wanted: usize) {
        self.scrolled_by(name, area, lines, wanted, "down scrolls");
    }

    /// The text beside a list or fields; the page keys scroll it.
    pub fn aside(&mut self, area: Rect, lines: Vec<Line<'_>>, wanted: usize) {
        self.scrolled_by("aside", area, lines, wanted, "page down");
    }

    fn scrolled_by(&mut self, name: &'static str, area: Rect, mut lines: Vec<Line<'_>>, wanted: usize, how: &str) {
        let height = usize::from(area.height);
        let first = self.memory.scroll(name, lines.len(), height, wanted);
        let left = lines.len().saturating_sub(first + height);
        let mut seen: Vec<Line<'_>> = lines.drain(first..).take(height).collect();
        if left > 0
            && let Some(last) = seen.last_mut()
        {
            let down = self.look.glyphs.lines.down;
            *last = self.line(Role::Dim, format!("{down} {} more lines: {how}", left + 1));
        }
        self.lines(area, seen);
    }

    /// A text from its first line; if it does not fit, the last row shows how much is left and how to see it.
    pub fn cut(&mut self, area: Rect, mut lines: Vec<Line<'_>>, how: &str) {
        let height = usize::from(area.height);
        let left = (lines.len() + 1).saturating_sub(height);
        if lines.len() > height && height > 0 {
            lines.truncate(height - 1);
            let down = self.look.glyphs.lines.down;
            lines.push(self.line(Role::Dim, format!("{down} {left} more: {how}")));
        }
        self.lines(area, lines);
    }

    /// As many lines as there is room for; the last one shows how many more there are.
    pub fn shortened(&self, mut lines: Vec<Line<'static>>, rows: usize) -> Vec<Line<'static>> {
        if lines.len() > rows && rows > 0 {
            let left = lines.len() - rows + 1;
            lines.truncate(rows - 1);
            let text = format!("{} {left} more lines", self.look.glyphs.ellipsis);
            lines.push(self.line(Role::Dim, text));
        }
        lines
    }

    /// A long text from its end, `back` lines up; the first row shows how many lines are above.
    pub fn scrolled_back(&mut self, name: &'static str, area: Rect, mut lines: Vec<Line<'_>>, back: usize) {
        let height = usize::from(area.height);
        let end = lines.len().saturating_sub(height);
        let first = self.memory.scroll(name, lines.len(), height, end.saturating_sub(back));
        let mut seen: Vec<Line<'_>> = lines.drain(first..).take(height).collect();
        if first > 0
            && let Some(top) = seen.first_mut()
        {
            *top = self.line(Role::Dim, format!("{} {} more lines: up scrolls", self.look.glyphs.lines.up, first + 1));
        }
        self.lines(area, seen);
    }

    /// One row of a list. The selected one loses its colours, so that it stays readable when reversed.
    pub fn row(&mut self, place: Rect, line: Line<'_>, selected: bool) {
        if !selected {
            return self.lines(place, vec![line]);
        }
        let mut line = line;
        for span in &mut line.spans {
            span.style.fg = None;
        }
        self.lines(place, vec![line]);
        self.frame.buffer_mut().set_style(place, self.look.theme.style(Role::Selected));
    }

    /// The list's area, and the detail's if there is room for one beside it; draws the line between them.
    pub fn beside(&mut self, area: Rect) -> (Rect, Option<Rect>) {
        let columns = two_columns(area);
        if let Some(rule) = columns.rule {
            let line = self.look.glyphs.lines.vertical;
            let border = (0..rule.height).map(|_| self.line(Role::Border, line)).collect();
            self.lines(rule, border);
        }
        (columns.list, columns.detail)
    }

    /// Draws the filter line of a list if it is shown, with its cursor; returns the rest of the area.
    pub fn filter(&mut self, filter: &Filter, area: Rect) -> (Option<Position>, Rect) {
        if !filter.is_shown() {
            return (None, area);
        }
        let line = self.line(Role::Label, " filter");
        self.lines(area, vec![line]);
        let field = Rect { x: area.x + 9, width: area.width.saturating_sub(10), height: 1, ..area };
        let (theme, glyphs) = (&self.look.theme, &self.look.glyphs);
        let cursor = text_field::draw(self.frame.buffer_mut(), field, &filter.field, theme, glyphs, filter.focused);
        let rest = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        (cursor.filter(|_| filter.focused), rest)
    }

    /// A text wrapped into lines of one role.
    pub fn wrapped(&self, role: Role, text: &str, columns: u16) -> Vec<Line<'static>> {
        let lines = crate::ui::widgets::wrap(text, usize::from(columns));
        lines.into_iter().map(|line| self.line(role, line)).collect()
    }

    /// A marked text, wrapped into lines aligned with its first word.
    pub fn marked(&self, level: Level, text: &str, columns: u16) -> Vec<Line<'static>> {
        let mark = level.mark(&self.look.glyphs);
        let indent = width(mark) + 1;
        let lines = crate::ui::widgets::wrap(text, usize::from(columns).saturating_sub(indent));
        let lead = |index| if index == 0 { format!("{mark} ") } else { " ".repeat(indent) };
        lines
            .into_iter()
            .enumerate()
            .map(|(index, line)| Line::from(vec![self.span(level.role(), lead(index)), self.span(Role::Text, line)]))
            .collect()
    }

    /// A label and its text, wrapped into lines aligned with the text.
    pub fn labelled(&self, label: &str, role: Role, text: &str, columns: u16) -> Vec<Line<'static>> {
        const LABEL: usize = 11;
        let lines = crate::ui::widgets::wrap(text, usize::from(columns).saturating_sub(LABEL));
        let lead = |index| if index == 0 { format!("{label:<LABEL$}") } else { " ".repeat(LABEL) };
        lines
            .into_iter()
            .enumerate()
            .map(|(index, line)| Line::from(vec![self.span(Role::Label, lead(index)), self.span(role, line)]))
            .collect()
    }
}

/// Draws the whole program; changes only `memory`.
pub fn draw(app: &App, frame: &mut Frame<'_>, memory: &mut Memory, look: &Look) {
    let area = frame.area();
    memory.begin(area.width, area.height);
    frame.render_widget(Block::new().style(look.theme.style(Role::Text)), area);
    let mut canvas = Canvas { frame, memory, look };
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return too_small(app, &mut canvas, area);
    }
    let roomy = area.height >= 14;
    let notices = notice_lines(app, &canvas, area.width, if roomy { 3 } else { 2 });
    let rows = Rows::of(area, roomy, u16::try_from(notices.len()).unwrap_or(0));
    let head = header::header(app, &canvas, area.width);
    canvas.lines(rows.header, vec![head]);
    header::tabs(app, &mut canvas, rows.tabs);
    for rule in rows.rules.into_iter().flatten() {
        let line = look.glyphs.lines.horizontal.repeat(usize::from(rule.width));
        canvas.lines(rule, vec![canvas.line(Role::Border, line)]);
    }
    canvas.lines(rows.notices, notices);
    footer(app, &mut canvas, rows.footer);
    body(app, &mut canvas, rows.body);
    if look.glyphs.mask.is_ascii() {
        plain(frame.buffer_mut());
    }
}

/// Our own texts contain marks that an ASCII terminal cannot show; text written by others stays as it is.
fn plain(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let mark = match cell.symbol() {
            "«" | "»" | "“" | "”" => "\"",
            "•" => "*",
            "…" => ".",
            "→" => ">",
            "×" => "x",
            _ => continue, // ASCII, or written by others
        };
        cell.set_symbol(mark);
    }
}

fn body(app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) {
    let cursor = match app.top() {
        Screen::Credentials(state) => screens::credentials::draw(state, app, canvas, area),
        Screen::Wizard(state) => screens::wizard::draw(state, app, canvas, area),
        Screen::Access(state) => screens::access::draw(state, app, canvas, area),
        Screen::LoginTest(state) => screens::login_test::draw(state, app, canvas, area),
        Screen::Confirm(state) => screens::confirm::draw(state, app, canvas, area),
        Screen::Help(state) => screens::help::draw(state, canvas, area),
        Screen::SignIn(state) => screens::sign_in::draw(state, app, canvas, area),
        Screen::Codespaces(state) => screens::codespaces::draw(state, app, canvas, area),
        Screen::Activity(state) => screens::activity::draw(state, app, canvas, area),
        Screen::Fill(state) => screens::fill::draw(state, app, canvas, area),
        Screen::Pick(state) => screens::pick::draw(state, app, canvas, area),
        Screen::Quit(state) => Some(screens::quit::draw(state, canvas, area)),
    };
    if let Some(position) = cursor {
        canvas.frame.set_cursor_position(position);
    }
}

/// Where the parts of the frame stand.
struct Rows {
    header: Rect,
    tabs: Rect,
    rules: [Option<Rect>; 2],
    body: Rect,
    notices: Rect,
    footer: Rect,
}

impl Rows {
    fn of(area: Rect, roomy: bool, notices: u16) -> Self {
        let row = |y: u16, height: u16| Rect { x: area.x, y: area.y + y, width: area.width, height };
        let top = if roomy { 3 } else { 2 };
        let bottom = 1 + notices + u16::from(roomy);
        let body = row(top, area.height - top - bottom);
        Self {
            header: row(0, 1),
            tabs: row(1, 1),
            rules: if roomy { [Some(row(2, 1)), Some(row(area.height - bottom, 1))] } else { [None, None] },
            body,
            notices: row(area.height - 1 - notices, notices),
            footer: row(area.height - 1, 1),
        }
    }
}

fn too_small(app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) {
    let (w, h) = SMALLEST;
    let demo = if app.world.demo { "demo: nothing leaves this machine. " } else { "" };
    let keys = match app.top() {
        Screen::Quit(state) => state.sentence(),
        _ => "Make it larger, or q quits.".to_owned(), // keys do nothing else here
    };
    let text =
        format!("{demo}This terminal has {} × {} cells; pullkey needs {w} × {h}. {keys}", area.width, area.height);
    let lines = canvas.wrapped(Role::Warn, &text, area.width);
    canvas.lines(area, lines);
}

fn notice_lines(app: &App, canvas: &Canvas<'_, '_, '_>, columns: u16, rows: usize) -> Vec<Line<'static>> {
    let columns = usize::from(columns);
    let (theme, glyphs) = (&canvas.look.theme, &canvas.look.glyphs);
    let Some(newest) = app.notices.newest() else { return Vec::new() };
    let level = match newest.tone {
        Tone::Good => Level::Good,
        Tone::Info => Level::Info,
        Tone::Warn => Level::Warn,
        Tone::Bad => Level::Bad,
    };
    notice(level, &newest.text, columns, rows, theme, glyphs)
}

/// One hint of the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub key: String,
    pub label: &'static str,
    pub action: Action,
}

/// The available keys, in footer order; help comes last and keeps its place.
pub fn hints(app: &App) -> Vec<Hint> {
    let available_actions = app.available_actions();
    let mut hints: Vec<Hint> = Vec::new();
    for offer in
        available_actions.offers.iter().filter(|offer| offer.disabled_reason.is_none() && offer.action.is_for_footer())
    {
        if hints.iter().any(|hint| hint.label == offer.label) && offer.action != Action::Help {
            continue; // one key per label is enough here; the help page lists them all
        }
        let Some(key) = Keymap::shipped().key(offer.action, available_actions.typing) else { continue };
        hints.push(Hint { key, label: offer.label, action: offer.action });
    }
    hints.sort_by_key(|hint| hint.action == Action::Help);
    hints
}

fn footer(app: &App, canvas: &mut Canvas<'_, '_, '_>, area: Rect) {
    let hints: Vec<(String, &str)> = hints(app).into_iter().map(|hint| (hint.key, hint.label)).collect();
    let (line, places) = key_hints(&hints, usize::from(area.width), &canvas.look.theme);
    for (index, columns) in places {
        let width = columns.end - columns.start;
        canvas.memory.hit_area(Rect { x: area.x + columns.start, width, ..area }, Hit::Hint(index));
    }
    canvas.lines(area, vec![line]);
}

#[cfg(test)]
mod tests {
    use crate::app::tests::{Driver, world};
    use crate::app::world::Start;

    #[test]
    fn another_host_is_named_before_it_has_answered() {
        let start = Start { elsewhere: Some("127.0.0.1:4000".to_owned()), ..world::here() };
        Driver::start(start).says("not GitHub: 127.0.0.1:4000").says("looking up your account");
    }

    #[test]
    fn a_right_that_is_not_known_yet_is_not_taken_for_granted() {
        let mut driver = Driver::start(world::here());
        driver.keys("n enter");
        driver.says("write access not known yet");
        driver.answer_everything();
        driver.is_silent_about("not known yet");
    }
}
