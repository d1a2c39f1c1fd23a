//! A call as a service understands it, and what it can say.

use serde_json::Value;

/// What a request asks for.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Service and operation, `s3:GetBucketAcl`.
    pub(crate) operation: &'static str,
    /// The resources that it is about: a bucket's name, several names of alarms. Empty for the whole account. Those
    /// in another region begin with [`Self::elsewhere`].
    pub(crate) keys: Vec<String>,
    /// Before the keys of whatever is not in the double's own region: `eu-west-1/`; empty for what is.
    pub(crate) elsewhere: String,
    /// The input, named as the API names it; of REST services the parts of path, query and headers that count.
    pub(crate) input: Value,
}

impl Call {
    /// The operation without its service.
    pub(crate) fn name(&self) -> &'static str {
        self.operation.split_once(':').map_or(self.operation, |(_, name)| name)
    }

    /// The one resource of most calls; empty for the whole account.
    pub(crate) fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }

    /// A text of the input, empty where it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        text(&self.input, name)
    }

    /// The texts of a list of the input; `None` where it is missing.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.input.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    }
}

/// A text of a document, empty where it is missing.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What a service answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// The output in its own shape.
    Output(Value),
    /// Bytes as they are, with headers of the service's own.
    Bytes { headers: Vec<(&'static str, String)>, body: Vec<u8> },
}

/// Why a service does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The error code, `NoSuchBucket`.
    pub(crate) code: String,
    pub(crate) message: String,
    /// A member of its own beside the message, where the protocol is JSON.
    pub(crate) member: Option<(&'static str, Value)>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), member: None }
    }

    pub(crate) fn with(self, name: &'static str, value: Value) -> Self {
        Self { member: Some((name, value)), ..self }
    }
}

/// What a call comes to.
pub(crate) type Outcome = Result<Reply, Refusal>;
