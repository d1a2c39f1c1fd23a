//! Policy documents as IAM, S3, DynamoDB, SQS and SNS share them.
//!
//! Reading never fails for a part: an element that is no text becomes a text nobody knows, so that one
//! bad element never hides the rest, and never looks like nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::Condition;
use crate::facts::{Observed, Part, Text, Why, unknown_marker};

/// A policy document. S3 and DynamoDB also hand it out as a JSON string, which reads the same.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument {
    /// The version of the policy language.
    pub version: Observed<Text>,
    /// The statements; a single one may stand without a list.
    pub statement: Observed<OneOrMany<Observed<Statement>>>,
}

/// One statement of a policy document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Statement {
    /// Its name.
    pub sid: Observed<Text>,
    /// `Allow` or `Deny`.
    pub effect: Observed<Text>,
    /// Whom it speaks of.
    pub principal: Observed<Principal>,
    /// Whom it does not speak of: everybody else is meant.
    pub not_principal: Observed<Principal>,
    /// Actions, with wildcards, in any letter case.
    pub action: Observed<Texts>,
    /// Every action but these.
    pub not_action: Observed<Texts>,
    /// ARNs, with wildcards.
    pub resource: Observed<Texts>,
    /// Every resource but these.
    pub not_resource: Observed<Texts>,
    /// What must hold besides.
    pub condition: Observed<Condition>,
}

/// Whom a statement speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum Principal {
    /// `"*"`: everybody, anonymous callers included.
    Everyone,
    /// By kind: `AWS`, `Service`, `Federated`, `CanonicalUser`.
    Of(BTreeMap<String, Texts>),
}

/// One text or a list of texts. An element that cannot be read is a text with an unknown part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts(pub Vec<Text>);

/// One value or a list of values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct OneOrMany<T>(pub Vec<T>);

impl PolicyDocument {
    /// The statements with their index; unknown, where not even their number is known.
    ///
    /// # Errors
    /// With the reason, where `Statement` could not be read.
    pub fn statements(&self) -> Result<impl Iterator<Item = (usize, &Observed<Statement>)>, Why> {
        let statements: &[Observed<Statement>] = match &self.statement {
            Observed::Present(statements) => &statements.0,
            Observed::Absent => return Err(Why::Malformed("a policy document without Statement".to_owned())),
            Observed::Unknown(why) => return Err(why.clone()),
        };
        Ok(statements.iter().enumerate())
    }
}

impl Statement {
    /// Whether it allows (`true`) or denies (`false`).
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub fn allows(&self) -> Result<bool, Why> {
        match &self.effect {
            Observed::Present(effect) => match effect.as_str() {
                Some("Allow") => Ok(true),
                Some("Deny") => Ok(false),
                Some(other) => Err(Why::Malformed(format!("Effect {other:?} is neither Allow nor Deny"))),
                None => Err(effect.why_unresolved()),
            },
            Observed::Absent => Err(Why::Malformed("a statement without Effect".to_owned())),
            Observed::Unknown(why) => Err(why.clone()),
        }
    }
}

impl Principal {
    /// The texts of one kind, `AWS` for example; none where the kind is not named.
    pub fn of_kind(&self, kind: &str) -> &[Text] {
        match self {
            Self::Everyone => &[],
            Self::Of(kinds) => kinds.get(kind).map_or(&[], |texts| &texts.0),
        }
    }

    /// Whether everybody is meant: `"*"` or `{"AWS": "*"}`, which resource policies treat alike.
    ///
    /// # Errors
    /// With the reason, where a part that is not known may be `*`.
    pub fn is_everyone(&self) -> Result<bool, Why> {
        let Self::Of(kinds) = self else { return Ok(true) };
        super::any_known(kinds.values().flat_map(|texts| texts.iter()).map(|text| match text.equals("*") {
            Some(equal) => Ok(equal),
            // Account and resource attributes are names, never `*`.
            None if text.parts().iter().any(|part| matches!(part, Part::Unknown(_))) => Err(text.why_unresolved()),
            None => Ok(false),
        }))
    }
}

impl Texts {
    /// The texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Text> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            // `serde_json` bounds the depth of what the string holds.
            Value::String(text) => serde_json::from_str(&text).map_err(de::Error::custom)?,
            other => other,
        };
        let Value::Object(map) = value else { return Err(de::Error::custom("expected a policy document")) };
        let read = |key: &str| map.get(key).unwrap_or(&Value::Null);
        Ok(Self { version: Observed::read(read("Version")), statement: Observed::read(read("Statement")) })
    }
}

impl<'de> Deserialize<'de> for OneOrMany<Observed<Statement>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Array(items) => Ok(Self(items.iter().filter(|item| !item.is_null()).map(Observed::read).collect())),
            one @ Value::Object(_) => Ok(Self(vec![Observed::read(&one)])),
            _ => Err(de::Error::custom("expected a statement or a list of statements")),
        }
    }
}

impl Serialize for Principal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everyone => serializer.serialize_str("*"),
            Self::Of(kinds) => kinds.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match &value {
            Value::String(text) if text == "*" => Ok(Self::Everyone),
            Value::Object(_) if Text::from_marker(&value).is_none() => {
                BTreeMap::deserialize(&value).map(Self::Of).map_err(de::Error::custom)
            }
            _ => Err(de::Error::custom("expected \"*\" or a map of principals")),
        }
    }
}

impl Serialize for Texts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Array(items) => Self(items.iter().filter(|item| !item.is_null()).map(text).collect()),
            one => Self(vec![text(&one)]),
        })
    }
}

/// Any element as a text; what is none is a text nobody knows.
fn text(value: &Value) -> Text {
    let unknown = |why| Text::new([Part::Unknown(why)]);
    match value {
        Value::String(text) => Text::literal(text),
        Value::Bool(flag) => Text::literal(flag.to_string()),
        Value::Number(number) => Text::literal(number.to_string()),
        other => match (unknown_marker(other), Text::from_marker(other)) {
            (Some(why), _) => unknown(why),
            (None, Some(text)) => text,
            (None, None) => unknown(Why::Malformed("expected text".to_owned())),
        },
    }
}
