//! Dead-letter queues: does anybody look at them, and can they take what is sent to them?

use std::collections::{BTreeMap, BTreeSet};

use super::{Verdicts, rings::Rings, watches::Watches};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::sinks,
    facts::{
        Observed, Properties, Resource, Target, Text, Why,
        sqs::{Queue, RedriveAllowPolicy},
    },
    inventory::LogicalId,
    need::Need,
    stack::{Relation, Stack},
};

pub(super) const DLQ_IS_WATCHED: Check = Check {
    id: "dlq-is-watched",
    title: "Somebody learns of it when a message falls into a dead-letter queue",
    why: "A dead-letter queue that nobody looks at keeps what failed until its retention ends, and then deletes it as \
          silently as no queue would have.",
    fix: "Add an alarm on AWS/SQS ApproximateNumberOfMessagesVisible with QueueName: !GetAtt Queue.QueueName and \
          Threshold 0, or let a function read the queue.",
    absent: "No alarm watches a queue by itself. An alarm of another stack is not seen.",
    reference: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html",
    pillar: Pillar::Operations,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::Function,
        Need::FunctionInvokeConfigs,
        Need::EventSourceMapping,
        Need::Alarms,
        Need::RuleTargets,
        Need::Pipes,
        Need::Schedules,
        Need::Subscriptions,
        Need::Queue,
        Need::EventBuses,
    ],
    applies: Applies::Stack(&["AWS::SQS::Queue"], is_watched),
};

pub(super) const DLQ_TYPE_AND_RETENTION: Check = Check {
    id: "dlq-type-and-retention",
    title: "A dead-letter queue takes what its sources send, and still has it afterwards",
    why: "A queue of the wrong kind, one that refuses its source, or one that leads back to it keeps nothing. So does a \
          standard queue whose retention is over before all tries are: a message keeps its age when it moves. Neither \
          queue shows it alone.",
    fix: "Use a FIFO queue behind a FIFO queue or topic and a standard queue behind everything else, name the source in \
          RedriveAllowPolicy, let no queue lead back, and set MessageRetentionPeriod to 1209600.",
    absent: "A queue is standard, keeps messages for four days and may be used by every queue of the account. How long \
             it keeps them compared with its source is another check's question.",
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
        Need::Schedules,
        Need::Subscriptions,
        Need::Queue,
        Need::Topics,
        Need::EventBuses,
    ],
    applies: Applies::Stack(&["AWS::SQS::Queue"], takes_what_is_sent),
};

/// Metrics that rise when a message comes. `NumberOfMessagesSent` does not count what SQS moves by itself.
const FILLING: &[&str] = &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"];

/// What SQS takes where a queue does not say.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
const DEFAULT_RECEIVES: u32 = 10;
const DEFAULT_VISIBILITY: u32 = 30;
const DEFAULT_RETENTION: u32 = 345_600;

fn queues<'a>(stack: &Stack<'a>) -> impl Iterator<Item = (&'a LogicalId, &'a Queue)> {
    stack.facts.each(|properties| match properties {
        Properties::Queue(queue) => Some(&**queue),
        _ => None,
    })
}

fn is_watched(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let sinks = sinks::of(stack);
    let watches = Watches::of(stack);
    let readers = Readers::of(stack);
    let judge = |(id, queue)| {
        let is_sink = sinks.hold_surely(id, queue);
        if is_sink == Ok(false) {
            return None;
        }
        let verdict = match (readers.polled.contains(id), watches.cover(id, "AWS/SQS", FILLING), is_sink) {
            (true, ..) | (_, Ok(true), _) => Verdict::Pass,
            (_, Err(why), _) | (_, _, Err(why)) => Verdict::inconclusive(why),
            (false, Ok(false), Ok(_)) => match readers.allowed.get(id) {
                _ if readers.maybe.contains_key(id) => Verdict::inconclusive(readers.maybe[id].clone()),
                Some(reader) => {
                    Verdict::partial(50, format!("{reader} may read it, but no alarm says when there is something"))
                }
                None if readers.perhaps.contains_key(id) => Verdict::inconclusive(readers.perhaps[id].clone()),
                None => {
                    Verdict::fail("no alarm of the stack watches how many messages are in it, and nothing reads it")
                }
            },
        };
        Some((id.clone(), verdict))
    };
    queues(stack).filter_map(judge).collect()
}

/// Who reads which queue.
struct Readers<'g> {
    /// Polled by Lambda or a pipe.
    polled: BTreeSet<&'g LogicalId>,
    /// Polled by a mapping of which nobody knows whether it is switched on.
    maybe: BTreeMap<&'g LogicalId, Why>,
    /// Those that a role names, with whom it lets read.
    allowed: BTreeMap<&'g LogicalId, &'g LogicalId>,
    /// Those that a role names, and nobody knows for what.
    perhaps: BTreeMap<&'g LogicalId, Why>,
}

