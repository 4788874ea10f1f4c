//! Faults injected at chosen requests. Faults are only described and counted here; `front` carries them out.

use std::str::FromStr;
use std::time::Duration;

use http::Method;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `None` is any method.
    pub method: Option<Method>,
    /// Part of the request's path with its query.
    pub path_contains: String,
    /// The first matching request it affects, from 1.
    pub nth: usize,
    /// How many matching requests in a row it affects.
    pub times: usize,
    pub kind: FaultKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// This status with a body in GitHub's format, and no effect.
    Status(u16),
    /// This status with a body in GitHub's format and this message, and no effect.
    Says(u16, String),
    /// This status with a gateway's HTML page, and no effect.
    Html(u16),
    /// The connection is closed without a response and without an effect.
    DropBefore,
    /// The effect happens, then the connection is closed without a response.
    DropAfter,
    /// The keys are replaced first, so that a value sealed before is refused with 422.
    BadKey,
    /// 403 “Resource not accessible by personal access token”, and no effect.
    Forbidden,
    /// The effect happens, and half of the response body arrives.
    TruncatedJson,
    /// Waits this long, then continues as usual.
    Slow(Duration),
    /// 302 to this URL, and no effect.
    Redirect(String),
    /// 401 “Bad credentials”, and no effect.
    Unauthorized,
    /// 403 with `Retry-After` that names a secondary rate limit, and no effect.
    SecondaryLimit,
    /// 429 with `Retry-After` that names a secondary rate limit, and no effect.
    TooManyRequests,
    /// 403 with nothing remaining of the hourly budget, and no effect.
    PrimaryLimit,
    /// 403 with `X-GitHub-SSO: required`, and no effect.
    Sso,
    /// This status with `{}` and no reason, and no effect; recorded with 401 and 404.
    Bare(u16),
    /// This status with the JSON content type and an empty body, and no effect; recorded with 500.
    Empty(u16),
    /// Half of a list's items are missing, while `total_count` still counts them and there is no `Link` to more.
    ShortList,
}

impl Fault {
    /// Affects only the `nth` matching request.
    pub fn once(method: Method, path_contains: &str, nth: usize, kind: FaultKind) -> Self {
        Self { method: Some(method), path_contains: path_contains.to_owned(), nth, times: 1, kind }
    }

    /// Affects the `nth` of all requests, from 1.
    pub fn nth(nth: usize, kind: FaultKind) -> Self {
        Self { method: None, path_contains: String::new(), nth, times: 1, kind }
    }

    /// Affects every matching request.
    pub fn always(path_contains: &str, kind: FaultKind) -> Self {
        Self { method: None, path_contains: path_contains.to_owned(), nth: 1, times: usize::MAX, kind }
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method) && path.contains(&self.path_contains)
    }
}

/// Why the text of a fault is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultSyntax {
    #[error("a fault is METHOD:PATH:NTH:KIND or nth:K:KIND, such as PUT:_SERVER:1:500 or nth:7:drop-after")]
    Shape,
    #[error("unknown method {0:?}, use GET, PUT, POST, DELETE or *")]
    Method(String),
    #[error("{0:?} is not a position, use 1 for the first, 2x3 for three from the second, 1+ for all from the first")]
    Nth(String),
    #[error(
        "unknown kind {0:?}, use a status (500), html, html=STATUS, drop-before, drop-after, bad-key, forbidden, \
         unauthorized, secondary, too-many, primary, sso, short-list, bare=404, \
         empty=500, truncated, slow=2s or redirect=URL"
    )]
    Kind(String),
}

impl FromStr for Fault {
    type Err = FaultSyntax;

