//! SAM templates are expanded as AWS expands them.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use fitgate::source::{Entry, Kind, Node, Position};
use fitgate::template::sam::{Expanded, ProblemKind, expand};
use serde_json::{Value, json};

#[test]
fn a_function_with_a_deployment_preference() {
    let expanded = expanded(json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"Function": {"Runtime": "python3.13", "Environment": {"Variables": {"A": "1"}}}},
        "Resources": {"Pay": {"Type": "AWS::Serverless::Function", "Properties": {
            "Handler": "app.handler", "CodeUri": "s3://bucket/key", "AutoPublishAlias": "live",
            "Environment": {"Variables": {"B": "2"}},
            "DeploymentPreference": {"Type": "AllAtOnce", "Hooks": {"PreTraffic": {"Ref": "Pay.Version"}}}
        }}}
    }));
    assert_eq!(expanded.problems, []);
    let resources = value(expanded.template.get("Resources").expect("resources"));
    let ids: Vec<&str> = resources.as_object().expect("a mapping").keys().map(String::as_str).collect();
    let version = ids.iter().find(|id| id.starts_with("PayVersion")).expect("a version");
    assert_eq!(
        ids.iter().filter(|id| *id != version).copied().collect::<Vec<_>>(),
        [
            "CodeDeployServiceRole",
            "Pay",
            "PayAliaslive",
            "PayDeploymentGroup",
            "PayRole",
            "ServerlessDeploymentApplication"
        ]
    );
    assert_eq!(resources["Pay"]["Properties"]["Environment"]["Variables"], json!({"A": "1", "B": "2"}));
    let update = &resources["PayAliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"];
    assert_eq!(update["BeforeAllowTrafficHook"], json!({"Ref": version}));
    assert_eq!(resources[*version]["DeletionPolicy"], "Retain");
}

#[test]
fn what_is_not_known_stays_and_is_reported() {
    let api = json!({"Type": "AWS::Serverless::GraphQLApi", "Properties": {"Auth": {"Type": "API_KEY"}}});
    let expanded = expanded(json!({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Graph": api}}));
    assert_eq!(value(expanded.template.get("Resources").expect("resources"))["Graph"], api);
    let [problem] = expanded.problems.as_slice() else { panic!("{:?}", expanded.problems) };
    assert_eq!(problem.kind, ProblemKind::UnknownType("AWS::Serverless::GraphQLApi".to_owned()));
}

fn expanded(template: Value) -> Expanded {
    expand(node(&template), &|_| None).expect("small enough")
}

fn node(value: &Value) -> Node {
    let at = Position { line: 1, column: 1 };
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(*value),
        Value::Number(number) => Kind::Number(number.to_string()),
        Value::String(text) => Kind::String(text.clone()),
        Value::Array(items) => Kind::Sequence(items.iter().map(node).collect()),
        Value::Object(object) => Kind::Mapping(
            object.iter().map(|(key, value)| Entry { key: key.clone(), key_at: at, value: node(value) }).collect(),
        ),
    };
    Node::new(kind, at)
}

fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => json!(value),
        Kind::Number(text) => serde_json::from_str(text).unwrap_or(json!(text)),
        Kind::String(text) => json!(text),
        Kind::Sequence(items) => items.iter().map(value).collect(),
        Kind::Mapping(entries) => entries.iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect(),
    }
}
