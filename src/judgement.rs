//! What was found of a release, and what follows from it.

use crate::{
    baseline::Baseline, decide::Decision, deployment::Deployment, evaluate::Evaluation, facts::Observed,
    policy::Policy, score::Fitness,
};

/// A release, judged.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The deployment that was judged.
    pub deployment: Deployment,
    /// The policy it was judged by.
    pub policy: Policy,
    /// The findings.
    pub evaluation: Evaluation,
    /// The number.
    pub fitness: Fitness,
    /// The last good release, as far as it is known.
    pub baseline: Observed<Baseline>,
    /// Proceed or halt, with reasons.
    pub decision: Decision,
    /// What the reader of a report should know of how it came about.
    pub remarks: Vec<String>,
}
