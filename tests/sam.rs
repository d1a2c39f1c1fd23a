//! SAM templates are expanded as AWS expands them: `tests/sam/README.md`.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use std::fmt::Write as _;

use fitgate::source::read::Errors;
use fitgate::source::{Kind, Limits, Node, parse};
use fitgate::template::long_form;
use fitgate::template::sam::{Expanded, ProblemKind, SamProblem, expand};
use serde_json::{Map, Value, json};

fn tree(text: &str) -> Node {
    let mut errors = Errors::new("template.yaml", text.as_bytes());
    let node = parse("template.yaml", text.as_bytes(), &Limits::default()).expect("YAML");
    let node = long_form(node, &mut errors);
    assert!(errors.is_empty());
    node
}

/// Expands with the defaults of the template's parameters.
fn tried(text: &str) -> Result<Expanded, SamProblem> {
    let root = tree(text);
    let parameters = root.get("Parameters").cloned();
    let region = tree("us-east-1");
    expand(root, &|name| match name {
        "AWS::Region" => Some(region.clone()),
        _ => parameters.as_ref()?.get(name)?.get("Default").cloned(),
    })
}

fn expanded(text: &str) -> Expanded {
    tried(&format!("Transform: AWS::Serverless-2016-10-31\n{text}")).expect("small enough")
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

fn resources(expanded: &Expanded) -> Value {
    value(expanded.template.get("Resources").expect("Resources"))
}

// ── the translator's own output ──

/// What no check reads.
const IGNORED: [&str; 9] = [
    "Metadata",
    "Description",
    "info",
    "parameters",
    "responses",
    "requestTemplates",
    "options",
    "x-amazon-apigateway-binary-media-types",
    "Version",
];
const UNORDERED: [&str; 6] = ["DependsOn", "Resource", "Statement", "StageKeys", "ApiStages", "Fn::Or"];

/// Ten hexadecimal digits at the end of an id become `#`.
fn without_digits(text: &str) -> String {
    let mut result = text.to_owned();
    let ends: Vec<usize> =
        text.char_indices().filter(|(_, end)| matches!(end, '.' | '}')).map(|(at, _)| at).chain([text.len()]).collect();
    for end in ends.into_iter().rev() {
        let Some(digits) = end.checked_sub(10).and_then(|start| result.get(start..end)) else { continue };
        if digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            result.replace_range(end - 10..end, "#");
        }
    }
    result
}

fn comparable(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.iter().filter(|(key, value)| {
                let is_version_of_definition = *key == "Version" && *value != "2012-10-17";
                let is_empty = *key == "Properties" && value.as_object().is_some_and(Map::is_empty);
                (!IGNORED.contains(&key.as_str()) || is_version_of_definition) && !is_empty
            });
            kept.map(|(key, value)| (without_digits(key), comparable(value, key))).collect()
        }
        Value::Array(items) => match items.as_slice() {
            [only] if key == "Action" => comparable(only, key),
            _ => {
                let mut items: Vec<Value> = items.iter().map(|item| comparable(item, "")).collect();
                if UNORDERED.contains(&key) {
                    items.sort_by_key(Value::to_string);
                }
                Value::Array(items)
            }
        },
        Value::String(text) if key == "DependsOn" => json!([without_digits(text)]),
        Value::String(text) => json!(without_digits(text)),
        other => other.clone(),
    }
}

fn differences(path: &str, sam: &Value, ours: &Value, found: &mut String) {
    match (sam, ours) {
        (Value::Object(sam), Value::Object(ours)) => {
            for key in sam.keys().chain(ours.keys().filter(|key| !sam.contains_key(*key))) {
                let [sam, ours] = [sam, ours].map(|side| side.get(key).unwrap_or(&Value::Null));
                differences(&format!("{path}.{key}"), sam, ours, found);
            }
        }
        (Value::Array(sam), Value::Array(ours)) if sam.len() == ours.len() => {
            for (index, (sam, ours)) in sam.iter().zip(ours).enumerate() {
                differences(&format!("{path}[{index}]"), sam, ours, found);
            }
        }
        _ if sam == ours => {}
        _ => writeln!(found, "{path}: SAM {sam}, here {ours}").expect("a text"),
    }
}

