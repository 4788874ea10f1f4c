//! Checks whole lists against `gh`: 300 secrets over the three levels, each for 0 to 350 repositories. What `gh api
//! --paginate` reads page by page, and pullkey's JSON, name the same secrets and repositories.

use std::collections::{BTreeMap, BTreeSet};

use pullkey::sandbox::{Options, Scale, Selected};
use serde_json::Value;

use super::gh::Both;

/// Secrets by name, each with its repositories; `None` where the level has no list.
type Held = BTreeMap<String, Option<BTreeSet<(u64, String)>>>;

fn world() -> Options {
    let scale = Scale {
        repos: 350,
        org_repos: 350,
        secrets: 100,
        org_secrets: 100,
        repo_secrets: 100,
        selected: Some(Selected { least: 0, most: 350 }),
        each: false,
    };
    Options { scale, ..Options::default() }
}

/// The pages of one list, put together.
fn pages(both: &Both, path: &str, key: &str) -> Vec<Value> {
    let text = both.gh(&["api", "--paginate", &format!("{path}?per_page=100")]);
    let documents = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    documents.flat_map(|page| page.expect("JSON")[key].as_array().cloned().expect("a list")).collect()
}

fn repository(value: &Value) -> (u64, String) {
    (value["id"].as_u64().expect("an id"), value["full_name"].as_str().expect("a name").to_owned())
}

fn by_gh(both: &Both, path: &str) -> Held {
    let secrets = pages(both, path, "secrets");
    let held = secrets.into_iter().map(|secret| {
        let name = secret["name"].as_str().expect("a name").to_owned();
        let selected = secret["visibility"] == "selected";
        let list = selected.then(|| pages(both, &format!("{path}/{name}/repositories"), "repositories"));
        (name, list.map(|list| list.iter().map(repository).collect()))
    });
    held.collect()
}

fn by_pullkey(both: &Both, scope: &[&str]) -> Held {
    let listing = both.listed(scope);
    assert_eq!(listing["complete"], true);
    let members = listing["credentials"].as_array().expect("credentials").iter().flat_map(|credential| {
        let members = credential["members"].as_object().expect("members");
        members.values().filter(|member| !member.is_null()).cloned().collect::<Vec<_>>()
    });
    let other = listing["other_secrets"].as_array().expect("others").iter().cloned();
    let held = members.chain(other).map(|secret| {
        let access = &secret["access"];
        assert_eq!(access["complete"], true, "{secret}");
        let list = access["repositories"].as_array().expect("repositories").iter().map(repository).collect();
        let name = secret["name"].as_str().expect("a name").to_owned();
        (name, (access["kind"] == "selected").then_some(list))
    });
    held.collect()
}

#[test]
fn gh_and_pullkey_name_the_same_secrets_and_repositories() {
    let Some(both) = Both::on(world()) else { return };
    let mut secrets = 0;
    let mut sizes = BTreeSet::new();
    for (path, scope) in [
        ("user/codespaces/secrets", &["--user"][..]),
        ("repos/acme/api/codespaces/secrets", &["--repo", "acme/api"]),
        ("orgs/acme/codespaces/secrets", &["--org", "acme"]),
    ] {
        let (gh, pullkey) = (by_gh(&both, path), by_pullkey(&both, scope));
        assert_eq!(gh.keys().collect::<Vec<_>>(), pullkey.keys().collect::<Vec<_>>(), "{path}: the names");
        for (name, repositories) in &gh {
            assert_eq!(repositories, &pullkey[name], "{path}: {name}");
            sizes.extend(repositories.as_ref().map(BTreeSet::len));
        }
        secrets += gh.len();
    }
    println!("{secrets} secrets, lists of {:?} to {:?} repositories", sizes.first(), sizes.last());
    assert!(secrets >= 300, "{secrets}");
    assert!(sizes.first() == Some(&0) && sizes.last() == Some(&350), "{sizes:?}");
}
