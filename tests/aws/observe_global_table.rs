//! Global tables: what replicas share, and each replica as its own region answers.

use std::time::Duration;

use fitgate::need::Need;
use serde_json::{Value, json};

use crate::{
    double::{Double, Which},
    looking::{FAULTS, Named, differences, is_for_reason, look, template_facts},
};

const ORDERS: Named = ("Orders", "AWS::DynamoDB::GlobalTable", "orders");
const NEEDS: [Need; 8] = [
    Need::Table,
    Need::TableBackups,
    Need::TableTimeToLive,
    Need::TableResourcePolicy,
    Need::TableLimits,
    Need::TableManagedKey,
    Need::ScalableTargets,
    Need::ScalingPolicies,
];
/// The other replica in the double's words.
const ABROAD: &str = "eu-west-1/orders";
const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
const POLICIES: &str = "application-autoscaling:DescribeScalingPolicies";

/// A provisioned table with an index in us-east-1 and eu-west-1. Writes of both scale, and reads of the table here;
/// reads of the index here and everything there stays as it is.
fn replicated() -> Double {
    let double = Double::new();
    let table = |region: &str, others: &[&str], protected: bool| {
        json!({ "Table": {
            "TableName": "orders",
            "TableArn": format!("arn:aws:dynamodb:{region}:123456789012:table/orders"),
            "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 6 },
            "GlobalSecondaryIndexes": [
                { "IndexName": "by-day", "ProvisionedThroughput": { "ReadCapacityUnits": 7, "WriteCapacityUnits": 8 } },
            ],
            "SSEDescription": { "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key(region, "own") },
            "DeletionProtectionEnabled": protected,
            "Replicas": others.iter().map(|region| json!({ "RegionName": region })).collect::<Vec<_>>(),
        } })
    };
    double.set("dynamodb:DescribeTable", "orders", table("us-east-1", &["eu-west-1"], true));
    double.set("dynamodb:DescribeTable", ABROAD, table("eu-west-1", &["us-east-1"], false));
    let recovery = json!({ "PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35 });
    let recovery = json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
    } });
    double.set("dynamodb:DescribeContinuousBackups", "orders", recovery);
    double.set("dynamodb:GetResourcePolicy", ABROAD, json!({ "Policy": { "Statement": [] }, "RevisionId": "1" }));
    for (at, region) in [("", "us-east-1"), ("eu-west-1/", "eu-west-1")] {
        let managed = json!({ "KeyMetadata": { "KeyId": "managed", "Arn": key(region, "managed") } });
        double.set("kms:DescribeKey", &format!("{at}alias/aws/dynamodb"), managed);
    }
    for (part, unit) in [("orders", "Write"), ("orders/index/by-day", "Write"), ("orders", "Read")] {
        let kind = if part.contains('/') { "index" } else { "table" };
        let scaled = json!({
            "ServiceNamespace": "dynamodb", "ResourceId": format!("table/{part}"),
            "ScalableDimension": format!("dynamodb:{kind}:{unit}CapacityUnits"),
            "MinCapacity": 5, "MaxCapacity": 50, "CreationTime": 946_684_800,
            "PolicyName": "move", "PolicyType": "TargetTrackingScaling",
        });
        let key = format!("{kind} {unit}");
        double.set(TARGETS, &key, scaled.clone());
        double.set(POLICIES, &key, scaled);
    }
    double
}

fn key(region: &str, name: &str) -> String {
    format!("arn:aws:kms:{region}:123456789012:key/{name}")
}

