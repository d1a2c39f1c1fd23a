//! `Observed<T>`: what is known about one property, and why where nothing is.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::Text;

/// The key that marks a value nobody could read, as the readers write it into a document.
pub const UNKNOWN: &str = "$unknown";

/// One observation of a property.
///
/// As JSON: the value itself; `null` or no key at all for `Absent`; `{"$unknown": …}` for `Unknown`.
/// A value of the wrong shape becomes `Unknown(Why::Malformed)` for that property alone, so that one
/// bad property never hides the rest of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed<T> {
    /// The property has this value.
    Present(T),
    /// The property was looked for and is not there.
    Absent,
    /// Nobody could tell. Never treated like `Absent`, never like a pass.
    Unknown(Why),
}

/// Why an observation failed. Denied, throttled, timed out and absent are four different things.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Why {
    /// AWS refused the call; `action` is the IAM action to grant.
    Denied {
        /// For example `s3:GetEncryptionConfiguration`.
        action: String,
    },
    /// AWS asked us to slow down until the budget was gone.
    Throttled {
        /// For example `dynamodb:DescribeTable`.
        operation: String,
    },
    /// No answer within the time allowed.
    TimedOut {
        /// For example `dynamodb:DescribeTable`.
        operation: String,
    },
    /// The call failed in another way.
    Failed {
        /// For example `dynamodb:DescribeTable`.
        operation: String,
        /// What the service or the transport said.
        message: String,
    },
    /// A template does not settle it: a parameter without default, an import, a dynamic reference.
    Unresolved(String),
    /// The value does not have the shape that CloudFormation documents.
    Malformed(String),
    /// This source cannot show it, or nobody asked: what a template does not hold, a disabled need.
    NotObserved(String),
    /// The verdict depends on conditions that nothing settles; which of them leads to which verdict.
    Branches(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied { action } => write!(f, "access denied; grant {action}"),
            Self::Throttled { operation } => write!(f, "{operation} was throttled"),
            Self::TimedOut { operation } => write!(f, "{operation} timed out"),
            Self::Failed { operation, message } => write!(f, "{operation} failed: {message}"),
            Self::Unresolved(what) | Self::NotObserved(what) | Self::Branches(what) => f.write_str(what),
            Self::Malformed(what) => write!(f, "not what CloudFormation documents: {what}"),
        }
    }
}

// Not derived: a derive would ask for `T: Default`.
#[expect(clippy::derivable_impls, reason = "a derive would demand T: Default")]
impl<T> Default for Observed<T> {
    fn default() -> Self {
        Self::Absent
    }
}

impl<T> Observed<T> {
    /// For a property that this kind of source can never show.
    pub fn not_observed(what: impl Into<String>) -> Self {
        Self::Unknown(Why::NotObserved(what.into()))
    }

    /// A view of the same observation.
    pub fn as_ref(&self) -> Observed<&T> {
        match self {
            Self::Present(value) => Observed::Present(value),
            Self::Absent => Observed::Absent,
            Self::Unknown(why) => Observed::Unknown(why.clone()),
        }
    }

    /// Changes the value, keeps absence and ignorance.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Present(value) => Observed::Present(change(value)),
            Self::Absent => Observed::Absent,
            Self::Unknown(why) => Observed::Unknown(why),
        }
    }

    /// Looks further into the value; absence and ignorance of the outer value are those of the result.
    pub fn and_then<U>(self, look: impl FnOnce(T) -> Observed<U>) -> Observed<U> {
        match self {
            Self::Present(value) => look(value),
            Self::Absent => Observed::Absent,
            Self::Unknown(why) => Observed::Unknown(why),
        }
    }

    /// Puts the value that the service assumes today where the property is absent.
    pub fn or_default_of_service(self, value: T) -> Self {
        match self {
            Self::Absent => Self::Present(value),
            other => other,
        }
    }

    /// The value, where one is known.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// The value or its absence, so that `?` carries ignorance on.
    ///
    /// # Errors
    /// With the reason, where nobody could tell.
    pub fn known(&self) -> Result<Option<&T>, Why> {
        match self {
            Self::Present(value) => Ok(Some(value)),
            Self::Absent => Ok(None),
            Self::Unknown(why) => Err(why.clone()),
        }
    }

    /// Joins what was found elsewhere; what is observed on the subject itself stays.
    pub(super) fn fill(&mut self, found: impl FnOnce() -> Self) {
        if self.is_absent() {
            *self = found();
        }
    }

    /// Whether the property was looked for and is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// What a source that knows says: the value, or that there is none.
