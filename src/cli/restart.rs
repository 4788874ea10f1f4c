//! `pullkey restart`: stops and starts those of one's codespaces that started before a secret they should see.

use clap::Args;

use super::session::{Session, note};
use super::{Exit, Failure};
use crate::domain::codespace::{Phase, Stage};
use crate::domain::{
    Codespace, CodespaceChange, CodespaceList, CodespaceName, CodespaceStep, Freshness, Problem, RepoName,
};
use crate::github::Client;
use crate::local::git;
use crate::report::{self, Restart};
use crate::work;

pub(super) const HELP: &str = "\
Without names: those of the repository (of --repo, else of the git remote) that run and
started before the newest registry secret they should see. A codespace gets variables only
when it starts. What is named is restarted whatever it has; one that is stopped is started.

Stopping keeps files, yet running processes end. It asks first on a terminal; elsewhere it
needs --yes (else exit 2). Exit 3 if one failed, or if something could not be told.

A restart gives new variables. Whether the image could be pulled GitHub does not tell; if it
could not, the container needs a rebuild: gh codespace rebuild -c NAME

Examples:
  pullkey restart
  pullkey restart --repo acme/api --yes --json | jq '.codespaces[] | {name, outcome}'
  pullkey restart fluffy-disco-x7q4vr9w";

#[derive(Clone, Debug, Args)]
pub struct RestartArgs {
    /// The codespaces, by the names that `gh codespace list` shows
    #[arg(value_name = "NAME", value_parser = CodespaceName::parse, conflicts_with = "repo")]
    pub names: Vec<CodespaceName>,
    /// The repository whose codespaces are meant, instead of that of the git remote
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repo: Option<RepoName>,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

pub(super) async fn run(args: &RestartArgs, session: &Session) -> Result<Exit, Failure> {
    let gh = session.github().await?;
    let (codespaces, complete) = session.interrupt.read(wanted(args, session, &gh)).await??;
    let told = session.interrupt.read(work::standings(&gh, &codespaces)).await?;
    let mut lines: Vec<Restart> = codespaces
        .into_iter()
        .zip(told)
        .map(|(codespace, freshness)| {
            let planned = !args.names.is_empty() || is_due(&codespace, &freshness);
            Restart { codespace, freshness, planned, stage: None, after: None }
        })
        .collect();
    let was_interrupted = if lines.iter().any(|line| line.planned) {
        consent(args, session, &lines).await?;
        let was_interrupted = carry_out(session, &gh, &mut lines).await?;
        look_again(&gh, &mut lines).await;
        was_interrupted
    } else {
        false
    };
    session.show(
        || report::restart_json(&lines, complete),
        || {
            if lines.is_empty() {
                "you have no codespaces there\n".to_owned()
            } else {
                report::restart_table(&lines, chrono::Utc::now())
            }
        },
    )?;
    if !complete && !session.json {
        note("note: GitHub did not send the whole list of codespaces: there may be more");
    }
    Ok(exit_of(&lines, complete, was_interrupted))
}

fn exit_of(lines: &[Restart], complete: bool, was_interrupted: bool) -> Exit {
    let is_untold = |line: &Restart| {
        !line.planned
            && line.codespace.state.phase() == Phase::Running
            && matches!(line.freshness, Freshness::Unknown(_))
    };
    if was_interrupted {
        Exit::Interrupted
    } else if complete && lines.iter().all(|line| line.is_done() && !is_untold(line)) {
        Exit::Fine
    } else {
        Exit::World
    }
}

/// Whether it is restarted without having been named.
fn is_due(codespace: &Codespace, freshness: &Freshness) -> bool {
    !codespace.pending && codespace.state.phase() == Phase::Running && matches!(freshness, Freshness::Stale(_))
}

/// The codespaces it is about, and whether these are all.
async fn wanted(args: &RestartArgs, session: &Session, gh: &Client) -> Result<(Vec<Codespace>, bool), Failure> {
    if !args.names.is_empty() {
        let (all, _) = list(gh, &CodespaceList::Mine).await?;
        return named(&args.names, &all);
    }
    let mut repos: Vec<RepoName> = args.repo.iter().cloned().collect();
    if repos.is_empty() {
        let address = session.address()?;
        let dir = std::env::current_dir().unwrap_or_default();
        repos = git::remote(&session.env, &dir, address.remote_host()).await.candidates();
    }
    if repos.is_empty() {
        return Err(Failure::usage(
            "it is not known which codespaces are meant",
            "this is no clone of a repository on GitHub",
            "name codespaces, or a repository with --repo; `gh codespace list` shows yours",
        ));
    }
    let (mut all, mut complete) = (Vec::new(), true);
    for repo in repos {
        let (found, whole) = list(gh, &CodespaceList::MineIn(repo)).await?;
        all.extend(found);
        complete &= whole;
    }
    Ok((all, complete))
}

/// Each once, in the order of the arguments.
fn named(names: &[CodespaceName], all: &[Codespace]) -> Result<(Vec<Codespace>, bool), Failure> {
    let mut found: Vec<Codespace> = Vec::new();
    for name in names {
        let Some(codespace) = all.iter().find(|codespace| codespace.name == *name) else {
            return Err(Failure::world(Problem::new(
                "nothing was restarted",
                format!("there is no codespace {name} among yours"),
                "`gh codespace list` shows the names",
            )));
        };
        if !found.iter().any(|known| known.name == *name) {
            found.push(codespace.clone());
        }
    }
    Ok((found, true))
}

async fn list(gh: &Client, which: &CodespaceList) -> Result<(Vec<Codespace>, bool), Failure> {
    work::codespaces(gh, which, &mut |_| {}).await.map_err(Failure::world)
}

async fn consent(args: &RestartArgs, session: &Session, lines: &[Restart]) -> Result<(), Failure> {
    let planned: Vec<&Codespace> = lines.iter().filter(|line| line.planned).map(|line| &line.codespace).collect();
    if !args.yes && session.can_ask() {
        note(report::restart_table(lines, chrono::Utc::now()).trim_end());
    }
    let names: Vec<String> = planned.iter().map(|codespace| codespace.name.to_string()).collect();
    let work = planned.iter().filter_map(|c| Some(format!("; {} has {} changes", c.name, c.git.work()?)));
    let what = format!(
        "{} would be stopped and started, which keeps files and ends running processes{}",
        names.join(", "),
        work.collect::<String>()
    );
    session.consent(args.yes, &what).await
}

/// One after the other; says whether it was asked to stop meanwhile, and then begins no further one.
async fn carry_out(session: &Session, gh: &Client, lines: &mut [Restart]) -> Result<bool, Failure> {
    let is_quiet = session.json;
    for line in lines.iter_mut().filter(|line| line.planned) {
        let change = CodespaceChange::Restart(line.codespace.name.clone());
        let mut tell = |step: CodespaceStep| {
            if !is_quiet {
                note(&format!("{}: {}", step.name, step.stage.word()));
            }
        };
        let changing = work::change_codespaces(gh, std::slice::from_ref(&change), &mut tell);
        let (mut ends, was_interrupted) = session.interrupt.write(changing).await?;
        line.stage = ends.pop().map(|step: CodespaceStep| -> Stage { step.stage });
        if was_interrupted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The states as they are now, as far as they can be read.
async fn look_again(gh: &Client, lines: &mut [Restart]) {
    let Ok((now, _)) = work::codespaces(gh, &CodespaceList::Mine, &mut |_| {}).await else { return };
    for line in lines {
        let found = now.iter().find(|codespace| codespace.name == line.codespace.name);
        line.after = found.map(|codespace| codespace.state.clone());
    }
}
