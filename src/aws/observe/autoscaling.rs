//! Application Auto Scaling, as far as it scales tables: which capacity of which table or index has a target, and
//! whether a policy moves it.
//!
//! How it asks, and why. `DescribeScalableTargets` takes up to 50 resource ids and gives 50 targets a page; a table or
//! index has two, so batches of 25 ids are answered in one page each and run side by side. The list of the whole
//! namespace instead would be read one page after the other, with every table of the account in it.
//! `DescribeScalingPolicies` takes one id and gives 10 policies a page, for each of which Application Auto Scaling asks
//! CloudWatch for its alarms: it is called once for each id that has a target at all, and finds two policies there as a
//! rule. Tables on demand are not asked about. So n provisioned tables and indexes of which m scale cost n/25 + m calls.
//! <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html>,
//! <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html>

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use aws_sdk_applicationautoscaling::types::{ScalableTarget as Target, ScalingPolicy as Policy, ServiceNamespace};
use aws_sdk_dynamodb::types::TableDescription;
use futures_util::future::join_all;
use serde_json::Value;

use super::{
    Document, Memo, Session,
    answer::{Page, failed, pages, required},
    dynamodb::{self, Place},
    not_created, written,
};
use crate::{
    facts::{
        List, Observed, Properties, Text, Why,
        dynamodb::{Dimension, ScalableTarget, Scaling, ScalingPolicy},
    },
    inventory::{LogicalId, ResourceRef},
    need::Need,
};

const TABLE: &str = "AWS::DynamoDB::Table";
const GLOBAL_TABLE: &str = "AWS::DynamoDB::GlobalTable";
const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";

/// Resource ids in one call: each has two targets, and a page holds 50.
const BATCH: usize = 25;

/// What several resources share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    scalings: Memo<(), Rc<Scalings>>,
}

/// What scales the tables of the stack.
#[derive(Debug, Default)]
pub(super) struct Scalings(BTreeMap<Scaled, Targets>);

/// A table or an index: its region (none for the stack's) and its resource id.
type Scaled = (Option<String>, String);

/// The targets of one of them.
type Targets = Observed<Rc<Vec<Scalable>>>;

/// One capacity that can be scaled.
#[derive(Debug)]
struct Scalable {
    /// `dynamodb:table:ReadCapacityUnits` for example.
    dimension: String,
    least: i32,
    most: i32,
    /// The policies that move it.
    policies: Observed<Vec<Policy>>,
}

impl Scalings {
    /// The targets of one resource id.
    fn of(&self, region: Option<&str>, id: &str) -> Targets {
        let found = self.0.get(&(region.map(str::to_owned), id.to_owned())).cloned();
        found.unwrap_or_else(|| Observed::not_observed(format!("nobody asked what scales {id}")))
    }

    /// How far a policy may raise this capacity; none where no policy does.
    pub(super) fn scaled_to(&self, region: Option<&str>, id: &str, dimension: Dimension) -> Observed<Option<u64>> {
        self.of(region, id).and_then(|targets| {
            let target = targets.iter().find(|target| Dimension::of(&target.dimension) == Some(dimension));
            let Some(target) = target else { return Observed::Present(None) };
            target.policies.as_ref().map(|policies| u64::try_from(target.most).ok().filter(|_| !policies.is_empty()))
        })
    }
}

/// How Application Auto Scaling calls a table.
pub(super) fn table_id(table: &str) -> String {
    format!("table/{table}")
}

/// How it calls an index of a table.
pub(super) fn index_id(table: &str, index: &str) -> String {
    format!("table/{table}/index/{index}")
}

/// A table and its indexes: the index's name, and the resource id.
fn parts<'t>(name: &str, table: &'t TableDescription) -> Vec<(Option<&'t str>, String)> {
    let indexes = table.global_secondary_indexes().iter().filter_map(|index| index.index_name());
    let indexes = indexes.map(|index| (Some(index), index_id(name, index)));
    [(None, table_id(name))].into_iter().chain(indexes).collect()
}

/// What scales one table and its indexes. A table on demand has nothing to scale, and nothing is asked about it.
pub(super) async fn of_table(
    session: &Session<'_>,
    name: &str,
    table: &Observed<Rc<TableDescription>>,
) -> List<Scaling> {
    let table = match table {
        Observed::Present(table) if dynamodb::provisions(table) => table,
        Observed::Present(_) | Observed::Absent => return Observed::Absent,
        Observed::Unknown(why) => return Observed::Unknown(why.clone()),
    };
    let scalings = scalings(session).await;
    let declared = session.inventory().await;
    let mut found = Vec::new();
    for (index, id) in parts(name, table) {
        match scalings.of(None, &id) {
            Observed::Present(targets) => {
                found.extend(targets.iter().filter_map(|target| scaling(declared, &id, index, target)));
            }
            Observed::Absent => {}
            Observed::Unknown(why) => found.push(Observed::Unknown(why)),
        }
    }
    Observed::Present(found)
}

