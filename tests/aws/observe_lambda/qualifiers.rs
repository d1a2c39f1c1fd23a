//! Aliases, versions, URLs and invoke configurations: what belongs to a qualifier of a function.

use fitgate::need::Need;
use serde_json::{Value, json};

use super::shop::{CONFIG, LIVE, NEEDS, ORDERS, STACK, URL, VERSION, arn, double, plain};
use crate::{
    double::{Double, Fault, Which},
    looking::{FAULTS, Named, is_for_reason, look, without},
};

#[tokio::test(start_paused = true)]
async fn an_alias_a_version_a_url_and_a_configuration_show_what_they_are() {
    let looked = look(&double(), NEEDS, &STACK).await;
    let cases = [
        ("Live", "FunctionName", json!("orders")),
        ("Live", "Name", json!("live")),
        ("Live", "FunctionVersion", json!("3")),
        ("Live", "RoutingConfig", Value::Null),
        ("Live", "ProvisionedConcurrencyConfig", json!({ "ProvisionedConcurrentExecutions": 5 })),
        ("Three", "FunctionName", json!("orders")),
        ("Three", "ProvisionedConcurrencyConfig", Value::Null),
        ("Url", "AuthType", json!("AWS_IAM")),
        ("Url", "InvokeMode", json!("BUFFERED")),
        ("Url", "Qualifier", json!("live")),
        ("Url", "TargetFunctionArn", json!(arn("lambda:function:orders"))),
        (
            "Url",
            "Cors",
            json!({
                "AllowCredentials": true, "AllowHeaders": ["x-shop"], "AllowMethods": ["GET"],
                "AllowOrigins": ["https://shop.example"],
            }),
        ),
        ("Config", "FunctionName", json!("orders")),
        ("Config", "Qualifier", json!("live")),
        ("Config", "MaximumEventAgeInSeconds", json!(300)),
        ("Config", "MaximumRetryAttempts", json!(1)),
        ("Config", "DestinationConfig", json!({ "OnFailure": { "Destination": arn("sqs:lost") } })),
        ("Config", "FunctionDeadLetterTarget", json!(arn("sqs:lost"))),
    ];
    for (id, name, value) in cases {
        assert_eq!(looked.fact(id, name), value, "{id} {name}");
    }
    let alias = json!([{
        "LogicalId": "Live", "Name": "live", "FunctionVersion": "3", "Weighted": false,
        "ProvisionedConcurrentExecutions": 5,
    }]);
    assert_eq!(looked.fact("Orders", "Aliases"), alias);
    assert_eq!(looked.fact("Orders", "Versions"), json!([{ "LogicalId": "Three" }]));
    let configs = looked.fact("Orders", "EventInvokeConfigs");
    assert_eq!(configs.as_array().map(Vec::len), Some(1), "{configs}");
    assert_eq!((&configs[0]["LogicalId"], &configs[0]["Qualifier"]), (&json!("Config"), &json!("live")));
    assert_eq!(looked.fact("Live", "Function/LogicalId"), json!("Orders"));
}

#[tokio::test(start_paused = true)]
async fn weights_are_a_list_in_the_order_of_the_versions() {
    let double = double();
    double.change("lambda:GetAlias", "orders:live", |alias| {
        alias["RoutingConfig"] = json!({ "AdditionalVersionWeights": { "4": 0.1 } });
    });
    let looked = look(&double, NEEDS, &STACK).await;
    let weights = json!({ "AdditionalVersionWeights": [{ "FunctionVersion": "4", "FunctionWeight": 0.1 }] });
    assert_eq!(looked.fact("Live", "RoutingConfig"), weights);
    assert_eq!(looked.fact("Orders", "Aliases/0/Weighted"), json!(true));

    double.change("lambda:GetAlias", "orders:live", |alias| alias["RoutingConfig"] = json!({}));
    let looked = look(&double, NEEDS, &STACK).await;
    assert_eq!(looked.fact("Live", "RoutingConfig"), Value::Null, "as an alias is answered after a shift");
}

