//! `fitgate history`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Exit, Format, Trouble, connection::Connection, note, print};
use crate::{
    aws::{
        StackKey,
        history::{EXPORT, Table, installed},
        settings::HISTORY_TABLE,
    },
    event::{DeploymentId, Phase},
    source::printable,
    trend::{Trend, page, svg, text},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The stack, by name or ARN; function/NAME for a function that no stack holds
    #[arg(long, value_name = "NAME", value_parser = stack)]
    stack: StackKey,
    /// The history table [default: FITGATE_HISTORY_TABLE, else the one that the stack of the hooks exports]
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// So many of the last deployments
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// What this hook judged, pre-traffic or post-traffic [default: of each deployment, the last that did]
    #[arg(long, value_name = "PHASE")]
    phase: Option<Phase>,
    /// Write the whole report of one deployment instead, as JSON
    #[arg(long, value_name = "DEPLOYMENT", conflicts_with_all = ["html", "svg", "format", "limit"])]
    report: Option<DeploymentId>,
    #[command(flatten)]
    connection: Connection,
    /// How to write the trend
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write a page with plot and table to this file too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the plot to this file too
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// What stands where a stack should.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0:?} is no stack; write its name, its ARN, or function/NAME")]
struct NoStack(String);

/// Nobody says where the history is.
#[derive(Debug, thiserror::Error)]
#[error(
    "no history table is known: {HISTORY_TABLE} is not set, and no stack here exports {EXPORT}; give --table, or another --region"
)]
struct NoTable;

/// Releases that a report shows beside today's judgement.
const RECENT: usize = 50;

/// A deployment of which no report is kept.
#[derive(Debug, thiserror::Error)]
#[error("the history table {table} keeps no report of {deployment} in {stack}; see `fitgate history --stack {stack}`")]
struct NoReport {
    table: String,
    deployment: DeploymentId,
    stack: String,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
struct Unwritable {
    path: PathBuf,
    source: io::Error,
}

fn stack(text: &str) -> Result<StackKey, NoStack> {
    StackKey::read(text).ok_or_else(|| NoStack(text.to_owned()))
}

/// What was read of the history.
enum Read {
    Trend(Trend),
    Report(Vec<u8>),
}

/// How the fitness of a stack went lately, where a history of it is kept in the account.
pub(super) fn recent(connection: &Connection, stack: &str) -> Result<Option<Trend>, Trouble> {
    let stack = self::stack(stack)?;
    connection.run(async |connected| {
        let name = match configured() {
            Some(name) => Some(name),
            None => installed(&connected.clients, &connected.calls).await?,
        };
        let Some(name) = name else { return Ok(None) };
        let trend = Table::new(&connected.clients, &connected.calls, &name).trend(&stack, RECENT, None).await?;
        Ok(Some(trend).filter(|trend| !trend.releases.is_empty()))
    })
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let read = arguments.connection.run(async |connected| {
        let name = match arguments.table.clone().or_else(configured) {
            Some(name) => name,
            None => installed(&connected.clients, &connected.calls).await?.ok_or(NoTable)?,
        };
        let table = Table::new(&connected.clients, &connected.calls, &name);
        let (stack, phase) = (&arguments.stack, arguments.phase);
        match &arguments.report {
            None => Ok(Read::Trend(table.trend(stack, arguments.limit.into(), phase).await?)),
            Some(deployment) => match table.report(stack, deployment, phase).await? {
                Some(report) => Ok(Read::Report(report)),
                None => Err(NoReport { table: name, deployment: deployment.clone(), stack: stack.to_string() }.into()),
            },
        }
    })?;
    match read {
        Read::Report(report) => {
            let report: serde_json::Value = serde_json::from_slice(&report)?;
            print(&format!("{}\n", serde_json::to_string_pretty(&report)?))?;
        }
        Read::Trend(trend) => show(&trend, arguments)?,
    }
    Ok(Exit::Proceed)
}

/// The table that the environment names.
#[expect(clippy::disallowed_methods, reason = "the shell reads the environment here, where the option is read")]
fn configured() -> Option<String> {
    std::env::var(HISTORY_TABLE).ok().filter(|name| !name.is_empty())
}

fn show(trend: &Trend, arguments: &Arguments) -> Result<(), Trouble> {
    if trend.releases.is_empty() {
        let (stack, table) = (printable(&trend.stack), printable(&trend.table));
        note(&format!("the history table {table} holds nothing of {stack}; was it released, and is that its name?"));
    }
    let files = [(&arguments.html, page as fn(&Trend) -> String, "page"), (&arguments.svg, svg, "plot")];
    for (path, render, what) in files {
        if let Some(path) = path {
            write(path, &render(trend))?;
            note(&format!("{what} written to {}", path.display()));
        }
    }
    match arguments.format {
        Format::Json => print(&format!("{}\n", serde_json::to_string_pretty(trend)?)),
        Format::Text => print(&text(trend)),
    }
}

fn write(path: &Path, content: &str) -> Result<(), Unwritable> {
    fs::write(path, content).map_err(|source| Unwritable { path: path.to_owned(), source })
}
