//! The three values of a command, checked by the preset's lints before anything is sent.

use super::Failure;
use crate::domain::lint::{self, Finding, MendChange, Severity};
use crate::domain::preset::{self, Preset};
use crate::domain::{Member, Members, Sensitive};

/// Values that may be sent, and what should be said about them.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) members: Members<Sensitive>,
    pub(super) notes: Vec<String>,
}

pub(super) fn preset_of(id: &str) -> Result<&'static Preset, Failure> {
    preset::preset(id).ok_or_else(|| {
        let ids: Vec<_> = preset::presets().iter().map(|p| p.id.as_str()).collect();
        Failure::usage("there is no such preset", "--preset names none", format!("use one of {}", ids.join(", ")))
    })
}

/// Refuses what cannot work. A preset with one server only (Docker Hub) writes that one, however it was spelled.
pub(super) fn check(preset: &Preset, mut members: Members<Sensitive>) -> Result<Values, Failure> {
    let mut notes = Vec::new();
    let mut findings = lint::check_to_continue(preset, &members);
    if let Some(server) = findings.iter().find_map(|finding| only_server(preset, finding)) {
        notes.push(format!("the server is written as {server}, which is what pulls look up"));
        members.server = Sensitive::from(server);
        findings = lint::check_to_continue(preset, &members);
    }
    judge(preset, &findings, &mut notes)?;
    Ok(Values { members, notes })
}

/// The same where not every value is given; `preset` is guessed from nothing, so it is the one for every registry.
pub(super) fn check_some(members: Members<Option<Sensitive>>) -> Result<Vec<String>, Failure> {
    let preset = preset_of("other")?;
    let given = members.clone();
    let members = members.map(|_, value| value.unwrap_or_else(|| Sensitive::from("")));
    let findings = lint::check_to_continue(preset, &members);
    let mut notes = Vec::new();
    let about_given: Vec<_> = findings.into_iter().filter(|f| given.get(f.member).is_some()).collect();
    judge(preset, &about_given, &mut notes)?;
    Ok(notes)
}

fn judge(preset: &Preset, findings: &[Finding], notes: &mut Vec<String>) -> Result<(), Failure> {
    for finding in findings {
        match finding.severity {
            Severity::Block => return Err(refusal(preset, finding)),
            Severity::Warn => notes.push(format!("the {} {}", finding.member.word(), finding.text)),
            Severity::Info | Severity::Good => {}
        }
    }
    Ok(())
}

fn only_server<'a>(preset: &'a Preset, finding: &Finding) -> Option<&'a str> {
    let fixed = preset.server.fixed.as_deref()?;
    let mend = finding.mend.as_ref()?;
    let is_it = finding.member == Member::Server && matches!(&mend.change, MendChange::Replace(text) if text == fixed);
    is_it.then_some(fixed)
}

fn refusal(preset: &Preset, finding: &Finding) -> Failure {
    let word = finding.member.word();
    let hint =
        finding.mend.as_ref().map_or_else(|| preset.field(finding.member).help.clone(), |mend| mend.label.clone());
    Failure::usage(format!("the {word} cannot be used"), format!("it {}", finding.text), hint)
}
