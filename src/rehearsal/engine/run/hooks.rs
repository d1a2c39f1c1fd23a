//! The hooks: invoked, waited for, believed.

use std::time::Duration;

use super::{Lifecycle, Outside, Run, Stage};
use crate::{
    event::{Answer, HookEvent, HookExecutionId, Phase},
    rehearsal::engine::{
        assumptions,
        effect::EffectKind,
        error::{ApiError, ErrorCode, Exception},
        shapes::LifecycleEventStatus,
        time::Time,
    },
};

/// A lifecycle event not completed by then fails (CodeDeploy limits). Nothing extends it.
const TO_COMPLETE: Duration = Duration::from_secs(3_600);

/// A lifecycle event not started by then fails (CodeDeploy limits).
const TO_START: Duration = Duration::from_secs(300);

/// How Lambda took an asynchronous invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invocation {
    /// The event is queued (202). Whether the function then works is another matter.
    Accepted,
    /// The role of the deployment group may not invoke it.
    Denied,
    /// There is no such function.
    NoFunction,
    /// Lambda did not take it for another reason.
    Throttled,
}

/// One execution of a hook.
#[derive(Debug, Clone)]
pub(super) struct Execution {
    id: HookExecutionId,
    phase: Phase,
    invoked: Time,
    accepted: bool,
    refusal: Option<Invocation>,
    completed: bool,
}

impl Execution {
    pub(super) fn deadline(&self) -> Time {
        self.invoked + if self.accepted { TO_COMPLETE } else { TO_START }
    }

    pub(super) fn complete(&mut self) {
        self.completed = true;
    }
}

impl Run {
    /// Invokes the hook of a phase; without one the event succeeds at once.
    pub(super) fn enter_hook(&mut self, phase: Phase, outside: &mut Outside<'_>) {
        self.set_event(phase.into(), LifecycleEventStatus::InProgress, outside);
        let Some(function) = self.hook(phase) else { return self.hook_succeeded(phase, outside) };
        self.stage = Stage::Hook(phase);
        if !self.order.group.may_invoke(&function) {
            return self.invoke_denied(phase, outside);
        }
        // Never refused: an id of ours is short and printable. If it were, the event could not be answered.
        let Ok(id) = HookExecutionId::new(format!("{}-{}", self.id, phase.name())) else {
            return self.fail(ErrorCode::InternalError, "There is no id for the execution of a hook.", outside);
        };
        let hook_event = HookEvent { deployment_id: self.id.clone(), execution_id: id.clone() };
        let execution = Execution { id, phase, invoked: outside.now, accepted: false, refusal: None, completed: false };
        self.executions.push(execution);
        self.emit(EffectKind::InvokeHook { phase, function, hook_event }, outside);
    }

    /// What became of the invocation. Late or repeated news changes nothing.
    ///
    /// # Errors
    /// `InvalidLifecycleEventHookExecutionIdException` for an execution that is none of this deployment's.
    pub(in crate::rehearsal::engine) fn invoked(
        &mut self,
        id: &HookExecutionId,
        outcome: Invocation,
        outside: &mut Outside<'_>,
    ) -> Result<(), ApiError> {
        let execution = self.execution(id.as_str())?;
        if execution.completed {
            return Ok(());
        }
        let phase = execution.phase;
        match outcome {
            Invocation::Accepted => execution.accepted = true,
            Invocation::Denied if !execution.accepted => self.invoke_denied(phase, outside),
            refused => execution.refusal = Some(refused),
        }
        Ok(())
    }

    /// A hook's report.
    ///
    /// # Errors
    /// `InvalidLifecycleEventHookExecutionIdException` for an execution that is none of this deployment's,
    /// `LifecycleEventAlreadyCompletedException` for a second report and for one that comes too late.
    pub(in crate::rehearsal::engine) fn report(
        &mut self,
        id: &str,
        answer: Answer,
        outside: &mut Outside<'_>,
    ) -> Result<HookExecutionId, ApiError> {
        let execution = self.execution(id)?;
        if execution.completed {
            let message = format!("the {} event of this execution is already completed", execution.phase.name());
            return Err(ApiError::new(Exception::LifecycleEventAlreadyCompleted, message));
        }
        execution.complete();
        let (id, phase) = (execution.id.clone(), execution.phase);
        match answer {
            Answer::Succeeded => self.hook_succeeded(phase, outside),
            Answer::Failed => self.hook_failed(phase, outside),
        }
        Ok(id)
    }

    /// Whether the time to start or to answer is over.
    pub(super) fn check_deadline(&mut self, phase: Phase, outside: &mut Outside<'_>) {
        let Some(execution) = self.executions.last().filter(|execution| execution.deadline() <= outside.now) else {
            return;
        };
        let name = phase.name();
        let message = match (execution.accepted, execution.refusal) {
            (true, _) => format!("The {name} hook did not report within 3600 seconds."),
            (false, Some(Invocation::NoFunction)) => {
                format!("The {name} hook did not start within 5 minutes: there is no such function.")
            }
            (false, _) => format!("The {name} hook did not start within 5 minutes."),
        };
        self.diagnose(phase.into(), assumptions::HOOK_TIMED_OUT, self.hook(phase), &message);
        self.fail(assumptions::TIME_OUT, &message, outside);
    }

    fn hook(&self, phase: Phase) -> Option<String> {
        let hooked = self.spec().filter(|_| self.order.rollback_of.is_none());
        hooked.and_then(|spec| spec.hooks.of(phase)).map(str::to_owned)
    }

    fn execution(&mut self, id: &str) -> Result<&mut Execution, ApiError> {
        let unknown = || {
            let message = format!("deployment {} has no such execution of a lifecycle event hook", self.id);
            ApiError::new(Exception::InvalidLifecycleEventHookExecutionId, message)
        };
        let error = unknown();
        self.executions.iter_mut().find(|execution| execution.id.as_str() == id).ok_or(error)
    }

    fn hook_succeeded(&mut self, phase: Phase, outside: &mut Outside<'_>) {
        self.set_event(phase.into(), LifecycleEventStatus::Succeeded, outside);
        match phase {
            Phase::BeforeAllowTraffic => self.begin_shift(outside),
            Phase::AfterAllowTraffic => self.succeed(outside),
        }
    }

    fn hook_failed(&mut self, phase: Phase, outside: &mut Outside<'_>) {
        let message = format!("The {} hook reported Failed.", phase.name());
        self.diagnose(phase.into(), assumptions::HOOK_FAILED, self.hook(phase), &message);
        let message = "The deployment failed because one or more of the lifecycle event validation functions failed.";
        self.fail(ErrorCode::HookExecutionFailure, message, outside);
    }

    fn invoke_denied(&mut self, phase: Phase, outside: &mut Outside<'_>) {
        let message = "The service role of the deployment group may not invoke the hook: its name does not begin with \
                       CodeDeployHook_ and no other grant covers it.";
        self.diagnose(Lifecycle::from(phase), assumptions::HOOK_FAILED, self.hook(phase), message);
        let message = "The IAM role of the deployment group does not give you permission to perform operations in the \
                       following AWS service: AWSLambda. Contact your AWS administrator if you need help. If you are \
                       an AWS administrator, you can grant permissions to your users or groups by creating IAM \
                       policies.";
        self.fail(ErrorCode::IamRolePermissions, message, outside);
    }
}
