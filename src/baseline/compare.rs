//! A release against the last good one.

use std::collections::BTreeMap;

use crate::{baseline::Baseline, evaluate::Evaluation, points::Score, policy::Policy, score::Tally};

/// A release against the last good one, by the checks that both were asked and today's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The fitness of the last good release.
    pub was: Score,
    /// The fitness of this one.
    pub is: Score,
    /// The fitness of this one if everything unknown turned out well.
    pub best: Score,
    /// How many checks both were asked.
    pub checks: usize,
    /// Whether one of the two was asked other checks besides: then `was` and `is` need not be the totals.
    pub partly: bool,
}

/// This release against the last good one; none where no check was asked of both.
///
/// A check that one of them was not asked is left out, so that a larger catalogue or a changed policy is
/// never taken for a worse release. Both sides are weighed by today's policy, for the same reason.
pub fn compare(evaluation: &Evaluation, baseline: &Baseline, policy: &Policy) -> Option<Comparison> {
    let asked = evaluation.checks.iter().filter(|check| baseline.checks.contains_key(check.id));
    let common: BTreeMap<&str, u16> = asked.map(|check| (check.id, policy.weight(check).get())).collect();
    let mut now = Tally::default();
    for finding in evaluation.findings.iter().filter(|finding| common.contains_key(finding.check.id)) {
        if !finding.is_exempted() {
            now.add_finding(finding, policy);
        }
    }
    let checks = common.len();
    Some(Comparison {
        was: before(baseline, &common).score()?,
        is: now.score()?,
        best: now.best()?,
        checks,
        partly: checks != evaluation.checks.len() || checks != baseline.checks.len(),
    })
}

/// The points of the last good release by these checks, each with its weight.
fn before(baseline: &Baseline, common: &BTreeMap<&str, u16>) -> Tally {
    let mut then = Tally::default();
    for (check, passes) in &baseline.checks {
        if let Some(&weight) = common.get(check.as_str()) {
            then.add_passes(weight, *passes);
        }
    }
    for finding in baseline.findings.iter().filter(|finding| !finding.exempted) {
        if let Some(&weight) = common.get(finding.check.as_str()) {
            then.add(weight, finding.verdict, finding.share.unwrap_or_default().min(99));
        }
    }
    then
}
