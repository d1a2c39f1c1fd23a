//! Exemptions as the templates of a stack state them, in the `Metadata` of a resource or of a whole template.
//!
//! They are facts: readers of templates write them, live or not, `audit --save` keeps them, and whether they count is
//! for policy to say. What they cover is decided where those of the policy are.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What the templates of a stack, nested ones included, say of exemptions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Exemptions {
    /// In the order of the templates, the outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stated: Vec<StatedExemption>,
    /// What nobody could read of them, one sentence each: a template that was not fetched, a mistake in a deployed one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// An exemption that a template states.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatedExemption {
    /// A check id, or a pattern of them.
    pub check: String,
    /// The logical id of the resource that states it, else a pattern of them; below a nested stack with its prefix.
    pub resource: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it is tolerated.
    pub reason: String,
    /// The last day it holds.
    pub expires: Date,
    /// The template with line and column: `template.yaml:12:9`.
    pub stated_in: String,
}

impl Exemptions {
    /// Whether no template states any, and all of them are known.
    pub fn is_empty(&self) -> bool {
        self.stated.is_empty() && self.unknown.is_empty()
    }

    /// Adds what another template says; what is said already stays once.
    pub fn add(&mut self, other: &Self) {
        for exemption in &other.stated {
            if !self.stated.contains(exemption) {
                self.stated.push(exemption.clone());
            }
        }
        for sentence in &other.unknown {
            if !self.unknown.contains(sentence) {
                self.unknown.push(sentence.clone());
            }
        }
    }
}
