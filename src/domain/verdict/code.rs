//! The catalogue of codes a test can give: one line each for what it means and what to do. The page of the
//! documentation is made from it.
//!
//! The texts here are about the code; what really happened stands in the step's own detail.

use strum::{EnumIter, IntoStaticStr};

/// Stable codes; their spelling is part of `test --json` and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    Ok,
    /// The text cannot be a server.
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
    /// A challenge that names no token server docker could ask.
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
    /// Nothing of it is built for a codespace.
    WrongPlatform,
    /// The registry sent another manifest than it was asked for.
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
    /// A layer that registries may not hand on, and do not have.
    ForeignLayer,
    /// The text cannot be the address of an npm registry.
    BadAddress,
    /// Asking whose token it is proves nothing at this registry.
    NoWhoami,
    BadPackage,
    /// It can be installed without a token.
    PublicPackage,
    PackageDenied,
    PackageNotFound,
    /// A token of GitHub's that may not read packages.
    NoScope,
    /// What a token of GitHub's may is not known.
    ScopesUnknown,
    Ended,
    EndsSoon,
    /// It works from here, and cannot from a codespace.
    HereOnly,
    /// It works from here; whether it does from a codespace was not and cannot be tested here.
    NotFromACodespace,
    /// The docker CLI, skopeo or podman could not be asked.
    DockerUnavailable,
}

/// What the documentation says of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// One sentence.
    pub means: &'static str,
    /// One sentence; empty if nothing has to be done.
    pub remedy: &'static str,
}

