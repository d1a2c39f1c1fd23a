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
    future::{Either, join3, select},
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
    let mut raw: Vec<RawResource> =
        found.into_iter().zip(seen).map(|(reference, (_, properties))| RawResource { reference, properties }).collect();
    // Pages of several stacks come in any order; what people compare must not depend on it.
    raw.sort_by(|a, b| a.reference.logical_id.cmp(&b.reference.logical_id));
    let (settings, outputs) = session.itself();
    Ok(Facts { settings, outputs, ..Facts::build(session.stack().clone(), raw) })
}

/// The properties of one resource, with its place in the inventory.
async fn look(session: &Session<'_>, index: usize, resource: ResourceRef) -> (usize, Value) {
    let attributes = template_attributes::of(session, &resource);
    let compliance = config::compliance(session, &resource);
    let (properties, mut further, compliance) = join3(properties(session, &resource), attributes, compliance).await;
    further.extend(Document::entry(config::FIELD, compliance));
    (index, template_attributes::lay_on(properties, further))
}

/// Who looks at which type.
async fn properties(session: &Session<'_>, resource: &ResourceRef) -> Value {
    match resource.r#type.as_str() {
        "AWS::ApplicationAutoScaling::ScalableTarget" => autoscaling::target(session, resource).await,
        "AWS::ApplicationAutoScaling::ScalingPolicy" => autoscaling::policy(session, resource).await,
        "AWS::DAX::Cluster" => dax::cluster(session, resource).await,
        "AWS::DynamoDB::GlobalTable" => dynamodb::global_table(session, resource).await,
        "AWS::DynamoDB::Table" => dynamodb::table(session, resource).await,
        "AWS::Lambda::Alias" => lambda::alias(session, resource).await,
        "AWS::Lambda::EventInvokeConfig" => lambda::invoke_config(session, resource).await,
        "AWS::Lambda::EventSourceMapping" => lambda::event_source_mapping(session, resource).await,
        "AWS::Lambda::Function" => lambda::function(session, resource).await,
        "AWS::Lambda::Permission" => lambda::permission(session, resource).await,
        "AWS::Lambda::Url" => lambda::url(session, resource).await,
        "AWS::Lambda::Version" => lambda::version(session, resource).await,
        "AWS::S3::AccessPoint" => s3::access_point(session, resource).await,
        "AWS::S3::Bucket" => s3::bucket(session, resource).await,
        "AWS::S3::BucketPolicy" => s3::bucket_policy(session, resource).await,
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => cloudwatch::alarm(session, resource).await,
        "AWS::CodeDeploy::Application" => codedeploy::application(session, resource).await,
        "AWS::CodeDeploy::DeploymentConfig" => codedeploy::config(session, resource).await,
        "AWS::CodeDeploy::DeploymentGroup" => codedeploy::group(session, resource).await,
        "AWS::EC2::Subnet" => {
            Document::unknown(&Why::NotObserved("it is looked at for the functions in it".to_owned()))
        }
        "AWS::IAM::ManagedPolicy" | "AWS::IAM::Policy" => roles::policy(session, resource).await,
        "AWS::IAM::Role" => roles::role(session, resource).await,
        _ => cloud_control::properties(session, resource).await,
    }
}
