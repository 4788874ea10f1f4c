//! Long mixtures of characters that no name has: secrets without a telling beginning.

/// A long word in which letters of both cases and digits are mixed as chance mixes them, or that is nothing but
/// hexadecimal and longer than any UUID (40, 64). No digest's `sha256:` is before it: a whole word is looked at.
pub(super) fn is_mixture(word: &str) -> bool {
    let length = word.len();
    if length >= 40 && length.is_multiple_of(2) && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return true;
    }
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
    if length < 30 || !word.bytes().all(is_part) {
        return false;
    }
    let count = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
    let class = |b: u8| (b.is_ascii_uppercase(), b.is_ascii_lowercase(), b.is_ascii_digit());
    let changes = word.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    let signs = word.trim_end_matches('=').bytes().filter(|b| !b.is_ascii_alphanumeric()).count();
    // Names change from one kind to another about once a word, and have a sign between two words.
    count(u8::is_ascii_uppercase) >= 3
        && count(u8::is_ascii_lowercase) >= 3
        && count(u8::is_ascii_digit) >= 1
        && signs <= length / 8
        && changes >= length * 3 / 8
        && !is_of_words(word)
}

/// Whether most of a text is words: letters in small, perhaps with a capital before them, at least three and with a
/// vowel among them.
fn is_of_words(text: &str) -> bool {
    let is_vowel = |b: &u8| b"aeiouyAEIOUY".contains(b);
    let mut within = 0;
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let tail = after.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let word = &rest[..=tail];
        if first.is_ascii_alphabetic() && word.len() >= 3 && word.iter().any(is_vowel) {
            within += word.len();
        }
        rest = &rest[word.len()..];
    }
    within * 10 >= text.len() * 6
}
