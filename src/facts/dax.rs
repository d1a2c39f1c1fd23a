//! Facts of DynamoDB Accelerator.

use serde::{Deserialize, Serialize};

/// `AWS::DAX::Cluster`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Cluster {}
