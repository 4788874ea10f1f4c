//! Turns effects into tasks: reads can be aborted, writes run to completion, timers come back as messages.

use std::collections::HashMap;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::jobs::{Reporter, perform};
use super::session::Session;
use crate::app::protocol::{Effect, Job, JobId, Msg};
use crate::domain::Problem;
use crate::local::clipboard::{Clipboard, Copied};
use crate::local::gh::{self, Refresh};
use crate::local::{Env, browser};

/// What the event loop has to do itself after an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    Nothing,
    /// Hand the terminal to `gh auth refresh` and take it back.
    RefreshGh {
        scopes: Vec<String>,
    },
    Suspend,
    /// Send this to the terminal, which copies it.
    Send(String),
    Quit,
}

#[derive(Debug)]
pub struct Executor {
    session: Session,
    send: UnboundedSender<Msg>,
    reads: HashMap<JobId, AbortHandle>,
    clipboard: Clipboard,
}

impl Executor {
    pub fn new(session: Session, send: UnboundedSender<Msg>) -> Self {
        let clipboard = Clipboard::of(&session.env);
        session.hear(send.clone());
        Self { session, send, reads: HashMap::new(), clipboard }
    }

    pub fn carry_out(&mut self, effect: Effect) -> Order {
        match effect {
            Effect::Start { id, job } => self.start(id, job),
            Effect::Cancel(id) => {
                if let Some(task) = self.reads.remove(&id) {
                    task.abort();
                }
            }
            Effect::After { timer, delay } => {
                let send = self.send.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    let _ = send.send(Msg::Timer(timer));
                });
            }
            Effect::Copy(text) => return self.copy(&text),
            Effect::OpenUrl(url) => self.open(&url),
            Effect::StopWaiting => self.session.stop_waiting(),
            Effect::RefreshGh { scopes } => return Order::RefreshGh { scopes },
            Effect::Suspend => return Order::Suspend,
            Effect::Quit => return Order::Quit,
        }
        Order::Nothing
    }

    /// The `gh` command that adds these scopes to its token, and its environment.
    pub fn refresh_gh(&self, scopes: &[String]) -> Result<(Refresh, &Env), Problem> {
        let host = self.session.gh_host().ok_or_else(gh::no_host)?;
        Ok((Refresh::new(host, scopes).ok_or_else(gh::no_host)?, &self.session.env))
    }

    fn start(&mut self, id: JobId, job: Job) {
        if job == Job::SignIn {
            self.session.sign_in_again();
        }
        self.reads.retain(|_, task| !task.is_finished());
        let (session, send, is_write) = (self.session.clone(), self.send.clone(), job.is_write());
        let report = Reporter { id, send: send.clone() };
        let task = tokio::spawn(async move {
            // On the heap, because it is as large as the largest job.
            let outcome = Box::pin(perform(job, session, report)).await;
            let _ = send.send(Msg::Finished { id, outcome });
        });
        if !is_write {
            self.reads.insert(id, task.abort_handle());
        }
    }

    /// Aborts every read before the program exits.
    pub fn abort_reads(&mut self) {
        for (_, task) in self.reads.drain() {
            task.abort();
        }
    }

    fn tell(&self, told: Result<String, Problem>) {
        let _ = self.send.send(Msg::Told(told));
    }

    fn copy(&mut self, text: &str) -> Order {
        let lines = text.lines().count();
        let what = if lines > 1 { format!("{lines} lines") } else { text.to_owned() };
        let (told, order) = match self.clipboard.copy(text) {
            Copied::System => (Ok(format!("copied: {what}")), Order::Nothing),
            Copied::Terminal(sequence) => {
                let told = format!("asked the terminal to copy: {what}; not every terminal can");
                (Ok(told), Order::Send(sequence))
            }
            Copied::TooLong => {
                let problem = Problem::new("nothing was copied", "the text is too long", "select it in the terminal");
                (Err(problem), Order::Nothing)
            }
        };
        self.tell(told);
        order
    }

    fn open(&self, url: &str) {
        let hosts = self.session.web_hosts();
        let told = match browser::open(&self.session.env, url, hosts.iter().map(String::as_str)) {
            Ok(()) => Ok(format!("asked the browser to open {url}")),
            Err(fault) => {
                Err(Problem::new("the page was not opened", fault.to_string(), format!("open {url} yourself")))
            }
        };
        self.tell(told);
    }
}
