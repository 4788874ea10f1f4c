#![allow(clippy::unwrap_used)]
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::record::MOST;
use super::*;
use crate::domain::change::{AccessBefore, DraftAccess, Seen};
use crate::domain::{
    Credential, MemberReport, MemberState, Members, Prefix, Problem, Renamed, RepoName, Saved, Scope, ScopeListing,
    WriteOutcome,
};

const CANARY: &str = "Zq7-canary-9wK";

fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn on(text: &str) -> End {
    End::On(day(text))
}

fn prefix(text: &str) -> Prefix {
    Prefix::parse(text).unwrap()
}

fn repo(text: &str) -> Scope {
    Scope::Repository(RepoName::parse(text).unwrap())
}

fn draft(scope: Scope, password: &str, ends: Option<End>) -> Draft {
    let values = Members { server: "r.example".into(), user: "puller".into(), password: password.into() };
    let members = Member::WRITE_ORDER.to_vec();
    Draft {
        scope,
        prefix: prefix("ACR"),
        shape: crate::domain::Shape::Credential,
        values,
        access: DraftAccess::Keep,
        members,
        ends,
        seen: None,
    }
}

/// A credential whose password GitHub counts as updated then.
fn credential(updated_at: DateTime<Utc>) -> Credential {
    let state = |member: Member| {
        let name = prefix("ACR").secret_name(member);
        Some(MemberState { name, created_at: updated_at, updated_at, access: None })
    };
    let members =
        Members { server: state(Member::Server), user: state(Member::User), password: state(Member::Password) };
    Credential { members, ..Credential::new(prefix("ACR")) }
}

fn saved(at: DateTime<Utc>, outcome: impl Fn(Member) -> WriteOutcome) -> Saved {
    let report = |member: Member| MemberReport { member, name: String::new(), outcome: outcome(member) };
    let now = ScopeListing { credentials: vec![credential(at)], ..ScopeListing::default() };
    Saved { members: Member::WRITE_ORDER.map(report).to_vec(), now: Some(now) }
}

fn failed() -> WriteOutcome {
    WriteOutcome::Failed(Problem::new("a", "b", "c"))
}

/// A record that says of one password that it ends then.
fn said(end: &str) -> Record {
    let mut record = Record::default();
    record.saved(&draft(Scope::User, CANARY, Some(on(end))), &saved(now(), |_| WriteOutcome::Created), now());
    record
}

fn words(record: &Record, updated_at: DateTime<Utc>, at: DateTime<Utc>) -> Option<String> {
    let credential = credential(updated_at);
    record.told(&Scope::User, &credential, at).map(|told| match told.standing {
        Some(standing) => standing.words(),
        None => told.outdated().unwrap(),
    })
}

#[test]
fn an_end_is_a_day_a_length_or_never() {
    let today = day("2026-01-31");
    for (text, end) in [
        ("2027-05-14", on("2027-05-14")),
        (" 2026-01-31 ", on("2026-01-31")),
        ("in 90 days", on("2026-05-01")),
        ("90 days", on("2026-05-01")),
        ("90d", on("2026-05-01")),
        ("1 day", on("2026-02-01")),
        ("2 weeks", on("2026-02-14")),
        ("1 month", on("2026-02-28")),
        ("In 1 Year", on("2027-01-31")),
        ("0 days", on("2026-01-31")),
        ("Never", End::Never),
    ] {
        assert_eq!(End::parse(text, today), Ok(end), "{text}");
    }
}

