//! How registries ask for a login.

use serde_json::json;

use super::{BEARER, Case, LOOKALIKE, LOOKED_UP, NAMED, NO_HOST};

pub(super) fn all() -> Vec<Case> {
    let mut cases = alone();
    for values in [
        &[][..],
        &["Basic realm=x", BEARER],
        &[BEARER, "Basic realm=x"],
        &["Negotiate", BEARER],
        &["Negotiate", "NTLM"],
        &["\"what", BEARER],
        &["", "Basic"],
        &["Digest realm=\"x\", nonce=\"y\"", "Basic realm=\"x\""],
        &["Bearer", "Basic"],
        &["Basic", "Bearer service=x"],
        &["Bearer", BEARER],
        &[BEARER, "Bearer"],
        &[BEARER, "Bearer realm=\"{base}/nowhere\""],
        &["Bearer realm=\"{base}/nowhere\"", BEARER],
        &["Bearer realm=\"{base}/nowhere\"", "Basic"],
    ] {
        cases.push((json!({ "challenge": values }), None));
    }
    cases.push((json!({ "challenge": [r#"Bearer realm="http://me:pw@{host}/token""#] }), Some(NAMED)));
    cases.push((json!({ "challenge": [r#"Bearer realm="http://@{host}/token""#] }), Some(NAMED)));
    cases.push((json!({ "challenge": [r#"Bearer realm="http://evil.example@{host}/token""#] }), Some(NAMED)));
    for (realm, why) in [
        ("http://localhost.:{port}/token", LOOKED_UP),
        ("http://:{port}/token", NO_HOST),
        ("http://[127.0.0.1]:{port}/token", LOOKALIKE),
        ("http://１２７.０.０.１:{port}/token", LOOKALIKE),
        ("http://127。0。0。1:{port}/token", LOOKALIKE),
    ] {
        cases.push((json!({ "challenge": [format!("Bearer realm=\"{realm}\"")] }), Some(why)));
    }
    cases.extend(spellings());
    cases.extend(addresses());
    let many = vec![format!("{BEARER},x=y"); 20];
    cases.push((json!({ "challenge": many }), None));
    cases.push((json!({ "challenge": [format!("{BEARER}{}", ",name=\"value\"".repeat(400))] }), None));
    cases.push((
        json!({ "challenge": [format!("Bearer {}realm=\"{{base}}/token\"", "name=\"value\",".repeat(400))] }),
        None,
    ));
    cases
}

/// One header each.
fn alone() -> Vec<Case> {
    [
        r#"Basic realm="x""#,
        "Basic",
        "basic realm=/",
        "BASIC realm=Registry",
        r#"Basic realm="Закрыто""#,
        r#"Basic  realm="x""#,
        "Basic\trealm=x",
        r#"Basic realm="open"#,
        r#"Basic realm="""#,
        r#"Basic realm = "x""#,
        "Basic;charset=UTF-8",
        "Basic,realm=x",
        r#"Basic realm="a \"b\"", charset="UTF-8""#,
        r#"Basic realm="x", Bearer realm="{base}/nowhere""#,
        r#"Basic, Bearer realm="{base}/nowhere""#,
        BEARER,
        r#"bearer  realm="{base}/token" , service = "x""#,
        "BEARER\tRealm=\"{base}/token\",SERVICE=sandbox",
        r#"Bearer realm="{base}/token" service="sandbox""#,
        r#"Bearer realm="{base}/token",,service="sandbox""#,
        r#"Bearer realm="{base}/token";service="sandbox""#,
        r#"Bearer realm="{base}/token",service="sandbox"#,
        r#"Bearer realm="{base}/token",service="""#,
        r#"Bearer realm="{base}/token",error="invalid_token""#,
        r#"Bearer realm="{base}/nowhere",realm="{base}/token""#,
        r#"Bearer realm="{base}/token",realm="{base}/nowhere""#,
        r#"Bearer realm="{base}\/token""#,
        r#"Bearer scope="a b",realm="{base}/token""#,
        r#"Bearer realm="{base}/token", Basic realm="x""#,
        r#"Bearer realm="{base}/token" Negotiate"#,
        r#"Bearer realm="{base}/token"#,
        "Bearer",
        "Bearer realm",
        r#"Bearer service="x""#,
        r#"Bearer,realm="{base}/token""#,
        r#"Bearer realm ="{base}/token""#,
        "Bearer realm={base}/token",
        r#"Bearer realm="""#,
        r#"Bearer realm="/token""#,
        r#"Bearer realm="//{host}/token""#,
        r#"Bearer realm="http:/{host}/token""#,
        r#"Bearer realm="http:{host}/token""#,
        r#"Bearer realm="http:///token""#,
        r#"Bearer realm="HTTP://{host}/token""#,
        r#"Bearer realm="ftp://{host}/token""#,
        r#"Bearer realm=" {base}/token""#,
        r#"Bearer realm="{base}/token ""#,
        r#"Bearer realm="{base}/token two""#,
        r#"Bearer realm="{base}/token\\two""#,
        r#"Bearer realm="{base}/tokené""#,
        r#"Bearer realm="{base}/token?a=b&service=other""#,
        r#"Bearer realm="{base}/token?a;b=%zz""#,
        r#"Bearer realm="{base}/token;a""#,
        r#"Bearer realm="{base}/token#part""#,
        r#"Bearer realm="{base}/token%zz""#,
        r#"Bearer realm="{base}/token#%zz""#,
        r#"Bearer realm="{base}/a/../token""#,
        r#"Bearer realm="http://localhost:{port}/token""#,
        r#"Bearer realm="http://127.0.0.1:x{port}/token""#,
        r#"Bearer realm="http://127.0.0.1%2e:{port}/token""#,
        r#"Digest realm="x", nonce="y""#,
        "Negotiate",
        "",
        "\"what",
        ", Basic",
        "=",
    ]
    .into_iter()
    .map(|value| (json!({ "challenge": [value] }), None))
    .collect()
}

/// Malformed challenges.
fn spellings() -> Vec<Case> {
    [
        r#"bEaReR rEaLm="{base}/token""#,
        "Bearer realm='{base}/token'",
        r#"Bearer realm="{base}/token",service="a, b",scope="x y""#,
        r#"Bearer realm="{base}/token",service=,scope=x"#,
        r#"Bearer service=,realm="{base}/token""#,
        r#"Bearer realm=,service="x",realm="{base}/token""#,
        r#"Bearer =x,realm="{base}/token""#,
        "Bearer realm=\"{base}/token\"\t,\tservice=\"x\"",
        "Bearer\t \trealm=\"{base}/token\"",
        "Bearer realm\t=\"{base}/token\"",
        "Bearer realm=\t\"{base}/token\"",
        r#"Bearer: realm="{base}/token""#,
        r#"Bearer/1.0 realm="{base}/token""#,
        r#""Bearer" realm="{base}/token""#,
        r#"Bearer realm2="x", realm="{base}/token""#,
        r#"Bearer realm*=UTF-8''x, realm="{base}/token""#,
        r#"Bearer token68==, realm="{base}/token""#,
        r#"Bearer a=b=c, realm="{base}/token""#,
        r#"Bearer realm="{base}/tok\en""#,
        r#"Bearer realm="{base}/token\""#,
        r#"Bearer realm="{base}/token"" "#,
        r#"Bearer realm=""{base}/token"""#,
        r#"Bearer realm="{base}/token",service="\"""#,
        r#"Bearer realm="{base}/token",service="ü☃""#,
        "Bearer realm=\"{base}/token\",service=\"a\u{a0}b\"",
        "Bearer\u{a0}realm=\"{base}/token\"",
        "\u{feff}Bearer realm=\"{base}/token\"",
        r#"Bearer realm="{base}/token", service"#,
        r#"Bearer realm="{base}/token",(comment)"#,
        r#"Bearer realm="{base}/token" error="x", service="y""#,
        r#"Bearer realm="{base}/nowhere" , , realm="{base}/token""#,
        r#"Bearer realm="{base}/token", Bearer realm="{base}/nowhere""#,
        r#"Bearer scope="repository:a/b:pull,push repository:c:pull",realm="{base}/token""#,
        r#"Bearer error="insufficient_scope",error_description="a \"quoted, word\"",realm="{base}/token""#,
        "Basic: realm=x",
        "Basic/1.0",
        "Basic realm=x; charset=utf-8",
        "Basic charset=\"UTF-8\"",
        "Basic \"",
        "BasicX realm=x",
        "Basic-Auth realm=x",
        "Bearer-Token realm=\"{base}/token\"",
        "(Basic)",
        "Basıc realm=x",
        "Negotiate, Basic realm=x",
        "Negotiate TlRMTVNTUAAB, Basic realm=x",
        "AWS4-HMAC-SHA256",
        "token realm=\"{base}/token\"",
        "jwt",
    ]
    .into_iter()
    .map(|value| (json!({ "challenge": [value] }), None))
    .collect()
}

/// Odd token servers.
fn addresses() -> Vec<Case> {
    [
        "{base}",
        "{base}/",
        "{base}//token",
        "{base}/token/",
        "{base}/to%6ben",
        "{base}/token%20",
        "{base}/token^x",
        "{base}/token|x",
        "{base}/token{x}",
        "{base}/token<x>",
        "{base}/token`x",
        "{base}/token'x",
        "{base}/token?",
        "{base}/token?service=",
        "{base}/token?account=other",
        "{base}/token?client_id=z&scope=repository:x:pull",
        "{base}/token?a=b#c?d",
        "{base}/token?x=%00&y=%ff",
        "{base}/token??",
        "{base}/token?a={b}|^`",
        "{base}/token?a=ü",
        "{base}/token#",
        "{base}?x",
        "{base}#x",
        "http://LOCALHOST:{port}/token",
        "http://127.0.0.1:0{port}/token",
        "http://127.0.0.1.:{port}/token",
        "http://127.1:{port}/token",
        "http://2130706433:{port}/token",
        "http://0x7f.1:{port}/token",
        "http://0177.0.0.1:{port}/token",
        "http://0.0.0.0:{port}/token",
        "http://[::ffff:127.0.0.1]:{port}/token",
        "http://[::FFFF:7f00:1]:{port}/token",
        "http://[::1:{port}/token",
        "http://[::1%25lo]:{port}/token",
        "http://[::1%lo]:{port}/token",
        "http://127.0.0.1:65536/token",
        "http://127.0.0.1:-1/token",
        "http://127.0.0.1:+{port}/token",
        "http://127.0.0.1:/token",
        "http://127.0.0.1:0/token",
        "http://loc%61lhost:{port}/token",
        "http://localhost%00:{port}/token",
        "http://127.0.0.1\\@evil.example:{port}/token",
        "http:\\\\{host}\\token",
        "http:////{host}/token",
        "https://{host}/token",
        "ws://{host}/token",
        "unix:///run/token.sock",
        "file:///etc/hostname",
        "data:application/json,{}",
        "javascript:alert(1)",
        "{host}/token",
        "localhost:{port}/token",
        "?x=y",
        "#",
        ".",
        "http",
        "http:",
        "http:/",
        "http://",
        "<{base}/token>",
        "{base}/token,{base}/nowhere",
        "{base}/token;jsessionid=1",
        "{base}/\u{202e}token",
        "{base}/tok\u{200b}en",
    ]
    .into_iter()
    .map(|realm| {
        let quoted = realm.replace('\\', "\\\\").replace('"', "\\\"");
        (json!({ "challenge": [format!("Bearer realm=\"{quoted}\"")] }), None)
    })
    .collect()
}
