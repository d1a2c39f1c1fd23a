//! What is drawn of a picture: an arrow for each pair of resources, and a line of text for each crowd.

use std::collections::BTreeMap;

use super::{Line, Picture};
use crate::{inventory::LogicalId, stack::Relation};

/// How many edges by wildcard one resource may have of a relation, to be drawn as arrows.
pub const FEW: usize = 3;

/// Everything that one resource does with another.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow<'p> {
    /// The place of who acts, among the nodes.
    pub from: usize,
    /// The place of whom it acts on.
    pub to: usize,
    /// What it does, in the order of the relations.
    pub lines: Vec<&'p Line>,
}

/// More edges by wildcard than can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd<'p> {
    /// Who acts.
    pub from: &'p LogicalId,
    /// What it may do.
    pub relation: Relation,
    /// The edges.
    pub lines: Vec<&'p Line>,
}

impl Picture {
    /// The arrows and what is too much for arrows, each in the order of the edges.
    pub fn arrows(&self) -> (Vec<Arrow<'_>>, Vec<Crowd<'_>>) {
        let mut by_wildcard: BTreeMap<(&LogicalId, Relation), usize> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.edge.by_wildcard) {
            *by_wildcard.entry((&line.edge.from, line.edge.relation)).or_default() += 1;
        }
        let crowded = |line: &Line| {
            let edge = &line.edge;
            edge.by_wildcard && by_wildcard.get(&(&edge.from, edge.relation)).is_some_and(|count| *count > FEW)
        };
        let places: BTreeMap<&LogicalId, usize> =
            self.nodes.iter().enumerate().map(|(place, node)| (&node.id, place)).collect();
        let mut arrows: Vec<Arrow<'_>> = Vec::new();
        let mut drawn: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut crowds: Vec<Crowd<'_>> = Vec::new();
        let mut gathered: BTreeMap<(&LogicalId, Relation), usize> = BTreeMap::new();
        for line in &self.lines {
            let (Some(&from), Some(&to)) = (places.get(&line.edge.from), places.get(&line.edge.to)) else { continue };
            if crowded(line) {
                let (from, relation) = (&line.edge.from, line.edge.relation);
                let at = *gathered.entry((from, relation)).or_insert(crowds.len());
                match crowds.get_mut(at) {
                    Some(crowd) => crowd.lines.push(line),
                    None => crowds.push(Crowd { from, relation, lines: vec![line] }),
                }
            } else {
                let at = *drawn.entry((from, to)).or_insert(arrows.len());
                match arrows.get_mut(at) {
                    Some(arrow) => arrow.lines.push(line),
                    None => arrows.push(Arrow { from, to, lines: vec![line] }),
                }
            }
        }
        (arrows, crowds)
    }
}

impl Arrow<'_> {
    /// `reads, writes`, with what is special about it.
    pub fn label(&self) -> String {
        let verbs: Vec<&str> = self.lines.iter().map(|line| line.edge.relation.verb()).collect();
        let mut label = verbs.join(", ");
        if self.is_by_wildcard() {
            label.push_str(" (*)");
        }
        if self.is_only_in_some_branches() {
            label.push_str(" (if)");
        }
        label
    }

    /// Whether nothing of it means the resource by name.
    pub fn is_by_wildcard(&self) -> bool {
        self.lines.iter().all(|line| line.edge.by_wildcard)
    }

    /// Whether nothing of it holds in every branch.
    pub fn is_only_in_some_branches(&self) -> bool {
        self.lines.iter().all(|line| line.only_in_some_branches)
    }

    /// The relation whose style it is drawn in: the one that changes most.
    pub fn main(&self) -> Option<Relation> {
        let weight = |relation: &Relation| match relation {
            Relation::Reads => 0,
            Relation::Writes => 1,
            Relation::Publishes => 2,
            Relation::Invokes => 3,
            Relation::Deploys => 4,
        };
        self.lines.iter().map(|line| line.edge.relation).max_by_key(weight)
    }
}

impl Crowd<'_> {
    /// One line instead of its arrows.
    pub fn words(&self) -> String {
        let place = self.lines.first().map(|line| (&line.edge.said_by, &line.edge.place));
        let by = place.map(|(said_by, place)| format!(" ({said_by} {place})")).unwrap_or_default();
        format!("{} {} {} resources by a wildcard{by}", self.from, self.relation.verb(), self.lines.len())
    }
}
