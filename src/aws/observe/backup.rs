//! AWS Backup: what has a recovery point.

use std::{collections::BTreeMap, rc::Rc};

use aws_sdk_backup::types::ProtectedResource;

use super::{
    Memo, Session,
    answer::{Page, pages, required},
};
use crate::{
    facts::{Observed, backup::Covering},
    inventory::LogicalId,
    need::Need,
};

/// The most that one page of `ListProtectedResources` holds.
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html>
const PAGE: i32 = 1_000;

/// What several resources share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    protected: Memo<(), Observed<Rc<Protected>>>,
}

/// What has a recovery point in this account and region, by kind and name: the vault of the last one.
type Protected = BTreeMap<(Kind, String), String>;

/// What the checks ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A bucket, by its name.
    Bucket,
    /// A table, by its name.
    Table,
}

impl Kind {
    /// Which one an ARN means, and its name: `arn:aws:s3:::NAME`, `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`.
    fn of(arn: &str) -> Option<(Self, &str)> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, resource) = (parts.next()?, parts.nth(2)?);
        match service {
            "s3" => Some((Self::Bucket, resource)),
            "dynamodb" => Some((Self::Table, resource.strip_prefix("table/")?)),
            _ => None,
        }
    }
}

/// Whether AWS Backup has a recovery point of a resource; then under the name of the vault that holds it. A resource
/// that is new has none before its first backup: a selection of its own stack counts all the same, see
/// [`Covering`].
///
/// One list of the account instead of one `DescribeProtectedResource` for each bucket and table: a page holds 1,000,
/// and most accounts have fewer protected resources than pages would pay for.
pub(super) async fn covering(session: &Session<'_>, kind: Kind, name: &str) -> Covering {
    let protected = session.backup.protected.get((), || protected(session)).await;
    protected.map(|protected| {
        protected.get(&(kind, name.to_owned())).map(|id| LogicalId::new(id.as_str())).into_iter().collect()
    })
}

async fn protected(session: &Session<'_>) -> Observed<Rc<Protected>> {
    let need = Need::ProtectedResources;
    let ask = async |token: Option<String>| {
        let list = || session.clients.backup.list_protected_resources().max_results(PAGE);
        let answer = session.ask(need, &[], || list().set_next_token(token.clone()).send()).await;
        answer.and_then(|answer| {
            required(answer.results, need, "Results")
                .map(|results| Page { items: results.iter().filter_map(entry).collect(), next: answer.next_token })
        })
    };
    pages(need, ask).await.map(|entries| Rc::new(entries.into_iter().collect()))
}

fn entry(resource: &ProtectedResource) -> Option<((Kind, String), String)> {
    let (kind, name) = Kind::of(resource.resource_arn()?)?;
    let vault = resource.last_backup_vault_arn().and_then(|arn| arn.rsplit(':').next()).unwrap_or("a backup vault");
    Some(((kind, name.to_owned()), vault.to_owned()))
}
