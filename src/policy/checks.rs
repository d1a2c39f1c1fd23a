//! `checks`: which checks are asked, and how much they matter.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Pattern, Weight,
    read::{severity, switch},
};
use crate::{
    check::{Check, Severity},
    checks,
    source::{
        Kind, Node,
        read::{Errors, Fields, nearest},
    },
};

/// More than the catalogue will ever have.
const MOST_RULES: usize = 1_000;

/// What policy says of one check. What it leaves out is as in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct CheckRule {
    /// Whether it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(default, schema_with = "super::schema::switch"))]
    pub enabled: Option<bool>,
    /// How bad a failure is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(default, with = "Severity"))]
    pub severity: Option<Severity>,
    /// How many points it is worth on each resource, instead of its severity's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(default, with = "Weight"))]
    pub weight: Option<Weight>,
}

/// What policy says of checks, by id; every id is one of the catalogue or of the policy's own rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct CheckRules(BTreeMap<&'static str, CheckRule>);

impl CheckRules {
    /// What policy says of this check, if anything.
    pub fn get(&self, id: &str) -> Option<&CheckRule> {
        self.0.get(id)
    }

    /// The same with another rule for this check.
    #[must_use]
    pub fn with(mut self, check: &Check, rule: CheckRule) -> Self {
        self.0.insert(check.id, rule);
        self
    }

    pub(super) fn read(node: &Node, errors: &mut Errors, own: &[&'static Check]) -> Option<Self> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            errors.expected(node, "a mapping from check ids to on, off, or a mapping");
            return None;
        }
        if node.entries().len() > MOST_RULES {
            errors.add(node.at, format_args!("more than {MOST_RULES} checks"), None);
            return None;
        }
        let mut rules = BTreeMap::new();
        for entry in node.entries() {
            errors.within(&entry.key, |errors| match known(own).find(|check| check.id == entry.key) {
                Some(check) => rules.extend(CheckRule::read(&entry.value, errors).map(|rule| (check.id, rule))),
                None => errors.add(entry.key_at, "no such check", Some(suggestion(&entry.key, own))),
            });
        }
        Some(Self(rules))
    }
}

impl CheckRule {
    fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            let enabled = switch(node, errors)?;
            return Some(Self { enabled: Some(enabled), ..Self::default() });
        }
        let mut fields = Fields::of(node, errors, "the rule of a check");
        let rule = Self {
            enabled: fields.optional("enabled", switch),
            severity: fields.optional("severity", severity),
            weight: fields.optional("weight", Weight::read),
        };
        fields.finish();
        Some(rule)
    }
}

/// A pattern that matches at least one check.
pub(super) fn pattern(node: &Node, errors: &mut Errors, own: &[&'static Check]) -> Option<Pattern> {
    let pattern = Pattern::read(node, errors)?;
    if known(own).any(|check| pattern.matches(check.id)) {
        return Some(pattern);
    }
    errors.add(node.at, format_args!("no check is called {pattern}"), Some(suggestion(pattern.as_str(), own)));
    None
}

/// Every check of the catalogue, and the policy's own.
fn known(own: &[&'static Check]) -> impl Iterator<Item = &'static Check> {
    checks::catalogue().chain(own.iter().copied())
}

/// "did you mean s3-versioning? (see `fitgate checks list`)"
fn suggestion(id: &str, own: &[&'static Check]) -> String {
    match nearest(id, known(own).map(|check| check.id)) {
        Some(near) => format!("did you mean {near}? (see `fitgate checks list`)"),
        None => "see `fitgate checks list`".to_owned(),
    }
}
