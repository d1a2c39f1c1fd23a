//! `probes`: calls that exercise the new version.
//!
//! The hooks of a later release make them; this release reads and validates them, so that a policy need
//! not change then.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::{
    probe_call::{ProbeCall, json},
    read::{bounded_list, words},
};
use crate::{
    event::Phase,
    source::{
        Kind, Node,
        read::{Errors, Fields, choice, integer, list},
    },
};

/// More would not fit into the time that a hook has.
const MOST_PROBES: usize = 20;

/// A call that exercises the new version before or after traffic reaches it, and what is expected of the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Probe {
    /// How reports call it; letters, digits and hyphens, unique in the policy.
    #[cfg_attr(feature = "cli", schemars(length(min = 1, max = 64), regex(pattern = r"^[A-Za-z0-9-]+$")))]
    pub name: String,
    /// When it is made; in both phases where nothing is said.
    #[cfg_attr(feature = "cli", schemars(default = "both", length(min = 1)))]
    pub phases: BTreeSet<ProbePhase>,
    /// What is called: exactly one of `invoke` and `http`.
    #[serde(flatten)]
    pub call: ProbeCall,
    /// What the answer must be. In any case an invocation must not end in a function error, and a
    /// request must be answered with 200 to 299 unless `status` says otherwise.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub expect: Expectation,
    /// How long one attempt may take, in seconds: 1 to 60.
    #[cfg_attr(feature = "cli", schemars(default = "ten", range(min = 1, max = 60)))]
    pub timeout_seconds: u8,
    /// How often it is tried before it counts as failed: 1 to 10.
    #[cfg_attr(feature = "cli", schemars(default = "once", range(min = 1, max = 10)))]
    pub attempts: u8,
}

/// A phase, by CodeDeploy's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum ProbePhase {
    /// Before any traffic reaches the new version.
    BeforeAllowTraffic,
    /// After all traffic reached it.
    AfterAllowTraffic,
}

impl From<ProbePhase> for Phase {
    fn from(phase: ProbePhase) -> Self {
        match phase {
            ProbePhase::BeforeAllowTraffic => Self::BeforeAllowTraffic,
            ProbePhase::AfterAllowTraffic => Self::AfterAllowTraffic,
        }
    }
}

/// What is expected of an answer; everything said must hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields, default))]
pub struct Expectation {
    /// The HTTP status, or the `statusCode` that a function behind an API returns: 100 to 599.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(with = "u16", range(min = 100, max = 599)))]
    pub status: Option<u16>,
    /// The longest time until the whole answer is there, in milliseconds: 1 to 60,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(with = "u32", range(min = 1, max = 60000)))]
    pub within_milliseconds: Option<u32>,
    /// Text that the answer must contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(with = "String", length(min = 1, max = 1000)))]
    pub contains: Option<String>,
    /// Values that the answer, read as JSON, must have: by JSON pointer, `/orders/0/id`.
    #[cfg_attr(feature = "cli", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub json: BTreeMap<String, Value>,
}

fn both() -> BTreeSet<ProbePhase> {
    BTreeSet::from([ProbePhase::BeforeAllowTraffic, ProbePhase::AfterAllowTraffic])
}

const fn ten() -> u8 {
    10
}

const fn once() -> u8 {
    1
}

/// The list, whose names must differ.
pub(super) fn read_all(node: &Node, errors: &mut Errors) -> Option<Vec<Probe>> {
    let mut names = BTreeSet::new();
    bounded_list(node, errors, MOST_PROBES, |node, errors| {
        let probe = Probe::read(node, errors)?;
        if !names.insert(probe.name.clone()) {
            errors.add(node.at, format_args!("another probe is called {}", probe.name), Some("rename one".to_owned()));
        }
        Some(probe)
    })
}

impl Probe {
    fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "a probe");
        let name = fields.required("name", name);
        let phases = fields.optional("phases", phases).unwrap_or_else(both);
        let call = ProbeCall::read(&mut fields, node);
        let expect = fields.optional("expect", Expectation::read).unwrap_or_default();
        let timeout = fields.optional("timeoutSeconds", |node, errors| integer(node, errors, 1, 60));
        let attempts = fields.optional("attempts", |node, errors| integer(node, errors, 1, 10));
        fields.finish();
        Some(Self {
            name: name?,
            phases,
            call: call?,
            expect,
            timeout_seconds: timeout.and_then(|seconds| seconds.try_into().ok()).unwrap_or_else(ten),
            attempts: attempts.and_then(|attempts| attempts.try_into().ok()).unwrap_or_else(once),
        })
    }
}

fn name(node: &Node, errors: &mut Errors) -> Option<String> {
    let name = words(node, errors, 64)?;
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Some(name);
    }
    let remedy = "use letters, digits and hyphens".to_owned();
    errors.add(node.at, format_args!("{name:?} is no name of a probe"), Some(remedy));
    None
}

fn phases(node: &Node, errors: &mut Errors) -> Option<BTreeSet<ProbePhase>> {
    let words =
        [("BeforeAllowTraffic", ProbePhase::BeforeAllowTraffic), ("AfterAllowTraffic", ProbePhase::AfterAllowTraffic)];
    let phases = list(node, errors, |node, errors| choice(node, errors, "phase", &words))?;
    if node.items().is_empty() {
        errors.add(node.at, "a probe without phases is never made", Some("name a phase, or remove it".to_owned()));
        return None;
    }
    Some(phases.into_iter().collect())
}

impl Expectation {
    fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "what is expected");
        let status = fields.optional("status", |node, errors| integer(node, errors, 100, 599));
        let within = fields.optional("withinMilliseconds", |node, errors| integer(node, errors, 1, 60_000));
        let contains = fields.optional("contains", |node, errors| words(node, errors, 1_000));
        let json = fields.optional("json", pointers).unwrap_or_default();
        fields.finish();
        Some(Self {
            status: status.and_then(|status| status.try_into().ok()),
            within_milliseconds: within.and_then(|within| within.try_into().ok()),
            contains,
            json,
        })
    }
}

/// Values by JSON pointer (RFC 6901): empty, or beginning with a slash.
fn pointers(node: &Node, errors: &mut Errors) -> Option<BTreeMap<String, Value>> {
    if !matches!(node.kind, Kind::Mapping(_)) {
        errors.expected(node, "a mapping from JSON pointers to values");
        return None;
    }
    let mut values = BTreeMap::new();
    for entry in node.entries() {
        if !(entry.key.is_empty() || entry.key.starts_with('/')) {
            let remedy = format!("write /{}", entry.key);
            errors.add(entry.key_at, format_args!("{:?} is no JSON pointer", entry.key), Some(remedy));
        }
        values.extend(json(&entry.value, errors).map(|value| (entry.key.clone(), value)));
    }
    Some(values)
}
