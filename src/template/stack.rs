//! One template, prepared, as the raw resources of each of its branches.

use std::{
    cell::{OnceCell, Ref, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use serde_json::{Map, Value};

use super::anatomy;
use super::branches::{self, Branches};
use super::conditions::Conditions;
use super::nested::Outputs;
use super::notes::Notes;
use super::parameters::Parameters;
use super::resolve::{Resolver, Scope, mappings, marker};
use super::tree::function;
use super::validate::{self, Makers};
use crate::facts::{Assumption, Properties, Resource, Why};
use crate::inventory::{LogicalId, ResourceRef, ResourceType};
use crate::source::read::nearest;
use crate::source::{Entry, Kind, Node};

/// Attributes that a resource may have
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html>).
const ATTRIBUTES: &[&str] = &[
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];
/// Those that are facts, put among the properties.
const KEPT: [&str; 3] = ["DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy"];

/// The resources of one branch.
#[derive(Debug, Clone)]
pub(super) struct Variant {
    pub(super) assumptions: Vec<Assumption>,
    pub(super) resources: Vec<Rc<Resolved>>,
    /// What the stack gives out.
    pub(super) outputs: BTreeMap<String, Value>,
    /// What the stacks nested in this one give out.
    pub(super) nested: Outputs,
}

/// A resource as it is in one branch or in several, typed once for all of them.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) reference: ResourceRef,
    /// As the template has them, resolved; nothing once they are typed.
    properties: RefCell<Value>,
    written: OnceCell<Arc<Value>>,
    typed: OnceCell<Properties>,
}

impl Resolved {
    pub(super) fn new(reference: ResourceRef, properties: Value) -> Rc<Self> {
        let properties = RefCell::new(properties);
        Rc::new(Self { reference, properties, written: OnceCell::new(), typed: OnceCell::new() })
    }

    /// As the template has them, before they are [typed](Self::typed).
    pub(super) fn properties(&self) -> Ref<'_, Value> {
        self.properties.borrow()
    }

    /// The same for facts that keep them. To be asked for before they are typed.
    pub(super) fn written(&self) -> Arc<Value> {
        Arc::clone(self.written.get_or_init(|| Arc::new(self.properties().clone())))
    }

    /// As facts have it, before anything is joined onto it.
    pub(super) fn typed(&self) -> Resource {
        let properties = self.typed.get_or_init(|| Properties::of(&self.reference.r#type, self.properties.take()));
        Resource { reference: self.reference.clone(), properties: properties.clone() }
    }
}

/// A resource as the template writes it.
struct Declared<'t> {
    entry: &'t Entry,
    r#type: &'t str,
    condition: Option<usize>,
}

/// The branches of a template whose tags are long and whose transforms are done.
pub(super) fn variants(
    root: &Node,
    prefix: &str,
    parameters: &Parameters,
    makers: &Makers,
    notes: &mut Notes,
) -> Vec<Variant> {
    let conditions = Conditions::read(root.get("Conditions"), notes);
    let declared = declared(root, &conditions, notes);
    let mut scope = Scope {
        prefix,
        parameters,
        mappings: mappings(root.get("Mappings")),
        resources: declared.iter().map(|resource| (resource.entry.key.as_str(), resource.condition)).collect(),
        declared: declared.iter().map(|resource| (resource.entry.key.as_str(), &resource.entry.value)).collect(),
        conditions: &conditions,
        crowded_out: BTreeSet::new(),
    };
    validate::names(root, &scope, makers, notes);
    validate::outputs(root, &conditions, notes);
    if !notes.errors.is_empty() {
        return Vec::new();
    }
    let Branches { answers, assumed, crowded_out } =
        branches::find(&scope, &uses(&declared, &conditions), declared.len());
    scope.crowded_out = crowded_out;
    let mut stack = Stack { scope: &scope, notes, known: declared.iter().map(|_| Vec::new()).collect() };
    let mut variants: Vec<Variant> = answers.iter().map(|named| stack.variant(&declared, named, &assumed)).collect();
    for (variant, named) in variants.iter_mut().zip(&answers) {
        variant.outputs = stack.outputs(root, named);
    }
    variants
}

