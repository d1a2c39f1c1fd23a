//! Caches: what DAX answers, as facts.

use fitgate::need::Need;
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Which},
    looking::{FAULTS, Named, differences, is_for_reason, look, template_facts},
};

const CLUSTERS: &str = "dax:DescribeClusters";
const SAFE: Named = ("Safe", "AWS::DAX::Cluster", "Safe");
const OPEN: Named = ("Open", "AWS::DAX::Cluster", "open");

/// One cluster that encrypts everything, and one of which DAX says nothing of the kind.
fn clusters() -> Double {
    let double = Double::new();
    let safe = json!({
        "ClusterName": "safe", "SSEDescription": { "Status": "ENABLED" }, "ClusterEndpointEncryptionType": "TLS",
    });
    double.set(CLUSTERS, "safe", safe);
    double.set(CLUSTERS, "open", json!({ "ClusterName": "open" }));
    double
}

#[tokio::test(start_paused = true)]
async fn all_clusters_are_asked_for_at_once() {
    let double = clusters();
    let looked = look(&double, [Need::DaxClusters], &[SAFE, OPEN]).await;
    let facts = |enabled: bool, endpoint: &str| json!({ "SSESpecification": { "SSEEnabled": enabled }, "ClusterEndpointEncryptionType": endpoint });
    assert_eq!(looked.saved("Safe"), facts(true, "TLS"), "DAX keeps names in lower case");
    assert_eq!(looked.saved("Open"), facts(false, "NONE"));
    assert_eq!(double.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn second_pages_count_and_half_a_list_is_none() {
    let double = clusters();
    double.page_size(1);
    let looked = look(&double, [Need::DaxClusters], &[SAFE, OPEN]).await;
    assert_eq!(looked.fact("Safe", "ClusterEndpointEncryptionType"), json!("TLS"));
    assert_eq!(looked.fact("Open", "ClusterEndpointEncryptionType"), json!("NONE"));
    assert_eq!(double.count(CLUSTERS), 2);
    double.fail(CLUSTERS, Which::After(1), Fault::Denied);
    let looked = look(&double, [Need::DaxClusters], &[OPEN]).await;
    assert!(is_for_reason(&looked.saved("Open"), &Fault::Denied, Need::DaxClusters), "though it was on the first page");
}

#[tokio::test(start_paused = true)]
async fn what_fails_or_is_not_there_is_unknown() {
    for fault in FAULTS {
        let double = clusters();
        double.fail(CLUSTERS, Which::Always, fault.clone());
        let looked = look(&double, [Need::DaxClusters], &[SAFE, OPEN]).await;
        for id in ["Safe", "Open"] {
            let fact = looked.saved(id);
            assert!(is_for_reason(&fact, &fault, Need::DaxClusters), "{id} with {fault:?} is {fact}");
        }
        assert_eq!(looked.counts.get(CLUSTERS), Some(&1));
    }
    let gone = look(&clusters(), [Need::DaxClusters], &[("Gone", "AWS::DAX::Cluster", "gone")]).await.saved("Gone");
    assert!(is_for_reason(&gone, &Fault::NotFound, Need::DaxClusters), "{gone}");
    let double = clusters();
    double.change(CLUSTERS, "open", |cluster| cluster["SSEDescription"] = json!({ "Status": "ENCHANTED" }));
    let odd = look(&double, [Need::DaxClusters], &[OPEN]).await.saved("Open");
    assert!(is_for_reason(&odd, &Fault::WrongShape, Need::DaxClusters), "{odd}");
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_and_what_nobody_asks_for_is_not_called() {
    let double = clusters();
    double.fail(CLUSTERS, Which::Times(1), Fault::Throttled);
    let looked = look(&double, [Need::DaxClusters], &[SAFE]).await;
    assert_eq!(looked.fact("Safe", "SSESpecification/SSEEnabled"), Value::Bool(true));
    double.begin();
    let looked = look(&double, [], &[SAFE]).await;
    assert_eq!(double.calls(), []);
    assert!(looked.fact("Safe", "$unknown/NotObserved").is_string());
}

#[tokio::test(start_paused = true)]
async fn what_a_template_says_is_what_is_observed() {
    let template = template_facts(&json!({ "Resources": {
        "Safe": { "Type": "AWS::DAX::Cluster", "Properties": {
            "SSESpecification": { "SSEEnabled": true }, "ClusterEndpointEncryptionType": "TLS",
        } },
        "Open": { "Type": "AWS::DAX::Cluster", "Properties": { "SSESpecification": { "SSEEnabled": false } } },
    } }));
    let looked = look(&clusters(), [Need::DaxClusters], &[SAFE, OPEN]).await;
    assert_eq!(differences(&template, &looked.facts), Vec::<String>::new());
}
