//! Users, organizations and repositories in GitHub's format, complete to the last link, so that a client meets
//! realistic sizes and fields (GitHub's `OpenAPI` description: `simple-user`, `private-user`, `organization-full`,
//! `full-repository`).

use serde_json::{Map, Value, json};

use super::codespaces::Codespace;
use super::packages::Package;
use super::people::{Account, Org, Permission, Repo, Role};

/// A field, and what follows the repository's own address.
const REPOSITORY_LINKS: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

const USER_LINKS: [(&str, &str); 10] = [
    ("url", ""),
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
];

const ORG_LINKS: [(&str, &str); 7] = [
    ("url", ""),
    ("repos_url", "/repos"),
    ("events_url", "/events"),
    ("hooks_url", "/hooks"),
    ("issues_url", "/issues"),
    ("members_url", "/members{/member}"),
    ("public_members_url", "/public_members{/member}"),
];

/// Links of the API's own description of itself.
const ROOT_LINKS: [(&str, &str); 31] = [
    ("current_user_url", "/user"),
    ("authorizations_url", "/authorizations"),
    ("code_search_url", "/search/code?q={query}{&page,per_page,sort,order}"),
    ("commit_search_url", "/search/commits?q={query}{&page,per_page,sort,order}"),
    ("emails_url", "/user/emails"),
    ("emojis_url", "/emojis"),
    ("events_url", "/events"),
    ("feeds_url", "/feeds"),
    ("followers_url", "/user/followers"),
    ("following_url", "/user/following{/target}"),
    ("gists_url", "/gists{/gist_id}"),
    ("issue_search_url", "/search/issues?q={query}{&page,per_page,sort,order}"),
    ("issues_url", "/issues"),
    ("keys_url", "/user/keys"),
    ("label_search_url", "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}"),
    ("notifications_url", "/notifications"),
    ("organization_url", "/orgs/{org}"),
    ("organization_repositories_url", "/orgs/{org}/repos{?type,page,per_page,sort}"),
    ("organization_teams_url", "/orgs/{org}/teams"),
    ("public_gists_url", "/gists/public"),
    ("rate_limit_url", "/rate_limit"),
    ("repository_url", "/repos/{owner}/{repo}"),
    ("repository_search_url", "/search/repositories?q={query}{&page,per_page,sort,order}"),
    ("current_user_repositories_url", "/user/repos{?type,page,per_page,sort}"),
    ("starred_url", "/user/starred{/owner}{/repo}"),
    ("starred_gists_url", "/gists/starred"),
    ("topic_search_url", "/search/topics?q={query}{&page,per_page}"),
    ("user_url", "/users/{user}"),
    ("user_organizations_url", "/user/orgs"),
    ("user_repositories_url", "/users/{user}/repos{?type,page,per_page,sort}"),
    ("user_search_url", "/search/users?q={query}{&page,per_page,sort,order}"),
];

/// A `root`, the answer to `GET /`.
pub(super) fn root(base: &str) -> Value {
    let mut body = linked(base, &ROOT_LINKS);
    let page = "https://github.com/settings/connections/applications{/client_id}";
    fill(&mut body, json!({ "current_user_authorizations_html_url": page }));
    Value::Object(body)
}

/// A `simple-user`; an organization that owns a repository has this format, too.
pub(super) fn user(base: &str, id: u64, login: &str, kind: &str) -> Value {
    let mut body = linked(&format!("{base}/users/{login}"), &USER_LINKS);
    fill(
        &mut body,
        json!({
            "login": login,
            "id": id,
            "node_id": format!("U_{id}"),
            "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
            "gravatar_id": "",
            "html_url": format!("https://github.com/{login}"),
            "type": kind,
            "site_admin": false,
        }),
    );
    Value::Object(body)
}

/// A `public-user`.
pub(super) fn public_user(base: &str, account: &Account) -> Value {
    public(base, account, "User")
}

/// An organization as returned by `GET /users/ORG`.
pub(super) fn public_org(base: &str, org: &Org) -> Value {
    public(base, &Account { id: org.id, login: org.login.clone() }, "Organization")
}

fn public(base: &str, account: &Account, kind: &str) -> Value {
    let Value::Object(mut body) = user(base, account.id, &account.login, kind) else { return Value::Null };
    fill(
        &mut body,
        json!({
            "name": if account.login == "octocat" { "The Octocat" } else { account.login.as_str() }, "company": null,
            "blog": "", "location": null, "email": null, "hireable": null, "bio": null, "public_repos": 8,
            "public_gists": 0, "followers": 20, "following": 0, "created_at": "2011-01-25T18:44:36Z",
            "updated_at": "2024-01-22T12:26:55Z",
        }),
    );
    Value::Object(body)
}

/// A `private-user`, without what no user here has.
pub(super) fn me(base: &str, account: &Account) -> Value {
    let Value::Object(mut body) = public_user(base, account) else { return Value::Null };
    fill(
        &mut body,
        json!({
            "private_gists": 0, "total_private_repos": 3, "owned_private_repos": 3, "disk_usage": 1024,
            "collaborators": 0, "two_factor_authentication": true,
        }),
    );
    Value::Object(body)
}

/// An `organization-simple`, which has no `type`.
pub(super) fn org_simple(base: &str, org: &Org) -> Value {
    let mut body = linked(&format!("{base}/orgs/{}", org.login), &ORG_LINKS);
    fill(
        &mut body,
        json!({
            "login": org.login,
            "id": org.id,
            "node_id": format!("O_{}", org.id),
            "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", org.id),
            "description": "",
        }),
    );
    Value::Object(body)
}

