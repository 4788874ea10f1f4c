//! The screen that imports values from this machine, in every state worth a look.

use super::Driver;
use crate::app::local_job::{LocalJob, LocalOutcome};
use crate::app::protocol::{Job, Outcome};
use crate::domain::kept::Origin;
use crate::domain::source::{Found, Offered, Source, Taken};
use crate::domain::{Kept, Prefix, Problem, Scope, Trial};

/// What is found on a machine that has a bit of everything.
pub fn found() -> Found {
    let docker = |key: &str| Offered {
        server: Some(key.into()),
        user: Some("octocat".into()),
        ..Offered::new(Source::Docker { key: key.into() })
    };
    let helped = Offered { user: None, helper: Some("docker-credential-pass".into()), ..docker("ghcr.io") };
    let aws = |profile: &str| Offered::new(Source::Aws { profile: profile.into() });
    let prefix = Prefix::parse("ACR").unwrap();
    Found {
        offers: vec![
            aws("sso").refused("it uses single sign-on, whose keys expire within hours"),
            docker("https://index.docker.io/v1/"),
            helped,
            Offered { user: Some("AKIAIOSFODNN7EXAMPLE".into()), ..aws("default") },
            Offered {
                server: Some("mycompany.azurecr.io".into()),
                user: Some("ci-pull".into()),
                ..Offered::new(Source::Env { prefix })
            },
        ],
        looked: Vec::new(),
        broken: vec![Problem::new(
            ".env could not be searched",
            ".env line 3 is not valid: it is neither NAME=value nor a comment",
            "correct that line, or enter the values yourself",
        )],
    }
}

/// The values of the credential in the environment.
pub fn taken() -> Taken {
    Taken {
        source: Source::Env { prefix: Prefix::parse("ACR").unwrap() },
        server: Some("mycompany.azurecr.io".to_owned()),
        user: "ci-pull".into(),
        password: super::CANARY.into(),
    }
}

/// In the login test, with the places found.
pub fn at_the_places() -> Driver {
    let mut driver = Driver::ready();
    driver.keys("t");
    driver.answer_everything();
    driver.press("ctrl-t");
    driver.answer_everything();
    driver
}

/// In the login test of values that passed before someone else wrote others.
pub fn with_kept() -> Driver {
    let mut driver = Driver::ready();
    driver.press("t");
    let id = driver.running(|job| matches!(job, Job::Local(LocalJob::Recall { .. })));
    let mut kept = Kept::tested(trial(), Some(&super::world::listing(&Scope::User)), &Prefix::parse("ACR").unwrap());
    kept.as_of.as_mut().unwrap().password = None;
    driver.finish(id, Outcome::Local(LocalOutcome::Recalled(Ok(Some(kept)))));
    driver
}

fn trial() -> Trial {
    Trial {
        server: "mycompany.azurecr.io".to_owned(),
        user: "ci-pull".into(),
        password: super::CANARY.into(),
        images: Vec::new(),
        holds: crate::domain::Holds::Images,
    }
}

/// The keyring returns nothing to every read of it.
pub fn answer_recall(driver: &mut Driver) {
    let is_recall = |job: &Job| matches!(job, Job::Local(LocalJob::Recall { .. }));
    let ids: Vec<_> = driver.live.iter().filter(|(_, job)| is_recall(job)).map(|(id, _)| *id).collect();
    for id in ids {
        driver.finish(id, Outcome::Local(LocalOutcome::Recalled(Ok(None))));
    }
}

/// How a local job may end.
pub fn brought(local_job: &LocalJob, pick: usize) -> LocalOutcome {
    let problem = || super::world::no_network();
    let fails = pick.is_multiple_of(3);
    match local_job {
        LocalJob::Look => LocalOutcome::Found(if fails { Ok(Found::default()) } else { Ok(found()) }),
        LocalJob::Take(_) => LocalOutcome::Taken(if fails { Err(problem()) } else { Ok(taken()) }),
        LocalJob::Recall { .. } if fails => LocalOutcome::Recalled(Err(problem())),
        LocalJob::Recall { .. } => {
            let kept = Kept { trial: trial(), origin: Origin::Written, as_of: None };
            LocalOutcome::Recalled(Ok(pick.is_multiple_of(2).then_some(kept)))
        }
        LocalJob::Keep { .. } => LocalOutcome::Kept(if fails { Err(problem()) } else { Ok(()) }),
        LocalJob::Forget { .. } => LocalOutcome::Forgotten(if fails { Err(problem()) } else { Ok(true) }),
    }
}

pub fn all() -> Vec<(&'static str, Driver)> {
    let mut nothing = Driver::ready();
    nothing.keys("t f7");
    vec![("fill_places", at_the_places()), ("fill_looking", nothing)]
}
