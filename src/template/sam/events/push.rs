//! Sources that call the function themselves, and the permission that each of them needs.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html>

use super::super::build::At;
use super::super::expansion::Expansion;
use super::super::resource::Generated;
use super::super::tree::{digest_text, truthy};
use super::{Event, Invoked};
use crate::source::Node;

/// Where a permission is narrowed to, all of it optional.
#[derive(Default)]
pub(super) struct From {
    pub(super) source_arn: Option<Node>,
    pub(super) source_account: Option<Node>,
    pub(super) event_source_token: Option<Node>,
}

/// The permission for a service to call the function; `id` is what its logical id begins with.
pub(super) fn permission(
    event: &Event<'_>,
    invoked: &Invoked,
    id: &str,
    suffix: &str,
    service: &str,
    from: From,
) -> Generated {
    let at = event.at;
    let suffix = match suffix.chars().all(char::is_alphanumeric) {
        true => suffix.to_owned(),
        false => digest_text(suffix),
    };
    Generated::new(format!("{id}Permission{suffix}"), "AWS::Lambda::Permission", at, event.owner.handed_on())
        .with("Action", at.text("lambda:InvokeFunction"))
        .with("FunctionName", invoked.name(at))
        .with("Principal", at.text(service))
        .with_some("SourceArn", from.source_arn)
        .with_some("SourceAccount", from.source_account)
        .with_some("EventSourceToken", from.event_source_token)
}

/// Adds what the event generates; whether its type is one of these.
pub(super) fn generate(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) -> bool {
    match event.r#type {
        "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => super::rule::of_function(expansion, event, invoked),
        "S3" => super::bucket::generate(expansion, event, invoked),
        "CloudWatchLogs" => log_group(expansion, event, invoked),
        "IoTRule" => iot_rule(expansion, event, invoked),
        "AlexaSkill" => {
            event.report_unknown(expansion, &[&["SkillId"]]);
            let from = From { event_source_token: event.get("SkillId").cloned(), ..From::default() };
            expansion.emit(permission(event, invoked, &event.id, "", "alexa-appkit.amazon.com", from));
        }
        "Cognito" => cognito(expansion, event, invoked),
        _ => return false,
    }
    true
}

fn log_group(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) {
    event.report_unknown(expansion, &[&["LogGroupName", "FilterPattern"]]);
    event.require(expansion, &["LogGroupName", "FilterPattern"]);
    let at = event.at;
    let arn = format!(
        "arn:{}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{__LogGroupName__}}:*",
        expansion.known.partition()
    );
    let source_arn = event.get("LogGroupName").map(|name| at.sub_with(arn, [("__LogGroupName__", name.clone())]));
    let from = From { source_arn, ..From::default() };
    let permission = permission(event, invoked, &event.id, "", "logs.amazonaws.com", from);
    let mut filter = Generated::new(&event.id, "AWS::Logs::SubscriptionFilter", at, event.owner.handed_on())
        .with_copied(event.properties, &["LogGroupName", "FilterPattern"])
        .with("DestinationArn", invoked.arn(at));
    filter.set_attribute("DependsOn", at.texts([permission.id.as_str()]));
    expansion.emit(permission);
    expansion.emit(filter);
}

fn iot_rule(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) {
    event.report_unknown(expansion, &[&["Sql", "AwsIotSqlVersion"]]);
    event.require(expansion, &["Sql"]);
    let at = event.at;
    let arn =
        format!("arn:{}:iot:${{AWS::Region}}:${{AWS::AccountId}}:rule/${{RuleName}}", expansion.known.partition());
    let from = From {
        source_arn: Some(at.sub_with(arn, [("RuleName", at.reference(&event.id))])),
        source_account: Some(at.sub("${AWS::AccountId}")),
        event_source_token: None,
    };
    expansion.emit(permission(event, invoked, &event.id, "", "iot.amazonaws.com", from));
    let action = at.map([("Lambda", at.map([("FunctionArn", invoked.arn(at))]))]);
    let payload = at
        .mapping()
        .with_copied(event.properties, &["Sql", "AwsIotSqlVersion"])
        .with("RuleDisabled", at.flag(false))
        .with("Actions", at.list([action]));
    let rule = Generated::new(&event.id, "AWS::IoT::TopicRule", at, event.owner.handed_on());
    expansion.emit(rule.with("TopicRulePayload", payload.node()));
}

/// A trigger of a user pool in the same template, which gets the function as its configuration.
fn cognito(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) {
    event.report_unknown(expansion, &[&["UserPool", "Trigger"]]);
    event.require(expansion, &["Trigger"]);
    let at = event.at;
    let pool = event.get("UserPool").and_then(super::super::tree::referenced).map(str::to_owned);
    let Some((pool, resource)) = pool.and_then(|pool| Some((pool.clone(), expansion.written_mut(&pool)?))) else {
        event.refuse(expansion, "`UserPool` must refer to a user pool of the template");
        return;
    };
    let triggers: Vec<String> = event.get("Trigger").map(one_or_many).unwrap_or_default();
    if let Some(config) = super::super::tree::mapping_mut(resource, "Properties", at.0)
        .and_then(|properties| super::super::tree::mapping_mut(properties, "LambdaConfig", at.0))
    {
        for trigger in triggers {
            super::super::tree::put(config, &trigger, invoked.arn(at));
        }
    }
    let from = From { source_arn: Some(at.get_att(&pool, "Arn")), ..From::default() };
    let id = format!("{}Cognito", invoked.id());
    expansion.emit(permission(event, invoked, &id, "", "cognito-idp.amazonaws.com", from));
}

/// The texts of a list, or a text alone.
pub(super) fn one_or_many(node: &Node) -> Vec<String> {
    let single = node.as_str().into_iter();
    single.chain(node.items().iter().filter_map(Node::as_str)).map(str::to_owned).collect()
}

/// `State` of a rule: as written, or from `Enabled`.
pub(super) fn state(event: &Event<'_>) -> Option<Node> {
    if let Some(state) = event.filled("State") {
        return Some(state.clone());
    }
    let enabled = event.get("Enabled")?;
    let state = if truthy(enabled) { "ENABLED" } else { "DISABLED" };
    Some(At(enabled.at).text(state))
}
