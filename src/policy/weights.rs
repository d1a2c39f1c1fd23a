//! `weights`: how many points a check is worth.

use serde::Serialize;

use crate::{
    check::Severity,
    source::{
        Node,
        read::{Errors, Fields, integer},
    },
};

/// Points that a check is worth on each resource it applies to: 0 to 1,000. 0: reported, but not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Weight(#[cfg_attr(feature = "cli", schemars(range(max = 1000)))] u16);

impl Weight {
    /// The greatest weight.
    pub const MAX: u16 = 1_000;

    /// This many points, at most [`Weight::MAX`].
    pub const fn points(points: u16) -> Self {
        Self(if points > Self::MAX { Self::MAX } else { points })
    }

    /// The points.
    pub const fn get(self) -> u16 {
        self.0
    }

    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let points = integer(node, errors, 0, u64::from(Self::MAX))?;
        u16::try_from(points).ok().map(Self)
    }
}

/// Points by severity; a worse severity is never worth less than a milder one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields, default))]
pub struct Weights {
    /// A critical check: 10 points.
    pub critical: Weight,
    /// A high one: 5 points.
    pub high: Weight,
    /// A medium one: 2 points.
    pub medium: Weight,
    /// A low one: 1 point.
    pub low: Weight,
}

impl Default for Weights {
    fn default() -> Self {
        Self { critical: Weight(10), high: Weight(5), medium: Weight(2), low: Weight(1) }
    }
}

impl Weights {
    /// The points of a severity.
    pub fn of(&self, severity: Severity) -> Weight {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
        }
    }

    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "weights");
        let shipped = Self::default();
        let weights = Self {
            critical: fields.optional("critical", Weight::read).unwrap_or(shipped.critical),
            high: fields.optional("high", Weight::read).unwrap_or(shipped.high),
            medium: fields.optional("medium", Weight::read).unwrap_or(shipped.medium),
            low: fields.optional("low", Weight::read).unwrap_or(shipped.low),
        };
        fields.finish();
        for pair in Severity::ALL.windows(2) {
            let (worse, milder) = (weights.of(pair[0]).get(), weights.of(pair[1]).get());
            if worse < milder {
                let message = format!("{} ({milder}) outweighs {} ({worse})", pair[1], pair[0]);
                let remedy = format!("give {} at least {milder} points", pair[0]);
                errors.add(node.at, message, Some(remedy));
            }
        }
        Some(weights)
    }
}
