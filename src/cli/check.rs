//! `fitgate check`

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use jiff::civil::Date;

use super::{
    Exit, ReportFormat, Trouble, bar_style,
    baseline::{Comparison, File},
    clock, complain, input,
    judged::{self, Judged, Judging, Writing},
    policy, print,
    templates::{self, Parameters, Source},
};
use crate::{
    baseline::Baseline,
    facts::Observed,
    policy::Policy,
    report::{Figures, Location, Report},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Templates (CloudFormation, SAM), the cdk.out folder of a synthesized CDK app, a folder with
    /// templates in it, or - for standard input
    #[arg(required = true, value_name = "TEMPLATE")]
    templates: Vec<PathBuf>,
    /// The value of a template parameter, or of a pseudo parameter such as AWS::Region
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = templates::parameter)]
    parameters: Vec<(String, String)>,
    /// The policy [default: fitgate.yaml in this folder, else the shipped one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Rules of your own in the language of CloudFormation Guard, besides those of the policy. May be given several
    /// times
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    baseline: Comparison,
    /// Compare with an earlier version of the one template given, and list new findings only
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "baseline")]
    changed_since: Option<PathBuf>,
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

/// Judges every template. One that cannot be read is told on standard error and does not hide the others.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let policy = policy::with_rules(arguments.policy.as_deref(), &arguments.rules)?;
    let mut parameters = Parameters::new(&arguments.parameters)?;
    let mut check = Check {
        before: Before::open(arguments, &policy, &mut parameters)?,
        policy: &policy,
        today: arguments.today.unwrap_or_else(clock::today),
        format: arguments.format,
    };
    let mut exit = Exit::Proceed;
    let (mut reports, mut figures) = (Vec::new(), Vec::new());
    let bar = progress(arguments.templates.len());
    for path in &arguments.templates {
        let judged = check.judged(path, &mut parameters, &bar);
        bar.inc(1);
        match judged {
            Ok(judged) => {
                for (report, drawn) in judged {
                    reports.push(report);
                    figures.push(drawn);
                }
            }
            Err(trouble) => {
                complain(trouble.as_ref());
                exit = Exit::Unusable;
            }
        }
    }
    bar.finish_and_clear();
    // A template that could not be read may be the one that has a parameter.
    if exit != Exit::Unusable {
        parameters.all_used()?;
        check.before.close()?;
    }
    for report in &reports {
        exit = exit.worse(judged::exit_of(report));
    }
    if !reports.is_empty() {
        let Arguments { format, all, .. } = *arguments;
        let writing = Writing { format, inputs: arguments.templates.len(), all, at: clock::moment(arguments.today) };
        print(&judged::written(&reports, &figures, writing)?)?;
    }
    Ok(exit)
}

/// A bar on standard error, where that is a terminal.
fn progress(inputs: usize) -> ProgressBar {
    ProgressBar::new(inputs as u64).with_message("judging").with_style(bar_style())
}

/// `--changed-since` with more than one template to compare.
#[derive(Debug, thiserror::Error)]
#[error("--changed-since compares one template with its earlier version; name one template")]
struct OneAtATime;

/// What the templates are compared with.
enum Before<'a> {
    /// What a file remembers of each, if one is named.
    File(File<'a>),
    /// One earlier template.
    Template(Box<Baseline>),
}

impl<'a> Before<'a> {
    fn open(arguments: &'a Arguments, policy: &Policy, parameters: &mut Parameters) -> Result<Self, Trouble> {
        let Some(earlier) = &arguments.changed_since else { return Ok(Self::File(File::open(&arguments.baseline)?)) };
        if arguments.templates.len() != 1 {
            return Err(OneAtATime.into());
        }
        let template = templates::load_one(earlier, parameters, policy)?;
        let today = arguments.today.unwrap_or_else(clock::today);
        let judging = Judging { policy, today, before: &Observed::Absent };
        let judged = judged::judge(input::shown(earlier), &template.branches, judging, &|_, _| None);
        Ok(Self::Template(Box::new(judged.baseline)))
    }

    fn of(&self, input: &str) -> Observed<Baseline> {
        match self {
            Self::File(file) => file.of(input),
            Self::Template(baseline) => Observed::Present(baseline.as_ref().clone()),
        }
    }

    /// A file that is to be written is written only when every template could be read.
    fn close(self) -> Result<(), Trouble> {
        match self {
            Self::File(file) => file.close(),
            Self::Template(_) => Ok(()),
        }
    }
}

/// What every template is judged with.
struct Check<'a> {
    before: Before<'a>,
    policy: &'a Policy,
    today: Date,
    format: ReportFormat,
}

impl Check<'_> {
    /// The reports of the templates that a path stands for.
    fn judged(
        &mut self,
        path: &Path,
        parameters: &mut Parameters,
        bar: &ProgressBar,
    ) -> Result<Vec<(Report, Figures)>, Trouble> {
        let sources = templates::sources(path)?;
        bar.inc_length(sources.len() as u64);
        let report = |source| {
            bar.inc(1);
            self.report(source, parameters)
        };
        sources.iter().map(report).collect()
    }

    fn report(&mut self, source: &Source, parameters: &mut Parameters) -> Result<(Report, Figures), Trouble> {
        let template = templates::load(source, parameters, self.policy)?;
        let input = input::shown(&source.path);
        let before = self.before.of(&input);
        let judging = Judging { policy: self.policy, today: self.today, before: &before };
        // What is said of the stack as a whole stands at the beginning of its template.
        let top = Location { file: input.clone(), line: 1, column: 1 };
        let locate = |resource: &_, place: Option<&_>| {
            templates::locate(&template, resource, place).or_else(|| Some(top.clone()))
        };
        let Judged { report, baseline } = judged::judge(input.as_str(), &template.branches, judging, &locate);
        if let Before::File(file) = &mut self.before {
            file.remember(&input, baseline);
        }
        Ok((report, judged::figures(&input, &template.branches, self.format)))
    }
}
