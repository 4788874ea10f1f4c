//! Reads a question on the screen and checks that it names what is done after a yes: which credential, in which scope,
//! and which repositories gain or lose it. It reads the screen as a person does and knows nothing else.
//!
//! It is here, and not beside the walks over the state machine, because the walks over the whole program use it too.

use std::collections::BTreeSet;

/// Which repositories get a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    All,
    Private,
    /// The repository whose own secret it is.
    Own,
    Selected(BTreeSet<String>),
}

/// Something done to one secret or one codespace. Scopes are worded as on the screens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Write { secret: String, scope: String, before: Option<Reach>, after: Reach },
    Grant { secret: String, scope: String, before: Reach, after: Reach },
    Delete { secret: String, scope: String },
    Stop { codespace: String, repository: String },
    Start { codespace: String, repository: String },
}

impl Deed {
    /// Identifies a deed, so that doing it twice is noticed.
    fn key(&self) -> String {
        match self {
            Self::Write { secret, scope, .. } => format!("write {secret} in {scope}"),
            Self::Grant { secret, scope, .. } => format!("grant {secret} in {scope}"),
            Self::Delete { secret, scope } => format!("delete {secret} in {scope}"),
            Self::Stop { codespace, .. } => format!("stop {codespace}"),
            Self::Start { codespace, .. } => format!("start {codespace}"),
        }
    }
}

/// How a question names something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// With everything that belongs to it.
    Whole,
    /// As the rest of what was agreed to before.
    Rest,
}

/// A question with an armed button, as it was on the screen.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    words: Vec<String>,
    sight: String,
}

/// The buttons that do nothing.
const HARMLESS: [&str; 4] = ["Cancel", "Not yet", "Close", "Stay"];
/// The words in a member's line that mean it is done.
const DONE: [&str; 4] = ["created", "updated", "unchanged", "deleted"];

/// Whether this row of a screen has buttons, and one that does something has the focus.
fn is_armed(row: &str) -> bool {
    row.contains("[ ") && row.contains(" ]") && HARMLESS.iter().any(|label| row.contains(&format!("  {label}  ")))
}

fn bare(word: &str) -> &str {
    word.trim_end_matches([',', ';', ':', '.', '?'])
}

/// The scope these words begin with, and its number of words.
fn scope_at(words: &[String]) -> Option<(String, usize)> {
    let of = |many: usize| Some((words.get(..many)?.iter().map(|word| bare(word)).collect::<Vec<_>>().join(" "), many));
    match bare(words.first()?) {
        "your" => of(3).filter(|(text, _)| text == "your own secrets"),
        "organization" | "repository" => of(2),
        _ => None,
    }
}

/// An access as spelled on the screen: names separated by commas, or a phrase.
fn spelled(words: &[String]) -> Option<Reach> {
    let begins = |text: &str| text.split(' ').zip(words).all(|(wanted, word)| bare(word) == wanted);
    if begins("all repositories") {
        return Some(Reach::All);
    }
    if begins("private repositories") {
        return Some(Reach::Private);
    }
    if begins("this repository") {
        return Some(Reach::Own);
    }
    if begins("no repository") {
        return Some(Reach::Selected(BTreeSet::new()));
    }
    let mut names = BTreeSet::new();
    for word in words.iter().take_while(|word| word.contains('/')) {
        names.insert(bare(word).to_owned());
        if !word.ends_with(',') {
            break;
        }
    }
    (!names.is_empty()).then_some(Reach::Selected(names))
}

fn parts(secret: &str) -> (&str, &str) {
    secret.split_once("_CONTAINER_REGISTRY_").unwrap_or((secret, ""))
}

impl Question {
    /// The question on a screen that has room for all of it, if one of its buttons would do something now.
    pub(crate) fn armed(sight: &str) -> Option<Self> {
        sight
            .lines()
            .any(is_armed)
            .then(|| Self { words: sight.split_whitespace().map(str::to_owned).collect(), sight: sight.to_owned() })
    }

    fn find(&self, phrase: &str) -> Option<usize> {
        let wanted: Vec<&str> = phrase.split_whitespace().map(bare).collect();
        let stands = |at: &[String]| at.iter().zip(&wanted).all(|(word, wanted)| bare(word) == *wanted);
        self.words.windows(wanted.len()).position(stands).map(|at| at + wanted.len())
    }

    fn says(&self, phrase: &str) -> bool {
        self.find(phrase).is_some()
    }

