//! Looking at a live stack with progress, and facts that were saved before: what `audit` and `graph` share.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::ProgressBar;

use super::{Trouble, bar_style, connection::Connection, input};
use crate::{
    aws::{Audited, audit, observe::Progress},
    facts::{FACTS_VERSION, Facts},
    job,
    policy::Policy,
};

/// How often the progress bar is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// Looks at the stack, with progress on a terminal.
pub(super) fn looked(connection: &Connection, stack: &str, policy: &Policy) -> Result<Audited, Trouble> {
    let needs = job::needs(policy);
    connection.run(async |connected| {
        let bar = ProgressBar::new(0).with_style(bar_style());
        bar.set_message("listing");
        let watch = |progress: Progress| {
            bar.set_length(progress.listed as u64);
            bar.set_position(progress.seen as u64);
            bar.set_message(if progress.complete { "looking" } else { "listing" });
        };
        let audited = audit(&connected.clients, &connected.calls, stack, &needs, FRAME, watch).await;
        bar.finish_and_clear();
        Ok(audited?)
    })
}

/// A facts document that does not read as one.
#[derive(Debug, thiserror::Error)]
enum FactsError {
    #[error("{} is no facts document, as `fitgate audit --save` writes them: {source}", path.display())]
    Malformed { path: PathBuf, source: serde_json::Error },
    #[error("{} has version {found} of facts; this fitgate reads version {FACTS_VERSION}", path.display())]
    Version { path: PathBuf, found: u32 },
}

/// Facts that were saved before.
pub(super) fn saved(path: &Path) -> Result<Facts, Trouble> {
    let bytes = input::read(path, "a facts document")?;
    let facts: Facts =
        serde_json::from_slice(&bytes).map_err(|source| FactsError::Malformed { path: path.to_owned(), source })?;
    if facts.version != FACTS_VERSION {
        return Err(FactsError::Version { path: path.to_owned(), found: facts.version }.into());
    }
    Ok(facts)
}
