//! The graph for scripts; the words are a contract.

use serde::Serialize;

use super::Picture;
use crate::{
    inventory::LogicalId,
    stack::{Edge, Relation, graph::Node},
};

/// A picture as JSON: everything, crowds too.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Json<'p> {
    input: &'p str,
    branches: usize,
    nodes: &'p [Node],
    edges: Vec<JsonEdge<'p>>,
    unsettled: Vec<JsonUnsettled<'p>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEdge<'p> {
    #[serde(flatten)]
    edge: &'p Edge,
    only_in_some_branches: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonUnsettled<'p> {
    from: &'p LogicalId,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<Relation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'p LogicalId>,
    why: String,
}

/// The picture to be written as JSON.
pub fn json(picture: &Picture) -> Json<'_> {
    Json {
        input: &picture.title,
        branches: picture.branches,
        nodes: &picture.nodes,
        edges: picture
            .lines
            .iter()
            .map(|line| JsonEdge { edge: &line.edge, only_in_some_branches: line.only_in_some_branches })
            .collect(),
        unsettled: picture
            .unsettled
            .iter()
            .map(|it| JsonUnsettled {
                from: &it.from,
                relation: it.relation,
                to: it.to.as_ref(),
                why: it.why.to_string(),
            })
            .collect(),
    }
}
