//! The report as JSON: a contract, scripts are written against it. Keys may be added, none changes its meaning.

use serde::Serialize;

use super::{Counts, Entry, Location, Report};
use crate::{
    check::{AppliedExemption, Pillar, Place, Severity, VerdictKind},
    decide::{Cause, Outcome, Reason},
    evaluate::{Unjudged, UnusedExemption},
    inventory::{LogicalId, ResourceType},
    score::{Fitness, Points},
};

/// The JSON of one report, or of several.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Json<'a> {
    /// One input: an object.
    One(Box<ReportJson<'a>>),
    /// Several: a list of such objects.
    Several(Vec<ReportJson<'a>>),
}

/// One report.
#[derive(Debug, Serialize)]
pub struct ReportJson<'a> {
    input: &'a str,
    fitness: &'a Fitness,
    decision: Outcome,
    would_halt: bool,
    cause: Option<Cause>,
    reasons: &'a [Reason],
    counts: Counts,
    #[serde(skip_serializing_if = "is_none")]
    known_findings: usize,
    findings: Vec<EntryJson<'a>>,
    unjudged: &'a [Unjudged],
    unused_exemptions: &'a [UnusedExemption],
    resources: usize,
    branches: usize,
    remarks: &'a [String],
}

#[derive(Debug, Serialize)]
struct EntryJson<'a> {
    check: &'static str,
    resource: &'a LogicalId,
    r#type: &'a ResourceType,
    verdict: VerdictKind,
    severity: Severity,
    evidence: &'a str,
    location: Option<&'a Location>,
    exemption: Option<&'a AppliedExemption>,
    title: &'static str,
    pillar: Pillar,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<u8>,
    lost: Points,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    known: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

/// The JSON of these reports; passes are listed only where `all` are asked for.
///
/// `inputs` is how many were asked for: of several inputs it is a list, even where only one could be read.
pub fn json(reports: &[Report], inputs: usize, all: bool) -> Json<'_> {
    match reports {
        [one] if inputs <= 1 => Json::One(Box::new(ReportJson::of(one, all))),
        several => Json::Several(several.iter().map(|report| ReportJson::of(report, all)).collect()),
    }
}

impl<'a> ReportJson<'a> {
    fn of(report: &'a Report, all: bool) -> Self {
        Self {
            input: &report.input,
            fitness: &report.fitness,
            decision: report.decision.outcome,
            would_halt: report.decision.would_halt,
            cause: report.decision.cause(),
            reasons: &report.decision.reasons,
            counts: report.counts,
            known_findings: report.known(),
            findings: report.listed(all).map(EntryJson::of).collect(),
            unjudged: &report.unjudged,
            unused_exemptions: &report.unused_exemptions,
            resources: report.resources,
            branches: report.branches,
            remarks: &report.remarks,
        }
    }
}

impl<'a> EntryJson<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self {
            check: entry.check.id,
            resource: &entry.resource,
            r#type: &entry.r#type,
            verdict: entry.verdict,
            severity: entry.severity,
            evidence: &entry.evidence,
            location: entry.location.as_ref(),
            exemption: entry.exemption.as_ref(),
            title: entry.check.title,
            pillar: entry.check.pillar,
            share: entry.share,
            lost: entry.lost,
            known: entry.is_known,
            place: entry.place.as_ref(),
            fix: (entry.verdict != VerdictKind::Pass).then_some(entry.check.fix),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}
