//! Facts of Amazon DynamoDB, with Application Auto Scaling.
//!
//! `Absent` means that a template declares nothing; a live reader says what DynamoDB reports instead.

use serde::{Deserialize, Serialize};

use super::{
    List, Observed, Tag, Text,
    backup::Covering,
    config::Compliance,
    iam::{PolicyDocument, Referred, Subject},
};
use crate::inventory::LogicalId;

mod global;
mod join;
mod scaling;

pub use global::{
    AutoScaling, GlobalIndex, GlobalTable, ReadSettings, Replica, ReplicaEncryption, ReplicaIndex, WriteSettings,
};
pub(super) use join::join;
pub use scaling::{Dimension, ScalableTarget, Scaling, ScalingPolicy};

/// `AWS::DynamoDB::Table`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Table {
    /// The name, where the template gives one.
    pub table_name: Observed<Text>,
    /// `PROVISIONED` (where absent) or `PAY_PER_REQUEST`.
    pub billing_mode: Observed<String>,
    /// Capacity of the table itself.
    pub provisioned_throughput: Observed<Throughput>,
    /// Global secondary indexes, each with a capacity of its own.
    pub global_secondary_indexes: List<Index>,
    /// Encryption with a KMS key; with a key that AWS owns where absent.
    #[serde(rename = "SSESpecification")]
    pub sse_specification: Observed<Encryption>,
    /// Continuous backups.
    pub point_in_time_recovery_specification: Observed<PointInTimeRecovery>,
    /// Whether the table refuses to be deleted.
    pub deletion_protection_enabled: Observed<bool>,
    /// Who may use it besides what identities are allowed.
    pub resource_policy: Observed<ResourcePolicy>,
    /// Which attribute says when an item expires.
    pub time_to_live_specification: Observed<TimeToLive>,
    /// Tags.
    pub tags: List<Tag>,
    /// What CloudFormation does when the resource leaves the stack.
    pub deletion_policy: Observed<String>,
    /// What CloudFormation does with the old table when it must replace it.
    pub update_replace_policy: Observed<String>,
    /// Live only: what the account may provision for one table in this region; AWS's defaults where absent.
    #[serde(rename = "$Limits")]
    pub limits: Observed<Limits>,
    /// Joined: the table's name in the template.
    #[serde(rename = "$LogicalId", skip_serializing_if = "Option::is_none")]
    pub logical_id: Option<LogicalId>,
    /// Joined: the account that owns the stack, where it is known.
    #[serde(rename = "$Account")]
    pub account: Observed<String>,
    /// Joined: what scales it and its indexes.
    #[serde(rename = "$Scaling")]
    pub scaling: List<Scaling>,
    /// Joined: the backup selections that cover it.
    #[serde(rename = "$BackupSelections")]
    pub backup_selections: Covering,
    /// Live only: what AWS Config says of it.
    #[serde(rename = "$ConfigCompliance")]
    pub config_compliance: Compliance,
}

impl Table {
    /// The table as ARNs speak of it; none before it was joined.
    pub fn subject(&self) -> Option<Subject<'_>> {
        Some(Subject {
            id: self.logical_id.as_ref()?,
            name: &self.table_name,
            arn: "arn:aws:dynamodb:::table/",
            referred: Referred::Name,
        })
    }
}

/// `ProvisionedThroughput`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Throughput {
    /// Read capacity units.
    pub read_capacity_units: Observed<u64>,
    /// Write capacity units.
    pub write_capacity_units: Observed<u64>,
}

/// `GlobalSecondaryIndex`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Index {
    /// Its name.
    pub index_name: Observed<Text>,
    /// Its capacity.
    pub provisioned_throughput: Observed<Throughput>,
}

/// `SSESpecification`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Encryption {
    /// `true`: with a KMS key; `false`: with a key that AWS owns.
    #[serde(rename = "SSEEnabled")]
    pub sse_enabled: Observed<bool>,
    /// `KMS` is all there is.
    #[serde(rename = "SSEType")]
    pub sse_type: Observed<String>,
    /// The key; the managed key `alias/aws/dynamodb` where none is given.
    #[serde(rename = "KMSMasterKeyId")]
    pub kms_master_key_id: Observed<Text>,
}

/// `PointInTimeRecoverySpecification`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct PointInTimeRecovery {
    /// Whether it is on; off where absent.
    pub point_in_time_recovery_enabled: Observed<bool>,
    /// How far back, 1 to 35 days; 35 where absent.
    pub recovery_period_in_days: Observed<u32>,
}

/// `ResourcePolicy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ResourcePolicy {
    /// What it says.
    pub policy_document: Observed<PolicyDocument>,
}

/// `TimeToLiveSpecification`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TimeToLive {
    /// The attribute that holds the time.
    pub attribute_name: Observed<Text>,
    /// Whether items expire.
    pub enabled: Observed<bool>,
}

/// `dynamodb:DescribeLimits`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Limits {
    /// Read capacity units one table and its indexes may have.
    pub table_max_read_capacity_units: Observed<u64>,
    /// Write capacity units one table and its indexes may have.
    pub table_max_write_capacity_units: Observed<u64>,
}
