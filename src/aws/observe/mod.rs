//! Looks at the resources of a stack: SDK answers become facts, one file a service.
//!
//! Listing and looking overlap: a resource is looked at as soon as its page has come. What is asked about
//! several resources at once (alarms by name, scalable targets) waits for [`Session::inventory`].

mod answer;
mod autoscaling;
mod backup;
mod cloud_control;
mod cloudwatch;
mod codedeploy;
mod config;
mod dax;
mod deployed_template;
mod document;
mod dynamodb;
mod lambda;
mod memo;
mod roles;
mod s3;
mod session;
mod template_attributes;

use answer::required;
pub use document::Document;
use document::{not_created, written};
use futures_util::{
    future::{Either, FutureExt, LocalBoxFuture, join4, ready, select, try_join},
    pin_mut,
    stream::{FuturesUnordered, Stream, StreamExt},
};
pub use memo::Memo;
use serde_json::Value;
pub use session::{Progress, Session};

use crate::{
    facts::{Facts, RawResource, Why},
    inventory::ResourceRef,
    world::Outage,
};

/// Resources that are looked at at the same time, whatever their service.
const AT_ONCE: usize = 96;

/// Looks at every resource that `listing` gives, and at nothing twice.
///
/// # Errors
/// The first error of the listing: without a whole inventory there is no stack to judge. What cannot be seen
/// of a resource is no error but an unknown fact.
pub async fn observe(
    session: &Session<'_>,
    listing: impl Stream<Item = Result<ResourceRef, Outage>>,
) -> Result<Facts, Outage> {
    let template = session.fetch_template().map(Ok);
    let (mut raw, ()) = try_join(look_at_all(session, listing), template).await?;
    // Pages of several stacks come in any order; what people compare must not depend on it.
    raw.sort_by(|a, b| a.reference.logical_id.cmp(&b.reference.logical_id));
    let (settings, outputs) = session.itself();
    let exemptions = session.exemptions().await;
    Ok(Facts { settings, outputs, exemptions, ..Facts::build(session.stack().clone(), raw) })
}

/// Looks at each as soon as it is listed; in the order of the listing.
async fn look_at_all(
    session: &Session<'_>,
    listing: impl Stream<Item = Result<ResourceRef, Outage>>,
) -> Result<Vec<RawResource>, Outage> {
    let listing = listing.fuse();
    pin_mut!(listing);
    let mut found: Vec<ResourceRef> = Vec::new();
    let mut waiting = std::collections::VecDeque::new();
    let mut looking = FuturesUnordered::new();
    let mut seen: Vec<(usize, Value)> = Vec::new();
    let mut listed = false;
    loop {
        session.advanced(found.len(), seen.len());
        while looking.len() < AT_ONCE {
            let Some((index, resource)) = waiting.pop_front() else { break };
            looking.push(look(session, index, resource));
        }
        if listed && looking.is_empty() {
            break;
        }
        if listed {
            seen.extend(looking.next().await);
            continue;
        }
        let next = match looking.is_empty() {
            true => Either::Left(listing.next().await),
            false => match select(listing.next(), looking.next()).await {
                Either::Left((resource, _)) => Either::Left(resource),
                Either::Right((properties, _)) => Either::Right(properties),
            },
        };
        match next {
            Either::Left(Some(resource)) => {
                let resource = resource?;
                session.templates.met(&resource);
                waiting.push_back((found.len(), resource.clone()));
                found.push(resource);
            }
            Either::Left(None) => {
                listed = true;
                session.listed(found.clone());
            }
            Either::Right(properties) => seen.extend(properties),
        }
    }
    seen.sort_by_key(|(index, _)| *index);
    let raw = found.into_iter().zip(seen).map(|(reference, (_, properties))| RawResource { reference, properties });
    Ok(raw.collect())
}

/// The properties of one resource, with its place in the inventory.
async fn look(session: &Session<'_>, index: usize, resource: ResourceRef) -> (usize, Value) {
    let attributes = template_attributes::of(session, &resource);
    let compliance = config::compliance(session, &resource);
    let template = session.fetch_nested_template(&resource);
    let (properties, mut further, compliance, ()) =
        join4(properties(session, &resource), attributes, compliance, template).await;
    further.extend(Document::entry(config::FIELD, compliance));
    (index, template_attributes::lay_on(properties, further))
}

/// Who looks at which type.
///
/// Each look is on the heap, made by a function that has returned when it begins: without optimisation an `async`
/// function would keep room for all of them on the stack below every call.
fn properties<'l>(session: &'l Session<'_>, resource: &'l ResourceRef) -> LocalBoxFuture<'l, Value> {
    match resource.r#type.as_str() {
        "AWS::ApplicationAutoScaling::ScalableTarget" => Box::pin(autoscaling::target(session, resource)),
        "AWS::ApplicationAutoScaling::ScalingPolicy" => Box::pin(autoscaling::policy(session, resource)),
        "AWS::DAX::Cluster" => Box::pin(dax::cluster(session, resource)),
        "AWS::DynamoDB::GlobalTable" => Box::pin(dynamodb::global_table(session, resource)),
        "AWS::DynamoDB::Table" => Box::pin(dynamodb::table(session, resource)),
        "AWS::Lambda::Alias" => Box::pin(lambda::alias(session, resource)),
        "AWS::Lambda::EventInvokeConfig" => Box::pin(lambda::invoke_config(session, resource)),
        "AWS::Lambda::EventSourceMapping" => Box::pin(lambda::event_source_mapping(session, resource)),
        "AWS::Lambda::Function" => Box::pin(lambda::function(session, resource)),
        "AWS::Lambda::Permission" => Box::pin(lambda::permission(session, resource)),
        "AWS::Lambda::Url" => Box::pin(lambda::url(session, resource)),
        "AWS::Lambda::Version" => Box::pin(lambda::version(session, resource)),
        "AWS::S3::AccessPoint" => Box::pin(s3::access_point(session, resource)),
        "AWS::S3::Bucket" => Box::pin(s3::bucket(session, resource)),
        "AWS::S3::BucketPolicy" => Box::pin(s3::bucket_policy(session, resource)),
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => Box::pin(cloudwatch::alarm(session, resource)),
        "AWS::CodeDeploy::Application" => Box::pin(codedeploy::application(session, resource)),
        "AWS::CodeDeploy::DeploymentConfig" => Box::pin(codedeploy::config(session, resource)),
        "AWS::CodeDeploy::DeploymentGroup" => Box::pin(codedeploy::group(session, resource)),
        "AWS::EC2::Subnet" => {
            let why = Why::NotObserved("it is looked at for the functions in it".to_owned());
            Box::pin(ready(Document::unknown(&why)))
        }
        "AWS::IAM::ManagedPolicy" | "AWS::IAM::Policy" => Box::pin(roles::policy(session, resource)),
        "AWS::IAM::Role" => Box::pin(roles::role(session, resource)),
        _ => Box::pin(cloud_control::properties(session, resource)),
    }
}
