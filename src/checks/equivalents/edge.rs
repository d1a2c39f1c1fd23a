//! What stands between users and the stack: CloudFront, Cognito, AppSync, AWS WAF.

use super::{
    Catalogue::{CdkNag, Checkov, ConfigRule, Guard, Kics, Prowler, SecurityHub, ServerlessRules, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row {
        id: "appsync-field-logging",
        names: &[
            (ConfigRule, "appsync-logging-enabled"),
            (SecurityHub, "AppSync.2"),
            (Prowler, "appsync_field_level_logging_enabled"),
            (Checkov, "CKV_AWS_193"),
            (Checkov, "CKV_AWS_194"),
            (CdkNag, "AwsSolutions-ASC3"),
        ],
    },
    Row {
        id: "appsync-no-api-key",
        names: &[
            (ConfigRule, "appsync-authorization-check"),
            (SecurityHub, "AppSync.5"),
            (Prowler, "appsync_graphql_api_no_api_key_authentication"),
        ],
    },
    Row { id: "appsync-waf", names: &[(ConfigRule, "appsync-associated-with-waf"), (Checkov, "CKV2_AWS_33")] },
    Row {
        id: "appsync-xray",
        names: &[
            (ConfigRule, "appsync-graphql-api-xray-enabled"),
            (CdkNag, "AppSyncTracing"),
            (ServerlessRules, "WS3000"),
        ],
    },
    Row {
        id: "cloudfront-custom-cert",
        names: &[
            (ConfigRule, "cloudfront-custom-ssl-certificate"),
            (ConfigRule, "cloudfront-sni-enabled"),
            (SecurityHub, "CloudFront.7"),
            (SecurityHub, "CloudFront.8"),
            (Prowler, "cloudfront_distributions_custom_ssl_certificate"),
            (Prowler, "cloudfront_distributions_https_sni_enabled"),
            (Guard, "CLOUDFRONT_CUSTOM_SSL_CERTIFICATE"),
            (Guard, "CLOUDFRONT_SNI_ENABLED"),
        ],
    },
    Row {
        id: "cloudfront-default-root-object",
        names: &[
            (ConfigRule, "cloudfront-default-root-object-configured"),
            (SecurityHub, "CloudFront.1"),
            (Prowler, "cloudfront_distributions_default_root_object"),
            (Guard, "CLOUDFRONT_DEFAULT_ROOT_OBJECT_CONFIGURED"),
        ],
    },
    Row {
        id: "cloudfront-https",
        names: &[
            (ConfigRule, "cloudfront-viewer-policy-https"),
            (SecurityHub, "CloudFront.3"),
            (Prowler, "cloudfront_distributions_https_enabled"),
            (Checkov, "CKV_AWS_34"),
            (Guard, "CLOUDFRONT_VIEWER_POLICY_HTTPS"),
            (Kics, "cloudfront_viewer_protocol_policy_allows_http"),
            (Trivy, "AWS-0012"),
        ],
    },
    Row {
        id: "cloudfront-key-groups",
        names: &[(ConfigRule, "cloudfront-distribution-key-group-enabled"), (SecurityHub, "CloudFront.17")],
    },
    Row {
        id: "cloudfront-lambda-url-oac",
        names: &[(ConfigRule, "cloudfront-origin-lambda-url-oac-enabled"), (SecurityHub, "CloudFront.16")],
    },
    Row {
        id: "cloudfront-logging",
        names: &[
            (ConfigRule, "cloudfront-accesslogs-enabled"),
            (SecurityHub, "CloudFront.5"),
            (Prowler, "cloudfront_distributions_logging_enabled"),
            (Checkov, "CKV_AWS_86"),
            (CdkNag, "AwsSolutions-CFR3"),
            (Guard, "CLOUDFRONT_ACCESSLOGS_ENABLED"),
            (Kics, "cloudfront_logging_disabled"),
            (Trivy, "AWS-0010"),
        ],
    },
    Row {
        id: "cloudfront-oac",
        names: &[
            (ConfigRule, "cloudfront-s3-origin-access-control-enabled"),
            (ConfigRule, "cloudfront-origin-access-identity-enabled"),
            (SecurityHub, "CloudFront.13"),
            (Prowler, "cloudfront_distributions_s3_origin_access_control"),
            (CdkNag, "AwsSolutions-CFR7"),
            (Guard, "CLOUDFRONT_ORIGIN_ACCESS_IDENTITY_ENABLED"),
        ],
    },
    Row {
        id: "cloudfront-origin-failover",
        names: &[
            (ConfigRule, "cloudfront-origin-failover-enabled"),
            (SecurityHub, "CloudFront.4"),
            (Prowler, "cloudfront_distributions_multiple_origin_failover_configured"),
            (Guard, "CLOUDFRONT_ORIGIN_FAILOVER_ENABLED"),
        ],
    },
    Row {
        id: "cloudfront-origin-https",
        names: &[
            (ConfigRule, "cloudfront-traffic-to-origin-encrypted"),
            (SecurityHub, "CloudFront.9"),
            (Prowler, "cloudfront_distributions_origin_traffic_encrypted"),
            (Checkov, "CKV2_AWS_72"),
            (Kics, "connection_between_cloudfront_origin_not_encrypted"),
        ],
    },
    Row {
        id: "cloudfront-origin-tls",
        names: &[
            (ConfigRule, "cloudfront-no-deprecated-ssl-protocols"),
            (SecurityHub, "CloudFront.10"),
            (Prowler, "cloudfront_distributions_using_deprecated_ssl_protocols"),
            (CdkNag, "AwsSolutions-CFR5"),
        ],
    },
    Row {
        id: "cloudfront-tls12",
        names: &[
            (ConfigRule, "cloudfront-security-policy-check"),
            (ConfigRule, "cloudfront-ssl-policy-check"),
            (SecurityHub, "CloudFront.15"),
            (Prowler, "cloudfront_distributions_using_deprecated_ssl_protocols"),
            (Checkov, "CKV_AWS_174"),
            (CdkNag, "AwsSolutions-CFR4"),
            (Guard, "CLOUDFRONT_MINIMUM_PROTOCOL_VERSION_RULE"),
            (Kics, "cloudfront_without_minimum_protocol_tls_1.2"),
            (Trivy, "AWS-0013"),
        ],
    },
    Row {
        id: "cloudfront-waf",
        names: &[
            (ConfigRule, "cloudfront-associated-with-waf"),
            (SecurityHub, "CloudFront.6"),
            (Prowler, "cloudfront_distributions_using_waf"),
            (Checkov, "CKV_AWS_68"),
            (CdkNag, "AwsSolutions-CFR2"),
            (Kics, "cloudfront_without_waf"),
            (Trivy, "AWS-0011"),
        ],
    },
    Row {
        id: "cognito-deletion-protection",
        names: &[
            (ConfigRule, "cognito-user-pool-deletion-protection-enabled"),
            (SecurityHub, "Cognito.6"),
            (Prowler, "cognito_user_pool_deletion_protection_enabled"),
        ],
    },
    Row {
        id: "cognito-mfa",
        names: &[
            (ConfigRule, "cognito-user-pool-mfa-enabled"),
            (SecurityHub, "Cognito.5"),
            (Prowler, "cognito_user_pool_mfa_enabled"),
            (CdkNag, "AwsSolutions-COG2"),
            (Guard, "COGNITO_USER_POOL_MFA_CONFIGURATION_RULE"),
            (Kics, "cognito_userpool_without_mfa"),
        ],
    },
    Row {
        id: "cognito-no-unauthenticated",
        names: &[
            (ConfigRule, "cognito-identity-pool-unauth-access-check"),
            (ConfigRule, "cognito-identity-pool-unauthenticated-logins"),
            (SecurityHub, "Cognito.2"),
            (Prowler, "cognito_identity_pool_guest_access_disabled"),
            (Checkov, "CKV_AWS_366"),
            (CdkNag, "AwsSolutions-COG7"),
            (Guard, "COGNITO_ALLOW_UNAUTHENTICATED_IDENTITIES_RULE"),
        ],
    },
    Row {
        id: "cognito-password-policy",
        names: &[
            (ConfigRule, "cognito-user-pool-password-policy-check"),
            (SecurityHub, "Cognito.3"),
            (Prowler, "cognito_user_pool_password_policy_minimum_length_14"),
            (Prowler, "cognito_user_pool_password_policy_symbol"),
            (CdkNag, "AwsSolutions-COG1"),
        ],
    },
    Row {
        id: "cognito-threat-protection",
        names: &[
            (ConfigRule, "cognito-user-pool-advanced-security-enabled"),
            (ConfigRule, "cognito-userpool-cust-auth-threat-full-check"),
            (SecurityHub, "Cognito.1"),
            (SecurityHub, "Cognito.4"),
            (Prowler, "cognito_user_pool_advanced_security_enabled"),
            (CdkNag, "AwsSolutions-COG8"),
        ],
    },
    Row { id: "cognito-token-revocation", names: &[(Prowler, "cognito_user_pool_client_token_revocation_enabled")] },
    Row {
        id: "cognito-user-existence-errors",
        names: &[(Prowler, "cognito_user_pool_client_prevent_user_existence_errors")],
    },
    Row { id: "cognito-waf", names: &[(Prowler, "cognito_user_pool_waf_acl_attached")] },
    Row {
        id: "wafv2-has-rules",
        names: &[
            (ConfigRule, "wafv2-webacl-not-empty"),
            (SecurityHub, "WAF.10"),
            (Prowler, "wafv2_webacl_with_rules"),
            (Checkov, "CKV_AWS_192"),
        ],
    },
    Row {
        id: "wafv2-logging",
        names: &[
            (ConfigRule, "wafv2-logging-enabled"),
            (Prowler, "wafv2_webacl_logging_enabled"),
            (CdkNag, "WAFv2LoggingEnabled"),
        ],
    },
];
