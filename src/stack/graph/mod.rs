//! Who invokes, reads, writes, publishes to and is deployed by what: one value, built once from facts.
//!
//! Holistic judges follow its edges, and `fitgate graph` draws them. An edge says that something may happen: a
//! function whose role allows `dynamodb:PutItem` on a table may write it. What nobody can tell is kept as [`Unsettled`]:
//! a judge that finds no edge has to ask [`Graph::unsettled_of`] before it takes the silence for an answer.

mod access;
mod delivery;
mod deployment;
mod holdings;
mod integration;
mod managed;
mod names;
mod pattern;
mod sent;
mod services;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{FunctionTarget, Qualifier, Stack};
use crate::{
    facts::Why,
    inventory::{LogicalId, ResourceType},
};

/// The resources of a stack and what they do with each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// What an edge begins or ends at, in the order of the source.
    pub nodes: Vec<Node>,
    /// In the order of the source of whoever acts; each once.
    pub edges: Vec<Edge>,
    /// What may be an edge, and nobody can tell; each once.
    pub unsettled: Vec<Unsettled>,
    /// Where the edges of each resource are: those that begin there, and those that end there.
    ends: BTreeMap<LogicalId, [Vec<usize>; 2]>,
    /// Where what is unsettled of each resource is: what may begin there, and what may end there and nowhere else.
    doubts: BTreeMap<LogicalId, [Vec<usize>; 2]>,
}

/// A resource with at least one edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// The resource.
    pub id: LogicalId,
    /// Its type.
    pub r#type: ResourceType,
}

/// One resource does something with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// Who acts.
    pub from: LogicalId,
    /// On whom.
    pub to: LogicalId,
    /// What it does.
    pub relation: Relation,
    /// The resource that says so, and the property: a policy, a mapping, a subscription.
    pub said_by: LogicalId,
    /// The property of `said_by`.
    pub place: String,
    /// The qualifier by which a function is called, in words; none of anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// Whether it is one of all resources of a service that a permission for `*` covers, and not meant by name.
    pub by_wildcard: bool,
}

/// What one resource does with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// Calls a function or starts an execution, or lets Lambda poll it and call.
    Invokes,
    /// Reads what it holds.
    Reads,
    /// Changes what it holds.
    Writes,
    /// Sends messages or events to it.
    Publishes,
    /// Shifts its traffic to a new version.
    Deploys,
}

/// Somebody may act on somebody, and nobody can tell whether or on whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsettled {
    /// Who may act.
    pub from: LogicalId,
    /// What it may do; any of them where none is given.
    pub relation: Option<Relation>,
    /// The only one it may be, where that is known.
    pub to: Option<LogicalId>,
    /// Why nobody can tell.
    pub why: Why,
    /// What would be written on the edge, where it is known who would say so.
    pub edge: Option<MaybeEdge>,
}

/// What would be written on an edge of which nobody can tell whether there is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaybeEdge {
    /// The resource that would say so.
    pub said_by: LogicalId,
    /// The property of `said_by`.
    pub place: String,
    /// Whether it would cover all resources of the service, and mean none by name.
    pub by_wildcard: bool,
}

impl Unsettled {
    /// What would be written on it, where it would mean its receiver by name and not by a wildcard.
    pub fn by_name(&self) -> Option<&MaybeEdge> {
        self.edge.as_ref().filter(|edge| !edge.by_wildcard)
    }

    /// Whether it may be one of these.
    pub fn may(&self, relations: &[Relation]) -> bool {
        self.relation.is_none_or(|relation| relations.contains(&relation))
    }
}

impl Relation {
    /// Every relation, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Invokes, Self::Reads, Self::Writes, Self::Publishes, Self::Deploys];

    /// A verb for an arrow.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Invokes => "invokes",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Publishes => "publishes to",
            Self::Deploys => "deploys",
        }
    }
}

impl Graph {
    /// Reads the graph of a stack.
    pub fn of(stack: &Stack<'_>) -> Self {
        let mut drawing = Drawing::default();
        for invocation in &stack.invocations {
            invoked(&mut drawing, stack, invocation);
        }
        delivery::draw(&mut drawing, stack);
        access::draw(&mut drawing, stack);
        deployment::draw(&mut drawing, stack);
        drawing.finished(stack)
    }

    /// The edges that begin at this resource.
    pub fn from(&self, id: &LogicalId) -> impl Iterator<Item = &Edge> {
        self.at(id, 0)
    }

    /// The edges that end at this resource.
    pub fn to(&self, id: &LogicalId) -> impl Iterator<Item = &Edge> {
        self.at(id, 1)
    }

