//! Rules, and what becomes of events that a target does not take.
//!
//! Opt-in: `eventbridge-target-retry`. How long an event is worth being delivered is for its owner to say.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::sinks::named_in,
    facts::{
        Observed, Why,
        events::{RetryPolicy, Rule, RuleTarget},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "eventbridge-target-dlq",
        title: "Rule keeps events that its targets do not take",
        why: "An event for a target that is gone, or that refuses the rule, is dropped at once; any other after a day of retries.",
        fix: "Set DeadLetterConfig.Arn of every target to a queue that events.amazonaws.com may send to.",
        absent: "Events that cannot be delivered are dropped. A rule without targets is not judged.",
        reference: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RuleTargets],
        applies: Applies::EachRule(target_dlq),
    },
    Check {
        id: "eventbridge-target-retry",
        title: "Rule says how long an event is worth being delivered",
        why: "An event that is delivered a day late may do more harm than one that ends in the dead-letter queue.",
        fix: "Set RetryPolicy of every target: MaximumEventAgeInSeconds below 86400, or MaximumRetryAttempts below 185.",
        absent: "Delivery is tried for 24 hours and up to 185 times. A rule without targets is not judged.",
        reference: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::RuleTargets],
        applies: Applies::EachRule(target_retry),
    },
    Check {
        id: "eventbridge-rule-enabled",
        title: "Rule is enabled",
        why: "A disabled rule matches nothing: its targets wait for events that never come, and nobody is told.",
        fix: "Set State: ENABLED, or remove the rule.",
        absent: "A rule is enabled.",
        reference: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RuleTargets],
        applies: Applies::EachRule(enabled),
    },
];

/// What EventBridge and its scheduler take where nothing is said.
const LONGEST_AGE: u32 = 86_400;
const MOST_ATTEMPTS: u32 = 185;

fn enabled(rule: &Rule, _: &Yardstick) -> Option<Verdict> {
    let on = |state: &String| Verdict::pass_if(state != "DISABLED", "State is DISABLED");
    Some(rule.state.judge(on, || Verdict::Pass).at("State"))
}

fn target_dlq(rule: &Rule, _: &Yardstick) -> Option<Verdict> {
    every_target(rule, "is dropped where it cannot be delivered: no DeadLetterConfig", |target| {
        named_in(&target.dead_letter_config, |config| config.arn.clone())
    })
}

fn target_retry(rule: &Rule, _: &Yardstick) -> Option<Verdict> {
    every_target(rule, "is delivered for as long as a day: RetryPolicy limits nothing", |target| {
        bounded(&target.retry_policy)
    })
}

/// Whether a retry policy gives up any sooner than EventBridge does by itself.
pub(super) fn bounded(policy: &Observed<RetryPolicy>) -> Result<bool, Why> {
    let Some(policy) = policy.known()? else { return Ok(false) };
    let age = policy.maximum_event_age_in_seconds.known().map(|age| age.is_some_and(|age| *age < LONGEST_AGE));
    let attempts = policy.maximum_retry_attempts.known().map(|most| most.is_some_and(|most| *most < MOST_ATTEMPTS));
    crate::facts::iam::any_known([age, attempts])
}

/// Passes where it holds of every target, in part where it does of some. None, where there is no target.
fn every_target(rule: &Rule, otherwise: &str, holds: impl Fn(&RuleTarget) -> Result<bool, Why>) -> Option<Verdict> {
    let targets = match rule.targets.known() {
        Ok(targets) => targets?,
        Err(why) => return Some(Verdict::inconclusive(why).at("Targets")),
    };
    let (mut missing, mut count) = (Vec::new(), 0_usize);
    for (index, target) in targets.iter().enumerate() {
        match target.known().and_then(|target| target.map(&holds).transpose()) {
            Ok(Some(true)) => count += 1,
            Ok(Some(false)) => {
                count += 1;
                missing.push(index);
            }
            Ok(None) => {}
            Err(why) => return Some(Verdict::inconclusive(why).at(format!("Targets[{index}]"))),
        }
    }
    let Some(first) = missing.first() else { return (count > 0).then_some(Verdict::Pass) };
    let text = format!("an event for {} of {count} targets {otherwise}", missing.len());
    let verdict = match (count - missing.len()) * 100 / count {
        0 => Verdict::fail(text),
        share => Verdict::partial(u8::try_from(share).unwrap_or(99), text),
    };
    Some(verdict.at(format!("Targets[{first}]")))
}
