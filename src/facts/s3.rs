//! Facts of Amazon S3.
//!
//! `Absent` means that a template declares nothing. A live reader says what S3 reports instead: a bucket
//! without a public access block has four flags that are false, one without ownership controls the owner
//! `ObjectWriter`, so that one judge serves both sources.

use serde::{Deserialize, Serialize};

use super::{
    List, Observed, Tag, Text,
    backup::Covering,
    config::Compliance,
    iam::{PolicyDocument, Referred, Subject, Texts},
};
use crate::inventory::LogicalId;

mod join;
mod notification;

pub(super) use join::join;
pub use notification::{LambdaConfiguration, NotificationConfiguration};

/// `AWS::S3::Bucket`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Bucket {
    /// The name, where the template gives one.
    pub bucket_name: Observed<Text>,
    /// The canned ACL.
    pub access_control: Observed<String>,
    /// What of public access is refused whatever ACLs and policies say.
    pub public_access_block_configuration: Observed<PublicAccessBlock>,
    /// Default encryption of new objects.
    pub bucket_encryption: Observed<Encryption>,
    /// Versions of objects.
    pub versioning_configuration: Observed<Versioning>,
    /// Server access logs.
    pub logging_configuration: Observed<Logging>,
    /// Who owns what others upload, and whether ACLs count.
    pub ownership_controls: Observed<OwnershipControls>,
    /// What becomes of objects in time.
    pub lifecycle_configuration: Observed<Lifecycle>,
    /// Whether Object Lock is on.
    pub object_lock_enabled: Observed<bool>,
    /// Default retention under Object Lock.
    pub object_lock_configuration: Observed<ObjectLock>,
    /// Copies in other buckets.
    pub replication_configuration: Observed<Replication>,
    /// Who is told of changes.
    pub notification_configuration: Observed<NotificationConfiguration>,
    /// What pages of other origins may do.
    pub cors_configuration: Observed<Cors>,
    /// The bucket as a website.
    pub website_configuration: Observed<serde_json::Value>,
    /// Tags.
    pub tags: List<Tag>,
    /// What CloudFormation does when the resource leaves the stack.
    pub deletion_policy: Observed<String>,
    /// What CloudFormation does with the old bucket when it must replace it.
    pub update_replace_policy: Observed<String>,
    /// Live only: `Enabled` or `Disabled`.
    #[serde(rename = "$MfaDelete", default = "mfa_delete_not_observed")]
    pub mfa_delete: Observed<String>,
    /// Live only: the block of the whole account.
    #[serde(rename = "$AccountPublicAccessBlock", default = "account_block_not_observed")]
    pub account_public_access_block: Observed<PublicAccessBlock>,
    /// Live only: the grants of the ACL, canned or not.
    #[serde(rename = "$Acl")]
    pub acl: List<Grant>,
    /// Joined: the bucket's name in the template.
    #[serde(rename = "$LogicalId", skip_serializing_if = "Option::is_none")]
    pub logical_id: Option<LogicalId>,
    /// Joined: the account that owns the stack, where it is known.
    #[serde(rename = "$Account")]
    pub account: Observed<String>,
    /// Joined: the policy of this bucket.
    #[serde(rename = "$BucketPolicy")]
    pub policy: Observed<AttachedPolicy>,
    /// Joined: whether another bucket of the stack delivers its access logs here.
    #[serde(rename = "$LogTarget")]
    pub log_target: Observed<bool>,
    /// Joined: the backup selections that cover this bucket.
    #[serde(rename = "$BackupSelections")]
    pub backup_selections: Covering,
    /// Live only: what AWS Config says of it.
    #[serde(rename = "$ConfigCompliance")]
    pub config_compliance: Compliance,
}

fn mfa_delete_not_observed() -> Observed<String> {
    Observed::not_observed("MFA delete is no part of a template; only a live bucket shows it")
}

fn account_block_not_observed() -> Observed<PublicAccessBlock> {
    Observed::not_observed("the account's public access block is no part of a template; only a live account shows it")
}

impl Bucket {
    /// The bucket as ARNs speak of it; none before it was joined.
    pub fn subject(&self) -> Option<Subject<'_>> {
        Some(Subject {
            id: self.logical_id.as_ref()?,
            name: &self.bucket_name,
            arn: "arn:aws:s3:::",
            referred: Referred::Name,
        })
    }
}

/// `PublicAccessBlockConfiguration` of buckets, access points and accounts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct PublicAccessBlock {
    pub block_public_acls: Observed<bool>,
    pub block_public_policy: Observed<bool>,
    pub ignore_public_acls: Observed<bool>,
    pub restrict_public_buckets: Observed<bool>,
}

