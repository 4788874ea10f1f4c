//! Several writers of one credential at once: on this machine they wait for each other, and what someone elsewhere does
//! is reported as far as GitHub's time stamps show it.

use super::{ORDER, Stage, draft, name, prefix, selected};
use crate::domain::{Draft, Member, Members, Scope, Sensitive, WriteOutcome};
use crate::local::{Env, Held, Locks};
use crate::sandbox::World;
use crate::work::{Rotation, rotate, save};

/// A stage with a rate limit that no run reaches.
async fn stage() -> Stage {
    let stage = Stage::plain().await;
    stage.world().set_limit(1_000_000);
    stage
}

/// A credential whose members all tell whose it is.
fn of(whose: &str) -> Draft {
    let value = |member: Member| Sensitive::new(format!("{whose}-{}", member.word()));
    let values =
        Members { server: value(Member::Server), user: value(Member::User), password: value(Member::Password) };
    Draft { values, ..draft(Scope::User, selected(Vec::new())) }
}

/// Whose members GitHub has.
fn whose(stage: &Stage) -> Vec<String> {
    let value = |member: Member| stage.value("user", &name(member)).unwrap_or_default();
    ORDER.map(|member| value(member).split('-').next().unwrap_or_default().to_owned()).to_vec()
}

fn write_from_elsewhere(world: &World, members: &[Member]) {
    for member in members {
        assert!(world.write_from_elsewhere("user", &name(*member), &format!("theirs-{}", member.word())));
    }
}

#[tokio::test]
async fn two_who_write_one_credential_at_once_never_mix_it() {
    let stage = stage().await;
    let dir = tempfile::tempdir().unwrap();
    let locks = Locks::of(&Env::of([("PULLKEY_STATE_DIR", dir.path().as_os_str())]), "api.github.com");
    for round in 0..300 {
        let write = async |whose: &str| {
            let draft = of(whose);
            let held = locks.take(&draft.scope, &draft.prefix).await.unwrap();
            save(&stage.gh, &held, &draft, &mut |_| {}).await.unwrap()
        };
        let (one, other) = tokio::join!(write("one"), write("other"));
        assert!(one.is_whole() && other.is_whole(), "{round}: {one:?} {other:?}");
        let whose = whose(&stage);
        assert!(whose.iter().all(|member| *member == whose[0]), "{round}: {whose:?}");
    }
}

#[tokio::test]
async fn a_credential_that_somebody_elsewhere_writes_between_our_writes_is_never_called_done_with_theirs_in_it() {
    let stage = stage().await;
    let (mut told, mut ours) = (0, 0);
    // Every moment, every set of members, and a clock that is one, two or three seconds later.
    for round in 0..600_usize {
        let (moment, seconds) = (round % 3, i64::try_from(1 + round / 3 % 3).unwrap());
        let theirs: Vec<Member> = ORDER
            .into_iter()
            .enumerate()
            .filter(|(at, _)| (1 + round / 9 % 7) >> at & 1 == 1)
            .map(|(_, member)| member)
            .collect();
        let world = stage.world();
        let mut heard = 0;
        let mut part = |_| {
            if heard == moment {
                world.advance(seconds);
                write_from_elsewhere(&world, &theirs);
            }
            heard += 1;
        };
        let saved = save(&stage.gh, &Held::nothing(), &of("ours"), &mut part).await.unwrap();
        let whose = whose(&stage);
        let is_ours = whose.iter().all(|member| member == "ours");
        assert!(is_ours || !saved.is_whole(), "{round}: {whose:?} {saved:?}");
        (told, ours) = (told + usize::from(!saved.is_whole()), ours + usize::from(saved.is_whole()));
        world.advance(5);
    }
    assert!(told > 50 && ours > 50, "both happen: {told} reported, {ours} ours");
}

#[tokio::test]
async fn nobody_elsewhere_is_nobody_told() {
    let stage = stage().await;
    for round in 0..60 {
        // GitHub's clock also advances between our own writes.
        let world = stage.world();
        let mut part = |_| world.advance(round % 3);
        let saved = save(&stage.gh, &Held::nothing(), &of("ours"), &mut part).await.unwrap();
        assert!(saved.is_whole(), "{round}: {saved:?}");
    }
}

#[tokio::test]
async fn a_new_password_for_a_server_that_somebody_changes_meanwhile_is_not_called_done() {
    let stage = Stage::plain().await;
    assert!(save(&stage.gh, &Held::nothing(), &of("old"), &mut |_| {}).await.unwrap().is_whole());
    let values = Members { server: None, user: None, password: Some(Sensitive::from("ours-password")) };
    let rotation = Rotation { scope: Scope::User, prefix: prefix("ACR"), values };
    let world = stage.world();
    let mut part = |_| {
        world.advance(1);
        write_from_elsewhere(&world, &[Member::Server]);
    };
    let saved = rotate(&stage.gh, &Held::nothing(), &rotation, &mut part).await.unwrap();
    let server = saved.members.iter().find(|report| report.member == Member::Server).unwrap();
    assert!(!saved.is_whole() && matches!(server.outcome, WriteOutcome::ChangedElsewhere(_)), "{saved:?}");
}

#[tokio::test]
async fn a_secret_that_came_or_went_while_we_wrote_is_told() {
    let stage = Stage::plain().await;
    let world = stage.world();
    let mut part = |_| {
        world.write_from_elsewhere("user", &name(Member::Server), "theirs-server");
    };
    let saved = save(&stage.gh, &Held::nothing(), &of("ours"), &mut part).await.unwrap();
    assert!(!saved.is_whole(), "{saved:?}");
    let mut part = |_| {
        world.remove_secret("user", &name(Member::Server));
    };
    let saved = save(&stage.gh, &Held::nothing(), &of("ours"), &mut part).await.unwrap();
    assert!(!saved.is_whole(), "{saved:?}");
}
