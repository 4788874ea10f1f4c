//! Long mixtures of characters that do not occur in names: secrets without a distinctive beginning.

/// A long word in which letters of both cases and digits are mixed randomly, or that is all hexadecimal and longer than
/// any UUID (40, 64). It is not preceded by a digest's `sha256:`, because a whole word is checked.
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
    // Names change between kinds of characters about once per word, and have punctuation between two words.
    count(u8::is_ascii_uppercase) >= 3
        && count(u8::is_ascii_lowercase) >= 3
        && count(u8::is_ascii_digit) >= 1
        && signs <= length / 8
        && changes >= length * 3 / 8
        && !is_of_words(word)
}

/// Whether most of a text is words: at least three lower-case letters with a vowel, perhaps after a capital letter.
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
