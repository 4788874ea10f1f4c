//! The loop: drain what came in, update, draw once if something changed, carry out the effects. Nothing ticks while
//! nothing waits.

use std::io::{self, Write};

use chrono::Utc;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use futures_util::StreamExt;
use ratatui::Terminal;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Ended;
use super::executor::{Executor, Order};
use super::handover;
use super::input::{Input, Inputs, Signal};
use super::session::Session;
use super::terminal::{Canvas, NoScreen, Screen};
use crate::app::keymap::KeyPress;
use crate::app::protocol::{Effect, Msg, Pointer};
use crate::app::{App, Leaving, Look, draw, header};
use crate::domain::Problem;
use crate::ui::Memory;
use crate::ui::memory::Hit;

/// Runs the screens until they are left.
pub async fn run(app: App, effects: Vec<Effect>, session: Session, look: Look) -> Result<Ended, Problem> {
    let (send, messages) = unbounded_channel();
    let screen = Screen::enter(true)?;
    let inputs = Inputs::listen().map_err(NoScreen::Setup)?;
    let mut stage = Stage {
        app,
        executor: Executor::new(session, send),
        terminal: Terminal::new(Canvas::new()).map_err(NoScreen::Setup)?,
        screen,
        memory: Memory::default(),
        look,
        gone: false,
        ended: Ended::Fine,
        lending: None,
    };
    // The first frame is there before the first answer, and before the first question.
    stage.draw();
    for effect in effects {
        stage.executor.carry_out(effect);
    }
    stage.turn(messages, inputs).await;
    stage.executor.abort_reads();
    stage.screen.leave();
    let Stage { app, ended, .. } = stage;
    if app.running_writes() == 0 {
        return Ok(ended);
    }
    let text = "pullkey: a write was still running and was given up; what it did is not known\nhint: pullkey list";
    // With the terminal gone there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
    Ok(Ended::WriteUnknown)
}

/// Everything the loop turns around.
struct Stage {
    app: App,
    executor: Executor,
    terminal: Terminal<Canvas>,
    screen: Screen,
    memory: Memory,
    look: Look,
    /// Whether the terminal went away: nothing is drawn any more, and only writes are awaited.
    gone: bool,
    ended: Ended,
    /// The scopes `gh` shall add on this terminal, as soon as what came in is handled.
    lending: Option<Vec<String>>,
}

/// What one input asks of the loop. It lives on the stack for one turn, so its size does not matter.
#[allow(clippy::large_enum_variant)]
enum Asked {
    Message(Msg),
    Redraw,
    Nothing,
}

impl Stage {
    async fn turn(&mut self, mut messages: UnboundedReceiver<Msg>, mut inputs: Inputs) {
        loop {
            let first = tokio::select! {
                biased;
                Some(message) = messages.recv() => Asked::Message(message),
                input = inputs.next(), if !self.gone => self.input(input.unwrap_or(Input::Gone)),
            };
            let mut changed = false;
            let mut next = Some(first);
            while let Some(asked) = next.take() {
                match asked {
                    Asked::Message(message) => {
                        changed = true;
                        if self.update(message) {
                            return;
                        }
                    }
                    Asked::Redraw => changed = true,
                    Asked::Nothing => {}
                }
                next = messages.try_recv().ok().map(Asked::Message);
            }
            if let Some(scopes) = self.lending.take() {
                changed = true;
                if self.lend(&scopes, &mut inputs).await {
                    return;
                }
            }
            if changed && !self.draw() && self.lose_terminal() {
                return;
            }
        }
    }

    /// Takes one message; says whether it is time to leave.
    fn update(&mut self, message: Msg) -> bool {
        let mut leaves = false;
        for effect in self.app.update(Utc::now(), message) {
            match self.executor.carry_out(effect) {
                Order::Nothing => {}
                Order::Suspend => self.suspend(),
                Order::RefreshGh { scopes } => self.lending = Some(scopes),
                Order::Quit => leaves = true,
            }
        }
        leaves
    }

    fn input(&mut self, input: Input) -> Asked {
        match input {
            Input::Key(key) => Asked::Message(Msg::Key(KeyPress(key))),
            Input::Paste(text) => Asked::Message(Msg::Paste(text)),
            Input::Mouse(mouse) => self.pointer(mouse).map_or(Asked::Nothing, |p| Asked::Message(Msg::Pointer(p))),
            Input::Resize(..) => Asked::Redraw,
            Input::Suspend => {
                self.suspend();
                Asked::Nothing
            }
            Input::Resumed => {
                // With the terminal gone the kernel wakes the job, and there is nothing to resume.
                if self.screen.resume().and_then(|()| self.terminal.clear()).is_err() {
                    return self.input(Input::Gone);
                }
                Asked::Redraw
            }
            Input::Signal(signal) => {
                self.gone |= signal == Signal::Hangup;
                self.ended = Ended::Interrupted;
                Asked::Message(Msg::Interrupt)
            }
            Input::Gone => {
                self.gone = true;
                self.ended = Ended::Interrupted;
                // Losing the terminal on the way out is no second request: the write that is awaited goes on.
                if self.app.leaving() == Leaving::AfterWrites { Asked::Nothing } else { Asked::Message(Msg::Interrupt) }
            }
        }
    }

    /// What was pressed, by what was drawn there.
    fn pointer(&self, mouse: MouseEvent) -> Option<Pointer> {
        match mouse.kind {
            MouseEventKind::ScrollUp => Some(Pointer::ScrollUp),
            MouseEventKind::ScrollDown => Some(Pointer::ScrollDown),
            MouseEventKind::Down(MouseButton::Left) => match self.memory.hit(mouse.column, mouse.row)? {
                Hit::Row { index, .. } | Hit::Field(index) => Some(Pointer::Row(index)),
                Hit::Hint(index) => draw::hints(&self.app).get(index).map(|hint| Pointer::Act(hint.action)),
                Hit::Tab(tab) => header::TABS.get(tab).map(|(action, _)| Pointer::Act(*action)),
                Hit::List(_) => None,
            },
            _ => None, // other buttons and movements mean nothing here
        }
    }

    /// Gives the terminal to `gh auth refresh` and takes it back. Says whether it is time to leave.
    async fn lend(&mut self, scopes: &[String], inputs: &mut Inputs) -> bool {
        let result = match self.executor.refresh_gh(scopes) {
            Err(problem) => Err(problem),
            Ok((refresh, env)) => match handover::lend(&refresh, env, inputs, &mut self.screen).await {
                Ok(result) => result,
                Err(_) => return self.lose_terminal(),
            },
        };
        if self.terminal.clear().is_err() {
            return self.lose_terminal();
        }
        self.update(Msg::Returned(result))
    }

    fn suspend(&mut self) {
        if !self.screen.suspend() {
            let update = self.app.update(Utc::now(), Msg::NoShell);
            for effect in update {
                self.executor.carry_out(effect);
            }
            self.draw();
        }
    }

    /// Draws if there is anything to draw on; says whether the terminal is still there.
    fn draw(&mut self) -> bool {
        if self.gone || !self.screen.is_active() {
            return true;
        }
        let (app, memory, look) = (&self.app, &mut self.memory, &self.look);
        self.terminal.draw(|frame| draw::draw(app, frame, memory, look)).is_ok()
    }

    /// The terminal takes no output any more, which may be noticed before the reader tells. Says whether to leave now.
    fn lose_terminal(&mut self) -> bool {
        self.gone = true;
        self.ended = Ended::Interrupted;
        self.update(Msg::Interrupt)
    }
}
