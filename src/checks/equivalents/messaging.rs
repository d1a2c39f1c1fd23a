//! What carries events: SQS, SNS, Kinesis, Firehose, EventBridge, Scheduler, Pipes, Step Functions.

use super::{
    Catalogue::{CdkNag, CfnLint, Checkov, ConfigRule, Guard, Kics, Prowler, SecurityHub, ServerlessRules, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row { id: "eventbridge-bus-kms", names: &[] },
    Row {
        id: "eventbridge-bus-policy-attached",
        names: &[(ConfigRule, "custom-eventbus-policy-attached"), (SecurityHub, "EventBridge.3")],
    },
    Row {
        id: "eventbridge-bus-policy-not-open",
        names: &[
            (Prowler, "eventbridge_bus_exposed"),
            (Prowler, "eventbridge_bus_cross_account_access"),
            (CdkNag, "AwsSolutions-EVB1"),
        ],
    },
    Row {
        id: "eventbridge-endpoint-replication",
        names: &[
            (ConfigRule, "global-endpoint-event-replication-enabled"),
            (SecurityHub, "EventBridge.4"),
            (Prowler, "eventbridge_global_endpoint_event_replication_enabled"),
        ],
    },
    Row { id: "eventbridge-rule-enabled", names: &[] },
    Row { id: "eventbridge-target-dlq", names: &[(CdkNag, "EventBusDLQ"), (ServerlessRules, "ES4000")] },
    Row { id: "eventbridge-target-retry", names: &[] },
    Row {
        id: "firehose-encryption",
        names: &[
            (ConfigRule, "kinesis-firehose-delivery-stream-encrypted"),
            (SecurityHub, "DataFirehose.1"),
            (Prowler, "firehose_stream_encrypted_at_rest"),
            (CdkNag, "AwsSolutions-KDF1"),
        ],
    },
    Row { id: "firehose-error-logging", names: &[] },
    Row {
        id: "kinesis-encryption",
        names: &[
            (ConfigRule, "kinesis-stream-encrypted"),
            (SecurityHub, "Kinesis.1"),
            (Prowler, "kinesis_stream_encrypted_at_rest"),
            (Checkov, "CKV_AWS_43"),
            (CdkNag, "AwsSolutions-KDS1"),
            (Guard, "KINESIS_STREAM_ENCRYPTION_RULE"),
            (Kics, "kinesis_sse_not_configured"),
            (Trivy, "AWS-0064"),
        ],
    },
    Row { id: "kinesis-on-demand-or-scaled", names: &[] },
    Row {
        id: "kinesis-retention",
        names: &[
            (ConfigRule, "kinesis-stream-backup-retention-check"),
            (SecurityHub, "Kinesis.3"),
            (Prowler, "kinesis_stream_data_retention_period"),
        ],
    },
    Row { id: "pipes-dlq", names: &[] },
    Row { id: "scheduler-dlq", names: &[] },
    Row { id: "sfn-encryption-cmk", names: &[(Prowler, "stepfunctions_statemachine_encrypted_with_cmk")] },
    Row {
        id: "sfn-logging",
        names: &[
            (ConfigRule, "step-functions-state-machine-logging-enabled"),
            (SecurityHub, "StepFunctions.1"),
            (Prowler, "stepfunctions_statemachine_logging_enabled"),
            (CdkNag, "AwsSolutions-SF1"),
            (Trivy, "AWS-0119"),
        ],
    },
    Row {
        id: "sfn-no-secret-in-definition",
        names: &[(Prowler, "stepfunctions_statemachine_no_secrets_in_definition")],
    },
    Row { id: "sfn-tagged", names: &[(ConfigRule, "stepfunctions-state-machine-tagged")] },
    Row { id: "sfn-task-has-retry-catch", names: &[] },
    Row {
        id: "sfn-xray",
        names: &[
            (CdkNag, "AwsSolutions-SF2"),
            (CdkNag, "StepFunctionStateMachineXray"),
            (Trivy, "AWS-0117"),
            (ServerlessRules, "WS5000"),
        ],
    },
    Row {
        id: "sns-delivery-logging",
        names: &[(ConfigRule, "sns-topic-message-delivery-notification-enabled"), (SecurityHub, "SNS.2")],
    },
    Row {
        id: "sns-encryption-kms",
        names: &[
            (ConfigRule, "sns-encrypted-kms"),
            (SecurityHub, "SNS.1"),
            (Prowler, "sns_topics_kms_encryption_at_rest_enabled"),
            (Checkov, "CKV_AWS_26"),
            (CdkNag, "SNSEncryptedKMS"),
            (Guard, "SNS_ENCRYPTED_KMS"),
            (Kics, "sns_topic_without_kms_master_key_id"),
            (Trivy, "AWS-0095"),
        ],
    },
    Row {
        id: "sns-policy-no-allow-notaction",
        names: &[
            (Guard, "SNS_TOPICPOLICY_NO_ALLOW_PLUS_NOT_ACTION"),
            (Kics, "sns_topic_publicity_has_allow_and_not_action_simultaneously"),
        ],
    },
    Row {
        id: "sns-policy-not-public",
        names: &[
            (ConfigRule, "sns-topic-no-public-access"),
            (SecurityHub, "SNS.4"),
            (Prowler, "sns_topics_not_publicly_accessible"),
            (Guard, "SNS_TOPICPOLICY_NO_WILDCARD_PRINCIPAL"),
            (Kics, "sns_topic_is_publicly_accessible"),
        ],
    },
    Row { id: "sns-subscription-https", names: &[(Prowler, "sns_subscription_not_using_http_endpoints")] },
    Row { id: "sns-subscription-redrive", names: &[(CdkNag, "SNSRedrivePolicy"), (ServerlessRules, "ES7000")] },
    Row { id: "sns-tls-only", names: &[(CdkNag, "AwsSolutions-SNS3")] },
    Row {
        id: "sqs-dlq",
        names: &[
            (ConfigRule, "sqs-queue-dlq-check"),
            (CdkNag, "AwsSolutions-SQS3"),
            (CdkNag, "SQSRedrivePolicy"),
            (CfnLint, "E3502"),
            (ServerlessRules, "ES6000"),
        ],
    },
    Row { id: "sqs-dlq-retention", names: &[(CfnLint, "I3013")] },
    Row {
        id: "sqs-encryption-at-rest",
        names: &[
            (SecurityHub, "SQS.1"),
            (Prowler, "sqs_queues_server_side_encryption_enabled"),
            (Checkov, "CKV_AWS_27"),
            (CdkNag, "AwsSolutions-SQS2"),
            (Guard, "SQS_QUEUE_KMS_MASTER_KEY_ID_RULE"),
            (Kics, "sqs_with_sse_disabled"),
            (Trivy, "AWS-0096"),
        ],
    },
    Row { id: "sqs-max-receive-sane", names: &[] },
    Row {
        id: "sqs-policy-no-full-access",
        names: &[
            (ConfigRule, "sqs-queue-policy-full-access-check"),
            (Guard, "SQS_QUEUEPOLICY_NO_WILDCARD_ACTION"),
            (Trivy, "AWS-0097"),
        ],
    },
    Row {
        id: "sqs-policy-not-public",
        names: &[
            (ConfigRule, "sqs-queue-no-public-access"),
            (SecurityHub, "SQS.3"),
            (Prowler, "sqs_queues_not_publicly_accessible"),
            (Guard, "SQS_QUEUEPOLICY_NO_WILDCARD_PRINCIPAL"),
            (Kics, "sqs_policy_with_public_access"),
        ],
    },
    Row { id: "sqs-tagged", names: &[(ConfigRule, "required-tags"), (SecurityHub, "SQS.2")] },
    Row { id: "sqs-tls-only", names: &[(CdkNag, "AwsSolutions-SQS4")] },
];
