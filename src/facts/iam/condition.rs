//! The `Condition` of a statement: operators, keys and values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Texts;
use crate::facts::{Observed, Why};

/// Conditions by operator, then by key; all of them must hold, and of one key's values any.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Condition(pub BTreeMap<String, Observed<BTreeMap<String, Texts>>>);

/// A condition operator taken apart: `ForAnyValue:StringLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator<'a> {
    /// `StringLike`, in whatever letter case the author chose.
    pub name: &'a str,
    /// `ForAllValues`: holds for a key without values.
    pub for_all: bool,
    /// `IfExists`: holds where the key is missing.
    pub if_exists: bool,
}

impl<'a> Operator<'a> {
    /// Takes an operator apart.
    pub fn parse(written: &'a str) -> Self {
        let (set, name) = written.split_once(':').unwrap_or(("", written));
        let stem = name.len().checked_sub("IfExists".len()).filter(|at| name.is_char_boundary(*at));
        let if_exists = stem.is_some_and(|at| name[at..].eq_ignore_ascii_case("IfExists"));
        let name = stem.filter(|_| if_exists).map_or(name, |at| &name[..at]);
        Self { name, for_all: set.eq_ignore_ascii_case("ForAllValues"), if_exists }
    }

    /// Whether it is this operator.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it is one of these.
    pub fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    /// Whether it holds for a request that does not carry the key at all.
    pub fn holds_without_key(&self) -> bool {
        self.if_exists || self.for_all
    }
}

impl Condition {
    /// Every operator, key and value list. Keys are compared in any letter case by IAM.
    ///
    /// # Errors
    /// With the reason, where the keys of an operator are not known.
    pub fn entries(&self) -> Result<Vec<(Operator<'_>, &str, &Texts)>, Why> {
        let mut entries = Vec::new();
        for (operator, keys) in &self.0 {
            match keys {
                Observed::Present(keys) => {
                    entries.extend(keys.iter().map(|(key, values)| (Operator::parse(operator), key.as_str(), values)));
                }
                Observed::Absent => {}
                Observed::Unknown(why) => return Err(why.clone()),
            }
        }
        Ok(entries)
    }
}
