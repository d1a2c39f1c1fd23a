//! `fitgate rehearse`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Exit, Format, Trouble, clock, input, note, policy, print, templates};
use crate::{
    rehearsal::{Script, html, rehearse, scenario::Scenario, text},
    report::paragraph::marked,
    source::read::nearest,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The template that is released
    #[arg(default_value = "template.yaml")]
    template: PathBuf,
    /// The template of the last good release [default: the same, without the scenario's changes]
    #[arg(long, value_name = "TEMPLATE")]
    before: Option<PathBuf>,
    /// What happens: one of the built-in scenarios, or a file of one's own (see --list)
    #[arg(long, value_name = "NAME|FILE", default_value = "proceed")]
    scenario: String,
    /// List the built-in scenarios and end
    #[arg(long)]
    list: bool,
    /// The logical id of the function to deploy [default: the first that CodeDeploy deploys]
    #[arg(long, value_name = "ID")]
    function: Option<String>,
    /// The value of a template parameter, or of a pseudo parameter such as AWS::Region
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = templates::parameter)]
    parameters: Vec<(String, String)>,
    /// The policy [default: fitgate.yaml in this folder, else the shipped one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How to write the record
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write a page with the plots to this file too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Judge as on this day, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
}

/// A scenario that is neither built in nor a file.
#[derive(Debug, thiserror::Error)]
#[error(
    "no scenario is called {name:?}, and there is no such file{}; see `fitgate rehearse --list`",
    near.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
)]
struct UnknownScenario {
    name: String,
    near: Option<&'static str>,
}

/// A template that cannot be rehearsed.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", template.display())]
struct NotRehearsed {
    template: PathBuf,
    source: crate::rehearsal::RehearsalError,
}

/// A page that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
struct Unwritable {
    path: PathBuf,
    source: io::Error,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    if arguments.list {
        print(&listed()?)?;
        return Ok(Exit::Proceed);
    }
    let scenario = scenario(&arguments.scenario)?;
    let policy = policy::chosen(arguments.policy.as_deref())?;
    let mut parameters = templates::Parameters::new(&arguments.parameters)?;
    let after = templates::load_one(&arguments.template, &mut parameters, &policy)?.branches;
    let before = match &arguments.before {
        Some(path) => templates::load_one(path, &mut parameters, &policy)?.branches,
        None => after.clone(),
    };
    parameters.all_used()?;
    let script =
        Script { before, after, function: arguments.function.clone(), scenario, policy, epoch: epoch(arguments) };
    let rehearsal =
        rehearse(&script).map_err(|source| NotRehearsed { template: arguments.template.clone(), source })?;
    if let Some(path) = &arguments.html {
        write(path, &html::render(&rehearsal))?;
        note(&format!("page written to {}", path.display()));
    }
    match arguments.format {
        Format::Json => print(&format!("{}\n", serde_json::to_string_pretty(&rehearsal)?))?,
        Format::Text => print(&text::render(&rehearsal))?,
    }
    Ok(if rehearsal.succeeded() { Exit::Proceed } else { Exit::Halt })
}

/// Noon of the day asked for, or now.
fn epoch(arguments: &Arguments) -> Timestamp {
    let noon = |date: Date| date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    arguments.today.and_then(|date| noon(date).ok()).unwrap_or_else(clock::now)
}

fn scenario(name: &str) -> Result<Scenario, Trouble> {
    let built_in = Scenario::built_in();
    if let Some((_, document)) = built_in.iter().find(|(known, _)| *known == name) {
        return Ok(Scenario::parse(&format!("scenario {name}"), document.as_bytes())?);
    }
    let path = Path::new(name);
    if !path.exists() {
        let near = nearest(name, built_in.iter().map(|(known, _)| *known));
        return Err(UnknownScenario { name: name.to_owned(), near }.into());
    }
    Ok(Scenario::parse(name, &input::read(path, "a scenario file")?)?)
}

fn listed() -> Result<String, Trouble> {
    let mut out = String::new();
    for (name, document) in Scenario::built_in() {
        let scenario = Scenario::parse(name, document.as_bytes())?;
        out.push_str(&marked(&format!("{name:<21} "), &scenario.description));
        out.push('\n');
    }
    Ok(out)
}

fn write(path: &Path, page: &str) -> Result<(), Unwritable> {
    fs::write(path, page).map_err(|source| Unwritable { path: path.to_owned(), source })
}
