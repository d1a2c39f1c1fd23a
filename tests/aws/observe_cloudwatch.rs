//! Alarms: those of the stack, those that groups watch elsewhere, what composite ones name, and how few calls it takes.

use fitgate::{check::Verdict, checks, evaluate, facts::Branch, need::Need};
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Stack, Which},
    looking::{FAULTS, Looked, Named, is_for_reason, look, look_at},
};

const DESCRIBE: &str = "cloudwatch:DescribeAlarms";
const ERRORS: Named = ("Errors", "AWS::CloudWatch::Alarm", "shop-errors");
const ANY: Named = ("Any", "AWS::CloudWatch::CompositeAlarm", "shop-any");
const APPLICATION: Named = ("Application", "AWS::CodeDeploy::Application", "shop");
const GROUP: Named = ("Group", "AWS::CodeDeploy::DeploymentGroup", "orders");
const NEEDS: [Need; 2] = [Need::DeploymentGroup, Need::Alarms];

/// An alarm on the errors of the alias, in this state.
fn on_errors(state: &str) -> Value {
    json!({
        "ActionsEnabled": true,
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "orders"}, {"Name": "Resource", "Value": "orders:live"}],
        "Statistic": "Sum",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.5,
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "TreatMissingData": "notBreaching",
        "StateValue": state,
    })
}

fn composite(rule: &str) -> Value {
    json!({"AlarmRule": rule, "ActionsEnabled": false, "StateValue": "OK"})
}

/// A group that watches these.
fn group(double: &Double, alarms: &[&str]) {
    let alarms: Vec<Value> = alarms.iter().map(|name| json!({"name": name})).collect();
    let info = json!({
        "applicationName": "shop",
        "deploymentGroupName": "orders",
        "deploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        "serviceRoleArn": "role",
        "computePlatform": "Lambda",
        "alarmConfiguration": {"enabled": true, "alarms": alarms},
    });
    double.set("codedeploy:GetDeploymentGroup", "shop/orders", json!({"deploymentGroupInfo": info}));
}

