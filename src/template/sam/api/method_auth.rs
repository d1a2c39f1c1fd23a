//! Who may call a method: authorizers and API keys, of the method itself or by the API's default.

use super::super::build::At;
use super::super::tree::{filled, get_mut, mapping_mut, put, same, truthy};
use super::definition::{at_method, each_method};
use super::resource_policy;
use crate::source::{Kind, Node};

/// What SAM would refuse in a method's `Auth`.
pub(in super::super) fn problems(method: Option<&Node>, api: Option<&Node>) -> Vec<String> {
    let Some(method) = method else { return Vec::new() };
    let mut problems = nameless(method);
    match method.get("Authorizer").and_then(Node::as_str) {
        None | Some("AWS_IAM") => {}
        Some("NONE") => {
            if api.and_then(|api| filled(api, "DefaultAuthorizer")).is_none() {
                problems.push("`Authorizer: NONE` needs a `DefaultAuthorizer` on the API".to_owned());
            }
        }
        Some(name) => {
            let authorizers = api.and_then(|api| api.get("Authorizers"));
            if authorizers.and_then(|authorizers| authorizers.get(name)).is_none() {
                problems.push(format!("the API has no authorizer `{name}`"));
            }
        }
    }
    problems
}

/// What SAM would refuse in a method's or a route's `Auth`: an authorizer that is no name.
pub(in super::super) fn nameless(auth: &Node) -> Vec<String> {
    let authorizer = auth.get("Authorizer").filter(|authorizer| truthy(authorizer) && authorizer.as_str().is_none());
    authorizer.map(|_| "`Authorizer` must be the name of an authorizer of the API".to_owned()).into_iter().collect()
}

/// Adds a method's own `Auth` to a REST API.
pub(in super::super) fn add_rest(body: &mut Node, path: &str, method: &str, auth: &Node, api: Option<&Node>) {
    let at = At(auth.at);
    if let Some(name) = auth.get("Authorizer").and_then(Node::as_str) {
        let by_method = auth.get("AuthorizationScopes");
        let scopes = by_method.or_else(|| authorizer(api, name)?.get("AuthorizationScopes"));
        let scopes = scopes.filter(|_| authorizer(api, name).is_some()).cloned().unwrap_or_else(|| at.list([]));
        require(body, path, method, &at.map([(name, scopes)]));
        if name == "AWS_IAM" {
            define(body, "AWS_IAM", iam_definition(at));
        }
    }
    if let Some(key) = auth.get("ApiKeyRequired").filter(|key| key.kind != Kind::Null) {
        let name = if truthy(key) { "api_key" } else { "api_key_false" };
        require(body, path, method, &at.map([(name, at.list([]))]));
        if truthy(key) {
            define(body, "api_key", key_definition(at));
        }
    }
    if let Some(policy) = filled(auth, "ResourcePolicy") {
        resource_policy::add(body, policy, Some(path), None);
    }
}

/// Adds the API's `Auth` to every method of a REST API that does not say otherwise.
pub(in super::super) fn default_rest(body: &mut Node, auth: &Node) {
    let at = At(auth.at);
    if let Some(name) = auth.get("DefaultAuthorizer").and_then(Node::as_str) {
        let scopes = authorizer(Some(auth), name).and_then(|authorizer| authorizer.get("AuthorizationScopes"));
        let default = at.map([(name, scopes.cloned().unwrap_or_else(|| at.list([])))]);
        let preflight = auth.get("AddDefaultAuthorizerToCorsPreflight").is_none_or(truthy);
        let mut names: Vec<String> = vec!["AWS_IAM".to_owned()];
        names.extend(
            auth.get("Authorizers").map(Node::entries).unwrap_or_default().iter().map(|entry| entry.key.clone()),
        );
        each_method(body, &mut |_, method, definition| {
            if preflight || method != "options" {
                apply_default(definition, &names, &default);
            }
        });
        if name == "AWS_IAM" {
            define(body, "AWS_IAM", iam_definition(at));
        }
    }
    if auth.get("ApiKeyRequired").is_some_and(truthy) {
        let preflight = auth.get("AddApiKeyRequiredToCorsPreflight").is_none_or(truthy);
        define(body, "api_key", key_definition(at));
        each_method(body, &mut |_, method, definition| {
            apply_key(definition, preflight || method != "options", at);
        });
    }
}

