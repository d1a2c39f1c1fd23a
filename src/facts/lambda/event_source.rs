//! `AWS::Lambda::EventSourceMapping`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DestinationConfig;
use crate::facts::{Observed, Text};

/// `AWS::Lambda::EventSourceMapping`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EventSourceMapping {
    /// The function, version or alias, by name, ARN or reference.
    pub function_name: Observed<Text>,
    /// The queue, stream, table stream, cluster or broker; none for self-managed Kafka.
    pub event_source_arn: Observed<Text>,
    /// Self-managed Kafka.
    pub self_managed_event_source: Observed<SelfManagedEventSource>,
    /// Amazon MSK.
    pub amazon_managed_kafka_event_source_config: Observed<AmazonManagedKafkaEventSourceConfig>,
    /// Whether it polls; `true` where absent.
    pub enabled: Observed<bool>,
    /// What the live mapping does: `Enabled`, `Disabled`, `Creating` and so on. No template says it.
    pub state: Observed<String>,
    /// Records a batch.
    pub batch_size: Observed<u32>,
    /// How long a batch is gathered, seconds.
    pub maximum_batching_window_in_seconds: Observed<u32>,
    /// Whether a failed batch is halved.
    pub bisect_batch_on_function_error: Observed<bool>,
    /// Retries of a batch; -1 (where absent) without end.
    pub maximum_retry_attempts: Observed<i64>,
    /// How old a record may become, seconds; -1 (where absent) without end.
    pub maximum_record_age_in_seconds: Observed<i64>,
    /// Where records go that were given up.
    pub destination_config: Observed<DestinationConfig>,
    /// `ReportBatchItemFailures`
    pub function_response_types: Observed<Vec<Observed<String>>>,
    /// The bound on concurrent invocations from a queue.
    pub scaling_config: Observed<ScalingConfig>,
    /// Batches of one shard at a time.
    pub parallelization_factor: Observed<u32>,
    /// The window of an aggregation, seconds.
    pub tumbling_window_in_seconds: Observed<u32>,
    /// Dedicated pollers, whose absence leaves polling to Lambda.
    pub provisioned_poller_config: Observed<Value>,
    /// Joined: what kind of source it is.
    pub source_kind: Observed<SourceKind>,
    /// Joined: the reserved concurrency of the function, where the function is in this stack.
    pub function_reserved_concurrency: Observed<u32>,
}

/// What a mapping reads from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SourceKind {
    /// A standard or FIFO queue.
    Sqs,
    /// A Kinesis stream or a consumer of one.
    Kinesis,
    /// The stream of a DynamoDB table.
    DynamoDb,
    /// An Amazon MSK cluster.
    ManagedKafka,
    /// Kafka brokers of one's own.
    SelfManagedKafka,
    /// An Amazon MQ broker, ActiveMQ or RabbitMQ.
    Mq,
    /// A DocumentDB change stream.
    DocumentDb,
}

impl SourceKind {
    /// The kind by the service of an ARN, `sqs` for example.
    pub fn of_service(service: &str) -> Option<Self> {
        Some(match service {
            "sqs" => Self::Sqs,
            "kinesis" => Self::Kinesis,
            "dynamodb" => Self::DynamoDb,
            "kafka" => Self::ManagedKafka,
            "mq" => Self::Mq,
            "rds" | "docdb" | "docdb-elastic" => Self::DocumentDb,
            _ => return None,
        })
    }

    /// The kind by the CloudFormation type of the source.
    pub fn of_type(r#type: &str) -> Option<Self> {
        Some(match r#type {
            "AWS::SQS::Queue" => Self::Sqs,
            "AWS::Kinesis::Stream" | "AWS::Kinesis::StreamConsumer" => Self::Kinesis,
            "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => Self::DynamoDb,
            "AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster" => Self::ManagedKafka,
            "AWS::AmazonMQ::Broker" => Self::Mq,
            "AWS::DocDB::DBCluster" | "AWS::DocDBElastic::Cluster" => Self::DocumentDb,
            _ => return None,
        })
    }

    /// A stream of records in order, read shard by shard.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }

    /// Kafka, managed or not.
    pub fn is_kafka(self) -> bool {
        matches!(self, Self::ManagedKafka | Self::SelfManagedKafka)
    }
}

/// Part of [`EventSourceMapping`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ScalingConfig {
    /// 2 to 1,000.
    pub maximum_concurrency: Observed<u32>,
}

/// Part of [`EventSourceMapping`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SelfManagedEventSource {
    /// The brokers, by kind of address.
    pub endpoints: Observed<Value>,
}

/// Part of [`EventSourceMapping`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AmazonManagedKafkaEventSourceConfig {
    /// The consumer group.
    pub consumer_group_id: Observed<Text>,
}