    /// `METHOD:PATH:NTH:KIND`, where `PATH` is part of the path and contains no colon; or `nth:K:KIND` for the K-th of
    /// all requests.
    fn from_str(text: &str) -> Result<Self, FaultSyntax> {
        if let Some(rest) = text.strip_prefix("nth:") {
            let (nth, kind) = rest.split_once(':').ok_or(FaultSyntax::Shape)?;
            let (nth, times) = position(nth).ok_or_else(|| FaultSyntax::Nth(nth.to_owned()))?;
            let kind = kind_of(kind).ok_or_else(|| FaultSyntax::Kind(kind.to_owned()))?;
            return Ok(Self { times, ..Self::nth(nth, kind) });
        }
        let mut parts = text.splitn(4, ':');
        let (Some(method), Some(path), Some(nth), Some(kind)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(FaultSyntax::Shape);
        };
        let method = match method {
            "*" | "" => None,
            "GET" | "PUT" | "POST" | "DELETE" | "HEAD" | "PATCH" => {
                Some(Method::from_str(method).map_err(|_| FaultSyntax::Method(method.to_owned()))?)
            }
            other => return Err(FaultSyntax::Method(other.to_owned())),
        };
        let (nth, times) = position(nth).ok_or_else(|| FaultSyntax::Nth(nth.to_owned()))?;
        let kind = kind_of(kind).ok_or_else(|| FaultSyntax::Kind(kind.to_owned()))?;
        Ok(Self { method, path_contains: path.to_owned(), nth, times, kind })
    }
}

fn position(text: &str) -> Option<(usize, usize)> {
    let (nth, times) = if let Some(nth) = text.strip_suffix('+') {
        (nth.parse().ok()?, usize::MAX)
    } else if let Some((nth, times)) = text.split_once('x') {
        (nth.parse().ok()?, times.parse().ok()?)
    } else {
        (text.parse().ok()?, 1)
    };
    (nth > 0 && times > 0).then_some((nth, times))
}

fn kind_of(text: &str) -> Option<FaultKind> {
    let (word, argument) = match text.split_once('=') {
        Some((word, argument)) => (word, Some(argument)),
        None => (text, None),
    };
    Some(match (word, argument) {
        ("html", None) => FaultKind::Html(502),
        ("html", Some(status)) => FaultKind::Html(status_of(status)?),
        ("drop-before", None) => FaultKind::DropBefore,
        ("drop-after", None) => FaultKind::DropAfter,
        ("bad-key", None) => FaultKind::BadKey,
        ("forbidden", None) => FaultKind::Forbidden,
        ("unauthorized", None) => FaultKind::Unauthorized,
        ("truncated", None) => FaultKind::TruncatedJson,
        ("secondary", None) => FaultKind::SecondaryLimit,
        ("too-many", None) => FaultKind::TooManyRequests,
        ("primary", None) => FaultKind::PrimaryLimit,
        ("sso", None) => FaultKind::Sso,
        ("short-list", None) => FaultKind::ShortList,
        ("says", Some(answer)) => {
            let (status, words) = answer.split_once(',')?;
            FaultKind::Says(status_of(status)?, words.to_owned())
        }
        ("bare", Some(status)) => FaultKind::Bare(status_of(status)?),
        ("empty", Some(status)) => FaultKind::Empty(status_of(status)?),
        ("slow", Some(wait)) => FaultKind::Slow(duration(wait)?),
        ("redirect", Some(url)) => FaultKind::Redirect(url.to_owned()),
        (status, None) => FaultKind::Status(status_of(status)?),
        (_, Some(_)) => return None,
    })
}

/// A final status: 1xx would keep the client waiting.
fn status_of(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (200..=599).contains(status))
}

/// `50ms`, `2s`, `1.5s`, at most an hour.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    (0.0..=3600.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

/// The remaining faults, each with the number of matching requests so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Fault, usize)>);

impl Faults {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(faults.into_iter().map(|fault| (fault, 0)).collect())
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push((fault, 0));
    }

    /// Every fault counts the request; the first one that is due takes effect.
    pub(super) fn strike(&mut self, method: &Method, path: &str) -> Option<FaultKind> {
        let mut due = None;
        for (fault, seen) in &mut self.0 {
            if fault.matches(method, path) {
                *seen += 1;
                let is_due = *seen >= fault.nth && *seen - fault.nth < fault.times;
                if is_due && due.is_none() {
                    due = Some(fault.kind.clone());
                }
            }
        }
        due
    }
}
