#![allow(clippy::unwrap_used, clippy::expect_used, clippy::unnecessary_wraps)]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;
use crate::domain::preset::presets;

const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ECR_TOKEN: &str = "eyJwYXlsb2FkIjoiZXhhbXBsZSIsInZlcnNpb24iOiIyIn0=";
const HUB: &str = "https://index.docker.io/v1/";
const PAT: &str = "dckr_pat_abcdefghijklmnopqrstuvwxy01";

fn values(server: &str, user: &str, password: &str) -> Members<Sensitive> {
    Members { server: server.into(), user: user.into(), password: password.into() }
}

fn by_id(id: &str) -> &'static Preset {
    preset::preset(id).unwrap()
}

fn findings(id: &str, server: &str, user: &str, password: &str) -> Vec<Finding> {
    check(by_id(id), &values(server, user, password))
}

/// The findings about one member, as severity, the beginning of the text and the mend.
fn about(id: &str, member: Member, server: &str, user: &str, password: &str) -> Option<Finding> {
    findings(id, server, user, password).into_iter().find(|finding| finding.member == member)
}

/// Asserts what is said about one member: its severity, a piece of the text, the mend.
#[track_caller]
fn says(finding: Option<Finding>, severity: Severity, piece: &str, change: Option<MendChange>) {
    let finding = finding.unwrap_or_else(|| panic!("nothing was said, wanted “{piece}”"));
    assert!(finding.text.contains(piece), "{finding:?} lacks “{piece}”");
    assert_eq!((finding.severity, finding.mend.map(|mend| mend.change)), (severity, change), "{}", finding.text);
}

fn replace(text: &str) -> Option<MendChange> {
    Some(MendChange::Replace(text.to_owned()))
}

fn use_preset(id: &str) -> Option<MendChange> {
    Some(MendChange::UsePreset(id.to_owned()))
}

/// Asserts what is said about a server that stands alone.
#[track_caller]
fn server_says(id: &str, server: &str, severity: Severity, piece: &str, change: Option<MendChange>) {
    says(about(id, Member::Server, server, "", ""), severity, piece, change);
}

#[test]
fn every_presets_own_examples_are_fine() {
    for preset in presets() {
        let values = values(&preset.server.example, &preset.user.example, &preset.password.example);
        // An example of a token is a row of x, and pasted it is told from one.
        for finding in check_to_continue(preset, &values).iter().filter(|found| !found.text.contains("placeholder")) {
            assert!(finding.severity > Severity::Warn, "{}: {finding:?}", preset.id);
        }
        for member in Member::all() {
            if let Some(fixed) = &preset.field(member).fixed {
                assert_eq!(fixed, &preset.field(member).example, "{}", preset.id);
            }
        }
    }
}

#[test]
fn empty_fields_say_nothing_until_one_goes_on() {
    for preset in presets() {
        assert_eq!(check(preset, &values("", "", "")), [], "{}", preset.id);
        let findings = check_to_continue(preset, &values("", "", ""));
        assert_eq!(findings.iter().map(|f| f.member).collect::<Vec<_>>(), Member::all().collect::<Vec<_>>());
        assert!(findings.iter().all(|f| f.severity == Severity::Block && f.text.starts_with("is empty")));
    }
}

#[test]
fn docker_hubs_server_is_one_exact_text() {
    for text in [
        "docker.io",
        "index.docker.io",
        "https://index.docker.io/v1",
        "https://index.docker.io/v2/",
        "http://index.docker.io/v1/",
        "index.docker.io/v1/",
        "HTTPS://INDEX.DOCKER.IO/V1/",
        "https://docker.io",
        "registry-1.docker.io",
        "https://registry-1.docker.io/v2/",
        "registry.hub.docker.com",
        "hub.docker.com",
        "https://hub.docker.com/",
        "https://hub.docker.com/r/acme/app",
        "https://hub.docker.com/repositories/acme?x=1",
        "www.docker.com",
        "auth.docker.io",
        "docker.io/acme",
        "docker.io.",
        "https://index.docker.io/v1/ x",
    ] {
        server_says("dockerhub", text, Severity::Block, "", replace(HUB));
    }
    server_says("dockerhub", HUB, Severity::Good, "", None);
    server_says("dockerhub", "index.docker.io", Severity::Block, "pulls do not look up this name", replace(HUB));
    server_says("dockerhub", "hub.docker.com", Severity::Block, "web site", replace(HUB));
    server_says("dockerhub", "nonsense", Severity::Block, "look up https://index", replace(HUB));
    server_says("dockerhub", "ghcr.io", Severity::Block, "of GitHub Container Registry", use_preset("ghcr"));
    server_says("dockerhub", "acme.azurecr.io", Severity::Block, "Azure", use_preset("acr"));
}

#[test]
fn azures_login_servers_are_known_in_every_form() {
    for text in [
        "mycompany.azurecr.io",
        "mycompany-e7ggejfuhzhgedc8.azurecr.io",
        "mycompany-abc123.azurecr.io",
        "mycompany.azurecr.cn",
        "mycompany.azurecr.us",
    ] {
        server_says("acr", text, Severity::Good, "login server", None);
    }
    server_says("acr", "mycompany.eastus.geo.azurecr.io", Severity::Info, "regional", None);
}

