//! Nested stacks whose templates are files beside this one, as part of the stack that holds them.
//!
//! Their resources are called `Nested/Child`, their parameters are what the outer template passes, and
//! references to their outputs become what the outputs say.

use std::{collections::BTreeMap, rc::Rc};

use serde_json::Value;

use super::TemplateError;
use super::branches::MOST;
use super::include::{beside, called, is_local};
use super::notes::Notes;
use super::parameters::{Given, PSEUDO, unknown};
use super::reader::{Input, Reader};
use super::resolve::{marker, text};
use super::stack::{Resolved, Variant};
use crate::facts::{Part, Text, Why};
use crate::source::{Node, Position};

const STACK: &str = "AWS::CloudFormation::Stack";
/// Templates inside templates.
const DEEPEST: usize = 8;
/// Nested templates read in all.
pub(super) const MOST_READ: usize = 500;

/// Resources of a stack and of those nested in it, over all branches.
const MOST_HELD: usize = 64_000;

/// What nested stacks give out: by the id of the stack and the name of the output.
pub(super) type Outputs = BTreeMap<(String, String), Value>;

impl Reader<'_, '_> {
    /// Adds to every branch what its nested stacks hold.
    pub(super) fn nest(
        &mut self,
        variants: Vec<Variant>,
        root: &Node,
        input: &Input<'_>,
        notes: &mut Notes,
    ) -> Result<Vec<Variant>, TemplateError> {
        let room = (MOST / variants.len().max(1)).max(1);
        let mut done = Vec::with_capacity(variants.len());
        for variant in variants {
            let is_stack = |resource: &&Rc<Resolved>| resource.reference.r#type.as_str() == STACK;
            let nested: Vec<Rc<Resolved>> = variant.resources.iter().filter(is_stack).cloned().collect();
            let mut grown = vec![variant];
            for stack in &nested {
                let id = stack.reference.logical_id.as_str();
                let at = place(root, id.strip_prefix(input.prefix).unwrap_or(id));
                if let Some(children) = self.children(stack, at, input, notes)? {
                    grown = combined(grown, &children, id, room);
                }
                let held: usize = done.iter().chain(&grown).map(|variant: &Variant| variant.resources.len()).sum();
                if held > MOST_HELD {
                    let message =
                        format_args!("with the nested stack {id} there are more than {MOST_HELD} resources to judge");
                    notes.errors.add(at, message, Some("judge the nested stacks by themselves".to_owned()));
                    return Ok(done);
                }
            }
            done.extend(grown);
        }
        Ok(done)
    }

    /// The branches of a nested stack; none where nobody can read it, which is warned of.
    fn children(
        &mut self,
        stack: &Resolved,
        at: Position,
        input: &Input<'_>,
        notes: &mut Notes,
    ) -> Result<Option<Vec<Variant>>, TemplateError> {
        let id = stack.reference.logical_id.as_str();
        let found = self.template_of(stack, input);
        let (path, bytes, given) = match found {
            Ok(found) => found,
            Err(why) => {
                let hint = Some("judge its template by itself".to_owned());
                notes.warnings.add(at, format_args!("what the nested stack {id} holds is not judged: {why}"), hint);
                return Ok(None);
            }
        };
        if input.around.contains(&path) || input.around.len() >= DEEPEST || self.left == 0 {
            let message = format_args!("the nested stack {id} leads to too many others, or to itself");
            notes.errors.add(at, message, Some("remove the circle".to_owned()));
            return Ok(None);
        }
        let prefix = format!("{id}/");
        let key = format!("{prefix}\n{path}\n{}", serde_json::json!(given));
        if let Some(known) = self.nested.get(&key) {
            return Ok(Some(known.clone()));
        }
        self.left -= 1;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let around: Vec<String> = input.around.iter().cloned().chain([path.clone()]).collect();
        let name = called(input.outermost, &path);
        let inner = Input {
            name: &name,
            outermost: input.outermost,
            bytes: &bytes,
            folder,
            prefix: &prefix,
            given: &given,
            around: &around,
        };
        let variants = self.read(&inner)?;
        self.nested.insert(key, variants.clone());
        Ok(Some(variants))
    }

    /// Path, bytes and parameters of a nested template; else why they are not known.
    fn template_of(&self, stack: &Resolved, input: &Input<'_>) -> Result<(String, Vec<u8>, Given), String> {
        let properties = stack.properties();
        let url = properties.get("TemplateURL").ok_or("its template is not known")?;
        let url = url.as_str().ok_or("its template is known only at deployment")?;
        if !is_local(url) || url.starts_with("http") {
            return Err("its template is not a file beside this one".to_owned());
        }
        let files = self.options.files.ok_or("files beside the template are not read")?;
        let mut given: Given = PSEUDO
            .iter()
            .filter(|name| !matches!(**name, "AWS::StackName" | "AWS::StackId"))
            .filter_map(|name| Some(((*name).to_owned(), input.given.get(*name)?.clone())))
            .collect();
        match properties.get("Parameters") {
            None => {}
            Some(Value::Object(passed)) if !passed.contains_key(crate::facts::UNKNOWN) => {
                given.extend(passed.iter().map(|(name, value)| (name.clone(), as_parameter(value))));
            }
            Some(_) => return Err("its parameters are known only at deployment".to_owned()),
        }
        let path = beside(input.folder, url);
        let bytes =
            files.read(&path).map_err(|why| format!("{} cannot be read: {why}", called(input.outermost, &path)))?;
        Ok((path, bytes, given))
    }
}