impl<T> From<Option<T>> for Observed<T> {
    fn from(known: Option<T>) -> Self {
        known.map_or(Self::Absent, Self::Present)
    }
}

impl<T: Serialize> Serialize for Observed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Present(value) => value.serialize(serializer),
            Self::Absent => serializer.serialize_none(),
            Self::Unknown(why) => {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(UNKNOWN, why)?;
                map.end()
            }
        }
    }
}

impl<'de, T: de::DeserializeOwned> Deserialize<'de> for Observed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(Value::deserialize(deserializer)?))
    }
}

impl<T: de::DeserializeOwned> Observed<T> {
    /// Reads one property value; never fails, for a bad value is an observation too.
    pub fn read(value: &Value) -> Self {
        Self::of(value.clone())
    }

    /// The same of a value that nobody needs any more: what is read of it is moved, not copied at every level.
    fn of(value: Value) -> Self {
        if value.is_null() {
            return Self::Absent;
        }
        if let Some(why) = unknown_marker(&value) {
            return Self::Unknown(why);
        }
        let text = Text::from_marker(&value);
        if let Some(text) = text.as_ref().filter(|_| !takes_text::<T>()) {
            // A structure may be written as text: a policy document for example.
            let written = text.embedded_json().and_then(|document| T::deserialize(document).ok());
            return written.map_or_else(|| Self::Unknown(text.why_unresolved()), Self::Present);
        }
        if value.is_array() || value.is_object() {
            return match T::deserialize(value) {
                Ok(read) => Self::Present(read),
                Err(error) => Self::Unknown(unreadable(text.as_ref(), &error)),
            };
        }
        // A copy of a scalar costs less than a second reader of every type.
        match T::deserialize(value.clone()) {
            Ok(read) => Self::Present(read),
            Err(error) => match coerced(&value).and_then(|other| T::deserialize(other).ok()) {
                Some(read) => Self::Present(read),
                None => Self::Unknown(unreadable(text.as_ref(), &error)),
            },
        }
    }
}

/// Whether a text may stand for a `T`. A structure would read the marker of one as an object without properties.
fn takes_text<T: de::DeserializeOwned>() -> bool {
    T::deserialize(Value::String(String::new())).is_ok()
}

/// The reason inside `{"$unknown": …}`, if that is what the value is.
pub fn unknown_marker(value: &Value) -> Option<Why> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let why = map.get(UNKNOWN)?;
    Some(Why::deserialize(why).unwrap_or_else(|error| Why::Malformed(error.to_string())))
}

/// A value whose parts are only known after deployment is unresolved; any other is malformed.
fn unreadable(text: Option<&Text>, error: &serde_json::Error) -> Why {
    match text {
        Some(text) => text.why_unresolved(),
        None => Why::Malformed(error.to_string()),
    }
}

/// CloudFormation takes `"true"` for `true` and `"5"` for `5`, and the reverse.
fn coerced(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => match text.as_str() {
            "true" | "True" => Some(Value::Bool(true)),
            "false" | "False" => Some(Value::Bool(false)),
            _ => serde_json::from_str::<serde_json::Number>(text).ok().map(Value::Number),
        },
        Value::Bool(flag) => Some(Value::String(flag.to_string())),
        Value::Number(number) => Some(Value::String(number.to_string())),
        _ => None,
    }
}
