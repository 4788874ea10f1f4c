//! A terminal's screen as an SVG picture: a fixed grid of cells in a window frame, dark or light as the reader likes,
//! or light always.
//!
//! Lines and blocks are drawn as shapes, so that they meet whatever font the reader has.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

const CELL_WIDTH: f32 = 8.4;
const CELL_HEIGHT: f32 = 18.0;
/// From the top of a cell to the line letters stand on.
const BASELINE: f32 = 13.2;
const FONT_SIZE: f32 = 14.0;
const MARGIN: f32 = 14.0;
const TITLE_HEIGHT: f32 = 34.0;

/// Black to white, then their bright forms; then background, foreground, frame, title.
const DARK: [&str; 20] = [
    "#3b4048", "#f47067", "#8ddb8c", "#daaa3f", "#6cb6ff", "#dcbdfb", "#56d4dd", "#c5d1de", "#7d8794", "#ff938a",
    "#b4f1b4", "#eac55f", "#96d0ff", "#eedcff", "#b3f0ff", "#ffffff", "#161b22", "#d6dee7", "#2b323b", "#9aa5b1",
];
const LIGHT: [&str; 20] = [
    "#24292f", "#b3202a", "#116329", "#7a4e00", "#0550ae", "#6f42c1", "#0f6b74", "#59636e", "#6b7480", "#a40e26",
    "#1a7f37", "#633c01", "#0969da", "#8250df", "#1b7c83", "#1f2328", "#ffffff", "#1f2328", "#d5dbe1", "#57606a",
];

/// How a run of cells is drawn: what SGR knows.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, PartialEq)]
struct Ink {
    fore: Paint,
    back: Paint,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Paint {
    /// The terminal's own: 16 is the background, 17 the foreground.
    Role(u8),
    Exact(u8, u8, u8),
}

impl Paint {
    const BACKGROUND: Self = Self::Role(16);
    const FOREGROUND: Self = Self::Role(17);

    fn of(color: Color, default: Self) -> Self {
        match color {
            Color::Default => default,
            Color::Idx(n @ 0..=15) => Self::Role(n),
            Color::Idx(n @ 16..=231) => {
                let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
                let n = n - 16;
                Self::Exact(level(n / 36), level(n / 6 % 6), level(n % 6))
            }
            Color::Idx(n) => Self::Exact(8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232)),
            Color::Rgb(r, g, b) => Self::Exact(r, g, b),
        }
    }

    fn fill(self) -> String {
        match self {
            Self::Role(n) => format!("class=\"c{n}\""),
            Self::Exact(r, g, b) => format!("fill=\"#{r:02x}{g:02x}{b:02x}\""),
        }
    }
}

impl Ink {
    fn of(cell: &Cell) -> Self {
        let mut fore = Paint::of(cell.fgcolor(), Paint::FOREGROUND);
        let mut back = Paint::of(cell.bgcolor(), Paint::BACKGROUND);
        if cell.inverse() {
            std::mem::swap(&mut fore, &mut back);
        }
        Self { fore, back, bold: cell.bold(), dim: cell.dim(), italic: cell.italic(), underline: cell.underline() }
    }

    fn attributes(self) -> String {
        let mut text = self.fore.fill();
        let marks = [
            (self.bold, " font-weight=\"700\""),
            (self.dim, " opacity=\"0.62\""),
            (self.italic, " font-style=\"italic\""),
            (self.underline, " text-decoration=\"underline\""),
        ];
        text.extend(marks.into_iter().filter(|(on, _)| *on).map(|(_, mark)| mark));
        text
    }
}

/// Which background the picture has.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ground {
    /// As the reader likes.
    Either,
    Light,
}

