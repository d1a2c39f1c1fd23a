//! What must be observed for a check: an AWS operation, and the IAM actions that permit it.

/// One observation that a check needs on a live stack. The hooks' IAM policy and their calls follow from it.
///
/// Several needs share `cloudcontrol:GetResource`, which reads many types, and `cloudformation:GetTemplate`, which
/// shows what no service does.
///
/// A new one goes into the enum, into `ALL` and into `row`, each time at the end of its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// `cloudformation:GetTemplate`: resource attributes such as DeletionPolicy
    StackTemplate,
    /// `cloudformation:DescribeStacks`: how CloudFormation handles the stack, and what the stack gives out
    StackSettings,
    /// `cloudformation:ListExports`: what `Fn::ImportValue` in the template means
    StackExports,
    /// `s3:GetPublicAccessBlock`
    BucketPublicAccessBlock,
    /// `s3control:GetPublicAccessBlock`
    AccountPublicAccessBlock,
    /// `s3:GetBucketEncryption`
    BucketEncryption,
    /// `s3:GetBucketVersioning`
    BucketVersioning,
    /// `s3:GetBucketLogging`
    BucketLogging,
    /// `s3:GetBucketAcl`
    BucketAcl,
    /// `s3:GetBucketOwnershipControls`
    BucketOwnershipControls,
    /// `s3:GetBucketLifecycleConfiguration`
    BucketLifecycle,
    /// `s3:GetObjectLockConfiguration`
    BucketObjectLock,
    /// `s3:GetBucketReplication`
    BucketReplication,
    /// `s3:GetBucketNotificationConfiguration`
    BucketNotification,
    /// `s3:GetBucketCors`
    BucketCors,
    /// `s3:GetBucketWebsite`
    BucketWebsite,
    /// `s3:GetBucketTagging`
    BucketTagging,
    /// `s3:GetBucketPolicy`
    BucketPolicy,
    /// `s3control:GetAccessPoint`
    AccessPoint,
    /// `backup:ListProtectedResources`: what AWS Backup has a recovery point of
    ProtectedResources,
    /// By Cloud Control, `AWS::Backup::BackupSelection`
    BackupSelections,
    /// By Cloud Control, `AWS::Backup::BackupPlan` with its rules
    BackupPlans,
    /// By the template, `AWS::Backup::BackupVault`: live, the key that AWS manages is an ARN like any other
    BackupVaults,
    /// `dynamodb:DescribeTable`: keys, capacity, encryption and deletion protection
    Table,
    /// `dynamodb:DescribeContinuousBackups`
    TableBackups,
    /// `dynamodb:DescribeTimeToLive`
    TableTimeToLive,
    /// `dynamodb:GetResourcePolicy`
    TableResourcePolicy,
    /// `dynamodb:DescribeLimits`: the account's limits in the region
    TableLimits,
    /// `dynamodb:ListTagsOfResource`
    TableTags,
    /// `kms:DescribeKey`: which key is the one that AWS manages for DynamoDB
    TableManagedKey,
    /// `application-autoscaling:DescribeScalableTargets`
    ScalableTargets,
    /// `application-autoscaling:DescribeScalingPolicies`
    ScalingPolicies,
    /// `dax:DescribeClusters`
    DaxClusters,
    /// By Cloud Control, `AWS::RDS::DBCluster`
    DatabaseClusters,
    /// By Cloud Control, `AWS::RDS::DBInstance`
    DatabaseInstances,
    /// By Cloud Control, `AWS::RDS::DBProxy`
    DatabaseProxies,
    /// By Cloud Control, `AWS::OpenSearchService::Domain`
    SearchDomains,
    /// By Cloud Control, `AWS::OpenSearchServerless::Collection`
    SearchCollections,
    /// By Cloud Control, `AWS::EFS::FileSystem`
    FileSystems,
    /// By Cloud Control, `AWS::EFS::AccessPoint`
    FileSystemAccessPoints,
    /// `lambda:GetFunction`: configuration, reserved concurrency and tags in one call, and that at the highest rate
    Function,
    /// `lambda:GetFunctionCodeSigningConfig`
    FunctionCodeSigning,
    /// `lambda:ListFunctionEventInvokeConfigs`
    FunctionInvokeConfigs,
    /// `lambda:GetPolicy`: of the function and of each of its aliases
    FunctionPolicy,
    /// `lambda:ListFunctionUrlConfigs`
    FunctionUrl,
    /// `lambda:ListAliases`: whole aliases, so that none is asked for by itself
    FunctionAliases,
    /// `lambda:ListVersionsByFunction`
    FunctionVersions,
    /// `lambda:ListProvisionedConcurrencyConfigs`
    ProvisionedConcurrency,
    /// `lambda:GetEventSourceMapping`, or `ListEventSourceMappings` where that saves calls
    EventSourceMapping,
    /// By Cloud Control, `AWS::EC2::Subnet`: availability zones
    Subnets,
    /// By the template, routes and endpoints of `AWS::EC2`: which way leads out of a subnet
    Networks,
    /// `codedeploy:BatchGetDeploymentGroups`: with the platform of their application
    DeploymentGroup,
    /// `codedeploy:GetDeploymentConfig`
    DeploymentConfig,
    /// By the template, `AWS::ApiGateway::Stage`, and `AWS::ApiGateway::Deployment`, which may make one
    RestApiStages,
    /// By the template, `AWS::ApiGateway::RestApi` and its methods with their integrations
    RestApiIntegrations,
    /// By the template, custom domains of `AWS::ApiGateway` and `AWS::ApiGatewayV2`
    RestApiDomains,
    /// By the template, `AWS::ApiGateway::RequestValidator`
    RequestValidators,
    /// By the template, `AWS::ApiGateway::UsagePlan`
    UsagePlans,
    /// By the template, `AWS::ApiGatewayV2::Api` and its integrations
    HttpApiIntegrations,
    /// By the template, `AWS::ApiGatewayV2::Stage`
    HttpApiStages,
    /// By the template, `AWS::ApiGatewayV2::Route`
    HttpApiRoutes,
    /// By the template, `AWS::ApiGatewayV2::ApiMapping`
    HttpApiMappings,
    /// By the template, `AWS::WAFv2::WebACLAssociation`
    WebAclAssociations,
    /// By Cloud Control, `AWS::AppConfig::Application`
    ConfigurationApplications,
    /// By the template, `AWS::AppConfig::Environment`
    ConfigurationEnvironments,
    /// By the template, `AWS::AppConfig::ConfigurationProfile`
    ConfigurationProfiles,
    /// By Cloud Control, `AWS::AppConfig::DeploymentStrategy`
    ConfigurationStrategies,
    /// By the template, `AWS::AppConfig::Deployment`
    ConfigurationDeployments,
    /// By Cloud Control, `AWS::AppSync::DataSource`
    DataSources,
    /// By Cloud Control, `AWS::AppSync::GraphQLApi`
    GraphQlApis,
    /// By Cloud Control, `AWS::CloudFront::Distribution`
    Distributions,
    /// By Cloud Control, `AWS::Cognito::UserPool`
    UserPools,
    /// By the template, `AWS::Cognito::UserPoolClient`
    UserPoolClients,
    /// By Cloud Control, `AWS::Cognito::IdentityPool`
    IdentityPools,
    /// By the template, `AWS::WAFv2::WebACL` with its logging configuration
    WebAcls,
    /// By Cloud Control, `AWS::ECR::Repository` and the scanning configuration of its registry
    Repositories,
    /// `cloudwatch:DescribeAlarms`: metric and composite alarms with their state
    Alarms,
    /// `config:GetComplianceDetailsByResource`
    ConfigCompliance,
    /// By Cloud Control, `AWS::Events::Rule` with its targets
    RuleTargets,
    /// By Cloud Control, `AWS::IAM::Role` with its inline policies and the ARNs of its managed ones
    Roles,
    /// By the template, `AWS::IAM::Role`, `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy`
    IdentityPolicies,
    /// By Cloud Control, `AWS::IoT::TopicRule`
    TopicRules,
    /// By Cloud Control, `AWS::KMS::Key` and `AWS::KMS::ReplicaKey`
    Keys,
    /// By the template, `AWS::Logs::LogGroup`
    LogGroups,
    /// By Cloud Control, `AWS::Logs::ResourcePolicy`
    LogPolicies,
    /// By Cloud Control, `AWS::Pipes::Pipe`
    Pipes,
    /// By Cloud Control, `AWS::Scheduler::Schedule`
    Schedules,
    /// By the template, `AWS::SecretsManager::Secret` and its attachments: Cloud Control would read the secret itself
    Secrets,
    /// By Cloud Control, `AWS::SecretsManager::ResourcePolicy`
    SecretPolicies,
    /// By Cloud Control, `AWS::SecretsManager::RotationSchedule`
    RotationSchedules,
    /// By the template, `AWS::SSM::Parameter`: reading one takes a permission to read what it holds
    Parameters,
    /// By Cloud Control, `AWS::SSM::Document` with its content
    Documents,
    /// By Cloud Control, `AWS::StepFunctions::StateMachine` with its definition
    StateMachines,
    /// By Cloud Control, `AWS::SNS::Subscription`
    Subscriptions,
    /// By Cloud Control, `AWS::SQS::Queue`
    Queue,
    /// By Cloud Control, `AWS::SQS::QueueInlinePolicy`: the policy of a queue, whoever attached it
    QueuePolicies,
    /// By Cloud Control, `AWS::SNS::Topic`
    Topics,
    /// By Cloud Control, `AWS::SNS::TopicInlinePolicy`: the policy of a topic, whoever attached it
    TopicPolicies,
    /// By Cloud Control, `AWS::Kinesis::Stream`
    Streams,
    /// By Cloud Control, `AWS::KinesisFirehose::DeliveryStream`
    DeliveryStreams,
    /// By Cloud Control, `AWS::Events::EventBus` with its policy
    EventBuses,
    /// By Cloud Control, `AWS::Events::Endpoint`
    EventEndpoints,
}

