//! A template and the stack that was made of it say the same.

use std::collections::BTreeMap;

use fitgate::{
    check::{Check, VerdictKind, Yardstick},
    checks,
    evaluate::judge,
    facts::{Branch, Facts},
    need::Need,
};
use serde_json::{Value, json};

use super::shop::{NEEDS, ORDERS, STACK, TOPIC_MAY, arn, double, policy, statement};
use crate::{
    double::{Double, Fault, Stack, Which},
    looking::{FAULTS, differences, is_for_reason, look, look_at, template_facts},
};

/// The template of [`STACK`], with every value written out.
fn written_out() -> Value {
    let orders = arn("lambda:function:orders");
    json!({ "Resources": {
        "Orders": { "Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "orders", "Runtime": "python3.13", "Handler": "app.handler", "PackageType": "Zip",
            "Role": "arn:aws:iam::123456789012:role/shop-role", "MemorySize": 512, "Timeout": 12,
            "ReservedConcurrentExecutions": 20, "Tags": [{ "Key": "team", "Value": "shop" }],
            "Environment": { "Variables": { "TABLE": "orders", "LEVEL": "info" } }, "KmsKeyArn": arn("kms:key/1"),
            "DeadLetterConfig": { "TargetArn": arn("sqs:lost") }, "TracingConfig": { "Mode": "Active" },
            "LoggingConfig": {
                "LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "INFO", "LogGroup": "/shop/orders",
            },
            "VpcConfig": { "SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"] },
            "FileSystemConfigs": [
                { "Arn": arn("elasticfilesystem:access-point/fsap-1"), "LocalMountPath": "/mnt/shared" },
            ],
            "EphemeralStorage": { "Size": 1024 }, "Layers": [arn("lambda:layer:tools:4")], "Architectures": ["arm64"],
            "SnapStart": { "ApplyOn": "PublishedVersions" },
            "CodeSigningConfigArn": arn("lambda:code-signing-config:csc-1"),
        } },
        "Live": { "Type": "AWS::Lambda::Alias", "Properties": {
            "FunctionName": "orders", "Name": "live", "FunctionVersion": "3",
            "ProvisionedConcurrencyConfig": { "ProvisionedConcurrentExecutions": 5 },
        } },
        "Three": { "Type": "AWS::Lambda::Version", "Properties": { "FunctionName": "orders" } },
        "TopicMay": { "Type": "AWS::Lambda::Permission", "Properties": {
            "Action": "lambda:InvokeFunction", "FunctionName": "orders:live", "Principal": "sns.amazonaws.com",
            "SourceArn": arn("sns:orders"),
        } },
        "Url": { "Type": "AWS::Lambda::Url", "Properties": {
            "TargetFunctionArn": orders, "Qualifier": "live", "AuthType": "AWS_IAM", "InvokeMode": "BUFFERED",
            "Cors": {
                "AllowOrigins": ["https://shop.example"], "AllowMethods": ["GET"], "AllowHeaders": ["x-shop"],
                "AllowCredentials": true,
            },
        } },
        "Config": { "Type": "AWS::Lambda::EventInvokeConfig", "Properties": {
            "FunctionName": "orders", "Qualifier": "live", "MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 1,
            "DestinationConfig": { "OnFailure": { "Destination": arn("sqs:lost") } },
        } },
        "Polling": { "Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "FunctionName": arn("lambda:function:orders:live"), "EventSourceArn": arn("sqs:orders"), "BatchSize": 5,
            "MaximumBatchingWindowInSeconds": 2, "Enabled": true,
            "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": { "MaximumConcurrency": 7 },
        } },
    } })
}

#[tokio::test(start_paused = true)]
async fn what_a_template_says_is_what_is_seen_of_its_stack() {
    let needs = NEEDS.into_iter().chain([Need::StackTemplate]);
    let live = look_at(&deployed(&written_out()), "shop", needs).await.facts;
    assert_eq!(differences(&template_facts(&written_out()), &live), Vec::<String>::new());
}

