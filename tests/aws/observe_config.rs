//! AWS Config: what it says of buckets, tables and functions, how old that is, and what silence means.

use fitgate::{
    aws::{
        Calls, Rates,
        observe::{Session, observe},
    },
    facts::{Facts, Observed, StackIdentity},
    inventory::{LogicalId, ResourceRef, ResourceType},
    need::Need,
};
use futures_util::stream;
use serde_json::{Value, json};

use crate::{
    compared::saved,
    double::{ACCOUNT, Double, Fault, REGION, Which},
    looking::{FAULTS, is_for_reason},
};

const DETAILS: &str = "config:GetComplianceDetailsByResource";
const UPDATED: &str = "2026-06-01T12:00:00Z";

/// Seconds since 1970, as JSON services write moments: an hour after the resource was changed.
const AFTER: i64 = 1_780_318_800;
const BEFORE: i64 = AFTER - 7_200;

fn evaluation(rule: &str, kind: &str, seconds: i64) -> Value {
    json!({
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {"ConfigRuleName": rule, "ResourceType": "any", "ResourceId": "any"},
            "OrderingTimestamp": seconds,
        },
        "ComplianceType": kind,
        "ResultRecordedTime": seconds + 60,
        "Annotation": "because",
    })
}

fn say(double: &Double, key: &str, evaluations: &[Value]) {
    double.set(DETAILS, key, json!({ "EvaluationResults": evaluations }));
}

/// Looks at these resources, changed at [`UPDATED`], as far as AWS Config is asked.
async fn seen(double: &Double, resources: &[(&str, &str, &str)]) -> (Facts, u32) {
    seen_since(double, resources, Some(UPDATED)).await
}

async fn seen_since(double: &Double, resources: &[(&str, &str, &str)], updated: Option<&str>) -> (Facts, u32) {
    let (clients, needs) = (double.clients(), [Need::ConfigCompliance].into());
    let calls = Calls::new(Rates::Documented);
    let identity = StackIdentity {
        name: "shop".to_owned(),
        account: Observed::Present(ACCOUNT.to_owned()),
        region: Observed::Present(REGION.to_owned()),
    };
    let session = Session::new(&clients, &calls, &needs, identity);
    let listing = resources.iter().map(|(id, r#type, physical)| {
        Ok(ResourceRef {
            logical_id: LogicalId::new(*id),
            r#type: ResourceType::new(*r#type),
            physical_id: Some((*physical).to_owned()),
            last_updated: updated.map(|moment| moment.parse().expect("a moment")),
        })
    });
    let facts = observe(&session, stream::iter(listing)).await.expect("the listing has no errors");
    assert_eq!(double.strangers(), Vec::<String>::new());
    (facts, calls.counts().get(DETAILS).copied().unwrap_or_default())
}

fn compliance(facts: &Facts, id: &str) -> Value {
    saved(facts, id)["$ConfigCompliance"].clone()
}

const BUCKET: (&str, &str, &str) = ("Data", "AWS::S3::Bucket", "shop-data");

#[tokio::test(start_paused = true)]
async fn evaluations_are_read_page_by_page() {
    let double = Double::new();
    double.page_size(2);
    let rules: Vec<Value> = (0..5).map(|n| evaluation(&format!("rule-{n}"), "COMPLIANT", AFTER)).collect();
    say(&double, "AWS::S3::Bucket/shop-data", &rules);
    let (facts, calls) = seen(&double, &[BUCKET]).await;
    let found = compliance(&facts, "Data");
    assert_eq!((found.as_array().map(Vec::len), calls), (Some(5), 3));
    let first = json!({
        "ConfigRuleName": "rule-0", "ComplianceType": "COMPLIANT", "Annotation": "because",
        "Evaluated": "2026-06-01T13:00:00Z",
    });
    assert_eq!(found[0], first);
}

