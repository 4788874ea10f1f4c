#![allow(clippy::unwrap_used, clippy::expect_used)]
use proptest::prelude::*;

use super::*;

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;

fn decoded(bytes: &[u8]) -> Vec<Decoded> {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(bytes, &mut events);
    decoder.flush(&mut events);
    events
}

/// Compared by hand, since what was typed does not show in a `Debug`.
fn keys(bytes: &[u8]) -> Vec<(KeyCode, KeyModifiers)> {
    let codes = decoded(bytes).into_iter().map(|event| match event {
        Decoded::Key(key) => (key.code, key.modifiers),
        Decoded::Mouse(_) | Decoded::Paste(_) => (KeyCode::Null, NONE),
    });
    codes.collect()
}

fn letter_key(c: char) -> (KeyCode, KeyModifiers) {
    (KeyCode::Char(c), NONE)
}

#[test]
fn characters_and_controls_are_keys() {
    assert_eq!(keys("aé日".as_bytes()), ['a', 'é', '日'].map(letter_key));
    assert_eq!(keys(b"A"), [(KeyCode::Char('A'), SHIFT)]);
    assert_eq!(
        keys(b"\r\t\x7f\x08"),
        [KeyCode::Enter, KeyCode::Tab, KeyCode::Backspace, KeyCode::Backspace].map(|code| (code, NONE))
    );
    assert_eq!(keys(b"\x03\x1a\x12\n\0\x1c"), ['c', 'z', 'r', 'j', ' ', '4'].map(|c| (KeyCode::Char(c), CONTROL)));
}

#[test]
fn arrows_and_function_keys_of_several_terminals_are_known() {
    let known: [(&[u8], KeyCode); 20] = [
        (b"\x1b[A", KeyCode::Up),
        (b"\x1bOA", KeyCode::Up),
        (b"\x1b[D", KeyCode::Left),
        (b"\x1b[H", KeyCode::Home),
        (b"\x1b[1~", KeyCode::Home),
        (b"\x1b[7~", KeyCode::Home),
        (b"\x1b[F", KeyCode::End),
        (b"\x1b[4~", KeyCode::End),
        (b"\x1b[2~", KeyCode::Insert),
        (b"\x1b[3~", KeyCode::Delete),
        (b"\x1b[5~", KeyCode::PageUp),
        (b"\x1b[6~", KeyCode::PageDown),
        (b"\x1bOP", KeyCode::F(1)),
        (b"\x1b[[A", KeyCode::F(1)),
        (b"\x1b[11~", KeyCode::F(1)),
        (b"\x1bOQ", KeyCode::F(2)),
        (b"\x1b[[E", KeyCode::F(5)),
        (b"\x1b[15~", KeyCode::F(5)),
        (b"\x1b[17~", KeyCode::F(6)),
        (b"\x1b[24~", KeyCode::F(12)),
    ];
    for (bytes, code) in known {
        assert_eq!(keys(bytes), [(code, NONE)], "{bytes:?}");
    }
}

#[test]
fn modifiers_are_read_from_every_form() {
    assert_eq!(keys(b"\x1b[1;5C"), [(KeyCode::Right, CONTROL)]);
    assert_eq!(keys(b"\x1b[1;4A"), [(KeyCode::Up, SHIFT | ALT)]);
    assert_eq!(keys(b"\x1b[3;5~"), [(KeyCode::Delete, CONTROL)]);
    assert_eq!(keys(b"\x1b[Z"), [(KeyCode::BackTab, SHIFT)]);
    assert_eq!(keys(b"\x1bf"), [(KeyCode::Char('f'), ALT)]);
    assert_eq!(keys(b"\x1b\x7f"), [(KeyCode::Backspace, ALT)]);
    assert_eq!(keys(b"\x1b[27;5;13~"), [(KeyCode::Enter, CONTROL)]);
    assert_eq!(keys(b"\x1b[105;5u"), [(KeyCode::Char('i'), CONTROL)]);
    assert_eq!(keys("\u{1b}é".as_bytes()), [(KeyCode::Char('é'), ALT)]);
}

