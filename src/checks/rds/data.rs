//! Whether the data of a database is encrypted, and whether it survives mistakes and outages.

use std::borrow::Cow;

use super::{CLUSTER, DATABASES, INSTANCE, database, is_aurora, is_cluster, named};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Part, Resource, Target, Text, Untyped, Why,
        iam::{Known, any_known},
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "rds-encryption-at-rest",
        title: "Database encrypts its storage",
        why: "Storage, backups, replicas and snapshots are readable by whoever reads the disk, and a database cannot be \
              encrypted once it is made.",
        fix: "Set StorageEncrypted: true, and KmsKeyId for a key of your own.",
        absent: "RDS does not encrypt. Aurora encrypts clusters made since 18 February 2026 with a key that AWS owns; \
                 older ones stay as they are, so it counts in part.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(DATABASES, encryption_at_rest),
    },
    Check {
        id: "rds-deletion-protection",
        title: "Database is protected against deletion",
        why: "A mistaken update of the stack, or one call, deletes the database and its automated backups.",
        fix: "Set DeletionProtection: true.",
        absent: "A database is not protected.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(DATABASES, deletion_protection),
    },
    Check {
        id: "rds-backup-retention",
        title: "Backups of the database are kept for a week",
        why: "A fault in the data that nobody sees within the retention period cannot be undone.",
        fix: "Set BackupRetentionPeriod to 7 or more.",
        absent: "Backups are kept for one day.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(DATABASES, backup_retention),
    },
    Check {
        id: "rds-multi-az",
        title: "Database survives the loss of an availability zone",
        why: "With one instance in one zone the database is down until RDS has made another.",
        fix: "Set MultiAZ: true; in an Aurora cluster add a second AWS::RDS::DBInstance. It doubles the cost of instances, \
              so the check is opt-in.",
        absent: "An instance stands in one zone.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(DATABASES, multi_az),
    },
    Check {
        id: "aurora-serverless-scaling",
        title: "Aurora Serverless v2 has room to scale",
        why: "With one capacity for least and most the cluster pays for the peak at all times, and cannot follow it.",
        fix: "Set MinCapacity below MaxCapacity in ServerlessV2ScalingConfiguration, and MaxCapacity to 1 or more.",
        absent: "A cluster without ServerlessV2ScalingConfiguration has no serverless instances, and is not judged.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html",
        pillar: Pillar::Performance,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseClusters],
        applies: Applies::Each(&[CLUSTER], serverless_scaling),
    },
];

/// What a database takes its encryption from, where it is a copy.
const SOURCES: &[&str] = &[
    "SnapshotIdentifier",
    "DBSnapshotIdentifier",
    "DBClusterSnapshotIdentifier",
    "SourceDBClusterIdentifier",
    "SourceDbClusterResourceId",
    "SourceDBInstanceIdentifier",
    "SourceDbiResourceId",
    "SourceDBInstanceAutomatedBackupsArn",
    "ReplicationSourceIdentifier",
    "GlobalClusterIdentifier",
];

fn encryption_at_rest(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let database = database(resource)?;
    Some(encrypted(database).unwrap_or_else(Verdict::inconclusive).at("StorageEncrypted"))
}

fn encrypted(database: &Untyped) -> Result<Verdict, Why> {
    let written = database.get::<bool>("StorageEncrypted");
    if written.known()? == Some(&true) {
        return Ok(Verdict::Pass);
    }
    // Of a live cluster: `none`, `sse-rds` with a key that AWS owns, or `sse-kms`.
    if let Some(kind) = database.get::<String>("StorageEncryptionType").known()? {
        return Ok(Verdict::pass_if(kind != "none", "the storage is not encrypted"));
    }
    if let (true, Some(source)) = (written.is_absent(), named(database, SOURCES)) {
        return Err(Why::NotObserved(format!("it is encrypted as {source} is")));
    }
    if is_aurora(database)? {
        let text = "only Aurora clusters made since 18 February 2026 are encrypted without StorageEncrypted";
        return Ok(Verdict::partial(60, text));
    }
    Ok(Verdict::fail("StorageEncrypted is not true"))
}

fn deletion_protection(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    Some(database(resource)?.must_be_true("DeletionProtection", "DeletionProtection is not true"))
}

/// What AWS Config and Security Hub ask for.
const LEAST_RETENTION: u32 = 7;

fn backup_retention(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let database = database(resource)?;
    // A read replica of an instance has no backups unless somebody wants them.
    if !is_cluster(resource) && named(database, &["SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"]).is_some()
    {
        return None;
    }
    let retained = |days: &u32| match *days {
        0 => Verdict::fail("BackupRetentionPeriod is 0: there are no backups"),
        LEAST_RETENTION.. => Verdict::Pass,
        days => Verdict::partial(50, format!("BackupRetentionPeriod is {days}, less than {LEAST_RETENTION} days")),
    };
    let absent = || Verdict::partial(30, "BackupRetentionPeriod is absent, which means one day");
    Some(database.judge("BackupRetentionPeriod", retained, absent))
}

