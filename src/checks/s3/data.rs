//! Whether data in a bucket is encrypted, and whether it survives mistakes.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{kms, retention::retained},
    facts::{
        Observed, Why,
        iam::{Known, any_known},
        s3::{Bucket, EncryptionByDefault, ObjectLock, ReplicationRule},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "s3-encryption-at-rest",
        title: "Bucket encrypts new objects by default",
        why: "Objects that are not encrypted are readable by whoever reads the disk.",
        fix: "Set BucketEncryption, or leave it out.",
        absent: "Since January 2023 every bucket encrypts new objects with keys that S3 manages (SSE-S3), old buckets included.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketEncryption],
        applies: Applies::EachBucket(encryption_at_rest),
    },
    Check {
        id: "s3-encryption-kms",
        title: "Bucket encrypts new objects with a KMS key of the customer",
        why: "A key policy is a second lock on the data, its use is logged, and the key can be withdrawn; keys that S3 manages offer none of it.",
        fix: "Set BucketEncryption with SSEAlgorithm aws:kms and KMSMasterKeyID; BucketKeyEnabled keeps the cost low.",
        absent: "SSE-S3, without a KMS key; with aws:kms and no KMSMasterKeyID the managed key aws/s3, whose policy nobody can change.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketEncryption],
        applies: Applies::EachBucket(encryption_kms),
    },
    Check {
        id: "s3-versioning",
        title: "Bucket keeps versions of its objects",
        why: "Without versions an overwritten or deleted object is gone.",
        fix: "Set VersioningConfiguration with Status Enabled.",
        absent: "No versions are kept.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketVersioning],
        applies: Applies::EachBucket(versioning),
    },
    Check {
        id: "s3-mfa-delete",
        title: "Deleting a version takes a second factor",
        why: "Stolen credentials alone can otherwise delete every version.",
        fix: "Call PutBucketVersioning with MFADelete as the root user; CloudFormation cannot set it.",
        absent: "Off; a template never shows it, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::BucketVersioning],
        applies: Applies::EachBucket(mfa_delete),
    },
    Check {
        id: "s3-object-lock",
        title: "Bucket locks its objects for a time",
        why: "What must not change for years (records, backups) is otherwise only as safe as its credentials.",
        fix: "Set ObjectLockEnabled true and ObjectLockConfiguration.Rule.DefaultRetention.",
        absent: "Objects can be deleted at any time.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::BucketObjectLock],
        applies: Applies::EachBucket(object_lock),
    },
    Check {
        id: "s3-replication",
        title: "Bucket copies its objects to another bucket",
        why: "A copy in another region or account survives what the first one does not.",
        fix: "Set ReplicationConfiguration with an enabled rule.",
        absent: "Nothing is replicated.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::BucketReplication],
        applies: Applies::EachBucket(replication),
    },
    Check {
        id: "s3-in-backup-plan",
        title: "Bucket is covered by a backup plan",
        why: "A backup in a vault survives the bucket, its credentials and its account's mistakes.",
        fix: "Add an AWS::Backup::BackupSelection that lists the bucket's ARN or a tag it carries.",
        absent: "No selection of this stack covers it; one of another stack is not seen in a template, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::ProtectedResources, Need::BackupSelections, Need::BucketTagging],
        applies: Applies::EachBucket(in_backup_plan),
    },
    Check {
        id: "s3-retain-policy",
        title: "Bucket outlives its removal from the stack",
        why: "A renamed logical id or a deleted stack takes the bucket along, or leaves the stack stuck on a bucket that is not empty.",
        fix: "Set DeletionPolicy and UpdateReplacePolicy to Retain.",
        absent: "Delete, for both.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate],
        applies: Applies::EachBucket(retain_policy),
    },
];

const ENCRYPTION: &str = "BucketEncryption.ServerSideEncryptionConfiguration";
/// The alias of the key that AWS manages for S3 in every account.
const MANAGED_KEY: &str = "alias/aws/s3";

/// What `BucketEncryption` asks for.
enum Asked<'a> {
    /// Nothing: SSE-S3.
    Nothing,
    /// An empty list of rules.
    NoRule,
    /// The rule's defaults.
    Default(&'a EncryptionByDefault),
}

