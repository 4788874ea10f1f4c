#![allow(clippy::unwrap_used)]

use super::*;

const ONE: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const TWO: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

fn index(variants: &[(&str, &str)]) -> String {
    let lines: Vec<String> = variants
        .iter()
        .map(|(digest, platform)| format!(r#"{{"mediaType":"{OCI_MANIFEST}","digest":"{digest}","size":7{platform}}}"#))
        .collect();
    format!(r#"{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":[{}]}}"#, lines.join(","))
}

fn built_for(os: &str, architecture: &str, variant: &str) -> String {
    format!(r#","platform":{{"os":"{os}","architecture":"{architecture}","variant":"{variant}"}}"#)
}

fn image(kind: &str, config: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{kind}","config":{{"mediaType":"{config}","digest":"{ONE}","size":2}},
            "layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{TWO}","size":9}}]}}"#
    )
}

fn choice(variants: &[(&str, &str)]) -> Option<String> {
    match Manifest::parse(Some(OCI_INDEX), index(variants).as_bytes()).unwrap() {
        Manifest::Index(variants) => chosen(&variants).map(|variant| variant.content.digest.to_string()),
        Manifest::Image(_) => None,
    }
}

#[test]
fn the_variant_of_an_index_is_chosen_as_docker_chooses() {
    let (amd64, arm64) = (built_for("linux", "amd64", ""), built_for("linux", "arm64", "v8"));
    let (i386, v2) = (built_for("linux", "386", ""), built_for("linux", "amd64", "v2"));
    let (windows, unknown) = (built_for("windows", "amd64", ""), built_for("unknown", "unknown", ""));
    assert_eq!(choice(&[(TWO, &arm64), (ONE, &amd64)]).as_deref(), Some(ONE));
    assert_eq!(choice(&[(TWO, &unknown), (ONE, &amd64)]).as_deref(), Some(ONE), "attestations are no images");
    assert_eq!(choice(&[(ONE, &amd64), (TWO, &amd64)]).as_deref(), Some(ONE), "the first of equals");
    assert_eq!(choice(&[(TWO, &i386), (ONE, &amd64)]).as_deref(), Some(ONE), "the better one");
    assert_eq!(choice(&[(TWO, &arm64), (ONE, &i386)]).as_deref(), Some(ONE), "what docker falls back on");
    assert_eq!(choice(&[(TWO, &arm64), (ONE, "")]).as_deref(), Some(ONE), "its configuration tells");
    for none in [&arm64, &v2, &windows, &unknown] {
        assert_eq!(choice(&[(ONE, none)]), None, "{none}");
    }
    assert_eq!(choice(&[]), None);
    let featured = r#","platform":{"os":"linux","architecture":"amd64","os.features":["sgx"]}"#;
    assert_eq!(choice(&[(ONE, featured)]), None);
}

#[test]
fn an_image_s_manifest_is_read_by_its_content_type() {
    for kind in [OCI_MANIFEST, DOCKER_MANIFEST] {
        let body = image(kind, "application/vnd.oci.image.config.v1+json");
        let Ok(Manifest::Image(read)) = Manifest::parse(Some(&format!("{kind}; charset=utf-8")), body.as_bytes())
        else {
            panic!("{kind}")
        };
        assert_eq!((read.config.digest.to_string().as_str(), read.config.size), (ONE, 2));
        assert_eq!((read.layers.len(), read.layers[0].is_foreign()), (1, false));
    }
}

#[test]
fn what_docker_cannot_pull_says_why() {
    let good = image(OCI_MANIFEST, "application/vnd.oci.image.config.v1+json");
    let feature = image(OCI_MANIFEST, "application/vnd.devcontainers");
    let old = r#"{"schemaVersion":1,"name":"a/b","tag":"1","fsLayers":[]}"#;
    let short = good.replace(ONE, "sha256:11");
    let negative = good.replace("\"size\":2", "\"size\":-2");
    let listed = index(&[]);
    let both = good.replace("\"layers\"", "\"manifests\":[],\"layers\"");
    let old_kind = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    let fault = |kind: Option<&str>, body: &str| Manifest::parse(kind, body.as_bytes()).unwrap_err();
    assert_eq!(fault(Some(old_kind), old), ManifestFault::Old);
    assert_eq!(fault(Some("application/json"), old), ManifestFault::Old);
    assert_eq!(fault(Some(OCI_MANIFEST), old), ManifestFault::Old);
    assert_eq!(fault(None, &good), ManifestFault::NoKind);
    assert_eq!(fault(Some("text/html"), "<html>"), ManifestFault::Kind("text/html".into()));
    assert_eq!(fault(Some("application/json"), &good), ManifestFault::Kind("application/json".into()));
    assert_eq!(fault(Some(DOCKER_MANIFEST), &good), ManifestFault::OtherKind(OCI_MANIFEST.into()));
    assert!(matches!(fault(Some(OCI_MANIFEST), &both), ManifestFault::Content(_)));
    assert!(matches!(fault(Some(OCI_MANIFEST), "{}"), ManifestFault::Content(_)));
    assert!(matches!(fault(Some(OCI_INDEX), &good.replace(OCI_MANIFEST, OCI_INDEX)), ManifestFault::Content(_)));
    assert!(matches!(fault(Some(OCI_MANIFEST), &listed.replace(OCI_INDEX, OCI_MANIFEST)), ManifestFault::Content(_)));
    assert!(matches!(fault(Some(OCI_MANIFEST), "{\"config\":"), ManifestFault::Broken(_)));
    assert!(matches!(fault(Some(OCI_MANIFEST), &negative), ManifestFault::Broken(_)));
    assert_eq!(fault(Some(OCI_MANIFEST), &short), ManifestFault::BadDigest("sha256:11".into()));
    assert_eq!(fault(Some(OCI_MANIFEST), &feature), ManifestFault::NoImage("application/vnd.devcontainers".into()));
}

#[test]
fn a_configuration_tells_what_an_image_is_built_for() {
    let of = |text: &str| platform_of_config(text.as_bytes()).map(|platform| platform.to_string());
    assert_eq!(of(r#"{"os":"linux","architecture":"amd64","config":{}}"#).as_deref(), Ok("linux/amd64"));
    assert_eq!(of(r#"{"os":"linux","architecture":"arm64","variant":"v8"}"#).as_deref(), Ok("linux/arm64"));
    assert_eq!(of("{}").as_deref(), Ok("linux/"));
    assert!(of("[").is_err());
}
