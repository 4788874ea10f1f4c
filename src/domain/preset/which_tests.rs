#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::Trial;

/// The preset's id, and the server or the kind of value.
fn told(text: &str) -> Option<(&'static str, String)> {
    let Recognized { preset, sign } = which(&text.into())?;
    let what = match sign {
        Sign::Server(server) => server,
        Sign::Image { server, repository } => format!("{server} {repository}"),
        Sign::Value { name, .. } => name,
    };
    Some((preset.id.as_str(), what))
}

#[test]
fn servers_and_images_lead_to_their_preset() {
    let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    for (text, id, what) in [
        ("ghcr.io", "ghcr", "ghcr.io".to_owned()),
        ("ghcr.io/acme/app:1", "ghcr", "ghcr.io acme/app".to_owned()),
        (" GHCR.io/acme/app@sha256:00 ", "ghcr", "ghcr.io acme/app".to_owned()),
        ("https://github.com/acme/app", "ghcr", "ghcr.io".to_owned()),
        ("acme/app", "dockerhub", "https://index.docker.io/v1/ acme/app".to_owned()),
        ("acme/app:1.2", "dockerhub", "https://index.docker.io/v1/ acme/app".to_owned()),
        ("docker.io/acme/app:1", "dockerhub", "https://index.docker.io/v1/ acme/app".to_owned()),
        ("https://hub.docker.com/r/acme/app", "dockerhub", "https://index.docker.io/v1/".to_owned()),
        ("docker pull acme/app", "dockerhub", "https://index.docker.io/v1/ acme/app".to_owned()),
        ("FROM mycompany.azurecr.io/team/base:3", "acr", "mycompany.azurecr.io team/base".to_owned()),
        ("image: quay.io/acme/app", "quay", "quay.io acme/app".to_owned()),
        ("docker login registry.gitlab.com", "gitlab", "registry.gitlab.com".to_owned()),
        ("mycompany.eastus.data.azurecr.io", "acr", "mycompany.azurecr.io".to_owned()),
        (
            "/subscriptions/0/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/mycompany",
            "acr",
            "mycompany.azurecr.io".to_owned(),
        ),
        (&format!("{ecr}/team/app"), "ecr", format!("{ecr} team/app")),
        ("arn:aws:ecr:eu-west-1:123456789012:repository/team/app", "ecr", ecr.to_owned()),
        ("public.ecr.aws/nginx/nginx", "ecr-public", "public.ecr.aws nginx/nginx".to_owned()),
        ("europe-west1-docker.pkg.dev/p/r/i", "gar", "europe-west1-docker.pkg.dev p/r/i".to_owned()),
        ("acme.jfrog.io/docker/app", "jfrog", "acme.jfrog.io docker/app".to_owned()),
        ("harbor.acme.example/team/app", "harbor", "harbor.acme.example team/app".to_owned()),
        ("localhost:5000/app", "distribution", "localhost:5000 app".to_owned()),
        ("registry.example.com/team/app", "other", "registry.example.com team/app".to_owned()),
        ("https://registry.example.com/v2/", "other", "registry.example.com".to_owned()),
    ] {
        assert_eq!(told(text), Some((id, what)), "{text}");
    }
}

