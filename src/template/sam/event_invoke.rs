//! `EventInvokeConfig`: retries and destinations of asynchronous invocations.

use super::build::At;
use super::conditions;
use super::events::Invoked;
use super::expansion::Expansion;
use super::resource::{Generated, SamResource};
use super::role::{allowing, named};
use super::tree::{if_parts, is_no_value};
use crate::source::{Kind, Node};

/// A destination once SAM has made its queue or topic.
struct Destination {
    arn: Node,
    policy: Option<Node>,
}

/// Adds the configuration; gives the policies that its destinations need.
pub(super) fn generate(
    expansion: &mut Expansion<'_>,
    function: &SamResource,
    alias_name: Option<Node>,
    invoked: &Invoked,
) -> Vec<Node> {
    let Some(written) = function.filled("EventInvokeConfig") else { return Vec::new() };
    let config = expansion.known.resolve(written);
    let at = function.place("EventInvokeConfig");
    let id = format!("{}EventInvokeConfig", function.id);
    let mut policies = Vec::new();
    let mut destinations = At(config.at).mapping();
    for event in ["OnSuccess", "OnFailure"] {
        let Some(written) = config.get("DestinationConfig").and_then(|destinations| destinations.get(event)) else {
            continue;
        };
        if written.kind == Kind::Null {
            continue;
        }
        if let Some(destination) = destination(expansion, function, &format!("{id}{event}"), written) {
            destinations.set(event, At(written.at).map([("Destination", destination.arn)]));
            policies.extend(destination.policy);
        }
    }
    let mut resource = Generated::new(id, "AWS::Lambda::EventInvokeConfig", at, function.own())
        .with("FunctionName", at.reference(&function.id))
        .with("Qualifier", alias_name.unwrap_or_else(|| at.text("$LATEST")))
        .with("DestinationConfig", destinations.node())
        .with_copied(&config, &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"]);
    if let Some(alias) = invoked.alias() {
        resource.set_attribute("DependsOn", at.texts([alias]));
    }
    expansion.emit(resource);
    policies
}

fn destination(expansion: &mut Expansion<'_>, function: &SamResource, id: &str, written: &Node) -> Option<Destination> {
    let at = At(written.at);
    let r#type = written.get("Type").and_then(Node::as_str).unwrap_or_default().to_owned();
    if !["SQS", "SNS", "EventBridge", "Lambda", "S3Bucket"].contains(&r#type.as_str()) {
        expansion.refuse(&function.id, at, "a destination needs `Type`: SQS, SNS, EventBridge, Lambda or S3Bucket");
    }
    let target = written.get("Destination").filter(|target| target.kind != Kind::Null);
    let config_id = format!("{}EventInvokeConfig", function.id);
    let arn = match target {
        None => made(expansion, function, id, &r#type, None, at)?,
        Some(target) => match missing_branch(target) {
            None => target.clone(),
            Some((condition, holds, other)) => {
                let condition =
                    if holds { condition.to_owned() } else { conditions::not(expansion, condition, &config_id, at) };
                let made = made(expansion, function, id, &r#type, Some(&condition), at)?;
                let arn = at.choose(&condition, made, other.clone());
                return Some(Destination { policy: policy(&r#type, id, arn.clone(), at), arn });
            }
        },
    };
    Some(Destination { policy: policy(&r#type, id, arn.clone(), at), arn })
}

/// The condition under which an `Fn::If` leaves the destination open, whether it must hold for that, and the other branch.
fn missing_branch(target: &Node) -> Option<(&str, bool, &Node)> {
    let [condition, value, alternative] = if_parts(target)?;
    match (is_no_value(value), is_no_value(alternative)) {
        (true, false) => Some((condition.as_str()?, true, alternative)),
        (false, true) => Some((condition.as_str()?, false, value)),
        _ => None,
    }
}

/// Makes the queue or topic; gives a reference to its ARN.
fn made(
    expansion: &mut Expansion<'_>,
    function: &SamResource,
    id: &str,
    r#type: &str,
    condition: Option<&str>,
    at: At,
) -> Option<Node> {
    let (id, kind) = match r#type {
        "SQS" => (format!("{id}Queue"), "AWS::SQS::Queue"),
        "SNS" => (format!("{id}Topic"), "AWS::SNS::Topic"),
        _ => {
            expansion.refuse(&function.id, at, "only a destination of type SQS or SNS can do without `Destination`");
            return None;
        }
    };
    let mut resource = Generated::new(&id, kind, at, function.handed_on());
    if let Some(condition) = condition {
        let condition = conditions::both(expansion, function.condition(), condition, &function.id, at);
        resource.set_attribute("Condition", at.text(condition));
    }
    expansion.emit(resource);
    Some(if r#type == "SQS" { at.get_att(&id, "Arn") } else { at.reference(&id) })
}

fn policy(r#type: &str, id: &str, arn: Node, at: At) -> Option<Node> {
    // SAM names the policy after the configuration and the event, without the queue's suffix.
    match r#type {
        "SQS" => Some(allowing(&format!("{id}SQSPolicy"), "sqs:SendMessage", arn, at)),
        "SNS" => Some(allowing(&format!("{id}SNSPolicy"), "sns:publish", arn, at)),
        "EventBridge" => Some(allowing(&format!("{id}EventBridgePolicy"), "events:PutEvents", arn, at)),
        "Lambda" => Some(allowing(&format!("{id}LambdaPolicy"), "lambda:InvokeFunction", arn, at)),
        "S3Bucket" => Some(s3_policy(id, arn, at)),
        _ => None,
    }
}

/// The policy to write failed events into a bucket.
pub(super) fn s3_policy(id: &str, bucket: Node, at: At) -> Node {
    let objects = at.map([("Fn::Join", at.list([at.text("/"), at.list([bucket.clone(), at.text("*")])]))]);
    let allow = |action: &str, resource: Node| {
        at.map([("Action", at.text(action)), ("Effect", at.text("Allow")), ("Resource", resource)])
    };
    let statements = [allow("s3:PutObject", objects), allow("s3:ListBucket", bucket)];
    named(&format!("{id}S3Policy"), at.map([("Statement", at.list(statements))]), at)
}
