//! Amazon DynamoDB and its accelerator.

use super::{
    Catalogue::{CdkNag, CfnLint, Checkov, ConfigRule, Guard, Kics, Prowler, SecurityHub, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row {
        id: "dax-encryption-at-rest",
        names: &[
            (ConfigRule, "dax-encryption-enabled"),
            (SecurityHub, "DynamoDB.3"),
            (Prowler, "dynamodb_accelerator_cluster_encryption_enabled"),
            (Checkov, "CKV_AWS_47"),
            (CdkNag, "AwsSolutions-DDB4"),
            (Guard, "DAX_ENCRYPTION_ENABLED"),
        ],
    },
    Row {
        id: "dax-tls",
        names: &[
            (ConfigRule, "dax-tls-endpoint-encryption"),
            (SecurityHub, "DynamoDB.7"),
            (Prowler, "dynamodb_accelerator_cluster_in_transit_encryption_enabled"),
        ],
    },
    Row {
        id: "dynamodb-autoscaling",
        names: &[
            (ConfigRule, "dynamodb-autoscaling-enabled"),
            (SecurityHub, "DynamoDB.1"),
            (Prowler, "dynamodb_table_autoscaling_enabled"),
            (CdkNag, "DynamoDBAutoScalingEnabled"),
            (Guard, "DYNAMODB_BILLING_MODE_RULE"),
            (Kics, "dynamodb_with_table_billing_mode_not_recommended"),
        ],
    },
    Row {
        id: "dynamodb-deletion-protection",
        names: &[
            (ConfigRule, "dynamodb-table-deletion-protection-enabled"),
            (SecurityHub, "DynamoDB.6"),
            (Prowler, "dynamodb_table_deletion_protection_enabled"),
        ],
    },
    Row {
        id: "dynamodb-encryption-kms",
        names: &[
            (ConfigRule, "dynamodb-table-encrypted-kms"),
            (ConfigRule, "dynamodb-table-encryption-enabled"),
            (Prowler, "dynamodb_tables_kms_cmk_encryption_enabled"),
            (Checkov, "CKV_AWS_119"),
            (Guard, "DYNAMODB_TABLE_ENCRYPTED_KMS"),
            (Kics, "dynamodb_table_not_encrypted"),
            (Kics, "dynamodb_with_aws_owned_cmk"),
            (Trivy, "AWS-0025"),
            (Trivy, "AWS-0121"),
        ],
    },
    Row {
        id: "dynamodb-in-backup-plan",
        names: &[
            (ConfigRule, "dynamodb-in-backup-plan"),
            (ConfigRule, "dynamodb-resources-protected-by-backup-plan"),
            (SecurityHub, "DynamoDB.4"),
            (Prowler, "dynamodb_table_protected_by_backup_plan"),
            (CdkNag, "DynamoDBInBackupPlan"),
        ],
    },
    Row {
        id: "dynamodb-pitr",
        names: &[
            (ConfigRule, "dynamodb-pitr-enabled"),
            (SecurityHub, "DynamoDB.2"),
            (Prowler, "dynamodb_tables_pitr_enabled"),
            (Checkov, "CKV_AWS_28"),
            (Checkov, "CKV_AWS_165"),
            (CdkNag, "AwsSolutions-DDB3"),
            (Guard, "DYNAMODB_PITR_ENABLED"),
            (Kics, "dynamodb_table_point_in_time_recovery_disabled"),
            (Trivy, "AWS-0024"),
        ],
    },
    Row { id: "dynamodb-resource-policy-not-public", names: &[(Prowler, "dynamodb_table_cross_account_access")] },
    Row { id: "dynamodb-retain-policy", names: &[(CfnLint, "I3011")] },
    Row { id: "dynamodb-throughput-limit", names: &[(ConfigRule, "dynamodb-throughput-limit-check")] },
    Row { id: "dynamodb-ttl-or-retention", names: &[] },
];
