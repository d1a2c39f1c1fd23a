//! From findings to one number.
//!
//! # The formula
//! A check is worth its *weight* on each resource it applies to: the points of its severity (10, 5, 2
//! and 1 in the shipped policy) or its own. A finding earns
//!
//! | verdict | points |
//! |---|---|
//! | pass | the weight |
//! | partial | the weight times the share that is met |
//! | fail | 0 |
//! | inconclusive | 0: what nobody could see is not counted as good, and not left out either |
//! | exempted | it leaves both sides |
//!
//! and the fitness is `100 × earned / possible`, rounded down to one decimal: 99.99 is shown as 99.9, and
//! 100 means that every point was earned. The same per pillar.
//!
//! # Why so
//! - *Weighted by severity*, unlike a count: a public bucket is not made up for by two tags. *Mildly*
//!   weighted, a factor of ten between the ends: with a factor of a thousand one finding drowns all others
//!   and the number no longer moves when anything else gets better or worse.
//! - *A sum over findings*, not a mean of means: every point has one finding that explains it.
//! - *Whole numbers inside* (hundredths of a point), so that neither order nor machine changes the result.
//!
//! # Laws (held by `tests/score.rs`)
//! - Fixing a finding never lowers the fitness.
//! - Adding a resource that complies with everything never lowers it.
//! - The order of findings does not matter.
//! - Ignorance never raises it: a verdict that becomes inconclusive never gives more than it gave.
//! - 0 ≤ earned ≤ possible; 100 only where they are equal; none where nothing was measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::points::{Points, Score};
use crate::{
    check::{Finding, Pillar, Verdict, VerdictKind},
    evaluate::Evaluation,
    policy::Policy,
};

/// How fit a stack is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitness {
    /// 0 to 100; none where nothing was measured, which is not a success.
    pub total: Option<Score>,
    /// The points behind it.
    pub points: Tally,
    /// The same per pillar; a pillar in which nothing was measured is left out.
    pub pillars: BTreeMap<Pillar, Score>,
    /// The points behind those.
    pub pillar_points: BTreeMap<Pillar, Tally>,
}

/// Points earned, out of those that could have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Points earned.
    pub earned: Points,
    /// Points that full marks would have given.
    pub possible: Points,
    /// Of the points not earned, those of inconclusive findings: they may turn out either way.
    pub unknown: Points,
}

/// Points that one finding costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// Its place among the findings of the evaluation.
    pub finding: usize,
    /// What it costs; never nothing.
    pub points: Points,
}

impl Tally {
    /// 0 to 100, rounded down to a tenth; none where nothing was possible.
    pub fn score(&self) -> Option<Score> {
        Score::of(self.earned, self.possible)
    }

    /// The same if everything unknown turned out well.
    pub fn best(&self) -> Option<Score> {
        Score::of(self.earned.plus(self.unknown), self.possible)
    }

    /// Counts one finding of this weight; `share` is read of a partial one only.
    pub(crate) fn add(&mut self, weight: u16, kind: VerdictKind, share: u8) {
        let points = Points::of(weight, share);
        let full = Points::of(weight, 100);
        self.possible = self.possible.plus(full);
        match kind {
            VerdictKind::Pass => self.earned = self.earned.plus(full),
            VerdictKind::Partial => self.earned = self.earned.plus(points),
            VerdictKind::Fail => {}
            VerdictKind::Inconclusive => self.unknown = self.unknown.plus(full),
        }
    }

    /// Counts so many passes of this weight.
    pub(crate) fn add_passes(&mut self, weight: u16, count: u32) {
        let points = Points::of(weight, 100).times(count);
        self.earned = self.earned.plus(points);
        self.possible = self.possible.plus(points);
    }

    /// Counts a finding by today's policy.
    pub(crate) fn add_finding(&mut self, finding: &Finding, policy: &Policy) {
        let share = match &finding.verdict {
            Verdict::Partial(share, _) => share.as_percent(),
            _ => 0,
        };
        self.add(policy.weight(finding.check).get(), finding.verdict.kind(), share);
    }
}

/// The fitness of an evaluation.
pub fn score(evaluation: &Evaluation, policy: &Policy) -> Fitness {
    let mut points = Tally::default();
    let mut pillar_points: BTreeMap<Pillar, Tally> = BTreeMap::new();
    for finding in evaluation.findings.iter().filter(|finding| !finding.is_exempted()) {
        points.add_finding(finding, policy);
        pillar_points.entry(finding.check.pillar).or_default().add_finding(finding, policy);
    }
    let pillars = pillar_points.iter().filter_map(|(pillar, tally)| Some((*pillar, tally.score()?))).collect();
    Fitness { total: points.score(), points, pillars, pillar_points }
}

/// Every point lost, the dearest first; equal ones in the order of the findings.
pub fn losses(evaluation: &Evaluation, policy: &Policy) -> Vec<Loss> {
    let mut losses: Vec<Loss> = evaluation
        .findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| !finding.is_exempted())
        .map(|(index, finding)| {
            let mut tally = Tally::default();
            tally.add_finding(finding, policy);
            Loss { finding: index, points: tally.possible.minus(tally.earned) }
        })
        .filter(|loss| loss.points > Points::default())
        .collect();
    losses.sort_by_key(|loss| std::cmp::Reverse(loss.points));
    losses
}
