//! Calls that are refused, and the limits behind them.

use fitgate::{
    deployment::Strategy,
    rehearsal::engine::{
        AlarmConfiguration, AutoRollbackConfiguration, AutoRollbackEvent, CreateDeploymentInput, DeploymentGroup,
        DeploymentStatus, Engine, Exception, RevisionContent, RevisionLocation, Settings,
    },
};

use crate::stage::{APPLICATION, GROUP, Hook, Play, Stage};

/// A request that would be taken, to be spoilt.
fn good(stage: &Stage) -> CreateDeploymentInput {
    CreateDeploymentInput::of(APPLICATION, GROUP, &stage.spec(3, 4))
}

#[test]
fn a_deployment_that_cannot_be_created_says_why() {
    type Spoil = fn(&mut CreateDeploymentInput);
    let cases: &[(&str, Exception, Spoil)] = &[
        ("no application", Exception::ApplicationNameRequired, |input| input.application_name = None),
        ("empty application", Exception::ApplicationNameRequired, |input| input.application_name = Some(String::new())),
        ("odd application", Exception::InvalidApplicationName, |input| input.application_name = Some("a b".into())),
        ("long application", Exception::InvalidApplicationName, |input| input.application_name = Some("a".repeat(101))),
        ("unknown application", Exception::ApplicationDoesNotExist, |input| input.application_name = Some("x".into())),
        ("no group", Exception::DeploymentGroupNameRequired, |input| input.deployment_group_name = None),
        ("odd group", Exception::InvalidDeploymentGroupName, |input| input.deployment_group_name = Some("ü".into())),
        ("unknown group", Exception::DeploymentGroupDoesNotExist, |input| {
            input.deployment_group_name = Some("x".into())
        }),
        ("no revision", Exception::RevisionRequired, |input| input.revision = None),
        ("a revision in S3", Exception::InvalidRevision, |input| {
            input.revision =
                Some(serde_json::from_str(r#"{"revisionType":"S3","s3Location":{"bucket":"b"}}"#).unwrap());
        }),
        ("no content", Exception::InvalidRevision, |input| {
            input.revision = Some(RevisionLocation::app_spec_content("  ".into()));
        }),
        ("another digest", Exception::InvalidRevision, |input| {
            let content = RevisionContent { content: Some("{}".into()), sha256: Some("00".repeat(32)) };
            input.revision = Some(RevisionLocation {
                revision_type: "AppSpecContent".into(),
                app_spec_content: Some(content),
                string: None,
            });
        }),
        ("unknown configuration", Exception::DeploymentConfigDoesNotExist, |input| {
            input.deployment_config_name = Some("CodeDeployDefault.OneAtATime".into());
        }),
        ("long description", Exception::DescriptionTooLong, |input| input.description = Some("ü".repeat(257))),
        ("empty rollback", Exception::InvalidAutoRollbackConfig, |input| {
            input.auto_rollback_configuration = Some(AutoRollbackConfiguration::on([]));
        }),
        ("no alarms", Exception::InvalidAlarmConfig, |input| {
            input.override_alarm_configuration = Some(AlarmConfiguration::of([]));
        }),
        ("an alarm twice", Exception::InvalidAlarmConfig, |input| {
            input.override_alarm_configuration = Some(AlarmConfiguration::of(["a", "a"]));
        }),
        ("a nameless alarm", Exception::InvalidAlarmConfig, |input| {
            input.override_alarm_configuration = Some(AlarmConfiguration::of([""]));
        }),
        ("51 alarms", Exception::AlarmsLimitExceeded, |input| {
            let names: Vec<String> = (0..51).map(|number| format!("alarm-{number}")).collect();
            input.override_alarm_configuration = Some(AlarmConfiguration::of(names.iter().map(String::as_str)));
        }),
    ];
    for (name, expected, spoil) in cases {
        let mut stage = Stage::new(Play::default());
        let mut input = good(&stage);
        spoil(&mut input);
        let error = stage.engine.create_deployment(input).unwrap_err();
        assert_eq!(error.exception, *expected, "{name}: {error}");
        assert!(stage.engine.deployments().is_empty() && stage.engine.next_wakeup().is_none(), "{name}");
        assert!(stage.engine.create_deployment(good(&stage)).is_ok(), "{name}");
    }
}

#[test]
fn an_app_spec_out_of_order_is_created_and_fails() {
    let null_hook = r#"{"version":0.0,"Resources":[{"f":{"Type":"AWS::Lambda::Function","Properties":{"Name":"fn",
        "Alias":"live","CurrentVersion":"3","TargetVersion":"4"}}}],"Hooks":[{"BeforeAllowTraffic":null}]}"#;
    let latest = null_hook.replace("\"4\"", "\"$LATEST\"").replace("null", "\"CodeDeployHook_pre\"");
    for (content, expected) in
        [(null_hook, "hook of the AppSpec is empty"), (latest.as_str(), "$LATEST is not"), ("{", "not valid")]
    {
        let mut stage = Stage::new(Play::default());
        let revision = Some(RevisionLocation::app_spec_content(content.to_owned()));
        let id =
            stage.engine.create_deployment(CreateDeploymentInput { revision, ..good(&stage) }).unwrap().deployment_id;
        stage.play();
        let info = stage.info(&id);
        let error = info.error_information.unwrap();
        assert_eq!(info.status, DeploymentStatus::Failed);
        assert_eq!(error.code, fitgate::rehearsal::engine::ErrorCode::InvalidLambdaConfiguration);
        assert!(error.message.contains(expected), "{}", error.message);
        assert_eq!(stage.engine.list_deployment_targets(id.as_str(), &[]).unwrap().target_ids, [""; 0]);
        assert_eq!(stage.engine.deployments().len(), 1, "nowhere to roll back to");
    }
}

