//! The shapes of the answers: what a client of the JSON protocol would read.

use fitgate::rehearsal::engine::{Exception, GetDeploymentOutput, RevisionLocation, TargetStatus};
use serde_json::{Value, json};

use crate::stage::{APPLICATION, CloudWatch, GROUP, Hook, Play, Stage};

/// Second 0 of a rehearsal, in seconds since 1970.
const EPOCH: f64 = 946_684_800.0;

#[test]
fn just_after_creation_there_are_no_targets() {
    let mut stage = Stage::new(Play::default());
    let id = stage.create();
    let info = serde_json::to_value(stage.info(&id)).unwrap();
    assert_eq!(info["status"], "Created");
    assert_eq!(info["createTime"], json!(EPOCH));
    assert_eq!(info["deploymentOverview"]["Pending"], 1);
    assert!(info.get("startTime").is_none() && info.get("errorInformation").is_none());
    let targets = ["fn:live".to_owned()];
    let error = stage.engine.list_deployment_targets(id.as_str(), &[]).unwrap_err();
    assert_eq!(error.exception, Exception::DeploymentNotStarted);
    let error = stage.engine.batch_get_deployment_targets(id.as_str(), &targets).unwrap_err();
    assert_eq!(error.exception, Exception::DeploymentNotStarted);
    stage.play_until(1);
    assert_eq!(stage.engine.list_deployment_targets(id.as_str(), &[]).unwrap().target_ids, targets);
}

#[test]
fn a_deployment_in_the_midst_of_its_shift() {
    let mut stage = Stage::new(Play { cloudwatch: CloudWatch::Quiet, ..Play::default() });
    let id = stage.create();
    stage.play_until(70);
    let content = stage.spec(3, 4).to_value().to_string();
    let revision = stage.info(&id).revision;
    let digest = revision.part().and_then(|part| part.sha256.clone()).unwrap();
    assert_eq!(
        serde_json::to_value(stage.engine.get_deployment(id.as_str()).unwrap()).unwrap(),
        json!({"deploymentInfo": {
            "applicationName": "app",
            "deploymentGroupName": "group",
            "deploymentConfigName": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
            "deploymentId": id.as_str(),
            "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": digest}},
            "status": "InProgress",
            "createTime": EPOCH,
            "startTime": EPOCH + 1.0,
            "deploymentOverview": {"Pending": 0, "InProgress": 1, "Succeeded": 0, "Failed": 0, "Skipped": 0, "Ready": 0},
            "creator": "user",
            "ignoreApplicationStopFailures": false,
            "autoRollbackConfiguration": {
                "enabled": true,
                "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
            },
            "updateOutdatedInstancesOnly": false,
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "instanceTerminationWaitTimeStarted": false,
            "computePlatform": "Lambda",
        }})
    );
    assert_eq!(
        serde_json::to_value(stage.target(&id)).unwrap(),
        json!({
            "deploymentTargetType": "LambdaTarget",
            "lambdaTarget": {
                "deploymentId": id.as_str(),
                "targetId": "fn:live",
                "targetArn": "arn:aws:lambda:us-east-1:123456789012:function:fn:live",
                "status": "InProgress",
                "lastUpdatedAt": EPOCH + 63.0,
                "lifecycleEvents": [
                    {"lifecycleEventName": "BeforeAllowTraffic", "status": "Succeeded", "startTime": EPOCH + 1.0, "endTime": EPOCH + 3.0},
                    {"lifecycleEventName": "AllowTraffic", "status": "InProgress", "startTime": EPOCH + 3.0},
                    {"lifecycleEventName": "AfterAllowTraffic", "status": "Pending"},
                ],
                "lambdaFunctionInfo": {
                    "functionName": "fn",
                    "functionAlias": "live",
                    "currentVersion": "3",
                    "targetVersion": "4",
                    "targetVersionWeight": 0.2,
                },
            },
        })
    );
    let found = stage.engine.get_application_revision(APPLICATION, &revision).unwrap();
    assert_eq!(found.revision.part().and_then(|part| part.content.clone()), Some(content));
}

