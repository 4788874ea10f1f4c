#![allow(clippy::unwrap_used)]

use super::*;

fn commands(id: &str, server: &str, repository: Option<&str>) -> String {
    let steps = preset(id).unwrap().steps(server, repository);
    steps.into_iter().filter_map(|step| step.command).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_example_fills_every_hole() {
    for preset in presets() {
        let bare = preset.steps("", None);
        assert_eq!(preset.steps(&preset.server.example, None), bare, "{}", preset.id);
        for step in bare {
            let texts = [Some(step.text), step.command, step.page].into_iter().flatten();
            for text in texts {
                assert!(!text.contains("{registry}") && !text.contains("{repository}"), "{}: {text}", preset.id);
            }
        }
    }
}

#[test]
fn the_commands_speak_of_the_server_and_the_repository_that_were_typed() {
    let azure = commands("acr", "https://Acme-e7ggejfuhzhgedc8.azurecr.io/", Some("shop/api"));
    assert!(azure.contains("az acr token create --registry acme --name codespaces-pull"), "{azure}");
    assert!(azure.contains("--repository shop/api content/read metadata/read --expiration-in-days 90"), "{azure}");
    assert!(!azure.contains("mycompany") && !azure.contains("team/base"), "{azure}");
    let by_image = commands("acr", "acme.azurecr.io/shop/api:1", None);
    assert!(by_image.contains("--registry acme") && by_image.contains("--repository shop/api"), "{by_image}");
    let ecr = commands("ecr", "210987654321.dkr.ecr.us-gov-west-1.amazonaws.com", Some("shop/api"));
    assert!(ecr.contains("arn:aws-us-gov:ecr:us-gov-west-1:210987654321:repository/shop/api"), "{ecr}");
    assert!(!ecr.contains("arn:aws:"), "{ecr}");
    let china = commands("ecr", "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn", None);
    assert!(china.contains("arn:aws-cn:ecr:cn-north-1:") && !china.contains("arn:aws:"), "{china}");
    let usual = commands("ecr", "", None);
    assert!(usual.contains("arn:aws:ecr:eu-west-1:123456789012:repository/team/base"), "{usual}");
    assert!(ecr.contains("{\"Version\":\"2012-10-17\""), "braces that are no holes stay: {ecr}");
    let token = commands("ecr-token", "210987654321.dkr.ecr.ap-south-1.amazonaws.com", None);
    assert!(token.contains("--region ap-south-1"), "{token}");
    let google = commands("gar", "asia-docker.pkg.dev", Some("shop-prod/images/api"));
    assert!(google.contains("add-iam-policy-binding images --project=shop-prod --location=asia "), "{google}");
    let harbor = commands("harbor", "harbor.acme.example", Some("shop/api"));
    assert!(harbor.contains("https://harbor.acme.example/api/v2.0/robots") && harbor.contains("\"shop\""), "{harbor}");
}

#[test]
fn what_could_end_a_shells_word_is_never_filled_in() {
    for (server, repository) in [
        ("acme.azurecr.io/x;rm -rf", Some("a b")),
        ("$(id).azurecr.io", Some("a'b")),
        ("acme.azurecr.io", Some("--help")),
        ("acme.azurecr.io", Some("Shop/Api")),
        ("[::1]:5000", Some("../..")),
    ] {
        let commands = commands("acr", server, repository);
        assert!(commands.contains("--repository team/base "), "{commands}");
        assert!(!commands.contains("rm -rf") && !commands.contains("$(id)"), "{commands}");
    }
}

#[test]
fn steps_say_what_right_they_give_and_for_how_long() {
    let steps = preset("acr").unwrap().steps("", None);
    let token = steps.iter().find(|s| s.command.as_ref().is_some_and(|c| c.contains("token create"))).unwrap();
    assert_eq!((token.life.as_deref(), token.member), (Some("90 days"), Member::Password));
    assert!(token.gives.as_ref().unwrap().contains("nothing else"));
    assert!(steps.iter().any(|step| step.member == Member::Server && step.command.is_some()));
    let ghcr = preset("ghcr").unwrap();
    assert!(ghcr.obtain[0].text.contains("no secret is needed"), "what needs no secret comes first");
    let page = ghcr.steps("ghcr.io", Some("acme/tool"))[2].page.clone().unwrap();
    assert_eq!(page, "https://github.com/orgs/acme/packages/container/tool/settings");
}

#[test]
fn remedies_are_the_products_own_words() {
    for (id, code, server, repository, text, command) in [
        ("acr", "pull_denied", "acme.azurecr.io", Some("shop/api"), "scope map", Some("--repository shop/api ")),
        ("acr", "not_a_registry", "acme.eastus.data.azurecr.io", None, "data endpoint", None),
        ("acr", "firewall", "acme.azurecr.io", None, "network rules", Some("--name acme ")),
        ("dockerhub", "bad_credentials", "https://index.docker.io/v1/", None, "Docker ID", None),
        ("dockerhub", "pull_denied", "https://index.docker.io/v1/", Some("shop/api"), "shop/api", None),
        ("ecr-token", "denied", "210987654321.dkr.ecr.ap-south-1.amazonaws.com", None, "decoded", Some("ap-south-1")),
        ("ghcr", "not_a_registry", "github.com", None, "use ghcr.io", None),
        ("ghcr", "denied", "ghcr.io", None, "classic token", None),
        (
            "gar",
            "denied",
            "asia-docker.pkg.dev",
            Some("shop-prod/images/api"),
            "reader",
            Some("images --project=shop-prod"),
        ),
        ("gitlab", "not_a_registry", "gitlab.com", None, "use registry.gitlab.com", None),
        ("gitlab", "not_a_registry", "gitlab.acme.example", None, "another name or port", None),
        ("other", "not_a_registry", "example.com", None, "different names", None),
    ] {
        let remedy = preset(id).unwrap().remedy(code, server, repository).unwrap_or_else(|| panic!("{id} {code}"));
        assert!(remedy.text.contains(text), "{id} {code}: {remedy:?}");
        let said = remedy.command.as_deref();
        assert!(command.is_none_or(|piece| said.is_some_and(|c| c.contains(piece))), "{id} {code}: {remedy:?}");
    }
    assert_eq!(preset("acr").unwrap().remedy("not_a_registry", "acme.azurecr.io", None), None, "only for its host");
    assert_eq!(preset("acr").unwrap().remedy("nosuch", "acme.azurecr.io", None), None);
}

#[test]
fn npm_is_one_secret_and_a_line() {
    let npm = single("npm").unwrap();
    assert_eq!(npm.use_of.file, ".npmrc");
    for (address, line) in [
        ("https://registry.npmjs.org/", Some("//registry.npmjs.org/:_authToken=${NPM_TOKEN}")),
        ("registry.npmjs.org", Some("//registry.npmjs.org/:_authToken=${NPM_TOKEN}")),
        (
            "https://acme.jfrog.io/artifactory/api/npm/npm-local",
            Some("//acme.jfrog.io/artifactory/api/npm/npm-local/:_authToken=${NPM_TOKEN}"),
        ),
        ("https://r.example/a b/", None),
        ("https://r.example/$(id)/", None),
        ("", None),
    ] {
        assert_eq!(npm.line(address).as_deref(), line, "{address}");
    }
    let steps = npm.steps("https://npm.pkg.github.com/");
    assert!(steps.iter().any(|s| s.command.as_deref() == Some("npm whoami --registry https://npm.pkg.github.com/")));
    let remedy = npm.remedy("bad_credentials", "https://registry.npmjs.org/").unwrap();
    assert!(remedy.command.unwrap().ends_with("--registry https://registry.npmjs.org/"));
}
