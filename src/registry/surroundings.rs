//! The settings of this machine that change how registries are reached. They are passed in: nothing here reads the
//! environment.

use std::net::SocketAddr;

use thiserror::Error;
use url::Url;

use crate::domain::this_machine::is_url_here;

/// The settings; the default is a machine without any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The variable that adds custom CAs, which a codespace does not have.
    pub trust: Option<String>,
    /// The variable that names a proxy.
    pub proxy: Option<String>,
    /// Used in place of Amazon's API; loopback or https only.
    pub ecr_endpoint: Option<Url>,
    /// This machine is a codespace.
    pub is_codespace: bool,
    /// Answers in place of every host that is not loopback; itself on loopback.
    pub stand_in: Option<SocketAddr>,
}

/// Why a setting was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SurroundingsFault {
    #[error("PULLKEY_ECR_ENDPOINT must begin with https://, or be an address on this machine")]
    EcrEndpoint,
    #[error("PULLKEY_REGISTRY_STAND_IN must be an address on this machine, such as 127.0.0.1:5000")]
    StandIn,
}

impl Surroundings {
    /// Reads them from variables, each looked up by name. A blank one counts as unset.
    pub fn of<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Result<Self, SurroundingsFault> {
        let first = |names: &[&str]| names.iter().find(|name| variable(name).is_some()).map(|&name| name.to_owned());
        let ecr_endpoint = variable("PULLKEY_ECR_ENDPOINT").map(|text| {
            let url = Url::parse(text.trim()).map_err(|_| SurroundingsFault::EcrEndpoint)?;
            let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_url_here(&url));
            is_safe.then_some(url).ok_or(SurroundingsFault::EcrEndpoint)
        });
        let stand_in = variable("PULLKEY_REGISTRY_STAND_IN").map(|text| {
            let address: SocketAddr = text.trim().parse().map_err(|_| SurroundingsFault::StandIn)?;
            let is_near = Url::parse(&format!("http://{address}")).is_ok_and(|url| is_url_here(&url));
            is_near.then_some(address).ok_or(SurroundingsFault::StandIn)
        });
        Ok(Self {
            trust: first(&["SSL_CERT_FILE", "SSL_CERT_DIR"]),
            proxy: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
            ecr_endpoint: ecr_endpoint.transpose()?,
            is_codespace: variable("CODESPACES") == Some("true"),
            stand_in: stand_in.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &'static str) -> Result<Surroundings, SurroundingsFault> {
        Surroundings::of(|asked| (asked == name).then_some(value))
    }

    #[test]
    fn an_endpoint_of_one_s_own_is_safe_or_refused() {
        for good in ["https://ecr.example/", "http://127.0.0.1:5555", "http://localhost:1/", "http://[::1]:1"] {
            assert!(of("PULLKEY_ECR_ENDPOINT", good).is_ok_and(|s| s.ecr_endpoint.is_some()), "{good}");
        }
        for bad in ["http://ecr.example/", "ftp://127.0.0.1/", "127.0.0.1:5555", "x"] {
            assert_eq!(of("PULLKEY_ECR_ENDPOINT", bad), Err(SurroundingsFault::EcrEndpoint), "{bad}");
        }
        assert!(of("PULLKEY_REGISTRY_STAND_IN", "127.0.0.1:5000").is_ok());
        for bad in ["10.0.0.1:5000", "localhost:5000", "127.0.0.1"] {
            assert_eq!(of("PULLKEY_REGISTRY_STAND_IN", bad), Err(SurroundingsFault::StandIn), "{bad}");
        }
    }

    #[test]
    fn the_variable_that_counts_is_named() {
        assert_eq!(of("all_proxy", "http://p:1").map(|s| s.proxy), Ok(Some("all_proxy".to_owned())));
        assert_eq!(of("SSL_CERT_FILE", "/x").map(|s| s.trust), Ok(Some("SSL_CERT_FILE".to_owned())));
        assert!(of("CODESPACES", "true").is_ok_and(|s| s.is_codespace));
        assert_eq!(of("CODESPACES", "false"), Ok(Surroundings::default()));
        assert_eq!(of("OTHER", "x"), Ok(Surroundings::default()));
    }
}
