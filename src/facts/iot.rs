//! Facts of AWS IoT.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Observed, Text};

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

/// One of `Actions` of a rule, as far as it calls a function.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Action {
    /// Calls a function, asynchronously.
    pub lambda: Observed<LambdaAction>,
}

/// `Lambda` of an action.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LambdaAction {
    /// The function's ARN.
    pub function_arn: Observed<Text>,
}