/// What exists beside the stack is seen, once, by the name that Lambda has for it.
#[tokio::test(start_paused = true)]
async fn what_is_no_resource_of_the_stack_is_seen_and_nothing_twice() {
    let double = double();
    double.set("lambda:GetAlias", "orders:beta", json!({ "FunctionVersion": "$LATEST" }));
    double.set(
        "lambda:GetFunctionEventInvokeConfig",
        "orders",
        json!({
            "FunctionArn": arn("lambda:function:orders:$LATEST"), "MaximumRetryAttempts": 0,
            "DestinationConfig": { "OnFailure": {}, "OnSuccess": {} },
        }),
    );
    double.set(
        "lambda:GetProvisionedConcurrencyConfig",
        "orders:2",
        json!({
            "RequestedProvisionedConcurrentExecutions": 9, "Status": "READY",
        }),
    );
    let looked = look(&double, NEEDS, &STACK).await;
    let ids = |name: &str| -> Vec<Value> {
        let list = looked.fact("Orders", name);
        list.as_array().expect("a list").iter().map(|item| item["LogicalId"].clone()).collect()
    };
    assert_eq!(ids("Aliases"), ["orders:beta", "Live"]);
    assert_eq!(ids("EventInvokeConfigs"), ["orders:$LATEST", "Config"]);
    assert_eq!(ids("Versions"), ["Three", "orders:2"]);
    assert_eq!(looked.fact("Orders", "Versions/1/ProvisionedConcurrentExecutions"), json!(9));
    assert_eq!(looked.fact("Orders", "EventInvokeConfigs/0/DestinationConfig"), Value::Null);
    assert_eq!(looked.fact("Orders", "EventInvokeConfigs/0/Qualifier"), json!("$LATEST"));
    assert_eq!(looked.counts.get("lambda:ListVersionsByFunction"), None, "an alias says that something is published");
}

#[tokio::test(start_paused = true)]
async fn versions_are_listed_where_neither_alias_nor_stack_speaks_of_one() {
    let double = Double::new();
    double.set("lambda:GetFunctionConfiguration", "orders", plain());
    double.set("lambda:GetFunctionConfiguration", "orders:1", plain());
    double.set("lambda:GetFunctionConfiguration", "orders:2", plain());
    double.set(
        "lambda:GetProvisionedConcurrencyConfig",
        "orders:2",
        json!({ "RequestedProvisionedConcurrentExecutions": 1 }),
    );
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    let versions = json!([
        { "LogicalId": "orders:1" },
        { "LogicalId": "orders:2", "ProvisionedConcurrentExecutions": 1 },
    ]);
    assert_eq!(looked.fact("Orders", "Versions"), versions);

    let of_stack: Named = ("Two", "AWS::Lambda::Version", "arn:aws:lambda:us-east-1:123456789012:function:orders:2");
    double.begin();
    let looked = look(&double, NEEDS, &[ORDERS, of_stack]).await;
    assert_eq!(double.count("lambda:ListVersionsByFunction"), 0);
    let two = json!([{ "LogicalId": "Two", "ProvisionedConcurrentExecutions": 1 }]);
    assert_eq!(looked.fact("Orders", "Versions"), two);
    assert_eq!(looked.fact("Two", "ProvisionedConcurrencyConfig"), json!({ "ProvisionedConcurrentExecutions": 1 }));

    for fault in FAULTS {
        let double = Double::new();
        double.set("lambda:GetFunctionConfiguration", "orders", plain());
        double.fail("lambda:ListVersionsByFunction", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &[ORDERS]).await;
        let fact = looked.fact("Orders", "Versions");
        assert!(is_for_reason(&fact, &fault, Need::FunctionVersions), "{fault:?} is {fact}");
        assert_eq!(looked.fact("Orders", "Aliases"), json!([]));
    }
}

