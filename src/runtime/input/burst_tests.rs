use super::*;
use crate::runtime::input::decode::Decoder;

fn decoded(bytes: &str) -> Vec<Decoded> {
    let mut events = Vec::new();
    let mut decoder = Decoder::default();
    decoder.feed(bytes.as_bytes(), &mut events);
    decoder.flush(&mut events);
    events
}

/// The inputs that result from pieces arriving with these pauses, in milliseconds.
fn arriving(bursts: &mut Bursts, pieces: &[(u64, &str)]) -> Vec<Input> {
    let mut now = Instant::now();
    let mut inputs = Vec::new();
    for (after, bytes) in pieces {
        now += Duration::from_millis(*after);
        // Like the reader, which wakes up at each deadline.
        while let Some(due) = bursts.deadline().filter(|due| *due <= now) {
            bursts.settle(due, &mut inputs);
        }
        for event in decoded(bytes) {
            bursts.take(event, now, &mut inputs);
        }
    }
    while let Some(due) = bursts.deadline() {
        bursts.settle(due, &mut inputs);
    }
    inputs
}

fn gathered(bytes: &str) -> Vec<Input> {
    arriving(&mut Bursts::default(), &[(0, bytes)])
}

/// The text typed one character at a time, with `gap` milliseconds between them.
fn typed(bursts: &mut Bursts, text: &str, gap: u64) -> Vec<Input> {
    let characters: Vec<String> = text.chars().map(String::from).collect();
    let pieces: Vec<(u64, &str)> = characters.iter().map(|c| (gap, c.as_str())).collect();
    arriving(bursts, &pieces)
}

fn key(code: KeyCode) -> Input {
    Input::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn paste(text: &str) -> Input {
    Input::Paste(text.into())
}

fn confirmed() -> Bursts {
    let mut bursts = Bursts::default();
    assert!(arriving(&mut bursts, &[(0, "\x1b[?2004;1$y")]).is_empty());
    bursts
}

#[test]
fn a_key_at_a_time_stays_a_key() {
    assert_eq!(gathered("a"), [key(KeyCode::Char('a'))]);
    assert_eq!(gathered("\r"), [key(KeyCode::Enter)]);
    assert_eq!(gathered("y\r"), [key(KeyCode::Char('y')), key(KeyCode::Enter)]);
}

#[test]
fn enter_arriving_with_other_keys_is_part_of_a_paste() {
    assert_eq!(gathered("ab\r"), [paste("ab\n")]);
    assert_eq!(gathered("\rab"), [paste("\nab")]);
    assert_eq!(gathered("token\nmore\tx\n"), [paste("token\nmore\tx\n")]);
}

#[test]
fn a_few_fast_keys_without_enter_stay_keys() {
    assert_eq!(gathered("jjk").len(), 3);
    assert_eq!(gathered("fifteen letters").len(), 15);
    assert_eq!(gathered("sixteen letters!"), [paste("sixteen letters!")]);
}

#[test]
fn a_held_key_on_a_slow_line_is_no_paste() {
    assert_eq!(gathered(&"j".repeat(60)).len(), 60);
    assert_eq!(gathered("\r\r\r\r").len(), 4);
}

#[test]
fn keys_that_write_nothing_divide_a_burst() {
    let inputs = gathered("ab\r\x1b[Acd\r");
    assert_eq!(inputs, [paste("ab\n"), key(KeyCode::Up), paste("cd\n")]);
}

#[test]
fn a_paste_in_brackets_is_left_alone() {
    assert_eq!(gathered("\x1b[200~x\ry\x1b[201~"), [paste("x\ry")]);
    assert_eq!(gathered("\x1b[200~x\x1b[201~\r"), [paste("x"), key(KeyCode::Enter)]);
}

#[test]
fn a_paste_is_one_however_the_reads_cut_it() {
    let text = "{\n  \"type\": \"service_account\",\n  \"id\": \"x\"\n}\n";
    let keys = text.replace('\n', "\r");
    for gap in [0, 1, 2, 10, 24] {
        assert_eq!(typed(&mut Bursts::default(), &keys, gap), [paste(text)], "a key every {gap} ms");
    }
    let lines: Vec<String> = keys.split_inclusive('\r').map(str::to_owned).collect();
    for gap in [0, 30, 100] {
        let pieces: Vec<(u64, &str)> = lines.iter().map(|line| (gap, line.as_str())).collect();
        assert_eq!(arriving(&mut Bursts::default(), &pieces), [paste(text)], "a line every {gap} ms");
    }
}

#[test]
fn what_a_quick_hand_types_stays_keys() {
    let text = "a user\tand more than sixteen letters\r";
    for gap in [30, 60, 200] {
        assert_eq!(typed(&mut Bursts::default(), text, gap).len(), text.len(), "a key every {gap} ms");
    }
    // Two fingers coming down together.
    let rolls = [(80, "t"), (5, "h"), (80, "e"), (90, "\r")];
    assert_eq!(arriving(&mut Bursts::default(), &rolls).len(), 4);
}

#[test]
fn keys_are_keys_where_pastes_come_in_brackets() {
    let typed = "user\tpassword\r";
    assert_eq!(arriving(&mut confirmed(), &[(0, typed)]).len(), typed.len());
    let mut bursts = confirmed();
    let mut inputs = Vec::new();
    for event in decoded("y\r") {
        bursts.take(event, Instant::now(), &mut inputs);
    }
    assert_eq!(inputs.len(), 2, "they do not wait");
    assert_eq!(arriving(&mut confirmed(), &[(0, "\x1b[?2004;0$y"), (9, typed)]).len(), 1, "unless it denies that");
}

#[test]
fn nothing_but_its_answer_tells_that_a_terminal_puts_pastes_into_brackets() {
    let inputs = arriving(&mut Bursts::default(), &[(0, "\x1b[200~x\x1b[201~"), (9, "ab\r")]);
    assert_eq!(inputs, [paste("x"), paste("ab\n")], "a multiplexer may know them and the next terminal not");
}

#[test]
fn the_rest_of_a_paste_that_was_broken_off_is_a_paste() {
    let mut bursts = confirmed();
    bursts.expect_rest(true);
    assert_eq!(arriving(&mut bursts, &[(0, "rest\rmore\r")]), [paste("rest\nmore\n")]);
}
