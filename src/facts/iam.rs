//! Facts of AWS IAM.

use serde::{Deserialize, Serialize};

use super::{Directory, Facts};

/// `AWS::IAM::Role`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Role {}

/// `AWS::IAM::Policy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Policy {}

/// `AWS::IAM::ManagedPolicy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ManagedPolicy {}

/// Joins onto the subjects what CloudFormation splits over several resources.
pub(super) fn join(_facts: &mut Facts, _directory: &Directory) {}
