//! What a query finds, and where.

use std::sync::Arc;

use super::datum::Datum;
use crate::{check::Place, facts::Why, inventory::LogicalId};

/// One value that a query found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// What it is; [`Datum::Absent`] where the way ends before the query does.
    pub(super) datum: Arc<Datum>,
    pub(super) spot: Spot,
    /// Why it may not be among what the query finds: a filter that nobody could answer.
    pub(super) doubt: Option<Why>,
    /// Whether the rules file itself wrote it.
    pub(super) is_literal: bool,
}

/// A place in the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spot {
    depth: usize,
    resource: Option<Arc<str>>,
    property: String,
}

impl Found {
    pub(super) fn new(datum: Arc<Datum>) -> Self {
        Self { datum, spot: Spot::default(), doubt: None, is_literal: false }
    }

    pub(super) fn literal(datum: Arc<Datum>) -> Self {
        Self { is_literal: true, ..Self::new(datum) }
    }

    /// What is below it, under this key.
    pub(super) fn below(&self, key: &str, datum: Arc<Datum>) -> Self {
        Self { datum, spot: self.spot.key(key), doubt: self.doubt.clone(), is_literal: self.is_literal }
    }

    /// The element of this number.
    pub(super) fn element(&self, index: usize, datum: Arc<Datum>) -> Self {
        let mut spot = self.spot.clone();
        spot.property.push_str(&format!("[{index}]"));
        Self { datum, spot, doubt: self.doubt.clone(), is_literal: self.is_literal }
    }

    /// Something else at the same place.
    pub(super) fn instead(&self, datum: Datum) -> Self {
        Self { datum: Arc::new(datum), ..self.clone() }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(*self.datum, Datum::Absent)
    }

    /// "BucketEncryption.SSEAlgorithm is AES256"
    pub(super) fn shown(&self) -> String {
        let property = self.spot.property.as_str();
        let subject = match (property, &self.spot.resource) {
            ("", Some(resource)) => resource,
            ("", None) => "it",
            (property, _) => property,
        };
        format!("{subject} is {}", self.datum.shown(property))
    }
}

impl Spot {
    /// `Resources`, the logical id and `Properties` lead to a property; only what is below them names it.
    fn key(&self, key: &str) -> Self {
        let mut spot = Self { depth: self.depth + 1, ..self.clone() };
        match self.depth {
            0 => {}
            1 => spot.resource = Some(key.into()),
            2 if key == "Properties" => {}
            _ if spot.property.is_empty() => spot.property = key.to_owned(),
            _ => spot.property = format!("{}.{key}", spot.property),
        }
        spot
    }

    /// The place of a finding on `subject`.
    pub(super) fn place(&self, subject: &str) -> Option<Place> {
        let resource = self.resource.as_deref()?;
        match (resource == subject, self.property.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Place::property(self.property.clone())),
            (false, _) => Some(Place::of(&LogicalId::new(resource), self.property.clone())),
        }
    }
}
