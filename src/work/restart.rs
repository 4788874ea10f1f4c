//! Stops and starts codespaces, stage by stage. GitHub only begins what it is asked to do, so the state is polled until
//! it is reached, at growing intervals and up to a deadline.
//!
//! Nothing is guessed. A request without a response is resolved by looking at the state; what cannot be resolved is
//! reported as unknown. A start is repeated only after GitHub said that it did not happen. “Running” never means
//! “pulled”.

use tokio::time::Instant;

use crate::domain::codespace::{Phase, Stage};
use crate::domain::freshness::{logs_command, rebuild_command};
use crate::domain::{Codespace, CodespaceChange, CodespaceName, CodespaceStep, Mend, OrgName, Problem, Untrusted};
use crate::github::{Client, GithubError, Polls};

use super::codespaces::{Whose, refused};
use super::problems::said;

/// How often to look at a state that has not moved after a request before it counts as “nothing happened”, and how
/// often to repeat a start that GitHub said it had not begun.
const GRACE: usize = 3;

/// Stops and starts codespaces one after the other. `part` receives each stage; the result is the last stage of each.
pub async fn change_codespaces(
    gh: &Client,
    changes: &[CodespaceChange],
    part: &mut (dyn FnMut(CodespaceStep) + Send),
) -> Vec<CodespaceStep> {
    let mut ends = Vec::new();
    for change in changes {
        let name = change.name().clone();
        let mut tell = |stage: Stage| part(CodespaceStep { name: name.clone(), stage });
        let one = One { gh, target: Target::of(change), polls: gh.polls() };
        let stage = one.carry_out(change, &mut tell).await;
        tell(stage.clone());
        ends.push(CodespaceStep { name, stage });
    }
    ends
}

/// The report of changes that were not even started.
pub fn not_tried(changes: &[CodespaceChange], problem: &Problem) -> Vec<CodespaceStep> {
    let step =
        |change: &CodespaceChange| CodespaceStep { name: change.name().clone(), stage: Stage::Failed(problem.clone()) };
    changes.iter().map(step).collect()
}

/// Whose codespace it is, and therefore which calls reach it.
enum Target<'a> {
    Mine(&'a CodespaceName),
    Member { org: &'a OrgName, member: &'a Untrusted, name: &'a CodespaceName },
}

impl<'a> Target<'a> {
    const fn of(change: &'a CodespaceChange) -> Self {
        match change {
            CodespaceChange::Restart(name) | CodespaceChange::Stop(name) | CodespaceChange::Start(name) => {
                Self::Mine(name)
            }
            CodespaceChange::StopMember { org, member, name } => Self::Member { org, member, name },
        }
    }
}

/// One codespace in progress.
struct One<'a> {
    gh: &'a Client,
    target: Target<'a>,
    polls: Polls,
}

/// The change ended before its goal.
type Broken = Stage;
type Tell<'t> = &'t mut (dyn FnMut(Stage) + Send);

