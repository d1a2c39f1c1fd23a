//! Alarms and caches.

use serde_json::{Value, json};

use super::{Properties, arn, document};
use crate::double::Double;

/// In the state OK. CloudWatch names the properties as CloudFormation does.
pub(super) fn alarm(double: &Double, name: &str, of: &mut Properties<'_>) {
    of.take("AlarmName");
    of.take("Tags");
    let mut alarm = Value::Object(of.rest());
    alarm["AlarmArn"] = arn("cloudwatch", &format!("alarm:{name}")).into();
    alarm["StateValue"] = "OK".into();
    alarm["StateUpdatedTimestamp"] = 946_684_800.into();
    if alarm.get("ActionsEnabled").is_none() {
        alarm["ActionsEnabled"] = true.into();
    }
    double.set("cloudwatch:DescribeAlarms", name, alarm);
}

pub(super) fn cluster(double: &Double, name: &str, of: &mut Properties<'_>) {
    of.take("ClusterName");
    of.take("Tags");
    let encrypted = of.take("SSESpecification").is_some_and(|sse| sse["SSEEnabled"] == true);
    let encryption = of.take("ClusterEndpointEncryptionType").unwrap_or_else(|| "NONE".into());
    let nodes = of.take("ReplicationFactor");
    let cluster = document([
        ("ClusterName", Some(name.into())),
        ("ClusterArn", Some(arn("dax", &format!("cache/{name}")).into())),
        ("Status", Some("available".into())),
        ("NodeType", of.take("NodeType")),
        ("TotalNodes", nodes),
        ("IamRoleArn", of.take("IAMRoleARN")),
        ("SSEDescription", Some(json!({"Status": if encrypted { "ENABLED" } else { "DISABLED" }}))),
        ("ClusterEndpointEncryptionType", Some(encryption)),
    ]);
    double.set("dax:DescribeClusters", name, cluster);
}
