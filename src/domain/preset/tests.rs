#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::shelf::{FILES, Shelf};
use super::*;
use crate::domain::lint::Severity;

fn prefix(text: &str) -> Prefix {
    Prefix::parse(text).unwrap()
}

#[test]
fn every_embedded_file_is_a_preset_with_the_id_of_its_file() {
    for (file, text) in FILES {
        let id = match read(file, text).unwrap_or_else(|fault| panic!("{fault}")) {
            Entry::Preset(preset) => preset.id,
            Entry::Single(single) => single.id,
        };
        assert_eq!(format!("{id}.toml"), file);
    }
    assert_eq!(any_presets().into_iter().map(AnyPreset::id).collect::<Vec<_>>(), embedded_ids().collect::<Vec<_>>());
    assert_eq!(presets().last().map(|p| p.id.as_str()), Some("other"));
    assert_eq!((singles().len(), single("npm").map(|single| single.use_of.secret.as_str())), (1, Some("NPM_TOKEN")));
    assert_eq!((faults(), FILES.len()), (&[][..], presets().len() + singles().len()));
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
        assert!(preset.obtain.len() >= 3, "{}", preset.id);
        assert!(preset.docs_url.starts_with("https://"), "{}", preset.id);
        assert!(preset.obtain.iter().any(|step| step.gives.is_some()), "{}", preset.id);
        let texts = preset.obtain.iter().map(|step| &step.text).chain(preset.remedies.iter().map(|row| &row.text));
        for text in texts {
            assert!(!text.ends_with('.') && !text.to_lowercase().contains("error"), "{}: {text}", preset.id);
        }
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

/// What the registry room will ask for beside the codes there are.
const MORE_CODES: [&str; 3] = ["firewall", "undecoded_token", "refused_by_token_server"];

#[test]
fn every_remedy_is_for_a_code_of_the_test() {
    use strum::IntoEnumIterator as _;
    let mut known: Vec<&str> = crate::domain::Code::iter().map(crate::domain::Code::as_str).collect();
    known.extend(MORE_CODES);
    for preset in presets() {
        for row in &preset.remedies {
            assert!(known.contains(&row.code.as_str()), "{}: {}", preset.id, row.code);
        }
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
        ("ghcr.io", Some("ghcr")),
        ("https://github.com/acme/app", Some("ghcr")),
        ("containers.acme.ghe.com", Some("ghcr")),
        ("public.ecr.aws", Some("ecr-public")),
        ("europe-west1-docker.pkg.dev", Some("gar")),
        ("eu.gcr.io", Some("gar")),
        ("registry.gitlab.com", Some("gitlab")),
        ("gitlab.example.com:5050", Some("gitlab")),
        ("quay.io", Some("quay")),
        ("quay.acme.example", Some("quay")),
        ("acme.jfrog.io", Some("jfrog")),
        ("artifactory.acme.example", Some("jfrog")),
        ("harbor.acme.example", Some("harbor")),
        ("localhost:5000", Some("distribution")),
        ("10.1.2.3", Some("distribution")),
        ("registry.example.com", None),
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
        ("text = \"is x\"", "text = \"is x\"\nreplace = \"a\"\nmend = \"swap\"", 13, "only one fix"),
        ("example = \"e\"", "example = \"\"", 10, "example is empty"),
        (
            "[password]",
            "[[user.wrong]]\npattern = 'a'\nseverity = \"warn\"\ntext = \"t\"\nreplace = \"$0\"\n[password]",
            23,
            "captured groups",
        ),
        ("[user]", "[user]\n= 3", 19, ""),
        ("[server]", "kind = \"token\"\n[server]", 1, "needs the table `use`"),
        ("[server]", "[[obtain]]\ntext = \"see {nothing}\"\n[server]", 9, "unknown placeholder {nothing}"),
        ("[server]", "[[obtain]]\ntext = \"t\"\npage = \"http://x\"\n[server]", 10, "https://"),
        ("[server]", "[remedies]\nBad = \"t\"\n[server]", 9, "result code"),
        ("[server]", "[remedies]\ndenied = { txt = \"t\" }\n[server]", 9, "unknown field `txt`"),
        (
            "[server]",
            "[remedies]\ndenied = { text = \"t\", command = \"x {y}\" }\n[server]",
            9,
            "unknown placeholder {y}",
        ),
        ("[server]", "[remedies]\ndenied = 3\n[server]", 9, "a sentence"),
        ("[server]", "repository = \"A b\"\n[server]", 8, "not an image repository"),
        ("[server]", "[recognize]\nhost = '('\n[server]", 9, "unclosed group"),
        ("help = \"h\"\n", "help = \"h\"\nfixed = \"a\\u001bb\"\n", 12, "invisible character"),
        ("help = \"h\"\n", "help = \"h\"\ncontent = \"google-key\"\n", 10, "for the password only"),
        ("prefix = \"MINE\"\n", "", 1, "prefix is missing"),
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
fn every_link_is_listed_for_the_browser() {
    for preset in presets() {
        assert!(preset.links().all(|link| link.starts_with("https://")), "{}", preset.id);
        assert!(preset.links().any(|link| link == preset.docs_url), "{}", preset.id);
    }
}

#[test]
fn hostile_text_of_a_users_file_is_clean_before_anybody_sees_it() {
    let text = SMALL.replace("label = \"Mine\"", "label = \"Mi\\u001b[2Jne\\u202e\"").replace(
        "[server]\n",
        "[[obtain]]\ntext = \"a\\nb\"\ncommand = \"x\\u009b y\"\n[remedies]\ndenied = \"c\\rd\"\n[server]\n",
    );
    let preset = parse("mine.toml", &text).unwrap();
    let shown = format!("{} {:?} {:?}", preset.label, preset.obtain, preset.remedies);
    assert!(shown.chars().all(|c| !crate::domain::untrusted::is_hostile(c)), "{shown:?}");
    let fault = parse("mine.toml", "id = \"x\"\n\"\\u001b]0;\" = 1").unwrap_err();
    assert!(fault.to_string().chars().all(|c| !crate::domain::untrusted::is_hostile(c)), "{fault:?}");
}

#[test]
fn users_files_join_the_others_and_a_clash_is_refused_with_its_reason() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: Ok(text.to_owned()) };
    let own = [
        file("/c/presets/mine.toml", SMALL),
        file("/c/presets/acr.toml", &SMALL.replace("\"mine\"", "\"acr\"")),
        file("/c/presets/again.toml", SMALL),
        file("/c/presets/broken.toml", "id = \"broken\"\nlabel = 3"),
        File { path: "/c/presets/shut.toml".to_owned(), text: Err("permission denied".to_owned()) },
    ];
    let shelf = Shelf::of(&own);
    let ids: Vec<_> = shelf.presets.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids[ids.len() - 2..], ["mine", "other"], "{ids:?}");
    assert!(shelf.presets.iter().all(|preset| preset.own == (preset.id == "mine")));
    let told: Vec<_> = shelf.faults.iter().map(|fault| (fault.id(), fault.line, fault.reason.clone())).collect();
    for ((id, line, reason), (wanted, at, piece)) in told.iter().zip([
        ("acr", 1, "is used by another"),
        ("again", 1, "named mine.toml"),
        ("broken", 2, "expected a string"),
        ("shut", 1, "permission denied"),
    ]) {
        assert!((*id, *line) == (wanted, at) && reason.contains(piece), "{told:?}");
    }
    assert_eq!(told.len(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_of_presets_panic(
        text in any::<String>(),
        at in 0..2000usize,
        junk in "[\\[\\]{}='\"#\n a-z0-9(?*\\\\]{0,12}",
        file in 0..FILES.len(),
    ) {
        let _ = read("any.toml", &text);
        // What is nearly a preset reaches further than noise.
        let whole = FILES[file].1;
        let cut = (0..=at.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        if let Err(fault) = read("any.toml", &format!("{}{junk}{}", &whole[..cut], &whole[cut..])) {
            prop_assert!(fault.line >= 1 && !fault.reason.contains('\n'));
        }
    }

    #[test]
    fn whatever_is_put_into_a_command_stays_one_word(server in "[ -~]{0,40}", repository in "[ -~]{0,30}") {
        for preset in presets() {
            let holes = preset.holes(&server, Some(&repository));
            for (_, value) in holes.iter().filter(|(name, _)| name != "user") {
                prop_assert!(!value.is_empty() && !value.starts_with('-'), "{value}");
                let ends_a_word = [' ', '\'', '"', '$', '`', ';', '&', '|', '<', '>', '(', ')', '\\'];
                prop_assert!(!value.contains(ends_a_word), "{value}");
            }
        }
    }

    #[test]
    fn no_text_makes_recognition_panic_or_tell_a_secret(text in any::<String>(), near in "[a-z0-9./:@_+-]{0,40}") {
        let _ = (which(&text.as_str().into()), recognize_login(&text, &near), recognize(&near));
        if let Some(found) = which(&near.as_str().into()) {
            prop_assert!(found.sign.server().is_none_or(|server| Server::parse(server).is_ok()));
        }
    }
}
