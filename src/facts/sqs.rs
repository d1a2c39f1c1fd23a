//! Facts of Amazon SQS.

use serde::{Deserialize, Serialize};

use super::{Observed, Text};

/// `AWS::SQS::Queue`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Queue {
    /// The name, generated where absent.
    pub queue_name: Observed<Text>,
    /// Seconds that a received message stays hidden; 30 where absent.
    pub visibility_timeout: Observed<u32>,
    /// Where messages go that were received too often.
    pub redrive_policy: Observed<RedrivePolicy>,
}

/// `RedrivePolicy` of a queue. SQS's own JSON, hence the lower case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RedrivePolicy {
    /// The ARN of the dead-letter queue.
    pub dead_letter_target_arn: Observed<Text>,
    /// How often a message is received before it goes there.
    pub max_receive_count: Observed<u32>,
}
