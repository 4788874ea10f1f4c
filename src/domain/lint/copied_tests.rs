//! What comes along when a value is copied, of every kind that was seen, at any registry.

#![allow(clippy::unwrap_used)]

use super::check_any;
use super::wrapping::without_wrapping;
use crate::domain::{Member, Sensitive};

/// What is said of a password; the user is another's.
fn said(password: &str) -> Vec<String> {
    let findings = check_any(&"somebody".into(), &Sensitive::from(password));
    assert!(findings.iter().all(|finding| finding.member == Member::Password), "{password}: {findings:?}");
    findings.into_iter().map(|finding| finding.text).collect()
}

#[test]
fn what_is_no_part_of_a_password_is_noticed() {
    for (password, why) in [
        // marks around it
        ("\u{5f4}hunter2\u{5f4}", "quotation marks"),
        ("“hunter2\"", "quotation marks"),
        ("\"hunter2”", "quotation marks"),
        ("**hunter2**", "quotation marks"),
        ("```hunter2```", "quotation marks"),
        ("''hunter2''", "quotation marks"),
        ("« hunter2 »", "quotation marks"),
        ("«\u{202f}hunter2\u{202f}»", "quotation marks"),
        ("&quot;hunter2&quot;", "quotation marks"),
        ("\\\"hunter2\\\"", "quotation marks"),
        ("\\u0022hunter2\\u0022", "quotation marks"),
        ("%22hunter2%22", "quotation marks"),
        ("\"'hunter2'\"", "quotation marks"),
        ("'hunter2',", "quotation marks"),
        ("\"hunter2\";", "quotation marks"),
        ("﹁hunter2﹂", "quotation marks"),
        ("【aB3dE5gH7jK9mN1p】", "brackets"),
        ("（aB3dE5gH7jK9mN1p）", "brackets"),
        ("&lt;aB3dE5gH7jK9mN1p&gt;", "brackets"),
        ("hunter2”", "at one end"),
        // what nobody sees
        ("hunter2\n", "line break"),
        ("hunter2\r\n", "line break"),
        ("hunter2\r", "carriage return"),
        ("\u{feff}hunter2", "byte order mark"),
        ("hunter2\u{a0}", "non-breaking space"),
        ("hunter2\u{200b}", "zero-width space"),
        ("hun\u{ad}ter2", "soft hyphen"),
        ("hun\u{200b}ter2", "zero-width space"),
        ("hunter2\u{3000}", "space of unusual width"),
        ("\u{200e}hunter2", "invisible or control"),
        ("\u{202a}hunter2\u{202c}", "invisible or control"),
        ("\u{2067}hunter2\u{2069}", "invisible or control"),
        ("hun\u{fe0f}ter2", "non-printing"),
        ("hun\u{7}ter2", "invisible or control"),
        ("hunter2\u{1b}[0m", "invisible or control"),
        // words around it
        ("Bearer hunter2", "header word"),
        ("BASIC aHVudGVyMg==", "header word"),
        ("Authorization: Bearer hunter2", "header word"),
        ("export X=hunter2", "its own name or a command"),
        ("export GHCR_CONTAINER_REGISTRY_PASSWORD=hunter2", "its own name or a command"),
        ("X_TOKEN=hunter2", "its own name or a command"),
        ("set X_PASSWORD=hunter2", "its own name or a command"),
        ("$env:X_PASSWORD = \"hunter2\"", "its own name or a command"),
        ("\"password\": \"hunter2\"", "its own name or a command"),
        ("password: hunter2", "its own name or a command"),
        ("--password hunter2", "its own name or a command"),
        ("--password=hunter2", "its own name or a command"),
        ("-p hunter2", "its own name or a command"),
        ("$ hunter2", "a shell prompt"),
        ("ann@build:~$ hunter2", "a shell prompt"),
        ("PS C:\\Users\\ann> hunter2", "a shell prompt"),
        ("https://registry.example.com", "an address"),
        // the whole of something
        ("docker login -u ann -p hunter2 ghcr.io", "a command line that logs in"),
        ("echo hunter2 | docker login -u ann --password-stdin ghcr.io", "a command line that logs in"),
        (
            "docker login -u AWS -p eyJx -e none https://1.dkr.ecr.us-east-1.amazonaws.com",
            "a command line that logs in",
        ),
        ("{\"passwords\":[{\"value\":\"hunter2\"}],\"username\":\"acme\"}", "az acr credential show"),
        ("{\"auths\":{\"a.io\":{\"auth\":\"dTpw\"}}}", "docker's configuration"),
        ("c29tZWJvZHk6aHVudGVyMg==", "in base64"),
        ("YW5uOmh1bnRlcjI=", "in base64"),
        ("somebody:hunter2", "the user and a colon"),
        // what stands for a value
        ("<password>", "a placeholder"),
        ("<your-token>", "a placeholder"),
        ("changeme", "a placeholder"),
        ("CHANGE_ME!", "a placeholder"),
        ("${X_PASSWORD}", "a placeholder"),
        ("$X_PASSWORD", "a placeholder"),
        ("%X_PASSWORD%", "a placeholder"),
        ("{{ secrets.X }}", "a placeholder"),
        ("${{ secrets.X }}", "a placeholder"),
        ("$(cat token)", "a placeholder"),
        ("***", "a placeholder"),
        ("xxxx", "a placeholder"),
        ("••••••••", "a placeholder"),
        ("ghp_xxxxxxxxxxxxxxxx", "a placeholder"),
        ("ghp_****", "a masked copy"),
        ("YOUR_TOKEN_HERE", "a placeholder"),
        ("[REDACTED]", "a placeholder"),
        ("[object Object]", "a placeholder"),
        ("undefined", "a placeholder"),
        ("null", "a placeholder"),
        ("N/A", "a placeholder"),
        ("op://vault/registry/password", "where the value is stored"),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:x", "where the value is stored"),
        ("@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/y)", "where the value is stored"),
        ("ENC[AES256_GCM,data:abc=,iv:def=,type:str]", "where the value is stored"),
        ("projects/acme/secrets/x/versions/latest", "where the value is stored"),
        ("X_CONTAINER_REGISTRY_PASSWORD", "the name of a variable"),
    ] {
        let said = said(password);
        assert!(said.iter().any(|text| text.contains(why)), "{password:?}: {said:?}");
        assert!(!said.iter().any(|text| text.contains("hunter2")), "{said:?}");
    }
}

