//! `AWS::DynamoDB::GlobalTable`, and the view of it as one table.

use serde::{Deserialize, Serialize};

use super::{
    Dimension, Encryption, Index, Limits, PointInTimeRecovery, ResourcePolicy, Scaling, Table, Throughput, TimeToLive,
};
use crate::{
    facts::{List, Observed, Tag, Text, Why, backup::Covering, config::Compliance},
    inventory::LogicalId,
};

/// `AWS::DynamoDB::GlobalTable`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalTable {
    /// The name, where the template gives one.
    pub table_name: Observed<Text>,
    /// `PROVISIONED` (where absent) or `PAY_PER_REQUEST`.
    pub billing_mode: Observed<String>,
    /// Encryption with a KMS key, the same in every replica.
    #[serde(rename = "SSESpecification")]
    pub sse_specification: Observed<Encryption>,
    /// Which attribute says when an item expires.
    pub time_to_live_specification: Observed<TimeToLive>,
    /// Global secondary indexes.
    pub global_secondary_indexes: List<GlobalIndex>,
    /// Write capacity with provisioned billing.
    pub write_provisioned_throughput_settings: Observed<WriteSettings>,
    /// One a region.
    pub replicas: List<Replica>,
    /// What CloudFormation does when the resource leaves the stack.
    pub deletion_policy: Observed<String>,
    /// What CloudFormation does with the old table when it must replace it.
    pub update_replace_policy: Observed<String>,
    /// Live only, as of a table.
    #[serde(rename = "$Limits")]
    pub limits: Observed<Limits>,
    /// Joined, as of a table.
    #[serde(rename = "$LogicalId", skip_serializing_if = "Option::is_none")]
    pub logical_id: Option<LogicalId>,
    /// Joined, as of a table.
    #[serde(rename = "$Account")]
    pub account: Observed<String>,
    /// Joined, as of a table.
    #[serde(rename = "$BackupSelections")]
    pub backup_selections: Covering,
    /// Live only: what AWS Config says of its replica in this region.
    #[serde(rename = "$ConfigCompliance")]
    pub config_compliance: Compliance,
}

/// One replica of a global table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Replica {
    /// Its region.
    pub region: Observed<Text>,
    /// Continuous backups.
    pub point_in_time_recovery_specification: Observed<PointInTimeRecovery>,
    /// Whether it refuses to be deleted.
    pub deletion_protection_enabled: Observed<bool>,
    /// Its key, where the table is encrypted with one.
    #[serde(rename = "SSESpecification")]
    pub sse_specification: Observed<ReplicaEncryption>,
    /// Who may use it.
    pub resource_policy: Observed<ResourcePolicy>,
    /// Its tags.
    pub tags: List<Tag>,
    /// Read capacity with provisioned billing.
    pub read_provisioned_throughput_settings: Observed<ReadSettings>,
    /// Read capacity of its indexes.
    pub global_secondary_indexes: List<ReplicaIndex>,
}

/// `GlobalSecondaryIndex` of a global table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalIndex {
    /// Its name.
    pub index_name: Observed<Text>,
    /// Its write capacity.
    pub write_provisioned_throughput_settings: Observed<WriteSettings>,
}

/// `ReplicaGlobalSecondaryIndexSpecification`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReplicaIndex {
    /// Its name.
    pub index_name: Observed<Text>,
    /// Its read capacity.
    pub read_provisioned_throughput_settings: Observed<ReadSettings>,
}

/// `WriteProvisionedThroughputSettings`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct WriteSettings {
    /// How it scales; CloudFormation makes target and policy of it.
    pub write_capacity_auto_scaling_settings: Observed<AutoScaling>,
}

/// `ReadProvisionedThroughputSettings`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReadSettings {
    /// A capacity that stays as it is.
    pub read_capacity_units: Observed<u64>,
    /// How it scales; CloudFormation makes target and policy of it.
    pub read_capacity_auto_scaling_settings: Observed<AutoScaling>,
}

/// `CapacityAutoScalingSettings`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AutoScaling {
    /// The greatest capacity.
    pub max_capacity: Observed<u64>,
}

/// `ReplicaSSESpecification`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplicaEncryption {
    /// The key in the replica's region.
    #[serde(rename = "KMSMasterKeyId")]
    pub kms_master_key_id: Observed<Text>,
}

