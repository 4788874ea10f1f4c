//! The texts to search for: a secret case-folded, reversed, and in base64, which cannot be decoded once its letter case
//! is lost.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;
use zeroize::Zeroizing;

use super::views::fold;
use super::{PART, SHORT, SHORTEST, key};
use crate::domain::Sensitive;

/// One text to search for.
#[derive(Clone)]
pub(super) struct Form {
    /// Case-folded, like every view of a text.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether it is base64.
    pub is_encoded: bool,
    /// Whether the secret could be an ordinary word.
    pub is_word: bool,
    /// A prefix of this length is hidden although it is shorter than [`PART`].
    head: usize,
    /// The same for a suffix.
    tail: usize,
    /// Whether its parts are not secret: most of a service account's key in JSON is public.
    is_whole: bool,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(redacted)")
    }
}

impl Form {
    /// Groups of eight bytes as one number, with their positions. Any piece of the form of at least [`PART`] bytes, and
    /// any prefix or suffix, contains one of them.
    pub(super) fn seeds(&self) -> Vec<(u64, usize)> {
        let Some(last) = self.bytes.len().checked_sub(8) else { return Vec::new() };
        let every = if self.is_whole { last.max(1) } else { PART - 7 };
        let mut offsets: Vec<usize> = (0..=last).step_by(every).collect();
        if offsets.last() != Some(&last) {
            offsets.push(last);
        }
        offsets.into_iter().map(|offset| (key(&self.bytes[offset..]), offset)).collect()
    }

    /// How much of the form surrounds a position in a text where eight of its bytes were found; `None` if that is too
    /// little.
    pub(super) fn meets(&self, text: &[u8], at: usize, offset: usize) -> Option<(usize, usize)> {
        let form = self.bytes.as_slice();
        let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
        let after = text[at..].iter().zip(&form[offset..]).take_while(same).count();
        let before = text[..at].iter().rev().zip(form[..offset].iter().rev()).take_while(same).count();
        let (length, whole) = (before + after, form.len());
        let is_head = before == offset && length >= self.head;
        let is_tail = offset + after == whole && length >= self.tail;
        let counts = if self.is_whole { length == whole } else { length >= PART.min(whole) || is_head || is_tail };
        (after >= 8 && counts).then(|| (at - before, at + after))
    }
}

/// All texts to search for, for one secret.
pub(super) fn of(secret: &Sensitive) -> Vec<Form> {
    let text = secret.expose().trim();
    let mut forms = Vec::new();
    let parts = secret_parts(text);
    if parts.is_empty() {
        add(&mut forms, text, false);
    } else {
        add(&mut forms, text, true);
        for part in &parts {
            add(&mut forms, part, false);
        }
    }
    // A value that is encoded in a field may come back decoded.
    if let Some(inner) = decoded(text) {
        let inner = Sensitive::new(inner.as_str());
        forms.extend(if text.len() > inner.len() { of(&inner) } else { Vec::new() });
    }
    forms
}

fn add(forms: &mut Vec<Form>, text: &str, is_whole: bool) {
    let plain = fold(text.as_bytes());
    if plain.len() < SHORTEST {
        return;
    }
    let is_word = plain.len() < SHORT || (plain.len() < PART && plain.iter().all(u8::is_ascii_alphabetic));
    let (head, tail) = if plain.len() < PART { (plain.len(), plain.len()) } else { (public_head(&plain) + 4, 8) };
    let mut push = |bytes: Zeroizing<Vec<u8>>, is_encoded: bool, head: usize, tail: usize| {
        if bytes.len() >= SHORTEST && !forms.iter().any(|form| form.bytes == bytes) {
            forms.push(Form { bytes, is_encoded, is_word, head, tail, is_whole });
        }
    };
    push(plain.clone(), false, head.max(8), tail);
    if plain.len() < SHORT {
        return;
    }
    let reversed: Zeroizing<String> = Zeroizing::new(text.chars().rev().collect());
    push(fold(reversed.as_bytes()), false, tail, head.max(8));
    if text.contains(' ') {
        // In the encoding of the forms.
        push(fold(Zeroizing::new(text.replace(' ', "+")).as_bytes()), false, head.max(8), tail);
    }
    for rarer in rarer(text) {
        push(fold(rarer.as_bytes()), false, head.max(8), tail);
    }
    for encoded in in_base64(text).into_iter().chain(in_base32(text)) {
        let bytes = fold(encoded.as_bytes());
        let whole = bytes.len();
        push(bytes, true, whole, whole);
    }
}

