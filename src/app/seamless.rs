//! What is known about seamless access when you are about to write a secret: perhaps you do not need one.
//!
//! It is read once per registry and repository, in the background, and only for GitHub's own registries. It never
//! blocks writing.

use ratatui::text::Line;

use super::context::Context;
use super::draw::Canvas;
use super::protocol::{Job, JobId, Outcome};
use super::remote::Remote;
use super::world::World;
use crate::domain::seamless::{Outlook, registry_of};
use crate::domain::{RepoName, Roster, Scope, SecretNeed, Server};
use crate::ui::Role;
use crate::ui::widgets::Level;

/// The number of packages to name.
const NAMED: usize = 3;

/// The registry's host, and the repository whose codespaces pull from it.
pub type Subject = (String, RepoName);

/// What a credential for this server and scope is about; `None` if seamless access does not apply.
pub fn subject(server: &str, scope: &Scope, world: &World) -> Option<Subject> {
    let host = Server::parse(server).ok()?.host().to_owned();
    registry_of(&host)?;
    let repository = match scope {
        Scope::Repository(name) => name.clone(),
        Scope::User | Scope::Organization(_) => world.here.clone()?,
    };
    Some((host, repository))
}

impl Context<'_> {
    /// Requests it, unless that was done before.
    pub fn need_seamless(&mut self, subject: Subject) {
        if !self.world.seamless.contains_key(&subject) {
            let (host, repository) = subject.clone();
            let id = self.start(Job::Seamless { host, repository });
            self.world.seamless.entry(subject).or_default().begin(id);
        }
    }

    /// Takes the end of such a read; ignores others.
    pub fn settle_seamless(&mut self, id: JobId, outcome: &Outcome) {
        let Outcome::Seamless(result) = outcome else { return };
        for remote in self.world.seamless.values_mut() {
            remote.settle(id, result.clone());
        }
    }

    /// Another token may see other packages.
    pub fn forget_seamless(&mut self) {
        for (_, remote) in std::mem::take(&mut self.world.seamless) {
            if let Some(id) = remote.loading_id() {
                self.cancel(id);
            }
        }
    }
}

/// Lines for the pane beside the fields.
pub fn lines(subject: &Subject, world: &World, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let list = match known(subject, world) {
        Ok(list) => list,
        Err(None) => return Vec::new(),
        Err(Some((level, text))) => return canvas.marked(level, &text, columns),
    };
    let mut lines = canvas.wrapped(Role::Label, &format!("At {}, in codespaces of {}", subject.0, subject.1), columns);
    for one in list.iter().take(NAMED) {
        lines.extend(canvas.marked(
            level(one.verdict),
            &format!("{}/{}: {}", one.package.owner(), one.package.name(), one.verdict.word()),
            columns,
        ));
    }
    if list.len() > NAMED {
        lines.extend(canvas.wrapped(Role::Dim, &format!("and {} more", list.len() - NAMED), columns));
    }
    lines.extend(lacking(subject, world, canvas, columns));
    lines.extend(canvas.wrapped(Role::Dim, "reasons and first steps: `pullkey seamless PACKAGE`", columns));
    lines
}

/// A single fragment, for the step without a pane.
pub fn summary(subject: &Subject, world: &World, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    match known(subject, world) {
        Ok(list) => {
            let free =
                list.iter().filter(|one| matches!(one.verdict, SecretNeed::None | SecretNeed::LikelyNone)).count();
            let (host, repository) = subject;
            let all = list.len();
            let text = format!(
                "{free} of {all} packages of {} at {host} need no secret, or likely none, in {repository}'s codespaces",
                repository.owner()
            );
            let mut lines = canvas.marked(Level::Info, &text, columns);
            lines.extend(lacking(subject, world, canvas, columns));
            lines
        }
        Err(None) => Vec::new(),
        Err(Some((level, text))) => canvas.marked(level, &text, columns),
    }
}

/// The packages, or the message to show instead.
fn known<'w>(subject: &Subject, world: &'w World) -> Result<&'w [Outlook], Option<(Level, String)>> {
    let (host, repository) = subject;
    match world.seamless.get(subject) {
        None | Some(Remote::Absent) => Err(None),
        Some(Remote::Loading { .. }) => {
            Err(Some((Level::Unsure, format!("checking whether {repository} needs a secret for {host}"))))
        }
        Some(Remote::Failed { problem, .. }) => Err(Some((
            Level::Unsure,
            format!("cannot tell whether {repository} needs a secret for {host}: {}; {}", problem.why, problem.hint),
        ))),
        Some(Remote::Ready(Roster { list, lacking: None })) if list.is_empty() => {
            Err(Some((Level::Unsure, format!("{} has no package at {host} that you can see", repository.owner()))))
        }
        Some(Remote::Ready(roster)) => Ok(&roster.list),
    }
}

/// What GitHub left out of the packages, if it reported that.
fn lacking(subject: &Subject, world: &World, canvas: &Canvas<'_, '_, '_>, columns: u16) -> Vec<Line<'static>> {
    let roster = world.seamless.get(subject).and_then(Remote::value);
    let Some(problem) = roster.and_then(|roster| roster.lacking.as_ref()) else { return Vec::new() };
    let text = format!("{}: {}; {}", problem.what, problem.why, problem.hint);
    canvas.marked(Level::Warn, &text, columns)
}

const fn level(verdict: SecretNeed) -> Level {
    match verdict {
        SecretNeed::None | SecretNeed::LikelyNone => Level::Good,
        SecretNeed::CannotTell => Level::Unsure,
        SecretNeed::Needed => Level::Warn,
    }
}
