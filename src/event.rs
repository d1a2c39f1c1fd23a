//! What CodeDeploy sends a hook: two ids. And the phase they turn out to belong to, and the answer it waits for.
//!
//! The event holds neither the phase nor the alias nor a version; those are asked of CodeDeploy afterwards.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// Larger than any event CodeDeploy sends: two ids, the longer of them an encrypted blob of a few hundred bytes.
pub const MAX_EVENT_BYTES: usize = 64 * 1024;

/// Room for `d-` and far more than the nine characters CodeDeploy uses today.
const MAX_DEPLOYMENT_ID: usize = 64;

/// The model sets no limit; an execution id seen live is base64 of a few hundred bytes.
const MAX_EXECUTION_ID: usize = 16 * 1024;

/// Which of the two scriptable events of a Lambda deployment a hook answers for.
///
/// The order is the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Before any traffic reaches the new version: *pre-traffic*.
    BeforeAllowTraffic,
    /// After all traffic reached the new version: *post-traffic*.
    AfterAllowTraffic,
}

impl Phase {
    /// Both phases, in the order in which they run.
    pub const ALL: [Self; 2] = [Self::BeforeAllowTraffic, Self::AfterAllowTraffic];

    /// CodeDeploy's name, as in an AppSpec and in `lifecycleEventName`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeforeAllowTraffic => "BeforeAllowTraffic",
            Self::AfterAllowTraffic => "AfterAllowTraffic",
        }
    }

    /// The word shown to users: `pre-traffic` or `post-traffic`.
    pub fn word(self) -> &'static str {
        match self {
            Self::BeforeAllowTraffic => "pre-traffic",
            Self::AfterAllowTraffic => "post-traffic",
        }
    }

    /// The name that template.yaml gives fitgate's hook of this phase. The managed policies of CodeDeploy's role let it
    /// invoke only functions whose names begin like these.
    pub fn hook_name(self) -> &'static str {
        match self {
            Self::BeforeAllowTraffic => "CodeDeployHook_fitgate_pre_traffic",
            Self::AfterAllowTraffic => "CodeDeployHook_fitgate_post_traffic",
        }
    }

    /// The phase of a lifecycle event; `None` for one that cannot be scripted (`AllowTraffic`).
    pub fn of_lifecycle_event(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Phase {
    type Err = UnknownPhase;

    /// Takes CodeDeploy's name and the user's word alike.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = |phase: &Self| phase.name() == text || phase.word() == text;
        Self::ALL.into_iter().find(known).ok_or_else(|| UnknownPhase(excerpt(text)))
    }
}

/// A word that names no phase.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no phase; write pre-traffic (BeforeAllowTraffic) or post-traffic (AfterAllowTraffic)")]
pub struct UnknownPhase(String);

/// What CodeDeploy is told, exactly once for each execution of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// Go on.
    Succeeded,
    /// Stop, and roll back where the group says so.
    Failed,
}

impl Answer {
    /// The value of `status` in `PutLifecycleEventHookExecutionStatus`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }

