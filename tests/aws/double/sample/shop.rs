//! A small shop in good order.

use serde_json::{Value, json};

use super::{Part, Resource, Sample};
use crate::double::state::{ACCOUNT, REGION};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";

impl Sample {
    /// Two functions behind aliases that CodeDeploy shifts, a bucket, a table with an index and what scales both, a
    /// queue for one function. It passes every check that is on by default, as long as the template alone is asked
    /// (a live stack may also be asked for what no template says).
    pub(crate) fn shop() -> Self {
        let mut resources = shared();
        for (logical, name) in [("Orders", "orders"), ("Billing", "billing")] {
            resources.extend(function(logical, name));
        }
        resources.extend(bucket("Data", "shop-data"));
        resources.extend(table("Customers", "customers"));
        resources.push(mapping("OrdersOfQueue", 0, "orders"));
        Self { root: Part { name: "shop".to_owned(), resources }, nested: Vec::new(), function: "orders".to_owned() }
    }
}

/// What all functions and buckets share: queues, the application, CodeDeploy's role.
pub(super) fn shared() -> Vec<Resource> {
    let application = json!({"ApplicationName": "shop", "ComputePlatform": "Lambda"});
    vec![
        queue("Jobs", "jobs", Some("jobs-failed")),
        queue("FailedJobs", "jobs-failed", None),
        failed_jobs_alarm(),
        Resource::new("Application", "AWS::CodeDeploy::Application", "shop", application),
        service_role(),
    ]
}

/// Jobs of the queue for the alias of a function.
pub(super) fn mapping(logical: &str, number: usize, function: &str) -> Resource {
    let id = format!("11111111-0000-4000-8000-{number:012}");
    Resource::new(
        logical,
        "AWS::Lambda::EventSourceMapping",
        &id,
        json!({
            "EventSourceArn": arn("sqs", "jobs"),
            "FunctionName": format!("{}:live", arn("lambda", &format!("function:{function}"))),
            "BatchSize": 10,
            "Enabled": true,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": 10},
        }),
    )
}

pub(super) fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}")
}

fn tags() -> Value {
    json!([{"Key": "application", "Value": "shop"}])
}

/// A function with its role, log group, version, alias, deployment group, alarms, invoke configuration, permission.
pub(super) fn function(logical: &str, name: &str) -> Vec<Resource> {
    let own = |suffix: &str, r#type, physical: &str, properties| {
        Resource::new(&format!("{logical}{suffix}"), r#type, physical, properties)
    };
    let function = arn("lambda", &format!("function:{name}"));
    let (live, role) = (format!("{name}-live"), format!("shop-{name}"));
    let mut resources = vec![
        own("Role", "AWS::IAM::Role", &role, role_of(name)),
        own(
            "LogGroup",
            "AWS::Logs::LogGroup",
            &format!("/aws/lambda/{name}"),
            json!({
                "LogGroupName": format!("/aws/lambda/{name}"),
                "RetentionInDays": 30,
            }),
        ),
        own(
            "",
            "AWS::Lambda::Function",
            name,
            json!({
                "FunctionName": name,
                "Runtime": "nodejs22.x",
                "Handler": "index.handler",
                "Code": {"S3Bucket": "code", "S3Key": format!("{name}.zip")},
                "Role": format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
                "MemorySize": 256,
                "Timeout": 20,
                "Architectures": ["arm64"],
                "TracingConfig": {"Mode": "Active"},
                "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"},
                "DeadLetterConfig": {"TargetArn": arn("sqs", "jobs-failed")},
                "Tags": tags(),
            }),
        ),
        own("Version", "AWS::Lambda::Version", &format!("{function}:1"), json!({"FunctionName": name})),
        own(
            "Live",
            "AWS::Lambda::Alias",
            &format!("{function}:live"),
            json!({
                "FunctionName": name,
                "FunctionVersion": "1",
                "Name": "live",
            }),
        )
        .with(json!({"UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {
            "ApplicationName": "shop",
            "DeploymentGroupName": name,
            "BeforeAllowTrafficHook": "CodeDeployHook_fitgate_pre_traffic",
            "AfterAllowTrafficHook": "CodeDeployHook_fitgate_post_traffic",
        }}})),
        own(
            "InvokeConfig",
            "AWS::Lambda::EventInvokeConfig",
            &format!("{name}|live"),
            json!({
                "FunctionName": name,
                "Qualifier": "live",
                "MaximumRetryAttempts": 2,
                "MaximumEventAgeInSeconds": 3_600,
                "DestinationConfig": {"OnFailure": {"Destination": arn("sqs", "jobs-failed")}},
            }),
        ),
        own(
            "Permission",
            "AWS::Lambda::Permission",
            &format!("shop-{name}-topic"),
            json!({
                "FunctionName": format!("{function}:live"),
                "Action": "lambda:InvokeFunction",
                "Principal": "sns.amazonaws.com",
                "SourceArn": arn("sns", "news"),
                "SourceAccount": ACCOUNT,
            }),
        ),
        own(
            "DeploymentGroup",
            "AWS::CodeDeploy::DeploymentGroup",
            name,
            json!({
                "ApplicationName": "shop",
                "DeploymentGroupName": name,
                "DeploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
                "ServiceRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/shop-codedeploy"),
                "DeploymentStyle": {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
                "AlarmConfiguration": {"Enabled": true, "Alarms": [{"Name": format!("{live}-errors")}]},
                "AutoRollbackConfiguration": {
                    "Enabled": true,
                    "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
                },
            }),
        ),
    ];
    resources.push(own(
        "Errors",
        "AWS::CloudWatch::Alarm",
        &format!("{live}-errors"),
        json!({
            "AlarmName": format!("{live}-errors"),
            "AlarmActions": [arn("sns", "on-call")],
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [
                {"Name": "FunctionName", "Value": name},
                {"Name": "Resource", "Value": format!("{name}:live")},
            ],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        }),
    ));
    resources
}

