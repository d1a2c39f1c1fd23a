//! Schedules and pipes, and what becomes of what they cannot deliver.

use super::rule::bounded;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::sinks::named_in,
    facts::{
        Observed, Untyped,
        events::{Pipe, Schedule, ScheduleTarget},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "scheduler-dlq",
        title: "Schedule keeps calls that its target does not take, and says when it gives up",
        why: "A call that fails is tried for a day at most and then dropped; a schedule that fires once never calls again.",
        fix: "Set Target.DeadLetterConfig.Arn to a queue, and Target.RetryPolicy to as long as the call makes sense.",
        absent: "Calls are tried for 24 hours and 185 times at most, which is all that RetryPolicy takes, then dropped. With a queue and no RetryPolicy it holds in part.",
        reference: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Schedules],
        applies: Applies::EachSchedule(schedule_dlq),
    },
    Check {
        id: "pipes-dlq",
        title: "Pipe keeps batches of a stream that it gives up",
        why: "A batch that fails until its records are too old is lost, and nobody knows that it was.",
        fix: "Set DeadLetterConfig.Arn in KinesisStreamParameters or DynamoDBStreamParameters of SourceParameters.",
        absent: "Batches that are given up are lost. Queues keep messages by their own RedrivePolicy, and brokers and Kafka take no queue, so pipes from them are not judged.",
        reference: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Pipes],
        applies: Applies::EachPipe(pipe_dlq),
    },
];

fn schedule_dlq(schedule: &Schedule, _: &Yardstick) -> Option<Verdict> {
    let dropped = || Verdict::fail("a call that cannot be made is dropped: no DeadLetterConfig");
    let kept = |target: &ScheduleTarget| match named_in(&target.dead_letter_config, |config| config.arn.clone()) {
        Ok(true) => Verdict::of(bounded(&target.retry_policy), || {
            Verdict::partial(70, "RetryPolicy limits nothing: a call that fails is tried for as long as a day")
                .at("Target.RetryPolicy")
        }),
        Ok(false) => dropped().at("Target.DeadLetterConfig"),
        Err(why) => Verdict::inconclusive(why).at("Target.DeadLetterConfig"),
    };
    Some(schedule.target.judge(kept, dropped))
}

fn pipe_dlq(pipe: &Pipe, _: &Yardstick) -> Option<Verdict> {
    let verdicts = pipe.of_streams().filter_map(|(name, parameters)| match parameters {
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why).at(format!("SourceParameters.{name}"))),
        Observed::Present(parameters) => {
            Some(kept(&parameters).at(format!("SourceParameters.{name}.DeadLetterConfig")))
        }
    });
    verdicts.reduce(Verdict::worse)
}

fn kept(parameters: &Untyped) -> Verdict {
    let lost = || Verdict::fail("a batch that is given up is lost: no DeadLetterConfig");
    Verdict::of(named_in(&parameters.get::<Untyped>("DeadLetterConfig"), |config| config.get("Arn")), lost)
}
