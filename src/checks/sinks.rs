//! The queues that take what others could not process or deliver.

use std::{collections::BTreeSet, rc::Rc};

use crate::{
    facts::{
        Observed, Properties, Resource, Target, Text, Why,
        events::DeadLetterConfig,
        lambda::DestinationConfig,
        sqs::{Queue, RedriveAllowPolicy, RedrivePolicy},
    },
    inventory::LogicalId,
    stack::Stack,
};

/// The types that may name such a queue.
const NAMING: &[&str] = &[
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Pipes::Pipe",
    "AWS::SNS::Subscription",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
];

/// The dead-letter queues of a stack.
pub(super) struct Sinks {
    queues: BTreeSet<LogicalId>,
    open: Vec<Why>,
}

/// The dead-letter queues of a stack, by everything that names one.
pub(super) fn of(stack: &Stack<'_>) -> Rc<Sinks> {
    stack.derived(collect)
}

fn collect(stack: &Stack<'_>) -> Sinks {
    let mut sinks = Sinks { queues: BTreeSet::new(), open: Vec::new() };
    for arn in stack.facts.resources.iter().flat_map(named) {
        let target = match arn.as_text() {
            Ok(Some(arn)) => stack.directory.resolve(&arn, &["AWS::SQS::Queue"]),
            Ok(None) => continue,
            Err(why) => Target::Unknown(why),
        };
        match target {
            Target::Resource(id) => {
                sinks.queues.insert(id);
            }
            Target::Elsewhere => {}
            Target::Unknown(why) => sinks.open.push(why),
        }
    }
    sinks
}

impl Sinks {
    /// Whether the queue is certainly one of them.
    pub(super) fn hold(&self, queue: &LogicalId) -> bool {
        self.queues.contains(queue)
    }

    /// Whether the queue is one of them, for what names it or because it says so itself.
    pub(super) fn hold_surely(&self, id: &LogicalId, queue: &Queue) -> Result<bool, Why> {
        if self.hold(id) || says_so(&queue.redrive_allow_policy)? {
            return Ok(true);
        }
        // What is given from outside never is a name that CloudFormation makes up.
        let nameless = queue.queue_name.is_absent();
        match self.open.iter().find(|why| !(nameless && matches!(why, Why::Unresolved(_)))) {
            Some(why) => Err(why.clone()),
            None => Ok(false),
        }
    }
}

/// A queue that says which others may use it is meant to be used.
fn says_so(policy: &Observed<RedriveAllowPolicy>) -> Result<bool, Why> {
    let Some(policy) = policy.known()? else { return Ok(false) };
    Ok(policy.redrive_permission.known()?.is_some_and(|permission| permission != "denyAll"))
}

/// The ARNs that a resource names.
pub(super) fn named(resource: &Resource) -> Vec<Observed<Text>> {
    let r#type = resource.reference.r#type.as_str();
    match &resource.properties {
        Properties::Function(function) => {
            vec![function.dead_letter_config.as_ref().and_then(|config| config.target_arn.clone())]
        }
        Properties::Queue(queue) => vec![redriven_to(&queue.redrive_policy)],
        Properties::EventInvokeConfig(config) => vec![failures_to(&config.destination_config)],
        Properties::EventSourceMapping(mapping) => vec![failures_to(&mapping.destination_config)],
        Properties::Rule(rule) => match &rule.targets {
            Observed::Present(targets) => targets
                .iter()
                .map(|target| target.as_ref().and_then(|it| dead_letters_to(&it.dead_letter_config)))
                .collect(),
            Observed::Absent => Vec::new(),
            Observed::Unknown(why) => vec![Observed::Unknown(why.clone())],
        },
        Properties::Schedule(schedule) => {
            vec![schedule.target.as_ref().and_then(|target| dead_letters_to(&target.dead_letter_config))]
        }
        Properties::Subscription(subscription) => vec![subscription.dead_letter_target()],
        Properties::Pipe(pipe) => pipe
            .of_streams()
            .map(|(_, parameters)| parameters.and_then(|all| all.get("DeadLetterConfig.Arn")))
            .collect(),
        Properties::Untyped(bus) if r#type == "AWS::Events::EventBus" => vec![bus.get("DeadLetterConfig.Arn")],
        // What no enabled check looks at on a live stack says nothing of any queue.
        Properties::Unreadable(why) if NAMING.contains(&r#type) && !matches!(why, Why::NotObserved(_)) => {
            vec![Observed::Unknown(Why::NotObserved(format!(
                "{} could not be read: {why}",
                resource.reference.logical_id
            )))]
        }
        _ => Vec::new(),
    }
}

/// Whether a configuration names a queue. An ARN that is given from outside is one; a configuration that is, may be none.
pub(super) fn named_in<T>(config: &Observed<T>, arn: impl FnOnce(&T) -> Observed<Text>) -> Result<bool, Why> {
    let Some(config) = config.known()? else { return Ok(false) };
    Ok(arn(config).as_text()?.is_some())
}

/// The ARN of a queue's own dead-letter queue.
pub(super) fn redriven_to(policy: &Observed<RedrivePolicy>) -> Observed<Text> {
    policy.as_ref().and_then(|policy| policy.dead_letter_target_arn.clone())
}

/// The ARN in a `DeadLetterConfig` of EventBridge.
fn dead_letters_to(config: &Observed<DeadLetterConfig>) -> Observed<Text> {
    config.as_ref().and_then(|config| config.arn.clone())
}

fn failures_to(config: &Observed<DestinationConfig>) -> Observed<Text> {
    DestinationConfig::failure_target(config).map(Clone::clone)
}
