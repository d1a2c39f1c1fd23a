//! Where the data of the stack lies, and whether it outlives mistakes.

use super::{Verdicts, managed_policies};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Properties, Resource, Untyped, Why,
        backup::Covering,
        dynamodb::Table,
        iam::{Known, any_known},
        s3::Bucket,
    },
    inventory::LogicalId,
    need::Need,
    stack::{Relation, Stack},
};

pub(super) const WRITTEN_TABLE_HAS_PITR: Check = Check {
    id: "written-table-has-pitr",
    title: "A table that functions write can be restored, and refuses to be deleted",
    why: "A faulty release writes wrong items as fast as right ones. Tables that nobody writes are not judged here: this \
          check says which function endangers which table, where dynamodb-pitr and dynamodb-deletion-protection judge \
          every table alike.",
    fix: "Set PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled and DeletionProtectionEnabled true.",
    absent: "Continuous backups and deletion protection are off.",
    reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Table, Need::TableBackups, Need::Function, Need::StateMachines, Need::Roles],
    applies: Applies::Stack(&["AWS::DynamoDB::Table"], written_table_has_pitr),
};

pub(super) const BACKUP_COVERAGE: Check = Check {
    id: "backup-coverage",
    title: "Each data store has a way back: versions, continuous backups, snapshots or a backup plan",
    why: "Which of the ways it is does not matter, as long as there is one: the checks of the single services demand each \
          of them, this one any of them, over all stores of the stack.",
    fix: "Turn on point-in-time recovery of a table, versioning of a bucket, BackupPolicy of a file system, or add an \
          AWS::Backup::BackupSelection that covers it.",
    absent: "No way back but for databases, which keep a day of backups. A template does not show the backup plans of \
             other stacks, so the check is opt-in.",
    reference: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/back-up-data.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::OptIn,
    needs: &[
        Need::BucketVersioning,
        Need::BucketTagging,
        Need::ProtectedResources,
        Need::BackupSelections,
        Need::Table,
        Need::TableBackups,
        Need::TableTags,
        Need::DatabaseClusters,
        Need::DatabaseInstances,
        Need::FileSystems,
    ],
    applies: Applies::Stack(BACKED_UP, backup_coverage),
};

pub(super) const STATEFUL_RETAINED: Check = Check {
    id: "stateful-retained",
    title: "Users, databases, keys and file systems outlive their removal from the stack",
    why: "A renamed logical id or a deleted stack takes them along, and with a user pool or a key nobody can bring them \
          back. Buckets and tables have checks of their own; here is what else holds state, with the stack's protection.",
    fix: "Set DeletionPolicy and UpdateReplacePolicy to Retain, or to Snapshot where the type knows it, and turn on the \
          termination protection of the stack.",
    absent: "Delete, for both; Snapshot for a database cluster, and for an instance outside of one.",
    reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::StackTemplate,
        Need::StackSettings,
        Need::DatabaseClusters,
        Need::DatabaseInstances,
        Need::SearchDomains,
        Need::FileSystems,
        Need::UserPools,
        Need::Keys,
    ],
    applies: Applies::Stack(STATEFUL, stateful_retained),
};

const BUCKET: &str = "AWS::S3::Bucket";
const FILES: &str = "AWS::EFS::FileSystem";
const CLUSTER: &str = "AWS::RDS::DBCluster";
const INSTANCE: &str = "AWS::RDS::DBInstance";
const BACKED_UP: &[&str] = &["AWS::DynamoDB::Table", FILES, CLUSTER, INSTANCE, BUCKET];
const STATEFUL: &[&str] =
    &["AWS::Cognito::UserPool", FILES, "AWS::KMS::Key", "AWS::OpenSearchService::Domain", CLUSTER, INSTANCE];

