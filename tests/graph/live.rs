//! Facts as a live stack shows them: literal names and ARNs, and physical ids.

use fitgate::{
    facts::{Facts, RawResource, StackIdentity},
    inventory::{LogicalId, ResourceRef, ResourceType},
    stack::{Graph, Stack},
};
use serde_json::{Value, json};

use super::told;

fn raw(id: &str, r#type: &str, physical: &str, properties: Value) -> RawResource {
    let reference = ResourceRef {
        logical_id: LogicalId::new(id),
        r#type: ResourceType::new(r#type),
        physical_id: Some(physical.to_owned()),
        last_updated: None,
    };
    RawResource { reference, properties }
}

#[test]
fn physical_ids_are_what_policies_and_mappings_mean() {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:eu-west-1:123456789012:{rest}");
    let says = |action: &str, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
    let statements = json!([
        says("dynamodb:PutItem", &arn("dynamodb", "table/shop-Orders-1A2B")),
        says("s3:GetObject", "arn:aws:s3:::shop-uploads-x1/*"),
        says("sqs:SendMessage", &arn("sqs", "shop-Jobs-9Z")),
        says("sns:Publish", &arn("sns", "shop-News-5")),
        says("secretsmanager:GetSecretValue", &arn("secretsmanager", "secret:Db-abc-Xy12Zz")),
        says("states:StartExecution", &arn("states", "stateMachine:Flow-77")),
        says("ssm:GetParameter", &arn("ssm", "parameter/app/url")),
    ]);
    let role = json!({ "Policies": [{ "PolicyName": "p", "PolicyDocument": { "Statement": statements } }] });
    let definition = json!({ "Definition": { "States": {} } });
    let mapping = json!({ "FunctionName": "shop-Fn-1", "EventSourceArn": arn("sqs", "shop-Jobs-9Z") });
    let facts = Facts::build(
        StackIdentity::default(),
        [
            raw(
                "Fn",
                "AWS::Lambda::Function",
                "shop-Fn-1",
                json!({ "Role": "arn:aws:iam::123456789012:role/shop-Role-1" }),
            ),
            raw("Role", "AWS::IAM::Role", "shop-Role-1", role),
            raw("Orders", "AWS::DynamoDB::Table", "shop-Orders-1A2B", json!({})),
            raw("Other", "AWS::DynamoDB::Table", "shop-Other-1A2B", json!({})),
            raw("Uploads", "AWS::S3::Bucket", "shop-uploads-x1", json!({})),
            raw("Jobs", "AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-Jobs-9Z", json!({})),
            raw("News", "AWS::SNS::Topic", &arn("sns", "shop-News-5"), json!({})),
            raw("Db", "AWS::SecretsManager::Secret", &arn("secretsmanager", "secret:Db-abc-Xy12Zz"), json!({})),
            raw("Flow", "AWS::StepFunctions::StateMachine", &arn("states", "stateMachine:Flow-77"), definition),
            raw("Url", "AWS::SSM::Parameter", "/app/url", json!({})),
            raw("Map", "AWS::Lambda::EventSourceMapping", "6f1c", mapping),
        ],
    );
    let at = |number: usize| format!("Role Policies[0].PolicyDocument.Statement[{number}]");
    let expected = [
        format!("Fn writes Orders: {}", at(0)),
        format!("Fn reads Uploads: {}", at(1)),
        format!("Fn publishes to Jobs: {}", at(2)),
        format!("Fn publishes to News: {}", at(3)),
        format!("Fn reads Db: {}", at(4)),
        format!("Fn invokes Flow: {}", at(5)),
        format!("Fn reads Url: {}", at(6)),
        "Jobs invokes Fn: Map FunctionName".to_owned(),
    ];
    assert_eq!(told(&Graph::of(&Stack::of(&facts))), expected);
}

#[test]
fn what_could_not_be_observed_is_unsettled() {
    let denied = json!({ "$unknown": { "Denied": { "action": "lambda:GetFunction" } } });
    let queue = json!({ "$unknown": { "Denied": { "action": "sqs:GetQueueAttributes" } } });
    let facts = Facts::build(
        StackIdentity::default(),
        [raw("Fn", "AWS::Lambda::Function", "f", denied), raw("Jobs", "AWS::SQS::Queue", "https://q/1/j", queue)],
    );
    let graph = Graph::of(&Stack::of(&facts));
    assert_eq!(
        told(&graph),
        [
            "Jobs publishes to ?? access denied; grant sqs:GetQueueAttributes",
            "Fn ? ?? access denied; grant lambda:GetFunction",
        ]
    );
}
