//! Pagination: reads `Link` headers and decides whether a next page may be followed. It never makes up an address.
//!
//! Source: RFC 8288 and GitHub Docs, “Using pagination in the REST API”.

use std::collections::HashSet;

use http::HeaderMap;
use url::Url;

use crate::domain::{Progress, Untrusted};

use super::GithubError;

/// More pages than any of our listings can have; beyond that a server is sending us in circles.
const MAX_PAGES: usize = 2_000;

/// The pages of one listing: those already read, and where it may continue.
pub(super) struct Pages {
    origin: url::Origin,
    seen: HashSet<Url>,
}

impl Pages {
    pub(super) fn new(first: &Url) -> Self {
        Self { origin: first.origin(), seen: HashSet::from([first.clone()]) }
    }

    /// The page after `current`, by these headers of its answer.
    pub(super) fn next(&mut self, current: &Url, headers: &HeaderMap) -> Result<Option<Url>, GithubError> {
        let Some(target) = relation(headers, "next") else {
            return Ok(None);
        };
        let refused = || GithubError::Origin { next: Untrusted::new(target.clone()) };
        let url = current.join(&target).map_err(|_| refused())?;
        if url.origin() != self.origin {
            return Err(refused());
        }
        if self.seen.len() >= MAX_PAGES || !self.seen.insert(url.clone()) {
            return Err(GithubError::Endless);
        }
        Ok(Some(url))
    }

    /// How far the listing has come with this answer, if there is a next page. The link to the last page gives the
    /// number of pages, which may change while reading.
    pub(super) fn far(&self, headers: &HeaderMap, entries: usize, total: Option<usize>) -> Progress {
        // `next` has just added the page to come.
        let read = self.seen.len() - 1;
        match (last(headers), total) {
            (Some(last), _) => Progress::Pages { read, all: last.max(read + 1) },
            (None, Some(total)) if total > entries => Progress::Entries { read: entries, all: total },
            (None, _) => Progress::SoFar(entries),
        }
    }

    /// The same with the last page, if there were several.
    pub(super) fn end(&self) -> Option<Progress> {
        let read = self.seen.len();
        (read > 1).then_some(Progress::Pages { read, all: read })
    }
}

/// The number of the last page, if a link to it is given and contains one.
fn last(headers: &HeaderMap) -> Option<usize> {
    // Only its number is read, so it does not matter where it leads or whether it is complete.
    let target = relation(headers, "last")?;
    let (_, query) = target.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "page").and_then(|(_, page)| page.parse().ok())
}

/// The target of the link with this relation, in any of the `Link` headers. Commas inside `<…>` do not separate.
fn relation(headers: &HeaderMap, wanted: &str) -> Option<String> {
    headers.get_all(http::header::LINK).iter().filter_map(|value| value.to_str().ok()).find_map(|value| {
        let mut rest = value;
        while let Some(start) = rest.find('<') {
            let (target, after) = rest[start + 1..].split_once('>')?;
            let end = after.find('<').unwrap_or(after.len());
            let (parameters, next) = after.split_at(end);
            if parameters.split([';', ',']).any(|p| is_relation(p, wanted)) {
                return Some(target.to_owned());
            }
            rest = next;
        }
        None
    })
}

fn is_relation(parameter: &str, wanted: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value.trim().trim_matches('"').split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(link: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::LINK, link.parse().unwrap());
        headers
    }

    fn start() -> Url {
        Url::parse("https://api.github.com/x?per_page=100").unwrap()
    }

    #[test]
    fn the_next_page_is_found_among_others() {
        let link = concat!(
            r#"<https://api.github.com/x?page=1>; rel="prev", "#,
            r#"<https://api.github.com/x?a=1,2&page=3>; title="x"; rel="next", "#,
            r#"<https://api.github.com/x?page=9>; rel="last""#,
        );
        let next = Pages::new(&start()).next(&start(), &headers(link)).unwrap().unwrap();
        assert_eq!(next.as_str(), "https://api.github.com/x?a=1,2&page=3");
    }

    #[test]
    fn how_far_it_got_is_told_by_the_link_to_the_last_page_and_never_guessed() {
        let told = |link: &str, entries: usize, total: Option<usize>| {
            let (mut pages, headers) = (Pages::new(&start()), headers(link));
            pages.next(&start(), &headers).unwrap();
            pages.far(&headers, entries, total)
        };
        let link = "</x?per_page=100&page=2>; rel=next, </x?per_page=100&page=5>; rel=last";
        assert_eq!(told(link, 100, Some(450)), Progress::Pages { read: 1, all: 5 });
        let shrunk = "</x?page=2>; rel=next, </x?page=1>; rel=last";
        assert_eq!(told(shrunk, 100, None), Progress::Pages { read: 1, all: 2 }, "there is a next one");
        for cursor in ["</x?after=Y3>; rel=next", "</x?page=2>; rel=next, </x?page=many>; rel=last"] {
            assert_eq!(told(cursor, 100, Some(450)), Progress::Entries { read: 100, all: 450 });
            assert_eq!(told(cursor, 100, Some(7)), Progress::SoFar(100), "more came than GitHub counts");
            assert_eq!(told(cursor, 100, None), Progress::SoFar(100));
        }
        assert_eq!(Pages::new(&start()).end(), None, "one page needs no count");
    }

    #[test]
    fn no_link_is_the_end() {
        assert_eq!(Pages::new(&start()).next(&start(), &HeaderMap::new()).unwrap(), None);
        assert_eq!(
            Pages::new(&start()).next(&start(), &headers("<https://api.github.com/y>; rel=\"last\"")).unwrap(),
            None
        );
        assert_eq!(Pages::new(&start()).next(&start(), &headers("<broken")).unwrap(), None);
    }

    #[test]
    fn a_next_page_on_another_origin_is_refused() {
        for target in ["https://evil.example/x", "http://api.github.com/x", "https://api.github.com:444/x", "//evil/x"]
        {
            let refused = Pages::new(&start()).next(&start(), &headers(&format!("<{target}>; rel=next")));
            assert!(matches!(refused, Err(GithubError::Origin { .. })), "{target}");
        }
    }

    #[test]
    fn going_in_circles_ends() {
        let mut pages = Pages::new(&start());
        let link = headers("</x?per_page=100>; rel=next");
        assert!(matches!(pages.next(&start(), &link), Err(GithubError::Endless)));
    }
}
