//! Events of EventBridge: rules by schedule and by pattern, each with a target and what it leaves behind.

use super::super::build::At;
use super::super::expansion::Expansion;
use super::super::resource::Generated;
use super::super::role::{allowing, trust};
use super::push::{From, permission, state};
use super::{Event, Invoked};
use crate::source::Node;

const SCHEDULE: &[&str] =
    &["Schedule", "RuleName", "Input", "Enabled", "State", "Name", "Description", "DeadLetterConfig", "RetryPolicy"];
const PATTERN: &[&str] = &[
    "EventBusName",
    "RuleName",
    "Pattern",
    "DeadLetterConfig",
    "RetryPolicy",
    "Input",
    "InputPath",
    "Target",
    "Enabled",
    "State",
    "InputTransformer",
];
/// The longest id of a target: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html>
const MAX_TARGET_ID: usize = 64;

/// A rule that calls the function.
pub(super) fn of_function(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) {
    let source_arn = event.at.get_att(&event.id, "Arn");
    let target = Target { arn: invoked.arn(event.at), suffix: "LambdaTarget", role: None };
    generate(expansion, event, target);
    let from = From { source_arn: Some(source_arn), ..From::default() };
    expansion.emit(permission(event, invoked, &event.id, "", "events.amazonaws.com", from));
}

/// A rule that starts the state machine, with the role it needs for that.
pub(super) fn of_state_machine(expansion: &mut Expansion<'_>, event: &Event<'_>, arn: Node) {
    let at = event.at;
    let role = match event.get("RoleArn").filter(|_| event.r#type == "Schedule") {
        Some(role) => role.clone(),
        None => {
            let role = start_role(event, "events.amazonaws.com", arn.clone());
            let role_arn = at.get_att(&role.id, "Arn");
            expansion.emit(role);
            role_arn
        }
    };
    generate(expansion, event, Target { arn, suffix: "StepFunctionsTarget", role: Some(role) });
}

/// A role with which a service may start the state machine.
pub(super) fn start_role(event: &Event<'_>, service: &str, arn: Node) -> Generated {
    let at = event.at;
    let id = format!("{}Role", event.id);
    let policy = allowing(&format!("{id}StartExecutionPolicy"), "states:StartExecution", arn, at);
    Generated::new(id, "AWS::IAM::Role", at, event.owner.handed_on())
        .with("AssumeRolePolicyDocument", trust(service, at))
        .with("Policies", at.list([policy]))
        .with_some("PermissionsBoundary", event.owner.get("PermissionsBoundary").cloned())
}

struct Target {
    arn: Node,
    suffix: &'static str,
    role: Option<Node>,
}

fn generate(expansion: &mut Expansion<'_>, event: &Event<'_>, target: Target) {
    let at = event.at;
    let is_schedule = event.r#type == "Schedule";
    event.report_unknown(expansion, &[if is_schedule { SCHEDULE } else { PATTERN }, &["Target", "RoleArn"]]);
    event.require(expansion, if is_schedule { &["Schedule"] } else { &["Pattern"] });
    let dead_letters = dead_letter_queue(expansion, event, true);
    let id = event.get("Target").and_then(|target| target.get("Id")).cloned();
    let target = at
        .mapping()
        .with("Arn", target.arn)
        .with("Id", id.unwrap_or_else(|| at.text(target_id(&event.id, target.suffix))))
        .with_some("RoleArn", target.role)
        .with_copied(event.properties, &["Input", "InputPath", "RetryPolicy", "InputTransformer"])
        .with_some("DeadLetterConfig", dead_letters.map(|arn| at.map([("Arn", arn)])));
    let name = if is_schedule { "Name" } else { "RuleName" };
    let rule = Generated::new(&event.id, "AWS::Events::Rule", at, event.owner.handed_on())
        .with_some("ScheduleExpression", event.get("Schedule").filter(|_| is_schedule).cloned())
        .with_some("EventPattern", event.get("Pattern").filter(|_| !is_schedule).cloned())
        .with_copied(event.properties, &["EventBusName", "Description"])
        .with_some("Name", event.get(name).cloned())
        .with_some("State", state(event))
        .with("Targets", at.list([target.node()]));
    expansion.emit(rule);
}

/// Events that could not be delivered: the ARN of the queue, which SAM makes where only `Type: SQS` is written.
pub(super) fn dead_letter_queue(expansion: &mut Expansion<'_>, event: &Event<'_>, with_policy: bool) -> Option<Node> {
    let config = event.get("DeadLetterConfig")?;
    let at = At(config.at);
    match (config.get("Arn"), config.get("Type")) {
        (Some(arn), None) => return Some(arn.clone()),
        (None, Some(r#type)) if r#type.as_str() == Some("SQS") => {}
        _ => event.refuse(expansion, "`DeadLetterConfig` needs either `Arn` or `Type: SQS`"),
    }
    let default = format!("{}Queue", event.id);
    let id = config.get("QueueLogicalId").and_then(Node::as_str).unwrap_or(&default);
    expansion.emit(Generated::new(id, "AWS::SQS::Queue", at, event.owner.handed_on()));
    if with_policy {
        let sender = at.map([("Service", at.text("events.amazonaws.com"))]);
        let rule = at.get_att(&event.id, "Arn");
        expansion.emit(queue_policy(
            event,
            &format!("{}QueuePolicy", event.id),
            sender,
            at.get_att(id, "Arn"),
            rule,
            at.reference(id),
        ));
    }
    Some(at.get_att(id, "Arn"))
}

/// Lets the sender put messages from one source into the queue.
pub(super) fn queue_policy(
    event: &Event<'_>,
    id: &str,
    sender: Node,
    queue_arn: Node,
    source: Node,
    queue_url: Node,
) -> Generated {
    let at = event.at;
    let statement = at.map([
        ("Action", at.text("sqs:SendMessage")),
        ("Effect", at.text("Allow")),
        ("Principal", sender),
        ("Resource", queue_arn),
        ("Condition", at.map([("ArnEquals", at.map([("aws:SourceArn", source)]))])),
    ]);
    let document = at.map([("Version", at.text("2012-10-17")), ("Statement", at.list([statement]))]);
    Generated::new(id, "AWS::SQS::QueuePolicy", at, event.owner.handed_on())
        .with("PolicyDocument", document)
        .with("Queues", at.list([queue_url]))
}

fn target_id(event: &str, suffix: &str) -> String {
    let kept = event.chars().take(MAX_TARGET_ID - suffix.len());
    kept.chain(suffix.chars()).collect()
}
