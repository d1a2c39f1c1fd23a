//! `Auth.ResourcePolicy`: who may call the API from where, as the policy in its definition.

use std::collections::BTreeSet;

use super::super::build::At;
use super::super::tree::{canonical, filled, get_mut, mapping_mut, put};
use super::definition::{methods, permitted_method, permitted_path};
use crate::source::{Kind, Node};

const POLICY: &str = "x-amazon-apigateway-policy";

/// Adds the policy for one path, or for all of them.
pub(super) fn add(body: &mut Node, policy: &Node, path: Option<&str>, stage: Option<&Node>) {
    let at = At(policy.at);
    let stage = stage.cloned().unwrap_or_else(|| at.text("*"));
    let paths = body.get("paths").map(Node::entries).unwrap_or_default();
    let paths = paths.iter().filter(|entry| path.is_none_or(|path| path == entry.key));
    let resources: Vec<Node> = paths.map(|entry| resources(&entry.key, &entry.value, &stage, at)).collect();
    let statements: Vec<Node> = resources.iter().flat_map(|resource| statements(policy, resource)).collect();
    let custom = filled(policy, "CustomStatements").map(|custom| match &custom.kind {
        Kind::Sequence(items) => items.clone(),
        _ => vec![custom.clone()],
    });
    append(body, statements.into_iter().chain(custom.unwrap_or_default()), at);
}

fn resources(path: &str, item: &Node, stage: &Node, at: At) -> Node {
    at.list(methods(item).into_iter().map(|method| {
        let method = permitted_method(&super::definition::method_name(method));
        let text = format!("execute-api:/${{__Stage__}}/{method}{}", permitted_path(path));
        at.sub_with(text, [("__Stage__", stage.clone())])
    }))
}

fn statements(policy: &Node, resource: &Node) -> Vec<Node> {
    let at = At(policy.at);
    let statement = |effect: &str, principal: Node, condition: Option<Node>| {
        at.mapping()
            .with("Effect", at.text(effect))
            .with("Action", at.text("execute-api:Invoke"))
            .with("Resource", resource.clone())
            .with("Principal", principal)
            .with_some("Condition", condition)
            .node()
    };
    let mut statements = Vec::new();
    for (name, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
        if let Some(accounts) = filled(policy, name) {
            statements.push(statement(effect, at.map([("AWS", listed(accounts))]), None));
        }
    }
    let mut denied = Vec::new();
    for (name, operator) in [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")] {
        if let Some(ranges) = filled(policy, name) {
            denied.push(at.map([(operator, at.map([("aws:SourceIp", listed(ranges))]))]));
        }
    }
    for (kind, operator) in [("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")] {
        if let Some(networks) = networks(policy, kind) {
            denied.push(at.map([(operator, networks)]));
        }
    }
    for condition in denied {
        statements.push(statement("Allow", at.text("*"), None));
        statements.push(statement("Deny", at.text("*"), Some(condition)));
    }
    statements
}

/// VPCs and VPC endpoints of a list, by literal or by intrinsic function.
fn networks(policy: &Node, kind: &str) -> Option<Node> {
    let at = At(policy.at);
    let items = |name: &str| policy.get(&format!("{name}{kind}")).map(Node::items).unwrap_or_default().to_vec();
    let named = items("SourceVpc");
    let starting = |prefix: &str| {
        let is_meant = |item: &&Node| item.as_str().is_some_and(|id| id.starts_with(prefix));
        named.iter().filter(is_meant).cloned().collect::<Vec<_>>()
    };
    let vpcs: Vec<Node> = starting("vpc-").into_iter().chain(items("IntrinsicVpc")).collect();
    let endpoints: Vec<Node> = starting("vpce-").into_iter().chain(items("IntrinsicVpce")).collect();
    let map = at
        .mapping()
        .with_some("aws:SourceVpc", (!vpcs.is_empty()).then(|| at.list(vpcs)))
        .with_some("aws:SourceVpce", (!endpoints.is_empty()).then(|| at.list(endpoints)));
    (map.size() > 1).then(|| map.node())
}

fn append(body: &mut Node, statements: impl Iterator<Item = Node>, at: At) {
    let Some(policy) = mapping_mut(body, POLICY, at.0) else { return };
    put(policy, "Version", at.text("2012-10-17"));
    if !matches!(policy.get("Statement").map(|list| &list.kind), Some(Kind::Sequence(_))) {
        let single = policy.get("Statement").cloned();
        put(policy, "Statement", at.list(single));
    }
    if let Some(Kind::Sequence(list)) = get_mut(policy, "Statement").map(|list| &mut list.kind) {
        let mut present = BTreeSet::new();
        list.extend(statements.filter(|statement| present.insert(canonical(statement))));
    }
}

fn listed(node: &Node) -> Node {
    if matches!(node.kind, Kind::Sequence(_)) { node.clone() } else { At(node.at).list([node.clone()]) }
}
