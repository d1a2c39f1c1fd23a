//! A SAM resource as it goes in, a CloudFormation resource as it comes out.

use super::build::{At, Mapping};
use super::expansion::Expansion;
use super::problem::ProblemKind;
use super::tree::{filled, truthy};
use crate::source::{Entry, Kind, Node, Position};

/// Attributes that SAM hands on to every resource that it generates from one.
const HANDED_ON: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];
/// Keys of a resource that only SAM reads.
const CONSUMED: [&str; 4] = ["Type", "Properties", "Connectors", "IgnoreGlobals"];

/// A resource of a SAM type, its properties merged with `Globals`.
#[derive(Debug, Clone)]
pub(super) struct SamResource {
    /// Its logical id.
    pub(super) id: String,
    /// Where the logical id stands.
    pub(super) at: At,
    /// Its properties.
    pub(super) properties: Node,
    /// Everything else about it: `Condition`, `DependsOn`, `Metadata`, …
    attributes: Vec<Entry>,
}

impl SamResource {
    /// Reads the entry of a resource.
    pub(super) fn read(mut entry: Entry) -> Self {
        let properties = super::tree::take(&mut entry.value, "Properties")
            .filter(|properties| matches!(properties.kind, Kind::Mapping(_)))
            .unwrap_or_else(|| Node::new(Kind::Mapping(Vec::new()), entry.value.at));
        let attributes = match entry.value.kind {
            Kind::Mapping(entries) => entries,
            _ => Vec::new(),
        };
        let attributes =
            attributes.into_iter().filter(|attribute| !CONSUMED.contains(&attribute.key.as_str())).collect();
        Self { id: entry.key, at: At(entry.key_at), properties, attributes }
    }

    /// The property of this name, unless it is missing or null.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.properties.get(name).filter(|value| value.kind != Kind::Null)
    }

    /// The property of this name, unless it is missing or empty.
    pub(super) fn filled(&self, name: &str) -> Option<&Node> {
        filled(&self.properties, name)
    }

    /// Where the property stands, or else the resource.
    pub(super) fn place(&self, name: &str) -> At {
        super::tree::entry(&self.properties, name).map_or(self.at, |entry| At(entry.key_at))
    }

    /// The attributes that every generated resource gets.
    pub(super) fn handed_on(&self) -> Vec<Entry> {
        let handed_on = |attribute: &&Entry| HANDED_ON.contains(&attribute.key.as_str());
        self.attributes.iter().filter(handed_on).cloned().collect()
    }

    /// The attributes of the resource that takes the SAM resource's place.
    pub(super) fn own(&self) -> Vec<Entry> {
        self.attributes.clone()
    }

    /// An attribute by name.
    pub(super) fn attribute(&self, name: &str) -> Option<&Node> {
        self.attributes.iter().find(|attribute| attribute.key == name).map(|attribute| &attribute.value)
    }

    /// The name of the condition under which the resource exists.
    pub(super) fn condition(&self) -> Option<&str> {
        self.attribute("Condition")?.as_str()
    }

    /// The tags that are to be put on everything generated.
    pub(super) fn propagated_tags(&self) -> Option<&Node> {
        self.get("PropagateTags").filter(|propagate| truthy(propagate)).and_then(|_| self.filled("Tags"))
    }
}

/// A CloudFormation resource made from a SAM one.
#[derive(Debug, Clone)]
pub(super) struct Generated {
    /// Its logical id.
    pub(super) id: String,
    /// Its type.
    pub(super) r#type: &'static str,
    /// Its properties.
    pub(super) properties: Mapping,
    /// Its attributes.
    attributes: Vec<Entry>,
}

impl Generated {
    /// A resource without properties yet.
    pub(super) fn new(id: impl Into<String>, r#type: &'static str, at: At, attributes: Vec<Entry>) -> Self {
        Self { id: id.into(), r#type, properties: at.mapping(), attributes }
    }

    /// Sets a property.
    pub(super) fn with(mut self, property: &str, value: Node) -> Self {
        self.properties.set(property, value);
        self
    }

    /// Sets a property where there is a value.
    pub(super) fn with_some(self, property: &str, value: Option<Node>) -> Self {
        match value {
            Some(value) => self.with(property, value),
            None => self,
        }
    }

    /// Takes over properties as they are written.
    pub(super) fn with_copied(mut self, source: &Node, properties: &[&str]) -> Self {
        self.properties = self.properties.with_copied(source, properties);
        self
    }

    /// Keeps and reports the properties of the SAM resource that SAM does not document.
    pub(super) fn keep_unknown(
        &mut self,
        expansion: &mut Expansion<'_>,
        owner: &str,
        source: &Node,
        known: &[&[&str]],
    ) {
        for entry in source.entries() {
            if !known.iter().any(|names| names.contains(&entry.key.as_str())) {
                let (owner, property) = (owner.to_owned(), entry.key.clone());
                expansion.report(&self.id, At(entry.key_at), ProblemKind::UnknownProperty { owner, property });
                self.properties.set_entry(entry.clone());
            }
        }
    }

    /// Sets an attribute such as `UpdatePolicy`.
    pub(super) fn with_attribute(mut self, name: &str, value: Node) -> Self {
        self.set_attribute(name, value);
        self
    }

    /// Sets an attribute such as `UpdatePolicy`.
    pub(super) fn set_attribute(&mut self, name: &str, value: Node) {
        self.attributes.retain(|attribute| attribute.key != name);
        self.attributes.push(Entry { key: name.to_owned(), key_at: value.at, value });
    }

    /// Adds to `DependsOn`.
    pub(super) fn depend_on(&mut self, id: &str, at: At) {
        let present = self.attributes.iter().find(|attribute| attribute.key == "DependsOn");
        let present = present.map(|attribute| match &attribute.value.kind {
            Kind::Sequence(items) => items.clone(),
            _ => vec![attribute.value.clone()],
        });
        let mut ids = present.unwrap_or_default();
        if !ids.iter().any(|present| present.as_str() == Some(id)) {
            ids.push(at.text(id));
        }
        self.set_attribute("DependsOn", at.list(ids));
    }

    /// Whether an attribute is set.
    pub(super) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.key == name)
    }

    /// How many nodes it has.
    pub(super) fn size(&self) -> usize {
        let attributes = self.attributes.iter().map(|attribute| super::tree::size(&attribute.value));
        attributes.sum::<usize>() + self.properties.size()
    }

    /// Where it stands.
    pub(super) fn position(&self) -> Position {
        self.properties.at().0
    }

    /// As an entry of `Resources`.
    pub(super) fn entry(self) -> Entry {
        let at = self.properties.at();
        let mut resource = at.mapping().with("Type", at.text(self.r#type));
        for attribute in self.attributes {
            resource.set_entry(attribute);
        }
        let value = match self.properties.size() {
            1 => resource.node(),
            _ => resource.with("Properties", self.properties.node()).node(),
        };
        Entry { key: self.id, key_at: at.0, value }
    }
}
