//! Facts of Amazon CloudWatch alarms.

use serde::{Deserialize, Serialize};

/// `AWS::CloudWatch::Alarm`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Alarm {}

/// `AWS::CloudWatch::CompositeAlarm`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CompositeAlarm {}
