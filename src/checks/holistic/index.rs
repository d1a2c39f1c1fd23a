//! Lookups that a judge builds once, so that it stays linear in resources and edges.

use std::collections::BTreeMap;

use crate::{
    facts::{Properties, Resource, lambda::Function, sqs::Queue},
    inventory::LogicalId,
    stack::{Graph, Stack},
};

/// The resources of a stack by name.
pub(super) type ById<'a> = BTreeMap<&'a LogicalId, &'a Resource>;

/// Reads them.
pub(super) fn by_id<'a>(stack: &Stack<'a>) -> ById<'a> {
    stack.facts.resources.iter().map(|resource| (&resource.reference.logical_id, resource)).collect()
}

/// The type of a resource; empty where there is none of this name.
pub(super) fn type_of<'a>(resources: &ById<'a>, id: &LogicalId) -> &'a str {
    resources.get(id).map_or("", |resource| resource.reference.r#type.as_str())
}

/// The function of this name.
pub(super) fn function<'a>(resources: &ById<'a>, id: &LogicalId) -> Option<&'a Function> {
    match &resources.get(id)?.properties {
        Properties::Function(function) => Some(function),
        _ => None,
    }
}

/// The queue of this name.
pub(super) fn queue<'a>(resources: &ById<'a>, id: &LogicalId) -> Option<&'a Queue> {
    match &resources.get(id)?.properties {
        Properties::Queue(queue) => Some(queue),
        _ => None,
    }
}

/// What of a graph nobody can tell, by who may act.
pub(super) fn unsettled(graph: &Graph) -> BTreeMap<&LogicalId, Vec<&crate::stack::graph::Unsettled>> {
    let mut by_actor: BTreeMap<&LogicalId, Vec<_>> = BTreeMap::new();
    for unsettled in &graph.unsettled {
        by_actor.entry(&unsettled.from).or_default().push(unsettled);
    }
    by_actor
}
