//! CloudWatch: alarms by name (one with an `AlarmRule` is a composite one), and the metrics that were put.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const ALARMS: &str = "cloudwatch:DescribeAlarms";
const PUT: &str = "cloudwatch:PutMetricData";

/// "The maximum number of alarm descriptions to retrieve", and of names to ask for.
const MOST_ALARMS: usize = 100;
/// Metrics of one request (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>).
const MOST_METRICS: usize = 1_000;
/// Dimensions of one metric, as there.
const MOST_DIMENSIONS: usize = 30;

pub(super) struct CloudWatch;

impl Service for CloudWatch {
    fn name(&self) -> &'static str {
        "cloudwatch"
    }

    fn scope(&self) -> &'static str {
        "monitoring"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Cbor
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![ALARMS, PUT]
    }

    /// The alarms' names, or the namespace.
    fn keys(&self, operation: &'static str, input: &Value) -> Vec<String> {
        if operation == PUT {
            return vec![text(input, "Namespace").to_owned()];
        }
        let names = input.get("AlarmNames").and_then(Value::as_array).into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        if call.operation == PUT { put(call, state) } else { describe(call, state) }
    }

    /// It never says so of its own: an unknown alarm is left out.
    fn unknown(&self, _call: &Call) -> Refusal {
        Refusal::new(404, "ResourceNotFound", "Unknown alarm")
    }

    fn throttled(&self) -> (u16, &'static str) {
        (400, "Throttling")
    }

    fn denied(&self) -> (u16, &'static str) {
        (403, "AccessDenied")
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalServiceFault")
    }
}

fn describe(call: &Call, state: &State) -> Outcome {
    if call.keys.len() > MOST_ALARMS {
        let message = format!("{} names; at most {MOST_ALARMS} are taken", call.keys.len());
        return Err(Refusal::new(400, "ValidationError", message));
    }
    for unknown in ["ChildrenOfAlarmName", "ParentsOfAlarmName", "ActionPrefix"] {
        if !call.text(unknown).is_empty() {
            return Err(Refusal::new(501, "NotImplemented", format!("the double does not know {unknown}")));
        }
    }
    // "If you omit this parameter, only metric alarms are returned, even if composite alarms exist."
    let types = call.texts("AlarmTypes").filter(|types| !types.is_empty()).unwrap_or_else(|| vec!["MetricAlarm"]);
    let (prefix, wanted) = (call.text("AlarmNamePrefix"), call.text("StateValue"));
    let fits = |name: &str, alarm: &Value| {
        types.contains(&kind(alarm))
            && (call.keys.is_empty() || call.keys.iter().any(|key| key == name))
            && name.starts_with(prefix)
            && (wanted.is_empty() || text(alarm, "StateValue") == wanted)
    };
    let alarms = state.answers.all(ALARMS).filter(|(name, alarm)| fits(name, alarm));
    let alarms: Vec<Value> = alarms.map(|(name, alarm)| named(name, alarm)).collect();
    let paging = state.paging(call, "NextToken", Some("MaxRecords"), MOST_ALARMS, "InvalidNextToken");
    let (page, next) = paging.of(call, alarms.into_iter())?;
    let (composite, metric): (Vec<_>, Vec<_>) = page.into_iter().partition(|alarm| kind(alarm) == "CompositeAlarm");
    Ok(Reply::Output(json!({"MetricAlarms": metric, "CompositeAlarms": composite, "NextToken": next})))
}

fn kind(alarm: &Value) -> &'static str {
    if alarm.get("AlarmRule").is_some() { "CompositeAlarm" } else { "MetricAlarm" }
}

fn named(name: &str, alarm: &Value) -> Value {
    let mut alarm = alarm.clone();
    alarm["AlarmName"] = name.into();
    alarm
}

fn put(call: &Call, state: &mut State) -> Outcome {
    let refuse = |message: String| Err(Refusal::new(400, "InvalidParameterValue", message));
    let data = call.input.get("MetricData").and_then(Value::as_array).cloned().unwrap_or_default();
    if call.key().is_empty() || data.is_empty() {
        return Err(Refusal::new(400, "MissingParameter", "Namespace and MetricData are required"));
    }
    if data.len() > MOST_METRICS {
        return refuse(format!("{} metrics; at most {MOST_METRICS} are taken", data.len()));
    }
    for datum in &data {
        let dimensions = datum.get("Dimensions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if dimensions.len() > MOST_DIMENSIONS {
            return refuse(format!("{} dimensions; at most {MOST_DIMENSIONS} are taken", dimensions.len()));
        }
        if text(datum, "MetricName").is_empty() || dimensions.iter().any(|of| text(of, "Value").is_empty()) {
            return refuse("a metric and its dimensions need names and values".to_owned());
        }
    }
    let namespace = call.key();
    state.metrics.extend(data.into_iter().map(|mut datum| {
        datum["Namespace"] = namespace.into();
        datum
    }));
    Ok(Reply::Output(json!({})))
}
