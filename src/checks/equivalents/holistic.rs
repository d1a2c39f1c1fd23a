//! Checks of the stack as a whole. Nobody else looks at a stack this way: the names are of the single resources
//! that the check begins with, and mostly of a part of it.

use super::{
    Catalogue::{CdkNag, CfnLint, ConfigRule, Kics, SecurityHub, ServerlessRules, WellArchitected},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row { id: "alarms-notify", names: &[(SecurityHub, "CloudWatch.15")] },
    Row { id: "alias-alarms-in-deployment-group", names: &[(ConfigRule, "codedeploy-auto-rollback-monitor-enabled")] },
    Row {
        id: "api-protected-in-depth",
        names: &[(CdkNag, "AwsSolutions-APIG3"), (CdkNag, "AwsSolutions-APIG4"), (ServerlessRules, "ES2003")],
    },
    Row { id: "cdn-not-bypassable", names: &[(SecurityHub, "CloudFront.13"), (SecurityHub, "CloudFront.16")] },
    Row { id: "dlq-type-and-retention", names: &[(CfnLint, "E3502")] },
    Row {
        id: "every-async-edge-has-failure-sink",
        names: &[
            (CdkNag, "LambdaAsyncFailureDestination"),
            (ServerlessRules, "ES1001"),
            (ServerlessRules, "ES1007"),
            (ServerlessRules, "ES4000"),
            (ServerlessRules, "ES6000"),
            (ServerlessRules, "ES7000"),
        ],
    },
    Row { id: "gradual-shift", names: &[(ConfigRule, "codedeploy-lambda-allatonce-traffic-shift-disabled")] },
    Row { id: "log-group-per-function", names: &[(ServerlessRules, "WS1004")] },
    Row { id: "public-path-to-data", names: &[(Kics, "public_lambda_via_api_gateway")] },
    Row {
        id: "role-not-shared",
        names: &[(Kics, "lambda_functions_without_unique_iam_roles"), (WellArchitected, "SEC 2")],
    },
    Row { id: "role-scope-vs-used-resources", names: &[(Kics, "lambda_functions_with_full_privileges")] },
    Row { id: "source-permission-exists", names: &[(CfnLint, "W3664")] },
    Row { id: "stateful-retained", names: &[(CfnLint, "I3011"), (CfnLint, "W3011")] },
    Row {
        id: "visibility-6x-timeout",
        names: &[(CdkNag, "LambdaEventSourceSQSVisibilityTimeout"), (CfnLint, "E3505")],
    },
    Row { id: "vpc-function-reaches-services", names: &[(ConfigRule, "service-vpc-endpoint-enabled")] },
];
