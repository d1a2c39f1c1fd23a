//! Policy documents of IAM, wherever a resource takes one.

use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{laws::template, values::scalar};

const ACTIONS: [&str; 14] = [
    "*",
    "s3:*",
    "s3:GetObject",
    "S3:getobject",
    "iam:PassRole",
    "lambda:*",
    "sts:AssumeRole",
    "kms:Decrypt",
    "sqs:Send*",
    "?3:*",
    ":",
    "dynamodb:PutItem",
    "codedeploy:PutLifecycleEventHookExecutionStatus",
    "*:*",
];
const OPERATORS: [&str; 12] = [
    "Bool",
    "BoolIfExists",
    "StringEquals",
    "StringLike",
    "ArnLike",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringLike",
    "Null",
    "NumericLessThan",
    "IpAddress",
    "ForAnyValue:",
    "x",
];
const CONDITIONS: [&str; 9] = [
    "aws:SecureTransport",
    "AWS:SourceArn",
    "aws:SourceAccount",
    "aws:PrincipalOrgID",
    "s3:TlsVersion",
    "kms:ViaService",
    "aws:SourceVpce",
    "",
    "token.actions.githubusercontent.com:sub",
];
const KEYS: [&str; 10] = [
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    "effect",
];

fn one_or_more(one: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let list = prop::collection::vec(one.clone(), 0..4).prop_map(Value::Array);
    prop_oneof![2 => one, 2 => list].boxed()
}

fn text(of: &[&'static str]) -> BoxedStrategy<Value> {
    let later = select(vec![
        json!({ "Ref": "P" }),
        json!({ "Fn::Sub": "${AWS::Partition}:${P}" }),
        json!({ "Fn::GetAtt": ["Bucket", "Arn"] }),
    ]);
    prop_oneof![8 => select(of.to_vec()).prop_map(Value::from), 1 => scalar(), 2 => later].boxed()
}

fn object(keys: &[&'static str], value: BoxedStrategy<Value>, most: usize) -> BoxedStrategy<Value> {
    let entry = (select(keys.to_vec()).prop_map(str::to_owned), value);
    let entries = prop::collection::vec(entry, 0..most);
    entries.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())).boxed()
}

fn value_of(key: &str) -> BoxedStrategy<Value> {
    let names = ["*", "123456789012", "arn:aws:iam::123456789012:root", "lambda.amazonaws.com", "arn:aws:s3:::b/*"];
    match key {
        "Effect" => text(&["Allow", "Deny", "allow"]),
        "Action" | "NotAction" => one_or_more(text(&ACTIONS)),
        "Condition" => {
            object(&OPERATORS, object(&CONDITIONS, one_or_more(text(&["true", "false", "*", "arn:aws:s3:::x"])), 3), 3)
        }
        "Principal" | "NotPrincipal" => {
            let kinds = ["AWS", "Service", "Federated", "CanonicalUser", "aws"];
            prop_oneof![1 => text(&["*"]), 3 => object(&kinds, one_or_more(text(&names)), 3)].boxed()
        }
        _ => one_or_more(text(&names)),
    }
}

fn statement() -> BoxedStrategy<Value> {
    let entry = select(KEYS.to_vec()).prop_flat_map(|key| value_of(key).prop_map(move |value| (key.to_owned(), value)));
    let entries = prop::collection::vec(entry, 0..8);
    let whole = entries.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()));
    prop_oneof![12 => whole, 1 => scalar()].boxed()
}

fn document() -> impl Strategy<Value = Value> {
    let written = (text(&["2012-10-17", "2008-10-17"]), one_or_more(statement()), 0..8);
    written.prop_map(|(version, statement, how)| {
        let document = json!({ "Version": version, "Statement": statement });
        match how {
            0 => Value::String(document.to_string()),
            1 => json!({ "Fn::Sub": document.to_string() }),
            2 => json!({ "Fn::If": ["C", document, { "Ref": "AWS::NoValue" }] }),
            _ => document,
        }
    })
}

/// A stack in which one document stands everywhere, and a second one in the role.
fn everywhere(one: &Value, other: &Value) -> Value {
    let with = |r#type: &str, properties: Value| json!({ "Type": r#type, "Properties": properties });
    json!({
        "Parameters": { "P": { "Type": "String" } },
        "Conditions": { "C": { "Fn::Equals": [{ "Ref": "P" }, "x"] } },
        "Resources": {
            "Bucket": with("AWS::S3::Bucket", json!({})),
            "BucketPolicy": with("AWS::S3::BucketPolicy", json!({ "Bucket": { "Ref": "Bucket" }, "PolicyDocument": one })),
            "Queue": with("AWS::SQS::Queue", json!({})),
            "QueuePolicy": with("AWS::SQS::QueuePolicy", json!({ "Queues": [{ "Ref": "Queue" }], "PolicyDocument": one })),
            "Topic": with("AWS::SNS::Topic", json!({})),
            "TopicPolicy": with("AWS::SNS::TopicPolicy", json!({ "Topics": [{ "Ref": "Topic" }], "PolicyDocument": one })),
            "Key": with("AWS::KMS::Key", json!({ "KeyPolicy": one })),
            "Secret": with("AWS::SecretsManager::Secret", json!({})),
            "SecretPolicy": with("AWS::SecretsManager::ResourcePolicy", json!({ "SecretId": { "Ref": "Secret" }, "ResourcePolicy": one })),
            "Bus": with("AWS::Events::EventBus", json!({ "Name": "b", "Policy": one })),
            "BusPolicy": with("AWS::Events::EventBusPolicy", json!({ "StatementId": "a", "Statement": one["Statement"] })),
            "Repository": with("AWS::ECR::Repository", json!({ "RepositoryPolicyText": one })),
            "Api": with("AWS::ApiGateway::RestApi", json!({ "Policy": one, "EndpointConfiguration": { "Types": ["PRIVATE"] } })),
            "Role": with("AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": one, "Policies": [{ "PolicyName": "a", "PolicyDocument": other }] })),
            "Managed": with("AWS::IAM::ManagedPolicy", json!({ "PolicyDocument": other, "Roles": [{ "Ref": "Role" }] })),
            "Policy": with("AWS::IAM::Policy", json!({ "PolicyName": "p", "PolicyDocument": one, "Roles": [{ "Ref": "Role" }] })),
            "Function": with("AWS::Lambda::Function", json!({ "Role": { "Fn::GetAtt": ["Role", "Arn"] } })),
            "Logs": with("AWS::Logs::ResourcePolicy", json!({ "PolicyName": "l", "PolicyDocument": one.to_string() })),
        },
    })
}

proptest! {
    #![proptest_config(super::laws::config(80))]

    #[test]
    fn any_policy_document_is_judged(one in document(), other in document()) {
        let stack = everywhere(&one, &other).to_string();
        template("template.json", stack.as_bytes())?;
    }
}
