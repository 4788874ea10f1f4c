//! What you agreed to is checked once more before it is done.

use super::{ORDER, Stage, acme, name, prefix};
use crate::domain::change::Seen;
use crate::domain::{Member, Scope, Shape};
use crate::local::Held;
use crate::work::{load_for, overtaken};

async fn planted(key: &str) -> Stage {
    let stage = Stage::plain().await;
    for member in ORDER {
        assert!(stage.world().put_secret(key, &name(member), "kept", "selected", &["acme/api"]));
    }
    stage.world().put_secret(key, "NPM_TOKEN", "kept", "selected", &[]);
    stage
}

async fn seen(stage: &Stage, scope: &Scope, (shape, word): (Shape, &str)) -> Vec<Seen> {
    let listing = load_for(&stage.gh, scope, (shape, &prefix(word))).await.unwrap();
    listing.held(shape, &prefix(word)).as_deref().map(Seen::of).unwrap_or_default()
}

async fn differences(stage: &Stage, scope: &Scope, (shape, word): (Shape, &str), seen: &[Seen]) -> Vec<String> {
    let found = overtaken(&stage.gh, &Held::nothing(), scope, (shape, &prefix(word)), seen).await.unwrap();
    let Some(other) = found else { return Vec::new() };
    let now = self::seen(stage, scope, (shape, word)).await;
    let listed = other.now.held(shape, &prefix(word)).as_deref().map(Seen::of).unwrap_or_default();
    assert_eq!(listed, now, "the current state comes with it");
    other.differences
}

#[tokio::test]
async fn what_is_as_it_was_seen_is_not_overtaken() {
    for (key, scope) in [("user", Scope::User), ("org:acme", acme())] {
        let stage = planted(key).await;
        for place in [(Shape::Credential, "ACR"), (Shape::Single, "NPM_TOKEN"), (Shape::Credential, "NEW")] {
            let before = seen(&stage, &scope, place).await;
            stage.world().write_from_elsewhere(key, "OTHER_TOKEN", "x");
            assert!(differences(&stage, &scope, place, &before).await.is_empty(), "{place:?}");
        }
    }
}

#[tokio::test]
async fn what_was_written_came_or_went_since_is_told() {
    let place = (Shape::Credential, "ACR");
    let stage = planted("user").await;
    let before = seen(&stage, &Scope::User, place).await;
    stage.world().advance(5);
    assert!(stage.world().write_from_elsewhere("user", &name(Member::Password), "theirs"));
    assert!(stage.world().remove_secret("user", &name(Member::User)));
    let told = differences(&stage, &Scope::User, place, &before).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("user is gone") && told[1].contains("password was written"), "{told:?}");
    let told = differences(&stage, &Scope::User, place, &[]).await;
    assert_eq!(told.len(), 2, "nothing existed when a new one was agreed to: {told:?}");
    let single = (Shape::Single, "NPM_TOKEN");
    let before = seen(&stage, &Scope::User, single).await;
    assert!(stage.world().remove_secret("user", "NPM_TOKEN"));
    assert_eq!(differences(&stage, &Scope::User, single, &before).await.len(), 1);
}
