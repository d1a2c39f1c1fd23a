//! Facts of Amazon CloudWatch Logs.

use serde::{Deserialize, Serialize};

use super::{Observed, Text};

/// `AWS::Logs::LogGroup`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LogGroup {
    /// The name, generated where absent.
    pub log_group_name: Observed<Text>,
    /// Days until events are deleted; never, where absent.
    pub retention_in_days: Observed<u32>,
}
