//! A dry run: the stack of a function judged as it is, nobody answered, nothing published.

use fitgate::{aws::function::Hook, event::Phase};
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Which},
    invocation::settings,
    release::{Invoked, deploy, invoke, open_shop, resident, shop},
};

fn account() -> Double {
    let double = Double::new();
    deploy(&double, Phase::BeforeAllowTraffic, None);
    let stack = shop(&double).with("Orders", "AWS::Lambda::Function", "orders");
    double.stack(stack);
    for key in ["orders", "orders:1", "orders:2"] {
        double.set("lambda:GetFunctionConfiguration", key, json!({"Runtime": "nodejs24.x"}));
    }
    double
}

async fn run(double: &Double, request: Value) -> (Value, Invoked) {
    let hook = Hook::new(Phase::BeforeAllowTraffic, resident(double, settings(&[])));
    let invoked = invoke(&hook, &json!({ "fitgate": request })).await;
    assert_eq!(double.count("codedeploy:PutLifecycleEventHookExecutionStatus"), 0, "nobody is answered");
    assert_eq!(
        (double.count("cloudwatch:PutMetricData"), double.count("dynamodb:PutItem")),
        (0, 0),
        "nothing published"
    );
    assert_eq!(invoked.says("/function"), "dry run");
    (invoked.reply.clone().expect("a report, or what is wrong with the request"), invoked)
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_none_is_told() {
    let cases = [
        (json!(null), "the dry run cannot begin: invalid type: null"),
        (json!({}), "missing field `function`"),
        (json!({"function": 7}), "invalid type: integer"),
        (json!({"function": "orders", "version": "$LATEST"}), "$LATEST is not a published version"),
        (json!({"function": "orders", "verison": "2"}), "unknown field `verison`"),
        (json!({"function": "x".repeat(1_000)}), "longer than any of AWS's"),
        (json!({"function": "nobody"}), "the function nobody has no alias live; name a version"),
        (json!({"function": "orders", "alias": "blue"}), "the function orders has no alias blue; name a version"),
        (json!({"function": "orders", "version": "9"}), "cannot find version 9 of the function orders: "),
    ];
    for (request, told) in cases {
        let (reply, invoked) = run(&account(), request.clone()).await;
        assert!(reply["error"].as_str().is_some_and(|error| error.contains(told)), "{request}: {reply}");
        assert_eq!(invoked.says("/level"), "ERROR");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_judged_is_told() {
    let double = account();
    double.fail("cloudformation:ListStackResources", Which::Always, Fault::Denied);
    let (reply, _) = run(&double, json!({"function": "orders"})).await;
    let error = reply["error"].as_str().expect("an error");
    assert!(error.contains("grant cloudformation:ListStackResources"), "{error}");

    let double = account();
    double.fail("lambda:GetAlias", Which::Always, Fault::Denied);
    let (reply, _) = run(&double, json!({"function": "orders"})).await;
    assert!(reply["error"].as_str().is_some_and(|error| error.contains("grant lambda:GetAlias")), "{reply}");
}

#[tokio::test(start_paused = true)]
async fn the_report_comes_back() {
    let requests = [
        json!({"function": "orders"}),
        json!({"function": "orders", "version": "2"}),
        json!({"function": "orders", "version": "2", "alias": "blue"}),
    ];
    for request in requests {
        let (report, invoked) = run(&account(), request.clone()).await;
        assert_eq!(report["input"], "shop", "{request}: {report}");
        assert!(report["findings"].is_array() && report["fitness"]["total"].is_number(), "{request}: {report}");
        assert_eq!(report["resources"], 2);
        assert!(invoked.says("/message").starts_with("dry run: "), "{}", invoked.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_would_halt_says_so() {
    let double = account();
    let stack = open_shop(&double).with("Orders", "AWS::Lambda::Function", "orders");
    double.stack(stack);
    let (report, invoked) = run(&double, json!({"function": "orders"})).await;
    assert_eq!(report["decision"], "Halt", "{report}");
    assert_eq!(invoked.says("/level"), "WARN");
}
