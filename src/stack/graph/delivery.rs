//! Who sends events and messages to whom without a role of a function: subscriptions, rules, schedules, pipes,
//! notifications of buckets, topic rules, log filters, outcomes of functions, dead letters; and the sources that
//! Lambda polls.

use serde_json::Value;

use super::{
    Drawing, Relation,
    sent::{CHANNELS, Sender, TABLES},
};
use crate::{
    facts::{
        List, Observed, Properties, Resource, Target, Text, Untyped, appsync, iot,
        lambda::{DestinationConfig, EventInvokeConfig},
        s3::Bucket,
    },
    inventory::LogicalId,
    stack::Stack,
};

/// Types that send; one that cannot be read may send to anybody.
const SENDERS: &[&str] = &[
    "AWS::Events::Rule",
    "AWS::IoT::TopicRule",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Pipes::Pipe",
    "AWS::S3::Bucket",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
];

/// The queue, stream or table that a mapping reads from, the log group of a filter: who causes its calls.
pub(super) fn source_of_mapping(stack: &Stack<'_>, caller: &LogicalId) -> Option<LogicalId> {
    let resource = stack.resource(caller)?;
    match &resource.properties {
        Properties::EventSourceMapping(mapping) => resolved(stack, &mapping.event_source_arn),
        Properties::Pipe(pipe) => resolved(stack, &pipe.source),
        Properties::Other(properties) if is_filter(resource) => resolved(stack, &read(properties, "LogGroupName")),
        _ => None,
    }
}

fn is_filter(resource: &Resource) -> bool {
    resource.reference.r#type.as_str() == "AWS::Logs::SubscriptionFilter"
}

fn resolved(stack: &Stack<'_>, arn: &Observed<Text>) -> Option<LogicalId> {
    match stack.directory.resolve(arn.present()?, &[]) {
        Target::Resource(id) => Some(id),
        Target::Elsewhere | Target::Unknown(_) => None,
    }
}

fn read(properties: &Value, name: &str) -> Observed<Text> {
    properties.get(name).map_or(Observed::Absent, Observed::read)
}

/// Draws the deliveries that properties of resources say.
pub(super) fn draw(drawing: &mut Drawing, stack: &Stack<'_>) {
    for resource in &stack.facts.resources {
        let said_by = &resource.reference.logical_id;
        Sender { drawing, stack, said_by }.resource(resource);
    }
}

