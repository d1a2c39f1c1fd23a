//! From the two ids of an event to the deployment, and from its function to the stack.

use std::time::Duration;

use fitgate::{
    aws::{
        Calls, Rates, deployment,
        owner::{self, Owner},
    },
    deployment::{Deployment, Strategy, Weight},
    event::{HookEvent, Phase},
    world::Outage,
};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    double::{Double, Fault, Stack, Which},
    release::{ALIAS, APPLICATION, FUNCTION, GROUP, deploy, version},
};

const GET: &str = "codedeploy:GetDeployment";
const LIST: &str = "codedeploy:ListDeploymentTargets";
const TARGETS: &str = "codedeploy:BatchGetDeploymentTargets";
const REVISION: &str = "codedeploy:GetApplicationRevision";
const FUNCTION_OF: &str = "lambda:GetFunction";
const HOLDER: &str = "cloudformation:DescribeStackResources";
const STACKS: &str = "cloudformation:DescribeStacks";
const PAGES: &str = "cloudformation:ListStackResources";

const TAG: &str = "aws:cloudformation:stack-id";

/// The deployment, with what a reader is to know; the entry point is that of the pre-traffic hook.
async fn found(double: &Double, event: &HookEvent) -> Result<(Deployment, Vec<String>), Outage> {
    let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
    let found = deployment::find(&clients, &calls, event, Phase::BeforeAllowTraffic, async |_| ()).await?;
    Ok((found.deployment, found.remarks))
}

/// What went wrong, as a reader sees it.
async fn trouble(double: &Double, event: &HookEvent) -> String {
    found(double, event).await.expect_err("no deployment").to_string()
}

// ── the deployment ──

