//! Which metrics of a stack no alarm watches.
//!
//! Opt-in: whoever watches their stacks from another one, or by other means than alarms, would fail throughout.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::watches::Watches;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::sinks,
    facts::{
        Observed, Properties, Resource, Why,
        lambda::{DestinationConfig, Function},
    },
    inventory::LogicalId,
    need::Need,
    stack::{InvocationKind, Stack},
};

pub(super) const ALARM_COVERAGE: Check = Check {
    id: "alarm-coverage",
    title: "Alarms watch the signs of trouble of every function, API, queue, workflow, rule and table",
    why: "An alarm on the errors of the API says nothing of a queue that nobody drains. Only the whole set of alarms \
          beside the whole set of resources shows what would break unseen.",
    fix: "Add an alarm on each metric that is named; one on a metric of AWS/Lambda without dimensions watches all \
          functions of the account.",
    absent: "No alarm. Those of other stacks are not seen, so the check is opt-in. A dead-letter queue is another \
             check's subject.",
    reference: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/metrics-and-alerts.html",
    pillar: Pillar::Operations,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::OptIn,
    needs: &[
        Need::Table,
        Need::Function,
        Need::FunctionInvokeConfigs,
        Need::EventSourceMapping,
        Need::RestApiIntegrations,
        Need::HttpApiIntegrations,
        Need::Alarms,
        Need::RuleTargets,
        Need::StateMachines,
        Need::Queue,
    ],
    applies: Applies::Stack(
        &[
            "AWS::ApiGateway::RestApi",
            "AWS::ApiGatewayV2::Api",
            "AWS::DynamoDB::Table",
            "AWS::Events::Rule",
            "AWS::Lambda::Function",
            "AWS::SQS::Queue",
            "AWS::StepFunctions::StateMachine",
        ],
        alarm_coverage,
    ),
};

/// A sign of trouble: any of these metrics will do.
type Sign = &'static [&'static str];

/// What is to be watched of a type.
/// <https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/metrics-and-alerts.html>
const SIGNS: &[(&str, &str, &[Sign])] = &[
    ("AWS::ApiGateway::RestApi", "AWS/ApiGateway", &[&["5XXError"], &["Latency", "IntegrationLatency"]]),
    ("AWS::ApiGatewayV2::Api", "AWS/ApiGateway", &[&["5xx"], &["Latency", "IntegrationLatency"]]),
    (
        "AWS::DynamoDB::Table",
        "AWS/DynamoDB",
        &[&["ThrottledRequests", "ReadThrottleEvents", "WriteThrottleEvents", "ThrottledPutRecordCount"]],
    ),
    ("AWS::Events::Rule", "AWS/Events", &[&["FailedInvocations"]]),
    ("AWS::Lambda::Function", LAMBDA, &[&["Errors"], &["Throttles"], &["Duration"]]),
    ("AWS::SQS::Queue", "AWS/SQS", &[&["ApproximateAgeOfOldestMessage"]]),
    ("AWS::StepFunctions::StateMachine", "AWS/States", &[&["ExecutionsFailed"], &["ExecutionsTimedOut"]]),
];

const LAMBDA: &str = "AWS/Lambda";

fn alarm_coverage(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let view = View::of(stack);
    let judged = stack.facts.resources.iter().filter_map(|resource| {
        let id = &resource.reference.logical_id;
        let (namespace, signs) = view.signs(resource)?;
        Some((id.clone(), view.judge(id, namespace, &signs)))
    });
    judged.collect()
}

struct View<'s> {
    watches: Watches,
    sinks: Rc<sinks::Sinks>,
    called: BTreeMap<&'s LogicalId, BTreeSet<InvocationKind>>,
}

impl<'s> View<'s> {
    fn of(stack: &'s Stack<'_>) -> Self {
        let mut called: BTreeMap<&LogicalId, BTreeSet<InvocationKind>> = BTreeMap::new();
        for invocation in &stack.invocations {
            if let Some(function) = invocation.target.function() {
                called.entry(function).or_default().insert(invocation.kind);
            }
        }
        Self { watches: Watches::of(stack), sinks: sinks::of(stack), called }
    }

    /// What is to be watched of a resource; none where it is nothing, or another check's question.
    fn signs(&self, resource: &Resource) -> Option<(&'static str, Vec<Sign>)> {
        let id = &resource.reference.logical_id;
        let r#type = resource.reference.r#type.as_str();
        let (_, namespace, signs) = SIGNS.iter().find(|(known, ..)| *known == r#type)?;
        let mut signs = signs.to_vec();
        match &resource.properties {
            Properties::Unreadable(_) => return None,
            Properties::Queue(queue) if self.sinks.hold_surely(id, queue) == Ok(true) => return None,
            Properties::HttpApi(api)
                if api.protocol_type.present().is_some_and(|it| it.equals("HTTP") != Some(true)) =>
            {
                // WebSocket APIs report other metrics.
                return None;
            }
            Properties::Function(function) => {
                if function.is_lifecycle_hook == Observed::Present(true) {
                    return None;
                }
                let kinds = self.called.get(id);
                let called = |kind| kinds.is_some_and(|kinds| kinds.contains(&kind));
                if called(InvocationKind::Stream) {
                    signs.push(&["IteratorAge", "OffsetLag"]);
                }
                if called(InvocationKind::Asynchronous) && keeps_failures(function) {
                    signs.push(&["DeadLetterErrors", "DestinationDeliveryFailures"]);
                }
            }
            _ => {}
        }
        Some((namespace, signs))
    }

    fn judge(&self, id: &LogicalId, namespace: &str, signs: &[Sign]) -> Verdict {
        let mut unseen: Vec<&str> = Vec::new();
        let mut open: Option<Why> = None;
        for sign in signs {
            match self.watches.cover(id, namespace, sign) {
                Ok(true) => {}
                Ok(false) => unseen.extend(sign.first()),
                Err(why) => open = open.or(Some(why)),
            }
        }
        let text = || format!("no alarm of the stack watches {} of {namespace}", unseen.join(", "));
        match open {
            Some(why) => Verdict::inconclusive(why),
            None if unseen.is_empty() => Verdict::Pass,
            None if unseen.len() == signs.len() => Verdict::fail(text()),
            None => {
                let share = (signs.len() - unseen.len()) * 100 / signs.len();
                Verdict::partial(u8::try_from(share).unwrap_or(99), text())
            }
        }
    }
}

/// Whether the function hands failed events to somebody, which may itself fail.
fn keeps_failures(function: &Function) -> bool {
    let dead_letter = function.dead_letter_config.present().is_some_and(|config| !config.target_arn.is_absent());
    let configs = function.event_invoke_configs.present().into_iter().flatten().filter_map(Observed::present);
    let mut to = configs.map(|of| DestinationConfig::failure_target(&of.config.destination_config));
    dead_letter || to.any(|target| !target.is_absent())
}
