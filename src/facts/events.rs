//! Facts of Amazon EventBridge: rules, schedules, pipes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Observed, Text};

/// `AWS::Events::Rule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Rule {
    /// The name, generated where absent.
    pub name: Observed<Text>,
    /// Who receives the events.
    pub targets: Observed<Vec<Observed<RuleTarget>>>,
}

/// One of `Targets` of a rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RuleTarget {
    /// The ARN of the receiver.
    pub arn: Observed<Text>,
    /// Where events go that could not be delivered.
    pub dead_letter_config: Observed<DeadLetterConfig>,
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
