//! Facts of Amazon CloudWatch Logs.

use serde::{Deserialize, Serialize};

/// `AWS::Logs::LogGroup`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LogGroup {}
