//! Turns names, patterns and topics into repositories: a few names are looked up directly, everything else in the full
//! list.
//!
//! It refuses a pattern that matches nothing, and a pattern over an incomplete list, which would silently match fewer
//! repositories than were requested.

use futures_util::future::try_join_all;

use crate::domain::pattern::Wanted;
use crate::domain::{OrgName, Problem, RepoName, Repository};
use crate::github::{Client, RepoRecord};

use super::problems::explain;
use super::repositories::repository;

/// With more names than this, the full list is read once instead of requesting each name.
const FEW: usize = 30;

/// Which repositories are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub wanted: Vec<Wanted>,
    pub topics: Vec<String>,
}

impl Choice {
    /// Whether every repository was named. If not, show the matches before using them.
    pub fn is_by_name(&self) -> bool {
        self.topics.is_empty() && self.wanted.iter().all(|wanted| matches!(wanted, Wanted::Name(_)))
    }

    pub const fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.topics.is_empty()
    }

    /// The first name or pattern that cannot be a repository of this organization.
    pub fn foreign_to(&self, org: &OrgName) -> Option<&Wanted> {
        self.wanted.iter().find(|wanted| {
            let owner = match wanted {
                Wanted::Name(name) => Some(name.owner()),
                Wanted::Pattern(pattern) => pattern.owner(),
            };
            owner.is_some_and(|owner| !owner.eq_ignore_ascii_case(org.as_str()))
        })
    }
}

/// The chosen repositories without duplicates: of one organization, or of all the user can access.
///
/// Names come in the order given, followed by the matches of patterns and topics, sorted by name.
pub async fn choose(gh: &Client, org: Option<&OrgName>, choice: &Choice) -> Result<Vec<Repository>, Problem> {
    if let Some(org) = org {
        belongs(org, choice)?;
    }
    let names: Vec<&RepoName> = choice.wanted.iter().filter_map(name_of).collect();
    let records =
        if choice.is_by_name() && names.len() <= FEW { Vec::new() } else { catalogue(gh, org, choice).await? };
    let by_name = names.into_iter().map(|name| {
        let known = records.iter().find(|record| name.is_same(record.full_name.raw())).cloned();
        async move {
            match known {
                Some(record) => Ok(record.into_repository()),
                // Renamed repositories are found under their old name only if requested by it.
                None => repository(gh, name).await,
            }
        }
    });
    let mut chosen: Vec<Repository> = try_join_all(by_name).await?;
    let mut found: Vec<&RepoRecord> = Vec::new();
    for wanted in choice.wanted.iter().filter(|wanted| name_of(wanted).is_none()) {
        let of = |record: &RepoRecord| wanted.is_match(record.full_name.raw());
        take(&records, of, &mut found).ok_or_else(|| nothing(&format!("the pattern {wanted}"), org))?;
    }
    for topic in &choice.topics {
        let of = |record: &RepoRecord| record.topics.iter().any(|own| own.eq_ignore_ascii_case(topic));
        take(&records, of, &mut found).ok_or_else(|| nothing(&format!("the topic {topic}"), org))?;
    }
    found.sort_by_cached_key(|record| record.full_name.raw().to_ascii_lowercase());
    chosen.extend(found.into_iter().cloned().map(RepoRecord::into_repository));
    let mut seen = std::collections::BTreeSet::new();
    chosen.retain(|repository| seen.insert(repository.id));
    Ok(chosen)
}

fn name_of(wanted: &Wanted) -> Option<&RepoName> {
    match wanted {
        Wanted::Name(name) => Some(name),
        Wanted::Pattern(_) => None,
    }
}

/// An organization's secrets are for its own repositories only.
fn belongs(org: &OrgName, choice: &Choice) -> Result<(), Problem> {
    match choice.foreign_to(org) {
        None => Ok(()),
        Some(wanted) => Err(Problem::new(
            format!("{wanted} cannot get access"),
            format!("it is not a repository of {org}, and an organization's secrets are for its own repositories only"),
            "leave it out, or use your own secrets",
        )),
    }
}

async fn catalogue(gh: &Client, org: Option<&OrgName>, choice: &Choice) -> Result<Vec<RepoRecord>, Problem> {
    let whose = org.map_or_else(|| "your repositories".to_owned(), |org| format!("the repositories of {org}"));
    let (mut records, failure) = gh
        .repositories(org, &mut |_| {})
        .await
        .map_err(|failure| explain(format!("{whose} could not be listed"), &failure, None))?;
    match failure {
        // Missing names are requested one by one.
        None => {}
        Some(_) if choice.is_by_name() => {}
        Some(failure) => {
            let problem = explain(format!("not all of {whose} could be listed"), &failure, None);
            let why = format!("{}; a pattern over only some of them would match too few", problem.why);
            return Err(Problem { why, ..problem });
        }
    }
    records.sort_by_key(|record| record.id);
    records.dedup_by_key(|record| record.id);
    Ok(records)
}

/// `None` if no record matches.
fn take<'a>(
    records: &'a [RepoRecord],
    is_meant: impl Fn(&RepoRecord) -> bool,
    found: &mut Vec<&'a RepoRecord>,
) -> Option<()> {
    let before = found.len();
    found.extend(records.iter().filter(|record| is_meant(record)));
    (found.len() > before).then_some(())
}

fn nothing(what: &str, org: Option<&OrgName>) -> Problem {
    let whose = org.map_or_else(
        || "the repositories your token can access".to_owned(),
        |org| format!("the repositories of {org}"),
    );
    Problem::new(
        format!("{what} matches no repository"),
        format!("it matches none of {whose}"),
        "check the spelling; `gh repo list OWNER` lists what exists",
    )
}