#[test]
fn wrong_servers_of_azure_are_mended() {
    let right = || replace("mycompany.azurecr.io");
    for (text, severity, piece) in [
        ("mycompany", Severity::Block, "only the registry's name"),
        ("MyCompany", Severity::Block, "only the registry's name"),
        ("https://mycompany", Severity::Block, "only the registry's name"),
        ("https://mycompany.azurecr.io", Severity::Warn, "https://"),
        ("https://mycompany.azurecr.io/", Severity::Warn, "https://"),
        ("mycompany.azurecr.io/", Severity::Warn, "private Features"),
        ("mycompany.azurecr.io/team/app", Severity::Warn, "path"),
        ("https://mycompany.azurecr.io/team/app", Severity::Warn, "path"),
        ("http://mycompany.azurecr.io", Severity::Warn, "http://"),
        ("MyCompany.azurecr.io", Severity::Warn, "upper-case letters"),
        ("https://MyCompany.AzureCR.io/v2/", Severity::Warn, "upper-case letters"),
        ("mycompany.azurecr.com", Severity::Block, "not an Azure host"),
        ("mycompany.azurecr", Severity::Block, "not an Azure host"),
        ("mycompany.eastus.data.azurecr.io", Severity::Block, "data endpoint"),
        ("https://MyCompany.eastus.data.azurecr.io/", Severity::Block, "data endpoint"),
        ("ftp://mycompany.azurecr.io", Severity::Block, "scheme"),
        ("me:pw@mycompany.azurecr.io", Severity::Block, "user name"),
        ("mycompany.azurecr.io?x=1", Severity::Block, "?"),
        ("\"mycompany.azurecr.io\"", Severity::Block, "characters"),
        ("docker login mycompany.azurecr.io", Severity::Block, "white space"),
        ("mycompany.azurecr.io.", Severity::Block, "characters"),
        ("my\u{200b}company.azurecr.io", Severity::Block, "control"),
        (
            concat!(
                "https://portal.azure.com/#@acme.com/resource/subscriptions/0/resourceGroups/rg",
                "/providers/Microsoft.ContainerRegistry/registries/mycompany/overview"
            ),
            Severity::Block,
            "Azure portal",
        ),
        (
            "/subscriptions/0/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/mycompany",
            Severity::Block,
            "resource id",
        ),
    ] {
        server_says("acr", text, severity, piece, right());
    }
    server_says("acr", "https://portal.azure.com/", Severity::Block, "an Azure page", None);
    server_says("acr", "abc.azurecr.io", Severity::Warn, "does not look like", None);
    server_says("acr", "azurecr.io", Severity::Block, "missing the registry's name", None);
    server_says("acr", ECR, Severity::Warn, "Amazon ECR", use_preset("ecr"));
    server_says("acr", "docker.io", Severity::Warn, "Docker Hub", use_preset("dockerhub"));
    server_says("acr", "ghcr.io", Severity::Warn, "GitHub", use_preset("ghcr"));
}

#[test]
fn ecr_servers_are_known_and_mended() {
    for id in ["ecr", "ecr-token"] {
        server_says(id, ECR, Severity::Good, "Amazon ECR registry", None);
        server_says(id, "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", Severity::Good, "", None);
        for (text, severity, piece) in [
            (format!("https://{ECR}"), Severity::Warn, "https://"),
            (format!("{ECR}/team/app"), Severity::Warn, "path"),
            (format!("https://{ECR}/team/app:latest"), Severity::Warn, "path"),
            (ECR.to_uppercase(), Severity::Warn, "upper-case letters"),
            ("1234-5678-9012.dkr.ecr.eu-west-1.amazonaws.com".to_owned(), Severity::Block, "hyphens"),
            ("123456789012.ecr.eu-west-1.amazonaws.com".to_owned(), Severity::Block, "missing dkr"),
            ("123456789012.dkr.eu-west-1.amazonaws.com".to_owned(), Severity::Block, "missing ecr"),
            ("123456789012.dkr.ecr.euwest1.amazonaws.com".to_owned(), Severity::Block, "region"),
            ("123456789012.dkr.ecr.eu-west1.amazonaws.com".to_owned(), Severity::Block, "region"),
            ("123456789012.dkr.ecr.eu-west-1a.amazonaws.com".to_owned(), Severity::Block, "region"),
            ("arn:aws:ecr:eu-west-1:123456789012:repository/team/app".to_owned(), Severity::Block, "ARN"),
            (
                "https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/app?region=eu-west-1"
                    .to_owned(),
                Severity::Block,
                "console",
            ),
        ] {
            server_says(id, &text, severity, piece, replace(ECR));
        }
        server_says(id, "api.ecr.eu-west-1.amazonaws.com", Severity::Block, "API", None);
        server_says(id, "dkr.ecr.eu-west-1.amazonaws.com", Severity::Block, "missing the account", None);
        server_says(id, "12345678901.dkr.ecr.eu-west-1.amazonaws.com", Severity::Block, "twelve digits", None);
        server_says(id, "123456789012.dkr.ecr.amazonaws.com", Severity::Block, "missing the region", None);
        server_says(id, "123456789012.dkr.ecr.ireland.amazonaws.com", Severity::Block, "word", None);
        server_says(id, "public.ecr.aws", Severity::Block, "no login", None);
        server_says(id, "public.ecr.aws/nginx/nginx", Severity::Block, "no login", None);
        server_says(id, "registry.example.com", Severity::Block, "not an Amazon ECR server", None);
        server_says(id, "acme.azurecr.io", Severity::Block, "Azure", use_preset("acr"));
    }
    for text in [
        "123456789012.dkr-ecr.us-west-2.on.aws",
        "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
        "123456789012.dkr-ecr-fips.us-east-2.on.aws",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
    ] {
        server_says("ecr", text, Severity::Warn, "GitHub documents only", None);
        server_says("ecr-token", text, Severity::Info, "exactly this host", None);
    }
}

