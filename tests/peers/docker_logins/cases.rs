//! Configurations that occur in practice.

use super::{Case, SERVER, auth, b64, case, under};

pub(super) fn all() -> Vec<Case> {
    [json(), auths(), helpers(), variables()].concat()
}

fn json() -> Vec<Case> {
    let pair = b64("u:p");
    let twice = format!(r#"{{"auths":{{"{SERVER}":{{"auth":"{pair}"}},"{SERVER}":{{"username":"z"}}}}}}"#);
    let entry = |fields: &str| format!(r#"{{"auths":{{"{SERVER}":{{{fields}}}}}}}"#);
    let beside = |field: &str| format!(r#"{{{field},"auths":{{"{SERVER}":{{"auth":"{pair}"}}}}}}"#);
    let mut raw = format!(r#"{{"auths":{{"{SERVER}":{{"auth":"{pair}"}},"x"#).into_bytes();
    raw.extend(b"\xff\":{}}}");
    vec![
        case("one login", auth(&pair)),
        case("names in capitals", format!(r#"{{"AUTHS":{{"{SERVER}":{{"AUTH":"{pair}"}}}}}}"#)),
        case(
            "a long s and a Kelvin sign in names",
            format!("{{\"auth\u{17f}\":{{\"{SERVER}\":{{\"auth\":\"{pair}\",\"identityto\u{212a}en\":null}}}}}}"),
        ),
        case(
            "auths twice, joined",
            format!(r#"{{"auths":{{"{SERVER}":{{"auth":"{pair}"}}}},"Auths":{{"a.example":{{}}}}}}"#),
        ),
        case("auths, then null", format!(r#"{{"auths":{{"{SERVER}":{{"auth":"{pair}"}}}},"auths":null}}"#)),
        case("an entry twice, the last counts", twice)
            .because("sends a user without a password; there is no login to use"),
        case("auth twice, the last counts", entry(&format!(r#""auth":"{}","Auth":"{pair}""#, b64("a:b")))),
        case("auth, then null", entry(&format!(r#""auth":"{pair}","auth":null"#))),
        case("an entry that is null", format!(r#"{{"auths":{{"{SERVER}":null}}}}"#)),
        case("null", "null"),
        case("an empty file", ""),
        case("cut off", auth(&pair).trim_end_matches('}').to_owned()),
        case("something after the object", format!("{} garbage", auth(&pair))),
        case("a byte order mark", format!("\u{feff}{}", auth(&pair))),
        case("a comment", format!("// mine\n{}", auth(&pair))),
        case("a comma too much", format!(r#"{{"auths":{{"{SERVER}":{{"auth":"{pair}"}},}}}}"#)),
        case("half a surrogate elsewhere", beside(r#""x":"\ud800""#)),
        case("broken UTF-8 elsewhere", raw),
        case("a number out of range elsewhere", beside(r#""x":1e999"#)),
        case("an unknown name", beside(r#""foo":5"#)),
        case("psFormat is a number", beside(r#""psFormat":5"#)),
        case("HttpHeaders has a number", beside(r#""HttpHeaders":{"X":5}"#)),
        case("plugins has a number", beside(r#""plugins":{"x":{"y":5}}"#)),
        case("email is a number", entry(&format!(r#""auth":"{pair}","email":5"#))),
        case("auth is a number", entry(r#""auth":5"#)),
        case("auths is a list", r#"{"auths":[]}"#),
        case("a list", "[]"),
        case("an entry is a text", format!(r#"{{"auths":{{"{SERVER}":"{pair}"}}}}"#)),
        case("the form before auths", format!(r#"{{"{SERVER}":{{"auth":"{pair}","email":"x"}}}}"#)),
    ]
}

fn auths() -> Vec<Case> {
    let pair = b64("u:p");
    let entry = |fields: &str| format!(r#"{{"auths":{{"{SERVER}":{{{fields}}}}}}}"#);
    let both = |one: &str, other: &str| {
        format!(r#"{{"auths":{{"http://{SERVER}":{{"auth":"{one}"}},"https://{SERVER}":{{"auth":"{other}"}}}}}}"#)
    };
    let elsewhere = format!(r#"{{"auths":{{"{SERVER}":{{"auth":"{pair}"}},"b.example":{{"auth":"%%"}}}}}}"#);
    vec![
        case("line ends in base64", auth(r"dT\npw\r\n")),
        case("a blank in base64", auth("dT pw")),
        case("a tab after base64", auth(r"dTpw\t")),
        case("a line end in the JSON text", auth("dT\npw")),
        case("base64 without its padding", auth(b64("u:pw").trim_end_matches('='))),
        case("bits left over in base64", auth("dTpwdx==")),
        case("base64 of addresses", auth("dTr__vs=")),
        case("no colon", auth(&b64("up"))),
        case("no user", auth(&b64(":p"))),
        case("a colon in the password", auth(&b64("u:p:q"))),
        case("zero bytes around the password", auth(&b64("u:\0p\0\0"))),
        case("a line end after the password", auth(&b64("u:p\n")))
            .because("sends the line ending too; pullkey never uses such a password and says so"),
        case("no password", auth(&b64("u:"))).because("sends a user without a password; there is no login to use"),
        case("no UTF-8", auth(&b64(b"u:\xff")))
            .because("sends U+FFFD in its place, which is not the password; pullkey says so"),
        case("another auth cannot be decoded", elsewhere)
            .because("sends it or not by chance, since Go's maps have no order; the login itself is valid"),
        case("username and password", entry(r#""username":"u","password":"p""#)),
        case("auth beside username and password", entry(&format!(r#""username":"a","password":"b","auth":"{pair}""#))),
        case("username alone", entry(r#""username":"u""#))
            .because("sends a user without a password; there is no login to use"),
        case("an identity token", entry(&format!(r#""auth":"{}","identitytoken":"idt""#, b64("0:"))))
            .because("sends the token, which expires and is not a password"),
        case("a token of the registry", entry(&format!(r#""auth":"{pair}","registrytoken":"rt""#)))
            .because("sends the token, which expires and is not a password"),
        case("a key with a scheme", under(&format!("https://{SERVER}"), &pair)),
        case("a key with scheme and path", under(&format!("https://{SERVER}/v2/"), &pair)),
        case("a key with a path", under(&format!("{SERVER}/v1/"), &pair)),
        case("two old keys, one login", both(&pair, &pair)),
        case("two old keys, two logins", both(&pair, &b64("a:b")))
            .because("sends either by chance; pullkey does not guess"),
        case("a key in capitals", under("Registry.example.com", &pair)),
        case("a key with a port", under(&format!("{SERVER}:443"), &pair)),
        case("a key with a blank", under(&format!(" {SERVER}"), &pair)),
        case("a key with an escape", under(r"registry\u002eexample.com", &pair)),
    ]
}

fn helpers() -> Vec<Case> {
    let pair = b64("u:p");
    let with = |head: &str| format!(r#"{{{head},"auths":{{"{SERVER}":{{"auth":"{pair}"}}}}}}"#);
    let own = |name: &str| format!(r#"{{"credHelpers":{{"{SERVER}":"{name}"}}}}"#);
    vec![
        case("credsStore", with(r#""credsStore":"ok""#)),
        case("credsStore, and no auths", r#"{"credsStore":"ok"}"#),
        case("credSstore", with(r#""credSstore":"ok""#)),
        case("credsStore is null", with(r#""credsStore":null"#)),
        case("a store that is not there", with(r#""credsStore":"nosuch""#)),
        case("a store that refuses", with(r#""credsStore":"fail""#)),
        case("a store that keeps no login", with(r#""credsStore":"none""#)),
        case("a store beside a number", with(r#""psFormat":5,"credsStore":"ok""#)),
        case("a helper goes before the store", format!(r#"{{"credsStore":"fail","credHelpers":{{"{SERVER}":"ok"}}}}"#)),
        case("a helper without a name", with(&format!(r#""credsStore":"ok","credHelpers":{{"{SERVER}":""}}"#))),
        case("a helper that is null", with(&format!(r#""credsStore":"ok","credHelpers":{{"{SERVER}":null}}"#))),
        case("a helper under an address", with(&format!(r#""credHelpers":{{"https://{SERVER}":"ok"}}"#))),
        case("a helper that is a number", with(&format!(r#""credHelpers":{{"{SERVER}":5}}"#))),
        case(
            "a token of the registry beside a store",
            format!(r#"{{"credsStore":"ok","auths":{{"{SERVER}":{{"registrytoken":"rt"}}}}}}"#),
        )
        .because("sends the token, which expires and is not a password"),
        case("answers", own("ok")),
        case("answers in small letters", own("lower")),
        case("answers with an identity token", own("token"))
            .because("sends the token, which expires and is not a password"),
        case("answers with something after it", own("trail")),
        case("answers with null", own("null")).because("sends a user without a password; there is no login to use"),
        case("answers with a number", own("number")),
        case("answers without a user", own("nobody"))
            .because("sends a password without a user; there is no login to use"),
        case("answers with a list", own("list")),
        case("answers twice, the last counts", own("twice")),
        case("answers with a byte order mark", own("mark")),
        case("answers nothing", own("empty")),
        case("refuses", own("fail")),
    ]
}

fn variables() -> Vec<Case> {
    let pair = b64("u:p");
    let of = |name, text: String| Case { variable: Some(text), ..case(name, auth(&b64("file:f"))) };
    vec![
        of("DOCKER_AUTH_CONFIG", auth(&pair)).because("28.2.2 does not know the variable, which is read since 28.3"),
        of("DOCKER_AUTH_CONFIG of another server", under("a.example", &pair)),
        of("DOCKER_AUTH_CONFIG with another field", r#"{"auths":{},"credsStore":"ok"}"#.to_owned()),
        of("DOCKER_AUTH_CONFIG that is no JSON", "x".to_owned()),
    ]
}
