//! What comes out of the engine: work for its driver, and news for a timeline.

use serde::Serialize;

use super::{
    alias::Alias,
    shapes::{DeploymentStatus, ErrorInformation, LifecycleEventStatus},
    time::Time,
};
use crate::{
    deployment::Weight,
    event::{DeploymentId, HookEvent, Phase},
};

/// Something that happened to a deployment, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// When.
    pub at: Time,
    /// To which deployment.
    pub deployment: DeploymentId,
    /// What.
    #[serde(flatten)]
    pub kind: EffectKind,
}

/// What happened. `PollAlarms` and `InvokeHook` ask the driver for something; the rest is news.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event")]
pub enum EffectKind {
    /// The deployment exists, and waits to start.
    Created {
        /// The deployment it undoes, for a rollback.
        rollback_of: Option<DeploymentId>,
    },
    /// *Start*: it runs.
    Started,
    /// Asks for the state of the alarms: answer with [`super::Engine::report_alarms`] before the next poll.
    PollAlarms {
        /// Their names, in the group's order.
        alarms: Vec<String>,
    },
    /// A lifecycle event changed its status.
    LifecycleEvent {
        /// `BeforeAllowTraffic`, `AllowTraffic` or `AfterAllowTraffic`.
        name: &'static str,
        /// Its new status.
        status: LifecycleEventStatus,
    },
    /// Asks for an asynchronous invocation: say with [`super::Engine::hook_invoked`] whether Lambda took it, run the
    /// function, and let it report with [`super::Engine::put_lifecycle_event_hook_execution_status`].
    InvokeHook {
        /// Which hook.
        phase: Phase,
        /// Its name or ARN, as the AppSpec has it.
        function: String,
        /// What to invoke it with.
        hook_event: HookEvent,
    },
    /// The alias sends its traffic elsewhere from now on.
    AliasUpdated {
        /// The function.
        function: String,
        /// The alias.
        alias: String,
        /// Where it points now.
        to: Alias,
        /// The share of the version this deployment is about.
        target_weight: Weight,
    },
    /// *End*: nothing happens to this deployment any more.
    Finished {
        /// `Succeeded`, `Failed` or `Stopped`.
        status: DeploymentStatus,
        /// Why, unless it succeeded.
        error: Option<ErrorInformation>,
        /// The deployment that undoes this one, if one does. It is created in the same moment.
        rollback: Option<DeploymentId>,
    },
}