impl Need {
    /// Every need, in the order declared.
    pub const ALL: &[Self] = &[
        Self::StackTemplate,
        Self::StackSettings,
        Self::StackExports,
        Self::BucketPublicAccessBlock,
        Self::AccountPublicAccessBlock,
        Self::BucketEncryption,
        Self::BucketVersioning,
        Self::BucketLogging,
        Self::BucketAcl,
        Self::BucketOwnershipControls,
        Self::BucketLifecycle,
        Self::BucketObjectLock,
        Self::BucketReplication,
        Self::BucketNotification,
        Self::BucketCors,
        Self::BucketWebsite,
        Self::BucketTagging,
        Self::BucketPolicy,
        Self::AccessPoint,
        Self::ProtectedResources,
        Self::BackupSelections,
        Self::BackupPlans,
        Self::BackupVaults,
        Self::Table,
        Self::TableBackups,
        Self::TableTimeToLive,
        Self::TableResourcePolicy,
        Self::TableLimits,
        Self::TableTags,
        Self::TableManagedKey,
        Self::ScalableTargets,
        Self::ScalingPolicies,
        Self::DaxClusters,
        Self::DatabaseClusters,
        Self::DatabaseInstances,
        Self::DatabaseProxies,
        Self::SearchDomains,
        Self::SearchCollections,
        Self::FileSystems,
        Self::FileSystemAccessPoints,
        Self::Function,
        Self::FunctionCodeSigning,
        Self::FunctionInvokeConfigs,
        Self::FunctionPolicy,
        Self::FunctionUrl,
        Self::FunctionAliases,
        Self::FunctionVersions,
        Self::ProvisionedConcurrency,
        Self::EventSourceMapping,
        Self::Subnets,
        Self::Networks,
        Self::DeploymentGroup,
        Self::DeploymentConfig,
        Self::RestApiStages,
        Self::RestApiIntegrations,
        Self::RestApiDomains,
        Self::RequestValidators,
        Self::UsagePlans,
        Self::HttpApiIntegrations,
        Self::HttpApiStages,
        Self::HttpApiRoutes,
        Self::HttpApiMappings,
        Self::WebAclAssociations,
        Self::ConfigurationApplications,
        Self::ConfigurationEnvironments,
        Self::ConfigurationProfiles,
        Self::ConfigurationStrategies,
        Self::ConfigurationDeployments,
        Self::DataSources,
        Self::GraphQlApis,
        Self::Distributions,
        Self::UserPools,
        Self::UserPoolClients,
        Self::IdentityPools,
        Self::WebAcls,
        Self::Repositories,
        Self::Alarms,
        Self::ConfigCompliance,
        Self::RuleTargets,
        Self::Roles,
        Self::IdentityPolicies,
        Self::TopicRules,
        Self::Keys,
        Self::LogGroups,
        Self::LogPolicies,
        Self::Pipes,
        Self::Schedules,
        Self::Secrets,
        Self::SecretPolicies,
        Self::RotationSchedules,
        Self::Parameters,
        Self::Documents,
        Self::StateMachines,
        Self::Subscriptions,
        Self::Queue,
        Self::QueuePolicies,
        Self::Topics,
        Self::TopicPolicies,
        Self::Streams,
        Self::DeliveryStreams,
        Self::EventBuses,
        Self::EventEndpoints,
    ];

