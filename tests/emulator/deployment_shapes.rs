//! A deployment of the engine behind CodeDeploy's protocol, read back with boto3 and held against botocore's model.

use std::{path::Path, process::Command, time::Duration};

use fitgate::{
    deployment::{AppSpec, Hooks, Version},
    event::Phase,
    rehearsal::engine::{
        AlarmConfiguration, AlarmPoll, AlarmState, Alias, AutoRollbackConfiguration, AutoRollbackEvent,
        CreateDeploymentInput, DeploymentGroup, EffectKind, Engine, Invocation,
    },
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    double::Double,
    ministack::{environment, run_folder},
    process,
};

/// boto3 takes a second to be imported.
const READ: Duration = Duration::from_secs(60);

/// How it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    HookSaysNothingYet,
    HookAnswers(&'static str),
    /// The hook says yes; then the new version's alarm goes off.
    AlarmDuringTheShift,
}

/// A deployment that has gone as far as it can, and whose alias is watched and rolled back.
fn deployment(engine: &mut Engine, course: Course) -> String {
    let version = |number| Version::new(number).expect("a version");
    engine.publish_version("orders", version(1));
    engine.publish_version("orders", version(2));
    engine.set_alias("orders", "live", Alias::of(version(1))).expect("an alias");
    let mut group = DeploymentGroup::new("shop", "orders", "CodeDeployDefault.LambdaCanary10Percent5Minutes");
    group.alarm_configuration = AlarmConfiguration::of(["errors"]);
    group.auto_rollback_configuration =
        AutoRollbackConfiguration::on([AutoRollbackEvent::DeploymentFailure, AutoRollbackEvent::DeploymentStopOnAlarm]);
    engine.create_deployment_group(group).expect("a group");
    let hooks =
        Hooks { before_allow_traffic: Some(Phase::BeforeAllowTraffic.hook_name().to_owned()), ..Hooks::default() };
    let spec = AppSpec {
        resource: "Orders".to_owned(),
        function: "orders".to_owned(),
        alias: "live".to_owned(),
        current: version(1),
        target: version(2),
        hooks,
    };
    let input = CreateDeploymentInput::of("shop", "orders", &spec);
    let id = engine.create_deployment(input).expect("a deployment").deployment_id.to_string();
    while let Some(next) = engine.next_wakeup() {
        engine.advance(next);
        for effect in engine.take_effects() {
            match effect.kind {
                EffectKind::PollAlarms { .. } => {
                    let shifted = engine.alias("orders", "live").is_ok_and(|alias| alias.additional.is_some());
                    let goes_off = shifted && course == Course::AlarmDuringTheShift;
                    let state = if goes_off { AlarmState::Alarm } else { AlarmState::Ok };
                    let poll = AlarmPoll::States([("errors".to_owned(), state)].into());
                    engine.report_alarms(&effect.deployment, &poll).expect("a deployment");
                }
                EffectKind::InvokeHook { hook_event, .. } => {
                    engine.hook_invoked(&hook_event, Invocation::Accepted).expect("an invocation");
                    let answer = match course {
                        Course::HookSaysNothingYet => return id,
                        Course::HookAnswers(status) => status,
                        Course::AlarmDuringTheShift => "Succeeded",
                    };
                    let execution = hook_event.execution_id.as_str();
                    let put = engine.put_lifecycle_event_hook_execution_status(&id, execution, answer);
                    put.expect("an answer in time");
                }
                _ => {}
            }
        }
    }
    id
}

/// What boto3 reads of the deployment, if all of it fits.
fn read(double: &Double, deployment: &str) -> Result<Value, String> {
    let server = double.serve();
    let folder = TempDir::new_in(run_folder().expect("a folder")).expect("a folder").keep();
    let environment = environment(&folder).expect("an environment");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator/deployment_shapes.py");
    let mut python = Command::new(&environment.python);
    python.arg("-I").arg(script).args([server.url(), "us-east-1", deployment]).env_clear();
    let answers =
        process::run(&mut python, READ, &folder.join("answers.log")).map_err(|misfits| misfits.to_string())?;
    Ok(serde_json::from_str(&answers).expect("JSON"))
}

#[test]
fn boto3_reads_a_stored_deployment_and_every_answer_fits_the_model() {
    let cases = [
        (Course::HookSaysNothingYet, "InProgress", "InProgress", None),
        (Course::HookAnswers("Succeeded"), "Succeeded", "Succeeded", None),
        (Course::HookAnswers("Failed"), "Failed", "Failed", Some("HOOK_EXECUTION_FAILURE")),
        (Course::AlarmDuringTheShift, "Stopped", "Succeeded", Some("ALARM_ACTIVE")),
    ];
    for (course, status, of_hook, error) in cases {
        let double = Double::new();
        let id = double.codedeploy(|engine| deployment(engine, course));
        let answers = read(&double, &id).unwrap_or_else(|misfits| panic!("{misfits}"));
        let info = &answers["GetDeployment"]["deploymentInfo"];
        assert_eq!((&info["deploymentId"], &info["status"]), (&id.as_str().into(), &status.into()), "{answers:#}");
        assert_eq!(info["computePlatform"], "Lambda");
        assert_eq!(info["errorInformation"]["code"].as_str(), error, "{info:#}");
        let undone = info["rollbackInfo"]["rollbackDeploymentId"].is_string();
        assert_eq!(undone, error.is_some(), "{info:#}");

        let target = &answers["BatchGetDeploymentTargets"]["deploymentTargets"][0]["lambdaTarget"];
        let function = &target["lambdaFunctionInfo"];
        assert_eq!((&function["currentVersion"], &function["targetVersion"]), (&"1".into(), &"2".into()));
        assert!(function["targetVersionWeight"].is_number(), "{function:#}");
        let event = &target["lifecycleEvents"][0];
        assert_eq!((&event["lifecycleEventName"], &event["status"]), (&"BeforeAllowTraffic".into(), &of_hook.into()));

        let content = &answers["GetApplicationRevision"]["revision"]["appSpecContent"]["content"];
        assert!(content.as_str().is_some_and(|spec| spec.contains("\"TargetVersion\":\"2\"")), "{content}");
        let group = &answers["GetDeploymentGroup"]["deploymentGroupInfo"];
        assert_eq!(group["alarmConfiguration"]["alarms"][0]["name"], "errors");
        assert_eq!(answers["GetDeployment of nobody"], "DeploymentDoesNotExistException");
    }
}

#[test]
fn an_answer_that_does_not_fit_the_model_is_found() {
    let double = Double::new();
    let id = double.codedeploy(|engine| deployment(engine, Course::HookSaysNothingYet));
    double.set(
        "codedeploy:GetDeploymentGroup",
        "shop/orders",
        json!({"deploymentGroupInfo": {
            "computePlatform": "Mainframe",
            "deploymentGroupNick": "o",
            "alarmConfiguration": {"enabled": "yes"},
            "lastAttemptedDeployment": {"createTime": "2000-01-01T00:00:00Z"},
        }}),
    );
    let misfits = read(&double, &id).expect_err("four misfits");
    for place in ["computePlatform", "deploymentGroupNick", "alarmConfiguration.enabled", "createTime"] {
        assert!(misfits.contains(place), "{place} is not in: {misfits}");
    }
}