#[test]
fn what_could_mean_two_things_or_nothing_is_refused_with_the_reason() {
    let today = day("2026-01-31");
    for text in ["", "soon", "90", "14.05.2027", "5/14/27", "3 m", "in", "days", "-3 days", "1.5 years", "2027-5-14"] {
        assert_eq!(End::parse(text, today), Err(EndFault::Unreadable), "{text}");
    }
    assert_eq!(End::parse("2027-02-30", today), Err(EndFault::NoSuchDay));
    assert_eq!(End::parse("2026-01-30", today), Err(EndFault::Past(day("2026-01-30"))));
    for text in ["101 years", "4294967295 years", "99999999999 days", "4294967295 weeks", "9999-01-01"] {
        assert_eq!(End::parse(text, today), Err(EndFault::TooFar), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_grammar(text in ".{0,40}") {
        let _ = End::parse(&text, day("2026-01-31"));
    }

    #[test]
    fn every_day_within_reach_is_read_back_as_it_is_shown(days in 0_i64..36_000) {
        let today = day("2026-01-31");
        let date = today + TimeDelta::days(days);
        proptest::prop_assert_eq!(End::parse(&date.to_string(), today), Ok(End::On(date)));
        proptest::prop_assert_eq!(End::parse(&format!("{days} days"), today), Ok(End::On(date)));
    }
}

#[test]
fn warnings_come_thirty_seven_and_one_days_before() {
    for (end, alarm, words) in [
        ("2026-04-01", Alarm::Nothing, "expires in 31 days"),
        ("2026-03-31", Alarm::Month, "expires in 30 days"),
        ("2026-03-09", Alarm::Month, "expires in 8 days"),
        ("2026-03-08", Alarm::Week, "expires in 7 days"),
        ("2026-03-03", Alarm::Week, "expires in 2 days"),
        ("2026-03-02", Alarm::Day, "expires tomorrow"),
        ("2026-03-01", Alarm::Day, "expires today"),
        ("2026-02-28", Alarm::Over, "expired yesterday"),
        ("2026-02-26", Alarm::Over, "expired 3 days ago"),
        ("2029-03-01", Alarm::Nothing, "expires in 3 years"),
    ] {
        let standing = on(end).standing(now());
        assert_eq!((standing.alarm(), standing.words().as_str()), (alarm, words), "{end}");
    }
    assert_eq!(End::Never.standing(now()), Standing::Never);
}

#[test]
fn an_end_that_a_value_tells_is_past_to_the_second() {
    assert_eq!(End::At(now()).standing(now()), Standing::Ended { days: 0 });
    assert_eq!(End::At(now() + TimeDelta::seconds(1)).standing(now()), Standing::Ends { days: 0 });
    assert_eq!(End::At(now() + TimeDelta::hours(13)).standing(now()), Standing::Ends { days: 1 });
}

#[test]
fn however_little_room_there_is_an_alarm_keeps_its_mark() {
    for end in ["2026-03-31", "2026-03-03", "2026-03-02", "2026-03-01", "2026-02-28", "2025-01-01"] {
        let standing = on(end).standing(now());
        for room in 9..20 {
            let brief = standing.brief(room).unwrap();
            assert!(brief.ends_with('!') && brief.len() <= room, "{brief}");
        }
    }
    assert_eq!(on("2026-02-26").standing(now()).brief(20).as_deref(), Some("expired 3 days ago !"));
    assert_eq!(on("2026-02-26").standing(now()).brief(13).as_deref(), Some("expired 3 d !"));
    assert_eq!(on("2026-03-26").standing(now()).brief(10).as_deref(), Some("25 d left!"));
    assert_eq!(on("2026-08-01").standing(now()).brief(6), None, "what alarms nobody gives way");
}

#[test]
fn what_a_value_tells_goes_before_what_somebody_says() {
    let exp = (now() + TimeDelta::hours(12)).timestamp();
    let jwt = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{exp}}}")));
    let told = of_draft(&draft(Scope::User, &jwt, Some(on("2030-01-01")))).unwrap();
    assert_eq!(told, (End::At(now() + TimeDelta::hours(12)), Source::Value));
    assert_eq!(of_draft(&draft(Scope::User, CANARY, Some(End::Never))), Some((End::Never, Source::Person)));
    assert_eq!(of_draft(&draft(Scope::User, CANARY, None)), None);
}

#[test]
fn the_record_never_holds_the_password() {
    let record = said("2027-01-01");
    let text = record.to_text();
    assert!(!text.contains(CANARY) && text.contains("r.example") && text.contains("puller"), "{text}");
    assert!(!format!("{record:?}").contains(CANARY));
}

