//! Activity as rows, newest first. A row is its own key, so the selection stays on its item while others arrive.

use crate::app::filter::contains;
use crate::app::history::Done;
use crate::app::world::World;
use crate::domain::traffic::Exchange;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The headings; never selected.
    Changes,
    Requests,
    /// A change by its number since the start, counted from 0.
    Change(usize),
    /// A request by its number since the start, counted from 0.
    Request(u64),
    /// There is no request, or none matches the filter.
    NoRequest,
}

impl Row {
    pub const fn is_selectable(self) -> bool {
        match self {
            Self::Change(_) | Self::Request(_) => true,
            Self::Changes | Self::Requests | Self::NoRequest => false,
        }
    }

    pub fn change(self, world: &World) -> Option<&Done> {
        let Self::Change(number) = self else { return None };
        world.changes.get(world.changes.len().checked_sub(number + 1)?)
    }

    pub fn exchange(self, world: &World) -> Option<&Exchange> {
        let Self::Request(number) = self else { return None };
        let first = world.totals.requests.saturating_sub(world.exchanges.len() as u64);
        world.exchanges.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }
}

/// All current rows.
pub fn rows(world: &World, filter: &str) -> Vec<Row> {
    let newest = world.totals.requests;
    let writes = world.changes.iter().zip((0..world.changes.len()).rev());
    let told = writes.filter(|(done, _)| contains(&done.text, filter));
    let mut rows: Vec<Row> = told.map(|(_, number)| Row::Change(number)).collect();
    if !rows.is_empty() {
        rows.insert(0, Row::Changes);
    }
    let above = rows.len();
    rows.push(Row::Requests);
    let requests = world.exchanges.iter().rev().zip(0..);
    let found = requests.filter(|(exchange, _)| matches(exchange, filter));
    rows.extend(found.map(|(_, age)| Row::Request(newest.saturating_sub(age + 1))));
    if rows.len() == above + 1 {
        rows.push(Row::NoRequest);
    }
    rows
}

fn matches(exchange: &Exchange, wanted: &str) -> bool {
    contains(&exchange.path, wanted) || contains(exchange.method, wanted) || contains(&answer(exchange), wanted)
}

/// The answer in short: a status, or where it came from.
pub fn answer(exchange: &Exchange) -> String {
    match exchange.status {
        None => "no answer".to_owned(),
        Some(304) => "not modified".to_owned(),
        Some(_) if exchange.cost.points == 0 => "from disk".to_owned(),
        Some(status) => format!("{status} {}", short(status)).trim_end().to_owned(),
    }
}

/// ` of codespaces`: the rate limit it counts against, unless it is the core one.
pub fn on(exchange: &Exchange) -> String {
    let named = exchange.resource.as_ref().filter(|resource| !resource.is_core());
    named.map_or_else(String::new, |resource| format!(" of {resource}"))
}

/// A status in a word. Source: RFC 9110 and the statuses of GitHub's REST API description.
const fn short(status: u16) -> &'static str {
    match status {
        200 => "ok",
        201 => "created",
        202 => "accepted",
        204 => "done",
        301 | 302 | 307 | 308 => "moved",
        401 => "token",
        402 => "payment",
        403 => "refused",
        404 => "missing",
        409 => "conflict",
        422 => "invalid",
        429 => "too many",
        500..=599 => "error",
        _ => "",
    }
}

/// The same in a sentence.
pub fn spelled(exchange: &Exchange) -> String {
    let Some(status) = exchange.status else {
        return "no answer".to_owned();
    };
    let words = match status {
        304 => "unchanged since the last answer, which was read from disk",
        _ if exchange.cost.points == 0 => "read from disk; nothing was sent",
        200 => "ok",
        201 => "created",
        202 => "accepted, in progress",
        204 => "done",
        301 | 302 | 307 | 308 => "moved to another address",
        401 => "GitHub does not accept the token",
        402 => "GitHub requires payment",
        403 => "GitHub refused the request",
        404 => "not found: it does not exist, or you may not see it",
        409 => "conflicts with something else",
        422 => "GitHub could not process the request",
        429 => "too many requests at once",
        500..=599 => "an error on GitHub's side",
        _ => "unexpected answer",
    };
    format!("{words} (status {status})")
}
