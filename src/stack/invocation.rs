//! One call of a function, as the facts describe it.

use super::FunctionTarget;
use crate::{
    facts::{Observed, Why},
    inventory::LogicalId,
};

/// Somebody calls a function: who, where it says so, whom, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The resource that holds the call.
    pub caller: LogicalId,
    /// The property of the caller that names the function.
    pub place: String,
    /// Whom it calls.
    pub target: FunctionTarget,
    /// How it calls.
    pub kind: InvocationKind,
    /// Why nobody can tell whether it waits for the answer: then it is kept as one that does, and may be asynchronous.
    pub doubt: Option<Why>,
    /// The service principal that needs a permission on the function; none where a role calls. Of a call that nobody
    /// knows, the one that would need it.
    pub principal: Option<&'static str>,
    /// The resource that the `SourceArn` of such a permission names (API, topic); the caller where none is given.
    pub source: Option<LogicalId>,
    /// Whether the caller keeps events that it could not deliver, which is not what becomes of events that failed.
    pub keeps_undelivered: Observed<bool>,
    /// Milliseconds that a synchronous caller waits, where the caller has a limit.
    pub waits: Option<Observed<u32>>,
}

/// How a function is called, which decides what becomes of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InvocationKind {
    /// The caller waits for the answer and sees the error.
    Synchronous,
    /// Lambda queues the event, retries twice, then drops it or hands it to a failure sink.
    Asynchronous,
    /// Lambda polls a queue; a message that fails becomes visible again.
    Queue,
    /// Lambda polls a stream; a batch that fails blocks its shard until it is given up.
    Stream,
}

impl Invocation {
    /// A call with what every call has; the rest is set by those who know it.
    pub(super) fn new(
        caller: &LogicalId,
        place: impl Into<String>,
        target: FunctionTarget,
        kind: InvocationKind,
    ) -> Self {
        Self {
            caller: caller.clone(),
            place: place.into(),
            target,
            kind,
            doubt: None,
            principal: None,
            source: None,
            keeps_undelivered: Observed::Absent,
            waits: None,
        }
    }

    pub(super) fn with_principal(self, principal: &'static str) -> Self {
        Self { principal: Some(principal), ..self }
    }

    pub(super) fn from(self, source: Option<LogicalId>) -> Self {
        Self { source, ..self }
    }

    /// `sink` is the property that says where undelivered events go.
    pub(super) fn keeping<T>(self, sink: &Observed<T>) -> Self {
        Self { keeps_undelivered: sink.as_ref().map(|_| true), ..self }
    }

    pub(super) fn waiting(self, millis: Observed<u32>) -> Self {
        Self { waits: Some(millis), ..self }
    }

    /// The resource that a permission's `SourceArn` has to name.
    pub fn source(&self) -> &LogicalId {
        self.source.as_ref().unwrap_or(&self.caller)
    }
}
