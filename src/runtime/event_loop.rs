//! The event loop: process everything that has arrived, carry out the effects, and draw once, as soon as the terminal
//! has taken the previous frame. Nothing ticks while nothing is pending.

use std::io;
use std::time::Duration;

use chrono::Utc;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use futures_util::FutureExt;
use ratatui::Terminal;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::Ended;
use super::executor::{Executor, Order};
use super::handover;
use super::input::{Input, Inputs, Signal};
use super::session::Session;
use super::terminal::{Canvas, LAST_ANSWER, Line, NoScreen, Screen, say_at_last};
use crate::app::keymap::KeyPress;
use crate::app::protocol::{Effect, Msg, Pointer, Timer};
use crate::app::{App, Leaving, Look, draw, header};
use crate::domain::Problem;
use crate::ui::Memory;
use crate::ui::memory::Hit;

/// How many events are processed before checking again whether a frame may be drawn.
const AT_ONCE: usize = 512;
/// At exit, input counts as finished after a pause this long: no one types that fast.
const REST: Duration = Duration::from_millis(30);

/// Runs the screens until the user leaves them.
pub async fn run(app: App, effects: Vec<Effect>, session: Session, look: Look) -> Result<Ended, Problem> {
    let (send, messages) = unbounded_channel();
    let screen = Screen::enter(true)?;
    let inputs = Inputs::listen().map_err(NoScreen::Setup)?;
    let mut stage = Stage {
        app,
        executor: Executor::new(session, send),
        drawing: Drawing {
            terminal: Terminal::new(Canvas::new()).map_err(NoScreen::Setup)?,
            screen,
            line: Line::open().map_err(NoScreen::Setup)?,
            memory: Memory::default(),
            look,
            is_stale: true,
        },
        messages,
        inputs,
        gone: false,
        ended: Ended::Fine,
        away: None,
    };
    stage.drawing.line.introduce();
    // The first frame is drawn before the first answer and before the first question.
    stage.draw();
    for effect in effects {
        stage.carry_out(effect);
    }
    stage.turn().await;
    stage.executor.abort_reads();
    stage.leave().await;
    let Stage { app, ended, .. } = stage;
    if app.running_writes() == 0 {
        return Ok(ended);
    }
    say_at_last("pullkey: gave up on a write that was still running; its result is unknown\nhint: pullkey list");
    Ok(Ended::WriteUnknown)
}

/// The state of the loop.
struct Stage {
    app: App,
    executor: Executor,
    drawing: Drawing,
    messages: UnboundedReceiver<Msg>,
    inputs: Inputs,
    /// Whether the terminal is gone: nothing is drawn any more, and only writes are awaited.
    gone: bool,
    ended: Ended,
    /// To whom the terminal is handed over once all pending events are processed.
    away: Option<Away>,
}

/// The terminal and what is drawn on it.
struct Drawing {
    terminal: Terminal<Canvas>,
    screen: Screen,
    line: Line,
    memory: Memory,
    look: Look,
    /// Whether the screen no longer shows the current state.
    is_stale: bool,
}

/// Who takes over the terminal.
enum Away {
    /// The shell.
    Suspend,
    /// `gh`, to add these scopes to its token.
    Lend(Vec<String>),
}

/// Something to process. It lives on the stack for one turn, so its size does not matter.
#[allow(clippy::large_enum_variant)]
enum Event {
    Message(Msg),
    Input(Input),
    /// The next frame may be drawn, or the terminal is gone.
    Free(io::Result<()>),
}

impl Stage {
    async fn turn(&mut self) {
        loop {
            let draws = self.drawing.is_stale && self.can_draw();
            let event = tokio::select! {
                biased;
                input = self.inputs.next() => Event::Input(input),
                Some(message) = self.messages.recv() => Event::Message(message),
                free = self.drawing.line.free(), if draws => Event::Free(free),
            };
            if self.take(event) || self.take_what_waits() || self.go_away().await {
                return;
            }
            // However much arrives, some of it is shown.
            if self.drawing.is_stale
                && self.can_draw()
                && let Some(free) = self.drawing.line.free().now_or_never()
                && self.take(Event::Free(free))
            {
                return;
            }
        }
    }

