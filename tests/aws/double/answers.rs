//! The stored answers: what each operation says of each resource.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Documents by operation and resource.
///
/// A resource that has any document is known to its service, also for the operations that have none: a bucket
/// without a lifecycle is something else than no bucket.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    documents: BTreeMap<&'static str, BTreeMap<String, Value>>,
    known: BTreeSet<(&'static str, String)>,
}

impl Answers {
    pub(crate) fn set(&mut self, operation: &'static str, key: &str, document: Value) {
        self.documents.entry(operation).or_default().insert(key.to_owned(), document);
    }

    pub(crate) fn get(&self, operation: &str, key: &str) -> Option<&Value> {
        self.documents.get(operation)?.get(key)
    }

    pub(crate) fn get_mut(&mut self, operation: &str, key: &str) -> Option<&mut Value> {
        self.documents.get_mut(operation)?.get_mut(key)
    }

    pub(crate) fn remove(&mut self, operation: &str, key: &str) -> Option<Value> {
        self.documents.get_mut(operation)?.remove(key)
    }

    /// All documents of an operation, by resource.
    pub(crate) fn all(&self, operation: &str) -> impl Iterator<Item = (&str, &Value)> {
        let documents = self.documents.get(operation).into_iter().flatten();
        documents.map(|(key, document)| (key.as_str(), document))
    }

    /// Says that `subject` exists.
    pub(crate) fn know(&mut self, service: &'static str, subject: &str) {
        self.known.insert((service, subject.to_owned()));
    }

    pub(crate) fn knows(&self, service: &'static str, subject: &str) -> bool {
        self.known.contains(&(service, subject.to_owned()))
    }

    /// Forgets a subject with all documents for which `of` says so.
    pub(crate) fn forget(&mut self, service: &'static str, subject: &str, of: impl Fn(&str) -> bool) {
        self.known.remove(&(service, subject.to_owned()));
        for (operation, documents) in &mut self.documents {
            if operation.split(':').next() == Some(service) {
                documents.retain(|key, _| !of(key));
            }
        }
    }
}
