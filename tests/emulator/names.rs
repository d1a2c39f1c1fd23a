//! What the functions in a template come to, once its stack is there.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::stack::Stack;

/// The names of a stack: its parameters, its resources and its conditions.
pub(crate) struct Names<'a> {
    stack: &'a Stack,
    template: &'a Value,
    parameters: BTreeMap<String, Value>,
}

impl<'a> Names<'a> {
    /// The names of `template`, with these `parameters`, others by default.
    pub(crate) fn new(stack: &'a Stack, template: &'a Value, parameters: &[(&str, &str)]) -> Self {
        let declared = template["Parameters"].as_object().into_iter().flatten();
        let defaults = declared.filter_map(|(name, declared)| Some((name.clone(), declared.get("Default")?.clone())));
        let given = parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        let pseudo = stack.pseudo_parameters().into_iter().map(|(name, value)| (name, Value::from(value)));
        Self { stack, template, parameters: defaults.chain(given).chain(pseudo).collect() }
    }

    /// `value` with every function in it worked out.
    ///
    /// # Panics
    /// On a function or an attribute that no template of these tests had so far.
    pub(crate) fn resolved(&self, value: &Value) -> Value {
        match value {
            Value::Object(map) => match map.iter().next() {
                Some((name, argument)) if map.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => {
                    self.call(name, argument)
                }
                _ => self.members(map),
            },
            Value::Array(items) => self.items(items).into(),
            scalar => scalar.clone(),
        }
    }

    fn members(&self, map: &Map<String, Value>) -> Value {
        let members = map.iter().filter(|(_, value)| !self.is_no_value(value));
        members.map(|(name, value)| (name.clone(), self.resolved(value))).collect()
    }

    fn items(&self, items: &[Value]) -> Vec<Value> {
        items.iter().filter(|item| !self.is_no_value(item)).map(|item| self.resolved(item)).collect()
    }

    /// `AWS::NoValue`, as it stands or as what an `Fn::If` comes to.
    fn is_no_value(&self, value: &Value) -> bool {
        match value.get("Fn::If") {
            Some(choice) => self.is_no_value(self.chosen(choice)),
            None => value["Ref"] == "AWS::NoValue",
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Value {
        match name {
            "Ref" => self.reference(text(argument)).into(),
            "Fn::GetAtt" => self.attribute(text(&argument[0]), text(&argument[1])).into(),
            "Fn::If" => self.resolved(self.chosen(argument)),
            "Fn::Join" => {
                let items = self.resolved(&argument[1]);
                let items: Vec<_> = items.as_array().expect("a list").iter().map(text).collect();
                items.join(text(&argument[0])).into()
            }
            "Fn::Sub" => match argument {
                Value::Array(parts) => self.substituted(text(&parts[0]), parts[1].as_object()).into(),
                written => self.substituted(text(written), None).into(),
            },
            _ => panic!("{name} is not worked out here"),
        }
    }

    fn reference(&self, name: &str) -> String {
        match self.parameters.get(name) {
            Some(value) => written(value),
            None => self.of_resource(name, None),
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> String {
        self.of_resource(resource, Some(attribute))
    }

    fn of_resource(&self, resource: &str, attribute: Option<&str>) -> String {
        let found = self.stack.attribute(resource, attribute);
        found.unwrap_or_else(|| panic!("nobody says what {attribute:?} of {resource} is"))
    }

    /// `${Name}`, `${Resource.Attribute}` and the names of `own` in a text; `${!x}` stays `${x}`.
    fn substituted(&self, written: &str, own: Option<&Map<String, Value>>) -> String {
        let mut result = String::new();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').expect("a closing brace");
            result.push_str(before);
            match (name.strip_prefix('!'), own.and_then(|own| own.get(name)), name.split_once('.')) {
                (Some(literal), ..) => result.push_str(&format!("${{{literal}}}")),
                (_, Some(value), _) => result.push_str(text(&self.resolved(value))),
                (_, _, Some((resource, attribute))) => result.push_str(&self.attribute(resource, attribute)),
                _ => result.push_str(&self.reference(name)),
            }
            rest = after;
        }
        result + rest
    }

    /// The branch of an `Fn::If` that holds.
    fn chosen<'v>(&self, choice: &'v Value) -> &'v Value {
        &choice[if self.condition(text(&choice[0])) { 1 } else { 2 }]
    }

    /// Whether a condition of the template holds.
    pub(crate) fn condition(&self, name: &str) -> bool {
        self.holds(&self.template["Conditions"][name])
    }

    fn holds(&self, rule: &Value) -> bool {
        let (name, argument) = rule.as_object().and_then(|map| map.iter().next()).expect("a condition");
        let parts = || argument.as_array().expect("a list").iter();
        match name.as_str() {
            "Condition" => self.condition(text(argument)),
            // Parameters are text, and so is what they are compared with: `!Equals [!Ref Number, 0]`.
            "Fn::Equals" => written(&self.resolved(&argument[0])) == written(&self.resolved(&argument[1])),
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::And" => parts().all(|part| self.holds(part)),
            "Fn::Or" => parts().any(|part| self.holds(part)),
            _ => panic!("the condition {name} is not worked out here"),
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("`{value}` is no text"))
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