#[test]
fn other_servers_are_bare_reachable_hosts() {
    assert_eq!(findings("other", "registry.example.com:5000", "", ""), []);
    for (text, severity, piece, bare) in [
        ("https://registry.example.com", Severity::Warn, "https://", "registry.example.com"),
        ("http://registry.example.com:5000", Severity::Warn, "requires https", "registry.example.com:5000"),
        ("registry.example.com/v2/", Severity::Warn, "path", "registry.example.com"),
        ("Registry.example.com", Severity::Warn, "upper-case letters", "registry.example.com"),
        ("registry.example.com:443", Severity::Warn, "default port", "registry.example.com"),
        ("registry.example.com:80", Severity::Warn, "default port", "registry.example.com"),
        ("https://github.com/acme", Severity::Block, "web site", "ghcr.io"),
        ("docker.pkg.github.com", Severity::Block, "old registry", "ghcr.io"),
        ("gitlab.com", Severity::Block, "registry.gitlab.com", "registry.gitlab.com"),
        ("europe-west1-npm.pkg.dev/p/r", Severity::Block, "docker repositories", "europe-west1-docker.pkg.dev"),
        ("europe-west1.pkg.dev", Severity::Block, "docker repositories", "europe-west1-docker.pkg.dev"),
        ("index.docker.io", Severity::Block, "look up", HUB),
    ] {
        server_says("other", text, severity, piece, replace(bare));
    }
    server_says("other", "acme.azurecr.io", Severity::Warn, "preset", use_preset("acr"));
    server_says("other", ECR, Severity::Warn, "preset", use_preset("ecr"));
    server_says("other", HUB, Severity::Warn, "preset", use_preset("dockerhub"));
    for text in ["registry.local", "localhost:5000", "10.1.2.3", "192.168.1.4:5000", "127.0.0.1:5000"] {
        server_says("other", text, Severity::Warn, "cannot reach", None);
    }
    server_says("other", "registry", Severity::Block, "no dot and no port", None);
    server_says("other", "public.ecr.aws", Severity::Warn, "no login", use_preset("ecr-public"));
    server_says("other", "mcr.microsoft.com", Severity::Warn, "no login", None);
    for (server, id) in [
        ("ghcr.io", "ghcr"),
        ("ghcr.io/acme", "ghcr"),
        ("europe-west1-docker.pkg.dev", "gar"),
        ("acme.jfrog.io/artifactory", "jfrog"),
        ("quay.io", "quay"),
        ("registry.gitlab.com", "gitlab"),
    ] {
        server_says("other", server, Severity::Warn, "use its preset", use_preset(id));
    }
}

#[test]
fn every_offered_server_is_one_the_preset_accepts() {
    let texts = [
        "mycompany",
        "https://MyCompany.azurecr.io/x",
        "http://x.example/y",
        "docker.io",
        "1234-5678-9012.dkr.ecr.eu-west-1.amazonaws.com/x",
        "gitlab.com",
        "GHCR.IO",
        "ftp://Foo.Example/",
        "a@b.example",
        "\"ghcr.io\"",
        "us.pkg.dev",
        "ghcr.io.",
    ];
    for preset in presets() {
        for text in texts {
            let Some(finding) = about(&preset.id, Member::Server, text, "", "") else { continue };
            if let Some(MendChange::Replace(better)) = finding.mend.map(|mend| mend.change) {
                let again = about(&preset.id, Member::Server, &better, "", "");
                let stuck = again.and_then(|f| f.mend).is_some_and(|m| matches!(m.change, MendChange::Replace(_)));
                assert!(!stuck, "{} {text} -> {better}", preset.id);
            }
        }
    }
}

#[test]
fn white_space_at_the_ends_is_refused_and_trimmed() {
    for (server, user, password, member) in [
        (" ghcr.io", "u", "p", Member::Server),
        ("ghcr.io", "u\t", "p", Member::User),
        ("ghcr.io", "u", "p\n", Member::Password),
        ("ghcr.io", "u", "p\r\n", Member::Password),
        ("ghcr.io", "u", "p\u{a0}", Member::Password),
        ("ghcr.io", "u", "   ", Member::Password),
    ] {
        let finding = findings("other", server, user, password).into_iter().find(|f| f.member == member);
        says(finding, Severity::Block, "", Some(MendChange::Trim));
    }
}

