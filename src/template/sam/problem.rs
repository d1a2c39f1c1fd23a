//! What the expansion could not do, or could only guess, and where.

use std::fmt;

use thiserror::Error;

use crate::source::Position;

/// One problem of the expansion, at one place of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamProblem {
    /// The logical id of the SAM resource, or the section of the template.
    pub subject: String,
    /// Where it stands.
    pub at: Position,
    /// What it is.
    pub kind: ProblemKind,
}

impl fmt::Display for SamProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.kind)
    }
}

impl std::error::Error for SamProblem {}

/// The kinds of a [`SamProblem`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProblemKind {
    /// A resource type of SAM's that is not expanded: it stays in the template as written.
    #[error("resources of type {0} are not expanded; what SAM would generate from it is not judged")]
    UnknownType(String),
    /// A property that SAM does not document: it is kept on the resource that is generated.
    #[error("{owner} has no property `{property}`; it is kept as written")]
    UnknownProperty {
        /// The type of the resource or event.
        owner: String,
        /// The property.
        property: String,
    },
    /// A type of event that SAM does not document: nothing is generated for it.
    #[error("the event source type `{0}` is not known; nothing is generated for it")]
    UnknownEvent(String),
    /// SAM itself would refuse the template; the rest is expanded as far as possible.
    #[error("SAM refuses the template: {0}")]
    Refused(String),
    /// What SAM generates depends on a parameter whose value is not given.
    #[error("what SAM generates here depends on the parameter `{0}`, which has no value; give it one")]
    Undecided(String),
    /// The expansion would exceed [`MAX_NODES`](super::MAX_NODES) or [`MAX_RESOURCES`](super::MAX_RESOURCES).
    #[error(
        "the template grows beyond {nodes} values or {resources} resources and events when it is expanded; split it",
        nodes = super::MAX_NODES,
        resources = super::MAX_RESOURCES
    )]
    TooLarge,
}
