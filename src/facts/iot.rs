//! Facts of AWS IoT.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Observed, Text, Untyped};

/// `AWS::IoT::TopicRule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TopicRule {
    /// What the rule does.
    pub topic_rule_payload: Observed<TopicRulePayload>,
}

/// `TopicRulePayload` of a rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TopicRulePayload {
    /// What is done with each message.
    pub actions: Observed<Vec<Observed<Action>>>,
    /// What is done with a message whose action failed; of any kind.
    pub error_action: Observed<Value>,
}

/// One of `Actions` of a rule, as far as it calls a function or sends to something that a stack may hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Action {
    /// Calls a function, asynchronously.
    pub lambda: Observed<LambdaAction>,
    /// Sends to a queue.
    pub sqs: Observed<Untyped>,
    /// Publishes to a topic.
    pub sns: Observed<Untyped>,
    /// Puts into a stream.
    pub kinesis: Observed<Untyped>,
    /// Puts into a delivery stream.
    pub firehose: Observed<Untyped>,
    /// Starts an execution.
    pub step_functions: Observed<Untyped>,
    /// Puts an item into a table.
    #[serde(rename = "DynamoDB")]
    pub dynamodb: Observed<Untyped>,
    /// Puts an item into a table, a column an attribute.
    #[serde(rename = "DynamoDBv2")]
    pub dynamodb_v2: Observed<Untyped>,
}

/// `Lambda` of an action.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LambdaAction {
    /// The function's ARN.
    pub function_arn: Observed<Text>,
}
