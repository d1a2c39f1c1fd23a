//! A function by itself.

use std::time::Duration;

use fitgate::{
    aws::{
        Calls, Rates,
        observe::{Session, observe},
    },
    deployment::{Deployment, Version},
    event::Phase,
    facts::{Observed, StackIdentity},
    inventory::{LogicalId, ResourceRef, ResourceType},
    need::Need,
};
use futures_util::stream;
use serde_json::{Value, json};

use super::shop::{NEEDS, ORDERS, STACK, arn, double, plain};
use crate::{
    compared::saved,
    double::{Double, Fault, Which},
    judged::deployment,
    looking::{FAULTS, Named, is_for_reason, look, without},
};

/// What each call is for: the facts of the function that it shows, and nothing else does.
fn facts_of(need: Need) -> &'static [&'static str] {
    match need {
        Need::Function => &[
            "PackageType",
            "Runtime",
            "Handler",
            "Role",
            "MemorySize",
            "Timeout",
            "ReservedConcurrentExecutions",
            "Environment",
            "KmsKeyArn",
            "DeadLetterConfig",
            "TracingConfig",
            "LoggingConfig",
            "VpcConfig",
            "FileSystemConfigs",
            "EphemeralStorage",
            "Layers",
            "Architectures",
            "SnapStart",
            "Tags",
        ],
        Need::FunctionCodeSigning => &["CodeSigningConfigArn"],
        Need::FunctionInvokeConfigs => &["EventInvokeConfigs"],
        Need::FunctionAliases => &["Aliases"],
        _ => &[],
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_shows_everything_with_few_calls() {
    let double = double();
    double.latency(Duration::from_millis(30));
    let looked = look(&double, NEEDS, &STACK).await;
    let text = |text: &str| json!(text);
    let expected = [
        ("FunctionName", text("orders")),
        ("PackageType", text("Zip")),
        ("Runtime", text("python3.13")),
        ("Handler", text("app.handler")),
        ("Code", Value::Null),
        ("Role", text("arn:aws:iam::123456789012:role/shop-role")),
        ("MemorySize", json!(512)),
        ("Timeout", json!(12)),
        ("ReservedConcurrentExecutions", json!(20)),
        ("Environment", json!({ "Variables": { "LEVEL": "info", "TABLE": "orders" } })),
        ("KmsKeyArn", json!(arn("kms:key/1"))),
        ("DeadLetterConfig", json!({ "TargetArn": arn("sqs:lost") })),
        ("TracingConfig", json!({ "Mode": "Active" })),
        (
            "LoggingConfig",
            json!({
                "LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "INFO", "LogGroup": "/shop/orders",
            }),
        ),
        ("VpcConfig", json!({ "SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"] })),
        (
            "FileSystemConfigs",
            json!([{ "Arn": arn("elasticfilesystem:access-point/fsap-1"), "LocalMountPath": "/mnt/shared" }]),
        ),
        ("EphemeralStorage", json!({ "Size": 1024 })),
        ("Layers", json!([arn("lambda:layer:tools:4")])),
        ("Architectures", json!(["arm64"])),
        ("SnapStart", json!({ "ApplyOn": "PublishedVersions" })),
        ("CodeSigningConfigArn", json!(arn("lambda:code-signing-config:csc-1"))),
        ("Tags", json!([{ "Key": "team", "Value": "shop" }])),
        ("$OtherPermissions", json!([])),
    ];
    for (name, value) in expected {
        assert_eq!(looked.fact("Orders", name), value, "{name}");
    }
    let counts: Vec<(&str, u32)> = looked.counts.into_iter().collect();
    assert_eq!(
        counts,
        [
            ("lambda:GetEventSourceMapping", 1),
            ("lambda:GetFunction", 1),
            ("lambda:GetFunctionCodeSigningConfig", 1),
            ("lambda:GetPolicy", 2),
            ("lambda:ListAliases", 1),
            ("lambda:ListFunctionEventInvokeConfigs", 1),
            ("lambda:ListFunctionUrlConfigs", 1),
            ("lambda:ListProvisionedConcurrencyConfigs", 1),
        ]
    );
    // What waits: the policies of aliases, and provisioned concurrency, for the aliases.
    assert_eq!(looked.took, Duration::from_millis(60));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_chose_is_left_out_where_a_template_would_leave_it_out() {
    let double = Double::new();
    double.set("lambda:GetFunctionConfiguration", "orders", plain());
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    for absent in [
        "Environment",
        "KmsKeyArn",
        "DeadLetterConfig",
        "VpcConfig",
        "FileSystemConfigs",
        "Layers",
        "Tags",
        "Code",
        "ReservedConcurrentExecutions",
        "CodeSigningConfigArn",
    ] {
        assert_eq!(looked.fact("Orders", absent), Value::Null, "{absent}");
    }
    assert_eq!(
        looked.fact("Orders", "LoggingConfig"),
        json!({ "LogFormat": "Text" }),
        "the default group is no choice"
    );
    for empty in ["Aliases", "Versions", "EventInvokeConfigs", "AsynchronousCallers", "$OtherPermissions"] {
        assert_eq!(looked.fact("Orders", empty), json!([]), "{empty} was looked at, and there is none");
    }
    assert_eq!(looked.counts.get("lambda:ListProvisionedConcurrencyConfigs"), None, "nothing could have any");
    assert_eq!(looked.counts.get("lambda:GetPolicy"), Some(&1));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_leaves_its_own_facts_unknown_and_no_other() {
    let whole = look(&double(), NEEDS, &[ORDERS]).await.saved("Orders");
    for fault in FAULTS {
        for need in [Need::Function, Need::FunctionCodeSigning, Need::FunctionInvokeConfigs, Need::FunctionAliases] {
            let double = double();
            double.fail(need.operation(), Which::Always, fault.clone());
            let looked = look(&double, NEEDS, &[ORDERS]).await;
            for name in facts_of(need) {
                let fact = looked.fact("Orders", name);
                assert!(is_for_reason(&fact, &fault, need), "{name} with {fault:?} is {fact}");
            }
            let mut names = facts_of(need).to_vec();
            match need {
                // Which aliases there are decides what else is asked, and whose policies there are.
                Need::FunctionAliases => names.extend(["Versions", "$OtherPermissions", "AsynchronousCallers"]),
                // Zones are those of its subnets, sharers those of its role.
                Need::Function => names.extend(["AvailabilityZones", "RoleSharedWith", "Code"]),
                _ => {}
            }
            let rest = without(looked.saved("Orders"), &names);
            assert_eq!(rest, without(whole.clone(), &names), "{need:?} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_asked_again_and_seen() {
    let whole = look(&double(), NEEDS, &STACK).await.facts;
    for fault in [Fault::Throttled, Fault::Status500, Fault::Reset, Fault::Hang] {
        let double = double();
        double.fail("lambda:*", Which::Times(2), fault.clone());
        assert_eq!(look(&double, NEEDS, &STACK).await.facts, whole, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_check_asks_for_is_not_called() {
    let double = double();
    let looked = look(&double, [], &STACK).await;
    assert_eq!(double.calls(), []);
    for (id, ..) in STACK {
        let written = looked.saved(id).to_string();
        assert!(!written.contains("Denied") && written.contains("NotObserved"), "{id}: {written}");
    }
    let looked = look(&double, [Need::Function], &STACK).await;
    assert_eq!(looked.counts.into_iter().collect::<Vec<_>>(), [("lambda:GetFunction", 1)]);
}

#[tokio::test(start_paused = true)]
async fn every_page_is_read() {
    let whole = look(&double(), NEEDS, &STACK).await;
    let double = double();
    double.set("lambda:GetAlias", "orders:beta", json!({ "FunctionVersion": "3" }));
    double.set("lambda:GetAlias", "orders:old", json!({ "FunctionVersion": "1" }));
    double.page_size(1);
    let looked = look(&double, NEEDS, &STACK).await;
    let names = |looked: &crate::looking::Looked| -> Vec<Value> {
        let aliases = looked.fact("Orders", "Aliases");
        aliases.as_array().expect("a list").iter().map(|alias| alias["LogicalId"].clone()).collect()
    };
    assert_eq!(names(&whole), ["Live"]);
    assert_eq!(names(&looked), ["orders:beta", "Live", "orders:old"]);
    assert_eq!(looked.counts["lambda:ListAliases"], 3);
    assert_eq!(looked.counts["lambda:GetPolicy"], 4, "of the function and of each alias");
}

#[tokio::test(start_paused = true)]
async fn tags_that_the_caller_may_not_list_are_unknown_by_themselves() {
    let double = double();
    let denied =
        json!({ "ErrorCode": "AccessDeniedException", "Message": "not authorized to perform: lambda:ListTags" });
    double.change("lambda:GetFunction", "orders", |answer| answer["TagsError"] = denied);
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "Tags"), json!({ "$unknown": { "Denied": { "action": "lambda:ListTags" } } }));
    assert_eq!(looked.fact("Orders", "MemorySize"), json!(512));
    assert_eq!(looked.fact("Orders", "ReservedConcurrentExecutions"), json!(20));

    let slow = json!({ "ErrorCode": "ThrottlingException", "Message": "Rate exceeded" });
    double.change("lambda:GetFunction", "orders", |answer| answer["TagsError"] = slow);
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    let throttled = json!({ "$unknown": { "Throttled": { "operation": "lambda:GetFunction" } } });
    assert_eq!(looked.fact("Orders", "Tags"), throttled);
}

#[tokio::test(start_paused = true)]
async fn variables_under_a_key_that_the_caller_may_not_use_are_unknown_by_themselves() {
    let double = double();
    let failed = json!({ "Error": {
        "ErrorCode": "AccessDeniedException",
        "Message": "Lambda was unable to decrypt your environment variables because the KMS access was denied.",
    } });
    double.change("lambda:GetFunctionConfiguration", "orders", |it| it["Environment"] = failed);
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    let denied = json!({ "Variables": { "$unknown": { "Denied": { "action": "kms:Decrypt" } } } });
    assert_eq!(looked.fact("Orders", "Environment"), denied);
    assert_eq!(looked.fact("Orders", "KmsKeyArn"), json!(arn("kms:key/1")));
}

#[tokio::test(start_paused = true)]
async fn an_image_has_no_runtime_and_cannot_be_signed() {
    let double = double();
    double.change("lambda:GetFunctionConfiguration", "orders", |it| {
        it["PackageType"] = "Image".into();
        for gone in ["Runtime", "Handler", "Layers"] {
            it.as_object_mut().expect("an object").remove(gone);
        }
    });
    let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders@sha256:0";
    let location = json!({ "RepositoryType": "ECR", "ImageUri": image, "ResolvedImageUri": image });
    double.change("lambda:GetFunction", "orders", |answer| answer["Code"] = location);
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "PackageType"), json!("Image"));
    assert_eq!(looked.fact("Orders", "Code"), json!({ "ImageUri": image }));
    for absent in ["Runtime", "Handler", "Layers", "CodeSigningConfigArn"] {
        assert_eq!(looked.fact("Orders", absent), Value::Null, "{absent}");
    }
    assert_eq!(double.count("lambda:GetFunctionCodeSigningConfig"), 0);
}

#[tokio::test(start_paused = true)]
async fn where_the_code_lies_is_not_among_the_facts() {
    let looked = look(&double(), NEEDS, &STACK).await;
    let written = serde_json::to_string(&looked.facts).expect("facts can be written");
    assert!(!written.contains("awslambda-us-east-1-tasks"), "a presigned URL lets its reader fetch the code");
}

#[tokio::test(start_paused = true)]
async fn numbers_that_nobody_can_have_written_are_unknown() {
    let double = double();
    double.change("lambda:GetFunctionConfiguration", "orders", |it| it["MemorySize"] = json!(-1));
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    let malformed = json!({ "$unknown": { "Malformed": "-1 is below zero" } });
    assert_eq!(looked.fact("Orders", "MemorySize"), malformed);
    assert_eq!(looked.fact("Orders", "Timeout"), json!(12));
}

#[tokio::test(start_paused = true)]
async fn a_physical_id_that_names_no_function_is_not_asked_about() {
    let double = Double::new();
    let strange: [Named; 3] = [
        ("A", "AWS::Lambda::Function", "../orders"),
        ("B", "AWS::Lambda::Alias", "live"),
        ("C", "AWS::Lambda::Url", "arn:aws:sqs:us-east-1:123456789012:orders"),
    ];
    let looked = look(&double, NEEDS, &strange).await;
    assert_eq!(double.calls(), []);
    for (id, ..) in strange {
        let fact = looked.saved(id);
        assert!(fact.pointer("/$unknown/Malformed").is_some(), "{id}: {fact}");
    }
}

/// Looks at the function while this version of it is released.
async fn released(double: &Double, version: u64) -> Value {
    let (clients, needs) = (double.clients(), NEEDS.into());
    let calls = Calls::new(Rates::Documented);
    let identity = StackIdentity { name: "shop".to_owned(), account: Observed::Absent, region: Observed::Absent };
    let session = Session::new(&clients, &calls, &needs, identity);
    session.deploying(&Deployment {
        function: "orders".to_owned(),
        target: Version::new(version).expect("a version"),
        ..deployment("d-1", 0, Phase::BeforeAllowTraffic)
    });
    let (logical, r#type, physical) = ORDERS;
    let function = ResourceRef {
        logical_id: LogicalId::new(logical),
        r#type: ResourceType::new(r#type),
        physical_id: Some(physical.to_owned()),
        last_updated: None,
    };
    saved(&observe(&session, stream::iter([Ok(function)])).await.expect("a listing"), "Orders")
}

#[tokio::test(start_paused = true)]
async fn of_the_function_that_is_released_the_version_counts_that_will_run() {
    let double = double();
    // Somebody changed the function after the version was published.
    double.change("lambda:GetFunctionConfiguration", "orders", |it| it["MemorySize"] = json!(1024));
    let fact = released(&double, 3).await;
    assert_eq!((fact["MemorySize"].clone(), fact["FunctionName"].clone()), (json!(512), json!("orders")));
    assert_eq!(fact["ReservedConcurrentExecutions"], json!(20), "which versions do not have");
    assert_eq!(fact["Tags"], json!([{ "Key": "team", "Value": "shop" }]));
    assert_eq!(double.count("lambda:GetFunction"), 2);

    // The version is gone: what will run nobody knows, and `$LATEST` does not stand in for it.
    let fact = released(&double, 4).await;
    assert!(fact.pointer("/MemorySize/$unknown/Failed").is_some(), "{}", fact["MemorySize"]);
    assert_eq!(fact["ReservedConcurrentExecutions"], json!(20));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_functions_keep_the_rates_that_lambda_documents() {
    let double = Double::new();
    let names: Vec<(String, String)> = (0..100).map(|n| (format!("F{n}"), format!("f{n}"))).collect();
    let functions: Vec<Named> = names
        .iter()
        .map(|(id, name)| {
            double.set("lambda:GetFunctionConfiguration", name, plain());
            double.set("lambda:GetAlias", &format!("{name}:live"), json!({ "FunctionVersion": "1" }));
            let leaked = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
            (leaked(id), "AWS::Lambda::Function", leaked(name))
        })
        .collect();
    double.latency(Duration::from_millis(30));
    let looked = look(&double, NEEDS, &functions).await;
    // Aliases, provisioned concurrency, invoke configurations, code signing: 400 calls at 15 a second; policies meanwhile.
    assert_eq!(looked.counts.values().sum::<u32>(), 100 + 200 + 400);
    let seconds = 400_u64.div_ceil(15) - 1;
    assert!(looked.took >= Duration::from_secs(seconds), "{:?}", looked.took);
    assert!(looked.took < Duration::from_secs(seconds + 2), "{:?}", looked.took);
}
