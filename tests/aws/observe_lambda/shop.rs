//! A function with everything around it, as Lambda shows it: the shapes are those of answers recorded on AWS.

use fitgate::need::Need;
use serde_json::{Value, json};

use crate::{
    double::{ACCOUNT, Double, REGION},
    looking::Named,
};

pub(super) const ORDERS: Named = ("Orders", "AWS::Lambda::Function", "orders");
pub(super) const LIVE: Named =
    ("Live", "AWS::Lambda::Alias", "arn:aws:lambda:us-east-1:123456789012:function:orders:live");
pub(super) const VERSION: Named =
    ("Three", "AWS::Lambda::Version", "arn:aws:lambda:us-east-1:123456789012:function:orders:3");
pub(super) const TOPIC_MAY: Named = ("TopicMay", "AWS::Lambda::Permission", "shop-TopicMay-1A2B3C4D5E6F");
pub(super) const URL: Named = ("Url", "AWS::Lambda::Url", "arn:aws:lambda:us-east-1:123456789012:function:orders:live");
pub(super) const CONFIG: Named = ("Config", "AWS::Lambda::EventInvokeConfig", "orders|live");
pub(super) const MAPPING: Named =
    ("Polling", "AWS::Lambda::EventSourceMapping", "8c5a3a0e-7b1c-4a52-8f0e-2f5a3a0e7b1c");

pub(super) const STACK: [Named; 7] = [ORDERS, LIVE, VERSION, TOPIC_MAY, URL, CONFIG, MAPPING];

/// The needs that Lambda's own observers answer.
pub(super) const NEEDS: [Need; 9] = [
    Need::Function,
    Need::FunctionCodeSigning,
    Need::FunctionInvokeConfigs,
    Need::FunctionPolicy,
    Need::FunctionUrl,
    Need::FunctionAliases,
    Need::FunctionVersions,
    Need::ProvisionedConcurrency,
    Need::EventSourceMapping,
];

/// The ARN of something of the account: `sqs:orders`.
pub(super) fn arn(service_and_name: &str) -> String {
    let (service, name) = service_and_name.split_once(':').expect("service and name");
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{name}")
}

/// A policy with these statements.
pub(super) fn policy(statements: &[Value]) -> Value {
    json!({ "Policy": { "Version": "2012-10-17", "Id": "default", "Statement": statements }, "RevisionId": "r" })
}

/// A statement as `AddPermission` makes it for a service and a source.
pub(super) fn statement(sid: &str, service: &str, source: &str, function: &str) -> Value {
    json!({
        "Sid": sid, "Effect": "Allow", "Principal": { "Service": service }, "Action": "lambda:InvokeFunction",
        "Resource": arn(&format!("lambda:function:{function}")),
        "Condition": { "ArnLike": { "AWS:SourceArn": source } },
    })
}

/// The configuration of a function of which nobody chose anything.
pub(super) fn plain() -> Value {
    json!({
        "Runtime": "python3.13", "Role": "arn:aws:iam::123456789012:role/shop-role", "Handler": "app.handler",
        "CodeSize": 1024, "Description": "", "Timeout": 3, "MemorySize": 128, "PackageType": "Zip",
        "LastModified": "2026-11-20T10:00:00.000+0000", "CodeSha256": "YQ==", "RevisionId": "r",
        "TracingConfig": { "Mode": "PassThrough" }, "Architectures": ["x86_64"],
        "EphemeralStorage": { "Size": 512 }, "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "State": "Active", "LastUpdateStatus": "Successful",
        "VpcConfig": { "SubnetIds": [], "SecurityGroupIds": [], "VpcId": "", "Ipv6AllowedForDualStack": false },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": "/aws/lambda/orders" },
        "RuntimeVersionConfig": { "RuntimeVersionArn": "arn:aws:lambda:us-east-1::runtime:0" },
    })
}

