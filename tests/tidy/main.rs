//! Keeps the house tidy: which room uses which, where secrets are opened, how long files are, and that no table is
//! missing a line. It reads the source as text and knows nothing of Rust beyond what rustfmt guarantees.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod words;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, bottom up, with the rooms each may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("sandbox", &[]),
    ("domain", &[]),
    ("files", &[]),
    ("process_group", &[]),
    ("report", &["domain"]),
    ("github", &["domain", "files"]),
    ("registry", &["domain", "process_group"]),
    ("local", &["domain", "files", "process_group"]),
    ("work", &["domain", "files", "github", "registry", "local"]),
    ("ui", &["domain"]),
    ("app", &["domain", "ui"]),
    ("runtime", &["sandbox", "domain", "files", "report", "github", "registry", "local", "work", "ui", "app"]),
    ("cli", &["sandbox", "domain", "files", "report", "github", "registry", "local", "work", "runtime"]),
];

/// What a room's production code must not mention.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("sandbox", &["ratatui", "crossterm", "octocrab", "keyring", "anyhow"]),
    ("domain", PURE),
    ("files", &["ratatui", "crossterm", "keyring", "anyhow", "axum", "octocrab", "reqwest", "std::env", "tokio"]),
    (
        "process_group",
        &["ratatui", "crossterm", "keyring", "anyhow", "axum", "octocrab", "reqwest", "std::env", "std::fs"],
    ),
    ("report", PURE),
    ("github", &["ratatui", "crossterm", "keyring", "anyhow", "axum", "std::env"]),
    ("registry", &["ratatui", "crossterm", "keyring", "anyhow", "axum", "octocrab"]),
    ("local", &["ratatui", "octocrab", "anyhow", "axum"]),
    ("work", &["ratatui", "crossterm", "keyring", "anyhow", "axum", "octocrab", "reqwest", "std::env", "std::fs"]),
    ("ui", STILL),
    ("app", STILL),
    ("runtime", &["octocrab", "axum"]),
    ("cli", &["ratatui", "crossterm", "octocrab", "reqwest", "axum"]),
];

/// No world at all: not even a screen.
const PURE: &[&str] = &[
    "tokio",
    "ratatui",
    "crossterm",
    "octocrab",
    "reqwest",
    "axum",
    "keyring",
    "anyhow",
    "std::fs",
    "std::env",
    "std::net::Tcp",
    "std::process",
    "std::thread",
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Instant::now",
];

/// Drawing and deciding: no world, no clock.
const STILL: &[&str] = &[
    "tokio",
    "octocrab",
    "reqwest",
    "axum",
    "keyring",
    "anyhow",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Instant::now",
];

/// The only places where a secret leaves its type.
const MAY_EXPOSE: &[&str] = &[
    "src/domain/sensitive.rs",
    "src/domain/lint",
    // The server and the user of a draft, for the record of ends.
    "src/domain/ending/record",
    "src/domain/preset/which",
    // What is packed in what was stored whole.
    "src/domain/output",
    // What a secret looks like, and in which forms it comes back: neither gives it out.
    "src/domain/redactor",
    "src/domain/secret_shape",
    "src/ui/text_field",
    "src/github/seal",
    "src/github/auth",
    "src/registry/pair",
    "src/registry/token",
    "src/registry/docker",
    "src/registry/ecr",
    // What docker keeps encoded, and its answers.
    "src/local/sources/docker",
    "src/local/vault",
];

/// The only places that read files: `files` refuses what may never end, is too large, or is somebody else's. The
/// registry's client looks at programs and sockets and writes a folder of its own; the cache sweeps and renames.
const MAY_READ_FILES: &[&str] = &["src/files"];

/// What reads or opens a file.
const READS_FILES: &[&str] =
    &["fs::read(", "fs::read_to_string(", "File::open(", "File::options()", "OpenOptions::new()", "File::create("];

/// The only place that starts programs: there each gets the environment of its kind and no more.
const MAY_START_PROGRAMS: &[&str] = &["src/process_group"];

/// What starts a program, or has a library start one with our own environment. `open::commands` starts none.
const STARTS_PROGRAMS: &[&str] = &["Command::new(", "open::that", "open::with", ".exec()"];