/// Every code with what it means and what to do; the remedy is empty if nothing has to be done.
const TABLE: &[(Code, &str, &str)] = &[
    (Code::Ok, "This step is as it should be", ""),
    (
        Code::BadServer,
        "The text cannot be a server: docker would not even look at it",
        "Write the registry's bare host in lower case, such as `example.azurecr.io`",
    ),
    (
        Code::DeadKey,
        "docker would log in, but store the login under a name that no pull looks up",
        "Write the text that pulls look up; the step names it",
    ),
    (Code::Dns, "The host's name cannot be resolved", "Check the spelling of the host, and the network"),
    (
        Code::Proxy,
        "The proxy between here and the registry did not do its part; nothing is known of the registry",
        "Check the proxy that the step names, or list the host in `NO_PROXY`",
    ),
    (Code::Refused, "Nothing takes connections there", "Check host and port, and that it can be reached from here"),
    (Code::Timeout, "There was no answer in time", "Check the network, a VPN or a proxy, and test again"),
    (
        Code::TlsUntrusted,
        "The certificate is from an issuer this machine does not know",
        "Point `SSL_CERT_FILE` at the right authority to test from here; a codespace knows public ones only",
    ),
    (Code::TlsName, "The certificate is for another name", "Write the name that stands in the certificate"),
    (
        Code::TlsExpired,
        "The certificate has ended, or is not valid yet",
        "Tell who runs the registry; if others can connect, check this machine's clock",
    ),
    (
        Code::TlsFailed,
        "No common way to encrypt could be agreed on",
        "Check the port, and whether something between here and there takes TLS apart",
    ),
    (
        Code::PlainHttp,
        "The server speaks plain http where docker and codespaces need https",
        "Give the registry a certificate, or check the port",
    ),
    (
        Code::ServerError,
        "The other side has a problem of its own, or does not follow the protocol: not your password",
        "Test again later, or tell who runs the registry",
    ),
    (
        Code::RateLimited,
        "The registry takes no more requests for now; it was asked once",
        "Wait as long as the step says",
    ),
    (
        Code::NotARegistry,
        "Something answers, but not as a registry does",
        "Check the host: a product's web page and its registry often have different names",
    ),
    (
        Code::Redirected,
        "The server sends on to another host, where no password was sent",
        "Write the host that really is the registry",
    ),
    (
        Code::NoChallenge,
        "The answer is 401, but nobody says how to log in, so the password was never checked",
        "Check the host, or the proxy before the registry",
    ),
    (
        Code::BadChallenge,
        "The registry asks for a token and names no token server that docker could ask, so docker cannot log in, \
                 whatever the password",
        "Tell who runs the registry that its `WWW-Authenticate` header is wrong: the realm has to be a whole address",
    ),
    (
        Code::NoAuthNeeded,
        "The registry lets anyone in at `/v2/`: the password was not asked for and not checked. docker says \
                 «Login Succeeded» to any password here",
        "Name an image with `--image`; it may need no credential at all",
    ),
    (
        Code::UnsafeRealm,
        "The registry wants the password sent to a place that is not safe: plain http, or an address inside a \
                 private network. Nothing was sent",
        "Tell who runs the registry: its own address (often `external_url`) is set up wrong",
    ),
    (
        Code::BadToken,
        "The token server says yes, and docker finds no token in its answer: a field of another type, no JSON, a web \
                 page. Docker cannot log in, whatever the password",
        "Tell who runs the registry; the step says what docker stumbles over",
    ),
    (
        Code::TemporaryKey,
        "A temporary access key (`ASIA…`) works only with a session token, and there is no secret for that",
        "Use a long-lived access key (`AKIA…`) of a user who may only pull",
    ),
    (Code::AwsUnknownKey, "AWS does not know this access key id", "Check the id, and that the key was not deleted"),
    (
        Code::AwsWrongSecret,
        "AWS knows the access key id, but the secret is not its secret",
        "Copy the secret access key again, or make a new key: AWS shows the secret only once",
    ),
    (
        Code::AwsNoPermission,
        "AWS accepts the key, but its user may not fetch a token for the registry",
        "Allow `ecr:GetAuthorizationToken` (GitHub's page names `sts:GetServiceBearerToken` as well)",
    ),
    (
        Code::AwsClock,
        "This machine's clock and AWS's are too far apart for a signature to count",
        "Set the clock; the key may be fine",
    ),
    (
        Code::AwsEndpoint,
        "The service of AWS that gives tokens could not be asked, or did not answer as it should",
        "Check the region in the server's name, and the network",
    ),
    (
        Code::BadCredentials,
        "The registry refuses this user and password",
        "Check the user, and copy the password again",
    ),
    (
        Code::Denied,
        "The registry denies access: it knows the login and allows it nothing, or turns this machine away",
        "Check the rights of the login, and whether the registry's network rules let a codespace in",
    ),
    (
        Code::BadImage,
        "The text cannot be an image",
        "Write it as in a Dockerfile: `registry.example.com/team/app:1`, in lower case",
    ),
    (
        Code::OtherRegistry,
        "The image is at another registry than the server, so this credential is never used for it",
        "Name an image of this server, or test the credential of the image's registry",
    ),
    (
        Code::PullDenied,
        "The login is accepted, but may not pull this image",
        "Give the user the right to pull from the repository, or use a login that has it",
    ),
    (
        Code::ImageNotFound,
        "The registry has no such repository or tag, or hides it from this login: most do not tell which",
        "Check the image's name and tag, then the right to pull it",
    ),
    (
        Code::WrongPlatform,
        "The image is built for other platforms only, and codespaces run on linux/amd64",
        "Build it with `--platform linux/amd64` and push it again",
    ),
    (
        Code::ManifestMismatch,
        "The registry sends another manifest than it was asked for, or than it says itself; Docker refuses it",
        "Push the image anew, or tell who runs the registry or the proxy before it",
    ),
    (
        Code::BadManifest,
        "The image's manifest or configuration is none that Docker can read",
        "Push the image anew; if that does not help, tell who runs the registry",
    ),
    (
        Code::OldManifest,
        "The image's manifest is of schema 1, which Docker no longer reads",
        "Build and push the image anew with a Docker of today",
    ),
    (
        Code::NotAnImage,
        "What was named is an artifact, such as a chart or a Feature, which docker does not pull",
        "Name an image",
    ),
    (
        Code::BlobRefused,
        "The manifest can be read, but whoever holds the image's content refuses to give it: often another host than \
                 the registry, with network rules of its own",
        "Let codespaces in at the host that the step names, or give the user the right to read blobs",
    ),
    (
        Code::BlobUnreachable,
        "The manifest can be read, but the host that holds the image's content cannot be reached",
        "Allow that host in firewall and proxy, beside the registry",
    ),
    (
        Code::BlobMissing,
        "A part of the image that its manifest or index names is not there",
        "Push the image anew: a part of it is lost",
    ),
    (
        Code::BlobMismatch,
        "A part of the image has another size or digest than the manifest says; Docker refuses it",
        "Push the image anew; if that does not help, a proxy or the registry's storage spoils it",
    ),
    (
        Code::UnsafeBlobHost,
        "The registry sends on to a place for the image's content that is not safe: plain http, or an address inside a \
                 private network. It was not asked",
        "Tell who runs the registry: its storage is set up wrong",
    ),
    (
        Code::ForeignLayer,
        "A layer of the image may not be handed on by registries, and this one does not have it",
        "Build it from a base image whose layers may be pushed",
    ),
    (
        Code::BadAddress,
        "The text cannot be the address of an npm registry, or a token would be readable on the way there",
        "Write it with `https://` and its whole path, such as `https://registry.npmjs.org/`",
    ),
    (
        Code::NoWhoami,
        "The registry does not say whose token it is: it has no `whoami`, or answers it alike whether a token is \
                 good or not",
        "Name a private package with `--package`: whether the token can install it decides",
    ),
    (
        Code::BadPackage,
        "The text cannot be the name of a package",
        "Write it as in a `package.json`, without a version: `@scope/name`",
    ),
    (
        Code::PublicPackage,
        "Anyone can install this package, so it proves nothing of the token, and needs none",
        "Name a package that is private, or do without a token",
    ),
    (
        Code::PackageDenied,
        "The registry does not let this token install the package",
        "Give the token the right to read it: some tokens name their packages and scopes",
    ),
    (
        Code::PackageNotFound,
        "The registry has no such package, or hides it from this token: npmjs answers alike",
        "Check the package's name and scope, then whether the token may read it",
    ),
    (
        Code::NoScope,
        "GitHub says of this token that it may not read packages: the login may pass, a pull does not",
        "Give the classic token the scope `read:packages`, or make one that has it and nothing else",
    ),
    (
        Code::ScopesUnknown,
        "The password is a token of GitHub's, and what it may was not told, or a pull says more than its scopes",
        "Name an image with `--image`: a pull tells more than scopes do",
    ),
    (Code::Ended, "The password says itself that it has ended", "Make a new one"),
    (
        Code::EndsSoon,
        "The password works, and says itself that it ends within a day: too soon for a secret that is stored",
        "Use a kind of password that lasts, if the registry has one",
    ),
    (
        Code::HereOnly,
        "It works from this machine, but a codespace cannot reach the host, or does not trust its certificate",
        "Give the registry a public name and certificate",
    ),
    (
        Code::NotFromACodespace,
        "It works from this machine. A codespace asks from other addresses, which a firewall may treat \
                 differently; that cannot be tested from here",
        "`pullkey test --env` inside a codespace tells",
    ),
    (
        Code::DockerUnavailable,
        "The other program that was to be asked as well is not there, or cannot do this test",
        "Go by pullkey's own steps, which need no docker",
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
         Every step of `pullkey test` and of the screens' login test ends with one of these codes. Their spelling is \
         stable.\nThis page is made from the program's own table (`src/domain/verdict/code.rs`) and compared with it \
         by a test.\n\n\
         A step *passes*, *fails* or is *inconclusive*: «could not be tested» is never mixed with «refused», and a \
         pass\nfrom this machine is never sold as a pass from a codespace.\n\n\
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
            assert!(seen.insert(means), "{code:?} says what another says: {means}");
        }
    }

    #[test]
    fn the_page_of_the_documentation_is_the_program_s_own_table() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes.md");
        if std::env::var_os("PULLKEY_WRITE_DOCS").is_some() {
            std::fs::write(file, page()).ok();
        }
        let written = std::fs::read_to_string(file).unwrap_or_default();
        assert!(written == page(), "docs/codes.md is old: PULLKEY_WRITE_DOCS=1 cargo test the_page_of makes it anew");
    }
}
