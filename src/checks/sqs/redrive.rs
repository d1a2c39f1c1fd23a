//! What becomes of messages that nobody could process.

use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    checks::sinks::{self, named_in, redriven_to},
    facts::{
        Observed, Properties, Resource, Target, Why,
        iam::{Known, any_known},
        sqs::Queue,
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sqs-dlq",
        title: "Queue hands messages that nobody can process to a dead-letter queue",
        why: "A message that always fails is received again and again until its retention ends, and is then deleted unseen.",
        fix: "Set RedrivePolicy with deadLetterTargetArn and maxReceiveCount.",
        absent: "Messages come back until they are deleted. A queue that is itself a dead-letter queue, by what names it in the stack or by its RedriveAllowPolicy, is not judged.",
        reference: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[
            Need::Function,
            Need::FunctionInvokeConfigs,
            Need::EventSourceMapping,
            Need::RuleTargets,
            Need::Pipes,
            Need::Schedules,
            Need::Subscriptions,
            Need::Queue,
            Need::EventBuses,
        ],
        applies: Applies::EachInStack(&["AWS::SQS::Queue"], dead_letter_queue),
    },
    Check {
        id: "sqs-max-receive-sane",
        title: "Queue tries a message often enough, and gives it up in time",
        why: "With too few tries a throttled function sends healthy messages to the dead-letter queue; with too many a message is deleted before it gets there.",
        fix: "Set maxReceiveCount to 5 or a little more where Lambda reads the queue, so that VisibilityTimeout times maxReceiveCount is less than MessageRetentionPeriod.",
        absent: "maxReceiveCount is 10, VisibilityTimeout 30 s, MessageRetentionPeriod four days. Without RedrivePolicy the check does not apply.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::EventSourceMapping, Need::Queue],
        applies: Applies::EachInStack(&["AWS::SQS::Queue"], max_receive_count),
    },
    Check {
        id: "sqs-dlq-retention",
        title: "Dead-letter queue keeps messages longer than the queue they come from",
        why: "A message of a standard queue keeps its age when it moves: the dead-letter queue deletes it soon after it came, or at once.",
        fix: "Set MessageRetentionPeriod of the dead-letter queue to 1209600 (14 days).",
        absent: "Both keep messages for four days. FIFO queues count from the move, so they are not judged.",
        reference: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Queue],
        applies: Applies::EachInStack(&["AWS::SQS::Queue"], dead_letter_retention),
    },
];

/// What SQS takes where a queue does not say.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
const DEFAULT_RECEIVES: u32 = 10;
const DEFAULT_VISIBILITY: u32 = 30;
const DEFAULT_RETENTION: u32 = 345_600;

/// What AWS advises for a queue that Lambda reads.
const RECEIVES_FOR_LAMBDA: u32 = 5;

fn queue(resource: &Resource) -> Option<&Queue> {
    match &resource.properties {
        Properties::Queue(queue) => Some(queue),
        _ => None,
    }
}

fn dead_letter_queue(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let queue = queue(resource)?;
    let sinks = sinks::of(stack);
    let place = "RedrivePolicy.deadLetterTargetArn";
    let redriven = named_in(&queue.redrive_policy, |policy| policy.dead_letter_target_arn.clone());
    match (sinks.hold_surely(&resource.reference.logical_id, queue), redriven) {
        (Ok(true), _) => None,
        (_, Ok(true)) => Some(Verdict::Pass),
        (_, Err(why)) => Some(Verdict::inconclusive(why).at(place)),
        (Err(why), Ok(false)) => Some(Verdict::inconclusive(why)),
        (Ok(false), Ok(false)) => Some(
            Verdict::fail("a message that is never processed is deleted in the end: no dead-letter queue").at(place),
        ),
    }
}

fn max_receive_count(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let queue = queue(resource)?;
    let policy = match queue.redrive_policy.known() {
        Ok(policy) => policy?,
        Err(why) => return Some(Verdict::inconclusive(why).at("RedrivePolicy")),
    };
    let verdict = match policy.max_receive_count.clone().or_default_of_service(DEFAULT_RECEIVES) {
        Observed::Present(count) => {
            let in_time = given_up_in_time(queue, count).unwrap_or_else(Verdict::inconclusive);
            often_enough(&resource.reference.logical_id, queue, stack, count).worse(in_time)
        }
        Observed::Unknown(why) => Verdict::inconclusive(why),
        Observed::Absent => return None,
    };
    Some(verdict.at("RedrivePolicy.maxReceiveCount"))
}

