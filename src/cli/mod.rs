//! The terminal program: one command a file, the only code that prints.
//!
//! Standard output is data; diagnostics go to standard error. Colour comes only where a terminal shows
//! it, `NO_COLOR` is respected, and no meaning rests on colour alone.

mod audit;
mod baseline;
mod check;
mod checks;
mod clock;
mod completions;
mod connection;
mod exit;
mod graph;
mod history;
mod input;
mod judged;
mod looking;
mod mistake;
mod permissions;
mod policy;
mod rehearse;
mod templates;
mod templates_in;

use std::{
    borrow::Cow,
    io::{self, Write},
    process::ExitCode,
    thread,
};

use anstream::{ColorChoice, adapter::strip_str};
use clap::{Parser, Subcommand, ValueEnum};
use indicatif::ProgressStyle;

pub use exit::Exit;

use crate::{parallel::Threads, source::SourceErrors, template::TemplateError};

/// Safe deployments for AWS serverless applications.
#[derive(Debug, Parser)]
#[command(name = "fitgate", version, about, propagate_version = true, max_term_width = 80)]
#[command(after_help = "Exit codes: 0 proceed, 1 halt, 2 could not evaluate, 3 inconclusive.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge templates: fitness, findings, and whether a deployment would proceed
    Check(check::Arguments),
    /// Judge a live stack: the same checks on what AWS says of its resources
    Audit(audit::Arguments),
    /// Rehearse a whole deployment on this machine: hooks, traffic shift, alarms, rollback
    Rehearse(rehearse::Arguments),
    /// Draw a stack: who invokes, reads, writes, publishes to and is deployed by what
    Graph(graph::Arguments),
    /// How the fitness of a stack went from deployment to deployment
    History(history::Arguments),
    /// The catalogue of checks
    #[command(subcommand)]
    Checks(checks::Command),
    /// What the owner of a stack wants: limits, severities, exemptions
    #[command(subcommand)]
    Policy(policy::Command),
    /// Completions for a shell, on standard output
    Completions(completions::Arguments),
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, in 80 columns
    Text,
    /// For scripts; the words are a contract
    Json,
}

/// How reports are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// For people, in 80 columns
    Text,
    /// For scripts; the words are a contract
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for CI servers
    Junit,
    /// Compliance findings of the Open Cybersecurity Schema Framework 1.3.0
    Ocsf,
    /// For the comment of a pull request
    Markdown,
    /// One self-contained page
    Html,
    /// Annotations of GitHub Actions
    Github,
}

/// What ends a command early: one message, exit code 2.
type Trouble = Box<dyn std::error::Error>;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Rehearse(arguments) => rehearse::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::History(arguments) => history::run(&arguments),
        Command::Checks(command) => checks::run(&command),
        Command::Policy(command) => policy::run(&command),
        Command::Completions(arguments) => completions::run(&arguments),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) if broken_pipe(error.as_ref()) => Exit::Proceed.into(),
        Err(error) => {
            complain(error.as_ref());
            Exit::Unusable.into()
        }
    }
}

/// One message on standard error; mistakes in a document are shown with their lines.
fn complain(error: &(dyn std::error::Error + 'static)) {
    let mistakes = error
        .downcast_ref::<SourceErrors>()
        .map(|errors| errors.0.as_slice())
        .or_else(|| error.downcast_ref::<TemplateError>().map(TemplateError::mistakes));
    match mistakes {
        Some(mistakes) => mistakes.iter().for_each(|error| tell(&mistake::shown("error", error))),
        None => tell(&mistake::told("error", error)),
    }
}

/// Writes to standard error; nothing is left to tell if that is closed.
fn tell(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Something worth knowing that is no result, on standard error.
fn note(text: &str) {
    tell(&mistake::told("note", text));
}

/// A reader that has seen enough (`fitgate … | head`) is no error.
fn broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes to standard output, without colour where nobody would see it.
fn print(text: &str) -> Result<(), Trouble> {
    let mut out = anstream::stdout();
    if out.current_choice() != ColorChoice::Never {
        out.write_all(text.as_bytes())?;
        return Ok(out.flush()?);
    }
    // The stream would take every byte through its parser, of a megabyte of JSON too, and write piece by piece.
    let is_plain = text.bytes().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace());
    let plain = if is_plain { Cow::Borrowed(text) } else { Cow::Owned(strip_str(text).to_string()) };
    let mut out = io::stdout().lock();
    out.write_all(plain.as_bytes())?;
    Ok(out.flush()?)
}

/// As many as the machine runs at once.
fn threads() -> Threads {
    thread::available_parallelism().map_or_else(|_| Threads::default(), Threads::from)
}

/// How progress looks, the same for every command.
fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar())
}
