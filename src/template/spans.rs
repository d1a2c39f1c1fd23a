//! Where the resources and their properties stand.

use std::collections::BTreeMap;

use crate::inventory::LogicalId;
use crate::source::{Node, Position};

/// Finds the place of a resource or of one of its properties.
#[derive(Debug, Default)]
pub struct Spans {
    documents: Vec<Document>,
    resources: BTreeMap<LogicalId, Place>,
}

#[derive(Debug)]
struct Document {
    name: String,
    root: Node,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    document: usize,
    /// Index among the entries of `Resources`.
    entry: usize,
}

impl Spans {
    /// Adds the resources of a document under `prefix`.
    pub(super) fn add(&mut self, name: &str, root: Node, prefix: &str) {
        let document = self.documents.len();
        let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
        for (entry, resource) in resources.iter().enumerate() {
            let id = LogicalId::new(format!("{prefix}{}", resource.key));
            self.resources.insert(id, Place { document, entry });
        }
        self.documents.push(Document { name: name.to_owned(), root });
    }

    /// The document that declares a resource, as it was named.
    pub fn document(&self, id: &LogicalId) -> Option<&str> {
        let place = self.resources.get(id)?;
        self.documents.get(place.document).map(|document| document.name.as_str())
    }

    /// The place of a property, `BucketEncryption.ServerSideEncryptionConfiguration[0].SSEAlgorithm` for
    /// example, or of the longest part of that path which is written; without path that of the resource.
    pub fn locate(&self, id: &LogicalId, property: Option<&str>) -> Option<Position> {
        let place = self.resources.get(id)?;
        let entry = self.documents.get(place.document)?.root.get("Resources")?.entries().get(place.entry)?;
        let path = property.unwrap_or_default();
        let in_properties = entry.value.get("Properties").and_then(|properties| deepest(properties, path));
        // `DeletionPolicy` and its like stand beside the properties.
        Some(in_properties.or_else(|| deepest(&entry.value, path)).unwrap_or(entry.key_at))
    }
}

/// The place of the longest written part of the path; none where not even its first step is written.
fn deepest(node: &Node, path: &str) -> Option<Position> {
    let mut node = node;
    let mut found = None;
    for step in path.split(['.', '[']) {
        let next = match step.strip_suffix(']') {
            Some(index) => {
                index.parse().ok().and_then(|index: usize| node.items().get(index)).map(|item| (item.at, item))
            }
            None => {
                let entry = node.entries().iter().find(|entry| entry.key == step);
                entry.map(|entry| (entry.key_at, &entry.value))
            }
        };
        let Some((at, value)) = next else { break };
        found = Some(at);
        node = value;
    }
    found
}
