//! Unlikely configurations: keys in every spelling, text that is nearly base64, helpers that answer oddly, files in
//! other places.

use super::{Case, Place, SERVER, auth, b64, case, under};

pub(super) fn all() -> Vec<Case> {
    [keys(), json(), base64(), helpers(), places()].concat()
}

const NO_PASSWORD: &str = "sends a user without a password; there is no login to use";

fn keys() -> Vec<Case> {
    let pair = b64("u:p");
    [
        ("http://{}", None),
        ("http://{}/v1/", None),
        ("https://{}/v1/", None),
        ("https://{}/v2", None),
        ("https://{}:443", None),
        ("{}/", None),
        ("{}/v2/", None),
        ("{}/team/app", None),
        ("{}.", None),
        ("{}:80", None),
        ("//{}", None),
        ("HTTPS://{}", None),
        ("Https://{}/v1/", None),
        ("ftp://{}", None),
        ("https:{}", None),
        ("https:/{}", None),
        ("https:///{}", None),
        ("https://https://{}", None),
        ("http://https://{}", None),
        ("https://{}?x", None),
        ("https://{}#x", None),
        ("u@{}", None),
        ("https://u@{}", None),
        ("*.example.com", None),
        ("{}\\t", None),
        ("{}\\u0000", None),
        ("\\u200b{}", None),
        ("{} ", None),
        ("https://{}/ ", None),
        ("", None),
        ("https://", None),
        ("/", None),
    ]
    .into_iter()
    .map(|(key, differs)| {
        let key = key.replace("{}", SERVER);
        let name: &'static str = Box::leak(format!("the key “{}”", key.replace('|', "/")).into_boxed_str());
        Case { differs, ..case(name, under(&key, &pair)) }
    })
    .collect()
}

