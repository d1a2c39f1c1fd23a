//! From the trees of a template to JSON values, in one branch, with markers for what nobody can know yet.

mod encode;
mod functions;
pub(super) mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::conditions::Conditions;
use super::parameters::Parameters;
use super::tree::{function, number};
use crate::facts::{TEXT, UNKNOWN, Why};
use crate::source::read::Errors;
use crate::source::{Entry, Kind, Node, Position};

/// What a value of one template may refer to, the same in every branch.
#[derive(Debug)]
pub(super) struct Scope<'t> {
    /// `Nested/` for the resources of a nested stack; empty at the top.
    pub(super) prefix: &'t str,
    pub(super) parameters: &'t Parameters,
    pub(super) mappings: Mappings<'t>,
    /// Every resource with the condition under which it exists.
    pub(super) resources: BTreeMap<&'t str, Option<usize>>,
    /// Every resource as it is declared.
    pub(super) declared: BTreeMap<&'t str, &'t Node>,
    pub(super) conditions: &'t Conditions<'t>,
    /// Conditions left open because there would be too many branches.
    pub(super) crowded_out: BTreeSet<usize>,
}

impl<'t> Scope<'t> {
    /// For what stands before resources and conditions are known.
    pub(super) fn of_parameters(
        parameters: &'t Parameters,
        mappings: Mappings<'t>,
        conditions: &'t Conditions<'t>,
    ) -> Self {
        let (resources, declared, crowded_out) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { prefix: "", parameters, mappings, resources, declared, conditions, crowded_out }
    }
}

/// Mapping, first and second key to the value.
pub(super) type Mappings<'t> = BTreeMap<&'t str, BTreeMap<&'t str, BTreeMap<&'t str, &'t Node>>>;

/// The `Mappings` section, indexed.
pub(super) fn mappings(section: Option<&Node>) -> Mappings<'_> {
    index(section, |first| index(Some(first), |second| index(Some(second), |value| value)))
}

fn index<'t, T>(node: Option<&'t Node>, read: impl Fn(&'t Node) -> T) -> BTreeMap<&'t str, T> {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.as_str(), read(&entry.value))).collect()
}

/// Aliases and versions of one resource followed to their functions.
const MOST_ARNS: usize = 64;

/// Resolves values in one branch.
pub(super) struct Resolver<'r, 't> {
    scope: &'r Scope<'t>,
    /// The answer to each condition; `None` where this branch leaves it open.
    named: &'r [Option<bool>],
    /// Values of parameters that are assumed while conditions are asked.
    assumed: &'r [(&'r str, &'r str)],
    warnings: &'r mut Errors,
    /// How many aliases and versions may still be followed to their functions.
    arns: usize,
    /// Conditions on which the values resolved so far depend.
    pub(super) consulted: BTreeSet<usize>,
}

/// A value; none where it is removed (`AWS::NoValue`); or why it cannot be known.
type Outcome = Result<Option<Value>, Why>;

impl<'r, 't> Resolver<'r, 't> {
    pub(super) fn new(scope: &'r Scope<'t>, named: &'r [Option<bool>], warnings: &'r mut Errors) -> Self {
        Self { scope, named, assumed: &[], warnings, arns: MOST_ARNS, consulted: BTreeSet::new() }
    }

    /// The same with values assumed for parameters that have none.
    pub(super) fn assuming(self, assumed: &'r [(&'r str, &'r str)]) -> Self {
        Self { assumed, ..self }
    }

    /// The value of a tree; none where it removes itself.
    pub(super) fn resolve(&mut self, node: &Node) -> Option<Value> {
        match &node.kind {
            Kind::Null => {
                let hint = Some("remove the key, or use AWS::NoValue".to_owned());
                self.warnings.add(node.at, "CloudFormation does not allow null values", hint);
                Some(marker(Why::Malformed("null is not allowed".to_owned())))
            }
            Kind::Bool(flag) => Some(Value::Bool(*flag)),
            Kind::Number(written) => Some(number(written)),
            Kind::String(written) => Some(text::literal(written)),
            Kind::Sequence(items) => Some(items.iter().filter_map(|item| self.resolve(item)).collect()),
            Kind::Mapping(entries) => match function(node) {
                Some(call) => self.called(call, node.at),
                None => Some(self.mapping(entries)),
            },
        }
    }

    fn mapping(&mut self, entries: &[Entry]) -> Value {
        if let Some(entry) = entries.iter().find(|entry| is_reserved(&entry.key)) {
            return self.misplaced(entry);
        }
        let mut map = Map::new();
        for entry in entries {
            if let Some(value) = self.resolve(&entry.value) {
                map.insert(entry.key.clone(), value);
            }
        }
        Value::Object(map)
    }

    /// A function beside other keys: macros may stand so, nothing else.
    fn misplaced(&mut self, entry: &Entry) -> Value {
        if entry.key == "Fn::Transform" {
            return marker(Why::Unresolved("a macro writes into this at deployment".to_owned()));
        }
        if entry.key.starts_with("Fn::ForEach::") {
            return marker(Why::Unresolved(format!("{} is expanded at deployment", entry.key)));
        }
        let message = format!("{} must stand alone in its mapping", entry.key);
        self.warnings.add(entry.key_at, &message, None);
        marker(Why::Malformed(message))
    }

    /// The value of a function; what is malformed is reported and unknown.
    fn called(&mut self, call: &Entry, at: Position) -> Option<Value> {
        match self.call(&call.key, &call.value) {
            Ok(value) => value,
            Err(why) => {
                if let Why::Malformed(what) = &why {
                    self.warnings.add(at, format_args!("{}: {what}", call.key), None);
                }
                Some(marker(why))
            }
        }
    }

    /// The answer to a condition in this branch.
    pub(super) fn condition(&mut self, number: usize) -> Option<bool> {
        self.consulted.insert(number);
        self.named.get(number).copied().flatten()
    }

    /// Why a value that depends on this condition is not known.
    pub(super) fn why_open(&self, number: usize) -> Why {
        let name = self.scope.conditions.name(number);
        Why::Unresolved(if self.scope.crowded_out.contains(&number) {
            format!("depends on condition {name}; too many combinations to judge each")
        } else {
            format!("depends on condition {name}, which nothing settles")
        })
    }
}

fn is_reserved(key: &str) -> bool {
    key.starts_with("Fn::") || key == TEXT || key == UNKNOWN
}

/// The marker of a value that nobody knows.
pub(super) fn marker(why: Why) -> Value {
    json!({ UNKNOWN: why })
}
