//! The words that texts and pages share.

use super::{Line, Picture};
use crate::stack::{Relation, graph::Unsettled};

impl Picture {
    /// `12 resources, 20 relations, 1 that nobody can tell`, for a heading.
    pub(super) fn summary(&self) -> String {
        let count = |number: usize, one: &str, many: &str| match number {
            1 => format!("1 {one}"),
            _ => format!("{number} {many}"),
        };
        let nodes = count(self.nodes.len(), "resource", "resources");
        let lines = count(self.lines.len(), "relation", "relations");
        let mut summary = format!("{nodes}, {lines}, {} that nobody can tell", self.unsettled.len());
        if self.branches > 1 {
            summary.push_str(&format!("; {} branches as one", self.branches));
        }
        summary
    }
}

impl Line {
    /// What an arrow cannot show: the qualifier, and in which cases it holds.
    pub(super) fn remarks(&self) -> String {
        let mut remarks = Vec::new();
        if let Some(by) = &self.edge.qualifier {
            remarks.push(format!("by {by}"));
        }
        if self.edge.by_wildcard {
            remarks.push("by a wildcard".to_owned());
        }
        if self.only_in_some_branches {
            remarks.push("in some branches".to_owned());
        }
        remarks.join(", ")
    }
}

/// What nobody can tell, in words.
pub(super) fn doubt(unsettled: &Unsettled) -> String {
    let verb = unsettled.relation.map_or("acts on", Relation::verb);
    let to = unsettled.to.as_ref().map_or("something", |to| to.as_str());
    format!("whether {} {verb} {to} is not known: {}", unsettled.from, unsettled.why)
}
