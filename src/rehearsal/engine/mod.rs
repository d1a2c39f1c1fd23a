//! The local CodeDeploy: a pure state machine over virtual time.
//!
//! It reads no clock and does no I/O. A driver owns the time and the outside world:
//!
//! ```
//! use fitgate::deployment::{AppSpec, Version};
//! use fitgate::rehearsal::engine::{Alias, CreateDeploymentInput, DeploymentGroup, EffectKind, Engine, Invocation, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut engine = Engine::new(Settings::default());
//! for version in [3, 4] {
//!     engine.publish_version("fn", Version::new(version)?);
//! }
//! engine.set_alias("fn", "live", Alias::of(Version::new(3)?))?;
//! engine.create_deployment_group(DeploymentGroup::new("app", "group", "CodeDeployDefault.LambdaAllAtOnce"))?;
//! let spec = AppSpec::parse(r#"{"version": 0.0,
//!     "Resources": [{"fn": {"Type": "AWS::Lambda::Function", "Properties": {
//!         "Name": "fn", "Alias": "live", "CurrentVersion": "3", "TargetVersion": "4"}}}],
//!     "Hooks": [{"BeforeAllowTraffic": "CodeDeployHook_pre"}]}"#)?;
//! let id = engine.create_deployment(CreateDeploymentInput::of("app", "group", &spec))?.deployment_id;
//!
//! while let Some(next) = engine.next_wakeup() {
//!     engine.advance(next);
//!     for effect in engine.take_effects() {
//!         if let EffectKind::InvokeHook { hook_event, .. } = effect.kind {
//!             engine.hook_invoked(&hook_event, Invocation::Accepted)?;
//!             let execution = hook_event.execution_id.as_str();
//!             engine.put_lifecycle_event_hook_execution_status(id.as_str(), execution, "Succeeded")?;
//!         }
//!     }
//! }
//! assert_eq!(engine.alias("fn", "live")?.version, Version::new(4)?);
//! # Ok(())
//! # }
//! ```
//!
//! # Rules for a driver
//! - After every call, take the effects and act on them; then advance to [`Engine::next_wakeup`], never beyond it,
//!   unless nothing was to be done in between: an alarm poll that stays unanswered until the next one is a failed poll.
//! - Time moves only through [`Engine::advance`]; every other call happens now.
//! - What AWS does not document is decided in `assumptions.rs`, and nowhere else.

mod alias;
mod answers;
mod assumptions;
mod async_invoke;
mod create;
mod effect;
mod error;
mod group;
mod run;
mod shapes;
mod time;

use std::collections::BTreeMap;

use self::{
    alias::Functions,
    run::{Order, Outside, Run},
};
pub use self::{
    alias::{Additional, Alias, LambdaError},
    async_invoke::{AfterFailure, AsyncInvoke, AttemptFailure, Condition},
    effect::{Effect, EffectKind},
    error::{ApiError, ErrorCode, Exception},
    group::{Alarm, AlarmConfiguration, AutoRollbackConfiguration, AutoRollbackEvent, DeploymentGroup, MAX_ALARMS},
    run::{AlarmPoll, AlarmReport, AlarmState, Invocation, PollFailure},
    shapes::{
        BatchGetDeploymentTargetsOutput, CreateDeploymentInput, CreateDeploymentOutput, DeploymentCreator,
        DeploymentGroupInfo, DeploymentInfo, DeploymentOverview, DeploymentStatus, DeploymentStyle, DeploymentTarget,
        Diagnostics, ErrorInformation, GetApplicationRevisionOutput, GetDeploymentGroupOutput, GetDeploymentOutput,
        LambdaFunctionInfo, LambdaTarget, LastDeploymentInfo, LifecycleErrorCode, LifecycleEvent, LifecycleEventStatus,
        ListDeploymentTargetsOutput, PutLifecycleEventHookExecutionStatusOutput, RevisionContent, RevisionLocation,
        RollbackInfo, StopDeploymentOutput, TargetStatus, Timestamp,
    },
    time::Time,
};
use crate::{
    deployment::{Strategy, Version},
    event::{Answer, DeploymentId, HookEvent},
};

