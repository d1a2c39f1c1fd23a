//! Facts of AWS Step Functions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Observed, Text};

/// `AWS::StepFunctions::StateMachine`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StateMachine {
    /// The name, generated where absent.
    pub state_machine_name: Observed<Text>,
    /// The definition as JSON text, with references inside.
    pub definition_string: Observed<Text>,
    /// The definition as an object, with markers at any depth.
    pub definition: Observed<Value>,
    /// Where the definition lies, if not here.
    pub definition_s3_location: Observed<Value>,
    /// The role that executions run with.
    pub role_arn: Observed<Text>,
    /// What `${Name}` in the definition stands for.
    pub definition_substitutions: Observed<BTreeMap<String, Observed<Text>>>,
}
