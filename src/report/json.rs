//! JSON that is safe to show on a terminal: lossless, with every character that could affect a terminal escaped.

use std::fmt::Write;

use serde_json::Value;

use crate::domain::untrusted::is_hostile;

/// One document, indented, with a line end.
///
/// `serde_json` escapes C0 by itself; DEL, C1, bidirectional controls and invisible marks become `\uXXXX` here. That is
/// lossless because they occur only inside strings: everything between strings is ASCII.
pub fn render(value: &Value) -> String {
    let mut out = String::new();
    for c in format!("{value:#}").chars() {
        if is_hostile(c) && c != '\n' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hostile_text_is_escaped_and_comes_back_whole() {
        let text = "a\x1b[2J\u{7f}\u{9b}\u{202e}\u{200b}\u{e0041}\r\n\t日本 ü 😀";
        let value = serde_json::json!({ text: [text] });
        let shown = render(&value);
        assert!(shown.chars().all(|c| c == '\n' || !is_hostile(c)), "{shown:?}");
        assert!(shown.contains("\\udb40\\udc41") && shown.contains("日本"));
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
    }
}