impl<'g> Readers<'g> {
    fn of<'a>(stack: &'g Stack<'a>) -> Self {
        let polls = |id: &LogicalId| match stack.resource(id).map(|resource| &resource.properties) {
            // A mapping that is switched on to drive messages back reads nothing until then.
            Some(Properties::EventSourceMapping(mapping)) => mapping.enabled.known().map(|on| on != Some(&false)),
            // What it gives up itself nobody has read.
            Some(Properties::Queue(_)) => Ok(false),
            _ => Ok(true),
        };
        let (polled, maybe) = (BTreeSet::new(), BTreeMap::new());
        let mut readers = Self { polled, maybe, allowed: BTreeMap::new(), perhaps: BTreeMap::new() };
        for edge in &stack.graph().edges {
            match edge.relation {
                Relation::Invokes | Relation::Publishes => match polls(&edge.said_by) {
                    Ok(true) => drop(readers.polled.insert(&edge.from)),
                    Ok(false) => {}
                    Err(why) => drop(readers.maybe.insert(&edge.from, why)),
                },
                Relation::Reads if !edge.by_wildcard => {
                    readers.allowed.insert(&edge.to, &edge.from);
                }
                _ => {}
            }
        }
        for doubt in stack.graph().unsettled.iter().filter(|doubt| doubt.may(&[Relation::Reads])) {
            readers.perhaps.extend(doubt.to.as_ref().map(|to| (to, doubt.why.clone())));
        }
        readers
    }
}

fn takes_what_is_sent(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    let mut redrives = Vec::new();
    for source in &stack.facts.resources {
        for arn in sinks::named(source) {
            // Of an ARN that nobody knows the source's own checks speak.
            let Ok(Some(arn)) = arn.as_text() else { continue };
            let Target::Resource(id) = stack.directory.resolve(&arn, &["AWS::SQS::Queue"]) else { continue };
            let Some(named) = stack.resource(&id) else { continue };
            let Properties::Queue(queue) = &named.properties else { continue };
            let id = &named.reference.logical_id;
            verdicts.say(id, fits(stack, source, queue));
            if let Properties::Queue(sender) = &source.properties {
                redrives.push((&source.reference.logical_id, id));
                verdicts.say(id, may_use(stack, &source.reference.logical_id, queue));
                verdicts.say(id, still_there(sender, queue).unwrap_or_else(Verdict::inconclusive));
            }
        }
    }
    let rings = Rings::of(redrives.iter().copied());
    for (id, _) in rings.nodes() {
        let text = "its dead-letter queue leads back to it: what cannot be processed goes round until it is deleted";
        verdicts.say(id, Verdict::fail(text).at(REDRIVE));
    }
    for (id, queue) in queues(stack) {
        let Err(why) = own_dead_letters(stack, queue) else { continue };
        let path = leading_to(id, &redrives);
        // What is given from outside never is a name that CloudFormation makes up.
        let given = matches!(why, Why::Unresolved(_));
        let named = |(id, queue): (&LogicalId, &Queue)| path.contains(id) && !queue.queue_name.is_absent();
        if path.len() > 1 && (!given || queues(stack).any(named)) {
            path.iter().for_each(|id| verdicts.say(id, Verdict::inconclusive(why.clone()).at(REDRIVE)));
        }
    }
    verdicts.0
}

const REDRIVE: &str = "RedrivePolicy.deadLetterTargetArn";

/// The queue of this stack that takes what another one gives up; none where that is elsewhere, or nobody does.
fn own_dead_letters(stack: &Stack<'_>, queue: &Queue) -> Result<Option<LogicalId>, Why> {
    let arn = sinks::redriven_to(&queue.redrive_policy);
    let Some(arn) = arn.as_text()? else { return Ok(None) };
    match stack.directory.resolve(&arn, &["AWS::SQS::Queue"]) {
        Target::Resource(id) => Ok(Some(id)),
        Target::Elsewhere => Ok(None),
        Target::Unknown(why) => Err(why),
    }
}

/// The queues whose messages end in this one, and itself.
fn leading_to<'a>(id: &'a LogicalId, redrives: &[(&'a LogicalId, &'a LogicalId)]) -> BTreeSet<&'a LogicalId> {
    let mut path = BTreeSet::from([id]);
    let mut open = vec![id];
    while let Some(at) = open.pop() {
        let before = redrives.iter().filter(|(_, to)| *to == at).map(|(from, _)| *from);
        open.extend(before.filter(|from| path.insert(from)));
    }
    path
}

