//! Expiry: the date from `--expires` is saved on this machine, shown by `list`, and forgotten with the password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveDate, TimeDelta, Utc};

use super::*;

const REST: &str = "--preset other --server r.example --username u --password-env P --no-test";

impl Desk {
    fn write(&self, line: &str) -> Ran {
        self.run_with(line, &[("P", PASSWORD), ("PULLKEY_HURRY", "10000")])
    }

    /// The expiry that `list --json` shows for a scope's first credential.
    fn told(&self, flags: &str) -> Value {
        self.run(&format!("list {flags} --json")).ends(0).json()["scopes"][0]["credentials"][0]["ends"].clone()
    }

    /// The content of the expiry record's only file.
    fn record(&self) -> Option<String> {
        let is_it = |file: &std::path::PathBuf| {
            file.to_string_lossy().contains("endings") && file.extension() == Some("json".as_ref())
        };
        self.home.files().into_iter().find(is_it).map(|file| std::fs::read_to_string(file).unwrap())
    }
}

fn days_from_now(days: i64) -> NaiveDate {
    Utc::now().date_naive() + TimeDelta::days(days)
}

#[test]
fn an_end_that_is_said_is_kept_told_replaced_and_deleted() {
    let desk = Desk::new();
    assert!(!desk.write(&format!("set ACR --user {REST}")).ends(0).stderr.contains("expiry"));
    assert_eq!((desk.told("--user"), desk.record()), (Value::Null, None), "no --expires, nothing saved");
    let end = days_from_now(6);
    let ran = desk.write(&format!("set ACR --user {REST} --yes --expires {end}")).ends(0);
    assert!(ran.stderr.contains(&format!("{end}, expires in 6 days")), "{ran:?}");
    let told = desk.told("--user");
    assert_eq!((&told["date"], &told["source"]), (&end.to_string().into(), &"you said".into()));
    let text = desk.run("list --user").ends(0).stdout;
    assert!(text.contains("EXPIRES") && text.contains("expires in 6 days !"), "{text}");
    let record = desk.record().unwrap();
    assert!(record.contains("r.example") && !record.contains(PASSWORD), "{record}");

    let line = "rotate ACR --user --password-env P --no-test --expires never";
    desk.write(line).ends(0);
    assert_eq!((&desk.told("--user")["date"], &desk.told("--user")["days"]), (&Value::Null, &Value::Null));
    desk.write("rotate ACR --user --password-env P --no-test").ends(0);
    assert_eq!(desk.told("--user"), Value::Null, "no expiry was given for the new password");
    desk.write(line).ends(0);
    desk.run("delete ACR --user --yes").ends(0);
    assert!(!desk.record().unwrap().contains("ACR"));
}

#[test]
fn an_end_that_is_not_understood_writes_nothing() {
    let desk = Desk::new();
    for (end, words) in [("soon", "not understood"), ("2020-01-01", "past"), ("2027-02-30", "no such day")] {
        let ran = desk.write(&format!("set ACR --user {REST} --expires {end}")).ends(2);
        assert!(ran.stderr.contains(words), "{ran:?}");
        desk.write(&format!("rotate ACR --user --password-env P --no-test --expires {end}")).ends(2);
    }
    assert!(desk.world().requests().is_empty());
}

#[test]
fn what_the_value_tells_is_kept_in_place_of_what_is_said() {
    let desk = Desk::new();
    let end = Utc::now() + TimeDelta::days(40);
    let jwt = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{}}}", end.timestamp())));
    let line = format!("set ACR --user {REST} --expires never");
    let ran = desk.run_with(&line, &[("P", &jwt)]).ends(0);
    assert!(ran.stderr.contains("overrides --expires"), "{ran:?}");
    let told = desk.told("--user");
    assert_eq!((&told["date"], &told["source"]), (&end.date_naive().to_string().into(), &"told by the value".into()));
    assert!(told["at"].is_string());
    assert!(!desk.record().unwrap().contains(&jwt));
}

#[test]
fn a_password_that_was_not_written_has_no_entry() {
    let desk = Desk::failing(&[("_PASSWORD", FaultKind::Status(403))]);
    desk.write(&format!("set ACR --user {REST} --expires never")).ends(3);
    assert_eq!(desk.record(), None);
    let desk = Desk::failing(&[("_SERVER", FaultKind::Status(403))]);
    desk.write(&format!("set ACR --user {REST} --expires never")).ends(3);
    let record = desk.record().unwrap();
    assert!(record.contains("\"u\"") && !record.contains("r.example"), "{record}");
}

#[test]
fn each_of_many_repositories_has_its_own_entry() {
    let desk = Desk::new();
    let end = days_from_now(90);
    desk.write(&format!("set ACR --repo acme/api --repo acme/web {REST} --expires {end}")).ends(0);
    for name in ["acme/api", "acme/web"] {
        assert_eq!(desk.told(&format!("--repo {name}"))["date"], end.to_string(), "{name}");
    }
    assert!(desk.record().unwrap().contains("acme/web"));
}

#[test]
fn somebody_elses_password_has_no_end_and_a_change_of_access_keeps_it() {
    let desk = Desk::new();
    desk.write(&format!("set ACR --org acme --visibility private {REST} --expires never")).ends(0);
    desk.run("access ACR --org acme --visibility all --yes").ends(0);
    assert_eq!(desk.told("--org acme")["source"], "you said");
    desk.run("access ACR --org acme --undo --yes").ends(0);
    assert_eq!(desk.told("--org acme")["source"], "you said");
    let name = "ACR_CONTAINER_REGISTRY_PASSWORD";
    let then = Utc::now() - TimeDelta::days(1);
    let record = desk.record().unwrap();
    // The sandbox's time stamps have whole seconds, so the record is edited to contain another time.
    let at =
        desk.world().secret("org:acme", name).unwrap().updated_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let file = desk
        .home
        .files()
        .into_iter()
        .find(|file| file.to_string_lossy().contains("endings") && file.extension() == Some("json".as_ref()))
        .unwrap();
    let then = then.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert!(record.contains(&at), "{record} {at}");
    std::fs::write(file, record.replace(&at, &then)).unwrap();
    assert_eq!(desk.told("--org acme"), Value::Null);
    assert!(desk.run("list --org acme").ends(0).stdout.contains("set by somebody else since"));
}

#[test]
fn a_broken_record_is_named_and_the_write_is_done() {
    let desk = Desk::new();
    desk.write(&format!("set ACR --user {REST} --expires never")).ends(0);
    let file = desk
        .home
        .files()
        .into_iter()
        .find(|file| file.to_string_lossy().contains("endings") && file.extension() == Some("json".as_ref()))
        .unwrap();
    std::fs::write(&file, "{").unwrap();
    let ran = desk.write(&format!("set ACR --user {REST} --yes --expires never --json")).ends(0);
    assert!(ran.json()["notes"].to_string().contains("record of expiry dates"), "{ran:?}");
    let ran = desk.run("list --user").ends(0);
    assert!(ran.stderr.contains("is not a record of expiry dates") && ran.stdout.contains("ACR"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "{");
}
