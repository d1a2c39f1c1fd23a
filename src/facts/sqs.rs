//! Facts of Amazon SQS.

use serde::{Deserialize, Serialize};

/// `AWS::SQS::Queue`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Queue {}
