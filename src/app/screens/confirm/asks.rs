//! The texts of questions asked from more than one place: delete, give the same access, undo.

use super::State;
use crate::app::screens::Screen;
use crate::app::words;
use crate::app::world::World;
use crate::app::writing::Change;
use crate::domain::change::{AccessBefore, Seen};
use crate::domain::{Access, AccessChange, AccessGoal, Credential, Member, Scope, Visibility};

/// The question before credentials are deleted.
pub fn ask_to_delete(credentials: &[(Scope, Credential)]) -> Screen {
    let mut body = Vec::new();
    for (scope, credential) in credentials {
        let there = Member::all().filter(|m| credential.members.get(*m).is_some());
        if credentials.len() == 1 {
            body.extend(there.map(|member| format!("deletes {}", credential.prefix.secret_name(member))));
            body.push(format!("from {scope}; running codespaces keep what they have until they stop"));
        } else {
            let members: Vec<&str> = there.map(Member::suffix).collect();
            body.push(format!("deletes {} from {scope}: {}", credential.prefix, members.join(", ")));
        }
    }
    if credentials.len() > 1 {
        body.push("running codespaces keep what they have until they stop".to_owned());
    }
    body.push("the values cannot be read back: this cannot be undone".to_owned());
    let what = match credentials {
        [(_, only)] => only.prefix.to_string(),
        several => format!("{} credentials", several.len()),
    };
    let change = |(scope, credential): &(Scope, Credential)| Change::Delete {
        scope: scope.clone(),
        prefix: credential.prefix.clone(),
        seen: Some(Seen::of(credential)),
    };
    let changes = credentials.iter().map(change).collect();
    let question = format!("Delete {what}");
    Screen::Confirm(Box::new(State::of_all(question.clone(), body, question, changes)))
}

/// The question before members that differ get the same access; `Err` says why none is proposed.
pub fn ask_to_repair(scope: &Scope, credential: &Credential) -> Result<Screen, &'static str> {
    let (proposed, why) = credential.common_access()?;
    let (visibility, repositories) = match &proposed {
        Access::Selected(list) => (Visibility::Selected, list.repositories.clone()),
        Access::All => (Visibility::All, Vec::new()),
        Access::Private => (Visibility::Private, Vec::new()),
        Access::Repository | Access::Other(_) => return Err("this access cannot be set"),
    };
    let whose = format!("all secrets of {} in {scope}", credential.prefix);
    let mut body = vec![format!("for {whose}, {why}: {}", words::spelled(&proposed))];
    let known =
        credential.members.iter().filter_map(|(member, state)| Some((member, state.as_ref()?.access.as_ref()?)));
    body.extend(known.map(|(member, access)| format!("{} now reaches {}", member.suffix(), words::spelled(access))));
    body.push("for a different set, cancel and press a; values stay as they are".to_owned());
    let change = Change::Access(AccessChange {
        scope: scope.clone(),
        prefix: credential.prefix.clone(),
        goal: AccessGoal::Alike { visibility, repositories },
        seen: Some(Seen::of(credential)),
    });
    let title = format!("Give all members of {} the same access", credential.prefix);
    Ok(Screen::Confirm(Box::new(State::new(title, body, "Give same access", change))))
}

/// The question before a change of access is undone.
pub fn ask_to_undo(before: &AccessBefore, world: &World) -> Screen {
    let AccessBefore { scope, prefix, members, left: _ } = before;
    let now = world.listing(scope).and_then(|listing| listing.credential(prefix));
    let turn = |seen: &Seen| {
        let then = seen.access.as_ref()?;
        let held = now.and_then(|credential| credential.members.get(seen.member).as_ref());
        Some(match held.map(|state| &state.access) {
            Some(Some(held)) if held.is_same(then) => format!("as it is: {}", words::spelled(then)),
            Some(Some(held)) => format!("again {}; now it is {}", words::spelled(then), words::spelled(held)),
            Some(None) => format!("again {}", words::spelled(then)),
            None => "nothing: it was deleted meanwhile".to_owned(),
        })
    };
    let turns: Vec<(Member, String)> = members.iter().filter_map(|seen| Some((seen.member, turn(seen)?))).collect();
    let mut body = match turns.as_slice() {
        [(_, first), rest @ ..] if rest.iter().all(|(_, text)| text == first) => {
            vec![format!("all secrets of {prefix} in {scope} reach {first}")]
        }
        turns => {
            let line = |(member, text): &(Member, String)| format!("{} reaches {text}", member.suffix());
            let head = format!("the secrets of {prefix} in {scope}:");
            std::iter::once(head).chain(turns.iter().map(line)).collect()
        }
    };
    body.push("values stay as they are; running codespaces see it after a restart".to_owned());
    let title = format!("Undo the access change of {prefix}");
    Screen::Confirm(Box::new(State::new(title, body, "Undo", Change::Restore(before.clone()))))
}
