//! OpenAPI definitions: paths, methods and their integrations, also inside of `Fn::If`.

use super::super::build::At;
use super::super::tree::{filled, get_mut, if_parts, is_no_value, mapping_mut, put, referenced, take};
use crate::source::{Kind, Node};

/// The path of the route that takes whatever no other route takes.
pub(in super::super) const DEFAULT_PATH: &str = "$default";
/// How a definition writes "any method".
pub(in super::super) const ANY: &str = "x-amazon-apigateway-any-method";
/// Where a method says what it calls.
pub(in super::super) const INTEGRATION: &str = "x-amazon-apigateway-integration";
/// Keys of a path that are no methods.
const NO_METHODS: [&str; 4] = ["summary", "description", "parameters", "servers"];

/// The API that an event names: a reference, or an id.
pub(in super::super) fn api_id(api: &Node) -> Option<&str> {
    referenced(api).or_else(|| api.as_str())
}

/// A method as definitions write it.
pub(in super::super) fn method_name(method: &str) -> String {
    match method.to_ascii_lowercase() {
        method if method == "any" => ANY.to_owned(),
        method => method,
    }
}

/// A method as permissions write it.
pub(in super::super) fn permitted_method(method: &str) -> String {
    if method == ANY { "*".to_owned() } else { method.to_ascii_uppercase() }
}

/// A path as permissions write it: no slash at its end, `*` for parameters.
pub(in super::super) fn permitted_path(path: &str) -> String {
    let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
    let mut result = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else { break };
        result.push_str(before);
        result.push('*');
        rest = after;
    }
    result.push_str(rest);
    result
}

/// The definition of a REST API without paths.
pub(in super::super) fn swagger(at: At) -> Node {
    let info = at.map([("version", at.text("1.0")), ("title", at.reference("AWS::StackName"))]);
    at.map([("swagger", at.text("2.0")), ("info", info), ("paths", at.mapping().node())])
}

/// The definition of an HTTP API without paths.
pub(in super::super) fn openapi(at: At) -> Node {
    let info = at.map([("version", at.text("1.0")), ("title", at.reference("AWS::StackName"))]);
    at.map([("openapi", at.text("3.0.1")), ("info", info), ("paths", at.mapping().node())])
}

/// Whether this is a definition that SAM can change.
pub(in super::super) fn is_valid(body: &Node) -> bool {
    matches!(body.get("paths").map(|paths| &paths.kind), Some(Kind::Mapping(_)))
        && (filled(body, "swagger").is_some() || filled(body, "openapi").is_some())
}

/// Adds a method without anything in it.
pub(in super::super) fn add_method(body: &mut Node, path: &str, method: &str, at: At) {
    let Some(paths) = mapping_mut(body, "paths", at.0) else { return };
    if paths.get(path).is_none() {
        put(paths, path, at.mapping().node());
    }
    if let Some(item) = get_mut(paths, path) {
        each_branch(item, &mut |item| {
            if item.get(method).is_none_or(|method| method.kind == Kind::Null) {
                put(item, method, at.mapping().node());
            }
        });
    }
}

/// Adds what a method calls; where the caller exists only under a condition, so does the method.
pub(in super::super) fn add_integration(
    body: &mut Node,
    path: &str,
    method: &str,
    integration: Node,
    condition: Option<&str>,
    at: At,
) {
    add_method(body, path, method, at);
    let Some(item) = mapping_mut(body, "paths", at.0).and_then(|paths| get_mut(paths, path)) else { return };
    each_branch(item, &mut |item| {
        let mut definition = take(item, method).unwrap_or_else(|| at.mapping().node());
        each_branch(&mut definition, &mut |definition| {
            put(definition, INTEGRATION, integration.clone());
            if path == DEFAULT_PATH && method == ANY {
                put(definition, "isDefaultRoute", at.flag(true));
            }
            if definition.get("responses").is_none() {
                put(definition, "responses", at.mapping().node());
            }
        });
        let definition = match condition {
            Some(condition) if if_parts(&definition).is_none() => at.only_if(condition, definition),
            _ => definition,
        };
        put(item, method, definition);
    });
}

/// Whether the method calls something already.
pub(in super::super) fn has_integration(body: &Node, path: &str, method: &str) -> bool {
    let item = body.get("paths").and_then(|paths| paths.get(path));
    let definitions = item.into_iter().flat_map(branches).filter_map(|item| item.get(method)).flat_map(branches);
    definitions.into_iter().any(|definition| definition.get(INTEGRATION).is_some())
}

/// Whether the default route calls the function whose ARN this variable stands for.
pub(in super::super) fn default_route_calls(body: &Node, arn_variable: &str) -> bool {
    // SAM looks for the function's own ARN only, so an alias never counts.
    let item = body.get("paths").and_then(|paths| paths.get(DEFAULT_PATH));
    let definitions = item.into_iter().flat_map(branches).filter_map(|item| item.get(ANY)).flat_map(branches);
    let uris = definitions.filter_map(|definition| definition.get(INTEGRATION)?.get("uri")).flat_map(branches);
    let mut called = uris.filter_map(|uri| uri.get("Fn::Sub")?.as_str()).peekable();
    arn_variable.ends_with(".Arn}") && called.peek().is_some() && called.all(|uri| uri.contains(arn_variable))
}

/// Calls `change` for every method that calls something, with its path and name.
pub(in super::super) fn each_method(body: &mut Node, change: &mut dyn FnMut(&str, &str, &mut Node)) {
    let Some(Kind::Mapping(paths)) = get_mut(body, "paths").map(|paths| &mut paths.kind) else { return };
    for path in paths {
        each_branch(&mut path.value, &mut |item| {
            let Kind::Mapping(methods) = &mut item.kind else { return };
            for method in methods.iter_mut().filter(|method| !NO_METHODS.contains(&method.key.as_str())) {
                let name = method_name(&method.key);
                each_branch(&mut method.value, &mut |definition| {
                    if definition.get(INTEGRATION).is_some() {
                        change(&path.key, &name, definition);
                    }
                });
            }
        });
    }
}

/// Calls `change` for one method, each of its branches.
pub(in super::super) fn at_method(body: &mut Node, path: &str, method: &str, change: &mut dyn FnMut(&mut Node)) {
    let item = get_mut(body, "paths").and_then(|paths| get_mut(paths, path));
    if let Some(item) = item {
        each_branch(item, &mut |item| {
            if let Some(definition) = get_mut(item, method) {
                each_branch(definition, change);
            }
        });
    }
}

/// The methods of a path.
pub(in super::super) fn methods(item: &Node) -> Vec<&str> {
    let entries = branches(item).into_iter().flat_map(Node::entries);
    entries.map(|entry| entry.key.as_str()).filter(|method| !NO_METHODS.contains(method)).collect()
}

/// A value, or the branches of a `Fn::If` that are one.
pub(in super::super) fn branches(node: &Node) -> Vec<&Node> {
    match if_parts(node) {
        Some([_, value, alternative]) => [value, alternative].into_iter().filter(|node| !is_no_value(node)).collect(),
        None => vec![node],
    }
}

fn each_branch(node: &mut Node, change: &mut dyn FnMut(&mut Node)) {
    if if_parts(node).is_none() {
        if matches!(node.kind, Kind::Mapping(_) | Kind::Null) {
            change(node);
        }
        return;
    }
    if let Some(Kind::Sequence(items)) = get_mut(node, "Fn::If").map(|parts| &mut parts.kind) {
        for branch in items.iter_mut().skip(1).filter(|branch| !is_no_value(branch)) {
            change(branch);
        }
    }
}
