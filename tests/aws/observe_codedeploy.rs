//! Deployment groups, applications and strategies: what CodeDeploy answers, as facts, and with how few calls.

use fitgate::{
    deployment::{Deployment, Strategy, Version, Weight},
    event::{DeploymentId, Phase},
    facts::Properties,
    need::Need,
};
use serde_json::{Value, json};

use crate::{
    double::{ACCOUNT, Double, Fault, Stack, Which},
    looking::{FAULTS, Looked, Named, is_for_reason, look, look_at, look_during},
};

const BATCH: &str = "codedeploy:BatchGetDeploymentGroups";
const APPLICATION: Named = ("Application", "AWS::CodeDeploy::Application", "shop");
const ORDERS: Named = ("Orders", "AWS::CodeDeploy::DeploymentGroup", "orders");
const NEEDS: [Need; 2] = [Need::DeploymentGroup, Need::DeploymentConfig];

/// A group of an application as CodeDeploy describes it, with this on top.
fn group(double: &Double, application: &str, name: &str, more: &Value) {
    let mut info = json!({
        "applicationName": application,
        "deploymentGroupName": name,
        "deploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        "serviceRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/deployer"),
        "computePlatform": "Lambda",
    });
    for (key, value) in more.as_object().expect("an object") {
        info[key] = value.clone();
    }
    let key = format!("{application}/{name}");
    double.set("codedeploy:GetDeploymentGroup", &key, json!({ "deploymentGroupInfo": info }));
}

async fn seen(double: &Double, resources: &[Named]) -> Looked {
    look(double, NEEDS, resources).await
}