/// The function `orders` with everything around it.
pub(super) fn double() -> Double {
    let double = Double::new();
    let mut rich = plain();
    let chosen = json!({
        "Timeout": 12, "MemorySize": 512, "TracingConfig": { "Mode": "Active" }, "Architectures": ["arm64"],
        "EphemeralStorage": { "Size": 1024 }, "SnapStart": { "ApplyOn": "PublishedVersions", "OptimizationStatus": "Off" },
        "Environment": { "Variables": { "TABLE": "orders", "LEVEL": "info" } },
        "KMSKeyArn": arn("kms:key/1"),
        "DeadLetterConfig": { "TargetArn": arn("sqs:lost") },
        "LoggingConfig": { "LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "INFO", "LogGroup": "/shop/orders" },
        "VpcConfig": { "SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1" },
        "FileSystemConfigs": [{ "Arn": arn("elasticfilesystem:access-point/fsap-1"), "LocalMountPath": "/mnt/shared" }],
        "Layers": [{ "Arn": arn("lambda:layer:tools:4"), "CodeSize": 10 }],
    });
    let merged = rich.as_object_mut().expect("an object");
    merged.extend(chosen.as_object().expect("an object").clone());
    double.set("lambda:GetFunctionConfiguration", "orders", rich.clone());
    double.set("lambda:GetFunctionConfiguration", "orders:3", rich);
    double.set(
        "lambda:GetFunction",
        "orders",
        json!({
            "Code": { "RepositoryType": "S3", "Location": "https://awslambda-us-east-1-tasks.s3.amazonaws.com/secret" },
        }),
    );
    double.set(
        "lambda:GetFunctionConcurrency",
        "orders",
        json!({ "Concurrency": { "ReservedConcurrentExecutions": 20 } }),
    );
    double.set(
        "lambda:ListTags",
        "orders",
        json!({ "Tags": { "team": "shop", "aws:cloudformation:stack-name": "shop" } }),
    );
    double.set(
        "lambda:GetFunctionCodeSigningConfig",
        "orders",
        json!({
            "FunctionName": "orders", "CodeSigningConfigArn": arn("lambda:code-signing-config:csc-1"),
        }),
    );
    double.set(
        "lambda:GetAlias",
        "orders:live",
        json!({ "FunctionVersion": "3", "Description": "", "RevisionId": "r" }),
    );
    double.set(
        "lambda:GetProvisionedConcurrencyConfig",
        "orders:live",
        json!({
            "RequestedProvisionedConcurrentExecutions": 5, "AvailableProvisionedConcurrentExecutions": 5,
            "AllocatedProvisionedConcurrentExecutions": 5, "Status": "READY",
        }),
    );
    let may = statement(TOPIC_MAY.2, "sns.amazonaws.com", &arn("sns:orders"), "orders:live");
    double.set("lambda:GetPolicy", "orders:live", policy(&[may]));
    double.set("lambda:GetFunctionUrlConfig", "orders:live", json!({
        "FunctionUrl": "https://abc.lambda-url.us-east-1.on.aws/", "AuthType": "AWS_IAM", "InvokeMode": "BUFFERED",
        "Cors": { "AllowOrigins": ["https://shop.example"], "AllowMethods": ["GET"], "AllowHeaders": ["x-shop"], "AllowCredentials": true },
        "CreationTime": "2026-11-20T10:00:00Z", "LastModifiedTime": "2026-11-20T10:00:00Z",
    }));
    double.set(
        "lambda:GetFunctionEventInvokeConfig",
        "orders:live",
        json!({
            "MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 1,
            "DestinationConfig": { "OnFailure": { "Destination": arn("sqs:lost") }, "OnSuccess": {} },
        }),
    );
    double.set("lambda:GetEventSourceMapping", MAPPING.2, mapping(MAPPING.2, "orders:live"));
    double
}

/// A mapping from a queue, as the service shows it.
pub(super) fn mapping(uuid: &str, function: &str) -> Value {
    json!({
        "UUID": uuid, "FunctionArn": arn(&format!("lambda:function:{function}")), "EventSourceArn": arn("sqs:orders"),
        "BatchSize": 5, "MaximumBatchingWindowInSeconds": 2, "State": "Enabled", "StateTransitionReason": "USER_INITIATED",
        "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": { "MaximumConcurrency": 7 },
    })
}