    /// The words about a credential in a scope, up to the next credential.
    fn about(&self, prefix: &str, scope: &str) -> Option<&[String]> {
        let heading = |at: usize| {
            let is_of = ["in", "from", "to"].contains(&self.words[at].as_str());
            scope_at(self.words.get(at + 1..)?).filter(|_| is_of && at > 0)
        };
        let (at, many) = (1..self.words.len()).find_map(|at| {
            let (found, many) = heading(at)?;
            (found == scope && bare(&self.words[at - 1]) == prefix).then_some((at, many))
        })?;
        let begin = at + 1 + many;
        let end = (begin..self.words.len()).find(|at| heading(*at).is_some()).map_or(self.words.len(), |next| next - 1);
        self.words.get(begin..end.max(begin))
    }

    /// Whether a member's line says that it is not done.
    fn is_left(&self, secret: &str) -> bool {
        let line = self.words.iter().position(|word| *word == format!("{secret}:"));
        line.and_then(|at| self.words.get(at + 1)).is_some_and(|word| !DONE.contains(&bare(word)))
    }

    fn rest(&self, secret: &str, scope: &str, phrases: &[&str]) -> Option<Named> {
        let prefix = parts(secret).0;
        let is_said = phrases.iter().any(|p| self.says(&p.replace("PREFIX", prefix).replace("SCOPE", scope)));
        (is_said && self.is_left(secret)).then_some(Named::Rest)
    }

    fn names(&self, deed: &Deed) -> Option<Named> {
        match deed {
            Deed::Write { secret, scope, before, after } => self.names_write(secret, scope, before.as_ref(), after),
            Deed::Grant { secret, scope, before, after } => self.names_grant(secret, scope, before, after),
            Deed::Delete { secret, scope } => self.names_delete(secret, scope),
            Deed::Stop { codespace, repository } => {
                let is_asked = self.says("[ Stop ]") || self.says("[ Restart ]");
                (is_asked && self.says(&format!("{codespace} of {repository}"))).then_some(Named::Whole)
            }
            Deed::Start { codespace, repository } => {
                let is_asked = self.says("[ Restart ]");
                (is_asked && self.says(&format!("{codespace} of {repository}"))).then_some(Named::Whole)
            }
        }
    }

    fn names_write(&self, secret: &str, scope: &str, before: Option<&Reach>, after: &Reach) -> Option<Named> {
        let prefix = parts(secret).0;
        if let Some(rest) = self.rest(secret, scope, &["writing PREFIX to SCOPE"]) {
            return Some(rest);
        }
        let is_asked = self.says("[ Write ]")
            && (self.says(&format!("Will be written to {scope}"))
                || self.says(&format!("New values for {prefix} in {scope}")));
        let is_named = self.says(&format!("{secret} ="));
        (is_asked && is_named && self.names_access(before, after)).then_some(Named::Whole)
    }

    /// The access with which a value is written.
    fn names_access(&self, before: Option<&Reach>, after: &Reach) -> bool {
        let stays = ["access stays as it is", "each member keeps the access it has"].iter().any(|text| self.says(text));
        match (before, after) {
            (Some(before), after) if stays => before == after,
            (None, Reach::Selected(names)) if stays => names.iter().all(|name| self.says(name)),
            (_, Reach::All) => self.says("reaches all repositories, public ones too"),
            (_, Reach::Private) => self.says("reaches all private repositories"),
            (_, Reach::Own) => self.says("gets it, and no other repository") || stays,
            (_, Reach::Selected(names)) => {
                let lost = self.find("taken away from").and_then(|at| spelled(&self.words[at..]));
                let keeps = |name: &String| !matches!(&lost, Some(Reach::Selected(lost)) if lost.contains(name));
                self.counts("reaches", names.len()) && names.iter().all(|name| self.says(name) && keeps(name))
            }
        }
    }

    fn counts(&self, verb: &str, many: usize) -> bool {
        self.says(&match many {
            0 => format!("{verb} nobody"),
            1 => format!("{verb} 1 repository"),
            many => format!("{verb} {many} repositories"),
        })
    }

    fn names_grant(&self, secret: &str, scope: &str, before: &Reach, after: &Reach) -> Option<Named> {
        let (prefix, member) = parts(secret);
        let phrases = ["changing the access of PREFIX in SCOPE", "taking back the access of PREFIX in SCOPE"];
        if let Some(rest) = self.rest(secret, scope, &phrases) {
            return Some(rest);
        }
        let about = self.about(prefix, scope)?;
        let is_named = if self.says("[ Undo ]") {
            taken_back(about, member, before, after)
        } else if self.says("[ Give same access ]") {
            let at = self.find(&format!("{prefix} in {scope}"))?;
            let from = self.words[at - 1..].iter().position(|word| word.ends_with(':')).map_or(at, |next| at + next);
            spelled(&self.words[from..]).as_ref() == Some(after)
        } else {
            self.says("[ Change access ]") && changed(about, before, after)
        };
        is_named.then_some(Named::Whole)
    }