/// The only places that end the process.
const MAY_EXIT: &[&str] = &["src/main.rs", "src/runtime/terminal", "src/runtime/os", "src/registry/docker"];

const NEVER: &[&str] = &[".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "dbg!("];

/// Words that say nothing in a type's name.
const EMPTY_WORDS: &[&str] = &["Manager", "Helper", "Util", "Utils", "Data", "Info", "Handler"];

/// Lines of production code in one file: what one should keep to, and what is refused.
const FILE_LINES: (usize, usize) = (400, 500);
/// Lines of one function.
const FUNCTION_LINES: (usize, usize) = (60, 80);
const COLUMNS: usize = 120;

/// One source file, its test code told apart.
struct Source {
    /// From the root, with `/`.
    path: String,
    text: String,
    /// Line numbers (from 1) and lines that are not under `#[cfg(test)]`; none in a file of tests.
    production: Vec<(usize, String)>,
}

impl Source {
    fn room(&self) -> &str {
        self.path.strip_prefix("src/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
    }

    /// Production lines that are no comment, and without a comment at their end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.production
            .iter()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(number, line)| (*number, line.split(" // ").next().unwrap_or(line)))
    }

    fn is_under(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    fn is_test(&self) -> bool {
        let path = Path::new(&self.path);
        path.components().any(|part| part.as_os_str() == "tests")
            || path.file_stem().is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap()
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.retain(|path| path.extension().is_some_and(|e| e == extension));
    found
}

fn sources() -> Vec<Source> {
    let sources: Vec<Source> = files("src", "rs")
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let mut source = Source { path: relative(&path), production: Vec::new(), text };
            if !source.is_test() {
                source.production = production(&source.text);
            }
            source
        })
        .collect();
    assert!(!sources.is_empty(), "no source was found");
    sources
}

/// The lines outside items under `#[cfg(test)]`. An item ends with the first line at its own indentation that closes
/// it, as rustfmt writes it.
fn production(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if !line.trim_start().starts_with("#[cfg(test)]") {
            kept.push((at + 1, line.to_owned()));
            at += 1;
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        at += 1;
        while at < lines.len() && lines[at].trim_start().starts_with("#[") {
            at += 1;
        }
        let is_end = |line: &str| {
            let rest = line.strip_prefix(indent).unwrap_or(" ");
            !rest.starts_with(' ') && (rest.ends_with(';') || rest.starts_with('}'))
        };
        while at < lines.len() && !is_end(lines[at]) {
            at += 1;
        }
        at += 1;
    }
    kept
}

/// Whether `word` stands in `line` as a path of its own: not within a longer name, and followed by `::`, an end of a
/// name, or nothing.
fn mentions(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + word.len()..];
        let own = !before.is_some_and(|c| is_name(c) || c == '"' || c == '.' || c == '/' || c == '-');
        // A crate is followed by its path or stands in a `use`; a function or a prefix needs nothing more.
        let whole = word.contains("::") || after.starts_with("::") || line.trim_start().starts_with("use ");
        own && whole && (word.ends_with("Tcp") || !after.chars().next().is_some_and(is_name))
    })
}

/// The rooms a piece of source names as `crate::room` or `crate::{room, …}`.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            used.insert(name(rest));
            continue;
        };
        let mut depth = 0_usize;
        let mut part = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    used.insert(name(part.trim()));
                    part.clear();
                    continue;
                }
                _ => {}
            }
            part.push(c);
        }
        used.insert(name(part.trim()));
    }
    used.retain(|room| ROOMS.iter().any(|(known, _)| known == room));
    used
}

