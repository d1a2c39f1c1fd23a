//! What judges read, learned from their fixtures: resources, keys by type, and values.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use fitgate::checks;
use serde_json::{Map, Value};

use super::cases::cases;

/// Words of all fixtures.
pub(crate) struct Vocabulary {
    /// Templates of cases, small but whole.
    pub(crate) templates: Vec<Map<String, Value>>,
    /// Every type that a check judges or reads, with the keys that stand anywhere below it.
    pub(crate) keys: Vec<(String, Vec<String>)>,
    /// Texts that stand in properties.
    pub(crate) texts: Vec<String>,
}

pub(crate) static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut texts = BTreeSet::new();
    let mut templates = Vec::new();
    for r#type in checks::all().flat_map(|check| check.applies.types()) {
        keys.entry((*r#type).to_owned()).or_default();
    }
    for case in cases() {
        let template = case.template.as_object().expect("a template").clone();
        for resource in template["Resources"].as_object().into_iter().flatten().map(|(_, resource)| resource) {
            let Some(r#type) = resource["Type"].as_str() else { continue };
            learn(&resource["Properties"], keys.entry(r#type.to_owned()).or_default(), &mut texts);
        }
        templates.push(template);
    }
    let keys = keys.into_iter().map(|(r#type, keys)| (r#type, keys.into_iter().collect())).collect();
    Vocabulary { templates, keys, texts: texts.into_iter().collect() }
});

fn learn(value: &Value, keys: &mut BTreeSet<String>, texts: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if key != "Ref" && !key.starts_with("Fn::") {
                    keys.insert(key.clone());
                }
                learn(inner, keys, texts);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| learn(item, keys, texts)),
        Value::String(text) => {
            texts.insert(text.clone());
        }
        _ => {}
    }
}
