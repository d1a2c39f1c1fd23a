//! Who sends events and messages to whom without a role of a function: subscriptions, rules, schedules, pipes,
//! notifications of buckets; and the sources that Lambda polls.

use serde_json::Value;

use super::{Drawing, Edge, Relation};
use crate::{
    facts::{List, Observed, Properties, Target, Text},
    inventory::LogicalId,
    stack::Stack,
};

/// What messages are sent to.
const CHANNELS: &[&str] = &[
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Events::EventBus",
    "AWS::Logs::LogGroup",
];

/// What events start.
const STARTED: &[&str] = &["AWS::StepFunctions::StateMachine"];

/// The queue, stream or table that a mapping reads from, which is who causes its calls.
pub(super) fn source_of_mapping(stack: &Stack<'_>, caller: &LogicalId) -> Option<LogicalId> {
    match &stack.facts.get(caller)?.properties {
        Properties::EventSourceMapping(mapping) => resolved(stack, &mapping.event_source_arn),
        Properties::Pipe(pipe) => resolved(stack, &pipe.source),
        _ => None,
    }
}

fn resolved(stack: &Stack<'_>, arn: &Observed<Text>) -> Option<LogicalId> {
    match stack.directory.resolve(arn.present()?, &[]) {
        Target::Resource(id) => Some(id),
        Target::Elsewhere | Target::Unknown(_) => None,
    }
}

/// Draws the deliveries that properties of resources say.
pub(super) fn draw(drawing: &mut Drawing, stack: &Stack<'_>) {
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        let mut sender = Sender { drawing, stack, said_by: id };
        match &resource.properties {
            Properties::Subscription(subscription) => {
                let topic = resolved(stack, &subscription.topic_arn).unwrap_or_else(|| id.clone());
                sender.sends(&topic, "Endpoint", &subscription.endpoint);
            }
            Properties::Topic(topic) => {
                for (index, subscription) in present(&topic.subscription) {
                    sender.sends(id, &format!("Subscription[{index}].Endpoint"), &subscription.endpoint);
                }
            }
            Properties::Rule(rule) => {
                for (index, target) in present(&rule.targets) {
                    sender.sends(id, &format!("Targets[{index}].Arn"), &target.arn);
                }
            }
            Properties::Schedule(schedule) => {
                let arn = schedule.target.as_ref().and_then(|target| target.arn.as_ref()).map(Clone::clone);
                sender.sends(id, "Target.Arn", &arn);
            }
            Properties::Pipe(pipe) => {
                let source = resolved(stack, &pipe.source).unwrap_or_else(|| id.clone());
                sender.sends(&source, "Target", &pipe.target);
            }
            Properties::Bucket(bucket) => {
                if let Observed::Present(configuration) = &bucket.notification_configuration {
                    let queues = &configuration.queue_configurations;
                    sender.notifies(id, "NotificationConfiguration.QueueConfigurations", "Queue", queues);
                    let topics = &configuration.topic_configurations;
                    sender.notifies(id, "NotificationConfiguration.TopicConfigurations", "Topic", topics);
                }
            }
            _ => {}
        }
    }
}

/// The elements that are known, with their places.
fn present<T>(list: &List<T>) -> impl Iterator<Item = (usize, &T)> {
    let items = list.present().map_or(&[][..], Vec::as_slice);
    items.iter().enumerate().filter_map(|(index, item)| Some((index, item.present()?)))
}

/// The resource that says who sends to whom.
struct Sender<'d, 's, 'a> {
    drawing: &'d mut Drawing,
    stack: &'s Stack<'a>,
    said_by: &'s LogicalId,
}

impl Sender<'_, '_, '_> {
    /// A function is drawn by its invocation already.
    fn sends(&mut self, from: &LogicalId, place: &str, arn: &Observed<Text>) {
        let text = match arn {
            Observed::Present(text) => text,
            Observed::Absent => return,
            Observed::Unknown(why) => return self.drawing.unsettled(from, Some(Relation::Publishes), None, why),
        };
        for (types, relation) in [(CHANNELS, Relation::Publishes), (STARTED, Relation::Invokes)] {
            match self.stack.directory.resolve(text, types) {
                Target::Resource(to) if self.is_one_of(&to, types) => self.drawing.edge(Edge {
                    from: from.clone(),
                    to,
                    relation,
                    said_by: self.said_by.clone(),
                    place: place.to_owned(),
                    qualifier: None,
                    by_wildcard: false,
                }),
                Target::Resource(_) | Target::Elsewhere => {}
                Target::Unknown(why) => self.drawing.unsettled(from, Some(relation), None, &why),
            }
        }
    }

    /// A reference resolves to whatever it names, of any type.
    fn is_one_of(&self, id: &LogicalId, types: &[&str]) -> bool {
        self.stack.facts.get(id).is_some_and(|resource| types.contains(&resource.reference.r#type.as_str()))
    }

    fn notifies(&mut self, from: &LogicalId, place: &str, name: &str, configurations: &List<Value>) {
        for (index, configuration) in present(configurations) {
            let arn = configuration.get(name).map_or(Observed::Absent, Observed::read);
            self.sends(from, &format!("{place}[{index}].{name}"), &arn);
        }
    }
}
