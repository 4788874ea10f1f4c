//! The loop: take everything that came in, carry out what follows, and draw once, as soon as the terminal has taken the
//! frame before. Nothing ticks while nothing waits.

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

/// As many things are taken before one looks again whether a frame may be drawn.
const AT_ONCE: usize = 512;
/// When so long nothing comes in at the end, nothing is under way any more: no hand types as fast.
const REST: Duration = Duration::from_millis(30);

/// Runs the screens until they are left.
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
    // The first frame is there before the first answer, and before the first question.
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

/// Everything the loop turns around.
struct Stage {
    app: App,
    executor: Executor,
    drawing: Drawing,
    messages: UnboundedReceiver<Msg>,
    inputs: Inputs,
    /// Whether the terminal went away: nothing is drawn any more, and only writes are awaited.
    gone: bool,
    ended: Ended,
    /// What the terminal is given away for, as soon as what came in is handled.
    away: Option<Away>,
}

/// The terminal and what is drawn on it.
struct Drawing {
    terminal: Terminal<Canvas>,
    screen: Screen,
    line: Line,
    memory: Memory,
    look: Look,
    /// Whether what one sees is no longer what is.
    is_stale: bool,
}

/// Who else gets the terminal.
enum Away {
    /// The shell.
    Suspend,
    /// `gh`, which adds these scopes to its token.
    Lend(Vec<String>),
}

/// Something to do. It lives on the stack for one turn, so its size does not matter.
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
            // However much comes in, the screen shows some of it.
            if self.drawing.is_stale
                && self.can_draw()
                && let Some(free) = self.drawing.line.free().now_or_never()
                && self.take(Event::Free(free))
            {
                return;
            }
        }
    }

    /// Takes one thing; says whether it is time to leave.
    fn take(&mut self, event: Event) -> bool {
        match event {
            Event::Message(message @ Msg::Timer(Timer::Quiet(_))) => self.take_typed() || self.update(message),
            Event::Message(message) => self.update(message),
            Event::Input(input) => self.input(input),
            Event::Free(Ok(())) => !self.draw() && self.lose_terminal(),
            Event::Free(Err(_)) => self.lose_terminal(),
        }
    }

    /// Takes what has come already, of messages and inputs in turn.
    fn take_what_waits(&mut self) -> bool {
        for _ in 0..AT_ONCE {
            let message = self.messages.try_recv().ok();
            // Whoever gets the terminal gets what is typed from then on.
            let input = if self.away.is_some() { None } else { self.inputs.try_next() };
            if message.is_none() && input.is_none() {
                break;
            }
            // What was typed before a time was over comes before its end.
            let events = input.map(Event::Input).into_iter().chain(message.map(Event::Message));
            for event in events {
                if self.take(event) {
                    return true;
                }
            }
        }
        false
    }

    /// Takes what was typed before it is said that nothing was; says whether it is time to leave.
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

    /// Takes one message; says whether it is time to leave.
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

    /// Takes one input; says whether it is time to leave.
    fn input(&mut self, input: Input) -> bool {
        match input {
            Input::Signal(Signal::Hangup) | Input::Gone if self.gone => return false,
            Input::Signal(signal) => {
                self.gone |= signal == Signal::Hangup;
                self.ended = Ended::Interrupted;
                return self.update(Msg::Interrupt);
            }
            Input::Gone => {
                // Losing the terminal on the way out is no second request: the write that is awaited goes on.
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
                // With the terminal gone the kernel wakes the job, and there is nothing to resume.
                if self.drawing.screen.resume().is_err() || self.draw_anew().is_err() {
                    return self.input(Input::Gone);
                }
            }
        }
        false
    }

    /// What was pressed, by what was drawn there.
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
            _ => None, // other buttons and movements mean nothing here
        }
    }

    /// Gives the terminal away, where that was asked for. Says whether it is time to leave.
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

    /// Gives the terminal to `gh auth refresh` and takes it back. Says whether it is time to leave.
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

    /// Somebody else had the terminal.
    fn draw_anew(&mut self) -> io::Result<()> {
        self.drawing.line.introduce();
        self.drawing.is_stale = true;
        self.drawing.terminal.clear()
    }

    fn can_draw(&self) -> bool {
        !self.gone && self.drawing.screen.is_active()
    }

    /// Draws if there is anything to draw on; says whether the terminal is still there.
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

    /// The terminal takes no output any more, which may be noticed before the reader tells. Says whether to leave now.
    fn lose_terminal(&mut self) -> bool {
        self.gone = true;
        self.ended = Ended::Interrupted;
        self.update(Msg::Interrupt)
    }

    /// Gives the terminal back. An answer that is still to come would be typed into the shell, and so would the rest of
    /// what is being typed or pasted: both are waited for, and nobody gets them.
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
