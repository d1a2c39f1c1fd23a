//! Facts of AWS AppSync.

use serde::{Deserialize, Serialize};

/// `AWS::AppSync::DataSource`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DataSource {}
