//! A template and the stack that was made of it say the same.

use std::collections::BTreeMap;

use fitgate::{
    check::VerdictKind,
    checks,
    evaluate::ask,
    facts::{Branch, Facts},
    policy::Policy,
};
use serde_json::{Value, json};

use super::shop::{NEEDS, STACK, arn, double};
use crate::{
    double::ACCOUNT,
    looking::{differences, look, template_facts},
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
    let live = look(&double(), NEEDS, &STACK).await.facts;
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

/// What the checks that look at functions say: by check and resource.
fn verdicts(facts: Facts) -> BTreeMap<(&'static str, String), VerdictKind> {
    let branch = Branch { assumptions: Vec::new(), facts };
    let of_lambda =
        checks::all().filter(|check| check.applies.types().iter().any(|it| it.starts_with("AWS::Lambda::")));
    let said = ask(of_lambda, &[branch], &Policy::default(), jiff::civil::date(2026, 11, 21));
    let verdict =
        |finding: fitgate::check::Finding| ((finding.check.id, finding.resource.to_string()), finding.verdict.kind());
    said.findings.into_iter().map(verdict).collect()
}

#[tokio::test(start_paused = true)]
async fn every_check_says_of_a_stack_what_it_says_of_its_template() {
    let live = verdicts(look(&double(), NEEDS, &STACK).await.facts);
    let template = verdicts(template_facts(&by_reference()));
    assert!(template.len() > 35, "{}", template.len());
    for (subject, said) in &template {
        match live.get(subject) {
            Some(seen) if seen == said => {}
            // A live look knows more: zones of subnets, the account, what happens beside the stack.
            Some(_) if *said == VerdictKind::Inconclusive => {}
            other => panic!("{subject:?}: {said:?} of the template, {other:?} live"),
        }
    }
    // What is said live alone.
    let more: Vec<_> = live.keys().filter(|subject| !template.contains_key(*subject)).collect();
    assert_eq!(more, Vec::<&(&str, String)>::new());
    assert_eq!(ACCOUNT.len(), 12);
}
