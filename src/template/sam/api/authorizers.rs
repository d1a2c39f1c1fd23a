//! Authorizers as security definitions, and the permission to call those that are functions.

use super::super::build::At;
use super::super::expansion::Expansion;
use super::super::resource::{Generated, SamResource};
use super::super::tree::{filled, truthy};
use super::method_auth::{define, iam_definition};
use crate::source::{Kind, Node};

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";

/// Defines the authorizers of a REST API.
pub(super) fn define_rest(body: &mut Node, auth: &Node, partition: &str) {
    if auth.get("DefaultAuthorizer").and_then(Node::as_str) == Some("AWS_IAM") {
        define(body, "AWS_IAM", iam_definition(At(auth.at)));
    }
    for authorizer in auth.get("Authorizers").map(Node::entries).unwrap_or_default() {
        define(body, &authorizer.key, rest(&authorizer.value, partition));
    }
}

/// Defines the authorizers of an HTTP API.
pub(super) fn define_http(body: &mut Node, auth: &Node, partition: &str) {
    if matches!(auth.get("EnableIamAuthorizer").map(|enable| &enable.kind), Some(Kind::Bool(true))) {
        define(body, "AWS_IAM", iam_definition(At(auth.at)));
    }
    for authorizer in auth.get("Authorizers").map(Node::entries).unwrap_or_default() {
        define(body, &authorizer.key, http(&authorizer.value, partition));
    }
}

/// Adds the permissions for API Gateway to call authorizers that are functions.
pub(super) fn permit(expansion: &mut Expansion<'_>, api: &SamResource, auth: &Node, is_rest: bool) {
    for authorizer in auth.get("Authorizers").map(Node::entries).unwrap_or_default() {
        let Some(function) = filled(&authorizer.value, "FunctionArn") else { continue };
        let is_permitted = if is_rest {
            !authorizer.value.get("DisableFunctionDefaultPermissions").is_some_and(truthy)
        } else {
            authorizer.value.get("EnableFunctionDefaultPermissions").is_some_and(truthy)
        };
        if !is_permitted {
            continue;
        }
        let at = At(authorizer.key_at);
        let partition = if is_rest { expansion.known.partition() } else { "${AWS::Partition}" };
        let arn =
            format!("arn:{partition}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/authorizers/*");
        let id = format!("{}{}AuthorizerPermission", api.id, authorizer.key);
        let permission = Generated::new(id, "AWS::Lambda::Permission", at, api.handed_on())
            .with("Action", at.text("lambda:InvokeFunction"))
            .with("FunctionName", function.clone())
            .with("Principal", at.text("apigateway.amazonaws.com"))
            .with("SourceArn", at.sub_with(arn, [("__ApiId__", at.reference(&api.id))]));
        expansion.emit(permission);
    }
}

fn rest(authorizer: &Node, partition: &str) -> Node {
    let at = At(authorizer.at);
    let identity = authorizer.get("Identity");
    let is_request = authorizer.get("FunctionPayloadType").and_then(Node::as_str) == Some("REQUEST");
    let pools = filled(authorizer, "UserPoolArn");
    let header = identity.and_then(|identity| filled(identity, "Header")).cloned();
    let name = match pools.is_none() && is_request {
        true => at.text("Unused"),
        false => header.unwrap_or_else(|| at.text("Authorization")),
    };
    let mut details = at.mapping();
    match pools {
        Some(pools) => {
            let arns = if matches!(pools.kind, Kind::Sequence(_)) { pools.clone() } else { at.list([pools.clone()]) };
            details.set("type", at.text("cognito_user_pools"));
            details.set("providerARNs", arns);
        }
        None => {
            details.set("type", at.text(if is_request { "request" } else { "token" }));
            details = details.with_some("authorizerUri", function_uri(authorizer, partition));
            let ttl = identity.and_then(|identity| identity.get("ReauthorizeEvery")).cloned();
            details = details.with_some("authorizerResultTtlInSeconds", ttl);
            details = details.with_some("authorizerCredentials", invoke_role(authorizer));
            let source = identity.map(|identity| identity_source(identity, &REST_SOURCES)).unwrap_or_default();
            if is_request && !source.is_empty() {
                details.set("identitySource", at.text(source.join(", ")));
            }
        }
    }
    let expression = identity.and_then(|identity| filled(identity, "ValidationExpression"));
    let expression = expression.filter(|_| pools.is_some() || !is_request).cloned();
    at.map([
        ("type", at.text("apiKey")),
        ("name", name),
        ("in", at.text("header")),
        ("x-amazon-apigateway-authtype", at.text(if pools.is_some() { "cognito_user_pools" } else { "custom" })),
        (AUTHORIZER, details.with_some("identityValidationExpression", expression).node()),
    ])
}

fn http(authorizer: &Node, partition: &str) -> Node {
    let at = At(authorizer.at);
    if let Some(jwt) = filled(authorizer, "JwtConfiguration") {
        let lower = jwt.entries().iter();
        let jwt = lower.fold(at.mapping(), |map, entry| map.with(&entry.key.to_lowercase(), entry.value.clone()));
        let details = at
            .mapping()
            .with("jwtConfiguration", jwt.node())
            .with_some("identitySource", authorizer.get("IdentitySource").cloned())
            .with("type", at.text("jwt"));
        return at.map([("type", at.text("oauth2")), (AUTHORIZER, details.node())]);
    }
    let identity = filled(authorizer, "Identity");
    let source = identity.map(|identity| at.texts(identity_source(identity, &HTTP_SOURCES).iter().map(String::as_str)));
    let details = at
        .mapping()
        .with("type", at.text("request"))
        .with_some("authorizerUri", function_uri(authorizer, partition))
        .with_some("authorizerCredentials", invoke_role(authorizer))
        .with_some(
            "authorizerResultTtlInSeconds",
            identity.and_then(|identity| identity.get("ReauthorizeEvery")).cloned(),
        )
        .with_some("identitySource", source)
        .with_some("authorizerPayloadFormatVersion", authorizer.get("AuthorizerPayloadFormatVersion").cloned())
        .with_some("enableSimpleResponses", filled(authorizer, "EnableSimpleResponses").cloned());
    at.map([
        ("type", at.text("apiKey")),
        ("name", at.text("Unused")),
        ("in", at.text("header")),
        (AUTHORIZER, details.node()),
    ])
}

const REST_SOURCES: [(&str, &str); 4] = [
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
];
const HTTP_SOURCES: [(&str, &str); 4] = [
    ("Headers", "$request.header."),
    ("QueryStrings", "$request.querystring."),
    ("StageVariables", "$stageVariables."),
    ("Context", "$context."),
];

fn identity_source(identity: &Node, sources: &[(&str, &str)]) -> Vec<String> {
    let of_kind = |(name, prefix): &(&str, &str)| {
        let values = identity.get(name).map(Node::items).unwrap_or_default();
        values.iter().filter_map(Node::as_str).map(|value| format!("{prefix}{value}")).collect::<Vec<_>>()
    };
    sources.iter().flat_map(of_kind).collect()
}

fn function_uri(authorizer: &Node, partition: &str) -> Option<Node> {
    let function = filled(authorizer, "FunctionArn")?;
    let uri = format!(
        "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{__FunctionArn__}}/invocations"
    );
    Some(At(function.at).sub_with(uri, [("__FunctionArn__", function.clone())]))
}

fn invoke_role(authorizer: &Node) -> Option<Node> {
    filled(authorizer, "FunctionInvokeRole").filter(|role| role.as_str() != Some("NONE")).cloned()
}
