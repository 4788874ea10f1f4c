//! Reads the password from the source given with a flag. It refuses a terminal, which would show it, and endless input.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::Failure;
use super::args::PasswordArgs;
use super::session::Session;
use crate::domain::Sensitive;
use crate::domain::lint::VALUE_LIMIT;
use crate::files::{self, FileError};
use crate::local::Env;

const WHAT: &str = "the password could not be read";

pub(super) async fn read(args: &PasswordArgs, session: &Session) -> Result<Sensitive, Failure> {
    if let Some(name) = &args.env {
        return of_variable(name, &session.env);
    }
    if let Some(path) = args.file.clone() {
        return session.read_apart(move || of_file(&path)).await?;
    }
    if io::stdin().is_terminal() {
        return Err(Failure::usage(
            WHAT,
            "standard input is a terminal, which would show the password",
            "pipe it in, or use --password-env VAR or --password-file FILE",
        ));
    }
    let read = session.read_apart(|| bounded(io::stdin().lock())).await?;
    read.map_err(|why| Failure::usage(WHAT, format!("standard input: {why}"), "pipe in only the password"))
}

fn of_variable(name: &str, env: &Env) -> Result<Sensitive, Failure> {
    env.secret(name).ok_or_else(|| {
        let name = crate::domain::untrusted::clean(name);
        Failure::usage(WHAT, format!("{name} is not set, or is not text"), "name a variable that is set and exported")
    })
}

fn of_file(path: &Path) -> Result<Sensitive, Failure> {
    let opened = files::inherited(path).map_or_else(|| files::open(path), |file| Ok(file?));
    opened.map_err(|fault| fault.to_string()).and_then(bounded).map_err(|why| {
        let shown = crate::domain::untrusted::clean(&path.to_string_lossy());
        let hint = "--password-file needs a file that contains only the password";
        Failure::usage(WHAT, format!("{shown}: {why}"), hint)
    })
}

/// Reads to the end and drops exactly one line end.
pub(super) fn bounded(source: impl Read) -> Result<Sensitive, String> {
    // Room for the largest secret and its line end.
    let bytes = files::bounded(source, VALUE_LIMIT as u64 + 2).map_err(|fault| match fault {
        FileError::TooLarge(_) => format!("more than {VALUE_LIMIT} bytes, GitHub's limit for a secret"),
        fault => fault.to_string(), // each says why by itself
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| FileError::NotText.to_string())?;
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
        let env = Env::of([("SET", "p\n")]);
        assert_eq!(of_variable("SET", &env).unwrap(), Sensitive::from("p\n"));
        assert!(of_variable("UNSET", &env).unwrap_err().problem.why.contains("UNSET"));
        assert!(of_file(Path::new("/nonexistent/x")).unwrap_err().problem.why.contains("/nonexistent/x"));
    }
}