/// Properties of a table that a global table has in each replica.
const OF_REPLICA: &[&str] =
    &["DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "ResourcePolicy", "Tags"];

impl GlobalTable {
    /// One table for each replica, each with what the replicas share; one unknown where nobody can tell them.
    ///
    /// A judge that says something of a table says it of every replica; the worst verdict counts.
    pub fn tables(&self) -> Vec<Observed<Table>> {
        match &self.replicas {
            Observed::Present(replicas) => {
                replicas.iter().map(|replica| replica.as_ref().map(|replica| self.table(replica))).collect()
            }
            Observed::Absent => vec![Observed::Unknown(Why::Malformed("a global table without Replicas".to_owned()))],
            Observed::Unknown(why) => vec![Observed::Unknown(why.clone())],
        }
    }

    /// Where a property of the view [`GlobalTable::tables`] stands, and the region of its replica: none for what all
    /// replicas share.
    pub fn in_replica(&self, index: usize, property: &str) -> Option<(String, String)> {
        let root = property.split('.').next().unwrap_or(property);
        if !OF_REPLICA.contains(&root) {
            return None;
        }
        let replica = self.replicas.present()?.get(index)?.present()?;
        let region = replica.region.present().map_or_else(|| index.to_string(), Text::to_string);
        Some((format!("Replicas[{index}].{property}"), region))
    }

    fn table(&self, replica: &Replica) -> Table {
        let key = replica.sse_specification.as_ref().and_then(|sse| sse.kms_master_key_id.clone());
        Table {
            table_name: self.table_name.clone(),
            billing_mode: self.billing_mode.clone(),
            provisioned_throughput: self.throughput(replica),
            global_secondary_indexes: self.indexes(replica),
            sse_specification: self
                .sse_specification
                .clone()
                .map(|encryption| Encryption { kms_master_key_id: key, ..encryption }),
            point_in_time_recovery_specification: replica.point_in_time_recovery_specification.clone(),
            deletion_protection_enabled: replica.deletion_protection_enabled.clone(),
            resource_policy: replica.resource_policy.clone(),
            time_to_live_specification: self.time_to_live_specification.clone(),
            tags: replica.tags.clone(),
            deletion_policy: self.deletion_policy.clone(),
            update_replace_policy: self.update_replace_policy.clone(),
            limits: self.limits.clone(),
            logical_id: self.logical_id.clone(),
            account: self.account.clone(),
            scaling: self.scaling(replica),
            backup_selections: self.backup_selections.clone(),
            config_compliance: self.config_compliance.clone(),
        }
    }

    /// The most that the settings let the table provision in this replica.
    fn throughput(&self, replica: &Replica) -> Observed<Throughput> {
        throughput(&self.write_provisioned_throughput_settings, &replica.read_provisioned_throughput_settings)
    }

    fn indexes(&self, replica: &Replica) -> List<Index> {
        let of_replica = |index: GlobalIndex| {
            let reads = replica.read_settings_of(&index.index_name);
            let provisioned_throughput = throughput(&index.write_provisioned_throughput_settings, &reads);
            Index { index_name: index.index_name, provisioned_throughput }
        };
        self.global_secondary_indexes
            .clone()
            .map(|indexes| indexes.into_iter().map(|index| index.map(of_replica)).collect())
    }

    /// What CloudFormation scales for this replica, as targets and policies of its own.
    fn scaling(&self, replica: &Replica) -> List<Scaling> {
        let of_table = [
            scaling(None, Dimension::Write, writes(&self.write_provisioned_throughput_settings)),
            scaling(None, Dimension::Read, reads(&replica.read_provisioned_throughput_settings)),
        ];
        let indexes = self.global_secondary_indexes.present().into_iter().flatten().filter_map(Observed::present);
        let of_indexes = indexes.flat_map(|index| {
            let name = index.index_name.present();
            let reads = reads(&replica.read_settings_of(&index.index_name));
            let both =
                [(Dimension::Write, writes(&index.write_provisioned_throughput_settings)), (Dimension::Read, reads)];
            both.into_iter().filter_map(move |(dimension, settings)| scaling(Some(name?.clone()), dimension, settings))
        });
        Observed::Present(of_table.into_iter().flatten().chain(of_indexes).collect())
    }
}

impl Replica {
    /// How reads of the index with this name are provisioned here; unknown where it may be one of those that
    /// nobody can tell.
    fn read_settings_of(&self, name: &Observed<Text>) -> Observed<ReadSettings> {
        let indexes = match self.global_secondary_indexes.known() {
            Ok(indexes) => indexes.map_or(&[][..], Vec::as_slice),
            Err(why) => return Observed::Unknown(why),
        };
        let mut unknown = None;
        for index in indexes {
            let same =
                index.known().and_then(|index| match (index.map(|index| index.index_name.known()), name.known()) {
                    (Some(named), Ok(Some(name))) => named?.map_or(Ok(false), |named| named.same(name)),
                    (_, Err(why)) => Err(why),
                    _ => Ok(false),
                });
            match (same, index) {
                (Ok(true), Observed::Present(index)) => return index.read_provisioned_throughput_settings.clone(),
                (Err(why), _) => unknown = Some(why),
                _ => {}
            }
        }
        unknown.map_or(Observed::Absent, Observed::Unknown)
    }
}

/// The most that these settings let it provision.
fn throughput(write: &Observed<WriteSettings>, read: &Observed<ReadSettings>) -> Observed<Throughput> {
    let write = writes(write).and_then(|scaling| scaling.max_capacity);
    let read = read.as_ref().and_then(|settings| match settings.read_capacity_auto_scaling_settings.as_ref() {
        Observed::Absent => settings.read_capacity_units.clone(),
        scaling => scaling.and_then(|scaling| scaling.max_capacity.clone()),
    });
    match (&read, &write) {
        (Observed::Absent, Observed::Absent) => Observed::Absent,
        _ => Observed::Present(Throughput { read_capacity_units: read, write_capacity_units: write }),
    }
}

fn writes(settings: &Observed<WriteSettings>) -> Observed<AutoScaling> {
    settings.as_ref().and_then(|settings| settings.write_capacity_auto_scaling_settings.clone())
}

fn reads(settings: &Observed<ReadSettings>) -> Observed<AutoScaling> {
    settings.as_ref().and_then(|settings| settings.read_capacity_auto_scaling_settings.clone())
}

fn scaling(index: Option<Text>, dimension: Dimension, settings: Observed<AutoScaling>) -> Option<Observed<Scaling>> {
    match settings {
        Observed::Present(_) => {
            Some(Observed::Present(Scaling { index, dimension, target: None, policy: Observed::Present(true) }))
        }
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Observed::Unknown(why)),
    }
}
