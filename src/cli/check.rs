//! `fitgate check`

use std::path::PathBuf;

use jiff::civil::Date;

use super::{
    Exit, ReportFormat, Trouble, clock, complain, input,
    judged::{self, Writing},
    policy, print,
    templates::{self, Parameters, Source},
};
use crate::{policy::Policy, report::Report};

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
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
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
        exit = exit.worse(judged::exit_of(report));
    }
    if !reports.is_empty() {
        let Arguments { format, all, .. } = *arguments;
        let writing = Writing { format, inputs: arguments.templates.len(), all, at: clock::moment(arguments.today) };
        print(&judged::written(&reports, &[], writing)?)?;
    }
    Ok(exit)
}

fn report(source: &Source, parameters: &mut Parameters, policy: &Policy, today: Date) -> Result<Report, Trouble> {
    let template = templates::load(source, parameters)?;
    let locate = |resource: &_, place: Option<&_>| templates::locate(&template, resource, place);
    Ok(judged::report(input::shown(&source.path), &template.branches, policy, today, &locate))
}
