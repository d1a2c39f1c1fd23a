//! Types without an observer of their own: by Cloud Control where it reads them, else by the stack's template.

use fitgate::need::Need;
use serde_json::{Value, json};

use crate::{
    double::{ACCOUNT, Double, Fault, REGION, Stack, Which},
    looking::{Looked, Named, look, look_at},
};

const GET: &str = "cloudcontrol:GetResource";

/// One type: its need, the resource, and the identifier that its schema asks for.
fn cases() -> Vec<(Need, Named, String)> {
    let same = |need, r#type, physical: &'static str| (need, ("It", r#type, physical), physical.to_owned());
    let rule = |physical: &'static str, path: &str| {
        let arn = format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{path}");
        (Need::RuleTargets, ("It", "AWS::Events::Rule", physical), arn)
    };
    vec![
        same(Need::Queue, "AWS::SQS::Queue", "https://sqs.us-east-1.amazonaws.com/1/orders"),
        same(Need::Streams, "AWS::Kinesis::Stream", "clicks"),
        same(Need::EventBuses, "AWS::Events::EventBus", "bus"),
        same(Need::EventEndpoints, "AWS::Events::Endpoint", "endpoint"),
        same(Need::Subscriptions, "AWS::SNS::Subscription", "arn:aws:sns:us-east-1:1:orders:1-2"),
        same(Need::StateMachines, "AWS::StepFunctions::StateMachine", "arn:aws:states:us-east-1:1:stateMachine:s"),
        same(Need::DataSources, "AWS::AppSync::DataSource", "arn:aws:appsync:us-east-1:1:apis/a/datasources/d"),
        same(Need::TopicRules, "AWS::IoT::TopicRule", "rule"),
        same(Need::Schedules, "AWS::Scheduler::Schedule", "nightly"),
        rule("orders", "orders"),
        rule("bus|orders", "bus/orders"),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_type_is_read_by_the_identifier_of_its_schema() {
    for (need, resource, identifier) in cases() {
        let double = Double::new();
        // One property of each type.
        let document = json!({
            "Name": "n", "QueueName": "orders", "TopicArn": "t", "DefinitionString": "{}", "Type": "NONE",
            "TopicRulePayload": {"Actions": []}, "Target": {"Arn": "a"}, "Targets": [{"Arn": "a"}],
        });
        double.set(GET, &format!("{}/{identifier}", resource.1), document);
        let looked = look(&double, [need], &[resource]).await;
        let found = looked.saved("It");
        assert!(found.get("$unknown").is_none() && found != json!({}), "{need:?}: {found}");
        assert_eq!(looked.counts.into_iter().collect::<Vec<_>>(), [(GET, 1)], "{need:?}");
        assert!(looked.remarks.is_empty(), "{:?}", looked.remarks);
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_is_told_from_the_others_and_denied_names_every_action() {
    for (need, resource, identifier) in cases() {
        for (fault, expected) in [
            (Fault::Denied, "Denied"),
            (Fault::Throttled, "Throttled"),
            (Fault::Hang, "TimedOut"),
            (Fault::Status500, "Failed"),
            (Fault::Garbage, "Failed"),
            (Fault::NotFound, "Failed"),
        ] {
            let double = Double::new();
            double.set(GET, &format!("{}/{identifier}", resource.1), json!({"QueueName": "orders"}));
            double.fail(GET, Which::Always, fault.clone());
            let looked = look(&double, [need], &[resource]).await;
            let why = looked.fact("It", "$unknown");
            assert!(why.get(expected).is_some(), "{need:?} {fault:?}: {why}");
            if fault == Fault::Denied {
                let all: Vec<&str> = need.actions().collect();
                assert_eq!(why["Denied"]["action"], all.join(", "));
            }
        }
    }
}

const QUEUE: Named = ("It", "AWS::SQS::Queue", "https://sqs/orders");

async fn queue(answer: Value) -> Looked {
    let double = Double::new();
    double.set(GET, "AWS::SQS::Queue/https://sqs/orders", answer);
    look(&double, [Need::Queue], &[QUEUE]).await
}

#[tokio::test(start_paused = true)]
async fn what_is_no_object_is_malformed() {
    for answer in [json!([1]), json!("text"), Value::Null] {
        let looked = queue(answer).await;
        let why = looked.fact("It", "$unknown/Malformed");
        assert!(why.as_str().is_some_and(|why| why.contains("Cloud Control")), "{why}");
    }
    let deep = (0..500).fold(json!({}), |inner, _| json!({ "RedrivePolicy": inner }));
    assert!(queue(deep).await.fact("It", "$unknown/Malformed").is_string());
}

#[tokio::test(start_paused = true)]
async fn a_document_is_typed_like_any_other() {
    let looked = queue(json!({
        "QueueName": "orders", "VisibilityTimeout": 30, "Arn": "arn:aws:sqs:us-east-1:1:orders",
        "RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:dead", "maxReceiveCount": 3},
    }))
    .await;
    let expected = json!({
        "QueueName": "orders", "VisibilityTimeout": 30,
        "RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:dead", "maxReceiveCount": 3},
    });
    assert_eq!(looked.saved("It"), expected);
}

#[tokio::test(start_paused = true)]
async fn the_policy_of_a_queue_is_the_one_that_sqs_has() {
    let needs = [Need::Queue, Need::QueuePolicies];
    let double = Double::new();
    double.set(GET, "AWS::SQS::Queue/https://sqs/orders", json!({"QueueName": "orders"}));
    let without = look(&double, needs, &[QUEUE]).await;
    assert_eq!(without.fact("It", "$Policy/Statement"), json!([]));
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"});
    let policy = json!({"Queue": "https://sqs/orders", "PolicyDocument": {"Statement": [statement]}});
    double.set(GET, "AWS::SQS::QueueInlinePolicy/https://sqs/orders", policy);
    let with = look(&double, needs, &[QUEUE]).await;
    assert_eq!(with.fact("It", "$Policy/Statement/0/Effect"), "Allow");
}

const TEMPLATE: &str = "
Resources:
  Fn: {Type: 'AWS::Lambda::Function', Properties: {Role: r}}
  Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Name: api}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      HttpMethod: GET
      Integration: {Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'}
  Group: {Type: 'AWS::Logs::LogGroup', Properties: {RetentionInDays: 7}}
  Authorizer: {Type: 'AWS::ApiGateway::Authorizer', Properties: {Type: TOKEN, RestApiId: !Ref Api, AuthorizerUri: !GetAtt Fn.Arn}}
  Pipe: {Type: 'AWS::Pipes::Pipe', Properties: {Source: s, Target: t, RoleArn: r, SourceParameters: {KinesisStreamParameters: {DeadLetterConfig: {Arn: d}}}}}
  Nightly: {Type: 'AWS::Scheduler::Schedule', Properties: {GroupName: mine, Target: {Arn: !GetAtt Fn.Arn}}}
  Rule: {Type: 'AWS::Events::Rule', Properties: {Targets: [{Id: a, Arn: !GetAtt Fn.Arn}]}}
";

fn shop() -> Double {
    let double = Double::new();
    double.stack(
        Stack::named("shop")
            .with_template(TEMPLATE)
            .with("Api", "AWS::ApiGateway::RestApi", "abc123")
            .with("Get", "AWS::ApiGateway::Method", "shop-get-1")
            .with("Group", "AWS::Logs::LogGroup", "/aws/lambda/fn")
            .with("Authorizer", "AWS::ApiGateway::Authorizer", "auth1")
            .with("Pipe", "AWS::Pipes::Pipe", "pipe")
            .with("Nightly", "AWS::Scheduler::Schedule", "nightly")
            .with("Rule", "AWS::Events::Rule", "rule")
            .with("Dashboard", "AWS::CloudWatch::Dashboard", "dashboard"),
    );
    double.set(GET, "AWS::Pipes::Pipe/pipe", json!({"Source": "live", "Target": "t"}));
    double.fail(
        GET,
        Which::of(&format!("AWS::Events::Rule/arn:aws:events:{REGION}:{ACCOUNT}:rule/rule")),
        Fault::Refused { status: 400, code: "UnsupportedActionException" },
    );
    double
}

const ALL: [Need; 7] = [
    Need::StackTemplate,
    Need::RestApiIntegrations,
    Need::HttpApiIntegrations,
    Need::LogGroups,
    Need::Pipes,
    Need::Schedules,
    Need::RuleTargets,
];

#[tokio::test(start_paused = true)]
async fn what_cloud_control_does_not_show_comes_from_the_template_and_is_counted() {
    let looked = look_at(&shop(), "shop", ALL).await;
    let function = json!({"Reference": {"resource": "Fn", "attribute": "Arn"}});
    assert_eq!(looked.fact("Get", "RestApiId/$text/0/Reference/resource"), "Api");
    assert_eq!(looked.fact("Get", "Integration/Uri/$text/1"), function);
    assert_eq!(looked.saved("Group"), json!({"LogGroupName": "/aws/lambda/fn", "RetentionInDays": 7}));
    assert_eq!(looked.fact("Authorizer", "AuthorizerUri/$text/0"), function);
    let pipe = looked.saved("Pipe");
    assert_eq!(pipe["Source"], "live", "live where there is something live");
    assert_eq!(pipe["SourceParameters"]["KinesisStreamParameters"]["DeadLetterConfig"]["Arn"], "d");
    assert_eq!(looked.fact("Nightly", "Target/Arn/$text/0"), function, "its identifier does not say the group");
    assert_eq!(looked.fact("Rule", "Targets/0/Arn/$text/0"), function, "not supported: the template has it");
    assert!(looked.fact("Dashboard", "$unknown/NotObserved").is_string());
    let remark = "known from the stack's template alone, so that changes made past CloudFormation are not seen: \
                  1 AWS::ApiGateway::Authorizer, 1 AWS::ApiGateway::Method, 1 AWS::ApiGateway::RestApi, \
                  1 AWS::Events::Rule, 1 AWS::Logs::LogGroup, 1 AWS::Scheduler::Schedule";
    assert_eq!(looked.remarks, [remark]);
    assert_eq!((looked.counts[GET], looked.counts["cloudformation:GetTemplate"]), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn without_a_template_what_it_alone_shows_is_unknown_for_that_reason() {
    let double = shop();
    double.fail("cloudformation:GetTemplate", Which::Always, Fault::Denied);
    let looked = look_at(&double, "shop", ALL).await;
    let action = "cloudformation:GetTemplate";
    for id in ["Api", "Get", "Group", "Authorizer", "Rule"] {
        assert_eq!(looked.fact(id, "$unknown/Denied/action"), action, "{id}");
    }
    assert_eq!(looked.fact("Pipe", "Source"), "live");
    assert_eq!(looked.fact("Pipe", "SourceParameters/$unknown/Denied/action"), action);
    assert!(looked.remarks.is_empty());
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_what_no_check_asks_for() {
    let looked = look_at(&shop(), "shop", [Need::Queue]).await;
    assert_eq!(looked.counts.get(GET), None);
    assert_eq!(looked.counts.get("cloudformation:GetTemplate"), None);
    assert!(looked.fact("Rule", "$unknown/NotObserved").is_string());
}

const ROLES: &str = "
Resources:
  Hook: {Type: 'AWS::Lambda::Function', Properties: {Role: !GetAtt HookRole.Arn}}
  Fn: {Type: 'AWS::Lambda::Function', Properties: {Role: !GetAtt FnRole.Arn}}
  HookRole: {Type: 'AWS::IAM::Role'}
  FnRole: {Type: 'AWS::IAM::Role'}
  Deployer: {Type: 'AWS::IAM::Role'}
  Reports: {Type: 'AWS::IAM::ManagedPolicy', Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}}}
  Inline: {Type: 'AWS::IAM::Policy', Properties: {PolicyName: p, Roles: [!Ref HookRole], PolicyDocument: {Statement: []}}}
  Live:
    Type: AWS::Lambda::Alias
    UpdatePolicy: {CodeDeployLambdaAliasUpdate: {ApplicationName: shop, DeploymentGroupName: orders, BeforeAllowTrafficHook: !Ref Hook}}
";

#[tokio::test(start_paused = true)]
async fn only_roles_that_checks_look_at_are_read_and_those_with_all_they_may_do() {
    let double = Double::new();
    let policy = "arn:aws:iam::123456789012:policy/reports";
    double.stack(
        Stack::named("shop")
            .with_template(ROLES)
            .with("Application", "AWS::CodeDeploy::Application", "shop")
            .with("Group", "AWS::CodeDeploy::DeploymentGroup", "orders")
            .with("Hook", "AWS::Lambda::Function", "CodeDeployHook_shop")
            .with("Fn", "AWS::Lambda::Function", "fn")
            .with("HookRole", "AWS::IAM::Role", "hook-role")
            .with("FnRole", "AWS::IAM::Role", "fn-role")
            .with("Deployer", "AWS::IAM::Role", "deployer")
            .with("Reports", "AWS::IAM::ManagedPolicy", policy)
            .with("Inline", "AWS::IAM::Policy", "shop-Inline")
            .with("Live", "AWS::Lambda::Alias", "arn:aws:lambda:us-east-1:123456789012:function:fn:live"),
    );
    let info = json!({
        "applicationName": "shop", "deploymentGroupName": "orders",
        "serviceRoleArn": "arn:aws:iam::123456789012:role/path/deployer",
    });
    double.set("codedeploy:GetDeploymentGroup", "shop/orders", json!({"deploymentGroupInfo": info}));
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let statement = json!({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]});
    double.set(
        GET,
        "AWS::IAM::Role/hook-role",
        json!({
            "RoleName": "hook-role",
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}],
            "ManagedPolicyArns": [basic, policy],
        }),
    );
    double.set(GET, "AWS::IAM::Role/deployer", json!({"RoleName": "deployer"}));
    let needs = [Need::StackTemplate, Need::DeploymentGroup, Need::Roles];
    let looked = look_at(&double, "shop", needs).await;
    let hook = looked.saved("HookRole");
    assert_eq!(hook["ManagedPolicyArns"], json!([basic]));
    // An inline policy that is a resource of the stack stands beside the role, as in the template.
    assert_eq!(hook["$AttachedPolicies"][0]["Resource"], "Inline");
    assert_eq!(hook["$AttachedPolicies"][1]["Resource"], "Reports");
    for attached in 0..2 {
        assert_eq!(hook["$AttachedPolicies"][attached]["PolicyDocument"]["Statement"], json!([statement]));
    }
    assert_eq!(hook["$AttachedPolicies"].as_array().map(Vec::len), Some(2));
    assert_eq!(hook["Policies"], json!([]));
    assert_eq!(looked.fact("Deployer", "RoleName"), "deployer");
    assert!(looked.fact("FnRole", "Policies/$unknown/NotObserved").is_string());
    assert_eq!(looked.fact("FnRole", "RoleName"), "fn-role");
    assert_eq!(looked.counts[GET], 2);
}
