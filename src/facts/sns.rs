//! Facts of Amazon SNS.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Observed, Text};

/// `AWS::SNS::Topic`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Topic {
    /// The name, generated where absent.
    pub topic_name: Observed<Text>,
    /// Subscriptions written with the topic.
    pub subscription: Observed<Vec<Observed<TopicSubscription>>>,
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
