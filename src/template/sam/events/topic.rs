//! `SNS`: a subscription of the function, or of a queue in between that Lambda polls.

use super::super::build::At;
use super::super::expansion::Expansion;
use super::super::resource::Generated;
use super::super::role::{Role, aws_managed};
use super::super::tree::{resource_of, scalar_text, truthy};
use super::push::{From, permission};
use super::rule::queue_policy;
use super::{Event, Invoked};
use crate::source::{Kind, Node};

/// Adds the subscription and what belongs to it.
pub(super) fn generate(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked, role: &mut Role) {
    let known = ["Topic", "Region", "FilterPolicy", "FilterPolicyScope", "SqsSubscription", "RedrivePolicy"];
    event.report_unknown(expansion, &[&known]);
    event.require(expansion, &["Topic"]);
    let at = event.at;
    match event.filled("SqsSubscription") {
        None => {
            let from = From { source_arn: event.get("Topic").cloned(), ..From::default() };
            expansion.emit(permission(event, invoked, &event.id, "", "sns.amazonaws.com", from));
            expansion.emit(subscription(event, "lambda", invoked.arn(at)));
        }
        Some(queue) if matches!(queue.kind, Kind::Mapping(_)) => existing_queue(expansion, event, invoked, role, queue),
        Some(_) => new_queue(expansion, event, invoked, role),
    }
}

fn subscription(event: &Event<'_>, protocol: &str, endpoint: Node) -> Generated {
    let at = event.at;
    Generated::new(&event.id, "AWS::SNS::Subscription", at, event.owner.handed_on())
        .with("Protocol", at.text(protocol))
        .with("Endpoint", endpoint)
        .with_some("TopicArn", event.get("Topic").cloned())
        .with_copied(event.properties, &["Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"])
}

fn new_queue(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked, role: &mut Role) {
    let at = event.at;
    let id = format!("{}Queue", event.id);
    let mut queue = Generated::new(&id, "AWS::SQS::Queue", at, event.owner.handed_on());
    if let Some(fifo) = fifo(expansion, event) {
        queue.properties.set("FifoQueue", fifo);
    }
    expansion.emit(queue);
    let [arn, url] = [at.get_att(&id, "Arn"), at.reference(&id)];
    between(expansion, event, invoked, role, Between { arn, url, policy: None, batch_size: None });
}

/// Whether the topic is one of the template's FIFO topics.
fn fifo(expansion: &Expansion<'_>, event: &Event<'_>) -> Option<Node> {
    let topic = expansion.written(resource_of(event.get("Topic")?)?)?;
    let fifo = expansion.known.resolve(topic.get("Properties")?.get("FifoTopic")?);
    let is_off = !truthy(&fifo) || scalar_text(&fifo) == Some("false");
    (!is_off).then_some(fifo)
}

fn existing_queue(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked, role: &mut Role, queue: &Node) {
    let (Some(arn), Some(url)) = (queue.get("QueueArn"), queue.get("QueueUrl")) else {
        event.refuse(expansion, "`SqsSubscription` needs `QueueArn` and `QueueUrl`");
        return;
    };
    let policy = queue.get("QueuePolicyLogicalId").and_then(Node::as_str).map(str::to_owned);
    let batch_size = queue.get("BatchSize").cloned();
    between(expansion, event, invoked, role, Between { arn: arn.clone(), url: url.clone(), policy, batch_size });
}

/// The queue between the topic and the function.
struct Between {
    arn: Node,
    url: Node,
    policy: Option<String>,
    batch_size: Option<Node>,
}

fn between(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked, role: &mut Role, queue: Between) {
    let at = event.at;
    let source = event.get("Topic").cloned().unwrap_or_else(|| at.text("*"));
    let policy = queue.policy.unwrap_or_else(|| format!("{}QueuePolicy", event.id));
    expansion.emit(queue_policy(event, &policy, at.text("*"), queue.arn.clone(), source, queue.url));
    expansion.emit(subscription(event, "sqs", queue.arn.clone()));
    let id = format!("{}EventSourceMapping", event.id);
    let batch_size = queue.batch_size.filter(truthy).unwrap_or_else(|| At(event.at.0).number(10));
    let mapping = Generated::new(id, "AWS::Lambda::EventSourceMapping", at, event.owner.handed_on())
        .with("EventSourceArn", queue.arn)
        .with("FunctionName", invoked.name(at))
        .with("BatchSize", batch_size)
        .with("Enabled", at.flag(true));
    expansion.emit(mapping);
    let policy = "service-role/AWSLambdaSQSQueueExecutionRole";
    role.add_managed(aws_managed(policy, expansion.known.partition(), at));
}
