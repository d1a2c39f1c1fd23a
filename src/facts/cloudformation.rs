//! Facts of a stack itself, beside those of its resources.

use serde::{Deserialize, Serialize};

use super::{List, Observed, Text};

/// How CloudFormation handles a stack, in the names of `DescribeStacks`; a template says nothing of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Settings {
    /// Whether the stack can be deleted only after this is turned off.
    pub enable_termination_protection: Observed<bool>,
    /// The role by which CloudFormation changes the stack.
    #[serde(rename = "RoleARN")]
    pub role_arn: Observed<Text>,
    /// The topics that are told of its events.
    #[serde(rename = "NotificationARNs")]
    pub notification_arns: List<Text>,
    /// What the last detection of drift found.
    pub drift_information: Observed<Drift>,
}

/// Whether the stack's resources are still as its template has them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Drift {
    /// `DRIFTED`, `IN_SYNC`, `NOT_CHECKED` or `UNKNOWN`.
    pub stack_drift_status: Observed<String>,
}