fn json() -> Vec<Case> {
    let pair = b64("u:p");
    let good = auth(&pair);
    let entry = |fields: &str| format!(r#"{{"auths":{{"{SERVER}":{{{fields}}}}}}}"#);
    let beside = |field: &str| format!(r#"{{{field},"auths":{{"{SERVER}":{{"auth":"{pair}"}}}}}}"#);
    let wide = |mark: &[u8], turn: fn(u16) -> [u8; 2]| {
        [mark, &good.encode_utf16().flat_map(turn).collect::<Vec<u8>>()].concat()
    };
    vec![
        case("UTF-16, little end", wide(b"\xff\xfe", u16::to_le_bytes)),
        case("UTF-16, big end", wide(b"\xfe\xff", u16::to_be_bytes)),
        case("NUL at the end", format!("{good}\0")),
        case("NUL at the beginning", format!("\0{good}")),
        case("blank lines around", format!("\r\n\t {good}\n\n")),
        case("a form feed before", format!("\u{c}{good}")),
        case("two documents", format!("{good}{}", auth(&b64("a:b")))),
        case("a document after null", format!("null{good}")),
        case("quotes of the other kind", good.replace('"', "'")),
        case("names without quotes", format!("{{auths:{{\"{SERVER}\":{{\"auth\":\"{pair}\"}}}}}}")),
        case("a comment behind", format!("{good} # mine")),
        case("a comment within", good.replacen('{', "{ /* mine */ ", 1)),
        case("typographic quotes", good.replace('"', "”")),
        case("an open brace more", format!("{{{good}")),
        case("a closing brace more", format!("{good}}}")),
        case("YAML", format!("auths:\n  {SERVER}:\n    auth: {pair}\n")),
        case("a number", "5"),
        case("true", "true"),
        case("a text", "\"auths\""),
        case("an empty object", "{}"),
        case("auths is null", r#"{"auths":null}"#),
        case("auths is false", r#"{"auths":false}"#),
        case("auths is a text", format!(r#"{{"auths":"{SERVER}"}}"#)),
        case("auth is true", entry(r#""auth":true"#)),
        case("auth is an object", entry(r#""auth":{}"#)),
        case("auth is a list", entry(&format!(r#""auth":["{pair}"]"#))),
        case("an entry is a list", format!(r#"{{"auths":{{"{SERVER}":[]}}}}"#)),
        case("an entry is true", format!(r#"{{"auths":{{"{SERVER}":true}}}}"#)),
        case("an entry is empty", entry("")),
        case("another entry is a text", format!(r#"{{"auths":{{"a.example":"x","{SERVER}":{{"auth":"{pair}"}}}}}}"#)),
        case("another entry is null", format!(r#"{{"auths":{{"a.example":null,"{SERVER}":{{"auth":"{pair}"}}}}}}"#)),
        case("user and password in capitals", entry(r#""USERNAME":"u","PassWord":"p""#)),
        case("user and password beside an empty auth", entry(r#""username":"u","password":"p","auth":"""#)),
        case("password alone", entry(r#""password":"p""#))
            .because("sends a password without a user; there is no login to use"),
        case("a user that is a number", entry(r#""username":5,"password":"p""#))
            .because("warns about the file and sends what it read before the error, without a user"),
        case("a password that is null", entry(r#""username":"u","password":null"#)).because(NO_PASSWORD),
        case("serveraddress beside", entry(&format!(r#""auth":"{pair}","serveraddress":"other.example""#))),
        case("an empty identity token", entry(&format!(r#""auth":"{pair}","identitytoken":"""#))),
        case("an identity token that is a number", entry(&format!(r#""auth":"{pair}","identitytoken":5"#))),
        case("proxies that are a list", beside(r#""proxies":[]"#)),
        case("proxies as documented", beside(r#""proxies":{"default":{"httpProxy":"http://127.0.0.1:1"}}"#)),
        case("detachKeys is a number", beside(r#""detachKeys":5"#)),
        case("experimental is true", beside(r#""experimental":true"#)),
        case("experimental is a text", beside(r#""experimental":"enabled""#)),
        case("currentContext is there", beside(r#""currentContext":"default""#)),
        case("aliases has a number", beside(r#""aliases":{"builder":5}"#)),
        case("features has a text", beside(r#""features":{"buildkit":"true"}"#)),
        case("credHelpers is a list", beside(r#""credHelpers":[]"#)),
        case("credHelpers is null", beside(r#""credHelpers":null"#)),
        case("credsStore is a number", beside(r#""credsStore":5"#)),
        case("credsStore is empty", beside(r#""credsStore":"""#)),
        case("deep within", beside(&format!(r#""x":{}{}"#, "[".repeat(9_000), "]".repeat(9_000)))),
        case("too deep within", beside(&format!(r#""x":{}{}"#, "[".repeat(11_000), "]".repeat(11_000)))),
        case("a name with an escape", good.replacen("auths", r"\u0061uths", 1)),
        case("a large file", beside(&format!(r#""x":"{}""#, "a".repeat(200_000)))),
    ]
}

fn base64() -> Vec<Case> {
    let with_end = "sends what is around it too; pullkey takes such a value from nowhere and says so";
    vec![
        case("an empty auth", auth("")),
        case("padding alone", auth("====")),
        case("padding in the middle", auth("dTo=cA==")),
        case("padding too much", auth("dTpwdw===")),
        case("something after the padding", auth("dTpwdw==x")),
        case("a blank before base64", auth(" dTpw")),
        case("a line end before base64", auth(r"\ndTpw")),
        case("a carriage return within base64", auth(r"dT\rpw")),
        case(
            "lines of 76",
            auth(&format!(
                r"{}\r\n{}",
                &b64(format!("u:{}", "p".repeat(90)))[..76],
                &b64(format!("u:{}", "p".repeat(90)))[76..]
            )),
        ),
        case("URL-safe base64 without padding", auth("dTr__vs")),
        case("signs of both alphabets", auth("dTr_+vs=")),
        case("base64 twice", auth(&b64(b64("u:p")))),
        case("a colon alone", auth(&b64(":"))),
        case("two colons", auth(&b64("u::p"))),
        case("colons alone", auth(&b64("::"))),
        case("blanks around the pair", auth(&b64(" u : p "))).because(with_end),
        case("a byte order mark before the pair", auth(&b64("\u{feff}u:p"))).because(with_end),
        case("letters beyond ASCII", auth(&b64("ü:pä☃"))),
        case("zero bytes around the user", auth(&b64("\0u\0:p"))),
        case("zero bytes alone", auth(&b64("\0:\0"))).because(NO_PASSWORD),
        case("a zero byte in the password", auth(&b64("u:p\0q"))),
        case("a tab after the password", auth(&b64("u:p\t"))).because(with_end),
        case("a carriage return after the password", auth(&b64("u:p\r"))).because(with_end),
        case("a new line after the user", auth(&b64("u\n:p"))).because(with_end),
        case("a percent-encoded pair", auth(&b64("u%3Ap"))),
        case("no base64 at all", auth("u:p")),
        case("hexadecimal", auth("753a70")),
        case("a bearer's header", auth("Basic dTpw")),
        case("a long password", auth(&b64(format!("u:{}", "p".repeat(5000))))),
    ]
}

fn helpers() -> Vec<Case> {
    let pair = b64("u:p");
    let own = |name: &str| format!(r#"{{"credHelpers":{{"{SERVER}":"{name}"}}}}"#);
    let with = |head: &str| format!(r#"{{{head},"auths":{{"{SERVER}":{{"auth":"{pair}"}}}}}}"#);
    vec![
        case("answers without a password", own("nosecret")).because(NO_PASSWORD),
        case("answers with carriage returns", own("crlf")),
        case("answers with two documents", own("docs")),
        case("answers for another server", own("other")),
        case("answers with <TOKEN>", own("capital")),
        case("answers with letters beyond ASCII", own("letters")),
        case("answers with escapes", own("escaped")),
        case("answers with an empty object", own("nothing")),
        case("answers with a word", own("word")),
        case("answers with a text", own("quoted")),
        case("answers with colons", own("colon")),
        case("answers and fails", own("okfail")),
        case("answers after a warning on its other output", own("warns")),
        case("refuses with a blank after its words", own("none2")),
        case("refuses with other words around them", own("none3")),
        case("refuses without a word", own("mute")),
        case("ends by a signal", own("killed")),
        case(
            "a helper of another letter case",
            format!(
                r#"{{"credHelpers":{{"{}":"ok"}},"auths":{{"{SERVER}":{{"auth":"{pair}"}}}}}}"#,
                SERVER.to_uppercase()
            ),
        ),
        case("a helper with a port", with(&format!(r#""credHelpers":{{"{SERVER}:443":"ok"}}"#))),
        case("a helper with a slash", with(&format!(r#""credHelpers":{{"{SERVER}/":"ok"}}"#))),
        case("a helper twice, the last counts", format!(r#"{{"credHelpers":{{"{SERVER}":"fail","{SERVER}":"ok"}}}}"#)),
        case(
            "helpers twice, joined",
            format!(r#"{{"credHelpers":{{"{SERVER}":"ok"}},"CredHelpers":{{"a.example":"fail"}}}}"#),
        ),
        case("a helper in a path", own("../docker-credential-ok")),
        case("a helper with a blank in its name", own("ok ")),
        case("a helper with its whole name", own("docker-credential-ok")),
        case("credsstore in small letters", r#"{"credsstore":"ok"}"#),
        case("a store twice, the last counts", r#"{"credsStore":"fail","CREDSSTORE":"ok"}"#),
        case("a store that answers nothing, and a login in the file", with(r#""credsStore":"empty""#)),
        case("a helper without a name, and a login in the file", with(&format!(r#""credHelpers":{{"{SERVER}":""}}"#))),
    ]
}

fn places() -> Vec<Case> {
    let good = auth(&b64("u:p"));
    vec![
        case("DOCKER_CONFIG from here", good.clone()).at(Place::Relative),
        case("DOCKER_CONFIG by a way round", good.clone()).at(Place::Roundabout),
        case("a link to the file", good.clone()).at(Place::Link),
        case("a link to the folder", good.clone()).at(Place::FolderLink),
        case("a link to nowhere", good.clone()).at(Place::Gone),
        case("a folder in its place", good).at(Place::NoFile),
    ]
}
