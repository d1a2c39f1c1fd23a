//! What the job needs from outside. Two implementations: AWS, and the rehearsal, which is also the test double.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;

use crate::{
    baseline::Baseline,
    deployment::Deployment,
    event::{Answer, HookEvent},
    facts::{Branch, Observed, StackIdentity, Why},
    inventory::ResourceRef,
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

    /// What the stack of the deployed function holds.
    async fn inventory(&self, deployment: &Deployment) -> Result<Inventory, Outage>;

    /// Looks at the resources, only as far as `needs` says.
    async fn observe(&self, inventory: &Inventory, needs: &BTreeSet<Need>) -> Result<Vec<Branch>, Outage>;

    /// The last deployment of this stack that succeeded.
    async fn baseline(&self, deployment: &Deployment) -> Observed<Baseline>;

    /// Tells CodeDeploy. Called again when an attempt fails, never after one that arrived.
    async fn answer(&self, event: &HookEvent, answer: Answer) -> Result<(), Undelivered>;

    /// Makes the judgement known: metrics and history. After the answer, and without influence on it.
    async fn publish(&self, event: &HookEvent, judgement: &Judgement, answer: Answer) -> Result<(), Outage>;

    /// Waits.
    async fn pause(&self, duration: Duration);

    /// The time of day, for dates in policy and catalogue.
    fn now(&self) -> Timestamp;
}

/// What one stack holds, nested stacks included, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// The stack; a function in no stack has an inventory of its own.
    pub stack: StackIdentity,
    /// The resources, in the order of the source.
    pub resources: Vec<ResourceRef>,
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
