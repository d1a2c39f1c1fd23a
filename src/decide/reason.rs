//! Why a release halts or goes on: typed, cited, and as a sentence.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    baseline::Comparison,
    check::{Finding, Pillar, Severity},
    facts::Why,
    inventory::LogicalId,
    points::Score,
};

/// How many findings a sentence names; the others are counted.
const MOST_NAMED: usize = 5;

/// One reason of a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Whether it halts, or is only to be known.
    pub halts: bool,
    /// What it says.
    pub said: Said,
    /// The findings it rests on, all of them; of a limit or a drop, those that cost the most.
    pub findings: Vec<Citation>,
}

/// A finding that a reason cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// The id of the check.
    pub check: &'static str,
    /// The subject.
    pub resource: LogicalId,
}

/// What a reason says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// No finding counts.
    NothingMeasured {
        /// How many findings there were that an exemption covers.
        exempted: usize,
        /// How many others there were, to all of which policy gives no weight.
        weightless: usize,
    },
    /// The fitness is below its minimum.
    BelowMinimum {
        /// Of which pillar; the total where none is named.
        pillar: Option<Pillar>,
        /// The fitness.
        is: Score,
        /// What it could be if everything unknown turned out well.
        best: Score,
        /// The minimum.
        minimum: Score,
    },
    /// A pillar with a minimum in which nothing was measured.
    PillarNotMeasured {
        /// Which one.
        pillar: Pillar,
    },
    /// Checks fail; there is no earlier release to compare with.
    Failures {
        /// How bad.
        severity: Severity,
    },
    /// Checks fail that did not fail in the last good release.
    NewFailures {
        /// How bad.
        severity: Severity,
    },
    /// Checks fail that the last good release was not asked.
    FirstAsked {
        /// How bad.
        severity: Severity,
    },
    /// Checks fail as they did in the last good release.
    KnownFailures {
        /// How bad.
        severity: Severity,
    },
    /// The fitness fell too far.
    Dropped {
        /// From where to where.
        comparison: Comparison,
        /// By how much it may fall.
        greatest: Score,
    },
    /// Findings that nobody could judge.
    Inconclusive {
        /// How bad a failure would be.
        severity: Severity,
        /// The limit, where they are more.
        limit: Option<u32>,
    },
    /// The last good release cannot be read.
    BaselineUnknown(Why),
}

/// What a reason comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// Something that was seen.
    Findings,
    /// Only that something could not be seen: with it known, the reason may vanish.
    Unknown,
}

impl Citation {
    pub(super) fn of(finding: &Finding) -> Self {
        Self { check: finding.check.id, resource: finding.resource.clone() }
    }
}

impl Reason {
    /// Whether it rests on what was seen, or only on what was not.
    pub fn cause(&self) -> Cause {
        let unknown = match &self.said {
            Said::NothingMeasured { .. }
            | Said::PillarNotMeasured { .. }
            | Said::Inconclusive { .. }
            | Said::BaselineUnknown(_) => true,
            Said::BelowMinimum { best, minimum, .. } => best >= minimum,
            Said::Dropped { comparison, greatest } => comparison.was.above(comparison.best) <= *greatest,
            Said::Failures { .. } | Said::NewFailures { .. } | Said::FirstAsked { .. } | Said::KnownFailures { .. } => {
                false
            }
        };
        if unknown { Cause::Unknown } else { Cause::Findings }
    }

    /// The name of its kind in documents.
    pub fn kind(&self) -> &'static str {
        match self.said {
            Said::NothingMeasured { .. } => "nothing-measured",
            Said::BelowMinimum { .. } => "below-minimum",
            Said::PillarNotMeasured { .. } => "pillar-not-measured",
            Said::Failures { .. } => "failures",
            Said::NewFailures { .. } => "new-failures",
            Said::FirstAsked { .. } => "first-asked-failures",
            Said::KnownFailures { .. } => "known-failures",
            Said::Dropped { .. } => "dropped",
            Said::Inconclusive { .. } => "inconclusive",
            Said::BaselineUnknown(_) => "baseline-unknown",
        }
    }

    /// "2 critical checks fail".
    fn failures(&self, severity: Severity) -> String {
        match self.findings.len() {
            1 => format!("1 {severity} check fails"),
            count => format!("{count} {severity} checks fail"),
        }
    }
}

