//! AWS Lambda.

use super::{
    Catalogue::{CdkNag, CfnLint, Checkov, ConfigRule, Guard, Kics, Prowler, SecurityHub, ServerlessRules, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row { id: "esm-bounded-retry", names: &[] },
    Row { id: "esm-enabled", names: &[] },
    Row { id: "esm-max-concurrency", names: &[] },
    Row {
        id: "esm-on-failure",
        names: &[(CdkNag, "LambdaEventSourceMappingDestination"), (ServerlessRules, "ES1001")],
    },
    Row { id: "esm-report-batch-failures", names: &[] },
    Row {
        id: "lambda-alias-codedeploy-updatepolicy",
        names: &[(ConfigRule, "codedeploy-lambda-allatonce-traffic-shift-disabled"), (CfnLint, "E3016")],
    },
    Row { id: "lambda-alias-exists", names: &[] },
    Row { id: "lambda-alias-not-latest", names: &[] },
    Row { id: "lambda-alias-routing-clean", names: &[] },
    Row { id: "lambda-arch-arm64", names: &[] },
    Row {
        id: "lambda-async-destination",
        names: &[(CdkNag, "LambdaAsyncFailureDestination"), (ServerlessRules, "ES1007")],
    },
    Row { id: "lambda-code-signing", names: &[] },
    Row {
        id: "lambda-dlq",
        names: &[
            (ConfigRule, "lambda-dlq-check"),
            (Prowler, "awslambda_function_no_dead_letter_queue"),
            (Checkov, "CKV_AWS_116"),
            (CdkNag, "LambdaDLQ"),
            (Guard, "LAMBDA_DLQ_CHECK"),
            (Kics, "lambda_function_without_dead_letter_queue"),
            (Kics, "serverless_function_without_dead_letter_queue"),
            (ServerlessRules, "ES1007"),
        ],
    },
    Row { id: "lambda-efs-in-vpc", names: &[] },
    Row {
        id: "lambda-env-encryption-cmk",
        names: &[
            (Prowler, "awslambda_function_env_vars_not_encrypted_with_cmk"),
            (Checkov, "CKV_AWS_173"),
            (Kics, "serverless_function_environment_variables_not_encrypted"),
        ],
    },
    Row { id: "lambda-ephemeral-storage-bounded", names: &[] },
    Row {
        id: "lambda-in-vpc",
        names: &[
            (ConfigRule, "lambda-inside-vpc"),
            (SecurityHub, "Lambda.3"),
            (Prowler, "awslambda_function_inside_vpc"),
            (Checkov, "CKV_AWS_117"),
            (CdkNag, "LambdaInsideVPC"),
            (Guard, "LAMBDA_INSIDE_VPC"),
        ],
    },
    Row { id: "lambda-layers-same-account", names: &[(Prowler, "awslambda_function_using_cross_account_layers")] },
    Row {
        id: "lambda-log-format-json",
        names: &[(ConfigRule, "lambda-function-log-format-json"), (CdkNag, "LambdaLogging")],
    },
    Row {
        id: "lambda-log-level",
        names: &[
            (ConfigRule, "lambda-function-application-log-level-check"),
            (ConfigRule, "lambda-function-system-log-level-check"),
            (CdkNag, "LambdaLogLevel"),
        ],
    },
    Row {
        id: "lambda-memory-explicit",
        names: &[
            (ConfigRule, "lambda-function-settings-check"),
            (CdkNag, "LambdaDefaultMemorySize"),
            (ServerlessRules, "ES1005"),
        ],
    },
    Row { id: "lambda-no-secret-in-code", names: &[(Prowler, "awslambda_function_no_secrets_in_code")] },
    Row {
        id: "lambda-no-secret-in-env",
        names: &[
            (Prowler, "awslambda_function_no_secrets_in_variables"),
            (Checkov, "CKV_AWS_45"),
            (Kics, "hardcoded_aws_access_key_in_lambda"),
        ],
    },
    Row {
        id: "lambda-permission-invoke-only",
        names: &[(Guard, "LAMBDA_PERMISSION_INVOKE_FUNCTION_ACTION"), (Kics, "lambda_permission_misconfigured")],
    },
    Row {
        id: "lambda-permission-not-public",
        names: &[
            (ConfigRule, "lambda-function-public-access-prohibited"),
            (SecurityHub, "Lambda.1"),
            (Prowler, "awslambda_function_not_publicly_accessible"),
            (CdkNag, "LambdaFunctionPublicAccessProhibited"),
            (Guard, "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED"),
            (Kics, "lambda_permission_principal_is_wildcard"),
            (ServerlessRules, "WS1002"),
        ],
    },
    Row {
        id: "lambda-permission-source-scoped",
        names: &[
            (ConfigRule, "lambda-function-public-access-prohibited"),
            (SecurityHub, "Lambda.1"),
            (Checkov, "CKV_AWS_364"),
            (Trivy, "AWS-0067"),
            (CfnLint, "W3664"),
            (ServerlessRules, "WS1002"),
        ],
    },
    Row { id: "lambda-provisioned-concurrency-on-alias", names: &[] },
    Row {
        id: "lambda-reserved-concurrency",
        names: &[
            (ConfigRule, "lambda-concurrency-check"),
            (Checkov, "CKV_AWS_115"),
            (CdkNag, "LambdaConcurrency"),
            (Guard, "LAMBDA_CONCURRENCY_CHECK"),
        ],
    },
    Row {
        id: "lambda-runtime-supported",
        names: &[
            (ConfigRule, "lambda-function-settings-check"),
            (SecurityHub, "Lambda.2"),
            (Prowler, "awslambda_function_using_supported_runtimes"),
            (Checkov, "CKV_AWS_363"),
            (CdkNag, "AwsSolutions-L1"),
            (CfnLint, "E2531"),
            (CfnLint, "W2531"),
        ],
    },
    Row { id: "lambda-snapstart-published", names: &[(CfnLint, "E2530"), (CfnLint, "W2530")] },
    Row {
        id: "lambda-tagged",
        names: &[(ConfigRule, "required-tags"), (SecurityHub, "Lambda.6"), (Kics, "lambda_function_without_tags")],
    },
    Row {
        id: "lambda-timeout-explicit",
        names: &[
            (ConfigRule, "lambda-function-settings-check"),
            (CdkNag, "LambdaDefaultTimeout"),
            (ServerlessRules, "ES1006"),
        ],
    },
    Row {
        id: "lambda-unique-role",
        names: &[
            (Kics, "lambda_functions_without_unique_iam_roles"),
            (Kics, "serverless_function_without_unique_iam_role"),
        ],
    },
    Row {
        id: "lambda-url-auth",
        names: &[
            (Prowler, "awslambda_function_url_public"),
            (Checkov, "CKV_AWS_258"),
            (CdkNag, "LambdaFunctionUrlAuth"),
        ],
    },
    Row { id: "lambda-url-cors", names: &[(Prowler, "awslambda_function_url_cors_policy"), (Checkov, "CKV2_AWS_75")] },
    Row {
        id: "lambda-vpc-multi-az",
        names: &[
            (ConfigRule, "lambda-vpc-multi-az-check"),
            (SecurityHub, "Lambda.5"),
            (Prowler, "awslambda_function_vpc_multi_az"),
        ],
    },
    Row {
        id: "lambda-xray",
        names: &[
            (ConfigRule, "lambda-function-xray-enabled"),
            (SecurityHub, "Lambda.7"),
            (CdkNag, "LambdaTracing"),
            (Kics, "lambda_functions_without_x-ray_tracing"),
            (Trivy, "AWS-0066"),
            (Trivy, "AWS-0125"),
            (ServerlessRules, "WS1000"),
        ],
    },
];
