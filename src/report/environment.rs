//! Results for the credentials in the environment, one after the other.

use std::fmt::Write;

use serde_json::{Value, json};

use super::VERSION;
use super::list_json::near_json;
use super::outcome::{steps, test_json};
use crate::domain::near::NearMiss;
use crate::domain::{Image, Member, Prefix, TestReport, Untrusted};

/// Everything that was tested.
#[derive(Clone, Debug)]
pub struct Environment {
    pub tried: Vec<Tried>,
    /// Images at registries that have no credential.
    pub strays: Vec<Image>,
    pub is_codespace: bool,
}

/// One credential of the environment.
#[derive(Clone, Debug)]
pub struct Tried {
    pub prefix: Prefix,
    /// The names of missing variables. If there are any, nothing was tested.
    pub missing: Vec<String>,
    pub test: Option<TestReport>,
    /// Existing variables whose names are nearly those of missing ones.
    pub near: Vec<NearMiss>,
    /// Problems with the values themselves.
    pub remarks: Vec<Remark>,
    /// The images of its registry, which were tested.
    pub images: Vec<String>,
    /// How it compares with docker's login, if it can be compared.
    pub docker: Option<Docker>,
}

/// A remark about one value.
#[derive(Clone, Debug)]
pub struct Remark {
    pub member: Member,
    pub text: String,
}

/// Docker's login for the same server.
#[derive(Clone, Debug)]
pub struct Docker {
    /// For programs.
    pub word: &'static str,
    pub note: String,
}

impl Remark {
    fn words(&self) -> String {
        format!("the {} {}", self.member.word(), self.text)
    }
}

/// `pullkey test --env --json`.
pub fn environment_json(environment: &Environment) -> Value {
    let tests: Vec<_> = environment
        .tried
        .iter()
        .map(|one| {
            let mut document = one.test.as_ref().map_or_else(|| json!({ "verdict": null, "steps": [] }), test_json);
            document["prefix"] = one.prefix.as_str().into();
            document["missing"] = one.missing.clone().into();
            document["near_misses"] = one.near.iter().map(near_json).collect::<Vec<_>>().into();
            document["docker"] = one.docker.as_ref().map(|docker| docker.word).into();
            let remarks = one.remarks.iter().map(Remark::words);
            let notes = one.docker.iter().map(|docker| docker.note.clone()).chain(remarks);
            document["notes"] = notes.collect::<Vec<_>>().into();
            document
        })
        .collect();
    let strays: Vec<_> = environment.strays.iter().map(Image::to_string).collect();
    json!({
        "version": VERSION,
        "codespace": environment.is_codespace,
        "tests": tests,
        "images_of_no_credential": strays,
    })
}

/// For people.
pub fn environment(environment: &Environment) -> String {
    let place = if environment.is_codespace { "this codespace" } else { "this environment (not a codespace)" };
    let subject = if environment.tried.len() == 1 { "one credential" } else { "the credentials" };
    let mut out = format!("{subject} of {place}\n");
    for one in &environment.tried {
        let _ = writeln!(out, "\n{}", one.prefix);
        if !one.missing.is_empty() {
            let verb = if one.missing.len() == 1 { "is" } else { "are" };
            let missing = one.missing.join(" and ");
            let _ = writeln!(out, "  FAIL  incomplete   {missing} {verb} missing, so nothing was tested");
            let _ = writeln!(out, "        hint: all three secrets must exist and be granted to this repository");
        }
        for near in &one.near {
            let _ = writeln!(out, "  note  {}", Untrusted::new(near.words()).shown());
            let _ = writeln!(out, "        hint: {}", Untrusted::new(near.fix()).shown());
        }
        for remark in &one.remarks {
            let _ = writeln!(out, "  note  {}", remark.words());
        }
        if let Some(docker) = &one.docker {
            let _ = writeln!(out, "  note  {}", docker.note);
        }
        if let Some(test) = &one.test {
            out.push_str(&steps(test, &one.images));
        }
    }
    for image in &environment.strays {
        let at = if image.host() == "docker.io" { "Docker Hub" } else { image.host() };
        let _ = writeln!(out, "\n{image}");
        let _ = writeln!(out, "  FAIL  no credential    it is at {at}, and no credential above is for that registry");
        let _ = writeln!(
            out,
            "        hint: name an image of a registry above, or give this codespace a credential for {at}"
        );
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn half(missing: &[&str]) -> String {
        let missing = missing.iter().map(|name| (*name).to_owned()).collect();
        let prefix = Prefix::parse("ACR").unwrap();
        let one = Tried {
            prefix,
            missing,
            test: None,
            near: Vec::new(),
            remarks: Vec::new(),
            images: Vec::new(),
            docker: None,
        };
        environment(&Environment { tried: vec![one], strays: Vec::new(), is_codespace: true })
    }

    #[test]
    fn one_missing_name_is_and_two_are() {
        assert!(half(&["A"]).contains("A is missing"));
        assert!(half(&["A", "B"]).contains("A and B are missing"));
    }
}