#[test]
fn a_password_that_is_one_is_left_alone() {
    for password in [
        "hunter2",
        "it's",
        "5\" x 7\"",
        "p<q>r",
        "a$b%c",
        "correct horse battery staple",
        "{not}json",
        "tokenize-me-9",
        "password-of-mine-1",
        "setting:x=1",
        "k=v",
        "a:b",
        "#1!x",
        "$5.99",
        "%41%42",
        "-p-",
        "xxx-1",
        "vaulted",
        "encoded[1]",
        "project/x",
        "Zm9vYmFyYmF6cXV4",
        "cmVmdGtuOjAxOjE3MDAwMDAwMDA6YUIzZEU1Z0g3aks5bU4xcFEyc1Q0dlc2eVo4",
        "ghp_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8aB3dE5gH7jK",
    ] {
        assert_eq!(said(password), Vec::<String>::new(), "{password}");
    }
}

#[test]
fn what_is_taken_off_leaves_the_value() {
    for password in [
        "\u{5f4}hunter2\u{5f4}",
        "“hunter2\"",
        "**hunter2**",
        "&quot;hunter2&quot;",
        "&lt;hunter2&gt;",
        "【hunter2】",
        "\u{feff}\u{200e}hun\u{200b}ter2\u{a0}",
        "« hunter2 »",
        "\\u0022hunter2\\u0022",
    ] {
        assert_eq!(without_wrapping(&Sensitive::from(password)).expose(), "hunter2", "{password:?}");
    }
}
