//! The fitness and the findings of the last deployment that succeeded.

mod compare;
mod file;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    check::{Finding, Verdict, VerdictKind},
    evaluate::Evaluation,
    inventory::LogicalId,
    score::Fitness,
};
pub use compare::{Comparison, compare};
pub use file::Baselines;

/// The version of the baseline document that this release writes and reads.
pub const BASELINE_VERSION: u32 = 1;

/// What the last good release was like, as one versioned document.
///
/// Of passes only the number is kept: what the next release is compared with is what did not pass, and
/// which checks were asked at all. So a stack of 500 resources fits into one item of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`BASELINE_VERSION`] of the writer.
    pub version: u32,
    /// The number.
    pub fitness: Fitness,
    /// The checks that were asked, each with the number of its passes.
    pub checks: BTreeMap<String, u32>,
    /// Every finding that was not a pass.
    pub findings: Vec<PastFinding>,
}

/// A finding of the last good release that was not a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastFinding {
    /// The id of the check.
    pub check: String,
    /// The subject.
    pub resource: LogicalId,
    /// What the judge said.
    pub verdict: VerdictKind,
    /// Of a partial verdict, how much was met: 1 to 99 percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u8>,
    /// Whether it was tolerated then. When the exemption ends it counts as new.
    #[serde(default)]
    pub exempted: bool,
}

/// Why a document is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON, or not of this shape.
    #[error("this is no baseline document: {0}")]
    Shape(#[from] serde_json::Error),
    /// Written by another release.
    #[error(
        "the baseline document has version {0}; this release reads {BASELINE_VERSION}: use the release that wrote it, \
             or deploy once without a baseline"
    )]
    Version(u64),
}

impl Baseline {
    /// What to remember of a release that succeeded.
    pub fn of(evaluation: &Evaluation, fitness: &Fitness) -> Self {
        let mut checks: BTreeMap<String, u32> =
            evaluation.checks.iter().map(|check| (check.id.to_owned(), 0)).collect();
        let mut findings = Vec::new();
        for finding in &evaluation.findings {
            let share = match &finding.verdict {
                Verdict::Pass => {
                    let passes = checks.entry(finding.check.id.to_owned()).or_default();
                    *passes = passes.saturating_add(1);
                    continue;
                }
                Verdict::Partial(share, _) => Some(share.as_percent()),
                Verdict::Fail(_) | Verdict::Inconclusive(..) => None,
            };
            findings.push(PastFinding {
                check: finding.check.id.to_owned(),
                resource: finding.resource.clone(),
                verdict: finding.verdict.kind(),
                share,
                exempted: finding.is_exempted(),
            });
        }
        Self { version: BASELINE_VERSION, fitness: fitness.clone(), checks, findings }
    }

    /// Reads the document that [`serde_json`] writes of a baseline.
    ///
    /// # Errors
    /// Where it has another shape or another version.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        // The version first: another version may well have another shape.
        let Versioned { version } = serde_json::from_slice(bytes)?;
        if version != u64::from(BASELINE_VERSION) {
            return Err(BaselineError::Version(version));
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Whether a finding is nothing new: the same check said the same of the same resource, or worse.
    pub fn knows(&self, finding: &Finding) -> bool {
        let same = |past: &&PastFinding| past.check == finding.check.id && past.resource == finding.resource;
        let no_worse = |past: &PastFinding| match (past.verdict, &finding.verdict) {
            (VerdictKind::Fail, _) => true,
            (VerdictKind::Partial, Verdict::Partial(share, _)) => {
                past.share.is_none_or(|was| share.as_percent() >= was)
            }
            (was, is) => was == is.kind(),
        };
        self.findings.iter().find(same).is_some_and(no_worse)
    }

    /// The failures it had and nobody tolerated, as check and resource.
    pub fn known_failures(&self) -> BTreeSet<(&str, &LogicalId)> {
        self.findings
            .iter()
            .filter(|finding| finding.verdict == VerdictKind::Fail && !finding.exempted)
            .map(|finding| (finding.check.as_str(), &finding.resource))
            .collect()
    }
}
