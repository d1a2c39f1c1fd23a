//! Checks of Amazon Data Firehose.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Untyped, Why},
    need::Need,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "firehose-encryption",
        title: "Delivery stream encrypts the records that it buffers",
        why: "Records wait in the delivery stream until there are enough of them, readable by whoever reads the disk.",
        fix: "Set DeliveryStreamEncryptionConfigurationInput, with KeyType AWS_OWNED_CMK or CUSTOMER_MANAGED_CMK.",
        absent: "Records are not encrypted. A delivery stream that reads a stream, a Kafka topic or a database keeps none and is not judged.",
        reference: "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DeliveryStreams],
        applies: Applies::Each(DELIVERY_STREAM, encryption),
    },
    Check {
        id: "firehose-error-logging",
        title: "Delivery stream logs what it cannot deliver",
        why: "Without the log nobody learns why records ended under the error prefix, or nowhere.",
        fix: "Set CloudWatchLoggingOptions of the destination: Enabled true, LogGroupName and LogStreamName.",
        absent: "Nothing is logged.",
        reference: "https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::DeliveryStreams],
        applies: Applies::Each(DELIVERY_STREAM, error_logging),
    },
];

const DELIVERY_STREAM: &[&str] = &["AWS::KinesisFirehose::DeliveryStream"];

/// Where records may come from, but for direct calls.
const SOURCES: &[&str] = &["DatabaseSourceConfiguration", "KinesisStreamSourceConfiguration", "MSKSourceConfiguration"];

/// Where records may go; a delivery stream has one of them.
const DESTINATIONS: &[&str] = &[
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
    "ExtendedS3DestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "IcebergDestinationConfiguration",
    "RedshiftDestinationConfiguration",
    "S3DestinationConfiguration",
    "SnowflakeDestinationConfiguration",
    "SplunkDestinationConfiguration",
];

fn encryption(stream: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let path = "DeliveryStreamEncryptionConfigurationInput";
    let encrypted = stream.must_be_there(path, "records are not encrypted while they wait for delivery");
    match (buffers(stream), encrypted) {
        (Ok(false), _) => None,
        (Ok(true), encrypted) | (Err(_), encrypted @ Verdict::Pass) => Some(encrypted),
        (Err(why), _) => Some(Verdict::inconclusive(why).at("DeliveryStreamType")),
    }
}

/// Whether records are put into the delivery stream itself.
fn buffers(stream: &Untyped) -> Result<bool, Why> {
    if SOURCES.iter().any(|source| matches!(stream.written(source), Ok(Some(_)))) {
        return Ok(false);
    }
    let r#type = stream.get::<String>("DeliveryStreamType");
    Ok(r#type.known()?.is_none_or(|r#type| r#type == "DirectPut"))
}

fn error_logging(stream: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let verdicts = DESTINATIONS.iter().filter_map(|destination| match stream.get::<Untyped>(destination) {
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why).at(*destination)),
        Observed::Present(_) => {
            let path = format!("{destination}.CloudWatchLoggingOptions.Enabled");
            Some(stream.must_be_true(&path, "nothing is logged of deliveries that fail"))
        }
    });
    let nowhere = || Verdict::inconclusive(Why::Malformed("a delivery stream without destination".to_owned()));
    Some(verdicts.reduce(Verdict::worse).unwrap_or_else(nowhere))
}
