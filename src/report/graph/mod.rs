//! The graph of a stack as people look at it: one value, one renderer a file.
//!
//! A template with open conditions has a graph a branch. They are shown as one: what is in any of them, and what is
//! not in all of them is marked. A permission for `*` is an edge to everything: more than [`FEW`] such edges of one
//! resource and relation are no arrows but one line, a [`Crowd`], or nobody would see the others.

mod arrows;
mod dot;
mod json;
mod kind;
mod layout;
mod mermaid;
#[cfg(feature = "pages")]
mod page;
#[cfg(feature = "pages")]
mod svg;
#[cfg(feature = "pages")]
mod text;
#[cfg(feature = "pages")]
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use arrows::{Arrow, Crowd, FEW};
pub use dot::dot;
pub use json::{Json, json};
pub use layout::{Layout, Point, layout};
pub use mermaid::mermaid;
#[cfg(feature = "pages")]
pub use page::page;
#[cfg(feature = "pages")]
pub use svg::{figure, svg};
#[cfg(feature = "pages")]
pub use text::text;

use crate::{
    inventory::LogicalId,
    stack::{
        Edge, Graph, Relation,
        graph::{Node, Unsettled},
    },
};

/// One or several graphs of the same stack, to be shown as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What the input is called.
    pub title: String,
    /// Every resource with an edge in any of the graphs.
    pub nodes: Vec<Node>,
    /// Every edge of any of the graphs.
    pub lines: Vec<Line>,
    /// What any of the graphs leaves open.
    pub unsettled: Vec<Unsettled>,
    /// How many branches were put together.
    pub branches: usize,
}

/// An edge, and whether it is there in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The edge, as the first branch that has it says it.
    pub edge: Edge,
    /// Whether a branch has no such edge.
    pub only_in_some_branches: bool,
}

impl Picture {
    /// Puts the graphs of a stack's branches together.
    pub fn of(title: impl Into<String>, graphs: &[&Graph]) -> Self {
        let mut nodes: Vec<Node> = Vec::new();
        let mut seen: BTreeSet<&LogicalId> = BTreeSet::new();
        let mut lines: Vec<(Edge, usize)> = Vec::new();
        let mut known: BTreeMap<(&LogicalId, &LogicalId, Relation), usize> = BTreeMap::new();
        // Who would say so is not shown: two statements with one doubt are one line.
        let mut doubts = BTreeSet::new();
        let mut unsettled = Vec::new();
        for graph in graphs {
            nodes.extend(graph.nodes.iter().filter(|node| seen.insert(&node.id)).cloned());
            unsettled.extend(
                graph.unsettled.iter().filter(|it| doubts.insert((&it.from, it.relation, &it.to, &it.why))).cloned(),
            );
            for edge in &graph.edges {
                let at = *known.entry((&edge.from, &edge.to, edge.relation)).or_insert(lines.len());
                match lines.get_mut(at) {
                    Some((line, times)) => {
                        *times += 1;
                        line.by_wildcard &= edge.by_wildcard;
                    }
                    None => lines.push((edge.clone(), 1)),
                }
            }
        }
        let line = |(edge, times)| Line { edge, only_in_some_branches: times < graphs.len() };
        let lines = lines.into_iter().map(line).collect();
        Self { title: title.into(), nodes, lines, unsettled, branches: graphs.len() }
    }
}
