//! Differences that are right, each with its reason.

use std::collections::BTreeSet;

use fitgate::source::{Limits, parse};
use serde::Deserialize;

use super::plain::plain;

/// A check and a rule disagree on a resource of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) check: String,
    pub(crate) rule: String,
    /// What Checkov says: `passed` or `failed`; we say the opposite.
    pub(crate) theirs: String,
    /// `fail: not declared`, and the resource where it is not the only one.
    pub(crate) case: String,
}

/// One entry of `known.yaml`: differences of one kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    check: String,
    rule: String,
    theirs: String,
    reason: String,
    cases: Vec<String>,
}

/// All that are listed.
pub(crate) fn known() -> BTreeSet<Difference> {
    let list = parse("known.yaml", include_bytes!("known.yaml"), &Limits::default()).expect("YAML");
    let entries: Vec<Entry> = serde_json::from_value(plain(&list)).expect("entries");
    let mut known = BTreeSet::new();
    for Entry { check, rule, theirs, reason, cases } in entries {
        assert!(reason.len() > 20 && !cases.is_empty(), "{check}: an entry without reason or cases");
        for case in cases {
            let difference = Difference { check: check.clone(), rule: rule.clone(), theirs: theirs.clone(), case };
            assert!(known.insert(difference.clone()), "listed twice: {difference:?}");
        }
    }
    known
}
