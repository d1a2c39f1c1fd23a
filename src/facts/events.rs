//! Facts of Amazon EventBridge: rules, schedules, pipes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Observed, Text, Untyped};

/// `AWS::Events::Rule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Rule {
    /// The name, generated where absent.
    pub name: Observed<Text>,
    /// `DISABLED`, or one of two ways of being enabled; `ENABLED` where absent.
    pub state: Observed<String>,
    /// Who receives the events.
    pub targets: Observed<Vec<Observed<RuleTarget>>>,
}

/// One of `Targets` of a rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RuleTarget {
    /// The ARN of the receiver.
    pub arn: Observed<Text>,
    /// The role that calls the receiver; by the receiver's own policy where absent.
    pub role_arn: Observed<Text>,
    /// Where events go that could not be delivered.
    pub dead_letter_config: Observed<DeadLetterConfig>,
    /// How long delivery is tried.
    pub retry_policy: Observed<RetryPolicy>,
}

/// `RetryPolicy` of EventBridge and its scheduler.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RetryPolicy {
    /// Seconds after which an event is given up; 86,400 (a day) where absent.
    pub maximum_event_age_in_seconds: Observed<u32>,
    /// How often delivery is tried again; 185 times where absent.
    pub maximum_retry_attempts: Observed<u32>,
}

/// `DeadLetterConfig` of EventBridge: a queue for events that could not be delivered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeadLetterConfig {
    /// The ARN of the queue.
    pub arn: Observed<Text>,
}

/// `AWS::Scheduler::Schedule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Schedule {
    /// The group that it is in, by name; `default` where absent.
    pub group_name: Observed<Text>,
    /// Who is called.
    pub target: Observed<ScheduleTarget>,
}

/// `Target` of a schedule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ScheduleTarget {
    /// The ARN of the receiver, or of a universal target such as `arn:aws:scheduler:::aws-sdk:lambda:invoke`.
    pub arn: Observed<Text>,
    /// What is sent; names the function for the universal target.
    pub input: Observed<Text>,
    /// Where events go that could not be delivered.
    pub dead_letter_config: Observed<DeadLetterConfig>,
    /// How long delivery is tried.
    pub retry_policy: Observed<RetryPolicy>,
}

/// `AWS::Pipes::Pipe`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Pipe {
    /// The ARN that records come from.
    pub source: Observed<Text>,
    /// Settings by kind of source, with the dead-letter queue of streams.
    pub source_parameters: Observed<Value>,
    /// A function, state machine or API that changes records on the way.
    pub enrichment: Observed<Text>,
    /// The ARN that records go to.
    pub target: Observed<Text>,
    /// Settings by kind of target, with the invocation type of functions.
    pub target_parameters: Observed<Value>,
}

/// The kinds of streams, as `SourceParameters` of a pipe calls them. Only they take a dead-letter queue.
const STREAMS: [&str; 2] = ["DynamoDBStreamParameters", "KinesisStreamParameters"];

impl Pipe {
    /// The settings of a source that is a stream, with their names.
    pub fn of_streams(&self) -> impl Iterator<Item = (&'static str, Observed<Untyped>)> {
        let parameters = self.source_parameters.as_ref().and_then(Observed::<Untyped>::read);
        STREAMS.into_iter().map(move |name| (name, parameters.as_ref().and_then(|all| all.get(name))))
    }
}