    /// Processes one event; returns whether it is time to leave.
    fn take(&mut self, event: Event) -> bool {
        match event {
            Event::Message(message @ Msg::Timer(Timer::Quiet(_))) => self.take_typed() || self.update(message),
            Event::Message(message) => self.update(message),
            Event::Input(input) => self.input(input),
            Event::Free(Ok(())) => !self.draw() && self.lose_terminal(),
            Event::Free(Err(_)) => self.lose_terminal(),
        }
    }

    /// Processes what has already arrived, alternating between messages and inputs.
    fn take_what_waits(&mut self) -> bool {
        for _ in 0..AT_ONCE {
            let message = self.messages.try_recv().ok();
            // Once the terminal is to be handed over, further input belongs to its new owner.
            let input = if self.away.is_some() { None } else { self.inputs.try_next() };
            if message.is_none() && input.is_none() {
                break;
            }
            // Input typed before a timer expired is processed before the timer.
            let events = input.map(Event::Input).into_iter().chain(message.map(Event::Message));
            for event in events {
                if self.take(event) {
                    return true;
                }
            }
        }
        false
    }

    /// Processes what was typed before the message that nothing was typed; returns whether it is time to leave.
    fn take_typed(&mut self) -> bool {
        while self.away.is_none()
            && let Some(input) = self.inputs.try_next()
        {
            if self.input(input) {
                return true;
            }
        }
        false
    }

    /// Processes one message; returns whether it is time to leave.
    fn update(&mut self, message: Msg) -> bool {
        self.drawing.is_stale = true;
        let effects = self.app.update(Utc::now(), message);
        self.carry_out_all(effects)
    }

    fn carry_out_all(&mut self, effects: Vec<Effect>) -> bool {
        let mut leaves = false;
        for effect in effects {
            leaves |= self.carry_out(effect);
        }
        leaves
    }

    fn carry_out(&mut self, effect: Effect) -> bool {
        match self.executor.carry_out(effect) {
            Order::Nothing => {}
            Order::Send(sequence) => self.drawing.line.send_with_next(&sequence),
            Order::Suspend => self.away = Some(Away::Suspend),
            Order::RefreshGh { scopes } => self.away = Some(Away::Lend(scopes)),
            Order::Quit => return true,
        }
        false
    }

    /// Processes one input; returns whether it is time to leave.
    fn input(&mut self, input: Input) -> bool {
        match input {
            Input::Signal(Signal::Hangup) | Input::Gone if self.gone => return false,
            Input::Signal(signal) => {
                self.gone |= signal == Signal::Hangup;
                self.ended = Ended::Interrupted;
                return self.update(Msg::Interrupt);
            }
            Input::Gone => {
                // Losing the terminal during exit is not a second request to leave: the awaited write continues.
                if self.app.leaving() != Leaving::AfterWrites {
                    return self.lose_terminal();
                }
                self.gone = true;
                self.ended = Ended::Interrupted;
            }
            _ if self.gone => {}
            Input::Key(key) if self.app.moves(KeyPress(key)) => {
                self.drawing.is_stale = true;
                let times = 1 + self.inputs.repeats(key);
                let effects = self.app.hold(Utc::now(), KeyPress(key), times);
                return self.carry_out_all(effects);
            }
            Input::Key(key) => return self.update(Msg::Key(KeyPress(key))),
            Input::Paste(text) => return self.update(Msg::Paste(text)),
            Input::Mouse(mouse) => {
                return self.pointer(mouse).is_some_and(|pointer| self.update(Msg::Pointer(pointer)));
            }
            Input::Resize(..) => self.drawing.is_stale = true,
            Input::Answered => self.drawing.line.answered(),
            Input::Suspend => self.away = Some(Away::Suspend),
            Input::Resumed => {
                // If the terminal is gone, the kernel wakes the job, and there is nothing to resume.
                if self.drawing.screen.resume().is_err() || self.draw_anew().is_err() {
                    return self.input(Input::Gone);
                }
            }
        }
        false
    }

