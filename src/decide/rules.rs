//! The rules of a decision, one function each.

use crate::{
    baseline::{Baseline, compare},
    check::{Finding, Severity, VerdictKind},
    evaluate::Evaluation,
    facts::Why,
    policy::{InconclusiveAction, KnownFailures, Policy, UnknownBaseline},
    score::{Fitness, Loss, Score, losses},
};

use super::reason::{Citation, Reason, Said};

/// How many of the dearest losses a limit cites.
const MOST_LOSSES: usize = 5;

/// Rule 1: where nothing was measured, halt.
pub(super) fn measured(evaluation: &Evaluation, fitness: &Fitness) -> Vec<Reason> {
    let exempted = evaluation.findings.iter().filter(|finding| finding.is_exempted()).count();
    let weightless = evaluation.findings.len() - exempted;
    match fitness.total {
        Some(_) => Vec::new(),
        None => {
            vec![Reason { halts: true, said: Said::NothingMeasured { exempted, weightless }, findings: Vec::new() }]
        }
    }
}

/// Rule 2: the minimum, in total and per pillar.
pub(super) fn limits(evaluation: &Evaluation, fitness: &Fitness, policy: &Policy) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let minimum = policy.fitness.minimum;
    if let Some(is) = fitness.total.filter(|is| *is < minimum) {
        let said = Said::BelowMinimum { pillar: None, is, best: fitness.points.best().unwrap_or(is), minimum };
        reasons.push(Reason { halts: true, said, findings: dearest(evaluation, policy, |_| true) });
    }
    for (&pillar, &minimum) in &policy.fitness.pillars {
        let of_pillar = |finding: &Finding| finding.check.pillar == pillar;
        match fitness.pillars.get(&pillar) {
            None => {
                reasons.push(Reason { halts: true, said: Said::PillarNotMeasured { pillar }, findings: Vec::new() });
            }
            Some(&is) if is < minimum => {
                let best = fitness.pillar_points.get(&pillar).and_then(|points| points.best()).unwrap_or(is);
                let said = Said::BelowMinimum { pillar: Some(pillar), is, best, minimum };
                reasons.push(Reason { halts: true, said, findings: dearest(evaluation, policy, of_pillar) });
            }
            Some(_) => {}
        }
    }
    reasons
}

/// The findings that cost the most, dearest first.
fn dearest(evaluation: &Evaluation, policy: &Policy, of: impl Fn(&Finding) -> bool) -> Vec<Citation> {
    let finding = |loss: &Loss| evaluation.findings.get(loss.finding);
    let losses = losses(evaluation, policy);
    losses.iter().filter_map(finding).filter(|finding| of(finding)).take(MOST_LOSSES).map(Citation::of).collect()
}

/// Rule 3: without a baseline, failures of a blocking severity.
pub(super) fn failures(evaluation: &Evaluation, policy: &Policy) -> Vec<Reason> {
    by_severity(
        evaluation,
        true,
        |severity| Said::Failures { severity },
        |finding| failing(finding) && policy.blocking.contains(finding.severity),
    )
}

/// Rule 4: with a baseline, old failures and new ones.
pub(super) fn ratchet(evaluation: &Evaluation, baseline: &Baseline, policy: &Policy) -> Vec<Reason> {
    let known_failures = baseline.known_failures();
    let known = |finding: &Finding| known_failures.contains(&(finding.check.id, &finding.resource));
    let asked = |finding: &Finding| baseline.checks.contains_key(finding.check.id);
    let blocks = |finding: &Finding| failing(finding) && policy.blocking.contains(finding.severity);
    let new = |finding: &Finding| failing(finding) && asked(finding) && !known(finding);
    let blocks_new = |finding: &Finding| {
        new(finding)
            && (policy.blocking.contains(finding.severity) || policy.baseline.new_failures.contains(finding.severity))
    };
    let first_asked = |finding: &Finding| blocks(finding) && !asked(finding) && !known(finding);
    let old_halts = policy.baseline.known_failures == KnownFailures::Block;

    let mut reasons = by_severity(evaluation, true, |severity| Said::NewFailures { severity }, blocks_new);
    reasons.extend(by_severity(evaluation, true, |severity| Said::FirstAsked { severity }, first_asked));
    reasons.extend(by_severity(
        evaluation,
        old_halts,
        |severity| Said::KnownFailures { severity },
        |finding| blocks(finding) && known(finding),
    ));
    reasons
}

/// Rule 5: the drop.
pub(super) fn drop(evaluation: &Evaluation, baseline: &Baseline, policy: &Policy) -> Option<Reason> {
    let comparison = compare(evaluation, baseline, policy)?;
    let greatest = policy.baseline.greatest_drop;
    if greatest == Score::FULL || comparison.was.above(comparison.is) <= greatest {
        return None;
    }
    // Ignorance alone, if the fitness had stayed within the limit with everything unknown turning out well.
    let findings = dearest(evaluation, policy, |finding| baseline.checks.contains_key(finding.check.id));
    Some(Reason { halts: true, said: Said::Dropped { comparison, greatest }, findings })
}

/// Rule 6: inconclusive findings.
pub(super) fn ignorance(evaluation: &Evaluation, policy: &Policy) -> Vec<Reason> {
    let rules = &policy.inconclusive;
    let inconclusive = |finding: &Finding| counts(finding, VerdictKind::Inconclusive);
    let mut reasons = Vec::new();
    for severity in Severity::ALL {
        let findings = cited(evaluation, |finding| inconclusive(finding) && finding.severity == severity);
        let limit = match rules.action {
            InconclusiveAction::Block => Some(0),
            InconclusiveAction::Warn | InconclusiveAction::Ignore => rules.limits.get(&severity).copied(),
        };
        let over = limit.is_some_and(|limit| findings.len() > usize::try_from(limit).unwrap_or(usize::MAX));
        let named = over || rules.action == InconclusiveAction::Warn;
        if named && !findings.is_empty() {
            let said = Said::Inconclusive { severity, limit: limit.filter(|_| over) };
            reasons.push(Reason { halts: over, said, findings });
        }
    }
    reasons
}

/// Rule 6: a baseline that cannot be read.
pub(super) fn baseline_unknown(why: &Why, policy: &Policy) -> Reason {
    let halts = policy.baseline.unknown == UnknownBaseline::Block;
    Reason { halts, said: Said::BaselineUnknown(why.clone()), findings: Vec::new() }
}

/// One reason a severity, worst first, for the findings that `pick` takes.
fn by_severity(
    evaluation: &Evaluation,
    halts: bool,
    said: impl Fn(Severity) -> Said,
    pick: impl Fn(&Finding) -> bool,
) -> Vec<Reason> {
    let reason = |severity| {
        let findings = cited(evaluation, |finding| finding.severity == severity && pick(finding));
        (!findings.is_empty()).then(|| Reason { halts, said: said(severity), findings })
    };
    Severity::ALL.into_iter().filter_map(reason).collect()
}

fn cited(evaluation: &Evaluation, pick: impl Fn(&Finding) -> bool) -> Vec<Citation> {
    evaluation.findings.iter().filter(|finding| pick(finding)).map(Citation::of).collect()
}

fn failing(finding: &Finding) -> bool {
    counts(finding, VerdictKind::Fail)
}

/// Whether it is of this kind, and not tolerated.
fn counts(finding: &Finding, kind: VerdictKind) -> bool {
    finding.verdict.kind() == kind && !finding.is_exempted()
}
