//! Releases that are judged whole: the stack listed and looked at, compared with the last good one, answered, kept.

use std::time::Duration;

use fitgate::{
    aws::function::Hook,
    event::{Answer, HookEvent, Phase},
};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    double::{Double, Fault, Stack, Which},
    invocation::settings,
    release::{Invoked, TIME, answer, deploy, finish, invoke, open_shop, payload, resident, shop, unpacked},
};

const PHASE: Phase = Phase::BeforeAllowTraffic;
const HISTORY: (&str, &str) = ("FITGATE_HISTORY_TABLE", "history");

fn hook(double: &Double, variables: &[(&str, &str)]) -> Hook {
    Hook::new(PHASE, resident(double, settings(variables)))
}

/// Puts a stack into a double.
type Build = fn(&Double) -> Stack;

/// A deployment of this stack that waits.
fn waiting(stack: Build) -> (Double, HookEvent) {
    let double = Double::new();
    let stack = stack(&double);
    let event = deploy(&double, PHASE, Some(&stack.id()));
    double.set(
        "dynamodb:DescribeTable",
        "history",
        json!({"Table": {"TableName": "history", "KeySchema": [
            {"AttributeName": "Stack", "KeyType": "HASH"}, {"AttributeName": "Deployment", "KeyType": "RANGE"},
        ]}}),
    );
    (double, event)
}

fn answered(double: &Double, event: &HookEvent) -> Option<Answer> {
    answer(double, &event.deployment_id, PHASE)
}

// ── what must not go on ──

