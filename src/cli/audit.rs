//! `fitgate audit`

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;

use super::{
    Exit, ReportFormat, Trouble, clock,
    connection::Connection,
    input,
    judged::{self, Writing},
    note, policy, print,
};
use crate::{
    aws::{Audited, audit, observe::Progress},
    facts::{Branch, FACTS_VERSION, Facts},
    job,
    policy::Policy,
};

/// How often the progress bar is drawn.
const FRAME: Duration = Duration::from_millis(100);

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
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
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
            let audited = looked(arguments, stack, &policy)?;
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
    let writing =
        Writing { format: arguments.format, inputs: 1, all: arguments.all, at: clock::moment(arguments.today) };
    print(&judged::written(&[report], &[], writing)?)?;
    Ok(exit)
}

/// Looks at the stack, with progress on a terminal.
fn looked(arguments: &Arguments, stack: &str, policy: &Policy) -> Result<Audited, Trouble> {
    let needs = job::needs(policy);
    arguments.connection.run(async |connected| {
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")?);
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
    #[error("cannot write {}: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// Neither a stack nor a file: clap refuses that before.
#[derive(Debug, thiserror::Error)]
#[error("nothing to judge; give --stack or --facts")]
struct NothingToJudge;

/// Facts that were saved before.
fn saved(path: &Path) -> Result<Facts, Trouble> {
    let bytes = input::read(path, "a facts document")?;
    let facts: Facts =
        serde_json::from_slice(&bytes).map_err(|source| FactsError::Malformed { path: path.to_owned(), source })?;
    if facts.version != FACTS_VERSION {
        return Err(FactsError::Version { path: path.to_owned(), found: facts.version }.into());
    }
    Ok(facts)
}

/// Writes facts for their owner alone: they hold environment variables.
fn save(path: &Path, facts: &Facts) -> Result<(), Trouble> {
    let unwritable = |source| FactsError::Unwritable { path: path.to_owned(), source };
    let text = serde_json::to_string_pretty(facts)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unwritable)?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(unwritable)?;
    Ok(())
}
