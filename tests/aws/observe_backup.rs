//! What has a recovery point in AWS Backup, onto buckets and tables.

use fitgate::need::Need;
use serde_json::json;

use crate::{
    double::{Double, Fault, Which},
    looking::{FAULTS, Named, is_for_reason, look},
};

const PROTECTED: &str = "backup:ListProtectedResources";
const STACK: [Named; 3] = [
    ("Data", "AWS::S3::Bucket", "shop-data"),
    ("Orders", "AWS::DynamoDB::Table", "orders"),
    ("Global", "AWS::DynamoDB::GlobalTable", "global"),
];

/// A bucket and a table with recovery points, among other things.
fn protected() -> Double {
    let double = Double::new();
    let vault = |name: &str| format!("arn:aws:backup:us-east-1:123456789012:backup-vault:{name}");
    let data = json!({ "ResourceType": "S3", "LastBackupVaultArn": vault("nightly") });
    double.set(PROTECTED, "arn:aws:s3:::shop-data", data);
    for table in ["orders", "elsewhere", "global"] {
        let arn = format!("arn:aws:dynamodb:us-east-1:123456789012:table/{table}");
        double.set(PROTECTED, &arn, json!({ "ResourceType": "DynamoDB" }));
    }
    double.set(PROTECTED, "arn:aws:ec2:us-east-1:123456789012:volume/orders", json!({ "ResourceType": "EBS" }));
    double.set(PROTECTED, "no arn at all", json!({}));
    double
}

#[tokio::test(start_paused = true)]
async fn the_account_is_asked_once_for_everything() {
    let double = protected();
    let looked = look(&double, [Need::ProtectedResources], &STACK).await;
    assert_eq!(looked.fact("Data", "$BackupSelections"), json!(["nightly"]));
    assert_eq!(looked.fact("Orders", "$BackupSelections"), json!(["a backup vault"]));
    assert_eq!(looked.fact("Global", "$BackupSelections"), json!(["a backup vault"]));
    assert_eq!(double.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_on_the_list_has_none() {
    let double = Double::new();
    double.set(PROTECTED, "arn:aws:s3:::orders", json!({ "ResourceType": "S3" }));
    let looked = look(&double, [Need::ProtectedResources], &STACK).await;
    for (id, ..) in STACK {
        assert_eq!(looked.fact(id, "$BackupSelections"), json!([]), "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_read_and_half_a_list_is_none() {
    let double = protected();
    double.page_size(1);
    let looked = look(&double, [Need::ProtectedResources], &STACK).await;
    assert_eq!(looked.fact("Data", "$BackupSelections"), json!(["nightly"]));
    assert_eq!(double.count(PROTECTED), 6);
    double.fail(PROTECTED, Which::After(5), Fault::Denied);
    let looked = look(&double, [Need::ProtectedResources], &STACK).await;
    let fact = looked.fact("Orders", "$BackupSelections");
    assert!(is_for_reason(&fact, &Fault::Denied, Need::ProtectedResources), "{fact}");
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_unknown_of_everything_that_it_covers() {
    for fault in FAULTS {
        let double = protected();
        double.fail(PROTECTED, Which::Always, fault.clone());
        let looked = look(&double, [Need::ProtectedResources], &STACK).await;
        for (id, ..) in STACK {
            let fact = looked.fact(id, "$BackupSelections");
            assert!(is_for_reason(&fact, &fault, Need::ProtectedResources), "{id} with {fault:?} is {fact}");
        }
        assert_eq!(looked.counts.get(PROTECTED), Some(&1), "asked once, whatever comes of it");
    }
    let double = protected();
    double.fail(PROTECTED, Which::Times(1), Fault::Throttled);
    let looked = look(&double, [Need::ProtectedResources], &STACK).await;
    assert_eq!(looked.fact("Data", "$BackupSelections"), json!(["nightly"]), "tried again");
}

#[tokio::test(start_paused = true)]
async fn what_no_check_asks_for_is_not_called() {
    let double = protected();
    let looked = look(&double, [], &STACK).await;
    assert_eq!(double.calls(), []);
    assert!(looked.fact("Data", "$BackupSelections/$unknown/NotObserved").is_string());
}
