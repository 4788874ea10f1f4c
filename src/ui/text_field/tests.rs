use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::*;
use crate::ui::{Glyphs, Theme};

fn typed(mut field: TextField, text: &str) -> TextField {
    for c in text.chars() {
        assert_eq!(field.key(FieldKey::Char(c)), Edit::Changed);
    }
    field
}

fn keys(field: &mut TextField, keys: &[FieldKey]) {
    for key in keys {
        let _ = field.key(*key);
    }
}

fn drawn(field: &TextField, width: u16, glyphs: &Glyphs, focused: bool) -> (String, Option<Position>) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
    let cursor = draw(&mut buffer, Rect::new(0, 0, width, 1), field, &Theme::bare(), glyphs, focused);
    ((0..width).map(|x| buffer[(x, 0)].symbol()).collect(), cursor)
}

fn column(at: u16) -> Position {
    Position::new(at, 0)
}

#[test]
fn typing_and_deleting_happen_at_the_cursor() {
    let mut field = typed(TextField::plain(""), "acr.io");
    keys(&mut field, &[FieldKey::Home, FieldKey::Char('m'), FieldKey::Right, FieldKey::Delete, FieldKey::Backspace]);
    assert_eq!(field.text(), Some("mr.io"));
    keys(&mut field, &[FieldKey::End, FieldKey::DeleteWordLeft]);
    assert_eq!(field.text(), Some("mr."));
    keys(&mut field, &[FieldKey::Left, FieldKey::DeleteToEnd]);
    assert_eq!(field.text(), Some("mr"));
    keys(&mut field, &[FieldKey::Left, FieldKey::DeleteToStart]);
    assert_eq!(field.text(), Some("r"));
}

#[test]
fn what_was_selected_gives_way_to_what_comes_and_nothing_else_does() {
    let selected = |mut field: TextField| {
        let _ = field.set(&"wrong".into());
        field.select_all();
        field
    };
    for empty in [TextField::plain(""), TextField::secret()] {
        let mut typed_over = selected(empty.clone());
        keys(&mut typed_over, &[FieldKey::Char('o'), FieldKey::Char('k')]);
        assert_eq!(typed_over.value(), "ok".into());
        let mut pasted = selected(empty.clone());
        let _ = pasted.paste(&"right".into(), TrailingLineEnd::DropOne);
        assert_eq!(pasted.value(), "right".into());
        let mut refused = selected(empty.clone());
        let _ = refused.paste(&"x".repeat(LIMIT + 1).as_str().into(), TrailingLineEnd::Keep);
        let _ = refused.paste(&"".into(), TrailingLineEnd::Keep);
        assert_eq!(refused.value(), "wrong".into(), "what is refused replaces nothing");
        for key in [FieldKey::Backspace, FieldKey::Delete, FieldKey::DeleteWordLeft, FieldKey::DeleteToEnd] {
            let mut emptied = selected(empty.clone());
            assert_eq!(emptied.key(key), Edit::Changed, "{key:?}");
            assert!(emptied.is_empty() && !emptied.is_selected(), "{key:?}");
        }
        let mut moved = selected(empty.clone());
        keys(&mut moved, &[FieldKey::Left, FieldKey::Char('!')]);
        assert_eq!(moved.value(), "wron!g".into());
        let mut left = selected(empty);
        left.leave();
        keys(&mut left, &[FieldKey::Char('!')]);
        assert_eq!(left.value(), "wrong!".into());
    }
    let mut nothing = TextField::plain("");
    nothing.select_all();
    assert!(!nothing.is_selected());
}

#[test]
fn keys_without_anything_to_do_say_so() {
    let mut field = TextField::plain("");
    for key in [FieldKey::Backspace, FieldKey::Delete, FieldKey::Left, FieldKey::WordRight, FieldKey::DeleteToStart] {
        assert_eq!(field.key(key), Edit::Nothing, "{key:?}");
    }
}

#[test]
fn words_end_at_punctuation() {
    let mut field = TextField::plain("my-company.azurecr.io");
    let mut stops = Vec::new();
    while field.key(FieldKey::WordLeft) == Edit::Moved {
        stops.push(field.cursor);
    }
    assert_eq!(stops, [19, 11, 3, 0]);
    stops.clear();
    while field.key(FieldKey::WordRight) == Edit::Moved {
        stops.push(field.cursor);
    }
    assert_eq!(stops, [2, 10, 18, 21]);
}

#[test]
fn a_masked_secret_does_not_tell_where_its_words_are() {
    let mut field = typed(TextField::secret(), "two words");
    let _ = field.key(FieldKey::WordLeft);
    assert_eq!(field.cursor, 0);
    let _ = field.key(FieldKey::WordRight);
    assert_eq!(field.cursor, 9);
    field.reveal(true);
    let _ = field.key(FieldKey::WordLeft);
    assert_eq!(field.cursor, 4);
}

#[test]
fn a_combining_mark_is_deleted_with_its_letter() {
    let mut field = TextField::plain("ae\u{301}");
    let _ = field.key(FieldKey::Backspace);
    assert_eq!(field.text(), Some("a"));
}

