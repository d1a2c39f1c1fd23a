//! Event source mappings: one by one, or from pages of the account's.

use fitgate::need::Need;
use serde_json::{Value, json};

use super::shop::{MAPPING, ORDERS, arn, double, mapping, plain};
use crate::{
    double::{Double, Which},
    looking::{FAULTS, Named, is_for_reason, look},
};

const NEEDS: [Need; 2] = [Need::EventSourceMapping, Need::Function];

#[tokio::test(start_paused = true)]
async fn a_mapping_of_a_queue_shows_what_it_does() {
    let looked = look(&double(), NEEDS, &[ORDERS, MAPPING]).await;
    for (name, value) in [
        ("FunctionName", json!(arn("lambda:function:orders:live"))),
        ("EventSourceArn", json!(arn("sqs:orders"))),
        ("BatchSize", json!(5)),
        ("MaximumBatchingWindowInSeconds", json!(2)),
        ("Enabled", json!(true)),
        ("State", json!("Enabled")),
        ("FunctionResponseTypes", json!(["ReportBatchItemFailures"])),
        ("ScalingConfig", json!({ "MaximumConcurrency": 7 })),
        ("SourceKind", json!("Sqs")),
        ("FunctionReservedConcurrency", json!(20)),
        ("DestinationConfig", Value::Null),
        ("ProvisionedPollerConfig", Value::Null),
        ("SelfManagedEventSource", Value::Null),
    ] {
        assert_eq!(looked.fact("Polling", name), value, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn streams_and_brokers_show_what_is_theirs() {
    let double = double();
    let stream = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-11-20T10:00:00.000";
    double.set(
        "lambda:GetEventSourceMapping",
        MAPPING.2,
        json!({
            "UUID": MAPPING.2, "FunctionArn": arn("lambda:function:orders"), "EventSourceArn": stream,
            "BatchSize": 100, "MaximumBatchingWindowInSeconds": 0, "ParallelizationFactor": 1, "State": "Disabling",
            "MaximumRecordAgeInSeconds": -1, "MaximumRetryAttempts": -1, "BisectBatchOnFunctionError": false,
            "TumblingWindowInSeconds": 0, "FunctionResponseTypes": [], "StartingPosition": "LATEST",
            "DestinationConfig": { "OnFailure": { "Destination": arn("sqs:lost") } },
        }),
    );
    let looked = look(&double, NEEDS, &[ORDERS, MAPPING]).await;
    for (name, value) in [
        ("SourceKind", json!("DynamoDb")),
        ("Enabled", json!(false)),
        ("State", json!("Disabling")),
        ("MaximumRecordAgeInSeconds", json!(-1)),
        ("MaximumRetryAttempts", json!(-1)),
        ("BisectBatchOnFunctionError", json!(false)),
        ("FunctionResponseTypes", Value::Null),
        ("DestinationConfig", json!({ "OnFailure": { "Destination": arn("sqs:lost") } })),
    ] {
        assert_eq!(looked.fact("Polling", name), value, "{name}");
    }

    double.set(
        "lambda:GetEventSourceMapping",
        MAPPING.2,
        json!({
            "UUID": MAPPING.2, "FunctionArn": arn("lambda:function:orders"), "State": "Creating",
            "SelfManagedEventSource": { "Endpoints": { "KAFKA_BOOTSTRAP_SERVERS": ["broker:9092"] } },
            "ProvisionedPollerConfig": { "MinimumPollers": 1, "MaximumPollers": 3 },
            "DestinationConfig": { "OnFailure": {} },
        }),
    );
    let looked = look(&double, NEEDS, &[ORDERS, MAPPING]).await;
    for (name, value) in [
        ("SourceKind", json!("SelfManagedKafka")),
        ("SelfManagedEventSource", json!({ "Endpoints": { "KafkaBootstrapServers": ["broker:9092"] } })),
        ("ProvisionedPollerConfig", json!({ "MinimumPollers": 1, "MaximumPollers": 3 })),
        ("DestinationConfig", Value::Null),
        ("Enabled", Value::Null),
    ] {
        assert_eq!(looked.fact("Polling", name), value, "{name}");
    }

    double.change("lambda:GetEventSourceMapping", MAPPING.2, |it| {
        it["EventSourceArn"] = "arn:aws:kafka:us-east-1:123456789012:cluster/shop/0-1".into();
        it["AmazonManagedKafkaEventSourceConfig"] = json!({ "ConsumerGroupId": "shop" });
        it["SelfManagedEventSource"] = Value::Null;
    });
    let looked = look(&double, NEEDS, &[ORDERS, MAPPING]).await;
    assert_eq!(looked.fact("Polling", "SourceKind"), json!("ManagedKafka"));
    let group = json!({ "ConsumerGroupId": "shop" });
    assert_eq!(looked.fact("Polling", "AmazonManagedKafkaEventSourceConfig"), group);
}

#[tokio::test(start_paused = true)]
async fn a_mapping_that_cannot_be_seen_is_unknown() {
    for fault in FAULTS {
        let double = double();
        double.fail("lambda:GetEventSourceMapping", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &[ORDERS, MAPPING]).await;
        let fact = looked.saved("Polling");
        assert!(is_for_reason(&fact, &fault, Need::EventSourceMapping), "{fault:?} is {fact}");
        assert_eq!(looked.fact("Orders", "MemorySize"), json!(512));
    }
}

/// A stack with so many mappings, in an account with so many of others before them.
fn many(own: usize, foreign: usize) -> (Double, Vec<Named>) {
    let double = Double::new();
    double.set("lambda:GetFunctionConfiguration", "orders", plain());
    for number in 0..foreign {
        let uuid = format!("00000000-0000-4000-8000-{number:012}");
        double.set("lambda:GetEventSourceMapping", &uuid, mapping(&uuid, "other"));
    }
    let mut stack = vec![ORDERS];
    stack.extend((0..own).map(|number| -> Named {
        let uuid: &'static str = Box::leak(format!("ffffffff-0000-4000-8000-{number:012}").into_boxed_str());
        double.set("lambda:GetEventSourceMapping", uuid, mapping(uuid, "orders"));
        (uuid, "AWS::Lambda::EventSourceMapping", uuid)
    }));
    (double, stack)
}

/// Mappings of the stack, of others, a page; then lists and single reads.
const ACCOUNTS: &[(usize, usize, usize, usize, usize)] = &[
    (3, 0, 50, 0, 3),
    (4, 0, 50, 1, 0),
    (100, 20, 50, 3, 0),
    // The stack's mappings come late: half as many pages as mappings, then each by itself.
    (10, 500, 50, 5, 10),
    (10, 240, 50, 5, 0),
    (10, 245, 50, 5, 5),
];

#[tokio::test(start_paused = true)]
async fn pages_are_read_where_they_save_calls() {
    for (own, foreign, page, lists, reads) in ACCOUNTS {
        let (double, stack) = many(*own, *foreign);
        double.page_size(*page);
        let looked = look(&double, NEEDS, &stack).await;
        let found = (double.count("lambda:ListEventSourceMappings"), double.count("lambda:GetEventSourceMapping"));
        assert_eq!(found, (*lists, *reads), "{own} of the stack, {foreign} others");
        for (id, ..) in &stack[1..] {
            assert_eq!(looked.fact(id, "BatchSize"), json!(5), "{id}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_does_not_come_costs_nothing_but_the_saving() {
    for fault in FAULTS {
        let (double, stack) = many(6, 0);
        double.fail("lambda:ListEventSourceMappings", Which::Always, fault.clone());
        let looked = look(&double, NEEDS, &stack).await;
        assert_eq!(looked.counts["lambda:GetEventSourceMapping"], 6, "{fault:?}");
        for (id, ..) in &stack[1..] {
            assert_eq!(looked.fact(id, "BatchSize"), json!(5), "{id} {fault:?}");
        }
    }
}
