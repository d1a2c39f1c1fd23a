//! What `check` and `audit` do with facts once they have them: judge, write down, and end with the exit code.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{Exit, ReportFormat, Trouble, threads};
use crate::{
    baseline::Baseline,
    decide::{Cause, Outcome, decide},
    evaluate::evaluate_on,
    facts::{Branch, Observed},
    policy::Policy,
    report::{Figures, Locate, Report, github, graph, html, json, junit, markdown, ocsf, sarif, text},
    score::score,
};

/// What was judged, and what to remember of it.
pub(super) struct Judged {
    pub(super) report: Report,
    pub(super) baseline: Baseline,
}

/// What is judged, and what with.
#[derive(Clone, Copy)]
pub(super) struct Judging<'a> {
    pub(super) policy: &'a Policy,
    pub(super) today: Date,
    /// What the input was like before; absent where nobody knows.
    pub(super) before: &'a Observed<Baseline>,
}

/// Judges `branches`; `input` is what the report calls them.
pub(super) fn judge(
    input: impl Into<String>,
    branches: &[Branch],
    judging: Judging<'_>,
    locate: &Locate<'_>,
) -> Judged {
    let Judging { policy, today, before } = judging;
    let evaluation = evaluate_on(threads(), branches, policy, today);
    let fitness = score(&evaluation, policy);
    let decision = decide(&evaluation, &fitness, before, policy);
    let mut report = Report::new(input, &evaluation, &fitness, &decision, policy, locate);
    if let Observed::Present(before) = before {
        report = report.since(before, &evaluation);
    }
    Judged { report, baseline: Baseline::of(&evaluation, &fitness) }
}

/// The drawings that a page shows beside a report; none for any other format.
pub(super) fn figures(input: &str, branches: &[Branch], format: ReportFormat) -> Figures {
    let draw = || graph::figure(&super::graph::of(input.to_owned(), branches.iter().map(|branch| &branch.facts)));
    Figures { trend: None, graph: (format == ReportFormat::Html).then(draw) }
}

/// What a report says to a script.
pub(super) fn exit_of(report: &Report) -> Exit {
    match (report.decision.outcome, report.decision.cause()) {
        (Outcome::Proceed, _) => Exit::Proceed,
        (Outcome::Halt, Some(Cause::Unknown)) => Exit::Inconclusive,
        (Outcome::Halt, _) => Exit::Halt,
    }
}

/// How reports are to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writing {
    pub(super) format: ReportFormat,
    /// How many inputs were asked for.
    pub(super) inputs: usize,
    /// Whether passes are listed too.
    pub(super) all: bool,
    /// The moment that findings are dated with, where a format dates them.
    pub(super) at: Timestamp,
}

/// The reports as they are printed.
pub(super) fn written(reports: &[Report], figures: &[Figures], writing: Writing) -> Result<String, Trouble> {
    let Writing { format, inputs, all, at } = writing;
    Ok(match format {
        ReportFormat::Text => reports.iter().map(|report| text(report, all)).collect::<Vec<_>>().join("\n"),
        ReportFormat::Json => lines(&json(reports, inputs, all))?,
        ReportFormat::Sarif => lines(&sarif(reports, all))?,
        ReportFormat::Junit => junit(reports, all)?,
        ReportFormat::Ocsf => lines(&ocsf(reports, all, at))?,
        ReportFormat::Markdown => markdown(reports, all),
        ReportFormat::Html => html(reports, figures, all),
        ReportFormat::Github => github(reports),
    })
}

fn lines(document: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