#[test]
fn a_paste_is_inserted_whole_and_keeps_its_inner_line_ends() {
    let mut field = TextField::plain("<>");
    let _ = field.key(FieldKey::Left);
    assert_eq!(field.paste(&"a\r\nb\rc\n".into(), TrailingLineEnd::Keep), Edit::Changed);
    assert_eq!(field.text(), Some("<a\nb\nc\n>"));
}

#[test]
fn exactly_one_trailing_line_end_is_dropped_when_the_caller_says_so() {
    let mut field = TextField::plain("");
    let _ = field.paste(&"token\n\r\n".into(), TrailingLineEnd::DropOne);
    assert_eq!(field.text(), Some("token\n"));
    assert_eq!(field.paste(&"\n".into(), TrailingLineEnd::DropOne), Edit::Nothing);
}

#[test]
fn a_paste_over_the_limit_is_refused_and_changes_nothing() {
    let mut field = typed(TextField::secret(), "ab");
    let before = field.clone();
    let edit = field.paste(&"x".repeat(LIMIT - 1).into(), TrailingLineEnd::Keep);
    assert_eq!(edit, Edit::Refused(Refusal::TooLong { bytes: LIMIT + 1 }));
    assert_eq!(field, before);
    assert_eq!(field.paste(&"x".repeat(LIMIT - 2).into(), TrailingLineEnd::Keep), Edit::Changed);
    assert_eq!(field.key(FieldKey::Char('y')), Edit::Refused(Refusal::TooLong { bytes: LIMIT + 1 }));
    assert_eq!(field.len(), LIMIT);
}

#[test]
fn taking_empties_and_masks_the_field() {
    let mut field = typed(TextField::secret(), "hunter2");
    field.reveal(true);
    assert!(field.take() == "hunter2".into());
    assert!(field.is_empty() && field.is_secret() && !field.is_revealed());
}

#[test]
fn revealing_ends_on_leaving_and_does_not_touch_plain_fields() {
    let mut field = TextField::secret();
    field.reveal(true);
    assert!(field.is_revealed());
    field.leave();
    assert!(!field.is_revealed());
    let mut plain = TextField::plain("x");
    plain.reveal(false);
    assert!(plain.is_revealed());
}

#[test]
fn debug_shows_neither_a_secret_nor_a_typed_character() {
    let mut field = typed(TextField::secret(), "hunter2");
    field.reveal(true);
    let shown = format!("{field:?} {:?}", FieldKey::Char('h'));
    assert_eq!(shown, "TextField(redacted, revealed: true) Char(redacted)");
    assert_eq!(field.text(), None);
}

#[test]
fn setting_puts_the_cursor_at_the_end() {
    let mut field = TextField::plain("old");
    assert_eq!(field.set(&"docker.io".into()), Edit::Changed);
    assert_eq!(field.set(&"docker.io".into()), Edit::Nothing);
    assert_eq!(drawn(&field, 12, &Glyphs::unicode(), true), ("docker.io   ".into(), Some(column(9))));
}

#[test]
fn a_secret_is_drawn_masked_until_revealed() {
    let mut field = typed(TextField::secret(), "pass\u{301}\n");
    assert_eq!(drawn(&field, 8, &Glyphs::unicode(), true), ("•••••   ".into(), Some(column(5))));
    assert_eq!(drawn(&field, 8, &Glyphs::ascii(), true).0, "*****   ");
    field.reveal(true);
    assert_eq!(drawn(&field, 8, &Glyphs::unicode(), true).0, "pass\u{301}⏎   ");
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let field = TextField::plain("a\x1b[2J\u{202e}b\t");
    assert_eq!(drawn(&field, 10, &Glyphs::unicode(), false).0, "a\u{fffd}[2J\u{fffd}b\u{fffd}  ");
    assert_eq!(drawn(&field, 10, &Glyphs::ascii(), false).0, "a?[2J?b?  ");
}

#[test]
fn a_long_value_scrolls_so_that_the_cursor_is_seen() {
    let mut field = TextField::plain("0123456789");
    assert_eq!(drawn(&field, 5, &Glyphs::unicode(), true), ("6789 ".into(), Some(column(4))));
    assert_eq!(drawn(&field, 5, &Glyphs::unicode(), false), ("01234".into(), None));
    let _ = field.key(FieldKey::Home);
    assert_eq!(drawn(&field, 5, &Glyphs::unicode(), true), ("01234".into(), Some(column(0))));
}

#[test]
fn wide_characters_take_two_columns() {
    let mut field = TextField::plain("日本x");
    assert_eq!(drawn(&field, 6, &Glyphs::unicode(), true), ("日本x ".into(), Some(column(5))));
    let _ = field.key(FieldKey::Left);
    assert_eq!(drawn(&field, 6, &Glyphs::unicode(), true).1, Some(column(4)));
    assert_eq!(drawn(&field, 3, &Glyphs::unicode(), true), ("本x".into(), Some(column(2))));
}

