//! `AWS::Serverless::Connector` and the attribute `Connectors`: what one resource may do with another.
//!
//! `connector_profiles.json` is AWS's own table, from `aws-sam-translator` 1.115.0
//! (<https://github.com/aws/serverless-application-model>, Apache-2.0).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::build::At;
use super::expansion::Expansion;
use super::resource::{Generated, SamResource};
use super::tree::{put, resource_of, same, take};
use crate::source::{Entry, Kind, Node};

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("connector_profiles.json")).unwrap_or_default());

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    resources: BTreeMap<String, Value>,
    profiles: BTreeMap<String, BTreeMap<String, Profile>>,
}

/// What a connector between two types generates.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Profile {
    r#type: String,
    source_policy: bool,
    access_categories: BTreeMap<String, Value>,
}

/// One end of a connector: its type, and what can be said of it by name.
struct End {
    r#type: String,
    said: BTreeMap<&'static str, Node>,
    role: Option<Node>,
}

const SAID: [&str; 6] = ["Arn", "Id", "Name", "Url", "Qualifier", "RoleName"];

/// Makes resources of the connectors that stand as an attribute on their source.
pub(super) fn take_embedded(expansion: &mut Expansion<'_>) {
    for (source, _) in expansion.written_types() {
        let Some(connectors) = expansion.written_mut(&source).and_then(|resource| take(resource, "Connectors")) else {
            continue;
        };
        for connector in connectors.entries() {
            let entry = embedded(&source, connector);
            if expansion.written(&entry.key).is_some() {
                let text = format!("the connector `{}` has the logical id of another resource", connector.key);
                expansion.refuse(&source, At(connector.key_at), text);
            } else {
                expansion.insert(entry);
            }
        }
    }
}

fn embedded(source: &str, connector: &Entry) -> Entry {
    let at = At(connector.key_at);
    let mut value = connector.value.clone();
    let mut properties = take(&mut value, "Properties").unwrap_or_else(|| at.mapping().node());
    let mut from = take(&mut properties, "SourceReference").unwrap_or_else(|| at.mapping().node());
    put(&mut from, "Id", at.text(source));
    put(&mut properties, "Source", from);
    put(&mut value, "Type", at.text("AWS::Serverless::Connector"));
    put(&mut value, "Properties", properties);
    Entry { key: format!("{source}{}", connector.key), key_at: connector.key_at, value }
}

/// Replaces the connector by the policies and permissions that it stands for.
pub(super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(connector) = expansion.take(id) else { return };
    let Some(source) = connector.get("Source") else {
        expansion.refuse(id, connector.at, "a connector needs `Source`, `Destination` and `Permissions`");
        return;
    };
    let destinations: Vec<&Node> = match connector.get("Destination") {
        Some(list) if matches!(list.kind, Kind::Sequence(_)) => list.items().iter().collect(),
        other => other.into_iter().collect(),
    };
    let is_list = connector.get("Destination").is_some_and(|list| matches!(list.kind, Kind::Sequence(_)));
    for (index, destination) in destinations.iter().enumerate() {
        let suffix = if is_list { format!("Destination{index}") } else { String::new() };
        connect(expansion, &connector, source, destination, &suffix);
    }
    if destinations.is_empty() {
        expansion.refuse(id, connector.at, "a connector needs `Destination`");
    }
    expansion.finish(&connector, &[]);
}

