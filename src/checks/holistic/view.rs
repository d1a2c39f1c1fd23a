//! The stack by id, and its graph by who acts and on whom.
//!
//! Judges that follow paths look things up many times; each lookup in a list would be a walk through the whole stack.

use std::collections::BTreeMap;

use crate::{
    facts::{Properties, Resource, Target, Why, iam::grants, lambda::Function},
    inventory::LogicalId,
    stack::{Edge, Relation, Stack, graph::Unsettled},
};

/// A stack with what is looked up in it.
pub(super) struct View<'s, 'a> {
    pub(super) stack: &'s Stack<'a>,
    resources: BTreeMap<&'a LogicalId, &'a Resource>,
    from: BTreeMap<&'s LogicalId, Vec<&'s Edge>>,
    to: BTreeMap<&'s LogicalId, Vec<&'s Edge>>,
    unsettled: BTreeMap<&'s LogicalId, Vec<&'s Unsettled>>,
}

impl<'s, 'a> View<'s, 'a> {
    /// The resources by id; the graph is not read.
    pub(super) fn of(stack: &'s Stack<'a>) -> Self {
        let resources = stack.facts.resources.iter().map(|resource| (&resource.reference.logical_id, resource));
        let (from, to, unsettled) = Default::default();
        Self { stack, resources: resources.collect(), from, to, unsettled }
    }

    /// The same with the graph.
    pub(super) fn with_graph(stack: &'s Stack<'a>) -> Self {
        let mut view = Self::of(stack);
        let graph = stack.graph();
        for edge in &graph.edges {
            view.from.entry(&edge.from).or_default().push(edge);
            view.to.entry(&edge.to).or_default().push(edge);
        }
        for open in &graph.unsettled {
            view.unsettled.entry(&open.from).or_default().push(open);
        }
        view
    }

    pub(super) fn resource(&self, id: &LogicalId) -> Option<&'a Resource> {
        self.resources.get(id).copied()
    }

    /// The type of a resource; nothing, where there is none.
    pub(super) fn type_of(&self, id: &LogicalId) -> &'a str {
        self.resource(id).map_or("", |resource| resource.reference.r#type.as_str())
    }

    pub(super) fn from(&self, id: &LogicalId) -> &[&'s Edge] {
        self.from.get(id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn to(&self, id: &LogicalId) -> &[&'s Edge] {
        self.to.get(id).map_or(&[], Vec::as_slice)
    }

    /// Why nobody can tell what it does to whom, where that may be one of these.
    pub(super) fn unsettled(&self, from: &LogicalId, relations: &[Relation]) -> Option<&'s Unsettled> {
        let open = self.unsettled.get(from).into_iter().flatten().copied();
        open.into_iter().find(|it| it.relation.is_none_or(|relation| relations.contains(&relation)))
    }

    /// Whoever may do one of these, and nobody can tell to whom.
    pub(super) fn all_unsettled(&self, relations: &[Relation]) -> impl Iterator<Item = &'s Unsettled> {
        let all = self.unsettled.values().flatten().copied();
        let wanted: Vec<Relation> = relations.to_vec();
        all.filter(move |it| it.relation.is_none_or(|relation| wanted.contains(&relation)))
    }

    /// A policy of AWS's own on the function's role, other than these: what it allows is not read, and so no edge.
    pub(super) fn managed_besides(&self, function: &Function, allowed: &[String]) -> Option<Why> {
        let role = match self.stack.directory.resolve(function.role.present()?, &["AWS::IAM::Role"]) {
            Target::Resource(id) => self.resource(&id)?,
            Target::Elsewhere | Target::Unknown(_) => return None,
        };
        let Properties::Role(role) = &role.properties else { return None };
        let name = grants(role).managed.into_iter().find(|name| !allowed.contains(name))?;
        Some(Why::NotObserved(format!("what AWS's managed policy {name} allows was not looked at")))
    }
}