/// Adds a route's own `Auth` to an HTTP API.
pub(in super::super) fn add_http(body: &mut Node, path: &str, method: &str, auth: Option<&Node>, api: Option<&Node>) {
    let Some(auth) = auth.filter(|auth| truthy(auth)) else { return };
    let at = At(auth.at);
    let default = api.and_then(|api| api.get("DefaultAuthorizer"));
    let Some(name) = auth.get("Authorizer").or(default).and_then(Node::as_str) else { return };
    let by_method = filled(auth, "AuthorizationScopes");
    let scopes = by_method.or_else(|| filled(authorizer(api, name)?, "AuthorizationScopes"));
    let scopes = scopes.filter(|_| !matches!(name, "NONE" | "AWS_IAM")).cloned();
    require(body, path, method, &at.map([(name, scopes.unwrap_or_else(|| at.list([])))]));
}

/// Adds the API's `Auth` to every route of an HTTP API that does not say otherwise.
pub(in super::super) fn default_http(body: &mut Node, auth: &Node) {
    let Some(name) = auth.get("DefaultAuthorizer").and_then(Node::as_str) else { return };
    let at = At(auth.at);
    let scopes = authorizer(Some(auth), name).and_then(|authorizer| authorizer.get("AuthorizationScopes"));
    let default = at.map([(name, scopes.cloned().unwrap_or_else(|| at.list([])))]);
    each_method(body, &mut |_, method, definition| {
        if method != "options" && filled(definition, "security").is_none() {
            put(definition, "security", at.list([default.clone()]));
        }
    });
}

fn authorizer<'n>(api: Option<&'n Node>, name: &str) -> Option<&'n Node> {
    api?.get("Authorizers")?.get(name)
}

fn require(body: &mut Node, path: &str, method: &str, requirement: &Node) {
    at_method(body, path, method, &mut |definition| match get_mut(definition, "security")
        .map(|security| &mut security.kind)
    {
        Some(Kind::Sequence(present)) => present.push(requirement.clone()),
        _ => put(definition, "security", At(requirement.at).list([requirement.clone()])),
    });
}

/// The default authorizer, unless the method has one of its own or wants none.
fn apply_default(definition: &mut Node, names: &[String], default: &Node) {
    let is_authorizer = |security: &&Node| security.entries().iter().any(|entry| names.contains(&entry.key));
    let present = definition.get("security").map(Node::items).unwrap_or_default();
    let mut result: Vec<Node> = present.iter().filter(|security| !is_authorizer(security)).cloned().collect();
    let own: Vec<Node> = present.iter().filter(is_authorizer).cloned().collect();
    let opts_out = |security: &Node| security.get("NONE").is_some();
    if let Some(none) = result.iter().position(opts_out) {
        result.remove(none);
    } else if own.is_empty() {
        result.push(default.clone());
    } else {
        result.extend(own);
    }
    if !result.is_empty() {
        put(definition, "security", At(default.at).list(result));
    }
}

/// The API key, unless the method wants none.
fn apply_key(definition: &mut Node, is_wanted: bool, at: At) {
    let names = ["api_key", "api_key_false"];
    let is_key = |security: &&Node| security.entries().iter().any(|entry| names.contains(&entry.key.as_str()));
    let present = definition.get("security").map(Node::items).unwrap_or_default();
    let opts_out = present.iter().any(|security| security.get("api_key_false").is_some());
    let mut result: Vec<Node> = present.iter().filter(|security| !is_key(security)).cloned().collect();
    if is_wanted && !opts_out {
        result.push(at.map([("api_key", at.list([]))]));
    }
    let result = at.list(result);
    if !definition.get("security").is_some_and(|present| same(present, &result)) && truthy_or_had(definition, &result) {
        put(definition, "security", result);
    }
}

fn truthy_or_had(definition: &Node, result: &Node) -> bool {
    truthy(result) || definition.get("security").is_some()
}

/// Adds a security definition where the API has none of that name.
pub(in super::super) fn define(body: &mut Node, name: &str, definition: Node) {
    let at = definition.at;
    let definitions = if body.get("openapi").is_some() {
        mapping_mut(body, "components", at).and_then(|components| mapping_mut(components, "securitySchemes", at))
    } else {
        mapping_mut(body, "securityDefinitions", at)
    };
    if let Some(definitions) = definitions.filter(|definitions| definitions.get(name).is_none()) {
        put(definitions, name, definition);
    }
}

pub(in super::super) fn iam_definition(at: At) -> Node {
    at.map([
        ("x-amazon-apigateway-authtype", at.text("awsSigv4")),
        ("type", at.text("apiKey")),
        ("name", at.text("Authorization")),
        ("in", at.text("header")),
    ])
}

fn key_definition(at: At) -> Node {
    at.map([("type", at.text("apiKey")), ("name", at.text("x-api-key")), ("in", at.text("header"))])
}
