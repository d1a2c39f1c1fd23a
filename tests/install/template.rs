//! template.yaml as JSON.

use std::path::PathBuf;

use fitgate::source::{Limits, parse};
use serde_json::Value;

use crate::plain::plain;

pub(crate) fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("template.yaml")
}

/// The template, `!Ref x` as `{"Ref": x}`, any other short form as `{"Fn::…": x}`.
pub(crate) fn read() -> Value {
    let bytes = std::fs::read(path()).expect("the project's template");
    plain(&parse("template.yaml", &bytes, &Limits::default()).expect("template.yaml is well-formed"))
}

/// The properties of one resource.
pub(crate) fn properties<'a>(template: &'a Value, id: &str) -> &'a Value {
    let properties = &template["Resources"][id]["Properties"];
    assert!(properties.is_object(), "template.yaml has no resource {id}");
    properties
}

/// The resources of a type, with their logical ids.
pub(crate) fn resources<'a>(template: &'a Value, kind: &str) -> Vec<(&'a str, &'a Value)> {
    let resources = template["Resources"].as_object().expect("Resources");
    resources.iter().filter(|(_, resource)| resource["Type"] == kind).map(|(id, it)| (id.as_str(), it)).collect()
}

/// Every text of a value, keys left out.
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(entries) => entries.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