impl One<'_> {
    async fn carry_out(&self, change: &CodespaceChange, tell: Tell<'_>) -> Stage {
        let ended = match change {
            CodespaceChange::Restart(_) => self.restart(tell).await,
            CodespaceChange::Stop(_) | CodespaceChange::StopMember { .. } => self.stop_only(tell).await,
            CodespaceChange::Start(_) => self.start_only(tell).await,
        };
        ended.unwrap_or_else(|stage| stage)
    }

    async fn restart(&self, tell: Tell<'_>) -> Result<Stage, Broken> {
        let now = self.before("restarted").await?;
        if now.state.phase() != Phase::Stopped {
            self.stop(&now, tell).await?;
            tell(Stage::Stopped);
        }
        self.start(true, tell).await
    }

    async fn stop_only(&self, tell: Tell<'_>) -> Result<Stage, Broken> {
        let now = self.before("stopped").await?;
        if now.state.phase() != Phase::Stopped {
            self.stop(&now, tell).await?;
        }
        Ok(Stage::Stopped)
    }

    async fn start_only(&self, tell: Tell<'_>) -> Result<Stage, Broken> {
        let now = self.before("started").await?;
        match now.state.phase() {
            Phase::Running => Ok(Stage::Running),
            Phase::Stopped => self.start(false, tell).await,
            _ => Err(Stage::Failed(self.busy("started", &now))), // `before` refused most of them
        }
    }

    /// Looks at the codespace before doing anything, and refuses what cannot end well.
    async fn before(&self, verb: &str) -> Result<Codespace, Broken> {
        let what = || format!("{} could not be {verb}", self.name());
        let now = self.look().await.map_err(|e| Stage::Failed(self.explained(what(), &e)))?;
        if now.pending {
            return Err(Stage::Failed(self.busy(verb, &now)));
        }
        match now.state.phase() {
            Phase::Running | Phase::Stopped | Phase::Stopping | Phase::Unclear => Ok(now),
            Phase::Starting | Phase::Busy => Err(Stage::Failed(self.busy(verb, &now))),
            Phase::Broken => Err(Stage::Failed(Problem::new(
                what(),
                format!("it has failed{}, which a restart seldom fixes; nothing was changed", noticed(&now)),
                self.look_into_it(&now),
            ))),
            Phase::Gone => Err(Stage::Failed(Problem::new(
                what(),
                format!("it {}", now.state.sentence()),
                "reload the list; a new codespace gets all secrets from the start",
            ))),
        }
    }

    async fn stop(&self, before: &Codespace, tell: Tell<'_>) -> Result<(), Broken> {
        tell(Stage::Stopping);
        let mut unsure = None;
        if before.state.phase() != Phase::Stopping {
            let asked = match &self.target {
                Target::Mine(name) => self.gh.stop_codespace(name).await,
                Target::Member { org, member, name } => self.gh.stop_member_codespace(org, member, name).await,
            };
            match asked {
                Ok(()) => {}
                Err(failure) if failure.may_have_happened() => unsure = Some(failure),
                Err(failure) => {
                    let what = format!("{} could not be stopped", self.name());
                    return Err(Stage::Failed(self.explained(what, &failure)));
                }
            }
        }
        let wanted = Wanted { goal: Phase::Stopped, from: Phase::Running, verb: "stop" };
        self.wait_for(&wanted, unsure.as_ref()).await
    }

    /// `was_stopped`: we stopped it just now.
    async fn start(&self, was_stopped: bool, tell: Tell<'_>) -> Result<Stage, Broken> {
        tell(Stage::Starting);
        let mut unsure = None;
        for again in 0.. {
            let Target::Mine(name) = &self.target else {
                return Ok(Stage::Stopped); // nobody can start another person's codespace; `carry_out` never asks for it
            };
            match self.gh.start_codespace(name).await {
                Ok(()) => break,
                Err(GithubError::Conflict(refusal)) => {
                    let words = said(&refusal);
                    if self.is_on_its_way(was_stopped).await? {
                        break;
                    }
                    if again + 1 == GRACE {
                        return Err(Stage::Failed(self.conflict(was_stopped, &words)));
                    }
                    tokio::time::sleep(self.polls.most.min(self.polls.first * 3)).await;
                }
                Err(failure) if failure.may_have_happened() => {
                    unsure = Some(failure);
                    break;
                }
                Err(failure) => {
                    let what = self.not_started(was_stopped);
                    return Err(Stage::Failed(self.explained(what, &failure)));
                }
            }
        }
        let wanted = Wanted { goal: Phase::Running, from: Phase::Stopped, verb: "start" };
        self.wait_for(&wanted, unsure.as_ref()).await?;
        Ok(Stage::Running)
    }

    /// After a conflict: whether someone else's start, or an earlier one of ours, is in progress.
    async fn is_on_its_way(&self, was_stopped: bool) -> Result<bool, Broken> {
        let unknown = |e: &GithubError| {
            let problem = self.explained(self.not_started(was_stopped), e);
            Stage::Unknown(Problem { what: self.lost("start"), ..problem })
        };
        let now = self.look().await.map_err(|e| unknown(&e))?;
        Ok(matches!(now.state.phase(), Phase::Starting | Phase::Running))
    }

    /// Polls until the goal is reached. `unsure` is the error after which we do not know whether GitHub received the
    /// request.
    async fn wait_for(&self, wanted: &Wanted, unsure: Option<&GithubError>) -> Result<(), Broken> {
        let begin = Instant::now();
        let mut pause = self.polls.first;
        let mut still = 0;
        let mut failure: Option<GithubError> = None;
        while begin.elapsed() < self.polls.deadline {
            tokio::time::sleep(pause).await;
            pause = self.polls.most.min(pause * 3 / 2);
            let now = match self.look().await {
                Ok(now) => now,
                Err(fault) if is_passing(&fault) => {
                    failure = Some(fault);
                    continue;
                }
                Err(fault) => {
                    let problem = self.explained(self.lost(wanted.verb), &fault);
                    return Err(Stage::Unknown(problem));
                }
            };
            failure = None;
            let phase = now.state.phase();
            if phase == wanted.goal {
                return Ok(());
            }
            if phase == wanted.from {
                still += 1;
                if still >= GRACE && (unsure.is_some() || wanted.goal == Phase::Running) {
                    return Err(Stage::Failed(self.unmoved(wanted, &now, unsure)));
                }
                continue;
            }
            if matches!(phase, Phase::Broken | Phase::Gone) {
                return Err(Stage::Failed(self.ended_badly(wanted, &now)));
            }
            still = 0; // it moves, or its state tells us nothing
        }
        Err(Stage::Unknown(self.too_late(wanted, failure.as_ref())))
    }

    async fn look(&self) -> Result<Codespace, GithubError> {
        match &self.target {
            Target::Mine(name) => self.gh.codespace(name).await,
            Target::Member { org, member, name } => {
                let list = self.gh.member_codespaces(org, member).await?;
                let found = list.items.into_iter().find(|codespace| codespace.name == **name);
                let request = format!("GET /orgs/{org}/members/{}/codespaces", member.shown());
                found.ok_or_else(|| {
                    let message = Untrusted::new("it is not among the member's codespaces");
                    GithubError::NotFound(Box::new(crate::github::Refusal {
                        request,
                        status: 404,
                        message,
                        ..crate::github::Refusal::default()
                    }))
                })
            }
        }
    }
}

