//! `ScheduleV2`: a schedule of EventBridge Scheduler, with the role it needs.

use super::super::expansion::Expansion;
use super::super::resource::Generated;
use super::super::role::{allowing, trust};
use super::super::tree::truthy;
use super::Event;
use super::rule::dead_letter_queue;
use crate::source::Node;

const COPIED: &[&str] = &[
    "ScheduleExpression",
    "FlexibleTimeWindow",
    "State",
    "Description",
    "StartDate",
    "EndDate",
    "ScheduleExpressionTimezone",
    "GroupName",
    "KmsKeyArn",
];
const CONSUMED: &[&str] =
    &["PermissionsBoundary", "Name", "Input", "RoleArn", "DeadLetterConfig", "RetryPolicy", "OmitName"];

/// Adds the schedule; `action` is what its role may do with the target.
pub(super) fn generate(expansion: &mut Expansion<'_>, event: &Event<'_>, arn: Node, action: &str) {
    event.report_unknown(expansion, &[COPIED, CONSUMED]);
    event.require(expansion, &["ScheduleExpression"]);
    let at = event.at;
    let dead_letters = dead_letter_queue(expansion, event, false);
    let role = match event.filled("RoleArn") {
        Some(role) => role.clone(),
        None => {
            let role = role(event, arn.clone(), action, dead_letters.clone());
            let role_arn = at.get_att(&role.id, "Arn");
            expansion.emit(role);
            role_arn
        }
    };
    let target = at
        .mapping()
        .with("Arn", arn)
        .with("RoleArn", role)
        .with_copied(event.properties, &["Input", "RetryPolicy"])
        .with_some("DeadLetterConfig", dead_letters.map(|arn| at.map([("Arn", arn)])));
    let mut schedule = Generated::new(&event.id, "AWS::Scheduler::Schedule", at, event.owner.handed_on())
        .with_copied(event.properties, COPIED)
        .with("Target", target.node());
    if event.filled("FlexibleTimeWindow").is_none() {
        schedule.properties.set("FlexibleTimeWindow", at.map([("Mode", at.text("OFF"))]));
    }
    if !event.get("OmitName").is_some_and(truthy) {
        schedule.properties.set("Name", event.filled("Name").cloned().unwrap_or_else(|| at.text(&event.id)));
    }
    expansion.emit(schedule);
}

fn role(event: &Event<'_>, arn: Node, action: &str, dead_letters: Option<Node>) -> Generated {
    let at = event.at;
    let name = if action == "lambda:InvokeFunction" { "LambdaPolicy" } else { "StartExecutionPolicy" };
    let start = allowing(&format!("{}{name}", event.id), action, arn, at);
    let send = dead_letters.map(|queue| allowing(&format!("{}SQSPolicy", event.id), "sqs:SendMessage", queue, at));
    Generated::new(format!("{}Role", event.id), "AWS::IAM::Role", at, event.owner.handed_on())
        .with("AssumeRolePolicyDocument", trust("scheduler.amazonaws.com", at))
        .with("Policies", at.list(std::iter::once(start).chain(send)))
        .with_some("PermissionsBoundary", event.filled("PermissionsBoundary").cloned())
}
