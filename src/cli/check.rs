//! `fitgate check`

use std::path::PathBuf;

use jiff::civil::Date;

use super::{
    Exit, Format, Trouble, clock, complain, input, policy, print,
    templates::{self, Parameters, Source},
};
use crate::{
    decide::{Cause, Outcome, decide},
    evaluate::evaluate,
    facts::Observed,
    policy::Policy,
    report::{Report, json, text},
    score::score,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Templates (CloudFormation, SAM), the cdk.out folder of a synthesized CDK app, or - for
    /// standard input
    #[arg(required = true, value_name = "TEMPLATE")]
    templates: Vec<PathBuf>,
    /// The value of a template parameter, or of a pseudo parameter such as AWS::Region
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = templates::parameter)]
    parameters: Vec<(String, String)>,
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

/// Judges every template. One that cannot be read is told on standard error and does not hide the others.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let policy = policy::chosen(arguments.policy.as_deref())?;
    let mut parameters = Parameters::new(&arguments.parameters)?;
    let today = arguments.today.unwrap_or_else(clock::today);
    let mut exit = Exit::Proceed;
    let mut reports = Vec::new();
    for path in &arguments.templates {
        let judged = templates::sources(path).and_then(|sources| {
            sources.iter().map(|source| report(source, &mut parameters, &policy, today)).collect::<Result<Vec<_>, _>>()
        });
        match judged {
            Ok(judged) => reports.extend(judged),
            Err(trouble) => {
                complain(trouble.as_ref());
                exit = Exit::Unusable;
            }
        }
    }
    // A template that could not be read may be the one that has a parameter.
    if exit != Exit::Unusable {
        parameters.all_used()?;
    }
    for report in &reports {
        exit = exit.worse(exit_of(report));
    }
    if !reports.is_empty() {
        print(&written(&reports, arguments)?)?;
    }
    Ok(exit)
}

fn report(source: &Source, parameters: &mut Parameters, policy: &Policy, today: Date) -> Result<Report, Trouble> {
    let template = templates::load(source, parameters)?;
    let evaluation = evaluate(&template.branches, policy, today);
    let fitness = score(&evaluation, policy);
    let decision = decide(&evaluation, &fitness, &Observed::Absent, policy);
    let locate = |resource: &_, place: Option<&_>| templates::locate(&template, resource, place);
    Ok(Report::new(input::shown(&source.path), &evaluation, &fitness, &decision, policy, &locate))
}

fn exit_of(report: &Report) -> Exit {
    match (report.decision.outcome, report.decision.cause()) {
        (Outcome::Proceed, _) => Exit::Proceed,
        (Outcome::Halt, Some(Cause::Unknown)) => Exit::Inconclusive,
        (Outcome::Halt, _) => Exit::Halt,
    }
}

fn written(reports: &[Report], arguments: &Arguments) -> Result<String, Trouble> {
    match arguments.format {
        Format::Json => {
            let document = json(reports, arguments.templates.len(), arguments.all);
            Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
        }
        Format::Text => {
            let texts: Vec<String> = reports.iter().map(|report| text(report, arguments.all)).collect();
            Ok(texts.join("\n"))
        }
    }
}