    /// The answer with this name. CodeDeploy's other statuses (`Pending`, `Skipped`, …) are answers to nobody.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Succeeded, Self::Failed].into_iter().find(|answer| answer.name() == name)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The id of a deployment: `d-` and letters and digits, such as `d-RGSWBD91L`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeploymentId(String);

impl DeploymentId {
    /// Takes an id of CodeDeploy's form. Letters of either case pass: the form is not documented,
    /// and an event refused here could not be answered.
    ///
    /// # Errors
    /// Names what is wrong with it.
    pub fn new(id: impl Into<String>) -> Result<Self, IdError> {
        let id = id.into();
        let invalid = |fault| IdError { what: "DeploymentId", fault };
        if id.is_empty() {
            return Err(invalid(IdFault::Empty));
        }
        if id.len() > MAX_DEPLOYMENT_ID {
            return Err(invalid(IdFault::TooLong { bytes: id.len(), most: MAX_DEPLOYMENT_ID }));
        }
        let form = id.strip_prefix("d-").filter(|rest| !rest.is_empty());
        match form {
            Some(rest) if rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok(Self(id)),
            _ => Err(invalid(IdFault::Form { found: excerpt(&id) })),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of one execution of a hook. Opaque; live ones are encrypted blobs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HookExecutionId(String);

impl HookExecutionId {
    /// Takes an id that is not empty, not absurdly long, and free of control characters.
    ///
    /// # Errors
    /// Names what is wrong with it.
    pub fn new(id: impl Into<String>) -> Result<Self, IdError> {
        let id = id.into();
        let invalid = |fault| Err(IdError { what: "LifecycleEventHookExecutionId", fault });
        if id.trim().is_empty() {
            return invalid(IdFault::Empty);
        }
        if id.len() > MAX_EXECUTION_ID {
            return invalid(IdFault::TooLong { bytes: id.len(), most: MAX_EXECUTION_ID });
        }
        if id.chars().any(char::is_control) {
            return invalid(IdFault::Control);
        }
        Ok(Self(id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The newtypes are text with a rule: these are the conversions both need.
macro_rules! id_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id_text!(DeploymentId);
id_text!(HookExecutionId);

/// An id that is not of its form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} {fault}")]
pub struct IdError {
    what: &'static str,
    fault: IdFault,
}

/// What is wrong with an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdFault {
    /// Nothing in it.
    #[error("is empty")]
    Empty,
    /// More than any real one.
    #[error("has {bytes} bytes; the most is {most}")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// The bound.
        most: usize,
    },
    /// Not `d-` and letters and digits.
    #[error("is `{found}`; CodeDeploy's are `d-` and letters and digits")]
    Form {
        /// Its beginning.
        found: String,
    },
    /// Unprintable characters.
    #[error("holds control characters")]
    Control,
}

/// The event a hook is invoked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookEvent {
    /// The deployment that waits.
    #[serde(rename = "DeploymentId")]
    pub deployment_id: DeploymentId,
    /// The execution to answer for.
    #[serde(rename = "LifecycleEventHookExecutionId")]
    pub execution_id: HookExecutionId,
}

impl HookEvent {
    /// Reads an event. Fields besides the two ids are let pass: CodeDeploy may add some.
    ///
    /// # Errors
    /// Says which id is missing or wrong. Such an event cannot be answered at all.
    pub fn parse(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(EventError::TooLarge { bytes: bytes.len() });
        }
        let event: Value = serde_json::from_slice(bytes).map_err(|error| EventError::NotJson(error.to_string()))?;
        Self::from_value(&event)
    }

    /// The same of an event that is parsed already.
    ///
    /// # Errors
    /// Says which id is missing or wrong.
    pub fn from_value(event: &Value) -> Result<Self, EventError> {
        let text = |field| text_field(event, field);
        Ok(Self {
            deployment_id: DeploymentId::new(text("DeploymentId")?)?,
            execution_id: HookExecutionId::new(text("LifecycleEventHookExecutionId")?)?,
        })
    }
}

/// An event that is not CodeDeploy's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// More bytes than any event of CodeDeploy.
    #[error("the event has {bytes} bytes, more than the {MAX_EVENT_BYTES} that are read; CodeDeploy sends two ids")]
    TooLarge {
        /// How many.
        bytes: usize,
    },
    /// Not JSON.
    #[error("the event is not JSON: {0}")]
    NotJson(String),
    /// JSON, but no object.
    #[error("the event is {found}, not an object with DeploymentId and LifecycleEventHookExecutionId")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// An id is not there.
    #[error("the event has no {field}; only CodeDeploy is meant to invoke this function")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// An id is not text.
    #[error("{field} in the event is {found}, not text")]
    WrongType {
        /// The field.
        field: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// An id is not of its form.
    #[error(transparent)]
    Id(#[from] IdError),
}

fn text_field<'e>(event: &'e Value, field: &'static str) -> Result<&'e str, EventError> {
    let object = event.as_object().ok_or_else(|| EventError::NotAnObject { found: kind(event) })?;
    match object.get(field) {
        None | Some(Value::Null) => Err(EventError::Missing { field }),
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(EventError::WrongType { field, found: kind(other) }),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The beginning of a text, for messages.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_two_ids() {
        let event = br#"{"DeploymentId":"d-RGSWBD91L","LifecycleEventHookExecutionId":"eyJlbmM=","Extra":1}"#;
        let event = HookEvent::parse(event).unwrap();
        assert_eq!(event.deployment_id.as_str(), "d-RGSWBD91L");
        assert_eq!(event.execution_id.as_str(), "eyJlbmM=");
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(written, r#"{"DeploymentId":"d-RGSWBD91L","LifecycleEventHookExecutionId":"eyJlbmM="}"#);
        assert_eq!(serde_json::from_str::<HookEvent>(&written).unwrap(), event);
    }

    #[test]
    fn a_bad_event_says_what_is_wrong() {
        let cases: &[(&str, &str)] = &[
            ("", "the event is not JSON"),
            ("{", "the event is not JSON"),
            ("[]", "the event is a list, not an object"),
            ("null", "the event is null, not an object"),
            ("{}", "the event has no DeploymentId"),
            (r#"{"DeploymentId":null}"#, "the event has no DeploymentId"),
            (r#"{"DeploymentId":"d-1"}"#, "the event has no LifecycleEventHookExecutionId"),
            (r#"{"DeploymentId":1}"#, "DeploymentId in the event is a number, not text"),
            (r#"{"DeploymentId":"d-1","LifecycleEventHookExecutionId":{}}"#, "is an object, not text"),
            (r#"{"DeploymentId":"","LifecycleEventHookExecutionId":"x"}"#, "DeploymentId is empty"),
            (r#"{"DeploymentId":"x-1","LifecycleEventHookExecutionId":"x"}"#, "DeploymentId is `x-1`"),
            (r#"{"DeploymentId":"d-","LifecycleEventHookExecutionId":"x"}"#, "DeploymentId is `d-`"),
            (r#"{"DeploymentId":"d-ü","LifecycleEventHookExecutionId":"x"}"#, "DeploymentId is `d-ü`"),
            (r#"{"DeploymentId":"d-1","LifecycleEventHookExecutionId":" "}"#, "ExecutionId is empty"),
            (r#"{"DeploymentId":"d-1","LifecycleEventHookExecutionId":"a\nb"}"#, "control characters"),
        ];
        for (event, expected) in cases {
            let error = HookEvent::parse(event.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{event}: {error}");
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let large = vec![b' '; MAX_EVENT_BYTES + 1];
        assert_eq!(HookEvent::parse(&large), Err(EventError::TooLarge { bytes: MAX_EVENT_BYTES + 1 }));
        let error = DeploymentId::new(format!("d-{}", "A".repeat(63))).unwrap_err();
        assert!(error.to_string().contains("has 65 bytes; the most is 64"), "{error}");
        assert!(HookExecutionId::new("x".repeat(MAX_EXECUTION_ID)).is_ok());
        assert!(HookExecutionId::new("x".repeat(MAX_EXECUTION_ID + 1)).is_err());
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let deep = format!(r#"{{"DeploymentId":{}"#, "[".repeat(60_000));
        assert!(matches!(HookEvent::parse(deep.as_bytes()), Err(EventError::NotJson(_))));
    }

    #[test]
    fn phases_have_two_names_each() {
        for phase in Phase::ALL {
            assert_eq!(phase.name().parse(), Ok(phase));
            assert_eq!(phase.word().parse(), Ok(phase));
            assert_eq!(Phase::of_lifecycle_event(phase.name()), Some(phase));
        }
        assert_eq!(Phase::of_lifecycle_event("AllowTraffic"), None);
        let error = "AllowTraffic".parse::<Phase>().unwrap_err();
        assert!(error.to_string().contains("`AllowTraffic` is no phase"), "{error}");
    }

    #[test]
    fn only_two_answers_exist() {
        assert_eq!(Answer::named("Succeeded"), Some(Answer::Succeeded));
        assert_eq!(Answer::named("Failed"), Some(Answer::Failed));
        for other in ["Pending", "InProgress", "Skipped", "Unknown", "succeeded", ""] {
            assert_eq!(Answer::named(other), None, "{other}");
        }
    }
}
