//! `pullkey test`: tries a login and tells each step. Nothing is written anywhere.

use chrono::Utc;

use super::args::TestArgs;
use super::session::Session;
use super::values::{self, Values};
use super::{Exit, Failure, password};
use crate::domain::{Members, Sensitive, TestReport, Trial, Verdict, preset};
use crate::{report, work};

pub(super) async fn run(args: &TestArgs, session: &Session) -> Result<Exit, Failure> {
    let password = password::read(&args.password, &session.env)?;
    let members = Members {
        server: Sensitive::from(args.server.as_str()),
        user: Sensitive::from(args.username.as_str()),
        password,
    };
    let (server, Values { members, notes }) = if let Some(id) = &args.preset {
        let preset = values::preset_of(id)?;
        let values = values::check(preset, members)?;
        (server_text(&args.server, preset, &values), values)
    } else {
        let hint = values::hint(&args.server, &args.username);
        (args.server.clone(), Values { members, notes: hint.into_iter().collect() })
    };
    let trial = Trial { server, user: members.user, password: members.password, images: args.images.clone() };
    let clients = session.registry()?;
    let tested = session
        .interrupt
        .read(Box::pin(work::test(&clients, &trial, args.with.into(), Utc::now(), &mut |_| {})))
        .await?;
    session.notes(&notes);
    session.show(|| report::test_json(&tested), || report::steps(&tested))?;
    Ok(exit_of(&tested))
}

/// The server in the clear: what was typed, unless the preset put its only one in its place.
pub(super) fn server_text(typed: &str, preset: &preset::Preset, values: &Values) -> String {
    match &preset.server.fixed {
        Some(fixed) if values.members.server == Sensitive::from(fixed.as_str()) => fixed.clone(),
        Some(_) | None => typed.to_owned(),
    }
}

pub(super) const fn exit_of(tested: &TestReport) -> Exit {
    match tested.verdict {
        Verdict::Pass => Exit::Fine,
        Verdict::Fail => Exit::Refused,
        Verdict::Inconclusive => Exit::World,
    }
}