    fn names_delete(&self, secret: &str, scope: &str) -> Option<Named> {
        let (prefix, member) = parts(secret);
        if let Some(rest) = self.rest(secret, scope, &["deleting PREFIX from SCOPE"]) {
            return Some(rest);
        }
        let is_one = self.says(&format!("deletes {secret}")) && self.says(&format!("from {scope}"));
        let is_among = || {
            let about = self.about(prefix, scope).unwrap_or_default();
            self.says(&format!("deletes {prefix} from {scope}")) && about.iter().any(|word| bare(word) == member)
        };
        (self.says("[ Delete") && (is_one || is_among())).then_some(Named::Whole)
    }
}

/// Whether the words about a change of access name every repository that gains or loses the secret.
fn changed(about: &[String], before: &Reach, after: &Reach) -> bool {
    let text = about.join(" ");
    let signed = |sign: &str, name: &String| about.windows(2).any(|pair| pair[0] == sign && pair[1] == *name);
    // Members that differ get the same set.
    let is_level = text.contains("get the same access");
    match (before, after) {
        (before, after) if before == after => true,
        (_, Reach::All) => text.contains("reach all repositories, public ones too"),
        (_, Reach::Private) => text.contains("reach all private repositories"),
        (_, Reach::Own) => false,
        (before, Reach::Selected(after)) => {
            let none = BTreeSet::new();
            let held = if let Reach::Selected(held) = before { held } else { &none };
            let is_wider = |name: &&String| !held.contains(*name);
            let is_narrower = |name: &&String| !after.contains(*name);
            after.iter().filter(is_wider).all(|name| signed("+", name) || is_level)
                && held.iter().filter(is_narrower).all(|name| signed("-", name) || is_level)
        }
    }
}

/// Whether the words about undoing a change say which access a member gets back.
fn taken_back(about: &[String], member: &str, before: &Reach, after: &Reach) -> bool {
    let of_member = about.windows(2).position(|pair| pair[0] == member && pair[1] == "reaches").map(|at| at + 2);
    let of_all = about.iter().position(|word| word == "reach").map(|at| at + 1);
    let Some(at) = of_member.or(of_all) else { return false };
    match about.get(at).map(String::as_str) {
        Some("again") => spelled(&about[at + 1..]).as_ref() == Some(after),
        Some("as") => before == after,
        _ => false, // nothing is done to it
    }
}

/// The questions that were agreed to, each with what was done because of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agreed(Vec<(Question, BTreeSet<String>)>);

impl Agreed {
    pub(crate) fn to(&mut self, question: Question) {
        self.0.push((question, BTreeSet::new()));
    }

    /// The last one, as it was on the screen.
    pub(crate) fn last(&self) -> &str {
        self.0.last().map_or("nothing was agreed to", |(question, _)| question.sight.as_str())
    }

    /// Whether one of them mentions a secret in a scope.
    pub(crate) fn mentions(&self, secret: &str, scope: &str) -> bool {
        let (prefix, _) = parts(secret);
        let is_about = |question: &Question| {
            let names = [prefix, secret];
            question.says(scope)
                && question
                    .words
                    .iter()
                    .any(|word| names.contains(&bare(word)) || bare(word).starts_with(&format!("{prefix}_")))
        };
        self.0.iter().any(|(question, _)| is_about(question))
    }

    /// Assigns a deed to one of them; fails if none of them named it, or if it was already done because of it.
    pub(crate) fn take(&mut self, deed: &Deed) -> Result<(), String> {
        let key = deed.key();
        let is_whole = |(question, _): &(Question, _)| question.names(deed) == Some(Named::Whole);
        let was_whole = self.0.iter().any(is_whole);
        for (question, done) in self.0.iter_mut().rev() {
            let is_named = match question.names(deed) {
                Some(Named::Whole) => true,
                // The rest was named in full when it began.
                Some(Named::Rest) => was_whole,
                None => false,
            };
            if is_named && done.insert(key.clone()) {
                return Ok(());
            }
        }
        Err(format!("no question named {deed:?}; the last one:\n{}", self.last()))
    }
}