fn agrees(name: &str, sam: &str, text: &str) {
    let ours = tried(text).expect("small enough");
    assert_eq!(ours.problems, [], "{name}");
    let sam: Value = serde_json::from_str(sam).expect("JSON");
    let ours = value(&ours.template);
    let mut found = String::new();
    for section in ["Resources", "Conditions", "Outputs"] {
        let [sam, ours] = [&sam, &ours].map(|side| comparable(&side[section], ""));
        assert!(section == "Conditions" || section == "Outputs" || sam.as_object().is_some_and(|all| all.len() > 5));
        differences(section, &sam, &ours, &mut found);
    }
    assert!(found.is_empty(), "{name}:\n{found}");
}

#[test]
fn functions_become_what_the_translator_makes_of_them() {
    agrees("functions", include_str!("sam/functions.json"), include_str!("sam/functions.yaml"));
}

#[test]
fn events_become_what_the_translator_makes_of_them() {
    agrees("events", include_str!("sam/events.json"), include_str!("sam/events.yaml"));
}

#[test]
fn apis_become_what_the_translator_makes_of_them() {
    agrees("apis", include_str!("sam/apis.json"), include_str!("sam/apis.yaml"));
}

#[test]
fn connectors_become_what_the_translator_makes_of_them() {
    agrees("connectors", include_str!("sam/connectors.json"), include_str!("sam/connectors.yaml"));
}

#[test]
fn conditions_go_where_the_translator_puts_them() {
    agrees("conditions", include_str!("sam/conditions.json"), include_str!("sam/conditions.yaml"));
}

#[test]
fn the_comparison_sees_a_difference() {
    let sam = include_str!("sam/connectors.json").replace("s3.amazonaws.com", "sns.amazonaws.com");
    let text = include_str!("sam/connectors.yaml");
    assert!(std::panic::catch_unwind(|| agrees("changed", &sam, text)).is_err());
}

// ── what SAM refuses, does not know, or cannot decide ──

const FUNCTION: &str = "Runtime: python3.13, Handler: app.handler, CodeUri: src/";

fn function(properties: &str) -> String {
    format!("Resources: {{Pay: {{Type: 'AWS::Serverless::Function', Properties: {{{FUNCTION}, {properties}}}}}}}")
}

#[test]
fn what_is_not_known_stays_and_is_reported() {
    let graph = "Resources:\n  Graph:\n    Type: AWS::Serverless::GraphQLApi\n    Properties: {Auth: {Type: API_KEY}}";
    let expanded = expanded(graph);
    assert_eq!(
        resources(&expanded),
        json!({"Graph": {"Type": "AWS::Serverless::GraphQLApi", "Properties": {"Auth": {"Type": "API_KEY"}}}})
    );
    let [problem] = expanded.problems.as_slice() else { panic!("{:?}", expanded.problems) };
    assert_eq!(problem.kind, ProblemKind::UnknownType("AWS::Serverless::GraphQLApi".to_owned()));
    assert_eq!((problem.at.line, problem.at.column), (4, 11));
}

#[test]
fn an_unknown_property_is_kept_and_reported() {
    let expanded = expanded(&function("MemorySise: 512"));
    assert_eq!(resources(&expanded)["Pay"]["Properties"]["MemorySise"], 512);
    let problems: Vec<String> = expanded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["Pay: AWS::Serverless::Function has no property `MemorySise`; it is kept as written"]);
}

