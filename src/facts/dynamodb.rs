//! Facts of Amazon DynamoDB, with Application Auto Scaling.

use serde::{Deserialize, Serialize};

use super::{Directory, Facts};

/// `AWS::DynamoDB::Table`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Table {}

/// `AWS::DynamoDB::GlobalTable`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalTable {}

/// `AWS::ApplicationAutoScaling::ScalableTarget`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ScalableTarget {}

/// `AWS::ApplicationAutoScaling::ScalingPolicy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ScalingPolicy {}

/// Joins onto the subjects what CloudFormation splits over several resources.
pub(super) fn join(_facts: &mut Facts, _directory: &Directory) {}
