//! Checks of what becomes of asynchronous events that fail.

use super::{Judged, find, joined, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Text, Why,
        lambda::{DestinationConfig, EventInvokeConfig, Function},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-dlq",
        title: "Asynchronously invoked Lambda function keeps the events it failed on",
        why: "After two retries Lambda throws the event away, and nobody can tell what was lost.",
        fix: "Set DeadLetterConfig.TargetArn, or an AWS::Lambda::EventInvokeConfig with an OnFailure destination.",
        absent: "Failed events are dropped. A function that nothing in the stack invokes asynchronously is not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function, Need::FunctionInvokeConfigs, Need::FunctionPolicy, Need::Schedules],
        applies: Applies::EachFunction(dead_letters),
    },
    Check {
        id: "lambda-async-destination",
        title: "Lambda invoke configuration names where failures go and how long they are retried",
        why: "An OnFailure destination keeps event, error and stack trace of what was given up; a dead-letter queue \
              keeps the event alone. Six hours of retries bring events that nobody wants any more.",
        fix: "Set DestinationConfig.OnFailure.Destination and a MaximumEventAgeInSeconds that suits the events.",
        absent: "Failed events are dropped, or go to the function's dead-letter queue; events are retried for 21,600 \
                 seconds.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionInvokeConfigs, Need::Function],
        applies: Applies::EachEventInvokeConfig(async_destination),
    },
];

/// Lambda's own limit of an asynchronous event's age, seconds.
const LONGEST_AGE: u32 = 21_600;

/// A target that is written and not empty.
fn target(arn: Observed<&Text>) -> Result<bool, Why> {
    Ok(arn.known()?.is_some_and(|arn| arn.as_str() != Some("")))
}

fn dead_letters(function: &Function, _: &Yardstick) -> Option<Verdict> {
    match kept(function) {
        Ok(true) => return Some(Verdict::Pass),
        Ok(false) => {}
        Err(why) => {
            let judged = asynchronous(function).map(|caller| caller.map(|_| Verdict::inconclusive(why)));
            return judged.unwrap_or_else(|why| Some(Verdict::inconclusive(why)));
        }
    }
    match asynchronous(function) {
        Ok(Some(caller)) => Some(Verdict::fail(format!(
            "{caller} invokes the function asynchronously; neither a dead-letter queue nor an OnFailure destination \
             keeps what fails"
        ))),
        Ok(None) => None,
        Err(why) => Some(Verdict::inconclusive(why)),
    }
}

/// Whether failed events are kept, whatever the qualifier.
fn kept(function: &Function) -> Result<bool, Why> {
    let queue = target(function.dead_letter_config.as_ref().and_then(|config| config.target_arn.as_ref()));
    if queue == Ok(true) {
        return Ok(true);
    }
    let on_failure = |config: &EventInvokeConfig| target(DestinationConfig::failure_target(&config.destination_config));
    let configs = joined(&function.event_invoke_configs)?;
    if configs.iter().filter_map(Observed::present).any(|of| on_failure(&of.config) == Ok(true)) {
        return Ok(true);
    }
    for config in configs {
        if let Some(of) = config.known()? {
            on_failure(&of.config)?;
        }
    }
    queue
}

/// What invokes the function asynchronously; an invoke configuration says that something does.
fn asynchronous(function: &Function) -> Result<Option<&str>, Why> {
    joined(&function.asynchronous_callers)?;
    match find(&function.asynchronous_callers, |_| true) {
        Ok(Some(caller)) => Ok(Some(caller)),
        callers => match find(&function.event_invoke_configs, |_| true)? {
            Some(_) => Ok(Some("something")),
            None => callers.map(|_| None),
        },
    }
}

fn async_destination(config: &EventInvokeConfig, _: &Yardstick) -> Option<Verdict> {
    let sink = verdict(destination(config), "DestinationConfig.OnFailure");
    let age = config.maximum_event_age_in_seconds.judge(
        |age| match *age {
            age if age < LONGEST_AGE => Verdict::Pass,
            _ => Verdict::partial(80, "events are retried for six hours, the longest there is"),
        },
        || Verdict::partial(80, "MaximumEventAgeInSeconds is not set: events are retried for six hours"),
    );
    Some(sink.worse(age.at("MaximumEventAgeInSeconds")))
}

fn destination(config: &EventInvokeConfig) -> Judged {
    if target(DestinationConfig::failure_target(&config.destination_config))? {
        return Ok(Verdict::Pass);
    }
    if target(config.function_dead_letter_target.as_ref())? {
        return Ok(Verdict::partial(50, "no OnFailure destination; the dead-letter queue keeps the event alone"));
    }
    Ok(Verdict::fail("no OnFailure destination and no dead-letter queue: failed events are dropped"))
}