#[test]
fn a_deployment_that_failed_and_was_rolled_back() {
    let mut stage = Stage::new(Play { before: Hook::Reports("Failed", 2), ..Play::default() });
    let id = stage.create();
    stage.play();
    let info = serde_json::to_value(stage.info(&id)).unwrap();
    assert_eq!(info["status"], "Failed");
    assert_eq!(info["completeTime"], json!(EPOCH + 3.0));
    assert_eq!(info["errorInformation"]["code"], "HOOK_EXECUTION_FAILURE");
    assert_eq!(info["rollbackInfo"]["rollbackDeploymentId"], json!(stage.engine.deployments()[1]));
    assert_eq!(info["deploymentOverview"]["Failed"], 1);
    let events = serde_json::to_value(stage.target(&id).lambda_target.lifecycle_events).unwrap();
    assert_eq!(
        events,
        json!([
            {
                "lifecycleEventName": "BeforeAllowTraffic",
                "status": "Failed",
                "startTime": EPOCH + 1.0,
                "endTime": EPOCH + 3.0,
                "diagnostics": {
                    "errorCode": "UnknownError",
                    "scriptName": "CodeDeployHook_pre",
                    "message": "The BeforeAllowTraffic hook reported Failed.",
                },
            },
            {"lifecycleEventName": "AllowTraffic", "status": "Skipped"},
            {"lifecycleEventName": "AfterAllowTraffic", "status": "Skipped"},
        ])
    );
    let rollback = stage.target(&stage.engine.deployments()[1]).lambda_target;
    assert_eq!(rollback.status, TargetStatus::Succeeded);
    let info = serde_json::to_value(rollback.lambda_function_info).unwrap();
    assert_eq!((&info["currentVersion"], &info["targetVersion"]), (&json!("4"), &json!("3")));
    assert_eq!(info["targetVersionWeight"], 1.0);
}

#[test]
fn answers_are_read_back_as_they_were_written() {
    let mut stage = Stage::new(Play { after: Hook::Reports("Failed", 2), ..Play::default() });
    let id = stage.create();
    stage.play();
    let output = stage.engine.get_deployment(id.as_str()).unwrap();
    let text = serde_json::to_string(&output).unwrap();
    assert_eq!(serde_json::from_str::<GetDeploymentOutput>(&text).unwrap(), output);
    let target = stage.target(&id);
    let value: Value = serde_json::to_value(&target).unwrap();
    assert_eq!(serde_json::from_value::<fitgate::rehearsal::engine::DeploymentTarget>(value).unwrap(), target);
}

#[test]
fn targets_are_asked_for_by_their_ids() {
    let mut stage = Stage::new(Play::default());
    let id = stage.create();
    stage.play();
    let id = id.as_str();
    let ask = |ids: &[String]| stage.engine.batch_get_deployment_targets(id, ids);
    assert_eq!(ask(&[]).unwrap_err().exception, Exception::DeploymentTargetIdRequired);
    assert_eq!(ask(&["fn".to_owned()]).unwrap_err().exception, Exception::DeploymentTargetDoesNotExist);
    let many = |count| vec!["fn:live".to_owned(); count];
    assert_eq!(ask(&many(26)).unwrap_err().exception, Exception::DeploymentTargetListSizeExceeded);
    assert_eq!(ask(&many(25)).unwrap().deployment_targets.len(), 25);
    let list = |statuses: &[TargetStatus]| stage.engine.list_deployment_targets(id, statuses).unwrap().target_ids;
    assert_eq!(list(&[TargetStatus::Succeeded]), ["fn:live"]);
    assert_eq!(list(&[TargetStatus::Failed, TargetStatus::Pending]), [""; 0]);
    for unknown in ["", "x", "d-UNKNOWN99"] {
        assert!(stage.engine.list_deployment_targets(unknown, &[]).is_err(), "{unknown}");
        assert!(stage.engine.get_deployment(unknown).is_err(), "{unknown}");
    }
}

