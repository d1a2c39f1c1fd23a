//! From an alarm of the stack to the rule by which synthetic traffic feeds it.

use super::alarm::{Comparison, Metric, MissingData, Rule, Scope, Statistic};
use crate::{
    facts::{Observed, Text, cloudwatch},
    stack::{Canary, FunctionTarget, Stack},
};

/// The rule of an alarm on `AWS/Lambda`, or why the synthetic traffic of the alias says nothing to it.
pub(super) fn rule(stack: &Stack<'_>, canary: &Canary, alarm: &cloudwatch::Alarm) -> Result<Rule, String> {
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
        scope: scope(stack, canary, alarm)?,
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

/// Whose invocations the alarm counts: those that Lambda reports with exactly its dimensions.
///
/// `ExecutedVersion` narrows to the version that it names, which in a template is the one being deployed.
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>
fn scope(stack: &Stack<'_>, canary: &Canary, alarm: &cloudwatch::Alarm) -> Result<Scope, String> {
    let (mut function, mut resource, mut version) = (None, None, None);
    for dimension in alarm.dimensions.present().into_iter().flatten() {
        let dimension = known(dimension, "dimension")?;
        let value = known(&dimension.value, "dimension's value")?;
        match literal(&dimension.name, "dimension's name")? {
            "FunctionName" => function = Some(value),
            "Resource" => resource = Some(value),
            "ExecutedVersion" => version = Some(value),
            other => return Err(format!("synthetic traffic has no dimension {other}")),
        }
    }
    if let Observed::Unknown(why) = &alarm.dimensions {
        return Err(format!("its dimensions are not known: {why}"));
    }
    match (function, resource, version) {
        (None, Some(_), _) | (_, None, Some(_)) => Err("Lambda never reports with its dimensions".to_owned()),
        (None, None, None) => Ok(Scope::Both),
        (Some(function), resource, version) => {
            of_function(stack, canary, function)?;
            resource.map_or(Ok(()), |resource| of_alias(stack, canary, resource))?;
            match version.map(|version| (version, version.as_str())) {
                None => Ok(Scope::Both),
                Some((_, Some(number))) => Err(format!("it watches version {number}, not the one being deployed")),
                Some((_, None)) => Ok(Scope::Target),
            }
        }
    }
}

fn of_function(stack: &Stack<'_>, canary: &Canary, name: &Text) -> Result<(), String> {
    match stack.functions.target(name) {
        Some(FunctionTarget::Unknown(why)) => Err(format!("which function it watches is not known: {why}")),
        Some(target) if target.function() == canary.function.function() => Ok(()),
        _ => Err("it watches another function".to_owned()),
    }
}

fn of_alias(stack: &Stack<'_>, canary: &Canary, resource: &Text) -> Result<(), String> {
    of_function(stack, canary, resource)?;
    let Some(FunctionTarget::Function { qualifier, .. }) = stack.functions.target(resource) else { return Ok(()) };
    match qualifier.same(&canary.qualifier) {
        Some(true) => Ok(()),
        Some(false) => Err(format!("it watches {}", qualifier.in_words())),
        None => Err("which alias it watches is not known".to_owned()),
    }
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
