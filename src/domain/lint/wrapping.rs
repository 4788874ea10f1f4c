//! What comes along when a value is copied: quotation marks of every script, and characters nobody sees.
//!
//! Nothing is ever taken off by itself. What stands between the marks is proposed.

use zeroize::Zeroizing;

use crate::domain::{Sensitive, untrusted};

/// Opening and closing marks, as keyboards, word processors, chats and shells write them. Source: the pairs of
/// Unicode's `BidiBrackets` and of CLDR's quotation delimiters, and the marks people type in their place.
const PAIRS: &[(&str, &str)] = &[
    ("\\\"", "\\\""),
    ("\\'", "\\'"),
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("´", "´"),
    ("`", "´"),
    ("`", "'"),
    ("“", "”"),
    ("”", "”"),
    ("“", "“"),
    ("„", "“"),
    ("„", "”"),
    ("‟", "”"),
    ("‘", "’"),
    ("’", "’"),
    ("‘", "‘"),
    ("‚", "‘"),
    ("‚", "’"),
    ("‛", "’"),
    ("«", "»"),
    ("»", "«"),
    ("»", "»"),
    ("‹", "›"),
    ("›", "‹"),
    ("›", "›"),
    ("「", "」"),
    ("『", "』"),
    ("｢", "｣"),
    ("〝", "〞"),
    ("〝", "〟"),
    ("＂", "＂"),
    ("＇", "＇"),
    ("｀", "｀"),
    ("❝", "❞"),
    ("❛", "❜"),
    ("″", "″"),
    ("′", "′"),
    ("“", "\""),
    ("\"", "”"),
    ("„", "\""),
    ("‘", "'"),
    ("'", "’"),
    ("״", "״"),
    ("׳", "׳"),
    ("﹁", "﹂"),
    ("﹃", "﹄"),
    ("〝", "〝"),
    ("ˮ", "ˮ"),
    ("ʻ", "ʼ"),
    ("**", "**"),
    ("&quot;", "&quot;"),
    ("&#34;", "&#34;"),
    ("&#39;", "&#39;"),
    ("&apos;", "&apos;"),
    ("&ldquo;", "&rdquo;"),
    ("&laquo;", "&raquo;"),
    ("\\u0022", "\\u0022"),
    ("%22", "%22"),
];

/// Brackets, which stand around a placeholder more often than around a value.
const BRACKETS: &[(&str, &str)] = &[
    ("<", ">"),
    ("〈", "〉"),
    ("《", "》"),
    ("＜", "＞"),
    ("⟨", "⟩"),
    ("【", "】"),
    ("〔", "〕"),
    ("〖", "〗"),
    ("［", "］"),
    ("（", "）"),
    ("&lt;", "&gt;"),
];

/// Marks of which one alone tells that it was copied, as no generator of passwords makes them.
const TYPOGRAPHIC: &[char] = &[
    '“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»', '‹', '›', '「', '」', '『', '』', '｢', '｣', '〝', '〞', '〟',
    '＂', '＇', '❝', '❞', '❛', '❜', '״', '׳', '﹁', '﹂', '﹃', '﹄',
];

/// What stands within all the marks around a text, with what was punctuation after them; `None` if there are none.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    let ends = |c: char| matches!(c, ',' | ';');
    let mut inner = peeled(text).or_else(|| peeled(text.trim_end_matches(ends)))?;
    while let Some(deeper) = peeled(inner) {
        inner = deeper;
    }
    Some(inner)
}

fn peeled(text: &str) -> Option<&str> {
    let within = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close).map(trimmed);
    PAIRS.iter().find_map(within)
}

/// What stands within pointed brackets.
pub(super) fn bracketed(text: &str) -> Option<&str> {
    let within = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
    BRACKETS.iter().find_map(within).map(trimmed)
}

/// The typographic mark that stands at one end alone.
pub(super) fn half_quote(text: &str) -> Option<char> {
    let ends = [text.chars().next(), text.chars().next_back()];
    ends.into_iter().flatten().find(|c| TYPOGRAPHIC.contains(c))
}

/// The text without blanks and unseen characters at its ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || name(c).is_some())
}

/// What one calls a character that is not seen, or is taken for a plain blank.
pub(super) const fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{a0}' | '\u{202f}' | '\u{2007}' => "a non-breaking space",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' | '\u{200d}' | '\u{2060}' => "a zero-width joiner",
        '\u{feff}' => "a byte order mark",
        '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200a}' | '\u{205f}' | '\u{3000}' | '\u{1680}' => {
            "a space of unusual width"
        }
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{2061}'..='\u{2064}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}'
        | '\u{e0100}'..='\u{e01ef}' => "a non-printing character",
        _ => return None, // a letter, or one of those that move a cursor
    })
}

/// Whether a character is not seen and changes nothing but the value.
pub(super) fn is_unseen(c: char) -> bool {
    name(c).is_some() || untrusted::is_hostile(c)
}

/// The value without what was copied along: blanks and unseen characters, then the marks around it.
pub fn without_wrapping(value: &Sensitive) -> Sensitive {
    let seen = |text: &str| -> Zeroizing<String> {
        Zeroizing::new(text.chars().filter(|c| !is_unseen(*c) || matches!(c, '\n' | '\r' | '\t')).collect())
    };
    let text = seen(value.expose());
    let text = trimmed(&text);
    let inner = unquoted(text).or_else(|| bracketed(text)).unwrap_or(text);
    Sensitive::from(inner)
}
