//! Metrics and history against services that are not our own double: what is sent is taken, and read back.

use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use fitgate::{
    aws::{
        Calls, Rates,
        history::{Recorded, Table},
        metrics,
    },
    event::{Answer, Phase},
    points::Score,
};
use serde_json::Value;

use super::{
    judged::{TOLERANT, deployment, invocation, judgement, mixed, stack},
    ministack::Account,
};

#[tokio::test]
async fn a_judgement_is_written_once_and_read_back() {
    let account = Account::open();
    let (clients, calls) = (account.clients(), Calls::new(Rates::Documented));
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let text =
        |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
    let create = clients.dynamodb.create_table().table_name("history").billing_mode(BillingMode::PayPerRequest);
    let create = create.key_schema(key("Stack", KeyType::Hash).expect("a key"));
    let create = create.key_schema(key("Deployment", KeyType::Range).expect("a key"));
    let create = create.attribute_definitions(text("Stack").expect("an attribute"));
    create.attribute_definitions(text("Deployment").expect("an attribute")).send().await.expect("a table");

    let (stack, table) = (stack(), Table::new(&clients, &calls, "history"));
    for (hours, phase, expected) in [
        (0, Phase::BeforeAllowTraffic, Recorded::Written),
        (0, Phase::AfterAllowTraffic, Recorded::Written),
        (0, Phase::AfterAllowTraffic, Recorded::ThereAlready),
    ] {
        let judgement = judgement(deployment("d-A", hours, phase), mixed(), TOLERANT);
        let recorded = table.record(&invocation(&stack, &judgement, Answer::Succeeded)).await;
        assert_eq!(recorded, Ok(expected), "{phase}");
    }
    for number in 1..=60 {
        let judgement =
            judgement(deployment(&format!("d-N{number}"), number, Phase::BeforeAllowTraffic), Vec::new(), TOLERANT);
        table.record(&invocation(&stack, &judgement, Answer::Failed)).await.expect("it is written");
    }

    let trend = table.trend(&stack, 100, None).await.expect("a trend");
    assert_eq!((trend.releases.len(), trend.more, trend.unreadable), (61, false, Vec::new()));
    assert_eq!(trend.releases[0].last.phase, Phase::AfterAllowTraffic);
    assert_eq!(trend.releases[0].last.fitness, Some(Score::tenths(658)));
    let report =
        table.report(&stack, &"d-A".parse().expect("an id"), None).await.expect("the table").expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(7));

    let judgement = judgement(deployment("d-A", 0, Phase::AfterAllowTraffic), mixed(), TOLERANT);
    let values = metrics::of(&invocation(&stack, &judgement, Answer::Succeeded));
    metrics::send(&clients, &calls, &values, jiff::Timestamp::now()).await.expect("the metrics are taken");
    let listed = clients.cloudwatch.list_metrics().namespace(metrics::NAMESPACE).send().await.expect("a list");
    let names: Vec<_> = listed.metrics().iter().filter_map(|metric| metric.metric_name()).collect();
    for value in &values {
        assert!(names.contains(&value.name), "{} of {names:?}", value.name);
    }
}