/// May write its log and its traces, and put jobs that failed where somebody looks.
fn role_of(function: &str) -> Value {
    let log_group = arn("logs", &format!("log-group:/aws/lambda/{function}:*"));
    let statement = json!([
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log_group},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("sqs", "jobs-failed")},
    ]);
    json!({
        "RoleName": format!("shop-{function}"),
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statement}}],
    })
}

fn service_role() -> Resource {
    let managed = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited";
    Resource::new(
        "DeploymentRole",
        "AWS::IAM::Role",
        "shop-codedeploy",
        json!({
            "RoleName": "shop-codedeploy",
            "AssumeRolePolicyDocument": trust("codedeploy.amazonaws.com"),
            "ManagedPolicyArns": [managed],
        }),
    )
}

fn trust(service: &str) -> Value {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn queue(logical: &str, name: &str, dead_letters: Option<&str>) -> Resource {
    let mut properties = json!({"QueueName": name, "VisibilityTimeout": 180, "SqsManagedSseEnabled": true});
    match dead_letters {
        Some(dead_letters) => {
            let redrive = json!({"deadLetterTargetArn": arn("sqs", dead_letters), "maxReceiveCount": 5});
            properties["RedrivePolicy"] = redrive;
        }
        // Fourteen days to look at what failed.
        None => properties["MessageRetentionPeriod"] = json!(1_209_600),
    }
    let url = format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}");
    Resource::new(logical, "AWS::SQS::Queue", &url, properties)
}

/// Tells somebody of jobs that failed.
fn failed_jobs_alarm() -> Resource {
    Resource::new(
        "JobsFailed",
        "AWS::CloudWatch::Alarm",
        "jobs-failed",
        json!({
            "AlarmName": "jobs-failed",
            "AlarmActions": [arn("sns", "on-call")],
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{"Name": "QueueName", "Value": "jobs-failed"}],
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        }),
    )
}

/// A bucket with its policy; the bucket of its access logs is of another stack.
pub(super) fn bucket(logical: &str, name: &str) -> Vec<Resource> {
    let keep = json!({"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"});
    let encryption = json!({
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": true,
    });
    let properties = json!({
        "BucketName": name,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "LoggingConfiguration": {"DestinationBucketName": "logs-of-the-account", "LogFilePrefix": format!("{name}/")},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true,
            "BlockPublicPolicy": true,
            "IgnorePublicAcls": true,
            "RestrictPublicBuckets": true,
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {"Rules": [{
            "Id": "old",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }]},
        "Tags": tags(),
    });
    let statement = json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    });
    let policy = json!({"Bucket": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}});
    vec![
        Resource::new(logical, "AWS::S3::Bucket", name, properties).with(keep),
        Resource::new(&format!("{logical}Policy"), "AWS::S3::BucketPolicy", name, policy),
    ]
}

/// A table with an index, and what scales both, reading and writing.
pub(super) fn table(logical: &str, name: &str) -> Vec<Resource> {
    let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let throughput = json!({"ReadCapacityUnits": 5, "WriteCapacityUnits": 5});
    let table = json!({
        "TableName": name,
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": throughput,
        "AttributeDefinitions": [attribute("id"), attribute("mail")],
        "KeySchema": [key("id", "HASH")],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-mail",
            "KeySchema": [key("mail", "HASH")],
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": throughput,
        }],
        "SSESpecification": {"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": KEY},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
        "DeletionProtectionEnabled": true,
        "Tags": tags(),
    });
    let keep = json!({"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"});
    let mut resources = vec![Resource::new(logical, "AWS::DynamoDB::Table", name, table).with(keep)];
    for (of, id, kind) in
        [("", format!("table/{name}"), "table"), ("Index", format!("table/{name}/index/by-mail"), "index")]
    {
        for direction in ["Read", "Write"] {
            resources.extend(scaling(&format!("{logical}{of}{direction}"), &id, kind, direction));
        }
    }
    resources
}

fn scaling(logical: &str, id: &str, kind: &str, direction: &str) -> [Resource; 2] {
    let dimension = format!("dynamodb:{kind}:{direction}CapacityUnits");
    let target = format!("{id}|{dimension}|dynamodb");
    let policy = arn("autoscaling", &format!("scalingPolicy:0:resource/dynamodb/{id}:policyName/{direction}"));
    [
        Resource::new(
            &format!("{logical}Target"),
            "AWS::ApplicationAutoScaling::ScalableTarget",
            &target,
            json!({
                "ServiceNamespace": "dynamodb",
                "ResourceId": id,
                "ScalableDimension": dimension,
                "MinCapacity": 5,
                "MaxCapacity": 100,
                "RoleARN": format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"),
            }),
        ),
        Resource::new(
            &format!("{logical}Policy"),
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            &policy,
            json!({
                "PolicyName": direction,
                "PolicyType": "TargetTrackingScaling",
                "ServiceNamespace": "dynamodb",
                "ResourceId": id,
                "ScalableDimension": dimension,
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70.0,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": format!("DynamoDB{direction}CapacityUtilization")},
                },
            }),
        ),
    ]
}
