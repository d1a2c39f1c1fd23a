//! Facts of Amazon SNS.

use serde::{Deserialize, Serialize};

/// `AWS::SNS::Topic`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Topic {}

/// `AWS::SNS::Subscription`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Subscription {}