#[test]
fn an_escape_is_one_only_after_a_pause() {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(b"\x1b", &mut events);
    assert!(events.is_empty() && decoder.is_waiting());
    decoder.feed(b"[", &mut events);
    assert!(decoder.is_waiting());
    decoder.feed(b"A", &mut events);
    assert!(!decoder.is_waiting());
    assert!(events == [key(KeyCode::Up, NONE)]);
    assert_eq!(keys(b"\x1b"), [(KeyCode::Esc, NONE)]);
    assert_eq!(keys(b"\x1b["), [(KeyCode::Char('['), ALT)]);
    assert_eq!(keys(b"\x1b\x1b"), [(KeyCode::Esc, NONE), (KeyCode::Esc, NONE)]);
    assert_eq!(keys(b"\x1b\x1b[A"), [(KeyCode::Esc, NONE), (KeyCode::Up, NONE)]);
}

#[test]
fn a_paste_is_one_event_with_everything_in_it() {
    assert!(
        decoded(b"\x1b[200~a\r\x1b[A\x03b\x1b[201~x")
            == [Decoded::Paste("a\r\x1b[A\x03b".into()), key(KeyCode::Char('x'), NONE),]
    );
    assert!(decoded(b"\x1b[200~\x1b[201~") == [Decoded::Paste("".into())]);
    assert!(decoded(b"\x1b[200~\xff\x1b[201~") == [Decoded::Paste("\u{fffd}".into())]);
}

#[test]
fn a_paste_may_arrive_in_pieces() {
    let whole = format!("\x1b[200~{}\x1b[201~", "äx\n".repeat(3000));
    for size in [1, 7, 1024] {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for piece in whole.as_bytes().chunks(size) {
            decoder.feed(piece, &mut events);
            assert!(!decoder.is_waiting() || !events.is_empty() || size < 7);
        }
        assert!(events == [Decoded::Paste("äx\n".repeat(3000).into())], "{size}");
    }
}

#[test]
fn a_paste_without_end_does_not_grow_without_end() {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(b"\x1b[200~", &mut events);
    decoder.feed(&vec![b'x'; MOST_PASTED + 5000], &mut events);
    decoder.feed(b"\x1b[201~q", &mut events);
    match events.as_slice() {
        [Decoded::Paste(text), Decoded::Key(_)] => assert!(text.len() >= MOST_PASTED && text.len() < MOST_PASTED + 10),
        other => assert_eq!(other.len(), 2),
    }
}

#[test]
fn clicks_and_the_wheel_are_counted_from_zero() {
    let mouse = |kind, column, row, modifiers| Decoded::Mouse(MouseEvent { kind, column, row, modifiers });
    assert!(decoded(b"\x1b[<0;1;1M") == [mouse(MouseEventKind::Down(MouseButton::Left), 0, 0, NONE)]);
    assert!(decoded(b"\x1b[<2;80;24m") == [mouse(MouseEventKind::Up(MouseButton::Right), 79, 23, NONE)]);
    assert!(decoded(b"\x1b[<64;5;6M") == [mouse(MouseEventKind::ScrollUp, 4, 5, NONE)]);
    assert!(decoded(b"\x1b[<81;5;6M") == [mouse(MouseEventKind::ScrollDown, 4, 5, CONTROL)]);
    assert!(decoded(b"\x1b[M !!a") == [key(KeyCode::Char('a'), NONE)]);
}

#[test]
fn unknown_sequences_are_dropped_whole() {
    for bytes in ["\x1b[?62;c", "\x1b[I", "\x1b[O", "\x1b[99~", "\x1b[201~", "\x1b[12;40R", "\x1b[<;1;1M", "\x1b[>0;1c"]
    {
        let with = format!("{bytes}q");
        assert_eq!(keys(with.as_bytes()), [letter_key('q')], "{bytes:?}");
    }
    assert_eq!(keys(b"\xff\xc3q\xe6\x97\x1b[A"), [letter_key('q'), (KeyCode::Up, NONE)]);
}

#[test]
fn debug_shows_nothing_that_was_typed() {
    let mut decoder = Decoder::default();
    decoder.feed(b"\x1b[200~hunter2", &mut Vec::new());
    let shown = format!("{:?} {decoder:?}", decoded(b"h\x1b[200~hunter2\x1b[201~"));
    assert_eq!(shown, "[Key(redacted), Paste(redacted)] Decoder(waiting: false, pasting: true)");
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decoded(&bytes);
    }

    #[test]
    fn it_does_not_matter_how_bytes_are_cut(
        bytes in prop::collection::vec(prop::sample::select(b"\x1b[]O<;0123MmA~uab\r\xc3\xa9".to_vec()), 0..80),
        size in 1usize..10,
    ) {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for piece in bytes.chunks(size) {
            decoder.feed(piece, &mut events);
        }
        decoder.flush(&mut events);
        prop_assert!(events == decoded(&bytes));
    }
}
