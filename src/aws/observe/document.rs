//! The properties of one resource as an observer writes them down: CloudFormation's names, known or not.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    facts::{Observed, Properties, UNKNOWN, Why},
    inventory::ResourceRef,
};

/// Properties in CloudFormation's shape, with markers where something is not known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document(Map<String, Value>);

impl Document {
    /// Nothing known yet, nothing unknown: every property reads as absent.
    pub fn new() -> Self {
        Self::default()
    }

    /// A whole resource, or a property of it, of which nothing is known.
    pub fn unknown(why: &Why) -> Value {
        json!({ UNKNOWN: why })
    }

    /// Writes a property: its value, nothing where it is absent, a marker where it is unknown.
    pub fn put<T: Serialize>(&mut self, name: &str, value: Observed<T>) {
        self.0.extend(Self::entry(name, value));
    }

    /// A property with its name, as [`Self::put`] writes it.
    pub fn entry<T: Serialize>(name: &str, value: Observed<T>) -> Option<(String, Value)> {
        let value = match value {
            Observed::Absent => return None,
            Observed::Unknown(why) => Self::unknown(&why),
            Observed::Present(value) => match serde_json::to_value(value) {
                Ok(value) => value,
                Err(error) => Self::unknown(&Why::Malformed(error.to_string())),
            },
        };
        Some((name.to_owned(), value))
    }

    /// Writes a property that is known.
    pub fn set<T: Serialize>(&mut self, name: &str, value: T) {
        self.put(name, Observed::Present(value));
    }

    /// Writes a property that may be absent.
    pub fn set_some<T: Serialize>(&mut self, name: &str, value: Option<T>) {
        self.put(name, value.map_or(Observed::Absent, Observed::Present));
    }
}

impl From<Document> for Value {
    fn from(document: Document) -> Self {
        Self::Object(document.0)
    }
}

/// Typed properties as a reader hands them over.
pub(super) fn written(properties: &Properties) -> Value {
    properties.to_value().unwrap_or_else(|error| Document::unknown(&Why::Malformed(error.to_string())))
}

/// A resource without physical id, of which nobody can ask anything.
pub(super) fn not_created(resource: &ResourceRef) -> Value {
    let what = format!("{} has no physical id: it is still being created", resource.logical_id);
    Document::unknown(&Why::NotObserved(what))
}
