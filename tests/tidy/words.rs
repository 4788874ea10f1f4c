//! Plain English, kept by text: what a person reads in this repository does without phrases that need a second reading.

/// Phrases that English does not use so, each with what to write instead.
const PHRASES: &[(&str, &str)] = &[
    ("in vain", "say that it failed"),
    ("is heard", "respected"),
    ("is told", "shown or reported"),
    ("are told", "shown or reported"),
    ("is said", "shown or reported"),
    ("are said", "shown or reported"),
];

/// Quotation marks of other languages.
const GUILLEMETS: [char; 2] = ['«', '»'];

/// Where those marks are data: what people paste around a value, and what the ASCII mode draws instead.
const READS_GUILLEMETS: &[&str] = &["src/domain/lint/wrapping.rs", "src/domain/secret_shape/mod.rs", "src/app/draw.rs"];

/// What is wrong with a line of `path`.
pub(crate) fn complaints(path: &str, line: &str) -> Vec<String> {
    let is_data = READS_GUILLEMETS.contains(&path);
    let mut found = Vec::new();
    if !is_data && line.contains(GUILLEMETS) {
        found.push("quotes with « »: write “ ” or backticks".to_owned());
    }
    let line = line.to_lowercase();
    let is_word = |at: usize| line[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    for (phrase, instead) in PHRASES {
        if line.match_indices(phrase).any(|(at, _)| is_word(at)) {
            found.push(format!("“{}”: write {instead}", phrase.trim()));
        }
    }
    found
}

#[test]
fn the_rule_of_words_finds_what_it_bans() {
    for (line, wanted) in
        [("// «token»", 1), ("asked, in vain", 1), ("it is told by «x»", 2), ("an axis told", 0), ("“token”", 0)]
    {
        assert_eq!(complaints("src/x.rs", line).len(), wanted, "{line}");
    }
    assert!(complaints("src/domain/lint/wrapping.rs", "('«', '»')").is_empty());
}
