#![allow(clippy::unwrap_used)]

use super::*;

/// Made up; each has the shape of what its name says.
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let hex = |n: usize| "0123456789abcdef".chars().cycle().take(n).collect::<String>();
    let mixed = |n: usize| "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8".chars().cycle().take(n).collect::<String>();
    vec![
        ("GitHub classic", format!("ghp_{}", mixed(36))),
        ("GitHub fine-grained", format!("github_pat_{}", mixed(82))),
        ("GitHub installation", format!("ghs_123456_eyJ{}.eyJ{}.{}", mixed(60), mixed(300), mixed(120))),
        ("Docker", format!("dckr_pat_{}", mixed(27))),
        ("GitLab", format!("glpat-{}", mixed(20))),
        ("GitLab runner", format!("glrt-{}", mixed(20))),
        ("DigitalOcean", format!("dop_v1_{}", hex(64))),
        ("DigitalOcean OAuth", format!("doo_v1_{}", hex(64))),
        ("DigitalOcean refresh", format!("dor_v1_{}", hex(64))),
        ("Heroku", format!("HRKU-AA{}", mixed(58))),
        ("Quay", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".chars().cycle().take(64).collect()),
        ("Harbor", mixed(32)),
        ("IBM", mixed(44)),
        ("AWS secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        ("Hetzner", mixed(64)),
        ("Linode", hex(64)),
        ("Cloudsmith", hex(40)),
        ("Fly.io", format!("fm2_{}", mixed(200))),
        ("Fly.io with its scheme", format!("FlyV1 fm2_{}", mixed(200))),
        ("Render", format!("rnd_{}", mixed(28))),
        ("Supabase", format!("sbp_{}", hex(40))),
        ("Bitbucket", format!("ATBB{}", mixed(32))),
        ("Atlassian", format!("ATCTT3xFfGF0{}=1A2B3C4D", mixed(180))),
        ("npm", format!("npm_{}", mixed(36))),
        ("PyPI", format!("pypi-AgEIcHlwaS5vcmc{}", mixed(120))),
        ("ACR", format!("{}+ACRA{}", mixed(42), mixed(5))),
        ("Azure storage", format!("{}+ASt{}Q==", mixed(76), mixed(5))),
        ("Google", format!("ya29.{}", mixed(120))),
        ("JWT", format!("eyJ{}.eyJ{}.{}", mixed(30), mixed(90), mixed(43))),
        ("PEM", format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", mixed(64))),
        ("OpenSSH", format!("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE{}", mixed(50))),
        (
            "JSON key",
            format!(r#"{{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\n{}"}}"#, mixed(64)),
        ),
        ("GitHub user to server", format!("ghu_{}", mixed(36))),
        ("GitHub refresh", format!("ghr_{}", mixed(76))),
        ("GitHub OAuth", format!("gho_{}", mixed(36))),
        ("Docker organization", format!("dckr_oat_{}", mixed(32))),
        ("GitLab deploy", format!("gldt-{}", mixed(20))),
        ("GitLab job", format!("glcbt-64_{}", mixed(20))),
        ("GitLab routable", format!("glpat-{}.01.{}", mixed(40), hex(9))),
        ("GitLab runner, routable", format!("glrt-t3_{}.01.{}", mixed(40), hex(9))),
        ("GitLab trigger", format!("glptt-{}", hex(40))),
        ("GitLab agent", format!("glagent-{}", mixed(50))),
        ("GitLab feed", format!("glft-{}", mixed(20))),
        ("GitLab SCIM", format!("glsoat-{}", mixed(20))),
        ("GitLab registration", format!("GR1348941{}", mixed(20))),
        ("JFrog reference", format!("cmVmdGtuOjAxOj{}", mixed(50))),
        ("JFrog API key", format!("AKCp8{}", mixed(68))),
        ("Nexus", format!("DockerToken.{}-1234-1234-1234-{}", hex(8), hex(12))),
        ("OpenShift", format!("sha256~{}", mixed(43))),
        ("Entra", format!("abc8Q~{}", mixed(34))),
        ("Azure DevOps", "abcdefghijklmnopqrstuvwxyz234567".chars().cycle().take(52).collect()),
        ("ECR", format!("eyJwYXlsb2FkIjoi{}", mixed(400))),
        ("ECR encoded", format!("QVdTOmV5{}", mixed(400))),
        ("AWS session", format!("IQoJb3JpZ2luX2Vj{}", mixed(300))),
        ("Google refresh", format!("1//0g{}", mixed(60))),
        ("Google API key", format!("AIza{}", mixed(35))),
        ("service account in base64", "ewogICJ0eXBlIjogInNlcnZpY2VfYWNjb3VudCIsCiAgInByb2plY3RfaWQi".to_owned()),
        ("PEM in base64", "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2".to_owned()),
        ("docker's configuration in base64", "eyJhdXRocyI6eyJnaGNyLmlvIjp7ImF1dGgiOiJkVHB3In19fQ==".to_owned()),
        ("JWE", format!("eyJ{}..{}.{}.{}", mixed(30), mixed(16), mixed(90), mixed(22))),
        ("Vault", format!("hvs.{}", mixed(95))),
        ("Vault before 1.10", format!("s.{}", mixed(24))),
        ("Terraform", format!("{}.atlasv1.{}", mixed(14), mixed(67))),
        ("Slack", "xoxb-123456789012-123456789012-aB3dE5gH7jK9mN1pQ2sT4vW6".to_owned()),
        ("Slack app", "xapp-1-A0123456789-1234567890123-abcdef".to_owned()),
        ("Stripe", format!("sk_live_{}", mixed(24))),
        ("OpenAI", format!("sk-proj-{}", mixed(100))),
        ("OpenAI, old", format!("sk-{}", mixed(48))),
        ("Anthropic", format!("sk-ant-api03-{}", mixed(93))),
        ("SendGrid", format!("SG.{}.{}", mixed(22), mixed(43))),
        ("Sentry", format!("sntryu_{}", hex(64))),
        ("Twilio", format!("SK{}", hex(32))),
        ("age", format!("AGE-SECRET-KEY-1{}", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".repeat(2))),
        ("PGP", format!("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{}", mixed(64))),
        ("ssh.com", format!("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{}", mixed(64))),
        ("PuTTY", format!("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n{}", mixed(64))),
        ("Alibaba", mixed(30)),
    ]
}

#[test]
fn what_well_known_secrets_look_like_is_known_wherever_they_stand() {
    for (name, secret) in samples() {
        assert!(looks_secret(&secret).is_some(), "{name}");
        assert!(looks_secret(&format!(" {secret}\n")).is_some(), "{name} with white space around it");
        assert!(holds_secret(&format!("https://user:{secret}@registry.example.com/")), "{name} in an address");
    }
    assert!(holds_secret("octocatghp_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8aB3dE5gH7j"), "typed behind something else");
    assert!(holds_secret("acme.azurecr.io/app ghp_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8aB3dE5gH7j"));
}

#[test]
fn a_secret_is_known_by_what_stands_around_it() {
    for text in [
        "https://acme.blob.core.windows.net/x?sv=2024-11-04&sp=r&sig=abc%2Fdef%3D",
        "https://bucket.s3.amazonaws.com/x?X-Amz-Signature=0123abcd",
        "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=abcd1234==;EndpointSuffix=core.windows.net",
        "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=x;SharedAccessKey=abcd1234=",
        "export GHCR_CONTAINER_REGISTRY_PASSWORD=hunter2",
        "ACR_PASSWORD = 'hunter2'",
        "$env:NPM_TOKEN=\"hunter2\"",
        "password: hunter2",
        "\"password\": \"hunter2\",",
        "//registry.npmjs.org/:_authToken=hunter2",
        "Bearer 0123456789abcdef",
        "Authorization: Basic dTpw",
        "dXNlcjpodW50ZXIy",
        "docker login -u ann -p hunter2 ghcr.io",
        "$ sudo docker login ghcr.io --username ann --password hunter2",
        "kubectl create secret docker-registry x --docker-server=a.io --docker-username=u --docker-password=hunter2",
        "postgres://ann:hunter2@db.example/x",
        "ann:hunter2@registry.example.com",
        "{\"auths\":{\"a.io\":{\"auth\":\"dTpw\"}}}",
    ] {
        assert!(holds_secret(text), "{text}");
    }
}

#[test]
fn what_chance_mixes_is_told_from_words() {
    // A small generator of its own (Knuth's MMIX), the same each time.
    let mut state = 7_u64;
    let mut random = |length: usize, letters: &[u8]| -> String {
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap()
        };
        (0..length).map(|_| char::from(letters[next() % letters.len()])).collect()
    };
    let all = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (length, letters, most) in
        [(30, &all[..], 40), (32, all, 25), (40, base64, 10), (44, base64, 10), (64, all, 1), (86, base64, 1)]
    {
        let missed = (0..1000).filter(|_| !holds_secret(&random(length, letters))).count();
        assert!(missed <= most, "{missed} of 1000 of {length} characters");
    }
    for name in [
        "MyRegistryPullTokenForCodespaces2026",
        "MyAcrPullTokenForCiCdAndDev2026",
        "AcmeProdEuWest1PullOnlyUser01Token",
        "TeamA-Prod-Puller-For-GitHub-Codespaces-1",
        "Gitlab-Deploy-Token-For-Registry-Prod-2",
        "com_acme_Registry_Pull_User_For_Dev_01",
        "registry/Team1/Services/Api2/Backend3App",
    ] {
        assert_eq!(looks_secret(name), None, "{name}");
    }
}

#[test]
fn names_hosts_images_and_identifiers_are_no_secrets() {
    for text in [
        "",
        "octocat",
        "_json_key_base64",
        "00000000-0000-0000-0000-000000000000",
        "5f3c1a9e-8b7d-4c2f-9a1e-0d6b5c4f3e2a",
        "AKIAIOSFODNN7EXAMPLE",
        "robot$project+puller",
        "acme+robot",
        "oidc/tenancy/oracleidentitycloudservice/jdoe@example.com",
        "gitlab+deploy-token-1234567",
        "mycompany.azurecr.io",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "https://index.docker.io/v1/",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/platform/Services/Backend1:v12.3.4-rc1",
        "ghcr.io/acme/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "ghcr.io/acme/app:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "ghcr.io/acme/app:sha-0123456789abcdef0123456789abcdef01234567",
        "MY_COMPANY_REGISTRY_FOR_EVERYTHING_2026",
        "My-Very-Long-Repository-Name-For-Production-2026",
        "2026-12-31",
        "acme/d*",
        "AWS",
        "_json_key",
        "_token",
        "$oauthtoken",
        "oauth2accesstoken",
        "iamapikey",
        "nologin",
        "token",
        "x-access-token",
        "gitlab-ci-token",
        "robot$library+codespaces-puller",
        "robot@acme+proj",
        "jane.doe+registry@example.com",
        "puller@my-project-123456.iam.gserviceaccount.com",
        "arn:aws:iam::123456789012:user/codespaces",
        "cn-north-4@HST3AAAAAAAAAAAAAAAA",
        "SCWSXXXXXXXXXXXXXXXX",
        "SCW0123456789ABCDEFG",
        "LTAI5tAAAAAAAAAAAAAAAAAA",
        "GOOG1EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "12345678|codespaces-puller",
        "0123456789abcdef0123456789abcdef",
        "DB6A6B05-0F5C-4E1E-9C5B-7D0A1E2B3C4D",
        "sk-registry-puller-production",
        "gha-runner-pull-token-2026",
        "acme/token:latest",
        "ghcr.io/acme/get-secret:v1.2.3",
        "ghcr.io/acme/vault-token@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "quay.io/acme/app@sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
         0123456789abcdef0123456789abcdef",
        "localhost:5000/x:1",
        "europe-west3-docker.pkg.dev",
        "artifactory.acme.example:8443/docker-local",
        "xn--bcher-kva.example",
        "[2001:db8::1]:5000",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "Basic plan",
        "password:",
        "password=",
        "NPM_TOKEN=${NPM_TOKEN}",
        "what is the password=?",
    ] {
        assert_eq!(looks_secret(text), None, "{text}");
    }
}

#[test]
fn a_sentence_loses_the_secret_in_it_and_nothing_else() {
    for (name, secret) in samples() {
        if matches!(name, "Harbor" | "IBM" | "AWS secret" | "Hetzner" | "Linode" | "Cloudsmith" | "Alibaba") {
            continue; // no telling beginning: a sentence may hold digests and names like these
        }
        let shown = masked(&format!("there is no preset “{secret}”, look at --preset"));
        assert!(shown.starts_with("there is no preset “") && shown.contains(MARK), "{name}: {shown}");
        let tail = &secret[secret.len() - 8..];
        assert!(!shown.contains(tail), "{name}: {shown}");
    }
    let url = masked("https://oauth2:glpat-aB3dE5gH7jK9mN1pQ2sT@gitlab.example.com/x");
    assert_eq!(url, "https://oauth2:•••@gitlab.example.com/x");
    for text in ["does not begin like a GitHub token (ghp_, github_pat_, gho_, ghu_, ghs_)", "a  b\n\tc “d”, (e)", ""]
    {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn a_user_that_is_the_password_or_looks_like_a_token_is_a_secret() {
    let is = |user: &str, password: &str| is_secret_user(&user.into(), &password.into());
    assert!(is("hunter2", "hunter2") && is("hunter2 ", "hunter2") && is("x-hunter2hunter2", "hunter2hunter2"));
    assert!(is("dop_v1_0123456789abcdef", "other"));
    assert!(!is("octocat", "hunter2") && !is("", "") && !is("octocat", "") && !is("pull-me", "pull"));
}
