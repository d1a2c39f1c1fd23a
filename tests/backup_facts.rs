//! What covers a bucket: what was observed of it, and what the selections of its stack say.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, its own functions too")]

use fitgate::{
    facts::{Facts, Observed, Properties, RawResource, StackIdentity, Why},
    inventory::{LogicalId, ResourceRef, ResourceType},
};
use serde_json::{Value, json};

/// What covers the bucket `orders`, of which this was observed, in a stack with this selection.
fn covering(observed: &Value, selection: Option<Value>) -> Observed<Vec<LogicalId>> {
    let raw = |id: &str, r#type: &str, properties: Value| RawResource {
        reference: ResourceRef {
            logical_id: LogicalId::new(id),
            r#type: ResourceType::new(r#type),
            physical_id: None,
            last_updated: None,
        },
        properties,
    };
    let bucket = raw("Bucket", "AWS::S3::Bucket", json!({ "BucketName": "orders", "$BackupSelections": observed }));
    let selection = selection.map(|selection| raw("Selection", "AWS::Backup::BackupSelection", selection));
    let facts = Facts::build(StackIdentity::default(), [bucket].into_iter().chain(selection));
    match &facts.get(&LogicalId::new("Bucket")).unwrap().properties {
        Properties::Bucket(bucket) => bucket.backup_selections.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_selection_of_the_stack_counts_before_its_first_run() {
    let denied = || Why::Denied { action: "backup:ListProtectedResources".to_owned() };
    let of = |name: &str| json!({ "BackupSelection": { "Resources": [format!("arn:aws:s3:::{name}")] } });
    let conditional = json!({ "BackupSelection": {
        "Resources": ["*"],
        "Conditions": { "StringLike": [{ "ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "d*" }] },
    } });
    let ids = |ids: &[&str]| Observed::Present(ids.iter().map(|id| LogicalId::new(*id)).collect::<Vec<_>>());
    let unknown = json!({ "$unknown": denied() });

    let empty = json!({ "BackupSelection": { "Resources": ["*"], "Conditions": { "StringEquals": [] } } });

    assert_eq!(covering(&json!([]), Some(of("orders"))), ids(&["Selection"]), "no recovery point yet");
    assert_eq!(covering(&json!([]), Some(empty)), ids(&["Selection"]), "conditions that ask for nothing");
    assert_eq!(covering(&json!(["Default"]), Some(of("orders"))), ids(&["Selection"]), "and one: the same");
    assert_eq!(covering(&json!(["Default"]), Some(of("other"))), ids(&["Default"]), "a plan elsewhere");
    assert_eq!(covering(&json!(["Default"]), Some(conditional.clone())), ids(&["Default"]));
    assert_eq!(covering(&json!([]), Some(of("other"))), ids(&[]), "nothing covers it");
    assert_eq!(covering(&json!([]), None), ids(&[]));
    assert!(matches!(covering(&json!([]), Some(conditional)), Observed::Unknown(Why::NotObserved(_))));
    assert_eq!(covering(&unknown, Some(of("orders"))), ids(&["Selection"]));
    assert_eq!(covering(&unknown, Some(of("other"))), Observed::Unknown(denied()));
    assert!(matches!(covering(&Value::Null, Some(of("other"))), Observed::Unknown(Why::NotObserved(_))));
}
