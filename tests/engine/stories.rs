//! Whole deployments from version 3 to version 4, one row for each way they can go.
//!
//! A deployment is created at second 0 and starts at second 1; with hooks that answer after two seconds the shift
//! begins at second 3.

use fitgate::rehearsal::engine::{
    AlarmState,
    AutoRollbackEvent::{DeploymentFailure, DeploymentStopOnAlarm, DeploymentStopOnRequest},
    DeploymentCreator, DeploymentStatus, ErrorCode, Invocation, LifecycleEventStatus, PollFailure,
};

use crate::stage::{CloudWatch, Hook, Play, Stage};

const YES: Hook = Hook::Reports("Succeeded", 2);
const NO: Hook = Hook::Reports("Failed", 2);

/// One way a deployment goes.
struct Story {
    name: &'static str,
    play: Play,
    /// How it ends, and in which second.
    ends: (DeploymentStatus, u64),
    code: Option<ErrorCode>,
    /// The first letters of the three events' statuses.
    events: &'static str,
    /// How far the target came, in percent.
    reached: u8,
    /// Whether a rollback followed.
    rolled_back: bool,
    /// Where the alias points in the end.
    alias: &'static str,
}

fn linear() -> Play {
    Play::default()
}

fn canary() -> Play {
    Play { config: "Canary10Percent5Minutes", ..Play::default() }
}

fn at_once() -> Play {
    Play { config: "AllAtOnce", ..Play::default() }
}

fn watched(cloudwatch: CloudWatch) -> Play {
    Play { cloudwatch, ..canary() }
}

