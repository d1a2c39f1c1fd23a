//! The graph of a stack: which template makes which edges, what stays unsettled, and the laws that hold of any graph.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

mod access;
mod callers;
mod deliveries;
mod formats;
mod laws;
mod live;

use fitgate::{
    facts::Facts,
    stack::{Edge, Graph, Stack, graph::Unsettled},
    template::{Options, read},
};

/// The facts of a template of these resources, in their first branch.
fn facts(resources: &str) -> Facts {
    let text = format!("Transform: AWS::Serverless-2016-10-31\nResources:\n{resources}");
    let template = read("t.yaml", text.as_bytes(), &Options::default()).expect("a template");
    template.branches.into_iter().next().expect("a branch").facts
}

fn graph(resources: &str) -> Graph {
    Graph::of(&Stack::of(&facts(resources)))
}

/// `From relation To: Resource Property`, with what is special about it.
fn line(edge: &Edge) -> String {
    let Edge { from, to, relation, said_by, place, qualifier, by_wildcard } = edge;
    let qualifier = qualifier.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let wildcard = if *by_wildcard { " (*)" } else { "" };
    format!("{from} {} {to}{qualifier}: {said_by} {place}{wildcard}", relation.verb())
}

fn doubt(unsettled: &Unsettled) -> String {
    let relation = unsettled.relation.map_or("?", |relation| relation.verb());
    let to = unsettled.to.as_ref().map_or("?", |to| to.as_str());
    format!("{} {relation} {to}? {}", unsettled.from, unsettled.why)
}

/// All edges, then all that is unsettled.
fn told(graph: &Graph) -> Vec<String> {
    graph.edges.iter().map(line).chain(graph.unsettled.iter().map(doubt)).collect()
}

/// A name, resources, and what is told of them.
type Case<'a> = (&'a str, &'a str, &'a [&'a str]);

fn hold(cases: &[Case<'_>]) {
    let mut failed = Vec::new();
    for (name, resources, expected) in cases {
        let told = told(&graph(resources));
        if told != *expected {
            failed.push(format!(
                "{name}:\n  told     {}\n  expected {}",
                told.join("\n           "),
                expected.join("\n           ")
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
