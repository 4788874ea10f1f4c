#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::domain::lint::Severity;

fn prefix(text: &str) -> Prefix {
    Prefix::parse(text).unwrap()
}

#[test]
fn every_embedded_file_is_a_preset_with_the_id_of_its_file() {
    for (file, text) in FILES {
        let preset = parse(file, text).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(format!("{}.toml", preset.id), file);
    }
    assert_eq!(
        presets().iter().map(|p| p.id.as_str()).collect::<Vec<_>>(),
        ["acr", "dockerhub", "ecr", "ecr-token", "other"]
    );
    assert_eq!(product::table_faults(), Vec::<String>::new());
    assert!(tokens().len() > 10);
}

#[test]
fn every_preset_helps_and_links_over_https() {
    for preset in presets() {
        for (member, field) in Member::all().map(|member| (member, preset.field(member))) {
            assert!(!field.label.is_empty() && !field.example.is_empty(), "{} {member:?}", preset.id);
            assert!(field.help.len() > 20, "{} {member:?}", preset.id);
        }
        assert!(preset.obtain.len() >= 4, "{}", preset.id);
        assert!(preset.docs_url.starts_with("https://"), "{}", preset.id);
        assert!(preset.obtain.iter().all(|step| !step.ends_with('.') && !step.contains('\n')), "{}", preset.id);
        for rule in
            [&preset.server, &preset.user, &preset.password].into_iter().flat_map(|f| f.wrong.iter().chain(&f.right))
        {
            assert!(!rule.text.ends_with('.') && !rule.text.to_lowercase().contains("error"), "{}", rule.text);
            if let Some(RuleMend::Preset(id)) = &rule.mend {
                assert!(super::preset(id).is_some(), "{id}");
            }
        }
        // The word for lists is one the product table knows, so that tokens find their home.
        assert!(preset.hosts.is_none() || product::product_names().contains(&preset.short.as_str()), "{}", preset.id);
    }
}

#[test]
fn a_server_is_recognized_however_it_is_spelled() {
    for (server, id) in [
        ("acme.azurecr.io", Some("acr")),
        ("HTTPS://Acme.AzureCR.io/team/app", Some("acr")),
        ("acme-e7ggejfuhzhgedc8.azurecr.cn", Some("acr")),
        ("docker.io", Some("dockerhub")),
        ("https://index.docker.io/v1/", Some("dockerhub")),
        ("https://hub.docker.com/r/acme/app?tab=tags", Some("dockerhub")),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app", Some("ecr")),
        ("123456789012.dkr-ecr-fips.us-east-2.on.aws", Some("ecr")),
        ("api.ecr.eu-west-1.amazonaws.com", Some("ecr")),
        ("ghcr.io", None),
        ("public.ecr.aws", None),
        ("azurecr.io.example.com", None),
        ("notdocker.io", None),
        ("", None),
        ("not a server", None),
    ] {
        assert_eq!(recognize(server).map(|p| p.id.as_str()), id, "{server}");
    }
}

#[test]
fn a_second_credential_gets_a_telling_prefix_and_a_third_a_number() {
    let acr = super::preset("acr").unwrap();
    let ecr = super::preset("ecr").unwrap();
    let hub = super::preset("dockerhub").unwrap();
    let other = super::preset("other").unwrap();
    let euwest = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    for (preset, server, taken, wanted) in [
        (acr, "mycompany.azurecr.io", vec![], "ACR"),
        (acr, "mycompany.azurecr.io", vec!["ACR"], "ACR_MYCOMPANY"),
        (acr, "https://MyCompany-e7ggejfuhzhgedc8.azurecr.io/", vec!["ACR"], "ACR_MYCOMPANY"),
        (acr, "mycompany.azurecr.io", vec!["ACR", "ACR_MYCOMPANY"], "ACR_MYCOMPANY_2"),
        (acr, "mycompany.azurecr.io", vec!["ACR", "ACR_MYCOMPANY", "ACR_MYCOMPANY_2"], "ACR_MYCOMPANY_3"),
        (acr, "", vec!["ACR"], "ACR_2"),
        (acr, "", vec!["ACR", "ACR_2"], "ACR_3"),
        (ecr, euwest, vec!["ECR"], "ECR_EUWEST1"),
        (hub, "https://index.docker.io/v1/", vec!["DOCKERHUB"], "DOCKERHUB_2"),
        (other, "ghcr.io", vec![], "GHCR"),
        (other, "europe-west1-docker.pkg.dev", vec![], "GAR"),
        (other, "registry.example.com", vec![], "REGISTRY"),
        (other, "registry.example.com", vec!["REGISTRY"], "REGISTRY_EXAMPLE"),
        (other, "10.0.0.1:5000", vec!["REGISTRY"], "REGISTRY_10"),
    ] {
        let taken: Vec<Prefix> = taken.into_iter().map(prefix).collect();
        assert_eq!(preset.suggest_prefix(server, &taken).as_str(), wanted, "{} {server} {taken:?}", preset.id);
    }
}