    /// What was clicked, according to what was drawn there.
    fn pointer(&self, mouse: MouseEvent) -> Option<Pointer> {
        match mouse.kind {
            MouseEventKind::ScrollUp => Some(Pointer::ScrollUp),
            MouseEventKind::ScrollDown => Some(Pointer::ScrollDown),
            MouseEventKind::Down(MouseButton::Left) => match self.drawing.memory.hit(mouse.column, mouse.row)? {
                Hit::Row { index, .. } | Hit::Field(index) => Some(Pointer::Row(index)),
                Hit::Hint(index) => draw::hints(&self.app).get(index).map(|hint| Pointer::Act(hint.action)),
                Hit::Tab(tab) => header::TABS.get(tab).map(|(action, _)| Pointer::Act(*action)),
                Hit::List(_) => None,
            },
            _ => None, // other buttons and movements are ignored
        }
    }

    /// Hands the terminal over if that was requested. Returns whether it is time to leave.
    async fn go_away(&mut self) -> bool {
        let Some(away) = self.away.take() else { return false };
        self.drawing.line.rest().await;
        match away {
            Away::Suspend => {
                if !self.drawing.screen.suspend() {
                    return self.update(Msg::NoShell);
                }
                false
            }
            Away::Lend(scopes) => self.lend(&scopes).await,
        }
    }

    /// Hands the terminal to `gh auth refresh` and takes it back. Returns whether it is time to leave.
    async fn lend(&mut self, scopes: &[String]) -> bool {
        let result = match self.executor.refresh_gh(scopes) {
            Err(problem) => Err(problem),
            Ok((refresh, env)) => {
                match handover::lend(&refresh, env, &mut self.inputs, &mut self.drawing.screen).await {
                    Ok(result) => result,
                    Err(_) => return self.lose_terminal(),
                }
            }
        };
        if self.draw_anew().is_err() {
            return self.lose_terminal();
        }
        self.update(Msg::Returned(result))
    }

    /// Redraws everything after another program had the terminal.
    fn draw_anew(&mut self) -> io::Result<()> {
        self.drawing.line.introduce();
        self.drawing.is_stale = true;
        self.drawing.terminal.clear()
    }

    fn can_draw(&self) -> bool {
        !self.gone && self.drawing.screen.is_active()
    }

    /// Draws if there is a terminal; returns whether it still exists.
    fn draw(&mut self) -> bool {
        if !self.can_draw() {
            return true;
        }
        let Drawing { terminal, line, memory, look, is_stale, .. } = &mut self.drawing;
        let app = &self.app;
        *is_stale = false;
        let is_drawn = terminal.draw(|frame| draw::draw(app, frame, memory, look)).is_ok();
        self.app.drawn(memory);
        line.send(terminal.backend_mut().take());
        is_drawn
    }

    /// Called when the terminal accepts no more output, which may be noticed before the reader reports it. Returns
    /// whether to leave now.
    fn lose_terminal(&mut self) -> bool {
        self.gone = true;
        self.ended = Ended::Interrupted;
        self.update(Msg::Interrupt)
    }

    /// Gives the terminal back. A pending answer, and the rest of what is being typed or pasted, would otherwise end up
    /// in the shell; both are awaited and discarded.
    async fn leave(&mut self) {
        self.drawing.line.rest().await;
        if !self.gone {
            let _ = timeout(LAST_ANSWER, self.last_inputs()).await;
        }
        self.drawing.screen.leave();
    }

    async fn last_inputs(&mut self) {
        loop {
            match timeout(REST, self.inputs.next()).await {
                Ok(Input::Answered) => self.drawing.line.answered(),
                Ok(Input::Gone) => return,
                Ok(_) => {}
                Err(_) if self.drawing.line.is_asked() => {}
                Err(_) => return,
            }
        }
    }
}