#[test]
fn a_field_without_room_draws_nothing() {
    assert_eq!(drawn(&TextField::plain("x"), 0, &Glyphs::unicode(), true), (String::new(), None));
}

fn any_key() -> impl Strategy<Value = FieldKey> {
    prop_oneof![
        prop::sample::select(vec!['a', ' ', 'é', '日', '\u{301}', '\n', '\u{202e}', '.']).prop_map(FieldKey::Char),
        prop::sample::select(vec![
            FieldKey::Backspace,
            FieldKey::Delete,
            FieldKey::Left,
            FieldKey::Right,
            FieldKey::Home,
            FieldKey::End,
            FieldKey::WordLeft,
            FieldKey::WordRight,
            FieldKey::DeleteWordLeft,
            FieldKey::DeleteToStart,
            FieldKey::DeleteToEnd,
        ]),
    ]
}

proptest! {
    #[test]
    fn any_keys_leave_a_field_that_can_be_drawn(
        keys in prop::collection::vec(any_key(), 0..60), secret in any::<bool>(), width in 0u16..12,
    ) {
        let mut field = if secret { TextField::secret() } else { TextField::plain("") };
        for key in keys {
            let before = field.clone();
            let edit = field.key(key);
            prop_assert_eq!(edit == Edit::Nothing, field == before);
            prop_assert!(field.value.is_char_boundary(field.cursor));
            let (_, cursor) = drawn(&field, width, &Glyphs::unicode(), true);
            prop_assert_eq!(cursor.is_some(), width > 0);
        }
    }
}

#[test]
fn of_a_long_value_the_beginning_and_the_end_are_glimpsed_at() {
    let mut field = TextField::secret();
    let _ = field.set(&Sensitive::new("short"));
    assert_eq!(field.glimpse().expose(), "short");
    let long = format!("head{}tail", "ä".repeat(10_000));
    let _ = field.set(&Sensitive::new(long.clone()));
    let glimpse = field.glimpse();
    assert!(field.is_glimpsed() && glimpse.len() < 1024);
    assert!(glimpse.expose().starts_with("head") && glimpse.expose().ends_with("tail"));
    let _ = field.key(FieldKey::Char('!'));
    assert!(field.glimpse().expose().ends_with("tail!"), "a change is seen");
    assert_eq!(field.value().expose(), format!("{long}!"));
}

fn pasted(field: &mut TextField, text: &str) -> Edit {
    field.paste(&Sensitive::new(text), TrailingLineEnd::Keep)
}

const TOKEN: &str = "dop_v1_0123456789abcdef0123456789abcdef";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----";

#[test]
fn a_visible_field_that_receives_a_secret_masks_itself_until_it_is_empty() {
    for secret in [TOKEN, KEY] {
        let mut field = TextField::plain("");
        assert_eq!(pasted(&mut field, secret), Edit::Masked, "it is said once");
        assert_eq!((field.text(), field.is_revealed()), (None, false));
        assert!(!drawn(&field, 200, &Glyphs::unicode(), true).0.contains(&secret[..7]));
        assert!(!format!("{field:?}").contains(&secret[..7]));
        assert_eq!(field.value(), Sensitive::new(secret), "some registries want a token as the user");
        keys(&mut field, &[FieldKey::Backspace]);
        assert_eq!(field.text(), None, "what is left of it is a secret still");
        keys(&mut field, &[FieldKey::DeleteToStart]);
        assert_eq!(field.text(), Some(""));
        assert_eq!(pasted(&mut field, "octocat"), Edit::Changed);
        assert_eq!(field.text(), Some("octocat"));
    }
}

#[test]
fn a_token_is_masked_while_it_is_typed() {
    let mut field = TextField::plain("");
    for c in TOKEN.chars() {
        let _ = field.key(FieldKey::Char(c));
    }
    assert_eq!(field.text(), None);
    assert!(!drawn(&field, 200, &Glyphs::unicode(), true).0.contains("0123"));
}

#[test]
fn what_was_revealed_is_hidden_once_another_text_may_stand_there() {
    let revealed = || {
        let mut field = typed(TextField::secret(), "hunter2");
        field.reveal(true);
        assert!(field.is_revealed());
        field
    };
    let mut emptied = revealed();
    keys(&mut emptied, &[FieldKey::DeleteToStart]);
    assert!(!emptied.is_revealed());
    let mut by_letters = revealed();
    keys(&mut by_letters, &[FieldKey::Backspace; 7]);
    assert!(!by_letters.is_revealed());
    let mut pasted_into = revealed();
    let _ = pasted(&mut pasted_into, KEY);
    assert!(!pasted_into.is_revealed());
    let mut filled = revealed();
    let _ = filled.set(&Sensitive::new("another"));
    assert!(!filled.is_revealed());
    let mut taken = revealed();
    let _ = taken.take();
    assert!(!taken.is_revealed());
    let mut empty = TextField::secret();
    empty.reveal(true);
    let empty = typed(empty, "h");
    assert!(empty.is_revealed(), "whoever asks for it before typing wants to see what is typed");
}