fn asked(bucket: &Bucket) -> Result<Asked<'_>, Why> {
    let Some(encryption) = bucket.bucket_encryption.known()? else { return Ok(Asked::Nothing) };
    let Some(rules) = encryption.server_side_encryption_configuration.known()? else { return Ok(Asked::NoRule) };
    let Some(rule) = rules.first() else { return Ok(Asked::NoRule) };
    let Some(rule) = rule.known()? else { return Ok(Asked::NoRule) };
    Ok(rule.server_side_encryption_by_default.known()?.map_or(Asked::Nothing, Asked::Default))
}

fn encryption_at_rest(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let verdict = asked(bucket).and_then(|asked| match asked {
        Asked::Nothing => Ok(Verdict::Pass),
        Asked::NoRule => Ok(Verdict::fail("BucketEncryption has no rule")),
        Asked::Default(by_default) => match by_default.sse_algorithm.known()?.map(String::as_str) {
            Some("AES256" | "aws:kms" | "aws:kms:dsse") => Ok(Verdict::Pass),
            Some(other) => Err(Why::Malformed(format!("SSEAlgorithm {other:?} is none that S3 has"))),
            None => Ok(Verdict::fail("the encryption rule names no SSEAlgorithm")),
        },
    });
    Some(verdict.unwrap_or_else(Verdict::inconclusive).at(ENCRYPTION))
}

fn encryption_kms(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let verdict = asked(bucket).and_then(|asked| match asked {
        Asked::Nothing => Ok(Verdict::fail("new objects are encrypted with keys that S3 manages (SSE-S3)")),
        Asked::NoRule => Ok(Verdict::fail("BucketEncryption has no rule")),
        Asked::Default(by_default) => with_key(by_default),
    });
    Some(verdict.unwrap_or_else(Verdict::inconclusive).at(ENCRYPTION))
}

fn with_key(by_default: &EncryptionByDefault) -> Result<Verdict, Why> {
    match by_default.sse_algorithm.known()?.map(String::as_str) {
        Some("aws:kms" | "aws:kms:dsse") => {}
        Some("AES256") => return Ok(Verdict::fail("new objects are encrypted with keys that S3 manages (AES256)")),
        Some(other) => return Err(Why::Malformed(format!("SSEAlgorithm {other:?} is none that S3 has"))),
        None => return Ok(Verdict::fail("the encryption rule names no SSEAlgorithm")),
    }
    Ok(kms::customer_key(&by_default.kms_master_key_id, MANAGED_KEY))
}

fn versioning(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let absent = || Verdict::fail("no versions are kept");
    let verdict = bucket.versioning_configuration.judge(
        |versioning| {
            let enabled = |status: &String| Verdict::pass_if(status == "Enabled", format!("versioning is {status}"));
            versioning.status.judge(enabled, absent)
        },
        absent,
    );
    Some(verdict.at("VersioningConfiguration.Status"))
}

fn mfa_delete(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let enabled = |status: &String| Verdict::pass_if(status == "Enabled", format!("MFA delete is {status}"));
    Some(bucket.mfa_delete.judge(enabled, || Verdict::fail("MFA delete was never enabled")))
}

fn object_lock(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let off = || Verdict::fail("Object Lock is off");
    let retention = || {
        let none = || Verdict::partial(50, "Object Lock is on, but without default retention");
        bucket.object_lock_configuration.judge(|lock| default_retention(lock, none), none)
    };
    Some(
        bucket.object_lock_enabled.judge(|on| if *on { retention() } else { off() }, off).at("ObjectLockConfiguration"),
    )
}

fn default_retention(lock: &ObjectLock, none: impl Fn() -> Verdict + Copy) -> Verdict {
    let retention = |rule: &crate::facts::s3::ObjectLockRule| rule.default_retention.judge(|_| Verdict::Pass, none);
    lock.rule.judge(retention, none)
}

fn replication(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let none = || Verdict::fail("nothing is replicated");
    let rules = |rules: &Vec<Observed<ReplicationRule>>| Verdict::of(any_known(rules.iter().map(enabled)), none);
    let verdict = bucket.replication_configuration.judge(|replication| replication.rules.judge(rules, none), none);
    Some(verdict.at("ReplicationConfiguration.Rules"))
}

fn enabled(rule: &Observed<ReplicationRule>) -> Known {
    let Some(rule) = rule.known()? else { return Ok(false) };
    Ok(rule.status.known()?.is_some_and(|status| status == "Enabled"))
}

fn in_backup_plan(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    Some(crate::checks::backup::covered(&bucket.backup_selections))
}

fn retain_policy(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    Some(retained(&bucket.deletion_policy, &bucket.update_replace_policy))
}
