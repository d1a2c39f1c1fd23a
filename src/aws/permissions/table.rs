//! Which resources an IAM action can be limited to, row by row a statement.
//!
//! From the Service Authorization Reference,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
//! Nothing of it was tried on a live account. An action that the reference lists without a resource type is denied
//! by a statement that names one, so it stands in a row for everything, with that reason.

/// What a statement speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// These ARNs, with `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}` for what each account differs in.
    Only(&'static [&'static str]),
    /// `*`, because of this.
    Everything(&'static str),
}

/// Operator, key and value that limit a statement further.
pub(super) type Condition = (&'static str, &'static str, &'static str);

/// One statement as far as its actions are asked for.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) sid: &'static str,
    pub(super) scope: Scope,
    pub(super) condition: Option<Condition>,
    pub(super) actions: &'static [&'static str],
}

/// Stands for the table of the history.
pub(super) const HISTORY: &str = "${HistoryTable}";
/// Stands for the configuration of AppConfig that holds the policy.
pub(super) const POLICY: &str = "${PolicyConfiguration}";

const fn only(sid: &'static str, arns: &'static [&'static str], actions: &'static [&'static str]) -> Row {
    Row { sid, scope: Scope::Only(arns), condition: None, actions }
}

const fn everything(sid: &'static str, why: &'static str, actions: &'static [&'static str]) -> Row {
    Row { sid, scope: Scope::Everything(why), condition: None, actions }
}

/// Every action that fitgate asks for, each in one row.
pub(super) const ROWS: &[Row] = &[
    // ── the release: who is asked, and the answer ──
    //
    // The reference lists PutLifecycleEventHookExecutionStatus without a resource type; AWS's own samples and the CDK
    // name the deployment group, and have for years.
    // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
    only(
        "Deployments",
        &[
            "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:application:*",
            "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentconfig:*",
            "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:*",
        ],
        &[
            "codedeploy:BatchGetDeploymentGroups",
            "codedeploy:BatchGetDeployments",
            "codedeploy:GetApplicationRevision",
            "codedeploy:GetDeployment",
            "codedeploy:GetDeploymentConfig",
            "codedeploy:PutLifecycleEventHookExecutionStatus",
        ],
    ),
    // ── fitgate's own: policy, metrics, history ──
    only("Policy", &[POLICY], &["appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession"]),
    Row {
        sid: "Metrics",
        scope: Scope::Everything("a metric is no resource; the condition leaves one namespace"),
        condition: Some(("StringEquals", "cloudwatch:namespace", "Fitgate")),
        actions: &["cloudwatch:PutMetricData"],
    },
    only("History", &[HISTORY], &["dynamodb:PutItem", "dynamodb:Query"]),
    // ── the stack ──
    only(
        "Stacks",
        &["arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*"],
        &["cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources"],
    ),
    everything(
        "StackOfAFunction",
        "asked by the name of a function, there is no stack yet to name",
        &["cloudformation:DescribeStackResources"],
    ),
    Row {
        sid: "Buckets",
        scope: Scope::Only(&["arn:${AWS::Partition}:s3:::*"]),
        condition: Some(("StringEquals", "aws:ResourceAccount", "${AWS::AccountId}")),
        actions: &[
            "s3:GetBucketAcl",
            "s3:GetBucketCORS",
            "s3:GetBucketLogging",
            "s3:GetBucketNotification",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetBucketWebsite",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetReplicationConfiguration",
        ],
    },
    only(
        "BackupPlans",
        &["arn:${AWS::Partition}:backup:${AWS::Region}:${AWS::AccountId}:backup-plan:*"],
        &["backup:GetBackupPlan", "backup:GetBackupSelection", "backup:ListTags"],
    ),
    // CloudFront has no region.
    only(
        "Distributions",
        &["arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"],
        &["cloudfront:GetDistribution", "cloudfront:GetDistributionConfig", "cloudfront:ListTagsForResource"],
    ),
    only(
        "GraphQlApis",
        &["arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:*"],
        &["appsync:GetGraphqlApi", "appsync:ListTagsForResource"],
    ),
    only(
        "IdentityPools",
        &["arn:${AWS::Partition}:cognito-identity:${AWS::Region}:${AWS::AccountId}:identitypool/*"],
        &["cognito-identity:DescribeIdentityPool", "cognito-identity:ListTagsForResource"],
    ),
    only(
        "UserPools",
        &["arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/*"],
        &["cognito-idp:DescribeUserPool", "cognito-idp:GetUserPoolMfaConfig"],
    ),
    only(
        "Repositories",
        &["arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*"],
        &["ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource"],
    ),
    // In any region: a global table is looked at where its replicas are.
    only(
        "Tables",
        &["arn:${AWS::Partition}:dynamodb:*:${AWS::AccountId}:table/*"],
        &[
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetResourcePolicy",
            "dynamodb:ListTagsOfResource",
        ],
    ),
    // In any region, as tables: DescribeTable gives the ARN of a key, but not that AWS manages it.
    only(
        "Keys",
        &["arn:${AWS::Partition}:kms:*:${AWS::AccountId}:key/*"],
        &["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
    ),
    only("Caches", &["arn:${AWS::Partition}:dax:${AWS::Region}:${AWS::AccountId}:cache/*"], &["dax:DescribeClusters"]),
    only(
        "Functions",
        &[
            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:event-source-mapping:*",
            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*",
        ],
        &[
            "lambda:GetAlias",
            "lambda:GetEventSourceMapping",
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConfiguration",
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListFunctionUrlConfigs",
            "lambda:ListProvisionedConcurrencyConfigs",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
        ],
    ),
    // The variables of a function under a customer's key, as Lambda shows those of any other: it decrypts them with the
    // caller's permission. Nothing else can be decrypted with it.
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    Row {
        sid: "VariablesOfFunctions",
        scope: Scope::Only(&["arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"]),
        condition: Some(("StringEquals", "kms:ViaService", "lambda.${AWS::Region}.amazonaws.com")),
        actions: &["kms:Decrypt"],
    },
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    everything(
        "Alarms",
        "DescribeAlarms gives composite alarms only to a permission for everything",
        &["cloudwatch:DescribeAlarms"],
    ),
    only(
        "Configurations",
        &[
            "arn:${AWS::Partition}:appconfig:${AWS::Region}:${AWS::AccountId}:application/*",
            "arn:${AWS::Partition}:appconfig:${AWS::Region}:${AWS::AccountId}:deploymentstrategy/*",
        ],
        &["appconfig:GetApplication", "appconfig:GetDeploymentStrategy", "appconfig:ListTagsForResource"],
    ),
    only(
        "Rules",
        &["arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*"],
        &["events:DescribeRule", "events:ListTargetsByRule"],
    ),
    only(
        "EventBuses",
        &[
            "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:endpoint/*",
            "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/*",
        ],
        &["events:DescribeEndpoint", "events:DescribeEventBus", "events:ListTagsForResource"],
    ),
    only(
        "Streams",
        &["arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/*"],
        &["kinesis:DescribeStreamSummary", "kinesis:ListTagsForResource", "kinesis:ListTagsForStream"],
    ),
    only(
        "DeliveryStreams",
        &["arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/*"],
        &["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"],
    ),
    only(
        "Roles",
        &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"],
        &["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
    ),
    only(
        "TopicRules",
        &["arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/*"],
        &["iot:GetTopicRule", "iot:ListTagsForResource"],
    ),
    only("Pipes", &["arn:${AWS::Partition}:pipes:${AWS::Region}:${AWS::AccountId}:pipe/*"], &["pipes:DescribePipe"]),
    only(
        "Schedules",
        &["arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/*"],
        &["scheduler:GetSchedule"],
    ),
    // What a secret holds takes secretsmanager:GetSecretValue, which is not among these.
    only(
        "Secrets",
        &["arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"],
        &["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
    ),
    only(
        "Documents",
        &["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:document/*"],
        &["ssm:DescribeDocument", "ssm:GetDocument", "ssm:ListTagsForResource"],
    ),
    only(
        "StateMachines",
        &["arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:*"],
        &["states:DescribeStateMachine", "states:ListTagsForResource"],
    ),
    only(
        "Topics",
        &["arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:*"],
        &[
            "sns:GetDataProtectionPolicy",
            "sns:GetSubscriptionAttributes",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
            "sns:ListTagsForResource",
        ],
    ),
    only(
        "Queues",
        &["arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:*"],
        &["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
    ),
    // Cloud Control looks at the network of a database instance.
    only("Vpcs", &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc/*"], &["ec2:DescribeVpcAttribute"]),
    only(
        "Databases",
        &[
            "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:cluster:*",
            "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:db-proxy:*",
            "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:db:*",
        ],
        &["rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBProxies", "rds:ListTagsForResource"],
    ),
    only(
        "SearchDomains",
        &["arn:${AWS::Partition}:es:${AWS::Region}:${AWS::AccountId}:domain/*"],
        &["es:DescribeDomain", "es:ListTags"],
    ),
    only(
        "FileSystems",
        &[
            "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:access-point/*",
            "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:file-system/*",
        ],
        &[
            "elasticfilesystem:DescribeAccessPoints",
            "elasticfilesystem:DescribeBackupPolicy",
            "elasticfilesystem:DescribeFileSystemPolicy",
            "elasticfilesystem:DescribeFileSystems",
            "elasticfilesystem:DescribeLifecycleConfiguration",
            "elasticfilesystem:DescribeReplicationConfigurations",
        ],
    ),
    // One statement for all of them: a managed policy has room for 6,144 characters.
    // What each type's read handler calls stands with its service: Cloud Control has no permissions of its own.
    // https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html
    everything(
        "WithoutResourceType",
        "these actions have no resource type to name",
        &[
            "aoss:BatchGetCollection",
            "aoss:ListTagsForResource",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "appsync:GetDataSource",
            "appsync:GetGraphqlApiEnvironmentVariables",
            "backup:ListProtectedResources",
            "cloudformation:GetResource",
            "cloudformation:ListExports",
            "codedeploy:BatchGetDeploymentTargets",
            "codedeploy:ListDeploymentTargets",
            "config:GetComplianceDetailsByResource",
            "dynamodb:DescribeLimits",
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeNetworkAcls",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ecr:GetRegistryScanningConfiguration",
            "ec2:DescribeVpcs",
            "lambda:ListEventSourceMappings",
            "logs:DescribeResourcePolicies",
            "s3:GetAccessPoint",
            "s3:GetAccountPublicAccessBlock",
        ],
    ),
];