#[test]
fn a_prefix_tells_the_product_by_its_words() {
    for (text, product) in [
        ("ACR", Some("Azure")),
        ("ACR_MYCOMPANY", Some("Azure")),
        ("ACRPROD", Some("Azure")),
        ("PROD_ACR", Some("Azure")),
        ("ACR2", Some("Azure")),
        ("DOCKERHUB", Some("Docker Hub")),
        ("DH", Some("Docker Hub")),
        ("HUB_2", Some("Docker Hub")),
        ("DH2", Some("Docker Hub")),
        ("ECR_EUWEST1", Some("Amazon")),
        ("GHCR", Some("GitHub")),
        ("GAR", Some("Google")),
        ("GCR_EU", Some("Google")),
        ("GITLAB", Some("GitLab")),
        ("QUAY", Some("Quay")),
        ("JFROG", Some("JFrog")),
        ("HARBOR_LAB", Some("Harbor")),
        ("GARDEN", None),
        ("HUBSPOT", None),
        ("TEAM", None),
        ("_", None),
    ] {
        assert_eq!(product_of_prefix(&prefix(text)), product, "{text}");
    }
}

#[test]
fn every_telling_prefix_leads_back_to_its_product() {
    for preset in presets().iter().filter(|p| p.hosts.is_some()) {
        assert_eq!(product_of_prefix(&preset.prefix), Some(preset.short.as_str()), "{}", preset.id);
        assert_eq!(product_of_host(&host_of(&preset.server.example).unwrap()), Some(preset.short.as_str()));
    }
}

const SMALL: &str = r#"id = "mine"
label = "Mine"
short = "mine"
summary = "s"
prefix = "MINE"
docs_url = "https://example.com"

[server]
label = "l"
example = "e"
help = "h"

[[server.wrong]]
pattern = '^x$'
severity = "block"
text = "is x"

[user]
label = "l"
example = "e"
help = "h"

[password]
label = "l"
example = "e"
help = "h"
"#;

#[test]
fn a_users_own_preset_is_read() {
    let preset = parse("mine.toml", SMALL).unwrap();
    assert_eq!((preset.id.as_str(), preset.server.wrong.len()), ("mine", 1));
    assert_eq!(preset.server.wrong[0].severity, Severity::Block);
}

#[test]
fn a_bad_preset_is_refused_with_its_line_and_reason() {
    let password_rule = "[[password.wrong]]\npattern = 'a'\nseverity = \"warn\"\ntext = \"t\"\n";
    for (from, to, line, reason) in [
        ("short = \"mine\"", "shortt = \"mine\"", 3, "unknown field `shortt`"),
        ("severity = \"block\"", "severity = \"blok\"", 15, "unknown variant `blok`"),
        ("pattern = '^x$'", "pattern = '('", 14, "unclosed group"),
        ("prefix = \"MINE\"", "prefix = \"1\"", 5, "starts with a digit"),
        ("id = \"mine\"", "id = \"Mi ne\"", 1, "lower-case"),
        ("docs_url = \"https://", "docs_url = \"http://", 6, "https://"),
        ("docs_url", "telling = 'x'\ndocs_url", 6, "no group named part"),
        ("pattern = '^x$'\n", "", 13, "needs a pattern"),
        ("text = \"is x\"", "text = \"is x\"\nreplace = \"a\"\nmend = \"swap\"", 13, "one mend at most"),
        ("example = \"e\"", "example = \"\"", 10, "example is empty"),
        (
            "[password]",
            "[[user.wrong]]\npattern = 'a'\nseverity = \"warn\"\ntext = \"t\"\nreplace = \"$0\"\n[password]",
            23,
            "put together",
        ),
        ("[user]", "[user]\n= 3", 19, ""),
    ] {
        let fault = parse("mine.toml", &SMALL.replacen(from, to, 1)).unwrap_err();
        assert_eq!((fault.file.as_str(), fault.line), ("mine.toml", line), "{fault}");
        assert!(fault.reason.contains(reason), "{fault}");
        assert!(!fault.reason.contains('\n'), "{fault}");
    }
    for mend in ["replace = \"x\"", "mend = \"lower-case\""] {
        let fault = parse("mine.toml", &format!("{SMALL}{password_rule}{mend}\n")).unwrap_err();
        assert!(fault.reason.contains("never replaced"), "{fault}");
    }
    assert!(parse("mine.toml", &format!("{SMALL}{password_rule}")).is_ok());
}

#[test]
fn the_steps_speak_of_the_server_that_was_typed() {
    let acr = super::preset("acr").unwrap();
    assert_eq!(acr.steps(""), acr.obtain);
    assert_eq!(acr.steps("not a server"), acr.obtain);
    let steps = acr.steps("https://Acme-e7ggejfuhzhgedc8.azurecr.io/team");
    assert!(steps.iter().any(|step| step.starts_with("$ az acr token create --registry acme ")), "{steps:?}");
    assert!(!steps.concat().contains("mycompany"), "{steps:?}");
    let ecr = super::preset("ecr").unwrap();
    let steps = ecr.steps("210987654321.dkr.ecr.us-gov-west-1.amazonaws.com").concat();
    assert!(steps.contains("arn:aws:ecr:us-gov-west-1:210987654321:repository/"), "{steps}");
    let token = super::preset("ecr-token").unwrap().steps("210987654321.dkr.ecr.ap-south-1.amazonaws.com").concat();
    assert!(token.contains("--region ap-south-1"), "{token}");
    for preset in presets() {
        assert_eq!(preset.steps(&preset.server.example), preset.obtain, "{}", preset.id);
    }
}

#[test]
fn every_link_is_listed_for_the_browser() {
    for preset in presets() {
        assert!(preset.links().all(|link| link.starts_with("https://")), "{}", preset.id);
        assert!(preset.links().any(|link| link == preset.docs_url), "{}", preset.id);
    }
}