fn written_table_has_pitr(stack: &Stack<'_>, yardstick: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let open = may_write(stack, yardstick);
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        let Properties::Table(table) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        let writer = stack.graph().to(id).find(|edge| edge.relation == Relation::Writes);
        let may = || open.iter().find(|(table, _)| table.as_ref().is_none_or(|table| table == id));
        match (writer, may()) {
            (Some(writer), _) => verdicts.say(id, endangered(table, &writer.from)),
            // Nobody can tell whether it is written; that matters only where it would not stand it.
            (None, Some((_, why))) => verdicts.say(
                id,
                match endangered(table, id) {
                    Verdict::Pass => Verdict::Pass,
                    _ => Verdict::inconclusive(why.clone()),
                },
            ),
            (None, None) => {}
        }
    }
    verdicts.0
}

/// Who may write and nobody can tell whom: the only table it may be, where that is known, and why.
fn may_write(stack: &Stack<'_>, yardstick: &Yardstick) -> Vec<(Option<LogicalId>, Why)> {
    let edges = stack.graph().unsettled.iter().filter(|open| open.may(&[Relation::Writes]));
    let edges = edges.map(|open| (open.to.clone(), open.why.clone()));
    let managed = stack.facts.resources.iter().filter_map(|resource| match &resource.properties {
        Properties::Function(function) => {
            Some((None, managed_policies::beyond(stack, function, &yardstick.allowed_managed_policies)?))
        }
        _ => None,
    });
    edges.chain(managed).collect()
}

fn endangered(table: &Table, writer: &LogicalId) -> Verdict {
    const RECOVERY: &str = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    let recovery =
        table.point_in_time_recovery_specification.as_ref().and_then(|it| it.point_in_time_recovery_enabled.clone());
    let on = |flag: &Observed<bool>| flag.known().map(|on| on.copied().unwrap_or_default());
    match (on(&recovery), on(&table.deletion_protection_enabled)) {
        (Ok(true), Ok(true)) => Verdict::Pass,
        (Err(why), _) => Verdict::inconclusive(why).at(RECOVERY),
        (_, Err(why)) => Verdict::inconclusive(why).at("DeletionProtectionEnabled"),
        (Ok(true), Ok(false)) => Verdict::partial(70, format!("{writer} writes it, and deletion protection is off"))
            .at("DeletionProtectionEnabled"),
        (Ok(false), Ok(true)) => {
            Verdict::partial(30, format!("{writer} writes it, and point-in-time recovery is off")).at(RECOVERY)
        }
        (Ok(false), Ok(false)) => {
            let text = format!("{writer} writes it, and neither point-in-time recovery nor deletion protection is on");
            Verdict::fail(text).at(RECOVERY)
        }
    }
}

fn backup_coverage(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let judged = stack.facts.resources.iter().filter_map(|resource| {
        let verdict = match &resource.properties {
            Properties::Bucket(bucket) => of_bucket(bucket)?,
            Properties::Table(table) => {
                let recovery = table.point_in_time_recovery_specification.as_ref();
                let on = recovery.and_then(|it| it.point_in_time_recovery_enabled.clone());
                way_back([holds(&on), covered(&table.backup_selections)], "it has no point-in-time recovery")
            }
            Properties::Untyped(store) => by_path(resource.reference.r#type.as_str(), store)?,
            _ => return None,
        };
        Some((resource.reference.logical_id.clone(), verdict))
    });
    judged.collect()
}

/// What only receives logs is not judged.
fn of_bucket(bucket: &Bucket) -> Option<Verdict> {
    if bucket.log_target.present() == Some(&true) {
        return None;
    }
    let status = bucket.versioning_configuration.as_ref().and_then(|it| it.status.clone());
    let versions = status.known().map(|status| status.is_some_and(|status| status == "Enabled"));
    Some(way_back([versions, covered(&bucket.backup_selections)], "it keeps no versions"))
}

/// Backup plans that cover databases and file systems are not looked up.
fn by_path(r#type: &str, store: &Untyped) -> Option<Verdict> {
    let plan = || Err(Why::NotObserved("whether a backup plan covers it was not looked at".to_owned()));
    match r#type {
        // The cluster is backed up as a whole.
        INSTANCE if !store.get::<crate::facts::Text>("DBClusterIdentifier").is_absent() => None,
        CLUSTER | INSTANCE => {
            let days = store.get::<u32>("BackupRetentionPeriod");
            let kept = days.known().map(|days| days.is_none_or(|days| *days > 0));
            Some(way_back([kept, plan()], "it keeps no automatic backups").at("BackupRetentionPeriod"))
        }
        FILES => {
            let status = store.get::<String>("BackupPolicy.Status");
            let on = status.known().map(|status| status.is_some_and(|status| status == "ENABLED"));
            Some(way_back([on, plan()], "its automatic backups are off").at("BackupPolicy.Status"))
        }
        _ => None,
    }
}

