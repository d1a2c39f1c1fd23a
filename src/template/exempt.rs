//! Exemptions in `Metadata`: of a resource, which then speak of it alone, and of a whole template, by patterns.
//!
//! They are read before SAM makes its resources: those of a SAM resource speak of the resource that takes its name.
//! What SAM generates beside it is another resource, as it is in the stack, and only a pattern of the template speaks
//! of it.

use std::collections::BTreeSet;

use super::notes::Notes;
use super::reader::Input;
use crate::facts::{Exemptions, Resource, StatedExemption};
use crate::inventory::LogicalId;
use crate::policy::{Exemption, METADATA, MOST_EXEMPTIONS};
use crate::source::read::Errors;
use crate::source::{Node, Position};

/// What templates state.
#[derive(Debug, Default)]
pub(super) struct Found {
    stated: Vec<Stated>,
    /// What is wrong in a deployed template.
    unknown: Vec<String>,
}

#[derive(Debug, PartialEq)]
struct Stated {
    exemption: StatedExemption,
    /// The resource that states it, where a condition decides whether that exists: where it does not, an exemption
    /// that covers nothing is no oversight.
    only_with: Option<LogicalId>,
}

/// Reads the exemptions of a template whose loops are written out.
///
/// A mistake ends the reading of a template, as every other does. One that is deployed is past that: its resources are
/// judged, without the mistaken exemption, and the reader of the report is told.
pub(super) fn read(root: &Node, input: &Input<'_>, is_live: bool, notes: &mut Notes) -> Found {
    let mut found = Found::default();
    if !is_live {
        found.collect(root, input, &mut notes.errors);
        return found;
    }
    let mut errors = Errors::new(input.name, input.bytes);
    found.collect(root, input, &mut errors);
    found.unknown = errors.into_list().iter().map(|error| format!("an exemption is left out: {error}")).collect();
    found
}

impl Found {
    fn collect(&mut self, root: &Node, input: &Input<'_>, errors: &mut Errors) {
        self.of(root, None, input, "Metadata", errors);
        for entry in root.get("Resources").map(Node::entries).unwrap_or_default() {
            let path = format!("Resources.{}.Metadata", entry.key);
            self.of(&entry.value, Some(&entry.key), input, &path, errors);
        }
        self.bounded(root.at, errors);
    }

    /// What the `Metadata` of this resource, or of the template, says.
    fn of(&mut self, holder: &Node, resource: Option<&str>, input: &Input<'_>, path: &str, errors: &mut Errors) {
        let Some(block) = holder.get("Metadata").and_then(|metadata| metadata.get(METADATA)) else { return };
        let path = format!("{path}.{METADATA}");
        let read = errors.within(&path, |errors| Exemption::stated(block, errors, resource));
        let full = |id: &str| format!("{}{id}", input.prefix);
        let is_conditional = holder.get("Condition").is_some();
        let only_with = resource.filter(|_| is_conditional).map(|id| LogicalId::new(full(id)));
        for (Position { line, column }, exemption) in read {
            let Exemption { check, resource, owner, reason, expires, .. } = exemption;
            let (check, resource) = (check.to_string(), full(resource.as_str()));
            let stated_in = format!("{}:{line}:{column}", input.name);
            let exemption = StatedExemption { check, resource, owner, reason, expires, stated_in };
            self.stated.push(Stated { exemption, only_with: only_with.clone() });
        }
    }

    /// Adds those of a nested template, which is read once for every way in which it is called.
    pub(super) fn add(&mut self, other: Self, at: Position, notes: &mut Notes) {
        for stated in other.stated {
            if !self.stated.contains(&stated) {
                self.stated.push(stated);
            }
        }
        for sentence in other.unknown {
            if !self.unknown.contains(&sentence) {
                self.unknown.push(sentence);
            }
        }
        self.bounded(at, &mut notes.errors);
    }

    /// Every finding is held against every exemption.
    fn bounded(&mut self, at: Position, errors: &mut Errors) {
        if self.stated.len() > MOST_EXEMPTIONS {
            let message = format_args!("templates state {} exemptions", self.stated.len());
            errors.add(at, message, Some(format!("at most {MOST_EXEMPTIONS}")));
            self.stated.truncate(MOST_EXEMPTIONS);
        }
    }

    /// As a branch with these resources states them.
    pub(super) fn with(&self, resources: &[Resource]) -> Exemptions {
        if self.stated.is_empty() {
            return Exemptions { stated: Vec::new(), unknown: self.unknown.clone() };
        }
        let ids: BTreeSet<&LogicalId> = resources.iter().map(|resource| &resource.reference.logical_id).collect();
        let speaks = |stated: &&Stated| stated.only_with.as_ref().is_none_or(|id| ids.contains(id));
        let stated = self.stated.iter().filter(speaks).map(|stated| stated.exemption.clone()).collect();
        Exemptions { stated, unknown: self.unknown.clone() }
    }
}
