//! DynamoDB Accelerator.

use std::{rc::Rc, sync::Arc};

use aws_sdk_dax::types::{Cluster as Described, SseStatus};
use serde_json::Value;

use super::{
    Document, Memo, Session,
    answer::{Page, failed, pages, required},
    not_created, written,
};
use crate::{
    facts::{
        Observed, Properties,
        dax::{Cluster, Encryption},
    },
    inventory::ResourceRef,
    need::Need,
};

/// The most that one page of `DescribeClusters` holds.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeClusters.html>
const PAGE: i32 = 100;

/// What several resources share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Every cluster of the account in this region: one page, where one call for each cluster would be several.
    clusters: Memo<(), Observed<Rc<Vec<Described>>>>,
}

/// `AWS::DAX::Cluster`
pub(super) async fn cluster(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = resource.physical_id.as_deref() else { return not_created(resource) };
    let clusters = session.dax.clusters.get((), || clusters(session)).await;
    let found = clusters.and_then(|clusters| {
        // DAX stores names in lower case, however they were given.
        let named = |cluster: &&Described| cluster.cluster_name().is_some_and(|own| own.eq_ignore_ascii_case(name));
        let missing = || failed(Need::DaxClusters.into(), format!("no cluster is named {name}"));
        clusters.iter().find(named).map_or_else(missing, read)
    });
    match found {
        Observed::Present(cluster) => written(&Properties::DaxCluster(Arc::new(cluster))),
        Observed::Absent => Value::Null,
        Observed::Unknown(why) => Document::unknown(&why),
    }
}

async fn clusters(session: &Session<'_>) -> Observed<Rc<Vec<Described>>> {
    let need = Need::DaxClusters;
    let ask = async |token: Option<String>| {
        let describe = || session.clients.dax.describe_clusters().max_results(PAGE);
        let answer = session.ask(need, &[], || describe().set_next_token(token.clone()).send()).await;
        answer.and_then(|answer| {
            required(answer.clusters, need, "Clusters").map(|items| Page { items, next: answer.next_token })
        })
    };
    pages(need, ask).await.map(Rc::new)
}

/// Both are fixed when a cluster is created; what DAX does not report is off.
fn read(cluster: &Described) -> Observed<Cluster> {
    let encrypted = match cluster.sse_description().and_then(|description| description.status()) {
        Some(SseStatus::Enabled | SseStatus::Enabling) => true,
        Some(SseStatus::Disabled | SseStatus::Disabling) | None => false,
        Some(other) => return failed(Need::DaxClusters.into(), format!("encryption is in the state {other}")),
    };
    let endpoint = cluster.cluster_endpoint_encryption_type().map_or("NONE", |kind| kind.as_str());
    Observed::Present(Cluster {
        sse_specification: Observed::Present(Encryption { sse_enabled: Observed::Present(encrypted) }),
        cluster_endpoint_encryption_type: Observed::Present(endpoint.to_owned()),
    })
}
