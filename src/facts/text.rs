//! Text of which parts are known only after deployment, such as an ARN built from a `Ref`.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Value, json};

use super::{Observed, Why};

/// The key that marks a text with parts, as the template reader writes it into a document.
pub const TEXT: &str = "$text";

/// Enclose the number of an open part while a document inside a text is read; no template holds these.
const OPENS: char = '\u{f0000}';
const CLOSES: char = '\u{f0001}';
/// How much of a text a reason shows, in characters.
const MOST_SHOWN: usize = 120;

/// A string made of literal parts and parts that a template cannot know.
///
/// As JSON: a plain string where every part is literal, else `{"$text": [part, …]}`. Two texts that
/// are equal part for part have equal values after deployment; two that differ may still have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    parts: Vec<Part>,
}

/// Begins the [`Part::Pseudo`] of an availability zone that is named by its place: `!Select [0, !GetAZs ""]`.
/// Which zone that is nobody knows before deployment, but two places are two zones.
pub const ZONE: &str = "AvailabilityZone ";

/// One part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// Known text.
    Literal(String),
    /// `Ref` (no attribute) or `Fn::GetAtt` of a resource of the same stack.
    Reference {
        /// The logical id of the resource.
        resource: String,
        /// The attribute, `Arn` for example; none for `Ref`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attribute: Option<String>,
    },
    /// A pseudo parameter, `AWS::Region` for example, or one of the region's zones: [`ZONE`] and its place.
    Pseudo(String),
    /// A part that nobody can know from the template.
    Unknown(Why),
}

impl Text {
    /// A text of these parts; neighbouring literals become one, empty ones vanish.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, Part::Literal(text)) if text.is_empty() => {}
                (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(&text),
                (_, part) => joined.push(part),
            }
        }
        Self { parts: joined }
    }

    /// A wholly known text.
    pub fn literal(text: impl Into<String>) -> Self {
        Self::new([Part::Literal(text.into())])
    }

    /// The parts, in order; none for the empty text.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The text, where all of it is known.
    pub fn as_str(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The known text at the beginning, possibly empty.
    pub fn literal_prefix(&self) -> &str {
        match self.parts.first() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// The known text at the end, possibly empty.
    pub fn literal_suffix(&self) -> &str {
        match self.parts.last() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// Whether the value is `other`: `None` where that is known only after deployment.
    pub fn equals(&self, other: &str) -> Option<bool> {
        if let Some(known) = self.as_str() {
            return Some(known == other);
        }
        let possible = other.starts_with(self.literal_prefix()) && other.ends_with(self.literal_suffix());
        if possible { None } else { Some(false) }
    }

    /// Whether the value is `wanted`.
    ///
    /// # Errors
    /// With the reason, where that is known only after deployment.
    pub fn is(&self, wanted: &str) -> Result<bool, Why> {
        self.equals(wanted).ok_or_else(|| self.why_unresolved())
    }

    /// Whether both have the same value.
    ///
    /// # Errors
    /// With the reason, where that is known only after deployment.
    pub fn same(&self, other: &Self) -> Result<bool, Why> {
        match (self.as_str(), other.as_str()) {
            _ if self == other => Ok(true),
            (Some(_), Some(_)) => Ok(false),
            (None, Some(known)) => self.is(known),
            (Some(known), None) => other.is(known),
            (None, None) => Err(self.why_unresolved()),
        }
    }

    /// The logical ids this text refers to, in order, with repetition.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Reference { resource, .. } => Some(resource.as_str()),
            _ => None,
        })
    }

    /// Why the whole text cannot be known from the template.
    pub fn why_unresolved(&self) -> Why {
        self.parts
            .iter()
            .find_map(|part| match part {
                Part::Unknown(why) => Some(why.clone()),
                Part::Reference { .. } | Part::Pseudo(_) => {
                    Some(Why::Unresolved(format!("{} is known only after deployment", self.shown())))
                }
                Part::Literal(_) => None,
            })
            .unwrap_or_else(|| Why::Malformed(format!("unexpected text {self}")))
    }

    /// The JSON document that the text is, as `Fn::Sub` writes policies: every open part stands inside a string of it
    /// and becomes a part of that text. None where it is no such document, or an open part stands elsewhere.
    pub fn embedded_json(&self) -> Option<Value> {
        if !self.literal_prefix().trim_start().starts_with('{') {
            return None;
        }
        let mut written = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Literal(text) if text.contains([OPENS, CLOSES]) => return None,
                Part::Literal(text) => written.push_str(text),
                _ => written.push_str(&format!("{OPENS}{index}{CLOSES}")),
            }
        }
        // `serde_json` bounds the depth.
        self.reopened(serde_json::from_str(&written).ok()?)
    }

    /// Puts the open parts back into the strings of the document; none where one stands in a key.
    fn reopened(&self, value: Value) -> Option<Value> {
        Some(match value {
            Value::String(text) if text.contains(OPENS) => {
                let mut parts = Vec::new();
                for piece in text.split_inclusive(CLOSES) {
                    let (literal, open) = piece.split_once(OPENS).unwrap_or((piece, ""));
                    parts.push(Part::Literal(literal.to_owned()));
                    let index = open.strip_suffix(CLOSES).map(str::parse::<usize>);
                    parts.extend(index.and_then(Result::ok).and_then(|index| self.parts.get(index)).cloned());
                }
                Self::new(parts).to_value()
            }
            Value::Array(items) => items.into_iter().map(|item| self.reopened(item)).collect::<Option<Value>>()?,
            Value::Object(map) => {
                let mut open = serde_json::Map::new();
                for (key, value) in map {
                    if key.contains(OPENS) {
                        return None;
                    }
                    open.insert(key, self.reopened(value)?);
                }
                Value::Object(open)
            }
            other => other,
        })
    }

    /// The text inside a `{"$text": …}` marker, if that is what the value is.
    pub fn from_marker(value: &Value) -> Option<Self> {
        let parts = value.as_object().filter(|map| map.len() == 1)?.get(TEXT)?;
        Vec::<Part>::deserialize(parts).ok().map(Self::new)
    }

    /// The text, shortened.
    fn shown(&self) -> String {
        let mut shown = self.to_string();
        if let Some((end, _)) = shown.char_indices().nth(MOST_SHOWN) {
            shown.truncate(end);
            shown.push('…');
        }
        shown
    }

    /// The JSON form: a plain string, or the marker.
    pub fn to_value(&self) -> Value {
        match self.as_str() {
            Some(text) => Value::String(text.to_owned()),
            None => json!({ TEXT: self.parts }),
        }
    }
}

