//! An account with one large stack in it, and deployments that wait for their hooks.
//!
//! Six resources repeat: a function with its alias, two buckets, two tables. Stacks of more than 200 have nested ones of
//! up to 200 each, side by side. Everything is configured, so that no call ends early.

use fitgate::{
    deployment::{AppSpec, Hooks, Version},
    rehearsal::engine::{
        Alias, CreateDeploymentInput, DeploymentCreator, DeploymentGroup, EffectKind, Engine, Invocation,
    },
};
use serde_json::{Value, json};

use crate::double::{ACCOUNT, Double, REGION, Stack};

/// The table of the history.
pub(crate) const TABLE: &str = "fitgate-history";

/// Resources of one template; CloudFormation takes 500.
const MOST_IN_ONE: usize = 200;

/// A double of the account, and one event for each deployment that waits.
pub(crate) struct Account {
    pub(crate) double: Double,
    pub(crate) events: Vec<Value>,
}

impl Account {
    /// An account whose stack has `size` resources, nested stacks not counted, and `deployments` deployments.
    pub(crate) fn of(size: usize, deployments: usize) -> Self {
        let double = Double::new();
        let root = Stack::named("shop");
        let id = root.id();
        fill(&double, root, size);
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let table = json!({"TableName": TABLE, "KeySchema": [key("Stack", "HASH"), key("Deployment", "RANGE")]});
        double.set("dynamodb:DescribeTable", TABLE, json!({ "Table": table }));
        let events = double.codedeploy(|engine| (1..=deployments).map(|n| deploy(engine, n, &id)).collect());
        Self { double, events }
    }
}

/// Puts `size` resources into the stack, or into stacks nested in it.
fn fill(double: &Double, mut root: Stack, size: usize) {
    if size <= MOST_IN_ONE {
        double.stack((0..size).fold(root, |stack, index| resource(double, stack, index)));
        return;
    }
    for first in (0..size).step_by(MOST_IN_ONE) {
        let name = format!("Part{}", first / MOST_IN_ONE);
        let indices = first..size.min(first + MOST_IN_ONE);
        let mut nested =
            indices.fold(Stack::named(&format!("shop-{name}")), |stack, index| resource(double, stack, index));
        root = root.with_nested(&name, &mut nested);
        double.stack(nested);
    }
    double.stack(root);
}

/// Adds the resource with this index.
fn resource(double: &Double, stack: Stack, index: usize) -> Stack {
    let unit = index / 6;
    match index % 6 {
        0 => {
            let name = format!("function-{unit}");
            function(double, &name);
            stack.with(&format!("Function{unit}"), "AWS::Lambda::Function", &name)
        }
        1 => {
            let name = format!("function-{unit}");
            function(double, &name);
            let alias = json!({"Name": "live", "FunctionVersion": "1"});
            double.set("lambda:GetAlias", &format!("{name}:live"), alias);
            let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:live");
            stack.with(&format!("Alias{unit}"), "AWS::Lambda::Alias", &arn)
        }
        2 | 3 => {
            let name = format!("bucket-{index}");
            bucket(double, &name);
            stack.with(&format!("Bucket{index}"), "AWS::S3::Bucket", &name)
        }
        _ => {
            let name = format!("table-{index}");
            table(double, &name);
            stack.with(&format!("Table{index}"), "AWS::DynamoDB::Table", &name)
        }
    }
}

