//! Whether anybody hears an alarm: the topics that alarms tell, and who listens to them.

use std::collections::BTreeSet;

use super::health::only_scales;
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{List, Observed, Properties, Target, Text, Why, sns::Topic},
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const ALARMS_NOTIFY: Check = Check {
    id: "alarms-notify",
    title: "What an alarm does reaches somebody: a topic that it may publish to, with a subscriber",
    why: "An alarm with an action looks complete. If nobody subscribes to its topic, or the topic is encrypted with a key \
          that CloudWatch may not use, every alarm goes off in silence; alarm, topic and subscription are each in order.",
    fix: "Subscribe an address, a queue or a function to the topic, and encrypt it with a key of your own that lets \
          cloudwatch.amazonaws.com use kms:Decrypt and kms:GenerateDataKey*, or with none.",
    absent: "A topic has no subscriber; a subscription that was made by hand or in another stack is not seen, nor whether \
             an address has confirmed it. An alarm without actions is another check's question.",
    reference: "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    pillar: Pillar::Operations,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::StackTemplate, Need::Alarms, Need::Subscriptions, Need::Topics],
    applies: Applies::Stack(&["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"], alarms_notify),
};

/// The key that AWS manages for SNS, whose policy nobody can change.
/// <https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns>
const MANAGED_KEY: &str = "alias/aws/sns";

fn alarms_notify(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let view = View { listened: Listened::of(stack), stack };
    let mut verdicts = Vec::new();
    for resource in &stack.facts.resources {
        let actions = match &resource.properties {
            Properties::Alarm(alarm) if !only_scales(stack, &alarm.alarm_actions) => &alarm.alarm_actions,
            Properties::CompositeAlarm(alarm) => &alarm.alarm_actions,
            _ => continue,
        };
        let verdict = view.judge(actions);
        verdicts.extend(verdict.map(|verdict| (resource.reference.logical_id.clone(), verdict)));
    }
    verdicts
}

/// The topics that somebody subscribes to.
struct Listened {
    topics: BTreeSet<LogicalId>,
    /// Why nobody can tell whose a subscription is.
    open: Option<Why>,
}

impl Listened {
    fn of(stack: &Stack<'_>) -> Self {
        let mut listened = Self { topics: BTreeSet::new(), open: None };
        for resource in &stack.facts.resources {
            match &resource.properties {
                Properties::Topic(topic) => match topic.subscription.known() {
                    Ok(Some(subscriptions)) if !subscriptions.is_empty() => {
                        listened.topics.insert(resource.reference.logical_id.clone());
                    }
                    Ok(_) => {}
                    Err(why) => listened.open = Some(why),
                },
                Properties::Subscription(subscription) => listened.take(stack, &subscription.topic_arn),
                Properties::Unreadable(why) if resource.reference.r#type.as_str() == "AWS::SNS::Subscription" => {
                    listened.open = Some(why.clone());
                }
                _ => {}
            }
        }
        listened
    }

    fn take(&mut self, stack: &Stack<'_>, arn: &Observed<Text>) {
        let target = match arn {
            Observed::Present(arn) => stack.directory.resolve(arn, &["AWS::SNS::Topic"]),
            Observed::Absent => return,
            Observed::Unknown(why) => Target::Unknown(why.clone()),
        };
        match target {
            Target::Resource(id) => {
                self.topics.insert(id);
            }
            Target::Elsewhere => {}
            // A topic that is given from outside is none of this stack.
            Target::Unknown(Why::Unresolved(_)) => {}
            Target::Unknown(why) => self.open = Some(why),
        }
    }
}

struct View<'s, 'a> {
    stack: &'s Stack<'a>,
    listened: Listened,
}

impl View<'_, '_> {
    /// The best of what the actions reach; none where there is no action.
    fn judge(&self, actions: &List<Text>) -> Option<Verdict> {
        let actions = match actions.known() {
            Ok(actions) => actions?,
            Err(why) => return Some(Verdict::inconclusive(why).at("AlarmActions")),
        };
        let said = actions.iter().enumerate().filter_map(|(place, action)| {
            let place = format!("AlarmActions[{place}]");
            match action {
                Observed::Present(action) if action.as_str() == Some("") => None,
                Observed::Present(action) => self.reached(action, &place),
                Observed::Absent => None,
                // What is given from outside is none of this stack.
                Observed::Unknown(Why::Unresolved(_)) => None,
                Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at(place)),
            }
        });
        said.reduce(better)
    }

    /// What becomes of an action; nothing to say where it reaches a topic of another stack, whose subscribers are not
    /// in this one either.
    fn reached(&self, action: &Text, place: &str) -> Option<Verdict> {
        let id = match self.stack.directory.resolve(action, &["AWS::SNS::Topic"]) {
            Target::Resource(id) => id,
            // Systems Manager, a function, an instance: these do something by themselves.
            Target::Elsewhere if !names_a_topic(action) => return Some(Verdict::Pass),
            Target::Elsewhere | Target::Unknown(Why::Unresolved(_)) => return None,
            Target::Unknown(why) => return Some(Verdict::inconclusive(why).at(place)),
        };
        Some(match self.stack.resource(&id).map(|resource| &resource.properties) {
            Some(Properties::Topic(topic)) => self.heard(&id, topic),
            Some(Properties::Unreadable(why)) => Verdict::inconclusive(why.clone()).at(place),
            _ => Verdict::Pass,
        })
    }

    fn heard(&self, id: &LogicalId, topic: &Topic) -> Verdict {
        let key = topic.kms_master_key_id.judge(
            |key| match (key.literal_suffix().ends_with(MANAGED_KEY), key.as_str()) {
                (true, _) => Verdict::fail(format!(
                    "{id} is encrypted with the key that AWS manages, which CloudWatch may not use: nothing is published"
                )),
                _ => Verdict::Pass,
            },
            || Verdict::Pass,
        );
        let listened = match (self.listened.topics.contains(id), &self.listened.open) {
            (true, _) => Verdict::Pass,
            (false, Some(why)) => Verdict::inconclusive(why.clone()),
            (false, None) => Verdict::partial(20, format!("nobody in the stack subscribes to {id}")),
        };
        key.place(Place::of(id, "KmsMasterKeyId")).worse(listened.place(Place::of(id, "Subscription")))
    }
}

fn names_a_topic(action: &Text) -> bool {
    action.as_str().is_none_or(|arn| arn.split(':').nth(2) == Some("sns"))
}

/// One action that reaches somebody is enough.
fn better(one: Verdict, other: Verdict) -> Verdict {
    let worst = one.clone().worse(other.clone());
    match (&one, &other) {
        _ if worst == other => one,
        _ if worst == one => other,
        _ => worst,
    }
}
