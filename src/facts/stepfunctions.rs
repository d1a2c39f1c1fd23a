//! Facts of AWS Step Functions.

use serde::{Deserialize, Serialize};

/// `AWS::StepFunctions::StateMachine`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StateMachine {}
