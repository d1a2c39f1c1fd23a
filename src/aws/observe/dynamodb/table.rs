//! What DynamoDB tells of one table in one region, in the types of the facts.

use std::rc::Rc;

use aws_sdk_dynamodb::types::{
    BillingMode, GlobalSecondaryIndexDescription, PointInTimeRecoveryStatus, ProvisionedThroughputDescription,
    SseStatus, TableDescription, TimeToLiveStatus,
};
use serde_json::Value;

use super::Place;
use crate::{
    aws::observe::{
        Session,
        answer::{Page, failed, pages, required},
    },
    facts::{
        List, Observed, Tag, Text,
        dynamodb::{Encryption, Index, Limits, PointInTimeRecovery, ResourcePolicy, Throughput, TimeToLive},
    },
    need::Need,
};

/// `DescribeTable`, asked once for each table and region: its scaling asks for the names of its indexes too.
pub(in crate::aws::observe) async fn describe(
    session: &Session<'_>,
    place: &Place,
    name: &str,
) -> Observed<Rc<TableDescription>> {
    let need = Need::Table;
    let ask = async || {
        let send = || place.dynamodb.describe_table().table_name(name).send();
        let answer = session.ask(need, &[], send).await;
        answer.and_then(|answer| required(answer.table, need, "Table")).map(Rc::new)
    };
    session.dynamodb.tables.get((place.region.clone(), name.to_owned()), ask).await
}

/// `PROVISIONED`, unless the table says otherwise: one that was never on demand has no `BillingModeSummary`.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BillingModeSummary.html>
pub(super) fn billing_mode(table: &TableDescription) -> BillingMode {
    let summary = table.billing_mode_summary.as_ref().and_then(|summary| summary.billing_mode.clone());
    summary.unwrap_or(BillingMode::Provisioned)
}

/// Whether capacity is provisioned, so that it can be scaled and has a limit.
pub(in crate::aws::observe) fn provisions(table: &TableDescription) -> bool {
    billing_mode(table) != BillingMode::PayPerRequest
}

/// The provisioned capacity; DynamoDB reports zeros for a table on demand, which are none.
pub(super) fn throughput(
    table: &TableDescription,
    described: Option<&ProvisionedThroughputDescription>,
) -> Observed<Throughput> {
    let described = described.filter(|_| provisions(table));
    Observed::from(described.map(|throughput| Throughput {
        read_capacity_units: units(throughput.read_capacity_units),
        write_capacity_units: units(throughput.write_capacity_units),
    }))
}

/// A number of capacity units.
pub(super) fn units(units: Option<i64>) -> Observed<u64> {
    match units.map(u64::try_from) {
        None => Observed::Absent,
        Some(Ok(units)) => Observed::Present(units),
        Some(Err(_)) => failed(Need::Table.into(), "a capacity is below zero".to_owned()),
    }
}

/// The global secondary indexes; absent where there is none, as in a template.
pub(super) fn indexes(table: &TableDescription) -> List<Index> {
    let index = |index: &GlobalSecondaryIndexDescription| {
        Observed::Present(Index {
            index_name: required(index.index_name.clone(), Need::Table, "IndexName").map(Text::literal),
            provisioned_throughput: throughput(table, index.provisioned_throughput.as_ref()),
        })
    };
    let indexes: Vec<_> = table.global_secondary_indexes().iter().map(index).collect();
    Observed::from(Some(indexes).filter(|indexes| !indexes.is_empty()))
}

/// Encryption with a KMS key, without the key. Absent with the key that AWS owns, the default.
pub(super) fn encryption(table: &TableDescription) -> Observed<Encryption> {
    let Some(described) = &table.sse_description else { return Observed::Absent };
    let enabled = match &described.status {
        Some(SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating) => Observed::Present(true),
        Some(SseStatus::Disabled | SseStatus::Disabling) => Observed::Present(false),
        status => failed(Need::Table.into(), format!("encryption is in the state {status:?}")),
    };
    let sse_type = described.sse_type.as_ref().map(|kind| kind.as_str().to_owned());
    Observed::Present(Encryption {
        sse_enabled: enabled,
        sse_type: Observed::from(sse_type),
        kms_master_key_id: Observed::Absent,
    })
}