/// The state a codespace should reach.
struct Wanted {
    goal: Phase,
    /// Its state when the request was made. Still being there means that nothing has happened yet.
    from: Phase,
    verb: &'static str,
}

/// Errors that say nothing about the codespace: look again.
fn is_passing(failure: &GithubError) -> bool {
    failure.may_have_happened()
        || matches!(
            failure,
            GithubError::Dropped { .. }
                | GithubError::Timeout { .. }
                | GithubError::Refused { .. }
                | GithubError::Dns { .. }
                | GithubError::Decode { .. }
        )
}

fn noticed(codespace: &Codespace) -> String {
    codespace.stop_notice.as_ref().map_or_else(String::new, |notice| format!(" (“{}”)", notice.shown()))
}

/// The texts for each way it can end.
impl One<'_> {
    const fn name(&self) -> &CodespaceName {
        match self.target {
            Target::Mine(name) | Target::Member { name, .. } => name,
        }
    }

    fn explained(&self, what: String, failure: &GithubError) -> Problem {
        let whose = match self.target {
            Target::Mine(_) => Whose::Mine,
            Target::Member { .. } => Whose::Members,
        };
        refused(what, failure, whose)
    }

    fn not_started(&self, was_stopped: bool) -> String {
        let name = self.name();
        if was_stopped {
            format!("{name} is stopped, and could not be started")
        } else {
            format!("{name} could not be started")
        }
    }

    fn lost(&self, verb: &str) -> String {
        format!("could not confirm that {} did {verb}", self.name())
    }

    fn busy(&self, verb: &str, now: &Codespace) -> Problem {
        let why = if now.pending {
            "GitHub is running another operation on it".to_owned()
        } else {
            format!("it {}", now.state.sentence())
        };
        Problem::new(
            format!("{} could not be {verb}", self.name()),
            format!("{why}; nothing was changed"),
            "wait until it finishes, and try again",
        )
        .mended_by(Mend::Retry)
    }

    fn conflict(&self, was_stopped: bool, said: &str) -> Problem {
        Problem::new(
            self.not_started(was_stopped),
            format!("GitHub is running another operation on it{said}, so it stays stopped"),
            "wait a minute, then start it; its files are unchanged",
        )
        .mended_by(Mend::Retry)
    }

    fn unmoved(&self, wanted: &Wanted, now: &Codespace, unsure: Option<&GithubError>) -> Problem {
        let name = self.name();
        let what = if wanted.goal == Phase::Stopped {
            format!("{name} was not stopped")
        } else {
            format!("{name} is stopped, and was not started")
        };
        let why = unsure.map_or_else(
            || format!("GitHub accepted the request, but it {}{}", now.state.sentence(), noticed(now)),
            |failure| format!("{}, and it still {}", self.explained(String::new(), failure).why, now.state.sentence()),
        );
        Problem::new(what, why, "try again").mended_by(Mend::Retry)
    }

    fn ended_badly(&self, wanted: &Wanted, now: &Codespace) -> Problem {
        let name = self.name();
        Problem::new(
            format!("{name} did not {}", wanted.verb),
            format!("it {}{}", now.state.sentence(), noticed(now)),
            self.look_into_it(now),
        )
        .mended_by(Mend::Copy(logs_command(&now.name, &self.gh.site())))
    }

    fn look_into_it(&self, codespace: &Codespace) -> String {
        let site = self.gh.site();
        let (logs, rebuild) = (logs_command(&codespace.name, &site), rebuild_command(codespace, &site));
        format!("`{logs}` shows why; `{rebuild}` rebuilds it")
    }

    fn too_late(&self, wanted: &Wanted, failure: Option<&GithubError>) -> Problem {
        let minutes = self.polls.deadline.as_secs().div_ceil(60);
        let time = if minutes > 1 { format!("{minutes} minutes") } else { "the time allowed".to_owned() };
        let why = failure.map_or_else(
            || format!("GitHub accepted the request, but it was not done after {time}"),
            |failure| format!("its state can no longer be read: {}", self.explained(String::new(), failure).why),
        );
        Problem::new(self.lost(wanted.verb), why, "reload the list to see its current state").mended_by(Mend::Retry)
    }
}
