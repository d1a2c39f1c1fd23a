//! Calls from types that have no struct of their own: authorizers, user pools, target groups, log subscriptions.

use serde_json::{Map, Value};

use super::{
    Invocation,
    InvocationKind::{Asynchronous, Synchronous},
    edges::{Reader, observed, unknown},
};
use crate::{facts::unknown_marker, inventory::LogicalId};

/// The calls of a resource, by its type; none for a type that calls no function.
pub(super) fn calls(
    reader: Reader<'_>,
    id: &LogicalId,
    r#type: &str,
    properties: &Map<String, Value>,
) -> Vec<Invocation> {
    match r#type {
        "AWS::ApiGateway::Authorizer" => authorizer(reader, id, properties, "RestApiId"),
        "AWS::ApiGatewayV2::Authorizer" => authorizer(reader, id, properties, "ApiId"),
        "AWS::Cognito::UserPool" => user_pool(reader, id, properties),
        "AWS::ElasticLoadBalancingV2::TargetGroup" => target_group(reader, id, properties),
        "AWS::Logs::SubscriptionFilter" => {
            let call = reader.call(id, "DestinationArn", &observed(properties.get("DestinationArn")), Asynchronous);
            call.map(|call| call.with_principal("logs.amazonaws.com")).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn authorizer(reader: Reader<'_>, id: &LogicalId, properties: &Map<String, Value>, api: &str) -> Vec<Invocation> {
    let by_role = properties.get("AuthorizerCredentials").or(properties.get("AuthorizerCredentialsArn")).is_some();
    let source = reader.resource(&observed(properties.get(api)));
    let call = reader.call(id, "AuthorizerUri", &observed(properties.get("AuthorizerUri")), Synchronous);
    let call = call.map(|call| call.from(source));
    call.map(|call| if by_role { call } else { call.with_principal("apigateway.amazonaws.com") }).into_iter().collect()
}

/// Triggers: an ARN by name, or a structure with `LambdaArn`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-cognito-userpool-lambdaconfig.html>
fn user_pool(reader: Reader<'_>, id: &LogicalId, properties: &Map<String, Value>) -> Vec<Invocation> {
    let Some(config) = properties.get("LambdaConfig") else { return Vec::new() };
    if let Some(why) = unknown_marker(config) {
        return unknown(id, "LambdaConfig", &why, Synchronous);
    }
    let triggers = config.as_object().into_iter().flatten().filter(|(name, _)| *name != "KMSKeyID");
    triggers
        .filter_map(|(name, trigger)| {
            let (place, arn) = match trigger.get("LambdaArn") {
                Some(arn) => (format!("LambdaConfig.{name}.LambdaArn"), arn),
                None => (format!("LambdaConfig.{name}"), trigger),
            };
            let call = reader.call(id, place, &observed(Some(arn)), Synchronous)?;
            Some(call.with_principal("cognito-idp.amazonaws.com"))
        })
        .collect()
}

fn target_group(reader: Reader<'_>, id: &LogicalId, properties: &Map<String, Value>) -> Vec<Invocation> {
    if properties.get("TargetType").and_then(Value::as_str) != Some("lambda") {
        return Vec::new();
    }
    let targets = properties.get("Targets").and_then(Value::as_array).into_iter().flatten();
    targets
        .enumerate()
        .filter_map(|(index, target)| {
            let place = format!("Targets[{index}].Id");
            let call = reader.call(id, place, &observed(target.get("Id")), Synchronous)?;
            Some(call.with_principal("elasticloadbalancing.amazonaws.com"))
        })
        .collect()
}
