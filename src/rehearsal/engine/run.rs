//! One deployment: the state machine.
//!
//! ```text
//! Created ─ AwaitingAlarms ─ Hook(Before) ─ Shifting ─ Hook(After) ─ Ended
//!            (if there are)   (if there is)             (if there is)
//! ```
//!
//! Any stage may end the deployment; nothing leaves `Ended`.

mod alarms;
mod hooks;
mod shift;

use std::time::Duration;

use self::{alarms::Watch, hooks::Execution};
pub use self::{
    alarms::{AlarmPoll, AlarmReport, AlarmState, PollFailure},
    hooks::Invocation,
};
use super::{
    alias::Functions,
    assumptions,
    effect::{Effect, EffectKind},
    error::ErrorCode,
    group::{AlarmConfiguration, AutoRollbackConfiguration, AutoRollbackEvent, DeploymentGroup},
    shapes::{
        DeploymentCreator, DeploymentStatus, Diagnostics, ErrorInformation, LifecycleErrorCode, LifecycleEventStatus,
        RevisionLocation,
    },
    time::Time,
};
use crate::{
    deployment::{AppSpec, AppSpecError, Step, Strategy, Weight},
    event::{DeploymentId, Phase},
};

/// 48 hours for the shift and one for each hook (CodeDeploy limits).
pub(super) const MAX_DEPLOYMENT: Duration = Duration::from_secs(50 * 3_600);

/// What every message about a wrong AppSpec or alias begins with.
const INVALID_CONFIGURATION: &str = "The deployment failed because the AppSpec file that specifies the AWS Lambda \
                                     deployment configuration is missing or has an invalid configuration.";

/// What a deployment touches besides itself.
pub(super) struct Outside<'e> {
    pub(super) now: Time,
    pub(super) functions: &'e mut Functions,
    pub(super) effects: &'e mut Vec<Effect>,
}

/// What a deployment is created with.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) group: DeploymentGroup,
    pub(super) config: String,
    pub(super) strategy: Strategy,
    pub(super) revision: RevisionLocation,
    pub(super) spec: Result<AppSpec, AppSpecError>,
    pub(super) description: Option<String>,
    pub(super) creator: DeploymentCreator,
    pub(super) external_id: Option<String>,
    pub(super) auto_rollback: AutoRollbackConfiguration,
    pub(super) override_alarms: Option<AlarmConfiguration>,
    /// The deployment it undoes; such a one runs no hook, watches no alarm and is not rolled back itself.
    pub(super) rollback_of: Option<DeploymentId>,
}

/// A deployment and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) id: DeploymentId,
    pub(super) order: Order,
    pub(super) status: DeploymentStatus,
    pub(super) error: Option<ErrorInformation>,
    pub(super) created: Time,
    pub(super) started: Option<Time>,
    pub(super) completed: Option<Time>,
    pub(super) updated: Time,
    pub(super) events: [Event; 3],
    pub(super) weight: Weight,
    /// The deployment that undoes this one.
    pub(super) rollback: Option<DeploymentId>,
    stage: Stage,
    watch: Option<Watch>,
    executions: Vec<Execution>,
    /// Whether AppSpec and alias were found in order: only then "back" is a known place.
    validated: bool,
    /// Why it did not succeed, in the words of the rollback configuration.
    cause: Option<AutoRollbackEvent>,
    /// What the one who stopped it said about rolling back.
    rollback_wish: Option<bool>,
}

/// Where a deployment stands.
#[derive(Debug, Clone)]
enum Stage {
    Created { starts: Time },
    AwaitingAlarms,
    Hook(Phase),
    Shifting { began: Time, steps: Vec<Step>, next: usize },
    Ended,
}

/// One of the three events a target goes through.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) name: &'static str,
    pub(super) status: LifecycleEventStatus,
    pub(super) start: Option<Time>,
    pub(super) end: Option<Time>,
    pub(super) diagnostics: Option<Diagnostics>,
}

/// The place of an event in a target's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lifecycle {
    Before,
    Allow,
    After,
}

impl From<Phase> for Lifecycle {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::BeforeAllowTraffic => Self::Before,
            Phase::AfterAllowTraffic => Self::After,
        }
    }
}

impl Event {
    fn pending(name: &'static str) -> Self {
        Self { name, status: LifecycleEventStatus::Pending, start: None, end: None, diagnostics: None }
    }
}

impl Run {
    pub(super) fn new(id: DeploymentId, order: Order, now: Time) -> Self {
        let names = [Phase::BeforeAllowTraffic.name(), "AllowTraffic", Phase::AfterAllowTraffic.name()];
        Self {
            id,
            order,
            status: DeploymentStatus::Created,
            error: None,
            created: now,
            started: None,
            completed: None,
            updated: now,
            events: names.map(Event::pending),
            weight: Weight::NONE,
            rollback: None,
            stage: Stage::Created { starts: now + assumptions::START_DELAY },
            watch: None,
            executions: Vec::new(),
            validated: false,
            cause: None,
            rollback_wish: None,
        }
    }

    /// When something happens next by itself; `None` when it ended.
    pub(super) fn due(&self) -> Option<Time> {
        let stage = match &self.stage {
            Stage::Ended => return None,
            Stage::Created { starts } => Some(*starts),
            Stage::AwaitingAlarms => None,
            Stage::Hook(_) => self.executions.last().map(Execution::deadline),
            Stage::Shifting { began, steps, next } => steps.get(*next).map(|step| shift::moment(*began, *step)),
        };
        let poll = self.watch.as_ref().map(Watch::due);
        let last = self.started.map(|started| started + MAX_DEPLOYMENT);
        [stage, poll, last].into_iter().flatten().min()
    }

