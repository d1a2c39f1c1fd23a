//! `inconclusive`: what a finding does that nobody could judge.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    check::Severity,
    source::{
        Node,
        read::{Errors, Fields, choice, integer},
    },
};

/// What findings do that nobody could judge. None ever counts as a pass: they earn no points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct InconclusiveRules {
    /// What each of them does.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub action: InconclusiveAction,
    /// By severity, how many there may be: one more halts, whatever `action` says.
    #[cfg_attr(feature = "cli", schemars(default = "limits", schema_with = "super::schema::limits"))]
    pub limits: BTreeMap<Severity, u32>,
}

/// What an inconclusive finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum InconclusiveAction {
    /// Each one halts.
    Block,
    /// They are named among the reasons, and do not halt within the limits.
    #[default]
    Warn,
    /// They are counted and listed, and do not halt within the limits.
    Ignore,
}

/// See `default.yaml` for the reason.
fn limits() -> BTreeMap<Severity, u32> {
    BTreeMap::from([(Severity::Critical, 0)])
}

impl Default for InconclusiveRules {
    fn default() -> Self {
        Self { action: InconclusiveAction::default(), limits: limits() }
    }
}

impl InconclusiveRules {
    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "inconclusive");
        let action = fields.optional("action", action).unwrap_or_default();
        let limits = fields.optional("limits", read_limits).unwrap_or_else(limits);
        fields.finish();
        Some(Self { action, limits })
    }
}

fn action(node: &Node, errors: &mut Errors) -> Option<InconclusiveAction> {
    let actions = [
        ("block", InconclusiveAction::Block),
        ("warn", InconclusiveAction::Warn),
        ("ignore", InconclusiveAction::Ignore),
    ];
    choice(node, errors, "action", &actions)
}

fn read_limits(node: &Node, errors: &mut Errors) -> Option<BTreeMap<Severity, u32>> {
    let mut fields = Fields::of(node, errors, "inconclusive.limits");
    let mut limits = BTreeMap::new();
    for severity in Severity::ALL {
        let limit = fields.optional(severity.name(), |node, errors| integer(node, errors, 0, 1_000_000));
        limits.extend(limit.and_then(|limit| u32::try_from(limit).ok()).map(|limit| (severity, limit)));
    }
    fields.finish();
    Some(limits)
}
