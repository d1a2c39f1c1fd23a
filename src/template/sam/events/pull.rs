//! Sources that Lambda polls: streams, queues and brokers, each by an event source mapping.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html>

use super::super::build::At;
use super::super::event_invoke::s3_policy;
use super::super::expansion::Expansion;
use super::super::resource::Generated;
use super::super::role::{Role, allowing, aws_managed, named};
use super::super::tree::{get_mut, take};
use super::{Event, Invoked};
use crate::source::Node;

/// A polled type: the property that names the source, and the managed policy that lets Lambda poll it.
const SOURCES: [(&str, Option<&str>, Option<&str>); 7] = [
    ("Kinesis", Some("Stream"), Some("service-role/AWSLambdaKinesisExecutionRole")),
    ("DynamoDB", Some("Stream"), Some("service-role/AWSLambdaDynamoDBExecutionRole")),
    ("SQS", Some("Queue"), Some("service-role/AWSLambdaSQSQueueExecutionRole")),
    ("MSK", Some("Stream"), Some("service-role/AWSLambdaMSKExecutionRole")),
    ("MQ", Some("Broker"), None),
    ("DocumentDB", Some("Cluster"), None),
    ("SelfManagedKafka", None, None),
];

/// Properties that the event has in common with `AWS::Lambda::EventSourceMapping`.
const COPIED: &[&str] = &[
    "BatchSize",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
];

const CONSUMED: &[&str] = &[
    "Stream",
    "Queue",
    "Broker",
    "Cluster",
    "DestinationConfig",
    "SecretsManagerKmsKeyId",
    "KafkaBootstrapServers",
    "ConsumerGroupId",
    "SchemaRegistryConfig",
    "DynamicPolicyName",
    "DatabaseName",
    "CollectionName",
    "FullDocument",
];

/// Whether Lambda polls sources of this type.
pub(super) fn is_polled(r#type: &str) -> bool {
    SOURCES.iter().any(|(name, ..)| *name == r#type)
}

/// Adds the mapping, and to the role what it needs.
pub(super) fn generate(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked, role: &mut Role) {
    let Some((_, source, policy)) = SOURCES.iter().find(|(name, ..)| *name == event.r#type) else { return };
    event.report_unknown(expansion, &[COPIED, CONSUMED]);
    event.require(expansion, source.as_slice());
    let mut mapping = Generated::new(&event.id, "AWS::Lambda::EventSourceMapping", event.at, event.owner.handed_on())
        .with_some("EventSourceArn", source.and_then(|source| event.get(source)).cloned())
        .with("FunctionName", invoked.name(event.at))
        .with_copied(event.properties, COPIED);
    if let Some(servers) = event.filled("KafkaBootstrapServers") {
        let at = At(servers.at);
        let endpoints = at.map([("KafkaBootstrapServers", servers.clone())]);
        mapping.properties.set("SelfManagedEventSource", at.map([("Endpoints", endpoints)]));
    }
    if let Some((property, config)) = source_config(event) {
        mapping.properties.set(property, config);
    }
    if let Some(policy) = policy {
        role.add_managed(aws_managed(policy, expansion.known.partition(), event.at));
    }
    if let Some(policy) = source_policy(expansion, event) {
        role.add_policy(policy);
    }
    if let Some(destinations) = event.filled("DestinationConfig") {
        let (destinations, policy) = without_type(destinations, event);
        mapping.properties.set("DestinationConfig", destinations);
        policy.into_iter().for_each(|policy| role.add_policy(policy));
    }
    expansion.emit(mapping);
}

/// What only some sources have a property for.
fn source_config(event: &Event<'_>) -> Option<(&'static str, Node)> {
    let config = event.at.mapping();
    match event.r#type {
        "DocumentDB" => {
            let config = config.with_copied(event.properties, &["DatabaseName", "CollectionName", "FullDocument"]);
            Some(("DocumentDBEventSourceConfig", config.node()))
        }
        "MSK" | "SelfManagedKafka" => {
            let config = config.with_copied(event.properties, &["ConsumerGroupId", "SchemaRegistryConfig"]);
            let property = match event.r#type {
                "MSK" => "AmazonManagedKafkaEventSourceConfig",
                _ => "SelfManagedKafkaEventSourceConfig",
            };
            (config.size() > 1).then(|| (property, config.node()))
        }
        _ => None,
    }
}

/// The destinations without SAM's `Type`, and the policy that it stands for.
fn without_type(destinations: &Node, event: &Event<'_>) -> (Node, Option<Node>) {
    let mut destinations = destinations.clone();
    let at = At(destinations.at);
    let Some(on_failure) = get_mut(&mut destinations, "OnFailure") else { return (destinations, None) };
    let r#type = take(on_failure, "Type");
    let target = on_failure.get("Destination").cloned();
    let policy = match (r#type.as_ref().and_then(Node::as_str), target) {
        (Some("SQS"), Some(arn)) => Some(allowing(&format!("{}SQSPolicy", event.id), "sqs:SendMessage", arn, at)),
        (Some("SNS"), Some(arn)) => Some(allowing(&format!("{}SNSPolicy", event.id), "sns:publish", arn, at)),
        (Some("S3"), Some(arn)) => Some(s3_policy(&event.id, arn, at)),
        _ => None,
    };
    (destinations, policy)
}

