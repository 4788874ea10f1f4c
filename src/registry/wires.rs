//! The three clients below [`super::client::Client`]: plain http and https to this machine, https to everywhere else.
//!
//! Each is created when it is first needed, so that a machine without a CA bundle can still test a local registry. The
//! two for this machine use no name server and no proxy: any name they are given leads to loopback.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use super::client::place;
use super::trouble::{Trouble, root_words};
use crate::domain::this_machine::{LOOPBACK, is_url_here};
use crate::domain::{Code, Untrusted};

type Wire = OnceLock<Result<reqwest::Client, String>>;

#[derive(Default)]
pub(super) struct Wires {
    /// Plain http, for this machine only; never through a proxy.
    plain: Wire,
    /// https to this machine; never through a proxy.
    near: Wire,
    /// https, through the system's proxy if there is one.
    far: Wire,
    /// Knows which addresses go through a proxy; the same matcher that reqwest uses.
    proxies: OnceLock<Matcher>,
    /// Resolves names in place of the system, in tests.
    names: Option<Arc<dyn Resolve>>,
}

impl std::fmt::Debug for Wires {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wires").finish_non_exhaustive()
    }
}

impl Wires {
    /// The client for an address; an error for plain http to anything but this machine.
    pub(super) fn wire(&self, url: &Url) -> Result<&reqwest::Client, Trouble> {
        match (url.scheme(), is_url_here(url)) {
            ("http", true) => self.plain(),
            ("http", false) => Err(Trouble::new(
                Code::PlainHttp,
                format!("{} would be reached over plain http, which anyone on the way can read", place(url)),
            )),
            (_, true) => made(self.near.get_or_init(|| tls_wire(self.builder().no_proxy().dns_resolver(Here)))),
            (_, false) => made(self.far.get_or_init(|| tls_wire(self.builder()))),
        }
    }

    /// The client that trusts no CA and reads none of the machine's certificates.
    pub(super) fn plain(&self) -> Result<&reqwest::Client, Trouble> {
        let make = || {
            let builder = without_roots(self.builder().no_proxy().dns_resolver(Here))?;
            builder.build().map_err(|fault| root_words(&fault))
        };
        made(self.plain.get_or_init(make))
    }

    pub(super) fn proxies(&self) -> &Matcher {
        self.proxies.get_or_init(Matcher::from_system)
    }

    /// The same with these name servers.
    #[cfg(test)]
    pub(super) fn with_names(names: Arc<dyn Resolve>) -> Self {
        Self { names: Some(names), ..Self::default() }
    }

    fn builder(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // Accepted by Go's client, and so by docker.
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .tls_info(true)
            .user_agent(concat!("pullkey/", env!("CARGO_PKG_VERSION")));
        match &self.names {
            Some(names) => builder.dns_resolver(Arc::clone(names)),
            None => builder,
        }
    }
}

/// Resolves every name to this machine. RFC 6761 §6.3.
struct Here;

impl Resolve for Here {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(LOOPBACK.into_iter().map(|ip| SocketAddr::new(ip, 0)));
        Box::pin(async { Ok(addresses) })
    }
}

fn made(wire: &Result<reqwest::Client, String>) -> Result<&reqwest::Client, Trouble> {
    wire.as_ref().map_err(|why| {
        let why = Untrusted::new(why.as_str()).shown();
        Trouble::new(Code::TlsUntrusted, format!("cannot set up TLS on this machine: {why}"))
    })
}

fn without_roots(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|fault| fault.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(tls))
}

/// By default reqwest uses the platform's trust store (on Linux with `SSL_CERT_FILE`, `SSL_CERT_DIR`), and the
/// process's default cryptography provider, which another client may have set.
fn tls_wire(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _another_thread_was_first = rustls::crypto::ring::default_provider().install_default();
    }
    builder.build().map_err(|fault| root_words(&fault))
}
