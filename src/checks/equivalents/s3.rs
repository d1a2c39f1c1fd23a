//! Amazon S3.

use super::{
    Catalogue::{CdkNag, CfnLint, Checkov, ConfigRule, Guard, Kics, Prowler, SecurityHub, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row {
        id: "s3-access-logging",
        names: &[
            (ConfigRule, "s3-bucket-logging-enabled"),
            (SecurityHub, "S3.9"),
            (Prowler, "s3_bucket_server_access_logging_enabled"),
            (Checkov, "CKV_AWS_18"),
            (CdkNag, "AwsSolutions-S1"),
            (Guard, "S3_BUCKET_LOGGING_ENABLED"),
            (Kics, "s3_bucket_logging_disabled"),
            (Trivy, "AWS-0089"),
        ],
    },
    Row {
        id: "s3-access-point-block",
        names: &[
            (ConfigRule, "s3-access-point-public-access-blocks"),
            (SecurityHub, "S3.19"),
            (Prowler, "s3_access_point_public_access_block"),
        ],
    },
    Row {
        id: "s3-account-public-access-block",
        names: &[
            (ConfigRule, "s3-account-level-public-access-blocks"),
            (ConfigRule, "s3-account-level-public-access-blocks-periodic"),
            (SecurityHub, "S3.1"),
            (Prowler, "s3_account_level_public_access_blocks"),
        ],
    },
    Row {
        id: "s3-acl-not-public-read",
        names: &[
            (ConfigRule, "s3-bucket-public-read-prohibited"),
            (SecurityHub, "S3.2"),
            (Prowler, "s3_bucket_public_list_acl"),
            (Prowler, "s3_bucket_public_access"),
            (Checkov, "CKV_AWS_20"),
            (CdkNag, "S3BucketPublicReadProhibited"),
            (Guard, "S3_BUCKET_PUBLIC_READ_PROHIBITED"),
            (Kics, "s3_bucket_acl_allows_read_to_all_users"),
            (Trivy, "AWS-0092"),
        ],
    },
    Row {
        id: "s3-acl-not-public-write",
        names: &[
            (ConfigRule, "s3-bucket-public-write-prohibited"),
            (SecurityHub, "S3.3"),
            (Prowler, "s3_bucket_public_write_acl"),
            (Checkov, "CKV_AWS_57"),
            (CdkNag, "S3BucketPublicWriteProhibited"),
            (Guard, "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"),
            (Kics, "s3_bucket_acl_allows_read_or_write_to_all_users"),
        ],
    },
    Row {
        id: "s3-acls-disabled",
        names: &[
            (ConfigRule, "s3-bucket-acl-prohibited"),
            (SecurityHub, "S3.12"),
            (Prowler, "s3_bucket_acl_prohibited"),
            (CfnLint, "W3045"),
        ],
    },
    Row { id: "s3-cors-not-wildcard", names: &[(Kics, "s3_bucket_with_unsecured_cors_rule")] },
    Row {
        id: "s3-encryption-at-rest",
        names: &[
            (ConfigRule, "s3-bucket-server-side-encryption-enabled"),
            (SecurityHub, "S3.4"),
            (Prowler, "s3_bucket_default_encryption"),
            (Checkov, "CKV_AWS_19"),
            (Guard, "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"),
            (Kics, "s3_bucket_without_server_side_encryption"),
            (Trivy, "AWS-0088"),
        ],
    },
    Row {
        id: "s3-encryption-kms",
        names: &[
            (ConfigRule, "s3-default-encryption-kms"),
            (SecurityHub, "S3.17"),
            (Prowler, "s3_bucket_kms_encryption"),
            (CdkNag, "S3DefaultEncryptionKMS"),
            (Guard, "S3_DEFAULT_ENCRYPTION_KMS"),
            (Trivy, "AWS-0132"),
        ],
    },
    Row {
        id: "s3-event-notifications",
        names: &[
            (ConfigRule, "s3-event-notifications-enabled"),
            (SecurityHub, "S3.11"),
            (Prowler, "s3_bucket_event_notifications_enabled"),
        ],
    },
    Row {
        id: "s3-in-backup-plan",
        names: &[
            (ConfigRule, "s3-resources-protected-by-backup-plan"),
            (ConfigRule, "s3-last-backup-recovery-point-created"),
        ],
    },
    Row {
        id: "s3-lifecycle",
        names: &[
            (ConfigRule, "s3-lifecycle-policy-check"),
            (SecurityHub, "S3.13"),
            (Prowler, "s3_bucket_lifecycle_enabled"),
        ],
    },
    Row {
        id: "s3-mfa-delete",
        names: &[
            (ConfigRule, "s3-bucket-mfa-delete-enabled"),
            (SecurityHub, "S3.20"),
            (Prowler, "s3_bucket_no_mfa_delete"),
            (Trivy, "AWS-0170"),
        ],
    },
    Row { id: "s3-no-static-website", names: &[(CdkNag, "AwsSolutions-S5"), (Kics, "s3_static_website_host_enabled")] },
    Row {
        id: "s3-object-lock",
        names: &[
            (ConfigRule, "s3-bucket-default-lock-enabled"),
            (SecurityHub, "S3.15"),
            (Prowler, "s3_bucket_object_lock"),
            (CdkNag, "S3BucketDefaultLockEnabled"),
            (Guard, "S3_BUCKET_DEFAULT_LOCK_ENABLED"),
        ],
    },
    Row {
        id: "s3-policy-no-allow-notprincipal",
        names: &[
            (Guard, "S3_BUCKETPOLICY_NO_ALLOW_PLUS_NOTPRINCIPAL"),
            (Guard, "S3_BUCKET_POLICY_NO_ALLOW_PLUS_NOT_ACTION"),
        ],
    },
    Row {
        id: "s3-policy-no-cross-account",
        names: &[
            (ConfigRule, "s3-bucket-blacklisted-actions-prohibited"),
            (SecurityHub, "S3.6"),
            (Prowler, "s3_bucket_cross_account_access"),
        ],
    },
    Row {
        id: "s3-policy-no-public-principal",
        names: &[
            (ConfigRule, "s3-bucket-policy-grantee-check"),
            (ConfigRule, "s3-bucket-public-read-prohibited"),
            (SecurityHub, "S3.2"),
            (Prowler, "s3_bucket_public_access"),
            (Prowler, "s3_bucket_policy_public_write_access"),
            (CdkNag, "AwsSolutions-S5"),
            (Guard, "S3_BUCKET_POLICY_NO_WILDCARD_PRINCIPAL"),
            (Kics, "s3_bucket_access_to_any_principal"),
        ],
    },
    Row {
        id: "s3-policy-no-wildcard-action",
        names: &[
            (ConfigRule, "s3-bucket-policy-not-more-permissive"),
            (Guard, "S3_BUCKET_POLICY_NO_WILDCARD_ACTION"),
            (Kics, "s3_bucket_with_all_permissions"),
        ],
    },
    Row {
        id: "s3-public-access-block",
        names: &[
            (ConfigRule, "s3-bucket-level-public-access-prohibited"),
            (SecurityHub, "S3.8"),
            (Prowler, "s3_bucket_level_public_access_block"),
            (Checkov, "CKV_AWS_53"),
            (Checkov, "CKV_AWS_54"),
            (Checkov, "CKV_AWS_55"),
            (Checkov, "CKV_AWS_56"),
            (CdkNag, "AwsSolutions-S2"),
            (Guard, "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"),
            (Kics, "s3_bucket_without_restriction_of_public_bucket"),
            (Trivy, "AWS-0086"),
        ],
    },
    Row {
        id: "s3-replication",
        names: &[
            (ConfigRule, "s3-bucket-replication-enabled"),
            (ConfigRule, "s3-bucket-cross-region-replication-enabled"),
            (SecurityHub, "S3.7"),
            (Prowler, "s3_bucket_cross_region_replication"),
            (CdkNag, "S3BucketReplicationEnabled"),
            (Guard, "S3_BUCKET_REPLICATION_ENABLED"),
        ],
    },
    Row { id: "s3-retain-policy", names: &[(CfnLint, "I3011"), (CfnLint, "W3011")] },
    Row { id: "s3-tagged", names: &[(ConfigRule, "s3-bucket-tagged"), (ConfigRule, "required-tags")] },
    Row {
        id: "s3-tls-only",
        names: &[
            (ConfigRule, "s3-bucket-ssl-requests-only"),
            (SecurityHub, "S3.5"),
            (Prowler, "s3_bucket_secure_transport_policy"),
            (CdkNag, "AwsSolutions-S10"),
            (Guard, "S3_BUCKET_SSL_REQUESTS_ONLY"),
            (Kics, "s3_bucket_without_ssl_in_write_actions"),
        ],
    },
    Row {
        id: "s3-version-lifecycle",
        names: &[(ConfigRule, "s3-version-lifecycle-policy-check"), (SecurityHub, "S3.10")],
    },
    Row {
        id: "s3-versioning",
        names: &[
            (ConfigRule, "s3-bucket-versioning-enabled"),
            (SecurityHub, "S3.14"),
            (Prowler, "s3_bucket_object_versioning"),
            (Checkov, "CKV_AWS_21"),
            (CdkNag, "S3BucketVersioningEnabled"),
            (Guard, "S3_BUCKET_VERSIONING_ENABLED"),
            (Kics, "s3_bucket_without_versioning"),
            (Trivy, "AWS-0090"),
        ],
    },
];
