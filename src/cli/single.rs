//! Checks the flags of `set` and `test` against presets of one secret, such as npm's: some flags make no sense with
//! them, and some only with them.

use super::Failure;
use super::args::{TestArgs, WithArg};
use super::write_args::SetArgs;
use crate::domain::Shape;
use crate::domain::preset::{AnyPreset, Single};
use crate::report::UseLine;

const WHAT: &str = "these flags cannot be used together";

/// The flags of both commands that concern images or packages.
struct Common<'a> {
    user: Option<&'a str>,
    has_from: bool,
    images: &'a [String],
    packages: &'a [String],
}

/// Refuses what `set` cannot do with this preset.
pub(super) fn check_set(args: &SetArgs, preset: AnyPreset) -> Result<(), Failure> {
    let common = Common {
        user: args.username.as_deref(),
        has_from: args.password.from.is_some(),
        images: &args.how.images,
        packages: &args.how.packages,
    };
    common.check(Some(preset))?;
    let AnyPreset::Single(single) = preset else { return Ok(()) };
    let no_place = args.one_scope().is_none();
    for (is_given, flag, why) in [
        (no_place, "--repo", "this preset writes one secret into one place at a time"),
        (args.how.stored.store, "--store", "--store stores server, user and password; this is one secret"),
        (args.how.expires.is_some(), "--expires", "expiry is saved for registry credentials only"),
        (args.how.no_resume, "--no-resume", "--no-resume is for several repositories"),
    ] {
        if is_given {
            let hint = match flag {
                "--repo" => "name one repository, or use --user or --org with --repos".to_owned(),
                flag => format!("leave out {flag}, or choose a preset other than {}", single.id),
            };
            return Err(Failure::usage(WHAT, why, hint));
        }
    }
    Ok(())
}

/// Refuses what `test` cannot do with this preset, or without one.
pub(super) fn check_test(args: &TestArgs, preset: Option<AnyPreset>) -> Result<(), Failure> {
    let common = Common {
        user: args.username.as_deref(),
        has_from: args.password.from.is_some(),
        images: &args.images,
        packages: &args.packages,
    };
    common.check(preset)?;
    if is_single(preset) && args.with == WithArg::Docker {
        let why = "docker pulls images, not packages";
        return Err(Failure::usage(WHAT, why, "leave out --with docker"));
    }
    if args.with == WithArg::Docker && !args.images.is_empty() {
        let why = "with docker alone, only the login is tested";
        return Err(Failure::usage(WHAT, why, "use --with both or --with native, or leave out --image"));
    }
    Ok(())
}

pub(super) fn is_single(preset: Option<AnyPreset>) -> bool {
    preset.is_some_and(|preset| preset.shape() == Shape::Single)
}

impl Common<'_> {
    fn check(&self, preset: Option<AnyPreset>) -> Result<(), Failure> {
        let Some(AnyPreset::Single(single)) = preset else {
            if self.packages.is_empty() {
                return Ok(());
            }
            let why = "--package names an npm package, and this preset is for images";
            return Err(Failure::usage(WHAT, why, "use --preset npm, or name an image with --image"));
        };
        let Single { label, use_of, .. } = single;
        let refused = if self.user.is_some() {
            let why = format!("{label} takes only a token, {}, and no user", use_of.secret);
            Some((why, "leave out --username"))
        } else if self.has_from {
            let why = format!("--from finds logins at image registries, and {label} is not one");
            Some((why, "give the token with --password-stdin, --password-env or --password-file"))
        } else if self.images.is_empty() {
            None
        } else {
            Some((format!("{label} holds packages, not images"), "name a package with --package @scope/name"))
        };
        refused.map_or(Ok(()), |(why, hint)| Err(Failure::usage(WHAT, why, hint)))
    }
}

/// The line of a file that uses the secret by its name.
pub(super) fn use_line(args: &SetArgs, preset: AnyPreset, address: &str) -> Option<UseLine> {
    let AnyPreset::Single(single) = preset else { return None };
    let line = single.line_of(address, &args.prefix)?;
    Some(UseLine { file: single.use_of.file.clone(), line })
}
