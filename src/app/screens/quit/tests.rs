use super::{Answer, Phase, State};
use crate::app::action::Action;

fn running() -> State {
    State::new(vec!["deleting ACR from your own secrets".to_owned()], false)
}

#[test]
fn it_begins_on_the_button_that_changes_nothing() {
    for state in [running(), State::new(Vec::new(), true), State::ordered(Vec::new())] {
        assert_eq!(state.answer(), Answer::Stay);
    }
}

#[test]
fn what_runs_can_be_awaited_and_what_is_typed_can_only_be_lost() {
    assert_eq!(running().answers(), [Answer::Stay, Answer::WhenDone, Answer::Now]);
    assert_eq!(State::new(Vec::new(), true).answers(), [Answer::Stay, Answer::Now]);
}

#[test]
fn an_order_to_end_has_no_button_that_calls_it_off() {
    assert!(State::ordered(vec!["restarting a codespace".to_owned()]).answers().is_empty());
}

#[test]
fn waiting_begins_anew_on_the_harmless_button() {
    let mut state = running();
    assert!(state.buttons.act(Action::Right, state.answers().len()));
    assert_eq!(state.answer(), Answer::WhenDone);
    state.turn(Phase::Waiting);
    assert_eq!((state.answer(), state.answers().len()), (Answer::Stay, 2));
}
