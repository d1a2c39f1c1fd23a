//! Reports of hooks: who is believed, and what the rest are told.

use fitgate::{
    event::{DeploymentId, HookEvent},
    rehearsal::engine::{
        ApiError, DeploymentStatus, EffectKind, Engine, Exception, Invocation, LifecycleEventStatus, Time,
    },
};

use crate::stage::{Hook, Play, Stage};

/// A deployment whose first hook was invoked and has not answered.
fn waiting() -> (Stage, DeploymentId, HookEvent) {
    let mut stage = Stage::new(Play { before: Hook::Silent, after: Hook::Silent, ..Play::default() });
    let id = stage.create();
    stage.play_until(1);
    let event = last_invocation(&stage);
    (stage, id, event)
}

fn last_invocation(stage: &Stage) -> HookEvent {
    let invocations = stage.effects.iter().rev().filter_map(|effect| match &effect.kind {
        EffectKind::InvokeHook { hook_event, .. } => Some(hook_event.clone()),
        _ => None,
    });
    invocations.into_iter().next().unwrap_or_else(|| panic!("no hook was invoked"))
}

fn report(engine: &mut Engine, event: &HookEvent, status: &str) -> Result<String, ApiError> {
    let (id, execution) = (event.deployment_id.as_str(), event.execution_id.as_str());
    let output = engine.put_lifecycle_event_hook_execution_status(id, execution, status)?;
    Ok(output.lifecycle_event_hook_execution_id.as_str().to_owned())
}

#[test]
fn only_succeeded_and_failed_pass() {
    for status in ["Pending", "InProgress", "Skipped", "Unknown", "succeeded", "SUCCEEDED", "Success", ""] {
        let (mut stage, id, event) = waiting();
        let error = report(&mut stage.engine, &event, status).unwrap_err();
        assert_eq!(error.exception, Exception::InvalidLifecycleEventHookExecutionStatus, "{status}");
        assert_eq!(stage.info(&id).status, DeploymentStatus::InProgress, "{status}: nothing happened");
        assert!(report(&mut stage.engine, &event, "Succeeded").is_ok(), "{status}: a valid one still passes");
    }
}

#[test]
fn a_report_gives_back_the_execution_id() {
    let (mut stage, _, event) = waiting();
    assert_eq!(report(&mut stage.engine, &event, "Succeeded").as_deref(), Ok(event.execution_id.as_str()));
}

#[test]
fn wrong_ids_are_refused_and_change_nothing() {
    let cases = [
        ("", "x", Exception::DeploymentIdRequired),
        ("123", "x", Exception::InvalidDeploymentId),
        ("d-ü", "x", Exception::InvalidDeploymentId),
        ("d-UNKNOWN99", "x", Exception::DeploymentDoesNotExist),
        ("own", "", Exception::InvalidLifecycleEventHookExecutionId),
        ("own", "of somebody else", Exception::InvalidLifecycleEventHookExecutionId),
    ];
    for (deployment, execution, expected) in cases {
        let (mut stage, id, event) = waiting();
        let deployment = if deployment == "own" { id.as_str() } else { deployment };
        let result = stage.engine.put_lifecycle_event_hook_execution_status(deployment, execution, "Succeeded");
        assert_eq!(result.unwrap_err().exception, expected, "{deployment} {execution}");
        assert_eq!(stage.info(&id).status, DeploymentStatus::InProgress);
        assert!(report(&mut stage.engine, &event, "Succeeded").is_ok());
    }
}

#[test]
fn the_execution_of_another_deployment_is_unknown() {
    let (mut stage, id, event) = waiting();
    report(&mut stage.engine, &event, "Failed").unwrap();
    stage.play();
    let second = stage.create();
    stage.play_until(stage.engine.now().as_millis() / 1_000 + 1);
    let (id, execution) = (id.as_str(), last_invocation(&stage).execution_id);
    let error = stage.engine.put_lifecycle_event_hook_execution_status(id, execution.as_str(), "Failed").unwrap_err();
    assert_eq!(error.exception, Exception::InvalidLifecycleEventHookExecutionId);
    assert_eq!(stage.info(&second).status, DeploymentStatus::InProgress);
}