fn stories() -> Vec<Story> {
    use DeploymentStatus::{Failed, Stopped, Succeeded};
    use ErrorCode::{
        AlarmActive, HookExecutionFailure, IamRolePermissions, InternalError, ManualStop, Throttled, Timeout,
    };
    let succeeds = |name, play, second| Story {
        name,
        play,
        ends: (Succeeded, second),
        code: None,
        events: "SSS",
        reached: 100,
        rolled_back: false,
        alias: "4",
    };
    let fails = |name, play, ends, code, events, reached| Story {
        name,
        play,
        ends,
        code: Some(code),
        events,
        reached,
        rolled_back: true,
        alias: "3",
    };
    vec![
        // The strategies. The linear one takes 9 minutes between the first and the last of ten shifts.
        succeeds("linear", linear(), 1 + 2 + 540 + 2),
        succeeds("canary", canary(), 1 + 2 + 300 + 2),
        succeeds("all at once", at_once(), 1 + 2 + 2),
        succeeds("no hook at all", Play { before: Hook::Absent, after: Hook::Absent, ..canary() }, 1 + 300),
        succeeds("one hook, before", Play { after: Hook::Absent, ..canary() }, 1 + 2 + 300),
        succeeds("one hook, after", Play { before: Hook::Absent, ..canary() }, 1 + 300 + 2),
        succeeds("the last second counts", Play { before: Hook::Reports("Succeeded", 3_599), ..at_once() }, 3_602),
        // Hooks.
        fails("before says Failed", Play { before: NO, ..linear() }, (Failed, 3), HookExecutionFailure, "FKK", 0),
        fails("after says Failed", Play { after: NO, ..linear() }, (Failed, 545), HookExecutionFailure, "SSF", 100),
        fails("before is silent", Play { before: Hook::Silent, ..linear() }, (Failed, 3_601), Timeout, "FKK", 0),
        fails("after is silent", Play { after: Hook::Silent, ..canary() }, (Failed, 3_903), Timeout, "SSF", 100),
        fails(
            "an answer after an hour is late",
            Play { before: Hook::Reports("Succeeded", 3_601), ..linear() },
            (Failed, 3_601),
            Timeout,
            "FKK",
            0,
        ),
        fails("before does not start", Play { before: Hook::Unheard, ..linear() }, (Failed, 301), Timeout, "FKK", 0),
        fails("after does not start", Play { after: Hook::Unheard, ..at_once() }, (Failed, 303), Timeout, "SSF", 100),
        fails(
            "there is no such hook",
            Play { before: Hook::Refused(Invocation::NoFunction), ..linear() },
            (Failed, 301),
            Timeout,
            "FKK",
            0,
        ),
        fails(
            "the hook is throttled for good",
            Play { before: Hook::Refused(Invocation::Throttled), ..linear() },
            (Failed, 301),
            Timeout,
            "FKK",
            0,
        ),
        fails(
            "the role may not invoke the hook",
            Play { before: Hook::Refused(Invocation::Denied), ..linear() },
            (Failed, 1),
            IamRolePermissions,
            "FKK",
            0,
        ),
        fails(
            "a status that is none fails nobody, the hour does",
            Play { before: Hook::Reports("Skipped", 2), ..linear() },
            (Failed, 3_601),
            Timeout,
            "FKK",
            0,
        ),
        // Alarms: polled every ten seconds from second 1 on.
        succeeds("quiet alarms", watched(CloudWatch::Quiet), 305),
        succeeds("no data", watched(CloudWatch::From(0, AlarmState::InsufficientData)), 305),
        fails(
            "an alarm during the shift",
            watched(CloudWatch::From(100, AlarmState::Alarm)),
            (Stopped, 101),
            AlarmActive,
            "SFK",
            10,
        ),
        fails(
            "an alarm already active",
            watched(CloudWatch::From(0, AlarmState::Alarm)),
            (Stopped, 1),
            AlarmActive,
            "KKK",
            0,
        ),
        fails(
            "an alarm during the first hook",
            Play { before: Hook::Reports("Succeeded", 600), ..watched(CloudWatch::From(100, AlarmState::Alarm)) },
            (Stopped, 101),
            AlarmActive,
            "FKK",
            0,
        ),
        fails(
            "an alarm during the second hook",
            Play { after: Hook::Reports("Succeeded", 600), ..watched(CloudWatch::From(400, AlarmState::Alarm)) },
            (Stopped, 401),
            AlarmActive,
            "SSF",
            100,
        ),
        fails(
            "polls are denied",
            watched(CloudWatch::FailsFrom(100, PollFailure::Denied)),
            (Stopped, 101),
            IamRolePermissions,
            "SFK",
            10,
        ),
        fails(
            "polls are throttled from the start",
            watched(CloudWatch::FailsFrom(0, PollFailure::Throttled)),
            (Stopped, 1),
            Throttled,
            "KKK",
            0,
        ),
        fails("polls stay unanswered", watched(CloudWatch::DeafFrom(100)), (Stopped, 111), InternalError, "SFK", 10),
        fails(
            "the first poll stays unanswered",
            watched(CloudWatch::DeafFrom(0)),
            (Stopped, 11),
            InternalError,
            "KKK",
            0,
        ),
        fails("an alarm that does not exist", watched(CloudWatch::Unknown), (Stopped, 1), InternalError, "KKK", 0),
        succeeds(
            "failing polls are ignored on request",
            Play { ignore_poll_failure: true, ..watched(CloudWatch::FailsFrom(0, PollFailure::Unavailable)) },
            305,
        ),
        succeeds(
            "deaf polls are ignored on request",
            Play { ignore_poll_failure: true, ..watched(CloudWatch::DeafFrom(100)) },
            305,
        ),
        // Stops.
        fails(
            "stopped with rollback",
            Play { stop: Some((70, Some(true))), ..linear() },
            (Stopped, 70),
            ManualStop,
            "SFK",
            20,
        ),
        fails(
            "stopped as configured",
            Play { stop: Some((70, None)), ..linear() },
            (Stopped, 70),
            ManualStop,
            "SFK",
            20,
        ),
        Story {
            rolled_back: false,
            alias: "3+4:20%",
            ..fails(
                "stopped without rollback",
                Play { stop: Some((70, Some(false))), ..linear() },
                (Stopped, 70),
                ManualStop,
                "SFK",
                20,
            )
        },
        fails(
            "stopped with rollback though none is configured",
            Play { stop: Some((70, Some(true))), rollback: &[], ..linear() },
            (Stopped, 70),
            ManualStop,
            "SFK",
            20,
        ),
        fails(
            "stopped during the first hook",
            Play { before: Hook::Silent, stop: Some((70, None)), ..linear() },
            (Stopped, 70),
            ManualStop,
            "FKK",
            0,
        ),
        // Rollback only where the group says so.
        Story {
            rolled_back: false,
            alias: "4",
            ..fails(
                "after says Failed, and nothing is rolled back",
                Play { after: NO, rollback: &[DeploymentStopOnAlarm, DeploymentStopOnRequest], ..at_once() },
                (Failed, 5),
                HookExecutionFailure,
                "SSF",
                100,
            )
        },
        Story {
            rolled_back: false,
            alias: "3+4:10%",
            ..fails(
                "an alarm, and nothing is rolled back",
                Play {
                    rollback: &[DeploymentFailure, DeploymentStopOnRequest],
                    ..watched(CloudWatch::From(100, AlarmState::Alarm))
                },
                (Stopped, 101),
                AlarmActive,
                "SFK",
                10,
            )
        },
        Story {
            rolled_back: false,
            alias: "3+4:20%",
            ..fails(
                "a stop, and nothing is rolled back",
                Play { stop: Some((70, None)), rollback: &[DeploymentFailure, DeploymentStopOnAlarm], ..linear() },
                (Stopped, 70),
                ManualStop,
                "SFK",
                20,
            )
        },
        Story {
            rolled_back: false,
            ..fails(
                "before says Failed, and nothing is rolled back",
                Play { before: NO, rollback: &[], ..linear() },
                (Failed, 3),
                HookExecutionFailure,
                "FKK",
                0,
            )
        },
        succeeds("yes twice", Play { before: YES, after: YES, ..at_once() }, 5),
    ]
}