impl PublicAccessBlock {
    /// The four flags by name, in the order of the documentation.
    pub fn flags(&self) -> [(&'static str, &Observed<bool>); 4] {
        [
            ("BlockPublicAcls", &self.block_public_acls),
            ("BlockPublicPolicy", &self.block_public_policy),
            ("IgnorePublicAcls", &self.ignore_public_acls),
            ("RestrictPublicBuckets", &self.restrict_public_buckets),
        ]
    }
}

/// `BucketEncryption`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Encryption {
    /// The rules; S3 takes one.
    pub server_side_encryption_configuration: List<EncryptionRule>,
}

/// `ServerSideEncryptionRule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EncryptionRule {
    /// What new objects are encrypted with.
    pub server_side_encryption_by_default: Observed<EncryptionByDefault>,
    /// Whether one data key serves many objects.
    pub bucket_key_enabled: Observed<bool>,
}

/// `ServerSideEncryptionByDefault`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EncryptionByDefault {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    #[serde(rename = "SSEAlgorithm")]
    pub sse_algorithm: Observed<String>,
    /// The key, for the KMS algorithms; the managed key `aws/s3` where none is given.
    #[serde(rename = "KMSMasterKeyID")]
    pub kms_master_key_id: Observed<Text>,
}

/// `VersioningConfiguration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Versioning {
    /// `Enabled` or `Suspended`.
    pub status: Observed<String>,
}

/// `LoggingConfiguration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Logging {
    /// Where the logs go; the bucket itself where none is given.
    pub destination_bucket_name: Observed<Text>,
}

/// `OwnershipControls`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct OwnershipControls {
    /// The rules; S3 takes one.
    pub rules: List<OwnershipRule>,
}

/// `OwnershipControlsRule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct OwnershipRule {
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    pub object_ownership: Observed<String>,
}

/// `LifecycleConfiguration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Lifecycle {
    /// The rules.
    pub rules: List<LifecycleRule>,
}

/// A lifecycle rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LifecycleRule {
    /// `Enabled` or `Disabled`.
    pub status: Observed<String>,
    /// How long versions live once they are replaced.
    pub noncurrent_version_expiration: Observed<serde_json::Value>,
    /// The same in its older form.
    pub noncurrent_version_expiration_in_days: Observed<u32>,
    /// Where replaced versions move to.
    pub noncurrent_version_transitions: List<serde_json::Value>,
    /// The same in its older form.
    pub noncurrent_version_transition: Observed<serde_json::Value>,
}

/// `ObjectLockConfiguration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ObjectLock {
    /// `Enabled`.
    pub object_lock_enabled: Observed<String>,
    /// Default retention.
    pub rule: Observed<ObjectLockRule>,
}

/// `ObjectLockRule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ObjectLockRule {
    /// How long, and how strictly.
    pub default_retention: Observed<DefaultRetention>,
}

/// `DefaultRetention`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DefaultRetention {
    /// `COMPLIANCE`, which nobody can lift, or `GOVERNANCE`.
    pub mode: Observed<String>,
}

/// `ReplicationConfiguration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Replication {
    /// The rules.
    pub rules: List<ReplicationRule>,
}

/// A replication rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReplicationRule {
    /// `Enabled` or `Disabled`.
    pub status: Observed<String>,
}

/// `CorsConfiguration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Cors {
    /// The rules.
    pub cors_rules: List<CorsRule>,
}

/// `CorsRule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CorsRule {
    /// Origins, with at most one `*` each.
    pub allowed_origins: Observed<Texts>,
    /// `GET`, `PUT`, `HEAD`, `POST`, `DELETE`.
    pub allowed_methods: Observed<Texts>,
}

/// One grant of an ACL, as `s3:GetBucketAcl` reports it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Grant {
    /// The URI of a group, `http://acs.amazonaws.com/groups/global/AllUsers` for example.
    pub grantee_uri: Observed<String>,
    /// `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`.
    pub permission: Observed<String>,
}

/// A policy as it is joined onto its bucket.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AttachedPolicy {
    /// The policy's resource, where the stack has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<LogicalId>,
    /// What it says.
    pub policy_document: Observed<PolicyDocument>,
}

/// `AWS::S3::BucketPolicy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BucketPolicy {
    /// Name of the bucket.
    pub bucket: Observed<Text>,
    /// What it says.
    pub policy_document: Observed<PolicyDocument>,
    /// Joined: the account that owns the stack, where it is known.
    #[serde(rename = "$Account")]
    pub account: Observed<String>,
    /// Joined: whether its bucket is a resource of the stack, which is then judged with this policy.
    #[serde(rename = "$BucketInStack")]
    pub bucket_in_stack: Observed<bool>,
}

/// `AWS::S3::AccessPoint`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AccessPoint {
    /// The name, where the template gives one.
    pub name: Observed<Text>,
    /// Name of the bucket.
    pub bucket: Observed<Text>,
    /// What of public access is refused through it; everything where it is absent.
    pub public_access_block_configuration: Observed<PublicAccessBlock>,
}
