//! `pullkey restart`: restarts those of your codespaces that started before a secret they should see. For organization
//! owners it stops members' codespaces; GitHub does not let owners do more.

use clap::Args;

use super::session::{Session, note};
use super::{Exit, Failure};
use crate::domain::codespace::{Phase, Stage};
use crate::domain::{
    Codespace, CodespaceChange, CodespaceList, CodespaceName, CodespaceStep, Freshness, OrgName, Problem, RepoName,
    Roster, Site,
};
use crate::github::Client;
use crate::local::git;
use crate::report::{self, Restart, Restarts};
use crate::work::{self, Standing, Whose};

pub(super) const HELP: &str = "\
Without names, restarts your running codespaces of the repository (--repo, or the git remote's)
that started before the newest registry secret they should see: a codespace gets variables
only when it starts. A codespace that you name is restarted in any case; a stopped one is
started.

Stopping keeps files but ends running processes. pullkey asks for confirmation; without a
terminal, --yes is required (otherwise exit 2). Exits with 3 if a restart failed, or if pullkey
could not determine which codespaces need one.

A restart gives a codespace the new variables. GitHub does not report whether its image could
be pulled. If it could not, rebuild the container: gh codespace rebuild -c NAME

--org ORG --stop is for organization owners. It stops members' codespaces: those you name, or
those that started before a secret of the repository or the organization. Only their own users
can start them again. Members' own secrets cannot be read, so other codespaces are reported as
unknown; that alone is not a failure.

Examples:
  pullkey restart
  pullkey restart --repo acme/api --yes --json
  pullkey restart fluffy-disco-x7q4vr9w
  pullkey restart --org acme --stop";

#[derive(Clone, Debug, Args)]
pub struct RestartArgs {
    /// Restart these codespaces; `gh codespace list` shows their names
    #[arg(value_name = "NAME", value_parser = CodespaceName::parse, conflicts_with = "repo")]
    pub names: Vec<CodespaceName>,
    /// Restart codespaces of this repository instead of the git remote's
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repo: Option<RepoName>,
    /// Stop members' codespaces of this organization, with --stop; for its owners
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse, conflicts_with = "repo")]
    pub org: Option<OrgName>,
    /// Stop members' codespaces without starting them again
    #[arg(long, requires = "org")]
    pub stop: bool,
    /// Do not ask for confirmation
    #[arg(long, short)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl RestartArgs {
    const fn whose(&self) -> Whose {
        if self.org.is_some() { Whose::Members } else { Whose::Mine }
    }

    /// Every codespace that the command may act on, before names or a repository narrow them down.
    fn all(&self) -> CodespaceList {
        self.org.clone().map_or(CodespaceList::Mine, CodespaceList::Org)
    }

    fn change(&self, codespace: &Codespace) -> CodespaceChange {
        let name = codespace.name.clone();
        match &self.org {
            Some(org) => CodespaceChange::StopMember { org: org.clone(), member: codespace.owner.clone(), name },
            None => CodespaceChange::Restart(name),
        }
    }

    /// One codespace, with what to do with it.
    fn line(&self, codespace: Codespace, freshness: Freshness) -> Restart {
        let is_planned = !self.names.is_empty() || is_due(&codespace, &freshness);
        let planned = is_planned.then(|| self.change(&codespace));
        Restart { codespace, freshness, planned, stage: None, after: None }
    }
}

pub(super) async fn run(args: &RestartArgs, session: &Session) -> Result<Exit, Failure> {
    if args.org.is_some() && !args.stop {
        return Err(Failure::usage(
            "members' codespaces cannot be restarted",
            "GitHub lets an owner stop them; only their own users can start them again",
            "add --stop; each codespace gets its new variables when its user starts it",
        ));
    }
    let gh = session.github().await?;
    let Roster { list: codespaces, lacking } = session.interrupt.read(wanted(args, session, &gh)).await??;
    let standings = session.interrupt.read(work::standings(&gh, &codespaces, args.whose())).await?;
    let is_told = !codespaces.iter().zip(&standings).any(|(codespace, standing)| is_untold(codespace, standing));
    let told = codespaces.into_iter().zip(standings);
    let mut lines: Vec<Restart> = told.map(|(codespace, standing)| args.line(codespace, standing.freshness)).collect();
    let was_interrupted = if lines.iter().any(|line| line.planned.is_some()) {
        consent(args, session, &gh.site(), &lines).await?;
        let was_interrupted = carry_out(session, &gh, &mut lines).await?;
        look_again(args, &gh, &mut lines).await;
        was_interrupted
    } else {
        false
    };
    let restarts = Restarts { org: args.org.as_ref(), lines: &lines, lacking: lacking.as_ref(), site: &gh.site() };
    session.show(|| report::restart_json(&restarts), || table(&restarts))?;
    if let (Some(Problem { what, why, hint, .. }), false) = (&lacking, session.json) {
        note(&format!("note: {what}: {why}\nhint: {hint}"));
    }
    let is_named = !args.names.is_empty();
    Ok(if was_interrupted {
        Exit::Interrupted
    } else if lacking.is_none() && (is_told || is_named) && lines.iter().all(Restart::is_done) {
        Exit::Fine
    } else {
        Exit::World
    })
}

fn table(restarts: &Restarts<'_>) -> String {
    match (restarts.lines, restarts.org) {
        ([], None) => "you have no codespaces there\n".to_owned(),
        ([], Some(org)) => format!("there are no codespaces in repositories of {org}\n"),
        (_, _) => report::restart_table(restarts, chrono::Utc::now()),
    }
}

