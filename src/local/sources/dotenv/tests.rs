#![allow(clippy::unwrap_used)]
use super::*;

/// The result of a file with this value for a password.
fn read(value: &str) -> Result<String, String> {
    let mut found = entries(&format!("A_CONTAINER_REGISTRY_PASSWORD={value}\n"));
    assert!(!found.is_empty(), "{value}");
    found.remove(0).value.map(|value| value.to_string())
}

#[test]
fn a_value_comes_out_as_every_program_reads_it() {
    for (written, value) in [
        ("p", "p"),
        ("", ""),
        (" p  ", "p"),
        ("p # x", "p"),
        ("p$", "p$"),
        ("50%^{a}~*", "50%^{a}~*"),
        ("'a$b$(d)'", "a$b$(d)"),
        ("'p#w'", "p#w"),
        ("\"p#w;\"", "p#w;"),
        ("'a\\$b'", "a\\$b"),
        ("'a\"b' # x", "a\"b"),
        ("\"two words # no comment\"", "two words # no comment"),
        ("'two\nlines'", "two\nlines"),
        ("k=v==", "k=v=="),
    ] {
        assert_eq!(read(written).as_deref(), Ok(value), "{written}");
    }
}

#[test]
fn a_value_that_programs_read_differently_is_refused_with_its_reason_and_its_line() {
    for (written, why) in [
        ("two s3cret words", "white space"),
        ("s3cret\t# x", "white space"),
        ("s3cret\u{a0}", "invisible character"),
        ("\u{feff}s3cret", "invisible character"),
        ("'s3${c}ret'", "even in single quotes"),
        ("'s3\r\ncret'", "Windows line breaks"),
        ("s3\0cret", "NUL"),
        ("it's3cret", "a quote or a backslash"),
        ("s3\\cret", "a quote or a backslash"),
        ("'s3cret", "not closed"),
        ("\"s3cret\\\"", "not closed"),
        ("'s3'cret", "after its closing quote"),
        ("{", "continues on the next line"),
        ("{\n  \"private_key\": \"s3cret\"\n}", "continues on the next line"),
        ("-----BEGIN PRIVATE KEY-----\ns3cret", "first line of a key"),
        ("s3cret\\\nmore", "ends in a backslash"),
        ("s3cretaaaaaaaaaaaaaaaaaaaaaaa\ncretbbbbbbbbbbbbbbbbbb==", "continues on the next line"),
        ("s3cret;", "ends the value in a shell"),
        ("s3cret&x", "ends the value in a shell"),
        ("<<EOF\ns3cret\nEOF", "ends the value in a shell"),
        ("s3#cret", "starts a comment for some"),
        ("#s3cret", "starts with #"),
        ("s3$cret", "some programs expand"),
        ("${s3cret}", "some programs expand"),
        ("\"s3$cret\"", "some programs expand"),
        ("\"s3`cret`\"", "runs a command"),
        ("\"s3\\ncret\"", "in double quotes"),
        ("\"s3\\\"cret\"", "in double quotes"),
        ("'s3\\\\cret'", "in single quotes"),
        ("~s3cret", "a shell expands to a folder"),
        ("'s3cret'#x", "after its closing quote"),
        ("\"s3\\tcret\"", "in double quotes"),
    ] {
        let told = read(written).unwrap_err();
        assert!(told.starts_with("A_CONTAINER_REGISTRY_PASSWORD in line 1 ") && told.contains(why), "{told}");
        assert!(!told.contains("cret"), "{told}");
    }
}