/// S for Succeeded, F for Failed, K for Skipped, P for Pending, I for InProgress.
fn letters(events: &[LifecycleEventStatus]) -> String {
    let letter = |status: &LifecycleEventStatus| match status {
        LifecycleEventStatus::Succeeded => 'S',
        LifecycleEventStatus::Failed => 'F',
        LifecycleEventStatus::Skipped => 'K',
        LifecycleEventStatus::Pending => 'P',
        LifecycleEventStatus::InProgress => 'I',
        LifecycleEventStatus::Unknown => 'U',
    };
    events.iter().map(letter).collect()
}

#[test]
fn every_deployment_ends_as_told() {
    for story in stories() {
        let name = story.name;
        let mut stage = Stage::new(story.play);
        let id = stage.create();
        stage.play();
        let info = stage.info(&id);
        assert_eq!((info.status, stage.finished(&id)), (story.ends.0, Some(story.ends.1)), "{name}");
        assert_eq!(info.error_information.as_ref().map(|error| error.code), story.code, "{name}");
        assert_eq!(letters(&stage.events(&id)), story.events, "{name}");
        assert_eq!(stage.shifts(&id).last().map_or(0, |shift| shift.1), story.reached, "{name}");
        assert_eq!(stage.alias(), story.alias, "{name}");
        assert_eq!(stage.engine.deployments().len(), if story.rolled_back { 2 } else { 1 }, "{name}");
        if story.rolled_back {
            check_rollback(name, &stage);
        } else {
            assert_eq!(info.rollback_info, None, "{name}");
        }
    }
}

/// Seen live: two seconds, no hook, and the alarm that rings does not stop it.
fn check_rollback(name: &str, stage: &Stage) {
    let [undone, rollback] = stage.engine.deployments() else { panic!("{name}: two deployments") };
    let (first, second) = (stage.info(undone), stage.info(rollback));
    assert_eq!(second.status, DeploymentStatus::Succeeded, "{name}");
    assert_eq!(second.creator, DeploymentCreator::CodeDeployRollback, "{name}");
    assert_eq!(letters(&stage.events(rollback)), "SSS", "{name}");
    assert_eq!(stage.invocations(rollback), 0, "{name}: a rollback asks nobody");
    let begun = stage.finished(undone).unwrap();
    assert_eq!(stage.shifts(rollback), [(begun + 1, 100)], "{name}: at once");
    let links = [first.rollback_info.unwrap(), second.rollback_info.unwrap()];
    assert_eq!(links[0].rollback_deployment_id.as_ref(), Some(rollback), "{name}");
    assert_eq!(links[0].rollback_triggering_deployment_id, None, "{name}");
    assert_eq!(links[1].rollback_triggering_deployment_id.as_ref(), Some(undone), "{name}");
    assert_eq!(links[1].rollback_deployment_id, None, "{name}");
    let message =
        format!("Deployment {undone} terminated. Automatic rollback is triggered with a DeploymentId {rollback}.");
    assert_eq!(links[0].rollback_message, message, "{name}");
    let message = format!("Deployment {rollback} is triggered to roll back deployment {undone}.");
    assert_eq!(links[1].rollback_message, message, "{name}");
}

