//! `baseline`: how a release is compared with the last good one.

use serde::Serialize;

use super::{Severities, read::score};
use crate::{
    check::Severity,
    points::Score,
    source::{
        Node,
        read::{Errors, Fields, choice},
    },
};

/// How a release is compared with the last deployment that succeeded. Without one, none of it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct BaselineRules {
    /// By how much the total fitness may fall below the last good release's. 100 allows any drop.
    #[cfg_attr(feature = "cli", schemars(default = "drop"))]
    pub greatest_drop: Score,
    /// Severities of which a failure that the last good release did not have halts, besides `blocking`.
    #[cfg_attr(feature = "cli", schemars(default = "new_failures"))]
    pub new_failures: Severities,
    /// What a failure of a blocking severity does that the last good release had already.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub known_failures: KnownFailures,
    /// What happens when the last good release cannot be read: denied or throttled is not "none yet".
    #[cfg_attr(feature = "cli", schemars(default))]
    pub unknown: UnknownBaseline,
}

/// What a failure does that the last good release had already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum KnownFailures {
    /// It is reported: a ratchet, so that an old stack can improve release by release.
    #[default]
    Report,
    /// It halts like a new one.
    Block,
}

/// What happens when the last good release cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum UnknownBaseline {
    /// Halt: nobody can tell whether this release is worse.
    #[default]
    Block,
    /// Report it and judge the release as if it were the first: every blocking failure halts.
    Warn,
}

/// See `default.yaml` for the reason.
const fn drop() -> Score {
    Score::tenths(50)
}

fn new_failures() -> Severities {
    Severities::of([Severity::Critical, Severity::High, Severity::Medium])
}

impl Default for BaselineRules {
    fn default() -> Self {
        Self {
            greatest_drop: drop(),
            new_failures: new_failures(),
            known_failures: KnownFailures::default(),
            unknown: UnknownBaseline::default(),
        }
    }
}

impl BaselineRules {
    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "baseline");
        let rules = Self {
            greatest_drop: fields.optional("greatestDrop", score).unwrap_or_else(drop),
            new_failures: fields.optional("newFailures", Severities::read).unwrap_or_else(new_failures),
            known_failures: fields.optional("knownFailures", known).unwrap_or_default(),
            unknown: fields.optional("unknown", unknown).unwrap_or_default(),
        };
        fields.finish();
        Some(rules)
    }
}

fn known(node: &Node, errors: &mut Errors) -> Option<KnownFailures> {
    choice(node, errors, "action", &[("report", KnownFailures::Report), ("block", KnownFailures::Block)])
}

fn unknown(node: &Node, errors: &mut Errors) -> Option<UnknownBaseline> {
    choice(node, errors, "action", &[("block", UnknownBaseline::Block), ("warn", UnknownBaseline::Warn)])
}
