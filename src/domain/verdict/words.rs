//! The verdict in words that cannot be misread: what was proven, and what was not. A pass from this machine is never
//! reported as one from a codespace, an accepted login never as a pull, and a known token never as an install.

use super::{Check, Code, Outcome, TestReport, Verdict};
use crate::domain::Image;

/// What a pass does not prove, although you might think so.
const NO_IMAGE: &str = "no image was tested: an accepted login may still lack permission to pull";

/// The same for an npm registry.
const NO_PACKAGE: &str = "no private package was tested: a known token may still lack permission to install it";

impl TestReport {
    /// The verdict as a heading: `pass`, `pass, from this machine only`, `fail`, `inconclusive`.
    pub fn heading(&self) -> &'static str {
        match self.verdict {
            Verdict::Pass if self.is_here_only() => "pass, from this machine only",
            Verdict::Pass | Verdict::Fail | Verdict::Inconclusive => self.verdict.as_str(),
        }
    }

    /// The reason for the verdict, shown after the heading; `images` are those of the trial.
    pub fn sentence(&self, images: &[String]) -> String {
        match self.verdict {
            Verdict::Pass if self.is_of_packages() && self.is_pulled() => {
                format!("{} can be installed with this token, and not without one", listed(images, "the package"))
            }
            Verdict::Pass if self.is_of_packages() => "the registry knows this token".to_owned(),
            Verdict::Pass if self.is_pulled() => {
                format!("the registry asked for this password, accepted it, and {} can be pulled", names(images))
            }
            Verdict::Pass => "the registry asked for this password and accepted it".to_owned(),
            Verdict::Fail => self.failure().to_owned(),
            Verdict::Inconclusive => self.doubt().to_owned(),
        }
    }

    /// What a pass leaves open because a login alone cannot prove it.
    pub fn left_open(&self) -> Option<&'static str> {
        let words = if self.is_of_packages() { NO_PACKAGE } else { NO_IMAGE };
        (self.verdict == Verdict::Pass && !self.is_pulled()).then_some(words)
    }

    /// Whether the registry accepted the values, whatever the result for the images.
    pub fn is_logged_in(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step.check, Check::Login | Check::Whoami) && step.outcome == Outcome::Pass)
    }

    /// What is known about codespaces, if the test got that far.
    pub fn of_codespaces(&self) -> Option<&str> {
        self.steps.iter().find(|step| step.check == Check::Codespace).map(|step| step.detail.as_str())
    }

    fn failure(&self) -> &'static str {
        let Some(step) = self.decisive() else { return "the registry refused these values" };
        match (step.check, step.code) {
            (_, Code::BadToken) => {
                "docker cannot read the token server's answer, so it cannot log in, whatever the password"
            }
            (_, Code::BadChallenge) => {
                "docker cannot use the registry's auth challenge, so it cannot log in, whatever the password"
            }
            (Check::Pull, Code::BadImage | Code::OtherRegistry) if self.is_logged_in() => {
                "the login is accepted, but this is not an image of this registry"
            }
            (Check::Pull, Code::ImageNotFound) if self.is_logged_in() => {
                "the login is accepted, but the image does not exist, or is hidden from it"
            }
            (Check::Pull, Code::WrongPlatform) => "the image is not built for codespaces",
            (Check::Pull, Code::NotAnImage) => "this is not an image that docker can pull",
            (Check::Pull, Code::BadManifest | Code::OldManifest | Code::ManifestMismatch) => {
                "docker cannot read the registry's answer for the image"
            }
            (Check::Pull, Code::BlobRefused | Code::BlobMissing | Code::BlobMismatch | Code::ForeignLayer) => {
                "the image's manifest can be read, but its content cannot be fetched"
            }
            (Check::Pull, _) if self.is_logged_in() => "the login is accepted, but has no permission to pull the image",
            (Check::Pull, _) => "the image cannot be pulled with these values",
            (Check::Package, Code::BadPackage) => "this is not a package name",
            (Check::Package, Code::PackageNotFound) if self.is_logged_in() => {
                "the registry knows this token, but the package does not exist, or is hidden from it"
            }
            (Check::Package, Code::PackageNotFound) => "the package does not exist, or is hidden from this token",
            (Check::Package, _) if self.is_logged_in() => {
                "the registry knows this token, but it has no permission to install the package"
            }
            (Check::Whoami | Check::Package, _) => "the registry refused this token",
            (Check::Issuer, Code::NoScope) => "the login may be accepted, but the token cannot read packages",
            (Check::Issuer, _) => "GitHub rejects this token",
            (Check::Expiry, _) => "this password has expired",
            (Check::Registry, Code::Denied) => "the registry blocks this machine, whatever the password",
            (_, Code::Denied) => "the registry denies access with these values",
            (Check::Exchange, _) => "Amazon refused these values",
            (Check::Login | Check::Docker | Check::Skopeo | Check::Podman, _) => "the registry refused these values",
            (
                Check::Server
                | Check::Lookup
                | Check::Name
                | Check::Connection
                | Check::Tls
                | Check::Registry
                | Check::Challenge
                | Check::Realm
                | Check::Codespace,
                _,
            ) => "this server cannot work, whatever the password",
        }
    }

    fn doubt(&self) -> &'static str {
        let code = self.decisive().map(|step| step.code);
        if code == Some(Code::NoAuthNeeded) {
            return "the registry lets anyone in, so nothing proves that it checked this password";
        }
        if code == Some(Code::NoWhoami) {
            return "the registry does not say whether it knows this token; test a private package";
        }
        if code == Some(Code::PublicPackage) {
            return "anyone can install this package, so nothing proves that this token works";
        }
        if self.is_logged_in() && self.decisive().is_some_and(|step| step.check == Check::Package) {
            return "the registry knows this token, but the test could not tell whether the package can be installed";
        }
        if self.is_logged_in() && self.decisive().is_some_and(|step| step.check == Check::Pull) {
            return "the login is accepted, but the test could not tell whether the image can be pulled";
        }
        "the test could not tell: this is neither a pass nor a refusal"
    }
}

