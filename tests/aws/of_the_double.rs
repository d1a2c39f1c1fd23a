//! The double itself: the SDK's clients read what it says.

mod alarms;
mod asking;
mod buckets;
mod deployments;
mod documents;
mod faults;
mod functions;
mod items;
mod lists;
mod round_trips;
mod samples;
mod stacks;

use fitgate::{
    deployment::{AppSpec, Hooks, Version},
    rehearsal::engine::{Alias, CreateDeploymentInput, DeploymentGroup, EffectKind, Engine, Time},
};
use serde_json::json;

use crate::double::{ACCOUNT, Double, Stack};

/// The deployment that [`account`] begins with; the engine's ids depend on nothing but their number.
const DEPLOYMENT: &str = "d-7ZMITELGP";

/// A double that has something to say for every operation.
fn account() -> Double {
    let double = Double::new();
    double.stack(
        Stack::named("shop")
            .with("Data", "AWS::S3::Bucket", "data")
            .with("Orders", "AWS::Lambda::Function", "orders")
            .with_parameter("Stage", "prod"),
    );
    buckets(&double);
    functions(&double);
    tables(&double);
    others(&double);
    double.codedeploy(deploy);
    double
}

fn functions(double: &Double) {
    let documents = [
        ("FunctionConfiguration", "orders", json!({"Runtime": "provided.al2023", "Timeout": 30})),
        ("FunctionConfiguration", "orders:1", json!({"Runtime": "provided.al2023", "Timeout": 20})),
        ("Function", "orders", json!({"Code": {"RepositoryType": "S3", "Location": "https://example.com/code.zip"}})),
        ("FunctionConcurrency", "orders", json!({"ReservedConcurrentExecutions": 5})),
        ("FunctionCodeSigningConfig", "orders", json!({"CodeSigningConfigArn": "arn", "FunctionName": "orders"})),
        ("FunctionEventInvokeConfig", "orders:live", json!({"MaximumRetryAttempts": 0, "LastModified": 946_684_800})),
        ("FunctionUrlConfig", "orders:live", json!({"FunctionUrl": "https://x.on.aws/", "AuthType": "AWS_IAM"})),
        ("Alias", "orders:live", json!({"Description": "where CodeDeploy has it"})),
        ("Policy", "orders:live", json!({"Policy": {"Version": "2012-10-17", "Statement": []}, "RevisionId": "1"})),
        ("ProvisionedConcurrencyConfig", "orders:live", json!({"Status": "READY"})),
        (
            "EventSourceMapping",
            "mapping",
            json!({"UUID": "mapping", "FunctionArn": "function:orders", "BatchSize": 10}),
        ),
    ];
    for (name, key, document) in documents {
        double.set(&format!("lambda:Get{name}"), key, document);
    }
    double.set("lambda:ListTags", "orders", json!({"Tags": {"team": "shop"}}));
}

fn tables(double: &Double) {
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let table = json!({
        "TableName": "orders",
        "TableStatus": "ACTIVE",
        "KeySchema": [key("Customer", "HASH"), key("Order", "RANGE")],
    });
    double.set("dynamodb:DescribeTable", "orders", json!({"Table": table}));
    double.set("dynamodb:GetResourcePolicy", "orders", json!({"Policy": {"Statement": []}, "RevisionId": "1"}));
    double.set("dynamodb:ListTagsOfResource", "orders", json!({"Tags": [{"Key": "team", "Value": "orders"}]}));
    let key = json!({"KeyMetadata": {"KeyId": "1", "Arn": "arn:aws:kms:us-east-1:123456789012:key/1"}});
    double.set("kms:DescribeKey", "alias/aws/dynamodb", key);
    let target = json!({
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": 5,
        "MaxCapacity": 50,
        "CreationTime": 946_684_800,
    });
    double.set("application-autoscaling:DescribeScalableTargets", "orders, reading", target.clone());
    let mut policy = target;
    policy["PolicyName"] = "reading".into();
    policy["PolicyType"] = "TargetTrackingScaling".into();
    double.set("application-autoscaling:DescribeScalingPolicies", "orders, reading", policy);
    let cluster = json!({"ClusterName": "cache", "SSEDescription": {"Status": "ENABLED"}});
    double.set("dax:DescribeClusters", "cache", cluster);
}