#[test]
fn what_is_no_member_is_passed_over_and_lines_are_counted() {
    let text = "\u{20}\nGREETING=hello world\nMY-KEY=1\r\nnonsense\nIT=it's\n\
                KEY='a\nA_CONTAINER_REGISTRY_USER=x\nb'\n\
                [a]\n  export  A_CONTAINER_REGISTRY_SERVER = a.example\r\nA_CONTAINER_REGISTRY_PASSWORD s3cret\n\
                # B_CONTAINER_REGISTRY_USER=c\nOPEN=\"x\nA_CONTAINER_REGISTRY_USER=u";
    let found = entries(text);
    let names: Vec<_> = found.iter().map(|entry| entry.name.rsplit('_').next().unwrap()).collect();
    assert_eq!(names, ["SERVER", "PASSWORD", "USER"]);
    assert_eq!(found[0].value.as_ref().unwrap().as_str(), "a.example");
    assert_eq!(found[1].value.as_ref().unwrap_err(), "A_CONTAINER_REGISTRY_PASSWORD in line 11 is not NAME=value");
    assert_eq!(found[2].value.as_ref().unwrap().as_str(), "u");
}

#[test]
fn a_name_that_stands_there_twice_counts_where_both_are_alike() {
    let of = |text: &str| entries(text).pop().unwrap().value.map(|value| value.to_string());
    let name = "A_CONTAINER_REGISTRY_PASSWORD";
    assert_eq!(of(&format!("{name}=s\nexport {name}='s'\n")).as_deref(), Ok("s"));
    let twice = of(&format!("{name}=s3cret\n\n{name}=0ther\n")).unwrap_err();
    assert!(twice.contains("line 3 is set a second time") && !twice.contains("cret"), "{twice}");
    assert!(of(&format!("{name}=s3#cret\n{name}=fine\n")).unwrap_err().contains("line 1"));
}

/// Texts that every program reads alike, and that are still refused.
const CAREFUL: &[(&str, &str)] = &[
    ("A_CONTAINER_REGISTRY_PASSWORD=~p\n", "a folder where there is a user p"),
    ("A_CONTAINER_REGISTRY_PASSWORD=a\u{a0}b\n", "came along when it was copied"),
    ("A_CONTAINER_REGISTRY_PASSWORD=a\u{2028}b\n", "came along when it was copied"),
    ("A_CONTAINER_REGISTRY_PASSWORD={\n", "the first line of something longer"),
    ("A_CONTAINER_REGISTRY_PASSWORD=[\n", "the first line of something longer"),
    ("A_CONTAINER_REGISTRY_PASSWORD=\nA_CONTAINER_REGISTRY_PASSWORD=p\n", "nobody means both"),
    ("A_CONTAINER_REGISTRY_PASSWORD=p\nA_CONTAINER_REGISTRY_PASSWORD=q\n", "nobody means both"),
];

#[test]
fn what_is_read_is_what_every_program_reads() {
    let rows: serde_json::Value = serde_json::from_str(include_str!("../../../../tests/data/dotenv.json")).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(rows.len() >= 300);
    let mut wrong = Vec::new();
    for row in rows {
        let text = row["text"].as_str().unwrap();
        let programs = ["bash", "dash", "compose", "godotenv", "node", "python"];
        let is_shell = |name: &str| matches!(name, "bash" | "dash");
        let values = programs.map(|name| {
            let value = row.get("all").unwrap_or(&row[name]).as_str();
            value.map(|value| if is_shell(name) { value.strip_suffix('\r').unwrap_or(value) } else { value })
        });
        let ours = entries(text).pop().filter(|entry| entry.name == "A_CONTAINER_REGISTRY_PASSWORD");
        let taken = ours.as_ref().and_then(|entry| entry.value.as_ref().ok()).map(|value| value.as_str());
        let is_careful = CAREFUL.iter().any(|(known, _)| *known == text);
        if taken.is_some() && values.iter().any(|value| value.is_some() && *value != taken) {
            wrong.push(format!("{text:?} is taken as {taken:?}, and programs read {values:?}"));
        }
        let is_agreed = values[0].is_some() && values.iter().all(|value| *value == values[0]);
        if is_agreed && (taken.is_none() != is_careful) {
            wrong.push(format!("{text:?} is {:?} everywhere; here {:?}", values[0], ours.map(|entry| entry.value)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