/// Whether it is running and pullkey could not determine whether it needs a restart.
fn is_untold(codespace: &Codespace, standing: &Standing) -> bool {
    codespace.state.phase() == Phase::Running && !standing.told && matches!(standing.freshness, Freshness::Unknown(_))
}

/// Whether it is restarted without being named.
fn is_due(codespace: &Codespace, freshness: &Freshness) -> bool {
    !codespace.pending && codespace.state.phase() == Phase::Running && matches!(freshness, Freshness::Stale(_))
}

/// The codespaces to act on.
async fn wanted(args: &RestartArgs, session: &Session, gh: &Client) -> Result<Roster<Codespace>, Failure> {
    if args.org.is_some() || !args.names.is_empty() {
        let all = list(gh, &args.all()).await?;
        return if args.names.is_empty() { Ok(all) } else { named(args, &all, &gh.site()) };
    }
    let mut repos: Vec<RepoName> = args.repo.iter().cloned().collect();
    if repos.is_empty() {
        let address = session.address()?;
        let dir = std::env::current_dir().unwrap_or_default();
        repos = git::remote(&session.env, &dir, address.remote_host()).await.candidates();
    }
    if repos.is_empty() {
        return Err(Failure::usage(
            "no codespaces chosen",
            "this directory is not a clone of a GitHub repository",
            format!("name codespaces, or a repository with --repo; `{}` lists yours", gh.site().gh("codespace list")),
        ));
    }
    let mut all = Roster::whole(Vec::new());
    for repo in repos {
        let found = list(gh, &CodespaceList::MineIn(repo)).await?;
        all.list.extend(found.list);
        all.lacking = all.lacking.or(found.lacking);
    }
    Ok(all)
}

/// Each once, in the order of the arguments. If every named codespace is found, it does not matter what the list lacks.
fn named(args: &RestartArgs, all: &Roster<Codespace>, site: &Site) -> Result<Roster<Codespace>, Failure> {
    let mut found: Vec<Codespace> = Vec::new();
    for name in &args.names {
        let Some(codespace) = all.list.iter().find(|codespace| codespace.name == *name) else {
            let absent = absent(name, args.org.as_ref(), site);
            return Err(Failure::world(match &all.lacking {
                None => absent,
                Some(Problem { why, hint, mend, .. }) => Problem {
                    why: format!("{}, but GitHub's list is incomplete: {why}", absent.why),
                    hint: hint.clone(),
                    mend: mend.clone(),
                    ..absent
                },
            }));
        };
        if !found.iter().any(|known| known.name == *name) {
            found.push(codespace.clone());
        }
    }
    Ok(Roster::whole(found))
}

fn absent(name: &CodespaceName, org: Option<&OrgName>, site: &Site) -> Problem {
    match org {
        None => Problem::new(
            "nothing was restarted",
            format!("you have no codespace {name}"),
            format!("`{}` lists the names", site.gh("codespace list")),
        ),
        Some(org) => Problem::new(
            "nothing was stopped",
            format!("there is no codespace {name} in a repository of {org}"),
            format!("`{}` lists the names", site.gh(&format!("codespace list --org {org}"))),
        ),
    }
}

async fn list(gh: &Client, which: &CodespaceList) -> Result<Roster<Codespace>, Failure> {
    work::codespaces(gh, which, &mut |_| {}).await.map_err(Failure::world)
}

async fn consent(args: &RestartArgs, session: &Session, site: &Site, lines: &[Restart]) -> Result<(), Failure> {
    if !args.yes && session.can_ask() {
        let restarts = Restarts { org: args.org.as_ref(), lines, lacking: None, site };
        note(table(&restarts).trim_end());
    }
    let planned = lines.iter().filter(|line| line.planned.is_some()).map(|line| &line.codespace);
    let (mut names, mut work) = (Vec::new(), Vec::new());
    for codespace in planned {
        names.push(match &args.org {
            Some(_) => format!("{} of {}", codespace.name, codespace.owner.shown()),
            None => codespace.name.to_string(),
        });
        if let Some(changes) = codespace.git.work() {
            work.push(format!("; {} has {changes} changes", codespace.name));
        } else if codespace.git.is_untold() {
            work.push(format!("; {} may have unpushed changes", codespace.name));
        }
    }
    let verb = match args.whose() {
        Whose::Mine => "stopped and started",
        Whose::Members => "stopped (only their own users can start them again)",
    };
    let (names, work) = (names.join(", "), work.concat());
    let what = format!("{names} would be {verb}; this keeps files and ends running processes{work}");
    session.consent(args.yes, &what).await
}

/// One after the other. Returns whether the run was interrupted; then no further codespace is begun.
async fn carry_out(session: &Session, gh: &Client, lines: &mut [Restart]) -> Result<bool, Failure> {
    let is_quiet = session.json;
    for line in lines {
        let Some(change) = &line.planned else { continue };
        let mut tell = |step: CodespaceStep| {
            if !is_quiet {
                note(&format!("{}: {}", step.name, step.stage.word()));
            }
        };
        let changing = work::change_codespaces(gh, std::slice::from_ref(change), &mut tell);
        let (mut ends, was_interrupted) = session.interrupt.write(changing).await?;
        line.stage = ends.pop().map(|step: CodespaceStep| -> Stage { step.stage });
        if was_interrupted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads the states as they are now, as far as possible.
async fn look_again(args: &RestartArgs, gh: &Client, lines: &mut [Restart]) {
    let Ok(now) = work::codespaces(gh, &args.all(), &mut |_| {}).await else { return };
    for line in lines {
        let found = now.list.iter().find(|codespace| codespace.name == line.codespace.name);
        line.after = found.map(|codespace| codespace.state.clone());
    }
}
