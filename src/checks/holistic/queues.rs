//! Queues that services of AWS send to, and the policies that let them.

use super::{Verdicts, service_grants::Asked, sources::Source};
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    checks::attached::{self, QUEUES},
    facts::{List, Observed, Properties, Target, Text, events::DeadLetterConfig},
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const QUEUE_POLICY_ALLOWS_SOURCE: Check = Check {
    id: "queue-policy-allows-source",
    title: "A queue's policy lets in each topic, rule and bucket that sends to it",
    why: "SNS and EventBridge drop a message that the queue's policy refuses, and nothing of the queue shows it; a \
          dead-letter queue is then empty for ever. Other checks judge what a policy grants too much; this one finds \
          what a sender of the stack lacks.",
    fix: "Add an AWS::SQS::QueuePolicy that allows sqs:SendMessage to the service (sns, events or s3.amazonaws.com) with \
          ArnEquals aws:SourceArn of the topic, rule or bucket.",
    absent: "Without a policy only identities of the account send to the queue, and no service does.",
    reference: "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::StackTemplate,
        Need::BucketNotification,
        Need::RuleTargets,
        Need::Subscriptions,
        Need::Queue,
        Need::QueuePolicies,
        Need::Topics,
    ],
    applies: Applies::Stack(&["AWS::SQS::Queue"], queue_policy_allows_source),
};

const QUEUE: &[&str] = &["AWS::SQS::Queue"];
const SNS: &str = "sns.amazonaws.com";
const EVENTS: &str = "events.amazonaws.com";
const S3: &str = "s3.amazonaws.com";

/// A service that sends to a queue of the stack.
pub(super) struct Sender {
    pub(super) queue: LogicalId,
    pub(super) service: &'static str,
    pub(super) source: Source,
    /// Who says so, and where.
    pub(super) place: Place,
    pub(super) said_by: LogicalId,
}

/// Everything that sends to a queue of the stack by a service, and not by a role.
pub(super) fn senders(stack: &Stack<'_>) -> Vec<Sender> {
    let mut senders = Senders { stack, found: Vec::new() };
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        let own = || Source::Resource(id.clone());
        match &resource.properties {
            Properties::Subscription(subscription) => {
                let topic = senders.topic(&subscription.topic_arn);
                senders.add(id, "Endpoint", &subscription.endpoint, SNS, topic.clone());
                senders.add(id, "RedrivePolicy", &subscription.dead_letter_target(), SNS, topic);
            }
            Properties::Topic(topic) => {
                for (index, subscription) in present(&topic.subscription) {
                    let place = format!("Subscription[{index}].Endpoint");
                    senders.add(id, &place, &subscription.endpoint, SNS, own());
                }
            }
            Properties::Rule(rule) => {
                for (index, target) in present(&rule.targets) {
                    if target.role_arn.is_absent() {
                        senders.add(id, &format!("Targets[{index}].Arn"), &target.arn, EVENTS, own());
                    }
                    let arn = dead_letters(&target.dead_letter_config);
                    senders.add(id, &format!("Targets[{index}].DeadLetterConfig.Arn"), &arn, EVENTS, own());
                }
            }
            Properties::Bucket(bucket) => {
                let queues = bucket.notification_configuration.as_ref().and_then(|it| it.queue_configurations.clone());
                for (index, configuration) in present(&queues) {
                    let arn = configuration.get("Queue").map_or(Observed::Absent, Observed::read);
                    let place = format!("NotificationConfiguration.QueueConfigurations[{index}].Queue");
                    senders.add(id, &place, &arn, S3, own());
                }
            }
            _ => {}
        }
    }
    senders.found
}

struct Senders<'s, 'a> {
    stack: &'s Stack<'a>,
    found: Vec<Sender>,
}

impl Senders<'_, '_> {
    /// The topic of a subscription, which may be one of another stack.
    fn topic(&self, arn: &Observed<Text>) -> Source {
        match arn.present().map(|arn| self.stack.directory.resolve(arn, &["AWS::SNS::Topic"])) {
            Some(Target::Resource(id)) => Source::Resource(id),
            _ => Source::Named(arn.clone()),
        }
    }

    /// What sends to a queue of nobody knows which stack says nothing of the queues of this one.
    fn add(&mut self, by: &LogicalId, place: &str, arn: &Observed<Text>, service: &'static str, source: Source) {
        let Some(arn) = arn.present() else { return };
        let Target::Resource(queue) = self.stack.directory.resolve(arn, QUEUE) else { return };
        if self.stack.type_of(&queue) == "AWS::SQS::Queue" {
            let (place, said_by) = (Place::of(by, place), by.clone());
            self.found.push(Sender { queue, service, source, place, said_by });
        }
    }
}

fn dead_letters(config: &Observed<DeadLetterConfig>) -> Observed<Text> {
    config.as_ref().and_then(|config| config.arn.clone())
}

/// The elements that are known, with their places.
fn present<T>(list: &List<T>) -> impl Iterator<Item = (usize, &T)> {
    let items = list.present().map_or(&[][..], Vec::as_slice);
    items.iter().enumerate().filter_map(|(index, item)| Some((index, item.present()?)))
}

fn queue_policy_allows_source(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for sender in senders(stack) {
        let Some(resource) = stack.resource(&sender.queue) else { continue };
        let Properties::Queue(queue) = &resource.properties else { continue };
        let asked = Asked {
            service: sender.service,
            actions: &["sqs:SendMessage"],
            source: Some(sender.source.clone()),
            subject: Some(queue.subject(&sender.queue)),
        };
        // What lets it in may be a policy of which nobody knows whose it is.
        let another = || match queue.policy {
            Observed::Absent => attached::may_be_attached(resource, stack, &QUEUES),
            Observed::Present(_) | Observed::Unknown(_) => None,
        };
        let refused = || {
            let text = || format!("no policy of the queue lets {} send for {}", sender.service, sender.said_by);
            another().unwrap_or_else(|| Verdict::fail(text()))
        };
        let said = attached::on_owner(resource, stack, &QUEUES, |document, _| {
            document.judge(|document| Verdict::of(asked.is_allowed_by(document, stack), refused), refused)
        });
        verdicts.say(&sender.queue, said.unwrap_or_else(refused).place(sender.place.clone()));
    }
    verdicts.0
}
