//! `fitness`: the least fitness a release may have.

use std::collections::BTreeMap;

use serde::Serialize;

use super::read::score;
use crate::{
    check::Pillar,
    points::Score,
    source::{
        Node,
        read::{Errors, Fields},
    },
};

/// The least fitness a release may have, in total and per pillar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct FitnessLimits {
    /// The least total fitness, 0 to 100 with at most one decimal. A release below it halts.
    #[cfg_attr(feature = "cli", schemars(default = "least"))]
    pub minimum: Score,
    /// The least fitness of single pillars. A pillar named here of which nothing could be measured halts.
    #[cfg_attr(feature = "cli", schemars(default, schema_with = "super::schema::by_pillar"))]
    pub pillars: BTreeMap<Pillar, Score>,
}

/// See `default.yaml` for the reason.
const fn least() -> Score {
    Score::tenths(500)
}

impl Default for FitnessLimits {
    fn default() -> Self {
        Self { minimum: least(), pillars: BTreeMap::new() }
    }
}

impl FitnessLimits {
    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "fitness");
        let minimum = fields.optional("minimum", score).unwrap_or_else(least);
        let pillars = fields.optional("pillars", pillars).unwrap_or_default();
        fields.finish();
        Some(Self { minimum, pillars })
    }
}

fn pillars(node: &Node, errors: &mut Errors) -> Option<BTreeMap<Pillar, Score>> {
    let mut fields = Fields::of(node, errors, "fitness.pillars");
    let mut limits = BTreeMap::new();
    for pillar in Pillar::ALL {
        limits.extend(fields.optional(pillar.name(), score).map(|least| (pillar, least)));
    }
    fields.finish();
    Some(limits)
}
