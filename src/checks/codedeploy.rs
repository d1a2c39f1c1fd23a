//! Checks of AWS CodeDeploy: when a deployment is undone, and how traffic is shifted.
//!
//! Opt-in: `codedeploy-triggers`. Many are told by alarms, EventBridge or a pipeline instead, and the narrower
//! managed role (`AWSCodeDeployRoleForLambdaLimited`) cannot publish to a topic.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        List, Observed, Text, Why,
        codedeploy::{AlarmConfiguration, AutoRollbackConfiguration, DeploymentConfig, DeploymentGroup},
    },
    need::Need,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "codedeploy-auto-rollback",
        title: "CodeDeploy undoes a deployment that fails or that an alarm stops",
        why: "Without automatic rollback a stopped shift leaves the alias on two versions until somebody steps in.",
        fix: "Set AutoRollbackConfiguration.Enabled to true, with the Events DEPLOYMENT_FAILURE and \
              DEPLOYMENT_STOP_ON_ALARM.",
        absent: "No automatic rollback.",
        reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html",
        pillar: Pillar::Reliability,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DeploymentGroup],
        applies: Applies::EachDeploymentGroup(auto_rollback),
    },
    Check {
        id: "codedeploy-alarms",
        title: "CodeDeploy watches alarms during a deployment",
        why: "Without an alarm nothing but a crashed hook stops the shift: errors reach every caller.",
        fix: "Set AlarmConfiguration.Enabled to true and list alarms on the alias's errors; leave \
              IgnorePollAlarmFailure false.",
        absent: "No alarm is watched. Without IgnorePollAlarmFailure alarms that cannot be read stop the deployment.",
        reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html",
        pillar: Pillar::Reliability,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DeploymentGroup],
        applies: Applies::EachDeploymentGroup(alarms),
    },
    Check {
        id: "codedeploy-not-all-at-once",
        title: "CodeDeploy shifts the traffic of a Lambda alias gradually",
        why: "All at once gives alarms nothing to compare, and every caller the new version's mistakes.",
        fix: "Set DeploymentConfigName to a canary or linear strategy, CodeDeployDefault.LambdaCanary10Percent5Minutes \
              for example.",
        absent: "Nothing gradual is asked for. Deployments to servers and ECS are not judged.",
        reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html",
        pillar: Pillar::Reliability,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DeploymentGroup, Need::DeploymentConfig],
        applies: Applies::EachDeploymentGroup(not_all_at_once),
    },
    Check {
        id: "codedeploy-triggers",
        title: "CodeDeploy tells somebody when a deployment fails or is undone",
        why: "A rollback at night leaves the old version in service, and nobody knows that the release is missing.",
        fix: "Add TriggerConfigurations with the TriggerEvents DeploymentFailure and DeploymentRollback.",
        absent: "Nobody is told.",
        reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::DeploymentGroup],
        applies: Applies::EachDeploymentGroup(triggers),
    },
];

/// What a judge concludes, or why it cannot.
type Judged = Result<Verdict, Why>;

fn verdict(judged: Judged, property: &str) -> Verdict {
    judged.unwrap_or_else(Verdict::inconclusive).at(property)
}

/// Whether the list has this element.
///
/// # Errors
/// Where it has not, but an element that nobody could read might be it.
fn names(list: &List<String>, wanted: &str) -> Result<bool, Why> {
    let Some(items) = list.known()? else { return Ok(false) };
    if items.iter().any(|item| item.present().is_some_and(|item| item == wanted)) {
        return Ok(true);
    }
    items.iter().try_fold(false, |found, item| item.known().map(|_| found))
}

fn auto_rollback(group: &DeploymentGroup, _: &Yardstick) -> Option<Verdict> {
    let judged = group.auto_rollback_configuration.known().and_then(|configuration| match configuration {
        Some(configuration) => undone(configuration, group),
        None => Ok(Verdict::fail("no AutoRollbackConfiguration")),
    });
    Some(verdict(judged, "AutoRollbackConfiguration"))
}

fn undone(configuration: &AutoRollbackConfiguration, group: &DeploymentGroup) -> Judged {
    if !configuration.enabled.known()?.copied().unwrap_or(false) {
        return Ok(Verdict::fail("AutoRollbackConfiguration is not enabled"));
    }
    if !names(&configuration.events, "DEPLOYMENT_FAILURE")? {
        return Ok(Verdict::fail("a deployment that fails is not undone: DEPLOYMENT_FAILURE is not among Events"));
    }
    if !names(&configuration.events, "DEPLOYMENT_STOP_ON_ALARM")? && watches(group)? {
        let text = "a deployment that an alarm stops is not undone: DEPLOYMENT_STOP_ON_ALARM is not among Events";
        return Ok(Verdict::partial(50, text));
    }
    Ok(Verdict::Pass)
}

