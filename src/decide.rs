//! From an evaluation and its fitness to a decision: proceed or halt, with reasons that cite findings.
//!
//! # The rules
//! 1. *Measured*: where nothing was measured, halt. No measurement is no success.
//! 2. *Limits*: a fitness below the minimum halts, in total or in a pillar that has a minimum.
//! 3. *Failures*: without a baseline, each failure of a blocking severity halts.
//! 4. *Ratchet*: with a baseline, a failure that it had already is reported (or halts, if policy says so).
//!    A failure that it did not have halts if its severity is among `blocking` or `newFailures`; whatever
//!    got worse (a pass, a partial, an inconclusive or an exempted finding that fails now) is such a failure.
//!    A check that the last good release was not asked cannot tell old from new: rule 3 applies to it.
//! 5. *Drop*: a fitness that fell by more than policy allows halts, measured by the checks that both
//!    releases were asked.
//! 6. *Ignorance*: inconclusive findings halt as policy says. A baseline that cannot be read is not "none
//!    yet": it halts unless policy says to warn; then rule 3 applies.
//!
//! In observe mode the outcome is `Proceed`, and the decision says that it would have halted.
//!
//! Never reads a clock, never does any I/O.

mod reason;
mod rules;

use serde::Serialize;

use crate::{
    baseline::Baseline,
    evaluate::Evaluation,
    facts::Observed,
    policy::{Mode, Policy},
    score::Fitness,
};
pub use reason::{Cause, Citation, Reason, Said};

/// What follows from an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What is to happen.
    pub outcome: Outcome,
    /// Whether it would have been a halt if policy did not only observe.
    pub would_halt: bool,
    /// Why: first what halts, then what is to be known besides.
    pub reasons: Vec<Reason>,
}

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// The release goes on.
    Proceed,
    /// It does not.
    Halt,
}

impl Decision {
    /// Whether the release goes on.
    pub fn proceeds(&self) -> bool {
        self.outcome == Outcome::Proceed
    }

    /// What halts, or would have halted: `Unknown` where only ignorance does, so that more permissions or
    /// parameters may be all that is missing. None where nothing halts.
    pub fn cause(&self) -> Option<Cause> {
        let mut halting = self.reasons.iter().filter(|reason| reason.halts).peekable();
        halting.peek()?;
        let known = halting.any(|reason| reason.cause() == Cause::Findings);
        Some(if known { Cause::Findings } else { Cause::Unknown })
    }
}

/// Decides.
///
/// `baseline` is `Absent` where there was no release before.
pub fn decide(evaluation: &Evaluation, fitness: &Fitness, baseline: &Observed<Baseline>, policy: &Policy) -> Decision {
    let mut reasons = rules::measured(evaluation, fitness);
    reasons.extend(rules::limits(evaluation, fitness, policy));
    match baseline {
        Observed::Present(baseline) => {
            reasons.extend(rules::ratchet(evaluation, baseline, policy));
            reasons.extend(rules::drop(evaluation, baseline, policy));
        }
        Observed::Absent => reasons.extend(rules::failures(evaluation, policy)),
        Observed::Unknown(why) => {
            reasons.extend(rules::failures(evaluation, policy));
            reasons.push(rules::baseline_unknown(why, policy));
        }
    }
    reasons.extend(rules::ignorance(evaluation, policy));
    // Stable: among those that halt, and among the others, the order of the rules.
    reasons.sort_by_key(|reason| !reason.halts);
    let would_halt = reasons.iter().any(|reason| reason.halts);
    let halts = would_halt && policy.mode == Mode::Enforce;
    Decision { outcome: if halts { Outcome::Halt } else { Outcome::Proceed }, would_halt, reasons }
}
