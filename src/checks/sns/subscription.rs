//! Where a topic delivers to, and what becomes of what it cannot deliver.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::sinks::named_in,
    facts::{
        Observed, Properties, Resource, Text,
        sns::{Subscription, TopicSubscription},
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sns-subscription-redrive",
        title: "Subscription keeps messages that cannot be delivered",
        why: "A message to an endpoint that is gone or that refuses the topic is dropped at once, one to an endpoint that fails after the retries.",
        fix: "Set RedrivePolicy with the deadLetterTargetArn of a queue that sns.amazonaws.com may send to.",
        absent: "Messages that cannot be delivered are dropped. A subscription written inside of its topic can have no RedrivePolicy and is not judged.",
        reference: "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Subscriptions],
        applies: Applies::EachSubscription(redrive),
    },
    Check {
        id: "sns-subscription-https",
        title: "No message is delivered over plain HTTP",
        why: "Messages to an http endpoint cross the network in the open, and whoever stands in between can change them.",
        fix: "Subscribe the endpoint with Protocol https.",
        absent: "Protocol is required. A topic without Subscription is not judged.",
        reference: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Subscriptions],
        applies: Applies::EachInStack(&["AWS::SNS::Subscription", "AWS::SNS::Topic"], https),
    },
];

fn redrive(subscription: &Subscription, _: &Yardstick) -> Option<Verdict> {
    let dropped = || Verdict::fail("a message that cannot be delivered is dropped: RedrivePolicy names no queue");
    let kept = named_in(&subscription.redrive(), |policy| policy.get("deadLetterTargetArn"));
    Some(Verdict::of(kept, dropped).at("RedrivePolicy"))
}

fn https(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::Subscription(subscription) => Some(not_http(&subscription.protocol, "Protocol".to_owned())),
        Properties::Topic(topic) => match &topic.subscription {
            Observed::Present(subscriptions) => every(subscriptions),
            Observed::Absent => None,
            Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at("Subscription")),
        },
        _ => None,
    }
}

/// The worst of the subscriptions that are written inside of a topic; none, where there is none.
fn every(subscriptions: &[Observed<TopicSubscription>]) -> Option<Verdict> {
    let verdicts = subscriptions.iter().enumerate().filter_map(|(index, subscription)| match subscription {
        Observed::Present(subscription) => {
            Some(not_http(&subscription.protocol, format!("Subscription[{index}].Protocol")))
        }
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at(format!("Subscription[{index}]"))),
    });
    verdicts.reduce(Verdict::worse)
}

fn not_http(protocol: &Observed<Text>, place: String) -> Verdict {
    let plain = |protocol: &Text| match protocol.equals("http") {
        Some(plain) => Verdict::pass_if(!plain, "Protocol is http"),
        None => Verdict::inconclusive(protocol.why_unresolved()),
    };
    protocol.judge(plain, || Verdict::fail("there is no Protocol")).at(place)
}
