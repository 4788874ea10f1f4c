//! `pullkey list --all`: lists the secrets of every repository as they are read, and resumes an interrupted listing.

use std::io;
use std::ops::ControlFlow;

use chrono::Utc;

use super::args::ListArgs;
use super::progress_line::ProgressLine;
use super::session::{self, Session, note};
use super::{Exit, Failure};
use crate::domain::number::grouped;
use crate::domain::{OrgName, Problem, Record, ScopeListing, Tally, Untrusted};
use crate::report::{self, Gathering};
use crate::work::{self, Look};

pub(super) async fn run(args: &ListArgs, session: &Session) -> Result<Exit, Failure> {
    let gh = session.github().await?;
    let run = gh.run(&name(&args.orgs)).await;
    if run.is_resumed() {
        note("pullkey: resuming an interrupted listing; what it has read is not requested again");
    }
    let mut sink = Sink::new(session.json, session.ends(&gh));
    let reading = async {
        let mut part = |look: Look<'_>| sink.take(look);
        work::inventory(&gh, &run, &args.orgs, &mut part).await.map_err(Failure::world)
    };
    let read = session.interrupt.read(reading).await.flatten();
    let tally = match read {
        Ok(tally) => tally,
        Err(failure) => return Err(left_open(failure, &sink, run.can_resume())),
    };
    if tally.is_settled() {
        run.finish().await;
    } else if tally.passing > 0 && run.can_resume() {
        note("pullkey: run the same command again to read only what could not be read");
    }
    if sink.finish(&tally)? == Reader::Gone {
        return Ok(Exit::Fine);
    }
    Ok(if tally.is_whole() { Exit::Fine } else { Exit::World })
}

/// The name of the run. The order of the organizations makes no difference.
fn name(orgs: &[OrgName]) -> String {
    let mut names: Vec<_> = orgs.iter().map(|org| org.as_str().to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    format!("the secrets of every repository: {}", names.join(" "))
}

/// The failure of an interrupted listing says that it can be resumed.
fn left_open(failure: Failure, sink: &Sink, can_resume: bool) -> Failure {
    let Some(total) = sink.total.filter(|_| can_resume) else { return failure };
    let far = format!("{} of {} repositories were read", grouped(sink.done), grouped(total));
    let again = "run the same command again to resume";
    let Problem { what, why, hint, mend } = *failure.problem;
    let (why, hint) = if failure.exit == Exit::Interrupted {
        (far, again.to_owned())
    } else {
        (format!("{why}; {far}"), format!("{hint}; then {again}"))
    };
    Failure { problem: Box::new(Problem { what, why, hint, mend }), ..failure }
}

/// Whether anything still reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    There,
    Gone,
}

/// Output of each repository: text is written at once, JSON when the document is complete.
struct Sink {
    /// `None` for text output.
    gathering: Option<Gathering>,
    /// For text output: the repositories that could not be read, grouped by reason.
    unread: Vec<(Problem, Vec<String>)>,
    progress: ProgressLine,
    done: usize,
    total: Option<usize>,
    fault: Option<io::Error>,
    ends: Record,
}

impl Sink {
    fn new(json: bool, ends: Record) -> Self {
        let gathering = json.then(Gathering::default);
        Self { gathering, unread: Vec::new(), progress: ProgressLine::new(), done: 0, total: None, fault: None, ends }
    }

    fn take(&mut self, look: Look<'_>) -> ControlFlow<()> {
        match look {
            Look::Listed(repositories) => self.progress.tell(repositories, None),
            Look::Begun(total) => self.total = Some(total),
            Look::Read(name, listing) => {
                self.done += 1;
                self.read(name, listing);
                self.progress.tell(self.done, self.total);
            }
        }
        if self.fault.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn read(&mut self, name: &Untrusted, listing: &Result<ScopeListing, Problem>) {
        let ends = report::Ends { record: &self.ends, now: Utc::now() };
        if let Some(gathering) = &mut self.gathering {
            gathering.add(name, listing, ends);
            return;
        }
        match listing {
            Ok(listing) => {
                let text = report::found(name, listing, ends);
                self.write(&text);
            }
            Err(problem) => self.leave_out(&name.shown(), problem),
        }
    }

    /// A reason shared by several repositories is shown once, without naming one of them.
    fn leave_out(&mut self, name: &str, problem: &Problem) {
        let general = |text: &str| text.replace(name, "the repository");
        let (why, hint) = (general(&problem.why), general(&problem.hint));
        let is_same = |(known, _): &&mut (Problem, _)| known.why == why && known.hint == hint;
        if let Some((_, names)) = self.unread.iter_mut().find(is_same) {
            names.push(name.to_owned());
        } else {
            self.unread.push((Problem::new(problem.what.clone(), why, hint), vec![name.to_owned()]));
        }
    }

    fn write(&mut self, text: &str) {
        if self.fault.is_none() && !text.is_empty() {
            self.fault = session::put(text).err();
        }
    }

    /// Writes what remains.
    fn finish(mut self, tally: &Tally) -> Result<Reader, Failure> {
        if let Some(gathering) = self.gathering.take() {
            for piece in gathering.document(tally) {
                self.write(&piece);
            }
        } else {
            self.write(&report::left_out(&self.unread));
            self.write(&report::tally(tally));
        }
        match self.fault {
            None => Ok(Reader::There),
            Some(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Some(fault) => Err(session::unwritten(&fault)),
        }
    }
}
