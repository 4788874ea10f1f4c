//! GitHub's responses to too many requests (docs: “Rate limits for the REST API”, “Exceeding the rate limit”).

use http::{HeaderName, StatusCode, header};
use serde_json::json;

use super::super::call::Call;
use super::super::limits::{Hit, Resource};
use super::super::reply::Reply;
use super::super::world::State;
use super::VERSIONS;

const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. \
                         If you reach out to GitHub Support for help, please include the request ID.";

/// Both statuses are documented, so both occur: 429 for too many concurrent requests and for continuing while blocked,
/// 403 for the others.
pub(super) fn refused(state: &State, hit: Hit) -> Reply {
    match hit {
        Hit::Points | Hit::Content => secondary(state),
        Hit::AtOnce | Hit::StillBlocked => too_many(state),
    }
}

pub(in super::super) fn secondary(state: &State) -> Reply {
    slow_down(state, StatusCode::FORBIDDEN)
}

pub(in super::super) fn too_many(state: &State) -> Reply {
    slow_down(state, StatusCode::TOO_MANY_REQUESTS)
}

fn slow_down(state: &State, status: StatusCode) -> Reply {
    Reply::refusal(status, SECONDARY).with(header::RETRY_AFTER, state.limits.retry_after().to_string())
}

/// The hourly budget is spent; the headers state until when.
pub(super) fn spent(user: u64) -> Reply {
    let message = if user == 0 {
        "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate \
         limit. Check out the documentation for more details.)"
            .to_owned()
    } else {
        format!(
            "API rate limit exceeded for user ID {user}. If you reach out to GitHub Support for help, please \
                 include the request ID."
        )
    };
    Reply::forbidden(&message)
}

/// As if the budget were spent, whatever is left of it.
pub(in super::super) fn primary(state: &State) -> Reply {
    spent(state.account().id).with(HeaderName::from_static("x-ratelimit-remaining"), "0")
}

/// `GET /rate_limit`: it does not list `codespaces`. `rate` is absent from version 2026-03-10 on.
pub(super) fn overview(state: &mut State, call: &Call, user: u64) -> Reply {
    let budget = state.limits.budget(user, Resource::Core, chrono::Utc::now());
    let reset = budget.reset;
    let core = json!({ "limit": budget.limit, "used": budget.used, "remaining": budget.remaining(), "reset": reset });
    let search = json!({ "limit": 30, "used": 0, "remaining": 30, "reset": reset });
    let graphql = json!({ "limit": 5000, "used": 0, "remaining": 5000, "reset": reset });
    let mut body = json!({ "resources": { "core": core, "search": search, "graphql": graphql } });
    if call.header("x-github-api-version") != Some(VERSIONS[1]) {
        body["rate"] = body["resources"]["core"].clone();
    }
    Reply::ok(&body)
}