#[test]
fn lines_and_invisible_characters_are_noticed() {
    says(about("other", Member::User, "", "a\nb", ""), Severity::Block, "more than one line", None);
    says(about("other", Member::Password, "", "", "a\nb"), Severity::Warn, "more than one line", None);
    says(about("other", Member::Password, "", "", "a\u{200b}b"), Severity::Warn, "invisible", Some(MendChange::Unwrap));
    says(about("other", Member::User, "", "a\x1bb", ""), Severity::Warn, "invisible", None);
    says(about("other", Member::User, "", "a b", ""), Severity::Warn, "space", None);
    assert_eq!(
        about("other", Member::Password, "eu.gcr.io", "_json_key", "{\n  \"type\": \"service_account\"\n}"),
        None
    );
}

#[test]
fn placeholders_and_quotation_marks_are_noticed() {
    for text in ["<token>", "${{ secrets.TOKEN }}", "$TOKEN", "${TOKEN}", "%TOKEN%", "********", "•••••", "xxxx"]
    {
        for id in ["other", "dockerhub", "ecr", "ecr-token", "acr"] {
            says(about(id, Member::Password, "", "", text), Severity::Warn, "placeholder", None);
        }
    }
    for text in ["$ecret", "<", "<>", "xx", "$", "a$B", "50%"] {
        assert_eq!(about("other", Member::Password, "", "", text), None, "{text}");
    }
    says(about("other", Member::Password, "", "", "'abc'"), Severity::Warn, "quotation", Some(MendChange::Unwrap));
    says(about("other", Member::User, "", "\"abc\"", ""), Severity::Warn, "quotation", replace("abc"));
}

#[test]
fn docker_hubs_tokens_are_known() {
    says(about("dockerhub", Member::Password, HUB, "octocat", PAT), Severity::Good, "personal access token", None);
    let oat = "dckr_oat_abcdefghijklmnopqrstuvwxyz012345";
    says(about("dockerhub", Member::Password, HUB, "acme", oat), Severity::Good, "organization access token", None);
    says(about("dockerhub", Member::User, HUB, "acme", oat), Severity::Info, "organization's name", None);
    says(
        about("dockerhub", Member::Password, HUB, "octocat", "hunter2hunter2"),
        Severity::Warn,
        "account's password",
        None,
    );
    says(about("dockerhub", Member::Password, HUB, "octocat", "dckr_pat_short"), Severity::Warn, "length", None);
    says(about("dockerhub", Member::User, HUB, "me@example.com", PAT), Severity::Warn, "e-mail", None);
    says(about("dockerhub", Member::User, HUB, "OctoCat", PAT), Severity::Warn, "upper-case", replace("octocat"));
    assert_eq!(about("dockerhub", Member::User, HUB, "octocat", PAT), None);
}

#[test]
fn a_token_in_the_user_is_swapped_and_one_in_the_server_refused() {
    let swap = Some(MendChange::SwapUserAndPassword);
    for id in ["acr", "dockerhub", "ecr", "ecr-token", "other"] {
        let finding = about(id, Member::User, "", PAT, "octocat");
        if id == "ecr-token" {
            assert_eq!(finding.unwrap().severity, Severity::Block);
        } else {
            says(finding, Severity::Block, "belongs in the password", swap.clone());
        }
        says(about(id, Member::Server, PAT, "", ""), Severity::Block, "belongs in the password", None);
    }
    says(about("ecr", Member::Password, ECR, "", KEY), Severity::Block, "belongs in the user", swap.clone());
    says(about("ecr", Member::User, ECR, SECRET, KEY), Severity::Block, "swapped", swap);
}

#[test]
fn a_token_for_one_registry_is_refused_at_another() {
    let ghp = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    let fine = format!("github_pat_{}", "a".repeat(82));
    let npm = format!("npm_{}", "a".repeat(36));
    for (id, server, password, severity, piece) in [
        ("other", "ghcr.io", PAT, Severity::Block, "for Docker Hub, but this is a server of GitHub"),
        ("other", "registry.example.com", PAT, Severity::Block, "Docker Hub only"),
        ("acr", "acme.azurecr.io", PAT, Severity::Block, "a server of Azure"),
        ("acr", "", PAT, Severity::Block, "a server of Azure"),
        ("dockerhub", HUB, ghp, Severity::Block, "for GitHub"),
        ("other", "ghcr.io", ghp, Severity::Good, "classic GitHub token"),
        ("other", "containers.acme.ghe.com", ghp, Severity::Good, "classic GitHub token"),
        ("other", "registry.example.com", ghp, Severity::Warn, "GitHub only"),
        ("other", "ghcr.io", &fine, Severity::Block, "classic tokens only"),
        ("other", "ghcr.io", "ghs_123_eyJ.x.y", Severity::Warn, "session"),
        ("ghcr", "ghcr.io", "hunter2hunter2", Severity::Warn, "classic GitHub token"),
        ("other", "ghcr.io", &npm, Severity::Block, "no image registry"),
        ("other", "quay.io", "glpat-aaaaaaaaaaaaaaaaaaaa", Severity::Block, "for GitLab"),
        ("other", "registry.gitlab.com", "glpat-aaaaaaaaaaaaaaaaaaaa", Severity::Good, "GitLab"),
        ("other", "registry.example.com", "glpat-aaaaaaaaaaaaaaaaaaaa", Severity::Good, "GitLab"),
        ("other", "registry.gitlab.com", "glcbt-1_abc", Severity::Block, "job"),
        ("other", "eu.gcr.io", "ya29.abc", Severity::Warn, "hour"),
    ] {
        says(about(id, Member::Password, server, "", password), severity, piece, None);
    }
    says(about("other", Member::User, "ghcr.io", KEY, ""), Severity::Warn, "AWS access key id", None);
    says(about("acr", Member::User, "acme.azurecr.io", KEY, ""), Severity::Warn, "for Amazon", None);
}

