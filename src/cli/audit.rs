//! `fitgate audit`

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::{
    Exit, ReportFormat, Trouble,
    baseline::{Comparison, File},
    clock, complain,
    connection::Connection,
    history, input,
    judged::{self, Judged, Judging, Writing},
    looking::{looked, saved},
    note, policy, print,
};
use crate::{
    facts::{Branch, Facts},
    policy::Policy,
    report::{Figures, Report},
    trend::figure,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The stack to look at, by name or ARN; nested stacks are part of it. May be given several times
    #[arg(long, value_name = "NAME", required_unless_present = "facts")]
    stack: Vec<String>,
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
    /// Rules of your own in the language of CloudFormation Guard, besides those of the policy. May be given several
    /// times
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    baseline: Comparison,
    /// List passes too, and what the comparison has nothing new to say of
    #[arg(long)]
    all: bool,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
    /// Judge as on this day, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
}

/// Looks at live stacks, or at what was seen of one before, and judges them. One that cannot be looked at is told on
/// standard error and does not hide the others.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let policy = policy::with_rules(arguments.policy.as_deref(), &arguments.rules)?;
    if arguments.save.is_some() && arguments.stack.len() > 1 {
        return Err(OneAtATime.into());
    }
    let mut file = File::open(&arguments.baseline)?;
    let mut exit = Exit::Proceed;
    let (mut reports, mut figures) = (Vec::new(), Vec::new());
    let subjects = match &arguments.facts {
        Some(path) => vec![Subject::Saved(path)],
        None => arguments.stack.iter().map(|stack| Subject::Stack(stack)).collect(),
    };
    for subject in subjects {
        match judged(arguments, subject, &policy, &mut file) {
            Ok((report, drawn)) => {
                reports.push(report);
                figures.push(drawn);
            }
            Err(trouble) => {
                complain(trouble.as_ref());
                exit = Exit::Unusable;
            }
        }
    }
    if exit != Exit::Unusable {
        file.close()?;
    }
    for report in &reports {
        exit = exit.worse(judged::exit_of(report));
    }
    if !reports.is_empty() {
        let Arguments { format, all, .. } = *arguments;
        let writing = Writing { format, inputs: arguments.stack.len(), all, at: clock::moment(arguments.today) };
        print(&judged::written(&reports, &figures, writing)?)?;
    }
    Ok(exit)
}

/// What is judged.
enum Subject<'a> {
    Stack(&'a str),
    Saved(&'a Path),
}

fn judged(
    arguments: &Arguments,
    subject: Subject<'_>,
    policy: &Policy,
    file: &mut File<'_>,
) -> Result<(Report, Figures), Trouble> {
    let trend = match &subject {
        Subject::Stack(stack) if arguments.format == ReportFormat::Html => trend(&arguments.connection, stack),
        _ => None,
    };
    let (input, facts, remarks) = match subject {
        Subject::Saved(path) => (input::shown(path), saved(path)?, Vec::new()),
        Subject::Stack(stack) => {
            let audited = looked(&arguments.connection, stack, policy)?;
            (stack.to_owned(), audited.facts, audited.remarks)
        }
    };
    if let Some(file) = &arguments.save {
        save(file, &facts)?;
        note(&format!("wrote {}, which may hold secrets: environment variables as they are", file.display()));
    }
    let today = arguments.today.unwrap_or_else(clock::today);
    let branch = Branch { assumptions: Vec::new(), facts };
    let before = file.of(&input);
    let judging = Judging { policy, today, before: &before };
    let Judged { mut report, baseline } =
        judged::judge(input.as_str(), std::slice::from_ref(&branch), judging, &|_, _| None);
    report.remarks = [remarks, report.remarks].concat();
    file.remember(&input, baseline);
    let figures = Figures { trend, ..judged::figures(&input, std::slice::from_ref(&branch), arguments.format) };
    Ok((report, figures))
}

/// The plot of the last releases. A report is worth having without it.
fn trend(connection: &Connection, stack: &str) -> Option<String> {
    match history::recent(connection, stack) {
        Ok(trend) => trend.as_ref().map(figure),
        Err(trouble) => {
            note(&format!("the history of {stack} is not shown: {trouble}"));
            None
        }
    }
}

/// Where facts were to be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
struct Unwritable {
    path: PathBuf,
    source: io::Error,
}

/// `--save` with more than one stack to look at.
#[derive(Debug, thiserror::Error)]
#[error("--save writes what was seen of one stack; name one --stack")]
struct OneAtATime;

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