fn others(double: &Double) {
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
    double.set("backup:ListProtectedResources", arn, json!({"ResourceType": "DynamoDB"}));
    let alarm = json!({"StateValue": "OK", "Threshold": 1, "Period": 60, "StateUpdatedTimestamp": 946_684_800});
    double.set("cloudwatch:DescribeAlarms", "errors", alarm);
    let result = json!({
        "ComplianceType": "NON_COMPLIANT",
        "EvaluationResultIdentifier": {"EvaluationResultQualifier": {"ConfigRuleName": "s3-bucket-versioning-enabled"}},
        "ResultRecordedTime": 946_684_800,
    });
    double.set("config:GetComplianceDetailsByResource", "AWS::S3::Bucket/data", json!({"EvaluationResults": [result]}));
    double.set("cloudcontrol:GetResource", "AWS::SQS::Queue/queue", json!({"VisibilityTimeout": 180}));
    let policy = json!({"Content": "version: 1\n", "ContentType": "application/yaml", "VersionLabel": "v1"});
    double.set("appconfigdata:GetLatestConfiguration", "fitgate/prod/policy", policy);
    double.set("cloudformation:ListExports", "fitgate-history", json!({"Value": "history"}));
}

fn buckets(double: &Double) {
    let documents = [
        ("AccelerateConfiguration", json!({"Status": "Enabled"})),
        ("Cors", json!({"CORSRule": [{"AllowedMethod": ["GET", "PUT"], "AllowedOrigin": ["https://example.com"]}]})),
        (
            "Encryption",
            json!({"Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"}}]}),
        ),
        (
            "LifecycleConfiguration",
            json!({"Rule": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}]}),
        ),
        ("Location", json!("eu-west-1")),
        ("Logging", json!({"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "data/"}})),
        (
            "NotificationConfiguration",
            json!({"CloudFunctionConfiguration": [{"CloudFunction": "arn", "Event": ["s3:ObjectCreated:*"]}]}),
        ),
        ("OwnershipControls", json!({"Rule": [{"ObjectOwnership": "BucketOwnerEnforced"}]})),
        ("Policy", json!({"Version": "2012-10-17", "Statement": []})),
        ("PolicyStatus", json!({"IsPublic": false})),
        (
            "Replication",
            json!({"Role": "role", "Rule": [{"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::copy"}}]}),
        ),
        ("Tagging", json!({"TagSet": {"Tag": [{"Key": "team", "Value": "a & b <c>"}]}})),
        ("Versioning", json!({"Status": "Enabled", "MfaDelete": "Disabled"})),
        ("Website", json!({"IndexDocument": {"Suffix": "index.html"}})),
    ];
    for (name, document) in documents {
        double.set(&format!("s3:GetBucket{name}"), "data", document);
    }
    double.set("s3:GetObjectLockConfiguration", "data", json!({"ObjectLockEnabled": "Enabled"}));
    double.set("s3:GetPublicAccessBlock", "data", json!({"BlockPublicAcls": true, "RestrictPublicBuckets": false}));
    double.set("s3control:GetPublicAccessBlock", ACCOUNT, json!({"BlockPublicAcls": true}));
    double.set("s3control:GetAccessPoint", "door", json!({"Name": "door", "Bucket": "data"}));
}

/// Deploys version 2 of `orders`, up to the hook before the shift.
fn deploy(engine: &mut Engine) {
    for number in [1, 2] {
        engine.publish_version("orders", version(number));
    }
    engine.set_alias("orders", "live", Alias::of(version(1))).expect("a function");
    for group in ["orders", "idle"] {
        let group = DeploymentGroup::new("shop", group, "CodeDeployDefault.LambdaCanary10Percent5Minutes");
        engine.create_deployment_group(group).expect("a group");
    }
    let order = CreateDeploymentInput::of("shop", "orders", &app_spec());
    let created = engine.create_deployment(order).expect("a deployment").deployment_id;
    assert_eq!(created.as_str(), DEPLOYMENT);
    engine.advance(Time::from_secs(1));
}

fn app_spec() -> AppSpec {
    let hooks = Hooks { before_allow_traffic: Some("CodeDeployHook_pre".to_owned()), after_allow_traffic: None };
    let [resource, function, alias] = ["Orders", "orders", "live"].map(str::to_owned);
    AppSpec { resource, function, alias, current: version(1), target: version(2), hooks }
}

fn version(number: u64) -> Version {
    Version::new(number).expect("a version")
}

/// The hook's execution in [`account`].
fn execution() -> String {
    let mut engine = Engine::default();
    deploy(&mut engine);
    let events = engine.take_effects().into_iter().filter_map(|effect| match effect.kind {
        EffectKind::InvokeHook { hook_event, .. } => Some(hook_event.execution_id.as_str().to_owned()),
        _ => None,
    });
    events.into_iter().next().expect("a hook was invoked")
}

/// What the revision in [`account`] is called.
fn digest() -> String {
    let mut engine = Engine::default();
    deploy(&mut engine);
    let info = engine.get_deployment(DEPLOYMENT).expect("the deployment").deployment_info;
    info.revision.part().and_then(|part| part.sha256.clone()).expect("a digest")
}