#[test]
fn each_refusal_says_what_is_wrong() {
    let cases = [
        ("DeploymentPreference: {Type: AllAtOnce}", "`DeploymentPreference` needs `AutoPublishAlias`"),
        ("AutoPublishAlias: live, DeploymentPreference: {Alarms: [a]}", "`DeploymentPreference` needs `Type`"),
        ("AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce, Alarms: a}", "`Alarms` must be a list"),
        ("AutoPublishAlias: '1'", "`1` is no name for an alias"),
        (
            "ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}",
            "`ProvisionedConcurrencyConfig` needs `AutoPublishAlias`",
        ),
        ("DeadLetterQueue: {Type: SQS}", "`DeadLetterQueue` needs `Type`, SQS or SNS, and `TargetArn`"),
        ("FunctionUrlConfig: {Cors: {AllowOrigins: ['*']}}", "`FunctionUrlConfig` needs `AuthType`, AWS_IAM or NONE"),
        ("Policies: [{S3ReadPolicy: {}}]", "the policy template lacks BucketName"),
        (
            "Policies: [{S3RedPolicy: {BucketName: b}}]",
            "item 1 of `Policies` is no managed policy, document or template",
        ),
        ("Events: {A: {Type: SQS}}", "an event of type SQS needs `Queue`"),
        (
            "Events: {A: {Type: S3, Properties: {Bucket: b, Events: 's3:*'}}}",
            "`Bucket` must refer to a bucket of the template",
        ),
        (
            "Events: {A: {Type: HttpApi, Properties: []}}",
            "the properties of the event `A` must be a mapping, and no function",
        ),
        (
            "Events: {A: {Type: HttpApi, Properties: !Ref Gone}}",
            "the properties of the event `A` must be a mapping, and no function",
        ),
        ("Events: !If [C, {}, {}]", "`Events` must be a mapping of events"),
        (
            "Events: {A: {Type: Api, Properties: {Path: /, Method: get, Auth: {Authorizer: !Ref P}}}}",
            "`Authorizer` must be the name of an authorizer of the API",
        ),
        (
            "Events: {A: {Type: HttpApi, Properties: {Path: /, Method: get, Auth: {Authorizer: !Ref P}}}}",
            "`Authorizer` must be the name of an authorizer of the API",
        ),
        (
            "Events: {A: {Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Gone}}}",
            "`RestApiId` must refer to a resource of type AWS::Serverless::Api",
        ),
    ];
    for (properties, expected) in cases {
        let problems = expanded(&function(properties)).problems;
        let expected = ProblemKind::Refused(expected.to_owned());
        assert!(problems.iter().any(|problem| problem.kind == expected), "{properties}: {problems:?}");
    }
}

#[test]
fn a_resource_without_the_transform_is_expanded_and_reported() {
    let expanded = tried(&function("Timeout: 3")).expect("small enough");
    assert_eq!(resources(&expanded)["Pay"]["Type"], "AWS::Lambda::Function");
    assert!(matches!(expanded.problems.as_slice(), [SamProblem { kind: ProblemKind::Refused(_), .. }]));
}

#[test]
fn a_template_of_cloudformation_stays_as_it_is() {
    let text = "Transform: AWS::LanguageExtensions\nResources: {B: {Type: 'AWS::S3::Bucket', DependsOn: Globals}}";
    let root = tree(text);
    assert_eq!(tried(text), Ok(Expanded { template: root, problems: Vec::new() }));
}

#[test]
fn a_switch_without_a_value_is_neither_on_nor_off() {
    let text = "Parameters: {On: {Type: String}}\n".to_owned()
        + &function("AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce, Enabled: !Ref On}");
    let expanded = expanded(&text.replace("On", "Gradual"));
    assert_eq!(resources(&expanded)["PayAliaslive"]["UpdatePolicy"], json!({"Ref": "Gradual"}));
    assert!(
        matches!(expanded.problems.as_slice(), [SamProblem { kind: ProblemKind::Undecided(name), .. }] if name == "Gradual")
    );
}

