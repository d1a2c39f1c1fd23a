//! The steps of a hook, in order: from the event to a judgement. Answering is the guard's.

use std::{cell::Cell, collections::BTreeSet};

use futures_util::future::join;
use jiff::tz::TimeZone;

use crate::{
    decide::decide,
    evaluate::evaluate,
    event::HookEvent,
    judgement::Judgement,
    need::Need,
    policy::{Mode, Policy, TemplateExemptions},
    score::score,
    world::{Outage, World},
};

/// Goes from the event to a judgement.
///
/// `mode` is told as soon as the policy is known, so that whoever guards this job can answer in the
/// owner's sense even if a later step breaks.
///
/// # Errors
/// An [`Outage`] names the step that could not be done. A stack of which nothing can be seen is not an
/// error but a judgement on unknown facts.
pub async fn judge<W: World>(world: &W, event: &HookEvent, mode: &Cell<Option<Mode>>) -> Result<Judgement, Outage> {
    // Each step on the heap: whoever wraps this job keeps it more than once, and every wrapper would be as large as the
    // largest step, tens of kilobytes of a stack of two megabytes.
    let deployment = Box::pin(world.deployment(event)).await?;
    let policy = Box::pin(world.policy(&deployment)).await?;
    mode.set(Some(policy.mode));
    let needs = needs(&policy);
    let (observing, comparing) = (Box::pin(world.observe(&deployment, &needs)), Box::pin(world.baseline(&deployment)));
    let (branches, baseline) = join(observing, comparing).await;
    let branches = branches?;

    let today = world.now().to_zoned(TimeZone::UTC).date();
    let evaluation = evaluate(&branches, &policy, today);
    let fitness = score(&evaluation, &policy);
    let decision = decide(&evaluation, &fitness, &baseline, &policy);
    let remarks = [world.remarks(), evaluation.remarks.clone()].concat();
    Ok(Judgement { deployment, policy, evaluation, fitness, baseline, decision, remarks })
}

/// What the enabled checks need to see, and the template where it may exempt from them; nothing else is observed.
pub fn needs(policy: &Policy) -> BTreeSet<Need> {
    let of_checks = policy.checks().filter(|check| policy.enables(check)).flat_map(|check| check.needs).copied();
    let exempting = (policy.template_exemptions == TemplateExemptions::Allow).then_some(Need::StackTemplate);
    of_checks.chain(exempting).collect()
}