#[test]
fn a_record_comes_back_as_it_was_and_keeps_what_it_does_not_know() {
    let mut record = said("2027-01-01");
    let jwt = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(r#"{"exp":1900000000}"#));
    record.saved(&draft(repo("acme/api"), &jwt, None), &saved(now(), |_| WriteOutcome::Updated), now());
    let of_org = draft(Scope::Organization(crate::domain::OrgName::parse("acme").unwrap()), "x", Some(End::Never));
    record.saved(&of_org, &saved(now(), |_| WriteOutcome::Updated), now());
    assert_eq!(Record::of_text(&record.to_text()).unwrap().to_text(), record.to_text());
    let newer = record.to_text().replacen("\"server\"", "\"colour\": \"red\", \"server\"", 1).replacen(
        "\"entries\": [",
        "\"mood\": 7, \"entries\": [{\"scope\": \"planet\"}, ",
        1,
    );
    let mut kept = Record::of_text(&newer).unwrap();
    kept.saved(&draft(repo("acme/web"), "x", Some(End::Never)), &saved(now(), |_| WriteOutcome::Created), now());
    let text = kept.to_text();
    assert!(["red", "mood", "planet", "acme/web"].iter().all(|word| text.contains(word)), "{text}");
    for text in ["", "[]", "{}", "{\"entries\": 3}", "{\"entries\": [", "\0"] {
        assert_eq!(Record::of_text(text), None, "{text}");
    }
}

#[test]
fn an_entry_belongs_to_one_scope_and_prefix_in_any_spelling() {
    let mut record = Record::default();
    let write = draft(repo("Acme/API"), CANARY, Some(on("2027-01-01")));
    record.saved(&write, &saved(now(), |_| WriteOutcome::Created), now());
    assert!(record.entry(&repo("acme/api"), &prefix("ACR")).is_some());
    assert!(record.entry(&repo("acme/web"), &prefix("ACR")).is_none());
    assert!(record.entry(&repo("acme/api"), &prefix("ECR")).is_none());
    assert!(record.entry(&Scope::User, &prefix("ACR")).is_none());
    let (from, to) = (RepoName::parse("acme/api").unwrap(), RepoName::parse("acme/core").unwrap());
    record.renamed(&Renamed { from, to, id: 1 });
    assert!(record.entry(&repo("acme/core"), &prefix("ACR")).is_some());
}

#[test]
fn a_password_that_somebody_else_set_since_has_no_end() {
    let record = said("2026-02-20");
    assert_eq!(words(&record, now(), now()).as_deref(), Some("expired 9 days ago"));
    let other = words(&record, now() + TimeDelta::seconds(1), now()).unwrap();
    assert!(other.contains("set by somebody else since"), "{other}");
    assert!(words(&record, now() - TimeDelta::days(3), now()).unwrap().contains("no longer applies"));
    let mut unread = Record::default();
    let nothing_read = Saved { now: None, ..saved(now(), |_| WriteOutcome::Created) };
    unread.saved(&draft(Scope::User, CANARY, Some(End::Never)), &nothing_read, now());
    assert_eq!(words(&unread, now() + TimeDelta::minutes(2), now()).as_deref(), Some("does not expire"));
    assert!(words(&unread, now() + TimeDelta::hours(1), now()).unwrap().contains("somebody else"));
}

#[test]
fn a_new_password_replaces_what_was_said_of_the_old_one() {
    let mut record = said("2026-02-20");
    let mut write = draft(Scope::User, "new", Some(on("2026-09-01")));
    write.members = vec![Member::Password];
    record.saved(&write, &saved(now(), |_| WriteOutcome::Updated), now());
    let entry = record.entry(&Scope::User, &prefix("ACR")).unwrap();
    assert_eq!((entry.end, entry.server.as_deref()), (on("2026-09-01"), Some("r.example")), "the server stays known");
    record.saved(&Draft { ends: None, ..write }, &saved(now(), |_| WriteOutcome::Updated), now());
    assert!(record.is_empty(), "nothing is guessed of a password of which nothing is said");
}

#[test]
fn what_was_not_written_is_not_in_the_record() {
    let mut record = Record::default();
    let write = draft(Scope::User, CANARY, Some(on("2027-01-01")));
    let only_user = |member| if member == Member::User { WriteOutcome::Created } else { failed() };
    record.saved(&write, &saved(now(), only_user), now());
    assert!(record.is_empty());
    let no_server = |member| if member == Member::Server { failed() } else { WriteOutcome::Created };
    record.saved(&write, &saved(now(), no_server), now());
    let known = |record: &Record| record.entry(&Scope::User, &prefix("ACR")).map(|entry| entry.server.clone()).unwrap();
    assert_eq!(known(&record), None);
    let mut rest = saved(now(), |_| WriteOutcome::Created);
    rest.members.retain(|report| report.member == Member::Server);
    record.saved(&Draft { members: vec![Member::Server], ..write.clone() }, &rest, now());
    assert_eq!(known(&record).as_deref(), Some("r.example"), "the rest of it was written later");
    let mut old = said("2026-02-20");
    old.saved(&write, &saved(now(), |_| failed()), now());
    assert_eq!(words(&old, now(), now()).as_deref(), Some("expired 9 days ago"), "the old password is still there");
}

#[test]
fn only_a_deletion_of_the_password_forgets_it() {
    let mut record = said("2027-01-01");
    let server = |member| if member == Member::Server { WriteOutcome::Deleted } else { failed() };
    record.deleted(&Scope::User, &prefix("ACR"), &saved(now(), server));
    assert!(!record.is_empty());
    record.deleted(&Scope::User, &prefix("ACR"), &saved(now(), |_| WriteOutcome::Deleted));
    assert!(record.is_empty());
}

#[test]
fn a_change_of_access_leaves_the_end_and_one_by_somebody_else_does_not_revive_it() {
    let later = now() + TimeDelta::hours(1);
    let before =
        |at| AccessBefore { scope: Scope::User, prefix: prefix("ACR"), members: Seen::of(&credential(at)), left: None };
    let mut record = said("2026-02-20");
    record.regranted(&before(now()), &saved(later, |_| WriteOutcome::Updated));
    assert_eq!(words(&record, later, now()).as_deref(), Some("expired 9 days ago"));
    record.regranted(&before(now() + TimeDelta::minutes(90)), &saved(later, |_| WriteOutcome::Updated));
    let mut other = said("2026-02-20");
    other.regranted(&before(now() + TimeDelta::minutes(9)), &saved(later, |_| WriteOutcome::Updated));
    assert!(words(&other, later, now()).unwrap().contains("somebody else"));
}

#[test]
fn a_record_never_grows_without_bound() {
    let entry = |n: usize| {
        format!(
            r#"{{"scope":"repository","name":"acme/r{n}","prefix":"ACR",
            "ends":"never","said_by":"person","written":"2026-01-01T00:00:00Z"}}"#
        )
    };
    let all: Vec<String> = (0..MOST).map(entry).collect();
    let mut record = Record::of_text(&format!("{{\"entries\":[{}]}}", all.join(","))).unwrap();
    assert!(record.entry(&repo("acme/r0"), &prefix("ACR")).is_some());
    let write = draft(repo("acme/new"), CANARY, Some(End::Never));
    record.saved(&write, &saved(now(), |_| WriteOutcome::Created), now());
    assert!(record.entry(&repo("acme/r0"), &prefix("ACR")).is_none(), "the oldest gives way");
    assert!(record.entry(&repo("acme/r1"), &prefix("ACR")).is_some());
}

