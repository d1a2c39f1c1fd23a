//! `fitgate audit`

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::{
    Exit, Format, Trouble, clock,
    connection::Connection,
    input, judged,
    looking::{looked, saved},
    note, policy, print,
};
use crate::facts::{Branch, Facts};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The stack to look at, by name or ARN; nested stacks are part of it
    #[arg(long, value_name = "NAME", required_unless_present = "facts")]
    stack: Option<String>,
    /// Judge facts that were saved before, instead of a live stack
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stack", "save", "region", "profile"])]
    facts: Option<PathBuf>,
    /// Write what was observed to a file, to be judged again later. It holds what the stack's owner can read,
    /// environment variables too
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
    /// The policy [default: fitgate.yaml in this folder, else the shipped one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// List passes too
    #[arg(long)]
    all: bool,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Judge as on this day, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
}

/// Looks at a live stack, or at what was seen of one before, and judges it.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let policy = policy::chosen(arguments.policy.as_deref())?;
    let (input, facts, remarks) = match (&arguments.facts, &arguments.stack) {
        (Some(file), _) => (input::shown(file), saved(file)?, Vec::new()),
        (None, Some(stack)) => {
            let audited = looked(&arguments.connection, stack, &policy)?;
            (stack.clone(), audited.facts, audited.remarks)
        }
        (None, None) => return Err(NothingToJudge.into()),
    };
    if let Some(file) = &arguments.save {
        save(file, &facts)?;
        note(&format!("wrote {}, which may hold secrets: environment variables as they are", file.display()));
    }
    let today = arguments.today.unwrap_or_else(clock::today);
    let branch = Branch { assumptions: Vec::new(), facts };
    let mut report = judged::report(input, &[branch], &policy, today, &|_, _| None);
    report.remarks = remarks;
    let exit = judged::exit_of(&report);
    print(&judged::written(&[report], 1, arguments.format, arguments.all)?)?;
    Ok(exit)
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
struct Unwritable {
    path: PathBuf,
    source: io::Error,
}

/// Neither a stack nor a file: clap refuses that before.
#[derive(Debug, thiserror::Error)]
#[error("nothing to judge; give --stack or --facts")]
struct NothingToJudge;

/// Writes facts for their owner alone: they hold environment variables.
fn save(path: &Path, facts: &Facts) -> Result<(), Trouble> {
    let unwritable = |source| Unwritable { path: path.to_owned(), source };
    let text = serde_json::to_string_pretty(facts)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unwritable)?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(unwritable)?;
    Ok(())
}
