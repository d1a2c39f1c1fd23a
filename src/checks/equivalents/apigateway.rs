//! Amazon API Gateway.

use super::{
    Catalogue::{CdkNag, Checkov, ConfigRule, Guard, Kics, Prowler, SecurityHub, ServerlessRules, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row {
        id: "apigw-access-log-structured",
        names: &[(CdkNag, "APIGWStructuredLogging"), (ServerlessRules, "WS2001")],
    },
    Row {
        id: "apigw-access-logging",
        names: &[
            (ConfigRule, "apigateway-stage-access-logs-enabled"),
            (Checkov, "CKV_AWS_76"),
            (CdkNag, "AwsSolutions-APIG1"),
            (Guard, "API_GW_STAGE_ACCESS_LOGGING_RULE"),
            (Kics, "api_gateway_access_logging_disabled"),
            (Trivy, "AWS-0001"),
            (Trivy, "AWS-0113"),
            (ServerlessRules, "ES2000"),
        ],
    },
    Row {
        id: "apigw-cache-enabled",
        names: &[
            (ConfigRule, "api-gw-cache-enabled-and-encrypted"),
            (Checkov, "CKV_AWS_120"),
            (Kics, "api_gateway_cache_cluster_disabled"),
            (Trivy, "AWS-0190"),
        ],
    },
    Row {
        id: "apigw-cache-encrypted",
        names: &[
            (ConfigRule, "api-gw-cache-enabled-and-encrypted"),
            (SecurityHub, "APIGateway.5"),
            (Prowler, "apigateway_restapi_cache_encrypted"),
            (CdkNag, "APIGWCacheEnabledAndEncrypted"),
            (Guard, "API_GW_CACHE_ENABLED_AND_ENCRYPTED"),
            (Kics, "api_gateway_cache_encrypted_disabled"),
            (Trivy, "AWS-0002"),
        ],
    },
    Row {
        id: "apigw-client-cert",
        names: &[
            (ConfigRule, "api-gw-ssl-enabled"),
            (SecurityHub, "APIGateway.2"),
            (Prowler, "apigateway_restapi_client_certificate_enabled"),
            (CdkNag, "APIGWSSLEnabled"),
            (Kics, "api_gateway_without_ssl_certificate"),
        ],
    },
    Row {
        id: "apigw-cognito-authorizer",
        names: &[(CdkNag, "AwsSolutions-COG4"), (Kics, "api_gateway_without_configured_authorizer")],
    },
    Row { id: "apigw-detailed-metrics", names: &[(Kics, "cloudwatch_metrics_disabled")] },
    Row {
        id: "apigw-domain-tls",
        names: &[
            (ConfigRule, "apigateway-domain-name-tls-check"),
            (SecurityHub, "APIGateway.11"),
            (Prowler, "apigateway_domain_name_pqc_tls_enabled"),
            (Kics, "api_gateway_without_security_policy"),
            (Trivy, "AWS-0005"),
        ],
    },
    Row {
        id: "apigw-endpoint-type",
        names: &[
            (ConfigRule, "api-gw-endpoint-type-check"),
            (Prowler, "apigateway_restapi_public"),
            (Guard, "API_GW_ENDPOINT_TYPE_CHECK"),
            (Kics, "api_gateway_endpoint_config_is_not_private"),
        ],
    },
    Row {
        id: "apigw-execution-logging",
        names: &[
            (ConfigRule, "api-gw-execution-logging-enabled"),
            (SecurityHub, "APIGateway.1"),
            (Prowler, "apigateway_restapi_logging_enabled"),
            (CdkNag, "AwsSolutions-APIG6"),
            (Guard, "API_GW_EXECUTION_LOGGING_ENABLED"),
        ],
    },
    Row {
        id: "apigw-method-authorization",
        names: &[
            (Prowler, "apigateway_restapi_public_with_authorizer"),
            (Prowler, "apigateway_restapi_authorizers_enabled"),
            (Checkov, "CKV_AWS_59"),
            (CdkNag, "AwsSolutions-APIG4"),
            (Guard, "API_GW_METHOD_AUTHORIZATION_TYPE_RULE"),
            (Kics, "api_gateway_with_open_access"),
            (Trivy, "AWS-0004"),
        ],
    },
    Row {
        id: "apigw-no-secret-in-stage-variables",
        names: &[(Prowler, "apigateway_restapi_no_secrets_in_stage_variables")],
    },
    Row { id: "apigw-request-validation", names: &[(CdkNag, "AwsSolutions-APIG2")] },
    Row { id: "apigw-resource-policy-not-public", names: &[] },
    Row { id: "apigw-tagged", names: &[(ConfigRule, "api-gw-rest-api-tagged"), (ConfigRule, "api-gw-stage-tagged")] },
    Row { id: "apigw-throttling", names: &[(CdkNag, "APIGWDefaultThrottling"), (ServerlessRules, "ES2003")] },
    Row { id: "apigw-usage-plan", names: &[(Kics, "api_gateway_stage_without_api_gateway_usage_plan_associated")] },
    Row {
        id: "apigw-waf",
        names: &[
            (ConfigRule, "api-gw-associated-with-waf"),
            (SecurityHub, "APIGateway.4"),
            (Prowler, "apigateway_restapi_waf_acl_attached"),
            (CdkNag, "AwsSolutions-APIG3"),
            (Kics, "api_gateway_without_waf"),
        ],
    },
    Row {
        id: "apigw-xray",
        names: &[
            (ConfigRule, "api-gw-xray-enabled"),
            (SecurityHub, "APIGateway.3"),
            (Prowler, "apigateway_restapi_tracing_enabled"),
            (Checkov, "CKV_AWS_73"),
            (CdkNag, "APIGWXrayEnabled"),
            (Kics, "api_gateway_xray_disabled"),
            (Trivy, "AWS-0003"),
            (ServerlessRules, "WS2002"),
        ],
    },
    Row {
        id: "apigwv2-access-logging",
        names: &[
            (ConfigRule, "api-gwv2-access-logs-enabled"),
            (SecurityHub, "APIGateway.9"),
            (Prowler, "apigatewayv2_api_access_logging_enabled"),
            (Checkov, "CKV_AWS_95"),
            (CdkNag, "AwsSolutions-APIG1"),
            (Guard, "API_GWV2_ACCESS_LOGS_ENABLED"),
            (Trivy, "AWS-0116"),
            (ServerlessRules, "ES2000"),
        ],
    },
    Row { id: "apigwv2-cors-not-wildcard", names: &[] },
    Row { id: "apigwv2-default-endpoint-disabled", names: &[] },
    Row {
        id: "apigwv2-detailed-metrics",
        names: &[(ConfigRule, "api-gwv2-stage-default-route-detailed-metrics-enabled")],
    },
    Row {
        id: "apigwv2-private-integration-tls",
        names: &[(ConfigRule, "apigatewayv2-integration-private-https-enabled"), (SecurityHub, "APIGateway.10")],
    },
    Row {
        id: "apigwv2-route-authorization",
        names: &[
            (ConfigRule, "api-gwv2-authorization-type-configured"),
            (SecurityHub, "APIGateway.8"),
            (Prowler, "apigatewayv2_api_authorizers_enabled"),
            (CdkNag, "AwsSolutions-APIG4"),
        ],
    },
    Row { id: "apigwv2-throttling", names: &[(CdkNag, "APIGWDefaultThrottling"), (ServerlessRules, "ES2003")] },
    Row {
        id: "apigwv2-websocket-execution-logging",
        names: &[
            (ConfigRule, "api-gw-execution-logging-enabled"),
            (SecurityHub, "APIGateway.1"),
            (CdkNag, "AwsSolutions-APIG6"),
        ],
    },
];