#[tokio::test(start_paused = true)]
async fn each_type_is_asked_for_by_the_name_that_config_knows() {
    let double = Double::new();
    say(&double, "AWS::DynamoDB::Table/carts", &[evaluation("ours", "COMPLIANT", AFTER)]);
    say(&double, "AWS::DynamoDB::Table/world", &[evaluation("ours", "NON_COMPLIANT", AFTER)]);
    say(&double, "AWS::Lambda::Function/orders", &[evaluation("ours", "COMPLIANT", AFTER)]);
    say(
        &double,
        &format!("AWS::::Account/{ACCOUNT}"),
        &[
            evaluation("dynamodb-throughput-limit-check", "COMPLIANT", AFTER),
            evaluation("root-mfa", "NON_COMPLIANT", AFTER),
        ],
    );
    let resources = [
        ("Carts", "AWS::DynamoDB::Table", "carts"),
        ("World", "AWS::DynamoDB::GlobalTable", "world"),
        ("Orders", "AWS::Lambda::Function", "orders"),
        ("Queue", "AWS::SQS::Queue", "https://sqs/queue"),
    ];
    let (facts, calls) = seen(&double, &resources).await;
    let rules = |id: &str| -> Vec<String> {
        let all = compliance(&facts, id);
        all.as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["ConfigRuleName"].as_str())
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(rules("Carts"), ["ours", "dynamodb-throughput-limit-check"]);
    assert_eq!(rules("World"), ["ours", "dynamodb-throughput-limit-check"]);
    assert_eq!(calls, 4, "three resources, and the account once; nothing for a queue");
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_the_last_change_is_unknown() {
    let double = Double::new();
    let mut without_time = evaluation("timeless", "COMPLIANT", AFTER);
    without_time["EvaluationResultIdentifier"]["OrderingTimestamp"].take();
    without_time["ResultRecordedTime"].take();
    let rules = [
        evaluation("stale", "COMPLIANT", BEFORE),
        evaluation("same", "COMPLIANT", AFTER - 3_600),
        without_time,
        json!({"ComplianceType": "COMPLIANT"}),
    ];
    say(&double, "AWS::S3::Bucket/shop-data", &rules);
    let (facts, _) = seen(&double, &[BUCKET]).await;
    let found = compliance(&facts, "Data");
    let stale = "AWS Config's rule stale looked at it at 2026-06-01T11:00:00Z, before it was last changed at 2026-06-01T12:00:00Z";
    assert_eq!(found[0]["ComplianceType"]["$unknown"]["NotObserved"], stale);
    assert_eq!(found[1]["ComplianceType"], "COMPLIANT");
    let timeless = "AWS Config does not say when its rule timeless looked at it";
    assert_eq!(found[2]["ComplianceType"]["$unknown"]["NotObserved"], timeless);
    assert_eq!(found[3]["$unknown"]["Malformed"], "an evaluation of AWS Config names no rule");
    let (facts, _) = seen_since(&double, &[BUCKET], None).await;
    let nobody = "nobody knows whether it was changed after AWS Config's rule same looked at it";
    assert_eq!(compliance(&facts, "Data")[1]["ComplianceType"]["$unknown"]["NotObserved"], nobody);
}

#[tokio::test(start_paused = true)]
async fn switched_off_is_an_empty_list() {
    let double = Double::new();
    let (facts, _) = seen(&double, &[BUCKET]).await;
    assert_eq!(compliance(&facts, "Data"), json!([]));
    for code in ["NoSuchConfigurationRecorderException", "NoAvailableConfigurationRecorderException"] {
        let double = Double::new();
        double.fail(DETAILS, Which::Always, Fault::Refused { status: 400, code });
        let (facts, _) = seen(&double, &[BUCKET]).await;
        assert_eq!(compliance(&facts, "Data"), json!([]), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_is_told_from_the_others() {
    for fault in FAULTS {
        let double = Double::new();
        say(&double, "AWS::S3::Bucket/shop-data", &[evaluation("ours", "COMPLIANT", AFTER)]);
        double.fail(DETAILS, Which::Always, fault.clone());
        let (facts, _) = seen(&double, &[BUCKET]).await;
        let found = compliance(&facts, "Data");
        assert!(is_for_reason(&found, &fault, Need::ConfigCompliance), "{fault:?}: {found}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_page_that_does_not_come_leaves_all_unknown() {
    let double = Double::new();
    double.page_size(1);
    say(
        &double,
        "AWS::S3::Bucket/shop-data",
        &[evaluation("a", "COMPLIANT", AFTER), evaluation("b", "COMPLIANT", AFTER)],
    );
    double.fail(DETAILS, Which::After(1), Fault::Denied);
    let (facts, _) = seen(&double, &[BUCKET]).await;
    assert_eq!(compliance(&facts, "Data")["$unknown"]["Denied"]["action"], DETAILS);
}