#[tokio::test(start_paused = true)]
async fn an_inventory_that_cannot_be_listed_whole_is_no_inventory() {
    for fault in [Fault::Denied, Fault::Throttled, Fault::Hang, Fault::Status500, Fault::Garbage, Fault::NotFound] {
        let (double, event) = waiting(|double| {
            let stack = shop(double).with("More", "AWS::S3::Bucket", "more").with("Most", "AWS::S3::Bucket", "most");
            double.stack(stack.clone());
            stack
        });
        double.page_size(1);
        double.fail("cloudformation:ListStackResources", Which::After(1), fault.clone());
        let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
        assert_eq!(answered(&double, &event), Some(Answer::Failed), "{fault:?}");
        assert!(invoked.says("/error").starts_with("cannot list the resources of the stack"), "{}", invoked.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_good_stack_goes_on_and_an_open_one_does_not() {
    let stacks: [(Build, Answer, &str); 2] = [(shop, Answer::Succeeded, "INFO"), (open_shop, Answer::Failed, "WARN")];
    for (stack, expected, level) in stacks {
        for phase in Phase::ALL {
            let double = Double::new();
            let event = deploy(&double, phase, Some(&stack(&double).id()));
            let invoked = invoke(&Hook::new(phase, resident(&double, settings(&[]))), &payload(&event)).await;
            assert_eq!(answer(&double, &event.deployment_id, phase), Some(expected), "{}", invoked.text);
            assert_eq!((invoked.says("/level"), invoked.says("/function")), (level, phase.word()));
            assert_eq!(double.strangers(), Vec::<String>::new());
            assert!(double.calls().iter().all(|call| double.count(call.operation) == 1), "each call once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_only_observes_is_told_and_goes_on() {
    let (double, event) = waiting(open_shop);
    double.set("appconfigdata:GetLatestConfiguration", "a/b/c", json!({"Content": "version: 1\nmode: observe\n"}));
    let invoked = invoke(&hook(&double, &[("FITGATE_POLICY_APPCONFIG", "a/b/c")]), &payload(&event)).await;
    assert_eq!(answered(&double, &event), Some(Answer::Succeeded));
    assert_eq!(invoked.line.pointer("/judgement/would_halt"), Some(&json!(true)));
    assert!(invoked.says("/message").contains("would have halted"), "{}", invoked.text);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_is_one_unknown_fact_and_the_judgement_comes_in_time() {
    let (double, event) = waiting(shop);
    double.fail("s3:GetBucketVersioning", Which::Always, Fault::Hang);
    let started = Instant::now();
    let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
    assert_eq!(answered(&double, &event), Some(Answer::Succeeded), "{}", invoked.text);
    assert!(started.elapsed() < TIME, "{:?}", started.elapsed());
    assert_ne!(invoked.line.pointer("/judgement/counts/inconclusive"), Some(&json!(0)));
}

#[tokio::test(start_paused = true)]
async fn nested_stacks_are_judged_with_the_root_and_what_is_left_out_is_told() {
    let double = Double::new();
    let root = shop(&double);
    let mut inner = Stack::named("shop-inner")
        .with("Orders", "AWS::Lambda::Function", "orders")
        .with_status("Old", "AWS::S3::Bucket", "old", "DELETE_COMPLETE")
        .with_status("Broken", "AWS::S3::Bucket", "broken", "CREATE_FAILED")
        .with_status("Half", "Custom::Nothing", "half", "UPDATE_FAILED")
        .with_status("Coming", "Custom::Nothing", "", "CREATE_IN_PROGRESS");
    let root = root.with_nested("Inner", &mut inner);
    let event = deploy(&double, PHASE, Some(&inner.id()));
    double.stack(root);
    double.stack(inner);
    let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
    assert_eq!(invoked.says("/stack"), "shop");
    let remarks = invoked.line["judgement"]["remarks"].as_array().expect("remarks");
    let remarks: Vec<&str> = remarks.iter().filter_map(Value::as_str).collect();
    assert_eq!(
        remarks[..3],
        [
            "Inner/Broken (AWS::S3::Bucket) could not be created and is not judged",
            "Inner/Coming (Custom::Nothing) has no physical id yet: it is still being created",
            "Inner/Half (Custom::Nothing) is in the state UPDATE_FAILED",
        ]
    );
    assert!(remarks[3].starts_with("no history table is configured"), "{remarks:?}");
    // The bucket, the nested stack, its function, and what is half there.
    assert_eq!(invoked.line.pointer("/judgement/resources"), Some(&json!(5)));
}

#[tokio::test(start_paused = true)]
async fn a_function_in_no_stack_is_judged_alone_and_the_report_says_so() {
    let double = Double::new();
    let event = deploy(&double, PHASE, None);
    double.set("lambda:GetFunctionConfiguration", "orders", json!({"Runtime": "nodejs24.x"}));
    let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
    assert_eq!(invoked.says("/stack"), "function/orders");
    assert_eq!(
        invoked.line.pointer("/judgement/remarks/0"),
        Some(&json!(
            "the function orders belongs to no CloudFormation stack: it is judged alone, with its alias and its \
             deployment group"
        ))
    );
    assert_eq!(invoked.line.pointer("/judgement/resources"), Some(&json!(4)));
    assert!(answered(&double, &event).is_some());
}

// ── the history ──

#[tokio::test(start_paused = true)]
async fn a_release_is_compared_with_the_last_good_one() {
    let (double, event) = waiting(shop);
    let hook = hook(&double, &[HISTORY]);
    let first = invoke(&hook, &payload(&event)).await;
    assert_eq!(answered(&double, &event), Some(Answer::Succeeded), "{}", first.text);
    assert_eq!(double.items("history").len(), 1);
    finish(&double);

    // The next release takes the bucket's policy away: no critical failure, but a new one.
    double.unset("s3:GetBucketPolicy", "shop-data");
    let event = deploy(&double, PHASE, Some(&Stack::named("shop").id()));
    let second = invoke(&hook, &payload(&event)).await;
    assert_eq!(answered(&double, &event), Some(Answer::Failed), "{}", second.text);
    let reasons = second.line["judgement"]["reasons"].to_string();
    assert!(reasons.contains("s3-tls-only on Data"), "{reasons}");
    assert_eq!(double.items("history").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_history_that_cannot_be_read_halts_as_the_shipped_policy_says() {
    for fault in [Fault::Denied, Fault::Throttled, Fault::Hang, Fault::NotFound, Fault::Garbage] {
        let (double, event) = waiting(shop);
        double.fail("dynamodb:Query", Which::Always, fault.clone());
        let invoked = invoke(&hook(&double, &[HISTORY]), &payload(&event)).await;
        assert_eq!(answered(&double, &event), Some(Answer::Failed), "{fault:?}: {}", invoked.text);
        assert!(invoked.line.get("judgement").is_some(), "a judgement all the same: {}", invoked.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_that_cannot_be_kept_is_in_the_log_as_a_whole() {
    for fault in [Fault::Denied, Fault::Throttled, Fault::Hang, Fault::NotFound, Fault::Status500] {
        let (double, event) = waiting(shop);
        double.fail("dynamodb:PutItem", Which::Always, fault.clone());
        let invoked = invoke(&hook(&double, &[HISTORY]), &payload(&event)).await;
        assert_eq!(answered(&double, &event), Some(Answer::Succeeded), "{fault:?}");
        assert_eq!((invoked.says("/level"), invoked.says("/report_is")), ("WARN", "everything"), "{fault:?}");
        assert!(!invoked.says("/unpublished").is_empty(), "{fault:?}");
        let report = unpacked(invoked.says("/report"));
        assert_eq!(report["input"], "shop");
        let findings = report["findings"].as_array().expect("findings");
        assert!(findings.iter().any(|finding| finding["verdict"] == "pass"), "{fault:?}");
        assert!(invoked.text.len() < 256 * 1024);
    }
}

// ── the deadline ──

/// Every operation of a release whose history is kept.
const OPERATIONS: [&str; 11] = [
    "codedeploy:GetDeployment",
    "codedeploy:ListDeploymentTargets",
    "codedeploy:BatchGetDeploymentTargets",
    "appconfigdata:StartConfigurationSession",
    "appconfigdata:GetLatestConfiguration",
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "s3:GetBucketPolicy",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "cloudwatch:PutMetricData",
];

#[tokio::test(start_paused = true)]
async fn whatever_is_slow_there_is_an_answer_before_the_deadline() {
    for operation in OPERATIONS {
        // With retries, every call of this operation together takes longer than there is.
        for slow in [Duration::from_secs(4), Duration::from_secs(300)] {
            let (double, event) = waiting(shop);
            double.set("appconfigdata:GetLatestConfiguration", "a/b/c", json!({"Content": "version: 1\n"}));
            double.fail(operation, Which::Always, Fault::Slow(slow));
            let started = Instant::now();
            let variables = [HISTORY, ("FITGATE_POLICY_APPCONFIG", "a/b/c")];
            let Invoked { text, .. } = invoke(&hook(&double, &variables), &payload(&event)).await;
            assert!(answered(&double, &event).is_some(), "{operation} {slow:?}: {text}");
            assert!(started.elapsed() < TIME, "{operation} {slow:?}: {:?}", started.elapsed());
        }
    }
}
