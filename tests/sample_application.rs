//! What the README and the comments of template.yaml promise of the sample application.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use std::path::Path;

use fitgate::source::{Kind, Limits, Node, parse};
use serde_json::{Map, Value, json};

/// template.yaml as JSON, `!Ref x` as `{"Ref": x}`.
fn template() -> Value {
    let bytes = include_bytes!("../template.yaml");
    plain(&parse("template.yaml", bytes, &Limits::default()).expect("template.yaml is well-formed"))
}

fn plain(node: &Node) -> Value {
    let value = match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(yes) => json!(yes),
        Kind::Number(text) => serde_json::from_str(text).expect("a number"),
        Kind::String(text) => json!(text),
        Kind::Sequence(items) => items.iter().map(plain).collect(),
        Kind::Mapping(entries) => {
            Value::Object(entries.iter().map(|entry| (entry.key.clone(), plain(&entry.value))).collect())
        }
    };
    match &node.tag {
        Some(tag) => json!({ tag: value }),
        None => value,
    }
}

/// The resources of a type, with their logical ids; those of the hooks left out, which `tests/install` looks at.
fn resources<'a>(template: &'a Value, kind: &str) -> Vec<(&'a String, &'a Value)> {
    let resources = template["Resources"].as_object().expect("Resources");
    let of_sample = |resource: &Value| resource["Type"] == kind && resource["Condition"] != "InstallsHooks";
    resources.iter().filter(|(_, resource)| of_sample(resource)).collect()
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("a mapping")
}

#[test]
fn one_function_shifts_linearly_and_one_as_a_canary() {
    let template = template();
    let functions = resources(&template, "AWS::Serverless::Function");
    let strategies: Vec<_> =
        functions.iter().map(|(id, f)| (id.as_str(), &f["Properties"]["DeploymentPreference"]["Type"])).collect();
    assert_eq!(
        strategies,
        [
            ("FirstFunction", &json!("Linear10PercentEvery1Minute")),
            ("SecondFunction", &json!("Canary10Percent5Minutes"))
        ]
    );
    let globals = &template["Globals"]["Function"];
    assert_eq!(globals["AutoPublishAlias"], "live");
    // Without it the deployment groups would be there even where only the hooks are installed.
    assert_eq!(globals["DeploymentPreference"]["PassthroughCondition"], true);
}

#[test]
fn each_function_is_watched_on_its_alias_and_on_its_newest_version() {
    let template = template();
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        let alias = [("FunctionName", json!({ "Ref": id })), ("Resource", json!({ "Sub": format!("${{{id}}}:live") }))];
        let version = ("ExecutedVersion", json!({ "GetAtt": format!("{id}.Version.Version") }));
        let expected = [alias.to_vec(), [alias.to_vec(), vec![version]].concat()];

        let alarms = function["Properties"]["DeploymentPreference"]["Alarms"].as_array().expect("a list of alarms");
        assert_eq!(alarms.len(), 2, "alarms of {id}");
        for (alarm, expected) in alarms.iter().zip(expected) {
            let alarm = &template["Resources"][alarm["Ref"].as_str().expect("a reference")];
            assert_eq!(alarm["Type"], "AWS::CloudWatch::Alarm", "{id}");
            let alarm = &alarm["Properties"];
            let expected: Value =
                expected.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
            assert_eq!(alarm["Dimensions"], expected, "{id}");
            assert_eq!((&alarm["Namespace"], &alarm["MetricName"]), (&json!("AWS/Lambda"), &json!("Errors")), "{id}");
            // The first step of the quicker strategy takes a minute.
            assert_eq!((&alarm["Period"], &alarm["EvaluationPeriods"]), (&json!(60), &json!(1)), "{id}");
        }
    }
}

#[test]
fn it_deploys_without_hooks_with_its_own_and_with_others() {
    let template = template();
    for (name, parameter) in object(&template["Parameters"]) {
        assert!(parameter.get("Default").is_some(), "parameter {name} has no default");
    }
    let hooks = object(&template["Globals"]["Function"]["DeploymentPreference"]["Hooks"]);
    for (hook, parameter) in [("PreTraffic", "PreTrafficHook"), ("PostTraffic", "PostTrafficHook")] {
        let condition = format!("Has{parameter}");
        let own = json!({ "If": ["InstallsHooks", { "Ref": format!("{hook}Function") }, { "Ref": "AWS::NoValue" }] });
        assert_eq!(hooks[hook], json!({ "If": [condition, { "Ref": parameter }, own] }));
        assert_eq!(template["Conditions"][condition], json!({ "Not": [{ "Equals": [{ "Ref": parameter }, ""] }] }));
        assert_eq!(template["Parameters"][parameter]["Default"], "");
    }
}

#[test]
fn one_bucket_and_one_table_of_two_have_a_key_of_their_own() {
    let template = template();
    let kinds = [
        ("AWS::S3::Bucket", "/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault"),
        ("AWS::DynamoDB::Table", "/SSESpecification"),
    ];
    for (kind, encryption) in kinds {
        let resources = resources(&template, kind);
        assert_eq!(resources.len(), 2, "{kind}");
        let keyed: Vec<_> = resources.iter().filter_map(|(_, r)| r["Properties"].pointer(encryption)).collect();
        assert_eq!(keyed.len(), 1, "{kind}");
        let key = keyed[0].get("KMSMasterKeyID").or(keyed[0].get("KMSMasterKeyId"));
        assert_eq!(key, Some(&json!({ "GetAtt": "Key.Arn" })), "{kind}");
    }
}

#[test]
fn data_and_their_key_outlive_the_stack() {
    let template = template();
    for kind in ["AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key"] {
        for (id, resource) in resources(&template, kind) {
            assert_eq!(resource["DeletionPolicy"], "Retain", "{id}");
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
        }
    }
}

#[test]
fn every_handler_is_there() {
    let template = template();
    let code = template["Globals"]["Function"]["CodeUri"].as_str().expect("a folder");
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        let handler = function["Properties"]["Handler"].as_str().expect("a handler");
        let (file, export) = handler.split_once('.').expect("file and export");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(code).join(format!("{file}.mjs"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{id}: {}: {error}", path.display()));
        assert!(text.contains(&format!("export const {export} =")), "{id}: {file}.mjs exports no {export}");
    }
}