/// The statements that sources with credentials need, as SAM words them.
fn source_policy(expansion: &mut Expansion<'_>, event: &Event<'_>) -> Option<Node> {
    let at = event.at;
    let mut statements: Vec<Node> = secrets(event).into_iter().map(|uri| read_secret(uri, at)).collect();
    let name = match event.r#type {
        "MSK" => "MSKExecutionRolePolicy".to_owned(),
        "SelfManagedKafka" => {
            event.require(expansion, &["KafkaBootstrapServers", "Topics", "SourceAccessConfigurations"]);
            let types: Vec<&str> = access(event).map(|(r#type, _)| r#type).collect();
            if types.contains(&"VPC_SUBNET") && types.contains(&"VPC_SECURITY_GROUP") {
                statements.push(network(at));
            }
            "SelfManagedKafkaExecutionRolePolicy".to_owned()
        }
        "MQ" => {
            event.require(expansion, &["SourceAccessConfigurations"]);
            statements.push(allow(&["mq:DescribeBroker"], event.get("Broker")?.clone(), at));
            match event.filled("DynamicPolicyName") {
                Some(_) => format!("{}AMQPolicy", event.id),
                None => "SamAutoGeneratedAMQPolicy".to_owned(),
            }
        }
        "DocumentDB" => {
            event.require(expansion, &["SourceAccessConfigurations", "DatabaseName"]);
            statements.extend(document_db(event)?);
            "SamAutoGeneratedDocumentDBPolicy".to_owned()
        }
        _ => return None,
    };
    if let Some(key) = event.filled("SecretsManagerKmsKeyId").filter(|_| event.r#type != "MSK") {
        let key = key.as_str().unwrap_or("*");
        let arn = at.sub(format!("arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{key}"));
        statements.push(allow(&["kms:Decrypt"], arn, at));
    }
    statements.extend(schema_registry(event));
    let document = at.map([("Statement", at.list(statements.iter().cloned()))]);
    (!statements.is_empty()).then(|| named(&name, document, at))
}

/// Type and URI of each `SourceAccessConfigurations`.
fn access<'e>(event: &'e Event<'_>) -> impl Iterator<Item = (&'e str, Option<&'e Node>)> {
    let configurations = event.get("SourceAccessConfigurations").map(Node::items).unwrap_or_default();
    configurations.iter().filter_map(|access| Some((access.get("Type")?.as_str()?, access.get("URI"))))
}

/// The secrets that Lambda reads to reach the source.
fn secrets(event: &Event<'_>) -> Vec<Node> {
    let is_secret = |r#type: &str| match event.r#type {
        "MSK" => r#type == "CLIENT_CERTIFICATE_TLS_AUTH",
        "MQ" | "DocumentDB" => r#type == "BASIC_AUTH",
        "SelfManagedKafka" => matches!(
            r#type,
            "SASL_SCRAM_256_AUTH"
                | "SASL_SCRAM_512_AUTH"
                | "BASIC_AUTH"
                | "CLIENT_CERTIFICATE_TLS_AUTH"
                | "OAUTHBEARER_AUTH"
                | "SERVER_ROOT_CA_CERTIFICATE"
        ),
        _ => false,
    };
    access(event).filter(|(r#type, _)| is_secret(r#type)).filter_map(|(_, uri)| uri.cloned()).collect()
}

fn read_secret(uri: Node, at: At) -> Node {
    allow(&["secretsmanager:GetSecretValue"], uri, at)
}

/// What a registry of schemas in AWS Glue needs.
fn schema_registry(event: &Event<'_>) -> Vec<Node> {
    let Some(config) = event.filled("SchemaRegistryConfig") else { return Vec::new() };
    let at = At(config.at);
    let access = config.get("AccessConfigs").map(Node::items).unwrap_or_default();
    let mut statements: Vec<Node> =
        access.iter().filter_map(|access| access.get("URI")).map(|uri| read_secret(uri.clone(), at)).collect();
    if let Some(registry) = config.get("SchemaRegistryURI")
        && let Some(name) = registry_name(registry)
    {
        let schemas = format!("arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:schema/{name}/*");
        statements.push(allow(&["glue:GetRegistry"], registry.clone(), at));
        statements.push(allow(&["glue:GetSchemaVersion"], at.list([at.sub(schemas)]), at));
    }
    statements
}

/// The name in `arn:aws:glue:region:account:registry/name`, also inside of a `Fn::Sub`.
fn registry_name(registry: &Node) -> Option<&str> {
    let arn = registry.as_str().or_else(|| registry.get("Fn::Sub")?.as_str())?;
    // the colons of pseudo parameters are doubled, so the resource is what follows the last one
    arn.strip_prefix("arn")?.rsplit(':').next()?.strip_prefix("registry/")
}

fn document_db(event: &Event<'_>) -> Option<Vec<Node>> {
    let at = event.at;
    let arn = |rest: &str| at.sub(format!("arn:${{AWS::Partition}}:rds:${{AWS::Region}}:${{AWS::AccountId}}:{rest}"));
    Some(vec![
        allow(&["rds:DescribeDBClusterParameters"], arn("cluster-pg:*"), at),
        allow(&["rds:DescribeDBSubnetGroups"], arn("subgrp:*"), at),
        allow(&["rds:DescribeDBClusters"], event.get("Cluster")?.clone(), at),
        network(at),
    ])
}

fn network(at: At) -> Node {
    let actions = [
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
    ];
    allow(&actions, at.text("*"), at)
}

fn allow(actions: &[&str], resource: Node, at: At) -> Node {
    let actions = at.texts(actions.iter().copied());
    at.map([("Action", actions), ("Effect", at.text("Allow")), ("Resource", resource)])
}
