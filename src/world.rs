//! What the job needs from outside. Two implementations: AWS, and the rehearsal, which is also the test double.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;

use crate::{
    baseline::Baseline,
    deployment::Deployment,
    event::{Answer, HookEvent},
    facts::{Branch, Observed, Why},
    judgement::Judgement,
    need::Need,
    policy::Policy,
};

/// Everything outside: CodeDeploy, the stack, the policy, the history, and time.
///
/// A failed observation of one property is no error here but an [`Observed::Unknown`] among the facts;
/// an [`Outage`] is what leaves nothing to judge.
#[expect(async_fn_in_trait, reason = "a hook runs one job on one task; nothing asks for Send")]
pub trait World {
    /// Which deployment the event belongs to, and in which phase it is.
    async fn deployment(&self, event: &HookEvent) -> Result<Deployment, Outage>;

    /// What the owner of the stack wants. Where nothing is configured: the shipped policy.
    async fn policy(&self, deployment: &Deployment) -> Result<Policy, Outage>;

    /// Lists what the stack of the deployed function holds and looks at it, only as far as `needs` says.
    /// One step, so that the first resources are looked at while the last are still being listed.
    async fn observe(&self, deployment: &Deployment, needs: &BTreeSet<Need>) -> Result<Vec<Branch>, Outage>;

    /// The last deployment of this stack that succeeded. Asked for while the stack is observed.
    async fn baseline(&self, deployment: &Deployment) -> Observed<Baseline>;

    /// What whoever reads the report should know of how it came about: that the function belongs to no stack,
    /// that nothing is there to compare with. In the order in which it came up.
    fn remarks(&self) -> Vec<String>;

    /// Tells CodeDeploy. Called again when an attempt fails, never after one that arrived.
    async fn answer(&self, event: &HookEvent, answer: Answer) -> Result<(), Undelivered>;

    /// Makes known what was judged, or why nothing was: metrics and history. After the answer, and without
    /// influence on it.
    async fn publish(
        &self,
        event: &HookEvent,
        outcome: Result<&Judgement, &Mishap>,
        answer: Answer,
    ) -> Result<(), Outage>;

    /// Waits.
    async fn pause(&self, duration: Duration);

    /// The time of day, for dates in policy and catalogue.
    fn now(&self) -> Timestamp;
}

/// A step that could not be done at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot {step}: {why}")]
pub struct Outage {
    /// What was attempted, as an infinitive: `read the deployment d-1`.
    pub step: String,
    /// What stood in the way; for a denied call, with the action to grant.
    pub why: Why,
}

/// Why CodeDeploy did not take an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// `LifecycleEventAlreadyCompleted`: an answer is there already, an earlier attempt of ours for example.
    #[error("this lifecycle event has been answered before, or is over")]
    AlreadyCompleted,
    /// Worth another attempt: throttled, a server error, a lost connection, and a denied call while IAM
    /// propagates a new role's permissions.
    #[error("{0}; trying again")]
    ForNow(Why),
    /// Never going to work: no such deployment, no such lifecycle event.
    #[error("{0}")]
    ForGood(Why),
}

/// Why a hook came to no judgement, or a step after it to no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mishap {
    /// A step failed.
    #[error(transparent)]
    Outage(#[from] Outage),
    /// Our own code panicked, with this message.
    #[error("fitgate panicked: {0}; this is a defect of fitgate, please report it")]
    Panic(String),
    /// The time was up before there was a result.
    #[error("no result within {} s; allow the hook more time or observe less", .0.as_secs())]
    Deadline(Duration),
}
