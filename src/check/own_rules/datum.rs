//! Values as rules see them: what a document holds, known or not, and what a rules file writes down.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::pattern::Pattern;
use crate::facts::{Text, Why, unknown_marker};

/// The longest text that evidence repeats, in characters.
const MOST_SHOWN: usize = 60;

/// One value.
#[derive(Debug, Clone)]
pub(super) enum Datum {
    Null,
    Bool(bool),
    Number(f64),
    /// Text, of which parts may be known only after deployment.
    Text(Text),
    List(Vec<Arc<Datum>>),
    /// `is_whole` where a key that is not here is not in the document either.
    Map {
        entries: BTreeMap<String, Arc<Datum>>,
        is_whole: bool,
    },
    /// A property that was looked for and is not there.
    Absent,
    /// Nobody could tell.
    Unknown(Why),
    /// `/…/`, which only rules files hold.
    Pattern(Pattern),
    /// `r[1,10]`, which only rules files hold.
    Range(Range),
}

/// Numbers from one to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) least: f64,
    pub(super) least_included: bool,
    pub(super) most: f64,
    pub(super) most_included: bool,
}

impl Range {
    pub(super) fn holds(&self, number: f64) -> bool {
        let above = number > self.least || (self.least_included && number == self.least);
        let below = number < self.most || (self.most_included && number == self.most);
        above && below
    }
}

impl Datum {
    /// Text that is wholly known.
    pub(super) fn text(text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self::Text(Text::literal(text)))
    }

    /// What a document says, markers of [`crate::facts`] included. `is_whole` where it says everything there is; else
    /// `null` is what was looked for in vain, and of what it leaves out nobody knows.
    pub(super) fn read(value: &Value, is_whole: bool) -> Arc<Self> {
        let datum = match value {
            Value::Null if is_whole => Self::Null,
            Value::Null => Self::Absent,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            Value::String(text) => Self::Text(Text::literal(text)),
            Value::Array(items) => Self::List(items.iter().map(|item| Self::read(item, is_whole)).collect()),
            Value::Object(map) => {
                if let Some(why) = unknown_marker(value) {
                    Self::Unknown(why)
                } else if let Some(text) = Text::from_marker(value) {
                    match text.embedded_json() {
                        // A policy that `Fn::Sub` writes as text is a document like any other.
                        Some(document) => return Self::read(&document, is_whole),
                        None => Self::Text(text),
                    }
                } else {
                    // What facts join onto a resource is no property of it.
                    let own = map.iter().filter(|(key, _)| !key.starts_with('$'));
                    let entries = own.map(|(key, value)| (key.clone(), Self::read(value, is_whole))).collect();
                    Self::Map { entries, is_whole }
                }
            }
        };
        Arc::new(datum)
    }

    /// A map that holds these entries.
    pub(super) fn map(entries: impl IntoIterator<Item = (String, Arc<Self>)>, is_whole: bool) -> Arc<Self> {
        Arc::new(Self::Map { entries: entries.into_iter().collect(), is_whole })
    }

    /// Why somebody who needs this value cannot have it.
    pub(super) fn why_unknown(&self) -> Option<Why> {
        match self {
            Self::Unknown(why) => Some(why.clone()),
            Self::Text(text) if text.as_str().is_none() => Some(text.why_unresolved()),
            _ => None,
        }
    }

    /// What it is, for evidence: a value that is short and cannot be a secret, else its kind.
    pub(super) fn shown(&self, property: &str) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Absent => "absent".to_owned(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) if may_be_secret(property) || text.to_string().chars().count() > MOST_SHOWN => {
                "another text".to_owned()
            }
            Self::Text(text) => text.to_string(),
            Self::List(items) if items.is_empty() => "an empty list".to_owned(),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Map { entries, .. } if entries.is_empty() => "empty".to_owned(),
            Self::Map { .. } => "an object".to_owned(),
            Self::Unknown(_) => "unknown".to_owned(),
            Self::Pattern(pattern) => format!("/{}/", pattern.as_str()),
            Self::Range(_) => "a range".to_owned(),
        }
    }
}

/// Reports are read by more people than stacks are.
fn may_be_secret(property: &str) -> bool {
    let property = property.to_lowercase();
    ["secret", "password", "token", "variables", "credential", "apikey"].iter().any(|word| property.contains(word))
}
