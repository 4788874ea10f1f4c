//! Where frames go: crossterm's backend, except that it never asks the terminal a question.
//!
//! ratatui's `Terminal::clear` wants to know where the cursor is, and crossterm would ask the terminal and read the
//! answer itself, beside our own reader, which takes it first: two seconds later that fails. And when the size cannot
//! be had, crossterm runs `tput`; this one fails, which ends the drawing.

use std::io::{self, BufWriter, Stdout, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::os;

/// Room for a whole large frame, so that it reaches the terminal in one piece.
const FRAME: usize = 1 << 16;

/// The backend of the screens on a real terminal.
#[derive(Debug)]
pub struct Canvas {
    inner: CrosstermBackend<BufWriter<Stdout>>,
    cursor: Position,
}

impl Canvas {
    pub fn new() -> Self {
        Self { inner: CrosstermBackend::new(BufWriter::with_capacity(FRAME, io::stdout())), cursor: Position::ORIGIN }
    }
}

impl Default for Canvas {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    /// Never fails: ratatui calls it when dropped and prints the failure to a standard error that may be gone as well,
    /// which panics. A cursor that cannot be shown has no terminal to be missed on.
    fn show_cursor(&mut self) -> io::Result<()> {
        if super::is_taken() {
            let _ = self.inner.show_cursor();
        }
        Ok(())
    }

    /// Where it was put last.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        self.inner.set_cursor_position(self.cursor)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        os::size().map(Size::from)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}
