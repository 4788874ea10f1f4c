#![allow(clippy::unwrap_used)]

use super::*;

fn text_of(json: &[u8], name: &str) -> Result<Option<String>, GoFault> {
    let value = GoValue::first(json)?;
    Ok(value.fields()?.text(name)?.map(|text| text.value.expose().to_owned()))
}

fn integer_of(json: &str) -> Result<Option<i64>, GoFault> {
    GoValue::first(json.as_bytes())?.fields()?.integer("n")
}

#[test]
fn a_decoder_takes_one_value_and_does_not_look_at_what_follows() {
    for json in [r#"{"a":"x"}"#, r#" {"a":"x"} {"#, "{\"a\":\"x\"}\n<html>", r#"{"a":"x"}}"#, "{\"a\":\"x\"}\0"] {
        assert_eq!(text_of(json.as_bytes(), "a"), Ok(Some("x".to_owned())), "{json}");
    }
    assert_eq!(GoValue::whole(br#"{"a":"x"} {"#), Err(GoFault::Trailing));
    assert!(GoValue::whole(b" {} \r\n\t").is_ok());
}

#[test]
fn a_key_counts_whatever_its_case_and_the_last_that_says_something_wins() {
    for (json, found) in [
        (r#"{"Token":"x"}"#, Some("x")),
        (r#"{"TOKEN":"x","token":"y"}"#, Some("y")),
        (r#"{"token":"x","ToKeN":"y"}"#, Some("y")),
        (r#"{"token":"x","token":null}"#, Some("x")),
        ("{\"to\u{212a}en\":\"x\"}", Some("x")),
        (r#"{"\u0074oken":"x"}"#, Some("x")),
        (r#"{"to_ken":"x"}"#, None),
        (r#"{"token":null}"#, None),
        ("null", None),
        ("{}", None),
    ] {
        assert_eq!(text_of(json.as_bytes(), "token"), Ok(found.map(str::to_owned)), "{json}");
    }
    assert!(is_same_key("expire\u{17f}_in", "expires_in") && is_same_key("credsStore", "credsstore"));
}

#[test]
fn a_value_of_another_type_is_a_fault_wherever_it_stands() {
    for json in
        [r#"{"a":1}"#, r#"{"a":{}}"#, r#"{"a":[]}"#, r#"{"a":true}"#, r#"{"a":"x","A":1}"#, r#"{"A":1,"a":"x"}"#]
    {
        assert!(matches!(text_of(json.as_bytes(), "a"), Err(GoFault::Type { .. })), "{json}");
    }
    for json in ["[]", "1", "true", "\"x\"", "[{\"a\":\"x\"}]"] {
        assert!(matches!(text_of(json.as_bytes(), "a"), Err(GoFault::NoObject { .. })), "{json}");
    }
}

#[test]
fn a_whole_number_has_no_fraction_no_exponent_and_64_bits() {
    for (json, found) in [("300", 300), ("-5", -5), ("-0", 0), ("9223372036854775807", i64::MAX)] {
        assert_eq!(integer_of(&format!(r#"{{"n":{json}}}"#)), Ok(Some(found)), "{json}");
    }
    for json in ["3.0", "3e2", "9223372036854775808", "\"3\"", "true", "[3]", "{}"] {
        assert!(matches!(integer_of(&format!(r#"{{"n":{json}}}"#)), Err(GoFault::Type { .. })), "{json}");
    }
    assert_eq!(integer_of(r#"{"n":null}"#), Ok(None));
}

#[test]
fn what_is_no_json_says_where_and_never_what() {
    for (json, fault) in [
        (&b""[..], GoFault::Empty),
        (b" \n", GoFault::Empty),
        (b"\xef\xbb\xbf{}", GoFault::Syntax(0)),
        (b"<html>", GoFault::Syntax(0)),
        (b"{", GoFault::Short),
        (br#"{"a""#, GoFault::Short),
        (br#"{"a":"x"#, GoFault::Short),
        (br#"{"a":"x""#, GoFault::Short),
        (br#"{"a":"x",}"#, GoFault::Syntax(9)),
        (br#"{"a":01}"#, GoFault::Syntax(6)),
        (br#"{"a":+1}"#, GoFault::Syntax(5)),
        (br#"{"a":1.}"#, GoFault::Syntax(7)),
        (br#"{"a":.5}"#, GoFault::Syntax(5)),
        (br#"{"a":NaN}"#, GoFault::Syntax(5)),
        (br"{'a':1}", GoFault::Syntax(1)),
        (br"{a:1}", GoFault::Syntax(1)),
        (br#"{"a":nul}"#, GoFault::Syntax(8)),
        (br#"{"a" 1}"#, GoFault::Syntax(5)),
        (br#"{"a":[1 2]}"#, GoFault::Syntax(8)),
        (br#"{"a":"\x"}"#, GoFault::Syntax(7)),
        (br#"{"a":"\u12g4"}"#, GoFault::Syntax(10)),
        (b"{\"a\":\"x\ny\"}", GoFault::Syntax(7)),
        (br#"{"a":"x"]"#, GoFault::Syntax(8)),
    ] {
        assert_eq!(GoValue::first(json).unwrap_err(), fault, "{}", String::from_utf8_lossy(json));
    }
}

#[test]
fn broken_text_becomes_the_replacement_character_byte_by_byte() {
    for (json, found, is_literal) in [
        (&br#"{"a":"x\u00e9\ud83d\ude00"}"#[..], "xé😀", false),
        (br#"{"a":"\ud83dx"}"#, "\u{fffd}x", false),
        (br#"{"a":"\ud83d\u0041"}"#, "\u{fffd}A", false),
        (br#"{"a":"\ude00\ud83d"}"#, "\u{fffd}\u{fffd}", false),
        (b"{\"a\":\"\xff\xe2\x82x\"}", "\u{fffd}\u{fffd}\u{fffd}x", false),
        (b"{\"a\":\"\x7f\"}", "\u{7f}", true),
        (br#"{"a":"\/\"\\\b\f\n\r\t"}"#, "/\"\\\u{8}\u{c}\n\r\t", false),
        ("{\"a\":\"é\"}".as_bytes(), "é", true),
    ] {
        let value = GoValue::first(json).unwrap();
        let text = value.fields().unwrap().text("a").unwrap().unwrap().clone();
        assert_eq!((text.value.expose(), text.is_literal), (found, is_literal), "{}", String::from_utf8_lossy(json));
    }
}

#[test]
fn depth_is_bounded_as_it_is_in_go_and_costs_no_stack() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(GoValue::first(nested(10_000).as_bytes()).is_ok());
    assert_eq!(GoValue::first(nested(10_001).as_bytes()), Err(GoFault::Deep));
    let deep = format!(r#"{{"a":"x","b":{}}}"#, nested(9_000));
    assert_eq!(text_of(deep.as_bytes(), "a"), Ok(Some("x".to_owned())));
}

#[test]
fn no_value_is_shown_by_debug_or_by_a_fault() {
    let value = GoValue::first(br#"{"token":"hunter2","n":"hunter3"}"#).unwrap();
    let fields = value.fields().unwrap();
    let fault = fields.integer("n").unwrap_err();
    let shown = format!("{value:?} {fields:?} {fault:?} {fault}");
    assert!(!shown.contains("hunter"), "{shown}");
}