#[tokio::test(start_paused = true)]
async fn a_group_reads_as_cloudformation_writes_it() {
    let double = Double::new();
    let more = json!({
        "alarmConfiguration": {"enabled": true, "ignorePollAlarmFailure": true, "alarms": [{"name": "errors"}]},
        "autoRollbackConfiguration": {"enabled": true, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "triggerConfigurations": [{
            "triggerName": "told", "triggerTargetArn": "arn:aws:sns:us-east-1:1:told", "triggerEvents": ["DeploymentFailure"],
        }],
    });
    group(&double, "shop", "orders", &more);
    let looked = seen(&double, &[APPLICATION, ORDERS]).await;
    let expected = json!({
        "ApplicationName": "shop",
        "DeploymentGroupName": "orders",
        "DeploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        "ServiceRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/deployer"),
        "AutoRollbackConfiguration": {"Enabled": true, "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
        "AlarmConfiguration": {"Enabled": true, "IgnorePollAlarmFailure": true, "Alarms": [{"Name": "errors"}]},
        "DeploymentStyle": {"DeploymentOption": "WITH_TRAFFIC_CONTROL", "DeploymentType": "BLUE_GREEN"},
        "TriggerConfigurations": [{
            "TriggerName": "told", "TriggerTargetArn": "arn:aws:sns:us-east-1:1:told", "TriggerEvents": ["DeploymentFailure"],
        }],
        "ComputePlatform": "Lambda",
    });
    assert_eq!(looked.saved("Orders"), expected);
    assert_eq!(looked.saved("Application"), json!({"ApplicationName": "shop", "ComputePlatform": "Lambda"}));
    assert_eq!(looked.counts.into_iter().collect::<Vec<_>>(), [(BATCH, 1)]);
}

#[tokio::test(start_paused = true)]
async fn nothing_configured_is_absent() {
    let double = Double::new();
    group(&double, "shop", "orders", &json!({"alarmConfiguration": {"enabled": false, "alarms": []}}));
    let looked = seen(&double, &[APPLICATION, ORDERS]).await;
    let off = json!({"Enabled": false, "IgnorePollAlarmFailure": false, "Alarms": []});
    assert_eq!(looked.fact("Orders", "AlarmConfiguration"), off);
    assert_eq!(looked.fact("Orders", "AutoRollbackConfiguration"), Value::Null);
    assert_eq!(looked.fact("Orders", "TriggerConfigurations"), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_groups_are_one_call() {
    let double = Double::new();
    let mut stack = Stack::named("shop").with("Application", "AWS::CodeDeploy::Application", "shop");
    for n in 0..250 {
        group(&double, "shop", &format!("group-{n}"), &json!({}));
        stack = stack.with(&format!("Group{n}"), "AWS::CodeDeploy::DeploymentGroup", &format!("group-{n}"));
    }
    double.stack(stack);
    let looked = look_at(&double, "shop", NEEDS).await;
    assert_eq!(looked.counts.get(BATCH), Some(&3));
    assert_eq!(looked.fact("Group249", "DeploymentGroupName"), "group-249");
}

#[tokio::test(start_paused = true)]
async fn every_fault_is_told_from_the_others_and_stays_with_the_groups() {
    for fault in FAULTS {
        let double = Double::new();
        group(&double, "shop", "orders", &json!({}));
        double.fail(BATCH, Which::Always, fault.clone());
        let looked = seen(&double, &[APPLICATION, ORDERS]).await;
        let found = looked.saved("Orders");
        assert!(is_for_reason(&found, &fault, Need::DeploymentGroup), "{fault:?}: {found}");
        assert_eq!(looked.fact("Application", "ApplicationName"), "shop");
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    let double = Double::new();
    group(&double, "shop", "orders", &json!({}));
    double.fail(BATCH, Which::Times(1), Fault::Throttled);
    let looked = seen(&double, &[APPLICATION, ORDERS]).await;
    assert_eq!(looked.fact("Orders", "ComputePlatform"), "Lambda");
    assert_eq!((double.count(BATCH), looked.counts[BATCH]), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_gone_is_said_to_be() {
    let double = Double::new();
    group(&double, "shop", "others", &json!({}));
    let looked = seen(&double, &[APPLICATION, ORDERS]).await;
    let message = "no application of the stack, nor that of its template, has a group orders";
    assert_eq!(looked.fact("Orders", "$unknown/Failed/message"), message);
}

const TEMPLATE: &str = "
Parameters: {Owner: {Type: String, Default: nobody}}
Resources:
  Application: {Type: 'AWS::CodeDeploy::Application'}
  Orders:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties: {ApplicationName: !Ref Owner, ServiceRoleArn: r}
  Carts:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties: {ApplicationName: !Ref Application, ServiceRoleArn: r}
";

/// Two groups: one of an application elsewhere, one whose name two applications have.
fn two_applications() -> Double {
    let double = Double::new();
    let group_type = "AWS::CodeDeploy::DeploymentGroup";
    double.stack(
        Stack::named("shop")
            .with_template(TEMPLATE)
            .with_parameter("Owner", "platform")
            .with("Application", "AWS::CodeDeploy::Application", "shop")
            .with("Other", "AWS::CodeDeploy::Application", "other")
            .with("Orders", group_type, "orders")
            .with("Carts", group_type, "carts"),
    );
    group(&double, "platform", "orders", &json!({"serviceRoleArn": "of-orders"}));
    group(&double, "shop", "carts", &json!({"serviceRoleArn": "of-carts"}));
    group(&double, "other", "carts", &json!({"serviceRoleArn": "of-another"}));
    double
}

#[tokio::test(start_paused = true)]
async fn the_template_says_which_application_where_the_stack_does_not() {
    let double = two_applications();
    let looked = look_at(&double, "shop", [Need::DeploymentGroup, Need::StackTemplate]).await;
    assert_eq!(looked.fact("Orders", "ServiceRoleArn"), "of-orders");
    assert_eq!(looked.fact("Carts", "ServiceRoleArn"), "of-carts");
    assert_eq!((looked.counts[BATCH], looked.counts["cloudformation:GetTemplate"]), (3, 1));
    // Without the template nobody can tell.
    let looked = look_at(&double, "shop", [Need::DeploymentGroup]).await;
    assert!(matches!(properties(&looked, "Carts"), Properties::Unreadable(_)));
    assert!(matches!(properties(&looked, "Orders"), Properties::Unreadable(_)));
}

fn properties<'l>(looked: &'l Looked, id: &str) -> &'l Properties {
    &looked.facts.get(&fitgate::inventory::LogicalId::new(id)).expect("it is there").properties
}

fn deployment() -> Deployment {
    let [application, group, function, alias, config] =
        ["platform", "orders", "orders", "live", "CodeDeployDefault.LambdaAllAtOnce"].map(str::to_owned);
    Deployment {
        id: DeploymentId::new("d-ABCDEFGH1").expect("an id"),
        application,
        group,
        function,
        alias,
        current: Version::new(1).expect("a version"),
        target: Version::new(2).expect("a version"),
        phase: Phase::BeforeAllowTraffic,
        weight: Weight::NONE,
        config,
        strategy: Some(Strategy::AllAtOnce),
        creator: None,
        external_id: None,
        created: None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_deployment_under_way_says_which_application_as_well() {
    let double = two_applications();
    let looked = look_during(&double, "shop", [Need::DeploymentGroup], Some(&deployment())).await;
    assert_eq!(looked.fact("Orders", "ServiceRoleArn"), "of-orders");
    assert_eq!(looked.counts[BATCH], 3);
}

#[tokio::test(start_paused = true)]
async fn strategies_are_read_of_whomever_they_are_and_predefined_ones_cost_nothing() {
    let double = Double::new();
    let canary = |percentage| {
        json!({"deploymentConfigInfo": {
            "deploymentConfigName": "slow",
            "computePlatform": "Lambda",
            "trafficRoutingConfig": {
                "type": "TimeBasedCanary",
                "timeBasedCanary": {"canaryPercentage": percentage, "canaryInterval": 30},
            },
        }})
    };
    double.set("codedeploy:GetDeploymentConfig", "slow", canary(10));
    double.set("codedeploy:GetDeploymentConfig", "elsewhere", canary(20));
    group(&double, "shop", "orders", &json!({"deploymentConfigName": "slow"}));
    group(&double, "shop", "carts", &json!({"deploymentConfigName": "elsewhere"}));
    group(&double, "shop", "users", &json!({}));
    let looked = seen(
        &double,
        &[
            APPLICATION,
            ORDERS,
            ("Carts", "AWS::CodeDeploy::DeploymentGroup", "carts"),
            ("Users", "AWS::CodeDeploy::DeploymentGroup", "users"),
            ("Slow", "AWS::CodeDeploy::DeploymentConfig", "slow"),
        ],
    )
    .await;
    let config = |percentage| {
        json!({
            "DeploymentConfigName": "slow",
            "ComputePlatform": "Lambda",
            "TrafficRoutingConfig": {
                "Type": "TimeBasedCanary",
                "TimeBasedCanary": {"CanaryPercentage": percentage, "CanaryInterval": 30},
            },
        })
    };
    assert_eq!(looked.saved("Slow"), config(10));
    assert_eq!(looked.fact("Orders", "DeploymentConfig"), config(10));
    assert_eq!(looked.fact("Carts", "DeploymentConfig"), config(20));
    assert_eq!(looked.fact("Users", "DeploymentConfig"), Value::Null);
    assert_eq!(looked.counts["codedeploy:GetDeploymentConfig"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_strategy_that_may_not_be_read_is_unknown_and_the_group_is_not() {
    let double = Double::new();
    group(&double, "shop", "carts", &json!({"deploymentConfigName": "elsewhere"}));
    double.fail("codedeploy:GetDeploymentConfig", Which::Always, Fault::Denied);
    let looked = seen(&double, &[APPLICATION, ("Carts", "AWS::CodeDeploy::DeploymentGroup", "carts")]).await;
    let action = looked.fact("Carts", "DeploymentConfig/$unknown/Denied/action");
    assert_eq!(action, "codedeploy:GetDeploymentConfig");
    assert_eq!(looked.fact("Carts", "ComputePlatform"), "Lambda");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_what_no_check_asks_for() {
    let double = Double::new();
    group(&double, "shop", "orders", &json!({}));
    let looked = look(&double, [Need::Table], &[APPLICATION, ORDERS]).await;
    assert!(looked.counts.is_empty(), "{:?}", looked.counts);
    assert!(looked.fact("Orders", "$unknown/NotObserved").is_string());
}
