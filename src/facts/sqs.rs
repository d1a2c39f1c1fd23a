//! Facts of Amazon SQS.

use serde::{Deserialize, Serialize};

use super::{
    List, Observed, Tag, Text,
    iam::{PolicyDocument, Referred, Subject},
};
use crate::inventory::LogicalId;

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
    /// Which queues may use this one as their dead-letter queue; all of the account where absent.
    pub redrive_allow_policy: Observed<RedriveAllowPolicy>,
    /// Seconds after which a message is deleted; 345,600 (four days) where absent.
    pub message_retention_period: Observed<u32>,
    /// Whether messages keep their order; not where absent.
    pub fifo_queue: Observed<bool>,
    /// The KMS key that messages are encrypted with.
    pub kms_master_key_id: Observed<Text>,
    /// Whether SQS encrypts messages with keys of its own; it does where absent.
    pub sqs_managed_sse_enabled: Observed<bool>,
    /// Tags.
    pub tags: List<Tag>,
    /// Live only: the policy as SQS has it, without statements where there is none.
    #[serde(rename = "$Policy")]
    pub policy: Observed<PolicyDocument>,
}

impl Queue {
    /// The queue as ARNs speak of it; `Ref` gives its URL, which no policy can name it by.
    pub fn subject<'a>(&'a self, id: &'a LogicalId) -> Subject<'a> {
        Subject { id, name: &self.queue_name, arn: "arn:aws:sqs:::", referred: Referred::Otherwise }
    }
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

/// `RedriveAllowPolicy` of a queue. SQS's own JSON, hence the lower case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RedriveAllowPolicy {
    /// `allowAll`, `denyAll` or `byQueue`.
    pub redrive_permission: Observed<String>,
    /// With `byQueue` the queues that may, by ARN.
    pub source_queue_arns: List<Text>,
}