fn connect(expansion: &mut Expansion<'_>, connector: &SamResource, from: &Node, to: &Node, suffix: &str) {
    let (Some(source), Some(destination)) = (end(expansion, from, to), end(expansion, to, from)) else {
        let text = "`Source` and `Destination` must name a resource by `Id`, or its `Type` and properties";
        expansion.refuse(&connector.id, connector.at, text);
        return;
    };
    let profile = TABLE.profiles.get(&source.r#type).and_then(|profiles| profiles.get(&destination.r#type));
    let Some(profile) = profile else {
        let text = format!("there is no connector from {} to {}", source.r#type, destination.r#type);
        expansion.refuse(&connector.id, connector.at, text);
        return;
    };
    let permissions: Vec<&str> =
        connector.get("Permissions").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).collect();
    if let Some(unknown) = permissions.iter().find(|name| !profile.access_categories.contains_key(**name)) {
        let text = format!("`{unknown}` is no permission from {} to {}", source.r#type, destination.r#type);
        expansion.refuse(&connector.id, connector.place("Permissions"), text);
    }
    let granted = profile.access_categories.iter().filter(|(name, _)| permissions.contains(&name.as_str()));
    let granted: Vec<(&String, &Value)> = granted.collect();
    let subject = if profile.source_policy { &source } else { &destination };
    let fill = Fill { at: connector.place("Permissions"), source: &source, destination: &destination };
    for resource in resources(connector, profile, &granted, subject, &fill, suffix) {
        expansion.emit(resource);
    }
}

/// The resources of one connection.
fn resources(
    connector: &SamResource,
    profile: &Profile,
    granted: &[(&String, &Value)],
    subject: &End,
    fill: &Fill<'_>,
    suffix: &str,
) -> Vec<Generated> {
    let at = fill.at;
    let new =
        |name: &str, r#type| Generated::new(format!("{}{name}{suffix}", connector.id), r#type, at, connector.own());
    let statements = granted.iter().filter_map(|(_, category)| category.get("Statement")?.as_array());
    let statements = at.list(statements.flatten().map(|statement| fill.value(statement)));
    let document = at.map([("Version", at.text("2012-10-17")), ("Statement", statements)]);
    let said = |name: &str| subject.said.get(name).cloned();
    match profile.r#type.as_str() {
        "AWS_IAM_ROLE_MANAGED_POLICY" => vec![
            new("Policy", "AWS::IAM::ManagedPolicy")
                .with("PolicyDocument", document)
                .with("Roles", at.list(subject.role.clone().or_else(|| said("RoleName")))),
        ],
        "AWS_SQS_QUEUE_POLICY" => vec![
            new("QueuePolicy", "AWS::SQS::QueuePolicy")
                .with("PolicyDocument", document)
                .with("Queues", at.list(said("Url"))),
        ],
        "AWS_SNS_TOPIC_POLICY" => vec![
            new("TopicPolicy", "AWS::SNS::TopicPolicy")
                .with("PolicyDocument", document)
                .with("Topics", at.list(said("Arn"))),
        ],
        _ => {
            let permission = |(name, category): &(&String, &Value)| {
                let part = |key: &str| category.get(key).map(|value| fill.value(value));
                new(&format!("{name}LambdaPermission"), "AWS::Lambda::Permission")
                    .with_some("Action", part("Action"))
                    .with_some("FunctionName", said("Arn"))
                    .with_some("Principal", part("Principal"))
                    .with_some("SourceArn", part("SourceArn"))
                    .with_some("SourceAccount", part("SourceAccount"))
            };
            granted.iter().map(permission).collect()
        }
    }
}

/// One end by its logical id, or by what the template says of it.
fn end(expansion: &Expansion<'_>, reference: &Node, other: &Node) -> Option<End> {
    let written = |name: &str| reference.get(name).cloned();
    let Some(id) = reference.get("Id").and_then(Node::as_str) else {
        let r#type = reference.get("Type")?.as_str()?;
        let mut said: BTreeMap<&'static str, Node> =
            SAID.into_iter().filter_map(|name| Some((name, written(name)?))).collect();
        said.extend(written("QueueUrl").map(|url| ("Url", url)));
        said.extend(written("ResourceId").map(|id| ("Id", id)));
        return Some(End { r#type: plain_type(r#type), role: None, said });
    };
    let generated = expansion.generated(id);
    let r#type = match generated {
        Some(generated) => generated.r#type.to_owned(),
        None => expansion.written(id)?.get("Type")?.as_str()?.to_owned(),
    };
    let property = |name: &str| match generated {
        Some(generated) => generated.properties.get(name),
        None => expansion.written(id)?.get("Properties")?.get(name),
    };
    let known = TABLE.resources.get(&r#type);
    let outputs = known.and_then(|known| known.get("Outputs"));
    let own = |value: &Value| by_id(value, id, At(reference.at));
    let mut said: BTreeMap<&'static str, Node> =
        SAID.into_iter().filter_map(|name| Some((name, own(outputs?.get(name)?)))).collect();
    said.extend(written("Qualifier").map(|qualifier| ("Qualifier", qualifier)));
    let role = match known.and_then(|known| known.get("Inputs")?.get("Role")) {
        Some(Value::String(name)) => property(name).cloned(),
        Some(_) => property("Targets").and_then(|targets| target_role(targets, other)),
        None => None,
    };
    let role = role.as_ref().and_then(resource_of).map(|id| At(reference.at).reference(id));
    Some(End { r#type, role, said })
}

/// The role with which a rule reaches the other end.
fn target_role(targets: &Node, other: &Node) -> Option<Node> {
    let id = other.get("Id").and_then(Node::as_str);
    let is_meant = |target: &&Node| {
        let arn = target.get("Arn");
        let by_id = id.is_some() && arn.and_then(resource_of) == id;
        by_id || arn.zip(other.get("Arn")).is_some_and(|(left, right)| same(left, right))
    };
    targets.items().iter().find(is_meant)?.get("RoleArn").cloned()
}

fn plain_type(r#type: &str) -> String {
    let plain = match r#type {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
        "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
        other => other,
    };
    plain.to_owned()
}

fn by_id(value: &Value, id: &str, at: At) -> Node {
    super::policy_templates::node(value, at, &|text| at.text(text.replace("%{logicalId}", id)))
}

/// What stands for the variables of a profile.
struct Fill<'e> {
    at: At,
    source: &'e End,
    destination: &'e End,
}

impl Fill<'_> {
    fn value(&self, value: &Value) -> Node {
        super::policy_templates::node(value, self.at, &|text| self.text(text))
    }

    /// A text with its variables: the value alone, or a `Fn::Sub`.
    fn text(&self, text: &str) -> Node {
        if let Some(variable) = text.strip_prefix("%{").and_then(|rest| rest.strip_suffix('}'))
            && let Some(value) = self.variable(variable)
        {
            return value;
        }
        let mut variables = self.at.mapping();
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("%{") {
            let Some((name, after)) = after.split_once('}') else { break };
            let key: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            result.push_str(&format!("{before}${{{key}}}"));
            variables = variables.with_some(&key, self.variable(name));
            rest = after;
        }
        result.push_str(rest);
        match (variables.size() > 1, result.contains("${")) {
            (true, _) => self.at.map([("Fn::Sub", self.at.list([self.at.text(result), variables.node()]))]),
            (false, true) => self.at.sub(result),
            (false, false) => self.at.text(result),
        }
    }

    fn variable(&self, name: &str) -> Option<Node> {
        let (end, name) = match name.split_once('.')? {
            ("Source", name) => (self.source, name),
            (_, name) => (self.destination, name),
        };
        end.said.get(if name == "ResourceId" { "Id" } else { name }).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(TABLE.profiles.values().map(|profiles| profiles.len()).sum::<usize>(), 31);
        for profile in TABLE.profiles.values().flat_map(|profiles| profiles.values()) {
            assert!(!profile.access_categories.is_empty());
        }
    }
}