    fn at(&self, id: &LogicalId, end: usize) -> impl Iterator<Item = &Edge> {
        let places = self.ends.get(id).and_then(|ends| ends.get(end)).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.edges.get(*place))
    }

    /// What may be an edge from this resource, and nobody can tell.
    pub fn unsettled_of(&self, from: &LogicalId) -> impl Iterator<Item = &Unsettled> {
        self.doubtful(from, 0)
    }

    /// What may be an edge to this resource and to no other, and nobody can tell.
    pub fn unsettled_to(&self, to: &LogicalId) -> impl Iterator<Item = &Unsettled> {
        self.doubtful(to, 1)
    }

    fn doubtful(&self, id: &LogicalId, end: usize) -> impl Iterator<Item = &Unsettled> {
        let places = self.doubts.get(id).and_then(|ends| ends.get(end)).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.unsettled.get(*place))
    }
}

/// A graph that is being read.
#[derive(Debug, Default)]
struct Drawing {
    edges: Vec<Edge>,
    /// Which of them there are already, by who, whom and what.
    known: BTreeMap<(LogicalId, LogicalId, Relation), usize>,
    unsettled: Vec<Unsettled>,
    doubts: BTreeSet<Unsettled>,
}

impl Drawing {
    /// Adds an edge; one that means a resource by name goes before one that covers all.
    fn edge(&mut self, edge: Edge) {
        let key = (edge.from.clone(), edge.to.clone(), edge.relation);
        match self.known.get(&key).and_then(|index| self.edges.get_mut(*index)) {
            Some(known) if known.by_wildcard && !edge.by_wildcard => *known = edge,
            Some(_) => {}
            None => {
                self.known.insert(key, self.edges.len());
                self.edges.push(edge);
            }
        }
    }

    fn unsettled(&mut self, from: &LogicalId, relation: Option<Relation>, to: Option<&LogicalId>, why: &Why) {
        self.doubt(Unsettled { from: from.clone(), relation, to: to.cloned(), why: why.clone(), edge: None });
    }

    fn doubt(&mut self, doubt: Unsettled) {
        if self.doubts.insert(doubt.clone()) {
            self.unsettled.push(doubt);
        }
    }

    fn finished(mut self, stack: &Stack<'_>) -> Graph {
        let resources = &stack.facts.resources;
        let order: BTreeMap<&LogicalId, usize> = resources
            .iter()
            .enumerate()
            .rev()
            .map(|(index, resource)| (&resource.reference.logical_id, index))
            .collect();
        let place = |id: &LogicalId| order.get(id).copied().unwrap_or(usize::MAX);
        self.edges.retain(|edge| order.contains_key(&edge.from) && order.contains_key(&edge.to));
        self.edges.sort_by_key(|edge| (place(&edge.from), place(&edge.to), edge.relation));
        let mut ends: BTreeMap<LogicalId, [Vec<usize>; 2]> = BTreeMap::new();
        for (number, edge) in self.edges.iter().enumerate() {
            for (end, id) in [&edge.from, &edge.to].into_iter().enumerate() {
                if let Some(places) = ends.entry(id.clone()).or_default().get_mut(end) {
                    places.push(number);
                }
            }
        }
        let mut seen = BTreeSet::new();
        let nodes = resources.iter().map(|resource| &resource.reference);
        let nodes = nodes.filter(|it| ends.contains_key(&it.logical_id) && seen.insert(&it.logical_id));
        let nodes = nodes.map(|it| Node { id: it.logical_id.clone(), r#type: it.r#type.clone() }).collect();
        // What is settled by another statement is no longer open.
        let settled = |it: &Unsettled| match (it.relation, &it.to) {
            (Some(relation), Some(to)) => self.known.contains_key(&(it.from.clone(), to.clone(), relation)),
            _ => false,
        };
        self.unsettled.retain(|it| !settled(it));
        let mut doubts: BTreeMap<LogicalId, [Vec<usize>; 2]> = BTreeMap::new();
        for (number, doubt) in self.unsettled.iter().enumerate() {
            for (end, id) in [Some(&doubt.from), doubt.to.as_ref()].into_iter().enumerate() {
                let places = id.and_then(|id| doubts.entry(id.clone()).or_default().get_mut(end));
                places.into_iter().for_each(|places| places.push(number));
            }
        }
        Graph { nodes, edges: self.edges, unsettled: self.unsettled, ends, doubts }
    }
}

/// A call, from whoever causes it: the API of a method, the queue of a mapping.
fn invoked(drawing: &mut Drawing, stack: &Stack<'_>, invocation: &super::Invocation) {
    let from = delivery::source_of_mapping(stack, &invocation.caller).unwrap_or_else(|| invocation.source().clone());
    match &invocation.target {
        FunctionTarget::Function { function, qualifier } => drawing.edge(Edge {
            from,
            to: function.clone(),
            relation: Relation::Invokes,
            said_by: invocation.caller.clone(),
            place: invocation.place.clone(),
            qualifier: (*qualifier != Qualifier::Unqualified).then(|| qualifier.in_words()),
            by_wildcard: false,
        }),
        FunctionTarget::Elsewhere => {}
        FunctionTarget::Unknown(why) => drawing.unsettled(&from, Some(Relation::Invokes), None, why),
    }
}