fn way_back(ways: [Known; 2], without: &str) -> Verdict {
    Verdict::of(any_known(ways), || {
        Verdict::fail(format!("nothing brings its data back: {without}, and no backup plan covers it"))
    })
}

fn holds(flag: &Observed<bool>) -> Known {
    flag.known().map(|on| on.copied().unwrap_or_default())
}

fn covered(covering: &Covering) -> Known {
    covering.known().map(|selections| selections.is_some_and(|selections| !selections.is_empty()))
}

fn stateful_retained(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let settings = stack.facts.settings.as_ref();
    let protected =
        settings.and_then(|settings| settings.enable_termination_protection.clone()).present() == Some(&true);
    let judged = stack.facts.resources.iter().filter_map(|resource| {
        let Properties::Untyped(properties) = &resource.properties else { return None };
        let verdict = retained(resource, properties)?;
        let verdict = match verdict {
            Verdict::Fail(evidence) if protected => {
                let text = format!("{}; only the termination protection of the stack keeps it", evidence.text);
                Verdict::partial(30, text).at(DELETION)
            }
            verdict => verdict,
        };
        Some((resource.reference.logical_id.clone(), verdict))
    });
    judged.collect()
}

const DELETION: &str = "DeletionPolicy";

fn retained(resource: &Resource, properties: &Untyped) -> Option<Verdict> {
    let r#type = resource.reference.r#type.as_str();
    let in_cluster = !properties.get::<crate::facts::Text>("DBClusterIdentifier").is_absent();
    // The data of an instance inside of a cluster is the cluster's.
    if !STATEFUL.contains(&r#type) || r#type == INSTANCE && in_cluster {
        return None;
    }
    let by_default = if [CLUSTER, INSTANCE].contains(&r#type) { "Snapshot" } else { "Delete" };
    let policy = |name: &str, absent: &str| {
        let written = properties.get::<String>(name);
        Ok::<String, Why>(written.known()?.cloned().unwrap_or_else(|| absent.to_owned()))
    };
    // The default of databases is that of DeletionPolicy alone.
    let (deletion, replacement) = match (policy(DELETION, by_default), policy("UpdateReplacePolicy", "Delete")) {
        (Ok(deletion), Ok(replacement)) => (deletion, replacement),
        (Err(why), _) => return Some(Verdict::inconclusive(why).at(DELETION)),
        (_, Err(why)) => return Some(Verdict::inconclusive(why).at("UpdateReplacePolicy")),
    };
    let keeps = |policy: &str| policy.starts_with("Retain") || policy == "Snapshot";
    let text = format!("DeletionPolicy is {deletion}, and UpdateReplacePolicy {replacement}");
    Some(match (keeps(&deletion), keeps(&replacement)) {
        (true, true) => Verdict::Pass,
        (true, false) => Verdict::partial(50, text).at("UpdateReplacePolicy"),
        (false, true) => Verdict::partial(50, text).at(DELETION),
        (false, false) if r#type == "AWS::KMS::Key" => {
            Verdict::partial(60, format!("{text}; the key is lost once its waiting period is over")).at(DELETION)
        }
        (false, false) => Verdict::fail(text).at(DELETION),
    })
}