/// `team/app:1, team/web:2 and team/base:3`
fn names(images: &[String]) -> String {
    let names: Vec<String> = images.iter().filter_map(|text| Image::parse(text).ok()).map(|i| i.short()).collect();
    listed(&names, "the image")
}

fn listed(names: &[String], none: &str) -> String {
    match names.split_last() {
        None => none.to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;

    fn step(check: Check, code: Code, outcome: Outcome) -> Step {
        let detail = "works from here".to_owned();
        Step { check, code, outcome, detail, remedy: String::new(), command: None }
    }

    /// A login that was accepted, and what came after it.
    fn after_login(steps: Vec<Step>) -> TestReport {
        let mut all = vec![step(Check::Login, Code::Ok, Outcome::Pass)];
        all.extend(steps);
        TestReport::of(all, true)
    }

    #[test]
    fn a_pass_says_whether_a_pull_was_proven() {
        let pulled = after_login(vec![step(Check::Pull, Code::Ok, Outcome::Pass)]);
        let images = ["r.example/team/app:1", "r.example/web@sha256:0", "r.example/team/web:2"].map(str::to_owned);
        assert_eq!(
            pulled.sentence(&images),
            "the registry asked for this password, accepted it, and team/app:1 and team/web:2 can be pulled"
        );
        assert!(pulled.sentence(&images[..1]).ends_with("accepted it, and team/app:1 can be pulled"));
        assert!(pulled.left_open().is_none());
        let login = after_login(Vec::new());
        assert_eq!(login.sentence(&[]), "the registry asked for this password and accepted it");
        assert!(login.left_open().is_some_and(|text| text.contains("no image")));
    }

    #[test]
    fn a_pass_from_here_only_says_so_in_its_heading() {
        let here = after_login(vec![step(Check::Codespace, Code::HereOnly, Outcome::Skipped)]);
        assert_eq!((here.verdict, here.heading()), (Verdict::Pass, "pass, from this machine only"));
        let open = after_login(vec![step(Check::Codespace, Code::NotFromACodespace, Outcome::Skipped)]);
        assert_eq!((open.heading(), open.of_codespaces()), ("pass", Some("works from here")));
    }

    #[test]
    fn what_failed_is_never_blamed_on_what_was_accepted() {
        for (code, says) in [
            (Code::PullDenied, "the login is accepted, but has no permission to pull the image"),
            (Code::ImageNotFound, "the login is accepted, but the image does not exist, or is hidden from it"),
            (Code::OtherRegistry, "the login is accepted, but this is not an image of this registry"),
        ] {
            let report = after_login(vec![step(Check::Pull, code, Outcome::Fail)]);
            assert_eq!((report.heading(), report.sentence(&[]).as_str()), ("fail", says));
        }
        let ended = after_login(vec![step(Check::Expiry, Code::Ended, Outcome::Fail)]);
        assert_eq!(ended.sentence(&[]), "this password has expired");
        for (check, code, says) in [
            (Check::Login, Code::BadCredentials, "the registry refused these values"),
            (Check::Login, Code::Denied, "the registry denies access with these values"),
            (Check::Exchange, Code::AwsWrongSecret, "Amazon refused these values"),
            (Check::Lookup, Code::DeadKey, "this server cannot work, whatever the password"),
        ] {
            let report = TestReport::of(vec![step(check, code, Outcome::Fail)], true);
            assert_eq!(report.sentence(&[]), says);
        }
    }

    #[test]
    fn what_could_not_be_told_says_how_far_it_came() {
        let report = after_login(vec![step(Check::Pull, Code::ServerError, Outcome::Inconclusive)]);
        assert!(report.sentence(&[]).starts_with("the login is accepted, but the test could not tell"));
        let open = TestReport::of(vec![step(Check::Challenge, Code::NoAuthNeeded, Outcome::Inconclusive)], true);
        assert!(open.sentence(&[]).starts_with("the registry lets anyone in"));
        let nothing = TestReport::of(vec![step(Check::Name, Code::Dns, Outcome::Inconclusive)], true);
        assert!(nothing.sentence(&[]).contains("neither a pass nor a refusal"));
    }

    #[test]
    fn a_known_token_is_never_sold_as_an_install() {
        let whoami = || step(Check::Whoami, Code::Ok, Outcome::Pass);
        let known = TestReport::of(vec![whoami()], true);
        assert_eq!((known.heading(), known.sentence(&[]).as_str()), ("pass", "the registry knows this token"));
        assert!(known.left_open().is_some_and(|text| text.contains("no private package")));
        let public = TestReport::of(vec![whoami(), step(Check::Package, Code::PublicPackage, Outcome::Pass)], true);
        assert!(public.left_open().is_some() && !public.is_pulled());
        let names = ["@a/b".to_owned(), "@a/c".to_owned()];
        let installed = TestReport::of(vec![whoami(), step(Check::Package, Code::Ok, Outcome::Pass)], true);
        assert!(installed.sentence(&names).starts_with("@a/b and @a/c can be installed"));
        assert!(installed.left_open().is_none());
        for (code, says) in [
            (Code::BadPackage, "this is not a package name"),
            (
                Code::PackageNotFound,
                "the registry knows this token, but the package does not exist, or is hidden from it",
            ),
            (Code::PackageDenied, "the registry knows this token, but it has no permission to install the package"),
        ] {
            let report = TestReport::of(vec![whoami(), step(Check::Package, code, Outcome::Fail)], true);
            assert_eq!(report.sentence(&names), says);
        }
        for (check, code, outcome, says) in [
            (Check::Whoami, Code::BadCredentials, Outcome::Fail, "refused this token"),
            (Check::Package, Code::PackageNotFound, Outcome::Fail, "hidden from this token"),
            (Check::Whoami, Code::NoWhoami, Outcome::Inconclusive, "does not say whether"),
            (Check::Package, Code::PublicPackage, Outcome::Inconclusive, "anyone can install"),
            (Check::Server, Code::BadAddress, Outcome::Fail, "cannot work"),
        ] {
            let said = TestReport::of(vec![step(check, code, outcome)], true).sentence(&names);
            assert!(said.contains(says), "{said}");
        }
    }
}
