//! CloudWatch over CBOR: alarms read, metrics written.

use aws_sdk_cloudwatch::types::{AlarmType, Dimension, MetricDatum, StandardUnit, StateValue};
use aws_smithy_types::DateTime;
use fitgate::aws::Fault;
use serde_json::json;

use crate::double::Double;

#[tokio::test(start_paused = true)]
async fn alarms_of_both_kinds_by_name() {
    let double = Double::new();
    let alarm = json!({
        "StateValue": "OK",
        "Threshold": 1,
        "Period": 60,
        "Dimensions": [{"Name": "FunctionName", "Value": "orders"}],
        "StateUpdatedTimestamp": 946_684_800.5,
        "ActionsEnabled": true,
        "Metrics": [{"Id": "m", "ReturnData": false, "MetricStat": {"Period": 60, "Stat": "Sum"}}],
    });
    double.set("cloudwatch:DescribeAlarms", "errors", alarm);
    double.set("cloudwatch:DescribeAlarms", "any", json!({"AlarmRule": "ALARM(errors)", "StateValue": "ALARM"}));
    let client = double.clients().cloudwatch;
    let describe = || client.describe_alarms().alarm_names("errors").alarm_names("any").alarm_names("nobody's");
    let metric_alone = describe().send().await.expect("alarms");
    assert_eq!((metric_alone.metric_alarms().len(), metric_alone.composite_alarms().len()), (1, 0));
    let both = describe().alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    let both = both.send().await.expect("alarms");
    let alarm = &both.metric_alarms()[0];
    assert_eq!((alarm.alarm_name(), alarm.threshold(), alarm.period()), (Some("errors"), Some(1.0), Some(60)));
    assert_eq!(alarm.dimensions()[0].value(), Some("orders"));
    assert_eq!(alarm.state_updated_timestamp(), Some(&DateTime::from_secs_f64(946_684_800.5)));
    assert_eq!(alarm.metrics()[0].metric_stat().map(|stat| stat.stat()), Some(Some("Sum")));
    assert_eq!(both.composite_alarms()[0].state_value(), Some(&StateValue::Alarm));
}

#[tokio::test(start_paused = true)]
async fn alarms_page_by_page() {
    let double = Double::new();
    for number in 0..7 {
        double.set("cloudwatch:DescribeAlarms", &format!("alarm-{number}"), json!({"StateValue": "OK"}));
    }
    double.page_size(3);
    let client = double.clients().cloudwatch;
    let pages = client.describe_alarms().alarm_name_prefix("alarm-").into_paginator().send();
    let pages = pages.collect::<Result<Vec<_>, _>>().await.expect("pages");
    assert_eq!(pages.iter().map(|page| page.metric_alarms().len()).collect::<Vec<_>>(), [3, 3, 1]);
    let names = (0..101).map(|number| format!("alarm-{number}")).collect();
    let error = client.describe_alarms().set_alarm_names(Some(names)).send().await.expect_err("too many names");
    assert_eq!(Fault::of(&error).code(), Some("ValidationError"));
}

/// Large bodies are compressed by the SDK.
#[tokio::test(start_paused = true)]
async fn metrics_can_be_read_back() {
    let double = Double::new();
    let client = double.clients().cloudwatch;
    let datum = |number: u32| {
        let dimension = Dimension::builder().name("Stack").value(format!("shop-{number}")).build();
        let datum = MetricDatum::builder().metric_name("Fitness").value(f64::from(number) + 0.5);
        datum.dimensions(dimension).unit(StandardUnit::None).timestamp(DateTime::from_secs(946_684_800)).build()
    };
    let put = |count: u32| {
        client.put_metric_data().namespace("Fitgate").set_metric_data(Some((0..count).map(datum).collect())).send()
    };
    put(1).await.expect("one");
    assert_eq!(
        double.metrics(),
        [json!({
            "Namespace": "Fitgate",
            "MetricName": "Fitness",
            "Value": 0.5,
            "Unit": "None",
            "Timestamp": 946_684_800.0,
            "Dimensions": [{"Name": "Stack", "Value": "shop-0"}],
        })]
    );
    put(1_000).await.expect("as many as there may be");
    assert_eq!(double.metrics().len(), 1_001);
    assert_eq!(double.metrics()[1_000]["Value"], json!(999.5));
    let error = put(1_001).await.expect_err("one too many");
    assert_eq!(Fault::of(&error).code(), Some("InvalidParameterValue"));
    assert_eq!(double.metrics().len(), 1_001);
}
