//! Conditions that SAM adds to the template.

use super::build::At;
use super::expansion::Expansion;
use super::tree::digest_text;
use crate::source::{Entry, Node};

/// The most conditions in one `Fn::Or`:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html>
const MAX_IN_OR: usize = 10;

impl Expansion<'_> {
    /// Adds a condition to the template.
    pub(super) fn add_condition(&mut self, name: &str, value: Node) {
        if !self.conditions.iter().any(|condition| condition.key == name) {
            self.conditions.push(Entry { key: name.to_owned(), key_at: value.at, value });
        }
    }
}

/// A condition that holds where `condition` does not; its name.
pub(super) fn not(expansion: &mut Expansion<'_>, condition: &str, owner: &str, at: At) -> String {
    let name = format!("NOT{condition}{}", digest_text(owner));
    expansion.add_condition(&name, at.map([("Fn::Not", at.list([meant(condition, at)]))]));
    name
}

/// A condition that holds where both do; its name.
pub(super) fn both(expansion: &mut Expansion<'_>, first: Option<&str>, second: &str, owner: &str, at: At) -> String {
    let Some(first) = first else { return second.to_owned() };
    let name = format!("{first}AND{second}{}", digest_text(owner));
    expansion.add_condition(&name, at.map([("Fn::And", at.list([meant(first, at), meant(second, at)]))]));
    name
}

/// A condition that holds where one of several does; its name.
pub(super) fn any(expansion: &mut Expansion<'_>, mut conditions: Vec<String>, name: &str, at: At) -> Option<String> {
    conditions.sort();
    conditions.dedup();
    if conditions.len() < 2 {
        return conditions.pop();
    }
    let mut step = (conditions.len() - 2) / (MAX_IN_OR - 1);
    while conditions.len() > 1 {
        let rest = conditions.split_off(conditions.len().min(MAX_IN_OR));
        let step_name = if step > 0 { format!("{name}{step}") } else { name.to_owned() };
        step = step.saturating_sub(1);
        let parts = conditions.iter().map(|condition| meant(condition, at));
        expansion.add_condition(&step_name, at.map([("Fn::Or", at.list(parts))]));
        conditions = rest;
        conditions.push(step_name);
    }
    conditions.pop()
}

fn meant(condition: &str, at: At) -> Node {
    at.map([("Condition", at.text(condition))])
}