fn multi_az(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let database = database(resource)?;
    if !is_cluster(resource) {
        return Some(database.must_be_true("MultiAZ", "MultiAZ is not true"));
    }
    match is_aurora(database) {
        Ok(true) => {}
        // A cluster of another engine is what RDS calls a Multi-AZ DB cluster.
        Ok(false) => return Some(Verdict::Pass),
        Err(why) => return Some(Verdict::inconclusive(why).at("Engine")),
    }
    match database.get::<String>("EngineMode") {
        // Aurora Serverless v1 has no instances to count, and moves to another zone by itself.
        Observed::Present(mode) if mode == "serverless" => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why).at("EngineMode")),
        Observed::Present(_) | Observed::Absent => Some(instances_in_two_zones(resource, stack)),
    }
}

/// Aurora puts the instances of a cluster into different zones, unless they name the same one.
fn instances_in_two_zones(cluster: &Resource, stack: &Stack<'_>) -> Verdict {
    let (mut zones, mut unknown): (Vec<Zone>, Option<Why>) = (Vec::new(), None);
    let instances = stack.facts.resources.iter().filter(|resource| resource.reference.r#type.as_str() == INSTANCE);
    for instance in instances {
        let Some(properties) = instance.properties.untyped() else {
            unknown = Some(Why::NotObserved(format!("{} could not be read", instance.reference.logical_id)));
            continue;
        };
        let target = match properties.get::<Text>("DBClusterIdentifier") {
            Observed::Present(name) => stack.directory.resolve(&name, &[CLUSTER]),
            Observed::Absent => Target::Elsewhere,
            Observed::Unknown(why) => Target::Unknown(why),
        };
        match target {
            Target::Resource(id) if id == cluster.reference.logical_id => {
                zones.push(properties.get::<Text>("AvailabilityZone").as_text().map(|zone| zone.map(Cow::into_owned)));
            }
            Target::Resource(_) | Target::Elsewhere => {}
            Target::Unknown(why) => unknown = Some(why),
        }
    }
    let pairs = zones.iter().enumerate().flat_map(|(index, one)| zones.iter().skip(index + 1).map(move |it| (one, it)));
    let differ = any_known(pairs.map(|(one, other)| differ(one, other)));
    match (zones.len(), differ, unknown) {
        (2.., Ok(true), _) => Verdict::Pass,
        (_, _, Some(why)) | (2.., Err(why), None) => Verdict::inconclusive(why),
        (2.., Ok(false), None) => Verdict::fail("all instances of the cluster name the same AvailabilityZone"),
        (1, _, None) => Verdict::fail("the cluster has one instance"),
        (_, _, None) => {
            Verdict::inconclusive(Why::NotObserved("the stack holds no instance of the cluster".to_owned()))
        }
    }
}

/// The zone that an instance asks for, if it asks for one.
type Zone = Result<Option<Text>, Why>;

/// Whether two instances stand in different zones: they do where one of them leaves it to RDS.
fn differ(one: &Zone, other: &Zone) -> Known {
    let (Some(one), Some(other)) = (one.clone()?, other.clone()?) else { return Ok(true) };
    let unknown = |text: &Text| text.parts().iter().any(|part| matches!(part, Part::Unknown(_)));
    match [&one, &other].into_iter().find(|text| unknown(text)) {
        Some(text) if one != other => Err(text.why_unresolved()),
        _ => Ok(one != other),
    }
}

const SCALING: &str = "ServerlessV2ScalingConfiguration";

fn serverless_scaling(cluster: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let scaling = match cluster.get::<Untyped>(SCALING) {
        Observed::Present(scaling) => scaling,
        Observed::Absent => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why).at(SCALING)),
    };
    let judged = match (scaling.get::<f64>("MinCapacity"), scaling.get::<f64>("MaxCapacity")) {
        (Observed::Present(least), Observed::Present(most)) => range(least, most),
        (Observed::Unknown(why), _) | (_, Observed::Unknown(why)) => Verdict::inconclusive(why),
        (Observed::Absent, _) => Verdict::fail("MinCapacity is absent"),
        (_, Observed::Absent) => Verdict::fail("MaxCapacity is absent"),
    };
    Some(judged.at(SCALING))
}

fn range(least: f64, most: f64) -> Verdict {
    if most < 1.0 {
        Verdict::fail(format!("MaxCapacity is {most}; Aurora takes 1 or more"))
    } else if least > most {
        Verdict::fail(format!("MinCapacity {least} is more than MaxCapacity {most}"))
    } else if least < most {
        Verdict::Pass
    } else {
        Verdict::partial(40, format!("MinCapacity and MaxCapacity are both {most}: the cluster never scales"))
    }
}
