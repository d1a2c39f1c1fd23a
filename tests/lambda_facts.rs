//! What belongs to a function: aliases, versions, configurations, callers, roles and zones, by every way to name it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, its own functions too")]

use fitgate::{
    facts::{
        Facts, Observed, Properties, RawResource, StackIdentity,
        lambda::{EventSourceMapping, Function, SourceKind},
    },
    inventory::{LogicalId, ResourceRef, ResourceType},
};
use serde_json::{Value, json};

fn built(resources: &[(&str, &str, Value)]) -> Facts {
    let raw = resources.iter().map(|(id, r#type, properties)| RawResource {
        reference: ResourceRef {
            logical_id: LogicalId::new(*id),
            r#type: ResourceType::new(*r#type),
            physical_id: None,
            last_updated: None,
        },
        properties: properties.clone(),
    });
    Facts::build(StackIdentity::default(), raw)
}

fn function<'a>(facts: &'a Facts, id: &str) -> &'a Function {
    match &facts.get(&LogicalId::new(id)).unwrap().properties {
        Properties::Function(function) => function,
        other => panic!("{id} is {other:?}"),
    }
}

fn mapping(facts: &Facts) -> &EventSourceMapping {
    match &facts.get(&LogicalId::new("Mapping")).unwrap().properties {
        Properties::EventSourceMapping(mapping) => mapping,
        other => panic!("{other:?}"),
    }
}

fn reference(resource: &str, attribute: Option<&str>) -> Value {
    json!({ "$text": [{ "Reference": { "resource": resource, "attribute": attribute } }] })
}

fn unknown() -> Value {
    json!({ "$unknown": { "Unresolved": "parameter Given has no default" } })
}

