//! Templates: cases of the fixtures put together and damaged, and resources of any type with any properties.

use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Map, Value, json};

use super::{
    edits::{Edit, edits},
    values::{mapping, tree},
    vocabulary::VOCABULARY,
};

/// A resource of a type that checks know, with properties out of their vocabulary.
fn resource() -> impl Strategy<Value = Value> {
    select(VOCABULARY.keys.clone()).prop_flat_map(|(r#type, mut keys)| {
        keys.push("Tags".to_owned());
        let properties = prop_oneof![9 => mapping(keys.clone(), tree(&keys)), 1 => tree(&keys)];
        properties.prop_map(move |properties| json!({ "Type": r#type, "Properties": properties }))
    })
}

/// Parts of a template before they are put together.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    cases: Vec<Index>,
    resources: Vec<Value>,
    edits: Vec<Edit>,
}

pub(crate) fn parts() -> impl Strategy<Value = Parts> {
    let keys = select(VOCABULARY.keys.clone()).prop_map(|(_, keys)| keys);
    let edits = keys.prop_filter("a key", |keys| !keys.is_empty()).prop_flat_map(|keys| edits(keys, 8));
    let cases = prop::collection::vec(any::<Index>(), 0..4);
    let resources = prop::collection::vec(resource(), 0..4);
    (cases, resources, edits).prop_map(|(cases, resources, edits)| Parts { cases, resources, edits })
}

impl Parts {
    /// One template of all parts, whose functions refer to what it has.
    pub(crate) fn together(&self) -> Value {
        let mut template = Map::new();
        for case in self.cases.iter().map(|case| case.get(&VOCABULARY.templates)) {
            for (section, written) in case {
                match (template.entry(section.clone()).or_insert_with(|| json!({})), written) {
                    (Value::Object(there), Value::Object(more)) => there.extend(more.clone()),
                    (there, other) => *there = other.clone(),
                }
            }
        }
        let mut template = Value::Object(template);
        template["Parameters"]["P0"] = json!({ "Type": "String" });
        template["Conditions"]["C0"] = json!({ "Fn::Equals": [{ "Ref": "P0" }, "x"] });
        template["Conditions"]["C1"] = json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "AWS::Region" }, "y"] }] });
        template["Mappings"]["M"] = json!({ "a": { "b": "c" } });
        for (index, resource) in self.resources.iter().enumerate() {
            template["Resources"][format!("X{index}")] = resource.clone();
        }
        self.edit(&mut template["Resources"]);
        let ids: Vec<String> =
            template["Resources"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
        if let Some(first) = ids.first() {
            rename(&mut template, first);
        }
        template
    }
}

impl Parts {
    /// Changes properties. Only many edits spoil the resources themselves, or the reader would refuse them all.
    fn edit(&self, resources: &mut Value) {
        let of = |resource: &Value| resource.get("Properties").cloned().unwrap_or_else(|| json!({}));
        let all = resources.as_object().into_iter().flatten();
        let mut properties: Value = all.map(|(id, resource)| (id.clone(), of(resource))).collect::<Map<_, _>>().into();
        let (within, beyond) = self.edits.split_at(self.edits.len().min(6));
        within.iter().for_each(|edit| edit.apply(&mut properties));
        for (id, resource) in resources.as_object_mut().into_iter().flatten() {
            if let (Some(changed), Some(resource)) = (properties.get(id), resource.as_object_mut()) {
                resource.insert("Properties".to_owned(), changed.clone());
            }
        }
        beyond.iter().for_each(|edit| edit.apply(resources));
    }
}

/// What refers to nothing refers to this resource: else the reader would refuse nearly every template.
fn rename(value: &mut Value, id: &str) {
    match value {
        Value::String(text) if text == super::values::NAME => *text = id.to_owned(),
        Value::String(text) if text.contains("${R0}") => *text = text.replace("${R0}", &format!("${{{id}}}")),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, id)),
        Value::Object(map) => map.values_mut().for_each(|inner| rename(inner, id)),
        _ => {}
    }
}
