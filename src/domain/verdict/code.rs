//! The catalogue of result codes of the login test, each with what it means and what to do. The documentation page
//! is generated from it.
//!
//! The texts here describe the code in general; what actually happened is in the detail of the step.

use strum::{EnumIter, IntoStaticStr};

/// Stable codes; their spelling is part of `test --json` and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    Ok,
    /// The text is not a valid server.
    BadServer,
    /// A login would be stored under a key that no pull reads.
    DeadKey,
    Dns,
    Proxy,
    Refused,
    Timeout,
    TlsUntrusted,
    TlsName,
    TlsExpired,
    TlsFailed,
    PlainHttp,
    ServerError,
    RateLimited,
    NotARegistry,
    Redirected,
    NoChallenge,
    /// A challenge without a token server that docker can use.
    BadChallenge,
    NoAuthNeeded,
    UnsafeRealm,
    /// A token server's answer in which docker finds no token.
    BadToken,
    TemporaryKey,
    AwsUnknownKey,
    AwsWrongSecret,
    AwsNoPermission,
    AwsClock,
    AwsEndpoint,
    BadCredentials,
    Denied,
    BadImage,
    OtherRegistry,
    PullDenied,
    ImageNotFound,
    /// None of its platforms runs in a codespace.
    WrongPlatform,
    /// The registry sent another manifest than was requested.
    ManifestMismatch,
    BadManifest,
    /// Schema 1.
    OldManifest,
    /// An artifact that docker does not pull.
    NotAnImage,
    BlobRefused,
    BlobUnreachable,
    BlobMissing,
    BlobMismatch,
    UnsafeBlobHost,
    /// A layer that registries must not redistribute, and do not have.
    ForeignLayer,
    /// The text is not the address of an npm registry.
    BadAddress,
    /// `whoami` proves nothing at this registry.
    NoWhoami,
    BadPackage,
    /// It can be installed without a token.
    PublicPackage,
    PackageDenied,
    PackageNotFound,
    /// A GitHub token without permission to read packages.
    NoScope,
    /// The scopes of a GitHub token are unknown.
    ScopesUnknown,
    Ended,
    EndsSoon,
    /// It works from here but cannot work from a codespace.
    HereOnly,
    /// It works from here; whether it works from a codespace cannot be tested here.
    NotFromACodespace,
    /// The docker CLI, skopeo or podman could not be run.
    DockerUnavailable,
}

/// What the documentation says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// One sentence.
    pub means: &'static str,
    /// One sentence; empty if nothing has to be done.
    pub remedy: &'static str,
}

