//! How a deployment group shifts traffic, and what makes it go back.

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    deployment::Strategy,
    facts::{
        Observed, Target, Why,
        codedeploy::{AlarmConfiguration, AutoRollbackConfiguration, DeploymentGroup},
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const ROLLBACK_EVENTS_COMPLETE: Check = Check {
    id: "rollback-events-complete",
    title: "A deployment group rolls back when a deployment fails and when an alarm stops it",
    why: "Without the event the deployment stops where it is: the alias keeps sending part of its traffic to the bad \
          version, and every later deployment is refused until somebody clears the weights by hand.",
    fix: "AutoRollbackConfiguration: Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM].",
    absent: "Nothing is rolled back.",
    reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::StackTemplate, Need::DeploymentGroup],
    applies: Applies::Stack(&["AWS::CodeDeploy::DeploymentGroup"], rollback_events_complete),
};

pub(super) const GRADUAL_SHIFT: Check = Check {
    id: "gradual-shift",
    title: "Traffic is shifted to a new version gradually",
    why: "With everything shifted at once every user meets a bad version, and by the time an alarm fires there is \
          nothing left to protect.",
    fix: "Set DeploymentConfigName (SAM: DeploymentPreference.Type) to a canary or linear configuration, such as \
          CodeDeployDefault.LambdaCanary10Percent5Minutes.",
    absent: "A deployment group for Lambda without DeploymentConfigName shifts all traffic at once.",
    reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::StackTemplate, Need::DeploymentGroup, Need::DeploymentConfig],
    applies: Applies::Stack(&["AWS::CodeDeploy::DeploymentGroup"], gradual_shift),
};

/// Canaries above this share put most users on the new version before anything is known of it.
const LARGE_CANARY_PERCENT: u8 = 50;

fn rollback_events_complete(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for (id, group, _) in stack.deployment_groups() {
        let alarms = uses_alarms(&group.alarm_configuration);
        let verdict = group.auto_rollback_configuration.judge(
            |rollback| events(rollback, &alarms),
            || Verdict::fail("AutoRollbackConfiguration is absent: nothing is rolled back"),
        );
        verdicts.say(id, verdict.at("AutoRollbackConfiguration"));
    }
    perhaps_shifting(stack, |_| true, &mut verdicts);
    without_group(stack, &mut verdicts);
    verdicts.0
}

/// Whether the group watches any alarm.
fn uses_alarms(configuration: &Observed<AlarmConfiguration>) -> Observed<bool> {
    configuration.as_ref().and_then(|configuration| match (&configuration.enabled, &configuration.alarms) {
        (Observed::Present(false) | Observed::Absent, _) | (_, Observed::Absent) => Observed::Present(false),
        (Observed::Unknown(why), _) | (_, Observed::Unknown(why)) => Observed::Unknown(why.clone()),
        (Observed::Present(true), Observed::Present(alarms)) => Observed::Present(!alarms.is_empty()),
    })
}

fn events(rollback: &AutoRollbackConfiguration, alarms: &Observed<bool>) -> Verdict {
    let events = match (&rollback.enabled, &rollback.events) {
        (Observed::Present(false) | Observed::Absent, _) => {
            return Verdict::fail("AutoRollbackConfiguration is not enabled: nothing is rolled back");
        }
        (Observed::Unknown(why), _) | (_, Observed::Unknown(why)) => return Verdict::inconclusive(why.clone()),
        (Observed::Present(true), Observed::Absent) => &[][..],
        (Observed::Present(true), Observed::Present(events)) => events.as_slice(),
    };
    let has = |wanted: &str| events.iter().any(|event| event.present().is_some_and(|event| event == wanted));
    let unknown = events.iter().find_map(|event| match event {
        Observed::Unknown(why) => Some(why.clone()),
        _ => None,
    });
    let missing = |verdict: Verdict| unknown.clone().map_or(verdict, Verdict::inconclusive);
    let by_alarm = match alarms {
        Observed::Present(true) if has("DEPLOYMENT_STOP_ON_ALARM") => Verdict::Pass,
        Observed::Present(true) => missing(Verdict::partial(
            50,
            "alarms stop the deployment, but Events lacks DEPLOYMENT_STOP_ON_ALARM: the weights stay as they are",
        )),
        Observed::Unknown(_) if has("DEPLOYMENT_STOP_ON_ALARM") => Verdict::Pass,
        Observed::Unknown(why) => Verdict::inconclusive(why.clone()),
        Observed::Present(false) | Observed::Absent => Verdict::Pass,
    };
    if has("DEPLOYMENT_FAILURE") {
        by_alarm
    } else {
        missing(Verdict::fail("Events lacks DEPLOYMENT_FAILURE: a failed deployment is not rolled back"))
    }
}

fn gradual_shift(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for (id, group, _) in stack.deployment_groups() {
        let verdict = match group.strategy() {
            Ok(Strategy::AllAtOnce) => Verdict::fail("all traffic is shifted at once"),
            Ok(Strategy::TimeBasedCanary { percentage, .. }) if percentage > LARGE_CANARY_PERCENT => {
                Verdict::partial(50, format!("the first step already takes {percentage} percent of the traffic"))
            }
            Ok(Strategy::TimeBasedCanary { .. } | Strategy::TimeBasedLinear { .. }) => Verdict::Pass,
            Err(why) => Verdict::inconclusive(why),
        };
        verdicts.say(id, verdict.at("DeploymentConfigName"));
    }
    perhaps_shifting(stack, |_| true, &mut verdicts);
    without_group(stack, &mut verdicts);
    verdicts.0
}

/// What is said of each group of which nobody can tell whether it shifts the traffic of an alias: its platform is not
/// known, or an alias may name any group.
pub(super) fn perhaps_shifting(stack: &Stack<'_>, applies: impl Fn(&DeploymentGroup) -> bool, verdicts: &mut Verdicts) {
    for (id, group) in stack.other_deployment_groups().filter(|(_, group)| applies(group)) {
        let doubt = group.compute_platform.known().err().map(|why| Verdict::inconclusive(why).at("ApplicationName"));
        if let Some(verdict) = doubt.or_else(|| alias_in_doubt(stack)) {
            verdicts.say(id, verdict);
        }
    }
}

/// What is said of a group that an alias may name or not.
pub(super) fn alias_in_doubt(stack: &Stack<'_>) -> Option<Verdict> {
    let (alias, why) = stack.canary_in_doubt()?;
    Some(Verdict::inconclusive(why.clone()).place(Place::of(alias, UPDATE)))
}

const UPDATE: &str = "UpdatePolicy.CodeDeployLambdaAliasUpdate";

/// An alias whose deployment group nobody can see: how it is released cannot be told.
pub(super) fn without_group(stack: &Stack<'_>, verdicts: &mut Verdicts) {
    for canary in &stack.canaries {
        let (why, property) = match (&canary.uncertain, &canary.group) {
            (Some(why), _) => (why.clone(), ""),
            // Of one that cannot be read the evaluation itself speaks.
            (None, Target::Resource(_)) => continue,
            (None, Target::Elsewhere) => {
                (Why::NotObserved("its deployment group is not in this stack".to_owned()), ".DeploymentGroupName")
            }
            (None, Target::Unknown(why)) => (why.clone(), ".DeploymentGroupName"),
        };
        let verdict = Verdict::inconclusive(why);
        verdicts.say(&canary.alias, verdict.at(format!("{UPDATE}{property}")));
    }
}
