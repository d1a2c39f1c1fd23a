//! Any value in the place of any property: plain, of the wrong kind, hostile, or a function.

use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::vocabulary::VOCABULARY;

/// Names that functions refer to; a template replaces them by names of its own.
pub(crate) const NAME: &str = "R0";

/// Texts that something may stumble over.
const HOSTILE: [&str; 22] = [
    "",
    " ",
    "*",
    "**",
    "é💥",
    "null",
    "-1",
    "1e999",
    "99999999999999999999",
    "0x10",
    "true",
    "${",
    "${!x}",
    "${R0}",
    "arn:",
    "arn:aws:s3:::",
    "arn:aws:lambda:us-east-1:123456789012:function:é:1",
    "{{resolve:ssm:/a:1}}",
    "{\"a\": [",
    "rate(0 minutes)",
    "cron(* * * * ? *)",
    "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\"}}",
];

pub(crate) fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::from),
        2 => (-2i64..400).prop_map(Value::from),
        1 => select(vec![json!(i64::MIN), json!(u64::MAX), json!(1e300), json!(-0.0), json!(0.5), json!(1_000_000)]),
        2 => select(HOSTILE.to_vec()).prop_map(Value::from),
        4 => select(VOCABULARY.texts.clone()).prop_map(Value::from),
        1 => "[ -~é]{0,12}".prop_map(Value::from),
        1 => (300usize..3000).prop_map(|length| Value::from("a".repeat(length))),
    ]
    .boxed()
}

/// A function without arguments that could be anything.
fn reference() -> BoxedStrategy<Value> {
    select(vec![
        json!({ "Ref": NAME }),
        json!({ "Ref": "P0" }),
        json!({ "Ref": "AWS::NoValue" }),
        json!({ "Ref": "AWS::Region" }),
        json!({ "Ref": "AWS::AccountId" }),
        json!({ "Fn::GetAtt": [NAME, "Arn"] }),
        json!({ "Fn::GetAtt": [NAME, "Nested.é"] }),
        json!({ "Fn::ImportValue": "x" }),
        json!({ "Fn::GetAZs": "" }),
        json!({ "Fn::FindInMap": ["M", "a", "b"] }),
        json!({ "Fn::FindInMap": ["M", { "Ref": "P0" }, "b"] }),
        json!({ "Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${R0}:live" }),
        json!({ "Fn::Sub": "${P0}" }),
        json!({ "Fn::Cidr": ["10.0.0.0/16", 4, 8] }),
    ])
    .boxed()
}

fn function(inner: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let pair = (inner.clone(), inner.clone());
    let list = prop::collection::vec(inner.clone(), 0..4);
    prop_oneof![
        3 => (select(vec!["C0", "C1"]), pair.clone()).prop_map(|(condition, (yes, no))| json!({ "Fn::If": [condition, yes, no] })),
        1 => (select(vec!["", "-", "/"]), list.clone()).prop_map(|(between, items)| json!({ "Fn::Join": [between, items] })),
        1 => (0..4, list).prop_map(|(index, items)| json!({ "Fn::Select": [index, items] })),
        1 => inner.clone().prop_map(|text| json!({ "Fn::Split": [":", text] })),
        1 => inner.clone().prop_map(|text| json!({ "Fn::Base64": text })),
        1 => inner.clone().prop_map(|value| json!({ "Fn::ToJsonString": value })),
        1 => inner.clone().prop_map(|value| json!({ "Fn::Length": value })),
        1 => inner.clone().prop_map(|value| json!({ "Fn::Sub": ["{\"a\": \"${X}\"}${R0}", { "X": value }] })),
        1 => pair.prop_map(|(one, other)| json!({ "Fn::Transform": { "Name": one, "Parameters": other } })),
    ]
    .boxed()
}

/// Any tree over these keys.
pub(crate) fn tree(keys: &[String]) -> BoxedStrategy<Value> {
    let mut keys = keys.to_vec();
    keys.extend(["Ref", "Fn::If", "é", ""].map(str::to_owned));
    let leaf = prop_oneof![4 => scalar(), 1 => reference()];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let inner = inner.boxed();
        prop_oneof![
            5 => mapping(keys.clone(), inner.clone()),
            3 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            1 => function(&inner),
        ]
    })
    .boxed()
}

/// A mapping of some of these keys.
pub(crate) fn mapping(keys: Vec<String>, inner: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let entries = prop::collection::vec((select(keys), inner), 0..6);
    entries.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())).boxed()
}
