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
    /// `codedeploy:BatchGetDeploymentGroups`: with the platform of their application
    DeploymentGroup,
    /// `codedeploy:GetDeploymentConfig`
    DeploymentConfig,
    /// By the template, `AWS::ApiGateway::Stage`
    RestApiStages,
    /// By the template, `AWS::ApiGateway::RestApi` and its methods with their integrations
    RestApiIntegrations,
    /// By the template, `AWS::ApiGatewayV2::Api` and its integrations
    HttpApiIntegrations,
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
    /// `cloudwatch:DescribeAlarms`: metric and composite alarms with their state
    Alarms,
    /// `config:GetComplianceDetailsByResource`
    ConfigCompliance,
    /// By Cloud Control, `AWS::Events::Rule` with its targets
    RuleTargets,
    /// By Cloud Control, `AWS::IAM::Role` with its inline policies and the ARNs of its managed ones
    Roles,
    /// By Cloud Control, `AWS::IoT::TopicRule`
    TopicRules,
    /// By the template, `AWS::Logs::LogGroup`
    LogGroups,
    /// By Cloud Control, `AWS::Pipes::Pipe`
    Pipes,
    /// By Cloud Control, `AWS::Scheduler::Schedule`
    Schedules,
    /// By Cloud Control, `AWS::StepFunctions::StateMachine` with its definition
    StateMachines,
    /// By Cloud Control, `AWS::SNS::Subscription`
    Subscriptions,
    /// By Cloud Control, `AWS::SQS::Queue`
    Queue,
}

impl Need {
    /// Every need, in the order declared.
    pub const ALL: &[Self] = &[
        Self::StackTemplate,
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
        Self::DeploymentGroup,
        Self::DeploymentConfig,
        Self::RestApiStages,
        Self::RestApiIntegrations,
        Self::HttpApiIntegrations,
        Self::ConfigurationApplications,
        Self::ConfigurationEnvironments,
        Self::ConfigurationProfiles,
        Self::ConfigurationStrategies,
        Self::ConfigurationDeployments,
        Self::DataSources,
        Self::Alarms,
        Self::ConfigCompliance,
        Self::RuleTargets,
        Self::Roles,
        Self::TopicRules,
        Self::LogGroups,
        Self::Pipes,
        Self::Schedules,
        Self::StateMachines,
        Self::Subscriptions,
        Self::Queue,
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
            | Self::RestApiStages
            | Self::RestApiIntegrations
            | Self::HttpApiIntegrations
            | Self::ConfigurationEnvironments
            | Self::ConfigurationProfiles
            | Self::ConfigurationDeployments
            | Self::LogGroups => ("cloudformation:GetTemplate", "cloudformation:GetTemplate"),
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
            | Self::Subnets
            | Self::ConfigurationApplications
            | Self::ConfigurationStrategies
            | Self::DataSources
            | Self::RuleTargets
            | Self::Roles
            | Self::TopicRules
            | Self::Pipes
            | Self::Schedules
            | Self::StateMachines
            | Self::Subscriptions
            | Self::Queue => ("cloudcontrol:GetResource", "cloudformation:GetResource"),
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
            Self::StackTemplate
            | Self::RestApiStages
            | Self::RestApiIntegrations
            | Self::HttpApiIntegrations
            | Self::ConfigurationEnvironments
            | Self::ConfigurationProfiles
            | Self::ConfigurationDeployments
            | Self::LogGroups => &["cloudformation:DescribeStacks"],
            Self::BackupSelections => &["backup:GetBackupSelection"],
            // Tags come with the function where its caller may list them, variables under a customer's key where its
            // caller may use the key: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
            Self::Function => &["kms:Decrypt", "lambda:ListTags"],
            Self::EventSourceMapping => &["lambda:ListEventSourceMappings"],
            Self::Subnets => &["ec2:DescribeNetworkAcls", "ec2:DescribeSubnets"],
            Self::ConfigurationApplications => &["appconfig:GetApplication", "appconfig:ListTagsForResource"],
            Self::ConfigurationStrategies => &["appconfig:GetDeploymentStrategy", "appconfig:ListTagsForResource"],
            Self::DataSources => &["appsync:GetDataSource"],
            Self::RuleTargets => &["events:DescribeRule", "events:ListTargetsByRule"],
            Self::Roles => {
                &["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
            }
            Self::TopicRules => &["iot:GetTopicRule", "iot:ListTagsForResource"],
            Self::Pipes => &["pipes:DescribePipe"],
            Self::Schedules => &["scheduler:GetSchedule"],
            Self::StateMachines => &["states:DescribeStateMachine", "states:ListTagsForResource"],
            Self::Subscriptions => &["sns:GetSubscriptionAttributes"],
            Self::Queue => &["sqs:GetQueueAttributes", "sqs:ListQueueTags"],
            _ => &[],
        }
    }
}