/// The key of a table that is encrypted with one. As in a template absent means the key that AWS manages:
/// `DescribeTable` shows its ARN like any other, so KMS is asked which one it is, once for each region.
pub(super) async fn key(session: &Session<'_>, place: &Place, table: &TableDescription) -> Observed<Text> {
    let described = table.sse_description.as_ref().and_then(|described| described.kms_master_key_arn.clone());
    let Some(arn) = described else { return Observed::Absent };
    match managed_key(session, place).await {
        Observed::Present(managed) if managed == arn => Observed::Absent,
        Observed::Present(_) | Observed::Absent => Observed::Present(Text::literal(arn)),
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

/// The ARN of the key `aws/dynamodb`; absent where nothing in the region ever asked for it.
async fn managed_key(session: &Session<'_>, place: &Place) -> Observed<String> {
    let need = Need::TableManagedKey;
    let ask = async || {
        let send = || place.kms.describe_key().key_id("alias/aws/dynamodb").send();
        let answer = session.ask(need, &["NotFoundException"], send).await;
        answer.and_then(|answer| required(answer.key_metadata.and_then(|key| key.arn), need, "Arn"))
    };
    session.dynamodb.managed_keys.get(place.region.clone(), ask).await
}

/// Continuous backups.
pub(super) async fn backups(session: &Session<'_>, place: &Place, name: &str) -> Observed<PointInTimeRecovery> {
    let need = Need::TableBackups;
    let send = || place.dynamodb.describe_continuous_backups().table_name(name).send();
    let answer = session.ask(need, &[], send).await;
    let described = answer.and_then(|answer| {
        let backups = answer.continuous_backups_description;
        required(backups.and_then(|backups| backups.point_in_time_recovery_description), need, "description")
    });
    described.map(|described| PointInTimeRecovery {
        point_in_time_recovery_enabled: match &described.point_in_time_recovery_status {
            Some(PointInTimeRecoveryStatus::Enabled) => Observed::Present(true),
            Some(PointInTimeRecoveryStatus::Disabled) => Observed::Present(false),
            status => failed(need.into(), format!("point-in-time recovery is in the state {status:?}")),
        },
        recovery_period_in_days: Observed::from(
            described.recovery_period_in_days.and_then(|days| u32::try_from(days).ok()),
        ),
    })
}

/// Which attribute says when an item expires.
pub(super) async fn time_to_live(session: &Session<'_>, place: &Place, name: &str) -> Observed<TimeToLive> {
    let need = Need::TableTimeToLive;
    let send = || place.dynamodb.describe_time_to_live().table_name(name).send();
    let answer = session.ask(need, &[], send).await;
    answer.and_then(|answer| required(answer.time_to_live_description, need, "description")).map(|described| {
        TimeToLive {
            attribute_name: Observed::from(described.attribute_name.map(Text::literal)),
            enabled: match &described.time_to_live_status {
                Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling) => Observed::Present(true),
                Some(TimeToLiveStatus::Disabled | TimeToLiveStatus::Disabling) => Observed::Present(false),
                status => failed(need.into(), format!("time to live is in the state {status:?}")),
            },
        }
    })
}

/// Who may use the table besides what identities are allowed.
pub(super) async fn resource_policy(session: &Session<'_>, place: &Place, name: &str) -> Observed<ResourcePolicy> {
    let need = Need::TableResourcePolicy;
    let arn = match arn(session, place, name).await {
        Observed::Present(arn) => arn,
        Observed::Absent => return Observed::Absent,
        Observed::Unknown(why) => return Observed::Unknown(why),
    };
    let send = || place.dynamodb.get_resource_policy().resource_arn(&arn).send();
    let answer = session.ask(need, &["PolicyNotFoundException"], send).await;
    answer.and_then(|answer| required(answer.policy, need, "Policy")).map(|policy| ResourcePolicy {
        // A policy document may be text.
        policy_document: Observed::read(&Value::String(policy)),
    })
}

/// The ARN of a table, put together where account and region are known: so nothing that asks by ARN waits for
/// `DescribeTable`, or is unknown because that is denied.
async fn arn(session: &Session<'_>, place: &Place, name: &str) -> Observed<String> {
    let region = place.region.clone().map_or_else(|| session.stack().region.clone(), Observed::Present);
    match (region, &session.stack().account) {
        (Observed::Present(region), Observed::Present(account)) => {
            Observed::Present(format!("arn:{}:dynamodb:{region}:{account}:table/{name}", partition(&region)))
        }
        _ => {
            let table = describe(session, place, name).await;
            table.and_then(|table| required(table.table_arn.clone(), Need::Table, "TableArn"))
        }
    }
}

/// The partition of a region. <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
fn partition(region: &str) -> &'static str {
    const PARTITIONS: &[(&str, &str)] = &[
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// Tags, which matter to the backup selections of the stack alone: without one nothing is asked.
pub(super) async fn tags(session: &Session<'_>, place: &Place, name: &str) -> List<Tag> {
    let need = Need::TableTags;
    let selects = |resource: &crate::inventory::ResourceRef| resource.r#type.as_str() == "AWS::Backup::BackupSelection";
    if !session.wants(need) || !session.inventory().await.iter().any(selects) {
        return Observed::not_observed("tags of a table matter to a backup selection of its stack, and there is none");
    }
    let arn = match arn(session, place, name).await {
        Observed::Present(arn) => arn,
        Observed::Absent => return Observed::Absent,
        Observed::Unknown(why) => return Observed::Unknown(why),
    };
    let ask = async |token: Option<String>| {
        let list = || place.dynamodb.list_tags_of_resource().resource_arn(&arn);
        let answer = session.ask(need, &[], || list().set_next_token(token.clone()).send()).await;
        answer
            .and_then(|answer| required(answer.tags, need, "Tags").map(|items| Page { items, next: answer.next_token }))
    };
    let text = |text: String| Observed::Present(Text::literal(text));
    pages(need, ask).await.map(|tags| {
        let own = tags.into_iter().filter(|tag| !tag.key.starts_with("aws:"));
        own.map(|tag| Observed::Present(Tag { key: text(tag.key), value: text(tag.value) })).collect()
    })
}

/// What one table may provision, asked for once and only where a table provisions anything: DynamoDB throttles
/// `DescribeLimits` when it is called more than once a minute.
pub(super) async fn limits(session: &Session<'_>, table: &Observed<Rc<TableDescription>>) -> Observed<Limits> {
    let need = Need::TableLimits;
    match table {
        Observed::Present(table) if !provisions(table) => {
            return Observed::not_observed("a table on demand provisions nothing that a limit could hold");
        }
        Observed::Unknown(why) => return Observed::Unknown(why.clone()),
        _ => {}
    }
    let place = Place::here(session);
    let ask = async || {
        let answer = session.ask(need, &[], || place.dynamodb.describe_limits().send()).await;
        answer.and_then(|answer| {
            let read = required(answer.table_max_read_capacity_units, need, "TableMaxReadCapacityUnits");
            let write = required(answer.table_max_write_capacity_units, need, "TableMaxWriteCapacityUnits");
            Observed::Present(Limits {
                table_max_read_capacity_units: read.and_then(|read| units(Some(read))),
                table_max_write_capacity_units: write.and_then(|write| units(Some(write))),
            })
        })
    };
    session.dynamodb.limits.get((), ask).await
}
