//! Tables: what DynamoDB and KMS answer, as facts. What scales them is in `observe_autoscaling.rs`.

use std::time::Duration;

use fitgate::{
    facts::{Observed, StackIdentity, Why},
    need::Need,
};
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Which},
    looking::{FAULTS, Named, differences, is_for_reason, look, look_in, template_facts, without},
};

const ORDERS: Named = ("Orders", "AWS::DynamoDB::Table", "orders");
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/own";
const MANAGED: &str = "arn:aws:kms:us-east-1:123456789012:key/managed";

/// Every need of a table by itself.
const NEEDS: [Need; 6] = [
    Need::Table,
    Need::TableBackups,
    Need::TableTimeToLive,
    Need::TableResourcePolicy,
    Need::TableLimits,
    Need::TableManagedKey,
];

fn policy() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:role/r" },
        "Action": "dynamodb:GetItem", "Resource": "*",
    }] })
}

/// A table of which everything is configured.
fn described(name: &str) -> Value {
    json!({ "Table": {
        "TableName": name,
        "TableArn": format!("arn:aws:dynamodb:us-east-1:123456789012:table/{name}"),
        "TableStatus": "ACTIVE",
        "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 6 },
        "GlobalSecondaryIndexes": [
            { "IndexName": "by-day", "ProvisionedThroughput": { "ReadCapacityUnits": 7, "WriteCapacityUnits": 8 } },
        ],
        "SSEDescription": { "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY },
        "DeletionProtectionEnabled": true,
    } })
}

fn configured() -> Double {
    let double = Double::new();
    configure(&double, "orders");
    double.set(
        "kms:DescribeKey",
        "alias/aws/dynamodb",
        json!({ "KeyMetadata": { "KeyId": "managed", "Arn": MANAGED } }),
    );
    double.set(
        "dynamodb:DescribeLimits",
        "",
        json!({ "TableMaxReadCapacityUnits": 90_000, "TableMaxWriteCapacityUnits": 40_000 }),
    );
    double
}

fn configure(double: &Double, name: &str) {
    double.set("dynamodb:DescribeTable", name, described(name));
    let recovery = json!({ "PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 20 });
    double.set(
        "dynamodb:DescribeContinuousBackups",
        name,
        json!({ "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
        } }),
    );
    let expiry = json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": "expires" });
    double.set("dynamodb:DescribeTimeToLive", name, json!({ "TimeToLiveDescription": expiry }));
    double.set("dynamodb:GetResourcePolicy", name, json!({ "Policy": policy(), "RevisionId": "1" }));
}

#[tokio::test(start_paused = true)]
async fn a_table_shows_what_is_configured_with_one_call_each() {
    let double = configured();
    double.latency(Duration::from_millis(30));
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    let facts = [
        ("TableName", json!("orders")),
        ("BillingMode", json!("PROVISIONED")),
        ("ProvisionedThroughput", json!({ "ReadCapacityUnits": 5, "WriteCapacityUnits": 6 })),
        (
            "GlobalSecondaryIndexes",
            json!([{ "IndexName": "by-day", "ProvisionedThroughput": { "ReadCapacityUnits": 7, "WriteCapacityUnits": 8 } }]),
        ),
        ("SSESpecification", json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": KEY })),
        ("PointInTimeRecoverySpecification", json!({ "PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 20 })),
        ("DeletionProtectionEnabled", json!(true)),
        ("TimeToLiveSpecification", json!({ "AttributeName": "expires", "Enabled": true })),
        ("$Limits", json!({ "TableMaxReadCapacityUnits": 90_000, "TableMaxWriteCapacityUnits": 40_000 })),
        ("ResourcePolicy/PolicyDocument/Statement/0/Principal/AWS", json!(["arn:aws:iam::444455556666:role/r"])),
    ];
    for (name, fact) in facts {
        assert_eq!(looked.fact("Orders", name), fact, "{name}");
    }
    assert_eq!(looked.counts.values().sum::<u32>(), 6, "{:?}", looked.counts);
    assert_eq!(double.calls().len(), 6);
    assert_eq!(looked.took, Duration::from_millis(60), "limits and key after the description, nothing else waits");
}

#[tokio::test(start_paused = true)]
async fn a_table_without_any_of_it_says_what_holds_then() {
    let double = Double::new();
    double.set("dynamodb:DescribeTable", "orders", json!({ "Table": { "TableName": "orders" } }));
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    let facts = [
        ("BillingMode", json!("PROVISIONED")),
        ("GlobalSecondaryIndexes", Value::Null),
        ("SSESpecification", Value::Null),
        ("PointInTimeRecoverySpecification", json!({ "PointInTimeRecoveryEnabled": false })),
        ("DeletionProtectionEnabled", json!(false)),
        ("TimeToLiveSpecification", json!({ "Enabled": false })),
        ("ResourcePolicy", Value::Null),
    ];
    for (name, fact) in facts {
        assert_eq!(looked.fact("Orders", name), fact, "{name}");
    }
    assert_eq!(double.count("kms:*"), 0, "no key, no question");
}

#[tokio::test(start_paused = true)]
async fn a_table_on_demand_provisions_nothing() {
    let double = configured();
    double.change("dynamodb:DescribeTable", "orders", |table| {
        table["Table"]["BillingModeSummary"] = json!({ "BillingMode": "PAY_PER_REQUEST" });
        let none = json!({ "ReadCapacityUnits": 0, "WriteCapacityUnits": 0 });
        table["Table"]["ProvisionedThroughput"] = none.clone();
        table["Table"]["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = none;
    });
    let needs = NEEDS.into_iter().chain([Need::ScalableTargets, Need::ScalingPolicies]);
    let looked = look(&double, needs, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "BillingMode"), json!("PAY_PER_REQUEST"));
    assert_eq!(looked.fact("Orders", "ProvisionedThroughput"), Value::Null);
    assert_eq!(looked.fact("Orders", "GlobalSecondaryIndexes"), json!([{ "IndexName": "by-day" }]));
    assert_eq!(double.count("dynamodb:DescribeLimits"), 0, "a limit of what is not provisioned is nobody's question");
    assert_eq!(double.count("application-autoscaling:*"), 0, "nor is what scales it");
}

/// The facts that come from a need.
fn facts_of(need: Need) -> &'static [&'static str] {
    match need {
        Need::Table => &[
            "BillingMode",
            "ProvisionedThroughput",
            "GlobalSecondaryIndexes",
            "SSESpecification",
            "DeletionProtectionEnabled",
            "$Limits",
            "$Scaling",
        ],
        Need::TableBackups => &["PointInTimeRecoverySpecification"],
        Need::TableTimeToLive => &["TimeToLiveSpecification"],
        Need::TableResourcePolicy => &["ResourcePolicy"],
        Need::TableLimits => &["$Limits"],
        Need::TableManagedKey => &["SSESpecification/KMSMasterKeyId"],
        other => panic!("{other:?} is none of a table"),
    }
}

/// The property that holds a fact.
fn property(fact: &'static str) -> &'static str {
    fact.split('/').next().expect("a name")
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_leaves_its_own_facts_unknown_and_no_other() {
    let whole = look(&configured(), NEEDS, &[ORDERS]).await.saved("Orders");
    for fault in FAULTS {
        for need in NEEDS {
            // No such alias: nothing in the region is under the managed key.
            if need == Need::TableManagedKey && fault == Fault::NotFound {
                continue;
            }
            let double = configured();
            double.fail(need.operation(), Which::Always, fault.clone());
            let looked = look(&double, NEEDS, &[ORDERS]).await;
            for name in facts_of(need) {
                let fact = looked.fact("Orders", name);
                assert!(is_for_reason(&fact, &fault, need), "{name} with {fault:?} is {fact}");
            }
            let properties: Vec<_> = facts_of(need).iter().map(|fact| property(fact)).collect();
            assert_eq!(
                without(looked.saved("Orders"), &properties),
                without(whole.clone(), &properties),
                "{need:?} {fault:?}"
            );
            assert_eq!(looked.counts.get(need.operation()), Some(&1));
        }
    }
    let double = configured();
    double.fail("kms:DescribeKey", Which::Always, Fault::Denied);
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "SSESpecification/SSEEnabled"), json!(true), "that there is a key is known");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_what_was_asked_for_is_no_answer() {
    let empty = [
        ("dynamodb:DescribeTable", Need::Table),
        ("dynamodb:DescribeContinuousBackups", Need::TableBackups),
        ("dynamodb:DescribeTimeToLive", Need::TableTimeToLive),
        ("dynamodb:GetResourcePolicy", Need::TableResourcePolicy),
    ];
    for (operation, need) in empty {
        let double = configured();
        double.set(operation, "orders", json!({}));
        let fact = look(&double, NEEDS, &[ORDERS]).await.fact("Orders", facts_of(need)[0]);
        assert!(is_for_reason(&fact, &Fault::WrongShape, need), "{operation}: {fact}");
    }
    let double = configured();
    double.change("dynamodb:DescribeTable", "orders", |table| {
        table["Table"]["SSEDescription"]["Status"] = json!("ENCHANTED");
        table["Table"]["ProvisionedThroughput"]["ReadCapacityUnits"] = json!(-1);
    });
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    for part in ["SSESpecification/SSEEnabled", "ProvisionedThroughput/ReadCapacityUnits"] {
        let fact = looked.fact("Orders", part);
        assert!(is_for_reason(&fact, &Fault::WrongShape, Need::Table), "{part} is {fact}");
    }
    assert_eq!(looked.fact("Orders", "ProvisionedThroughput/WriteCapacityUnits"), json!(6));
}

#[tokio::test(start_paused = true)]
async fn what_no_check_asks_for_is_not_called() {
    for need in NEEDS {
        let double = configured();
        let looked = look(&double, NEEDS.into_iter().filter(|other| *other != need), &[ORDERS]).await;
        assert_eq!(double.count(need.operation()), 0);
        for name in facts_of(need) {
            let fact = looked.fact("Orders", name);
            assert!(fact.pointer("/$unknown/NotObserved").is_some(), "{name} is {fact}");
        }
    }
    let double = configured();
    look(&double, [], &[ORDERS, ("Global", "AWS::DynamoDB::GlobalTable", "orders")]).await;
    assert_eq!(double.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn the_key_that_aws_manages_is_told_from_one_of_the_customer() {
    let double = configured();
    let needs = [Need::Table, Need::TableManagedKey];
    double.change("dynamodb:DescribeTable", "orders", |table| {
        table["Table"]["SSEDescription"]["KMSMasterKeyArn"] = json!(MANAGED);
    });
    let looked = look(&double, needs, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "SSESpecification"), json!({ "SSEEnabled": true, "SSEType": "KMS" }));

    let double = configured();
    double.forget("kms", "alias/aws/dynamodb");
    let looked = look(&double, needs, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "SSESpecification/KMSMasterKeyId"), json!(KEY), "no managed key at all");

    let double = configured();
    double.change("dynamodb:DescribeTable", "orders", |table| {
        table["Table"]["SSEDescription"] = json!({ "Status": "DISABLED" });
    });
    let looked = look(&double, needs, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "SSESpecification"), json!({ "SSEEnabled": false }));
    assert_eq!(double.count("kms:*"), 0);
}

/// Tables `t0`, `t1` and so on.
fn tables(count: usize) -> Vec<Named> {
    let leak = |text: String| -> &'static str { text.leak() };
    let named = |number| (leak(format!("T{number:03}")), "AWS::DynamoDB::Table", leak(format!("t{number}")));
    (0..count).map(named).collect()
}

#[tokio::test(start_paused = true)]
async fn what_holds_for_all_tables_is_asked_once_and_rates_are_kept() {
    let double = configured();
    let tables = tables(31);
    tables.iter().for_each(|table| configure(&double, table.2));
    let looked = look(&double, NEEDS, &tables).await;
    assert_eq!(double.count("dynamodb:DescribeLimits"), 1);
    assert_eq!(double.count("kms:DescribeKey"), 1);
    assert_eq!(double.count("dynamodb:DescribeContinuousBackups"), 31);
    assert_eq!(looked.fact("T030", "PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled"), json!(true));
    let starts: Vec<_> =
        double.calls().into_iter().filter(|call| call.operation == "dynamodb:DescribeContinuousBackups").collect();
    for (index, call) in starts.iter().enumerate() {
        let later = starts.iter().skip(index).take_while(|later| later.at < call.at + Duration::from_secs(1));
        assert!(later.count() <= 10, "DescribeContinuousBackups takes 10 a second");
    }
    assert_eq!(looked.took, Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn where_the_account_is_not_known_the_table_says_its_arn() {
    let identity =
        || StackIdentity { account: Observed::Unknown(Why::NotObserved(String::new())), ..StackIdentity::default() };
    let double = configured();
    let looked = look_in(identity(), &double, NEEDS, &[ORDERS]).await;
    assert!(looked.fact("Orders", "ResourcePolicy/PolicyDocument").is_object());
    double.fail("dynamodb:DescribeTable", Which::Always, Fault::Denied);
    let looked = look_in(identity(), &double, NEEDS, &[ORDERS]).await;
    assert!(is_for_reason(&looked.fact("Orders", "ResourcePolicy"), &Fault::Denied, Need::Table));
}

#[tokio::test(start_paused = true)]
async fn tags_are_asked_for_where_a_backup_selection_may_want_them() {
    let double = configured();
    let tags =
        json!([{ "Key": "aws:cloudformation:stack-name", "Value": "shop" }, { "Key": "backup", "Value": "daily" }]);
    double.set("dynamodb:ListTagsOfResource", "orders", json!({ "Tags": tags }));
    let selection: Named = ("Selection", "AWS::Backup::BackupSelection", "id");
    let needs = || NEEDS.into_iter().chain([Need::TableTags]);
    let looked = look(&double, needs(), &[ORDERS]).await;
    assert_eq!(double.count("dynamodb:ListTagsOfResource"), 0, "{}", looked.fact("Orders", "Tags"));
    double.page_size(1);
    let looked = look(&double, needs(), &[ORDERS, selection]).await;
    assert_eq!(looked.fact("Orders", "Tags"), json!([{ "Key": "backup", "Value": "daily" }]));
    assert_eq!(double.count("dynamodb:ListTagsOfResource"), 2, "two pages");
    double.fail("dynamodb:ListTagsOfResource", Which::After(1), Fault::Denied);
    let looked = look(&double, needs(), &[ORDERS, selection]).await;
    assert!(is_for_reason(&looked.fact("Orders", "Tags"), &Fault::Denied, Need::TableTags), "half a list is none");
}

#[tokio::test(start_paused = true)]
async fn what_a_template_says_of_tables_is_what_is_observed_of_them() {
    let double = configured();
    double.set(
        "dynamodb:DescribeTable",
        "events",
        json!({ "Table": {
        "TableName": "events",
        "BillingModeSummary": { "BillingMode": "PAY_PER_REQUEST" },
        "ProvisionedThroughput": { "ReadCapacityUnits": 0, "WriteCapacityUnits": 0 },
        "SSEDescription": { "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": MANAGED },
        "DeletionProtectionEnabled": false,
    } }),
    );
    let template = template_facts(&json!({ "Resources": {
        "Orders": { "Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "orders",
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": "6" },
            "GlobalSecondaryIndexes": [{ "IndexName": "by-day", "ProvisionedThroughput": { "ReadCapacityUnits": 7, "WriteCapacityUnits": 8 } }],
            "SSESpecification": { "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": KEY },
            "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 20 },
            "DeletionProtectionEnabled": true,
            "ResourcePolicy": { "PolicyDocument": policy() },
            "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true },
        } },
        "Events": { "Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "events",
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": { "SSEEnabled": true, "SSEType": "KMS" },
            "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": false },
            "DeletionProtectionEnabled": false,
        } },
    } }));
    let stack = [ORDERS, ("Events", "AWS::DynamoDB::Table", "events")];
    let looked = look(&double, NEEDS, &stack).await;
    assert_eq!(differences(&template, &looked.facts), Vec::<String>::new());
}
