//! Reads the password from where a flag says. It refuses a terminal, which would show it, and anything endless.

use std::fs::File;
use std::io::{self, IsTerminal, Read};

use zeroize::Zeroizing;

use super::Failure;
use super::args::PasswordArgs;
use crate::domain::Sensitive;
use crate::domain::lint::VALUE_LIMIT;
use crate::local::Env;

const WHAT: &str = "the password could not be read";

pub(super) fn read(args: &PasswordArgs, env: &Env) -> Result<Sensitive, Failure> {
    if let Some(name) = &args.env {
        return env.secret(name).ok_or_else(|| {
            let name = crate::domain::foreign::clean(name);
            Failure::usage(
                WHAT,
                format!("{name} is not set, or is no text"),
                "name a variable that is set and exported",
            )
        });
    }
    if let Some(path) = &args.file {
        let shown = crate::domain::foreign::clean(&path.to_string_lossy());
        let hint = "name in --password-file a file that holds the password and nothing else";
        let file = File::open(path).map_err(|fault| Failure::usage(WHAT, format!("{shown}: {fault}"), hint))?;
        return bounded(file).map_err(|why| Failure::usage(WHAT, format!("{shown}: {why}"), hint));
    }
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::usage(
            WHAT,
            "standard input is a terminal, which would show the password",
            "pipe it in, or use --password-env VAR or --password-file FILE",
        ));
    }
    bounded(stdin.lock())
        .map_err(|why| Failure::usage(WHAT, format!("standard input: {why}"), "pipe in the password and nothing else"))
}

/// Reads to the end and drops exactly one line end.
pub(super) fn bounded(source: impl Read) -> Result<Sensitive, String> {
    // Room for the largest secret, its line end, and one byte that tells there is more; one allocation, so that no copy
    // stays behind.
    let room = VALUE_LIMIT + 3;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    source.take(room as u64).read_to_end(&mut bytes).map_err(|fault| fault.to_string())?;
    if bytes.len() == room {
        return Err(format!("more than {VALUE_LIMIT} bytes, and GitHub keeps no larger secret"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is no text in UTF-8".to_owned())?;
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(Sensitive::from(text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn exactly_one_line_end_is_dropped() {
        for (text, password) in
            [("p", "p"), ("p\n", "p"), ("p\r\n", "p"), ("p\n\n", "p\n"), ("p\r", "p\r"), ("p \n", "p "), ("\n", "")]
        {
            assert_eq!(bounded(text.as_bytes()).unwrap(), Sensitive::from(password), "{text:?}");
        }
    }

    #[test]
    fn something_endless_is_not_read_to_its_end() {
        assert!(bounded(io::repeat(b'x')).unwrap_err().contains("bytes"));
        assert!(bounded(&b"\xff"[..]).unwrap_err().contains("UTF-8"));
        assert!(bounded("x".repeat(VALUE_LIMIT).as_bytes()).is_ok());
    }

    #[test]
    fn a_missing_variable_or_file_is_named() {
        let args = |env: Option<&str>, file: Option<&str>| PasswordArgs {
            stdin: false,
            env: env.map(str::to_owned),
            file: file.map(Into::into),
            from: None,
        };
        let env = Env::of([("SET", "p\n")]);
        assert_eq!(read(&args(Some("SET"), None), &env).unwrap(), Sensitive::from("p\n"));
        assert!(read(&args(Some("UNSET"), None), &env).unwrap_err().problem.why.contains("UNSET"));
        assert!(read(&args(None, Some("/nonexistent/x")), &env).unwrap_err().problem.why.contains("/nonexistent/x"));
    }
}