/// An `organization-full`; only owners see the plan.
pub(super) fn org_full(base: &str, org: &Org) -> Value {
    let Value::Object(mut body) = org_simple(base, org) else { return Value::Null };
    fill(
        &mut body,
        json!({
            "html_url": format!("https://github.com/{}", org.login), "type": "Organization",
            "has_organization_projects": true, "has_repository_projects": true, "public_repos": 3, "public_gists": 0,
            "followers": 20, "following": 0, "created_at": "2008-01-14T04:33:35Z",
            "updated_at": "2024-03-03T18:58:10Z", "archived_at": null,
        }),
    );
    if org.role == Role::Owner {
        fill(&mut body, json!({ "plan": { "name": "team", "space": 976_562_499, "private_repos": 999_999 } }));
    }
    Value::Object(body)
}

/// A `full-repository`; `minimal-repository` is a part of it. API version 2026-03-10 leaves `has_downloads` out.
pub(super) fn repository(base: &str, repo: &Repo, owner: &Value) -> Value {
    let full_name = repo.full_name();
    let html = format!("https://github.com/{full_name}");
    let at = repo.pushed_at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let may = |needed| repo.permission >= needed;
    let mut body = linked(&format!("{base}/repos/{full_name}"), &REPOSITORY_LINKS);
    fill(
        &mut body,
        json!({
            "id": repo.id, "node_id": format!("R_{}", repo.id), "name": repo.name, "full_name": full_name,
            "private": !repo.is_public(), "visibility": repo.visibility.word(), "owner": owner,
            "description": if repo.description.is_empty() { Value::Null } else { json!(repo.description) },
            "fork": false, "archived": repo.archived, "disabled": false, "is_template": false,
            "html_url": html, "clone_url": format!("{html}.git"), "svn_url": html,
            "git_url": format!("git://github.com/{full_name}.git"),
            "ssh_url": format!("git@github.com:{full_name}.git"),
            "created_at": "2021-03-04T09:15:00Z", "updated_at": at, "pushed_at": at,
            "default_branch": "main", "homepage": null, "language": null, "license": null, "mirror_url": null,
            "topics": repo.topics, "size": 108,
        }),
    );
    fill(
        &mut body,
        json!({
            "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false, "has_downloads": true,
            "has_discussions": false, "forks": 0, "forks_count": 0, "open_issues": 0, "open_issues_count": 0,
            "stargazers_count": 0, "watchers": 0, "watchers_count": 0, "network_count": 0, "subscribers_count": 0,
            "permissions": {
                "admin": may(Permission::Admin), "maintain": may(Permission::Maintain),
                "push": may(Permission::Push), "triage": may(Permission::Triage), "pull": may(Permission::Pull),
            },
        }),
    );
    Value::Object(body)
}

fn linked(own: &str, links: &[(&str, &str)]) -> Map<String, Value> {
    links.iter().map(|(field, rest)| ((*field).to_owned(), json!(format!("{own}{rest}")))).collect()
}

fn fill(body: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        body.extend(more);
    }
}

/// A `package`. GitHub sends the visibility `internal`, although its description omits it.
pub(super) fn package(base: &str, package: &Package, owner: &Value, repository: Option<Value>) -> Value {
    let owners = if owner["type"] == "Organization" { "orgs" } else { "users" };
    let (login, kind) = (&package.owner, &package.kind);
    let name = package.name.replace('/', "%2F");
    let at = package.created.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut body = json!({
        "id": package.id, "name": package.name, "package_type": kind, "owner": owner, "version_count": 1,
        "visibility": package.visibility, "url": format!("{base}/{owners}/{login}/packages/{kind}/{name}"),
        "html_url": format!("https://github.com/{owners}/{login}/packages/{kind}/package/{name}"),
        "created_at": at, "updated_at": at,
    });
    // A package without a linked repository has no such field.
    if let Some(repository) = repository {
        body["repository"] = repository;
    }
    body
}

/// A `codespace`, with everything the description requires.
pub(super) fn codespace(base: &str, one: &Codespace, state: &str, repository: &Value) -> Value {
    let owner = user(base, one.owner.id, &one.owner.login, "User");
    let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let url = format!("{base}/user/codespaces/{}", one.name);
    json!({
        "id": one.id, "name": one.name, "display_name": one.display_name,
        "environment_id": format!("26a7c758-7299-4a73-b978-{:012x}", one.id),
        "owner": owner, "billable_owner": owner, "repository": repository,
        "machine": {
            "name": "standardLinux", "display_name": "4 cores, 16 GB RAM, 32 GB storage",
            "operating_system": "linux", "storage_in_bytes": 34_359_738_368_u64,
            "memory_in_bytes": 17_179_869_184_u64, "cpus": 4, "prebuild_availability": null,
        },
        "devcontainer_path": one.devcontainer_path, "prebuild": one.prebuild,
        "created_at": time(one.created), "updated_at": time(one.started), "last_used_at": time(one.started),
        "state": state, "url": url,
        "git_status": {
            "ahead": u8::from(one.unpushed), "behind": 0, "has_unpushed_changes": one.unpushed,
            "has_uncommitted_changes": one.uncommitted, "ref": one.branch,
        },
        "location": "WestEurope", "idle_timeout_minutes": 30,
        "web_url": format!("https://{}.github.dev", one.name), "machines_url": format!("{url}/machines"),
        "start_url": format!("{url}/start"), "stop_url": format!("{url}/stop"),
        "publish_url": format!("{url}/publish"), "pulls_url": null, "recent_folders": [],
        "runtime_constraints": { "allowed_port_privacy_settings": null },
        "pending_operation": one.pending, "pending_operation_disabled_reason": null, "idle_timeout_notice": null,
        "retention_period_minutes": 43_200, "retention_expires_at": time(one.started + chrono::TimeDelta::days(30)),
        "last_known_stop_notice": one.stop_notice,
    })
}