/// The same template as people write it: by reference.
fn by_reference() -> Value {
    let mut template = written_out();
    let live = json!({ "Ref": "Live" });
    for (pointer, value) in [
        ("Live/Properties/FunctionName", json!({ "Ref": "Orders" })),
        ("Live/Properties/FunctionVersion", json!({ "Fn::GetAtt": ["Three", "Version"] })),
        ("Three/Properties/FunctionName", json!({ "Ref": "Orders" })),
        ("TopicMay/Properties/FunctionName", live.clone()),
        ("Url/Properties/TargetFunctionArn", json!({ "Fn::GetAtt": ["Orders", "Arn"] })),
        ("Config/Properties/FunctionName", json!({ "Ref": "Orders" })),
        ("Polling/Properties/FunctionName", live),
    ] {
        *template.pointer_mut(&format!("/Resources/{pointer}")).expect("a property") = value;
    }
    template
}

/// The double with the stack `shop` of this template.
fn deployed(template: &Value) -> Double {
    let double = double();
    let stack = Stack::named("shop").with_template(&template.to_string());
    double.stack(STACK.iter().fold(stack, |stack, (id, r#type, physical)| stack.with(id, r#type, physical)));
    for (subnet, zone) in [("subnet-1", "us-east-1a"), ("subnet-2", "us-east-1b")] {
        let document = json!({ "SubnetId": subnet, "AvailabilityZone": zone, "VpcId": "vpc-1" });
        double.set("cloudcontrol:GetResource", &format!("AWS::EC2::Subnet/{subnet}"), document);
    }
    double
}

/// The template with this at the place of that.
fn with(mut template: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a path");
    let parent = template.pointer_mut(&format!("/Resources/{parent}")).expect("a property");
    parent[name] = value;
    template
}

/// What a check says of each resource, without its words.
fn said(check: &'static Check, facts: Facts) -> BTreeMap<String, VerdictKind> {
    let branch = Branch { assumptions: Vec::new(), facts };
    let yardstick =
        Yardstick { required_tags: vec!["team".to_owned()], ..Yardstick::on(jiff::civil::date(2026, 11, 21)) };
    judge(check, &[branch], &yardstick).into_iter().map(|(id, _, verdict)| (id.to_string(), verdict.kind())).collect()
}

/// The checks of functions and what belongs to them, each resource by itself.
fn of_lambda() -> impl Iterator<Item = &'static Check> {
    checks::all().filter(|check| check.id.starts_with("lambda-") || check.id.starts_with("esm-"))
}

#[tokio::test(start_paused = true)]
async fn every_check_says_of_a_stack_what_it_says_of_its_template_with_what_it_asks_for() {
    let update = json!({ "CodeDeployLambdaAliasUpdate": { "ApplicationName": "shop", "DeploymentGroupName": "live" } });
    let template = with(by_reference(), "Live/UpdatePolicy", update);
    let mut findings = 0;
    for check in of_lambda() {
        let of_template = said(check, template_facts(&template));
        let live = look_at(&deployed(&template), "shop", check.needs.iter().copied()).await;
        let of_stack = said(check, live.facts);
        for (id, kind) in &of_template {
            match of_stack.get(id) {
                Some(seen) if seen == kind => findings += 1,
                // A template that names subnets of elsewhere cannot know their zones.
                Some(VerdictKind::Pass) if check.id == "lambda-vpc-multi-az" => findings += 1,
                seen => panic!("{} of {id}: {kind:?} of the template, {seen:?} live", check.id),
            }
        }
        let more: Vec<_> = of_stack.keys().filter(|id| !of_template.contains_key(*id)).collect();
        assert!(more.is_empty(), "{} judges {more:?} live alone", check.id);
    }
    assert_eq!(findings, 34);
}

#[tokio::test(start_paused = true)]
async fn an_image_is_judged_as_its_template_is() {
    let mut template = by_reference();
    let function = template.pointer_mut("/Resources/Orders/Properties").and_then(Value::as_object_mut).expect("it");
    for gone in ["Runtime", "Handler", "Layers", "CodeSigningConfigArn", "SnapStart"] {
        function.remove(gone);
    }
    function.insert("PackageType".to_owned(), "Image".into());
    let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1";
    function.insert("Code".to_owned(), json!({ "ImageUri": image }));
    for check in of_lambda() {
        let double = deployed(&template);
        for key in ["orders", "orders:3"] {
            double.change("lambda:GetFunctionConfiguration", key, |it| {
                for gone in ["Runtime", "Handler", "Layers", "SnapStart"] {
                    it[gone] = Value::Null;
                }
                it["PackageType"] = "Image".into();
            });
        }
        double.change("lambda:GetFunction", "orders", |it| {
            it["Code"] = json!({ "RepositoryType": "ECR", "ImageUri": image })
        });
        double.unset("lambda:GetFunctionCodeSigningConfig", "orders");
        let live = look_at(&double, "shop", check.needs.iter().copied()).await;
        let (of_template, of_stack) = (said(check, template_facts(&template)), said(check, live.facts));
        let of_function = |said: &BTreeMap<String, VerdictKind>| said.get("Orders").copied();
        if check.id != "lambda-vpc-multi-az" {
            assert_eq!(of_function(&of_stack), of_function(&of_template), "{}", check.id);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn code_in_the_template_is_seen_there_and_nowhere_else() {
    let secret = format!("password = \"{}\"", "hunter2hunter2");
    let inline = with(by_reference(), "Orders/Properties/Code", json!({ "ZipFile": secret }));
    let looked = look_at(&deployed(&inline), "shop", [Need::Function, Need::StackTemplate]).await;
    assert_eq!(looked.fact("Orders", "Code"), json!({ "ZipFile": secret }));

    let packed = with(by_reference(), "Orders/Properties/Code", json!({ "S3Bucket": "b", "S3Key": "k" }));
    let looked = look_at(&deployed(&packed), "shop", [Need::Function, Need::StackTemplate]).await;
    assert_eq!(looked.fact("Orders", "Code"), Value::Null);

    for fault in FAULTS {
        let double = deployed(&inline);
        double.fail("cloudformation:GetTemplate", Which::Always, fault.clone());
        let looked = look_at(&double, "shop", [Need::Function, Need::StackTemplate]).await;
        let fact = looked.fact("Orders", "Code/ZipFile");
        let read = fact.pointer("/$unknown/Malformed").is_some() || is_for_reason(&fact, &fault, Need::StackTemplate);
        assert!(read, "{fault:?} is {fact}");
        assert_eq!(looked.fact("Orders", "MemorySize"), json!(512));
    }
    let alone = look(&double(), [Need::Function, Need::StackTemplate], &STACK).await;
    assert_eq!(alone.fact("Orders", "Code"), Value::Null, "a function of no stack is in no template");
}

#[tokio::test(start_paused = true)]
async fn the_zones_of_subnets_of_elsewhere_are_asked_for() {
    let needs = [Need::Function, Need::Subnets];
    let double = deployed(&by_reference());
    let looked = look_at(&double, "shop", needs).await;
    assert_eq!(looked.fact("Orders", "AvailabilityZones"), json!(["us-east-1a", "us-east-1b"]));
    assert_eq!(looked.counts["cloudcontrol:GetResource"], 2);

    double.fail("cloudcontrol:GetResource", Which::of("AWS::EC2::Subnet/subnet-2"), Fault::Denied);
    let zones = look_at(&double, "shop", needs).await.fact("Orders", "AvailabilityZones");
    assert_eq!(zones[0], json!("us-east-1a"));
    assert!(zones.pointer("/1/$unknown/Denied").is_some(), "{zones}");

    double.heal();
    double.set("cloudcontrol:GetResource", "AWS::EC2::Subnet/subnet-2", json!({ "SubnetId": "subnet-2" }));
    let zones = look_at(&double, "shop", needs).await.fact("Orders", "AvailabilityZones");
    assert!(zones.pointer("/1/$unknown/Failed").is_some(), "{zones}");

    double.change("lambda:GetFunctionConfiguration", "orders", |it| it["VpcConfig"]["SubnetIds"] = json!(["subnet-1"]));
    let looked = look_at(&double, "shop", needs).await;
    assert_eq!(looked.counts.get("cloudcontrol:GetResource"), None, "one subnet is in one zone, whichever");
    let looked = look_at(&deployed(&by_reference()), "shop", [Need::Function]).await;
    assert_eq!(looked.counts.get("cloudcontrol:GetResource"), None, "nobody asks for zones");
}

/// How a template names the function of a permission, and where its statement then is.
fn functions() -> [(Value, &'static str); 7] {
    [
        (json!({ "Ref": "Orders" }), "orders"),
        (json!({ "Fn::GetAtt": ["Orders", "Arn"] }), "orders"),
        (json!({ "Ref": "Live" }), "orders:live"),
        (json!({ "Fn::Sub": "${Orders}:live" }), "orders:live"),
        (json!({ "Fn::Sub": "${Orders.Arn}:${Three.Version}" }), "orders:3"),
        (json!({ "Ref": "Three" }), "orders:3"),
        // Of another stack, whose functions are not looked at otherwise.
        (json!("arn:aws:lambda:us-east-1:123456789012:function:elsewhere:live"), "elsewhere:live"),
    ]
}

#[tokio::test(start_paused = true)]
async fn the_function_of_a_permission_is_taken_from_the_template() {
    for (name, place) in functions() {
        let double = deployed(&with(by_reference(), "TopicMay/Properties/FunctionName", name.clone()));
        double.unset("lambda:GetPolicy", "orders:live");
        let may = statement(TOPIC_MAY.2, "sns.amazonaws.com", &arn("sns:orders"), place);
        double.set("lambda:GetPolicy", place, policy(&[may]));
        let looked = look_at(&double, "shop", [Need::FunctionPolicy, Need::StackTemplate]).await;
        assert_eq!(looked.fact("TopicMay", "Principal"), json!("sns.amazonaws.com"), "{name}");
        assert_eq!(looked.fact("TopicMay", "FunctionName"), json!(place), "{name}");

        // Whose it is stays known when it was removed, or nobody may look.
        double.set("lambda:GetPolicy", place, policy(&[]));
        let gone = look_at(&double, "shop", [Need::FunctionPolicy, Need::StackTemplate]).await;
        assert_eq!(gone.fact("TopicMay", "FunctionName"), json!(place), "{name}");
        assert!(gone.fact("TopicMay", "Principal").to_string().contains("was it removed?"), "{name}");
        double.fail("lambda:GetPolicy", Which::Always, Fault::Denied);
        let denied = look_at(&double, "shop", [Need::FunctionPolicy, Need::StackTemplate]).await;
        assert_eq!(denied.fact("TopicMay", "FunctionName"), json!(place), "{name}");
        let why = json!({ "$unknown": { "Denied": { "action": "lambda:GetPolicy" } } });
        assert_eq!(denied.fact("TopicMay", "Principal"), why, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn whose_an_invoke_configuration_is_is_taken_from_the_template() {
    let needs = [Need::FunctionInvokeConfigs, Need::StackTemplate];
    let double = double();
    let opaque = "8c5a3a0e-7b1c-4a52-8f0e-2f5a3a0e7b1c";
    double.set(
        "lambda:GetFunctionEventInvokeConfig",
        "orders",
        json!({
            "FunctionArn": arn("lambda:function:orders:$LATEST"), "MaximumRetryAttempts": 0,
        }),
    );
    for (qualifier, retries) in [(json!("live"), 1), (json!("$LATEST"), 0)] {
        let template = with(by_reference(), "Config/Properties/Qualifier", qualifier.clone());
        let stack = Stack::named("shop").with_template(&template.to_string());
        double.stack(stack.with(ORDERS.0, ORDERS.1, ORDERS.2).with("Config", "AWS::Lambda::EventInvokeConfig", opaque));
        let looked = look_at(&double, "shop", needs).await;
        assert_eq!(looked.fact("Config", "Qualifier"), qualifier);
        assert_eq!(looked.fact("Config", "MaximumRetryAttempts"), json!(retries));
    }
}
