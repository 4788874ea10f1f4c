//! Amazon ECR hosts: the account and region in a registry's name, and where its tokens come from.
//!
//! It only looks at names and makes no requests.

/// A parsed Amazon ECR registry host. Grammar: botocore's endpoint rules and amazon-ecr-credential-helper's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrHost {
    /// Twelve digits.
    pub account: String,
    pub region: String,
    pub fips: bool,
    /// The partition's domain, such as `amazonaws.com`.
    pub suffix: String,
}

/// The domains of registries, each with the domain of its partition's API: `api.ecr[-fips].REGION.` and the same domain
/// (`None`), or for dual-stack hosts `ecr[-fips].REGION.` and this one. Source: botocore's `ecr` endpoint rules.
const SUFFIXES: [(&str, Option<&str>); 10] = [
    ("amazonaws.com", None),
    ("amazonaws.com.cn", None),
    ("amazonaws.eu", None),
    ("on.aws", Some("api.aws")),
    ("on.amazonwebservices.com.cn", Some("api.amazonwebservices.com.cn")),
    ("on.amazonwebservices.eu", Some("api.amazonwebservices.eu")),
    ("c2s.ic.gov", None),
    ("sc2s.sgov.gov", None),
    ("cloud.adc-e.uk", None),
    ("csp.hci.ic.gov", None),
];

impl EcrHost {
    /// Parses a lower-case host.
    pub fn parse(host: &str) -> Option<Self> {
        let (account, rest) = host.split_once('.')?;
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let rest = rest.strip_prefix("dkr.ecr").or_else(|| rest.strip_prefix("dkr-ecr"))?;
        let (fips, rest) = rest.strip_prefix("-fips").map_or((false, rest), |rest| (true, rest));
        let (region, suffix) = rest.strip_prefix('.')?.split_once('.')?;
        if !is_region(region) || !SUFFIXES.iter().any(|(known, _)| *known == suffix) {
            return None;
        }
        Some(Self { account: account.to_owned(), region: region.to_owned(), fips, suffix: suffix.to_owned() })
    }

    /// The host of the API that issues tokens for this registry.
    pub fn api_host(&self) -> String {
        let Self { region, suffix, .. } = self;
        let fips = if self.fips { "-fips" } else { "" };
        match SUFFIXES.iter().find(|(known, _)| known == suffix).and_then(|(_, dual)| *dual) {
            Some(dual) => format!("ecr{fips}.{region}.{dual}"),
            None => format!("api.ecr{fips}.{region}.{suffix}"),
        }
    }
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`: two to four letters, words, a number.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [first, words @ .., number] = parts.as_slice() else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    (2..=4).contains(&first.len())
        && is_word(first)
        && !words.is_empty()
        && words.iter().all(|word| is_word(word))
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_form_of_an_ecr_host_is_taken_apart() {
        for (host, region, fips, suffix) in [
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "us-east-1", false, "amazonaws.com"),
            ("123456789012.dkr-ecr.us-west-2.on.aws", "us-west-2", false, "on.aws"),
            ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", true, "amazonaws.com"),
            ("123456789012.dkr-ecr-fips.us-east-2.on.aws", "us-east-2", true, "on.aws"),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", false, "amazonaws.com.cn"),
            (
                "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                "cn-north-1",
                false,
                "on.amazonwebservices.com.cn",
            ),
            ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", false, "c2s.ic.gov"),
            ("123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", false, "sc2s.sgov.gov"),
            ("123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1", false, "cloud.adc-e.uk"),
            ("123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1", false, "csp.hci.ic.gov"),
            ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", false, "amazonaws.eu"),
        ] {
            let ecr = EcrHost::parse(host).unwrap();
            assert_eq!((ecr.account.as_str(), ecr.region.as_str()), ("123456789012", region), "{host}");
            assert_eq!((ecr.fips, ecr.suffix.as_str()), (fips, suffix), "{host}");
        }
    }

    #[test]
    fn what_only_looks_like_ecr_is_none() {
        for host in [
            "public.ecr.aws",
            "api.ecr.us-east-1.amazonaws.com",
            "dkr.ecr.us-east-1.amazonaws.com",
            "12345678901.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.example.com",
            "123456789012.dkr.ecr.amazonaws.com",
            "123456789012.dkr.ecr.useast1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com:443",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.example",
        ] {
            assert_eq!(EcrHost::parse(host), None, "{host}");
        }
    }

    #[test]
    fn tokens_come_from_the_api_of_the_registry_s_own_kind() {
        for (host, api) in [
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "api.ecr.us-east-1.amazonaws.com"),
            ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "api.ecr-fips.us-gov-west-1.amazonaws.com"),
            ("123456789012.dkr-ecr.us-west-2.on.aws", "ecr.us-west-2.api.aws"),
            ("123456789012.dkr-ecr-fips.us-east-2.on.aws", "ecr-fips.us-east-2.api.aws"),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "api.ecr.cn-north-1.amazonaws.com.cn"),
            (
                "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                "ecr.cn-north-1.api.amazonwebservices.com.cn",
            ),
            ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "api.ecr.eusc-de-east-1.amazonaws.eu"),
            ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "api.ecr.us-iso-east-1.c2s.ic.gov"),
        ] {
            assert_eq!(EcrHost::parse(host).unwrap().api_host(), api, "{host}");
        }
    }
}