#[test]
fn a_group_knows_its_last_deployments() {
    let mut stage = Stage::new(Play { config: "AllAtOnce", after: Hook::Reports("Failed", 1), ..Play::default() });
    let group = |stage: &Stage| {
        serde_json::to_value(stage.engine.get_deployment_group(APPLICATION, GROUP).unwrap()).unwrap()["deploymentGroupInfo"].take()
    };
    assert!(group(&stage).get("lastAttemptedDeployment").is_none());
    let id = stage.create();
    stage.play_until(4);
    let info = group(&stage);
    assert_eq!(info["lastAttemptedDeployment"]["status"], "Created", "the rollback");
    assert!(info.get("lastSuccessfulDeployment").is_none());
    stage.play();
    let info = group(&stage);
    assert_eq!(info["lastSuccessfulDeployment"]["deploymentId"], json!(stage.engine.deployments()[1]));
    assert_ne!(info["lastSuccessfulDeployment"]["deploymentId"], json!(id));
    assert_eq!(info["deploymentConfigName"], "CodeDeployDefault.LambdaAllAtOnce");
    assert_eq!(info["computePlatform"], "Lambda");
    let error = stage.engine.get_deployment_group(APPLICATION, "x").unwrap_err();
    assert_eq!(error.exception, Exception::DeploymentGroupDoesNotExist);
}

#[test]
fn a_revision_is_found_by_its_digest_only() {
    let mut stage = Stage::new(Play::default());
    stage.create();
    let unknown = RevisionLocation::app_spec_content("x".to_owned());
    let error = stage.engine.get_application_revision(APPLICATION, &unknown).unwrap_err();
    assert_eq!(error.exception, Exception::RevisionDoesNotExist);
    let error = stage.engine.get_application_revision("x", &unknown).unwrap_err();
    assert_eq!(error.exception, Exception::ApplicationDoesNotExist);
}

#[test]
fn effects_tell_the_story_as_json() {
    let mut stage = Stage::new(Play { config: "AllAtOnce", before: Hook::Absent, ..Play::default() });
    let id = stage.create();
    stage.play();
    let story: Vec<_> = stage.effects.iter().map(|effect| serde_json::to_value(effect).unwrap()).collect();
    let id = json!(id);
    let at = |at: f64, mut event: Value| {
        event["at"] = json!(at);
        event["deployment"] = id.clone();
        event
    };
    let event = |name: &str, status: &str| json!({"event": "LifecycleEvent", "name": name, "status": status});
    let mut expected = vec![
        at(0.0, json!({"event": "Created", "rollback_of": null})),
        at(1.0, json!({"event": "Started"})),
        at(1.0, event("BeforeAllowTraffic", "InProgress")),
        at(1.0, event("BeforeAllowTraffic", "Succeeded")),
        at(1.0, event("AllowTraffic", "InProgress")),
        at(
            1.0,
            json!({"event": "AliasUpdated", "function": "fn", "alias": "live", "to": {"version": "4"}, "target_weight": 1.0}),
        ),
        at(1.0, event("AllowTraffic", "Succeeded")),
        at(1.0, event("AfterAllowTraffic", "InProgress")),
    ];
    assert_eq!(story[..8], expected[..]);
    assert_eq!(story[8]["event"], "InvokeHook");
    assert_eq!(story[8]["hook_event"]["DeploymentId"], id);
    expected = vec![
        at(3.0, event("AfterAllowTraffic", "Succeeded")),
        at(3.0, json!({"event": "Finished", "status": "Succeeded", "error": null, "rollback": null})),
    ];
    assert_eq!(story[9..], expected[..]);
}