fn fifo(flag: &Observed<bool>) -> Result<bool, Why> {
    flag.known().map(|flag| flag.copied().unwrap_or(false))
}

/// Whether a topic keeps the order of its messages; none where it is no topic.
fn of_topic(stack: &Stack<'_>, arn: &Observed<Text>) -> Result<Option<bool>, Why> {
    let Some(arn) = arn.known()? else { return Ok(None) };
    match stack.directory.resolve(arn, &["AWS::SNS::Topic"]) {
        Target::Resource(id) => match stack.resource(&id).map(|topic| &topic.properties) {
            Some(Properties::Topic(topic)) => fifo(&topic.fifo_topic).map(Some),
            Some(Properties::Unreadable(why)) => Err(why.clone()),
            _ => Ok(None),
        },
        // The name of a FIFO topic ends in `.fifo`.
        _ if arn.literal_suffix().is_empty() => Err(arn.why_unresolved()),
        _ => Ok(Some(arn.literal_suffix().ends_with(".fifo"))),
    }
}

/// Whether the queue is of the kind that the source can send to.
fn fits(stack: &Stack<'_>, source: &Resource, queue: &Queue) -> Verdict {
    let wanted = match &source.properties {
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
        Properties::Queue(source) => fifo(&source.fifo_queue),
        // https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
        Properties::Subscription(subscription) => match of_topic(stack, &subscription.topic_arn) {
            Ok(Some(is_fifo)) => Ok(is_fifo),
            Ok(None) => return Verdict::Pass,
            Err(why) => Err(why),
        },
        // Nothing says which kind a pipe takes.
        Properties::Pipe(_) => return Verdict::Pass,
        // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html,
        // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
        _ => Ok(false),
    };
    let of = &source.reference.logical_id;
    let verdict = match (wanted, fifo(&queue.fifo_queue)) {
        (Ok(wanted), Ok(fifo)) if wanted == fifo => Verdict::Pass,
        (Ok(true), Ok(_)) => Verdict::fail(format!("it is a standard queue, and {of} can only send to a FIFO queue")),
        (Ok(false), Ok(_)) => Verdict::fail(format!("it is a FIFO queue, and {of} can only send to a standard queue")),
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
    };
    verdict.at("FifoQueue")
}

/// Whether the queue lets the source use it.
fn may_use(stack: &Stack<'_>, source: &LogicalId, queue: &Queue) -> Verdict {
    let verdict = allows(stack, source, &queue.redrive_allow_policy);
    let text = || Verdict::fail(format!("it does not let {source} use it as a dead-letter queue"));
    Verdict::of(verdict, text).at("RedriveAllowPolicy")
}

fn allows(stack: &Stack<'_>, source: &LogicalId, policy: &Observed<RedriveAllowPolicy>) -> Result<bool, Why> {
    let Some(policy) = policy.known()? else { return Ok(true) };
    match policy.redrive_permission.known()?.map(String::as_str) {
        Some("denyAll") => return Ok(false),
        Some("byQueue") => {}
        _ => return Ok(true),
    }
    let named = policy.source_queue_arns.known()?.map_or(&[][..], Vec::as_slice);
    crate::facts::iam::any_known(named.iter().map(|arn| {
        let Some(arn) = arn.known()? else { return Ok(false) };
        match stack.directory.resolve(arn, &["AWS::SQS::Queue"]) {
            Target::Resource(id) => Ok(&id == source),
            Target::Elsewhere => Ok(false),
            Target::Unknown(why) => Err(why),
        }
    }))
}

/// Whether a message that takes its whole time at every try outlives the move. FIFO queues count from the move.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html>
fn still_there(source: &Queue, queue: &Queue) -> Result<Verdict, Why> {
    if queue.fifo_queue.known()? == Some(&true) {
        return Ok(Verdict::Pass);
    }
    let tries = source.redrive_policy.as_ref().and_then(|policy| policy.max_receive_count.clone());
    let tries = u64::from(tries.known()?.copied().unwrap_or(DEFAULT_RECEIVES));
    let hidden = u64::from(source.visibility_timeout.known()?.copied().unwrap_or(DEFAULT_VISIBILITY));
    let kept = u64::from(queue.message_retention_period.known()?.copied().unwrap_or(DEFAULT_RETENTION));
    let text =
        format!("a message is deleted {kept} s after it was sent, and {tries} tries of {hidden} s may take as long");
    Ok(Verdict::pass_if(kept > tries * hidden, text).at("MessageRetentionPeriod"))
}
