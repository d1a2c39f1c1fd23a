//! Facts of AWS IoT.

use serde::{Deserialize, Serialize};

/// `AWS::IoT::TopicRule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TopicRule {}
