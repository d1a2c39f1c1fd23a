//! The report as workflow commands of GitHub Actions, which become annotations on the lines of a pull request:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.
//!
//! The decision comes first: GitHub shows ten annotations of each kind for a step, and leaves out the rest.

use std::fmt::Write as _;

use super::{Entry, Report};
use crate::{
    check::{Severity, VerdictKind},
    decide::Outcome,
};

/// One command a line; passes, which nobody wants annotated, are left out.
pub fn github(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        decision(&mut out, report);
        for entry in report.by_cost(false) {
            finding(&mut out, entry);
        }
    }
    out
}

fn decision(out: &mut String, report: &Report) {
    let total = report.fitness.total.map_or("not measured".to_owned(), |total| total.to_string());
    let reasons: String = report.decision.reasons.iter().map(|reason| format!("\n{reason}")).collect();
    let (command, word) = match report.decision.outcome {
        Outcome::Halt => ("error", "halt"),
        Outcome::Proceed if report.decision.would_halt => ("warning", "proceed, observe mode: would have halted"),
        Outcome::Proceed => ("notice", "proceed"),
    };
    let text = format!("{}: {word}, fitness {total}{reasons}", report.input);
    let _ = writeln!(out, "::{command} title=fitgate::{}", message(&text));
}

fn finding(out: &mut String, entry: &Entry) {
    let exempted = entry.exemption.as_ref().is_some_and(|exemption| !exemption.expired);
    let command = match entry.verdict {
        VerdictKind::Fail if !exempted && entry.severity >= Severity::High => "error",
        VerdictKind::Fail | VerdictKind::Inconclusive if !exempted => "warning",
        _ => "notice",
    };
    let mut properties = format!("title={}", property(&format!("{} ({})", entry.check.id, entry.severity)));
    if let Some(at) = &entry.location {
        let _ = write!(properties, ",file={},line={},col={}", property(&at.file), at.line, at.column);
    }
    let word = match entry.verdict {
        VerdictKind::Inconclusive => "cannot be told: ",
        _ if exempted => "exempted: ",
        _ => "",
    };
    let text = format!("{}: {word}{}\n{}", entry.resource, entry.evidence, entry.check.fix);
    let _ = writeln!(out, "::{command} {properties}::{}", message(&text));
}

/// A line break would end the command, and what follows it could be another one.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
