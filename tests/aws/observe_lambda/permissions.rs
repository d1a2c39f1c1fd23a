//! Permissions of the stack, found in the policies of its functions, and what those grant besides.

use fitgate::{
    check::VerdictKind,
    checks,
    facts::{Branch, Facts},
    need::Need,
    policy::Policy,
};
use serde_json::{Value, json};

use super::shop::{LIVE, NEEDS, ORDERS, STACK, TOPIC_MAY, arn, double, plain, policy, statement};
use crate::{
    double::{Double, Fault, Which},
    looking::{FAULTS, Named, is_for_reason, look},
};

/// What a check says of a resource: verdict and evidence.
fn says(facts: &Facts, check: &str, id: &str) -> Option<(VerdictKind, String)> {
    let check = checks::all().find(|it| it.id == check).expect("a check");
    let branch = Branch { assumptions: Vec::new(), facts: facts.clone() };
    let said = fitgate::evaluate::ask([check], &[branch], &Policy::default(), jiff::civil::date(2026, 11, 21));
    let finding = said.findings.into_iter().find(|finding| finding.resource.as_str() == id)?;
    Some((finding.verdict.kind(), format!("{:?}", finding.verdict)))
}

/// A grant to everybody, as somebody types it.
fn to_everybody(function: &str) -> Value {
    json!({
        "Sid": "by-hand", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction",
        "Resource": arn(&format!("lambda:function:{function}")),
    })
}

#[tokio::test(start_paused = true)]
async fn a_permission_is_found_in_the_policy_that_has_its_statement() {
    let looked = look(&double(), NEEDS, &STACK).await;
    for (name, value) in [
        ("Action", json!("lambda:InvokeFunction")),
        ("FunctionName", json!("orders:live")),
        ("Principal", json!("sns.amazonaws.com")),
        ("SourceArn", json!(arn("sns:orders"))),
        ("SourceAccount", Value::Null),
        ("FunctionHasUrl", json!(true)),
    ] {
        assert_eq!(looked.fact("TopicMay", name), value, "{name}");
    }
    assert_eq!(looked.fact("Orders", "AsynchronousCallers"), json!(["sns.amazonaws.com"]), "once");
    assert_eq!(looked.fact("Orders", "$OtherPermissions"), json!([]));
}

/// A physical id, and where the statement is.
const PLACES: &[(&str, &str)] = &[
    ("shop-TopicMay-1", "orders"),
    ("shop-TopicMay-1", "orders:live"),
    ("shop-TopicMay-1", "orders:3"),
    ("orders|shop-TopicMay-1", "orders"),
    ("orders:live|shop-TopicMay-1", "orders:live"),
    ("arn:aws:lambda:us-east-1:123456789012:function:orders:live|shop-TopicMay-1", "orders:live"),
    // The function of another stack is known where the id names it.
    ("elsewhere|shop-TopicMay-1", "elsewhere"),
];

#[tokio::test(start_paused = true)]
async fn a_permission_is_found_wherever_it_is() {
    for (physical, place) in PLACES {
        let double = double();
        double.set(
            "lambda:GetPolicy",
            place,
            policy(&[statement("shop-TopicMay-1", "sns.amazonaws.com", &arn("sns:orders"), place)]),
        );
        let may: Named = ("TopicMay", "AWS::Lambda::Permission", physical);
        let looked = look(&double, NEEDS, &[ORDERS, LIVE, super::shop::VERSION, may]).await;
        assert_eq!(looked.fact("TopicMay", "FunctionName"), json!(place), "{physical}");
        assert_eq!(looked.fact("TopicMay", "Principal"), json!("sns.amazonaws.com"), "{physical}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_statement_that_nobody_wrote_into_the_template_is_judged_on_its_function() {
    for place in ["orders", "orders:live"] {
        let double = double();
        let mut statements = vec![to_everybody(place)];
        if place == "orders:live" {
            statements.push(statement(TOPIC_MAY.2, "sns.amazonaws.com", &arn("sns:orders"), place));
        }
        double.set("lambda:GetPolicy", place, policy(&statements));
        let looked = look(&double, NEEDS, &STACK).await;
        let others = json!([{
            "StatementId": "by-hand", "Action": "lambda:InvokeFunction", "FunctionName": place, "Principal": "*",
            "FunctionHasUrl": true,
        }]);
        assert_eq!(looked.fact("Orders", "$OtherPermissions"), others);
        let (kind, evidence) = says(&looked.facts, "lambda-permission-not-public", "Orders").expect("a finding");
        assert_eq!(kind, VerdictKind::Fail);
        assert!(evidence.contains("the statement by-hand, which is not of this stack"), "{evidence}");
        let of_stack = says(&looked.facts, "lambda-permission-not-public", "TopicMay");
        assert_eq!(of_stack.map(|(kind, _)| kind), Some(VerdictKind::Pass));
    }
    let looked = look(&double(), NEEDS, &STACK).await;
    assert_eq!(
        says(&looked.facts, "lambda-permission-not-public", "Orders"),
        None,
        "nothing beside the stack, no finding"
    );
}

#[tokio::test(start_paused = true)]
async fn a_caller_whom_only_the_live_policy_knows_calls_asynchronously_all_the_same() {
    let double = Double::new();
    double.set("lambda:GetFunctionConfiguration", "orders", plain());
    double.set(
        "lambda:GetPolicy",
        "orders",
        policy(&[statement("by-hand", "events.amazonaws.com", &arn("events:rule/nightly"), "orders")]),
    );
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "AsynchronousCallers"), json!(["events.amazonaws.com"]));
    let (kind, _) = says(&looked.facts, "lambda-dlq", "Orders").expect("a finding");
    assert_eq!(kind, VerdictKind::Fail, "what it fails on is lost");
}