    /// Lets happen what is due now.
    pub(super) fn tick(&mut self, outside: &mut Outside<'_>) {
        if self.started.is_some_and(|started| started + MAX_DEPLOYMENT <= outside.now) {
            return self.fail(assumptions::TIME_OUT, "The deployment ran for 50 hours, the most there is.", outside);
        }
        match &self.stage {
            Stage::Created { starts } if *starts <= outside.now => self.start(outside),
            Stage::Hook(phase) => self.check_deadline(*phase, outside),
            Stage::Shifting { .. } => self.shift_what_is_due(outside),
            Stage::Created { .. } | Stage::AwaitingAlarms | Stage::Ended => {}
        }
        self.poll_if_due(outside);
    }

    /// Stops it on request. `rollback` overrides the configuration.
    pub(super) fn stop(&mut self, rollback: Option<bool>, outside: &mut Outside<'_>) {
        self.rollback_wish = rollback;
        let event = AutoRollbackEvent::DeploymentStopOnRequest;
        self.end_stopped(ErrorCode::ManualStop, assumptions::MANUAL_STOP.to_owned(), event, outside);
    }

    pub(super) fn is_active(&self) -> bool {
        !self.status.is_final()
    }

    pub(super) fn spec(&self) -> Option<&AppSpec> {
        self.order.spec.as_ref().ok()
    }

    /// Whether another deployment is to undo this one.
    pub(super) fn wants_rollback(&self) -> bool {
        let Some(cause) = self.cause else { return false };
        let known_way_back = self.validated || assumptions::REFUSED_IS_ROLLED_BACK;
        let wanted = self.rollback_wish.unwrap_or_else(|| self.order.auto_rollback.covers(cause));
        known_way_back && wanted && self.order.rollback_of.is_none()
    }

    fn start(&mut self, outside: &mut Outside<'_>) {
        self.started = Some(outside.now);
        self.status = DeploymentStatus::InProgress;
        self.emit(EffectKind::Started, outside);
        if let Err(refusal) = self.preflight(outside) {
            return self.end_failed(refusal, outside);
        }
        self.validated = true;
        if self.watch_alarms(outside) {
            self.stage = Stage::AwaitingAlarms;
        } else {
            self.begin(outside);
        }
    }

    /// The first thing that happens once the alarms, if any, are known to be quiet.
    fn begin(&mut self, outside: &mut Outside<'_>) {
        self.enter_hook(Phase::BeforeAllowTraffic, outside);
    }

    fn set_event(&mut self, which: Lifecycle, status: LifecycleEventStatus, outside: &mut Outside<'_>) {
        let event = &mut self.events[which as usize];
        event.status = status;
        let skipped = status == LifecycleEventStatus::Skipped;
        if event.start.is_none() && !skipped {
            event.start = Some(outside.now);
        }
        if status != LifecycleEventStatus::InProgress && !skipped {
            event.end = Some(outside.now);
        }
        self.updated = outside.now;
        let name = event.name;
        self.emit(EffectKind::LifecycleEvent { name, status }, outside);
    }

    fn diagnose(&mut self, which: Lifecycle, error_code: LifecycleErrorCode, script: Option<String>, message: &str) {
        let message = message.to_owned();
        let diagnostics = Diagnostics { error_code, script_name: script, message, log_tail: None };
        self.events[which as usize].diagnostics = Some(diagnostics);
    }

    fn succeed(&mut self, outside: &mut Outside<'_>) {
        self.end(DeploymentStatus::Succeeded, None, outside);
    }

    fn fail(&mut self, code: ErrorCode, message: &str, outside: &mut Outside<'_>) {
        self.end_failed(ErrorInformation { code, message: message.to_owned() }, outside);
    }

    fn end_failed(&mut self, error: ErrorInformation, outside: &mut Outside<'_>) {
        self.cause = Some(AutoRollbackEvent::DeploymentFailure);
        self.end(DeploymentStatus::Failed, Some(error), outside);
    }

    fn end_stopped(&mut self, code: ErrorCode, message: String, cause: AutoRollbackEvent, outside: &mut Outside<'_>) {
        self.cause = Some(cause);
        self.end(DeploymentStatus::Stopped, Some(ErrorInformation { code, message }), outside);
    }

    /// The only way into `Ended`. What was under way failed, what was to come is skipped.
    fn end(&mut self, status: DeploymentStatus, error: Option<ErrorInformation>, outside: &mut Outside<'_>) {
        for which in [Lifecycle::Before, Lifecycle::Allow, Lifecycle::After] {
            match self.events[which as usize].status {
                LifecycleEventStatus::InProgress => self.set_event(which, LifecycleEventStatus::Failed, outside),
                LifecycleEventStatus::Pending => self.set_event(which, LifecycleEventStatus::Skipped, outside),
                _ => {}
            }
        }
        for execution in &mut self.executions {
            execution.complete();
        }
        self.watch = None;
        self.stage = Stage::Ended;
        self.status = status;
        self.error = error;
        self.completed = Some(outside.now);
        self.updated = outside.now;
    }

    fn emit(&self, kind: EffectKind, outside: &mut Outside<'_>) {
        outside.effects.push(Effect { at: outside.now, deployment: self.id.clone(), kind });
    }
}