#[test]
fn a_group_deploys_one_thing_at_a_time() {
    let mut stage = Stage::new(Play { before: Hook::Reports("Failed", 2), ..Play::default() });
    let first = stage.create();
    let refused = |stage: &mut Stage| stage.engine.create_deployment(good(stage)).unwrap_err();
    let error = refused(&mut stage);
    assert_eq!(error.exception, Exception::DeploymentLimitExceeded);
    assert_eq!(error.message, format!("The Deployment Group 'group' is already deploying deployment '{first}'."));
    stage.play_until(2);
    assert_eq!(refused(&mut stage).exception, Exception::DeploymentLimitExceeded);
    stage.play_until(3);
    assert_eq!(stage.info(&first).status, DeploymentStatus::Failed);
    let rollback = stage.engine.deployments()[1].clone();
    assert!(refused(&mut stage).message.contains(rollback.as_str()), "a rollback is a deployment too");
    stage.play();
    assert!(stage.engine.create_deployment(good(&stage)).is_ok());
}

#[test]
fn another_group_deploys_at_the_same_time() {
    let mut stage = Stage::new(Play::default());
    stage.engine.create_deployment_group(DeploymentGroup::new(APPLICATION, "other", "AllAtOnce")).unwrap();
    stage.create();
    let input = CreateDeploymentInput { deployment_group_name: Some("other".into()), ..good(&stage) };
    assert!(stage.engine.create_deployment(input).is_ok());
}

#[test]
fn stopping_twice_or_what_is_not_there_is_refused() {
    let mut stage = Stage::new(Play::default());
    let id = stage.create();
    for (deployment, expected) in [
        ("", Exception::DeploymentIdRequired),
        ("nonsense", Exception::InvalidDeploymentId),
        ("d-UNKNOWN99", Exception::DeploymentDoesNotExist),
    ] {
        assert_eq!(stage.engine.stop_deployment(deployment, None).unwrap_err().exception, expected);
    }
    let output = stage.engine.stop_deployment(id.as_str(), Some(true)).unwrap();
    assert_eq!(output.status, "Succeeded");
    assert_eq!(stage.engine.deployments().len(), 1, "before the start nobody knows the way back, and none is needed");
    let error = stage.engine.stop_deployment(id.as_str(), None).unwrap_err();
    assert_eq!(error.exception, Exception::DeploymentAlreadyCompleted);
    stage.play();
    assert_eq!((stage.info(&id).status, stage.alias().as_str()), (DeploymentStatus::Stopped, "3"));
    assert_eq!(stage.shifts(&id), []);
}

#[test]
fn a_stopped_rollback_is_not_rolled_back() {
    let mut stage = Stage::new(Play { stop: Some((70, Some(true))), ..Play::default() });
    stage.create();
    stage.play_until(70);
    let rollback = stage.engine.deployments()[1].clone();
    stage.engine.stop_deployment(rollback.as_str(), Some(true)).unwrap();
    stage.play();
    assert_eq!((stage.engine.deployments().len(), stage.alias().as_str()), (2, "3+4:20%"));
}