/// Every code with what it means and what to do; the remedy is empty if nothing has to be done.
const TABLE: &[(Code, &str, &str)] = &[
    (Code::Ok, "The check passed", ""),
    (
        Code::BadServer,
        "The text is not a valid server: docker would reject it",
        "Write the registry's bare host in lower case, such as `example.azurecr.io`",
    ),
    (
        Code::DeadKey,
        "Docker would log in, but store the login under a name that pulls do not look up",
        "Use the text that pulls look up; the check shows it",
    ),
    (Code::Dns, "The host name cannot be resolved", "Check the spelling of the host, and your network"),
    (
        Code::Proxy,
        "The proxy on the way to the registry failed; nothing is known about the registry",
        "Check the proxy that the check shows, or add the host to `NO_PROXY`",
    ),
    (Code::Refused, "The connection was refused", "Check host and port, and that the host can be reached from here"),
    (Code::Timeout, "The server did not answer in time", "Check your network, VPN or proxy, and test again"),
    (
        Code::TlsUntrusted,
        "The certificate's issuer is not trusted on this machine",
        "To test from here, point `SSL_CERT_FILE` at the right authority; a codespace only trusts public ones",
    ),
    (Code::TlsName, "The certificate is for another name", "Use the name in the certificate"),
    (
        Code::TlsExpired,
        "The certificate has expired, or is not valid yet",
        "Tell the registry's administrator; if others can connect, check this machine's clock",
    ),
    (Code::TlsFailed, "The TLS handshake failed", "Check the port, and whether something on the way intercepts TLS"),
    (
        Code::PlainHttp,
        "The server speaks plain http, but docker and codespaces require https",
        "Give the registry a certificate, or check the port",
    ),
    (
        Code::ServerError,
        "The server has a problem of its own, or does not follow the protocol: it is not your password",
        "Test again later, or tell the registry's administrator",
    ),
    (
        Code::RateLimited,
        "The registry accepts no more requests for now; pullkey tried once",
        "Wait as long as the check says",
    ),
    (
        Code::NotARegistry,
        "Something answers, but it is not a registry",
        "Check the host: a product's web page and its registry often have different names",
    ),
    (
        Code::Redirected,
        "The server redirects to another host; no password was sent there",
        "Use the host that is the actual registry",
    ),
    (
        Code::NoChallenge,
        "The answer is 401 without a way to log in, so the password was never checked",
        "Check the host, or the proxy in front of the registry",
    ),
    (
        Code::BadChallenge,
        "The registry requires a token but names no token server that docker can use, so docker cannot log in, \
                 whatever the password",
        "Tell the administrator that the `WWW-Authenticate` header is wrong: the realm must be an absolute URL",
    ),
    (
        Code::NoAuthNeeded,
        "The registry lets anyone in at `/v2/`: the password was not requested and not checked. Docker prints \
                 “Login Succeeded” for any password here",
        "Test an image with `--image`; it may need no credential at all",
    ),
    (
        Code::UnsafeRealm,
        "The registry wants the password sent to an unsafe address: plain http, or inside a private network. \
                 Nothing was sent",
        "Tell the registry's administrator: its own address (often `external_url`) is configured wrong",
    ),
    (
        Code::BadToken,
        "The token server accepts, but docker finds no token in its answer: a field of the wrong type, no JSON, a \
                 web page. Docker cannot log in, whatever the password",
        "Tell the registry's administrator; the check shows what docker cannot read",
    ),
    (
        Code::TemporaryKey,
        "A temporary access key (`ASIA…`) only works with a session token, and there is no secret for that",
        "Use a long-lived access key (`AKIA…`) of a user who can only pull",
    ),
    (Code::AwsUnknownKey, "AWS does not know this access key id", "Check the id, and that the key was not deleted"),
    (
        Code::AwsWrongSecret,
        "AWS knows the access key id, but the secret does not match it",
        "Copy the secret access key again, or create a new key: AWS shows the secret only once",
    ),
    (
        Code::AwsNoPermission,
        "AWS accepts the key, but its user has no permission to fetch a token for the registry",
        "Allow `ecr:GetAuthorizationToken` (GitHub's docs also list `sts:GetServiceBearerToken`)",
    ),
    (
        Code::AwsClock,
        "This machine's clock differs too much from that of AWS for a signature to be valid",
        "Set the clock; the key may be fine",
    ),
    (
        Code::AwsEndpoint,
        "The AWS token service could not be reached, or gave an unexpected answer",
        "Check the region in the server name, and your network",
    ),
    (
        Code::BadCredentials,
        "The registry refuses this user and password",
        "Check the user, and copy the password again",
    ),
    (
        Code::Denied,
        "The registry denies access: the login is valid but has no permissions, or this machine is blocked",
        "Check the permissions of the login, and whether the registry's network rules let a codespace in",
    ),
    (
        Code::BadImage,
        "The text is not a valid image name",
        "Write it as in a Dockerfile: `registry.example.com/team/app:1`, in lower case",
    ),
    (
        Code::OtherRegistry,
        "The image is not on this server, so this credential is never used for it",
        "Use an image on this server, or test the credential of the image's registry",
    ),
    (
        Code::PullDenied,
        "The login is accepted, but has no permission to pull this image",
        "Grant the user permission to pull from the repository, or use a login that has it",
    ),
    (
        Code::ImageNotFound,
        "The repository or tag does not exist, or is hidden from this login: most registries do not say which",
        "Check the image's name and tag, then the permission to pull it",
    ),
    (
        Code::WrongPlatform,
        "The image is only built for other platforms, and codespaces run on linux/amd64",
        "Build it with `--platform linux/amd64` and push it again",
    ),
    (
        Code::ManifestMismatch,
        "The registry sends another manifest than was requested, or than it declares; Docker rejects it",
        "Push the image again, or tell the administrator of the registry or of the proxy in front of it",
    ),
    (
        Code::BadManifest,
        "Docker cannot read the image's manifest or configuration",
        "Push the image again; if that does not help, tell the registry's administrator",
    ),
    (
        Code::OldManifest,
        "The image's manifest is schema 1, which Docker no longer supports",
        "Build and push the image again with a current Docker",
    ),
    (
        Code::NotAnImage,
        "This is an artifact, such as a chart or a Feature, which docker does not pull",
        "Name an image",
    ),
    (
        Code::BlobRefused,
        "The manifest can be read, but the host that stores the image's content refuses it: often another host \
                 than the registry, with its own network rules",
        "Let codespaces in at the host that the check shows, or grant the user permission to read blobs",
    ),
    (
        Code::BlobUnreachable,
        "The manifest can be read, but the host that stores the image's content cannot be reached",
        "Allow that host in firewall and proxy, as well as the registry",
    ),
    (
        Code::BlobMissing,
        "A part of the image that its manifest or index lists is missing",
        "Push the image again: a part of it is lost",
    ),
    (
        Code::BlobMismatch,
        "A part of the image has another size or digest than the manifest says; Docker rejects it",
        "Push the image again; if that does not help, a proxy or the registry's storage corrupts it",
    ),
    (
        Code::UnsafeBlobHost,
        "The registry redirects to an unsafe address for the image's content: plain http, or inside a private \
                 network. pullkey did not connect to it",
        "Tell the registry's administrator: its storage is configured wrong",
    ),
    (
        Code::ForeignLayer,
        "The image has a layer that registries must not redistribute, and this one does not have it",
        "Build it from a base image whose layers can be pushed",
    ),
    (
        Code::BadAddress,
        "The text is not the address of an npm registry, or a token would be readable in transit",
        "Write it with `https://` and its full path, such as `https://registry.npmjs.org/`",
    ),
    (
        Code::NoWhoami,
        "The registry does not say whose token it is: it has no `whoami`, or gives the same answer to good and \
                 bad tokens",
        "Test a private package with `--package`: what counts is whether the token can install it",
    ),
    (
        Code::BadPackage,
        "The text is not a valid package name",
        "Write it as in a `package.json`, without a version: `@scope/name`",
    ),
    (
        Code::PublicPackage,
        "Anyone can install this package, so it proves nothing about the token and needs none",
        "Test a private package, or do without a token",
    ),
    (
        Code::PackageDenied,
        "The registry does not let this token install the package",
        "Grant the token permission to read it: some tokens list their packages and scopes",
    ),
    (
        Code::PackageNotFound,
        "The package does not exist, or is hidden from this token: npmjs does not say which",
        "Check the package's name and scope, then whether the token can read it",
    ),
    (
        Code::NoScope,
        "According to GitHub this token cannot read packages: the login may succeed, a pull will not",
        "Add the scope `read:packages` to the classic token, or create one with only that scope",
    ),
    (
        Code::ScopesUnknown,
        "The GitHub token's scopes are unknown or not decisive; only a pull test can tell",
        "Test an image with `--image`: a pull tells more than scopes do",
    ),
    (Code::Ended, "The password contains an expiry date, which has passed", "Create a new one"),
    (
        Code::EndsSoon,
        "The password works, but expires within a day by its own date: too soon for a stored secret",
        "Use a longer-lived kind of password, if the registry has one",
    ),
    (
        Code::HereOnly,
        "It works from this machine, but a codespace cannot reach the host, or does not trust its certificate",
        "Give the registry a public name and certificate",
    ),
    (
        Code::NotFromACodespace,
        "It works from this machine. A codespace connects from other addresses, which a firewall may treat \
                 differently; that cannot be tested from here",
        "Run `pullkey test --env` inside a codespace",
    ),
    (
        Code::DockerUnavailable,
        "The other program for a second test is not installed, or cannot do this test",
        "Rely on pullkey's own checks, which need no docker",
    ),
];

