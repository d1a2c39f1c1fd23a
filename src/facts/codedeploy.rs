//! Facts of AWS CodeDeploy.

use serde::{Deserialize, Serialize};

/// `AWS::CodeDeploy::DeploymentGroup`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeploymentGroup {}

/// `AWS::CodeDeploy::DeploymentConfig`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeploymentConfig {}
