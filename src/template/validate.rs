//! Names that must exist: what `Ref`, `GetAtt`, `Sub`, `If`, `FindInMap`, `Condition` and `DependsOn` mean.

use std::collections::BTreeSet;

use super::conditions::Conditions;
use super::notes::Notes;
use super::parameters::PSEUDO;
use super::resolve::Scope;
use super::tree::{Piece, function, pieces, sub_parts};
use crate::source::read::nearest;
use crate::source::{Entry, Kind, Node, Position};

/// Who else may make names that are not in the template.
#[derive(Debug, Default)]
pub(super) struct Makers {
    /// The resources as written, where SAM makes more of them, each called like the one it comes from.
    pub(super) written: BTreeSet<String>,
    /// Whether a macro may make anything.
    pub(super) anything: bool,
}

impl Makers {
    fn may_make(&self, name: &str) -> bool {
        let prefixes = (1..=name.len()).filter_map(|end| name.get(..end));
        self.anything
            || (!self.written.is_empty() && name.starts_with("Serverless"))
            || prefixes.into_iter().any(|prefix| self.written.contains(prefix))
    }
}

/// Reports every name that nothing has.
pub(super) fn names(root: &Node, scope: &Scope<'_>, makers: &Makers, notes: &mut Notes) {
    for name in scope.parameters.names() {
        if let Some(resource) = scope.declared.get(name) {
            let message = format_args!("{name:?} names a parameter and a resource; CloudFormation takes one of them");
            notes.warnings.add(resource.at, message, Some("rename one of the two".to_owned()));
        }
    }
    let mut validator = Validator { scope, makers, notes, in_conditions: false };
    for section in ["Resources", "Outputs", "Conditions"] {
        for entry in root.get(section).map(Node::entries).unwrap_or_default() {
            validator.in_conditions = section == "Conditions";
            match section {
                "Resources" => validator.resource(&entry.value),
                _ => validator.tree(&entry.value),
            }
        }
    }
}

/// Reports conditions of outputs that are not defined.
pub(super) fn outputs(root: &Node, conditions: &Conditions<'_>, notes: &mut Notes) {
    for output in root.get("Outputs").map(Node::entries).unwrap_or_default() {
        if let Some(condition) = output.value.get("Condition")
            && let Some(name) = condition.as_str()
        {
            conditions.named(name, condition.at, notes);
        }
    }
}

struct Validator<'v, 't> {
    scope: &'v Scope<'t>,
    makers: &'v Makers,
    notes: &'v mut Notes,
    /// Conditions are answered before there is any resource.
    in_conditions: bool,
}

impl Validator<'_, '_> {
    fn resource(&mut self, resource: &Node) {
        for attribute in resource.entries() {
            match attribute.key.as_str() {
                "Metadata" | "Type" | "Condition" => {}
                "DependsOn" => self.depends_on(&attribute.value),
                _ => self.tree(&attribute.value),
            }
        }
    }

    fn depends_on(&mut self, node: &Node) {
        let one = std::slice::from_ref(node);
        for item in if node.items().is_empty() { one } else { node.items() } {
            match item.as_str() {
                Some(name) if self.scope.resources.contains_key(name) => {}
                Some(name) => self.missing("resource", name, item.at),
                None => self.notes.errors.expected(item, "the name of a resource"),
            }
        }
    }

    fn tree(&mut self, node: &Node) {
        if let Some(call) = function(node) {
            self.call(call);
        }
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.tree(item)),
            Kind::Mapping(entries) => entries.iter().for_each(|entry| self.tree(&entry.value)),
            _ => {}
        }
    }

    fn call(&mut self, call: &Entry) {
        let argument = &call.value;
        let first = argument.items().first();
        match (call.key.as_str(), first.and_then(Node::as_str)) {
            ("Ref", _) => {
                if let Some(name) = argument.as_str() {
                    self.reference(name, argument.at);
                }
            }
            ("Fn::GetAtt", Some(name)) => self.get_att(name, argument.at),
            ("Fn::Sub", _) => self.sub(argument),
            ("Fn::If", Some(name)) => _ = self.scope.conditions.named(name, argument.at, self.notes),
            ("Fn::FindInMap", Some(name)) => self.mapping(name, argument.at),
            _ => {}
        }
    }

    fn sub(&mut self, argument: &Node) {
        let Some((text, own)) = sub_parts(argument) else { return };
        for piece in pieces(text) {
            match piece {
                Piece::Variable(name) if own.iter().any(|entry| entry.key == name) => {}
                Piece::Variable(name) => match name.split_once('.') {
                    Some((resource, _)) => self.get_att(resource, argument.at),
                    None => self.reference(name, argument.at),
                },
                Piece::Literal(_) => {}
            }
        }
    }

    fn reference(&mut self, name: &str, at: Position) {
        if self.scope.parameters.get(name).is_some() || PSEUDO.contains(&name) {
            return;
        }
        if !self.scope.resources.contains_key(name) {
            self.missing("parameter or resource", name, at);
        } else if self.in_conditions {
            self.too_early(name, at);
        }
    }

    fn too_early(&mut self, name: &str, at: Position) {
        let hint = Some("compare parameters and mappings".to_owned());
        self.notes.errors.add(at, format_args!("a condition cannot refer to the resource {name:?}"), hint);
    }

    fn get_att(&mut self, name: &str, at: Position) {
        if !self.scope.resources.contains_key(name) {
            self.missing("resource", name, at);
        } else if self.in_conditions {
            self.too_early(name, at);
        }
    }

    fn mapping(&mut self, name: &str, at: Position) {
        let mappings = &self.scope.mappings;
        if !mappings.contains_key(name) && !mappings.contains_key("Fn::Transform") {
            let hint = nearest(name, mappings.keys().copied()).map(|near| format!("did you mean {near:?}?"));
            self.notes.errors.add(at, format_args!("there is no mapping {name:?}"), hint);
        }
    }

    fn missing(&mut self, what: &str, name: &str, at: Position) {
        let message = format!("there is no {what} {name:?}");
        if self.makers.may_make(name) {
            let hint = Some("a transform may make it; what refers to it is not known before".to_owned());
            self.notes.warnings.add(at, message, hint);
            return;
        }
        let known = self.scope.resources.keys().copied().chain(self.scope.parameters.names());
        let near = if self.notes.errors.are_few() { nearest(name, known.chain(PSEUDO.iter().copied())) } else { None };
        self.notes.errors.add(at, message, near.map(|near| format!("did you mean {near:?}?")));
    }
}
