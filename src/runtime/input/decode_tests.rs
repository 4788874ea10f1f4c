#![allow(clippy::unwrap_used, clippy::expect_used)]
use proptest::prelude::*;

use crossterm::event::{MouseButton, MouseEventKind};

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

/// Compared by hand, because typed text does not appear in `Debug` output.
fn keys(bytes: &[u8]) -> Vec<(KeyCode, KeyModifiers)> {
    let codes = decoded(bytes).into_iter().map(|event| match event {
        Decoded::Key(key) => (key.code, key.modifiers),
        Decoded::Mouse(_) | Decoded::Paste(_) | Decoded::Answer(_) => (KeyCode::Null, NONE),
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
    assert!(events.is_empty() && decoder.patience().is_some());
    decoder.feed(b"[", &mut events);
    assert!(decoder.patience().is_some());
    decoder.feed(b"A", &mut events);
    assert!(decoder.patience().is_none());
    assert!(events == [key(KeyCode::Up, NONE)]);
    assert_eq!(keys(b"\x1b"), [(KeyCode::Esc, NONE)]);
    assert_eq!(keys(b"\x1b["), [(KeyCode::Char('['), ALT)]);
    assert_eq!(keys(b"\x1b\x1b"), [(KeyCode::Esc, NONE), (KeyCode::Esc, NONE)]);
    assert_eq!(keys(b"\x1b\x1b\x1b"), [(KeyCode::Esc, NONE); 3]);
    assert_eq!(keys(b"\x1b\x1b[A"), [(KeyCode::Up, ALT)], "as rxvt and iTerm send it");
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
            assert!(decoder.patience().is_some() || !events.is_empty());
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
    let unknown: [&[u8]; 44] = [
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[99~",
        b"\x1b[201~",
        b"\x1b[12;40R",
        b"\x1b[1;1R",
        b"\x1b[<;1;1M",
        b"\x1b[>0;1c",
        b"\x1b[>41;354;0c",
        b"\x1b[0n",
        b"\x1b[?7u",
        b"\x1b[8;24;80t",
        b"\x1b[?997;1n",
        b"\x1b[4;1$y",
        b"\x1b[32;10;20M",
        b"\x1b[35;10;20M",
        b"\x1b[M\x20\x9b\x03",
        b"\x1bOy",
        b"\x1bO5p",
        b"\x1b[97;1:3u",
        b"\x1b[1;1:3A",
        b"\x1b[3;1:3~",
        b"\x1b[57441;2u",
        b"\x1b[57358u",
        b"\x1b[E",
        b"\x1b[[Z",
        b"\x1b[ A",
        b"\x1b[1;2;3;4;5x",
        b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\",
        b"\x1b]10;rgb:ffff/ffff/ffff\x07",
        b"\x1b]4;1;rgb:cdcd/0000/0000\x9c",
        "\x1b]0;a title with ✜ and é\x1b\\".as_bytes(),
        b"\x1bP>|xterm(388)\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
        b"\x1bP0+r\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b^private\x1b\\",
        b"\x1bXstring\x1b\\",
        b"\x9d11;rgb:0/0/0\x9c",
        b"\x90>|foot\x9c",
        "\u{9d}11;rgb:0/0/0\u{9c}".as_bytes(),
        b"\x9b>1;10;0c",
        b"\x85",
        b"\x8ex",
    ];
    for bytes in unknown {
        assert_eq!(keys(&[bytes, b"q"].concat()), [letter_key('q')], "{}", bytes.escape_ascii());
        // Cut anywhere, with a pause as long as on a slow line.
        for cut in 1..bytes.len() {
            let mut decoder = Decoder::default();
            let mut events = Vec::new();
            decoder.feed(&bytes[..cut], &mut events);
            let waits = decoder.patience().unwrap_or_default() >= WITHIN_SEQUENCE;
            assert!(waits || bytes[cut - 1] == 0x1b, "{} at {cut}", bytes.escape_ascii());
            decoder.feed(&bytes[cut..], &mut events);
            assert!(events.is_empty() && decoder.patience().is_none(), "{} at {cut}", bytes.escape_ascii());
        }
    }
    assert_eq!(keys(b"\xff\xc3q\xe6\x97\x1b[A"), [letter_key('q'), (KeyCode::Up, NONE)]);
}

#[test]
fn parameters_of_old_and_new_terminals_are_read() {
    let known: [(&[u8], KeyCode, KeyModifiers); 34] = [
        (b"\x1bO2P", KeyCode::F(1), SHIFT),
        (b"\x1bO1;5R", KeyCode::F(3), CONTROL),
        (b"\x1bO5C", KeyCode::Right, CONTROL),
        (b"\x1b[5D", KeyCode::Left, CONTROL),
        (b"\x1b[1;2R", KeyCode::F(3), SHIFT),
        (b"\x1bOM", KeyCode::Enter, NONE),
        (b"\x1bOd", KeyCode::Left, CONTROL),
        (b"\x1b[c", KeyCode::Right, SHIFT),
        (b"\x1b[3^", KeyCode::Delete, CONTROL),
        (b"\x1b[23$", KeyCode::F(11), SHIFT),
        (b"\x1b[11^", KeyCode::F(1), CONTROL),
        (b"\x1b[8@", KeyCode::End, CONTROL.union(SHIFT)),
        (b"\x1b\x1b[5~", KeyCode::PageUp, ALT),
        (b"\x1b\t", KeyCode::BackTab, SHIFT),
        (b"\x1b[224z", KeyCode::F(1), NONE),
        (b"\x1b[005q", KeyCode::F(5), NONE),
        (b"\x9bA", KeyCode::Up, NONE),
        (b"\x8fP", KeyCode::F(1), NONE),
        (b"\xc2\x9b3~", KeyCode::Delete, NONE),
        (b"\x1b[27u", KeyCode::Esc, NONE),
        (b"\x1b[97;1:2u", KeyCode::Char('a'), NONE),
        (b"\x1b[1;1:2B", KeyCode::Down, NONE),
        (b"\x1b[97;2u", KeyCode::Char('A'), SHIFT),
        (b"\x1b[97;65u", KeyCode::Char('A'), SHIFT),
        (b"\x1b[97:65;2;65u", KeyCode::Char('A'), SHIFT),
        (b"\x1b[47:63;2u", KeyCode::Char('?'), NONE),
        (b"\x1b[47;2;63u", KeyCode::Char('?'), NONE),
        (b"\x1b[27;2;63~", KeyCode::Char('?'), NONE),
        (b"\x1b[99;5u", KeyCode::Char('c'), CONTROL),
        (b"\x1b[99;69u", KeyCode::Char('c'), CONTROL),
        (b"\x1b[27;5;99~", KeyCode::Char('c'), CONTROL),
        (b"\x1b[113;9u", KeyCode::Char('q'), ALT),
        (b"\x1b[9;2u", KeyCode::BackTab, SHIFT),
        (b"\x1b[57404u", KeyCode::Char('5'), NONE),
    ];
    for (bytes, code, modifiers) in known {
        assert_eq!(keys(bytes), [(code, modifiers)], "{}", bytes.escape_ascii());
    }
}

#[test]
fn answers_are_told_from_keys() {
    assert!(
        decoded(b"\x1b[?2004;1$y\x1b[?62;22c")
            == [Decoded::Answer(Answer::Brackets(true)), Decoded::Answer(Answer::Attributes)]
    );
    for (state, has_brackets) in [("0", false), ("1", true), ("2", false), ("3", true), ("4", false)] {
        let said = decoded(format!("\x1b[?2004;{state}$y").as_bytes());
        assert!(said == [Decoded::Answer(Answer::Brackets(has_brackets))], "{state}");
    }
}

#[test]
fn an_esc_before_what_is_no_key_was_the_key() {
    assert!(decoded(b"\x1b\x1b[?62c") == [key(KeyCode::Esc, NONE), Decoded::Answer(Answer::Attributes)]);
    assert!(decoded(b"\x1b\x1b[200~x\x1b[201~") == [key(KeyCode::Esc, NONE), Decoded::Paste("x".into())]);
}

#[test]
fn control_c_ends_a_paste_whose_end_does_not_come() {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(b"\x1b[200~abc", &mut events);
    decoder.feed(b"\x03", &mut events);
    decoder.feed(b"q", &mut events);
    let control_c = key(KeyCode::Char('c'), CONTROL);
    assert!(events == [Decoded::Paste("abc".into()), control_c, key(KeyCode::Char('q'), NONE)]);
    assert!(decoder.is_owed_an_end(), "the rest may still come");
    decoder.feed(b"\x1b[201~", &mut events);
    assert!(!decoder.is_owed_an_end() && events.len() == 3);
}

#[test]
fn a_paste_that_stalls_ends_with_what_came() {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(b"\x1b[200~abc", &mut events);
    assert_eq!(decoder.patience(), Some(PASTE_STALLS));
    decoder.flush(&mut events);
    decoder.feed(b"q", &mut events);
    assert!(events == [Decoded::Paste("abc".into()), key(KeyCode::Char('q'), NONE)]);
}

#[test]
fn a_string_without_its_end_swallows_no_control_and_ends_by_itself() {
    assert_eq!(keys(b"\x1b]11;rgb:\x03"), [(KeyCode::Char('c'), CONTROL)]);
    assert_eq!(keys(b"\x1bP1+r\r"), [(KeyCode::Enter, NONE)]);
    assert_eq!(keys(b"\x1b]11;rgb:\x1b[A"), [(KeyCode::Up, NONE)]);
    assert_eq!(keys(b"\x1b]11;rgb:\x1b"), [(KeyCode::Esc, NONE)]);
    assert_eq!(keys(b"\x1b]"), [(KeyCode::Char(']'), ALT)], "nothing followed");
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(b"\x1b]11;rgb:", &mut events);
    assert_eq!(decoder.patience(), Some(STRING_STALLS));
    decoder.flush(&mut events);
    decoder.feed(b"q", &mut events);
    assert!(events == [key(KeyCode::Char('q'), NONE)]);
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
