//! Chooses the login that is meant. It never guesses between two, and a login that contradicts what was typed is never
//! chosen as the only one: a password must not go to a server or a prefix that it is not for.

use super::{Asked, Offered, Prefix, Problem, Source, Untrusted, address};

const WHAT: &str = "could not import the values";

/// The number of logins listed when you have to choose one.
const NAMED: usize = 5;

/// What is known about the login besides `--from`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    pub prefix: Option<&'a Prefix>,
    pub server: Option<&'a str>,
    /// Whether it must match by name, prefix or server; being the only one is not enough.
    pub strictly: bool,
}

impl Known<'_> {
    /// `None` if one of the two is unknown. A docker login is always for a server, even an invalid one.
    fn is_of_server(&self, offer: &Offered) -> Option<bool> {
        let server = self.server?;
        let says = offer.server.is_some() || offer.source.is_of_server();
        says.then(|| offer.is_for(server))
    }

    fn is_of_prefix(&self, offer: &Offered) -> Option<bool> {
        Some(offer.source.prefix()? == self.prefix?)
    }

    /// A typed server decides; else the prefix, if the source has one.
    fn allows(&self, offer: &Offered) -> bool {
        self.is_of_server(offer).or_else(|| self.is_of_prefix(offer)).unwrap_or(true)
    }
}

/// The one login that is meant: the one that is named, else that of the prefix, else that of the server, else the only
/// one there is that contradicts neither.
pub fn choose(asked: &Asked, offers: &[Offered], known: Known<'_>) -> Result<Offered, Problem> {
    let named: Vec<&Offered> = offers.iter().filter(|offer| asked.names(offer)).collect();
    let fitting = || named.iter().copied().filter(|offer| asked.is_by_name() || known.allows(offer));
    let of_prefix = fitting().find(|offer| known.is_of_prefix(offer) == Some(true));
    let meant = of_prefix.or_else(|| fitting().find(|offer| known.is_of_server(offer) == Some(true)));
    let usable: Vec<_> = fitting().filter(|offer| offer.refused.is_none()).collect();
    let all: Vec<_> = fitting().collect();
    let chosen = match (meant, &usable[..], &all[..]) {
        (Some(offer), ..) => offer,
        (None, [offer], _) if asked.is_by_name() || !known.strictly => *offer,
        (None, [], [offer]) => *offer,
        (None, [], []) => return Err(nothing(asked, offers, &named, known)),
        (None, ..) => return Err(unnamed(asked, &usable, &all)),
    };
    match &chosen.refused {
        None => Ok(chosen.clone()),
        Some(why) => {
            let hint = "use another source, or enter the values yourself";
            Err(Problem::new(WHAT, format!("{}: {why}", chosen.source.words()), hint))
        }
    }
}

fn nothing(asked: &Asked, offers: &[Offered], named: &[&Offered], known: Known<'_>) -> Problem {
    let place = asked.place();
    let why = match (asked, known.prefix) {
        _ if asked.is_by_name() => format!("{place} has no such login"),
        (Asked::Env(_) | Asked::File(_), Some(prefix)) => format!("{place} has no values for {prefix}"),
        (
            Asked::Docker(_) | Asked::Podman(_) | Asked::Aws(_) | Asked::AwsVariables | Asked::Env(_) | Asked::File(_),
            _,
        ) => format!("{place} has no login"),
    };
    let why = match known.server.filter(|_| !named.is_empty()) {
        Some(server) => format!("{why} for {}", address(&Untrusted::new(server))),
        None => why,
    };
    let there: Vec<_> = offers.iter().filter(|offer| offer.refused.is_none()).collect();
    if there.is_empty() {
        return Problem::new(WHAT, why, "pass the values yourself: --server, --username and --password-stdin");
    }
    let there = listed(&there, ", ");
    let hint = match asked {
        _ if named.is_empty() => format!("found: {there}"),
        Asked::File(_) => format!("found: {there}; choose by prefix, or by server with --server"),
        Asked::Docker(_) | Asked::Podman(_) | Asked::Aws(_) | Asked::AwsVariables | Asked::Env(_) => {
            format!("found: {there}; a login for another server must be named with --from")
        }
    };
    Problem::new(WHAT, why, hint)
}

fn unnamed(asked: &Asked, usable: &[&Offered], all: &[&Offered]) -> Problem {
    let why = match (usable, all.len()) {
        ([offer], _) => format!("it is unclear which login is meant; found: {}", offer.line()),
        ([], count) => format!("none of its {count} logins can be used"),
        (several, _) => format!("it has {} logins", several.len()),
    };
    let hint = match asked {
        _ if usable.is_empty() => "enter the values yourself".to_owned(),
        Asked::File(_) => format!("choose by prefix, or by server with --server: {}", listed(usable, " or ")),
        Asked::Docker(_) | Asked::Podman(_) | Asked::Aws(_) | Asked::AwsVariables | Asked::Env(_) => {
            format!("choose one: --from {}", listed(usable, " or "))
        }
    };
    Problem::new(WHAT, why, hint)
}

/// What distinguishes the first few of them.
fn listed(offers: &[&Offered], between: &str) -> String {
    let name = |offer: &&Offered| match &offer.source {
        Source::File { prefix, .. } => prefix.to_string(),
        Source::Output { key, .. } if !key.is_empty() => address(key),
        source @ (Source::Docker { .. }
        | Source::Podman { .. }
        | Source::Aws { .. }
        | Source::AwsVariables
        | Source::Env { .. }
        | Source::Output { .. }) => source.flag(),
    };
    let names: Vec<_> = offers.iter().take(NAMED).map(name).collect();
    match offers.len().saturating_sub(NAMED) {
        0 => names.join(between),
        more => format!("{}, and {more} more", names.join(between)),
    }
}