impl Code {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The code's line in the documentation.
    pub fn entry(self) -> Entry {
        let line = TABLE.iter().find(|(code, ..)| *code == self);
        line.map_or(Entry { means: "", remedy: "" }, |(_, means, remedy)| Entry { means, remedy })
    }
}

/// The page of the documentation, in Markdown.
pub fn page() -> String {
    use strum::IntoEnumIterator as _;
    let mut out = String::from(
        "# The codes of a login test\n\n\
         Every check of `pullkey test` and of the login test on screen ends with one of these codes. Their spelling \
         is stable.\nThis page is generated from the table in `src/domain/verdict/code.rs`; a test compares the \
         two.\n\n\
         A check *passes*, *fails* or is *inconclusive*. Inconclusive means that it could not be tested, never that \
         the\nregistry refused. A pass from this machine is never reported as a pass from a codespace.\n\n\
         | code | what it means | what to do |\n|---|---|---|\n",
    );
    for code in Code::iter() {
        let Entry { means, remedy } = code.entry();
        out.extend(["| `", code.as_str(), "` | ", means, " | ", remedy, " |\n"]);
    }
    out
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_code_says_what_it_means_and_what_to_do() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::iter() {
            let Entry { means, remedy } = code.entry();
            assert!(means.len() > 10 && !means.ends_with('.'), "{code:?}: {means}");
            assert!(code == Code::Ok || remedy.len() > 10, "{code:?}");
            assert!(!remedy.ends_with('.'), "{code:?}");
            assert!(seen.insert(means), "{code:?} has the text of another code: {means}");
        }
    }

    #[test]
    fn the_page_of_the_documentation_is_the_program_s_own_table() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes.md");
        if std::env::var_os("PULLKEY_WRITE_DOCS").is_some() {
            std::fs::write(file, page()).ok();
        }
        let written = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            written == page(),
            "docs/codes.md is outdated: regenerate it with PULLKEY_WRITE_DOCS=1 cargo test the_page_of"
        );
    }
}
