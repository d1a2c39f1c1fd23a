//! From an alarm of the stack to the rule by which synthetic traffic feeds it.

use super::alarm::{Comparison, Metric, MissingData, Rule, Scope, Statistic};
use crate::facts::{Observed, Text, cloudwatch};

/// The rule of an alarm on `AWS/Lambda`, or why synthetic traffic says nothing to it.
pub(super) fn rule(alarm: &cloudwatch::Alarm) -> Result<Rule, String> {
    if alarm.metrics.present().is_some() {
        return Err("it uses metric math".to_owned());
    }
    let namespace = literal(&alarm.namespace, "namespace")?;
    if namespace != "AWS/Lambda" {
        return Err(format!("its namespace is {namespace}"));
    }
    let metric = match literal(&alarm.metric_name, "metric")? {
        "Errors" => Metric::Errors,
        "Invocations" => Metric::Invocations,
        other => return Err(format!("synthetic traffic has no metric {other}")),
    };
    let periods = u64::from(*known(&alarm.evaluation_periods, "number of periods")?);
    let to_alarm = alarm.datapoints_to_alarm.present().map_or(periods, |number| u64::from(*number));
    Ok(Rule {
        metric,
        scope: scope(alarm)?,
        statistic: statistic(alarm)?,
        period_minutes: u64::from(known(&alarm.period, "period")?.div_ceil(60)).max(1),
        evaluation_periods: periods.max(1),
        datapoints_to_alarm: to_alarm.clamp(1, periods.max(1)),
        threshold: *known(&alarm.threshold, "threshold")?,
        comparison: comparison(known(&alarm.comparison_operator, "comparison")?)?,
        missing: missing(&alarm.treat_missing_data)?,
    })
}

fn known<'a, T>(fact: &'a Observed<T>, what: &str) -> Result<&'a T, String> {
    match fact {
        Observed::Present(value) => Ok(value),
        Observed::Absent => Err(format!("it has no {what}")),
        Observed::Unknown(why) => Err(format!("its {what} is not known: {why}")),
    }
}

fn literal<'a>(fact: &'a Observed<Text>, what: &str) -> Result<&'a str, String> {
    let text = known(fact, what)?;
    text.as_str().ok_or_else(|| format!("its {what} {text} is known only after deployment"))
}

/// `ExecutedVersion` narrows to the version that it names, which in a template is the one being deployed.
fn scope(alarm: &cloudwatch::Alarm) -> Result<Scope, String> {
    let mut scope = Scope::Both;
    for dimension in known(&alarm.dimensions, "dimensions")? {
        let dimension = known(dimension, "dimension")?;
        match literal(&dimension.name, "dimension's name")? {
            "FunctionName" | "Resource" => {}
            "ExecutedVersion" => scope = Scope::Target,
            other => return Err(format!("synthetic traffic has no dimension {other}")),
        }
    }
    Ok(scope)
}

fn statistic(alarm: &cloudwatch::Alarm) -> Result<Statistic, String> {
    match known(&alarm.statistic, "statistic")?.as_str() {
        "Sum" => Ok(Statistic::Sum),
        "Average" => Ok(Statistic::Average),
        "Maximum" => Ok(Statistic::Maximum),
        "Minimum" => Ok(Statistic::Minimum),
        "SampleCount" => Ok(Statistic::SampleCount),
        other => Err(format!("its statistic is {other}")),
    }
}

fn comparison(operator: &str) -> Result<Comparison, String> {
    match operator {
        "GreaterThanThreshold" => Ok(Comparison::GreaterThanThreshold),
        "GreaterThanOrEqualToThreshold" => Ok(Comparison::GreaterThanOrEqualToThreshold),
        "LessThanThreshold" => Ok(Comparison::LessThanThreshold),
        "LessThanOrEqualToThreshold" => Ok(Comparison::LessThanOrEqualToThreshold),
        other => Err(format!("its comparison is {other}")),
    }
}

fn missing(treat: &Observed<Text>) -> Result<MissingData, String> {
    if treat.is_absent() {
        return Ok(MissingData::Missing);
    }
    match literal(treat, "treatment of missing data")? {
        "breaching" => Ok(MissingData::Breaching),
        "notBreaching" => Ok(MissingData::NotBreaching),
        "ignore" => Ok(MissingData::Ignore),
        "missing" => Ok(MissingData::Missing),
        other => Err(format!("it treats missing data as {other}")),
    }
}
