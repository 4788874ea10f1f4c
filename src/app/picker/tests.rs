#![allow(clippy::unwrap_used)]

use super::Picker;
use crate::app::action::Action;
use crate::app::remote::Remote;
use crate::app::repositories::Catalogue;
use crate::domain::{RepoRef, Repository};
use crate::ui::TextField;

fn repository(id: u64, name: &str) -> Repository {
    Repository {
        id,
        full_name: name.into(),
        visibility: "private".to_owned(),
        archived: false,
        admin: true,
        push: true,
    }
}

fn catalogue(names: &[&str]) -> Remote<Catalogue> {
    let mut names = names.to_vec();
    names.sort_unstable();
    // The id is derived from the name, wherever it is in the list.
    let id = |name: &str| name.bytes().fold(7u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let repositories: Vec<_> = names.iter().map(|name| repository(id(name), name)).collect();
    Remote::Ready(Catalogue { repositories: repositories.into(), lacking: None })
}

fn picker(of: &Remote<Catalogue>, filter: &str) -> Picker {
    let mut picker = Picker { filter: TextField::plain(filter), ..Picker::default() };
    picker.learn(Some(of));
    picker
}

fn names(picker: &Picker) -> Vec<String> {
    picker.rows().map(|row| row.repository.full_name.shown()).collect()
}

const FEW: [&str; 6] = ["acme/api", "acme/course-go", "acme/course-rust", "acme/web", "globex/api", "globex/course-c"];

#[test]
fn a_text_matches_where_it_stands_and_nothing_that_is_only_alike() {
    let of = catalogue(&["acme/a-very-pretty-icon", "acme/compliance", "acme/my-API", "acme/web"]);
    let mut chooser = picker(&of, "api");
    assert_eq!(names(&chooser), ["acme/my-API"]);
    assert_eq!(chooser.found_in("acme/my-API"), [8, 9, 10]);
    assert_eq!(chooser.found_in("acme/web"), Vec::<u32>::new());
    chooser.act(Action::SelectAll);
    let chosen: Vec<String> = chooser.chosen().into_iter().map(|r| r.full_name.shown()).collect();
    assert_eq!(chosen, ["acme/my-API"], "all that match are these alone");
    assert_eq!(names(&picker(&of, "!api")), Vec::<String>::new(), "no character has a meaning of its own");
}

#[test]
fn of_a_pattern_its_plain_parts_are_marked() {
    let of = catalogue(&FEW);
    let chooser = picker(&of, "acme/c*go");
    assert_eq!(names(&chooser), ["acme/course-go"]);
    assert_eq!(chooser.found_in("acme/course-go"), [0, 1, 2, 3, 4, 5, 12, 13]);
    assert_eq!(chooser.found_in("globex/course-c"), Vec::<u32>::new());
}

#[test]
fn typing_on_finds_the_same_as_looking_everywhere() {
    let of = catalogue(&FEW);
    let mut typed = picker(&of, "");
    for wanted in ["c", "co", "cou", "cour", "acme/cour", "", "api", "xapi", "!api", "glo", "course-", "*/c*", "g"] {
        typed.filter = TextField::plain(wanted);
        typed.learn(Some(&of));
        assert_eq!(names(&typed), names(&picker(&of, wanted)), "{wanted}");
    }
}

#[test]
fn a_name_with_a_star_is_a_pattern_for_the_name_or_for_both_parts() {
    let of = catalogue(&FEW);
    assert_eq!(names(&picker(&of, "acme/course-*")), ["acme/course-go", "acme/course-rust"]);
    assert_eq!(names(&picker(&of, "Course-*")), ["acme/course-go", "acme/course-rust", "globex/course-c"]);
    assert_eq!(names(&picker(&of, "*/ap?")), ["acme/api", "globex/api"]);
    assert_eq!(names(&picker(&of, "acme*")), Vec::<String>::new(), "a star does not reach over the slash");
    assert_eq!(names(&picker(&of, "acme/[*")), Vec::<String>::new(), "and what is no pattern matches nothing");
}

#[test]
fn the_cursor_stays_on_its_repository_while_others_arrive() {
    let mut picker = picker(&catalogue(&["acme/m", "acme/x"]), "");
    picker.act(Action::Down);
    picker.learn(Some(&catalogue(&["acme/a", "acme/b", "acme/m", "acme/x"])));
    assert_eq!(picker.row(picker.selected()).unwrap().repository.full_name.shown(), "acme/x");
}

#[test]
fn a_cursor_nobody_moved_stays_on_top() {
    let mut picker = picker(&catalogue(&["acme/m"]), "");
    picker.learn(Some(&catalogue(&["acme/a", "acme/m"])));
    assert_eq!(picker.selected(), 0);
}

#[test]
fn what_is_chosen_stays_chosen_whatever_the_filter_shows() {
    let of = catalogue(&FEW);
    let mut picker = picker(&of, "web");
    picker.act(Action::Toggle);
    picker.filter = TextField::plain("course");
    picker.learn(Some(&of));
    picker.act(Action::SelectAll);
    picker.learn(Some(&of));
    assert_eq!(picker.chosen.len(), 4);
    assert_eq!(picker.len(), 3, "only what matches is listed");
    picker.filter = TextField::plain("");
    picker.act(Action::Next);
    picker.learn(Some(&of));
    let mut listed = names(&picker);
    listed.sort();
    assert_eq!(listed, ["acme/course-go", "acme/course-rust", "acme/web", "globex/course-c"]);
    picker.act(Action::SelectAll);
    picker.learn(Some(&of));
    assert!(picker.is_empty() && picker.chosen.is_empty());
}

#[test]
fn a_chosen_repository_that_was_not_read_is_listed_first_and_filtered_like_the_others() {
    let of = catalogue(&FEW);
    let mut picker = Picker::with([RepoRef { id: 1, full_name: "other/apiary".into() }]);
    picker.learn(Some(&of));
    assert_eq!(names(&picker)[0], "other/apiary");
    picker.filter = TextField::plain("web");
    picker.learn(Some(&of));
    assert_eq!(names(&picker), ["acme/web"]);
}