/// Whether alarms may stop a deployment of the group.
fn watches(group: &DeploymentGroup) -> Result<bool, Why> {
    match group.alarm_configuration.known()? {
        Some(configuration) => Ok(configuration.enabled.known()?.copied().unwrap_or(false)),
        None => Ok(false),
    }
}

fn alarms(group: &DeploymentGroup, _: &Yardstick) -> Option<Verdict> {
    let judged = group.alarm_configuration.known().and_then(|configuration| match configuration {
        Some(configuration) => watched(configuration),
        None => Ok(Verdict::fail("no AlarmConfiguration")),
    });
    Some(verdict(judged, "AlarmConfiguration"))
}

fn watched(configuration: &AlarmConfiguration) -> Judged {
    if !configuration.enabled.known()?.copied().unwrap_or(false) {
        return Ok(Verdict::fail("AlarmConfiguration is not enabled"));
    }
    let alarms = configuration.alarms.known()?.map_or(&[][..], Vec::as_slice);
    let named = alarms.iter().filter(|alarm| {
        alarm.present().is_some_and(|alarm| alarm.name.present().is_some_and(|name| name.as_str() != Some("")))
    });
    if named.count() == 0 {
        for alarm in alarms {
            if let Some(alarm) = alarm.known()? {
                alarm.name.known()?;
            }
        }
        return Ok(Verdict::fail("AlarmConfiguration lists no alarm"));
    }
    if configuration.ignore_poll_alarm_failure.known()?.copied().unwrap_or(false) {
        let text = "IgnorePollAlarmFailure: the shift goes on while the alarms cannot be read";
        return Ok(Verdict::partial(50, text));
    }
    Ok(Verdict::Pass)
}

fn not_all_at_once(group: &DeploymentGroup, _: &Yardstick) -> Option<Verdict> {
    let judged = match group.compute_platform.known() {
        Ok(Some(platform)) if platform == "Lambda" => gradual(group),
        Ok(Some(_)) => return None,
        Ok(None) => Err(Why::NotObserved("the platform of the application was not looked at".into())),
        Err(why) => Err(why),
    };
    Some(verdict(judged, "DeploymentConfigName"))
}

fn gradual(group: &DeploymentGroup) -> Judged {
    if let Observed::Present(strategy) = &group.deployment_config {
        return shifted(strategy);
    }
    let Some(name) = group.deployment_config_name.known()? else {
        return Ok(Verdict::fail("no DeploymentConfigName: nothing gradual is asked for"));
    };
    let known = name.as_str().and_then(|name| name.strip_prefix("CodeDeployDefault."));
    match known {
        Some("LambdaAllAtOnce") => Ok(Verdict::fail("CodeDeployDefault.LambdaAllAtOnce shifts all traffic at once")),
        Some(name) if name.starts_with("LambdaCanary") || name.starts_with("LambdaLinear") => Ok(Verdict::Pass),
        _ => Err(unseen(group, name)),
    }
}

fn unseen(group: &DeploymentGroup, name: &Text) -> Why {
    match &group.deployment_config {
        Observed::Unknown(why) => why.clone(),
        _ => Why::NotObserved(format!("the strategy {name} is not in this stack")),
    }
}

fn shifted(strategy: &DeploymentConfig) -> Judged {
    let kind = strategy.traffic_routing_config.as_ref().and_then(|routing| routing.r#type.clone());
    Ok(match kind.known()?.map(String::as_str) {
        Some("TimeBasedCanary" | "TimeBasedLinear") => Verdict::Pass,
        Some(other) => Verdict::fail(format!("the strategy's TrafficRoutingConfig is {other}")),
        None => Verdict::fail("the strategy has no TrafficRoutingConfig: all traffic is shifted at once"),
    })
}

fn triggers(group: &DeploymentGroup, _: &Yardstick) -> Option<Verdict> {
    let told = |event: &str| -> Result<bool, Why> {
        let mut unread = None;
        for trigger in group.trigger_configurations.known()?.map_or(&[][..], Vec::as_slice) {
            let found = match trigger.known() {
                Ok(Some(trigger)) => names(&trigger.trigger_events, event),
                Ok(None) => Ok(false),
                Err(why) => Err(why),
            };
            match found {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(why) => unread = unread.or(Some(why)),
            }
        }
        unread.map_or(Ok(false), Err)
    };
    let judged = told("DeploymentFailure").and_then(|failure| {
        Ok(match (failure, told("DeploymentRollback")?) {
            (true, true) => Verdict::Pass,
            (true, false) => Verdict::partial(50, "nobody is told of a rollback"),
            (false, true) => Verdict::partial(50, "nobody is told of a failure"),
            (false, false) => Verdict::fail("nobody is told of a failure or a rollback"),
        })
    });
    Some(verdict(judged, "TriggerConfigurations"))
}