#[test]
fn credentials_are_known_by_their_shape_and_never_given_back() {
    let key = "{ \"type\": \"service_account\", \"private_key\": \"x\" }";
    let robot = "ABCDEFGH".repeat(8);
    let azure = format!("{}+ACRDabcde", "a".repeat(42));
    for (text, id) in [
        ("AKIAIOSFODNN7EXAMPLE", "ecr"),
        ("ASIAIOSFODNN7EXAMPLE", "ecr"),
        ("eyJwYXlsb2FkIjoiZXhhbXBsZSIsInZlcnNpb24iOiIyIn0=", "ecr-token"),
        ("QVdTOmV5SndZWGxzYjJGa0lqb2k=", "ecr-token"),
        ("dckr_pat_abcdefghijklmnopqrstuvwxy01", "dockerhub"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghcr"),
        ("glpat-aaaaaaaaaaaaaaaaaaaa", "gitlab"),
        ("gitlab+deploy-token-17", "gitlab"),
        ("ya29.abc", "gar"),
        ("_json_key_base64", "gar"),
        (key, "gar"),
        ("ewogICJ0eXBlIjogInNlcnZpY2VfYWNjb3VudCJ9", "gar"),
        (&robot, "quay"),
        (&azure, "acr"),
        ("robot$team+ci", "harbor"),
        (&format!("cmVmdGtu{}", "example".repeat(8)), "jfrog"),
    ] {
        let found = which(&text.into()).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(found.preset.id, id, "{text}");
        assert_eq!(found.sign.server(), None, "{text}");
        assert!(!format!("{:?}", found.sign).contains(text), "{text}");
    }
}

#[test]
fn what_nobody_knows_is_not_guessed() {
    for text in ["", " ", "hunter2", "hunter.2", "correct horse/battery", "user:pass", "a.b", "$x/y", "Acme/App"] {
        assert_eq!(told(text), None, "{text}");
    }
    assert_eq!(which(&"x".repeat(100_000).into()), None);
}

#[test]
fn a_token_or_registry_of_a_single_secret_is_known_too() {
    let npm = format!("npm_{}", "a".repeat(36));
    for (text, is_known) in [(&*npm, true), ("https://registry.npmjs.org/", true), ("npm_short", false), ("", false)] {
        assert_eq!(which_single(&text.into()).map(|s| s.id.as_str()), is_known.then_some("npm"), "{text}");
    }
}

#[test]
fn a_user_tells_two_ways_to_log_in_apart() {
    let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let id = |server: &str, user: &str| recognize_login(server, user).map(|preset| preset.id.as_str());
    assert_eq!(id(ecr, "AWS"), Some("ecr-token"));
    assert_eq!(id(ecr, "aws "), Some("ecr-token"));
    assert_eq!(id(ecr, "AKIAIOSFODNN7EXAMPLE"), Some("ecr"));
    assert_eq!(id(ecr, ""), Some("ecr"));
    assert_eq!(id("ghcr.io", "octocat"), Some("ghcr"));
    assert_eq!(id("registry.example.com", "AWS"), None);
    let trial = Trial {
        server: ecr.to_owned(),
        user: "AWS".into(),
        password: "x".into(),
        images: Vec::new(),
        holds: crate::domain::Holds::Images,
    };
    assert_eq!(recognize_trial(&trial).map(|preset| preset.id.as_str()), Some("ecr-token"));
}

#[test]
fn a_number_or_this_machines_own_name_is_surely_nobodys() {
    for host in ["127.0.0.1", "127.0.0.1:5000", "localhost", "localhost:5000", "x.localhost", "10.0.0.7", "[::1]:5000"]
    {
        for preset in crate::domain::preset::presets() {
            assert!(!preset.is_host(host), "{host} is of {}, which recognize_surely does not read", preset.id);
        }
        let trial = Trial {
            server: host.to_owned(),
            user: "u".into(),
            password: "p".into(),
            images: Vec::new(),
            holds: crate::domain::Holds::Images,
        };
        assert_eq!(recognize_surely(&trial), None, "{host}");
        let name = Server::parse(host).unwrap();
        assert_eq!(crate::domain::preset::product_of_host(name.name()), None, "{host}");
    }
    let trial = Trial {
        server: "ghcr.io".to_owned(),
        user: "u".into(),
        password: "p".into(),
        images: Vec::new(),
        holds: crate::domain::Holds::Images,
    };
    assert_eq!(recognize_surely(&trial).map(|preset| preset.id.as_str()), Some("ghcr"));
}

#[test]
fn a_registry_of_packages_is_found_with_its_whole_address_and_its_token_by_shape_alone() {
    for (text, address) in [
        ("registry.npmjs.org", "https://registry.npmjs.org/"),
        ("https://registry.npmjs.org", "https://registry.npmjs.org/"),
        ("https://npm.pkg.github.com/@acme", "https://npm.pkg.github.com/@acme/"),
    ] {
        let (preset, sign) = which_any(&text.into()).unwrap();
        assert_eq!((preset.id(), sign.server()), ("npm", Some(address)), "{text}");
    }
    let token = format!("npm_{}", "a".repeat(36));
    let (preset, sign) = which_any(&token.as_str().into()).unwrap();
    assert_eq!((preset.id(), sign.server()), ("npm", None));
    assert!(!format!("{sign:?}").contains(&token));
    assert_eq!(which_any(&"ghcr.io".into()).map(|(preset, _)| preset.id()), Some("ghcr"));
    assert_eq!(which_any(&"hunter2".into()), None);
}