/// Where and when the local CodeDeploy pretends to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What [`Time::ZERO`] is in answers.
    pub epoch: Timestamp,
    /// The region in ARNs.
    pub region: String,
    /// The account in ARNs.
    pub account: String,
}

impl Default for Settings {
    /// 2000-01-01 in `us-east-1`, account 123456789012.
    fn default() -> Self {
        Self { epoch: Timestamp(946_684_800_000), region: "us-east-1".to_owned(), account: "123456789012".to_owned() }
    }
}

/// Application and group.
type GroupKey = (String, String);

/// The local CodeDeploy: functions with their aliases, deployment groups, deployments, and the time.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    settings: Settings,
    now: Time,
    functions: Functions,
    groups: BTreeMap<GroupKey, DeploymentGroup>,
    configs: BTreeMap<String, Strategy>,
    runs: BTreeMap<DeploymentId, Run>,
    /// In the order in which they were created.
    created: Vec<DeploymentId>,
    effects: Vec<Effect>,
}

impl Engine {
    /// An empty CodeDeploy at [`Time::ZERO`].
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// The present moment.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When something happens next by itself; `None` when no deployment runs.
    pub fn next_wakeup(&self) -> Option<Time> {
        self.runs.values().filter_map(Run::due).min().map(|due| due.max(self.now))
    }

    /// Moves the time forward to `to` and lets happen what is due until then, each at its own moment.
    /// An earlier moment than the present changes nothing.
    pub fn advance(&mut self, to: Time) {
        while let Some((due, id)) = self.next_due().filter(|(due, _)| *due <= to) {
            self.now = self.now.max(due);
            self.with_run(&id, |run, outside| run.tick(outside));
        }
        self.now = self.now.max(to);
    }

    /// What happened since the last time this was called, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The ids of all deployments, rollbacks included, in the order in which they were created.
    pub fn deployments(&self) -> &[DeploymentId] {
        &self.created
    }

    /// Publishes a version of a function; the function exists from its first version on.
    pub fn publish_version(&mut self, function: &str, version: Version) {
        self.functions.publish(function, version);
    }

    /// Creates or changes an alias, as `UpdateAlias` does: also to clear weights that a stopped deployment left.
    ///
    /// # Errors
    /// The function, or a version, does not exist.
    pub fn set_alias(&mut self, function: &str, alias: &str, to: Alias) -> Result<(), LambdaError> {
        self.functions.set_alias(function, alias, to)
    }

    /// Where an alias sends its traffic now.
    ///
    /// # Errors
    /// There is no such function or alias.
    pub fn alias(&self, function: &str, alias: &str) -> Result<Alias, LambdaError> {
        self.functions.alias(function, alias)
    }

    /// Says how Lambda took the invocation that [`EffectKind::InvokeHook`] asked for.
    ///
    /// # Errors
    /// The event names no deployment or no execution of this engine.
    pub fn hook_invoked(&mut self, event: &HookEvent, outcome: Invocation) -> Result<(), ApiError> {
        let id = self.known(event.deployment_id.as_str())?;
        self.with_run(&id, |run, outside| run.invoked(&event.execution_id, outcome, outside))
            .unwrap_or_else(|| Err(answers::no_such_deployment(id.as_str())))
    }

    /// `PutLifecycleEventHookExecutionStatus`: a hook's report.
    ///
    /// # Errors
    /// As in the service model: an unknown deployment or execution, a status other than `Succeeded` and `Failed`,
    /// an event that is completed already.
    pub fn put_lifecycle_event_hook_execution_status(
        &mut self,
        deployment_id: &str,
        lifecycle_event_hook_execution_id: &str,
        status: &str,
    ) -> Result<PutLifecycleEventHookExecutionStatusOutput, ApiError> {
        let id = self.known(deployment_id)?;
        let answer = Answer::named(status).ok_or_else(|| {
            let message = "the status of a lifecycle event hook is Succeeded or Failed";
            ApiError::new(Exception::InvalidLifecycleEventHookExecutionStatus, message)
        })?;
        let reported =
            self.with_run(&id, |run, outside| run.report(lifecycle_event_hook_execution_id, answer, outside));
        let execution = reported.unwrap_or_else(|| Err(answers::no_such_deployment(id.as_str())))?;
        Ok(PutLifecycleEventHookExecutionStatusOutput { lifecycle_event_hook_execution_id: execution })
    }

