//! `AWS::DynamoDB::GlobalTable`: what its replicas share, and each replica in its own region.

use std::{rc::Rc, sync::Arc};

use aws_sdk_dynamodb::types::TableDescription;
use futures_util::future::{join, join_all, join3, join4};
use serde_json::Value;

use super::{Place, encryption, table as one};
use crate::{
    aws::observe::{
        Session,
        answer::required,
        autoscaling::{self, Scalings},
        backup, not_created, written,
    },
    facts::{
        List, Observed, Properties, Text,
        dynamodb::{
            AutoScaling, Dimension, Encryption, GlobalIndex, GlobalTable, ReadSettings, Replica, ReplicaEncryption,
            ReplicaIndex, WriteSettings,
        },
    },
    inventory::ResourceRef,
    need::Need,
};

/// `AWS::DynamoDB::GlobalTable`
pub(in crate::aws::observe) async fn table(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = resource.physical_id.as_deref() else { return not_created(resource) };
    let here = Place::here(session);
    let described = async {
        let described = one::describe(session, &here, name).await;
        let replicas = replicas(session, name, &described);
        let shared = join3(
            one::limits(session, &described),
            encryption(session, &here, &described),
            scalings(session, &described),
        );
        let (shared, replicas) = join(shared, replicas).await;
        (described, shared, replicas)
    };
    let ((described, (limits, encryption, scalings), replicas), expiry, covering) =
        join3(described, one::time_to_live(session, &here, name), backup::covering(session, backup::Kind::Table, name))
            .await;
    let writes = |id: String| described.as_ref().and_then(|table| write_settings(table, &scalings, &id));
    let indexes = described.as_ref().and_then(|table| {
        one::indexes(table).map(|indexes| {
            let index = |index: crate::facts::dynamodb::Index| GlobalIndex {
                write_provisioned_throughput_settings: index
                    .index_name
                    .as_ref()
                    .and_then(|index| writes(autoscaling::index_id(name, &index.to_string()))),
                index_name: index.index_name,
            };
            indexes.into_iter().map(|each| each.map(index)).collect()
        })
    });
    written(&Properties::GlobalTable(Arc::new(GlobalTable {
        table_name: Observed::Present(Text::literal(name)),
        billing_mode: described.as_ref().map(|table| one::billing_mode(table).as_str().to_owned()),
        sse_specification: encryption
            .map(|encryption| Encryption { kms_master_key_id: Observed::Absent, ..encryption }),
        time_to_live_specification: expiry,
        global_secondary_indexes: indexes,
        write_provisioned_throughput_settings: writes(autoscaling::table_id(name)),
        replicas,
        deletion_policy: Observed::Absent,
        update_replace_policy: Observed::Absent,
        limits,
        logical_id: None,
        account: Observed::Absent,
        backup_selections: covering,
        config_compliance: Observed::Absent,
    })))
}

/// What scales it, where anything is provisioned.
async fn scalings(session: &Session<'_>, table: &Observed<Rc<TableDescription>>) -> Rc<Scalings> {
    match table {
        Observed::Present(table) if one::provisions(table) => autoscaling::scalings(session).await,
        _ => Rc::default(),
    }
}

/// How writes are scaled; a fixed capacity of writes is nothing that CloudFormation's type can say, and so absent.
fn write_settings(table: &TableDescription, scalings: &Scalings, id: &str) -> Observed<WriteSettings> {
    if !one::provisions(table) {
        return Observed::Absent;
    }
    scalings
        .scaled_to(None, id, Dimension::Write)
        .map(|max| WriteSettings { write_capacity_auto_scaling_settings: Observed::from(max.map(auto_scaling)) })
}

fn auto_scaling(max: u64) -> AutoScaling {
    AutoScaling { max_capacity: Observed::Present(max) }
}

/// The regions of the other replicas; DynamoDB lists all but the one that answers.
pub(in crate::aws::observe) fn regions(table: &TableDescription) -> impl Iterator<Item = &str> {
    let own = table.table_arn().and_then(|arn| arn.split(':').nth(3));
    table.replicas().iter().filter_map(|replica| replica.region_name()).filter(move |region| Some(*region) != own)
}

