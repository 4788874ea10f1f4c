//! Pastes in brackets, without them, and without their end; and keys that come as fast as a paste.

use std::time::Duration;

use super::keys::Field;

/// A key of a service account, of which every line but the first would be a value of another field.
const KEY: &str = "{\n  \"type\": \"service_account\",\n  \
                   \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIE\\n\",\n  \
                   \"client_email\": \"pull@acme.example\"\n}\n";

/// What a terminal answers that knows brackets.
const KNOWS_BRACKETS: &str = "\x1b[?2004;1$y\x1b[?62;22c";

fn to_the_password(field: &mut Field) {
    for _ in 0..2 {
        super::guide::next_field(&mut field.terminal);
    }
}

#[test]
fn keys_faster_than_hands_are_one_paste_however_the_reads_cut_them() {
    let keys = KEY.replace('\n', "\r");
    for size in [1, 7, keys.len()] {
        let mut field = Field::open();
        to_the_password(&mut field);
        field.terminal.watch_for(&["BEGIN PRIVATE", "client_email", "service_account"]);
        // The beginning comes at once: on a busy machine even this test may be slower than a hand.
        let (beginning, rest) = keys.as_bytes().split_at(size.max(4));
        for piece in std::iter::once(beginning).chain(rest.chunks(size)) {
            field.terminal.send_bytes(piece);
            // This is how fast they come, and not a wait for anything.
            std::thread::park_timeout(Duration::from_millis(2));
        }
        field.terminal.wait_for("••••");
        field.terminal.settle(Duration::from_millis(300));
        let shown = field.terminal.text();
        let image = shown.lines().find(|line| line.starts_with(" Image")).unwrap_or_default();
        assert!(image.contains("optional"), "pieces of {size}:\n{shown}");
        assert_eq!(field.terminal.output().caught.len(), 0, "pieces of {size}");
    }
}

#[test]
fn where_pastes_come_in_brackets_every_key_acts_as_a_key() {
    let mut field = Field::open();
    field.terminal.send(KNOWS_BRACKETS);
    // As a password manager types it: over what stands there, from the first field on.
    field.terminal.send("et\tuser\tpass\t");
    field.terminal.wait_until("all three are in their fields", |output| {
        let shown = output.text();
        let has = |label: &str, value: &str| shown.lines().any(|line| line.starts_with(label) && line.contains(value));
        has(" Server", "market") && has(" User", "user") && has(" Password", "••••")
    });
}

#[test]
fn answers_are_never_text_however_late_they_come() {
    let mut field = Field::open();
    field.terminal.send(KNOWS_BRACKETS);
    field.terminal.send("\x1b[?62;22c\x1b[?2004;2$y");
    field.terminal.press("et", "market");
    assert_eq!(field.typed().as_deref(), Some("market"));
}

#[test]
fn a_paste_without_its_end_ends_by_itself_and_control_c_ends_it_at_once() {
    let mut field = Field::open();
    field.terminal.send("\x1b[200~et");
    field.terminal.wait_for("market");
    field.terminal.press("s", "markets");
    field.terminal.send("\x1b[200~!");
    field.terminal.settle(Duration::from_millis(50));
    field.terminal.send("\x03");
    // It asks, as something typed is not saved; what was pasted stands below the question.
    field.terminal.wait_for("[ Stay ]");
    field.terminal.press("\x1b", "markets!");
    field.terminal.press("\x03", "[ Stay ]");
    field.terminal.send("\x03");
    assert!(field.terminal.wait().success(), "{}", field.terminal.text());
}
