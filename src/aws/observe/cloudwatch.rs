//! CloudWatch: alarms with their state, a hundred a call: those of the stack, and those that deployment groups watch
//! although they are of no stack, with what their rules name.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use aws_sdk_cloudwatch::types::{
    AlarmType, CompositeAlarm, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat,
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{
    Document, Session,
    answer::{Page, pages},
    codedeploy,
    document::not_created,
};
use crate::{
    facts::{Observed, Text, Why, cloudwatch::alarms_in},
    inventory::ResourceRef,
    need::Need,
};

/// The types of alarms.
pub(super) const TYPES: &[&str] = &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"];

/// Names of one call, and alarms of one page, the most that the API takes.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>
const AT_ONCE: usize = 100;

/// Composite alarms inside of each other, as far as the checks follow them.
const MOST_NESTED: usize = 5;

/// Alarms that are looked at although the stack does not have them. A group watches at most ten.
const MOST_ELSEWHERE: usize = 1_000;

/// What observers share of alarms.
#[derive(Debug, Default)]
pub(super) struct Shared {
    stack: OnceCell<Rc<Alarms>>,
    elsewhere: OnceCell<Rc<Alarms>>,
}

/// Alarms by name. What was asked for and does not exist is in neither.
#[derive(Debug, Default)]
struct Alarms {
    found: BTreeMap<String, Alarm>,
    unknown: BTreeMap<String, Why>,
}

#[derive(Debug, Clone)]
enum Alarm {
    OnMetric(Value),
    Composite { document: Value, members: Vec<String> },
}

/// The properties of an alarm of the stack.
pub(super) async fn alarm(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(physical) = &resource.physical_id else { return not_created(resource) };
    let name = name_of(physical);
    let alarms = session.cloudwatch.stack.get_or_init(|| of_stack(session)).await;
    match (alarms.found.get(name), alarms.unknown.get(name)) {
        (Some(Alarm::OnMetric(document) | Alarm::Composite { document, .. }), _) => document.clone(),
        (None, Some(why)) => Document::unknown(why),
        (None, None) => {
            let operation = Need::Alarms.operation().to_owned();
            Document::unknown(&Why::Failed { operation, message: format!("there is no alarm {name}") })
        }
    }
}

/// The alarms of `names` that the stack does not have, and those that their rules name, as a deployment group holds
/// them. Absent where no check asks.
pub(super) async fn elsewhere(session: &Session<'_>, names: &[String]) -> Observed<Value> {
    if !session.wants(Need::Alarms) {
        return Observed::Absent;
    }
    let own = session.cloudwatch.stack.get_or_init(|| of_stack(session)).await;
    let alarms = session.cloudwatch.elsewhere.get_or_init(|| of_groups(session)).await;
    let (mut on_metrics, mut composite) = (Vec::new(), Vec::new());
    let mut open: Vec<String> = names.iter().map(|name| name_of(name).to_owned()).collect();
    let mut met: BTreeSet<String> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !met.insert(name.clone()) {
            continue;
        }
        match (alarms.found.get(&name), alarms.unknown.get(&name)) {
            (Some(Alarm::OnMetric(document)), _) => on_metrics.push(document.clone()),
            (Some(Alarm::Composite { document, members }), _) => {
                composite.push(document.clone());
                open.extend(members.iter().cloned());
            }
            (None, Some(why)) => on_metrics.push(Document::unknown(why)),
            // One of the stack's own, or one that does not exist.
            (None, None) => {
                if let Some(Alarm::Composite { members, .. }) = own.found.get(&name) {
                    open.extend(members.iter().cloned());
                }
            }
        }
    }
    Observed::Present(json!({"Alarms": on_metrics, "CompositeAlarms": composite}))
}

