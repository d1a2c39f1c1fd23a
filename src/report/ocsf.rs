//! The report as compliance findings of the Open Cybersecurity Schema Framework, class 2003 of version 1.3.0, which
//! Security Lake and most SIEM products take: <https://schema.ocsf.io/1.3.0/classes/compliance_finding>.
//!
//! One finding an object. What nobody could tell is a `Warning`: the schema says of it that the check "did not yield a result
//! due to missing information".

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Entry, Report};
use crate::check::{Severity, VerdictKind};

/// The version of the schema.
const VERSION: &str = "1.3.0";

/// The findings, as of this moment; passes are listed only where `all` are asked for.
pub fn ocsf(reports: &[Report], all: bool, at: Timestamp) -> Findings<'_> {
    Findings { reports, all, at }
}

/// A list of findings. Each is made when it is written, so that only one of them takes room at a time.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'r> {
    reports: &'r [Report],
    all: bool,
    at: Timestamp,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let listed = self.reports.iter().flat_map(|report| report.listed(self.all).map(move |entry| (report, entry)));
        serializer.collect_seq(listed.map(|(report, entry)| finding(report, entry, self.at)))
    }
}

fn finding(report: &Report, entry: &Entry, at: Timestamp) -> Value {
    let check = entry.check;
    let (severity_id, severity) = severity(entry);
    let (status_id, status) = match entry.verdict {
        VerdictKind::Pass => (1, "Pass"),
        VerdictKind::Inconclusive => (2, "Warning"),
        VerdictKind::Partial | VerdictKind::Fail => (3, "Fail"),
    };
    let exempted = entry.exemption.as_ref().filter(|exemption| !exemption.expired);
    let mut finding = json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Compliance Finding",
        "class_uid": 2003,
        "type_name": "Compliance Finding: Create",
        "type_uid": 200_301,
        "time": at.as_millisecond(),
        "severity": severity,
        "severity_id": severity_id,
        "status": if exempted.is_some() { "Suppressed" } else { "New" },
        "status_id": if exempted.is_some() { 3 } else { 1 },
        "message": format!("{}: {}", entry.resource, entry.evidence),
        "metadata": {
            "version": VERSION,
            "product": {"name": "fitgate", "vendor_name": "fitgate", "version": env!("CARGO_PKG_VERSION")},
            "event_code": check.id,
        },
        "finding_info": {
            "uid": format!("{}/{}/{}", report.input, check.id, entry.resource),
            "title": check.title,
            "desc": check.why,
            "types": [check.pillar],
        },
        "compliance": {
            "control": check.id,
            "standards": [format!("AWS Well-Architected Framework: {}", check.pillar)],
            "status": status,
            "status_id": status_id,
            "status_detail": entry.evidence,
        },
        "resources": [{"uid": format!("{}/{}", report.input, entry.resource), "name": entry.resource, "type": entry.r#type}],
        "remediation": {"desc": check.fix, "references": [check.reference]},
    });
    if let (Some(exemption), Some(map)) = (exempted, finding.as_object_mut()) {
        map.insert("comment".to_owned(), json!(exemption.sentence()));
    }
    finding
}

/// A pass is informational, whatever its failure would be.
fn severity(entry: &Entry) -> (u8, &'static str) {
    match (entry.verdict, entry.severity) {
        (VerdictKind::Pass, _) => (1, "Informational"),
        (_, Severity::Low) => (2, "Low"),
        (_, Severity::Medium) => (3, "Medium"),
        (_, Severity::High) => (4, "High"),
        (_, Severity::Critical) => (5, "Critical"),
    }
}
