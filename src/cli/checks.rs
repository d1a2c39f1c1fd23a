//! `fitgate checks`

use std::fmt::Write as _;

use anstyle::Style;
use serde::Serialize;

use super::{Exit, Format, Trouble, permissions, print};
use crate::{
    check::{Check, Default, Pillar, Severity},
    checks::{
        self,
        equivalents::{self, Catalogue},
    },
    report::paragraph::marked,
    source::read::nearest,
};

const BOLD: Style = Style::new().bold();

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List every check, or those that stand for the rule of another tool
    List {
        /// Only what stands for this name of another tool, CKV_AWS_18 or s3-bucket-logging-enabled for example
        #[arg(long, value_name = "NAME")]
        equivalent: Option<String>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Explain one check: why, how to mend it, what absent means, what others call it
    Explain {
        /// The check's id, s3-versioning for example
        id: String,
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Write the IAM policy that the hooks need, to paste into a template
    Permissions(permissions::Arguments),
}

/// One check, in the words of the JSON output.
#[derive(Debug, Serialize)]
struct Row {
    id: &'static str,
    title: &'static str,
    pillar: Pillar,
    severity: Severity,
    scope: &'static str,
    applies_to: &'static [&'static str],
    default: bool,
    since: &'static str,
    why: &'static str,
    fix: &'static str,
    absent: &'static str,
    reference: &'static str,
    /// What must be observed on a live stack, and the IAM actions for it.
    needs: Vec<NeedRow>,
    /// What other tools call it.
    equivalents: Vec<NameRow>,
}

#[derive(Debug, Serialize)]
struct NeedRow {
    operation: &'static str,
    actions: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct NameRow {
    catalogue: Catalogue,
    name: &'static str,
}

/// An id that no check has.
#[derive(Debug, thiserror::Error)]
#[error("no check is called {id:?}{}; see `fitgate checks list`", near.map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
struct UnknownCheck {
    id: String,
    near: Option<&'static str>,
}

/// A name that no tool has for any check.
#[derive(Debug, thiserror::Error)]
#[error("no check stands for {name:?}{}; every name is in `fitgate checks list --format json`", near.map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
struct UnknownName {
    name: String,
    near: Option<&'static str>,
}

pub(super) fn run(command: &Command) -> Result<Exit, Trouble> {
    match command {
        Command::List { equivalent, format } => {
            let listed = listed(equivalent.as_deref())?;
            match format {
                Format::Json => print_json(&listed.into_iter().map(Row::of).collect::<Vec<_>>())?,
                Format::Text => print(&list(&listed))?,
            }
        }
        Command::Explain { id, format } => {
            let check = checks::by_id(id).ok_or_else(|| unknown(id))?;
            match format {
                Format::Json => print_json(&Row::of(check))?,
                Format::Text => print(&explanation(check))?,
            }
        }
        Command::Permissions(arguments) => permissions::run(arguments)?,
    }
    Ok(Exit::Proceed)
}

/// Every check, or those that stand for a name.
fn listed(equivalent: Option<&str>) -> Result<Vec<&'static Check>, UnknownName> {
    let Some(name) = equivalent else { return Ok(checks::all().collect()) };
    let found = equivalents::find(name);
    if found.is_empty() {
        return Err(UnknownName { name: name.to_owned(), near: nearest(name, equivalents::names()) });
    }
    Ok(found)
}

fn unknown(id: &str) -> UnknownCheck {
    UnknownCheck { id: id.to_owned(), near: nearest(id, checks::all().map(|check| check.id)) }
}

pub(super) fn print_json<T: Serialize>(value: &T) -> Result<(), Trouble> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

impl Row {
    fn of(check: &'static Check) -> Self {
        Self {
            id: check.id,
            title: check.title,
            pillar: check.pillar,
            severity: check.severity,
            scope: check.applies.scope(),
            applies_to: check.applies.types(),
            default: check.default == Default::On,
            since: check.since,
            why: check.why,
            fix: check.fix,
            absent: check.absent,
            reference: check.reference,
            needs: check
                .needs
                .iter()
                .map(|need| NeedRow { operation: need.operation(), actions: need.actions().collect() })
                .collect(),
            equivalents: equivalents::of(check.id).map(|(catalogue, name)| NameRow { catalogue, name }).collect(),
        }
    }
}

fn list(checks: &[&Check]) -> String {
    let mut out = String::new();
    let longest = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let _ = writeln!(out, "{BOLD}{:<longest$}  {:<8}  {:<11}  on{BOLD:#}", "check", "severity", "pillar");
    for check in checks {
        let on = if check.default == Default::On { "yes" } else { "opt-in" };
        let _ = writeln!(out, "{:<longest$}  {:<8}  {:<11}  {on}", check.id, check.severity, check.pillar);
    }
    out
}

fn explanation(check: &Check) -> String {
    let mut out = String::new();
    let on = if check.default == Default::On { "on by default" } else { "off until policy turns it on" };
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}  {}, {}, {on}", check.id, check.severity, check.pillar);
    paragraph(&mut out, "", check.title);
    let _ = writeln!(out);
    paragraph(&mut out, "Why       ", check.why);
    paragraph(&mut out, "Fix       ", check.fix);
    paragraph(&mut out, "Absent    ", check.absent);
    paragraph(&mut out, "Judges    ", &check.applies.types().join(", "));
    for need in check.needs {
        let actions: Vec<&str> = need.actions().collect();
        paragraph(&mut out, "Needs     ", &format!("{} (grant {})", need.operation(), actions.join(", ")));
    }
    let mut label = "Elsewhere ";
    for catalogue in Catalogue::ALL {
        let named = equivalents::of(check.id).filter(|(its, _)| *its == catalogue);
        let names: Vec<&str> = named.map(|(_, name)| name).collect();
        if !names.is_empty() {
            paragraph(&mut out, label, &format!("{catalogue}: {}", names.join(", ")));
            label = "          ";
        }
    }
    paragraph(&mut out, "Source    ", check.reference);
    paragraph(&mut out, "Since     ", check.since);
    out
}

/// A paragraph with a label.
fn paragraph(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "{}", marked(label, text));
}
