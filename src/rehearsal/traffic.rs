//! Synthetic traffic: invocations of the alias, minute by minute, routed by its weights.
//!
//! Lambda routes each invocation by chance, so that few invocations see a share far from the weight:
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html>. The chance here is
//! seeded; the same scenario always sees the same invocations.

use serde::Serialize;

/// What callers do, and how often each version fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Invocations of the alias in each minute.
    pub per_minute: u32,
    /// The share of the current version's invocations that fail, 0 to 1.
    pub current_errors: f64,
    /// The share of the target version's invocations that fail, 0 to 1.
    pub target_errors: f64,
    /// The minute from which on the target version fails, counted from 1.
    pub target_errors_from: u64,
    /// What the chance starts from.
    pub seed: u64,
}

impl Default for Load {
    fn default() -> Self {
        Self { per_minute: 300, current_errors: 0.0, target_errors: 0.0, target_errors_from: 1, seed: 1 }
    }
}

/// What one minute saw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sample {
    /// The minute that ends here, counted from 1.
    pub minute: u64,
    /// The weight of the target version during the minute, 0 to 1: the expected share.
    pub expected_share: f64,
    /// Invocations of the current version.
    pub current: Count,
    /// Invocations of the target version.
    pub target: Count,
}

/// Invocations, and how many of them failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// All of them.
    pub invocations: u32,
    /// Those that failed.
    pub errors: u32,
}

impl Sample {
    /// The share of invocations that the target version really got, 0 to 1; `None` without invocations.
    pub fn observed_share(&self) -> Option<f64> {
        let all = self.current.invocations + self.target.invocations;
        (all > 0).then(|| f64::from(self.target.invocations) / f64::from(all))
    }
}

/// The callers, with their chance.
#[derive(Debug)]
pub struct Traffic {
    load: Load,
    chance: fastrand::Rng,
}

impl Traffic {
    /// Callers that produce this load.
    pub fn new(load: Load) -> Self {
        Self { load, chance: fastrand::Rng::with_seed(load.seed) }
    }

    /// A minute before the deployment: all of it on the current version, which fails as often as it does on average.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a u32")]
    pub fn before(&self) -> Sample {
        let invocations = self.load.per_minute;
        let errors = (f64::from(invocations) * self.load.current_errors.clamp(0.0, 1.0)).round() as u32;
        let current = Count { invocations, errors };
        Sample { minute: 0, expected_share: 0.0, current, target: Count::default() }
    }

    /// The invocations of the minute that ends as number `minute`, with the target at `weight` (0 to 1).
    pub fn minute(&mut self, minute: u64, weight: f64) -> Sample {
        let mut sample = Sample { minute, expected_share: weight, current: Count::default(), target: Count::default() };
        let target_errors = if minute < self.load.target_errors_from { 0.0 } else { self.load.target_errors };
        for _ in 0..self.load.per_minute {
            let (count, failing) = if self.chance.f64() < weight {
                (&mut sample.target, target_errors)
            } else {
                (&mut sample.current, self.load.current_errors)
            };
            count.invocations += 1;
            count.errors += u32::from(self.chance.f64() < failing);
        }
        sample
    }
}