#[test]
fn groups_are_checked_when_they_are_created() {
    let group = || DeploymentGroup::new("app", "new", "Canary10Percent5Minutes");
    let none = AutoRollbackConfiguration::on([]);
    let cases = [
        (DeploymentGroup { application_name: String::new(), ..group() }, Exception::ApplicationNameRequired),
        (DeploymentGroup { application_name: "a/b".into(), ..group() }, Exception::InvalidApplicationName),
        (DeploymentGroup { deployment_group_name: String::new(), ..group() }, Exception::DeploymentGroupNameRequired),
        (DeploymentGroup { deployment_config_name: "Mine".into(), ..group() }, Exception::DeploymentConfigDoesNotExist),
        (DeploymentGroup { alarm_configuration: AlarmConfiguration::of([]), ..group() }, Exception::InvalidAlarmConfig),
        (DeploymentGroup { auto_rollback_configuration: none, ..group() }, Exception::InvalidAutoRollbackConfig),
    ];
    let mut engine = Engine::new(Settings::default());
    for (group, expected) in cases {
        assert_eq!(engine.create_deployment_group(group).unwrap_err().exception, expected);
    }
    engine.create_deployment_group(group()).unwrap();
    let error = engine.create_deployment_group(group()).unwrap_err();
    assert_eq!(error.exception, Exception::DeploymentGroupAlreadyExists);
}

#[test]
fn custom_configurations_keep_to_the_limits() {
    let mut engine = Engine::new(Settings::default());
    let canary = Strategy::canary(5, 5).unwrap();
    let wrong = Strategy::TimeBasedLinear { percentage: 10, interval: 2_880 };
    let cases = [
        ("", canary, Exception::DeploymentConfigNameRequired),
        ("CodeDeployDefault.Mine", canary, Exception::InvalidDeploymentConfigName),
        ("a b", canary, Exception::InvalidDeploymentConfigName),
        ("CodeDeployDefault.LambdaAllAtOnce", canary, Exception::DeploymentConfigAlreadyExists),
        ("mine", wrong, Exception::InvalidTrafficRoutingConfiguration),
    ];
    for (name, strategy, expected) in cases {
        assert_eq!(engine.create_deployment_config(name, strategy).unwrap_err().exception, expected, "{name}");
    }
    for number in 0..50 {
        engine.create_deployment_config(&format!("mine-{number}"), canary).unwrap();
    }
    let error = engine.create_deployment_config("one-more", canary).unwrap_err();
    assert_eq!(error.exception, Exception::DeploymentConfigLimitExceeded);
    let error = engine.create_deployment_config("mine-1", canary).unwrap_err();
    assert_eq!(error.exception, Exception::DeploymentConfigAlreadyExists);
}

#[test]
fn what_a_deployment_brings_overrides_its_group() {
    let mut stage = Stage::new(Play { before: Hook::Reports("Failed", 2), ..Play::default() });
    let input = CreateDeploymentInput {
        deployment_config_name: Some("AllAtOnce".into()),
        auto_rollback_configuration: Some(AutoRollbackConfiguration::on([AutoRollbackEvent::DeploymentStopOnAlarm])),
        override_alarm_configuration: Some(AlarmConfiguration::of(["other"])),
        ..good(&stage)
    };
    let id = stage.engine.create_deployment(input).unwrap().deployment_id;
    let info = stage.info(&id);
    assert_eq!(info.deployment_config_name, "CodeDeployDefault.LambdaAllAtOnce");
    assert_eq!(info.override_alarm_configuration, Some(AlarmConfiguration::of(["other"])));
    stage.play();
    // The stage answers for alarms of other names only, so that this one counts as unreadable.
    assert_eq!(stage.info(&id).status, DeploymentStatus::Stopped);
    assert_eq!(stage.engine.deployments().len(), 2, "an alarm stop is what this deployment rolls back");
}

#[test]
fn ids_are_of_codedeploys_form_and_never_the_same() {
    let mut stage = Stage::new(Play { before: Hook::Reports("Failed", 0), ..Play::default() });
    for _ in 0..50 {
        stage.create();
        stage.play();
    }
    let ids = stage.engine.deployments();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), unique.len()), (100, 100));
    assert!(
        ids.iter().all(|id| id.as_str().len() == 11 && id.as_str() == id.as_str().to_uppercase().replacen('D', "d", 1))
    );
}