impl fmt::Display for Reason {
    /// One sentence without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.said {
            Said::NothingMeasured { exempted: 0, weightless: 0 } => {
                f.write_str("nothing was measured: no check applies to any resource of the stack")
            }
            Said::NothingMeasured { exempted, weightless: 1.. } => {
                f.write_str("nothing was measured: policy gives no weight to what was found")?;
                if *exempted > 0 { write!(f, ", and {exempted} are exempted") } else { Ok(()) }
            }
            Said::NothingMeasured { exempted, weightless: 0 } => {
                write!(f, "nothing was measured: no finding counts, {exempted} are exempted")
            }
            Said::BelowMinimum { pillar, is, best, minimum } => {
                below_minimum(f, *pillar, *is, *best, *minimum)?;
                self.cite(f, "; most is lost by ")
            }
            Said::PillarNotMeasured { pillar } => {
                write!(f, "nothing was measured of {pillar}, which has a minimum")
            }
            Said::Failures { severity } => {
                f.write_str(&self.failures(*severity))?;
                self.cite(f, ": ")
            }
            Said::NewFailures { severity } => {
                write!(f, "{} that did not fail in the last good release", self.failures(*severity))?;
                self.cite(f, ": ")
            }
            Said::FirstAsked { severity } => {
                write!(f, "{}, first asked of this release", self.failures(*severity))?;
                self.cite(f, ": ")
            }
            Said::KnownFailures { severity } => {
                write!(f, "{} as in the last good release", self.failures(*severity))?;
                self.cite(f, ": ")
            }
            Said::Dropped { comparison, greatest } => {
                dropped(f, comparison, *greatest)?;
                self.cite(f, "; most is lost by ")
            }
            Said::Inconclusive { severity, limit } => {
                inconclusive(f, self.findings.len(), *severity, *limit)?;
                self.cite(f, ": ")
            }
            Said::BaselineUnknown(why) => write!(f, "the last good release cannot be read: {why}"),
        }
    }
}

fn below_minimum(
    f: &mut fmt::Formatter<'_>,
    pillar: Option<Pillar>,
    is: Score,
    best: Score,
    minimum: Score,
) -> fmt::Result {
    match pillar {
        Some(pillar) => write!(f, "the {pillar} fitness {is}")?,
        None => write!(f, "the fitness {is}")?,
    }
    write!(f, " is below the minimum of {minimum}")?;
    if best > is { write!(f, " (up to {best} if everything unknown is well)") } else { Ok(()) }
}

fn dropped(f: &mut fmt::Formatter<'_>, comparison: &Comparison, greatest: Score) -> fmt::Result {
    let Comparison { was, is, best, checks, partly } = comparison;
    write!(f, "the fitness fell from {was} to {is}, by more than the {greatest} that policy allows")?;
    if best > is {
        write!(f, " (up to {best} if everything unknown is well)")?;
    }
    if *partly { write!(f, ", by the {checks} checks that both releases were asked") } else { Ok(()) }
}

fn inconclusive(f: &mut fmt::Formatter<'_>, count: usize, severity: Severity, limit: Option<u32>) -> fmt::Result {
    match count {
        1 => write!(f, "1 {severity} check is inconclusive")?,
        _ => write!(f, "{count} {severity} checks are inconclusive")?,
    }
    match limit {
        Some(0) => f.write_str(", and policy allows none"),
        Some(limit) => write!(f, ", and policy allows {limit}"),
        None => Ok(()),
    }
}

impl Reason {
    /// "s3-versioning on Photos, s3-tls-only on Photos and 3 more".
    fn cite(&self, f: &mut fmt::Formatter<'_>, before: &str) -> fmt::Result {
        for (index, Citation { check, resource }) in self.findings.iter().enumerate().take(MOST_NAMED) {
            let separator = if index == 0 { before } else { ", " };
            write!(f, "{separator}{check} on {resource}")?;
        }
        match self.findings.len().saturating_sub(MOST_NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reason = serializer.serialize_struct("Reason", 5)?;
        reason.serialize_field("kind", self.kind())?;
        reason.serialize_field("halts", &self.halts)?;
        reason.serialize_field("cause", &self.cause())?;
        reason.serialize_field("text", &self.to_string())?;
        reason.serialize_field("findings", &self.findings)?;
        reason.end()
    }
}
