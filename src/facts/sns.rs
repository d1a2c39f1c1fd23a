//! Facts of Amazon SNS.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    List, Observed, Text, Untyped, Why,
    iam::{PolicyDocument, Referred, Subject},
};
use crate::inventory::LogicalId;

/// `AWS::SNS::Topic`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Topic {
    /// The name, generated where absent.
    pub topic_name: Observed<Text>,
    /// Whether messages keep their order; not where absent.
    pub fifo_topic: Observed<bool>,
    /// Subscriptions written with the topic.
    pub subscription: Observed<Vec<Observed<TopicSubscription>>>,
    /// The KMS key that messages are encrypted with.
    pub kms_master_key_id: Observed<Text>,
    /// What is logged of deliveries, by protocol.
    pub delivery_status_logging: List<DeliveryStatusLogging>,
    /// Live only: the policy as SNS has it, without statements where there is none.
    #[serde(rename = "$Policy")]
    pub policy: Observed<PolicyDocument>,
}

impl Topic {
    /// The topic as ARNs speak of it; `Ref` gives its ARN.
    pub fn subject<'a>(&'a self, id: &'a LogicalId) -> Subject<'a> {
        Subject { id, name: &self.topic_name, arn: "arn:aws:sns:::", referred: Referred::Arn }
    }
}

/// One of `DeliveryStatusLogging` of a topic.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeliveryStatusLogging {
    /// The role that logs deliveries which failed.
    pub failure_feedback_role_arn: Observed<Text>,
    /// The role that logs deliveries which succeeded.
    pub success_feedback_role_arn: Observed<Text>,
}

/// One of `Subscription` of a topic.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TopicSubscription {
    /// `lambda`, `sqs` and so on.
    pub protocol: Observed<Text>,
    /// Who receives, the function's ARN for `lambda`.
    pub endpoint: Observed<Text>,
}

/// `AWS::SNS::Subscription`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Subscription {
    /// The topic.
    pub topic_arn: Observed<Text>,
    /// `lambda`, `sqs` and so on.
    pub protocol: Observed<Text>,
    /// Who receives, the function's ARN for `lambda`.
    pub endpoint: Observed<Text>,
    /// Where messages go that could not be delivered.
    pub redrive_policy: Observed<Value>,
}

impl Subscription {
    /// Where messages go that could not be delivered, which may be written as text.
    pub fn redrive(&self) -> Observed<Untyped> {
        self.redrive_policy.as_ref().and_then(|policy| match policy {
            Value::String(text) => serde_json::from_str::<Untyped>(text)
                .map_or_else(|error| Observed::Unknown(Why::Malformed(error.to_string())), Observed::Present),
            other => Observed::read(other),
        })
    }

    /// The ARN of the queue for messages that could not be delivered.
    pub fn dead_letter_target(&self) -> Observed<Text> {
        self.redrive().and_then(|policy| policy.get("deadLetterTargetArn"))
    }
}