fn often_enough(id: &LogicalId, queue: &Queue, stack: &Stack<'_>, count: u32) -> Verdict {
    match count {
        0 | 1 => Verdict::fail("maxReceiveCount is 1: a message that fails once is never tried again"),
        2..RECEIVES_FOR_LAMBDA => Verdict::of(read_by_lambda(id, queue, stack).map(|read| !read), || {
            let text =
                format!("Lambda reads the queue, and maxReceiveCount is {count}: throttled messages are given up");
            Verdict::partial(50, text)
        }),
        _ => Verdict::Pass,
    }
}

/// Whether an event source mapping of the stack reads the queue.
fn read_by_lambda(id: &LogicalId, queue: &Queue, stack: &Stack<'_>) -> Known {
    any_known(stack.facts.resources.iter().map(|resource| {
        let Properties::EventSourceMapping(mapping) = &resource.properties else { return Ok(false) };
        let Some(source) = mapping.event_source_arn.as_text()? else { return Ok(false) };
        match stack.directory.resolve(&source, &["AWS::SQS::Queue"]) {
            Target::Resource(source) => Ok(source == *id),
            Target::Elsewhere => Ok(false),
            // What is given from outside never is a name that CloudFormation makes up.
            Target::Unknown(_) if queue.queue_name.is_absent() => Ok(false),
            Target::Unknown(why) => Err(why),
        }
    }))
}

/// Whether a message that takes its whole time at every try reaches the dead-letter queue before it is too old.
fn given_up_in_time(queue: &Queue, count: u32) -> Result<Verdict, Why> {
    let hidden = queue.visibility_timeout.known()?.copied().unwrap_or(DEFAULT_VISIBILITY);
    let kept = retention(queue)?;
    let tries = u64::from(count) * u64::from(hidden);
    if tries < u64::from(kept) {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::partial(
        40,
        format!(
            "{count} tries of {hidden} s take {tries} s, but a message is deleted after {kept} s: it may never get to the dead-letter queue"
        ),
    ))
}

fn retention(queue: &Queue) -> Result<u32, Why> {
    Ok(queue.message_retention_period.known()?.copied().unwrap_or(DEFAULT_RETENTION))
}

fn dead_letter_retention(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let id = &resource.reference.logical_id;
    let dead_letters = queue(resource)?;
    if dead_letters.fifo_queue == Observed::Present(true) {
        return None;
    }
    let sources = stack.facts.resources.iter().filter_map(|source| {
        let queue = queue(source)?;
        let arn = redriven_to(&queue.redrive_policy);
        let text = arn.as_text().ok().flatten()?;
        let target = stack.directory.resolve(&text, &["AWS::SQS::Queue"]);
        (target == Target::Resource(id.clone())).then_some((&source.reference.logical_id, queue))
    });
    let verdicts = sources.map(|(source, queue)| kept_longer(dead_letters, source, queue));
    verdicts.reduce(Verdict::worse)
}

fn kept_longer(dead_letters: &Queue, source_id: &LogicalId, source: &Queue) -> Verdict {
    let place = "MessageRetentionPeriod";
    let kept = match retention(dead_letters) {
        Ok(kept) => kept,
        Err(why) => return Verdict::inconclusive(why).at(place),
    };
    let before = match retention(source) {
        Ok(before) => before,
        Err(why) => return Verdict::inconclusive(why).place(Place::of(source_id, place)),
    };
    let text =
        |than: &str| format!("messages are kept for {kept} s since they were sent, {than} in {source_id} ({before} s)");
    let verdict = match kept.cmp(&before) {
        std::cmp::Ordering::Greater => Verdict::Pass,
        std::cmp::Ordering::Equal => Verdict::partial(50, text("no longer than")),
        std::cmp::Ordering::Less => Verdict::fail(text("less than")),
    };
    verdict.at(place)
}
