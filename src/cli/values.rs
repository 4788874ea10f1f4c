//! Checks the values of a command with the preset's lints before any request.

use super::Failure;
use crate::domain::lint::{self, Finding, MendChange, Severity};
use crate::domain::preset::{self, AnyPreset};
use crate::domain::{Member, Members, Sensitive, Server, Trial};

/// Values that may be sent, and notes about them.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) members: Members<Sensitive>,
    pub(super) notes: Vec<String>,
}

pub(super) fn preset_of(id: &str) -> Result<AnyPreset, Failure> {
    if let Some(fault) = preset::faults().iter().find(|fault| fault.id() == id) {
        let hint = "correct this file, or remove it from the folder";
        return Err(Failure::usage("this preset cannot be used", fault.to_string(), hint));
    }
    preset::any_preset(id).ok_or_else(|| {
        let hint = format!("use one of {}", ids());
        Failure::usage("unknown preset", "no preset has the id given with --preset", hint)
    })
}

fn ids() -> String {
    preset::any_presets().into_iter().map(AnyPreset::id).collect::<Vec<_>>().join(", ")
}

/// Suggests a preset if none is given.
pub(super) fn hint(trial: &Trial) -> Option<String> {
    if let Some(preset) = preset::recognize_surely(trial) {
        return Some(format!("this is {}: --preset {} checks the values before the test", preset.label, preset.id));
    }
    let host = preset::host_of(&trial.server)?;
    let server = Server::parse(&host).ok().filter(|server| !server.is_nameless())?;
    let single = preset::singles().iter().find(|single| single.is_host(server.host()))?;
    Some(format!("this is an {}, which has no images: --preset {} tests the token there", single.label, single.id))
}

pub(super) fn no_preset(server: Option<&str>, user: Option<&str>) -> Failure {
    let by_login = || preset::recognize_login(server?, user.unwrap_or_default());
    let by_shape = || preset::which(&Sensitive::from(server.or(user)?)).map(|found| found.preset);
    let by_single = || preset::which_single(&Sensitive::from(server?)).map(AnyPreset::Single);
    let known = by_single().or_else(|| by_login().or_else(by_shape).map(AnyPreset::Credential));
    let hint = match known {
        Some(preset) => format!("this looks like {}: add --preset {}", preset.label(), preset.id()),
        None => format!("add --preset and one of {}", ids()),
    };
    Failure::usage("no registry product given", "--preset is missing", hint)
}

/// Notes about broken presets of your own, and about the password's expiry.
fn asides(password: &Sensitive, notes: &mut Vec<String>) {
    notes.extend(preset::faults().iter().map(|fault| format!("one of your presets cannot be used: {fault}")));
    let end = lint::check_end(password, chrono::Utc::now()).filter(|end| end.severity == Severity::Warn);
    notes.extend(end.map(|end| format!("the {} {}", end.member.word(), end.text)));
}

/// Refuses what cannot work. A preset with a single server (Docker Hub) writes that one, whatever the spelling given.
pub(super) fn check(preset: AnyPreset, mut members: Members<Sensitive>) -> Result<Values, Failure> {
    let mut notes = Vec::new();
    let mut findings = preset.check_to_continue(&members);
    if let Some(server) = findings.iter().find_map(|finding| only_server(preset, finding)) {
        notes.push(format!("the server is written as {server}, which pulls look up"));
        members.server = Sensitive::from(server);
        findings = preset.check_to_continue(&members);
    }
    judge(preset, &findings, &mut notes)?;
    asides(&members.password, &mut notes);
    Ok(Values { members, notes })
}

/// Checks of user and password that need no product: refuses what cannot work, and notes the rest.
pub(super) fn check_any(members: &Members<Sensitive>) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    for finding in lint::check_any(&members.user, &members.password) {
        match finding.severity {
            Severity::Block => {
                let hint = finding.mend.map(|mend| mend.label).unwrap_or_default();
                let what = format!("the {} cannot be used", finding.member.word());
                return Err(Failure::usage(what, format!("it {}", finding.text), hint));
            }
            Severity::Warn => notes.push(warning(finding.member.word(), &finding)),
            Severity::Info | Severity::Good => {}
        }
    }
    Ok(notes)
}

/// A finding, with a possible fix.
fn warning(word: &str, finding: &Finding) -> String {
    let mend = finding.mend.as_ref().filter(|mend| mend.change == MendChange::Unwrap);
    let advice = mend.map(|mend| format!(" ({})", mend.label)).unwrap_or_default();
    format!("the {word} {}{advice}", finding.text)
}

/// The same as [`check`] if some values are not given.
pub(super) fn check_some(preset: AnyPreset, members: Members<Option<Sensitive>>) -> Result<Vec<String>, Failure> {
    let given = members.clone();
    let members = members.map(|_, value| value.unwrap_or_else(|| Sensitive::from("")));
    let findings = preset.check_to_continue(&members);
    let mut notes = Vec::new();
    let about_given: Vec<_> = findings.into_iter().filter(|f| given.get(f.member).is_some()).collect();
    judge(preset, &about_given, &mut notes)?;
    asides(&members.password, &mut notes);
    Ok(notes)
}

fn judge(preset: AnyPreset, findings: &[Finding], notes: &mut Vec<String>) -> Result<(), Failure> {
    for finding in findings {
        match finding.severity {
            Severity::Block => return Err(refusal(preset, finding)),
            Severity::Warn => notes.push(warning(&preset.word(finding.member), finding)),
            Severity::Info | Severity::Good => {}
        }
    }
    Ok(())
}

fn only_server(preset: AnyPreset, finding: &Finding) -> Option<&'static str> {
    let fixed = preset.fixed(Member::Server)?;
    let mend = finding.mend.as_ref()?;
    let is_it = finding.member == Member::Server && matches!(&mend.change, MendChange::Replace(text) if text == fixed);
    is_it.then_some(fixed)
}

fn refusal(preset: AnyPreset, finding: &Finding) -> Failure {
    let word = preset.word(finding.member);
    let help = || preset.field(finding.member).map(|field| field.help.clone()).unwrap_or_default();
    let hint = finding.mend.as_ref().map_or_else(help, |mend| mend.label.clone());
    Failure::usage(format!("the {word} cannot be used"), format!("it {}", finding.text), hint)
}