#[tokio::test(start_paused = true)]
async fn policies_that_cannot_be_seen_are_no_empty_ones() {
    for fault in FAULTS {
        let double = double();
        double.fail("lambda:GetPolicy", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &STACK).await;
        if fault == Fault::NotFound {
            // As Lambda answers for a function without a policy.
            assert_eq!(looked.fact("Orders", "$OtherPermissions"), json!([]));
            let gone = looked.saved("TopicMay");
            assert!(gone.to_string().contains("was it removed?"), "{gone}");
            continue;
        }
        for index in 0..2 {
            let fact = looked.fact("Orders", &format!("$OtherPermissions/{index}"));
            assert!(is_for_reason(&fact, &fault, Need::FunctionPolicy), "{fault:?} is {fact}");
        }
        let principal = looked.fact("TopicMay", "Principal");
        assert!(is_for_reason(&principal, &fault, Need::FunctionPolicy), "{fault:?} is {principal}");
        for (check, id) in [
            ("lambda-permission-not-public", "TopicMay"),
            ("lambda-permission-not-public", "Orders"),
            ("lambda-permission-invoke-only", "Orders"),
        ] {
            let (kind, _) = says(&looked.facts, check, id).expect("a finding");
            assert_eq!(kind, VerdictKind::Inconclusive, "{check} of {id} with {fault:?}");
        }
        assert_eq!(looked.fact("Orders", "MemorySize"), json!(512));
    }
}

/// A second function, whose policy can be read.
fn with_invoices(double: &Double) -> [Named; 4] {
    double.set("lambda:GetFunctionConfiguration", "invoices", plain());
    let may = statement("shop-InvoicesMay-1", "events.amazonaws.com", &arn("events:rule/nightly"), "invoices");
    double.set("lambda:GetPolicy", "invoices", policy(&[may]));
    [
        ORDERS,
        ("Invoices", "AWS::Lambda::Function", "invoices"),
        ("OrdersMay", "AWS::Lambda::Permission", "shop-OrdersMay-1"),
        ("InvoicesMay", "AWS::Lambda::Permission", "shop-InvoicesMay-1"),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_cannot_be_seen_says_nothing_of_other_functions() {
    let double = Double::new();
    double.set("lambda:GetFunctionConfiguration", "orders", plain());
    let stack = with_invoices(&double);
    double.fail("lambda:GetPolicy", Which::of("orders"), Fault::Denied);
    let looked = look(&double, NEEDS, &stack).await;
    let denied = json!({ "$unknown": { "Denied": { "action": "lambda:GetPolicy" } } });
    assert_eq!(looked.fact("InvoicesMay", "Principal"), json!("events.amazonaws.com"));
    assert_eq!(looked.fact("Invoices", "AsynchronousCallers"), json!(["events.amazonaws.com"]));
    assert_eq!(looked.fact("Invoices", "$OtherPermissions"), json!([]));
    // Whose the other one is follows: every policy but one is known.
    assert_eq!(looked.fact("OrdersMay", "FunctionName"), json!("orders"));
    assert_eq!(looked.fact("OrdersMay", "Principal"), denied);
    assert_eq!(looked.fact("Orders", "$OtherPermissions"), json!([denied]));
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_any_form_is_read_as_far_as_a_permission_can_say_it() {
    let double = double();
    double.set("lambda:GetPolicy", "orders", policy(&[
        json!({ "Sid": "deny", "Effect": "Deny", "Principal": "*", "Action": "lambda:InvokeFunction" }),
        json!({ "Effect": "Allow", "Principal": { "AWS": ["arn:aws:iam::210987654321:root", "*"] }, "Action": ["lambda:InvokeFunction", "lambda:GetFunction"] }),
        json!({ "Sid": "odd", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } }),
        json!("no statement"),
    ]));
    let looked = look(&double, NEEDS, &STACK).await;
    let others = looked.fact("Orders", "$OtherPermissions");
    let ids: Vec<&Value> = others.as_array().expect("a list").iter().map(|other| &other["StatementId"]).collect();
    let number = json!("number 2");
    assert_eq!(ids, [&number, &number, &number, &number, &json!("odd"), &Value::Null]);
    assert!(others.pointer("/4/SourceArn/$unknown").is_some(), "{others}");
    assert!(others.pointer("/5/$unknown/Malformed").is_some(), "{others}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_is_asked_for_once_however_many_permissions_it_has() {
    let double = Double::new();
    double.set("lambda:GetFunctionConfiguration", "orders", plain());
    let ids: Vec<String> = (0..50).map(|number| format!("shop-May{number}-1")).collect();
    let statements: Vec<Value> =
        ids.iter().map(|id| statement(id, "sns.amazonaws.com", &arn("sns:orders"), "orders")).collect();
    double.set("lambda:GetPolicy", "orders", policy(&statements));
    let mut stack = vec![ORDERS];
    stack.extend(ids.iter().map(|id| -> Named {
        let physical: &'static str = Box::leak(id.clone().into_boxed_str());
        (physical, "AWS::Lambda::Permission", physical)
    }));
    let looked = look(&double, NEEDS, &stack).await;
    assert_eq!(looked.counts["lambda:GetPolicy"], 1);
    assert_eq!(looked.fact("Orders", "$OtherPermissions"), json!([]));
    for id in &ids {
        assert_eq!(looked.fact(id, "Principal"), json!("sns.amazonaws.com"), "{id}");
    }
}