impl Observed<Text> {
    /// Whether the text is there, and is `wanted`.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub fn is(&self, wanted: &str) -> Result<bool, Why> {
        self.known()?.map_or(Ok(false), |text| text.is(wanted))
    }

    /// The text; one that is wholly unresolved as a text of one unknown part, which still equals the same value
    /// elsewhere (`Ref` of the same parameter for example).
    ///
    /// # Errors
    /// With the reason, where nothing says which value it is.
    pub fn as_text(&self) -> Result<Option<Cow<'_, Text>>, Why> {
        match self {
            Self::Unknown(why @ Why::Unresolved(_)) => {
                Ok(Some(Cow::Owned(Text { parts: vec![Part::Unknown(why.clone())] })))
            }
            other => Ok(other.known()?.map(Cow::Borrowed)),
        }
    }
}

impl fmt::Display for Text {
    /// As `Fn::Sub` would write it: `${Function.Arn}`, `${AWS::Region}`, `${?}` for the unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Literal(text) => f.write_str(text)?,
                Part::Reference { resource, attribute: None } => write!(f, "${{{resource}}}")?,
                Part::Reference { resource, attribute: Some(attribute) } => write!(f, "${{{resource}.{attribute}}}")?,
                Part::Pseudo(name) => write!(f, "${{{name}}}")?,
                Part::Unknown(_) => f.write_str("${?}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match &value {
            Value::String(text) => Ok(Self::literal(text)),
            other => Self::from_marker(other).ok_or_else(|| de::Error::custom("expected text")),
        }
    }
}