/// Every replica, this region's first. Where the others are not known, one that is unknown stands for them.
async fn replicas(session: &Session<'_>, name: &str, table: &Observed<Rc<TableDescription>>) -> List<Replica> {
    let mut places = vec![Place::here(session)];
    let mut unknown = None;
    match table {
        Observed::Present(table) => places.extend(regions(table).map(|region| Place::in_region(session, region))),
        Observed::Absent => {}
        Observed::Unknown(why) => unknown = Some(Observed::Unknown(why.clone())),
    }
    let seen = join_all(places.iter().map(|place| replica(session, place, name))).await;
    Observed::Present(seen.into_iter().map(Observed::Present).chain(unknown).collect())
}

async fn replica(session: &Session<'_>, place: &Place, name: &str) -> Replica {
    let described = async {
        let table = one::describe(session, place, name).await;
        let (encryption, scalings) = join(encryption(session, place, &table), scalings(session, &table)).await;
        (table, encryption, scalings)
    };
    let ((table, encryption, scalings), recovery, policy, tags) = join4(
        described,
        one::backups(session, place, name),
        one::resource_policy(session, place, name),
        one::tags(session, place, name),
    )
    .await;
    let region = place.region.clone().map_or_else(|| own_region(session, &table), Observed::Present);
    let key = encryption.and_then(|encryption| match encryption.sse_enabled {
        Observed::Present(false) => Observed::Absent,
        _ => Observed::Present(ReplicaEncryption { kms_master_key_id: encryption.kms_master_key_id }),
    });
    let reads = |id: &str, units: Option<i64>| {
        table.as_ref().and_then(|table| read_settings(table, &scalings, place, id, units))
    };
    let indexes = table.as_ref().and_then(|table| {
        let index = |index: &aws_sdk_dynamodb::types::GlobalSecondaryIndexDescription| {
            let throughput = index.provisioned_throughput.as_ref();
            let units = throughput.and_then(|throughput| throughput.read_capacity_units);
            let id = autoscaling::index_id(name, index.index_name().unwrap_or_default());
            Observed::Present(ReplicaIndex {
                index_name: required(index.index_name.clone(), Need::Table, "IndexName").map(Text::literal),
                read_provisioned_throughput_settings: reads(&id, units),
            })
        };
        let indexes: Vec<_> = table.global_secondary_indexes().iter().map(index).collect();
        Observed::from(Some(indexes).filter(|indexes| !indexes.is_empty()))
    });
    let units = table.present().and_then(|table| table.provisioned_throughput.as_ref()?.read_capacity_units);
    Replica {
        region: region.map(Text::literal),
        point_in_time_recovery_specification: recovery,
        deletion_protection_enabled: table.as_ref().map(|table| table.deletion_protection_enabled.unwrap_or(false)),
        sse_specification: key,
        resource_policy: policy,
        tags,
        read_provisioned_throughput_settings: reads(&autoscaling::table_id(name), units),
        global_secondary_indexes: indexes,
    }
}

/// The region of the stack, by its own word or by that of the table.
fn own_region(session: &Session<'_>, table: &Observed<Rc<TableDescription>>) -> Observed<String> {
    match &session.stack().region {
        Observed::Present(region) => Observed::Present(region.clone()),
        _ => table.as_ref().and_then(|table| {
            required(
                table.table_arn().and_then(|arn| arn.split(':').nth(3)).map(str::to_owned),
                Need::Table,
                "TableArn",
            )
        }),
    }
}

/// How reads are scaled in one region, or the capacity that stays as it is.
fn read_settings(
    table: &TableDescription,
    scalings: &Scalings,
    place: &Place,
    id: &str,
    units: Option<i64>,
) -> Observed<ReadSettings> {
    if !one::provisions(table) {
        return Observed::Absent;
    }
    scalings.scaled_to(place.region.as_deref(), id, Dimension::Read).map(|max| ReadSettings {
        read_capacity_units: if max.is_some() { Observed::Absent } else { one::units(units) },
        read_capacity_auto_scaling_settings: Observed::from(max.map(auto_scaling)),
    })
}
