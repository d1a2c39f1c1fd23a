//! A release against the last good one.

use std::collections::BTreeSet;

use crate::{baseline::Baseline, checks, evaluate::Evaluation, points::Score, policy::Policy, score::Tally};

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
    let asked: BTreeSet<&str> = evaluation.checks.iter().map(|check| check.id).collect();
    let common = |id: &str| asked.contains(id) && baseline.checks.contains_key(id);
    let mut now = Tally::default();
    for finding in &evaluation.findings {
        if common(finding.check.id) && !finding.is_exempted() {
            now.add_finding(finding, policy);
        }
    }
    let checks = asked.iter().filter(|id| common(id)).count();
    Some(Comparison {
        was: before(baseline, common, policy).score()?,
        is: now.score()?,
        best: now.best()?,
        checks,
        partly: checks != asked.len() || checks != baseline.checks.len(),
    })
}

/// The points of the last good release by the checks of `common`.
fn before(baseline: &Baseline, common: impl Fn(&str) -> bool, policy: &Policy) -> Tally {
    let weight = |id: &str| checks::by_id(id).map_or(0, |check| policy.weight(check).get());
    let mut then = Tally::default();
    for (check, passes) in baseline.checks.iter().filter(|(check, _)| common(check)) {
        then.add_passes(weight(check), *passes);
    }
    for finding in baseline.findings.iter().filter(|finding| common(&finding.check) && !finding.exempted) {
        then.add(weight(&finding.check), finding.verdict, finding.share.unwrap_or_default().min(99));
    }
    then
}
