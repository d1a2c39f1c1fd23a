//! Amazon S3: buckets with everything that belongs to them, policies, access points.
//!
//! S3 has one operation for each configuration and none for several, so a bucket costs one call for each need.
//! Where S3 reports that nothing is configured, the facts say what holds then: four false flags, `ObjectWriter`.

mod access;
mod data;
mod policy;
mod upkeep;

use std::sync::Arc;

use futures_util::future::{join3, join4};
pub(super) use policy::lone as bucket_policy;
use serde_json::Value;

use super::{Memo, Session, backup, not_created, written};
use crate::{
    facts::{
        Observed, Properties, Text, Why,
        s3::{AccessPoint, Bucket, PublicAccessBlock},
    },
    inventory::ResourceRef,
};

/// What several resources share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The policy of each bucket: that of the bucket and that of the policy's own resource are the same.
    policies: Memo<String, Observed<String>>,
    account_block: Memo<(), Observed<PublicAccessBlock>>,
}

/// `AWS::S3::Bucket`. Retention, which no service shows, and the word of AWS Config are added by
/// others.
pub(super) async fn bucket(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = resource.physical_id.as_deref() else { return not_created(resource) };
    let (may_reach, keeps, upkeep, elsewhere) = join4(
        join3(
            access::block(session, name),
            access::ownership_and_acl(session, name),
            join4(
                access::cors(session, name),
                access::website(session, name),
                access::account_block(session),
                policy::attached(session, name),
            ),
        ),
        join4(
            data::encryption(session, name),
            data::versioning(session, name),
            data::object_lock(session, name),
            data::replication(session, name),
        ),
        join4(
            upkeep::logging(session, name),
            upkeep::lifecycle(session, name),
            upkeep::notification(session, name),
            upkeep::tags(session, name),
        ),
        backup::covering(session, backup::Kind::Bucket, name),
    )
    .await;
    let (block, (ownership, acl), (cors, website, account_block, policy)) = may_reach;
    let (encryption, versioning, lock, replication) = keeps;
    let (logging, lifecycle, notification, tags) = upkeep;
    written(&Properties::Bucket(Arc::new(Bucket {
        bucket_name: Observed::Present(Text::literal(name)),
        access_control: acl.canned,
        public_access_block_configuration: block,
        bucket_encryption: encryption,
        versioning_configuration: versioning.configuration,
        logging_configuration: logging,
        ownership_controls: ownership,
        lifecycle_configuration: lifecycle,
        object_lock_enabled: lock.enabled,
        object_lock_configuration: lock.configuration,
        replication_configuration: replication,
        notification_configuration: notification,
        cors_configuration: cors,
        website_configuration: website,
        tags,
        deletion_policy: Observed::Absent,
        update_replace_policy: Observed::Absent,
        mfa_delete: versioning.mfa_delete,
        account_public_access_block: account_block,
        acl: acl.grants,
        logical_id: None,
        account: Observed::Absent,
        policy,
        log_target: Observed::Absent,
        backup_selections: elsewhere,
        config_compliance: Observed::Absent,
    })))
}

/// `AWS::S3::AccessPoint`. Read by S3 itself rather than by Cloud Control: it is one call either way, and S3's is
/// the faster one and needs one permission less.
pub(super) async fn access_point(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = resource.physical_id.as_deref() else { return not_created(resource) };
    let mut point = access::point(session, name).await;
    point.name = Observed::Present(Text::literal(name));
    written(&Properties::AccessPoint(Arc::new(point)))
}

/// The account whose stack this is. S3 Control addresses everything by it.
fn account(session: &Session<'_>) -> Result<String, Why> {
    match &session.stack().account {
        Observed::Present(account) => Ok(account.clone()),
        Observed::Absent => Err(Why::NotObserved("the account of the stack is not known".to_owned())),
        Observed::Unknown(why) => Err(why.clone()),
    }
}

/// An access point of which nothing is known.
fn unknown_point(why: &Why) -> AccessPoint {
    AccessPoint {
        name: Observed::Absent,
        bucket: Observed::Unknown(why.clone()),
        public_access_block_configuration: Observed::Unknown(why.clone()),
    }
}