/// The prefix before a token's own part, such as `github_pat_`: a text may mention it.
fn public_head(folded: &[u8]) -> usize {
    let is_sign = |byte: &u8| matches!(byte, b'_' | b'-');
    folded.iter().take(12).rposition(is_sign).map_or(4, |at| at + 1)
}

/// In base64 within a longer text, at each of the three alignments and in both alphabets, without the characters that
/// depend on the neighbors.
fn in_base64(text: &str) -> Vec<Zeroizing<String>> {
    let mut found = Vec::new();
    for (shift, cut) in [(0_usize, 0_usize), (1, 2), (2, 3)] {
        let mut bytes = Zeroizing::new(vec![b'.'; shift]);
        bytes.extend_from_slice(text.as_bytes());
        let kept = bytes.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&*bytes), URL_SAFE_NO_PAD.encode(&*bytes)].map(Zeroizing::new) {
            found.push(Zeroizing::new(encoded.get(cut..kept).unwrap_or_default().to_owned()));
        }
    }
    found
}

/// In base32 (RFC 4648) within a longer text, at each of its five alignments.
fn in_base32(text: &str) -> Vec<Zeroizing<String>> {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let at_shift = |shift: usize| {
        let bits = text.len() * 8;
        // Bits of the preceding text, up to the next whole character.
        let skipped = (5 - shift * 8 % 5) % 5;
        let bit = |at: usize| usize::from(text.as_bytes()[at / 8] >> (7 - at % 8) & 1);
        let letters = (skipped..bits.saturating_sub(4)).step_by(5);
        let value = |from: usize| (from..from + 5).fold(0, |value, at| value << 1 | bit(at));
        Zeroizing::new(letters.map(|from| char::from(LETTERS[value(from)])).collect::<String>())
    };
    (0..5).map(at_shift).collect()
}

/// The bytes as numbers, as printed by Go and JavaScript (ignoring white space), and with the letters in ROT13.
fn rarer(text: &str) -> [Zeroizing<String>; 3] {
    let joined = |sign: &str| {
        let numbers: Zeroizing<Vec<String>> = Zeroizing::new(text.bytes().map(|byte| byte.to_string()).collect());
        Zeroizing::new(numbers.join(sign))
    };
    let turn = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        other => other,
    };
    [joined(""), joined(","), Zeroizing::new(text.chars().map(turn).collect())]
}

/// The secret parts of a larger value: the key in a service account's JSON, the content of a PEM file. Empty if all of
/// it is secret.
fn secret_parts(text: &str) -> Vec<Zeroizing<String>> {
    if text.starts_with('{')
        && let Ok(Value::Object(map)) = serde_json::from_str::<Value>(text)
    {
        let is_secret = |name: &str| ["key", "secret", "token", "password"].iter().any(|end| name.ends_with(end));
        let values = map.iter().filter(|(name, _)| is_secret(&name.to_ascii_lowercase()));
        return values
            .filter_map(|(_, value)| value.as_str())
            .flat_map(|value| {
                let parts = secret_parts(value);
                if parts.is_empty() { vec![Zeroizing::new(value.to_owned())] } else { parts }
            })
            .collect();
    }
    if text.contains("-----BEGIN ") {
        let body = text.lines().filter(|line| !line.contains("-----") && !line.contains(": "));
        return vec![Zeroizing::new(body.collect())];
    }
    Vec::new()
}

/// The decoded content of a base64 text, if that is text.
fn decoded(text: &str) -> Option<Zeroizing<String>> {
    let text: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
    if text.len() < 24 {
        return None;
    }
    let engines = [&STANDARD, &URL_SAFE, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD];
    let bytes = engines.iter().find_map(|engine| engine.decode(text.as_bytes()).ok())?;
    let inner = Zeroizing::new(String::from_utf8(bytes).ok()?);
    (!inner.chars().any(|c| c.is_control() && !c.is_whitespace())).then_some(inner)
}