/// Fails with all complaints at once.
fn settle(rule: &str, complaints: &[String]) {
    let mut all = String::new();
    for complaint in complaints {
        let _ = writeln!(all, "  {complaint}");
    }
    assert!(complaints.is_empty(), "{rule}:\n{all}");
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let mut complaints = Vec::new();
    for source in sources() {
        let Some((room, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room()) else { continue };
        let code: String = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
        for used in rooms_used(&code) {
            if used != *room && !allowed.contains(&used.as_str()) {
                complaints.push(format!("{}: {room} may not use {used}", source.path));
            }
        }
        // Tests may start the sandbox besides.
        for used in rooms_used(&source.text) {
            if used != *room && used != "sandbox" && !allowed.contains(&used.as_str()) {
                complaints.push(format!("{}: not even the tests of {room} may use {used}", source.path));
            }
        }
        let depth = source.path.matches('/').count() - usize::from(source.path.ends_with("/mod.rs"));
        let way_out = "super::".repeat(depth + 1);
        complaints.extend(
            source
                .code()
                .filter(|(_, line)| line.contains(&way_out))
                .map(|(n, _)| format!("{}:{n}: leaves its room by super", source.path)),
        );
    }
    settle("a room may use only rooms above it (ARCHITECTURE.md)", &complaints);
}

#[test]
fn every_room_is_in_the_table() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> =
        lib.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(declared, known, "src/lib.rs and the table of rooms differ");
}

#[test]
fn no_room_mentions_what_is_not_its_business() {
    let mut complaints = Vec::new();
    for source in sources() {
        let words = FORBIDDEN.iter().find(|(room, _)| *room == source.room()).map_or(&[][..], |(_, words)| *words);
        let no_screen: &[&str] = if source.path.ends_with("/state.rs") { &["ratatui", "crossterm"] } else { &[] };
        for (number, line) in source.code() {
            for word in words.iter().chain(no_screen) {
                if mentions(line, word) {
                    complaints.push(format!("{}:{number}: mentions {word}", source.path));
                }
            }
        }
    }
    settle("a room mentions what is not its business", &complaints);
}

#[test]
fn secrets_are_opened_only_where_they_have_to_leave() {
    let mut complaints = Vec::new();
    for source in sources().iter().filter(|source| !source.is_under(MAY_EXPOSE)) {
        let found = source.code().filter(|(_, line)| line.contains(".expose()") || line.contains("Sensitive::expose"));
        complaints.extend(found.map(|(number, _)| format!("{}:{number}", source.path)));
    }
    settle("expose() is called outside the listed places", &complaints);
}

#[test]
fn every_program_is_started_in_a_process_group() {
    refused_outside("a program is started outside src/process_group", STARTS_PROGRAMS, MAY_START_PROGRAMS);
}

#[test]
fn every_file_is_read_by_the_one_reader() {
    refused_outside("a file is opened outside src/files", READS_FILES, MAY_READ_FILES);
}

/// Refuses these words in production code outside the listed places. The sandbox is a world of its own.
fn refused_outside(rule: &str, words: &[&str], places: &[&str]) {
    let mut complaints = Vec::new();
    for source in sources().iter().filter(|source| !source.is_under(places) && source.room() != "sandbox") {
        for (number, line) in source.code() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                complaints.push(format!("{}:{number}: {word}", source.path));
            }
        }
    }
    settle(rule, &complaints);
}

#[test]
fn production_code_never_gives_up() {
    let mut complaints = Vec::new();
    for source in sources() {
        for (number, line) in source.code() {
            for word in NEVER.iter().filter(|word| line.contains(**word)) {
                complaints.push(format!("{}:{number}: {word}", source.path));
            }
            if line.contains("process::exit(") && !source.is_under(MAY_EXIT) {
                complaints.push(format!("{}:{number}: ends the process", source.path));
            }
        }
    }
    settle("production code gives up", &complaints);
}

#[test]
fn files_and_functions_stay_short() {
    let mut complaints = Vec::new();
    let mut long = Vec::new();
    for source in sources() {
        let lines = source.production.len();
        if lines > FILE_LINES.1 {
            complaints.push(format!("{}: {lines} lines of production code", source.path));
        } else if lines > FILE_LINES.0 {
            long.push(format!("{} ({lines} lines)", source.path));
        }
        for (number, name, length) in functions(&source.production) {
            if length > FUNCTION_LINES.1 {
                complaints.push(format!("{}:{number}: {name} has {length} lines", source.path));
            } else if length > FUNCTION_LINES.0 {
                long.push(format!("{}:{number} {name} ({length} lines)", source.path));
            }
        }
    }
    if !long.is_empty() {
        println!("longer than they should be, though not refused: {}", long.join(", "));
    }
    settle("too long", &complaints);
}