impl Sender<'_, '_, '_> {
    fn resource(&mut self, resource: &Resource) {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::Subscription(subscription) => {
                let topic = resolved(self.stack, &subscription.topic_arn).unwrap_or_else(|| id.clone());
                self.sends(&topic, "Endpoint", &subscription.endpoint);
            }
            Properties::Topic(topic) => self.each(id, "Subscription", &topic.subscription, |sender, one, place| {
                sender.sends(id, &format!("{place}.Endpoint"), &one.endpoint);
            }),
            Properties::Rule(rule) => self.each(id, "Targets", &rule.targets, |sender, target, place| {
                sender.sends(id, &format!("{place}.Arn"), &target.arn);
            }),
            Properties::Schedule(schedule) => {
                let arn = schedule.target.as_ref().and_then(|target| target.arn.as_ref()).map(Clone::clone);
                self.sends(id, "Target.Arn", &arn);
            }
            Properties::Pipe(pipe) => {
                let source = resolved(self.stack, &pipe.source).unwrap_or_else(|| id.clone());
                self.sends(&source, "Target", &pipe.target);
            }
            Properties::Bucket(bucket) => self.bucket(id, bucket),
            Properties::TopicRule(rule) => self.topic_rule(id, rule),
            Properties::DataSource(source) => self.data_source(id, source),
            Properties::Queue(queue) => {
                let policy = queue.redrive_policy.as_ref();
                let dead = policy.and_then(|policy| policy.dead_letter_target_arn.as_ref()).map(Clone::clone);
                self.to(&[CHANNELS], id, "RedrivePolicy.deadLetterTargetArn", &dead);
            }
            Properties::Function(function) => {
                let config = function.dead_letter_config.as_ref();
                let dead = config.and_then(|config| config.target_arn.as_ref()).map(Clone::clone);
                self.to(&[CHANNELS], id, "DeadLetterConfig.TargetArn", &dead);
            }
            Properties::EventInvokeConfig(config) => self.outcomes(id, config),
            Properties::Other(properties) if is_filter(resource) => {
                let group = resolved(self.stack, &read(properties, "LogGroupName")).unwrap_or_else(|| id.clone());
                self.to(&[CHANNELS], &group, "DestinationArn", &read(properties, "DestinationArn"));
            }
            Properties::Unreadable(why) if SENDERS.contains(&resource.reference.r#type.as_str()) => {
                self.drawing.unsettled(id, Some(Relation::Publishes), None, why);
            }
            _ => {}
        }
    }

    fn bucket(&mut self, id: &LogicalId, bucket: &Bucket) {
        const PLACE: &str = "NotificationConfiguration";
        let configuration = match &bucket.notification_configuration {
            Observed::Present(configuration) => configuration,
            Observed::Absent => return,
            Observed::Unknown(why) => return self.drawing.unsettled(id, Some(Relation::Publishes), None, why),
        };
        let queues = &configuration.queue_configurations;
        self.notifies(id, &format!("{PLACE}.QueueConfigurations"), "Queue", queues);
        self.notifies(id, &format!("{PLACE}.TopicConfigurations"), "Topic", &configuration.topic_configurations);
    }

    fn notifies(&mut self, from: &LogicalId, place: &str, name: &str, configurations: &List<Value>) {
        self.each(from, place, configurations, |sender, configuration, place| {
            sender.to(&[CHANNELS], from, &format!("{place}.{name}"), &read(configuration, name));
        });
    }

    fn topic_rule(&mut self, id: &LogicalId, rule: &iot::TopicRule) {
        let payload = match &rule.topic_rule_payload {
            Observed::Present(payload) => payload,
            Observed::Absent => return,
            Observed::Unknown(why) => return self.drawing.unsettled(id, Some(Relation::Publishes), None, why),
        };
        self.each(id, "TopicRulePayload.Actions", &payload.actions, |sender, action, place| {
            let sent: [(&Observed<Untyped>, &str, &str); 5] = [
                (&action.sqs, "Sqs", "QueueUrl"),
                (&action.sns, "Sns", "TargetArn"),
                (&action.kinesis, "Kinesis", "StreamName"),
                (&action.firehose, "Firehose", "DeliveryStreamName"),
                (&action.step_functions, "StepFunctions", "StateMachineName"),
            ];
            for (action, name, property) in sent {
                let receiver = action.as_ref().and_then(|action| action.get(property));
                sender.sends(id, &format!("{place}.{name}.{property}"), &receiver);
            }
            let put: [(&Observed<Untyped>, &str, &str); 2] =
                [(&action.dynamodb, "DynamoDB", "TableName"), (&action.dynamodb_v2, "DynamoDBv2", "PutItem.TableName")];
            for (action, name, property) in put {
                let table = action.as_ref().and_then(|action| action.get(property));
                sender.to(&[TABLES], id, &format!("{place}.{name}.{property}"), &table);
            }
        });
    }

    /// What its resolvers do with the table lies in their code.
    fn data_source(&mut self, id: &LogicalId, source: &appsync::DataSource) {
        let table = source.dynamodb_config.as_ref().and_then(|config| config.get("TableName"));
        for relation in [Relation::Reads, Relation::Writes] {
            let tables = super::sent::Kinds { relation, ..TABLES };
            self.to(&[tables], id, "DynamoDBConfig.TableName", &table);
        }
    }

    fn outcomes(&mut self, id: &LogicalId, config: &EventInvokeConfig) {
        let function = self.stack.functions.target_of(&config.function_name);
        let from = function.as_ref().and_then(|target| target.function()).unwrap_or(id).clone();
        let destinations = |pick: fn(&DestinationConfig) -> &Observed<crate::facts::lambda::Destination>| {
            let config = config.destination_config.as_ref().and_then(|config| pick(config).as_ref());
            config.and_then(|to| to.destination.as_ref()).map(Clone::clone)
        };
        let (failure, success) = (destinations(|to| &to.on_failure), destinations(|to| &to.on_success));
        self.hands_over(&from, "DestinationConfig.OnFailure.Destination", &failure);
        self.hands_over(&from, "DestinationConfig.OnSuccess.Destination", &success);
    }
}
