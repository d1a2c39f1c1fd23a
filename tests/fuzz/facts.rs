//! Saved facts: what observers write, with anything in place of anything.

use fitgate::facts::{Branch, Facts};
use proptest::{prelude::*, sample::select, test_runner::TestCaseResult};
use serde_json::{Value, json};

use super::{
    edits::edits,
    laws::branches,
    values::{mapping, tree},
    vocabulary::VOCABULARY,
};

/// What readers and joins write between the properties.
const MARKERS: [&str; 16] = [
    "$unknown",
    "$text",
    "$Account",
    "$AttachedPolicies",
    "$BackupSelections",
    "$BucketInStack",
    "$BucketPolicy",
    "$LogTarget",
    "$LogicalId",
    "$Scaling",
    "$Permissions",
    "$Compliance",
    "$Role",
    "$Alarms",
    "Tags",
    "Policies",
];

fn marker() -> impl Strategy<Value = Value> {
    select(vec![
        json!({ "$unknown": { "Denied": { "action": "s3:GetBucketPolicy" } } }),
        json!({ "$unknown": { "Unresolved": "later" } }),
        json!({ "$unknown": "nonsense" }),
        json!({ "$unknown": 5 }),
        json!({ "$text": [] }),
        json!({ "$text": [{ "Pseudo": "AWS::Region" }, { "Literal": ":x" }] }),
        json!({ "$text": [{ "Reference": { "resource": "A", "attribute": "Arn" } }] }),
        json!({ "$text": [{ "Unknown": { "Unresolved": "later" } }] }),
        json!({ "$text": "nonsense" }),
        json!({ "$text": [{ "Literal": "{\"Statement\": [" }, { "Pseudo": "AWS::Region" }, { "Literal": "]}" }] }),
    ])
}

fn resource() -> impl Strategy<Value = Value> {
    select(VOCABULARY.keys.clone()).prop_flat_map(|(r#type, mut keys)| {
        keys.extend(MARKERS.map(str::to_owned));
        let value = prop_oneof![2 => tree(&keys), 1 => marker()].boxed();
        let properties = prop_oneof![8 => mapping(keys, value.clone()), 1 => value];
        ("[ABC]", properties)
            .prop_map(move |(id, properties)| json!({ "LogicalId": id, "Type": r#type, "Properties": properties }))
    })
}

fn document() -> impl Strategy<Value = Value> {
    let keys: Vec<String> = MARKERS.iter().map(|key| (*key).to_owned()).collect();
    let resources = prop::collection::vec(resource(), 0..6);
    let settings = prop_oneof![3 => Just(Value::Null), 1 => tree(&keys)];
    (resources, settings, edits(keys, 4)).prop_map(|(resources, settings, edits)| {
        let mut document = json!({
            "Version": 1,
            "Stack": { "Name": "fuzz", "Account": "123456789012", "Region": { "$unknown": { "Unresolved": "x" } } },
            "Settings": settings,
            "Resources": resources,
        });
        edits.iter().for_each(|edit| edit.apply(&mut document));
        document
    })
}

proptest! {
    #![proptest_config(super::laws::config(150))]

    #[test]
    fn facts_are_refused_or_judged(document in document()) {
        refused_or_judged(&document)?;
    }
}

fn refused_or_judged(document: &Value) -> TestCaseResult {
    // As bytes, which is how documents come: a reader of bytes bounds the depth.
    if let Ok(facts) = serde_json::from_slice::<Facts>(&serde_json::to_vec(document).expect("JSON")) {
        branches(&[Branch { assumptions: Vec::new(), facts }])?;
    }
    Ok(())
}

/// What hours of trying have found, as short as it could be made.
#[test]
fn what_was_found_once_stays_mended() -> TestCaseResult {
    let found = [
        ("AWS::Logs::ResourcePolicy", json!({ "PolicyDocument": { "$unknown": {}, "PolicyDocument": null } })),
        ("AWS::ECR::Repository", json!({ "EncryptionConfiguration": { "$unknown": false, "AWS": null } })),
        ("AWS::ApiGateway::RestApi", json!({ "Body": { "$text": null } })),
        ("AWS::ApiGateway::Stage", json!({ "AccessLogSetting": { "$unknown": { "Denied": null } } })),
        ("AWS::ApiGateway::Stage", json!({ "Variables": { "Key": null } })),
    ];
    for (r#type, properties) in found {
        let resource = json!({ "LogicalId": "A", "Type": r#type, "Properties": properties });
        refused_or_judged(&json!({ "Version": 1, "Stack": { "Name": "fuzz" }, "Resources": [resource] }))?;
    }
    Ok(())
}
