#![allow(clippy::unwrap_used)]

use super::*;

fn known<'a>(prefix: Option<&'a Prefix>, server: Option<&'a str>) -> Known<'a> {
    Known { prefix, server, strictly: false }
}

fn docker(key: &str) -> Offered {
    let server = Some(Server::parse(key).unwrap().canonical().into());
    Offered { server, user: Some("octocat".into()), ..Offered::new(Source::Docker { key: key.into() }) }
}

fn file(prefix: &str, server: &str) -> Offered {
    let triple = Triple {
        server: Some(server.into()),
        user: Some("u".into()),
        password: Some("p".into()),
        ..Triple::new(Prefix::parse(prefix).unwrap())
    };
    triple.offered(Source::File { path: "x.env".into(), prefix: triple.prefix.clone() })
}

#[test]
fn what_from_takes_is_read_and_everything_else_refused() {
    assert_eq!(Asked::parse("docker"), Ok(Asked::Docker(None)));
    let hub = "https://index.docker.io/v1/";
    assert_eq!(Asked::parse(&format!("docker:{hub}")), Ok(Asked::Docker(Some(hub.to_owned()))));
    assert_eq!(Asked::parse("aws:ci"), Ok(Asked::Aws(Some("ci".to_owned()))));
    assert_eq!(Asked::parse("env:acr"), Ok(Asked::Env(Some(Prefix::parse("ACR").unwrap()))));
    assert_eq!(Asked::parse("file:/a:b"), Ok(Asked::File("/a:b".to_owned())));
    for (text, fault) in [
        ("", AskedFault::Unknown),
        ("podmen", AskedFault::Unknown),
        ("aws-env:x", AskedFault::Unknown),
        ("file", AskedFault::Empty),
        ("aws:", AskedFault::Empty),
    ] {
        assert_eq!(Asked::parse(text), Err(fault), "{text}");
    }
    assert!(matches!(Asked::parse("env:a b"), Err(AskedFault::Prefix(_))));
}

#[test]
fn the_named_login_is_taken_and_two_are_never_guessed_between() {
    let offers = [docker("ghcr.io"), docker("https://index.docker.io/v1/")];
    let asked = |name: Option<&str>| Asked::Docker(name.map(str::to_owned));
    assert_eq!(
        choose(&asked(Some("docker.io")), &offers, known(None, None)),
        Ok(offers[1].clone()),
        "a name of the Hub"
    );
    assert_eq!(choose(&asked(None), &offers, known(None, Some("ghcr.io"))), Ok(offers[0].clone()));
    assert_eq!(choose(&asked(None), &offers[..1], known(None, None)), Ok(offers[0].clone()));
    let several = choose(&asked(None), &offers, known(None, None)).unwrap_err();
    assert!(several.hint.contains("docker:ghcr.io or docker:https://index.docker.io/v1/"), "{several:?}");
    let none = choose(&asked(Some("quay.io")), &offers, known(None, None)).unwrap_err();
    assert!(none.why.contains("no such login") && none.hint.contains("docker:ghcr.io"), "{none:?}");
}

#[test]
fn of_several_triples_that_of_the_prefix_is_taken_and_a_half_one_is_named() {
    let mut offers = vec![file("ACR", "a.example"), file("GHCR", "ghcr.io")];
    let asked = Asked::File("x.env".to_owned());
    let prefix = Prefix::parse("GHCR").unwrap();
    assert_eq!(choose(&asked, &offers, known(Some(&prefix), None)), Ok(offers[1].clone()));
    assert!(choose(&asked, &offers, known(None, None)).unwrap_err().hint.contains("by prefix"));
    let half = Triple { server: Some("ghcr.io".into()), ..Triple::new(prefix.clone()) };
    offers[1] = half.offered(Source::File { path: "x.env".into(), prefix: prefix.clone() });
    let problem = choose(&asked, &offers, known(Some(&prefix), None)).unwrap_err();
    assert!(problem.why.contains("GHCR_CONTAINER_REGISTRY_USER and GHCR_CONTAINER_REGISTRY_PASSWORD"), "{problem:?}");
}