#[tokio::test(start_paused = true)]
async fn each_replica_is_seen_where_it_is() {
    let double = replicated();
    double.latency(Duration::from_millis(30));
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(looked.took, Duration::from_millis(90), "the description here, then there, then what follows from it");
    let scaled = json!({ "WriteCapacityAutoScalingSettings": { "MaxCapacity": 50 } });
    let facts = [
        ("BillingMode", json!("PROVISIONED")),
        ("SSESpecification", json!({ "SSEEnabled": true, "SSEType": "KMS" })),
        ("TimeToLiveSpecification", json!({ "Enabled": false })),
        ("WriteProvisionedThroughputSettings", scaled.clone()),
        ("GlobalSecondaryIndexes", json!([{ "IndexName": "by-day", "WriteProvisionedThroughputSettings": scaled }])),
        ("Replicas/0/Region", json!("us-east-1")),
        ("Replicas/0/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", json!(true)),
        ("Replicas/0/DeletionProtectionEnabled", json!(true)),
        ("Replicas/0/SSESpecification/KMSMasterKeyId", json!(key("us-east-1", "own"))),
        ("Replicas/0/ResourcePolicy", Value::Null),
        (
            "Replicas/0/ReadProvisionedThroughputSettings",
            json!({ "ReadCapacityAutoScalingSettings": { "MaxCapacity": 50 } }),
        ),
        (
            "Replicas/0/GlobalSecondaryIndexes",
            json!([{ "IndexName": "by-day", "ReadProvisionedThroughputSettings": { "ReadCapacityUnits": 7 } }]),
        ),
        ("Replicas/1/Region", json!("eu-west-1")),
        ("Replicas/1/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", json!(false)),
        ("Replicas/1/DeletionProtectionEnabled", json!(false)),
        ("Replicas/1/SSESpecification/KMSMasterKeyId", json!(key("eu-west-1", "own"))),
        ("Replicas/1/ResourcePolicy/PolicyDocument", json!({ "Statement": [] })),
        ("Replicas/1/ReadProvisionedThroughputSettings", json!({ "ReadCapacityUnits": 5 })),
    ];
    for (name, fact) in facts {
        assert_eq!(looked.fact("Orders", name), fact, "{name}");
    }
    for (operation, calls) in [
        ("dynamodb:DescribeTable", 2),
        ("dynamodb:DescribeContinuousBackups", 2),
        ("dynamodb:DescribeTimeToLive", 1),
        ("dynamodb:GetResourcePolicy", 2),
        ("dynamodb:DescribeLimits", 1),
        ("kms:DescribeKey", 2),
        (TARGETS, 2),
        (POLICIES, 2),
    ] {
        assert_eq!(double.count(operation), calls, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_on_demand_in_one_region_costs_no_more_than_a_table() {
    let double = Double::new();
    double.set(
        "dynamodb:DescribeTable",
        "orders",
        json!({ "Table": { "TableName": "orders", "BillingModeSummary": { "BillingMode": "PAY_PER_REQUEST" } } }),
    );
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "Replicas").as_array().map(Vec::len), Some(1));
    assert_eq!(looked.fact("Orders", "Replicas/0/Region"), json!("us-east-1"));
    assert_eq!(looked.fact("Orders", "WriteProvisionedThroughputSettings"), Value::Null);
    assert_eq!(looked.fact("Orders", "Replicas/0/ReadProvisionedThroughputSettings"), Value::Null);
    assert_eq!(double.calls().len(), 4, "description, backups, time to live, policy: {:?}", looked.counts);
}

#[tokio::test(start_paused = true)]
async fn what_fails_abroad_leaves_this_region_known() {
    let whole = look(&replicated(), NEEDS, &[ORDERS]).await;
    let cases = [
        ("dynamodb:DescribeTable", Need::Table, "DeletionProtectionEnabled"),
        ("dynamodb:DescribeTable", Need::Table, "ReadProvisionedThroughputSettings"),
        ("dynamodb:DescribeContinuousBackups", Need::TableBackups, "PointInTimeRecoverySpecification"),
        ("dynamodb:GetResourcePolicy", Need::TableResourcePolicy, "ResourcePolicy"),
    ];
    for fault in FAULTS {
        for (operation, need, name) in cases {
            let double = replicated();
            double.fail(operation, Which::of(ABROAD), fault.clone());
            let looked = look(&double, NEEDS, &[ORDERS]).await;
            let fact = looked.fact("Orders", &format!("Replicas/1/{name}"));
            assert!(is_for_reason(&fact, &fault, need), "{name} with {fault:?} is {fact}");
            assert_eq!(looked.fact("Orders", "Replicas/0"), whole.fact("Orders", "Replicas/0"));
            assert_eq!(looked.fact("Orders", "Replicas/1/Region"), json!("eu-west-1"));
        }
        let double = replicated();
        double.fail(TARGETS, Which::of("eu-west-1/table/orders"), fault.clone());
        let looked = look(&double, NEEDS, &[ORDERS]).await;
        let fact = looked.fact("Orders", "Replicas/1/ReadProvisionedThroughputSettings");
        assert!(is_for_reason(&fact, &fault, Need::ScalableTargets), "{fault:?}: {fact}");
        assert_eq!(looked.fact("Orders", "Replicas/0"), whole.fact("Orders", "Replicas/0"));
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_replicas_are_not_known_something_unknown_stands_for_them() {
    for fault in FAULTS {
        let double = replicated();
        double.fail("dynamodb:DescribeTable", Which::of("orders"), fault.clone());
        let looked = look(&double, NEEDS, &[ORDERS]).await;
        let facts = ["BillingMode", "GlobalSecondaryIndexes", "WriteProvisionedThroughputSettings", "Replicas/1"];
        for name in facts {
            let fact = looked.fact("Orders", name);
            assert!(is_for_reason(&fact, &fault, Need::Table), "{name} with {fault:?} is {fact}");
        }
        let recovery = "Replicas/0/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled";
        assert_eq!(looked.fact("Orders", recovery), json!(true), "another call");
        assert_eq!(looked.fact("Orders", "Replicas/0/Region"), json!("us-east-1"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_template_says_of_global_tables_is_what_is_observed() {
    let scaling = |name: &str| json!({ name: { "MinCapacity": 5, "MaxCapacity": 50 } });
    let template = template_facts(&json!({ "Resources": { "Orders": {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "TableName": "orders",
            "BillingMode": "PROVISIONED",
            "SSESpecification": { "SSEEnabled": true, "SSEType": "KMS" },
            "WriteProvisionedThroughputSettings": scaling("WriteCapacityAutoScalingSettings"),
            "GlobalSecondaryIndexes": [{ "IndexName": "by-day", "WriteProvisionedThroughputSettings": scaling("WriteCapacityAutoScalingSettings") }],
            "Replicas": [
                {
                    "Region": { "Ref": "AWS::Region" },
                    "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
                    "DeletionProtectionEnabled": true,
                    "SSESpecification": { "KMSMasterKeyId": key("us-east-1", "own") },
                    "ReadProvisionedThroughputSettings": scaling("ReadCapacityAutoScalingSettings"),
                    "GlobalSecondaryIndexes": [{ "IndexName": "by-day", "ReadProvisionedThroughputSettings": { "ReadCapacityUnits": 7 } }],
                },
                {
                    "Region": "eu-west-1",
                    "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": false },
                    "SSESpecification": { "KMSMasterKeyId": key("eu-west-1", "own") },
                    "ResourcePolicy": { "PolicyDocument": { "Statement": [] } },
                    "ReadProvisionedThroughputSettings": { "ReadCapacityUnits": 5 },
                },
            ],
        },
    } } }));
    let looked = look(&replicated(), NEEDS, &[ORDERS]).await;
    assert_eq!(differences(&template, &looked.facts), Vec::<String>::new());
}