#[test]
fn the_first_report_counts_and_a_second_is_told_so() {
    for (first, second) in [("Succeeded", "Succeeded"), ("Succeeded", "Failed"), ("Failed", "Succeeded")] {
        let (mut stage, id, event) = waiting();
        report(&mut stage.engine, &event, first).unwrap();
        let before = stage.events(&id);
        let error = report(&mut stage.engine, &event, second).unwrap_err();
        assert_eq!(error.exception, Exception::LifecycleEventAlreadyCompleted, "{first}, {second}");
        assert_eq!(stage.events(&id), before, "{first}, {second}");
    }
}

#[test]
fn a_late_report_is_told_so() {
    // After the hour, after an alarm or a stop, and after the end.
    let (mut stage, id, event) = waiting();
    stage.engine.advance(Time::from_secs(3_601));
    let error = report(&mut stage.engine, &event, "Succeeded").unwrap_err();
    assert_eq!(error.exception, Exception::LifecycleEventAlreadyCompleted);
    assert_eq!(stage.info(&id).status, DeploymentStatus::Failed);

    let (mut stage, id, event) = waiting();
    stage.engine.stop_deployment(id.as_str(), None).unwrap();
    let error = report(&mut stage.engine, &event, "Succeeded").unwrap_err();
    assert_eq!(error.exception, Exception::LifecycleEventAlreadyCompleted);
    assert_eq!(stage.info(&id).status, DeploymentStatus::Stopped);
}

#[test]
fn an_execution_answers_for_its_own_phase_only() {
    let (mut stage, id, before) = waiting();
    report(&mut stage.engine, &before, "Succeeded").unwrap();
    stage.play_until(600);
    let after = last_invocation(&stage);
    assert_ne!(before.execution_id, after.execution_id);
    let error = report(&mut stage.engine, &before, "Failed").unwrap_err();
    assert_eq!(error.exception, Exception::LifecycleEventAlreadyCompleted);
    assert_eq!(stage.events(&id)[2], LifecycleEventStatus::InProgress);
    report(&mut stage.engine, &after, "Succeeded").unwrap();
    assert_eq!(stage.info(&id).status, DeploymentStatus::Succeeded);
}

#[test]
fn a_report_proves_that_the_hook_started() {
    let mut stage = Stage::new(Play { before: Hook::Unheard, ..Play::default() });
    let id = stage.create();
    stage.play_until(200);
    let event = last_invocation(&stage);
    report(&mut stage.engine, &event, "Succeeded").unwrap();
    assert_eq!(stage.events(&id)[0], LifecycleEventStatus::Succeeded);
}

#[test]
fn an_invocation_taken_late_but_in_time_has_its_hour() {
    let mut stage = Stage::new(Play { before: Hook::Unheard, ..Play::default() });
    let id = stage.create();
    stage.play_until(300);
    let event = last_invocation(&stage);
    stage.engine.hook_invoked(&event, Invocation::Throttled).unwrap();
    stage.engine.hook_invoked(&event, Invocation::Accepted).unwrap();
    stage.engine.hook_invoked(&event, Invocation::Denied).unwrap();
    stage.play();
    assert_eq!(stage.finished(&id), Some(3_601), "an hour from the invocation, and a refusal after it changes nothing");
    assert_eq!(stage.engine.hook_invoked(&event, Invocation::Accepted), Ok(()), "late news is let pass");
}

#[test]
fn a_hook_without_a_grant_is_not_invoked_at_all() {
    let mut stage = Stage::new(Play::default());
    let mut spec = stage.spec(3, 4);
    spec.hooks.before_allow_traffic = Some("my-hook".to_owned());
    let id = stage.create_from(&spec);
    stage.play();
    assert_eq!(stage.invocations(&id), 0);
    let error = stage.info(&id).error_information.unwrap();
    assert_eq!(error.code, fitgate::rehearsal::engine::ErrorCode::IamRolePermissions);
    let diagnostics = stage.target(&id).lambda_target.lifecycle_events[0].diagnostics.clone().unwrap();
    assert!(diagnostics.message.contains("its name does not begin with CodeDeployHook_"), "{}", diagnostics.message);
}