/// The picture of a screen, with this title in its window frame.
pub(crate) fn draw(screen: &Screen, title: &str, ground: Ground) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let width = f32::from(columns) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f32::from(rows) * CELL_HEIGHT + TITLE_HEIGHT + MARGIN;
    let mut svg = head(width, height, title, ground);
    for row in 0..rows {
        backgrounds(&mut svg, screen, row, columns);
        letters(&mut svg, screen, row, columns);
    }
    if !screen.hide_cursor() {
        let (row, column) = screen.cursor_position();
        let (x, y) = place(row, column);
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{CELL_WIDTH}\" height=\"{CELL_HEIGHT}\" class=\"c17\" \
             opacity=\"0.45\"/>"
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn head(width: f32, height: f32, title: &str, ground: Ground) -> String {
    let rules = |palette: &[&str; 20]| -> String {
        let mut rules = String::new();
        for (n, color) in palette.iter().enumerate() {
            let _ = write!(rules, ".c{n}{{fill:{color};stroke:{color}}}");
        }
        rules
    };
    let colors = match ground {
        Ground::Either => format!("{}@media (prefers-color-scheme: light){{{}}}", rules(&DARK), rules(&LIGHT)),
        Ground::Light => rules(&LIGHT),
    };
    let mut svg = format!(
        "<svg xml:space=\"preserve\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"'JetBrains Mono','Cascadia Mono','SF Mono',Menlo,\
         'DejaVu Sans Mono',Consolas,monospace\" font-size=\"{FONT_SIZE}\">\n<title>{}</title>\n<style>\
         text{{white-space:pre;\
         stroke:none!important}}rect{{stroke:none!important}}path{{fill:none!important;stroke-width:1.3}}{colors}\
         </style>\n",
        escaped(title),
    );
    let _ = writeln!(svg, "<rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"9\" class=\"c18\"/>");
    let _ = writeln!(
        svg,
        "<rect x=\"1\" y=\"{}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\" class=\"c16\"/>",
        TITLE_HEIGHT - 8.0,
        width - 2.0,
        height - TITLE_HEIGHT + 7.0
    );
    for (n, color) in ["#ff5f57", "#febc2e", "#28c840"].iter().enumerate() {
        let x = 18 + 18 * n;
        let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"13\" r=\"5.5\" fill=\"{color}\"/>");
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"17.5\" text-anchor=\"middle\" font-size=\"12.5\" class=\"c19\">{}</text>",
        width / 2.0,
        escaped(title)
    );
    svg
}

fn place(row: u16, column: u16) -> (f32, f32) {
    (MARGIN + f32::from(column) * CELL_WIDTH, TITLE_HEIGHT + f32::from(row) * CELL_HEIGHT)
}

fn backgrounds(svg: &mut String, screen: &Screen, row: u16, columns: u16) {
    let paint = |column| screen.cell(row, column).map_or(Paint::BACKGROUND, |cell| Ink::of(cell).back);
    let mut from = 0;
    while from < columns {
        let back = paint(from);
        let mut to = from + 1;
        while to < columns && paint(to) == back {
            to += 1;
        }
        if back != Paint::BACKGROUND {
            let (x, y) = place(row, from);
            // A little over the edge, else hairlines show between rows.
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" {}/>",
                f32::from(to - from) * CELL_WIDTH,
                CELL_HEIGHT + 0.3,
                back.fill()
            );
        }
        from = to;
    }
}

fn letters(svg: &mut String, screen: &Screen, row: u16, columns: u16) {
    let mut column = 0;
    while column < columns {
        let Some(cell) = screen.cell(row, column) else { break };
        let ink = Ink::of(cell);
        let text = cell.contents();
        let (x, y) = place(row, column);
        if text.trim().is_empty() && !ink.underline {
            column += 1;
            continue;
        }
        if let Some(shape) = text.chars().next().and_then(|c| shape(c, x, y, ink)) {
            svg.push_str(&shape);
            column += 1;
            continue;
        }
        // ASCII goes in runs; anything else stands alone at its place, since a font's idea of its width may differ.
        let mut run = text.to_owned();
        let mut to = column + if cell.is_wide() { 2 } else { 1 };
        while run.is_ascii()
            && let Some(next) =
                screen.cell(row, to).filter(|next| to < columns && is_plain(next) && Ink::of(next) == ink)
        {
            run.push_str(if next.has_contents() { next.contents() } else { " " });
            to += 1;
        }
        let trimmed = if ink.underline { run.as_str() } else { run.trim_end() };
        let cells = if trimmed.is_ascii() { trimmed.chars().count() } else { usize::from(to - column) };
        let length = f32::from(u16::try_from(cells).unwrap_or(u16::MAX)) * CELL_WIDTH;
        let fit = if trimmed.is_ascii() {
            format!(" x=\"{x:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\"")
        } else {
            format!(" x=\"{:.1}\" text-anchor=\"middle\"", x + length / 2.0)
        };
        let _ = writeln!(svg, "<text{fit} y=\"{:.1}\" {}>{}</text>", y + BASELINE, ink.attributes(), escaped(trimmed));
        column = to;
    }
}

