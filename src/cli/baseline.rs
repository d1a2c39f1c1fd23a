//! What an input was like before: a file of baselines, or an earlier template.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Trouble, input, note};
use crate::{
    baseline::{Baseline, BaselineError, Baselines},
    facts::Observed,
};

#[derive(Debug, clap::Args)]
pub(super) struct Comparison {
    /// Compare each input with what this file remembers of it, and list new findings only. It excuses nothing that
    /// policy blocks: that takes an exemption, with an owner and an expiry date
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found now to the file of --baseline, for the next comparison
    #[arg(long, requires = "baseline")]
    update_baseline: bool,
}

/// Why a file of baselines cannot be used.
#[derive(Debug, thiserror::Error)]
enum FileError {
    #[error("there is no baseline {}; write one with --update-baseline", .0.display())]
    Missing(PathBuf),
    #[error("cannot use {}: {source}", path.display())]
    Malformed { path: PathBuf, source: BaselineError },
    #[error("cannot write {}: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// The file, where one is named.
pub(super) struct File<'a> {
    arguments: &'a Comparison,
    known: Option<Baselines>,
}

impl<'a> File<'a> {
    /// Reads the file. One that is to be written need not be there yet.
    pub(super) fn open(arguments: &'a Comparison) -> Result<Self, Trouble> {
        let Some(path) = &arguments.baseline else { return Ok(Self { arguments, known: None }) };
        let known = match (path.exists(), arguments.update_baseline) {
            (false, true) => Baselines::default(),
            (false, false) => return Err(FileError::Missing(path.clone()).into()),
            (true, _) => {
                let bytes = input::read(path, "a file of baselines, as --update-baseline writes it")?;
                let malformed = |source| FileError::Malformed { path: path.clone(), source };
                Baselines::from_json(&bytes).map_err(malformed)?
            }
        };
        Ok(Self { arguments, known: Some(known) })
    }

    /// What an input was like.
    pub(super) fn of(&self, input: &str) -> Observed<Baseline> {
        self.known.as_ref().and_then(|known| known.of(input)).cloned().into()
    }

    /// Takes in what an input is like now.
    pub(super) fn remember(&mut self, input: &str, baseline: Baseline) {
        if let Some(known) = self.known.as_mut().filter(|_| self.arguments.update_baseline) {
            known.remember(input, baseline);
        }
    }

    /// Writes the file, if it is to be written.
    pub(super) fn close(self) -> Result<(), Trouble> {
        if let (true, Some(path), Some(known)) = (self.arguments.update_baseline, &self.arguments.baseline, self.known)
        {
            write(path, &known)?;
            note(&format!("wrote {}", path.display()));
        }
        Ok(())
    }
}

/// Beside the file first, then in its place: whoever interrupts this keeps the old one whole.
fn write(path: &Path, baselines: &Baselines) -> Result<(), Trouble> {
    let unwritable = |source| FileError::Unwritable { path: path.to_owned(), source };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = fs::File::create(&beside).map_err(unwritable)?;
    serde_json::to_writer_pretty(&mut file, baselines)?;
    file.write_all(b"\n").map_err(unwritable)?;
    fs::rename(&beside, path).map_err(unwritable)?;
    Ok(())
}