    /// Service and operation as the SDK names them, `s3:GetBucketEncryption`.
    pub fn operation(self) -> &'static str {
        self.row().0
    }

    /// The IAM action of the operation itself, which often has another name: `s3:GetEncryptionConfiguration`.
    pub fn action(self) -> &'static str {
        self.row().1
    }

    /// Every IAM action to grant: [`Self::action`], and what AWS does on the caller's behalf besides.
    pub fn actions(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.action()).chain(self.besides().iter().copied())
    }

    /// Operation and action, as the Service Authorization Reference pairs them.
    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::StackTemplate
            | Self::BackupVaults
            | Self::Networks
            | Self::RestApiStages
            | Self::RestApiIntegrations
            | Self::RestApiDomains
            | Self::RequestValidators
            | Self::UsagePlans
            | Self::HttpApiIntegrations
            | Self::HttpApiStages
            | Self::HttpApiRoutes
            | Self::HttpApiMappings
            | Self::WebAclAssociations
            | Self::ConfigurationEnvironments
            | Self::ConfigurationProfiles
            | Self::ConfigurationDeployments
            | Self::UserPoolClients
            | Self::WebAcls
            | Self::IdentityPolicies
            | Self::LogGroups
            | Self::Secrets
            | Self::Parameters => ("cloudformation:GetTemplate", "cloudformation:GetTemplate"),
            Self::StackSettings => ("cloudformation:DescribeStacks", "cloudformation:DescribeStacks"),
            Self::StackExports => ("cloudformation:ListExports", "cloudformation:ListExports"),
            Self::BucketPublicAccessBlock => ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
            Self::AccountPublicAccessBlock => ("s3control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
            Self::BucketEncryption => ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
            Self::BucketVersioning => ("s3:GetBucketVersioning", "s3:GetBucketVersioning"),
            Self::BucketLogging => ("s3:GetBucketLogging", "s3:GetBucketLogging"),
            Self::BucketAcl => ("s3:GetBucketAcl", "s3:GetBucketAcl"),
            Self::BucketOwnershipControls => ("s3:GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"),
            Self::BucketLifecycle => ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
            Self::BucketObjectLock => ("s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
            Self::BucketReplication => ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
            Self::BucketNotification => ("s3:GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
            Self::BucketCors => ("s3:GetBucketCors", "s3:GetBucketCORS"),
            Self::BucketWebsite => ("s3:GetBucketWebsite", "s3:GetBucketWebsite"),
            Self::BucketTagging => ("s3:GetBucketTagging", "s3:GetBucketTagging"),
            Self::BucketPolicy => ("s3:GetBucketPolicy", "s3:GetBucketPolicy"),
            Self::AccessPoint => ("s3control:GetAccessPoint", "s3:GetAccessPoint"),
            Self::ProtectedResources => ("backup:ListProtectedResources", "backup:ListProtectedResources"),
            Self::Table => ("dynamodb:DescribeTable", "dynamodb:DescribeTable"),
            Self::TableBackups => ("dynamodb:DescribeContinuousBackups", "dynamodb:DescribeContinuousBackups"),
            Self::TableTimeToLive => ("dynamodb:DescribeTimeToLive", "dynamodb:DescribeTimeToLive"),
            Self::TableResourcePolicy => ("dynamodb:GetResourcePolicy", "dynamodb:GetResourcePolicy"),
            Self::TableLimits => ("dynamodb:DescribeLimits", "dynamodb:DescribeLimits"),
            Self::TableTags => ("dynamodb:ListTagsOfResource", "dynamodb:ListTagsOfResource"),
            Self::TableManagedKey => ("kms:DescribeKey", "kms:DescribeKey"),
            Self::ScalableTargets => {
                ("application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalableTargets")
            }
            Self::ScalingPolicies => {
                ("application-autoscaling:DescribeScalingPolicies", "application-autoscaling:DescribeScalingPolicies")
            }
            Self::DaxClusters => ("dax:DescribeClusters", "dax:DescribeClusters"),
            Self::Function => ("lambda:GetFunction", "lambda:GetFunction"),
            Self::FunctionCodeSigning => ("lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionCodeSigningConfig"),
            Self::FunctionInvokeConfigs => {
                ("lambda:ListFunctionEventInvokeConfigs", "lambda:ListFunctionEventInvokeConfigs")
            }
            Self::FunctionPolicy => ("lambda:GetPolicy", "lambda:GetPolicy"),
            Self::FunctionUrl => ("lambda:ListFunctionUrlConfigs", "lambda:ListFunctionUrlConfigs"),
            Self::FunctionAliases => ("lambda:ListAliases", "lambda:ListAliases"),
            Self::FunctionVersions => ("lambda:ListVersionsByFunction", "lambda:ListVersionsByFunction"),
            Self::ProvisionedConcurrency => {
                ("lambda:ListProvisionedConcurrencyConfigs", "lambda:ListProvisionedConcurrencyConfigs")
            }
            Self::EventSourceMapping => ("lambda:GetEventSourceMapping", "lambda:GetEventSourceMapping"),
            Self::DeploymentGroup => ("codedeploy:BatchGetDeploymentGroups", "codedeploy:BatchGetDeploymentGroups"),
            Self::DeploymentConfig => ("codedeploy:GetDeploymentConfig", "codedeploy:GetDeploymentConfig"),
            Self::Alarms => ("cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarms"),
            Self::ConfigCompliance => {
                ("config:GetComplianceDetailsByResource", "config:GetComplianceDetailsByResource")
            }
            Self::BackupSelections
            | Self::BackupPlans
            | Self::DatabaseClusters
            | Self::DatabaseInstances
            | Self::DatabaseProxies
            | Self::SearchDomains
            | Self::SearchCollections
            | Self::FileSystems
            | Self::FileSystemAccessPoints
            | Self::Subnets
            | Self::ConfigurationApplications
            | Self::ConfigurationStrategies
            | Self::DataSources
            | Self::GraphQlApis
            | Self::Distributions
            | Self::UserPools
            | Self::IdentityPools
            | Self::Repositories
            | Self::RuleTargets
            | Self::Roles
            | Self::TopicRules
            | Self::Keys
            | Self::LogPolicies
            | Self::Pipes
            | Self::Schedules
            | Self::SecretPolicies
            | Self::RotationSchedules
            | Self::Documents
            | Self::StateMachines
            | Self::Subscriptions
            | Self::Queue
            | Self::QueuePolicies
            | Self::Topics
            | Self::TopicPolicies
            | Self::Streams
            | Self::DeliveryStreams
            | Self::EventBuses
            | Self::EventEndpoints => ("cloudcontrol:GetResource", "cloudformation:GetResource"),
        }
    }

    /// Actions beyond that of the operation itself.
    ///
    /// Cloud Control reads with the caller's own permissions on the service behind it
    /// (<https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html>): here stands what the read
    /// handlers of the types ask for in their schemas, without what no read uses (`iam:PassRole`) and without
    /// `kms:Decrypt`, which only resources under a customer's own key would need.
    fn besides(self) -> &'static [&'static str] {
        match self {
            // The values of the template's parameters.
            _ if self.operation() == "cloudformation:GetTemplate" => &["cloudformation:DescribeStacks"],
            Self::BackupSelections => &["backup:GetBackupSelection"],
            Self::BackupPlans => &["backup:GetBackupPlan", "backup:ListTags"],
            // Tags come with the function where its caller may list them, variables under a customer's key where its
            // caller may use the key: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
            Self::Function => &["kms:Decrypt", "lambda:ListTags"],
            Self::DatabaseClusters => &["rds:DescribeDBClusters"],
            Self::DatabaseInstances => &[
                "ec2:DescribeAccountAttributes",
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcAttribute",
                "ec2:DescribeVpcs",
                "rds:DescribeDBInstances",
            ],
            Self::DatabaseProxies => &["rds:DescribeDBProxies", "rds:ListTagsForResource"],
            Self::SearchDomains => &["es:DescribeDomain", "es:ListTags"],
            Self::SearchCollections => &["aoss:BatchGetCollection", "aoss:ListTagsForResource"],
            Self::FileSystems => &[
                "elasticfilesystem:DescribeBackupPolicy",
                "elasticfilesystem:DescribeFileSystemPolicy",
                "elasticfilesystem:DescribeFileSystems",
                "elasticfilesystem:DescribeLifecycleConfiguration",
                "elasticfilesystem:DescribeReplicationConfigurations",
            ],
            Self::FileSystemAccessPoints => &["elasticfilesystem:DescribeAccessPoints"],
            Self::EventSourceMapping => &["lambda:ListEventSourceMappings"],
            Self::Subnets => &["ec2:DescribeNetworkAcls", "ec2:DescribeSubnets"],
            Self::ConfigurationApplications => &["appconfig:GetApplication", "appconfig:ListTagsForResource"],
            Self::ConfigurationStrategies => &["appconfig:GetDeploymentStrategy", "appconfig:ListTagsForResource"],
            Self::DataSources => &["appsync:GetDataSource"],
            Self::GraphQlApis => {
                &["appsync:GetGraphqlApi", "appsync:GetGraphqlApiEnvironmentVariables", "appsync:ListTagsForResource"]
            }
            Self::Distributions => {
                &["cloudfront:GetDistribution", "cloudfront:GetDistributionConfig", "cloudfront:ListTagsForResource"]
            }
            Self::UserPools => &["cognito-idp:DescribeUserPool", "cognito-idp:GetUserPoolMfaConfig"],
            Self::IdentityPools => &["cognito-identity:DescribeIdentityPool", "cognito-identity:ListTagsForResource"],
            Self::Repositories => &[
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:GetRegistryScanningConfiguration",
                "ecr:GetRepositoryPolicy",
                "ecr:ListTagsForResource",
            ],
            Self::RuleTargets => &["events:DescribeRule", "events:ListTargetsByRule"],
            Self::Roles => {
                &["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
            }
            Self::TopicRules => &["iot:GetTopicRule", "iot:ListTagsForResource"],
            Self::Keys => &["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
            Self::LogPolicies => &["logs:DescribeResourcePolicies"],
            Self::Pipes => &["pipes:DescribePipe"],
            Self::Schedules => &["scheduler:GetSchedule"],
            Self::SecretPolicies => &["secretsmanager:GetResourcePolicy"],
            Self::RotationSchedules => &["secretsmanager:DescribeSecret"],
            Self::Documents => &["ssm:DescribeDocument", "ssm:GetDocument", "ssm:ListTagsForResource"],
            Self::StateMachines => &["states:DescribeStateMachine", "states:ListTagsForResource"],
            Self::Subscriptions => &["sns:GetSubscriptionAttributes"],
            Self::Queue => &["sqs:GetQueueAttributes", "sqs:ListQueueTags"],
            Self::QueuePolicies => &["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
            Self::Topics => &[
                "sns:GetDataProtectionPolicy",
                "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic",
                "sns:ListTagsForResource",
            ],
            Self::TopicPolicies => &["sns:GetTopicAttributes"],
            Self::Streams => {
                &["kinesis:DescribeStreamSummary", "kinesis:ListTagsForResource", "kinesis:ListTagsForStream"]
            }
            Self::DeliveryStreams => &["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"],
            Self::EventBuses => &["events:DescribeEventBus", "events:ListTagsForResource"],
            Self::EventEndpoints => &["events:DescribeEndpoint"],
            _ => &[],
        }
    }
}