async fn of_stack(session: &Session<'_>) -> Rc<Alarms> {
    let names = session.inventory().await.iter().filter(|resource| TYPES.contains(&resource.r#type.as_str()));
    let names: BTreeSet<String> =
        names.filter_map(|resource| Some(name_of(resource.physical_id.as_deref()?).to_owned())).collect();
    Rc::new(describe(session, &names).await)
}

async fn of_groups(session: &Session<'_>) -> Rc<Alarms> {
    let known = session.cloudwatch.stack.get_or_init(|| of_stack(session)).await;
    let watched = codedeploy::alarm_names(session).await;
    let mut wanted: BTreeSet<String> = watched.iter().map(|name| name_of(name).to_owned()).collect();
    // What a composite alarm of the stack watches may be of no stack as well.
    wanted.extend(members(known));
    let mut all = Alarms::default();
    for _ in 0..MOST_NESTED {
        let is_new = |name: &&String| {
            !known.found.contains_key(*name) && !all.found.contains_key(*name) && !all.unknown.contains_key(*name)
        };
        let new: BTreeSet<String> = wanted.iter().filter(is_new).take(MOST_ELSEWHERE).cloned().collect();
        if new.is_empty() || all.found.len() > MOST_ELSEWHERE {
            break;
        }
        let found = describe(session, &new).await;
        wanted = members(&found).collect();
        all.found.extend(found.found);
        all.unknown.extend(found.unknown);
    }
    Rc::new(all)
}

fn members(alarms: &Alarms) -> impl Iterator<Item = String> {
    let members = alarms.found.values().filter_map(|alarm| match alarm {
        Alarm::Composite { members, .. } => Some(members),
        Alarm::OnMetric(_) => None,
    });
    members.flatten().cloned()
}

/// The alarms of these names, in as few calls as there can be.
async fn describe(session: &Session<'_>, names: &BTreeSet<String>) -> Alarms {
    let names: Vec<&String> = names.iter().collect();
    let mut alarms = Alarms::default();
    for (names, answer) in join_all(names.chunks(AT_ONCE).map(|names| batch(session, names))).await {
        match answer {
            Observed::Present(found) => alarms.found.extend(found),
            Observed::Absent => {}
            Observed::Unknown(why) => alarms.unknown.extend(names.iter().map(|name| ((*name).clone(), why.clone()))),
        }
    }
    alarms
}

/// One call of at most [`AT_ONCE`] names.
async fn batch<'n>(
    session: &Session<'_>,
    names: &'n [&'n String],
) -> (&'n [&'n String], Observed<Vec<(String, Alarm)>>) {
    let page = async |token: Option<String>| {
        let describe = || {
            let describe = session.clients.cloudwatch.describe_alarms();
            let describe = describe.set_alarm_names(Some(names.iter().map(|name| (*name).clone()).collect()));
            // Without types only alarms on metrics come.
            let describe = describe.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
            describe.max_records(100).set_next_token(token).send()
        };
        session.ask(Need::Alarms, &[], describe).await.map(|answer| Page {
            items: answer
                .metric_alarms()
                .iter()
                .filter_map(on_metric)
                .chain(answer.composite_alarms().iter().filter_map(composite))
                .collect(),
            next: answer.next_token,
        })
    };
    (names, pages(Need::Alarms, page).await)
}

/// The name of an alarm: `arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME` names it as well.
fn name_of(text: &str) -> &str {
    text.rsplit_once(":alarm:").map_or(text, |(_, name)| name)
}

fn on_metric(alarm: &MetricAlarm) -> Option<(String, Alarm)> {
    let name = alarm.alarm_name()?.to_owned();
    let mut document = Document::new();
    document.set("AlarmName", &name);
    document.set_some("ActionsEnabled", alarm.actions_enabled());
    if !alarm.alarm_actions().is_empty() {
        document.set("AlarmActions", alarm.alarm_actions());
    }
    document.set_some("Namespace", alarm.namespace());
    document.set_some("MetricName", alarm.metric_name());
    if !alarm.dimensions().is_empty() {
        document.set("Dimensions", dimensions(alarm.dimensions()));
    }
    if !alarm.metrics().is_empty() {
        document.set("Metrics", alarm.metrics().iter().map(query).collect::<Vec<_>>());
    }
    document.set_some("Statistic", alarm.statistic().map(aws_sdk_cloudwatch::types::Statistic::as_str));
    document.set_some("ExtendedStatistic", alarm.extended_statistic());
    let operator = alarm.comparison_operator();
    document.set_some("ComparisonOperator", operator.map(aws_sdk_cloudwatch::types::ComparisonOperator::as_str));
    document.set_some("Threshold", alarm.threshold());
    document.set_some("Period", alarm.period());
    document.set_some("EvaluationPeriods", alarm.evaluation_periods());
    document.set_some("DatapointsToAlarm", alarm.datapoints_to_alarm());
    document.set_some("TreatMissingData", alarm.treat_missing_data());
    document.set_some("StateValue", alarm.state_value().map(aws_sdk_cloudwatch::types::StateValue::as_str));
    Some((name, Alarm::OnMetric(document.into())))
}

fn dimensions(dimensions: &[Dimension]) -> Value {
    dimensions.iter().map(|dimension| json!({"Name": dimension.name(), "Value": dimension.value()})).collect()
}

fn query(query: &MetricDataQuery) -> Value {
    let mut document = Document::new();
    document.set_some("Id", query.id());
    document.set_some("Expression", query.expression());
    document.set_some("MetricStat", query.metric_stat().map(stat));
    document.set_some("Period", query.period());
    document.into()
}

fn stat(stat: &MetricStat) -> Value {
    let mut document = Document::new();
    document.set_some("Metric", stat.metric().map(metric));
    document.set_some("Period", stat.period());
    document.into()
}

fn metric(metric: &Metric) -> Value {
    let mut document = Document::new();
    document.set_some("Namespace", metric.namespace());
    document.set_some("MetricName", metric.metric_name());
    document.set("Dimensions", dimensions(metric.dimensions()));
    document.into()
}

fn composite(alarm: &CompositeAlarm) -> Option<(String, Alarm)> {
    let name = alarm.alarm_name()?.to_owned();
    let mut document = Document::new();
    document.set("AlarmName", &name);
    document.set_some("AlarmRule", alarm.alarm_rule());
    document.set_some("ActionsEnabled", alarm.actions_enabled());
    if !alarm.alarm_actions().is_empty() {
        document.set("AlarmActions", alarm.alarm_actions());
    }
    document.set_some("StateValue", alarm.state_value().map(aws_sdk_cloudwatch::types::StateValue::as_str));
    let rule = Text::literal(alarm.alarm_rule().unwrap_or_default());
    let members = alarms_in(&rule).iter().filter_map(|name| Some(name_of(name.as_str()?).to_owned())).collect();
    Some((name, Alarm::Composite { document: document.into(), members }))
}
