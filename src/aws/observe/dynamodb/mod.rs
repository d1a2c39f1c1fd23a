//! Amazon DynamoDB: tables and global tables, with what scales them.
//!
//! `DescribeTable` shows most; backups, time to live and the resource policy are a call each. A global table is asked
//! for in the region of each replica: its own stack declares them all.

mod global;
mod place;
mod table;

use std::{rc::Rc, sync::Arc};

use aws_sdk_dynamodb::types::TableDescription;
use futures_util::future::{join, join3, join5};
pub(super) use global::{regions, table as global_table};
pub(super) use place::Place;
use serde_json::Value;
pub(super) use table::{describe, provisions};

use super::{Memo, Session, autoscaling, backup, not_created, written};
use crate::{
    facts::{
        Observed, Properties, Text,
        dynamodb::{Encryption, Limits, Table},
    },
    inventory::ResourceRef,
};

/// What several resources share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// By region (none for the stack's) and name.
    tables: Memo<(Option<String>, String), Observed<Rc<TableDescription>>>,
    limits: Memo<(), Observed<Limits>>,
    /// The key `aws/dynamodb`, by region.
    managed_keys: Memo<Option<String>, Observed<String>>,
}

/// `AWS::DynamoDB::Table`. Retention, which no service shows, and the word of AWS Config are added by
/// others.
pub(super) async fn table(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = resource.physical_id.as_deref() else { return not_created(resource) };
    let place = Place::here(session);
    let described = async {
        let table = table::describe(session, &place, name).await;
        let more = join3(
            table::limits(session, &table),
            encryption(session, &place, &table),
            autoscaling::of_table(session, name, &table),
        );
        (more.await, table)
    };
    let (((limits, encryption, scaling), described), recovery, expiry, policy, (tags, covering)) = join5(
        described,
        table::backups(session, &place, name),
        table::time_to_live(session, &place, name),
        table::resource_policy(session, &place, name),
        join(table::tags(session, &place, name), backup::covering(session, backup::Kind::Table, name)),
    )
    .await;
    let described = described.as_ref();
    written(&Properties::Table(Arc::new(Table {
        table_name: Observed::Present(Text::literal(name)),
        billing_mode: described.clone().map(|table| table::billing_mode(table).as_str().to_owned()),
        provisioned_throughput: described
            .clone()
            .and_then(|table| table::throughput(table, table.provisioned_throughput.as_ref())),
        global_secondary_indexes: described.clone().and_then(|table| table::indexes(table)),
        sse_specification: encryption,
        point_in_time_recovery_specification: recovery,
        deletion_protection_enabled: described.map(|table| table.deletion_protection_enabled.unwrap_or(false)),
        resource_policy: policy,
        time_to_live_specification: expiry,
        tags,
        deletion_policy: Observed::Absent,
        update_replace_policy: Observed::Absent,
        limits,
        logical_id: None,
        account: Observed::Absent,
        scaling,
        backup_selections: covering,
        config_compliance: Observed::Absent,
    })))
}

/// Encryption with its key.
async fn encryption(
    session: &Session<'_>,
    place: &Place,
    table: &Observed<Rc<TableDescription>>,
) -> Observed<Encryption> {
    let encryption = table.as_ref().and_then(|table| table::encryption(table));
    match (encryption, table) {
        (Observed::Present(encryption), Observed::Present(table))
            if encryption.sse_enabled != Observed::Present(false) =>
        {
            let kms_master_key_id = table::key(session, place, table).await;
            Observed::Present(Encryption { kms_master_key_id, ..encryption })
        }
        (encryption, _) => encryption,
    }
}
