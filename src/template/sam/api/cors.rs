//! Cross-origin requests: `OPTIONS` methods of a REST API, the extension of an HTTP API.

use super::super::build::At;
use super::super::tree::{get_mut, is_intrinsic, put};
use super::definition::{INTEGRATION, branches};
use crate::source::{Kind, Node};

/// Adds to every path of a REST API an `OPTIONS` method that answers by itself.
pub(super) fn add_rest(body: &mut Node, cors: &Node) {
    let at = At(cors.at);
    let origin =
        if matches!(cors.kind, Kind::String(_)) || is_intrinsic(cors) { Some(cors) } else { cors.get("AllowOrigin") };
    let mut parameters = at.mapping();
    let headers = [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Headers", cors.get("AllowHeaders")),
        ("Access-Control-Allow-Methods", cors.get("AllowMethods")),
        ("Access-Control-Max-Age", cors.get("MaxAge")),
    ];
    for (header, value) in headers {
        parameters = parameters.with_some(&format!("method.response.header.{header}"), value.cloned());
    }
    let answer = at.map([("statusCode", at.text("200")), ("responseParameters", parameters.node())]);
    let integration = at.map([("type", at.text("mock")), ("responses", at.map([("default", answer)]))]);
    let method = at.map([(INTEGRATION, integration), ("responses", at.map([("200", at.mapping().node())]))]);
    let Some(Kind::Mapping(paths)) = get_mut(body, "paths").map(|paths| &mut paths.kind) else { return };
    for path in paths {
        if branches(&path.value).iter().all(|item| item.get("options").is_some()) {
            continue;
        }
        match get_mut(&mut path.value, "Fn::If").map(|parts| &mut parts.kind) {
            Some(Kind::Sequence(parts)) => {
                for item in
                    parts.iter_mut().skip(1).filter(|item| matches!(item.kind, Kind::Mapping(_)) && !is_intrinsic(item))
                {
                    put(item, "options", method.clone());
                }
            }
            _ => put(&mut path.value, "options", method.clone()),
        }
    }
}

/// Adds `CorsConfiguration` to an HTTP API, in the names of the extension.
pub(super) fn add_http(body: &mut Node, cors: &Node) {
    let at = At(cors.at);
    let configuration = match &cors.kind {
        Kind::Bool(true) => at.map([("allowOrigins", at.texts(["*"]))]),
        Kind::Mapping(_) if is_intrinsic(cors) => lower_case(cors),
        Kind::Mapping(entries) => {
            let said = entries.iter().filter(|entry| entry.value.kind != Kind::Bool(false));
            said.fold(at.mapping(), |map, entry| map.with(&lower(&entry.key), entry.value.clone())).node()
        }
        _ => return,
    };
    put(body, "x-amazon-apigateway-cors", configuration);
}

/// The keys in lower case also in the branches of an intrinsic function.
fn lower_case(node: &Node) -> Node {
    let at = At(node.at);
    match &node.kind {
        Kind::Sequence(items) => at.list(items.iter().map(lower_case)),
        Kind::Mapping(entries) => entries
            .iter()
            .fold(at.mapping(), |map, entry| map.with(&lower(&entry.key), lower_case(&entry.value)))
            .node(),
        _ => node.clone(),
    }
}

/// `AllowOrigins` as `allowOrigins`; names of intrinsic functions stay.
fn lower(key: &str) -> String {
    let known = ["AllowOrigins", "AllowHeaders", "AllowMethods", "ExposeHeaders", "MaxAge", "AllowCredentials"];
    match known.contains(&key) {
        true => {
            key.char_indices().map(|(at, letter)| if at == 0 { letter.to_ascii_lowercase() } else { letter }).collect()
        }
        false => key.to_owned(),
    }
}
