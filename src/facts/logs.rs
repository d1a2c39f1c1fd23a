//! Facts of Amazon CloudWatch Logs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Observed, Text, iam::PolicyDocument};

/// `AWS::Logs::LogGroup`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LogGroup {
    /// The name, generated where absent.
    pub log_group_name: Observed<Text>,
    /// Days until events are deleted; never, where absent.
    pub retention_in_days: Observed<u32>,
    /// `STANDARD`, which is meant where absent, `INFREQUENT_ACCESS`, `ESSENTIALS` or `DELIVERY`.
    pub log_group_class: Observed<String>,
    /// The customer's key; one of CloudWatch Logs' own where absent.
    pub kms_key_id: Observed<Text>,
    /// Which sensitive data is masked; none where absent.
    pub data_protection_policy: Observed<Value>,
    /// Who else may use the group; nobody where absent.
    pub resource_policy_document: Observed<PolicyDocument>,
}
