//! Checks of alarms in Amazon CloudWatch: whether anybody hears them, and what silence means to them.
//!
//! Opt-in: `alarm-not-insufficient-data`. No template shows a state, and a new alarm has none for minutes.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        List, Observed, Properties, Resource, Target, Text, Why,
        cloudwatch::{Alarm, alarms_in},
        iam::any_known,
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "alarm-has-action",
        title: "Alarm does something when it goes off",
        why: "An alarm without an action changes colour on a page that nobody looks at.",
        fix: "Name a topic in AlarmActions, or let a composite alarm that has one watch this alarm.",
        absent: "Nothing happens. An alarm that a deployment group watches stops deployments all the same, which is half \
                 of it; one that a composite alarm with actions watches is heard through that.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15",
        pillar: Pillar::Operations,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Alarms, Need::DeploymentGroup],
        applies: Applies::EachInStack(&["AWS::CloudWatch::Alarm"], has_action),
    },
    Check {
        id: "alarm-actions-enabled",
        title: "Actions of the alarm are switched on",
        why: "An alarm whose actions were switched off for an hour of maintenance stays silent until somebody remembers.",
        fix: "Leave ActionsEnabled out, or set it to true.",
        absent: "Actions are on.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-17",
        pillar: Pillar::Operations,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Alarms],
        applies: Applies::EachAlarm(actions_enabled),
    },
    Check {
        id: "alarm-treat-missing-data",
        title: "Alarm says what missing data means",
        why: "A service that counts errors reports nothing while there are none: by default the alarm then has \
              insufficient data, and says neither good nor bad.",
        fix: "Set TreatMissingData, to notBreaching for counts of errors.",
        absent: "TreatMissingData is missing: without data the alarm goes to INSUFFICIENT_DATA. Alarms on metrics of \
                 DynamoDB keep their state whatever is said, and are not judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Alarms],
        applies: Applies::EachAlarm(treat_missing_data),
    },
    Check {
        id: "alarm-not-insufficient-data",
        title: "Alarm has data to go by",
        why: "An alarm without data watches nothing: its metric or a dimension may be misspelt, and it would not go off.",
        fix: "Compare namespace, metric and dimensions with what the service reports, or set TreatMissingData to \
              notBreaching where no data is a good sign.",
        absent: "A template shows no state, and nothing is judged; so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Alarms],
        applies: Applies::EachAlarm(has_data),
    },
];

/// Metrics that count what goes wrong, and are not reported while nothing does.
const ERROR_COUNTS: &[&str] = &[
    "4XXError",
    "4xx",
    "5XXError",
    "5xx",
    "AsyncEventsDropped",
    "DeadLetterErrors",
    "DestinationDeliveryFailures",
    "Errors",
    "ExecutionThrottled",
    "ExecutionsAborted",
    "ExecutionsFailed",
    "ExecutionsTimedOut",
    "FailedInvocations",
    "NumberOfNotificationsFailed",
    "Throttles",
];

fn has_action(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let Properties::Alarm(alarm) = &resource.properties else { return None };
    let verdict = match acts(&alarm.alarm_actions) {
        Ok(true) => Ok(Verdict::Pass),
        Ok(false) => watched(resource, stack),
        Err(why) => Err(why),
    };
    Some(verdict.unwrap_or_else(Verdict::inconclusive).at("AlarmActions"))
}

/// Whether there is an action.
///
/// # Errors
/// Where there is none but one that nobody could read.
fn acts(actions: &List<Text>) -> Result<bool, Why> {
    let actions = actions.known()?.map_or(&[][..], Vec::as_slice);
    let mut unread = None;
    for action in actions {
        match action {
            Observed::Present(action) if action.as_str() != Some("") => return Ok(true),
            Observed::Unknown(why) => unread = unread.or(Some(why)),
            Observed::Present(_) | Observed::Absent => {}
        }
    }
    unread.map_or(Ok(false), |why| Err(why.clone()))
}

/// How an alarm without actions is heard all the same; the best of them counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heard {
    Never,
    /// A deployment group watches it.
    InDeployments,
    /// A composite alarm that has actions watches it.
    Always,
}

