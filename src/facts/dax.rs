//! Facts of DynamoDB Accelerator.

use serde::{Deserialize, Serialize};

use super::Observed;

/// `AWS::DAX::Cluster`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Cluster {
    /// Encryption of what the cluster writes to disk.
    #[serde(rename = "SSESpecification")]
    pub sse_specification: Observed<Encryption>,
    /// `NONE` or `TLS`.
    pub cluster_endpoint_encryption_type: Observed<String>,
}

/// `SSESpecification`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Encryption {
    /// Whether it is on; off where absent.
    #[serde(rename = "SSEEnabled")]
    pub sse_enabled: Observed<bool>,
}
