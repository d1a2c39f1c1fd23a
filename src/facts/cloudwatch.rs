//! Facts of Amazon CloudWatch alarms.

use serde::{Deserialize, Serialize};

use super::{List, Observed, Part, Text};

/// `AWS::CloudWatch::Alarm`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Alarm {
    /// The name, generated where absent.
    pub alarm_name: Observed<Text>,
    /// Whether state changes cause actions; `true` where absent.
    pub actions_enabled: Observed<bool>,
    /// What is done on the way into `ALARM`: ARNs of topics, functions, scaling policies.
    pub alarm_actions: List<Text>,
    /// `AWS/Lambda` for example; absent where `metrics` says it.
    pub namespace: Observed<Text>,
    /// `Errors` for example; absent where `metrics` says it.
    pub metric_name: Observed<Text>,
    /// Whose metric.
    pub dimensions: Observed<Vec<Observed<Dimension>>>,
    /// Metric math: several metrics and expressions instead of one metric.
    pub metrics: Observed<Vec<Observed<MetricDataQuery>>>,
    /// `Sum`, `Average` and so on; absent where `extended_statistic` or `metrics` says it.
    pub statistic: Observed<String>,
    /// `p99` for example.
    pub extended_statistic: Observed<String>,
    /// `GreaterThanThreshold` and so on.
    pub comparison_operator: Observed<String>,
    /// The limit; absent for an anomaly detector.
    pub threshold: Observed<f64>,
    /// Seconds; absent where `metrics` says it.
    pub period: Observed<u32>,
    /// How many of the latest periods are looked at.
    pub evaluation_periods: Observed<u32>,
    /// How many of them must breach; all where absent.
    pub datapoints_to_alarm: Observed<u32>,
    /// `breaching`, `notBreaching`, `ignore`, or `missing`, which is meant where absent.
    pub treat_missing_data: Observed<Text>,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`: only a live stack shows it, absent in a template.
    pub state_value: Observed<String>,
}

/// A dimension of a metric.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Dimension {
    /// `FunctionName`, `Resource`, `ExecutedVersion` and so on.
    pub name: Observed<Text>,
    /// Its value.
    pub value: Observed<Text>,
}

/// One entry of `Metrics`: a metric or an expression over others.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MetricDataQuery {
    /// The name that expressions use.
    pub id: Observed<Text>,
    /// A formula; absent for a metric.
    pub expression: Observed<Text>,
    /// A metric; absent for an expression.
    pub metric_stat: Observed<MetricStat>,
    /// Seconds, for an expression.
    pub period: Observed<u32>,
}

/// `MetricStat` of a [`MetricDataQuery`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MetricStat {
    /// The metric.
    pub metric: Observed<Metric>,
    /// Seconds.
    pub period: Observed<u32>,
}

/// `Metric` of a [`MetricStat`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Metric {
    /// `AWS/Lambda` for example.
    pub namespace: Observed<Text>,
    /// `Errors` for example.
    pub metric_name: Observed<Text>,
    /// Whose metric.
    pub dimensions: Observed<Vec<Observed<Dimension>>>,
}

/// `AWS::CloudWatch::CompositeAlarm`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CompositeAlarm {
    /// The name, generated where absent.
    pub alarm_name: Observed<Text>,
    /// An expression over the states of other alarms: `ALARM("a") OR ALARM("b")`.
    pub alarm_rule: Observed<Text>,
    /// Whether state changes cause actions; `true` where absent.
    pub actions_enabled: Observed<bool>,
    /// As in [`Alarm::alarm_actions`].
    pub alarm_actions: List<Text>,
    /// As in [`Alarm::state_value`].
    pub state_value: Observed<String>,
}

/// The alarms of a rule, by name or ARN: what stands inside the brackets of `ALARM(…)`, quoted or not.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>
pub fn alarms_in(rule: &Text) -> Vec<Text> {
    let mut names = Vec::new();
    let mut open: Option<Vec<Part>> = None;
    for part in rule.parts() {
        match part {
            Part::Literal(literal) => {
                for (index, piece) in literal.split('(').enumerate() {
                    if index > 0 {
                        open = Some(Vec::new());
                    }
                    let (inside, closed) = match piece.split_once(')') {
                        Some((inside, _)) => (inside, true),
                        None => (piece, false),
                    };
                    if let Some(parts) = &mut open {
                        parts.push(Part::Literal(inside.trim_matches(['"', '\'', ' ', '\n']).to_owned()));
                    }
                    if closed {
                        names.extend(open.take().map(Text::new));
                    }
                }
            }
            other => {
                if let Some(parts) = &mut open {
                    parts.push(other.clone());
                }
            }
        }
    }
    names.retain(|name| !name.parts().is_empty());
    names
}