#[tokio::test(start_paused = true)]
async fn alarms_read_as_cloudformation_writes_them_with_their_state() {
    let double = Double::new();
    double.set(DESCRIBE, "shop-errors", on_errors("ALARM"));
    double.set(DESCRIBE, "shop-any", composite("ALARM(\"shop-errors\")"));
    double.set(
        DESCRIBE,
        "shop-rate",
        json!({
            "Metrics": [
                {"Id": "rate", "Expression": "errors / calls", "ReturnData": true, "Period": 60},
                {"Id": "errors", "MetricStat": {
                    "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "orders"}]},
                    "Period": 60, "Stat": "Sum",
                }},
            ],
            "EvaluationPeriods": 1,
            "StateValue": "INSUFFICIENT_DATA",
        }),
    );
    let looked = look(&double, NEEDS, &[ERRORS, ANY, ("Rate", "AWS::CloudWatch::Alarm", "shop-rate")]).await;
    let mut expected = on_errors("ALARM");
    expected["AlarmName"] = "shop-errors".into();
    assert_eq!(looked.saved("Errors"), expected);
    let any = json!({
        "AlarmName": "shop-any", "AlarmRule": "ALARM(\"shop-errors\")", "ActionsEnabled": false, "StateValue": "OK",
    });
    assert_eq!(looked.saved("Any"), any);
    let metrics = json!([
        {"Id": "rate", "Expression": "errors / calls", "Period": 60},
        {"Id": "errors", "MetricStat": {
            "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "orders"}]},
            "Period": 60,
        }},
    ]);
    assert_eq!(looked.fact("Rate", "Metrics"), metrics);
    assert_eq!(looked.fact("Rate", "Namespace"), Value::Null);
    assert_eq!(looked.counts.into_iter().collect::<Vec<_>>(), [(DESCRIBE, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_names_are_one_call_and_pages_are_read_to_the_end() {
    let double = Double::new();
    let mut stack = Stack::named("shop");
    for n in 0..150 {
        double.set(DESCRIBE, &format!("alarm-{n:03}"), on_errors("OK"));
        stack = stack.with(&format!("Alarm{n:03}"), "AWS::CloudWatch::Alarm", &format!("alarm-{n:03}"));
    }
    double.stack(stack);
    let looked = look_at(&double, "shop", NEEDS).await;
    assert_eq!(looked.counts[DESCRIBE], 2);
    double.page_size(40);
    let looked = look_at(&double, "shop", NEEDS).await;
    assert_eq!(looked.counts[DESCRIBE], 3 + 2, "pages of the hundred, pages of the fifty");
    for n in 0..150 {
        assert_eq!(looked.fact(&format!("Alarm{n:03}"), "StateValue"), "OK");
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_is_told_from_the_others() {
    for fault in FAULTS {
        let double = Double::new();
        double.set(DESCRIBE, "shop-errors", on_errors("OK"));
        group(&double, &["shop-errors", "elsewhere"]);
        double.fail(DESCRIBE, Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &[ERRORS, APPLICATION, GROUP]).await;
        let found = looked.saved("Errors");
        assert!(is_for_reason(&found, &fault, Need::Alarms), "{fault:?}: {found}");
        let found = looked.fact("Group", "$Alarms/Alarms/0");
        assert!(is_for_reason(&found, &fault, Need::Alarms), "{fault:?}: {found}");
        assert_eq!(looked.fact("Group", "ComputePlatform"), "Lambda", "the group itself is known");
    }
}

#[tokio::test(start_paused = true)]
async fn one_batch_that_fails_does_not_take_the_others_along() {
    let double = Double::new();
    let mut stack = Stack::named("shop");
    for n in 0..101 {
        double.set(DESCRIBE, &format!("alarm-{n:03}"), on_errors("OK"));
        stack = stack.with(&format!("Alarm{n:03}"), "AWS::CloudWatch::Alarm", &format!("alarm-{n:03}"));
    }
    double.stack(stack);
    double.fail(DESCRIBE, Which::of("alarm-100"), Fault::Denied);
    let looked = look_at(&double, "shop", NEEDS).await;
    assert_eq!(looked.fact("Alarm000", "StateValue"), "OK");
    assert_eq!(looked.fact("Alarm100", "$unknown/Denied/action"), DESCRIBE);
}

#[tokio::test(start_paused = true)]
async fn what_a_group_watches_elsewhere_is_looked_at_with_what_it_names() {
    let double = Double::new();
    double.set(DESCRIBE, "shop-any", composite("ALARM(\"outer\") OR ALARM(shop-errors)"));
    double.set(DESCRIBE, "shop-errors", on_errors("OK"));
    double.set(
        DESCRIBE,
        "outer",
        composite("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:inner) OR ALARM(gone)"),
    );
    double.set(DESCRIBE, "inner", on_errors("ALARM"));
    double.set(DESCRIBE, "alone", on_errors("OK"));
    group(&double, &["shop-any", "alone", "missing"]);
    let looked = look(&double, NEEDS, &[ERRORS, ANY, APPLICATION, GROUP]).await;
    let names = |list: &str| {
        let list = looked.fact("Group", list);
        let mut names: Vec<String> =
            list.as_array().expect("a list").iter().map(|alarm| alarm["AlarmName"].to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(names("$Alarms/Alarms"), ["\"alone\"", "\"inner\""]);
    assert_eq!(names("$Alarms/CompositeAlarms"), ["\"outer\""]);
    assert_eq!(looked.counts[DESCRIBE], 3, "the stack's, what the group and the composite name, what those name");
}

/// What a check says of the group.
fn said(looked: &Looked, check: &str) -> Verdict {
    let branches = [Branch { assumptions: Vec::new(), facts: looked.facts.clone() }];
    let yardstick = fitgate::check::Yardstick::on("2026-06-01".parse().expect("a day"));
    let check = checks::by_id(check).expect("a check");
    let verdicts = evaluate::judge(check, &branches, &yardstick);
    verdicts.into_iter().find(|(id, ..)| id.as_str() == "Group").expect("a verdict").2
}

#[tokio::test(start_paused = true)]
async fn alarms_of_no_stack_are_judged_like_those_of_this_one() {
    for (alarms, verdict, text) in [
        (&["fine"][..], "pass", ""),
        (&["fine", "ringing"], "fail", "the alarm ringing is in ALARM already"),
        (&["fine", "missing"], "fail", "the alarm missing does not exist"),
        (&["both"], "pass", ""),
    ] {
        let double = Double::new();
        double.set(DESCRIBE, "fine", on_errors("OK"));
        double.set(DESCRIBE, "ringing", on_errors("ALARM"));
        double.set(DESCRIBE, "both", {
            let mut both = composite("ALARM(fine) OR ALARM(ringing)");
            both["ActionsEnabled"] = true.into();
            both
        });
        group(&double, alarms);
        let looked = look(&double, NEEDS, &[APPLICATION, GROUP]).await;
        let said = said(&looked, "deployment-alarms-usable");
        let words = match &said {
            Verdict::Fail(evidence) | Verdict::Partial(_, evidence) => evidence.text.clone(),
            Verdict::Inconclusive(why, _) => why.to_string(),
            Verdict::Pass => String::new(),
        };
        assert_eq!(said.kind().name(), verdict, "{alarms:?}: {words}");
        assert!(words.contains(text), "{alarms:?}: {words}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_is_gone_is_said_to_be() {
    let double = Double::new();
    let looked = look(&double, NEEDS, &[ERRORS]).await;
    assert_eq!(looked.fact("Errors", "$unknown/Failed/message"), "there is no alarm shop-errors");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_what_no_check_asks_for() {
    let double = Double::new();
    group(&double, &["elsewhere"]);
    let looked = look(&double, [Need::DeploymentGroup], &[ERRORS, APPLICATION, GROUP]).await;
    assert_eq!(looked.counts.get(DESCRIBE), None);
    assert_eq!(looked.fact("Group", "$Alarms"), Value::Null);
    assert!(looked.fact("Errors", "$unknown/NotObserved").is_string());
}
