//! A set of severities, as `blocking` and `baseline.newFailures` hold one.

use std::collections::BTreeSet;

use serde::Serialize;

use super::read::severity;
use crate::{
    check::Severity,
    source::{
        Node,
        read::{Errors, list},
    },
};

/// Some of the severities, possibly none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Severities(BTreeSet<Severity>);

impl Severities {
    /// Whether `severity` is one of them.
    pub fn contains(&self, severity: Severity) -> bool {
        self.0.contains(&severity)
    }

    /// These severities.
    pub fn of(severities: impl IntoIterator<Item = Severity>) -> Self {
        Self(severities.into_iter().collect())
    }

    /// What `blocking` is where a document is silent.
    pub(super) fn blocking() -> Self {
        Self::of([Severity::Critical])
    }

    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        list(node, errors, severity).map(Self::of)
    }
}
