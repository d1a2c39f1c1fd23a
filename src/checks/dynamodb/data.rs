//! Whether the data of a table is encrypted, kept, and nobody else's.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{backup, grants, kms, retention::retained},
    facts::{
        Observed, Why,
        dynamodb::Table,
        iam::{Known, PolicyDocument, Statement, any_known},
    },
    need::Need,
};

/// The table. Each asks for `Need::Table`, which shows the replicas of a global table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "dynamodb-pitr",
        title: "Table can be restored to any moment of the last days",
        why: "A faulty release overwrites items within seconds; without continuous backups they are gone.",
        fix: "Set PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled true, for a global table on every replica.",
        absent: "Continuous backups are off.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Table, Need::TableBackups],
        applies: Applies::EachTable(pitr),
    },
    Check {
        id: "dynamodb-encryption-kms",
        title: "Table is encrypted with a KMS key of the customer",
        why: "A key policy is a second lock on the data, its use is logged, and the key can be withdrawn; the key that AWS owns offers none of it.",
        fix: "Set SSESpecification with SSEEnabled true, SSEType KMS and KMSMasterKeyId.",
        absent: "Encrypted with a key that AWS owns; with SSEEnabled true and no KMSMasterKeyId with the managed key aws/dynamodb.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Table, Need::TableManagedKey],
        applies: Applies::EachTable(encryption_kms),
    },
    Check {
        id: "dynamodb-deletion-protection",
        title: "Table refuses to be deleted",
        why: "One call deletes a table of any size; with protection it takes two.",
        fix: "Set DeletionProtectionEnabled true, for a global table on every replica.",
        absent: "Deletion protection is off.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Table],
        applies: Applies::EachTable(deletion_protection),
    },
    Check {
        id: "dynamodb-in-backup-plan",
        title: "Table is covered by a backup plan",
        why: "A backup in a vault survives the table, its account's mistakes, and the 35 days of continuous backups.",
        fix: "Add an AWS::Backup::BackupSelection that lists the table's ARN or a tag it carries.",
        absent: "No selection of this stack covers it; one of another stack is not seen in a template, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_HowItWorksAWS.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Table, Need::ProtectedResources, Need::BackupSelections, Need::TableTags],
        applies: Applies::EachTable(in_backup_plan),
    },
    Check {
        id: "dynamodb-resource-policy-not-public",
        title: "Resource policy of the table admits no stranger",
        why: "A resource policy that names everybody or another account shares the table without a trace in this account's roles.",
        fix: "Name principals of the own account in ResourcePolicy.PolicyDocument, limit the rest by condition, or trust the account in the policy of fitgate.",
        absent: "Without a resource policy only identities of the account have access; the check does not apply.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Table, Need::TableResourcePolicy],
        applies: Applies::EachTable(resource_policy_not_public),
    },
    Check {
        id: "dynamodb-ttl-or-retention",
        title: "Items of the table expire",
        why: "Items that nobody needs any more cost storage, and personal data among them is kept too long.",
        fix: "Set TimeToLiveSpecification with AttributeName and Enabled true.",
        absent: "Items stay until they are deleted.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html",
        pillar: Pillar::Cost,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Table, Need::TableTimeToLive],
        applies: Applies::EachTable(items_expire),
    },
    Check {
        id: "dynamodb-retain-policy",
        title: "Table outlives its removal from the stack",
        why: "A renamed logical id or a deleted stack takes the table along, with everything in it.",
        fix: "Set DeletionPolicy and UpdateReplacePolicy to Retain.",
        absent: "Delete, for both.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate],
        applies: Applies::EachTable(retain_policy),
    },
];

/// The alias of the key that AWS manages for DynamoDB in every account.
const MANAGED_KEY: &str = "alias/aws/dynamodb";

fn pitr(table: &Table, _: &Yardstick) -> Option<Verdict> {
    let off = || Verdict::fail("point-in-time recovery is off");
    let verdict = table.point_in_time_recovery_specification.judge(
        |backups| backups.point_in_time_recovery_enabled.judge(|on| if *on { Verdict::Pass } else { off() }, off),
        off,
    );
    Some(verdict.at("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"))
}

fn encryption_kms(table: &Table, _: &Yardstick) -> Option<Verdict> {
    let owned = || Verdict::fail("the table is encrypted with a key that AWS owns");
    let verdict = table.sse_specification.judge(
        |encryption| match encryption.sse_enabled.known() {
            Ok(Some(true)) => kms::customer_key(&encryption.kms_master_key_id, MANAGED_KEY),
            Ok(_) => owned(),
            Err(why) => Verdict::inconclusive(why),
        },
        owned,
    );
    Some(verdict.at("SSESpecification"))
}

fn deletion_protection(table: &Table, _: &Yardstick) -> Option<Verdict> {
    let off = || Verdict::fail("deletion protection is off");
    let on = |on: &bool| if *on { Verdict::Pass } else { off() };
    Some(table.deletion_protection_enabled.judge(on, off).at("DeletionProtectionEnabled"))
}

fn in_backup_plan(table: &Table, _: &Yardstick) -> Option<Verdict> {
    Some(backup::covered(&table.backup_selections))
}

fn resource_policy_not_public(table: &Table, yardstick: &Yardstick) -> Option<Verdict> {
    let policy = match &table.resource_policy {
        Observed::Present(policy) => policy,
        Observed::Absent => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why.clone()).at("ResourcePolicy")),
    };
    let missing = || Verdict::inconclusive(Why::Malformed("ResourcePolicy without PolicyDocument".to_owned()));
    Some(policy.policy_document.judge(|document| admits_no_stranger(document, table, yardstick), missing).at(place()))
}

fn place() -> String {
    "ResourcePolicy.PolicyDocument.Statement".to_owned()
}

fn admits_no_stranger(document: &PolicyDocument, table: &Table, yardstick: &Yardstick) -> Verdict {
    let any = |judge: &dyn Fn(&Statement) -> Known| {
        let statements = document.statements()?;
        any_known(statements.map(|(_, statement)| statement.known()?.map_or(Ok(false), judge)))
    };
    let public = any(&grants::to_everybody);
    let foreign =
        any(&|statement| grants::to_other_accounts(statement, &[], &table.account, &yardstick.trusted_accounts));
    match (public, foreign) {
        (Ok(true), _) => Verdict::fail("the resource policy allows everybody, and no condition limits them"),
        (_, Ok(true)) => Verdict::fail("the resource policy allows another account"),
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
        (Ok(false), Ok(false)) => Verdict::Pass,
    }
}

fn items_expire(table: &Table, _: &Yardstick) -> Option<Verdict> {
    let off = || Verdict::fail("no attribute says when an item expires");
    let verdict = table
        .time_to_live_specification
        .judge(|expiry| expiry.enabled.judge(|on| if *on { Verdict::Pass } else { off() }, off), off);
    Some(verdict.at("TimeToLiveSpecification"))
}

fn retain_policy(table: &Table, _: &Yardstick) -> Option<Verdict> {
    Some(retained(&table.deletion_policy, &table.update_replace_policy))
}
