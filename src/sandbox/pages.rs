//! Pages as GitHub cuts them: 30 items by default, never more than 100, and a `Link` header only if there is more than
//! one page (docs: “Using pagination in the REST API”).

use std::fmt::Write as _;

use http::header;

use super::call::Call;
use super::reply::Reply;

const DEFAULT: usize = 30;
const CAP: usize = 100;

/// One page of a listing, and the header with links to the others.
#[derive(Debug)]
pub(super) struct Page<'a, T> {
    pub(super) items: &'a [T],
    link: Option<String>,
}

impl<T> Page<'_, T> {
    /// Adds the `Link` header to the response, if there is one.
    pub(super) fn link(self, reply: Reply) -> Reply {
        match self.link {
            Some(link) => reply.with(header::LINK, link),
            None => reply,
        }
    }
}

/// `path` is the path the links point to; GitHub's own links name owners by id.
pub(super) fn cut<'a, T>(call: &Call, path: &str, items: &'a [T]) -> Page<'a, T> {
    let size = number(call, "per_page").map_or(DEFAULT, |size| size.min(CAP));
    let page = number(call, "page").unwrap_or(1);
    let last = items.len().div_ceil(size).max(1);
    let from = page.saturating_sub(1).saturating_mul(size).min(items.len());
    let to = from.saturating_add(size).min(items.len());
    Page { items: &items[from..to], link: (last > 1).then(|| links(call, path, page, last)) }
}

fn number(call: &Call, name: &str) -> Option<usize> {
    call.query(name).and_then(|text| text.parse().ok()).filter(|&number| number > 0)
}

fn links(call: &Call, path: &str, page: usize, last: usize) -> String {
    let mut out = String::new();
    let mut add = |page: usize, rel: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in call.query.iter().filter(|(key, _)| key != "page") {
            query.append_pair(key, value);
        }
        query.append_pair("page", &page.to_string());
        let comma = if out.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(out, "{comma}<{}{path}?{}>; rel=\"{rel}\"", call.base, query.finish());
    };
    if page > 1 {
        add(page.saturating_sub(1).min(last), "prev");
    }
    if page < last {
        add(page + 1, "next");
        add(last, "last");
    }
    if page > 1 {
        add(1, "first");
    }
    out
}