fn place(root: &Node, id: &str) -> Position {
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    resources.iter().find(|entry| entry.key == id).map_or(root.at, |entry| entry.key_at)
}

/// A value as a parameter takes it: a text, lists joined by commas.
fn as_parameter(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        Value::Array(items) => match items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
            Some(texts) => Value::String(texts.join(",")),
            None => unknown("a list of values that are known only at deployment"),
        },
        other => other.clone(),
    }
}

/// Every branch with every branch of a nested stack, while they are few enough; else what the stack holds is unknown.
fn combined(grown: Vec<Variant>, children: &[Variant], id: &str, room: usize) -> Vec<Variant> {
    if grown.len().saturating_mul(children.len()) > room && children.len() > 1 {
        let blurred = blurred(children);
        return grown.into_iter().map(|outer| joined(outer, &blurred, id)).collect();
    }
    grown.into_iter().flat_map(|outer| children.iter().map(move |inner| joined(outer.clone(), inner, id))).collect()
}

fn joined(mut outer: Variant, inner: &Variant, id: &str) -> Variant {
    outer.assumptions.extend(inner.assumptions.iter().cloned());
    outer.resources.extend(inner.resources.iter().cloned());
    outer.nested.extend(inner.nested.iter().map(|(key, value)| (key.clone(), value.clone())));
    let own = inner.outputs.iter().map(|(name, value)| ((id.to_owned(), name.clone()), value.clone()));
    outer.nested.extend(own);
    outer
}

/// One branch for all: which resources there may be, and nothing about them.
fn blurred(children: &[Variant]) -> Variant {
    let why =
        Why::Unresolved("depends on conditions of a nested stack; too many combinations to judge each".to_owned());
    let mut resources: BTreeMap<&str, Rc<Resolved>> = BTreeMap::new();
    for Resolved { reference, .. } in children.iter().flat_map(|child| &child.resources).map(Rc::as_ref) {
        let unknown = || Resolved::new(reference.clone(), marker(why.clone()));
        resources.entry(reference.logical_id.as_str()).or_insert_with(unknown);
    }
    let names = children.iter().flat_map(|child| child.outputs.keys());
    let outputs = names.map(|name| (name.clone(), marker(why.clone()))).collect();
    let nested = children.iter().flat_map(|child| child.nested.keys());
    let nested = nested.map(|key| (key.clone(), marker(why.clone()))).collect();
    Variant { assumptions: Vec::new(), resources: resources.into_values().collect(), outputs, nested }
}

/// References to outputs of nested stacks become what the outputs say.
pub(super) fn connect(variant: Variant) -> Variant {
    if variant.nested.is_empty() {
        return variant;
    }
    let connected = |resolved: Rc<Resolved>| {
        let mut properties = resolved.properties().clone();
        substitute(&mut properties, &variant.nested, DEEPEST);
        // One that names no output is the same in every branch.
        let is_same = properties == *resolved.properties();
        if is_same { resolved } else { Resolved::new(resolved.reference.clone(), properties) }
    };
    Variant { resources: variant.resources.into_iter().map(connected).collect(), ..variant }
}

fn substitute(value: &mut Value, outputs: &Outputs, depth: usize) {
    if let Some(written) = Text::from_marker(value) {
        if let Some(put) = connected(&written, outputs, depth) {
            *value = put;
        }
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| substitute(item, outputs, depth)),
        Value::Object(map) => map.values_mut().for_each(|item| substitute(item, outputs, depth)),
        _ => {}
    }
}

/// The text with outputs put in; none where it names no output that is known.
fn connected(written: &Text, outputs: &Outputs, depth: usize) -> Option<Value> {
    let said = |part: &Part| match part {
        Part::Reference { resource, attribute: Some(attribute) } => {
            let name = attribute.strip_prefix("Outputs.")?;
            outputs.get(&(resource.clone(), name.to_owned()))
        }
        _ => None,
    };
    if !written.parts().iter().any(|part| said(part).is_some()) {
        return None;
    }
    let mut parts = Vec::new();
    for part in written.parts() {
        let Some(output) = said(part) else {
            parts.push(part.clone());
            continue;
        };
        let mut output = match depth.checked_sub(1) {
            Some(_) => output.clone(),
            None => unknown("outputs that lead to each other"),
        };
        substitute(&mut output, outputs, depth.saturating_sub(1));
        if written.parts().len() == 1 {
            return Some(output);
        }
        parts.extend(text::parts(&output).unwrap_or_else(|why| vec![Part::Unknown(why)]));
    }
    Some(text::value(parts))
}