fn scaling(declared: &[ResourceRef], id: &str, index: Option<&str>, target: &Scalable) -> Option<Observed<Scaling>> {
    Some(Observed::Present(Scaling {
        index: index.map(Text::literal),
        dimension: Dimension::of(&target.dimension)?,
        target: declared_target(declared, id, &target.dimension),
        policy: target.policies.as_ref().map(|policies| !policies.is_empty()),
    }))
}

/// The resource of the stack that this target is: its physical id is `RESOURCE|DIMENSION|NAMESPACE`.
fn declared_target(declared: &[ResourceRef], id: &str, dimension: &str) -> Option<LogicalId> {
    let physical = format!("{id}|{dimension}|dynamodb");
    let mut targets = declared.iter().filter(|resource| resource.r#type.as_str() == TARGET);
    targets.find(|target| target.physical_id.as_ref() == Some(&physical)).map(|target| target.logical_id.clone())
}

/// What scales the provisioned tables of the stack, asked for once for all of them: whoever comes first waits for the
/// whole inventory and for every `DescribeTable`, for the names of the indexes.
pub(super) async fn scalings(session: &Session<'_>) -> Rc<Scalings> {
    session.autoscaling.scalings.get((), async || Rc::new(ask(session).await)).await
}

async fn ask(session: &Session<'_>) -> Scalings {
    if !session.wants(Need::ScalableTargets) {
        return Scalings::default();
    }
    let tables = session.inventory().await.iter();
    let tables = tables.filter(|resource| [TABLE, GLOBAL_TABLE].contains(&resource.r#type.as_str()));
    let ids = join_all(tables.map(|table| ids(session, table))).await;
    let mut of_region: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
    for (region, id) in ids.into_iter().flatten() {
        of_region.entry(region).or_default().push(id);
    }
    let batches = of_region.iter().flat_map(|(region, ids)| ids.chunks(BATCH).map(move |ids| (region, ids)));
    let answers = join_all(batches.map(|(region, ids)| batch(session, region.as_deref(), ids))).await;
    Scalings(answers.into_iter().flatten().collect())
}

/// The resource ids of a table, each with its region; none where nothing is provisioned, or nobody knows.
async fn ids(session: &Session<'_>, resource: &ResourceRef) -> Vec<Scaled> {
    let Some(name) = resource.physical_id.as_deref() else { return Vec::new() };
    let table = dynamodb::describe(session, &Place::here(session), name).await;
    let Some(table) = table.present().filter(|table| dynamodb::provisions(table)) else { return Vec::new() };
    let elsewhere = dynamodb::regions(table).filter(|_| resource.r#type.as_str() == GLOBAL_TABLE);
    let regions = [None].into_iter().chain(elsewhere.map(|region| Some(region.to_owned())));
    let parts = parts(name, table);
    regions
        .flat_map(|region| parts.iter().map(move |(_, id)| (region.clone(), id.clone())).collect::<Vec<_>>())
        .collect()
}

/// The targets of some resource ids, with their policies.
async fn batch(session: &Session<'_>, region: Option<&str>, ids: &[String]) -> Vec<(Scaled, Targets)> {
    let place = region.map_or_else(|| Place::here(session), |region| Place::in_region(session, region));
    let targets = targets(session, &place, ids).await;
    let found = ids.iter().map(async |id| {
        let own = targets.as_ref().map(|targets| targets.iter().filter(|target| target.resource_id == *id));
        let scalable = match own {
            Observed::Present(own) => Observed::Present(Rc::new(with_policies(session, &place, id, own).await)),
            Observed::Absent => Observed::Absent,
            Observed::Unknown(why) => Observed::Unknown(why),
        };
        ((place.region.clone(), id.clone()), scalable)
    });
    join_all(found).await
}

async fn targets(session: &Session<'_>, place: &Place, ids: &[String]) -> Observed<Vec<Target>> {
    let need = Need::ScalableTargets;
    let ask = async |token: Option<String>| {
        let describe = || {
            let describe = place.scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Dynamodb);
            describe.set_resource_ids(Some(ids.to_vec())).set_next_token(token.clone()).send()
        };
        session.ask(need, &[], describe).await.and_then(|answer| {
            required(answer.scalable_targets, need, "ScalableTargets")
                .map(|items| Page { items, next: answer.next_token })
        })
    };
    pages(need, ask).await
}

async fn with_policies<'t>(
    session: &Session<'_>,
    place: &Place,
    id: &str,
    targets: impl Iterator<Item = &'t Target>,
) -> Vec<Scalable> {
    let targets: Vec<&Target> = targets.collect();
    if targets.is_empty() {
        return Vec::new();
    }
    let policies = policies(session, place, id).await;
    let of = |target: &Target| {
        policies.as_ref().map(|policies| {
            let own = policies.iter().filter(|policy| policy.scalable_dimension == target.scalable_dimension);
            own.cloned().collect()
        })
    };
    let scalable = |target: &Target| Scalable {
        dimension: target.scalable_dimension.as_str().to_owned(),
        least: target.min_capacity,
        most: target.max_capacity,
        policies: of(target),
    };
    targets.into_iter().map(scalable).collect()
}

async fn policies(session: &Session<'_>, place: &Place, id: &str) -> Observed<Vec<Policy>> {
    let need = Need::ScalingPolicies;
    let ask = async |token: Option<String>| {
        let describe = || {
            let describe = place.scaling.describe_scaling_policies().service_namespace(ServiceNamespace::Dynamodb);
            describe.resource_id(id).set_next_token(token.clone()).send()
        };
        session.ask(need, &[], describe).await.and_then(|answer| {
            required(answer.scaling_policies, need, "ScalingPolicies")
                .map(|items| Page { items, next: answer.next_token })
        })
    };
    pages(need, ask).await
}

/// `AWS::ApplicationAutoScaling::ScalableTarget`: what it scales stands in its physical id,
/// `RESOURCE|DIMENSION|NAMESPACE`. How far is known of the tables of the stack; nothing asks about other targets.
pub(super) async fn target(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(id) = resource.physical_id.as_deref() else { return not_created(resource) };
    let mut parts = id.rsplitn(3, '|');
    let (Some(namespace), Some(dimension), Some(scaled)) = (parts.next(), parts.next(), parts.next()) else {
        return Document::unknown(&Why::NotObserved(format!("{id} does not say what it scales")));
    };
    let found = of_stack(session, namespace, scaled).await.and_then(|targets| {
        let bounds = targets.iter().find(|target| target.dimension == dimension).map(|found| (found.least, found.most));
        bounds.map_or_else(|| failed(Need::ScalableTargets.into(), format!("no target is {id}")), Observed::Present)
    });
    let capacity = |capacity: i32| Observed::from(u64::try_from(capacity).ok());
    let text = |text: &str| Observed::Present(text.to_owned());
    written(&Properties::ScalableTarget(Arc::new(ScalableTarget {
        resource_id: Observed::Present(Text::literal(scaled)),
        scalable_dimension: text(dimension),
        service_namespace: text(namespace),
        min_capacity: found.as_ref().and_then(|(least, _)| capacity(*least)),
        max_capacity: found.and_then(|(_, most)| capacity(most)),
    })))
}

/// `AWS::ApplicationAutoScaling::ScalingPolicy`: its physical id is the ARN
/// `arn:aws:autoscaling:REGION:ACCOUNT:scalingPolicy:ID:resource/NAMESPACE/RESOURCE:policyName/NAME`, which says what
/// it scales but for the dimension.
pub(super) async fn policy(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(arn) = resource.physical_id.as_deref() else { return not_created(resource) };
    let scaled = arn.split_once(":resource/").and_then(|(_, rest)| rest.rsplit_once(":policyName/"));
    let Some((namespace, id)) = scaled.and_then(|(scaled, _)| scaled.split_once('/')) else {
        return Document::unknown(&Why::NotObserved(format!("{arn} does not say what it scales")));
    };
    let found = of_stack(session, namespace, id).await.and_then(|targets| {
        let mut unknown = None;
        for target in targets.iter() {
            match &target.policies {
                Observed::Present(policies) => {
                    if let Some(policy) = policies.iter().find(|policy| policy.policy_arn == arn) {
                        return Observed::Present(policy.clone());
                    }
                }
                Observed::Absent => {}
                Observed::Unknown(why) => unknown = Some(Observed::Unknown(why.clone())),
            }
        }
        unknown.unwrap_or_else(|| failed(Need::ScalingPolicies.into(), format!("no policy is {arn}")))
    });
    written(&Properties::ScalingPolicy(Arc::new(ScalingPolicy {
        scaling_target_id: Observed::Absent,
        resource_id: Observed::Present(Text::literal(id)),
        scalable_dimension: found.as_ref().map(|policy| policy.scalable_dimension.as_str().to_owned()),
        service_namespace: Observed::Present(namespace.to_owned()),
        policy_type: found.map(|policy| policy.policy_type.as_str().to_owned()),
    })))
}

/// The targets of a table of the stack.
async fn of_stack(session: &Session<'_>, namespace: &str, id: &str) -> Targets {
    if namespace != "dynamodb" {
        return Observed::not_observed(format!("no check asks what scales in {namespace}"));
    }
    scalings(session).await.of(None, id)
}