fn function(double: &Double, name: &str) {
    let configuration = json!({
        "FunctionName": name,
        "FunctionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
        "Runtime": "provided.al2023",
        "Role": format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
        "Timeout": 30,
        "MemorySize": 512,
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"},
        "DeadLetterConfig": {"TargetArn": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-failed")},
        "Environment": {"Variables": {"STAGE": "prod", "TABLE": "orders"}},
    });
    double.set("lambda:GetFunctionConfiguration", name, configuration.clone());
    double.set("lambda:GetFunctionConfiguration", &format!("{name}:1"), configuration);
    double.set("lambda:GetFunctionConcurrency", name, json!({"ReservedConcurrentExecutions": 5}));
    double.set("lambda:ListTags", name, json!({"Tags": {"team": "shop"}}));
    double.set("lambda:GetFunctionEventInvokeConfig", name, json!({"MaximumRetryAttempts": 1}));
    double.set("lambda:GetPolicy", name, json!({"Policy": {"Version": "2012-10-17", "Statement": []}}));
}

fn bucket(double: &Double, name: &str) {
    let key = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/1");
    let encryption = json!({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key});
    let tls = json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    });
    let expiry = json!({
        "ID": "old",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    });
    for (operation, document) in [
        ("GetBucketEncryption", json!({"Rule": [{"ApplyServerSideEncryptionByDefault": encryption}]})),
        ("GetBucketVersioning", json!({"Status": "Enabled"})),
        ("GetBucketLogging", json!({"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": name}})),
        ("GetBucketOwnershipControls", json!({"Rule": [{"ObjectOwnership": "BucketOwnerEnforced"}]})),
        ("GetBucketLifecycleConfiguration", json!({"Rule": [expiry]})),
        ("GetBucketPolicy", json!({"Version": "2012-10-17", "Statement": [tls]})),
        ("GetBucketTagging", json!({"TagSet": {"Tag": [{"Key": "team", "Value": "shop"}]}})),
    ] {
        double.set(&format!("s3:{operation}"), name, document);
    }
    let all = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    let block: serde_json::Map<_, _> = all.map(|flag| (flag.to_owned(), true.into())).into_iter().collect();
    double.set("s3:GetPublicAccessBlock", name, block.into());
}

fn table(double: &Double, name: &str) {
    let table = json!({
        "TableName": name,
        "TableArn": format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"),
        "TableStatus": "ACTIVE",
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "DeletionProtectionEnabled": true,
        "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS"},
    });
    double.set("dynamodb:DescribeTable", name, json!({ "Table": table }));
    let recovery = json!({"PointInTimeRecoveryStatus": "ENABLED"});
    let backups = json!({"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery});
    double.set("dynamodb:DescribeContinuousBackups", name, json!({ "ContinuousBackupsDescription": backups }));
}

/// The event of a deployment whose first hook waits: each has a group and an alias of its own.
fn deploy(engine: &mut Engine, number: usize, stack: &str) -> Value {
    let [function, alias, group] = ["function-0".to_owned(), format!("live-{number}"), format!("group-{number}")];
    for version in [1, 2] {
        engine.publish_version(&function, version_of(version));
    }
    engine.set_alias(&function, &alias, Alias::of(version_of(1))).expect("a function");
    let groups = DeploymentGroup::new("shop", &group, "CodeDeployDefault.LambdaCanary10Percent5Minutes");
    engine.create_deployment_group(groups).expect("a group");
    let hooks = Hooks {
        before_allow_traffic: Some("CodeDeployHook_fitgate_pre_traffic".to_owned()),
        after_allow_traffic: None,
    };
    let spec = AppSpec {
        resource: "Function0".to_owned(),
        function,
        alias,
        current: version_of(1),
        target: version_of(2),
        hooks,
    };
    let order = CreateDeploymentInput::of("shop", &group, &spec);
    let creator = DeploymentCreator::CloudFormation;
    engine.create_deployment_as(creator, Some(stack.to_owned()), order).expect("a deployment");
    loop {
        for effect in engine.take_effects() {
            let EffectKind::InvokeHook { hook_event, .. } = effect.kind else { continue };
            engine.hook_invoked(&hook_event, Invocation::Accepted).expect("a hook that was invoked");
            return serde_json::to_value(hook_event).expect("two ids");
        }
        let next = engine.next_wakeup().expect("a deployment that goes on");
        engine.advance(next);
    }
}

fn version_of(number: u64) -> Version {
    Version::new(number).expect("a version")
}
