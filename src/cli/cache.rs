//! `pullkey cache`: shows where GitHub's answers are stored and how many there are, or deletes them.

use super::args::CacheArgs;
use super::session::Session;
use super::{Exit, Failure};
use crate::domain::Problem;
use crate::local::Paths;
use crate::{github, report};

pub(super) fn run(args: &CacheArgs, session: &Session) -> Result<Exit, Failure> {
    let Some(folder) = Paths::of(&session.env).cache else {
        let json = || serde_json::json!({ "version": report::VERSION, "folder": null, "answers": 0, "bytes": 0 });
        session.show(json, || "no cache: neither HOME nor PULLKEY_CACHE_DIR is set\n".to_owned())?;
        return Ok(Exit::Fine);
    };
    let (answers, bytes) = github::cached(&folder);
    if args.clear {
        github::erase_cache(&folder).map_err(|fault| {
            Failure::world(Problem::new(
                "the cache was not cleared",
                fault.to_string(),
                format!("delete the folder {} yourself", folder.join("github").display()),
            ))
        })?;
    }
    let json = || {
        serde_json::json!({
            "version": report::VERSION,
            "folder": folder.to_string_lossy(),
            "answers": answers,
            "bytes": bytes,
            "cleared": args.clear,
        })
    };
    let text = || {
        let what = if args.clear { "cleared" } else { "stored" };
        let answers = if answers == 1 { "1 answer".to_owned() } else { format!("{answers} answers") };
        format!("{}: {answers} from GitHub, {} kB, {what}\n", folder.display(), bytes.div_ceil(1_000))
    };
    session.show(json, text)?;
    Ok(Exit::Fine)
}