    /// Answers [`EffectKind::PollAlarms`]; a driver may also say on its own that an alarm changed.
    ///
    /// # Errors
    /// There is no such deployment.
    pub fn report_alarms(&mut self, deployment: &DeploymentId, poll: &AlarmPoll) -> Result<AlarmReport, ApiError> {
        let id = self.known(deployment.as_str())?;
        Ok(self.with_run(&id, |run, outside| run.alarms(poll, outside)).unwrap_or(AlarmReport::NotWatching))
    }

    /// `StopDeployment`. `auto_rollback_enabled` overrides the configured rollback on request, either way.
    /// Without a rollback the alias keeps its weights, and deployments fail until they are cleared.
    ///
    /// # Errors
    /// An unknown deployment, or one that is completed already.
    pub fn stop_deployment(
        &mut self,
        deployment_id: &str,
        auto_rollback_enabled: Option<bool>,
    ) -> Result<StopDeploymentOutput, ApiError> {
        let id = self.known(deployment_id)?;
        let stopped = self.with_run(&id, |run, outside| {
            let active = run.is_active();
            if active {
                run.stop(auto_rollback_enabled, outside);
            }
            active
        });
        if stopped != Some(true) {
            let message = format!("deployment {id} is already complete");
            return Err(ApiError::new(Exception::DeploymentAlreadyCompleted, message));
        }
        let status_message = "The deployment is stopped; no further step is scheduled.".to_owned();
        Ok(StopDeploymentOutput { status: "Succeeded".to_owned(), status_message })
    }

    /// Lets something happen to a deployment, and settles it if that was its end.
    fn with_run<T>(&mut self, id: &DeploymentId, act: impl FnOnce(&mut Run, &mut Outside<'_>) -> T) -> Option<T> {
        let run = self.runs.get_mut(id)?;
        let was_active = run.is_active();
        let mut outside = Outside { now: self.now, functions: &mut self.functions, effects: &mut self.effects };
        let result = act(run, &mut outside);
        if was_active && !run.is_active() {
            self.settle(id);
        }
        Some(result)
    }

    /// Announces the end of a deployment, and creates the rollback it calls for.
    fn settle(&mut self, id: &DeploymentId) {
        let Some(run) = self.runs.get(id) else { return };
        let undo = if run.wants_rollback() { create::rollback_of(run) } else { None };
        let (status, error) = (run.status, run.error.clone());
        let rollback = undo.and_then(|order| Some((self.free_id()?, order)));
        let rollback_id = rollback.as_ref().map(|(id, _)| id.clone());
        let kind = EffectKind::Finished { status, error, rollback: rollback_id.clone() };
        self.effects.push(Effect { at: self.now, deployment: id.clone(), kind });
        if let Some((rollback_id, order)) = rollback {
            self.add(rollback_id, order);
        }
        if let Some(run) = self.runs.get_mut(id) {
            run.rollback = rollback_id;
        }
    }

    fn add(&mut self, id: DeploymentId, order: Order) {
        let kind = EffectKind::Created { rollback_of: order.rollback_of.clone() };
        self.effects.push(Effect { at: self.now, deployment: id.clone(), kind });
        self.created.push(id.clone());
        self.runs.insert(id.clone(), Run::new(id, order, self.now));
    }

    fn next_due(&self) -> Option<(Time, DeploymentId)> {
        let due = self.created.iter().filter_map(|id| Some((self.runs.get(id)?.due()?, id)));
        due.min_by_key(|(due, _)| *due).map(|(due, id)| (due, id.clone()))
    }
}
