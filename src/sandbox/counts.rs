//! Counts the requests so far by method, path and status, with their cost. Refuses nothing.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

#[derive(Debug, Default)]
pub(super) struct Counts {
    /// `GET /repos/{owner}/{repo}/codespaces/secrets`, with how often each status was returned; 0 is a cut connection.
    requests: BTreeMap<String, BTreeMap<u16, u64>>,
    points: u64,
    /// Requests that cost budget.
    charged: u64,
    /// Requests refused by a limit. Those refused by a fault are not counted: the client did not cause them.
    limit_answers: u64,
    peak_at_once: usize,
}

impl Counts {
    pub(super) fn arrived(&mut self, points: u32, at_once: usize) {
        self.points += u64::from(points);
        self.peak_at_once = self.peak_at_once.max(at_once);
    }

    pub(super) fn charged(&mut self) {
        self.charged += 1;
    }

    pub(super) fn limited(&mut self) {
        self.limit_answers += 1;
    }

    pub(super) fn answered(&mut self, method: &Method, path: &str, status: Option<u16>) {
        let line = format!("{method} {}", template(path));
        *self.requests.entry(line).or_default().entry(status.unwrap_or_default()).or_default() += 1;
    }

    pub(super) fn limit_answers(&self) -> u64 {
        self.limit_answers
    }

    pub(super) fn total_points(&self) -> u64 {
        self.points
    }

    pub(super) fn budget_spent(&self) -> u64 {
        self.charged
    }

    pub(super) fn peak_at_once(&self) -> usize {
        self.peak_at_once
    }

    pub(super) fn json(&self) -> Value {
        let total: u64 = self.requests.values().flat_map(BTreeMap::values).sum();
        json!({
            "total": total,
            "requests": self.requests,
            "points": self.points,
            "primary_used": self.charged,
            "limit_answers": self.limit_answers,
            "peak_concurrency": self.peak_at_once,
        })
    }
}

/// The path with names and numbers replaced by placeholders.
fn template(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut out = String::new();
    let mut before = ["", ""];
    for part in path.split('/').skip(1) {
        let word = match before {
            ["repos", "{owner}"] => "{repo}",
            [_, "repos"] => "{owner}",
            [_, "orgs"] => "{org}",
            [_, "users" | "members"] => "{login}",
            [_, "repositories" | "organizations"] => "{id}",
            [_, "secrets"] if part != "public-key" => "{name}",
            [_, "codespaces"] if part != "secrets" => "{codespace}",
            _ => part,
        };
        out.push('/');
        out.push_str(word);
        before = [before[1], word];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_without_names() {
        for (path, expected) in [
            ("/", "/"),
            ("/user/repos?page=2", "/user/repos"),
            ("/user/codespaces/secrets", "/user/codespaces/secrets"),
            ("/user/codespaces/secrets/A/repositories/7", "/user/codespaces/secrets/{name}/repositories/{id}"),
            ("/repos/acme/api", "/repos/{owner}/{repo}"),
            ("/repos/acme/codespaces/codespaces/secrets", "/repos/{owner}/{repo}/codespaces/secrets"),
            ("/repos/a/b/codespaces/secrets/public-key", "/repos/{owner}/{repo}/codespaces/secrets/public-key"),
            ("/orgs/acme/repos", "/orgs/{org}/repos"),
            ("/organizations/9/codespaces/secrets", "/organizations/{id}/codespaces/secrets"),
            ("/orgs/a/members/b/codespaces/c/stop", "/orgs/{org}/members/{login}/codespaces/{codespace}/stop"),
            ("/user/codespaces/fluffy/start", "/user/codespaces/{codespace}/start"),
        ] {
            assert_eq!(template(path), expected);
        }
    }
}
