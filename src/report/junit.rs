//! The report as JUnit XML, which nearly every CI server shows: one suite an input, one case a finding.
//!
//! The first case of a suite is the decision: it fails where the release is halted. A finding that fails or holds in part is
//! a failure, one that nobody could tell is an error, and what an exemption covers is skipped with its reason. So whoever
//! lets CI stop at any failing case is stricter than the policy; the exit code is what the policy says.

use quick_junit::{NonSuccessKind, Report as Suites, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Entry, Report};
use crate::{check::VerdictKind, decide::Outcome};

/// The document; passes are listed only where `all` are asked for.
///
/// # Errors
/// Where it cannot be written as XML.
pub fn junit(reports: &[Report], all: bool) -> Result<String, SerializeError> {
    let mut suites = Suites::new("fitgate");
    for report in reports {
        let mut suite = TestSuite::new(report.input.as_str());
        suite.add_property((
            "fitness",
            report.fitness.total.map_or("not measured".to_owned(), |it| it.to_string()).as_str(),
        ));
        suite.add_test_case(decision(report));
        suite.add_test_cases(report.listed(all).map(|entry| finding(report, entry)));
        suites.add_test_suite(suite);
    }
    suites.to_string()
}

fn decision(report: &Report) -> TestCase {
    let mut status = TestCaseStatus::success();
    if report.decision.outcome == Outcome::Halt {
        let reasons: Vec<String> = report.decision.reasons.iter().map(ToString::to_string).collect();
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(reasons.first().map_or("halt", String::as_str)).set_description(reasons.join("\n"));
    }
    case(report, "decision", status)
}

fn finding(report: &Report, entry: &Entry) -> TestCase {
    let mut status = match (&entry.exemption, entry.verdict) {
        (_, VerdictKind::Pass) => TestCaseStatus::success(),
        (Some(exemption), _) if !exemption.expired => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(exemption.sentence());
            return case(report, &name(entry), skipped);
        }
        (_, VerdictKind::Inconclusive) => TestCaseStatus::non_success(NonSuccessKind::Error),
        (_, VerdictKind::Fail | VerdictKind::Partial) => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if entry.verdict != VerdictKind::Pass {
        let place = entry.location.as_ref().map(|at| format!("{}:{}:{}\n", at.file, at.line, at.column));
        let what = format!("{}{}\n{}\n{}", place.unwrap_or_default(), entry.evidence, entry.check.why, entry.check.fix);
        status.set_message(entry.evidence.as_str()).set_type(entry.severity.name()).set_description(what);
    }
    case(report, &name(entry), status)
}

fn name(entry: &Entry) -> String {
    format!("{} on {}", entry.check.id, entry.resource)
}

fn case(report: &Report, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(report.input.as_str());
    case
}