#[test]
fn azures_users_and_passwords_are_told_apart() {
    let server = "mycompany.azurecr.io";
    let zero = "00000000-0000-0000-0000-000000000000";
    let guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.x";
    let entra = "abc8Q~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    says(about("acr", Member::User, server, zero, ""), Severity::Warn, "3 hours", None);
    says(about("acr", Member::Password, server, zero, jwt), Severity::Warn, "3 hours", None);
    says(about("acr", Member::User, server, "mycompany", ""), Severity::Warn, "admin user", None);
    says(
        about("acr", Member::User, "mycompany-abc123.azurecr.io", "MyCompany", ""),
        Severity::Warn,
        "admin user",
        None,
    );
    says(about("acr", Member::User, server, "me@acme.com", ""), Severity::Warn, "e-mail", None);
    says(about("acr", Member::User, server, guid, ""), Severity::Info, "application id", None);
    says(about("acr", Member::Password, server, guid, guid), Severity::Warn, "GUID", None);
    says(about("acr", Member::Password, server, guid, entra), Severity::Good, "Entra", None);
    says(about("acr", Member::User, server, "codespaces-pull", entra), Severity::Warn, "GUID", None);
    assert_eq!(about("acr", Member::User, server, guid, entra).unwrap().severity, Severity::Info);
    let token = format!("{}+ACRDabcde", "a".repeat(42));
    says(about("acr", Member::Password, server, "codespaces-pull", &token), Severity::Good, "Azure Container", None);
    assert_eq!(about("acr", Member::Password, server, "codespaces-pull", "an=older/kind+of+password"), None);
}

#[test]
fn an_access_key_and_a_token_are_not_mixed() {
    let asia = "ASIAIOSFODNN7EXAMPLE";
    says(about("ecr", Member::User, ECR, KEY, SECRET), Severity::Good, "access key id", None);
    says(about("ecr", Member::Password, ECR, KEY, SECRET), Severity::Good, "secret access key", None);
    says(about("ecr", Member::User, ECR, asia, SECRET), Severity::Block, "temporary", None);
    says(about("ecr", Member::User, ECR, "AWS", SECRET), Severity::Block, "access key id", None);
    says(
        about("ecr", Member::User, ECR, "AWS", ECR_TOKEN),
        Severity::Block,
        "preset with a token",
        use_preset("ecr-token"),
    );
    says(
        about("ecr", Member::Password, ECR, "AWS", ECR_TOKEN),
        Severity::Block,
        "12-hour token",
        use_preset("ecr-token"),
    );
    says(about("ecr", Member::User, ECR, "AIDAIOSFODNN7EXAMPLE", ""), Severity::Block, "not of an access key", None);
    says(about("ecr", Member::User, ECR, "arn:aws:iam::123456789012:user/x", ""), Severity::Block, "ARN", None);
    says(about("ecr", Member::User, ECR, "akiaiosfodnn7example", ""), Severity::Block, "lower case", replace(KEY));
    says(about("ecr", Member::User, ECR, "puller", ""), Severity::Warn, "does not look like", None);
    says(about("ecr", Member::Password, ECR, KEY, "short"), Severity::Warn, "40", None);
    says(about("ecr-token", Member::User, ECR, "AWS", SECRET), Severity::Block, "secret access key", use_preset("ecr"));
    says(
        about("ecr-token", Member::Password, ECR, "AWS", SECRET),
        Severity::Block,
        "secret access key",
        use_preset("ecr"),
    );
    says(
        about("ecr-token", Member::User, ECR, KEY, SECRET),
        Severity::Block,
        "preset with an access key",
        use_preset("ecr"),
    );
    says(about("ecr-token", Member::User, ECR, KEY, ECR_TOKEN), Severity::Block, "must be AWS", replace("AWS"));
    says(about("ecr-token", Member::User, ECR, "aws", ECR_TOKEN), Severity::Block, "must be AWS", replace("AWS"));
    says(about("ecr-token", Member::User, ECR, "octocat", ""), Severity::Block, "must be AWS", replace("AWS"));
    says(about("ecr-token", Member::User, ECR, "AWS", ECR_TOKEN), Severity::Good, "", None);
    says(about("ecr-token", Member::Password, ECR, "AWS", ECR_TOKEN), Severity::Info, "12 hours", None);
    let undecoded = STANDARD.encode(format!("AWS:{ECR_TOKEN}"));
    assert!(undecoded.starts_with("QVdTOmV5"));
    says(about("ecr-token", Member::Password, ECR, "AWS", &undecoded), Severity::Block, "still encoded", None);
    let with_user = format!("AWS:{ECR_TOKEN}");
    says(about("ecr-token", Member::Password, ECR, "AWS", &with_user), Severity::Block, "in front", None);
}

