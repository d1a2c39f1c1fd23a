//! Whether data in a bucket is encrypted, and whether it survives mistakes.

use aws_sdk_s3::types::{BucketVersioningStatus, ObjectLockConfiguration, ServerSideEncryptionRule as SseRule};

use crate::{
    aws::observe::{Session, required},
    facts::{
        Observed, Text,
        s3::{
            DefaultRetention, Encryption, EncryptionByDefault, EncryptionRule, ObjectLock, ObjectLockRule, Replication,
            ReplicationRule, Versioning,
        },
    },
    need::Need,
};

/// Default encryption. S3 reports SSE-S3 where nobody configured anything, since January 2023 for every bucket:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html>. The error code of earlier times
/// reads as absent, which means the same.
pub(super) async fn encryption(session: &Session<'_>, bucket: &str) -> Observed<Encryption> {
    let need = Need::BucketEncryption;
    let send = || session.clients.s3.get_bucket_encryption().bucket(bucket).send();
    let answer = session.ask(need, &["ServerSideEncryptionConfigurationNotFoundError"], send).await;
    let configuration =
        answer.and_then(|answer| required(answer.server_side_encryption_configuration, need, "configuration"));
    configuration.map(|configuration| Encryption {
        server_side_encryption_configuration: Observed::Present(
            configuration.rules.into_iter().map(|rule| Observed::Present(encryption_rule(rule))).collect(),
        ),
    })
}

fn encryption_rule(rule: SseRule) -> EncryptionRule {
    let by_default = rule.apply_server_side_encryption_by_default.map(|by_default| EncryptionByDefault {
        sse_algorithm: Observed::Present(by_default.sse_algorithm.as_str().to_owned()),
        kms_master_key_id: Observed::from(by_default.kms_master_key_id.map(Text::literal)),
    });
    EncryptionRule {
        server_side_encryption_by_default: Observed::from(by_default),
        bucket_key_enabled: Observed::from(rule.bucket_key_enabled),
    }
}

/// What `GetBucketVersioning` says.
pub(super) struct Versions {
    /// Absent where versioning was never configured.
    pub(super) configuration: Observed<Versioning>,
    /// `Disabled` where it was never configured: S3 reports it only after that.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html>
    pub(super) mfa_delete: Observed<String>,
}

/// Versions, and whether deleting one takes a second factor.
pub(super) async fn versioning(session: &Session<'_>, bucket: &str) -> Versions {
    let send = || session.clients.s3.get_bucket_versioning().bucket(bucket).send();
    let answer = session.ask(Need::BucketVersioning, &[], send).await;
    let status = |status: &BucketVersioningStatus| Versioning { status: Observed::Present(status.as_str().to_owned()) };
    let mfa =
        answer.as_ref().map(|answer| answer.mfa_delete.as_ref().map_or("Disabled", |mfa| mfa.as_str()).to_owned());
    let configuration = answer.and_then(|answer| Observed::from(answer.status.as_ref().map(status)));
    Versions { configuration, mfa_delete: mfa }
}

/// What `GetObjectLockConfiguration` says.
pub(super) struct Lock {
    /// Whether Object Lock is on.
    pub(super) enabled: Observed<bool>,
    /// Default retention.
    pub(super) configuration: Observed<ObjectLock>,
}

/// Whether objects can be deleted before their time.
pub(super) async fn object_lock(session: &Session<'_>, bucket: &str) -> Lock {
    let need = Need::BucketObjectLock;
    let send = || session.clients.s3.get_object_lock_configuration().bucket(bucket).send();
    let answer = session.ask(need, &["ObjectLockConfigurationNotFoundError"], send).await;
    let configuration = answer.and_then(|answer| required(answer.object_lock_configuration, need, "configuration"));
    // `Enabled` is the only state that there is.
    let enabled = configuration.as_ref().map(|lock| lock.object_lock_enabled.is_some()).or_default_of_service(false);
    Lock { enabled, configuration: configuration.map(read_lock) }
}

fn read_lock(lock: ObjectLockConfiguration) -> ObjectLock {
    let retention = lock.rule.map(|rule| ObjectLockRule {
        default_retention: Observed::from(rule.default_retention.map(|retention| DefaultRetention {
            mode: Observed::from(retention.mode.map(|mode| mode.as_str().to_owned())),
        })),
    });
    ObjectLock {
        object_lock_enabled: Observed::from(lock.object_lock_enabled.map(|enabled| enabled.as_str().to_owned())),
        rule: Observed::from(retention),
    }
}

/// Copies in other buckets.
pub(super) async fn replication(session: &Session<'_>, bucket: &str) -> Observed<Replication> {
    let need = Need::BucketReplication;
    let send = || session.clients.s3.get_bucket_replication().bucket(bucket).send();
    let answer = session.ask(need, &["ReplicationConfigurationNotFoundError"], send).await;
    let configuration = answer.and_then(|answer| required(answer.replication_configuration, need, "configuration"));
    configuration.map(|configuration| {
        let status = |status: &str| ReplicationRule { status: Observed::Present(status.to_owned()) };
        let rules = configuration.rules.iter().map(|rule| Observed::Present(status(rule.status.as_str())));
        Replication { rules: Observed::Present(rules.collect()) }
    })
}
