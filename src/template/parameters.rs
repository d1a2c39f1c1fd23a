//! The parameters of a template and the values they have before a deployment.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Live;
use super::notes::Notes;
use super::tree::scalar_text;
use crate::facts::{Observed, Text, UNKNOWN, Why};
use crate::source::{Kind, Node, Position, read};

/// Pseudo parameters (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>).
pub const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// A declared parameter.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// Its value as a property would hold it, or the marker of the unknown.
    pub(super) value: Value,
    /// What CloudFormation would accept; empty where everything is.
    pub(super) allowed: Vec<String>,
    /// Whether it is a list of texts, not one.
    pub(super) is_list: bool,
}

/// Parameters and pseudo parameters by name.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    declared: BTreeMap<String, Parameter>,
    /// Pseudo parameters that the caller gave a value.
    pseudo: BTreeMap<String, String>,
    /// What other stacks export.
    exports: Observed<BTreeMap<String, String>>,
}

/// Values for parameters, from the command line or from the template around a nested one.
pub(super) type Given = BTreeMap<String, Value>;

impl Parameters {
    /// The parameters that `section` declares, with the values given.
    pub(super) fn read(section: Option<&Node>, given: &Given, live: Option<&Live>, notes: &mut Notes) -> Self {
        let exports = live.map(|live| live.exports.clone()).unwrap_or_default();
        let mut parameters = Self { exports, ..Self::default() };
        let resolved = live.is_some();
        for entry in section.map(Node::entries).unwrap_or_default() {
            let declaration = Declaration { name: &entry.key, node: &entry.value, at: entry.key_at, resolved };
            parameters.declared.insert(entry.key.clone(), declaration.read(given.get(&entry.key), notes));
        }
        for (name, value) in given {
            if PSEUDO.contains(&name.as_str()) {
                parameters.pseudo.extend(value.as_str().map(|value| (name.clone(), value.to_owned())));
            }
        }
        parameters
    }

