//! What the screens look like, as text. Read a changed picture as a picture before accepting it:
//! `INSTA_UPDATE=always cargo test --lib app::tests::pictures`, then `git diff`.

use ratatui::style::{Color, Modifier};

use super::fixtures;
use super::*;

const SIZES: [(u16, u16); 4] = [(40, 10), (60, 15), (80, 24), (200, 50)];

fn headed(title: &str, text: &str) -> String {
    format!("── {title} ──\n{text}\n")
}

#[test]
fn every_screen_at_every_size() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for (state, driver) in fixtures::all() {
        let mut picture = String::new();
        for (width, height) in SIZES {
            picture.push_str(&headed(&format!("{width}x{height}"), &driver.frame(width, height)));
        }
        picture.push_str(&headed("80x24, ASCII", &driver.drawn(80, 24, &ascii()).0));
        insta::assert_snapshot!(state, picture);
    }
}

#[test]
fn in_ascii_there_is_nothing_but_ascii_but_for_what_people_wrote() {
    for (state, driver) in fixtures::all() {
        let (frame, _) = driver.drawn(120, 40, &ascii());
        let odd: Vec<char> = frame.chars().filter(|c| !c.is_ascii() && !"«»›×…–".contains(*c)).collect();
        assert!(odd.is_empty(), "{state}: {odd:?}\n{frame}");
    }
}

#[test]
fn the_inks_of_every_screen() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    let wanted = [
        "credentials",
        "wizard_where",
        "wizard_values_blocked",
        "wizard_review_failed",
        "access_changed",
        "confirm_delete",
        "login_test_fails",
        "help",
        "demo",
    ];
    for (state, driver) in fixtures::all().into_iter().filter(|(state, _)| wanted.contains(state)) {
        let (buffer, _) = driver.buffer(80, 24, &look());
        insta::assert_snapshot!(format!("ink_{state}"), inks(&buffer));
    }
}

/// Each row as runs of one style with their text.
fn inks(buffer: &Buffer) -> String {
    let mut rows = Vec::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(String, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let ink = ink(cell.fg, cell.bg, cell.modifier);
            match runs.last_mut() {
                Some((last, text)) if *last == ink => text.push_str(cell.symbol()),
                _ => runs.push((ink, cell.symbol().to_owned())),
            }
        }
        let text = |(ink, text): &(String, String)| match (text.trim(), ink.as_str()) {
            ("", "plain") => None,
            (words, ink) => Some(format!("{ink}[{words}]")),
        };
        rows.push(runs.iter().filter_map(text).collect::<Vec<_>>().join(" "));
    }
    rows.join("\n")
}

fn ink(fg: Color, bg: Color, modifier: Modifier) -> String {
    let mut words = Vec::new();
    if fg != Color::Reset {
        words.push(format!("{fg}").to_lowercase());
    }
    if bg != Color::Reset {
        words.push(format!("on-{bg}").to_lowercase());
    }
    words.extend(modifier.iter_names().map(|(name, _)| name.to_lowercase()));
    if words.is_empty() { "plain".to_owned() } else { words.join("+") }
}

#[test]
fn no_terminal_is_too_small_to_be_drawn_on() {
    // Each state takes every seventh size and the edges; together the states cover them all.
    for (index, (_, driver)) in fixtures::all().into_iter().enumerate() {
        for width in 1..=60 {
            for height in 1..=20 {
                let edge = (39..=41).contains(&width) && (9..=15).contains(&height);
                if edge || (usize::from(width * 20 + height) + index).is_multiple_of(7) {
                    driver.frame(width, height);
                }
            }
        }
    }
}

#[test]
fn below_the_smallest_size_it_says_so_and_q_still_leaves() {
    let mut driver = Driver::ready();
    for (width, height) in [(39, 10), (40, 9), (24, 6)] {
        let words = driver.frame(width, height).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("pullkey needs 40 × 10") && words.contains("q quits"), "{words}");
    }
    driver.press("q");
    assert_eq!(driver.quiet(), [Effect::Quit]);
}

#[test]
fn the_smallest_footer_keeps_its_first_two_keys() {
    for (state, driver) in fixtures::all() {
        let hints = draw::hints(&driver.app);
        let frame = driver.frame(40, 10);
        let footer = frame.lines().last().unwrap();
        for hint in hints.iter().take(2) {
            assert!(footer.contains(&format!("{} {}", hint.key, hint.label)), "{state}: {footer}");
        }
    }
}

#[test]
fn the_terminals_cursor_sits_on_the_focus() {
    let row_of = |driver: &Driver| {
        let (sight, cursor) = driver.drawn(100, 30, &look());
        let at = cursor.expect("no cursor");
        (sight.lines().nth(usize::from(at.y)).unwrap_or_default().to_owned(), at.x)
    };
    for (state, driver) in fixtures::all() {
        let (row, column) = row_of(&driver);
        let on = |words: &str| assert!(row.contains(words), "{state}: the cursor is on “{row}”, not on “{words}”");
        match state {
            "credentials" => on("ACR  Azure"),
            "credentials_filter" => on("filter  docker"),
            "credentials_not_readable" => on("unreadable"),
            "wizard_registry" => on("Azure Container Registry"),
            "wizard_where" => on("acme/api, this repository"),
            "wizard_values_blocked" => on("Server  "),
            "wizard_values_prefix_taken" => on("Prefix  "),
            "wizard_values_filled" | "wizard_values_good" | "login_test_typed" => on("••••"),
            "wizard_access_user" | "wizard_access_organization" => on("[✓] acme/api"),
            "wizard_access_filter" => on("filter web"),
            "access_changed" => on("acme/infra"),
            "confirm_delete" => on("[ Cancel ]"),
            "confirm_delete_chosen" => {
                on("[ Delete ACR ]");
                assert!(row[..usize::from(column)].contains("Cancel"), "{state}: on the wrong button");
            }
            _ => assert!(column < 100, "{state}"), // somewhere on the screen
        }
    }
}