#[test]
fn what_is_generated_stands_where_its_property_stands() {
    let text = "Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 3
Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      AutoPublishAlias: live
      DeploymentPreference:
        Type: AllAtOnce
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: arn:aws:sqs:us-east-1:123456789012:orders
            BatchSize: 5
";
    let expanded = tried(text).expect("small enough");
    let all = expanded.template.get("Resources").expect("Resources");
    let line = |id: &str, property: &str| {
        let entry = all.entries().iter().find(|entry| entry.key == id).expect("the resource");
        let properties = entry.value.get("Properties").map(Node::entries).unwrap_or_default();
        properties.iter().find(|entry| entry.key == property).map_or(entry.key_at.line, |entry| entry.key_at.line)
    };
    assert_eq!(line("Pay", ""), 6);
    assert_eq!(line("Pay", "Timeout"), 4);
    assert_eq!(line("Pay", "Runtime"), 9);
    assert_eq!(line("PayAliaslive", ""), 12);
    assert_eq!(line("PayDeploymentGroup", ""), 13);
    assert_eq!(line("PayOrders", ""), 16);
    assert_eq!(line("PayOrders", "BatchSize"), 20);
}

#[test]
fn local_code_stays_a_path() {
    let expanded = expanded(&function("Timeout: 3"));
    assert_eq!(resources(&expanded)["Pay"]["Properties"]["Code"], "src/");
}

#[test]
fn a_small_template_that_grows_beyond_measure_is_refused() {
    let mut functions = format!("Globals: {{Function: {{{FUNCTION}, Environment: {{Variables: {{");
    (0..2000).for_each(|index| write!(functions, "V{index}: x, ").expect("a text"));
    functions.push_str("}}}}\nResources:\n");
    for index in 0..2000 {
        writeln!(functions, "  F{index}: {{Type: 'AWS::Serverless::Function'}}").expect("a text");
    }
    let mut events = "Resources: {Pay: {Type: 'AWS::Serverless::Function', Properties: {Events: {".to_owned();
    (0..20_000).for_each(|index| write!(events, "E{index}: {{Type: AlexaSkill}}, ").expect("a text"));
    events.push_str("}}}}");
    for text in [functions, events] {
        let refused = tried(&text).expect_err("too large");
        assert_eq!(refused.kind, ProblemKind::TooLarge);
    }
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    const WORDS: [&str; 14] = [
        "null",
        "[]",
        "{}",
        "x",
        "3",
        "true",
        "[[a]]",
        "{Ref: 1}",
        "!If [C]",
        "!If [C, !Ref 'AWS::NoValue', é]",
        "!GetAtt a",
        "!GetAtt é.é",
        "!Sub '${'",
        "s3://é?versionId=",
    ];

    /// Wherever a real template has something, anything may stand.
    fn disturbed(text: &str, cut: usize, word: &str) -> Option<Node> {
        let mut lines: Vec<&str> = text.lines().collect();
        let at = cut % lines.len();
        let changed = match lines[at].split_once(':') {
            Some((key, _)) => format!("{key}: {word}"),
            None => String::new(),
        };
        lines[at] = &changed;
        let text = lines.join("\n");
        let node = parse("template.yaml", text.as_bytes(), &Limits::default()).ok()?;
        Some(long_form(node, &mut Errors::new("template.yaml", text.as_bytes())))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_disturbed_template_never_panics(cut in 0usize..200, which in 0usize..5, word in 0usize..WORDS.len()) {
            let texts = [
                include_str!("sam/functions.yaml"),
                include_str!("sam/events.yaml"),
                include_str!("sam/apis.yaml"),
                include_str!("sam/connectors.yaml"),
                include_str!("sam/conditions.yaml"),
            ];
            if let Some(root) = disturbed(texts[which], cut, WORDS[word]) {
                let known = root.clone();
                let result = expand(root, &|name| known.get("Parameters")?.get(name)?.get("Default").cloned());
                prop_assert!(result.is_ok());
            }
        }
    }
}
