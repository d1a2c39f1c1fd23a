//! Facts of AWS Lambda.

use serde::{Deserialize, Serialize};

use super::{Directory, Facts};

/// `AWS::Lambda::Function`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Function {}

/// `AWS::Lambda::Alias`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Alias {}

/// `AWS::Lambda::Version`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Version {}

/// `AWS::Lambda::Permission`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Permission {}

/// `AWS::Lambda::Url`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Url {}

/// `AWS::Lambda::EventSourceMapping`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EventSourceMapping {}

/// `AWS::Lambda::EventInvokeConfig`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EventInvokeConfig {}

/// Joins onto the subjects what CloudFormation splits over several resources.
pub(super) fn join(_facts: &mut Facts, _directory: &Directory) {}
