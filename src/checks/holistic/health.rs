//! Whether a stack is well when it is deployed.

use std::collections::BTreeSet;

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{List, Observed, Properties, Target, Text},
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const NO_DEPLOY_WHILE_UNHEALTHY: Check = Check {
    id: "no-deploy-while-unhealthy",
    title: "No alarm of the stack is in ALARM when its traffic is shifted",
    why: "A deployment group stops for its own alarms. One that starts while another alarm of the stack is in ALARM adds a \
          change to an incident: nobody can tell which of the two broke what.",
    fix: "Mend what the alarm is about before you deploy, or roll back; exempt an alarm that is meant to be in ALARM.",
    absent: "A template shows no state, and nothing is judged; neither is an alarm that a deployment group watches, which \
             is another check's question, nor one that only moves a capacity.",
    reference: "https://docs.aws.amazon.com/wellarchitected/latest/framework/ops_mit_deploy_risks_deploy_mgmt_sys.html",
    pillar: Pillar::Operations,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::StackTemplate, Need::DeploymentGroup, Need::Alarms],
    applies: Applies::Stack(&["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"], unhealthy),
};

fn unhealthy(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    if stack.canaries.is_empty() {
        return Vec::new();
    }
    let in_groups = in_groups(stack);
    let mut verdicts = Vec::new();
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        let (state, actions) = match &resource.properties {
            Properties::Alarm(alarm) => (&alarm.state_value, &alarm.alarm_actions),
            Properties::CompositeAlarm(alarm) => (&alarm.state_value, &alarm.alarm_actions),
            _ => continue,
        };
        if in_groups.contains(id) || only_scales(stack, actions) {
            continue;
        }
        let verdict = match state {
            Observed::Present(state) => {
                Verdict::pass_if(state != "ALARM", "it is in ALARM while the stack is deployed")
            }
            Observed::Absent => continue,
            Observed::Unknown(why) => Verdict::inconclusive(why.clone()),
        };
        verdicts.push((id.clone(), verdict.at("StateValue")));
    }
    verdicts
}

/// An alarm that moves a capacity is in ALARM whenever there is little to do.
pub(super) fn only_scales(stack: &Stack<'_>, actions: &List<Text>) -> bool {
    let actions: Vec<&Text> = actions.present().into_iter().flatten().filter_map(Observed::present).collect();
    let scales = |action: &Text| {
        let is_policy = matches!(stack.directory.resolve(action, POLICIES), Target::Resource(id)
            if POLICIES.contains(&stack.type_of(&id)));
        is_policy || action.literal_prefix().contains(":autoscaling:")
    };
    !actions.is_empty() && actions.into_iter().all(scales)
}

const POLICIES: &[&str] = &["AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::AutoScaling::ScalingPolicy"];

/// The alarms that deployment groups watch.
fn in_groups(stack: &Stack<'_>) -> BTreeSet<LogicalId> {
    let mut watched = BTreeSet::new();
    for (_, group) in stack.facts.each(|properties| match properties {
        Properties::DeploymentGroup(group) => Some(&**group),
        _ => None,
    }) {
        let alarms = group.alarm_configuration.present().and_then(|configuration| configuration.alarms.present());
        let names = alarms.into_iter().flatten().filter_map(|alarm| alarm.present()?.name.present());
        for name in names {
            if let Target::Resource(id) = stack.directory.resolve(name, &[]) {
                watched.insert(id);
            }
        }
    }
    watched
}