/// An access key's id of this account, made as AWS makes them.
fn key_of(account: u64) -> String {
    let mut bits = ((1u64 << 47) | (account << 7)) << 2;
    let mut body = Vec::new();
    for _ in 0..10 {
        body.push(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::try_from(bits & 31).unwrap()]);
        bits >>= 5;
    }
    body.reverse();
    format!("AKIA{}EXAMPL", String::from_utf8(body).unwrap())
}

#[test]
fn the_account_of_an_access_key_is_compared_with_the_servers() {
    for account in [123_456_789_012, 1, 999_999_999_999] {
        assert_eq!(pair::account_of_key(&key_of(account)), Some(format!("{account:012}")));
    }
    assert_eq!(pair::account_of_key(KEY), None, "older ids carry no account");
    assert_eq!(pair::account_of_key("AKIA"), None);
    assert_eq!(pair::account_of_key("AKIA1111111111111111"), None);
    let own = key_of(123_456_789_012);
    assert!(findings("ecr", ECR, &own, SECRET).iter().all(|f| f.severity == Severity::Good));
    let foreign = findings("ecr", ECR, &key_of(210_987_654_321), SECRET);
    let info = foreign.into_iter().find(|f| f.severity == Severity::Info);
    says(info, Severity::Info, "210987654321", None);
    let missing = about("ecr", Member::Server, "dkr.ecr.eu-west-1.amazonaws.com", &own, SECRET);
    says(missing, Severity::Block, "missing the account", replace(ECR));
}

#[test]
fn what_github_cannot_keep_is_refused_before_it_is_sent() {
    let long = "x".repeat(VALUE_LIMIT + 1);
    let other = by_id("other");
    let of = |password: &str| check_to_continue(other, &values("registry.example.com", "u", password));
    assert!(of(&long)[0].text.contains("48 KB") && of(&long)[0].severity == Severity::Block);
    assert!(of(&"y".repeat(VALUE_LIMIT)).is_empty());
    assert!(of("a\0b").iter().any(|f| f.severity == Severity::Block && f.text.contains("NUL")));
    let same = check(other, &values("registry.example.com", "same", "same"));
    says(same.into_iter().next(), Severity::Warn, "same as the user", None);
}

#[test]
fn a_prefix_is_checked_against_the_rules_and_the_neighbours() {
    let taken = [Prefix::parse("ACR").unwrap()];
    assert_eq!(check_prefix("DOCKERHUB", &taken), None);
    assert_eq!(check_prefix("acr", &taken).unwrap().severity, Severity::Warn);
    assert_eq!(check_prefix("", &taken).unwrap().severity, Severity::Block);
    assert_eq!(check_prefix("GITHUB_X", &taken).unwrap().severity, Severity::Block);
}

#[test]
fn the_most_severe_finding_comes_first() {
    let findings = findings("dockerhub", "docker.io", "Me@Example.com", PAT);
    assert!(findings.is_sorted_by_key(|f| f.severity));
    assert_eq!(findings[0].member, Member::Server);
}

#[test]
fn tokens_tell_when_they_end() {
    let json = r#"{"payload":"x","datakey":"y","version":"2","type":"DATA_KEY","expiration":1767225600}"#;
    let token = STANDARD.encode(json);
    assert_eq!(ecr_token_expiry(&Sensitive::new(token.clone())), Some(1_767_225_600));
    assert_eq!(ecr_token_expiry(&Sensitive::new(format!("{}\n", token.trim_end_matches('=')))), Some(1_767_225_600));
    let jwt = format!("{}.{}.sig", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(r#"{"exp":1767225600.5}"#));
    assert_eq!(jwt_expiry(&Sensitive::new(jwt)), Some(1_767_225_600));
    for text in ["", "x", "a.b.c", "e30.e30.x", "e30.e30.x.y", "{}", "eyJleHAiOjF9"] {
        assert_eq!(ecr_token_expiry(&text.into()), None, "{text}");
        assert_eq!(jwt_expiry(&text.into()), None, "{text}");
    }
    assert_eq!(ecr_token_expiry(&Sensitive::new("a".repeat(100_000))), None);
}

/// Values that look like the real ones, so that the rules are reached and not only the ends of them.
fn likely() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "(https?://)?[A-Za-z0-9.-]{0,20}(\\.azurecr\\.io|docker\\.io|hub\\.docker\\.com)?(/[a-z/]{0,9})?",
        "[0-9]{12}\\.dkr\\.ecr\\.[a-z]{2}-?[a-z]{4}-?[0-9]\\.amazonaws\\.com",
        "(AKIA|ASIA|AIDA)[A-Z2-7]{16}",
        "(dckr_pat_|ghp_|github_pat_|glpat-|eyJ|QVdTOmV5)[A-Za-z0-9_.-]{0,60}",
        "[a-z]{0,6}",
        "(https?://)?([a-z]{1,8}\\.)?(ghcr\\.io|ghe\\.com|pkg\\.dev|gitlab\\.com)(/[a-z/]{0,9})?",
        "(https?://)?([a-z]{1,8}\\.)?(quay\\.io|jfrog\\.io|npmjs\\.com)(/[a-z/]{0,9})?",
        "\\{\"type\": ?\"service_account\"[ -~]{0,40}\\}?",
    ]
}

