//! SAM's policy templates: a name and its parameters stand for the statements of a policy.
//!
//! `policy_templates.json` is AWS's own list without the descriptions, from `aws-sam-translator` 1.115.0
//! (<https://github.com/aws/serverless-application-model>, Apache-2.0).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::build::At;
use super::tree::is_plain_mapping;
use crate::source::{Kind, Node};

static TEMPLATES: LazyLock<BTreeMap<String, Template>> =
    LazyLock::new(|| serde_json::from_str(include_str!("policy_templates.json")).unwrap_or_default());

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    parameters: Vec<String>,
    statement: Value,
}

/// Whether this is a policy template: a mapping whose one key names one.
pub(super) fn is_template(policy: &Node) -> bool {
    matches!(policy.entries(), [only] if is_plain_mapping(policy) && TEMPLATES.contains_key(&only.key))
}

/// The policy document of a template with its parameters filled in, or the parameters that are missing.
pub(super) fn document(policy: &Node) -> Option<Result<Node, Vec<&'static str>>> {
    let [only] = policy.entries() else { return None };
    let template = TEMPLATES.get(&only.key)?;
    let missing = |name: &&'static str| only.value.get(name).is_none();
    let missing: Vec<&'static str> = template.parameters.iter().map(String::as_str).filter(missing).collect();
    if !missing.is_empty() {
        return Some(Err(missing));
    }
    let at = At(only.key_at);
    Some(Ok(at.map([("Statement", filled_in(&template.statement, template, &only.value, at))])))
}

fn filled_in(value: &Value, template: &Template, parameters: &Node, at: At) -> Node {
    match value {
        Value::Object(object) => match parameter(object, template) {
            Some(name) => parameters.get(name).cloned().unwrap_or_else(|| at.reference(name)),
            None => {
                let fill = |(key, value): (&String, &Value)| (key.clone(), filled_in(value, template, parameters, at));
                object.iter().map(fill).fold(at.mapping(), |map, (key, value)| map.with(&key, value)).node()
            }
        },
        Value::Array(items) => at.list(items.iter().map(|item| filled_in(item, template, parameters, at))),
        scalar => node(scalar, at, &|text| at.text(text)),
    }
}

/// JSON as a tree, its texts made by `text`.
pub(super) fn node(value: &Value, at: At, text: &dyn Fn(&str) -> Node) -> Node {
    match value {
        Value::Object(object) => {
            object.iter().fold(at.mapping(), |map, (key, value)| map.with(key, node(value, at, text))).node()
        }
        Value::Array(items) => at.list(items.iter().map(|item| node(item, at, text))),
        Value::String(value) => text(value),
        Value::Bool(value) => at.flag(*value),
        Value::Number(number) => Node::new(Kind::Number(number.to_string()), at.0),
        Value::Null => Node::new(Kind::Null, at.0),
    }
}

fn parameter<'a>(object: &'a serde_json::Map<String, Value>, template: &Template) -> Option<&'a str> {
    let name = object.get("Ref").filter(|_| object.len() == 1)?.as_str()?;
    template.parameters.iter().any(|parameter| parameter == name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::TEMPLATES;

    #[test]
    fn the_list_is_whole() {
        assert_eq!(TEMPLATES.len(), 81);
        for (name, template) in TEMPLATES.iter() {
            assert!(template.statement.as_array().is_some_and(|statements| !statements.is_empty()), "{name}");
        }
    }
}
