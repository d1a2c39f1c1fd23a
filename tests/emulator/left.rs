//! What hooks leave behind, read back from the emulator: lines in the log, items of the history with their reports,
//! and metrics.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Metric, Statistic},
};
use aws_sdk_dynamodb::types::AttributeValue;
use fitgate::{
    aws::{Calls, Rates, StackKey, history::Table, metrics::NAMESPACE},
    event::{DeploymentId, Phase},
};
use serde_json::Value;

use super::{
    hooks::{Binary, POST_TRAFFIC, PRE_TRAFFIC},
    site::{LOOK, PATIENCE, SAMPLE, Site},
};

/// An item of the history, by attribute.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// What the emulator has of one metric: how many values, and which.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Series {
    pub(crate) count: usize,
    pub(crate) sum: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Series {
    pub(crate) fn of(value: f64) -> Self {
        Self { count: 1, sum: value, least: value, greatest: value }
    }

    /// These values and those.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
        }
    }
}

/// Metrics by name and dimensions: `Fitness Pillar=cost Stack=sample`.
pub(crate) type Metrics = BTreeMap<String, Series>;

/// The name of a metric with its dimensions, in their order by name.
pub(crate) fn called<'a>(name: &str, dimensions: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut words: Vec<_> = dimensions.into_iter().map(|(name, value)| format!(" {name}={value}")).collect();
    words.sort();
    format!("{name}{}", words.concat())
}

/// A text or a number, as it is written.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => text,
        other => panic!("{name} is {other:?} in {item:?}"),
    }
}

/// A list of texts.
pub(crate) fn texts(item: &Item, name: &str) -> Vec<String> {
    let list = item[name].as_l().unwrap_or_else(|_| panic!("{name} is no list in {item:?}"));
    list.iter().map(|text| text.as_s().expect("a text").clone()).collect()
}

impl Site {
    /// The lines that a function wrote, once there are so many. They appear when the invocation is over.
    pub(crate) async fn lines(&self, binary: Binary, count: usize) -> Vec<Value> {
        let group = match binary {
            PRE_TRAFFIC => "PreTrafficLogs",
            POST_TRAFFIC => "PostTrafficLogs",
            _ => "FailureAnswerLogs",
        };
        let group = &self.hooks.resources[group].physical_id;
        let written = async {
            loop {
                let lines = self.account.log_lines(group);
                if lines.len() >= count {
                    return lines;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, written).await;
        waited.unwrap_or_else(|_| panic!("{count} lines in {group}: {:#?}", self.account.log_lines(group)))
    }

    /// The items of the sample's stack, oldest first.
    pub(crate) async fn items(&self) -> Vec<Item> {
        let table = &self.hooks.resources["History"].physical_id;
        let query = self.account.clients().dynamodb.query().table_name(table).consistent_read(true);
        let query = query.key_condition_expression("#0 = :0").expression_attribute_names("#0", "Stack");
        let query = query.expression_attribute_values(":0", AttributeValue::S(SAMPLE.to_owned()));
        query.send().await.expect("the history").items.expect("items")
    }

    /// The report that was kept of a judgement.
    pub(crate) async fn report(&self, deployment: &DeploymentId, phase: Phase) -> Value {
        let (clients, calls) = (self.account.clients(), Calls::new(Rates::Documented));
        let table = Table::new(&clients, &calls, &self.hooks.resources["History"].physical_id);
        let report = table.report(&StackKey::stack(SAMPLE), deployment, Some(phase)).await.expect("the history");
        serde_json::from_slice(&report.expect("a report")).expect("JSON")
    }

    /// Everything in fitgate's namespace.
    pub(crate) async fn metrics(&self) -> Metrics {
        let cloudwatch = self.account.clients().cloudwatch;
        let mut pages = cloudwatch.list_metrics().namespace(NAMESPACE).into_paginator().send();
        let mut metrics = Metrics::new();
        while let Some(page) = pages.next().await {
            for metric in page.expect("a page").metrics() {
                let dimensions = metric.dimensions().iter();
                let dimensions = dimensions.map(|it| (it.name().expect("a name"), it.value().expect("a value")));
                let name = called(metric.metric_name().expect("a name"), dimensions);
                metrics.insert(name, self.series(metric).await);
            }
        }
        metrics
    }

    async fn series(&self, metric: &Metric) -> Series {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let now = std::time::SystemTime::now();
        let statistics = [Statistic::SampleCount, Statistic::Sum, Statistic::Minimum, Statistic::Maximum];
        let ask = self.account.clients().cloudwatch.get_metric_statistics().namespace(NAMESPACE);
        let ask = ask.metric_name(metric.metric_name().expect("a name")).set_dimensions(metric.dimensions.clone());
        let ask = ask.start_time(DateTime::from(now - DAY)).end_time(DateTime::from(now + DAY));
        let ask = ask.period(i32::try_from(DAY.as_secs()).expect("a day")).set_statistics(Some(statistics.to_vec()));
        let points = ask.send().await.expect("values").datapoints.expect("values");
        let points = points.iter().map(|point| Series {
            count: point.sample_count.expect("a count") as usize,
            sum: point.sum.expect("a sum"),
            least: point.minimum.expect("the least"),
            greatest: point.maximum.expect("the greatest"),
        });
        // Two, where a day has ended meanwhile.
        points.reduce(Series::and).unwrap_or_else(|| panic!("no value of {metric:?}"))
    }
}