/// The values with the first proposal for one member put in, and what kind it was.
fn mended(preset: &Preset, typed: &Members<Sensitive>, member: Member) -> (Members<Sensitive>, Option<&'static str>) {
    let mut mended = typed.clone();
    let found = check(preset, typed).into_iter().find(|f| f.member == member && f.mend.is_some());
    let kind = match found.and_then(|finding| finding.mend).map(|mend| mend.change) {
        Some(MendChange::Replace(better)) => {
            *mended.get_mut(member) = better.into();
            Some("replace")
        }
        Some(MendChange::Trim) => {
            *mended.get_mut(member) = typed.get(member).trimmed();
            Some("trim")
        }
        Some(MendChange::Unwrap) => {
            *mended.get_mut(member) = without_wrapping(typed.get(member));
            Some("unwrap")
        }
        Some(MendChange::SwapUserAndPassword | MendChange::UsePreset(_)) | None => None,
    };
    (mended, kind)
}

proptest! {
    // Fourteen presets each, so a few cases go a long way.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_on_any_input(server in likely(), user in likely(), password in likely()) {
        for preset in presets() {
            let values = values(&server, &user, &password);
            let findings = check_to_continue(preset, &values);
            prop_assert!(findings.is_sorted_by_key(|f| f.severity));
            for finding in &findings {
                prop_assert!(!finding.text.is_empty() && !finding.text.ends_with('.'), "{}", finding.text);
                prop_assert!(finding.text.chars().all(|c| !crate::domain::untrusted::is_hostile(c)));
                if let Some(FieldMend { change: MendChange::Replace(_), .. }) = &finding.mend {
                    prop_assert_ne!(finding.member, Member::Password);
                }
            }
            preset.suggest_prefix(&server, &[]);
            ecr_token_expiry(&values.password);
            jwt_expiry(&values.password);
            check_end(&values.password, chrono::DateTime::UNIX_EPOCH);
        }
        for single in preset::singles() {
            prop_assert!(check_single(single, &server, &password.as_str().into()).is_sorted_by_key(|f| f.severity));
        }
        let _ = preset::recognize(&server);
        let _ = check_prefix(&server, &[]);
    }

    #[test]
    fn a_mend_that_is_applied_leaves_nothing_to_mend_in_the_same_way(
        server in likely(), user in likely(), password in likely(),
    ) {
        for preset in presets() {
            let typed = values(&server, &user, &password);
            for member in Member::all() {
                let (once, kind) = mended(preset, &typed, member);
                let (twice, again) = mended(preset, &once, member);
                prop_assert!(kind.is_none() || kind != again || twice == once, "{} {:?} {}", preset.id, member, server);
            }
        }
        for single in preset::singles() {
            let address = |text: &str| {
                let finding = check_single(single, text, &"".into()).into_iter().find(|f| f.mend.is_some());
                match finding.and_then(|finding| finding.mend).map(|mend| mend.change) {
                    Some(MendChange::Replace(better)) => better,
                    Some(MendChange::Trim) => text.trim().to_owned(),
                    Some(MendChange::Unwrap) => without_wrapping(&text.into()).expose().to_owned(),
                    Some(MendChange::SwapUserAndPassword | MendChange::UsePreset(_)) | None => text.to_owned(),
                }
            };
            let once = address(server.trim());
            prop_assert_eq!(address(&once), once.clone(), "{}", server);
        }
    }

    #[test]
    fn no_finding_repeats_the_password(
        head in "(dckr_pat_|ghp_|eyJwYXlsb2FkIjoi|AKIA|<|\"|[A-Z])?",
        body in "[A-Za-z0-9/+]{12,60}",
        place in 0..3usize,
        server in likely(),
        user in likely(),
    ) {
        // A canary that no text of ours contains, in the password and perhaps in another field as well.
        let password = format!("{head}canaryQ9{body}");
        let server = if place == 1 { password.clone() } else { server };
        let user = if place == 2 { password.clone() } else { user };
        for preset in presets() {
            for finding in check_to_continue(preset, &values(&server, &user, &password)) {
                let shown = format!("{finding:?}").to_lowercase();
                prop_assert!(!shown.contains("canaryq9"), "{}", preset.id);
            }
        }
    }
}

/// What is said of a password, or of a user, wherever the registry is.
fn said_of_any(user: &str, password: &str) -> Vec<(Member, Severity, String, Option<MendChange>)> {
    let found = check_any(&user.into(), &password.into()).into_iter();
    found
        .map(|finding| (finding.member, finding.severity, finding.text, finding.mend.map(|mend| mend.change)))
        .collect()
}