#[tokio::test(start_paused = true)]
async fn without_the_deployment_there_is_nothing_to_judge() {
    let cases = [
        (Fault::Denied, "access denied; grant codedeploy:GetDeployment"),
        (Fault::Throttled, "codedeploy:GetDeployment was throttled"),
        (Fault::Hang, "codedeploy:GetDeployment timed out"),
        (Fault::NotFound, "codedeploy:GetDeployment failed: not found (DeploymentDoesNotExistException)"),
        (Fault::Status500, "codedeploy:GetDeployment failed: InternalFailure"),
        (Fault::Reset, "codedeploy:GetDeployment failed:"),
        (Fault::Garbage, "codedeploy:GetDeployment failed: an answer (status 200) that cannot be read"),
    ];
    for (fault, told) in cases {
        let double = Double::new();
        let event = deploy(&double, Phase::BeforeAllowTraffic, None);
        double.fail(GET, Which::Always, fault.clone());
        let said = trouble(&double, &event).await;
        let expected = format!("cannot read the deployment {}: {told}", event.deployment_id);
        assert!(said.starts_with(&expected), "{fault:?}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_of_nobody_is_told_by_its_id() {
    let double = Double::new();
    let mut event = deploy(&double, Phase::BeforeAllowTraffic, None);
    event.deployment_id = "d-UNKNOWN99".parse().expect("an id");
    let said = trouble(&double, &event).await;
    assert!(said.contains("d-UNKNOWN99") && said.contains("DeploymentDoesNotExistException"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_over_or_of_another_platform_is_not_judged() {
    let cases = [
        (json!({"status": "Stopped"}), "it is over: CodeDeploy says Stopped"),
        (json!({"status": "Succeeded"}), "it is over: CodeDeploy says Succeeded"),
        (json!({"status": "Failed"}), "it is over: CodeDeploy says Failed"),
        (json!({"computePlatform": "ECS"}), "its compute platform is ECS; fitgate judges deployments of Lambda"),
    ];
    for (info, told) in cases {
        let double = Double::new();
        let event = deploy(&double, Phase::BeforeAllowTraffic, None);
        double.set(GET, event.deployment_id.as_str(), json!({ "deploymentInfo": info }));
        let said = trouble(&double, &event).await;
        assert!(said.ends_with(told), "{said}");
        assert_eq!(double.count(REVISION), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_has_not_started_is_asked_for_again() {
    let not_started = Fault::Refused { status: 400, code: "DeploymentNotStartedException" };
    for operation in [LIST, TARGETS] {
        let double = Double::new();
        let event = deploy(&double, Phase::BeforeAllowTraffic, None);
        double.fail(operation, Which::Times(3), not_started.clone());
        let started = Instant::now();
        let (deployment, remarks) = found(&double, &event).await.expect("a deployment");
        assert_eq!((deployment.target, remarks), (version(2), Vec::new()), "{operation}");
        assert_eq!(double.count(operation), 4, "{operation}");
        assert_eq!(started.elapsed(), Duration::from_millis(3_500), "{operation}");
    }
    let double = Double::new();
    let event = deploy(&double, Phase::BeforeAllowTraffic, None);
    double.fail(LIST, Which::Always, not_started);
    let (deployment, remarks) = found(&double, &event).await.expect("what the AppSpec says");
    assert_eq!(deployment.target, version(2));
    assert!(remarks[0].contains("DeploymentNotStartedException"), "{remarks:?}");
    assert_eq!(double.count(LIST), 6);
}

#[tokio::test(start_paused = true)]
async fn where_the_target_does_not_tell_the_app_spec_does() {
    for operation in [LIST, TARGETS] {
        for fault in Fault::ALL {
            let double = Double::new();
            let event = deploy(&double, Phase::BeforeAllowTraffic, None);
            double.fail(operation, Which::Always, fault.clone());
            let (deployment, remarks) = found(&double, &event).await.expect("what the AppSpec says");
            let name = format!("{operation} {fault:?}");
            let Deployment { function, alias, current, target, phase, weight, .. } = deployment;
            assert_eq!((function.as_str(), alias.as_str()), (FUNCTION, ALIAS), "{name}");
            assert_eq!((current, target), (version(1), version(2)), "{name}");
            assert_eq!((phase, weight), (Phase::BeforeAllowTraffic, Weight::NONE), "{name}");
            assert_eq!(remarks.len(), 2, "{name}: {remarks:?}");
            // An answer of another shape may read as one that holds nothing.
            let told = remarks[0].contains(operation) || fault == Fault::WrongShape;
            assert!(remarks[0].contains("AppSpec") && told, "{name}: {remarks:?}");
            assert!(remarks[1].contains("pre-traffic hook by the function called"), "{name}: {remarks:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_without_versions_is_one_that_does_not_tell() {
    let info = |info| json!([{"deploymentTargetType": "LambdaTarget", "lambdaTarget": {"lambdaFunctionInfo": info}}]);
    let cases = [
        (json!([]), "no Lambda target"),
        (json!([{"deploymentTargetType": "InstanceTarget", "instanceTarget": {}}]), "no Lambda target"),
        (json!([{"deploymentTargetType": "LambdaTarget", "lambdaTarget": {}}]), "no lambdaFunctionInfo"),
        (info(json!({"functionAlias": "live", "currentVersion": "1", "targetVersion": "2"})), "no functionName"),
        (info(json!({"functionName": "orders", "functionAlias": "live", "currentVersion": "1"})), "no targetVersion"),
        (
            info(json!({"functionName": "orders", "functionAlias": "live", "currentVersion": "$LATEST",
                "targetVersion": "2"})),
            "$LATEST is not a published version",
        ),
    ];
    for (targets, told) in cases {
        let double = Double::new();
        let event = deploy(&double, Phase::BeforeAllowTraffic, None);
        double.set(TARGETS, event.deployment_id.as_str(), json!({ "deploymentTargets": targets }));
        let (deployment, remarks) = found(&double, &event).await.expect("what the AppSpec says");
        assert_eq!(deployment.current, version(1));
        assert!(remarks[0].contains(told), "{told}: {remarks:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_neither_tells_both_are_named() {
    let double = Double::new();
    let event = deploy(&double, Phase::BeforeAllowTraffic, None);
    double.fail(TARGETS, Which::Always, Fault::Denied);
    double.fail(REVISION, Which::Always, Fault::Denied);
    let said = trouble(&double, &event).await;
    assert!(said.contains("grant codedeploy:BatchGetDeploymentTargets"), "{said}");
    assert!(said.contains("of its revision: access denied; grant codedeploy:GetApplicationRevision"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn codedeploy_tells_everything() {
    let cases = [
        (Phase::BeforeAllowTraffic, Weight::NONE, None, "user"),
        (Phase::AfterAllowTraffic, Weight::ALL, Some("whatever started it"), "CloudFormation"),
    ];
    for (phase, weight, external_id, creator) in cases {
        let double = Double::new();
        let event = deploy(&double, phase, external_id);
        let (deployment, remarks) = found(&double, &event).await.expect("a deployment");
        assert_eq!(remarks, Vec::<String>::new());
        let created = deployment.created.expect("a creation");
        assert_eq!(created.to_string(), "2000-01-01T00:00:00Z");
        let expected = Deployment {
            id: event.deployment_id,
            application: APPLICATION.to_owned(),
            group: GROUP.to_owned(),
            function: FUNCTION.to_owned(),
            alias: ALIAS.to_owned(),
            current: version(1),
            target: version(2),
            phase,
            weight,
            config: "CodeDeployDefault.LambdaAllAtOnce".to_owned(),
            strategy: Some(Strategy::AllAtOnce),
            created: Some(created),
            creator: Some(creator.to_owned()),
            external_id: external_id.map(str::to_owned),
        };
        assert_eq!(deployment, expected);
        assert_eq!((double.count("*"), double.count(REVISION)), (3, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn the_deployment_its_target_and_its_stack_are_asked_for_at_the_same_time() {
    let double = Double::new();
    let event = deploy(&double, Phase::BeforeAllowTraffic, Some(&Stack::named("shop").id()));
    double.stack(Stack::named("shop"));
    double.latency(Duration::from_millis(30));
    let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
    let stack = async |id: &str| owner::named(&clients, &calls, id).await;
    let started = Instant::now();
    let found = deployment::find(&clients, &calls, &event, Phase::BeforeAllowTraffic, stack).await;
    let Some((stack, first_page)) = found.expect("a deployment").meanwhile else { panic!("an external id") };
    assert!(matches!(stack, Ok(Some(_))) && first_page.is_some());
    assert_eq!((double.count("*"), started.elapsed()), (5, Duration::from_millis(60)));
}

/// What a hook does next does not wait for a page that does not come: it may end without it.
#[tokio::test(start_paused = true)]
async fn a_first_page_that_does_not_come_holds_nobody_up() {
    let double = Double::new();
    double.stack(Stack::named("shop"));
    double.latency(Duration::from_millis(30));
    double.fail(PAGES, Which::Always, Fault::Hang);
    let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
    let started = Instant::now();
    let (stack, first_page) = owner::named(&clients, &calls, &Stack::named("shop").id()).await;
    assert!(matches!(stack, Ok(Some(_))) && first_page.is_some());
    assert_eq!(started.elapsed(), Duration::from_millis(30));
}

// ── the stack ──

/// A deployed function, with no sign of a stack yet.
async fn lone() -> (Double, Deployment) {
    let double = Double::new();
    let event = deploy(&double, Phase::BeforeAllowTraffic, None);
    double.set("lambda:GetFunctionConfiguration", FUNCTION, json!({"Runtime": "nodejs24.x"}));
    let (deployment, _) = found(&double, &event).await.expect("a deployment");
    double.begin();
    (double, deployment)
}

async fn owner(double: &Double, deployment: &Deployment) -> Result<Owner, Outage> {
    owner::find(&double.clients(), &Calls::new(Rates::Documented), deployment).await
}

/// The name of the stack that was found.
async fn stack_of(double: &Double, deployment: &Deployment) -> String {
    match owner(double, deployment).await.expect("an owner") {
        Owner::Stack(stack) => stack.identity.name,
        Owner::Alone(alone) => panic!("{} is alone", alone.function),
    }
}

fn holding(name: &str) -> Stack {
    Stack::named(name).with("Orders", "AWS::Lambda::Function", FUNCTION)
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_nobody_can_name_is_not_taken_for_none() {
    for fault in [Fault::Denied, Fault::Throttled, Fault::Hang, Fault::Status500, Fault::Garbage] {
        let (double, deployment) = lone().await;
        double.fail(HOLDER, Which::Always, fault.clone());
        let said = owner(&double, &deployment).await.expect_err("nobody can tell").to_string();
        assert!(said.starts_with("cannot find the stack of the function orders: "), "{fault:?}: {said}");
        assert!(said.contains(HOLDER), "{fault:?}: {said}");
    }
    let (double, deployment) = lone().await;
    double.fail(HOLDER, Which::Always, Fault::Denied);
    double.fail(FUNCTION_OF, Which::Always, Fault::Denied);
    let said = owner(&double, &deployment).await.expect_err("nobody can tell").to_string();
    assert!(said.contains(&format!("grant {HOLDER}; and access denied; grant {FUNCTION_OF}")), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_is_named_and_cannot_be_read_is_an_outage() {
    let (double, deployment) = lone().await;
    double.stack(holding("shop"));
    double.set("lambda:ListTags", FUNCTION, json!({"Tags": {TAG: holding("shop").id()}}));
    double.fail(STACKS, Which::Always, Fault::Denied);
    let said = owner(&double, &deployment).await.expect_err("nobody can tell").to_string();
    assert!(said.contains("read the stack") && said.contains(&format!("grant {STACKS}")), "{said}");
}

#[tokio::test(start_paused = true)]
async fn the_function_s_tag_names_its_stack() {
    let (double, deployment) = lone().await;
    double.stack(holding("shop"));
    double.set("lambda:ListTags", FUNCTION, json!({"Tags": {TAG: holding("shop").id(), "team": "a"}}));
    assert_eq!(stack_of(&double, &deployment).await, "shop");
    assert_eq!((double.count(FUNCTION_OF), double.count(HOLDER), double.count("*")), (1, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn without_a_tag_cloudformation_is_asked_who_holds_the_function() {
    for denied in [false, true] {
        let (double, deployment) = lone().await;
        double.stack(Stack::named("other").with("Other", "AWS::Lambda::Function", "other"));
        double.stack(holding("shop"));
        if denied {
            double.fail(FUNCTION_OF, Which::Always, Fault::Denied);
        }
        assert_eq!(stack_of(&double, &deployment).await, "shop");
        assert_eq!((double.count(HOLDER), double.count(STACKS)), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_of_a_nested_stack_belongs_to_the_root() {
    let (double, deployment) = lone().await;
    let mut root = Stack::named("shop");
    let mut middle = Stack::named("shop-middle");
    let mut inner = holding("shop-inner");
    root = root.with_nested("Middle", &mut middle);
    middle = middle.with_nested("Inner", &mut inner);
    for stack in [root.clone(), middle, inner.clone()] {
        double.stack(stack);
    }
    assert_eq!(stack_of(&double, &deployment).await, "shop");
    assert_eq!(double.count(STACKS), 2, "the nested stack and its root");

    double.begin();
    let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
    let named = owner::named(&clients, &calls, &inner.id()).await.0.expect("it can be read").expect("a stack");
    assert_eq!((named.id, double.count(STACKS)), (root.id(), 2));
    assert_eq!(double.count(PAGES), 1, "of the nested stack, before anybody knew that it is one");
}

#[tokio::test(start_paused = true)]
async fn an_external_id_is_a_stack_or_nothing() {
    let double = Double::new();
    let mut gone = Stack::named("gone");
    gone.status = "DELETE_COMPLETE".to_owned();
    double.stack(gone.clone());
    let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
    for id in ["", "pipeline-7", "arn:aws:s3:::bucket", "arn:aws:cloudformation:eu-west-1:1:changeSet/a/b"] {
        assert!(matches!(owner::named(&clients, &calls, id).await, (Ok(None), None)), "{id}");
    }
    assert_eq!(double.count("*"), 0);
    for stack in [gone, Stack::named("never")] {
        assert!(matches!(owner::named(&clients, &calls, &stack.id()).await, (Ok(None), None)));
    }
    assert_eq!(double.count(STACKS), 2);
}

#[tokio::test(start_paused = true)]
async fn a_tag_of_a_deleted_stack_names_nobody() {
    let (double, deployment) = lone().await;
    let mut gone = holding("gone");
    gone.status = "DELETE_COMPLETE".to_owned();
    gone.resources_mut()[0].status = "DELETE_SKIPPED".to_owned();
    double.set("lambda:ListTags", FUNCTION, json!({"Tags": {TAG: gone.id()}}));
    double.stack(gone);
    assert!(matches!(owner(&double, &deployment).await, Ok(Owner::Alone(_))));
    assert_eq!((double.count(STACKS), double.count(HOLDER)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_holds_the_function_and_is_not_there_is_nothing_to_judge() {
    let (double, deployment) = lone().await;
    double.stack(holding("shop"));
    double.fail(STACKS, Which::Always, Fault::NotFound);
    let error = owner(&double, &deployment).await.expect_err("nobody knows what else is in it").to_string();
    assert!(error.contains("shop") && error.contains("DescribeStacks knows no such stack"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_function_in_no_stack_is_judged_with_its_alias_and_its_group() {
    let (double, deployment) = lone().await;
    let Ok(Owner::Alone(alone)) = owner(&double, &deployment).await else { panic!("nobody holds it") };
    let inventory: Vec<_> = alone
        .inventory
        .iter()
        .map(|resource| (resource.r#type.as_str(), resource.physical_id.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        inventory,
        [
            ("AWS::Lambda::Function", "orders"),
            ("AWS::Lambda::Alias", "arn:aws:lambda:us-east-1:123456789012:function:orders:live"),
            ("AWS::CodeDeploy::Application", "shop"),
            ("AWS::CodeDeploy::DeploymentGroup", "orders"),
        ]
    );
    assert_eq!(alone.identity.name, "orders");
    assert_eq!(alone.identity.account.present().map(String::as_str), Some("123456789012"));
    assert_eq!(alone.identity.region.present().map(String::as_str), Some("us-east-1"));
    assert_eq!(Owner::Alone(alone).key().as_str(), "function/orders");
}
