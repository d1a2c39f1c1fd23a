//! `Api` and `HttpApi`: the permission for API Gateway, and the method in the API's definition.

use super::super::api::{definition, method_auth};
use super::super::build::At;
use super::super::expansion::Expansion;
use super::super::tree::{get_mut, mapping_mut, put, size, take, truthy};
use super::push::{From, permission};
use super::rule::start_role;
use super::{Event, Invoked};
use crate::source::Node;

const REST: &[&str] = &[
    "Path",
    "Method",
    "RestApiId",
    "Stage",
    "Auth",
    "RequestModel",
    "RequestParameters",
    "TimeoutInMillis",
    "ResponseTransferMode",
];
const HTTP: &[&str] =
    &["Path", "Method", "ApiId", "Stage", "Auth", "TimeoutInMillis", "RouteSettings", "PayloadFormatVersion"];

/// A method of a REST API that calls the function.
pub(super) fn rest(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) {
    event.report_unknown(expansion, &[REST]);
    event.require(expansion, &["Path", "Method"]);
    let Some((path, method)) = route(event) else { return };
    let Some(api) = event.get("RestApiId") else { return };
    let at = event.at;
    let arn = format!(
        "arn:{}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}/{}{}",
        expansion.known.partition(),
        definition::permitted_method(&method),
        definition::permitted_path(&path)
    );
    let source_arn = Some(at.sub_with(arn, [("__ApiId__", api.clone()), ("__Stage__", at.text("*"))]));
    let suffix = stage_suffix(expansion, api);
    let from = From { source_arn, ..From::default() };
    expansion.emit(permission(event, invoked, &event.id, &suffix, "apigateway.amazonaws.com", from));
    let streams = event.get("ResponseTransferMode").and_then(Node::as_str) == Some("RESPONSE_STREAM");
    let uri = integration_uri(event, invoked, expansion.known.partition(), streams);
    let mut integration = at
        .mapping()
        .with("type", at.text("aws_proxy"))
        .with("httpMethod", at.text("POST"))
        .with("uri", uri)
        .with_some("timeoutInMillis", event.filled("TimeoutInMillis").cloned());
    if streams {
        integration.set("responseTransferMode", at.text("STREAM"));
    }
    add_rest_method(expansion, event, &path, &method, integration.node());
}

/// A method of a REST API that starts the state machine.
pub(super) fn start_execution(expansion: &mut Expansion<'_>, event: &Event<'_>, arn: Node) {
    event.report_unknown(expansion, &[REST, &["UnescapeMappingTemplate"]]);
    event.require(expansion, &["Path", "Method"]);
    let role = start_role(event, "apigateway.amazonaws.com", arn);
    let at = event.at;
    let credentials = at.get_att(&role.id, "Arn");
    expansion.emit(role);
    let Some((path, method)) = route(event) else { return };
    let uri = at.sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution");
    let uri = match event.owner.condition() {
        Some(condition) => at.only_if(condition, uri),
        None => uri,
    };
    let integration =
        at.map([("type", at.text("aws")), ("httpMethod", at.text("POST")), ("uri", uri), ("credentials", credentials)]);
    add_rest_method(expansion, event, &path, &method, integration);
}

/// Adds a method with its security to a REST API that SAM defines.
fn add_rest_method(expansion: &mut Expansion<'_>, event: &Event<'_>, path: &str, method: &str, integration: Node) {
    let Some(id) = event.get("RestApiId").and_then(definition::api_id).map(str::to_owned) else { return };
    let is_managed = expansion.managed_apis.contains(&id);
    let overrides = event.get("Auth").is_some_and(|auth| auth.get("OverrideApiAuth").is_some_and(truthy));
    if !expansion.admit(event.get("Auth").map_or(0, size)) {
        return;
    }
    let problems = with_body(expansion, &id, |body, api| {
        let auth = api.get("Auth");
        let merges = api.get("MergeDefinitions").is_some_and(truthy);
        if !is_managed && !merges && !overrides {
            return Vec::new();
        }
        if is_managed || merges {
            let mut integration = integration;
            if let Some(credentials) = rest_credentials(event.get("Auth"), auth, event.at) {
                put(&mut integration, "credentials", credentials);
            }
            definition::add_integration(body, path, method, integration, event.owner.condition(), event.at);
            if let Some(model) = event.filled("RequestModel") {
                add_validator(body, path, method, model);
            }
        }
        if let Some(own) = event.get("Auth") {
            method_auth::add_rest(body, path, method, own, auth);
        }
        method_auth::problems(event.get("Auth"), auth)
    });
    for problem in problems.unwrap_or_default() {
        event.refuse(expansion, &problem);
    }
}

/// Names the validator that a request model asks for, and defines it.
fn add_validator(body: &mut Node, path: &str, method: &str, model: &Node) {
    let [of_body, of_parameters] = ["ValidateBody", "ValidateParameters"].map(|name| model.get(name));
    if of_body.is_none() && of_parameters.is_none() {
        return;
    }
    let at = At(model.at);
    let (of_body, of_parameters) = (of_body.is_some_and(truthy), of_parameters.is_some_and(truthy));
    let name = match (of_body, of_parameters) {
        (true, true) => "body-and-params",
        (true, false) => "body-only",
        (false, true) => "params-only",
        (false, false) => "no-validation",
    };
    if let Some(validators) = mapping_mut(body, "x-amazon-apigateway-request-validators", at.0) {
        let checks = [("validateRequestBody", of_body), ("validateRequestParameters", of_parameters)];
        put(validators, name, at.map(checks.map(|(name, is_on)| (name, at.flag(is_on)))));
    }
    definition::at_method(body, path, method, &mut |definition| {
        put(definition, "x-amazon-apigateway-request-validator", at.text(name));
    });
}