#[test]
fn a_linear_shift_takes_ten_steps() {
    let mut stage = Stage::new(linear());
    let id = stage.create();
    stage.play();
    let expected: Vec<_> = (0..10_u8).map(|step| (3 + u64::from(step) * 60, (step + 1) * 10)).collect();
    assert_eq!(stage.shifts(&id), expected);
}

#[test]
fn the_alias_keeps_its_version_until_the_last_step() {
    let mut stage = Stage::new(linear());
    stage.create();
    for (second, alias) in
        [(0, "3"), (2, "3"), (3, "3+4:10%"), (62, "3+4:10%"), (63, "3+4:20%"), (542, "3+4:90%"), (543, "4")]
    {
        stage.play_until(second);
        assert_eq!(stage.alias(), alias, "second {second}");
    }
}

#[test]
fn the_messages_are_those_of_codedeploy() {
    let cases = [
        (
            Play { before: NO, ..linear() },
            "The deployment failed because one or more of the lifecycle event validation functions failed.",
        ),
        (
            watched(CloudWatch::From(0, AlarmState::Alarm)),
            "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the \
             affected deployments have been stopped. Activated alarms: <errors>",
        ),
        (
            Play { before: Hook::Refused(Invocation::Denied), ..linear() },
            "does not give you permission to perform operations in the following AWS service: AWSLambda.",
        ),
    ];
    for (play, expected) in cases {
        let mut stage = Stage::new(play);
        let id = stage.create();
        stage.play();
        let message = stage.info(&id).error_information.unwrap().message;
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn diagnostics_name_the_hook_that_failed() {
    use fitgate::rehearsal::engine::LifecycleErrorCode::{ScriptTimedOut, UnknownError};
    let cases = [
        (
            Play { before: NO, ..linear() },
            0,
            UnknownError,
            "CodeDeployHook_pre",
            "BeforeAllowTraffic hook reported Failed",
        ),
        (
            Play { after: NO, ..linear() },
            2,
            UnknownError,
            "CodeDeployHook_post",
            "AfterAllowTraffic hook reported Failed",
        ),
        (Play { before: Hook::Silent, ..linear() }, 0, ScriptTimedOut, "CodeDeployHook_pre", "within 3600 seconds"),
        (Play { before: Hook::Unheard, ..linear() }, 0, ScriptTimedOut, "CodeDeployHook_pre", "within 5 minutes"),
        (
            Play { before: Hook::Refused(Invocation::NoFunction), ..linear() },
            0,
            ScriptTimedOut,
            "CodeDeployHook_pre",
            "there is no such function",
        ),
    ];
    for (play, event, code, hook, message) in cases {
        let mut stage = Stage::new(play);
        let id = stage.create();
        stage.play();
        let events = stage.target(&id).lambda_target.lifecycle_events;
        let diagnostics = events[event].diagnostics.clone().unwrap();
        assert_eq!((diagnostics.error_code, diagnostics.script_name.as_deref()), (code, Some(hook)));
        assert!(diagnostics.message.contains(message), "{}", diagnostics.message);
    }
}

#[test]
fn deployments_fail_until_leftover_weights_are_cleared() {
    use fitgate::rehearsal::engine::Alias;
    let mut stage = Stage::new(Play { stop: Some((70, Some(false))), ..linear() });
    stage.create();
    stage.play();
    assert_eq!(stage.alias(), "3+4:20%");
    for _ in 0..2 {
        let spec = stage.spec(3, 5);
        let id = stage.create_from(&spec);
        stage.play();
        let info = stage.info(&id);
        let error = info.error_information.unwrap();
        assert_eq!((info.status, error.code), (DeploymentStatus::Failed, ErrorCode::InvalidLambdaConfiguration));
        assert!(error.message.contains("still sends 20% of its traffic to version 4"), "{}", error.message);
        assert_eq!(stage.alias(), "3+4:20%", "no rollback clears it either");
    }
    stage.engine.set_alias("fn", "live", Alias::of(crate::stage::version(3))).unwrap();
    let spec = stage.spec(3, 5);
    let id = stage.create_from(&spec);
    stage.play();
    assert_eq!((stage.info(&id).status, stage.alias().as_str()), (DeploymentStatus::Succeeded, "5"));
}

#[test]
fn a_deployment_that_is_not_in_order_fails_and_touches_nothing() {
    let stage = Stage::new(linear());
    let good = stage.spec(3, 4);
    let cases = [
        (
            "alias elsewhere",
            stage.spec(2, 4),
            ErrorCode::InvalidLambdaConfiguration,
            "does not match the current version",
        ),
        ("current is target", stage.spec(3, 3), ErrorCode::InvalidLambdaConfiguration, "already the current version"),
        ("not published", stage.spec(3, 12), ErrorCode::InvalidLambdaFunction, "version 12 of function `fn` is not"),
        (
            "no function",
            fitgate::deployment::AppSpec { function: "other".to_owned(), ..good.clone() },
            ErrorCode::InvalidLambdaFunction,
            "no function `other`",
        ),
        (
            "no alias",
            fitgate::deployment::AppSpec { alias: "prod".to_owned(), ..good },
            ErrorCode::InvalidLambdaFunction,
            "no alias `prod`",
        ),
    ];
    for (name, spec, code, message) in cases {
        let mut stage = Stage::new(linear());
        let id = stage.create_from(&spec);
        stage.play();
        let info = stage.info(&id);
        let error = info.error_information.unwrap();
        assert_eq!((info.status, error.code), (DeploymentStatus::Failed, code), "{name}");
        assert!(error.message.contains(message), "{name}: {}", error.message);
        assert_eq!(letters(&stage.events(&id)), "KKK", "{name}");
        assert_eq!((stage.finished(&id), stage.alias().as_str()), (Some(1), "3"), "{name}");
        assert_eq!(stage.engine.deployments().len(), 1, "{name}: nothing to roll back");
    }
}

#[test]
fn an_alias_moved_by_somebody_else_fails_the_shift() {
    use fitgate::rehearsal::engine::Alias;
    let mut stage = Stage::new(linear());
    let id = stage.create();
    stage.play_until(70);
    stage.engine.set_alias("fn", "live", Alias::of(crate::stage::version(7))).unwrap();
    stage.play();
    let error = stage.info(&id).error_information.unwrap();
    assert_eq!(error.code, ErrorCode::InvalidLambdaConfiguration);
    assert_eq!(letters(&stage.events(&id)), "SFK");
}

#[test]
fn fifty_hours_are_the_end() {
    // The shift takes 48 hours, and the first poll, which nobody answers, ten seconds.
    let slow = |seconds| Play {
        config: "Slow",
        before: Hook::Reports("Succeeded", seconds),
        after: Hook::Reports("Succeeded", seconds),
        ignore_poll_failure: true,
        cloudwatch: CloudWatch::DeafFrom(0),
        ..linear()
    };
    let cases = [
        (3_590, DeploymentStatus::Succeeded, 1 + 10 + 48 * 3_600 + 2 * 3_590),
        (3_599, DeploymentStatus::Failed, 1 + 50 * 3_600),
    ];
    for (seconds, status, end) in cases {
        let mut stage = Stage::new(slow(seconds));
        let id = stage.create();
        stage.play();
        assert_eq!((stage.info(&id).status, stage.finished(&id)), (status, Some(end)), "{seconds}");
    }
}
