//! What `check` and `audit` do with facts once they have them: judge, write down, and end with the exit code.

use jiff::civil::Date;

use super::{Exit, Format, Trouble};
use crate::{
    decide::{Cause, Outcome, decide},
    evaluate::evaluate,
    facts::{Branch, Observed},
    policy::Policy,
    report::{Locate, Report, json, text},
    score::score,
};

/// Judges `branches`, without a baseline; `input` is what the report calls them.
pub(super) fn report(
    input: impl Into<String>,
    branches: &[Branch],
    policy: &Policy,
    today: Date,
    locate: &Locate<'_>,
) -> Report {
    let evaluation = evaluate(branches, policy, today);
    let fitness = score(&evaluation, policy);
    let decision = decide(&evaluation, &fitness, &Observed::Absent, policy);
    Report::new(input, &evaluation, &fitness, &decision, policy, locate)
}

/// What a report says to a script.
pub(super) fn exit_of(report: &Report) -> Exit {
    match (report.decision.outcome, report.decision.cause()) {
        (Outcome::Proceed, _) => Exit::Proceed,
        (Outcome::Halt, Some(Cause::Unknown)) => Exit::Inconclusive,
        (Outcome::Halt, _) => Exit::Halt,
    }
}

/// The reports as they are printed; `inputs` is how many were asked for, `all` lists passes too.
pub(super) fn written(reports: &[Report], inputs: usize, format: Format, all: bool) -> Result<String, Trouble> {
    match format {
        Format::Json => Ok(format!("{}\n", serde_json::to_string_pretty(&json(reports, inputs, all))?)),
        Format::Text => {
            let texts: Vec<String> = reports.iter().map(|report| text(report, all)).collect();
            Ok(texts.join("\n"))
        }
    }
}