/// Line number, name and length of each function.
fn functions(lines: &[(usize, String)]) -> Vec<(usize, String, usize)> {
    let mut found = Vec::new();
    for (at, (number, line)) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some((head, rest)) = trimmed.split_once("fn ") else { continue };
        if !head
            .split_whitespace()
            .all(|word| word.starts_with("pub") || ["const", "async", "in", "crate)"].contains(&word))
        {
            continue;
        }
        let close = format!("{}}}", &line[..line.len() - trimmed.len()]);
        let length = lines[at..].iter().position(|(_, line)| *line == close).map_or(1, |end| end + 1);
        let is_short = line.ends_with('}') || line.ends_with(';');
        let name = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        found.push((*number, name, if is_short { 1 } else { length }));
    }
    found
}

#[test]
fn no_line_is_wider_than_120_columns() {
    let mut complaints = Vec::new();
    let mut paths = files("src", "rs");
    paths.extend(files("tests", "rs"));
    paths.extend(fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()));
    for path in paths {
        let is_prose = path.extension().is_some_and(|e| e == "md");
        if !is_prose && path.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        for (at, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let is_table = is_prose && (line.starts_with('|') || line.contains("://"));
            if line.chars().count() > COLUMNS && !is_table {
                complaints.push(format!("{}:{}", relative(&path), at + 1));
            }
        }
    }
    settle("wider than 120 columns", &complaints);
}

#[test]
fn every_module_says_what_it_is_for() {
    let complaints: Vec<String> = sources()
        .iter()
        .filter(|source| !source.is_test() && source.text.lines().count() > 1 && !source.text.starts_with("//!"))
        .map(|source| source.path.clone())
        .collect();
    settle("a module does not begin with `//!`", &complaints);
}

#[test]
fn no_type_has_an_empty_word_for_a_name() {
    let mut complaints = Vec::new();
    for source in sources() {
        for (number, line) in source.code() {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            for pair in words.windows(2) {
                let is_type = ["struct", "enum", "trait", "type"].contains(&pair[0]);
                if is_type && EMPTY_WORDS.iter().any(|word| pair[1].ends_with(word)) {
                    complaints.push(format!("{}:{number}: {}", source.path, pair[1]));
                }
            }
        }
    }
    settle("a type's name says nothing", &complaints);
}

#[test]
fn messages_never_say_the_word_error() {
    let mut complaints = Vec::new();
    // The sandbox speaks GitHub's words.
    for source in sources().iter().filter(|source| source.room() != "sandbox") {
        for (number, line) in source.code() {
            let Some((_, message)) = line.split_once("#[error(\"") else { continue };
            let says = message.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|word| word == "error");
            if says || message.trim_end_matches(")]").trim_end_matches('"').ends_with('.') {
                complaints.push(format!("{}:{number}", source.path));
            }
        }
    }
    settle("a message says «error» or ends with a full stop", &complaints);
}

#[test]
fn what_people_read_is_plain_english() {
    let mut lines: Vec<(String, usize, String)> = Vec::new();
    for source in sources() {
        lines.extend(source.production.into_iter().map(|(number, line)| (source.path.clone(), number, line)));
    }
    let top = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let top: Vec<PathBuf> = top.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    for path in [top, files("docs", "md"), files("assets", "toml"), files("screenshots", "svg")].concat() {
        let (shown, text) = (relative(&path), fs::read_to_string(&path).unwrap());
        lines.extend(text.lines().enumerate().map(|(at, line)| (shown.clone(), at + 1, line.to_owned())));
    }
    assert!(lines.iter().any(|(path, ..)| path == "README.md"), "the README was not found");
    let mut complaints = Vec::new();
    for (path, number, line) in lines {
        complaints.extend(words::complaints(&path, &line).iter().map(|why| format!("{path}:{number}: {why}")));
    }
    settle("not plain English", &complaints);
}

