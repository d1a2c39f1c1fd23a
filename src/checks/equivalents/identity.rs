//! Who may do what, and with which keys and secrets: IAM, KMS, Secrets Manager, Systems Manager, ECR.

use super::{
    Catalogue::{CdkNag, CfnLint, Checkov, ConfigRule, Guard, Kics, Prowler, SecurityHub, ServerlessRules, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row {
        id: "ecr-cmk",
        names: &[
            (ConfigRule, "ecr-repository-cmk-encryption-enabled"),
            (SecurityHub, "ECR.5"),
            (Checkov, "CKV_AWS_136"),
            (Trivy, "AWS-0033"),
        ],
    },
    Row {
        id: "ecr-immutable-tags",
        names: &[
            (ConfigRule, "ecr-private-tag-immutability-enabled"),
            (SecurityHub, "ECR.2"),
            (Prowler, "ecr_repositories_tag_immutability"),
            (Checkov, "CKV_AWS_51"),
            (Kics, "ecr_image_tag_not_immutable"),
            (Trivy, "AWS-0031"),
        ],
    },
    Row {
        id: "ecr-lifecycle",
        names: &[
            (ConfigRule, "ecr-private-lifecycle-policy-configured"),
            (SecurityHub, "ECR.3"),
            (Prowler, "ecr_repositories_lifecycle_policy_enabled"),
        ],
    },
    Row {
        id: "ecr-policy-not-public",
        names: &[
            (Prowler, "ecr_repositories_not_publicly_accessible"),
            (Checkov, "CKV_AWS_32"),
            (CdkNag, "AwsSolutions-ECR1"),
            (Kics, "ecr_repository_is_publicly_accessible"),
            (Trivy, "AWS-0032"),
        ],
    },
    Row {
        id: "ecr-scan-on-push",
        names: &[
            (ConfigRule, "ecr-private-image-scanning-enabled"),
            (SecurityHub, "ECR.1"),
            (Prowler, "ecr_repositories_scan_images_on_push_enabled"),
            (Checkov, "CKV_AWS_163"),
            (Guard, "ECR_REPO_SCAN_ON_PUSH"),
            (Kics, "unscanned_ecr_image"),
            (Trivy, "AWS-0030"),
        ],
    },
    Row {
        id: "iam-no-admin",
        names: &[
            (ConfigRule, "iam-policy-no-statements-with-admin-access"),
            (SecurityHub, "IAM.1"),
            (Prowler, "iam_inline_policy_no_administrative_privileges"),
            (Prowler, "iam_customer_attached_policy_no_administrative_privileges"),
            (Checkov, "CKV_AWS_62"),
            (CdkNag, "IAMPolicyNoStatementsWithAdminAccess"),
            (Guard, "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"),
            (Kics, "iam_policies_with_full_privileges"),
            (Kics, "lambda_functions_with_full_privileges"),
        ],
    },
    Row {
        id: "iam-no-allow-notaction",
        names: &[
            (Guard, "IAM_ROLE_OR_POLICY_NO_ALLOW_PLUS_NOT_ACTION"),
            (Guard, "IAM_ROLE_OR_POLICY_NO_ALLOW_PLUS_NOT_RESOURCE"),
        ],
    },
    Row {
        id: "iam-no-aws-managed-policy",
        names: &[
            (ConfigRule, "iam-role-managed-policy-check"),
            (ConfigRule, "iam-policy-blacklisted-check"),
            (Prowler, "iam_aws_attached_policy_no_administrative_privileges"),
            (Prowler, "iam_role_administratoraccess_policy"),
            (CdkNag, "AwsSolutions-IAM4"),
            (Guard, "IAM_ROLE_ADMINISTRATOR_ACCESS_POLICY_RULE"),
            (Guard, "IAM_ROLE_ELEVATED_MANAGED_POLICY_RULE"),
        ],
    },
    Row { id: "iam-no-credentials-exposure", names: &[(Checkov, "CKV_AWS_107")] },
    Row { id: "iam-no-data-exfiltration", names: &[(Checkov, "CKV_AWS_108")] },
    Row {
        id: "iam-no-decrypt-all-keys",
        names: &[
            (ConfigRule, "iam-customer-policy-blocked-kms-actions"),
            (ConfigRule, "iam-inline-policy-blocked-kms-actions"),
            (SecurityHub, "KMS.1"),
            (SecurityHub, "KMS.2"),
            (Prowler, "iam_inline_policy_no_full_access_to_kms"),
            (Prowler, "iam_policy_no_full_access_to_kms"),
        ],
    },
    Row {
        id: "iam-no-inline-policy",
        names: &[
            (ConfigRule, "iam-no-inline-policy-check"),
            (CdkNag, "IAMNoInlinePolicy"),
            (Guard, "IAM_NO_INLINE_POLICY_CHECK"),
        ],
    },
    Row {
        id: "iam-no-passrole-wildcard",
        names: &[(Guard, "IAM_ROLE_NO_WILDCARD_RESOURCE_ON_PASSROLE"), (Trivy, "AWS-0342")],
    },
    Row { id: "iam-no-permissions-management", names: &[(Checkov, "CKV_AWS_109")] },
    Row {
        id: "iam-no-privilege-escalation",
        names: &[
            (Prowler, "iam_inline_policy_allows_privilege_escalation"),
            (Prowler, "iam_policy_allows_privilege_escalation"),
            (Checkov, "CKV_AWS_110"),
        ],
    },
    Row {
        id: "iam-no-wildcard-action",
        names: &[
            (ConfigRule, "iam-policy-no-statements-with-full-access"),
            (SecurityHub, "IAM.21"),
            (Checkov, "CKV_AWS_63"),
            (CdkNag, "AwsSolutions-IAM5"),
            (CdkNag, "LambdaStarPermissions"),
            (Guard, "IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS"),
            (Trivy, "AWS-0057"),
            (Trivy, "AWS-0114"),
            (CfnLint, "W3037"),
            (ServerlessRules, "WS1003"),
        ],
    },
    Row {
        id: "iam-no-wildcard-resource",
        names: &[
            (Checkov, "CKV_AWS_111"),
            (CdkNag, "AwsSolutions-IAM5"),
            (Guard, "IAM_POLICYDOCUMENT_NO_WILDCARD_RESOURCE"),
        ],
    },
    Row { id: "iam-permission-boundary", names: &[] },
    Row {
        id: "iam-trust-not-public",
        names: &[
            (Prowler, "iam_role_cross_service_confused_deputy_prevention"),
            (Checkov, "CKV_AWS_60"),
            (Checkov, "CKV_AWS_61"),
            (Guard, "IAM_ROLE_NO_FULL_ACCESS_ON_TRUST_POLICY"),
            (Kics, "iam_role_allows_all_principals_to_assume"),
            (Kics, "cross_account_iam_assume_role_policy_without_external_id_or_mfa"),
        ],
    },
    Row { id: "kms-deletion-window", names: &[] },
    Row {
        id: "kms-policy-not-public",
        names: &[
            (ConfigRule, "kms-key-policy-no-public-access"),
            (SecurityHub, "KMS.5"),
            (Prowler, "kms_key_not_publicly_accessible"),
            (Checkov, "CKV_AWS_33"),
            (Guard, "KMS_NO_WILDCARD_PRINCIPAL"),
            (Kics, "kms_allows_wildcard_principal"),
        ],
    },
    Row {
        id: "kms-rotation",
        names: &[
            (ConfigRule, "cmk-backing-key-rotation-enabled"),
            (SecurityHub, "KMS.4"),
            (Prowler, "kms_cmk_rotation_enabled"),
            (Checkov, "CKV_AWS_7"),
            (CdkNag, "AwsSolutions-KMS5"),
            (Guard, "CMK_BACKING_KEY_ROTATION_ENABLED"),
            (Kics, "kms_enable_key_rotation_disabled"),
            (Trivy, "AWS-0065"),
        ],
    },
    Row { id: "kms-tagged", names: &[(ConfigRule, "kms-key-tagged")] },
    Row {
        id: "secret-cmk",
        names: &[
            (ConfigRule, "secretsmanager-using-cmk"),
            (Checkov, "CKV_AWS_149"),
            (CdkNag, "SecretsManagerUsingKMSKey"),
            (Guard, "SECRETSMANAGER_USING_CMK"),
            (Kics, "secrets_manager_should_specify_kms_key_id"),
            (Trivy, "AWS-0098"),
        ],
    },
    Row { id: "secret-no-literal", names: &[(CfnLint, "W1011")] },
    Row {
        id: "secret-policy-restrictive",
        names: &[
            (Prowler, "secretsmanager_not_publicly_accessible"),
            (Prowler, "secretsmanager_has_restrictive_resource_policy"),
        ],
    },
    Row {
        id: "secret-rotated-recently",
        names: &[
            (ConfigRule, "secretsmanager-secret-periodic-rotation"),
            (SecurityHub, "SecretsManager.4"),
            (Prowler, "secretsmanager_secret_rotated_periodically"),
        ],
    },
    Row {
        id: "secret-rotation",
        names: &[
            (ConfigRule, "secretsmanager-rotation-enabled-check"),
            (SecurityHub, "SecretsManager.1"),
            (Prowler, "secretsmanager_automatic_rotation_enabled"),
            (CdkNag, "AwsSolutions-SMG4"),
            (Guard, "SECRETSMANAGER_ROTATION_ENABLED_CHECK"),
        ],
    },
    Row { id: "ssm-document-no-secret", names: &[(Prowler, "ssm_document_secrets")] },
    Row { id: "ssm-parameter-no-secret", names: &[(Checkov, "CKV_AWS_384")] },
];