    /// Refuses a value for a parameter that the template does not declare.
    pub(super) fn only_declared(&self, given: &Given, notes: &mut Notes) {
        for name in given.keys().filter(|name| !PSEUDO.contains(&name.as_str()) && !self.declared.contains_key(*name)) {
            let hint = read::nearest(name, self.names()).map(|near| format!("did you mean {near:?}?"));
            notes.errors.add_overall(format_args!("the template has no parameter {name:?}"), hint);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Parameter> {
        self.declared.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.keys().map(String::as_str)
    }

    /// The value that the caller gave a pseudo parameter.
    pub(super) fn pseudo(&self, name: &str) -> Option<&str> {
        self.pseudo.get(name).map(String::as_str)
    }

    /// What another stack exports by this name.
    ///
    /// # Errors
    /// Where nobody can tell.
    pub(super) fn export(&self, name: &Text) -> Result<&str, Why> {
        let unresolved = |what: &str| Why::Unresolved(format!("the export {name} of another stack {what}"));
        match (&self.exports, name.as_str()) {
            (Observed::Present(exports), Some(written)) => {
                exports.get(written).map(String::as_str).ok_or_else(|| unresolved("does not exist"))
            }
            (Observed::Unknown(why), _) => Err(why.clone()),
            _ => Err(unresolved("is known only at deployment")),
        }
    }

    /// The value of a parameter or pseudo parameter as a tree, where it is known.
    pub(super) fn node(&self, name: &str, at: Position) -> Option<Node> {
        let text = |text: &str| Node::new(Kind::String(text.to_owned()), at);
        if let Some(value) = self.pseudo(name) {
            return Some(text(value));
        }
        match &self.get(name)?.value {
            Value::String(value) => Some(text(value)),
            Value::Array(items) => {
                let items = items.iter().map(|item| item.as_str().map(text)).collect::<Option<_>>()?;
                Some(Node::new(Kind::Sequence(items), at))
            }
            _ => None,
        }
    }
}

/// Types of parameters that are not named after a resource of AWS.
const TYPES: [&str; 5] = ["String", "Number", "CommaDelimitedList", "List<Number>", "List<String>"];

fn is_type(name: &str) -> bool {
    TYPES.contains(&name) || name.starts_with("AWS::") || name.starts_with("List<AWS::")
}

struct Declaration<'a> {
    name: &'a str,
    node: &'a Node,
    at: Position,
    /// Whether the value given is what CloudFormation made of it: what Parameter Store holds, not the name there.
    resolved: bool,
}

impl Declaration<'_> {
    fn read(&self, given: Option<&Value>, notes: &mut Notes) -> Parameter {
        let r#type = self.node.get("Type").and_then(Node::as_str).unwrap_or("String");
        if !matches!(self.node.kind, Kind::Mapping(_)) || self.node.get("Type").is_none() {
            let hint = Some("add Type: String".to_owned());
            notes.warnings.add(self.at, format_args!("the parameter {:?} has no Type", self.name), hint);
        } else if !is_type(r#type) {
            let hint = Some(format!("one of: {}, or a type of AWS such as AWS::EC2::VPC::Id", TYPES.join(", ")));
            notes.warnings.add(self.at, format_args!("a parameter cannot be of type {type:?}"), hint);
        }
        let allowed = self.node.get("AllowedValues").map(Node::items).unwrap_or_default();
        let allowed: Vec<String> = allowed.iter().filter_map(scalar_text).map(str::to_owned).collect();
        let looked_up = r#type.starts_with("AWS::SSM::Parameter::Value<");
        let resolved = self.resolved && given.is_some();
        let is_list = r#type == "CommaDelimitedList" || r#type.starts_with("List<");
        let value = if looked_up && !resolved {
            unknown(format!("parameter {} is read from Parameter Store at deployment", self.name))
        } else if self.is_hidden(given) {
            unknown(format!("parameter {} has NoEcho: CloudFormation shows its value to nobody", self.name))
        } else {
            let value = given.cloned().or_else(|| self.default(notes));
            // What Parameter Store holds is not what the parameter allows as a name, and may be a list.
            let allowed: &[String] = if looked_up { &[] } else { &allowed };
            self.typed(value, r#type, is_list || looked_up && r#type.contains("List<"), allowed, notes)
        };
        let allowed = if looked_up { Vec::new() } else { allowed };
        Parameter { value, allowed, is_list: is_list || r#type.contains("List<") }
    }

    /// Whether the value given is the asterisks that CloudFormation shows instead of it.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
    fn is_hidden(&self, given: Option<&Value>) -> bool {
        let masked =
            given.and_then(Value::as_str).is_some_and(|text| !text.is_empty() && text.trim_matches('*').is_empty());
        let no_echo = self.node.get("NoEcho").and_then(scalar_text);
        masked && no_echo.is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
    }

    fn default(&self, notes: &mut Notes) -> Option<Value> {
        let default = self.node.get("Default")?;
        match scalar_text(default) {
            Some(text) => Some(Value::String(text.to_owned())),
            None => {
                let message = format_args!("the default of parameter {:?} is {}", self.name, default.kind_name());
                notes.warnings.add(default.at, message, Some("write a text".to_owned()));
                None
            }
        }
    }

    fn typed(&self, value: Option<Value>, r#type: &str, is_list: bool, allowed: &[String], notes: &mut Notes) -> Value {
        let Some(value) = value else {
            let name = self.name;
            return unknown(format!("parameter {name} has no default; give --parameter {name}=…"));
        };
        // Anything but a text comes from the template around this one and is what it is.
        let Value::String(text) = value else { return value };
        let items: Vec<&str> = if is_list { text.split(',').map(str::trim).collect() } else { vec![text.as_str()] };
        for item in &items {
            self.admit(item, r#type, allowed, notes);
        }
        if is_list { json!(items) } else { Value::String(text) }
    }

    fn admit(&self, item: &str, r#type: &str, allowed: &[String], notes: &mut Notes) {
        let name = self.name;
        if !allowed.is_empty() && !allowed.iter().any(|value| value == item) {
            let hint = Some(format!("one of: {}", allowed.join(", ")));
            notes.errors.add(self.at, format_args!("parameter {name} does not allow {item:?}"), hint);
        }
        if matches!(r#type, "Number" | "List<Number>") && item.parse::<f64>().is_err() {
            notes.errors.add(self.at, format_args!("parameter {name} is a number, not {item:?}"), None);
        }
    }
}

/// The marker of a value that the template does not settle.
pub(super) fn unknown(why: impl Into<String>) -> Value {
    json!({ UNKNOWN: Why::Unresolved(why.into()) })
}
