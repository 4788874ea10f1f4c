//! States with marked credentials, changing access of several, repairing, conflicts, undoing and rotating.

use super::world::{self, reference, selected};
use super::*;
use crate::domain::change::{AccessOutcome, Stale};
use crate::domain::{ScopeListing, WriteOutcome};

fn with(mut driver: Driver, keys: &str) -> Driver {
    driver.keys(keys);
    driver
}

fn answered(mut driver: Driver) -> Driver {
    driver.answer_everything();
    driver
}

/// Your own ACR and ECR and the GHCR of acme are marked.
pub fn marked() -> Driver {
    with(Driver::ready(), "space down space G up space")
}

/// The access of your own ACR, opened, with acme/infra instead of acme/web.
pub fn exchanged() -> Driver {
    with(answered(with(Driver::ready(), "a")), "down space down space")
}

/// The three marked ones get acme/docs as well.
pub fn many() -> Driver {
    let mut driver = answered(with(marked(), "a /"));
    driver.type_text("docs");
    with(driver, "enter space")
}

/// The listing in which someone else gave ACR to acme/docs.
pub fn by_somebody_else() -> ScopeListing {
    let holds = selected(&["acme/api", "acme/docs", "acme/web", "octocat/dotfiles"]);
    let mut listing = world::listing(&Scope::User);
    let others = listing.credentials.split_off(1);
    listing.credentials = ScopeListing::group(world::triple("ACR", 0, &holds), true).credentials;
    listing.credentials.extend(others);
    listing
}

pub fn overtaken() -> Driver {
    let mut driver = with(exchanged(), "enter right enter");
    let id = driver.writing();
    let differences = ["the password is for 4 repositories, and was for 3 repositories".to_owned()].to_vec();
    let stale = Stale { now: by_somebody_else(), differences };
    driver.finish(id, Outcome::AccessChanged(Ok(AccessOutcome::Stale(stale))));
    driver
}

/// ACR was changed, and the list is shown again.
pub fn changed() -> Driver {
    let mut driver = with(exchanged(), "enter right enter");
    driver.write_succeeds();
    with(driver, "enter")
}

fn ended(mut driver: Driver) -> Driver {
    while driver.app.running_writes() > 0 {
        let job = driver.last_write();
        let fails = matches!(&job, Job::ChangeAccess(change) if change.prefix.as_str() == "ECR");
        let saved =
            world::saved(
                &job,
                |_| {
                    if fails { WriteOutcome::Failed(world::no_network()) } else { WriteOutcome::Updated }
                },
            );
        driver.write_ends(Ok(saved));
    }
    driver
}

/// Your own ACR, with a new password typed.
pub fn rotated(server: bool) -> Driver {
    let mut driver = with(Driver::ready(), "r");
    driver.type_text(CANARY);
    if server {
        driver.press("shift-tab");
        driver.type_text("ci-pull").press("shift-tab");
        driver.type_text("mycompany.azurecr.io");
    }
    driver
}

fn narrowed() -> Driver {
    let mut driver = with(answered(with(Driver::ready(), "a")), "/");
    driver.type_text("doc");
    driver
}

fn pattern() -> Driver {
    let mut driver = with(answered(with(Driver::ready(), "a")), "/");
    driver.type_text("acme/*");
    with(driver, "enter A")
}

fn streaming() -> Driver {
    let mut driver = with(Driver::ready(), "a");
    let id = driver.running(|job| matches!(job, Job::Repositories(_)));
    driver.part(id, Part::Repositories(world::page(0, 3)));
    driver
}

pub fn all() -> Vec<(&'static str, Driver)> {
    let mut gone = with(Driver::ready(), "a");
    gone.answer_everything();
    let id = gone.app.world.scopes.iter().find(|(scope, _)| *scope == Scope::User).map(|_| ()).map(|()| {
        gone.keys("1 f5 a");
        gone.reading(&Scope::User)
    });
    let left = ScopeListing { complete: true, ..ScopeListing::default() };
    gone.finish(id.unwrap(), Outcome::Listing(Ok(left)));
    let mut undone = with(changed(), "u right enter");
    undone.write_succeeds();
    let mut written = with(rotated(false), "enter enter s right enter");
    written.write_succeeds();
    let _ = reference("acme/api");
    vec![
        ("credentials_marked", marked()),
        ("credentials_changed", changed()),
        ("access_narrowed", narrowed()),
        ("access_pattern", pattern()),
        ("access_streams_in", streaming()),
        ("access_only_chosen", with(answered(with(Driver::ready(), "a")), "tab")),
        ("access_many", answered(with(marked(), "a"))),
        ("access_many_chosen", many()),
        ("access_gone", gone),
        ("access_unsaved", with(exchanged(), "esc")),
        ("confirm_access_many", with(many(), "enter")),
        ("confirm_access_many_writes", with(many(), "enter right enter")),
        ("confirm_access_many_half", ended(with(many(), "enter right enter"))),
        ("confirm_delete_many", with(marked(), "d")),
        ("confirm_repair", with(Driver::ready(), "G up m")),
        ("confirm_overtaken", overtaken()),
        ("access_after_overtaken", with(overtaken(), "enter")),
        ("confirm_undo", with(changed(), "u")),
        ("confirm_undone", undone),
        ("activity_changes", {
            let mut driver = with(changed(), "d right enter");
            let report = world::saved(&driver.last_write(), |_| WriteOutcome::Failed(world::no_network()));
            driver.write_ends(Ok(report));
            with(driver, "enter 5 down")
        }),
        ("activity_change_detail", with(changed(), "5 enter")),
        ("rotate_values", with(Driver::ready(), "r")),
        ("rotate_values_incomplete", with(Driver::ready(), "down r")),
        ("rotate_test_untestable", with(rotated(false), "enter enter")),
        ("rotate_test", with(rotated(true), "enter enter enter enter")),
        ("rotate_review", with(rotated(false), "enter enter s")),
        ("rotate_review_differing", {
            let mut driver = with(Driver::ready(), "G up r");
            driver.type_text(CANARY);
            with(driver, "enter s")
        }),
        ("rotate_done", written),
    ]
}