fn declared<'t>(root: &'t Node, conditions: &Conditions<'t>, notes: &mut Notes) -> Vec<Declared<'t>> {
    let mut declared = Vec::new();
    for entry in root.get("Resources").map(Node::entries).unwrap_or_default() {
        let resource = &entry.value;
        if entry.key.starts_with("Fn::") {
            let hint = Some("what it makes is not judged".to_owned());
            notes.warnings.add(entry.key_at, format_args!("{} writes resources at deployment", entry.key), hint);
            continue;
        }
        for attribute in resource.entries().iter().filter(|attribute| !ATTRIBUTES.contains(&attribute.key.as_str())) {
            let hint =
                nearest(&attribute.key, ATTRIBUTES.iter().copied()).map(|near| format!("did you mean {near:?}?"));
            let message = format_args!("a resource has no attribute {:?}", attribute.key);
            notes.warnings.add(attribute.key_at, message, hint);
        }
        let Some(r#type) = resource.get("Type").and_then(Node::as_str) else {
            let hint = Some("add Type: AWS::…".to_owned());
            notes.errors.add(entry.key_at, format_args!("the resource {:?} has no Type", entry.key), hint);
            continue;
        };
        if let Some(node) = resource.get("Type") {
            anatomy::r#type(node, r#type, notes);
        }
        let condition = resource.get("Condition").and_then(|condition| match condition.as_str() {
            Some(name) => conditions.named(name, condition.at, notes),
            None => {
                notes.errors.add(condition.at, "the condition of a resource is the name of one", None);
                None
            }
        });
        declared.push(Declared { entry, r#type, condition });
    }
    declared
}

/// How often each condition decides over something that a check reads.
fn uses(declared: &[Declared<'_>], conditions: &Conditions<'_>) -> Vec<usize> {
    let mut uses = vec![0; conditions.len()];
    for resource in declared {
        // Nested stacks hold what is judged.
        let is_read = Properties::are_read(&ResourceType::new(resource.r#type));
        if !is_read && resource.r#type != "AWS::CloudFormation::Stack" {
            continue;
        }
        if let Some(condition) = resource.condition {
            uses[condition] += 1;
        }
        for attribute in resource.entry.value.entries().iter().filter(|attribute| attribute.key != "Metadata") {
            count_ifs(&attribute.value, conditions, &mut uses);
        }
    }
    uses
}

fn count_ifs(node: &Node, conditions: &Conditions<'_>, uses: &mut [usize]) {
    if let Some(call) = function(node).filter(|call| call.key == "Fn::If")
        && let Some(number) = call.value.items().first().and_then(Node::as_str).and_then(|name| conditions.number(name))
    {
        uses[number] += 1;
    }
    match &node.kind {
        Kind::Sequence(items) => items.iter().for_each(|item| count_ifs(item, conditions, uses)),
        Kind::Mapping(entries) => entries.iter().for_each(|entry| count_ifs(&entry.value, conditions, uses)),
        _ => {}
    }
}

/// Answers to some of the conditions.
type Answers = BTreeMap<usize, Option<bool>>;

struct Stack<'s, 't> {
    scope: &'s Scope<'t>,
    notes: &'s mut Notes,
    /// What became of each resource under the answers that it depends on; most depend on none.
    known: Vec<Vec<(Answers, Rc<Resolved>)>>,
}

impl Stack<'_, '_> {
    fn variant(&mut self, declared: &[Declared<'_>], named: &[Option<bool>], assumed: &[usize]) -> Variant {
        let answer = |number: usize| named.get(number).copied().flatten();
        let assumptions = assumed.iter().filter_map(|number| {
            let condition = format!("{}{}", self.scope.prefix, self.scope.conditions.name(*number));
            Some(Assumption { condition, holds: answer(*number)? })
        });
        let assumptions = assumptions.collect();
        let mut resources = Vec::with_capacity(declared.len());
        for (index, resource) in declared.iter().enumerate() {
            match resource.condition.map(|condition| (condition, answer(condition))) {
                Some((_, Some(false))) => {}
                Some((condition, None)) => resources.push(self.perhaps(resource, condition, named)),
                Some((_, Some(true))) | None => resources.push(self.resource(index, resource, named)),
            }
        }
        Variant { assumptions, resources, outputs: BTreeMap::new(), nested: Outputs::new() }
    }

    /// What the stack gives out in this branch; an output under a false condition does not exist.
    fn outputs(&mut self, root: &Node, named: &[Option<bool>]) -> BTreeMap<String, Value> {
        let mut outputs = BTreeMap::new();
        for output in root.get("Outputs").map(Node::entries).unwrap_or_default() {
            let condition = output.value.get("Condition").and_then(Node::as_str);
            let condition = condition.and_then(|name| self.scope.conditions.number(name));
            let mut resolver = Resolver::new(self.scope, named, &mut self.notes.warnings);
            let value = match condition.map(|number| (number, named.get(number).copied().flatten())) {
                Some((_, Some(false))) => None,
                Some((number, None)) => Some(marker(resolver.why_open(number))),
                _ => output.value.get("Value").and_then(|value| resolver.resolve(value)),
            };
            outputs.extend(value.map(|value| (output.key.clone(), value)));
        }
        outputs
    }

    /// A resource of which nobody knows whether it exists.
    fn perhaps(&mut self, resource: &Declared<'_>, condition: usize, named: &[Option<bool>]) -> Rc<Resolved> {
        let resolver = Resolver::new(self.scope, named, &mut self.notes.warnings);
        let why = Why::Unresolved(format!("whether it exists {}", resolver.why_open(condition)));
        Resolved::new(self.reference(resource), marker(why))
    }

    fn reference(&self, resource: &Declared<'_>) -> ResourceRef {
        ResourceRef {
            logical_id: LogicalId::new(format!("{}{}", self.scope.prefix, resource.entry.key)),
            r#type: ResourceType::new(resource.r#type),
            physical_id: None,
            last_updated: None,
        }
    }

    fn resource(&mut self, index: usize, resource: &Declared<'_>, named: &[Option<bool>]) -> Rc<Resolved> {
        let holds = |on: &Answers| on.iter().all(|(number, answer)| named[*number] == *answer);
        if let Some((_, known)) = self.known[index].iter().find(|(on, _)| holds(on)) {
            return Rc::clone(known);
        }
        let mut resolver = Resolver::new(self.scope, named, &mut self.notes.warnings);
        let properties = properties(&resource.entry.value, &mut resolver);
        let on = resolver.consulted.iter().map(|number| (*number, named[*number])).collect();
        let resolved = Resolved::new(self.reference(resource), properties);
        self.known[index].push((on, Rc::clone(&resolved)));
        resolved
    }
}

/// The properties and the attributes among them.
fn properties(resource: &Node, resolver: &mut Resolver<'_, '_>) -> Value {
    let properties = match resource.get("Properties") {
        None | Some(Node { kind: Kind::Null, .. }) => Some(Value::Object(Map::new())),
        Some(properties) => resolver.resolve(properties),
    };
    let Some(Value::Object(mut map)) = properties else {
        return marker(Why::Malformed("Properties must be a mapping".to_owned()));
    };
    if !map.contains_key(crate::facts::UNKNOWN) {
        for name in KEPT {
            if let Some(value) = resource.get(name).and_then(|value| resolver.resolve(value)) {
                map.insert(name.to_owned(), value);
            }
        }
    }
    Value::Object(map)
}