/// With which credentials API Gateway calls the function where callers sign with IAM.
fn rest_credentials(method: Option<&Node>, api: Option<&Node>, at: At) -> Option<Node> {
    let method = method.filter(|auth| truthy(auth));
    let by_method = method.and_then(|auth| auth.get("Authorizer")).and_then(Node::as_str) == Some("AWS_IAM");
    let by_api = api.and_then(|auth| auth.get("DefaultAuthorizer")).and_then(Node::as_str) == Some("AWS_IAM");
    let is_signed = by_method || (by_api && method.is_none());
    if !is_signed {
        return None;
    }
    let role = method.and_then(|auth| auth.get("InvokeRole")).or_else(|| api.and_then(|auth| auth.get("InvokeRole")));
    match role {
        None => Some(at.text("arn:aws:iam::*:user/*")),
        Some(role) if !truthy(role) || role.as_str() == Some("NONE") => None,
        Some(role) if role.as_str() == Some("CALLER_CREDENTIALS") => Some(at.text("arn:aws:iam::*:user/*")),
        Some(role) => Some(role.clone()),
    }
}

/// A route of an HTTP API that calls the function.
pub(super) fn http(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) {
    event.report_unknown(expansion, &[HTTP]);
    let Some((path, method)) = route(event) else {
        event.refuse(expansion, "an event of type HttpApi needs `Path` and `Method`, or neither");
        return;
    };
    let Some(api) = event.get("ApiId") else { return };
    let id = definition::api_id(api).map(str::to_owned);
    let at = event.at;
    let is_covered = path != definition::DEFAULT_PATH
        && id.as_deref().and_then(|id| expansion.written(id)).is_some_and(|api| {
            let body = api.get("Properties").and_then(|properties| properties.get("DefinitionBody"));
            body.is_some_and(|body| definition::default_route_calls(body, &invoked.arn_variable()))
        });
    if !is_covered {
        let shown = if path == definition::DEFAULT_PATH { String::new() } else { definition::permitted_path(&path) };
        let arn = format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}/{}{shown}",
            definition::permitted_method(&method)
        );
        let source_arn = Some(at.sub_with(arn, [("__ApiId__", api.clone()), ("__Stage__", at.text("*"))]));
        let from = From { source_arn, ..From::default() };
        expansion.emit(permission(event, invoked, &event.id, "", "apigateway.amazonaws.com", from));
    }
    let version = event.filled("PayloadFormatVersion").cloned().unwrap_or_else(|| at.text("2.0"));
    let integration = at
        .mapping()
        .with("type", at.text("aws_proxy"))
        .with("httpMethod", at.text("POST"))
        .with("payloadFormatVersion", version)
        .with("uri", integration_uri(event, invoked, "${AWS::Partition}", false))
        .with_some("timeoutInMillis", event.filled("TimeoutInMillis").cloned());
    let Some(id) = id else { return };
    with_body(expansion, &id, |body, api| {
        if !definition::has_integration(body, &path, &method) {
            definition::add_integration(body, &path, &method, integration.node(), event.owner.condition(), at);
            method_auth::add_http(body, &path, &method, event.get("Auth"), api.get("Auth"));
        }
    });
    for problem in event.get("Auth").map(method_auth::nameless).unwrap_or_default() {
        event.refuse(expansion, &problem);
    }
}

/// Path, and method in lower case.
fn route(event: &Event<'_>) -> Option<(String, String)> {
    let path = event.get("Path").and_then(Node::as_str)?;
    let method = event.get("Method").and_then(Node::as_str)?;
    Some((path.to_owned(), definition::method_name(method)))
}

/// Changes the definition of an API of the template, where it has an inline one; `change` sees the API's other properties.
fn with_body<T>(expansion: &mut Expansion<'_>, id: &str, change: impl FnOnce(&mut Node, &Node) -> T) -> Option<T> {
    let properties = get_mut(expansion.written_mut(id)?, "Properties")?;
    let mut body = take(properties, "DefinitionBody")?;
    let result = change(&mut body, properties);
    put(properties, "DefinitionBody", body);
    Some(result)
}

/// What SAM appends to the permission's id: the stage's name where it is known.
fn stage_suffix(expansion: &Expansion<'_>, api: &Node) -> String {
    let Some(id) = definition::api_id(api) else { return "AllStages".to_owned() };
    let Some(api) = expansion.written(id) else { return "Stage".to_owned() };
    let stage = api.get("Properties").and_then(|properties| properties.get("StageName"));
    stage.and_then(Node::as_str).unwrap_or("Stage").to_owned()
}

fn integration_uri(event: &Event<'_>, invoked: &Invoked, partition: &str, streams: bool) -> Node {
    let (version, action) =
        if streams { ("2021-11-15", "response-streaming-invocations") } else { ("2015-03-31", "invocations") };
    let uri = event.at.sub(format!(
        "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/{}/{action}",
        invoked.arn_variable()
    ));
    match event.owner.condition() {
        Some(condition) => event.at.only_if(condition, uri),
        None => uri,
    }
}