/// How an alias that names its function so belongs to `Orders`, whose name is `name`.
fn belongs(name: &Value, named: &Value) -> &'static str {
    let facts = built(&[
        ("Orders", "AWS::Lambda::Function", json!({ "FunctionName": name })),
        ("Other", "AWS::Lambda::Function", json!({ "FunctionName": "other" })),
        ("Bucket", "AWS::S3::Bucket", json!({})),
        ("Nested", "AWS::CloudFormation::Stack", json!({})),
        ("Version", "AWS::Lambda::Version", json!({ "FunctionName": reference("Orders", None) })),
        ("Live", "AWS::Lambda::Alias", json!({ "FunctionName": named, "Name": "live", "FunctionVersion": "1" })),
    ]);
    match function(&facts, "Orders").aliases.present().unwrap().as_slice() {
        [Observed::Present(alias)] if alias.logical_id.as_str() == "Live" => "yes",
        [Observed::Unknown(_)] => "perhaps",
        [] => "no",
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_function_is_found_by_every_way_to_name_it() {
    let text = |parts: Value| json!({ "$text": parts });
    let arn = |rest: Value| {
        let mut parts = vec![
            json!({ "Literal": "arn:aws:lambda:" }),
            json!({ "Pseudo": "AWS::Region" }),
            json!({ "Literal": ":" }),
            json!({ "Pseudo": "AWS::AccountId" }),
        ];
        parts.extend(rest.as_array().unwrap().iter().cloned());
        text(Value::Array(parts))
    };
    let cases = [
        (reference("Orders", None), "yes"),
        (reference("Orders", Some("Arn")), "yes"),
        (reference("Version", None), "yes"),
        (json!("orders"), "yes"),
        (json!("orders:live"), "yes"),
        (json!("123456789012:function:orders"), "yes"),
        (json!("arn:aws:lambda:eu-west-1:123456789012:function:orders"), "yes"),
        (json!("arn:aws:lambda:eu-west-1:123456789012:function:orders:live"), "yes"),
        (arn(json!([{ "Literal": ":function:orders" }])), "yes"),
        (arn(json!([{ "Literal": ":function:" }, { "Reference": { "resource": "Orders" } }])), "yes"),
        (text(json!([{ "Reference": { "resource": "Orders" } }, { "Literal": ":live" }])), "yes"),
        (text(json!([{ "Reference": { "resource": "Orders" } }, { "Literal": "-copy" }])), "perhaps"),
        (json!("other"), "no"),
        (json!("arn:aws:lambda:eu-west-1:123456789012:function:other:orders"), "no"),
        (json!("arn:aws:s3:::orders"), "no"),
        (reference("Gone", None), "no"),
        // What a bucket, which is of another service, hands on is no function.
        (reference("Bucket", None), "no"),
        (reference("Nested", Some("Outputs.Function")), "perhaps"),
        (reference("Live", None), "perhaps"),
        (unknown(), "perhaps"),
        (text(json!([{ "Unknown": { "Unresolved": "parameter Given has no default" } }])), "perhaps"),
    ];
    for (named, expected) in cases {
        assert_eq!(belongs(&json!("orders"), &named), expected, "{named}");
    }
}

#[test]
fn a_function_whose_name_is_not_known_yet_may_be_meant() {
    let staged = json!({ "$text": [{ "Pseudo": "AWS::StackName" }, { "Literal": "-orders" }] });
    assert_eq!(belongs(&staged, &staged), "yes");
    assert_eq!(belongs(&staged, &json!("prod-orders")), "perhaps");
    assert_eq!(belongs(&staged, &json!("prod-invoices")), "no");
    assert_eq!(belongs(&unknown(), &json!("orders")), "perhaps");
}

#[test]
fn aliases_that_name_each_other_end() {
    let facts = built(&[
        ("Orders", "AWS::Lambda::Function", json!({})),
        ("One", "AWS::Lambda::Alias", json!({ "FunctionName": reference("Two", None) })),
        ("Two", "AWS::Lambda::Alias", json!({ "FunctionName": reference("One", None) })),
    ]);
    let aliases = function(&facts, "Orders").aliases.present().unwrap();
    assert!(aliases.iter().all(|alias| matches!(alias, Observed::Unknown(_))), "{aliases:?}");
}

#[test]
fn a_resource_nobody_could_read_may_belong_to_every_function() {
    let facts = built(&[
        ("Orders", "AWS::Lambda::Function", json!({})),
        ("Config", "AWS::Lambda::EventInvokeConfig", unknown()),
        ("Permission", "AWS::Lambda::Permission", json!("no object")),
    ]);
    let orders = function(&facts, "Orders");
    assert!(matches!(orders.event_invoke_configs.present().unwrap().as_slice(), [Observed::Unknown(_)]));
    assert!(matches!(orders.asynchronous_callers.present().unwrap().as_slice(), [Observed::Unknown(_)]));
}

#[test]
fn what_a_reader_joined_stays_and_building_again_changes_nothing() {
    let given = json!({ "Aliases": [{ "LogicalId": "FromTheApi", "Name": "live", "FunctionVersion": "3" }] });
    let facts = built(&[("Orders", "AWS::Lambda::Function", given)]);
    let aliases = function(&facts, "Orders").aliases.present().unwrap();
    assert!(matches!(aliases.as_slice(), [Observed::Present(alias)] if alias.logical_id.as_str() == "FromTheApi"));

    let raw = facts.resources.iter().map(|resource| RawResource {
        reference: resource.reference.clone(),
        properties: resource.properties.to_value().unwrap(),
    });
    assert_eq!(Facts::build(StackIdentity::default(), raw), facts);
}

#[test]
fn hooks_of_an_update_policy_are_known_by_their_functions() {
    let update = |hook: Value| json!({ "CodeDeployLambdaAliasUpdate": { "BeforeAllowTrafficHook": hook } });
    let facts = |hook: Value| {
        built(&[
            ("Hook", "AWS::Lambda::Function", json!({})),
            ("Orders", "AWS::Lambda::Function", json!({})),
            (
                "Live",
                "AWS::Lambda::Alias",
                json!({ "FunctionName": reference("Orders", None), "UpdatePolicy": update(hook) }),
            ),
        ])
    };
    let known = facts(reference("Hook", None));
    assert_eq!(function(&known, "Hook").is_lifecycle_hook, Observed::Present(true));
    assert_eq!(function(&known, "Orders").is_lifecycle_hook, Observed::Present(false));
    assert!(matches!(function(&facts(unknown()), "Orders").is_lifecycle_hook, Observed::Unknown(_)));
}

#[test]
fn the_kind_of_a_source_is_told_by_type_or_by_service() {
    let text = |service: &str| {
        json!({ "$text": [
            { "Literal": "arn:" }, { "Pseudo": "AWS::Partition" }, { "Literal": format!(":{service}:") },
            { "Pseudo": "AWS::Region" }, { "Literal": ":123456789012:orders" },
        ] })
    };
    let cases = [
        (reference("Queue", Some("Arn")), Some(SourceKind::Sqs)),
        (reference("Table", Some("StreamArn")), Some(SourceKind::DynamoDb)),
        (reference("Stream", Some("Arn")), Some(SourceKind::Kinesis)),
        (json!("arn:aws:sqs:eu-west-1:123456789012:orders"), Some(SourceKind::Sqs)),
        (json!("arn:aws-cn:kafka:cn-north-1:123456789012:cluster/orders/0-1"), Some(SourceKind::ManagedKafka)),
        (text("mq"), Some(SourceKind::Mq)),
        (text("kinesis"), Some(SourceKind::Kinesis)),
        (json!("arn:aws:sns:eu-west-1:123456789012:orders"), None),
        (json!("orders"), None),
        (json!("arn:aws:sqs"), None),
        (reference("Nested", Some("Outputs.Queue")), None),
        (unknown(), None),
    ];
    for (arn, expected) in cases {
        let facts = built(&[
            ("Queue", "AWS::SQS::Queue", json!({})),
            ("Table", "AWS::DynamoDB::Table", json!({})),
            ("Stream", "AWS::Kinesis::Stream", json!({})),
            ("Nested", "AWS::CloudFormation::Stack", json!({})),
            ("Mapping", "AWS::Lambda::EventSourceMapping", json!({ "EventSourceArn": arn })),
        ]);
        assert_eq!(mapping(&facts).source_kind.present().copied(), expected, "{arn}");
    }
    let kafka = json!({ "SelfManagedEventSource": { "Endpoints": {} } });
    let facts = built(&[("Mapping", "AWS::Lambda::EventSourceMapping", kafka)]);
    assert_eq!(mapping(&facts).source_kind, Observed::Present(SourceKind::SelfManagedKafka));
}

#[test]
fn roles_are_compared_by_what_they_mean() {
    let shared = |one: Value, other: Value| {
        let facts = built(&[
            ("Role", "AWS::IAM::Role", json!({ "RoleName": "orders-role" })),
            ("Second", "AWS::IAM::Role", json!({})),
            ("One", "AWS::Lambda::Function", json!({ "Role": one })),
            ("Two", "AWS::Lambda::Function", json!({ "Role": other })),
        ]);
        match function(&facts, "One").role_shared_with.present().unwrap().as_slice() {
            [] => "no",
            [Observed::Unknown(_)] => "perhaps",
            [Observed::Present(_)] => "yes",
            other => panic!("{other:?}"),
        }
    };
    let role = || reference("Role", Some("Arn"));
    let arn = |name: &str| json!(format!("arn:aws:iam::123456789012:role/{name}"));
    let account = |name: &str| {
        json!({ "$text": [
            { "Literal": "arn:aws:iam::" }, { "Pseudo": "AWS::AccountId" }, { "Literal": format!(":role/{name}") },
        ] })
    };
    assert_eq!(shared(role(), role()), "yes");
    assert_eq!(shared(role(), arn("orders-role")), "yes");
    assert_eq!(shared(role(), reference("Second", Some("Arn"))), "no");
    assert_eq!(shared(role(), arn("elsewhere")), "no");
    assert_eq!(shared(arn("a"), arn("b")), "no");
    assert_eq!(shared(account("a"), account("a")), "yes");
    assert_eq!(shared(account("a"), account("b")), "no");
    assert_eq!(shared(account("a"), arn("a")), "perhaps");
    assert_eq!(shared(arn("a"), unknown()), "perhaps");
}

#[test]
fn zones_are_those_of_the_stacks_own_subnets() {
    let facts = built(&[
        ("A", "AWS::EC2::Subnet", json!({ "AvailabilityZone": "eu-west-1a" })),
        ("B", "AWS::EC2::Subnet", json!({ "AvailabilityZoneId": "euw1-az2" })),
        ("C", "AWS::EC2::Subnet", json!({})),
        (
            "Orders",
            "AWS::Lambda::Function",
            json!({ "VpcConfig": { "SubnetIds": [
                reference("A", None), reference("B", Some("SubnetId")), reference("C", None), "subnet-1",
            ] } }),
        ),
    ]);
    let zones = function(&facts, "Orders").availability_zones.present().unwrap();
    let known: Vec<Option<String>> = zones.iter().map(|zone| zone.present().map(|zone| zone.to_string())).collect();
    assert_eq!(known, [Some("eu-west-1a".to_owned()), Some("euw1-az2".to_owned()), None, None]);
}

#[test]
fn a_structure_that_is_known_after_deployment_only_is_not_an_empty_one() {
    let later = reference("Custom", Some("Value"));
    let properties = json!({
        "VpcConfig": later, "LoggingConfig": later, "Environment": { "Variables": later }, "Code": { "ZipFile": later },
    });
    let facts = built(&[("Orders", "AWS::Lambda::Function", properties)]);
    let orders = function(&facts, "Orders");
    assert!(matches!(orders.vpc_config, Observed::Unknown(_)), "{:?}", orders.vpc_config);
    assert!(matches!(orders.logging_config, Observed::Unknown(_)), "{:?}", orders.logging_config);
    let variables = &orders.environment.present().unwrap().variables;
    assert!(matches!(variables, Observed::Unknown(_)), "{variables:?}");
    assert!(matches!(orders.code.present().unwrap().zip_file, Observed::Present(_)), "{:?}", orders.code);
}

#[test]
fn aliases_that_name_each_other_come_to_an_end() {
    let arn = |of: &str| format!("arn:aws:lambda:eu-west-1:123456789012:function:{of}");
    for (one, other) in [
        ("!Ref B".to_owned(), "!Ref A".to_owned()),
        (format!("!Sub '{}'", arn("${B}")), format!("!Sub '{}'", arn("${A}"))),
        (format!("!Sub '{}:live'", arn("${A}")), "!Ref A".to_owned()),
        ("shop:live".to_owned(), arn("shop:live")),
    ] {
        let document = format!(
            "Resources:
  Shop: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: shop}}}}
  A: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: {one}, Name: live, FunctionVersion: '1'}}}}
  B: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: {other}, Name: live, FunctionVersion: '1'}}}}
  Call: {{Type: AWS::Events::Rule, Properties: {{Targets: [{{Id: a, Arn: !Ref A}}, {{Id: b, Arn: 'shop:live'}}]}}}}
"
        );
        let options = fitgate::template::Options::default();
        let read = fitgate::template::read("aliases.yaml", document.as_bytes(), &options);
        let branches = read.unwrap_or_else(|errors| panic!("{errors}")).branches;
        let policy = fitgate::policy::Policy::default();
        let found = fitgate::evaluate::evaluate(&branches, &policy, jiff::civil::date(2026, 7, 1)).findings;
        assert!(found.iter().any(|finding| finding.resource.as_str() == "A"), "{one}, {other}");
    }
}