#[test]
fn a_user_that_is_a_secret_is_never_recorded() {
    let token = "dop_v1_0123456789abcdef0123456789abcdef";
    for (server, user, password) in [
        ("r.example", "hunter2hunter2", "hunter2hunter2"),
        ("r.example", token, token),
        ("r.example", token, "another"),
        ("hunter2hunter2", "puller", "hunter2hunter2"),
        ("https://x:hunter2hunter2@r.example", "puller", "hunter2hunter2"),
    ] {
        let values = Members { server: server.into(), user: user.into(), password: password.into() };
        let draft = Draft { values, ..draft(Scope::User, password, Some(End::Never)) };
        let mut record = Record::default();
        record.saved(&draft, &saved(now(), |_| WriteOutcome::Created), now());
        let text = record.to_text();
        assert!(!text.contains("hunter2") && !text.contains("dop_v1"), "{text}");
        assert!(record.entry(&Scope::User, &prefix("ACR")).is_some(), "its end is kept all the same");
    }
}

#[test]
fn a_token_that_an_older_version_recorded_is_forgotten() {
    let text = said("2027-01-01").to_text().replace("\"puller\"", "\"dop_v1_0123456789abcdef0123456789abcdef\"");
    assert!(text.contains("dop_v1"));
    assert!(!Record::of_text(&text).unwrap().to_text().contains("dop_v1"));
}
