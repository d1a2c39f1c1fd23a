//! Application Auto Scaling, as far as it scales tables.

use serde::{Deserialize, Serialize};

use crate::{
    facts::{Observed, Text},
    inventory::LogicalId,
};

/// `AWS::ApplicationAutoScaling::ScalableTarget`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ScalableTarget {
    /// `table/NAME` or `table/NAME/index/INDEX`.
    pub resource_id: Observed<Text>,
    /// `dynamodb:table:ReadCapacityUnits` for example.
    pub scalable_dimension: Observed<String>,
    /// `dynamodb` for tables.
    pub service_namespace: Observed<String>,
    /// The least capacity.
    pub min_capacity: Observed<u64>,
    /// The greatest capacity.
    pub max_capacity: Observed<u64>,
}

/// `AWS::ApplicationAutoScaling::ScalingPolicy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ScalingPolicy {
    /// The target by reference (its `Ref` is `RESOURCE|DIMENSION|NAMESPACE`) …
    pub scaling_target_id: Observed<Text>,
    /// … or the three parts by themselves.
    pub resource_id: Observed<Text>,
    /// As in the target.
    pub scalable_dimension: Observed<String>,
    /// As in the target.
    pub service_namespace: Observed<String>,
    /// `TargetTrackingScaling` is all that DynamoDB takes.
    pub policy_type: Observed<String>,
}

/// What scales one dimension of a table or of one of its indexes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Scaling {
    /// The index; none for the table itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Text>,
    /// Read or write capacity.
    pub dimension: Dimension,
    /// The scalable target, where the stack has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<LogicalId>,
    /// Whether a scaling policy moves the target.
    #[serde(default)]
    pub policy: Observed<bool>,
}

/// What of a table is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Dimension {
    Read,
    Write,
}

impl Dimension {
    /// From `dynamodb:table:ReadCapacityUnits` and its like.
    pub fn of(written: &str) -> Option<Self> {
        match written.rsplit(':').next()? {
            "ReadCapacityUnits" => Some(Self::Read),
            "WriteCapacityUnits" => Some(Self::Write),
            _ => None,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}
