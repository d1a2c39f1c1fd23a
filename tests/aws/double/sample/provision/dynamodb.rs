//! Tables as DynamoDB shows them, and what scales them.

use serde_json::{Value, json};

use super::{Properties, arn, document, items};
use crate::double::Double;

pub(super) fn table(double: &Double, name: &str, of: &mut Properties<'_>) {
    of.take("TableName");
    of.take("Tags");
    let billing = of.take("BillingMode").unwrap_or_else(|| "PROVISIONED".into());
    let throughput = of.take("ProvisionedThroughput");
    let index = |mut index: Value| {
        index["IndexStatus"] = "ACTIVE".into();
        index["ProvisionedThroughput"] = capacity(index.get("ProvisionedThroughput").cloned());
        index
    };
    let indexes: Vec<Value> = items(of.take("GlobalSecondaryIndexes")).into_iter().map(index).collect();
    let sse = of.take("SSESpecification").filter(|sse| sse["SSEEnabled"] == true).map(|sse| {
        let own = arn("kms", "alias/aws/dynamodb").into();
        let key = sse.get("KMSMasterKeyId").cloned().unwrap_or(own);
        json!({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key})
    });
    let table = document([
        ("TableName", Some(name.into())),
        ("TableArn", Some(arn("dynamodb", &format!("table/{name}")).into())),
        ("TableStatus", Some("ACTIVE".into())),
        ("KeySchema", of.take("KeySchema")),
        ("AttributeDefinitions", of.take("AttributeDefinitions")),
        ("BillingModeSummary", Some(json!({ "BillingMode": billing }))),
        ("ProvisionedThroughput", Some(capacity(throughput))),
        ("GlobalSecondaryIndexes", Some(indexes).filter(|indexes| !indexes.is_empty()).map(Value::Array)),
        ("LocalSecondaryIndexes", of.take("LocalSecondaryIndexes")),
        ("OnDemandThroughput", of.take("OnDemandThroughput")),
        ("SSEDescription", sse),
        ("DeletionProtectionEnabled", Some(of.take("DeletionProtectionEnabled").unwrap_or_else(|| false.into()))),
    ]);
    double.set("dynamodb:DescribeTable", name, json!({ "Table": table }));
    let recovery = of.take("PointInTimeRecoverySpecification");
    let recovery = recovery.is_some_and(|recovery| recovery["PointInTimeRecoveryEnabled"] == true);
    let status = if recovery { "ENABLED" } else { "DISABLED" };
    let backups = json!({
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status},
    });
    let backups = json!({ "ContinuousBackupsDescription": backups });
    double.set("dynamodb:DescribeContinuousBackups", name, backups);
    if let Some(ttl) = of.take("TimeToLiveSpecification") {
        let status = if ttl["Enabled"] == true { "ENABLED" } else { "DISABLED" };
        let ttl = json!({"AttributeName": ttl["AttributeName"], "TimeToLiveStatus": status});
        double.set("dynamodb:DescribeTimeToLive", name, json!({ "TimeToLiveDescription": ttl }));
    }
    if let Some(policy) = of.take("ResourcePolicy") {
        double.set("dynamodb:GetResourcePolicy", name, json!({"Policy": policy["PolicyDocument"], "RevisionId": "1"}));
    }
}

/// An on-demand table has a throughput of nothing.
fn capacity(given: Option<Value>) -> Value {
    let mut given = given.unwrap_or_else(|| json!({"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}));
    given["NumberOfDecreasesToday"] = 0.into();
    given
}

pub(super) fn scalable_target(double: &Double, name: &str, of: &mut Properties<'_>) {
    let mut target = Value::Object(of.rest());
    target["CreationTime"] = 946_684_800.into();
    double.set("application-autoscaling:DescribeScalableTargets", name, target);
}

/// A policy names its target by `RESOURCE|DIMENSION|NAMESPACE`, or in three properties.
pub(super) fn scaling_policy(double: &Double, name: &str, of: &mut Properties<'_>) {
    let target = of.take("ScalingTargetId");
    let mut policy = Value::Object(of.rest());
    if let Some(target) = target.as_ref().and_then(Value::as_str) {
        let parts: Vec<&str> = target.split('|').collect();
        let members = ["ResourceId", "ScalableDimension", "ServiceNamespace"];
        assert_eq!(parts.len(), members.len(), "{target} is no scalable target");
        for (member, part) in members.into_iter().zip(parts) {
            policy[member] = part.into();
        }
    }
    policy["PolicyARN"] = name.into();
    policy["CreationTime"] = 946_684_800.into();
    double.set("application-autoscaling:DescribeScalingPolicies", name, policy);
}