#[tokio::test(start_paused = true)]
async fn provisioned_concurrency_that_cannot_be_seen_is_unknown_wherever_it_counts() {
    let whole = look(&double(), NEEDS, &STACK).await;
    for fault in FAULTS {
        let double = double();
        double.fail("lambda:ListProvisionedConcurrencyConfigs", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &STACK).await;
        for (id, name) in [
            ("Live", "ProvisionedConcurrencyConfig"),
            ("Three", "ProvisionedConcurrencyConfig"),
            ("Orders", "Aliases/0/ProvisionedConcurrentExecutions"),
            ("Orders", "Versions/0/ProvisionedConcurrentExecutions"),
        ] {
            let fact = looked.fact(id, name);
            assert!(is_for_reason(&fact, &fault, Need::ProvisionedConcurrency), "{id} {name} with {fault:?} is {fact}");
        }
        let names = ["ProvisionedConcurrencyConfig", "Aliases", "Versions"];
        for id in ["Live", "Orders"] {
            assert_eq!(without(looked.saved(id), &names), without(whole.saved(id), &names), "{id} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_alias_keeps_its_names_whatever_cannot_be_seen_of_it() {
    for fault in FAULTS {
        let double = double();
        double.fail("lambda:ListAliases", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &STACK).await;
        assert_eq!(
            (looked.fact("Live", "FunctionName"), looked.fact("Live", "Name")),
            (json!("orders"), json!("live"))
        );
        for name in ["FunctionVersion", "RoutingConfig"] {
            let fact = looked.fact("Live", name);
            assert!(is_for_reason(&fact, &fault, Need::FunctionAliases), "{name} with {fault:?} is {fact}");
        }
        // Those of the stack are asked for their policies nevertheless.
        assert_eq!(looked.fact("TopicMay", "Principal"), json!("sns.amazonaws.com"), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_was_removed_by_hand_is_not_one_that_points_nowhere() {
    let double = double();
    double.unset("lambda:GetAlias", "orders:live");
    let looked = look(&double, NEEDS, &[ORDERS, LIVE, VERSION]).await;
    let why = looked.fact("Live", "FunctionVersion");
    let message = why.pointer("/$unknown/Failed/message").and_then(Value::as_str);
    assert_eq!(message, Some("orders has no alias live; was it removed?"));
    assert_eq!(looked.fact("Orders", "Aliases"), json!([]));
}

/// Physical id of a URL, the qualifiers that have one, and the one that is meant.
const URLS: &[(&str, &[&str], Option<&str>)] = &[
    ("function:orders:live", &["orders:live", "orders"], Some("live")),
    ("function:orders", &["orders", "orders:live"], None),
    // Where the ARN leaves out the alias, a single URL is the one.
    ("function:orders", &["orders:live"], Some("live")),
    ("function:orders", &["orders"], None),
];

#[tokio::test(start_paused = true)]
async fn a_url_is_found_by_what_its_physical_id_says_of_it() {
    for (physical, keys, meant) in URLS {
        let double = Double::new();
        double.set("lambda:GetFunctionConfiguration", "orders", plain());
        for key in *keys {
            let kind = if *key == "orders" { "NONE" } else { "AWS_IAM" };
            double.set(
                "lambda:GetFunctionUrlConfig",
                key,
                json!({
                    "FunctionUrl": "https://abc.lambda-url.us-east-1.on.aws/", "AuthType": kind,
                    "CreationTime": "2026-11-20T10:00:00Z", "LastModifiedTime": "2026-11-20T10:00:00Z",
                }),
            );
        }
        let leaked: &'static str = Box::leak(arn(&format!("lambda:{physical}")).into_boxed_str());
        let looked = look(&double, NEEDS, &[("Url", "AWS::Lambda::Url", leaked)]).await;
        assert_eq!(looked.fact("Url", "Qualifier"), meant.map_or(Value::Null, Value::from), "{physical} {keys:?}");
        let kind = if meant.is_some() { "AWS_IAM" } else { "NONE" };
        assert_eq!(looked.fact("Url", "AuthType"), json!(kind), "{physical} {keys:?}");
        assert_eq!(looked.fact("Url", "TargetFunctionArn"), json!(arn("lambda:function:orders")), "{physical}");
        assert_eq!(looked.counts["lambda:ListFunctionUrlConfigs"], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_that_cannot_be_seen_is_not_one_without_authentication() {
    for fault in FAULTS {
        let double = double();
        double.fail("lambda:ListFunctionUrlConfigs", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &STACK).await;
        let fact = looked.fact("Url", "AuthType");
        // The SDK reads an answer without the list as an empty one: then the URL is not there.
        assert!(is_for_reason(&fact, &fault, Need::FunctionUrl), "{fault:?} is {fact}");
        assert_eq!(looked.fact("Url", "TargetFunctionArn"), json!(arn("lambda:function:orders")));
    }
    let double = double();
    double.change("lambda:GetFunctionUrlConfig", "orders:live", |url| {
        url.as_object_mut().expect("an object").remove("AuthType");
    });
    let fact = look(&double, NEEDS, &[URL]).await.fact("Url", "AuthType");
    assert!(is_for_reason(&fact, &Fault::WrongShape, Need::FunctionUrl), "{fact}");
}

#[tokio::test(start_paused = true)]
async fn an_invoke_configuration_keeps_its_names_whatever_cannot_be_seen_of_it() {
    for fault in FAULTS {
        let double = double();
        double.fail("lambda:ListFunctionEventInvokeConfigs", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &STACK).await;
        assert_eq!(
            (looked.fact("Config", "FunctionName"), looked.fact("Config", "Qualifier")),
            (json!("orders"), json!("live"))
        );
        for name in ["DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"] {
            let fact = looked.fact("Config", name);
            assert!(is_for_reason(&fact, &fault, Need::FunctionInvokeConfigs), "{name} with {fault:?} is {fact}");
        }
    }
    let double = double();
    double.unset("lambda:GetFunctionEventInvokeConfig", "orders:live");
    let fact = look(&double, NEEDS, &[CONFIG]).await.fact("Config", "DestinationConfig");
    assert!(
        fact.pointer("/$unknown/Failed/message").is_some_and(|said| said.to_string().contains("was it removed?")),
        "{fact}"
    );
}

/// What CloudFormation called such a resource before its type had an identifier.
const OPAQUE: Named = ("Config", "AWS::Lambda::EventInvokeConfig", "shop-Config-1A2B3C4D5E6F");

#[tokio::test(start_paused = true)]
async fn an_invoke_configuration_whose_id_says_nothing_is_the_one_that_no_other_is() {
    let looked = look(&double(), NEEDS, &[ORDERS, LIVE, OPAQUE]).await;
    assert_eq!(looked.fact("Config", "Qualifier"), json!("live"));
    assert_eq!(looked.fact("Config", "MaximumEventAgeInSeconds"), json!(300));
    let configs = looked.fact("Orders", "EventInvokeConfigs");
    assert_eq!(configs.as_array().map(Vec::len), Some(1), "not counted twice: {configs}");

    let double = double();
    double.set(
        "lambda:GetFunctionEventInvokeConfig",
        "orders",
        json!({
            "FunctionArn": arn("lambda:function:orders:$LATEST"), "MaximumRetryAttempts": 0,
        }),
    );
    let fact = look(&double, NEEDS, &[ORDERS, LIVE, OPAQUE]).await.saved("Config");
    assert!(fact.pointer("/$unknown/NotObserved").is_some(), "of two nobody can tell: {fact}");

    let latest: Named = ("Latest", "AWS::Lambda::EventInvokeConfig", "orders|$LATEST");
    let looked = look(&double, NEEDS, &[ORDERS, LIVE, OPAQUE, latest]).await;
    assert_eq!(looked.fact("Config", "Qualifier"), json!("live"), "the other one is taken");
}