fn watched(alarm: &Resource, stack: &Stack<'_>) -> Result<Verdict, Why> {
    let mut best = Heard::Never;
    let mut unread = None;
    for resource in &stack.facts.resources {
        match heard(alarm, resource, stack) {
            Ok(heard) => best = best.max(heard),
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    match (best, unread) {
        (Heard::Always, _) => Ok(Verdict::Pass),
        (_, Some(why)) => Err(why),
        (Heard::InDeployments, None) => {
            Ok(Verdict::partial(50, "no action: the alarm stops a deployment, and tells nobody"))
        }
        (Heard::Never, None) => Ok(Verdict::fail("AlarmActions is empty: nothing happens when the alarm goes off")),
    }
}

/// Whether a resource listens to the alarm.
fn heard(alarm: &Resource, by: &Resource, stack: &Stack<'_>) -> Result<Heard, Why> {
    const LISTENERS: &[&str] = &["AWS::CloudWatch::CompositeAlarm", "AWS::CodeDeploy::DeploymentGroup"];
    match &by.properties {
        Properties::CompositeAlarm(composite) => {
            let names = composite.alarm_rule.known()?.map(alarms_in).unwrap_or_default();
            // Whether it has actions matters where it watches this alarm.
            let listens = any_is(names.iter().map(|name| Ok(Some(name))), alarm, stack)?;
            Ok(if listens && acts(&composite.alarm_actions)? { Heard::Always } else { Heard::Never })
        }
        Properties::DeploymentGroup(group) => {
            let Some(configuration) = group.alarm_configuration.known()? else { return Ok(Heard::Never) };
            if !configuration.enabled.known()?.copied().unwrap_or(false) {
                return Ok(Heard::Never);
            }
            let named = configuration.alarms.known()?.into_iter().flatten();
            let names = named.map(|named| named.known().and_then(|named| named.map_or(Ok(None), |it| it.name.known())));
            Ok(if any_is(names, alarm, stack)? { Heard::InDeployments } else { Heard::Never })
        }
        Properties::Unreadable(why) if LISTENERS.contains(&by.reference.r#type.as_str()) => Err(why.clone()),
        _ => Ok(Heard::Never),
    }
}

/// Whether one of the names is that of the alarm.
fn any_is<'t>(
    names: impl Iterator<Item = Result<Option<&'t Text>, Why>>,
    alarm: &Resource,
    stack: &Stack<'_>,
) -> Result<bool, Why> {
    any_known(names.map(|name| {
        let Some(name) = name? else { return Ok(false) };
        match stack.directory.resolve(name, &["AWS::CloudWatch::Alarm"]) {
            Target::Resource(id) => Ok(id == alarm.reference.logical_id),
            Target::Elsewhere => Ok(false),
            Target::Unknown(why) => Err(why),
        }
    }))
}

fn actions_enabled(alarm: &Alarm, _: &Yardstick) -> Option<Verdict> {
    let on = |enabled: &bool| Verdict::pass_if(*enabled, "ActionsEnabled is false: the alarm tells nobody");
    Some(alarm.actions_enabled.judge(on, || Verdict::Pass).at("ActionsEnabled"))
}

fn treat_missing_data(alarm: &Alarm, _: &Yardstick) -> Option<Verdict> {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    match alarm.namespace.known().map(|namespace| namespace.map(|namespace| namespace.equals("AWS/DynamoDB"))) {
        Ok(Some(Some(true))) => return None,
        Ok(Some(None)) | Err(_) => {
            let why = Why::Unresolved("whether the metric is one of DynamoDB is not known".to_owned());
            return Some(Verdict::inconclusive(why).at("Namespace"));
        }
        Ok(Some(Some(false)) | None) => {}
    }
    let absent = || Verdict::fail("TreatMissingData is absent: without data the alarm has no state to go by");
    Some(alarm.treat_missing_data.judge(|treatment| treated(treatment, alarm), absent).at("TreatMissingData"))
}

/// Any treatment says what is meant; of counts of errors only one is right.
fn treated(treatment: &Text, alarm: &Alarm) -> Verdict {
    match (treatment.equals("notBreaching"), counts_errors(alarm)) {
        (Some(true), _) | (_, Ok(false)) => Verdict::Pass,
        (None, _) => Verdict::inconclusive(treatment.why_unresolved()),
        (_, Err(why)) => Verdict::inconclusive(why),
        (Some(false), Ok(true)) => Verdict::partial(
            50,
            format!("TreatMissingData is {treatment}, and a count of errors has no data while all is well"),
        ),
    }
}

fn counts_errors(alarm: &Alarm) -> Result<bool, Why> {
    let Some(metric) = alarm.metric_name.known()? else { return Ok(false) };
    metric.as_str().map(|name| ERROR_COUNTS.contains(&name)).ok_or_else(|| metric.why_unresolved())
}

fn has_data(alarm: &Alarm, _: &Yardstick) -> Option<Verdict> {
    let state = match &alarm.state_value {
        Observed::Present(state) => Verdict::pass_if(state != "INSUFFICIENT_DATA", "the alarm is in INSUFFICIENT_DATA"),
        Observed::Absent => return None,
        Observed::Unknown(why) => Verdict::inconclusive(why.clone()),
    };
    Some(state.at("StateValue"))
}
