//! The sort key of an item: when a deployment was created, which one it is, and the phase.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    deployment::Deployment,
    event::{DeploymentId, Phase},
};

/// `2026-06-01T12:00:00.000Z#d-7ZMITELGP#AfterAllowTraffic`: sorts by time, one item for each deployment and phase.
///
/// The time is CodeDeploy's `createTime`, so that every attempt of every hook of a deployment makes the same key.
/// It is cut to milliseconds, which is what CodeDeploy gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey {
    /// When CodeDeploy created the deployment.
    pub created: Timestamp,
    /// Which deployment.
    pub deployment: DeploymentId,
    /// Which of its hooks judged.
    pub phase: Phase,
}

/// Text that is no [`ItemKey`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no key of the history; it should be a time, a deployment id and a phase with # between")]
pub struct NoItemKey(String);

/// Fixed width, so that the order of the texts is the order of the times.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

impl ItemKey {
    /// The key of what is judged of `deployment`; none where CodeDeploy did not say when it was created, or said
    /// something outside of the years that four digits can write.
    pub fn of(deployment: &Deployment) -> Option<Self> {
        let created = Timestamp::from_millisecond(deployment.created?.as_millisecond()).ok()?;
        (created >= Timestamp::UNIX_EPOCH).then(|| Self {
            created,
            deployment: deployment.id.clone(),
            phase: deployment.phase,
        })
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let created = self.created.to_zoned(TimeZone::UTC);
        write!(f, "{}#{}#{}", created.strftime(TIME), self.deployment, self.phase.name())
    }
}

impl FromStr for ItemKey {
    type Err = NoItemKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut parts = text.split('#');
            let (created, deployment, phase) = (parts.next()?, parts.next()?, parts.next()?);
            let key = Self {
                created: created.parse().ok()?,
                deployment: deployment.parse().ok()?,
                phase: Phase::of_lifecycle_event(phase)?,
            };
            // Only what this program writes: another spelling of the time would sort elsewhere.
            (key.to_string() == text).then_some(key)
        };
        read().ok_or_else(|| NoItemKey(text.chars().take(100).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_time_and_read_back() {
        let written = [
            "1970-01-01T00:00:00.000Z#d-Z#BeforeAllowTraffic",
            "2026-06-01T12:00:00.000Z#d-B#BeforeAllowTraffic",
            "2026-06-01T12:00:00.001Z#d-A#AfterAllowTraffic",
            "2026-06-01T12:00:00.001Z#d-A#BeforeAllowTraffic",
            "9999-12-30T22:00:00.999Z#d-A#AfterAllowTraffic",
        ];
        assert!(written.is_sorted());
        let keys: Vec<ItemKey> = written.iter().map(|text| text.parse().unwrap()).collect();
        assert!(keys.is_sorted_by_key(|key| key.created));
        assert_eq!(keys.iter().map(ToString::to_string).collect::<Vec<_>>(), written);
    }

    #[test]
    fn anything_else_is_no_key() {
        let long = "x".repeat(10_000);
        let cases = [
            "",
            "#",
            "##",
            "d-A",
            "2026-06-01T12:00:00Z#d-A#BeforeAllowTraffic",
            "2026-06-01T14:00:00.000+02:00#d-A#BeforeAllowTraffic",
            "-002026-06-01T12:00:00.000Z#d-A#BeforeAllowTraffic",
            "2026-06-01T12:00:00.000Z#A#BeforeAllowTraffic",
            "2026-06-01T12:00:00.000Z#d-A#pre-traffic",
            "2026-06-01T12:00:00.000Z#d-A#AllowTraffic",
            "2026-06-01T12:00:00.000Z#d-A#BeforeAllowTraffic#",
            long.as_str(),
        ];
        for text in cases {
            let error = text.parse::<ItemKey>().unwrap_err().to_string();
            assert!(error.len() < 300 && error.contains("is no key of the history"), "{error}");
        }
    }
}
