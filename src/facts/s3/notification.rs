//! `NotificationConfiguration` of a bucket.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::facts::{Observed, Text};

/// Who is told of what happens in a bucket.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NotificationConfiguration {
    /// Functions.
    pub lambda_configurations: Observed<Vec<Observed<LambdaConfiguration>>>,
    /// Queues.
    pub queue_configurations: Observed<Vec<Observed<Value>>>,
    /// Topics.
    pub topic_configurations: Observed<Vec<Observed<Value>>>,
    /// The default event bus.
    pub event_bridge_configuration: Observed<Value>,
}

/// A function that is told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LambdaConfiguration {
    /// The function's ARN.
    pub function: Observed<Text>,
}
