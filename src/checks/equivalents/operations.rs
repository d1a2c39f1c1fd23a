//! Releases and what is seen of them: CodeDeploy, AppConfig, CloudFormation, logs, alarms.

use super::{
    Catalogue::{CdkNag, CfnLint, Checkov, ConfigRule, Guard, Prowler, SecurityHub, ServerlessRules, Trivy},
    Row,
};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row {
        id: "alarm-actions-enabled",
        names: &[
            (ConfigRule, "cloudwatch-alarm-action-enabled-check"),
            (SecurityHub, "CloudWatch.17"),
            (Prowler, "cloudwatch_alarm_actions_enabled"),
        ],
    },
    Row {
        id: "alarm-has-action",
        names: &[
            (ConfigRule, "cloudwatch-alarm-action-check"),
            (SecurityHub, "CloudWatch.15"),
            (Prowler, "cloudwatch_alarm_actions_alarm_state_configured"),
            (CdkNag, "CloudWatchAlarmAction"),
            (Guard, "CLOUDWATCH_ALARM_ACTION_CHECK"),
        ],
    },
    Row { id: "alarm-not-insufficient-data", names: &[] },
    Row { id: "alarm-treat-missing-data", names: &[(ConfigRule, "cloudwatch-alarm-settings-check")] },
    Row { id: "appconfig-bake-time", names: &[(ConfigRule, "appconfig-deployment-strategy-minimum-final-bake-time")] },
    Row { id: "appconfig-environment-monitors", names: &[] },
    Row { id: "appconfig-freeform-storage", names: &[(ConfigRule, "appconfig-freeform-profile-config-storage")] },
    Row { id: "appconfig-gradual", names: &[] },
    Row { id: "appconfig-replicate-ssm", names: &[(ConfigRule, "appconfig-deployment-strategy-replicate-to-ssm")] },
    Row {
        id: "appconfig-tagged",
        names: &[
            (ConfigRule, "appconfig-application-tagged"),
            (ConfigRule, "appconfig-configuration-profile-tagged"),
            (ConfigRule, "appconfig-environment-tagged"),
            (SecurityHub, "AppConfig.1"),
            (SecurityHub, "AppConfig.2"),
            (SecurityHub, "AppConfig.3"),
        ],
    },
    Row { id: "appconfig-validators", names: &[(ConfigRule, "appconfig-configuration-profile-validators-not-empty")] },
    Row { id: "codedeploy-alarms", names: &[(ConfigRule, "codedeploy-auto-rollback-monitor-enabled")] },
    Row { id: "codedeploy-auto-rollback", names: &[(ConfigRule, "codedeploy-deployment-group-auto-rollback-enabled")] },
    Row {
        id: "codedeploy-not-all-at-once",
        names: &[(ConfigRule, "codedeploy-lambda-allatonce-traffic-shift-disabled")],
    },
    Row { id: "codedeploy-triggers", names: &[] },
    Row { id: "log-data-protection", names: &[] },
    Row {
        id: "log-encryption-kms",
        names: &[
            (ConfigRule, "cloudwatch-log-group-encrypted"),
            (Prowler, "cloudwatch_log_group_kms_encryption_enabled"),
            (Checkov, "CKV_AWS_158"),
            (CdkNag, "CloudWatchLogGroupEncrypted"),
            (Guard, "CLOUDWATCH_LOG_GROUP_ENCRYPTED"),
            (Trivy, "AWS-0017"),
        ],
    },
    Row { id: "log-resource-policy-not-public", names: &[(Prowler, "cloudwatch_log_group_not_publicly_accessible")] },
    Row {
        id: "log-retention",
        names: &[
            (ConfigRule, "cw-loggroup-retention-period-check"),
            (SecurityHub, "CloudWatch.16"),
            (Prowler, "cloudwatch_log_group_retention_policy_specific_days_enabled"),
            (Checkov, "CKV_AWS_66"),
            (CdkNag, "CloudWatchLogGroupRetentionPeriod"),
            (Guard, "CW_LOGGROUP_RETENTION_PERIOD_CHECK"),
            (CfnLint, "I3013"),
            (ServerlessRules, "WS1004"),
        ],
    },
    Row { id: "stack-no-drift", names: &[(ConfigRule, "cloudformation-stack-drift-detection-check")] },
    Row { id: "stack-no-secret-in-outputs", names: &[(Prowler, "cloudformation_stack_outputs_find_secrets")] },
    Row {
        id: "stack-notifications",
        names: &[(ConfigRule, "cloudformation-stack-notification-check"), (SecurityHub, "CloudFormation.1")],
    },
    Row {
        id: "stack-service-role",
        names: &[(ConfigRule, "cloudformation-stack-service-role-check"), (SecurityHub, "CloudFormation.4")],
    },
    Row {
        id: "stack-termination-protection",
        names: &[
            (ConfigRule, "cloudformation-termination-protection-check"),
            (SecurityHub, "CloudFormation.3"),
            (Prowler, "cloudformation_stacks_termination_protection_enabled"),
        ],
    },
];
