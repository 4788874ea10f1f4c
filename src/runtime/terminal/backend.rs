//! Where frames are drawn: crossterm's backend on a buffer in memory, which never queries the terminal.
//!
//! ratatui's `Terminal::clear` needs the cursor position. crossterm would query the terminal and read the answer
//! itself, competing with our own reader, which gets it first; two seconds later that fails. And if the size is
//! unavailable, crossterm runs `tput`; this backend fails instead, which ends the drawing.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::os;

/// The backend of the screens: output is buffered until it is taken, so that drawing never waits for the terminal.
#[derive(Debug)]
pub struct Canvas {
    inner: CrosstermBackend<Sheet>,
    sheet: Sheet,
    cursor: Position,
}

/// The bytes of one frame.
#[derive(Clone, Debug, Default)]
struct Sheet(Rc<RefCell<Vec<u8>>>);

impl Canvas {
    pub fn new() -> Self {
        let sheet = Sheet::default();
        Self { inner: CrosstermBackend::new(sheet.clone()), sheet, cursor: Position::ORIGIN }
    }

    /// Takes what was drawn since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        self.sheet.0.take()
    }
}

impl Default for Canvas {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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

    /// ratatui also calls it when dropped, when nobody takes the output any more: [`super::Screen::leave`] shows the
    /// cursor.
    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    /// The position it was last set to.
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
        Ok(())
    }
}