fn is_plain(cell: &Cell) -> bool {
    cell.contents().is_ascii()
}

/// Box drawing and blocks as shapes.
fn shape(c: char, x: f32, y: f32, ink: Ink) -> Option<String> {
    let (right, bottom) = (x + CELL_WIDTH, y + CELL_HEIGHT);
    let (mid_x, mid_y) = (x + CELL_WIDTH / 2.0, y + CELL_HEIGHT / 2.0);
    let rect = |left: f32, top: f32, width: f32, height: f32| {
        Some(format!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {}/>\n",
            ink.attributes()
        ))
    };
    match c {
        '█' => return rect(x, y, CELL_WIDTH, CELL_HEIGHT + 0.3),
        '▌' => return rect(x, y, CELL_WIDTH / 2.0, CELL_HEIGHT + 0.3),
        '▐' => return rect(mid_x, y, CELL_WIDTH / 2.0, CELL_HEIGHT + 0.3),
        '▎' => return rect(x, y, CELL_WIDTH / 4.0, CELL_HEIGHT + 0.3),
        '▏' => return rect(x, y, CELL_WIDTH / 8.0, CELL_HEIGHT + 0.3),
        '▀' => return rect(x, y, CELL_WIDTH, CELL_HEIGHT / 2.0),
        '▄' => return rect(x, mid_y, CELL_WIDTH, CELL_HEIGHT / 2.0 + 0.3),
        '░' | '▒' | '▓' => {
            let dim = Ink { dim: true, ..ink };
            return Some(format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{CELL_WIDTH:.1}\" height=\"{CELL_HEIGHT:.1}\" {} \
                 fill-opacity=\"0.4\"/>\n",
                dim.attributes()
            ));
        }
        _ => {}
    }
    // Where a line goes from the middle: left, right, up, down.
    let (left, to_right, up, down) = match c {
        '─' | '━' | '═' | '╌' | '┄' => (true, true, false, false),
        '│' | '┃' | '║' | '╎' | '┆' => (false, false, true, true),
        '┌' | '╭' | '┏' | '╔' => (false, true, false, true),
        '┐' | '╮' | '┓' | '╗' => (true, false, false, true),
        '└' | '╰' | '┗' | '╚' => (false, true, true, false),
        '┘' | '╯' | '┛' | '╝' => (true, false, true, false),
        '├' | '┣' | '╠' => (false, true, true, true),
        '┤' | '┫' | '╣' => (true, false, true, true),
        '┬' | '┳' | '╦' => (true, true, false, true),
        '┴' | '┻' | '╩' => (true, true, true, false),
        '┼' | '╋' | '╬' => (true, true, true, true),
        _ => return None,
    };
    let mut path = String::new();
    let mut line = |on: bool, to_x: f32, to_y: f32| {
        if on {
            let _ = write!(path, "M{mid_x:.1} {mid_y:.1}L{to_x:.1} {to_y:.1}");
        }
    };
    if matches!(c, '╭' | '╮' | '╰' | '╯') {
        let (end_x, end_y) = (if left { x } else { right }, if up { y } else { bottom });
        path = format!("M{end_x:.1} {mid_y:.1}Q{mid_x:.1} {mid_y:.1} {mid_x:.1} {end_y:.1}");
    } else {
        line(left, x - 0.2, mid_y);
        line(to_right, right + 0.2, mid_y);
        line(up, mid_x, y);
        line(down, mid_x, bottom);
    }
    Some(format!("<path d=\"{path}\" {}/>\n", ink.attributes()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