#[test]
fn hostile_names_are_cleaned_and_a_token_as_user_is_not_shown() {
    let mut offer = docker("ghcr.io");
    offer.source = Source::Docker { key: "\u{1b}[2J\u{202e}x".into() };
    offer.user = Some("ghp_abcdefghijklmnopqrstuvwxyz0123456789".into());
    let line = offer.line();
    assert!(!line.chars().any(crate::domain::untrusted::is_hostile) && !line.contains("ghp_"), "{line}");
}

#[test]
fn what_contradicts_a_prefix_or_a_server_is_never_the_only_one_there_is() {
    let ghcr = [docker("ghcr.io")];
    let asked = Asked::Docker(None);
    let other = choose(&asked, &ghcr, known(None, Some("127.0.0.1:5602"))).unwrap_err();
    assert!(other.why.contains("no login for 127.0.0.1:5602") && other.hint.contains("docker:ghcr.io"), "{other:?}");
    let odd = Offered::new(Source::Docker { key: "me@x".into() }).refused("it is none");
    let other = choose(&asked, &[odd, docker("ghcr.io")], known(None, Some("quay.io"))).unwrap_err();
    assert!(other.why.contains("no login for quay.io"), "{other:?}");
    let named = Asked::Docker(Some("ghcr.io".to_owned()));
    assert_eq!(choose(&named, &ghcr, known(None, Some("127.0.0.1:5602"))), Ok(ghcr[0].clone()), "it is named");
    let quay = Prefix::parse("QUAY").unwrap();
    let strict = |server| Known { prefix: Some(&quay), server, strictly: true };
    let unnamed = choose(&asked, &ghcr, strict(None)).unwrap_err();
    assert!(unnamed.hint.contains("--from docker:ghcr.io"), "{unnamed:?}");
    assert_eq!(choose(&asked, &ghcr, strict(Some("ghcr.io"))), Ok(ghcr[0].clone()));
    assert_eq!(choose(&named, &ghcr, strict(None)), Ok(ghcr[0].clone()));
    let file = [file("GHCR", "ghcr.io")];
    let asked = Asked::File("x.env".to_owned());
    let absent = choose(&asked, &file, known(Some(&quay), None)).unwrap_err();
    assert!(absent.why.contains("no values for QUAY") && absent.hint.contains("found: GHCR"), "{absent:?}");
    assert_eq!(choose(&asked, &file, known(Some(&quay), Some("ghcr.io"))), Ok(file[0].clone()), "its server is said");
    let ghcr = Prefix::parse("GHCR").unwrap();
    assert!(choose(&asked, &file, known(Some(&ghcr), Some("quay.io"))).is_err(), "the server is another");
}

#[test]
fn of_many_logins_only_usable_ones_are_listed_and_how_many_more_there_are() {
    let mut offers: Vec<_> = (0..40).map(|n| docker(&format!("r{n}.example"))).collect();
    offers[0].refused = Some("docker is not logged in there".to_owned());
    let problem = choose(&Asked::Docker(None), &offers, known(None, None)).unwrap_err();
    let text = format!("{problem:?}");
    assert!(text.len() < 400 && problem.hint.contains("and 34 more") && !text.contains("r0.example"), "{text}");
}

#[test]
fn user_information_and_tokens_in_an_address_are_never_shown() {
    let token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    for text in [
        format!("https://octo:{token}@ghcr.io"),
        format!("octo:p/w@x{token}@ghcr.io/v2"),
        format!("https://{token}"),
        format!("https://ghcr.io/{token}"),
        token.to_owned(),
    ] {
        let offer = Offered::new(Source::Docker { key: text.as_str().into() });
        let offer = Offered { server: Some(text.as_str().into()), ..offer };
        let lines = format!("{} {}", offer.line(), offer.source.flag());
        assert!(!lines.contains("ghp_") && !lines.contains("octo") && lines.contains("(hidden"), "{lines}");
    }
    assert_eq!(address(&"https://index.docker.io/v1/".into()), "https://index.docker.io/v1/");
    let triple = file("ACR", token);
    assert!(
        triple.refused.is_some_and(|why| why.contains("ACR_CONTAINER_REGISTRY_SERVER contains more than a server"))
    );
}