#[test]
fn every_pair_of_quotation_marks_people_paste_is_named_and_its_inside_proposed() {
    for (open, close) in [
        ("\"", "\""),
        ("'", "'"),
        ("`", "`"),
        ("´", "´"),
        ("`", "'"),
        ("“", "”"),
        ("”", "”"),
        ("„", "“"),
        ("„", "”"),
        ("‘", "’"),
        ("’", "’"),
        ("‚", "‘"),
        ("«", "»"),
        ("« ", " »"),
        ("«\u{a0}", "\u{a0}»"),
        ("»", "«"),
        ("‹", "›"),
        ("「", "」"),
        ("『", "』"),
        ("＂", "＂"),
        ("＇", "＇"),
        ("\\\"", "\\\""),
        ("“'", "'”"),
        ("\"", "\","),
        ("'", "';"),
    ] {
        let wrapped = format!("{open}abc123456{close}");
        let said = said_of_any("pull", &wrapped);
        assert!(said.iter().any(|(_, _, text, _)| text.contains("quotation marks")), "{wrapped}: {said:?}");
        assert!(said.iter().any(|(.., mend)| *mend == Some(MendChange::Unwrap)), "{wrapped}: {said:?}");
        let bare = without_wrapping(&wrapped.trim_end_matches([',', ';']).into());
        assert_eq!(bare, Sensitive::from("abc123456"), "{wrapped}");
        assert!(!format!("{said:?}").contains("abc1"), "{said:?}");
    }
    for token in ["<ghp_abcdefghijklmnopqrstuvwxyz0123456789>", "＜a1b2c3d4e5f6a7b8c9＞"] {
        assert!(said_of_any("u", token)[0].2.contains("brackets around it"), "{token}");
    }
    assert!(said_of_any("u", "“abc123456")[0].2.contains("at one end"));
}

#[test]
fn characters_nobody_sees_are_named_wherever_they_stand() {
    for (character, name) in [
        ("\u{a0}", "a non-breaking space"),
        ("\u{202f}", "a non-breaking space"),
        ("\u{ad}", "a soft hyphen"),
        ("\u{200b}", "a zero-width space"),
        ("\u{2060}", "a zero-width joiner"),
        ("\u{feff}", "a byte order mark"),
        ("\u{3000}", "a space of unusual width"),
    ] {
        for value in [format!("{character}abc"), format!("abc{character}"), format!("ab{character}c")] {
            let said = said_of_any("u", &value);
            assert!(said[0].2.contains(name), "{value:?}: {said:?}");
            assert!(said[0].3.is_some(), "{value:?}: {said:?}");
            assert_eq!(without_wrapping(&value.as_str().into()), Sensitive::from("abc"), "{value:?}");
        }
    }
    let carriage = said_of_any("u", "good\r");
    assert!(carriage[0].1 == Severity::Block && carriage[0].2.contains("carriage return"), "{carriage:?}");
}

#[test]
fn what_stands_for_a_value_is_none_whatever_the_registry() {
    for text in [
        "<PAT>",
        "YOUR_TOKEN",
        "your-password",
        "YourPassword",
        "xxxx",
        "changeme",
        "change_me",
        "CHANGE-ME",
        "${VAR}",
        "$(cat token)",
        "%VAR%",
        "{{ secret }}",
        "${{ secrets.X }}",
        "{{.Secret}}",
        "[token]",
        "$env:TOKEN",
        "secrets.GHCR_TOKEN",
        "#{Token}#",
        "TODO",
        "null",
        "undefined",
        "[REDACTED]",
        "••••",
        "****",
        "ghp_****",
        "dckr_pat_xxxxxxxxxxxx",
        "abcd…wxyz",
        "token-here",
        "acr-password-here",
        "password",
        "insert_your_token_here",
        "__TOKEN__",
        "my-password",
    ] {
        let said = said_of_any("u", text);
        assert!(said.iter().any(|(_, _, text, _)| text.contains("placeholder")), "{text}: {said:?}");
    }
    for text in ["ACR_CONTAINER_REGISTRY_PASSWORD", "NPM_TOKEN", "QUAY_PAT"] {
        assert!(said_of_any("u", text)[0].2.contains("name of a variable"), "{text}");
    }
    for text in ["Bearer abc", "bearer abc", "Basic dTpw", "Authorization: Basic dTpw"] {
        assert!(said_of_any("u", text)[0].2.contains("header word"), "{text}");
    }
    assert!(said_of_any("u", "https://example.com/token")[0].2.contains("an address"));
    assert!(said_of_any("acr-user-here", "p4ss")[0].2.contains("placeholder"));
    let both = said_of_any("pull", "pull:s3cret");
    assert!(both[0].2.contains("user and a colon"), "{both:?}");
    // pull:s3cret
    let encoded = said_of_any("pull", "cHVsbDpzM2NyZXQ=");
    assert!(encoded[0].2.contains("in base64"), "{encoded:?}");
}

#[test]
fn ordinary_values_need_no_word() {
    for (user, password) in [
        ("octocat", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
        ("00000000-0000-0000-0000-000000000000", "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE2NTk5ODEwMzB9.c2ln"),
        ("AWS", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("robot$team+pull", "Abc123\"x'y"),
        ("_json_key", "{\n  \"type\": \"service_account\"\n}"),
        ("oauth2accesstoken", "a b c d correct horse"),
        ("token", "p:w"),
        ("user", "yoursister12"),
        ("u", "$ecret"),
        ("u", "50%"),
        ("u", "a<b>c"),
        ("u", "xXx9"),
    ] {
        assert_eq!(said_of_any(user, password), [], "{user} {password}");
    }
}