#[test]
fn every_asset_is_embedded() {
    let code: String = sources().iter().map(|source| source.text.as_str()).collect();
    let mut assets = Vec::new();
    walk(&root().join("assets"), &mut assets);
    let complaints: Vec<String> = assets
        .iter()
        .map(|path| relative(path))
        .filter(|path| !path.rsplit('/').next().is_some_and(|name| name.starts_with('.')))
        .filter(|path| {
            // Tables of includes may name the folder once, in a macro, and then each file.
            let name = path.rsplit('/').next().unwrap_or_default();
            let stem = name.split('.').next().unwrap_or_default();
            !(code.contains(path.as_str())
                || code.contains(&format!("/{name}\""))
                || code.contains(&format!("\"{stem}\"")))
        })
        .collect();
    settle("an asset is not embedded", &complaints);
}

#[test]
fn every_code_of_the_login_test_is_reached_by_a_test() {
    let verdict = fs::read_to_string(root().join("src/domain/verdict/code.rs")).unwrap();
    let codes = variants(&verdict, "Code");
    assert!(codes.len() >= 15, "the codes were not found");
    let mut tests: String = files("tests", "rs")
        .iter()
        .filter(|path| !path.ends_with("tidy.rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for source in sources() {
        let production: BTreeSet<usize> = source.production.iter().map(|(number, _)| *number).collect();
        let lines = source.text.lines().enumerate().filter(|(at, _)| !production.contains(&(at + 1)));
        tests.extend(lines.flat_map(|(_, line)| [line, "\n"]));
    }
    if !tests.contains("Code::BadCredentials") {
        println!("the login test has no tests yet");
        return;
    }
    let complaints: Vec<String> = codes
        .into_iter()
        .filter(|code| !tests.contains(&format!("Code::{code}")) && !tests.contains(&format!("\"{}\"", snake(code))))
        .collect();
    settle("no test reaches these codes", &complaints);
}

#[test]
fn every_screen_has_a_view_and_tests() {
    let screens = root().join("src/app/screens");
    let Ok(entries) = fs::read_dir(screens) else { return };
    let mut complaints = Vec::new();
    for folder in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        // The help page is made from the action table; that has the tests.
        let parts: &[&str] = if folder.ends_with("help") { &["mod", "view"] } else { &["mod", "view", "tests"] };
        for part in parts {
            if !folder.join(format!("{part}.rs")).exists() && !folder.join(part).is_dir() {
                complaints.push(format!("{}: no {part}.rs", relative(&folder)));
            }
        }
    }
    settle("a screen is not whole", &complaints);
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let places = [["/work", "/"].concat(), ["/root", "/"].concat(), ["/tmp/", "brief"].concat()];
    let mut paths = Vec::new();
    for folder in ["src", "tests", "assets", ".ci", "screenshots"] {
        walk(&root().join(folder), &mut paths);
    }
    paths.extend(fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()));
    let mut complaints = Vec::new();
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let is_repository = path.file_name().is_some_and(|name| name == ".git");
        if !is_repository && places.iter().any(|place| text.contains(place.as_str())) {
            complaints.push(relative(&path));
        }
    }
    settle("a file names a path of one machine", &complaints);
}

/// The variants of an enum, as rustfmt writes them.
fn variants(text: &str, name: &str) -> Vec<String> {
    let head = format!("pub enum {name} {{");
    let Some((_, body)) = text.split_once(head.as_str()) else { return Vec::new() };
    body.lines()
        .take_while(|line| !line.starts_with('}'))
        .filter_map(|line| line.strip_prefix("    ").filter(|line| line.starts_with(char::is_uppercase)))
        .map(|line| line.chars().take_while(|c| c.is_alphanumeric()).collect())
        .collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[test]
fn the_reader_of_uses_understands_groups() {
    let used =
        rooms_used("use crate::{domain::{Scope, Member}, github::Client as C,\n work};\nlet a = crate::ui::x();");
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["domain", "github", "ui", "work"]);
}

#[test]
fn the_reader_of_tests_leaves_them_out() {
    let text = "a\n#[cfg(test)]\nmod tests;\nb\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n    fn x() {\n    }\n}\nc\n";
    let kept: Vec<String> = production(text).into_iter().map(|(_, line)| line).collect();
    assert_eq!(kept, ["a", "b", "c"]);
}
